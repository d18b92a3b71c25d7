//! The language of conditions and quantities: `battery.charge < 20% and distance(dock) > 5`.
//!
//! An expression is read, typed and compiled when a scene loads, against a [`Vocabulary`] that says what names mean there.
//! What it needs of the world has been gathered before it is asked: it reads numbers by their place in a slice, decides
//! nothing by itself, and allocates nothing.
//!
//! ```text
//! or                        either
//! and                       both
//! not
//! < <= > >= == !=           once in a comparison
//! + -
//! * /
//! - (before a number)
//! 12  0.5  20%  250ms 30s 5min 2h 1d     times are in seconds
//! true  false  "a word"  a.name  f(a, b)  (..)
//! ```
//!
//! **What is not known.** A sensor that has seen nothing has no value, and what is said of it is neither true nor false:
//! Kleene's strong logic (*Introduction to Metamathematics*, 1952, §64). `unknown and false` is false, `unknown or true` is true,
//! and all else of unknowns is unknown. A rule whose condition is unknown does not hold. `known(x)` asks.

mod check;
mod lex;
mod parse;
mod program;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

pub use program::Program;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number: a count, a share, a quantity in SI units.
    Number,
    /// Yes or no.
    Truth,
    /// One of these words.
    Word(Arc<[Arc<str>]>),
    /// A twin: the nearest of those that are seen.
    Twin,
}

impl Type {
    fn name(&self) -> &'static str {
        match self {
            Type::Number => "a number",
            Type::Truth => "true or false",
            Type::Word(_) => "a word",
            Type::Twin => "a twin",
        }
    }
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Where its value is found: see [`Program::run`].
    pub slot: u32,
    /// What it is.
    pub kind: Type,
}

/// Something that an expression asks of its twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question<'a> {
    /// `battery.charge`
    Value(&'a str),
    /// `distance(dock)`: something that has to do with what is named.
    Of(&'a str, &'a [&'a str]),
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// What names mean to an expression.
pub trait Vocabulary {
    /// What a question asks for. None if there is no value of that name.
    ///
    /// # Errors
    /// What is wrong with the question.
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit>;
    /// The names of values that there are, to help who mistyped one.
    fn values(&self) -> Vec<&str>;
    /// The names of questions about what is named, each with an example of how it is asked.
    fn questions(&self) -> Vec<(&str, &str)>;
}

/// An expression that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    /// Where in its text: bytes.
    pub place: Range<usize>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl ExpressionError {
    fn new(place: Range<usize>, message: impl Into<String>) -> ExpressionError {
        ExpressionError { place, message: message.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> ExpressionError {
        ExpressionError { help: Some(help.into()), ..self }
    }
}

/// The names of values that a text names, as far as it can be read: for whoever must know what it needs.
pub fn names(text: &str) -> Vec<String> {
    parse::parse(text).map(|tree| parse::names(&tree)).unwrap_or_default()
}

/// Compiles an expression of whatever type.
///
/// # Errors
/// The first thing in it that makes no sense.
pub fn compile(text: &str, vocabulary: &mut dyn Vocabulary) -> Result<(Program, Type), ExpressionError> {
    let tree = parse::parse(text)?;
    check::compile(&tree, vocabulary)
}

/// Compiles a condition.
///
/// # Errors
/// The first thing in it that makes no sense; that it is no condition.
pub fn condition(text: &str, vocabulary: &mut dyn Vocabulary) -> Result<Program, ExpressionError> {
    expect(text, vocabulary, &Type::Truth, "compare it with something: `battery.charge < 0.2`")
}

/// Compiles a quantity.
///
/// # Errors
/// The first thing in it that makes no sense; that it is no number.
pub fn quantity(text: &str, vocabulary: &mut dyn Vocabulary) -> Result<Program, ExpressionError> {
    expect(text, vocabulary, &Type::Number, "write what is a number, such as `if(charging, 1, 0)`")
}

/// Compiles the parts of a condition that all must hold: what `and` joins at its top.
///
/// # Errors
/// As of [`condition`].
pub fn conjuncts(text: &str, vocabulary: &mut dyn Vocabulary) -> Result<Vec<Program>, ExpressionError> {
    condition(text, vocabulary)?;
    let tree = parse::parse(text)?;
    parse::conjuncts(&tree).into_iter().map(|part| Ok(check::compile(part, vocabulary)?.0)).collect()
}

fn expect(text: &str, vocabulary: &mut dyn Vocabulary, wanted: &Type, help: &str) -> Result<Program, ExpressionError> {
    let (program, kind) = compile(text, vocabulary)?;
    if kind == *wanted {
        return Ok(program);
    }
    let message = format!("this is {}, and must be {}", kind.name(), wanted.name());
    Err(ExpressionError::new(0..text.len(), message).help(help))
}
