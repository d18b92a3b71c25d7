//! Holds a tree against a type.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::super::problem::{Problem, Problems};
use super::super::syntax::{Node, Span, Value};
use super::cure;
use super::model::{Amount, Bound, Field, Id, Keys, Kind, Length, Model, Number, Record, Text, Type};
use super::{sample, words};
use crate::engine::spelling::nearest;

/// Values are followed this deep; a text that is read cannot nest so deep.
const DEEPEST: usize = 512;

/// What a format's check has to say.
pub(super) type Fault = (String, Option<String>);
type OnFormat<'w, 's, 'n> = &'w mut dyn FnMut(&'s str, &'n Node) -> Result<(), Fault>;

/// Whether fields may be missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Whole,
    Partial,
}

/// One walk along a tree and its type.
pub(super) struct Walk<'w, 's, 'n> {
    pub(super) model: &'s Model,
    pub(super) mode: Mode,
    pub(super) problems: &'w mut Problems,
    on_format: OnFormat<'w, 's, 'n>,
    pub(super) line: &'w dyn Fn(Span) -> Option<usize>,
    depth: usize,
    /// How many trials of alternatives this walk is within.
    pub(super) trials: usize,
}

/// A value as it is looked at: the content of `Weibull(shape: 2)` is read without the name.
#[derive(Clone, Copy)]
pub(super) struct View<'n> {
    pub(super) node: &'n Node,
    pub(super) bare: bool,
}

/// The words for a value within its scene, and what is known of its place.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) subject: Subject<'a>,
    /// It may be left out.
    pub(super) optional: bool,
    pub(super) unit: Option<&'a str>,
}

#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Whole(&'a str),
    Field(&'a str),
    /// The content of a choice with fields.
    Variant(&'a str),
    /// The content of another choice.
    Payload(&'a str),
    Item(usize, &'a Subject<'a>),
    Entry(&'a str, &'a Subject<'a>),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Whole(what) => out.write_str(what),
            Subject::Field(name) | Subject::Variant(name) => write!(out, "`{name}`"),
            Subject::Payload(name) => write!(out, "the value of `{name}`"),
            Subject::Item(index, Subject::Payload(name)) => write!(out, "value {} of `{name}`", index + 1),
            Subject::Item(index, whole) => write!(out, "value {} of {whole}", index + 1),
            Subject::Entry(key, Subject::Payload(name)) => write!(out, "the entry `{key}` of `{name}`"),
            Subject::Entry(key, whole) => write!(out, "the entry `{key}` of {whole}"),
        }
    }
}

impl<'a> Place<'a> {
    pub(super) fn of(subject: Subject<'a>) -> Self {
        Place { subject, optional: false, unit: None }
    }
}

impl<'n> View<'n> {
    pub(super) fn of(node: &'n Node) -> Self {
        View { node, bare: false }
    }

    pub(super) fn inside(node: &'n Node) -> Self {
        View { node, bare: true }
    }

    /// The name in front of the brackets, and its place.
    pub(super) fn name(self) -> Option<(&'n str, Span)> {
        let name = match &self.node.value {
            _ if self.bare => None,
            Value::Struct(inner) => inner.name.as_ref(),
            Value::Tuple(inner) => inner.name.as_ref(),
            _ => None,
        };
        name.map(|name| (&*name.text, name.span))
    }

    /// What stands in brackets without names.
    pub(super) fn items(self) -> Option<&'n [Node]> {
        match &self.node.value {
            Value::Unit => Some(&[]),
            Value::List(items) => Some(items),
            Value::Tuple(inner) => Some(&inner.items),
            _ => None,
        }
    }

    /// Whether there is nothing in the brackets.
    fn is_empty(self) -> bool {
        !matches!(self.node.value, Value::List(_)) && self.items().is_some_and(<[Node]>::is_empty)
    }
}

/// One named value of a tree.
struct Entry<'n> {
    name: &'n str,
    span: Span,
    value: &'n Node,
}

impl<'w, 's, 'n> Walk<'w, 's, 'n> {
    pub(super) fn new(
        model: &'s Model,
        mode: Mode,
        problems: &'w mut Problems,
        on_format: OnFormat<'w, 's, 'n>,
        line: &'w dyn Fn(Span) -> Option<usize>,
    ) -> Self {
        Walk { model, mode, problems, on_format, line, depth: 0, trials: 0 }
    }

