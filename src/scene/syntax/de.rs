//! Typed values from a tree, through serde.
//!
//! The rules are those of RON with `implicit_some` and
//! `unwrap_variant_newtypes`, with some more leniency where the meaning is
//! clear: whole numbers stand for numbers, `[1, 2]` and `(1, 2)` for each
//! other, a map with text keys for a struct and the other way round, and
//! newtype structs may be written with or without their brackets.
//!
//! An `f32` is rounded from the `f64` in the tree.

use std::fmt::Display;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::{Field, Name, Node, Span, Value};

/// A value that does not fit the type it is wanted for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DeError {
    /// The place of the innermost value that does not fit.
    pub span: Span,
    /// What is wrong with it.
    pub message: String,
}

/// Reads a typed value from a tree.
///
/// # Errors
///
/// The first value that does not fit, with its place.
pub fn from_node<'de, T: Deserialize<'de>>(node: &'de Node) -> Result<T, DeError> {
    T::deserialize(node)
}

impl DeError {
    /// An error at a known place.
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        DeError { span, message: message.into() }
    }

    /// Gives the error a place unless it has a closer one already.
    #[must_use]
    pub fn or_at(mut self, span: Span) -> Self {
        if self.span.is_unknown() {
            self.span = span;
        }
        self
    }
}

impl de::Error for DeError {
    fn custom<T: Display>(message: T) -> Self {
        DeError::new(Span::UNKNOWN, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", in_words(&wanted.to_string()), found_in_words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(found, wanted)
    }

    fn invalid_length(length: usize, wanted: &dyn Expected) -> Self {
        let s = if length == 1 { "" } else { "s" };
        let wanted = wanted.to_string();
        Self::custom(format_args!("expected {wanted}, found {length} value{s}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown name `{variant}`, {}", one_of(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown field `{field}`, {}", one_of(expected)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("the field `{field}` is given twice"))
    }
}

fn one_of(names: &[&str]) -> String {
    match names {
        [] => "nothing is known here".to_owned(),
        [only] => format!("expected `{only}`"),
        [first, rest @ ..] => {
            rest.iter().fold(format!("expected one of `{first}`"), |text, name| format!("{text}, `{name}`"))
        }
    }
}

/// The way serde names what it wants, for people who do not know its types.
fn in_words(wanted: &str) -> String {
    let words = match wanted {
        "i64" | "isize" | "i128" => "a whole number",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" | "u128" => "a whole number of 0 or more",
        "f32" | "f64" => "a number",
        "a boolean" => "`true` or `false`",
        "a string" | "a borrowed string" => "a text in double quotes",
        "a character" => "a single character",
        "a sequence" => "a list",
        "unit" => "`()`",
        other => return other.to_owned(),
    };
    words.to_owned()
}

fn found_in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Signed(number) => format!("the whole number `{number}`"),
        Unexpected::Unsigned(number) => format!("the whole number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number:?}`"),
        Unexpected::Char(letter) => format!("the character `{letter}`"),
        Unexpected::Str(text) => format!("the text {}", cut(text)),
        Unexpected::Unit => "`()`".to_owned(),
        Unexpected::Option => "an optional value".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "named values".to_owned(),
        Unexpected::Enum => "a bare name".to_owned(),
        Unexpected::Other(words) => words.to_owned(),
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        return super::print::quote(text);
    }
    let start: String = text.chars().take(MOST).collect();
    format!("{}…", super::print::quote(&start))
}

/// What a node is, in words that also tell how to mend a missing pair of
/// quotes.
fn described(node: &Node) -> String {
    match &node.value {
        Value::Ident(name) => format!("the name `{name}` without quotes"),
        Value::Str(text) => format!("the text {}", cut(text)),
        _ => match node.kind_name() {
            Some(name) => format!("`{name}(..)`"),
            None => node.shape().to_owned(),
        },
    }
}

fn mismatch(node: &Node, wanted: &dyn Expected) -> DeError {
    let found = described(node);
    <DeError as de::Error>::invalid_type(Unexpected::Other(&found), wanted).or_at(node.span)
}

/// A node as it is read. The content of a variant is read without the
/// variant's name: `Weibull(shape: 2)` is then just `(shape: 2)`.
#[derive(Clone, Copy)]
struct Reader<'de> {
    node: &'de Node,
    bare: bool,
}

/// What stands in the brackets of a value.
#[derive(Clone, Copy)]
enum Content<'de> {
    Nothing,
    Items(&'de [Node]),
    Fields(&'de [Field]),
    Entries(&'de [(Node, Node)]),
    Scalar,
}

impl<'de> Reader<'de> {
    fn new(node: &'de Node) -> Self {
        Reader { node, bare: false }
    }

    fn bare(node: &'de Node) -> Self {
        Reader { node, bare: true }
    }

    fn content(self) -> Content<'de> {
        match &self.node.value {
            Value::Unit => Content::Nothing,
            Value::List(items) => Content::Items(items),
            Value::Map(entries) => Content::Entries(entries),
            Value::Struct(inner) => Content::Fields(&inner.fields),
            Value::Tuple(inner) if inner.items.is_empty() => Content::Nothing,
            Value::Tuple(inner) => Content::Items(&inner.items),
            _ => Content::Scalar,
        }
    }

    /// The name in front of the brackets, unless it has been dealt with.
    fn name(self) -> Option<&'de Name> {
        match &self.node.value {
            _ if self.bare => None,
            Value::Struct(inner) => inner.name.as_ref(),
            Value::Tuple(inner) => inner.name.as_ref(),
            _ => None,
        }
    }

    /// The name of a variant, with or without content.
    fn kind(self) -> Option<&'de str> {
        if self.bare {
            return None;
        }
        self.node.kind_name()
    }

