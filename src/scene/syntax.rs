//! A tree of RON text that remembers where everything stood.
//!
//! A scene file is first read into [`Node`]s. Every node keeps the place it
//! came from, so that each later complaint can point at it, and the comments
//! around it, so that a file can be changed by a program and written back
//! without losing what its author noted down.
//!
//! * [`parse`] reads text into a tree, reporting several mistakes at once;
//! * [`print`](mod@print) writes a tree as text;
//! * [`de`] turns a tree into typed values through serde.
//!
//! # What the reader accepts beyond RON
//!
//! * `Some(..)` may be left out around optional values;
//! * `#![..]` lines at the top are accepted and have no effect;
//! * every Unicode space counts as white space, and a byte order mark at the
//!   start is skipped.
//!
//! # What it refuses although RON accepts it
//!
//! * byte strings (`b".."`), byte characters (`b'..'`) and ranges (`1..5`);
//! * the bare names `True`, `TRUE`, `False` and `FALSE`, which are nearly
//!   always slips for `true` and `false` (`r#True` still names a variant);
//! * nesting deeper than [`parse::Limits::depth`];
//! * bare names with characters that are neither letters, digits, `_` nor
//!   accents.

pub mod de;
pub mod parse;
pub mod print;

use std::collections::HashMap;

/// Index of a source file in the loader's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u16);

/// A range of bytes in one source file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file the range lies in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of something that did not come from a file.
    pub const UNKNOWN: Span = Span { file: FileId(u16::MAX), start: u32::MAX, end: u32::MAX };

    /// A span from offset `start` up to, not including, offset `end`.
    pub fn new(file: FileId, start: u32, end: u32) -> Self {
        Span { file, start, end }
    }

    /// Whether this is [`Span::UNKNOWN`].
    pub fn is_unknown(self) -> bool {
        self == Span::UNKNOWN
    }

    /// The text the span covers, or nothing if it does not fit `text`.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// One value with its place and its comments.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where the value stands, without the comments around it.
    pub span: Span,
    /// The value itself.
    pub value: Value,
    /// The comments around and inside it; nearly always absent.
    pub comments: Option<Box<Comments>>,
}

/// The comments that belong to one node, each with its `//` or `/* */`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comments {
    /// Comments before the value, or before the field or map entry it is in.
    pub before: Vec<Box<str>>,
    /// Comments behind the value on the same line. Comments on the lines
    /// behind the outermost value follow here too, each after a line break.
    pub after: Option<Box<str>>,
    /// Comments before the closing bracket that belong to no item.
    pub inside_end: Vec<Box<str>>,
}

impl Comments {
    /// Whether there is no comment at all.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_none() && self.inside_end.is_empty()
    }
}

/// A name with its place: of a field, a struct or an enum variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, without the `r#` of a raw one.
    pub text: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// A named field of a struct. Comments before it are kept at its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name in front of the colon.
    pub name: Name,
    /// The value behind the colon.
    pub value: Node,
}

/// The forms a value takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `()`
    Unit,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number too large for [`Value::Int`].
    UInt(u64),
    /// A number with a point or an exponent, or `inf` or `NaN`.
    Float(f64),
    /// `'x'`
    Char(char),
    /// `"text"`
    Str(Box<str>),
    /// `[a, b]`
    List(Vec<Node>),
    /// `{ k: v }`
    Map(Vec<(Node, Node)>),
    /// `(a: 1)` or `Name(a: 1)`
    Struct(Box<StructValue>),
    /// `(1, 2)`, `Name(1, 2)` or `Name()`
    Tuple(Box<TupleValue>),
    /// A bare name: a variant without content, or `None`.
    Ident(Box<str>),
}

/// A struct with named fields, in the order they were written. Fields may be
/// present twice: see [`duplicates`].
#[derive(Clone, Debug, PartialEq)]
pub struct StructValue {
    /// The name in front of the bracket.
    pub name: Option<Name>,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A tuple, or a variant with values in brackets.
#[derive(Clone, Debug, PartialEq)]
pub struct TupleValue {
    /// The name in front of the bracket.
    pub name: Option<Name>,
    /// The values.
    pub items: Vec<Node>,
}

impl Node {
    /// A node that did not come from a file, without comments.
    pub fn new(value: Value) -> Self {
        Node { span: Span::UNKNOWN, value, comments: None }
    }

