//! Writing a tree as RON text.
//!
//! Structures that fit go on one line; the others get one item per line with
//! a trailing comma. Comments stay with the value they belong to. Reading
//! the text back gives an equal tree, with these forms made alike: an
//! unnamed empty struct or tuple becomes `()`, and an empty named struct
//! becomes an empty named tuple, since RON writes them the same way.

use std::fmt::Write;

use super::{Comments, Field, Name, Node, Value};

/// The longest line a structure is squeezed into.
pub const WIDTH: usize = 100;

const INDENT: usize = 4;

/// The tree as text, ending in a line break.
pub fn print(root: &Node) -> String {
    let mut printer = Printer { out: String::new(), level: 0 };
    printer.comment_lines(&notes(root).before);
    let column = 0;
    printer.node(root, column);
    printer.after(root);
    printer.out.push('\n');
    printer.out
}

/// A text in double quotes, with escapes where they are needed.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

/// A field or variant name as it is written, with `r#` in front where the
/// plain spelling would mean something else.
pub fn ident(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_ident(&mut out, text);
    out
}

/// The comments of a node, or an empty set of them.
fn notes(node: &Node) -> &Comments {
    const NONE: &Comments = &Comments { before: Vec::new(), after: None, inside_end: Vec::new() };
    node.comments.as_deref().unwrap_or(NONE)
}

struct Printer {
    out: String,
    level: usize,
}

impl Printer {
    /// Writes a value without the comments around it. `column` is where it
    /// starts.
    fn node(&mut self, node: &Node, column: usize) {
        let comma = 1;
        let mut line = Line { out: String::new(), room: WIDTH.saturating_sub(column + comma) };
        if is_scalar(&node.value) {
            push_scalar(&mut self.out, &node.value);
        } else if line.node(node).is_some() {
            self.out.push_str(&line.out);
        } else {
            self.tall(node);
        }
    }

    fn tall(&mut self, node: &Node) {
        let end = &notes(node).inside_end;
        match &node.value {
            Value::List(items) => self.block('[', ']', items, end, Self::item),
            Value::Map(entries) => self.block('{', '}', entries, end, Self::entry),
            Value::Struct(inner) => {
                self.name(inner.name.as_ref());
                self.block('(', ')', &inner.fields, end, Self::field);
            }
            Value::Tuple(inner) => {
                self.name(inner.name.as_ref());
                self.block('(', ')', &inner.items, end, Self::item);
            }
            Value::Unit => self.block('(', ')', &[], end, Self::item),
            other => push_scalar(&mut self.out, other),
        }
    }

    fn block<T>(&mut self, open: char, close: char, items: &[T], end: &[Box<str>], write: fn(&mut Self, &T)) {
        self.out.push(open);
        self.out.push('\n');
        self.level += 1;
        for item in items {
            write(self, item);
        }
        self.comment_lines(end);
        self.level -= 1;
        self.indent();
        self.out.push(close);
    }

    fn item(&mut self, node: &Node) {
        self.comment_lines(&notes(node).before);
        self.indent();
        self.node(node, self.level * INDENT);
        self.end_item(node);
    }

    fn field(&mut self, field: &Field) {
        self.comment_lines(&notes(&field.value).before);
        self.indent();
        let start = self.out.len();
        push_ident(&mut self.out, &field.name.text);
        self.out.push_str(": ");
        self.node(&field.value, self.column(start));
        self.end_item(&field.value);
    }

    fn entry(&mut self, (key, value): &(Node, Node)) {
        self.comment_lines(&notes(key).before);
        self.comment_lines(notes(key).after.as_slice());
        self.comment_lines(&notes(value).before);
        self.indent();
        let start = self.out.len();
        self.node(key, self.level * INDENT);
        self.out.push_str(": ");
        self.node(value, self.column(start));
        self.end_item(value);
    }

    /// The column reached when the line's content began at byte `start`.
    fn column(&self, start: usize) -> usize {
        let written = self.out.get(start..).unwrap_or_default();
        let last_line = written.rsplit('\n').next().unwrap_or_default();
        self.level * INDENT + last_line.chars().count()
    }

    fn end_item(&mut self, node: &Node) {
        self.out.push(',');
        self.after(node);
        self.out.push('\n');
    }

    fn after(&mut self, node: &Node) {
        if let Some(text) = &notes(node).after {
            // Only comments below the outermost value start with a break.
            if !text.starts_with('\n') {
                self.out.push(' ');
            }
            self.comment(text);
        }
    }

