//! Reading RON text into a tree, with messages for people.
//!
//! The reader goes on after most mistakes, so that one look at a file tells
//! about several of them.

mod complain;
mod number;
mod text;

use super::{Comments, Field, FileId, Name, Node, Span, StructValue, TupleValue, Value};

/// The deepest nesting that is ever read, whatever [`Limits::depth`] says:
/// reading and dropping a tree goes as deep as its nesting.
pub const MAX_DEPTH: u32 = 128;

/// How many mistakes are reported for one file.
pub const MAX_ERRORS: usize = 20;

/// How much a file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many brackets may be open at once; at most [`MAX_DEPTH`] counts.
    pub depth: u32,
    /// How many values a file may hold.
    pub nodes: u32,
    /// How large a file may be. Files beyond 4 GiB are refused anyway.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { depth: 64, nodes: 20_000_000, bytes: 512 * 1024 * 1024 }
    }
}

/// One mistake in the text of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// Where the mistake is.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// A few words to go under the marked place.
    pub label: String,
    /// How to put it right.
    pub help: Option<String>,
}

/// Reads the text of one file, or tells all the mistakes found in it.
///
/// # Errors
///
/// The mistakes, at most [`MAX_ERRORS`], in the order they were found.
pub fn parse(text: &str, file: FileId, limits: &Limits) -> Result<Node, Vec<SyntaxError>> {
    let mut parser = Parser::new(text, file, *limits);
    match parser.document() {
        Ok(node) if parser.errors.is_empty() => Ok(node),
        _ => Err(parser.errors),
    }
}

/// Whether a name can be written without `r#` and still be read as a name.
pub fn is_plain_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(is_name_start)
        && letters.all(is_name_part)
        && !matches!(text, "true" | "false" | "True" | "TRUE" | "False" | "FALSE")
        && number::special(text).is_none()
}

fn is_name_start(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

fn is_name_part(letter: char) -> bool {
    // Accents are separate characters in the file names and texts of some
    // systems.
    letter == '_' || letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter)
}

fn is_raw_name_part(letter: char) -> bool {
    matches!(letter, '.' | '+' | '-') || is_name_part(letter)
}

/// White space, also the invisible marks RON counts as such.
fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\u{200e}' | '\u{200f}')
}

fn is_closer(byte: u8) -> bool {
    matches!(byte, b')' | b']' | b'}')
}

/// Why reading a part ended early. The mistake is on record by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Halt {
    /// Go on with the next item of the list around.
    Item,
    /// Nothing sensible can be read any more.
    Stop,
}

type Step<T> = Result<T, Halt>;

/// What stands at a place between values.
enum Blank {
    Space(usize),
    Comment(usize),
    Unclosed,
    Nothing,
}

/// What a value is wanted for, to word a complaint about its absence.
#[derive(Clone, Copy)]
enum Role {
    Root,
    Item,
    FieldValue(Span),
    EntryValue(Span),
}

/// Something that stands between commas.
trait Item {
    /// The value whose end is the end of the item.
    fn last(&self) -> &Node;
    fn last_mut(&mut self) -> &mut Node;
    /// The place of the name or key that tells which item it is.
    fn title(&self) -> Option<Span>;
}

impl Item for Node {
    fn last(&self) -> &Node {
        self
    }
    fn last_mut(&mut self) -> &mut Node {
        self
    }
    fn title(&self) -> Option<Span> {
        None
    }
}

impl Item for Field {
    fn last(&self) -> &Node {
        &self.value
    }
    fn last_mut(&mut self) -> &mut Node {
        &mut self.value
    }
    fn title(&self) -> Option<Span> {
        Some(self.name.span)
    }
}

impl Item for (Node, Node) {
    fn last(&self) -> &Node {
        &self.1
    }
    fn last_mut(&mut self) -> &mut Node {
        &mut self.1
    }
    fn title(&self) -> Option<Span> {
        Some(self.0.span)
    }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    file: FileId,
    limits: Limits,
    nodes: u32,
    /// The closing brackets that are waited for, outermost first.
    closers: Vec<u8>,
    /// Comments read but not yet given to a node.
    pending: Vec<Box<str>>,
    errors: Vec<SyntaxError>,
}

