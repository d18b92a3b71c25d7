//! What is told about mistakes, each with its remedy.

use super::super::{Name, Node, Span, Value, print};
use super::{Blank, Halt, Item, Parser, Role, Step, is_closer, is_name_start};

impl Parser<'_> {
    /// The text without quotes that starts at `start`: up to a comma, a
    /// bracket, a quote, a comment or the end of the line.
    pub(super) fn loose_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(byte) = self.byte(at) {
            let ends = matches!(byte, b',' | b';' | b'\n' | b'\r' | b'"' | b'(' | b'[' | b'{')
                || is_closer(byte)
                || matches!(self.blank_at(at), Blank::Comment(_) | Blank::Unclosed)
                    // `https://` is no comment.
                    && at.checked_sub(1).and_then(|before| self.byte(before)) != Some(b':');
            if ends {
                break;
            }
            at += self.letter(at).map_or(1, char::len_utf8);
        }
        start + self.slice(start, at).trim_end().len()
    }

    pub(super) fn unquoted(&mut self, start: usize) -> Halt {
        let end = self.loose_end(start);
        let text = self.slice(start, end);
        self.pos = self.past_stray_quote(end);
        self.fail(
            self.span(start, end),
            format!("`{}` is not a value", shorten(text)),
            "text without quotes",
            Some(format!("put text in double quotes: {}", remedy(text))),
        )
    }

    /// Whether the value just read, and what follows it on the line, look
    /// like text that lacks its quotes.
    pub(super) fn is_loose_text(&self, last: &Node) -> bool {
        let end = last.span.end as usize;
        let at = self.after_blank(end);
        if !is_bare(last) || self.crosses_line(end, at) {
            return false;
        }
        let number = !matches!(last.value, Value::Ident(_));
        match self.byte(at) {
            None | Some(b'"' | b'(' | b'[' | b'{' | b'\'' | b'#') => false,
            Some(b':' | b'=') => at == end,
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') if number => false,
            Some(_) => !self.starts_field(at),
        }
    }

    /// Steps over a quote at `at` that has no partner on its line, so that it
    /// does not swallow what follows.
    pub(super) fn past_stray_quote(&self, at: usize) -> usize {
        let line = self.slice(at, self.line_end(at));
        let odd = line.matches('"').count() % 2 == 1;
        at + usize::from(odd && line.starts_with('"'))
    }

    pub(super) fn no_opening_quote(&mut self, last: &Node) -> Halt {
        let text = last.span.text(self.text);
        let start = last.span.start as usize;
        self.pos += 1;
        self.fail(
            self.span(start, self.pos),
            format!("the text `{}` lacks its opening quote", shorten(text)),
            "a quote is missing in front",
            Some(format!("write {}", remedy(text))),
        )
    }

    pub(super) fn loose_text(&mut self, last: &Node) -> Halt {
        self.unquoted(last.span.start as usize)
    }

    /// Complains about what stands behind an item in the place of a comma.
    pub(super) fn no_comma<T: Item>(&mut self, item: &T, end: usize, close: u8) -> Step<()> {
        let last = item.last();
        let next = self.peek().unwrap_or(b' ');
        let named = item.title().is_some();
        let colon = matches!(next, b':' | b'=');
        let halt = if (named || !colon) && self.is_loose_text(last) {
            self.loose_text(last)
        } else if colon {
            self.stray_colon(last, named, close)
        } else if next == b'#' {
            self.hash()
        } else if is_bare(last) && self.past_stray_quote(end) > self.pos {
            self.no_opening_quote(last)
        } else if self.is_runaway(last) {
            self.runaway_text(last.span)
        } else {
            return self.missing_comma(item, end, close);
        };
        self.go_on(halt)
    }

    pub(super) fn is_runaway(&self, last: &Node) -> bool {
        let (start, end) = (last.span.start as usize, last.span.end as usize);
        matches!(last.value, Value::Str(_)) && self.crosses_line(start, end)
    }

    pub(super) fn missing_comma<T: Item>(&mut self, item: &T, end: usize, close: u8) -> Step<()> {
        let bracket = char::from(close);
        let what = match item.title().and_then(|span| self.snippet(span)) {
            Some(title) => format!("the value of `{title}`"),
            None => "this value".to_owned(),
        };
        let help = match self.snippet(item.last().span) {
            Some(text) => format!("put a comma after `{text}`"),
            None => "put a comma here".to_owned(),
        };
        let starts_value = self
            .letter(self.pos)
            .is_some_and(|letter| is_name_start(letter) || letter.is_ascii_digit() || "\"'([{+-.".contains(letter));
        let halt = self.fail(
            self.span(end, end),
            format!("expected `,` or `{bracket}` after {what}"),
            "a comma is missing here",
            Some(help),
        );
        if starts_value && halt == Halt::Item {
            // As if the comma were there.
            return Ok(());
        }
        self.go_on(halt)
    }

    /// After a mistake behind a complete item, goes to the next one.
    pub(super) fn go_on(&mut self, halt: Halt) -> Step<()> {
        if halt == Halt::Item {
            self.skip_item();
            return Ok(());
        }
        Err(halt)
    }

    pub(super) fn stray_colon(&mut self, last: &Node, named: bool, close: u8) -> Halt {
        let span = last.span;
        let sign = self.peek().map_or(':', char::from);
        let at = self.letter_span(self.pos);
        match (close, &last.value) {
            (b']', _) => self.fail(
                at,
                "a list holds values without names",
                "a name in a list",
                Some("use `( )` for named fields, or `{ }` for a map".to_owned()),
            ),
            (b')', Value::Str(text)) if !named => {
                let help = format!("write `{}` without quotes", print::ident(text));
                self.fail(span, "field names are written without quotes", "a field name", Some(help))
            }
            (b')', Value::Ident(_)) if !named => self.fail(
                span,
                "values with a name and values without one are mixed",
                "this one has a name, the ones before it have none",
                Some("give every value in these brackets a name, or none".to_owned()),
            ),
            _ => self.fail(
                at,
                format!("`{sign}` does not fit here"),
                "expected a comma or a closing bracket",
                Some("put text in double quotes".to_owned()),
            ),
        }
    }

    /// The quotes are out of step: a text runs over several lines and
    /// something odd follows it.
    pub(super) fn runaway_text(&mut self, span: Span) -> Halt {
        let start = span.start as usize;
        let line_end = self.line_end(start).min(span.end as usize);
        let first = start + self.slice(start, line_end).trim_end().len();
        self.report(
            self.span(start, first),
            "this text runs on to another line",
            "it may lack its closing `\"`",
            Some("put `\"` where the text ends".to_owned()),
        );
        Halt::Stop
    }

    pub(super) fn semicolon(&mut self) {
        self.report(
            self.letter_span(self.pos),
            "`;` does not separate values",
            "write `,`",
            Some("write `,` instead of `;`".to_owned()),
        );
    }

    /// Complains about `=` and steps over it, as if it were a colon.
    pub(super) fn equals_sign(&mut self) {
        self.report(
            self.letter_span(self.pos),
            "`=` does not give a value",
            "write `:`",
            Some("write `:` instead of `=`".to_owned()),
        );
        self.pos += 1;
    }

    pub(super) fn no_colon(&mut self, title: Span, what: &str) -> Halt {
        let name = shorten(title.text(self.text));
        let end = title.end as usize;
        let message = match self.peek() {
            None | Some(b',' | b')' | b'}' | b']') => format!("{what} `{name}` has no value"),
            Some(_) => format!("expected `:` after {what} `{name}`"),
        };
        let help = format!("put `:` and a value after `{name}`");
        self.fail(self.span(end, end), message, "a colon is missing here", Some(help))
    }

    pub(super) fn dashed_name(&mut self, start: usize, end: usize) -> Name {
        let text = self.slice(start, end);
        let better = text.replace(['-', '.'], "_");
        self.report(
            self.span(start, end),
            format!("`{text}` cannot be a field name"),
            "names have letters, digits and `_`",
            Some(format!("the name may be meant to be `{better}`")),
        );
        self.pos = end;
        Name { text: better.into(), span: self.span(start, end) }
    }

    pub(super) fn quoted_name(&mut self) -> Step<Name> {
        let start = self.pos;
        let text = self.text()?;
        let span = self.span(start, self.pos);
        if self.byte(self.after_blank(self.pos)) != Some(b':') {
            return Err(self.unnamed_value(span));
        }
        self.report(
            span,
            "field names are written without quotes",
            "a field name",
            Some(format!("write `{}` without quotes", print::ident(&text))),
        );
        Ok(Name { text, span })
    }

    pub(super) fn unnamed_value(&mut self, span: Span) -> Halt {
        self.fail(
            span,
            "this value has no name",
            "expected a field name",
            Some("give it a name, as in `name: value`".to_owned()),
        )
    }

    pub(super) fn no_field_name(&mut self) -> Halt {
        let at = self.pos;
        if self.peek() == Some(b',') {
            return self.extra_comma();
        }
        if let Some(halt) = self.known_slip() {
            return halt;
        }
        let end = match self.peek() {
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => self.loose_end(at),
            _ => self.letter_span(at).end as usize,
        };
        self.unnamed_value(self.span(at, end))
    }

    pub(super) fn extra_comma(&mut self) -> Halt {
        self.fail(
            self.letter_span(self.pos),
            "there is no value before this comma",
            "one comma too many",
            Some("remove the comma".to_owned()),
        )
    }

    /// Complains that no value stands where one is wanted.
    pub(super) fn no_value(&mut self, role: Role) -> Halt {
        if let Some(halt) = self.known_slip() {
            return halt;
        }
        let at = self.pos;
        let here = self.letter_span(at);
        match (self.letter(at), role) {
            (None, Role::Root) => {
                self.report(here, "this file is empty", "expected a value", None);
                Halt::Stop
            }
            (_, Role::FieldValue(title) | Role::EntryValue(title))
                if self.letter(at).is_none_or(|c| ",)]};".contains(c)) =>
            {
                let end = self.slice(title.start as usize, at).trim_end().len();
                let end = title.start as usize + end;
                let name = shorten(title.text(self.text));
                self.fail(
                    self.span(end, end),
                    format!("the value of `{name}` is missing"),
                    "expected a value",
                    Some(format!("put a value after `{name}:`")),
                )
            }
            (Some(','), _) => self.extra_comma(),
            (Some('/' | '~' | '$' | '@' | '%' | '&' | '*' | '<' | '>'), _) => self.unquoted(at),
            (Some(letter), _) => self.fail(
                here,
                format!("`{}` cannot start a value", letter.escape_debug()),
                "expected a value",
                Some("put text in double quotes".to_owned()),
            ),
            (None, _) => {
                self.report(here, "the file ends too early", "expected a value", None);
                Halt::Stop
            }
        }
    }

    /// The slips that can stand anywhere: wrong quotes, wrong comment signs.
    pub(super) fn known_slip(&mut self) -> Option<Halt> {
        match self.letter(self.pos)? {
            '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' | '`' => Some(self.fancy_quote()),
            '#' => Some(self.hash()),
            _ => None,
        }
    }

    pub(super) fn hash(&mut self) -> Halt {
        self.fail(
            self.letter_span(self.pos),
            "`#` means nothing here",
            "unexpected `#`",
            Some("start comments with `//`, and put text in double quotes".to_owned()),
        )
    }

    pub(super) fn fancy_quote(&mut self) -> Halt {
        let start = self.pos;
        let quote = self.letter(start).unwrap_or('“');
        let inner = start + quote.len_utf8();
        let line = self.slice(inner, self.line_end(inner));
        let closing = |letter: char| "“”‟‘’«»`\"".contains(letter);
        let found = line.char_indices().find(|(_, letter)| closing(*letter));
        let (help, end) = match found {
            Some((len, letter)) => {
                let text = line.get(..len).unwrap_or_default();
                (format!("use plain double quotes: {}", remedy(text)), inner + len + letter.len_utf8())
            }
            None => ("use plain double quotes: `\"`".to_owned(), inner),
        };
        self.pos = end;
        self.fail(
            self.span(start, inner),
            format!("`{quote}` is not a plain double quote"),
            "the wrong kind of quote",
            Some(help),
        )
    }

    pub(super) fn curly_struct(&mut self, name: &str, start: usize, brace: usize) -> Halt {
        self.fail(
            self.span(start, brace + 1),
            format!("`{name}` takes round brackets"),
            "curly brackets are for maps",
            Some(format!("write `{name}( )` instead of `{name} {{ }}`")),
        )
    }

    pub(super) fn wrong_closer(&mut self, open: usize, close: u8, found: u8) {
        let line = self.line_of(open);
        let opening = self.byte(open).map_or('(', char::from);
        let (close, found) = (char::from(close), char::from(found));
        self.report(
            self.letter_span(self.pos),
            format!("expected `{close}`, found `{found}`"),
            &format!("`{close}` is missing here"),
            Some(format!("put `{close}` where the `{opening}` on line {line} ends")),
        );
    }

    pub(super) fn never_closed(&mut self, open: usize, close: u8) -> Halt {
        let line = self.line_of(open);
        let opening = self.byte(open).map_or('(', char::from);
        let close = char::from(close);
        let end = self.text.trim_end().len();
        self.report(
            self.span(end, end),
            format!("a closing `{close}` is missing"),
            &format!("expected `{close}`"),
            Some(format!("the `{opening}` on line {line} is never closed")),
        );
        Halt::Stop
    }
}

/// Whether a value is written without brackets or quotes.
fn is_bare(node: &Node) -> bool {
    matches!(node.value, Value::Ident(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_))
}

/// A text cut to a length that fits in a message.
pub(super) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(MOST).collect();
    cut.push('…');
    cut
}

/// How a text should be written, for the help of a message.
pub(super) fn remedy(text: &str) -> String {
    format!("`{}`", print::quote(&shorten(text)))
}