    /// Checks the whole tree.
    pub(super) fn whole(&mut self, node: &'n Node, what: &str) {
        self.value(self.model.root(), View::of(node), &Place::of(Subject::Whole(what)));
    }

    /// Checks one value.
    pub(super) fn value(&mut self, id: Id, view: View<'n>, place: &Place<'_>) {
        if self.depth >= DEEPEST {
            let message = format!("{} is nested too deeply", place.subject);
            return self.report(view.node.span, message, "too deep", None);
        }
        self.depth += 1;
        let before = self.problems.len();
        let found = self.model.get(id);
        self.form(id, found, view, place);
        if self.problems.len() == before
            && let Some(format) = &found.format
            && let Err((message, help)) = (self.on_format)(format, view.node)
        {
            self.report(view.node.span, message, "", help);
        }
        self.depth -= 1;
    }

    fn form(&mut self, id: Id, found: &'s Type, view: View<'n>, place: &Place<'_>) {
        match (&found.kind, &view.node.value) {
            (Kind::Any | Kind::Alias(_), _) | (Kind::Bool, Value::Bool(_)) => {}
            (Kind::Plain, Value::Str(_)) => {}
            (Kind::Plain, Value::Int(_) | Value::UInt(_) | Value::Float(_)) => {
                self.number(id, &Number::default(), view, place);
            }
            (Kind::Number(number), Value::Int(_) | Value::UInt(_) | Value::Float(_)) => {
                self.number(id, number, view, place);
            }
            (Kind::Text(text), Value::Str(written)) => self.text(text, written, view.node.span, place),
            (Kind::Text(text), Value::Char(letter)) => {
                self.text(text, letter.encode_utf8(&mut [0; 4]), view.node.span, place);
            }
            (Kind::Unit, _) if is_unit(found, view) => {}
            (Kind::List { item, length }, _) => self.list(id, *item, *length, view, place),
            (Kind::Tuple(items), _) => self.tuple(id, items, view, place),
            (Kind::Map { keys, values, length }, _) => self.map(id, keys, *values, *length, view, place),
            (Kind::Record(record), _) => self.record(id, found, record, view, place),
            (Kind::Choice(variants), _) => self.choice(id, variants, view, place),
            (Kind::Optional(inner), _) => self.optional(*inner, view, place),
            (Kind::Either(ids), _) => self.either(id, ids, view, place),
            _ => self.mismatch(id, view, place),
        }
    }

    pub(super) fn report(&mut self, span: Span, message: String, label: impl Into<String>, help: Option<String>) {
        self.problems.push(Problem { span, message, label: label.into(), help });
    }

    /// Reports a value of the wrong type.
    pub(super) fn mismatch(&mut self, id: Id, view: View<'n>, place: &Place<'_>) {
        let wanted = words::one(self.model, id);
        let found = words::found(view.node, view.bare);
        let help = cure::mismatch(self.model, id, view, place);
        let message = format!("{} should be {wanted}, but is {found}", place.subject);
        self.report(view.node.span, message, found, help);
    }

    fn number(&mut self, id: Id, number: &Number, view: View<'n>, place: &Place<'_>) {
        let value = &view.node.value;
        match (value, within(number, value)) {
            (_, Ok(())) => {}
            (Value::Float(real), _) if !real.is_finite() => {
                let message = format!("{} should be a finite number, but is {real:?}", place.subject);
                self.report(view.node.span, message, "not a finite number", Some(cure::for_example(self.model, id)));
            }
            (_, Err(None)) => self.mismatch(id, view, place),
            (_, Err(Some(limit))) => {
                let message = format!("{} should be {limit}, but is {}", place.subject, shown(value));
                let help = cure::range(number, value, &limit, place);
                self.report(view.node.span, message, limit, help);
            }
        }
    }

