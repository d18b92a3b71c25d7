mod messages;
mod pages;
mod property;
mod types;

use super::*;
use crate::scene::problem::Problem;
use crate::scene::syntax::FileId;
use crate::scene::syntax::parse::{Limits, parse};

fn read(text: &str) -> Node {
    parse(text, FileId(0), &Limits::default()).unwrap()
}

fn problems<T: JsonSchema>(text: &str) -> Vec<Problem> {
    let mut problems = Problems::new();
    let formats = types::TestFormats { text: text.to_owned() };
    TypeSchema::of::<T>().check(&read(text), "part `machine`", &formats, &mut problems);
    problems.into_sorted()
}

/// Every problem as "marked place | message | label | help".
fn told<T: JsonSchema>(text: &str) -> Vec<String> {
    let line = |problem: Problem| {
        let marked = problem.span.text(text);
        format!("{marked} | {} | {} | {}", problem.message, problem.label, problem.help.unwrap_or_default())
    };
    problems::<T>(text).into_iter().map(line).collect()
}
