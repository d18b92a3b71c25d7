//! Texts and characters in quotes.

use super::complain::remedy;
use super::{Halt, Parser, Step};

/// What an escape stands for.
enum Escape {
    Letter(char),
    /// A line break that is left out, with the spaces behind it.
    Nothing,
}

impl Parser<'_> {
    /// Where the closing quote of the text at `start` ends.
    pub(super) fn text_end(&self, start: usize) -> Option<usize> {
        let mut at = start + 1;
        loop {
            match self.byte(at)? {
                b'"' => return Some(at + 1),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
    }

    /// Where the character in single quotes at `start` ends, if it is one.
    pub(super) fn char_end(&self, start: usize) -> Option<usize> {
        let first = self.letter(start + 1)?;
        let mut at = start + 1 + first.len_utf8();
        if first == '\\' {
            at += self.letter(at)?.len_utf8();
            // The longest escape is `\u{10ffff}`.
            let longest = at + 8;
            while at < longest && self.byte(at)? != b'\'' {
                at += self.letter(at)?.len_utf8();
            }
        }
        (self.byte(at)? == b'\'').then_some(at + 1)
    }

    /// If a raw text or any byte text starts at `at`: the place of its first
    /// quote.
    pub(super) fn raw_text_start(&self, at: usize) -> Option<usize> {
        let mut quote = at;
        let byte_text = self.byte(quote) == Some(b'b');
        if byte_text {
            quote += 1;
        }
        let raw = self.byte(quote) == Some(b'r');
        if raw {
            quote += 1;
            while self.byte(quote) == Some(b'#') {
                quote += 1;
            }
        }
        ((byte_text || raw) && self.byte(quote) == Some(b'"')).then_some(quote)
    }

    /// Where the raw or byte text at `at` ends, if there is one.
    pub(super) fn raw_text_end(&self, at: usize) -> Option<usize> {
        let quote = self.raw_text_start(at)?;
        let marks = self.slice(at, quote).bytes().filter(|b| *b == b'#').count();
        if !self.slice(at, quote).contains('r') {
            return self.text_end(quote);
        }
        let closing = closing_quote(marks);
        let len = self.rest(quote + 1).find(&closing)?;
        Some(quote + 1 + len + closing.len())
    }

    /// Reads a raw text.
    pub(super) fn raw_text(&mut self) -> Step<Box<str>> {
        let start = self.pos;
        if self.peek() == Some(b'b') {
            return Err(self.byte_text());
        }
        let quote = self.raw_text_start(start).unwrap_or(start);
        let closing = closing_quote(quote.saturating_sub(start + 1));
        let Some(len) = self.rest(quote + 1).find(&closing) else {
            self.report(
                self.span(start, quote + 1),
                "this text is never closed",
                "the text starts here",
                Some(format!("put `{closing}` where the text ends")),
            );
            return Err(Halt::Stop);
        };
        let inner = quote + 1;
        self.pos = inner + len + closing.len();
        Ok(self.slice(inner, inner + len).into())
    }

    pub(super) fn byte_text(&mut self) -> Halt {
        let start = self.pos;
        self.pos = self.raw_text_end(start).unwrap_or(start + 1);
        self.fail(
            self.span(start, start + 1),
            "byte strings are not supported",
            "a byte string",
            Some("leave out the `b` for a text, or give a list of numbers".to_owned()),
        )
    }

    /// Reads a text in double quotes.
    pub(super) fn text(&mut self) -> Step<Box<str>> {
        let start = self.pos;
        let from = start + 1;
        let mut end = from;
        let mut escaped = false;
        loop {
            match self.byte(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
                None => return Err(self.unclosed_text(start)),
            }
        }
        let inner = self.slice(from, end);
        let text = if escaped { self.unescape(from, end) } else { inner.into() };
        self.pos = end + 1;
        Ok(text)
    }

    fn unclosed_text(&mut self, start: usize) -> Halt {
        let line_end = self.line_end(start);
        let end = start + self.slice(start, line_end).trim_end().len();
        self.report(
            self.span(start, end),
            "this text is never closed",
            "the text starts here",
            Some("put `\"` where the text ends".to_owned()),
        );
        Halt::Stop
    }

    /// The text from `start` to `end` with its escapes resolved. Wrong ones
    /// are reported and left out.
    fn unescape(&mut self, start: usize, end: usize) -> Box<str> {
        let mut out = String::with_capacity(end - start);
        let mut at = start;
        while at < end {
            let rest = self.slice(at, end);
            let plain = rest.find('\\').unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            at += plain;
            if at >= end {
                break;
            }
            match self.escape(at, end, true) {
                Ok((escape, next)) => {
                    if let Escape::Letter(letter) = escape {
                        out.push(letter);
                    }
                    at = next;
                }
                Err(next) => {
                    self.bad_escape(at, next.min(end));
                    at = next;
                }
            }
        }
        out.into_boxed_str()
    }

    fn bad_escape(&mut self, at: usize, end: usize) {
        let text = self.slice(at, end);
        self.report(
            self.span(at, end),
            format!("`{}` is not an escape", text.escape_debug().to_string().replace("\\\\", "\\")),
            "unknown after a backslash",
            Some("write `\\\\` for a backslash, as in a Windows path".to_owned()),
        );
    }

    /// The escape whose backslash is at `at`, and where it ends. An error
    /// holds the end of the wrong escape.
    fn escape(&self, at: usize, end: usize, in_text: bool) -> Result<(Escape, usize), usize> {
        let Some(letter) = self.letter(at + 1) else {
            return Err(end);
        };
        let next = at + 1 + letter.len_utf8();
        let plain = match letter {
            '\'' | '"' | '\\' => letter,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            'x' => return self.byte_escape(at, end, in_text),
            'u' => return self.unicode_escape(at),
            '\n' if in_text => return Ok((Escape::Nothing, self.skip_indent(next))),
            '\r' if in_text && self.byte(next) == Some(b'\n') => {
                return Ok((Escape::Nothing, self.skip_indent(next)));
            }
            _ => return Err(next),
        };
        Ok((Escape::Letter(plain), next))
    }

    fn skip_indent(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.byte(at) {
            at += 1;
        }
        at
    }

    /// `\x41`; in a text also several in a row that make up one character.
    fn byte_escape(&self, at: usize, end: usize, in_text: bool) -> Result<(Escape, usize), usize> {
        let mut bytes = [0_u8; 4];
        let mut next = at;
        let most = if in_text { 4 } else { 1 };
        for count in 0..most {
            let Some(digits) = self
                .rest(next)
                .strip_prefix("\\x")
                .and_then(|rest| rest.get(..2))
                .filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
            else {
                break;
            };
            next += 4;
            if let (Some(slot), Ok(byte)) = (bytes.get_mut(count), u8::from_str_radix(digits, 16)) {
                *slot = byte;
            }
            let so_far = bytes.get(..=count).unwrap_or_default();
            if let Some(letter) = std::str::from_utf8(so_far).ok().and_then(|s| s.chars().next()) {
                return Ok((Escape::Letter(letter), next));
            }
        }
        Err(next.max(at + 2).min(end))
    }

    /// `\u{1F600}`
    fn unicode_escape(&self, at: usize) -> Result<(Escape, usize), usize> {
        let wrong = at + 2;
        let rest = self.rest(wrong).strip_prefix('{').ok_or(wrong)?;
        let len = rest.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(rest.len());
        let digits = rest.get(..len).unwrap_or_default();
        let next = wrong + 1 + len;
        if len == 0 || len > 6 || self.byte(next) != Some(b'}') {
            return Err(next);
        }
        u32::from_str_radix(digits, 16)
            .ok()
            .and_then(char::from_u32)
            .map(|letter| (Escape::Letter(letter), next + 1))
            .ok_or(next + 1)
    }

    /// Reads a character in single quotes.
    pub(super) fn letter_value(&mut self) -> Step<char> {
        let start = self.pos;
        let Some(end) = self.char_end(start) else {
            return Err(self.single_quotes());
        };
        let inner = start + 1;
        let letter = match self.letter(inner) {
            Some('\\') => match self.escape(inner, end - 1, false) {
                Ok((Escape::Letter(letter), next)) if next == end - 1 => Some(letter),
                _ => None,
            },
            letter => letter,
        };
        let Some(letter) = letter else {
            self.bad_escape(inner, end - 1);
            self.pos = end;
            return Err(self.give_up());
        };
        self.pos = end;
        Ok(letter)
    }

    fn single_quotes(&mut self) -> Halt {
        let start = self.pos;
        let line = self.slice(start + 1, self.line_end(start));
        let (text, end) = match line.find('\'') {
            Some(len) => (line.get(..len).unwrap_or_default(), start + len + 2),
            None => {
                let end = self.loose_end(start + 1);
                (self.slice(start + 1, end), end)
            }
        };
        self.pos = end;
        self.fail(
            self.span(start, end),
            "text needs double quotes",
            "single quotes are for one character",
            Some(format!("write {}", remedy(text))),
        )
    }
}

fn closing_quote(marks: usize) -> String {
    let mut closing = String::from("\"");
    closing.extend(std::iter::repeat_n('#', marks));
    closing
}
