//! What an author is told.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::types::*;
use super::*;
use crate::scene::syntax::Value;

/// Each `> text` is followed by what is said about it: the marked place, the message, the label, the help.
const EXPECTED: &str = include_str!("messages.txt");

#[test]
fn every_kind_of_mistake_has_its_message() {
    let mut told_of_all = String::new();
    for text in EXPECTED.lines().filter_map(|line| line.strip_prefix("> ")) {
        told_of_all.push_str(&format!("> {text}\n"));
        for line in told::<Machine>(&text.replace("\\n", "\n")) {
            told_of_all.push_str(&format!("    {}\n", line.replace('\n', "\\n")));
        }
    }
    assert_eq!(told_of_all, EXPECTED);
}

#[test]
fn no_message_needs_a_programmer() {
    for word in ["struct", "enum", "serde", "schema", "u8", "f64", "variant", "tuple", "null"] {
        assert!(!EXPECTED.contains(word), "{word}");
    }
}

fn partly(text: &str) -> Vec<String> {
    let mut problems = Problems::new();
    TypeSchema::of::<Machine>().check_partial(&read(text), "kind `mill`", &(), &mut problems);
    problems.into_sorted().into_iter().map(|problem| problem.message).collect()
}

#[test]
fn a_part_of_the_fields_can_be_checked() {
    assert_eq!(partly("()"), Vec::<String>::new());
    assert_eq!(partly("(service: Exponential(), ports: [()])"), Vec::<String>::new());
    assert_eq!(
        partly("(capacity: 0, charg: 1)"),
        ["`capacity` should be at least 1, but is 0", "kind `mill` has no field `charg`"]
    );
}

#[test]
fn values_with_a_format_are_found() {
    let schema = TypeSchema::of::<Machine>();
    let text = r#"(next: Some("lathe"), service: Uniform(low: "5m", high: 6), warm_up: [], load: 3, tag: "x")"#;
    let node = read(text);
    let found = schema.references(&node).into_iter().map(|(node, format)| (node.span.text(text), format));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            ("\"lathe\"", "twin"),
            ("\"5m\"", "duration"),
            ("6", "duration"),
            ("Uniform(low: \"5m\", high: 6)", "distribution"),
            ("3", "distribution"),
        ]
    );
}

#[derive(JsonSchema, Deserialize)]
#[serde(untagged)]
#[allow(dead_code)]
enum Loose {
    Number(f64),
    Names(Vec<String>),
    Numbers(Vec<f64>),
    Port(Port),
    Rule(Rule),
    Map(BTreeMap<String, u8>),
}

#[test]
fn alternatives_are_told_apart_by_form() {
    for text in ["1", "[\"a\"]", "[1, 2]", "[]", "(at: (1, 2))", "Fifo", "{\"a\": 1}"] {
        assert_eq!(told::<Loose>(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(
        told::<Loose>("[1, \"a\", 2]"),
        ["\"a\" | value 2 of part `machine` should be a number, but is a text | a text | write for example `1.0`"]
    );
    assert_eq!(
        told::<Loose>("(at: (1, 2), opn: true)"),
        ["opn | part `machine` has no field `opn` | unknown field | did you mean `open`?"]
    );
    assert_eq!(
        told::<Loose>("Fife"),
        ["Fife | `Fife` is not one of the choices for part `machine` | unknown choice | did you mean `Fifo`?"]
    );
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Chain {
    next: Option<Box<Chain>>,
    all: Vec<Chain>,
}

#[test]
fn types_that_hold_themselves_are_no_trouble() {
    let mut node = read("(all: [])");
    for _ in 0..400 {
        let Value::Struct(mut inner) = read("(next: 1, all: [])").value else { unreachable!() };
        inner.fields[0].value = node;
        node = Node::new(Value::Struct(inner));
    }
    let mut problems = Problems::new();
    let schema = TypeSchema::of::<Chain>();
    schema.check(&node, "it", &(), &mut problems);
    let told = problems.into_sorted();
    assert_eq!(
        told.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(),
        ["`next` is nested too deeply"]
    );
    assert_eq!(schema.example(), "(all: [(all: [])])");
    let endless = serde_json::json!({ "$ref": "#", "minItems": 1, "items": { "anyOf": [{ "$ref": "#" }, true] } });
    let schema = TypeSchema::from_json(&endless);
    schema.check(&node, "it", &(), &mut Problems::new());
    schema.reference("it");
    schema.example();
}