    fn text(&mut self, text: &Text, written: &str, span: Span, place: &Place<'_>) {
        let letters = written.chars().count();
        if !words::fits(text.length, letters) {
            let wanted = words::count(text.length, "character").unwrap_or_default();
            let message = format!("{} should have {wanted}, but has {letters}", place.subject);
            self.report(span, message, wanted, None);
        }
        if let Some(pattern) = text.pattern.as_ref().filter(|pattern| !pattern.matches(written)) {
            let message = format!("{} does not have the form that is wanted", place.subject);
            let example = pattern.example().map(|example| format!(", for example \"{example}\"")).unwrap_or_default();
            let help = format!("it should match the pattern {}{example}", pattern.written());
            self.report(span, message, "other form wanted", Some(help));
        }
    }

    fn list(&mut self, id: Id, item: Id, length: Length, view: View<'n>, place: &Place<'_>) {
        let single = matches!(&view.node.value, Value::Tuple(inner) if inner.items.len() == 1);
        let Some(items) = view.items().filter(|_| view.name().is_none() && !single) else {
            return self.mismatch(id, view, place);
        };
        for (index, node) in items.iter().enumerate() {
            self.value(item, View::of(node), &Place::of(Subject::Item(index, &place.subject)));
        }
        self.length(id, length, items.len(), view.node.span, place);
    }

    fn length(&mut self, id: Id, length: Length, count: usize, span: Span, place: &Place<'_>) {
        let thing = if matches!(self.model.get(id).kind, Kind::Map { .. }) { "entry" } else { "item" };
        if !words::fits(length, count) {
            let wanted = words::count(length, thing).unwrap_or_default();
            let has = if count == 0 { "has none".to_owned() } else { format!("has {count}") };
            let few = length.least.is_some_and(|least| (count as u64) < least);
            let help = if few {
                cure::for_example(self.model, id)
            } else {
                format!("leave some {} out", words::plural(thing))
            };
            let help = Some(help);
            self.report(span, format!("{} should have {wanted}, but {has}", place.subject), wanted, help);
        }
    }

    fn tuple(&mut self, id: Id, ids: &[Id], view: View<'n>, place: &Place<'_>) {
        let own = |(name, _): (&str, Span)| self.model.get(id).name.as_deref() == Some(name);
        let Some(items) = view.items().filter(|_| view.name().is_none_or(own)) else {
            return self.mismatch(id, view, place);
        };
        self.row(ids, items, view.node.span, place, cure::for_example(self.model, id));
    }

    /// Checks values that each have their own type.
    pub(super) fn row(&mut self, ids: &[Id], items: &'n [Node], span: Span, place: &Place<'_>, help: String) {
        // Too few values are most often all at the wrong place.
        if items.len() >= ids.len() {
            for (index, (node, id)) in items.iter().zip(ids).enumerate() {
                self.value(*id, View::of(node), &Place::of(Subject::Item(index, &place.subject)));
            }
        }
        if items.len() != ids.len() {
            let span = items.get(ids.len()).map_or(span, |extra| extra.span);
            let s = if ids.len() == 1 { "" } else { "s" };
            let message = format!("{} should have {} value{s}, but has {}", place.subject, ids.len(), items.len());
            let label = if items.len() > ids.len() { "too many" } else { "too few" };
            self.report(span, message, label, Some(help));
        }
    }

    fn map(&mut self, id: Id, keys: &'s Keys, values: Id, length: Length, view: View<'n>, place: &Place<'_>) {
        let named = view.name().is_some();
        let mut seen = HashMap::new();
        match (&view.node.value, keys) {
            (Value::Map(entries), _) => {
                for (key, value) in entries {
                    let name = self.key(keys, key, place);
                    self.repeated(&mut seen, &name, key.span, place);
                    self.value(values, View::of(value), &Place::of(Subject::Entry(&name, &place.subject)));
                }
                self.length(id, length, entries.len(), view.node.span, place);
            }
            (Value::Struct(inner), Keys::Text(_)) if !named => {
                for field in &inner.fields {
                    self.key_pattern(keys, &field.name.text, field.name.span, place);
                    self.repeated(&mut seen, &field.name.text, field.name.span, place);
                    let place = Place::of(Subject::Entry(&field.name.text, &place.subject));
                    self.value(values, View::of(&field.value), &place);
                }
                self.length(id, length, inner.fields.len(), view.node.span, place);
            }
            _ if view.is_empty() && !named => self.length(id, length, 0, view.node.span, place),
            _ => self.mismatch(id, view, place),
        }
    }

