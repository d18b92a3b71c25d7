//! Reads one number out of anything that can be serialised, without writing the rest.

use std::fmt::Display;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{
    Error, Impossible, SerializeMap, SerializeStruct, SerializeStructVariant, SerializeTupleStruct, Serializer,
};

use crate::engine::time::Duration;

/// What was found at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Picked {
    /// A number; of a length of time its seconds.
    Number(f64),
    /// Yes or no.
    Truth(bool),
    /// A value that could be there and is not.
    Left,
    /// Nothing that is a number.
    Nothing,
}

impl Picked {
    /// As a number: a truth is 1 or 0, and what is not known is NaN.
    pub fn number(self) -> f64 {
        match self {
            Picked::Number(number) => number,
            Picked::Truth(truth) => f64::from(u8::from(truth)),
            Picked::Left | Picked::Nothing => f64::NAN,
        }
    }
}

/// What is at the end of a path of field names.
pub fn pick<T: Serialize>(value: &T, path: &[Arc<str>]) -> Picked {
    // Serialising cannot fail here but by what a `Serialize` itself refuses, and then there is nothing to be read.
    value.serialize(Pick { path, is_key: false }).unwrap_or(Picked::Nothing)
}

/// The paths to everything in a value that [`pick`] can read.
pub fn list<T: Serialize>(value: &T) -> Vec<String> {
    let mut paths = Vec::new();
    if let Ok(value) = serde_json::to_value(value) {
        walk(&value, "", &mut paths);
    }
    paths
}

fn walk(value: &serde_json::Value, path: &str, paths: &mut Vec<String>) {
    match value {
        serde_json::Value::Number(_) | serde_json::Value::Bool(_) => paths.push(path.to_owned()),
        serde_json::Value::String(text) if Duration::parse(text).is_ok() => paths.push(path.to_owned()),
        serde_json::Value::Object(fields) => {
            let dot = if path.is_empty() { "" } else { "." };
            fields.iter().for_each(|(name, value)| walk(value, &format!("{path}{dot}{name}"), paths));
        }
        _ => {}
    }
}

/// A serialiser that follows a path and leaves all else.
struct Pick<'a> {
    path: &'a [Arc<str>],
    /// Whether it is given the key of a map, and picks whether that is the first name of the path.
    is_key: bool,
}

/// Why nothing was picked: the value refused to be serialised.
#[derive(Debug, thiserror::Error)]
#[error("not picked")]
struct Refused;

impl Error for Refused {
    fn custom<T: Display>(_: T) -> Self {
        Refused
    }
}

impl Pick<'_> {
    fn end(self, picked: Picked) -> Result<Picked, Refused> {
        Ok(if self.path.is_empty() { picked } else { Picked::Nothing })
    }
}

/// Something with named fields, of which one may be the next of the path.
struct Fields<'a> {
    path: &'a [Arc<str>],
    picked: Picked,
    /// Whether the key of a map that was read last is the next of the path.
    is_next: bool,
}

