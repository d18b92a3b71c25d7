//! Pages and examples.

use serde::Deserialize;

use super::types::*;
use super::*;
use crate::scene::syntax::de::from_node;

#[test]
fn a_page_for_the_terminal() {
    let page = TypeSchema::of::<Machine>().reference("machine");
    assert_eq!(page, include_str!("machine.txt"));
    assert!(page.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_page_in_markdown() {
    assert_eq!(TypeSchema::of::<Machine>().markdown("machine"), include_str!("machine.md"));
}

fn is_right<T: JsonSchema + for<'de> Deserialize<'de>>() {
    let text = TypeSchema::of::<T>().example();
    assert_eq!(told::<T>(&text), Vec::<String>::new(), "{text}");
    from_node::<T>(&read(&text)).unwrap_or_else(|error| panic!("{text} {error}"));
}

#[derive(JsonSchema, Deserialize)]
#[allow(dead_code)]
struct Everything {
    #[schemars(range(min = 10, max = 12))]
    ten: u32,
    #[schemars(range(min = -4.0, max = -3.5))]
    cold: f64,
    #[schemars(extend("exclusiveMinimum" = 1.0, "exclusiveMaximum" = 1.5))]
    between: f64,
    #[schemars(length(min = 6, max = 7))]
    long: String,
    #[schemars(regex(pattern = r"^[A-Z]{2}-\d+$"))]
    plate: String,
    #[schemars(length(min = 3))]
    three: Vec<i8>,
    tall: i64,
    actions: [Action; 2],
    loads: std::collections::BTreeMap<i64, Distribution<f64>>,
    pair: (char, Option<bool>),
    unit: (),
    #[serde(default = "some_law")]
    law: Distribution<Lasting>,
}

fn some_law() -> Distribution<Lasting> {
    Distribution(Law::Uniform { low: Lasting(1.0), high: Lasting(2.0) })
}

#[test]
fn examples_are_right() {
    is_right::<Machine>();
    is_right::<Everything>();
    is_right::<Distribution<Lasting>>();
    is_right::<Distribution<f64>>();
    is_right::<Law<Lasting>>();
    is_right::<Action>();
    is_right::<Rule>();
    is_right::<Port>();
    is_right::<Metre>();
    is_right::<Vec<Machine>>();
    is_right::<Option<Port>>();
    let law = "law: Uniform(low: \"1s\", high: \"2s\")";
    assert!(TypeSchema::of::<Everything>().example().contains(law));
}