    /// Checks a key, and gives its name.
    fn key(&mut self, keys: &Keys, key: &'n Node, place: &Place<'_>) -> Cow<'n, str> {
        let name: Cow<'n, str> = match &key.value {
            Value::Str(text) | Value::Ident(text) => Cow::Borrowed(text),
            _ => Cow::Owned(sample::text(key)),
        };
        let wanted = match (keys, &key.value) {
            (Keys::Text(_), Value::Str(_)) => {
                self.key_pattern(keys, &name, key.span, place);
                return name;
            }
            (Keys::Whole { .. }, Value::UInt(_)) => return name,
            (Keys::Whole { negative }, Value::Int(value)) if *negative || *value >= 0 => return name,
            (Keys::Text(_), _) => "a text",
            (Keys::Whole { negative: true }, _) => "a whole number",
            (Keys::Whole { negative: false }, _) => "a whole number of 0 or more",
        };
        let help = cure::key(matches!(keys, Keys::Text(_)), key, &name);
        let found = match &key.value {
            Value::Int(value) => value.to_string(),
            _ => words::found(key, false),
        };
        self.report(
            key.span,
            format!("the keys of {} should be {wanted}, but this is {found}", place.subject),
            found,
            help,
        );
        name
    }

    fn key_pattern(&mut self, keys: &Keys, key: &str, span: Span, place: &Place<'_>) {
        if let Keys::Text(Some(pattern)) = keys
            && !pattern.matches(key)
        {
            let message = format!("the key `{key}` of {} does not have the form that is wanted", place.subject);
            let help = format!("it should match the pattern {}", pattern.written());
            self.report(span, message, "other form wanted", Some(help));
        }
    }

    /// Reports a name that was there before. Only its first place is remembered.
    fn repeated(&mut self, seen: &mut HashMap<String, Span>, name: &str, span: Span, place: &Place<'_>) {
        let Some(first) = seen.get(name) else {
            seen.insert(name.to_owned(), span);
            return;
        };
        let here = |first: &&Span| first.file == span.file;
        let help = match Some(first).filter(here).and_then(|first| (self.line)(*first)) {
            Some(line) => format!("the first one is on line {line}; keep one of the two"),
            None => "keep one of the two".to_owned(),
        };
        self.report(span, format!("{} has `{name}` twice", place.subject), "given again here", Some(help));
    }

    fn record(&mut self, id: Id, found: &Type, record: &'s Record, view: View<'n>, place: &Place<'_>) {
        let Some(entries) = self.entries(view, place) else { return self.mismatch(id, view, place) };
        if let Some((name, span)) = view.name()
            && found.name.as_deref() != Some(name)
        {
            let message = format!("{} should be {}, but is `{name}`", place.subject, words::one(self.model, id));
            let help = "leave the name in front of the brackets away".to_owned();
            self.report(span, message, "another name", Some(help));
        }
        let mut seen = HashMap::new();
        for entry in &entries {
            self.repeated(&mut seen, entry.name, entry.span, place);
            self.entry(record, entry, &seen, place);
        }
        let span = view.name().map_or(view.node.span, |(_, span)| span);
        let missing = record.fields.iter().filter(|field| field.required && !seen.contains_key(&field.name));
        for field in missing.filter(|_| self.mode == Mode::Whole) {
            let message = format!("{} needs `{}`", place.subject, field.name);
            let label = format!("`{}` is missing", field.name);
            self.problems.push(Problem { span, message, label, help: Some(cure::missing(self.model, field)) });
        }
    }

    fn entry(&mut self, record: &'s Record, entry: &Entry<'n>, seen: &HashMap<String, Span>, place: &Place<'_>) {
        let place_of = |field: Option<&'s Field>| Place {
            subject: Subject::Field(entry.name),
            optional: field.is_some_and(|field| !field.required),
            unit: field.and_then(|field| field.unit.as_deref()),
        };
        match (record.field(entry.name), record.others) {
            (Some(field), _) => self.value(field.id, View::of(entry.value), &place_of(Some(field))),
            (None, Some(id)) => self.value(id, View::of(entry.value), &place_of(None)),
            (None, None) => {
                let names = || record.fields.iter().map(|field| field.name.as_str());
                let free = names().filter(|name| !seen.contains_key(*name));
                let help = match (nearest(entry.name, free), record.fields.is_empty()) {
                    (Some(name), _) => format!("did you mean `{name}`?"),
                    (None, true) => "it has no fields at all".to_owned(),
                    (None, false) => format!("its fields are {}", words::listed(names())),
                };
                let message = format!("{} has no field `{}`", place.subject, entry.name);
                self.report(entry.span, message, "unknown field", Some(help));
            }
        }
    }

    /// The named values of a tree, in whatever brackets they are.
    fn entries(&mut self, view: View<'n>, place: &Place<'_>) -> Option<Vec<Entry<'n>>> {
        match &view.node.value {
            Value::Struct(inner) => {
                let entry = |field: &'n super::super::syntax::Field| Entry {
                    name: &field.name.text,
                    span: field.name.span,
                    value: &field.value,
                };
                Some(inner.fields.iter().map(entry).collect())
            }
            Value::Map(entries) => {
                let entry = |(key, value): &'n (Node, Node)| match &key.value {
                    Value::Str(name) | Value::Ident(name) => Some(Entry { name, span: key.span, value }),
                    _ => {
                        let found = words::found(key, false);
                        let message = format!("the fields of {} have names, but this is {found}", place.subject);
                        self.report(key.span, message, "not a name", None);
                        None
                    }
                };
                Some(entries.iter().filter_map(entry).collect())
            }
            _ => view.is_empty().then(Vec::new),
        }
    }

    fn optional(&mut self, inner: Id, view: View<'n>, place: &Place<'_>) {
        match &view.node.value {
            Value::Ident(name) if &**name == "None" && !view.bare => {}
            Value::Tuple(some) if view.name().is_some_and(|(name, _)| name == "Some") => match &some.items[..] {
                [only] => self.value(inner, View::of(only), place),
                _ => self.value(inner, View::inside(view.node), place),
            },
            Value::Struct(_) if view.name().is_some_and(|(name, _)| name == "Some") => {
                self.value(inner, View::inside(view.node), place);
            }
            _ => self.value(inner, view, place),
        }
    }

    /// How many problems a value would have as that type.
    pub(super) fn trial(&self, id: Id, view: View<'n>, place: &Place<'_>) -> usize {
        let mut problems = Problems::new();
        let mut ignore = |_: &'s str, _: &'n Node| Ok(());
        Walk {
            model: self.model,
            mode: self.mode,
            problems: &mut problems,
            on_format: &mut ignore,
            line: self.line,
            depth: self.depth,
            trials: self.trials + 1,
        }
        .value(id, view, place);
        problems.len()
    }
}

