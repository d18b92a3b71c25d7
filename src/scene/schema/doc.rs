//! What there is to tell about a type, for all forms of pages.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::model::{Field, Id, Kind, Model, Record, Type, Variant};
use super::{sample, words};

/// One type on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDoc {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// What it consists of.
    pub body: Body,
    /// A value as RON text, for the type that the page is about.
    pub example: Option<String>,
}

/// What a type consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Named fields.
    Fields(Vec<FieldDoc>),
    /// A choice.
    Variants {
        /// What else it may be, like "a duration".
        others: Option<String>,
        /// The choices.
        variants: Vec<VariantDoc>,
    },
    /// A single value, in words.
    Plain(String),
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDoc {
    /// Its name.
    pub name: String,
    /// Its type in words, like "a whole number".
    pub words: String,
    /// Its unit.
    pub unit: Option<String>,
    /// What numbers, or how many of them, are allowed.
    pub range: Option<String>,
    /// It cannot be left out.
    pub required: bool,
    /// What it is if left out, as RON text.
    pub default: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// A value as RON text.
    pub example: Option<String>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantDoc {
    /// Its name.
    pub name: String,
    /// How it is written.
    pub form: String,
    /// What it means.
    pub description: Option<String>,
    /// Its fields.
    pub fields: Vec<FieldDoc>,
}

/// The type itself first, then each type that it mentions, in the order they are met.
pub(super) fn describe(model: &Model, name: &str) -> Vec<TypeDoc> {
    let mut writer = Writer { model, seen: HashSet::new(), queue: Vec::new() };
    let root = model.root();
    writer.seen.insert(model.behind(root));
    let mut docs = vec![writer.doc(root, name.to_owned())];
    if let Some(first) = docs.first_mut() {
        first.example = Some(sample::text(&sample::example(model, root)));
    }
    let mut next = 0;
    while let Some(id) = writer.queue.get(next).copied() {
        docs.push(writer.doc(id, title(model.get(id), model, id)));
        next += 1;
    }
    docs
}

fn title(found: &Type, model: &Model, id: Id) -> String {
    found.words.clone().or_else(|| found.name.clone()).unwrap_or_else(|| words::one(model, id))
}

struct Writer<'m> {
    model: &'m Model,
    seen: HashSet<Id>,
    queue: Vec<Id>,
}

impl Writer<'_> {
    fn doc(&mut self, id: Id, name: String) -> TypeDoc {
        let found = self.model.get(id);
        let body = match &found.kind {
            Kind::Record(record) => Body::Fields(self.fields(record)),
            Kind::Choice(variants) => Body::Variants { others: None, variants: self.variants(variants) },
            Kind::Either(ids) => self.alternatives(id, ids),
            _ => {
                self.mention_inside(self.model.behind(id));
                Body::Plain(words::one(self.model, id))
            }
        };
        TypeDoc { name, description: found.description.clone(), body, example: None }
    }

    fn alternatives(&mut self, id: Id, ids: &[Id]) -> Body {
        let (mut others, mut variants) = (Vec::new(), Vec::new());
        for id in ids {
            match &self.model.get(*id).kind {
                Kind::Choice(choices) => variants.extend(self.variants(choices)),
                _ => {
                    self.mention(*id);
                    others.push(words::one(self.model, *id));
                }
            }
        }
        match (others.is_empty(), variants.is_empty()) {
            (_, true) => Body::Plain(if others.is_empty() { words::one(self.model, id) } else { others.join(" or ") }),
            (empty, false) => Body::Variants { others: (!empty).then(|| others.join(" or ")), variants },
        }
    }

    fn fields(&mut self, record: &Record) -> Vec<FieldDoc> {
        record.fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &Field) -> FieldDoc {
        self.mention(field.id);
        let written = |json: &Json| sample::written(self.model, field.id, json).unwrap_or_else(|| json.to_string());
        FieldDoc {
            name: field.name.clone(),
            words: self.words(field.id),
            unit: field.unit.clone(),
            range: self.range(field.id),
            required: field.required,
            default: field.default.as_ref().filter(|json| !json.is_null()).map(written),
            description: field.description.clone(),
            example: field.examples.first().map(written),
        }
    }

    fn words(&self, id: Id) -> String {
        let words = words::one(self.model, id);
        let found = self.inner(id);
        match (&found.format, &found.kind) {
            (Some(format), Kind::Text(_)) if found.words.is_none() => format!("{words} ({format})"),
            (_, Kind::Choice(variants)) if variants.iter().any(|variant| variant.payload.is_some()) => {
                found.name.as_ref().map_or(words, |name| format!("`{name}`, see below"))
            }
            _ => words,
        }
    }

    fn range(&self, id: Id) -> Option<String> {
        match &self.inner(id).kind {
            Kind::Number(number) => words::range(number),
            Kind::Text(text) => words::count(text.length, "character").filter(|count| count != "1 character"),
            Kind::List { length, .. } => words::count(*length, "item"),
            Kind::Map { length, .. } => words::count(*length, "entry"),
            _ => None,
        }
    }

    /// The type without the chance of `None`.
    fn inner(&self, id: Id) -> &Type {
        match &self.model.get(id).kind {
            Kind::Optional(inner) => self.model.get(*inner),
            _ => self.model.get(id),
        }
    }

    fn variants(&mut self, variants: &[Variant]) -> Vec<VariantDoc> {
        variants.iter().map(|variant| self.variant(variant)).collect()
    }

    fn variant(&mut self, variant: &Variant) -> VariantDoc {
        let payload = variant.payload.map(|id| (id, self.model.get(id)));
        let fields = match payload {
            Some((_, Type { kind: Kind::Record(record), name: None, .. })) => self.fields(record),
            Some((id, _)) => {
                self.mention(id);
                Vec::new()
            }
            None => Vec::new(),
        };
        VariantDoc {
            name: variant.name.clone(),
            form: sample::text(&sample::variant_example(self.model, variant)),
            description: variant.description.clone(),
            fields,
        }
    }

    /// Puts the type on the list of those to describe, or the types within it.
    fn mention(&mut self, id: Id) {
        let id = self.model.behind(id);
        if !self.seen.insert(id) {
            return;
        }
        self.mention_inside(id);
    }

    fn mention_inside(&mut self, id: Id) {
        match &self.model.get(id).kind {
            Kind::Record(_) => self.queue.push(id),
            Kind::Choice(variants) if variants.iter().any(is_worth_telling) => self.queue.push(id),
            Kind::Either(ids) if ids.iter().any(|id| matches!(self.model.get(*id).kind, Kind::Choice(_))) => {
                self.queue.push(id);
            }
            Kind::Either(ids) | Kind::Tuple(ids) => ids.iter().for_each(|id| self.mention(*id)),
            Kind::List { item, .. } => self.mention(*item),
            Kind::Map { values, .. } => self.mention(*values),
            Kind::Optional(inner) => self.mention(*inner),
            _ => {}
        }
    }
}

fn is_worth_telling(variant: &Variant) -> bool {
    variant.payload.is_some() || variant.description.is_some()
}
