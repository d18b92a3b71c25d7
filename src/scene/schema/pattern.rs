//! The part of regular expressions that schemas of texts need.
//!
//! Matching keeps the set of all places that can be reached, so its time grows with the length of the text and of the
//! pattern, never exponentially. A pattern that uses more than this part is not checked.

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::Chars;

/// Brackets may be nested this deep.
const DEEPEST: usize = 20;
/// The largest count in `{..}`.
const MOST_REPEATS: usize = 1_000;
/// Longer texts are not held against patterns.
const LONGEST_TEXT: usize = 10_000;

/// A pattern with the text it was written as.
#[derive(Debug)]
pub(super) struct Pattern {
    written: String,
    parts: Option<Choices>,
}

/// Sequences, one of which is to match.
type Choices = Vec<Vec<Part>>;

#[derive(Debug)]
enum Part {
    Start,
    End,
    Letter { ranges: Vec<(char, char)>, not: bool },
    Group(Choices),
    Repeat { part: Box<Part>, least: usize, most: usize },
}

impl Pattern {
    pub(super) fn new(written: &str) -> Self {
        let mut reader = Reader { rest: written.chars().peekable(), depth: 0 };
        let parts = reader.choices().filter(|_| reader.rest.next().is_none());
        Pattern { written: written.to_owned(), parts }
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether the pattern occurs in the text; true if the pattern is beyond what is understood here.
    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(parts) = &self.parts else { return true };
        let letters: Vec<char> = text.chars().take(LONGEST_TEXT + 1).collect();
        letters.len() > LONGEST_TEXT || !reach(parts, &letters, &(0..=letters.len()).collect()).is_empty()
    }

    /// A text that matches, if the pattern is understood.
    pub(super) fn example(&self) -> Option<String> {
        let mut out = String::new();
        write_first(self.parts.as_ref()?, &mut out);
        Some(out).filter(|text| self.matches(text))
    }
}

fn reach(choices: &Choices, letters: &[char], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    let follow = |sequence: &Vec<Part>| sequence.iter().fold(from.clone(), |places, part| step(part, letters, &places));
    choices.iter().flat_map(follow).collect()
}

fn step(part: &Part, letters: &[char], from: &BTreeSet<usize>) -> BTreeSet<usize> {
    match part {
        Part::Start => from.iter().copied().filter(|at| *at == 0).collect(),
        Part::End => from.iter().copied().filter(|at| *at == letters.len()).collect(),
        Part::Letter { ranges, not } => {
            let fits = |at: &usize| letters.get(*at).is_some_and(|letter| within(*letter, ranges) != *not);
            from.iter().filter(|at| fits(at)).map(|at| at + 1).collect()
        }
        Part::Group(choices) => reach(choices, letters, from),
        Part::Repeat { part, least, most } => {
            let mut fresh = from.clone();
            let mut found = if *least == 0 { from.clone() } else { BTreeSet::new() };
            for count in 1..=*most {
                fresh = step(part, letters, &fresh);
                if count >= *least {
                    fresh.retain(|at| !found.contains(at));
                    found.extend(&fresh);
                }
                if fresh.is_empty() {
                    break;
                }
            }
            found
        }
    }
}

fn within(letter: char, ranges: &[(char, char)]) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&letter))
}

fn write_first(choices: &Choices, out: &mut String) {
    for part in choices.first().into_iter().flatten() {
        write_part(part, out);
    }
}

fn write_part(part: &Part, out: &mut String) {
    match part {
        Part::Start | Part::End => {}
        Part::Letter { ranges, not } => {
            let first = ranges.first().map(|range| range.0);
            let mut letters = ['a', 'A', '1'].into_iter().chain(first).chain([' ', '-', '_']);
            out.extend(letters.find(|letter| within(*letter, ranges) != *not));
        }
        Part::Group(choices) => write_first(choices, out),
        Part::Repeat { part, least, .. } => (0..*least).for_each(|_| write_part(part, out)),
    }
}

struct Reader<'p> {
    rest: Peekable<Chars<'p>>,
    depth: usize,
}