    fn name(&mut self, name: Option<&Name>) {
        if let Some(name) = name {
            push_ident(&mut self.out, &name.text);
        }
    }

    fn comment_lines(&mut self, comments: &[Box<str>]) {
        for text in comments {
            self.indent();
            self.comment(text);
            self.out.push('\n');
        }
    }

    /// Writes a comment, making one of text that is not marked as such.
    fn comment(&mut self, text: &str) {
        let start = text.trim_start();
        if start.starts_with("//") || start.starts_with("/*") {
            self.out.push_str(text);
            return;
        }
        for (index, line) in text.lines().enumerate() {
            if index > 0 {
                self.out.push('\n');
                self.indent();
            }
            self.out.push_str("// ");
            self.out.push_str(line);
        }
    }

    fn indent(&mut self) {
        for _ in 0..self.level * INDENT {
            self.out.push(' ');
        }
    }
}

/// An attempt to write a value on one line, given up with `None` as soon as
/// it is too long or meets a comment.
struct Line {
    out: String,
    room: usize,
}

impl Line {
    fn push(&mut self, text: &str) -> Option<()> {
        self.room = self.room.checked_sub(text.chars().count())?;
        self.out.push_str(text);
        Some(())
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        if !notes(node).inside_end.is_empty() {
            return None;
        }
        match &node.value {
            Value::List(items) => {
                self.push("[")?;
                self.list(items, Self::child)?;
                self.push("]")
            }
            Value::Map(entries) if entries.is_empty() => self.push("{}"),
            Value::Map(entries) => {
                self.push("{ ")?;
                self.list(entries, |line, (key, value)| {
                    line.child(key)?;
                    line.push(": ")?;
                    line.child(value)
                })?;
                self.push(" }")
            }
            Value::Struct(inner) => {
                self.open(inner.name.as_ref())?;
                self.list(&inner.fields, |line, field| {
                    line.scalar(|out| push_ident(out, &field.name.text))?;
                    line.push(": ")?;
                    line.child(&field.value)
                })?;
                self.push(")")
            }
            Value::Tuple(inner) => {
                self.open(inner.name.as_ref())?;
                self.list(&inner.items, Self::child)?;
                self.push(")")
            }
            scalar => self.scalar(|out| push_scalar(out, scalar)),
        }
    }

    fn child(&mut self, node: &Node) -> Option<()> {
        if node.comments.as_ref().is_some_and(|c| !c.is_empty()) {
            return None;
        }
        self.node(node)
    }

    fn list<T>(&mut self, items: &[T], write: impl Fn(&mut Self, &T) -> Option<()>) -> Option<()> {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.push(", ")?;
            }
            write(self, item)?;
        }
        Some(())
    }

    fn open(&mut self, name: Option<&Name>) -> Option<()> {
        if let Some(name) = name {
            self.scalar(|out| push_ident(out, &name.text))?;
        }
        self.push("(")
    }

    fn scalar(&mut self, write: impl FnOnce(&mut String)) -> Option<()> {
        let start = self.out.len();
        write(&mut self.out);
        let width = self.out.get(start..).unwrap_or_default().chars().count();
        self.room = self.room.checked_sub(width)?;
        Some(())
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Unit | Value::List(_) | Value::Map(_) | Value::Struct(_) | Value::Tuple(_))
}

fn push_scalar(out: &mut String, value: &Value) {
    match value {
        Value::Unit => out.push_str("()"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Int(number) => push_shown(out, number),
        Value::UInt(number) => push_shown(out, number),
        Value::Float(number) => push_float(out, *number),
        Value::Char(letter) => push_char(out, *letter),
        Value::Str(text) => push_quoted(out, text),
        Value::Ident(name) => push_ident(out, name),
        Value::List(_) | Value::Map(_) | Value::Struct(_) | Value::Tuple(_) => {}
    }
}

fn push_shown(out: &mut String, shown: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{shown}");
}

fn push_float(out: &mut String, number: f64) {
    if number.is_nan() {
        out.push_str("NaN");
    } else if number.is_infinite() {
        out.push_str(if number > 0.0 { "inf" } else { "-inf" });
    } else {
        // The debug form always has a point or an exponent, and is the
        // shortest one that reads back to the same bits.
        push_shown(out, format_args!("{number:?}"));
    }
}

fn push_char(out: &mut String, letter: char) {
    out.push('\'');
    match letter {
        '\'' => out.push_str("\\'"),
        other => push_escaped(out, other),
    }
    out.push('\'');
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            other => push_escaped(out, other),
        }
    }
    out.push('"');
}