// Places, and looking ahead.
impl<'a> Parser<'a> {
    fn new(text: &'a str, file: FileId, limits: Limits) -> Self {
        Parser {
            text,
            bytes: text.as_bytes(),
            pos: 0,
            file,
            limits,
            nodes: 0,
            closers: Vec::new(),
            pending: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn peek(&self) -> Option<u8> {
        self.byte(self.pos)
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    fn letter(&self, at: usize) -> Option<char> {
        self.rest(at).chars().next()
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        // The length of the text was checked to fit.
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }

    /// The span of the one character at `at`, or of nothing at the end.
    fn letter_span(&self, at: usize) -> Span {
        let len = self.letter(at).map_or(0, char::len_utf8);
        self.span(at, at + len)
    }

    fn line_of(&self, at: usize) -> usize {
        let before = self.bytes.get(..at).unwrap_or_default();
        1 + before.iter().filter(|b| **b == b'\n').count()
    }

    fn crosses_line(&self, start: usize, end: usize) -> bool {
        let between = self.bytes.get(start..end).unwrap_or_default();
        between.contains(&b'\n')
    }

    /// The source of a value if it is short enough to be quoted.
    fn snippet(&self, span: Span) -> Option<&'a str> {
        let text = span.text(self.text);
        (!text.is_empty() && text.len() <= 40 && !text.contains(['\n', '\r'])).then_some(text)
    }

    fn name_end(&self, start: usize) -> usize {
        let mut end = start;
        while let Some(byte) = self.byte(end) {
            let plain = byte == b'_' || byte.is_ascii_alphabetic() || (end > start && byte.is_ascii_digit());
            if plain {
                end += 1;
            } else if byte.is_ascii() {
                break;
            } else {
                match self.letter(end) {
                    Some(letter) if end == start && is_name_start(letter) => {
                        end += letter.len_utf8();
                    }
                    Some(letter) if end > start && is_name_part(letter) => {
                        end += letter.len_utf8();
                    }
                    _ => break,
                }
            }
        }
        end
    }

    /// A plain or raw name at `start`: its text and where it ends.
    fn name_at(&self, start: usize) -> Option<(&'a str, usize)> {
        if let Some(raw) = self.rest(start).strip_prefix("r#") {
            let len = raw.find(|letter| !is_raw_name_part(letter)).unwrap_or(raw.len());
            if len > 0 {
                let from = start + 2;
                return Some((self.slice(from, from + len), from + len));
            }
        }
        let end = self.name_end(start);
        (end > start).then(|| (self.slice(start, end), end))
    }
}

// White space and comments.
impl Parser<'_> {
    fn blank_at(&self, at: usize) -> Blank {
        match self.byte(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) => Blank::Space(at + 1),
            Some(b'/') => match self.byte(at + 1) {
                Some(b'/') => Blank::Comment(self.line_end(at)),
                Some(b'*') => self.block_comment_at(at),
                _ => Blank::Nothing,
            },
            Some(byte) if !byte.is_ascii() => match self.letter(at) {
                Some(letter) if is_blank(letter) => Blank::Space(at + letter.len_utf8()),
                _ => Blank::Nothing,
            },
            _ => Blank::Nothing,
        }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |len| at + len)
    }

    fn block_comment_at(&self, start: usize) -> Blank {
        let mut depth = 0_usize;
        let mut at = start;
        loop {
            match (self.byte(at), self.byte(at + 1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    at += 2;
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return Blank::Comment(at);
                    }
                }
                (Some(_), _) => at += 1,
                (None, _) => return Blank::Unclosed,
            }
        }
    }

    /// Skips white space; comments are put on `pending`.
    fn blank(&mut self) -> Step<()> {
        loop {
            match self.blank_at(self.pos) {
                Blank::Space(end) => self.pos = end,
                Blank::Comment(end) => {
                    let comment = self.slice(self.pos, end).trim_end();
                    self.pending.push(comment.into());
                    self.pos = end;
                }
                Blank::Unclosed => return Err(self.unclosed_comment()),
                Blank::Nothing => return Ok(()),
            }
        }
    }

    /// Where the next token starts, without taking the comments before it.
    fn after_blank(&self, mut at: usize) -> usize {
        loop {
            match self.blank_at(at) {
                Blank::Space(end) | Blank::Comment(end) => at = end,
                Blank::Unclosed | Blank::Nothing => return at,
            }
        }
    }

    fn unclosed_comment(&mut self) -> Halt {
        self.report(
            self.span(self.pos, self.pos + 2),
            "this comment is never closed",
            "the comment starts here",
            Some("put `*/` where the comment ends".to_owned()),
        );
        Halt::Stop
    }

    /// Takes the comments up to the end of the line or the next token,
    /// joined into one.
    fn line_comments(&mut self) -> Step<Option<String>> {
        let mut joined: Option<String> = None;
        loop {
            match self.blank_at(self.pos) {
                Blank::Space(end) if self.peek() != Some(b'\n') => self.pos = end,
                Blank::Comment(end) => {
                    let comment = self.slice(self.pos, end).trim_end();
                    append(&mut joined, " ", comment);
                    self.pos = end;
                }
                Blank::Unclosed => return Err(self.unclosed_comment()),
                Blank::Space(_) | Blank::Nothing => return Ok(joined),
            }
        }
    }

    /// Takes the comments behind a comma if nothing but a closing bracket
    /// follows them on the line. Others belong to what follows.
    fn comments_after_comma(&mut self) -> Step<Option<String>> {
        let start = self.pos;
        let joined = self.line_comments()?;
        let last_on_line = match self.peek() {
            None | Some(b'\n') => true,
            Some(byte) => is_closer(byte),
        };
        if last_on_line {
            return Ok(joined);
        }
        self.pos = start;
        Ok(None)
    }
}

