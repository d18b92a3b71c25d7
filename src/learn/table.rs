//! Reads a table of comma-separated values to learn from.
//!
//! The first line names the columns. A column is of numbers or of words; the different words of a column are sorted as
//! texts and stand for 0, 1, 2 and so on, so that their code depends on neither the order of the rows nor the seed. An
//! empty cell, `NA`, `NaN` and `?` say that a value is not known. A byte-order mark at the start is passed over. Columns
//! are divided by whichever of comma, semicolon and tabulator is most frequent in the first line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;

use csv::StringRecord;

use crate::engine::spelling::nearest;
use crate::twin::beliefs::classifier::MOST_FEATURES;

/// The most different words of a column: more seem to name rows rather than to describe them.
pub const MOST_WORDS: usize = 64;

/// The words that say yes without being told so, in small letters, each with the word for no.
const YES_AND_NO: [(&str, &str); 5] = [("yes", "no"), ("true", "false"), ("y", "n"), ("t", "f"), ("1", "0")];

/// What to learn from: features and the answer to a yes-or-no question, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The question: the name of the column that answers it.
    pub target: String,
    /// The answers.
    pub answers: Vec<bool>,
    /// What a model can go by.
    pub features: Vec<Column>,
}

/// A feature, with its value in each row.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Where it is of words: the words, the first of which stands for 0, the next for 1, and so on.
    pub words: Vec<String>,
    /// The values, row by row; NaN where one is not known.
    pub values: Vec<f64>,
}

impl Table {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.answers.len()
    }

    /// How many rows say yes.
    pub fn positives(&self) -> usize {
        self.answers.iter().filter(|answer| **answer).count()
    }
}

/// Which columns to learn from.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The column with the answers.
    pub target: String,
    /// What says yes there; without it, 1, yes or true.
    pub yes: Option<String>,
    /// The columns to go by; all but the target, if none is named.
    pub features: Vec<String>,
    /// The columns not to go by.
    pub without: Vec<String>,
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// Where, counted from 1; none if it is about the table as a whole.
    pub line: Option<u64>,
    /// In which column, by its number counted from 1 and its name.
    pub column: Option<(usize, String)>,
    /// What is wrong, and what to do about it.
    pub message: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.column) {
            (Some(line), Some((number, name))) => write!(out, "{line}: column {number}, `{name}`: {}", self.message),
            (Some(line), None) => write!(out, "{line}: {}", self.message),
            (None, Some((number, name))) => write!(out, " column {number}, `{name}`: {}", self.message),
            (None, None) => write!(out, " {}", self.message),
        }
    }
}

impl TableError {
    fn whole(message: impl Into<String>) -> TableError {
        TableError { line: None, column: None, message: message.into() }
    }
}

/// Reads the table at `path`.
///
/// # Errors
/// If the file cannot be read; else the first thing that is wrong, with its place.
pub fn read(path: &Path, selection: &Selection) -> Result<Table, TableError> {
    let file = File::open(path).map_err(|error| TableError::whole(unreadable(&error)))?;
    read_from(file, selection)
}

/// As [`read`], of any source of bytes.
///
/// # Errors
/// If it cannot be read; else the first thing that is wrong, with its place.
pub fn read_from(source: impl Read, selection: &Selection) -> Result<Table, TableError> {
    let mut source = BufReader::with_capacity(1 << 16, source);
    // What is at hand of the first line, which is not taken away by looking.
    let start = source.fill_buf().map_err(|error| TableError::whole(unreadable(&error)))?;
    let divider = divider(start.split(|byte| *byte == b'\n').next().unwrap_or_default());
    let mut reader = csv::ReaderBuilder::new().delimiter(divider).from_reader(source);
    let header: Vec<String> = reader.headers().map_err(damaged)?.iter().map(|name| name.trim().to_owned()).collect();
    if header.iter().all(String::is_empty) {
        return Err(TableError::whole("the file is empty; its first line should name the columns"));
    }
    let target = find(&header, &selection.target)?;
    let features = choose(&header, target, selection)?;
    let mut answers = Builder::new(target, &header);
    let mut columns: Vec<Builder> = features.iter().map(|feature| Builder::new(*feature, &header)).collect();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(damaged)? {
        let line = record.position().map_or(0, csv::Position::line);
        answers.answer(line, &record)?;
        columns.iter_mut().try_for_each(|column| column.cell(line, &record))?;
    }
    let target = header[target].clone();
    let answers = answers.answers(selection.yes.as_deref())?;
    let features = columns.into_iter().map(Builder::finish).collect::<Result<_, _>>()?;
    Ok(Table { target, answers, features })
}

