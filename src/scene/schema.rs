//! What a scene may say about a thing, taken from the JSON schema of its type.
//!
//! [`TypeSchema::check`] holds a tree of RON text against the type and reports every mistake at its place, in words
//! for people who know the scene but not the program. [`TypeSchema::reference`] and [`TypeSchema::markdown`] write
//! the same knowledge down as a page to read.
//!
//! # What a schema may say
//!
//! Everything that schemars derives for plain and externally tagged types: fields, required fields, defaults, ranges,
//! lengths, patterns, lists, tuples, maps, choices, optional values, and types that refer to each other. Fields that
//! are not mentioned are refused, whether or not the type denies them. Beyond that it may say
//!
//! * `"format"`: a format that the caller checks with [`Formats`]. With no `"type"` beside it, the value is a text or
//!   a number. A format next to an `"anyOf"` is checked once the value has been found right otherwise;
//! * `"x-type"`: the word for the type, without article, as in `"length of time"`;
//! * `"x-unit"`: the unit of a field.

mod check;
mod choice;
mod cure;
mod doc;
mod model;
mod page;
mod pattern;
mod sample;
mod words;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use self::check::{Mode, Walk};
pub use self::doc::{Body, FieldDoc, TypeDoc, VariantDoc};
use self::model::Model;
use super::problem::Problems;
use super::syntax::{Node, Span};

/// What a schema's `"format"`s mean.
pub trait Formats {
    /// Checks a value that has been found right but for its format.
    ///
    /// # Errors
    /// What is wrong, and how to mend it.
    fn check(&self, format: &str, node: &Node) -> Result<(), (String, Option<String>)>;

    /// The line that a place is on, counted from 1, if it is known.
    fn line(&self, span: Span) -> Option<usize> {
        let _ = span;
        None
    }
}

/// Leaves all formats unchecked.
impl Formats for () {
    fn check(&self, _: &str, _: &Node) -> Result<(), (String, Option<String>)> {
        Ok(())
    }
}

/// What can be said about values of one type.
#[derive(Debug)]
pub struct TypeSchema {
    model: Model,
}

impl TypeSchema {
    /// The schema of a type as it is read.
    pub fn of<T: JsonSchema>() -> Self {
        let generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        Self::from_json(&generator.into_root_schema_for::<T>().to_value())
    }

    /// A schema that is there as JSON.
    pub fn from_json(schema: &serde_json::Value) -> Self {
        TypeSchema { model: Model::of(schema) }
    }

    /// Adds all mistakes in the value. `what` says what it is, like "part `machine`".
    pub fn check(&self, node: &Node, what: &str, formats: &dyn Formats, problems: &mut Problems) {
        self.walk(node, what, formats, problems, Mode::Whole);
    }

    /// The same, but fields may still be missing.
    pub fn check_partial(&self, node: &Node, what: &str, formats: &dyn Formats, problems: &mut Problems) {
        self.walk(node, what, formats, problems, Mode::Partial);
    }

    fn walk(&self, node: &Node, what: &str, formats: &dyn Formats, problems: &mut Problems, mode: Mode) {
        let mut check = |format: &str, node: &Node| formats.check(format, node);
        let line = |span| formats.line(span);
        Walk::new(&self.model, mode, problems, &mut check, &line).whole(node, what);
    }

    /// All values in the tree that have a format of their own, with the format, in the order they are written.
    /// Values that are not right are left out; missing fields do not matter.
    pub fn references<'n>(&self, node: &'n Node) -> Vec<(&'n Node, &str)> {
        let mut found = Vec::new();
        let mut collect = |format, node| {
            found.push((node, format));
            Ok(())
        };
        Walk::new(&self.model, Mode::Partial, &mut Problems::new(), &mut collect, &|_| None).whole(node, "");
        found
    }

    /// A value of the type as RON text, as full as can be without guessing.
    pub fn example(&self) -> String {
        sample::text(&sample::example(&self.model, self.model.root()))
    }

    /// Everything there is to say about the type, and about each further type that it mentions.
    pub fn docs(&self, name: &str) -> Vec<TypeDoc> {
        doc::describe(&self.model, name)
    }

    /// The names of the type's fields, in the order of the reference.
    pub fn field_names(&self) -> Vec<String> {
        match self.docs("").into_iter().next().map(|doc| doc.body) {
            Some(Body::Fields(fields)) => fields.into_iter().map(|field| field.name).collect(),
            _ => Vec::new(),
        }
    }

    /// The first sentence of the type's description.
    pub fn about(&self) -> String {
        let description = self.docs("").into_iter().next().and_then(|doc| doc.description).unwrap_or_default();
        let end = description.find(". ").map_or(description.len(), |end| end + 1);
        description[..end].replace('\n', " ")
    }

    /// A page about the type for a terminal of 100 columns.
    pub fn reference(&self, name: &str) -> String {
        page::plain(&self.docs(name))
    }

    /// A page about the type in Markdown.
    pub fn markdown(&self, name: &str) -> String {
        page::markdown(&self.docs(name))
    }
}

#[cfg(test)]
mod tests;