fn append(text: &mut Option<String>, between: &str, more: &str) {
    match text {
        Some(text) => {
            text.push_str(between);
            text.push_str(more);
        }
        None => *text = Some(more.to_owned()),
    }
}

fn add_after(node: &mut Node, text: String) {
    let notes = node.comments.get_or_insert_default();
    let mut joined = notes.after.take().map(String::from);
    append(&mut joined, " ", &text);
    notes.after = joined.map(String::into_boxed_str);
}

// Reporting.
impl Parser<'_> {
    fn report(&mut self, span: Span, message: impl Into<String>, label: &str, help: Option<String>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError { span, message: message.into(), label: label.to_owned(), help });
        }
    }

    /// Records a mistake that spoils the item it is in.
    fn fail(&mut self, span: Span, message: impl Into<String>, label: &str, help: Option<String>) -> Halt {
        self.report(span, message, label, help);
        self.give_up()
    }

    fn give_up(&self) -> Halt {
        if self.errors.len() < MAX_ERRORS { Halt::Item } else { Halt::Stop }
    }

    /// Skips to the next comma or closing bracket of the list we are in.
    fn recover(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b',' if depth == 0 => return,
                b'(' | b'[' | b'{' => depth += 1,
                _ if is_closer(byte) => {
                    if depth == 0 {
                        return;
                    }
                    depth -= 1;
                }
                _ => {}
            }
            self.pos = self.token_end(self.pos);
        }
    }

    /// Where a text, comment, name or else the one character at `at` ends.
    fn token_end(&self, at: usize) -> usize {
        let end = match self.byte(at) {
            Some(b'"') => self.text_end(at),
            Some(b'\'') => self.char_end(at),
            Some(b'r' | b'b') => self.raw_text_end(at),
            Some(b'/') => match self.blank_at(at) {
                Blank::Comment(end) => Some(end),
                _ => None,
            },
            _ => None,
        };
        let name_end = self.name_end(at);
        let letter_end = at + self.letter(at).map_or(1, char::len_utf8);
        end.unwrap_or(name_end.max(letter_end)).min(self.bytes.len())
    }
}