/// What divides the cells of a line.
fn divider(line: &[u8]) -> u8 {
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    // Of equals the last is taken, which is the comma.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::IsADirectory => "it is a folder; name a file in it".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

fn damaged(error: csv::Error) -> TableError {
    let line = error.position().map(csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::Io(error) => return TableError::whole(unreadable(error)),
        csv::ErrorKind::Utf8 { .. } => "this is not text in UTF-8; save the file as UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!(
                "this row has {len} cells, but the first line names {expected_len} columns; put a text with commas in quotes"
            )
        }
        _ => error.to_string(),
    };
    TableError { line, column: None, message }
}

/// The column of a name.
fn find(header: &[String], name: &str) -> Result<usize, TableError> {
    let mut found = header.iter().enumerate().filter(|(_, other)| *other == name.trim());
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some((first, _)), Some((second, _))) => {
            let both = format!("columns {} and {} are both called `{name}`", first + 1, second + 1);
            Err(TableError { line: Some(1), column: None, message: format!("{both}; rename one of them") })
        }
        (None, _) => {
            let cure = match nearest(name, header.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", quoted(header.iter().filter(|name| !name.is_empty()))),
            };
            Err(TableError { line: Some(1), column: None, message: format!("there is no column `{name}`; {cure}") })
        }
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    /// More than these make nobody wiser.
    const MOST: usize = 30;
    let mut names: Vec<String> = names.take(MOST + 1).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        names[MOST] = "others".to_owned();
    }
    names.join(", ")
}