impl Reader<'_> {
    fn choices(&mut self) -> Option<Choices> {
        let mut choices = vec![Vec::new()];
        while let Some(letter) = self.rest.next_if(|letter| *letter != ')') {
            if letter == '|' {
                choices.push(Vec::new());
            } else {
                let part = self.part(letter)?;
                let part = self.repeated(part)?;
                choices.last_mut()?.push(part);
            }
        }
        Some(choices)
    }

    fn part(&mut self, letter: char) -> Option<Part> {
        match letter {
            '^' => Some(Part::Start),
            '$' => Some(Part::End),
            '.' => Some(Part::Letter { ranges: vec![('\n', '\n')], not: true }),
            '[' => self.class(),
            '(' => self.group(),
            '\\' => {
                let escaped = self.rest.next()?;
                let not = matches!(escaped, 'D' | 'W' | 'S');
                Some(Part::Letter { ranges: escape(escaped)?, not })
            }
            '*' | '+' | '?' | '{' | ')' => None,
            other => Some(Part::Letter { ranges: vec![(other, other)], not: false }),
        }
    }

    fn group(&mut self) -> Option<Part> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if self.rest.next_if_eq(&'?').is_some() {
            self.rest.next_if_eq(&':')?;
        }
        let choices = self.choices()?;
        self.rest.next_if_eq(&')')?;
        self.depth -= 1;
        Some(Part::Group(choices))
    }

    fn class(&mut self) -> Option<Part> {
        let not = self.rest.next_if_eq(&'^').is_some();
        let mut ranges = Vec::new();
        loop {
            match self.rest.next()? {
                ']' => return Some(Part::Letter { ranges, not }),
                '[' => return None,
                '\\' => {
                    let escaped = self.rest.next().filter(|letter| !matches!(letter, 'D' | 'W' | 'S'))?;
                    ranges.extend(escape(escaped)?);
                }
                from => ranges.push((from, self.range_end()?.unwrap_or(from))),
            }
        }
    }

    /// What stands behind a dash, if one follows that is not the last in its class.
    fn range_end(&mut self) -> Option<Option<char>> {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) if to != ']' => {
                self.rest = ahead;
                if to == '\\' { self.rest.next().map(Some) } else { Some(Some(to)) }
            }
            _ => Some(None),
        }
    }

    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (least, most) = match self.rest.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => return self.counted(part),
            _ => return Some(part),
        };
        self.rest.next();
        self.end_repeat(part, least, most)
    }

    fn counted(&mut self, part: Part) -> Option<Part> {
        self.rest.next();
        let least = self.count()?;
        let most = match self.rest.next()? {
            '}' => return self.end_repeat(part, least, least),
            ',' if self.rest.peek() == Some(&'}') => usize::MAX,
            ',' => self.count()?,
            _ => return None,
        };
        self.rest.next_if_eq(&'}')?;
        self.end_repeat(part, least, most)
    }

    fn end_repeat(&mut self, part: Part, least: usize, most: usize) -> Option<Part> {
        // Being greedy or not makes no difference to whether a text matches.
        self.rest.next_if_eq(&'?');
        Some(Part::Repeat { part: Box::new(part), least, most })
    }

    fn count(&mut self) -> Option<usize> {
        let mut digits = String::new();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            digits.push(digit);
        }
        digits.parse().ok().filter(|count| *count <= MOST_REPEATS)
    }
}

fn escape(letter: char) -> Option<Vec<(char, char)>> {
    match letter {
        'd' | 'D' => Some(vec![('0', '9')]),
        'w' | 'W' => Some(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
        's' | 'S' => Some(vec![(' ', ' '), ('\t', '\r')]),
        'n' => Some(vec![('\n', '\n')]),
        't' => Some(vec![('\t', '\t')]),
        other if other.is_alphanumeric() => None,
        other => Some(vec![(other, other)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matches_and_what_does_not() {
        for (pattern, yes, no) in [
            ("^[a-z]+$", "abc", "aBc"),
            ("^[a-z][a-z0-9_-]*$", "a-1_b", "1a"),
            ("b", "abc", "ac"),
            (r"^\d{2,3}$", "12", "1234"),
            (r"^(ab|c)+\.x?$", "abcab.", "abx"),
            ("^(?:a|b){2}$", "ab", "abb"),
            ("^[^/]*$", "a b", "a/b"),
            ("^(a*)*$", "aaaa", "b"),
            ("^$", "", "a"),
            (r"^\w+@\S+$", "me@x.y", "me@"),
        ] {
            let read = Pattern::new(pattern);
            assert!(read.parts.is_some(), "{pattern}");
            assert!(read.matches(yes), "{pattern} {yes}");
            assert!(!read.matches(no), "{pattern} {no}");
            assert!(read.matches(&read.example().unwrap()), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_checked() {
        for pattern in ["(", ")", "a**", "[a", r"\", r"\b", "(?=a)", "a{2000}", "[[:alpha:]]", r"\p{L}"] {
            let read = Pattern::new(pattern);
            assert!(read.parts.is_none() && read.matches("b") && read.example().is_none(), "{pattern}");
        }
    }
}