// The document.
impl Parser<'_> {
    fn document(&mut self) -> Step<Node> {
        self.check_size()?;
        if self.text.starts_with('\u{feff}') {
            self.pos = '\u{feff}'.len_utf8();
        }
        self.attributes()?;
        let mut root = self.value(Role::Root)?;
        let mut after = self.line_comments()?;
        self.blank()?;
        for comment in std::mem::take(&mut self.pending) {
            // A break even in front of the first one keeps it on its line.
            append(&mut after, "", "\n");
            append(&mut after, "", &comment);
        }
        if let Some(text) = after {
            add_after(&mut root, text);
        }
        if self.pos < self.bytes.len() {
            return Err(self.trailing(&root));
        }
        Ok(root)
    }

    fn check_size(&mut self) -> Step<()> {
        let bytes = self.bytes.len() as u64;
        let most = self.limits.bytes.min(u64::from(u32::MAX) - 1);
        if bytes <= most {
            return Ok(());
        }
        self.report(
            self.span(0, 0),
            format!("this file is too large: {bytes} bytes, of at most {most}"),
            "the file starts here",
            Some("split the file into several smaller ones".to_owned()),
        );
        Err(Halt::Stop)
    }

    /// Skips lines such as `#![enable(implicit_some)]`.
    fn attributes(&mut self) -> Step<()> {
        self.blank()?;
        while self.peek() == Some(b'#') {
            let start = self.pos;
            let mark = self.after_blank(start + 1);
            let open = self.after_blank(mark + 1);
            if self.byte(mark) != Some(b'!') || self.byte(open) != Some(b'[') {
                return Err(self.hash());
            }
            self.pos = open + 1;
            self.skip_attribute();
            if self.peek() != Some(b']') {
                let line = self.span(start, self.line_end(start));
                self.report(line, "this `#![` is not closed", "put `]` at its end", None);
                return Err(Halt::Stop);
            }
            self.pos += 1;
            self.blank()?;
        }
        Ok(())
    }

    fn skip_attribute(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b']' {
                return;
            }
            self.pos = self.token_end(self.pos);
        }
    }

    /// Complains about text behind the outermost value.
    fn trailing(&mut self, root: &Node) -> Halt {
        let at = self.pos;
        let next = self.peek().unwrap_or(b' ');
        if matches!(next, b':' | b'=') && matches!(root.value, Value::Ident(_) | Value::Str(_)) {
            self.report(
                root.span,
                "the fields of a file need brackets around them",
                "the first field",
                Some("put `(` at the start of the file and `)` at its end".to_owned()),
            );
        } else if is_closer(next) {
            let bracket = char::from(next);
            self.report(
                self.letter_span(at),
                format!("this `{bracket}` closes nothing"),
                "no bracket is open here",
                Some("remove it, or look for a bracket too many above".to_owned()),
            );
        } else if self.is_loose_text(root) {
            self.loose_text(root);
        } else {
            self.report(
                self.letter_span(at),
                "the file goes on after its end",
                "the value of the file was complete before this",
                Some("look for a bracket that closes too early above".to_owned()),
            );
        }
        Halt::Stop
    }
}