impl<'a> Fields<'a> {
    fn new(path: &'a [Arc<str>]) -> Fields<'a> {
        Fields { path, picked: Picked::Nothing, is_next: false }
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Refused> {
        if let [next, rest @ ..] = self.path
            && &**next == name
        {
            self.picked = value.serialize(Pick { path: rest, is_key: false })?;
        }
        Ok(())
    }
}

impl<'a> Serializer for Pick<'a> {
    type Ok = Picked;
    type Error = Refused;
    type SerializeSeq = Impossible<Picked, Refused>;
    type SerializeTuple = Impossible<Picked, Refused>;
    type SerializeTupleStruct = Fields<'a>;
    type SerializeTupleVariant = Impossible<Picked, Refused>;
    type SerializeMap = Fields<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_bool(self, value: bool) -> Result<Picked, Refused> {
        self.end(Picked::Truth(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Picked, Refused> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i16(self, value: i16) -> Result<Picked, Refused> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i32(self, value: i32) -> Result<Picked, Refused> {
        self.serialize_i64(i64::from(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Picked, Refused> {
        self.end(Picked::Number(value as f64))
    }

    fn serialize_i128(self, value: i128) -> Result<Picked, Refused> {
        self.end(Picked::Number(value as f64))
    }

    fn serialize_u8(self, value: u8) -> Result<Picked, Refused> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u16(self, value: u16) -> Result<Picked, Refused> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u32(self, value: u32) -> Result<Picked, Refused> {
        self.serialize_u64(u64::from(value))
    }

    fn serialize_u64(self, value: u64) -> Result<Picked, Refused> {
        self.end(Picked::Number(value as f64))
    }

    fn serialize_u128(self, value: u128) -> Result<Picked, Refused> {
        self.end(Picked::Number(value as f64))
    }

    fn serialize_f32(self, value: f32) -> Result<Picked, Refused> {
        self.end(Picked::Number(f64::from(value)))
    }

    fn serialize_f64(self, value: f64) -> Result<Picked, Refused> {
        self.end(Picked::Number(value))
    }

    fn serialize_char(self, _: char) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }

    /// Lengths of time are texts where people read them.
    fn serialize_str(self, value: &str) -> Result<Picked, Refused> {
        if self.is_key {
            return Ok(Picked::Truth(self.path.first().is_some_and(|next| **next == *value)));
        }
        let seconds = Duration::parse(value).map(Duration::seconds);
        self.end(seconds.map_or(Picked::Nothing, Picked::Number))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }

    fn serialize_none(self) -> Result<Picked, Refused> {
        Ok(Picked::Left)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Picked, Refused> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Picked, Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Picked, Refused> {
        let mut fields = Fields::new(self.path);
        fields.field(variant, value)?;
        Ok(fields.picked)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Refused> {
        Err(Refused)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Refused> {
        Err(Refused)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Refused> {
        Ok(Fields::new(&[]))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Refused> {
        Err(Refused)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields<'a>, Refused> {
        Ok(Fields::new(self.path))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, Refused> {
        Ok(Fields::new(self.path))
    }

    /// A variant's fields are reached by its name: `after.Exponential.mean`.
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields<'a>, Refused> {
        Ok(Fields::new(match self.path {
            [next, rest @ ..] if **next == *variant => rest,
            _ => &[],
        }))
    }
}

impl SerializeStruct for Fields<'_> {
    type Ok = Picked;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        self.field(name, value)
    }

    fn end(self) -> Result<Picked, Refused> {
        Ok(self.picked)
    }
}

impl SerializeStructVariant for Fields<'_> {
    type Ok = Picked;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refused> {
        self.field(name, value)
    }

    fn end(self) -> Result<Picked, Refused> {
        Ok(self.picked)
    }
}

impl SerializeTupleStruct for Fields<'_> {
    type Ok = Picked;
    type Error = Refused;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Refused> {
        Ok(())
    }

    fn end(self) -> Result<Picked, Refused> {
        Ok(Picked::Nothing)
    }
}

impl SerializeMap for Fields<'_> {
    type Ok = Picked;
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        let picked = key.serialize(Pick { path: self.path, is_key: true })?;
        self.is_next = picked == Picked::Truth(true);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        if let [_, rest @ ..] = self.path
            && self.is_next
        {
            self.picked = value.serialize(Pick { path: rest, is_key: false })?;
        }
        Ok(())
    }

    fn end(self) -> Result<Picked, Refused> {
        Ok(self.picked)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Serialize)]
    struct Inner {
        left: f32,
        lasts: Duration,
        spare: Option<u8>,
    }

    #[derive(Serialize)]
    enum Law {
        Fixed(f64),
        Spread { low: f64, high: f64 },
        None,
    }

    #[derive(Serialize)]
    struct Wrapped(Inner);

    #[derive(Serialize)]
    struct Brush {
        name: String,
        worn: bool,
        counts: Vec<u32>,
        inner: Inner,
        wrapped: Wrapped,
        laws: [Law; 0],
        fixed: Law,
        spread: Law,
        none: Law,
        by_name: BTreeMap<String, i64>,
        pair: (u8, u8),
    }

    fn brush() -> Brush {
        let inner = || Inner { left: 0.5, lasts: Duration::from_secs(90), spare: None };
        Brush {
            name: "b".to_owned(),
            worn: true,
            counts: vec![1],
            inner: Inner { spare: Some(4), ..inner() },
            wrapped: Wrapped(inner()),
            laws: [],
            fixed: Law::Fixed(3.0),
            spread: Law::Spread { low: 1.0, high: 2.0 },
            none: Law::None,
            by_name: [("a".to_owned(), -7), ("b c".to_owned(), 8)].into(),
            pair: (1, 2),
        }
    }

    #[test]
    fn numbers_are_picked_by_their_path() {
        for (path, expected) in [
            ("worn", Picked::Truth(true)),
            ("inner.left", Picked::Number(0.5)),
            ("inner.lasts", Picked::Number(90.0)),
            ("inner.spare", Picked::Number(4.0)),
            ("wrapped.spare", Picked::Left),
            ("wrapped.left", Picked::Number(0.5)),
            ("fixed.Fixed", Picked::Number(3.0)),
            ("spread.Spread.high", Picked::Number(2.0)),
            ("spread.Spread.mid", Picked::Nothing),
            ("spread.Fixed.high", Picked::Nothing),
            ("by_name.a", Picked::Number(-7.0)),
            ("by_name.b c", Picked::Number(8.0)),
            ("by_name.c", Picked::Nothing),
            ("name", Picked::Nothing),
            ("none", Picked::Nothing),
            ("counts", Picked::Nothing),
            ("inner", Picked::Nothing),
            ("inner.left.more", Picked::Nothing),
            ("worn.more", Picked::Nothing),
            ("nobody", Picked::Nothing),
            ("pair", Picked::Nothing),
            ("laws", Picked::Nothing),
        ] {
            let path: Vec<Arc<str>> = path.split('.').map(Arc::from).collect();
            assert_eq!(pick(&brush(), &path), expected, "{path:?}");
        }
    }

    #[test]
    fn all_that_is_listed_can_be_picked() {
        let paths = list(&brush());
        assert!(paths.contains(&"spread.Spread.low".to_owned()) && paths.contains(&"inner.lasts".to_owned()));
        for path in paths {
            let path: Vec<Arc<str>> = path.split('.').map(Arc::from).collect();
            assert_ne!(pick(&brush(), &path), Picked::Nothing, "{path:?}");
        }
    }
}
