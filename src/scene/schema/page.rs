//! Pages about types, for terminals and in Markdown.

use std::fmt::Write;

use super::doc::{Body, FieldDoc, TypeDoc, VariantDoc};

const WIDTH: usize = 100;
/// A longer default or example gets lines of its own.
const LONGEST: usize = 60;

/// The page as plain text.
pub(super) fn plain(docs: &[TypeDoc]) -> String {
    let mut page = Plain { out: String::new() };
    for (index, doc) in docs.iter().enumerate() {
        page.out.push_str(if index > 0 { "\n" } else { "" });
        page.document(doc);
    }
    page.out
}

struct Plain {
    out: String,
}

impl Plain {
    fn document(&mut self, doc: &TypeDoc) {
        self.lines(0, &doc.name);
        self.description(2, doc.description.as_deref());
        match &doc.body {
            Body::Plain(words) => self.lines(2, &sentence(words)),
            Body::Fields(fields) if fields.is_empty() => self.lines(2, "It has no fields."),
            Body::Fields(fields) => {
                self.out.push('\n');
                self.fields(2, fields);
            }
            Body::Variants { others, variants } => {
                self.out.push_str(if doc.description.is_some() { "\n" } else { "" });
                self.lines(2, &lead(others.as_deref()));
                self.out.push('\n');
                variants.iter().for_each(|variant| self.variant(variant));
            }
        }
        if let Some(example) = &doc.example {
            self.out.push_str("\n  Example\n\n");
            self.block(4, example);
        }
    }

    fn variant(&mut self, variant: &VariantDoc) {
        self.block(2, &variant.form);
        self.description(6, variant.description.as_deref());
        self.fields(6, &variant.fields);
    }

    fn fields(&mut self, indent: usize, fields: &[FieldDoc]) {
        for field in fields {
            self.lines(indent, &format!("{}: {}", field.name, facts(field)));
            self.description(indent + 4, field.description.as_deref());
            for (what, value) in extras(field) {
                if is_short(value) {
                    self.lines(indent + 4, &format!("{what}: {value}"));
                } else {
                    self.lines(indent + 4, &format!("{what}:"));
                    self.block(indent + 8, value);
                }
            }
        }
    }

    fn description(&mut self, indent: usize, text: Option<&str>) {
        for (index, paragraph) in paragraphs(text.unwrap_or_default()).iter().enumerate() {
            self.out.push_str(if index > 0 { "\n" } else { "" });
            paragraph.iter().for_each(|line| self.lines(indent, line));
        }
    }

    /// Writes words into lines of the page's width, the first one less indented than the others.
    fn lines(&mut self, indent: usize, text: &str) {
        let mut column = 0;
        for word in text.split_whitespace() {
            let width = word.chars().count();
            if column > 0 && column + 1 + width > WIDTH {
                self.out.push('\n');
                column = 0;
            } else if column > 0 {
                self.out.push(' ');
                column += 1;
            }
            if column == 0 {
                column = indent;
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(word);
            column += width;
        }
        self.out.push('\n');
    }

    fn block(&mut self, indent: usize, text: &str) {
        for line in text.lines() {
            // Writing to a string cannot fail.
            let _ = writeln!(self.out, "{:indent$}{line}", "");
        }
    }
}

/// The page as Markdown.
pub(super) fn markdown(docs: &[TypeDoc]) -> String {
    let mut page = Markdown { out: String::new() };
    for (index, doc) in docs.iter().enumerate() {
        page.out.push_str(if index > 0 { "\n" } else { "" });
        page.document(doc, if index == 0 { "##" } else { "###" });
    }
    page.out
}

struct Markdown {
    out: String,
}

impl Markdown {
    fn document(&mut self, doc: &TypeDoc, heading: &str) {
        self.line(0, &format!("{heading} {}", doc.name));
        self.paragraph(doc.description.as_deref());
        match &doc.body {
            Body::Plain(words) => self.paragraph(Some(&sentence(words))),
            Body::Fields(fields) if fields.is_empty() => self.paragraph(Some("It has no fields.")),
            Body::Fields(fields) => {
                self.out.push('\n');
                self.fields(0, fields);
            }
            Body::Variants { others, variants } => {
                self.paragraph(Some(&lead(others.as_deref())));
                self.out.push('\n');
                variants.iter().for_each(|variant| self.variant(variant));
            }
        }
        if let Some(example) = &doc.example {
            self.paragraph(Some(&format!("Example:\n\n```ron\n{example}\n```")));
        }
    }

    fn variant(&mut self, variant: &VariantDoc) {
        self.item(0, &format!("`{}`", one_line(&variant.form)), variant.description.as_deref());
        self.fields(2, &variant.fields);
    }

    fn fields(&mut self, indent: usize, fields: &[FieldDoc]) {
        for field in fields {
            self.item(indent, &format!("`{}` ({})", field.name, facts(field)), field.description.as_deref());
            for (what, value) in extras(field) {
                self.line(indent + 2, &format!("{what}: `{}`", one_line(value)));
            }
        }
    }

    /// A list item with its description, whose further paragraphs belong to the item too.
    fn item(&mut self, indent: usize, head: &str, description: Option<&str>) {
        let paragraphs = paragraphs(description.unwrap_or_default());
        let mut lines = paragraphs.iter().flat_map(|paragraph| paragraph.iter().map(String::as_str).chain([""]));
        let first = lines.next().map(|line| format!(": {line}")).unwrap_or_default();
        self.line(indent, &format!("- {head}{first}"));
        let mut rest: Vec<&str> = lines.collect();
        rest.pop();
        for line in rest {
            self.line(if line.is_empty() { 0 } else { indent + 2 }, line);
        }
    }

    fn paragraph(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.out.push('\n');
            self.line(0, text);
        }
    }

    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.out, "{:indent$}{text}", "");
    }
}

/// Type, unit, range, and whether a field may be left out.
fn facts(field: &FieldDoc) -> String {
    let mut facts = field.words.clone();
    if let Some(unit) = &field.unit {
        facts.push_str(&format!(" in {unit}"));
    }
    if let Some(range) = &field.range {
        facts.push_str(&format!(", {range}"));
    }
    match (field.required, &field.default) {
        (true, _) => facts.push_str(", required"),
        (false, Some(default)) if is_short(default) => facts.push_str(&format!(", default {default}")),
        (false, Some(_)) => {}
        (false, None) => facts.push_str(", optional"),
    }
    facts
}

/// What is too long to stand among the facts.
fn extras(field: &FieldDoc) -> impl Iterator<Item = (&'static str, &str)> {
    let default = field.default.as_deref().filter(|default| !field.required && !is_short(default));
    let default = default.map(|default| ("default", default));
    default.into_iter().chain(field.example.as_deref().map(|example| ("for example", example)))
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= LONGEST && !text.contains('\n')
}

/// RON text on one line; only comments and texts would mind, and made-up values have neither over several lines.
fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.join(" ").replace("( ", "(").replace(", )", ")").replace("[ ", "[").replace(", ]", "]")
}

fn lead(others: Option<&str>) -> String {
    match others {
        Some(others) => format!("Either {others}, or one of:"),
        None => "One of:".to_owned(),
    }
}

fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

/// The paragraphs of a description; within one, only items of lists begin new lines.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut paragraphs = Vec::new();
    for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let mut lines: Vec<String> = Vec::new();
        for line in paragraph.lines().map(str::trim) {
            match lines.last_mut() {
                Some(last) if !line.starts_with("- ") && !line.starts_with("* ") => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ => lines.push(line.to_owned()),
            }
        }
        paragraphs.push(lines);
    }
    paragraphs
}
