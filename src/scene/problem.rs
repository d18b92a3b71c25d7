//! Mistakes in scene files, shown with the line they are on.
//!
//! Readers collect [`Problem`]s, so that an author learns of all of them at once, and [`Sources::render`] shows them.
//! What is shown of a file is an excerpt of a few trimmed lines, so that neither large files nor endless lines make
//! that slow or unreadable.

mod excerpt;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode};

use self::excerpt::{Excerpt, Lines};
use super::syntax::de::DeError;
use super::syntax::parse::SyntaxError;
use super::syntax::{FileId, Span};

/// The widest line of a rendered problem, in columns; excerpts of long source lines may be wider.
const WIDTH: usize = 120;

/// How many file names the closing line lists.
const NAMED_FILES: usize = 3;

/// One mistake, where it is and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place, or [`Span::UNKNOWN`].
    pub span: Span,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// A few words to stand beneath the marked place; may be empty.
    pub label: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl From<SyntaxError> for Problem {
    fn from(error: SyntaxError) -> Self {
        Problem { span: error.span, message: error.message, label: error.label, help: error.help }
    }
}

impl From<DeError> for Problem {
    fn from(error: DeError) -> Self {
        Problem { span: error.span, message: error.message, label: String::new(), help: None }
    }
}

/// The mistakes found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// True without a problem.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many were added, repeated ones included.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// By file and place, each message once per place.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut sorted: Vec<&Problem> = self.found.iter().collect();
        sorted.sort_by(|a, b| key(a).cmp(&key(b)));
        sorted.dedup_by(|a, b| key(a) == key(b));
        sorted
    }

    /// Like [`Problems::sorted`], giving the problems away.
    pub fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by(|a, b| key(a).cmp(&key(b)));
        self.found.dedup_by(|a, b| key(a) == key(b));
        self.found
    }
}

fn key(problem: &Problem) -> (FileId, u32, &str) {
    (problem.span.file, problem.span.start, &problem.message)
}

impl<P: Into<Problem>> Extend<P> for Problems {
    fn extend<I: IntoIterator<Item = P>>(&mut self, more: I) {
        self.found.extend(more.into_iter().map(Into::into));
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    /// Sorted, each once.
    fn into_iter(self) -> Self::IntoIter {
        self.into_sorted().into_iter()
    }
}

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ASCII drawing without colours, for logs and files.
    Plain,
    /// Coloured drawing, for terminals.
    Color,
}

/// One file that was read.
#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: Arc<str>,
}

/// The files that were read, with their texts.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, named as it is to be shown. Beyond 65,534 files, problems are shown without their place.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = u16::try_from(self.files.len()).unwrap_or(u16::MAX);
        self.files.push(Source { name: name.into(), text: text.into() });
        FileId(id)
    }

    /// The name of a file.
    pub fn name(&self, file: FileId) -> Option<&str> {
        self.get(file).map(|source| source.name.as_str())
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> Option<&Arc<str>> {
        self.get(file).map(|source| &source.text)
    }

    /// Line and column of a place, both counted from 1, the column in characters.
    pub fn position(&self, span: Span) -> Option<(usize, usize)> {
        let text = &self.get(span.file)?.text;
        let start = text.floor_char_boundary(span.start as usize);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[..start].bytes().filter(|byte| *byte == b'\n').count();
        Some((line + 1, text[line_start..start].chars().count() + 1))
    }

    fn get(&self, file: FileId) -> Option<&Source> {
        let unknown = file == Span::UNKNOWN.file;
        self.files.get(file.0 as usize).filter(|_| !unknown)
    }

    /// All problems with their lines, and a closing line that counts them; empty without problems.
    pub fn render(&self, problems: &Problems, style: Style) -> String {
        let sorted = problems.sorted();
        let handler = handler(style);
        let mut lines: BTreeMap<FileId, Lines<'_>> = BTreeMap::new();
        let mut out = String::new();
        for problem in &sorted {
            let excerpt = self.get(problem.span.file).map(|source| {
                let lines = lines.entry(problem.span.file).or_insert_with(|| Lines::of(&source.text));
                lines.excerpt(&source.name, problem.span.start as usize, problem.span.end as usize)
            });
            // Writing to a string cannot fail; a report that does fail is left out of an else complete list.
            let _ = handler.render_report(&mut out, &Shown { problem, excerpt });
            out.push('\n');
        }
        if !sorted.is_empty() {
            out.push_str(&self.closing(&sorted));
        }
        out
    }

    fn closing(&self, sorted: &[&Problem]) -> String {
        let mut names: Vec<&str> = sorted.iter().filter_map(|problem| self.name(problem.span.file)).collect();
        names.dedup();
        let count = sorted.len();
        let s = if count == 1 { "" } else { "s" };
        let place = match &names[..] {
            [] => String::new(),
            [only] => format!(" in {only}"),
            [most @ .., last] if names.len() <= NAMED_FILES => format!(" in {} and {last}", most.join(", ")),
            many => format!(" in {} files", many.len()),
        };
        format!("{count} problem{s}{place}\n")
    }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = match style {
        Style::Plain => GraphicalTheme::none(),
        Style::Color => GraphicalTheme::unicode(),
    };
    GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_urls(false).without_syntax_highlighting()
}

/// A problem as the drawing library wants it.
#[derive(Debug)]
struct Shown<'p> {
    problem: &'p Problem,
    excerpt: Option<Excerpt<'p>>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&excerpt::printable(&self.problem.message))
    }
}

impl std::error::Error for Shown<'_> {}

impl Diagnostic for Shown<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help.as_deref().map(|help| Box::new(excerpt::printable(help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = Some(excerpt::printable(&self.problem.label).into_owned()).filter(|label| !label.is_empty());
        let label = LabeledSpan::new_primary_with_span(label, excerpt.marked());
        Some(Box::new(std::iter::once(label)))
    }
}

#[cfg(test)]
mod tests;