fn push_escaped(out: &mut String, letter: char) {
    match letter {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0' => out.push_str("\\0"),
        other if other.is_control() => {
            push_shown(out, format_args!("\\u{{{:x}}}", u32::from(other)));
        }
        other => out.push(other),
    }
}

fn push_ident(out: &mut String, text: &str) {
    if !super::parse::is_plain_name(text) {
        out.push_str("r#");
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::super::FileId;
    use super::super::parse::{Limits, parse};
    use super::*;

    fn tidy(text: &str) -> String {
        print(&parse(text, FileId(0), &Limits::default()).unwrap())
    }

    #[test]
    fn short_structures_stay_on_one_line() {
        assert_eq!(
            tidy("Machine(name:\"a\",\n at:(1,2.0),tags:[],m:{},n:{1:2},u:(),k:Idle)"),
            "Machine(name: \"a\", at: (1, 2.0), tags: [], m: {}, n: { 1: 2 }, u: (), k: Idle)\n"
        );
    }

    #[test]
    fn long_structures_take_one_line_per_item() {
        let long = "x".repeat(90);
        assert_eq!(
            tidy(&format!("(name: \"{long}\", at: (1, 2), list: [])")),
            format!("(\n    name: \"{long}\",\n    at: (1, 2),\n    list: [],\n)\n")
        );
    }

    #[test]
    fn a_line_holds_a_hundred_columns_and_no_more() {
        for (count, tall) in [(41, false), (42, true)] {
            let accents = "é".repeat(count);
            let (short, long) = ("x".repeat(40), "y".repeat(90));
            let text = format!("((a: \"{accents}\", b: \"{short}\"), \"{long}\")");
            let out = tidy(&text);
            assert_eq!(out.contains("(\n        a:"), tall, "{out}");
            let widest = out.lines().map(|l| l.chars().count()).max().unwrap();
            assert!(widest <= WIDTH, "{out}");
        }
    }

    #[test]
    fn numbers_read_back_the_same() {
        assert_eq!(
            tidy("[1.0, 1e300, -0.0, 0.1, inf, -inf, NaN, 18446744073709551615, -1e-7, 5e-324]"),
            "[1.0, 1e300, -0.0, 0.1, inf, -inf, NaN, 18446744073709551615, -1e-7, 5e-324]\n"
        );
    }

    #[test]
    fn texts_and_names_are_escaped() {
        assert_eq!(quote("a\"b\\\n\t\r\0\u{1b}é'"), r#""a\"b\\\n\t\r\0\u{1b}é'""#);
        assert_eq!(ident("plain_1"), "plain_1");
        assert_eq!(ident("a-b"), "r#a-b");
        assert_eq!(ident("true"), "r#true");
        assert_eq!(ident("True"), "r#True");
        assert_eq!(ident("inf"), "r#inf");
        assert_eq!(tidy(r#"['\'', '"', '\\', '\n', 'é']"#), "['\\'', '\"', '\\\\', '\\n', 'é']\n");
    }

    #[test]
    fn comments_stay_with_what_they_belong_to() {
        let text = "\u{feff}// top\n#![enable(implicit_some)]\n/* second */ Scene( // first field
  a /* name */ : /* value */ 1, // after a
  // before b
  b: [1 /* one */, /* two */ 2, 3 // three
    // end of list
  ],
  m: { /* k */ \"k\" /* l */ : /* m */ 2, },
  u: ( /* empty */ ),
  // end
) // after all
// last
/* very last */
";
        let expected = "\
// top
/* second */
Scene(
    // first field
    /* name */
    /* value */
    a: 1, // after a
    // before b
    b: [
        1, /* one */
        /* two */
        2,
        3, // three
        // end of list
    ],
    m: {
        /* k */
        /* l */
        /* m */
        \"k\": 2,
    },
    u: (
        /* empty */
    ),
    // end
) // after all
// last
/* very last */
";
        let once = tidy(text);
        assert_eq!(once, expected);
        assert_eq!(tidy(&once), once);
    }

    #[test]
    fn comments_below_the_value_stay_below() {
        let text = "1\n// below\n";
        assert_eq!(tidy(text), text);
    }

    #[test]
    fn unmarked_comments_are_marked() {
        let mut node = Node::new(Value::List(vec![Node::new(Value::Int(1))]));
        node.comments = Some(Box::new(Comments {
            before: vec!["two\nlines".into()],
            after: Some("end".into()),
            inside_end: vec!["inside".into()],
        }));
        assert_eq!(print(&node), "// two\n// lines\n[\n    1,\n    // inside\n] // end\n");
    }
}