// Values.
impl Parser<'_> {
    fn value(&mut self, role: Role) -> Step<Node> {
        self.blank()?;
        let mut notes = Comments { before: std::mem::take(&mut self.pending), ..Comments::default() };
        self.count_node()?;
        let start = self.pos;
        let value = self.value_at(start, role, &mut notes)?;
        Ok(Node { span: self.span(start, self.pos), value, comments: (!notes.is_empty()).then(|| Box::new(notes)) })
    }

    fn count_node(&mut self) -> Step<()> {
        if self.nodes < self.limits.nodes {
            self.nodes += 1;
            return Ok(());
        }
        let most = self.limits.nodes;
        self.report(
            self.letter_span(self.pos),
            format!("this file holds too many values: more than {most}"),
            "the first value too many",
            Some("split the file into several smaller ones".to_owned()),
        );
        Err(Halt::Stop)
    }

    fn value_at(&mut self, start: usize, role: Role, notes: &mut Comments) -> Step<Value> {
        match self.peek() {
            Some(b'"') => self.text().map(Value::Str),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => self.number(),
            Some(b'(') => self.round(None, notes),
            Some(b'[') => {
                let items = self.enclosed(b']', notes, Self::item)?;
                Ok(Value::List(items))
            }
            Some(b'{') => {
                let entries = self.enclosed(b'}', notes, Self::entry)?;
                Ok(Value::Map(entries))
            }
            Some(b'\'') => self.letter_value().map(Value::Char),
            _ => match self.name_at(start) {
                Some((name, end)) => self.word(name, end, notes),
                None => Err(self.no_value(role)),
            },
        }
    }

    /// A value that starts with a name.
    fn word(&mut self, name: &str, end: usize, notes: &mut Comments) -> Step<Value> {
        let start = self.pos;
        if self.raw_text_start(start).is_some() {
            return self.raw_text().map(Value::Str);
        }
        if name == "b" && self.byte(end) == Some(b'\'') {
            return Err(self.byte_text());
        }
        let raw = end - start > name.len();
        let next = self.after_blank(end);
        if self.byte(next) == Some(b'(') {
            self.pos = end;
            self.blank()?;
            notes.before.append(&mut self.pending);
            let name = Name { text: name.into(), span: self.span(start, end) };
            return self.round(Some(name), notes);
        }
        if self.byte(next) == Some(b'{') && !self.crosses_line(end, next) {
            return Err(self.curly_struct(name, start, next));
        }
        if !raw && let Some(value) = self.keyword(name, end)? {
            self.pos = end;
            return Ok(value);
        }
        if !self.ends_token(end) {
            return Err(self.unquoted(start));
        }
        self.pos = end;
        Ok(Value::Ident(name.into()))
    }

    fn keyword(&mut self, name: &str, end: usize) -> Step<Option<Value>> {
        let meant = match name {
            "true" if self.ends_token(end) => return Ok(Some(Value::Bool(true))),
            "false" if self.ends_token(end) => return Ok(Some(Value::Bool(false))),
            "True" | "TRUE" => "true",
            "False" | "FALSE" => "false",
            _ => return Ok(number::special(name).map(Value::Float)),
        };
        if !self.ends_token(end) {
            return Ok(None);
        }
        Err(self.fail(
            self.span(self.pos, end),
            format!("`{name}` is written in small letters"),
            &format!("write `{meant}`"),
            Some(format!("write `{meant}` instead of `{name}`")),
        ))
    }

    /// Whether a name or number can end at `at`: nothing that belongs to it
    /// follows.
    fn ends_token(&self, at: usize) -> bool {
        match self.byte(at) {
            None => true,
            Some(b'/') => !matches!(self.blank_at(at), Blank::Nothing),
            Some(b',' | b':' | b';' | b'=' | b'(' | b'[' | b'{' | b'"' | b'\'') => true,
            Some(byte) if is_closer(byte) => true,
            _ => matches!(self.blank_at(at), Blank::Space(_)),
        }
    }
}

