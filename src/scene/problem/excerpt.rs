//! The part of a file that is shown for one problem.

use std::borrow::Cow;
use std::fmt::Debug;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A line with more characters is shown in part.
const LONGEST_LINE: usize = 200;
/// How many characters before the marked place are shown of such a line.
const BEFORE: usize = 60;
/// How many characters from the marked place on are shown of such a line.
const FROM: usize = 80;
const CUT: &str = "...";

/// A text with the places of its lines.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// The last place that was looked up and its column: places come in order, and a line may be endless.
    last: (usize, usize),
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub(super) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(breaks).collect(), last: (0, 0) }
    }

    /// The excerpt for a place: its first line and those around it.
    pub(super) fn excerpt<'n>(&mut self, name: &'n str, start: usize, end: usize) -> Excerpt<'n> {
        let start = self.text.floor_char_boundary(start);
        let line = self.starts.partition_point(|at| *at <= start).saturating_sub(1);
        let (from, to) = self.line(line);
        let start = start.min(to);
        let end = self.text.ceil_char_boundary(end).clamp(start, to);
        let mut excerpt =
            Excerpt { name, text: String::new(), first: line, line, column: self.column(from, start), marked: (0, 0) };
        if let Some(before) = line.checked_sub(1) {
            excerpt.first = before;
            excerpt.push_around(self.text_of(before));
        }
        excerpt.push_marked(&self.text[from..to], start - from, end - from);
        if line + 1 < self.starts.len() {
            excerpt.push_around(self.text_of(line + 1));
        }
        excerpt
    }

    /// Where a line begins and ends, without its line break.
    fn line(&self, line: usize) -> (usize, usize) {
        let from = self.starts.get(line).copied().unwrap_or_default();
        let next = self.starts.get(line + 1).copied();
        let text = &self.text[from..next.unwrap_or(self.text.len())];
        (from, from + text.trim_end_matches(['\n', '\r']).len())
    }

    fn text_of(&self, line: usize) -> &'t str {
        let (from, to) = self.line(line);
        &self.text[from..to]
    }

    fn column(&mut self, line_start: usize, at: usize) -> usize {
        let (last, column) = self.last;
        let known = if (line_start..=at).contains(&last) { column } else { 0 };
        let from = if (line_start..=at).contains(&last) { last } else { line_start };
        let column = known + self.text[from..at].chars().count();
        self.last = (at, column);
        column
    }
}

/// A few trimmed lines around a marked place.
#[derive(Debug)]
pub(super) struct Excerpt<'n> {
    name: &'n str,
    text: String,
    first: usize,
    line: usize,
    column: usize,
    marked: (usize, usize),
}

impl Excerpt<'_> {
    /// The marked place within the excerpt.
    pub(super) fn marked(&self) -> SourceSpan {
        self.marked.into()
    }

    fn push_around(&mut self, line: &str) {
        let end = line.char_indices().nth(LONGEST_LINE).map_or(line.len(), |(at, _)| at);
        self.push_shown(&line[..end]);
        self.text.push_str(if end < line.len() { CUT } else { "" });
        self.text.push('\n');
    }

    fn push_marked(&mut self, line: &str, start: usize, end: usize) {
        let (from, to) = if line.chars().nth(LONGEST_LINE).is_none() { (0, line.len()) } else { window(line, start) };
        let end = end.min(to);
        self.text.push_str(if from > 0 { CUT } else { "" });
        self.push_shown(&line[from..start]);
        let marked = self.text.len();
        self.push_shown(&line[start..end]);
        self.marked = (marked, self.text.len() - marked);
        self.push_shown(&line[end..to]);
        self.text.push_str(if to < line.len() { CUT } else { "" });
        self.text.push('\n');
    }

    fn push_shown(&mut self, text: &str) {
        self.text.push_str(&printable(text));
    }
}

fn window(line: &str, start: usize) -> (usize, usize) {
    let from = line[..start].char_indices().rev().nth(BEFORE - 1).map_or(0, |(at, _)| at);
    let to = line[start..].char_indices().nth(FROM).map_or(line.len(), |(at, _)| start + at);
    (from, to)
}

/// The text without characters that could play tricks on a terminal.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let bad = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\n');
    if text.contains(bad) {
        text.chars().map(|letter| if bad(letter) { '\u{fffd}' } else { letter }).collect()
    } else {
        Cow::Borrowed(text)
    }
}

impl SourceCode for Excerpt<'_> {
    /// The whole excerpt, whatever is asked for. Asked without lines around it, the marked place is meant, whose line
    /// and column go into the heading.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if span.offset() + span.len() > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let (line, column) = if lines_before == 0 { (self.line, self.column) } else { (self.first, 0) };
        let whole = SourceSpan::from(0..self.text.len());
        let lines = self.text.lines().count();
        let name = self.name.to_owned();
        Ok(Box::new(MietteSpanContents::new_named(name, self.text.as_bytes(), whole, line, column, lines)))
    }
}