    /// The value of a struct field, or of a map entry with a text key. The
    /// first one wins where there are two.
    pub fn get(&self, field: &str) -> Option<&Node> {
        match &self.value {
            Value::Struct(inner) => inner.fields.iter().find(|f| &*f.name.text == field).map(|f| &f.value),
            Value::Map(entries) => entries.iter().find(|(key, _)| key.as_str() == Some(field)).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The content of a text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value this is, in words for a message.
    pub fn shape(&self) -> &'static str {
        match &self.value {
            Value::Unit => "an empty `()`",
            Value::Bool(_) => "true or false",
            Value::Int(_) | Value::UInt(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Char(_) => "a single character",
            Value::Str(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Struct(_) => "a struct",
            Value::Tuple(inner) if inner.name.is_some() => "a name with values in brackets",
            Value::Tuple(_) => "a tuple",
            Value::Ident(_) => "a bare name",
        }
    }

    /// The name the value was written with: `Weibull` for `Weibull(shape: 2)`,
    /// `Weibull(2)` and a bare `Weibull`.
    pub fn kind_name(&self) -> Option<&str> {
        match &self.value {
            Value::Struct(inner) => inner.name.as_ref().map(|name| &*name.text),
            Value::Tuple(inner) => inner.name.as_ref().map(|name| &*name.text),
            Value::Ident(name) => Some(name),
            _ => None,
        }
    }
}

/// Every field or text key that is given twice in one struct or map of the
/// tree: the place of the first, the place of the other, and the name.
pub fn duplicates(root: &Node) -> Vec<(Span, Span, String)> {
    let mut found = Vec::new();
    collect_duplicates(root, &mut found);
    found
}

fn collect_duplicates(node: &Node, found: &mut Vec<(Span, Span, String)>) {
    match &node.value {
        Value::Struct(inner) => {
            let names = inner.fields.iter().map(|f| (&*f.name.text, f.name.span));
            report_repeated(names, found);
            for field in &inner.fields {
                collect_duplicates(&field.value, found);
            }
        }
        Value::Map(entries) => {
            let keys = entries.iter().filter_map(|(key, _)| match &key.value {
                Value::Str(text) | Value::Ident(text) => Some((&**text, key.span)),
                _ => None,
            });
            report_repeated(keys, found);
            for (key, value) in entries {
                collect_duplicates(key, found);
                collect_duplicates(value, found);
            }
        }
        Value::List(items) => items.iter().for_each(|n| collect_duplicates(n, found)),
        Value::Tuple(inner) => {
            for item in &inner.items {
                collect_duplicates(item, found);
            }
        }
        _ => {}
    }
}

fn report_repeated<'a>(names: impl Iterator<Item = (&'a str, Span)>, found: &mut Vec<(Span, Span, String)>) {
    let mut seen = HashMap::new();
    for (name, span) in names {
        match seen.get(name) {
            Some(first) => found.push((*first, span, name.to_owned())),
            None => {
                seen.insert(name, span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse::{Limits, parse};
    use super::*;

    fn read(text: &str) -> Node {
        parse(text, FileId(0), &Limits::default()).unwrap()
    }

    #[test]
    fn a_node_is_small() {
        assert!(size_of::<Node>() <= 56, "{}", size_of::<Node>());
        assert!(size_of::<Value>() <= 32, "{}", size_of::<Value>());
    }

    #[test]
    fn fields_and_text_keys_are_found_by_name() {
        let node = read(r#"(a: 1, b: { "k": "v", 3: 4 })"#);
        assert_eq!(node.get("a").unwrap().value, Value::Int(1));
        assert_eq!(node.get("b").unwrap().get("k").unwrap().as_str(), Some("v"));
        assert!(node.get("c").is_none());
        assert!(node.get("a").unwrap().get("x").is_none());
        assert_eq!(node.get("b").unwrap().shape(), "a map");
    }

    #[test]
    fn names_are_told() {
        assert_eq!(read("A(x: 1)").kind_name(), Some("A"));
        assert_eq!(read("A(1)").kind_name(), Some("A"));
        assert_eq!(read("A").kind_name(), Some("A"));
        assert_eq!(read("(x: 1)").kind_name(), None);
    }

    #[test]
    fn repeated_names_are_reported_with_both_places() {
        let text = r#"(a: 1, b: [{ "k": 1, "k": 2, "k": 3 }], a: X((c: 1, c: 2)))"#;
        let told: Vec<(u32, u32, String)> = duplicates(&read(text))
            .into_iter()
            .map(|(first, second, name)| (first.start, second.start, name))
            .collect();
        assert_eq!(
            told,
            [(1, 40, "a".to_owned()), (13, 21, "k".to_owned()), (13, 29, "k".to_owned()), (46, 52, "c".to_owned()),]
        );
    }
}