// Bracketed values.
impl Parser<'_> {
    /// Reads `(..)`: nothing, named fields, or values.
    fn round(&mut self, name: Option<Name>, notes: &mut Comments) -> Step<Value> {
        let first = self.after_blank(self.pos + 1);
        if self.starts_field(first) {
            let mut fields = self.enclosed(b')', notes, Self::field)?;
            // Large scenes are small structs by the ten thousands: room that a list grew beyond need adds up.
            fields.shrink_to_fit();
            return Ok(Value::Struct(Box::new(StructValue { name, fields })));
        }
        let items = self.enclosed(b')', notes, Self::item)?;
        if name.is_none() && items.is_empty() {
            return Ok(Value::Unit);
        }
        Ok(Value::Tuple(Box::new(TupleValue { name, items })))
    }

    fn starts_field(&self, at: usize) -> bool {
        self.name_at(at).is_some_and(|(_, end)| {
            matches!(self.byte(self.after_blank(end)), Some(b':' | b'=')) || self.dashed_name_end(at).is_some()
        })
    }

    /// The end of a field name with a dash or a point in it, as in
    /// `mean-time: 3`.
    fn dashed_name_end(&self, start: usize) -> Option<usize> {
        let plain_end = self.name_end(start);
        let mut end = plain_end;
        while let Some(b'-' | b'.') = self.byte(end) {
            let part = end + 1;
            end = self.rest(part).find(|letter| !is_name_part(letter)).map_or(self.bytes.len(), |len| part + len);
        }
        let dashed = plain_end > start && end > plain_end;
        (dashed && self.byte(self.after_blank(end)) == Some(b':')).then_some(end)
    }

    /// Reads an opening bracket, items with commas, and the closing bracket.
    fn enclosed<T: Item>(&mut self, close: u8, notes: &mut Comments, read: fn(&mut Self) -> Step<T>) -> Step<Vec<T>> {
        let open = self.pos;
        self.check_depth()?;
        self.pos += 1;
        self.closers.push(close);
        let mut items = Vec::new();
        self.blank()?;
        while !self.at_end(open, close)? {
            match read(self) {
                Ok(mut item) => {
                    self.after_item(&mut item, close)?;
                    items.push(item);
                }
                Err(Halt::Item) => self.skip_item(),
                Err(Halt::Stop) => return Err(Halt::Stop),
            }
            self.blank()?;
        }
        self.closers.pop();
        notes.inside_end = std::mem::take(&mut self.pending);
        Ok(items)
    }

    fn skip_item(&mut self) {
        self.pending.clear();
        self.recover();
        if self.peek() == Some(b',') {
            self.pos += 1;
        }
    }

    fn check_depth(&mut self) -> Step<()> {
        let most = self.limits.depth.min(MAX_DEPTH);
        if self.closers.len() < most as usize {
            return Ok(());
        }
        self.report(
            self.letter_span(self.pos),
            format!("the brackets are nested more than {most} deep"),
            "one bracket too deep",
            Some("look for brackets that are never closed above".to_owned()),
        );
        Err(Halt::Stop)
    }

    /// Whether the list ends here; takes its closing bracket if so.
    fn at_end(&mut self, open: usize, close: u8) -> Step<bool> {
        match self.peek() {
            Some(byte) if byte == close => {
                self.pos += 1;
                Ok(true)
            }
            Some(byte) if is_closer(byte) => {
                self.wrong_closer(open, close, byte);
                if self.give_up() == Halt::Stop {
                    return Err(Halt::Stop);
                }
                // One that an outer bracket waits for is left to that one.
                let outer = self.closers.len().saturating_sub(1);
                if !self.closers.iter().take(outer).any(|c| *c == byte) {
                    self.pos += 1;
                }
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(self.never_closed(open, close)),
        }
    }

    /// Reads what follows an item: comments, and a comma unless the list
    /// ends.
    fn after_item<T: Item>(&mut self, item: &mut T, close: u8) -> Step<()> {
        let end = self.pos;
        if self.peek() != Some(b',') {
            if let Some(text) = self.line_comments()? {
                add_after(item.last_mut(), text);
            }
            self.blank()?;
        }
        match self.peek() {
            Some(b',') => {}
            Some(b';') => self.semicolon(),
            None => return Ok(()),
            Some(byte) if is_closer(byte) => return Ok(()),
            Some(_) => return self.no_comma(item, end, close),
        }
        let comma = self.pos;
        self.pos += 1;
        if !self.crosses_line(end, comma)
            && let Some(text) = self.comments_after_comma()?
        {
            add_after(item.last_mut(), text);
        }
        Ok(())
    }

    fn item(&mut self) -> Step<Node> {
        self.value(Role::Item)
    }

    fn entry(&mut self) -> Step<(Node, Node)> {
        let mut key = self.value(Role::Item)?;
        self.blank()?;
        match self.peek() {
            Some(b':') => self.pos += 1,
            Some(b'=') => self.equals_sign(),
            _ => return Err(self.no_colon(key.span, "the key")),
        }
        self.blank()?;
        if !self.pending.is_empty() {
            // Comments inside an entry are kept in front of it.
            let notes = key.comments.get_or_insert_default();
            notes.before.append(&mut self.pending);
        }
        let value = self.value(Role::EntryValue(key.span))?;
        Ok((key, value))
    }

    fn field(&mut self) -> Step<Field> {
        let name = self.field_name()?;
        self.blank()?;
        match self.peek() {
            Some(b':') => self.pos += 1,
            Some(b'=') => self.equals_sign(),
            _ => return Err(self.no_colon(name.span, "the field")),
        }
        let value = self.value(Role::FieldValue(name.span))?;
        Ok(Field { name, value })
    }

    fn field_name(&mut self) -> Step<Name> {
        let start = self.pos;
        if let Some(end) = self.dashed_name_end(start) {
            return Ok(self.dashed_name(start, end));
        }
        if self.peek() == Some(b'"') {
            return self.quoted_name();
        }
        let Some((text, end)) = self.name_at(start) else {
            return Err(self.no_field_name());
        };
        if self.raw_text_start(start).is_some() {
            return Err(self.no_field_name());
        }
        self.pos = end;
        Ok(Name { text: text.into(), span: self.span(start, end) })
    }
}

#[cfg(test)]
mod tests;