/// The columns to go by, in the order of the file.
fn choose(header: &[String], target: usize, selection: &Selection) -> Result<Vec<usize>, TableError> {
    let named = selection.features.iter().map(|name| find(header, name)).collect::<Result<Vec<_>, _>>()?;
    let without = selection.without.iter().map(|name| find(header, name)).collect::<Result<Vec<_>, _>>()?;
    if named.contains(&target) {
        return Err(TableError::whole(format!("`{}` is the target, which cannot be a feature", selection.target)));
    }
    let is_wanted =
        |index: &usize| *index != target && !without.contains(index) && (named.is_empty() || named.contains(index));
    let chosen: Vec<usize> = (0..header.len()).filter(is_wanted).collect();
    for &index in &chosen {
        if header[index].is_empty() {
            let message =
                "it has no name; give it one in the first line, or say which to go by: --features A,B".to_owned();
            return Err(TableError { line: Some(1), column: Some((index + 1, String::new())), message });
        }
        find(header, &header[index])?;
    }
    match chosen.len() {
        0 => Err(TableError::whole("there is no column left to go by; name fewer columns in --without")),
        count if count > MOST_FEATURES => Err(TableError::whole(format!(
            "there are {count} columns to go by, more than the {MOST_FEATURES} that a model may have; name those that \
             matter: --features A,B"
        ))),
        _ => Ok(chosen),
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Numbers,
    Words,
}

/// A column that is being read.
struct Builder {
    index: usize,
    name: String,
    /// What it is of, and the line that said so.
    kind: Option<(Kind, u64)>,
    /// The words so far, with the number under which each is in `values`: that of its first coming.
    words: BTreeMap<String, usize>,
    values: Vec<f64>,
}

impl Builder {
    fn new(index: usize, header: &[String]) -> Builder {
        let name = header.get(index).cloned().unwrap_or_default();
        Builder { index, name, kind: None, words: BTreeMap::new(), values: Vec::new() }
    }

    fn error(&self, line: Option<u64>, message: String) -> TableError {
        TableError { line, column: Some((self.index + 1, self.name.clone())), message }
    }

    /// Takes a feature's cell.
    fn cell(&mut self, line: u64, record: &StringRecord) -> Result<(), TableError> {
        let text = record.get(self.index).unwrap_or_default().trim();
        if is_unknown(text) {
            self.values.push(f64::NAN);
            return Ok(());
        }
        let number = text.parse::<f64>().ok();
        let kind = if number.is_some() { Kind::Numbers } else { Kind::Words };
        let (first, said_by) = *self.kind.get_or_insert((kind, line));
        match (first, number) {
            (Kind::Numbers, Some(number)) if number.abs() < f64::MAX => self.values.push(number),
            (Kind::Numbers, Some(_)) => {
                return Err(
                    self.error(Some(line), format!("`{text}` is too large; leave the cell empty if it is not known"))
                );
            }
            (Kind::Numbers, None) => {
                let contrast = format!("`{text}` is no number, as there is in line {said_by}");
                return Err(self.error(Some(line), format!("{contrast}; {}", self.cure())));
            }
            (Kind::Words, Some(_)) => {
                let contrast = format!("`{text}` is a number, but there is a word in line {said_by}");
                return Err(self.error(Some(line), format!("{contrast}; {}", self.cure())));
            }
            (Kind::Words, None) => {
                let code = self.word(text);
                self.values.push(code);
            }
        }
        if self.words.len() > MOST_WORDS {
            let message = format!(
                "it has more than {MOST_WORDS} different words, and so seems to name rows rather than to describe them; \
                 {}",
                self.leave_out()
            );
            return Err(self.error(Some(line), message));
        }
        Ok(())
    }

    /// The number of a word, by its first coming.
    fn word(&mut self, text: &str) -> f64 {
        let next = self.words.len();
        match self.words.get(text) {
            Some(code) => *code as f64,
            None => {
                self.words.insert(text.to_owned(), next);
                next as f64
            }
        }
    }

    /// Takes a target's cell: a word in any case.
    fn answer(&mut self, line: u64, record: &StringRecord) -> Result<(), TableError> {
        let text = record.get(self.index).unwrap_or_default().trim();
        if is_unknown(text) {
            let message = "there is no answer here, and so nothing to learn from; take the row out".to_owned();
            return Err(self.error(Some(line), message));
        }
        let code = self.word(text);
        self.values.push(code);
        if self.words.len() > 2 {
            let seen: Vec<&str> = self.words.keys().map(String::as_str).filter(|word| *word != text).collect();
            let message = format!(
                "`{text}` is a third answer besides `{}` and `{}`; the target should be of two values",
                seen[0], seen[1]
            );
            return Err(self.error(Some(line), message));
        }
        Ok(())
    }

    fn answers(self, yes: Option<&str>) -> Result<Vec<bool>, TableError> {
        let words: Vec<&str> = self.words.keys().map(String::as_str).collect();
        let [first, second] = words[..] else {
            let message = match words.first() {
                Some(only) => format!("all rows say `{only}`; there should be both answers to learn from"),
                None => "there are no rows below the first line".to_owned(),
            };
            return Err(self.error(None, message));
        };
        let yes = match yes {
            Some(yes) if words.contains(&yes) => yes,
            Some(yes) => {
                let message = format!("nowhere is it `{yes}`; --yes should be `{first}` or `{second}`");
                return Err(self.error(None, message));
            }
            None => usual_yes(first, second).ok_or_else(|| {
                let message = format!("which of `{first}` and `{second}` says yes? Add --yes {}", in_quotes(second));
                self.error(None, message)
            })?,
        };
        let code = self.words.get(yes).map_or(f64::NAN, |code| *code as f64);
        Ok(self.values.iter().map(|value| *value == code).collect())
    }

    /// The column with its words in order.
    fn finish(self) -> Result<Column, TableError> {
        if self.kind.is_none() {
            return Err(self.error(None, format!("no cell says anything; {}", self.leave_out())));
        }
        let mut ranks = vec![f64::NAN; self.words.len()];
        for (rank, code) in self.words.values().enumerate() {
            ranks[*code] = rank as f64;
        }
        let values = if self.words.is_empty() {
            self.values
        } else {
            self.values
                .iter()
                .map(|code| ranks.get(*code as usize).copied().filter(|_| !code.is_nan()))
                .map(or_nan)
                .collect()
        };
        Ok(Column { name: self.name, words: self.words.into_keys().collect(), values })
    }

    fn cure(&self) -> String {
        format!("put it right, empty the cell, or {}", self.leave_out())
    }

    fn leave_out(&self) -> String {
        format!("leave the column out: --without {}", in_quotes(&self.name))
    }
}

fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

/// As a shell takes it for one word.
fn in_quotes(text: &str) -> String {
    let is_plain = !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn is_unknown(text: &str) -> bool {
    text.is_empty() || text == "?" || text.eq_ignore_ascii_case("na") || text.eq_ignore_ascii_case("nan")
}

/// Which of two answers says yes, if that goes without saying.
fn usual_yes<'a>(first: &'a str, second: &'a str) -> Option<&'a str> {
    let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word) || same_number(text, word);
    YES_AND_NO.iter().find_map(|(yes, no)| match () {
        () if is(first, yes) && is(second, no) => Some(first),
        () if is(second, yes) && is(first, no) => Some(second),
        () => None,
    })
}

fn same_number(text: &str, other: &str) -> bool {
    text.parse::<f64>().is_ok_and(|number| other.parse() == Ok(number))
}

#[cfg(test)]
mod tests;