pub(super) fn is_unit(found: &Type, view: View<'_>) -> bool {
    let own = |name: &str| found.name.as_deref() == Some(name);
    match &view.node.value {
        Value::Ident(name) => own(name),
        _ => view.is_empty() && view.name().is_none_or(|(name, _)| own(name)),
    }
}

/// Whether a number is allowed; if not, the limit that it breaks, or nothing if it is no number of the kind at all.
pub(super) fn within(number: &Number, value: &Value) -> Result<(), Option<String>> {
    let amount = match value {
        Value::Int(value) => Amount::Whole((*value).into()),
        Value::UInt(value) => Amount::Whole((*value).into()),
        Value::Float(value) if !number.whole && value.is_finite() => Amount::Real(*value),
        _ => return Err(None),
    };
    let beyond = |bound: &&Bound, outside: std::cmp::Ordering| match amount.compare(bound.value) {
        Some(order) => order == outside || bound.open && order.is_eq(),
        None => true,
    };
    if let Some(bound) = number.least.as_ref().filter(|bound| beyond(bound, std::cmp::Ordering::Less)) {
        return Err(Some(words::lower(bound)));
    }
    if let Some(bound) = number.most.as_ref().filter(|bound| beyond(bound, std::cmp::Ordering::Greater)) {
        return Err(Some(words::upper(bound)));
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    match value {
        Value::Int(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        Value::Float(value) => Amount::Real(*value).to_string(),
        _ => String::new(),
    }
}
