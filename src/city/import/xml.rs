//! Elements of XML files, one after the other, each with its place in the file.

use std::borrow::Cow;
use std::path::Path;
use std::str::FromStr;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::Mistake;

/// A file in memory.
pub(super) struct Source {
    /// As it is told to who reads of a mistake.
    name: String,
    text: String,
}

/// The beginning of an element.
#[derive(Clone)]
pub(super) struct Element<'a> {
    source: &'a Source,
    /// Where it begins: bytes.
    at: usize,
    name: Cow<'a, str>,
    attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// What comes next in a file.
pub(super) enum Tag<'a, 'b> {
    Begin(&'b Element<'a>),
    End(&'b str),
}

impl Source {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Source, Mistake> {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Source::of_bytes(name, bytes),
            Err(error) => Err(Mistake::whole(name, format!("cannot read it: {error}"))),
        }
    }

    /// Of the content of a file that is called so.
    pub fn of_bytes(name: String, bytes: Vec<u8>) -> Result<Source, Mistake> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { name, text }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
                Err(Source { name, text }.mistake(at, "the file is no text in UTF-8 from here on".to_owned()))
            }
        }
    }

    /// Of a text that is called so.
    #[cfg(test)]
    pub fn of(name: &str, text: &str) -> Source {
        Source { name: name.to_owned(), text: text.to_owned() }
    }

    /// Tells of all elements, and of where they end.
    pub fn visit<'a>(&'a self, mut tell: impl FnMut(Tag<'a, '_>) -> Result<(), Mistake>) -> Result<(), Mistake> {
        let mut reader = Reader::from_str(&self.text);
        let mut open = 0;
        loop {
            let before = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|error| {
                let at = (reader.error_position() as usize).min(self.text.len());
                self.mistake(at, format!("this is no XML: {error}"))
            })?;
            match event {
                Event::Start(start) => {
                    open += 1;
                    tell(Tag::Begin(&self.element(before, &start)?))?;
                }
                Event::Empty(start) => {
                    let element = self.element(before, &start)?;
                    tell(Tag::Begin(&element))?;
                    tell(Tag::End(&element.name))?;
                }
                Event::End(end) => {
                    open -= 1;
                    tell(Tag::End(&String::from_utf8_lossy(end.name().as_ref())))?;
                }
                Event::Eof if open > 0 => {
                    return Err(
                        self.mistake(before, "the file ends in the midst of an element: it is cut off".to_owned())
                    );
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn element<'a>(&'a self, before: usize, start: &BytesStart<'a>) -> Result<Element<'a>, Mistake> {
        // Text that stands before an element belongs to what was read before, but for blanks.
        let at = before + self.text[before..].find('<').unwrap_or(0);
        let name = Cow::Owned(String::from_utf8_lossy(start.name().as_ref()).into_owned());
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.map_err(|error| self.mistake(at, format!("`{name}`: {error}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.mistake(at, format!("`{name}`: {error}")))?;
            Ok((
                Cow::Owned(String::from_utf8_lossy(attribute.key.as_ref()).into_owned()),
                Cow::Owned(value.into_owned()),
            ))
        });
        let attributes = attributes.collect::<Result<_, Mistake>>()?;
        Ok(Element { source: self, at, name, attributes })
    }

    /// What is wrong at a place.
    pub fn mistake(&self, at: usize, message: String) -> Mistake {
        let before = &self.text[..self.text.floor_char_boundary(at)];
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Mistake { file: self.name.clone(), place: Some((line, column)), message }
    }
}

impl Element<'_> {
    /// What it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An attribute, if it is there.
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| &**value)
    }

    /// An attribute that must be there.
    pub fn text(&self, attribute: &str) -> Result<&str, Mistake> {
        self.get(attribute).ok_or_else(|| self.mistake(format!("`{}` has no `{attribute}`", self.name)))
    }

    /// The value of an attribute, which is a number or the like, if it is there.
    pub fn maybe<T: FromStr>(&self, attribute: &str) -> Result<Option<T>, Mistake> {
        self.get(attribute).map(|text| self.parse(attribute, text)).transpose()
    }

    /// The value of an attribute that must be there.
    pub fn value<T: FromStr>(&self, attribute: &str) -> Result<T, Mistake> {
        self.parse(attribute, self.text(attribute)?)
    }

    /// A number that must be there and be finite and at least so great.
    pub fn number(&self, attribute: &str, least: f64) -> Result<f64, Mistake> {
        self.check(attribute, least, self.value(attribute)?)
    }

    /// A number that is finite and at least so great, if it is there.
    pub fn maybe_number(&self, attribute: &str, least: f64) -> Result<Option<f64>, Mistake> {
        self.maybe(attribute)?.map(|number| self.check(attribute, least, number)).transpose()
    }

    fn check(&self, attribute: &str, least: f64, number: f64) -> Result<f64, Mistake> {
        if number.is_finite() && number >= least {
            return Ok(number);
        }
        let should = if least.is_finite() { format!("at least {least}") } else { "finite".to_owned() };
        Err(self.mistake(format!("`{attribute}` of `{}` is {number}; it should be {should}", self.name)))
    }

    /// Points, as `x,y x,y`, perhaps with heights, which are passed over.
    pub fn points(&self, attribute: &str) -> Result<Vec<[f64; 2]>, Mistake> {
        let Some(text) = self.get(attribute) else { return Ok(Vec::new()) };
        let point = |text: &str| {
            let mut numbers = text.split(',').map(|number| self.parse::<f64>(attribute, number));
            let (x, y) = (numbers.next(), numbers.next());
            match (x.transpose()?, y.transpose()?) {
                (Some(x), Some(y)) if x.is_finite() && y.is_finite() => Ok([x, y]),
                _ => Err(self.mistake(format!("`{attribute}` has `{text}`, which is no point: write `x,y`"))),
            }
        };
        text.split_whitespace().map(point).collect()
    }

    fn parse<T: FromStr>(&self, attribute: &str, text: &str) -> Result<T, Mistake> {
        let kind = std::any::type_name::<T>();
        let should = match kind {
            "f64" => "a number",
            _ => "a whole number",
        };
        text.trim()
            .parse()
            .map_err(|_| self.mistake(format!("`{attribute}` of `{}` is `{text}`; it should be {should}", self.name)))
    }

    /// What is wrong with it.
    pub fn mistake(&self, message: String) -> Mistake {
        self.source.mistake(self.at, message)
    }
}