    /// Whether this is the bare name `None`.
    fn is_none(self) -> bool {
        matches!(&self.node.value, Value::Ident(name) if &**name == "None")
    }

    /// Whether this is `Some(..)`.
    fn is_some(self) -> bool {
        self.name().is_some_and(|name| &*name.text == "Some")
    }

    fn check_name(self, wanted: &str) -> Result<(), DeError> {
        match self.name() {
            Some(name) if &*name.text != wanted => {
                Err(DeError::new(name.span, format!("expected `{wanted}`, found `{}`", name.text)))
            }
            _ => Ok(()),
        }
    }

    fn place<T>(self, result: Result<T, DeError>) -> Result<T, DeError> {
        result.map_err(|error| error.or_at(self.node.span))
    }

    fn mismatch<T>(self, wanted: &dyn Expected) -> Result<T, DeError> {
        Err(mismatch(self.node, wanted))
    }

    /// Hands over a value without brackets.
    fn scalar<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match &self.node.value {
            Value::Bool(value) => self.place(visitor.visit_bool(*value)),
            Value::Int(number) => self.place(visitor.visit_i64(*number)),
            Value::UInt(number) => self.place(visitor.visit_u64(*number)),
            Value::Float(number) => self.place(visitor.visit_f64(*number)),
            Value::Char(letter) => self.place(visitor.visit_char(*letter)),
            Value::Str(text) => self.place(visitor.visit_borrowed_str(text)),
            _ => self.mismatch(&visitor),
        }
    }

    fn float<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match &self.node.value {
            Value::Int(number) => self.place(visitor.visit_f64(*number as f64)),
            Value::UInt(number) => self.place(visitor.visit_f64(*number as f64)),
            _ => self.scalar(visitor),
        }
    }

    fn items<V: Visitor<'de>>(self, items: &'de [Node], visitor: V) -> Result<V::Value, DeError> {
        let mut access = Items { left: items };
        let value = self.place(visitor.visit_seq(&mut access))?;
        match access.left.first() {
            None => Ok(value),
            Some(extra) => {
                let wanted = items.len() - access.left.len();
                let s = if wanted == 1 { "" } else { "s" };
                let message = format!("expected {wanted} value{s}, found {}", items.len());
                Err(DeError::new(extra.span, message))
            }
        }
    }

    fn sequence<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.content() {
            Content::Nothing if self.name().is_none() => self.items(&[], visitor),
            Content::Items(items) if self.name().is_none() => self.items(items, visitor),
            _ => self.mismatch(&visitor),
        }
    }

    /// Hands over named values, whatever brackets they stand in.
    fn named_values<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.content() {
            Content::Nothing => self.place(visitor.visit_map(Fields::new(&[]))),
            Content::Fields(fields) => self.place(visitor.visit_map(Fields::new(fields))),
            Content::Entries(entries) => self.place(visitor.visit_map(Entries::new(entries))),
            Content::Items(_) | Content::Scalar => self.mismatch(&visitor),
        }
    }

    fn variant<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match (self.name(), &self.node.value) {
            (Some(name), _) => self.place(visitor.visit_enum(Variant {
                name: &name.text,
                span: name.span,
                node: self.node,
                content: match self.content() {
                    Content::Fields(_) => Payload::Fields,
                    Content::Items(items) => Payload::Items(items),
                    _ => Payload::Items(&[]),
                },
            })),
            (None, Value::Ident(name)) => self.place(visitor.visit_enum(Variant {
                name,
                span: self.node.span,
                node: self.node,
                content: Payload::None,
            })),
            _ => self.mismatch(&visitor),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        if self.is_none() || self.is_some() {
            return self.deserialize_option(visitor);
        }
        match (&self.node.value, self.kind()) {
            (_, Some(_)) => self.variant(visitor),
            (Value::List(items), _) => self.items(items, visitor),
            (Value::Unit, _) => self.place(visitor.visit_unit()),
            (Value::Struct(_) | Value::Map(_), _) => self.named_values(visitor),
            (Value::Tuple(inner), _) if inner.items.is_empty() => self.place(visitor.visit_unit()),
            (Value::Tuple(inner), _) => self.items(&inner.items, visitor),
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.float(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.scalar(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.content() {
            Content::Scalar => self.scalar(visitor),
            _ => self.sequence(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        if self.is_none() {
            return self.place(visitor.visit_none());
        }
        if !self.is_some() {
            return self.place(visitor.visit_some(self));
        }
        match self.content() {
            Content::Items([only]) => self.place(visitor.visit_some(Reader::new(only))),
            _ => self.place(visitor.visit_some(Reader::bare(self.node))),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match self.content() {
            Content::Nothing if self.name().is_none() => self.place(visitor.visit_unit()),
            _ => self.mismatch(&visitor),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        match &self.node.value {
            Value::Ident(text) if &**text == name => self.place(visitor.visit_unit()),
            _ => {
                self.check_name(name)?;
                Reader::bare(self.node).deserialize_unit(visitor)
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        let own_name = self.name().is_some_and(|found| &*found.text == name);
        match &self.node.value {
            Value::Tuple(inner) if own_name || self.name().is_none() => match &*inner.items {
                [only] => self.place(visitor.visit_newtype_struct(Reader::new(only))),
                _ => self.place(visitor.visit_newtype_struct(Reader::bare(self.node))),
            },
            Value::Struct(_) if own_name => self.place(visitor.visit_newtype_struct(Reader::bare(self.node))),
            _ => self.place(visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.sequence(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DeError> {
        self.sequence(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.check_name(name)?;
        Reader::bare(self.node).sequence(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        self.named_values(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        self.check_name(name)?;
        self.named_values(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        if self.kind().is_some() {
            return self.variant(visitor);
        }
        let message = match self.node.as_str() {
            Some(text) if variants.contains(&text) => {
                format!("write the name `{text}` without quotes")
            }
            _ => format!("{}, found {}", one_of(variants), described(self.node)),
        };
        Err(DeError::new(self.node.span, message))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        match &self.node.value {
            Value::Ident(name) => self.place(visitor.visit_borrowed_str(name)),
            // The number of a field or variant is never negative.
            Value::Int(number) => match u64::try_from(*number) {
                Ok(number) => self.place(visitor.visit_u64(number)),
                Err(_) => self.mismatch(&visitor),
            },
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        // There is nothing to check in what nobody wants.
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

/// Passes methods that take nothing but a visitor on to [`Reader`].
macro_rules! pass_on {
    ($($method:ident)*) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
                Reader::new(self).$method(visitor)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = DeError;

    pass_on! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32
        deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32
        deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char
        deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_unit_struct(name, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_tuple(len, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_tuple_struct(name, len, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        Reader::new(self).deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        true
    }
}

/// The items of a list or tuple.
struct Items<'de> {
    left: &'de [Node],
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DeError> {
        let Some((first, left)) = self.left.split_first() else {
            return Ok(None);
        };
        self.left = left;
        Reader::new(first).place(seed.deserialize(Reader::new(first))).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The fields of a struct.
struct Fields<'de> {
    left: &'de [Field],
    value: Option<&'de Node>,
}

impl<'de> Fields<'de> {
    fn new(fields: &'de [Field]) -> Self {
        Fields { left: fields, value: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeError> {
        let Some((first, left)) = self.left.split_first() else {
            return Ok(None);
        };
        self.left = left;
        self.value = Some(&first.value);
        let name = Key { text: &first.name.text, span: first.name.span };
        seed.deserialize(name).map(Some).map_err(|error| error.or_at(first.name.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        value_seed(self.value.take(), seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The entries of a map.
struct Entries<'de> {
    left: &'de [(Node, Node)],
    value: Option<&'de Node>,
}

impl<'de> Entries<'de> {
    fn new(entries: &'de [(Node, Node)]) -> Self {
        Entries { left: entries, value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeError> {
        let Some(((key, value), left)) = self.left.split_first() else {
            return Ok(None);
        };
        self.left = left;
        self.value = Some(value);
        Reader::new(key).place(seed.deserialize(Reader::new(key))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeError> {
        value_seed(self.value.take(), seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

fn value_seed<'de, V: DeserializeSeed<'de>>(node: Option<&'de Node>, seed: V) -> Result<V::Value, DeError> {
    match node {
        Some(node) => Reader::new(node).place(seed.deserialize(Reader::new(node))),
        None => Err(de::Error::custom("a value was asked for before its key")),
    }
}

/// The name of a field or variant, read as a value of its own.
#[derive(Clone, Copy)]
struct Key<'de> {
    text: &'de str,
    span: Span,
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = DeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_borrowed_str(self.text).map_err(|error: DeError| error.or_at(self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, DeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        visitor.visit_enum(de::value::BorrowedStrDeserializer::new(self.text))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant of an enum with its content.
struct Variant<'de> {
    name: &'de str,
    span: Span,
    node: &'de Node,
    content: Payload<'de>,
}

enum Payload<'de> {
    None,
    Items(&'de [Node]),
    Fields,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DeError> {
        let name = Key { text: self.name, span: self.span };
        let value = seed.deserialize(name).map_err(|error| error.or_at(self.span))?;
        Ok((value, self))
    }
}

impl Variant<'_> {
    fn wrong<T>(&self, message: String) -> Result<T, DeError> {
        Err(DeError::new(self.node.span, message))
    }

    fn no_content<T>(&self) -> Result<T, DeError> {
        self.wrong(format!("`{0}` needs a value in brackets: `{0}(..)`", self.name))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = DeError;

    fn unit_variant(self) -> Result<(), DeError> {
        match self.content {
            Payload::None | Payload::Items([]) => Ok(()),
            _ => self.wrong(format!("`{}` takes no value in brackets", self.name)),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeError> {
        let reader = match self.content {
            Payload::None => return self.no_content(),
            Payload::Items([only]) => Reader::new(only),
            Payload::Items(_) | Payload::Fields => Reader::bare(self.node),
        };
        reader.place(seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, DeError> {
        match self.content {
            Payload::None => self.no_content(),
            Payload::Items(items) => Reader::bare(self.node).items(items, visitor),
            Payload::Fields => self.wrong(format!("the values of `{}` are written without names", self.name)),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeError> {
        match self.content {
            Payload::None => self.no_content(),
            Payload::Items([only]) => Reader::new(only).named_values(visitor),
            Payload::Items(_) | Payload::Fields => Reader::bare(self.node).named_values(visitor),
        }
    }
}

#[cfg(test)]
mod tests;
