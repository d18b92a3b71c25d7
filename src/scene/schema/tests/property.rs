//! What is accepted here is accepted by everything behind, whatever an author may write.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::types::{Distribution, Lasting, Machine, TestFormats};
use super::*;
use crate::scene::syntax::de::from_node;
use crate::scene::syntax::{Field, Name, Value, print};

const MACHINES: [&str; 4] = [
    r#"(capacity: 3, service: "5m", rule: Spt, charge: 0.5, next: "lathe", tag: "abc")"#,
    r#"Machine(capacity: 1, service: Uniform(low: "1m", high: 90), ports: [(at: (1, 2), open: true), (at: [3, 4.5])],
        home: Some((1, 2, 3)), stock: {"a": 1, "b": 2}, levels: {1: 2.5}, width: 2, load: 3, letter: 'x')"#,
    r#"{"capacity": 1, "service": Empirical(["1s", 2.5]), "actions": [Wait, Go("a", 2), Put(at: (1, 2)), Count(3),
        Put((at: (1, 2))), Each({"k": 1}), Each(k: 1), Then([Wait, Then([])]), Repeat(times: 2, action: Wait)]}"#,
    r#"(capacity: 9, service: Normal(mean: 5, sd: 1, high: None), load: Weibull(shape: 2, scale: 1.0), nothing: (),
        big: 18446744073709551615, speed: 0.5, warm_up: "30s", home: None, stock: (a: 1))"#,
];

const SNIPPETS: [&str; 46] = [
    "0",
    "-1",
    "1",
    "300",
    "5000000000",
    "18446744073709551615",
    "3.5",
    "NaN",
    "inf",
    "1e300",
    "\"\"",
    "\"x\"",
    "\"5m\"",
    "\"Fifo\"",
    "'c'",
    "true",
    "None",
    "Some(1)",
    "Some(\"a\")",
    "Some(a: 1)",
    "Some()",
    "[]",
    "[1]",
    "[1, 2]",
    "()",
    "(1)",
    "(1, 2)",
    "(1, 2, 3)",
    "{}",
    "{\"a\": 1}",
    "{1: 2}",
    "{a: 1}",
    "(a: 1)",
    "Fifo",
    "Fifo()",
    "Wait",
    "Exponential(mean: \"5m\")",
    "Constant(1)",
    "Go(\"a\", 1)",
    "Go((\"a\", 1))",
    "Metre(1)",
    "Put(at: (1, 2))",
    "Port(at: (1, 2))",
    "Empirical(1, 2)",
    "Put(Port(at: (1, 2)))",
    "Uniform(low: 3, high: 2)",
];

static MACHINE: LazyLock<TypeSchema> = LazyLock::new(TypeSchema::of::<Machine>);

/// A sequence of numbers that looks random.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
}

fn count(node: &Node) -> usize {
    1 + children(node).into_iter().map(count).sum::<usize>()
}

fn children(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Tuple(inner) => inner.items.iter().collect(),
        Value::Struct(inner) => inner.fields.iter().map(|field| &field.value).collect(),
        Value::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    }
}

fn nth(node: &mut Node, index: usize) -> Option<&mut Node> {
    if index == 0 {
        return Some(node);
    }
    let all: Vec<&mut Node> = match &mut node.value {
        Value::List(items) => items.iter_mut().collect(),
        Value::Tuple(inner) => inner.items.iter_mut().collect(),
        Value::Struct(inner) => inner.fields.iter_mut().map(|field| &mut field.value).collect(),
        Value::Map(entries) => entries.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    };
    let mut left = index - 1;
    for child in all {
        let size = count(child);
        if left < size {
            return nth(child, left);
        }
        left -= size;
    }
    None
}

fn mutate(root: &mut Node, dice: &mut Dice) {
    let size = count(root);
    let other = nth(root, dice.below(size)).unwrap().clone();
    let node = nth(root, dice.below(size)).unwrap();
    match (dice.below(6), &mut node.value) {
        (0, value) => *value = other.value,
        (1, Value::Struct(inner)) if !inner.fields.is_empty() => {
            drop(inner.fields.remove(dice.below(inner.fields.len())))
        }
        (1, Value::List(items)) if !items.is_empty() => drop(items.remove(dice.below(items.len()))),
        (1, Value::Tuple(inner)) if !inner.items.is_empty() => drop(inner.items.remove(dice.below(inner.items.len()))),
        (2, Value::Struct(inner)) => {
            let name = ["at", "capacity", "low", "mean", "service", "x"][dice.below(6)];
            inner.fields.push(Field { name: Name { text: name.into(), span: node.span }, value: other });
        }
        (2, Value::List(items)) => items.push(other),
        (2, Value::Tuple(inner)) => inner.items.push(other),
        (3, Value::Struct(inner)) => {
            let name = ["Machine", "Port", "Some", "Put", "Uniform", "Duration"][dice.below(6)];
            inner.name = (dice.below(3) > 0).then(|| Name { text: name.into(), span: node.span });
        }
        (3, Value::Tuple(inner)) => inner.name = None,
        (_, value) => *value = read(SNIPPETS[dice.below(SNIPPETS.len())]).value,
    }
}

fn changed(seed: u64, changes: usize) -> Node {
    let mut dice = Dice(seed);
    let mut tree = read(MACHINES[dice.below(MACHINES.len())]);
    (0..changes).for_each(|_| mutate(&mut tree, &mut dice));
    read(&print::print(&tree))
}

fn found(node: &Node) -> Vec<Problem> {
    let mut problems = Problems::new();
    MACHINE.check(node, "part `machine`", &TestFormats { text: String::new() }, &mut problems);
    problems.into_sorted()
}

#[test]
fn what_authors_write_is_accepted() {
    for text in MACHINES {
        assert_eq!(found(&read(text)), [], "{text}");
        from_node::<Machine>(&read(text)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn what_is_accepted_can_be_read(seed: u64, changes in 1_usize..6) {
        let node = changed(seed, changes);
        let text = print::print(&node);
        let problems = found(&node);
        let fits = |problem: &Problem| text.get(problem.span.start as usize..problem.span.end as usize).is_some();
        prop_assert!(problems.iter().all(fits), "{text} {problems:?}");
        let typed = from_node::<Machine>(&node);
        prop_assert!(!problems.is_empty() || typed.is_ok(), "{text} {:?}", typed.err());
        MACHINE.references(&node);
    }

    #[test]
    fn any_tree_can_be_checked_against_any_type(seed: u64, changes in 0_usize..6) {
        let node = changed(seed, changes);
        for schema in [TypeSchema::of::<Distribution<Lasting>>(), TypeSchema::of::<Vec<Option<(u8, String)>>>()] {
            let mut problems = Problems::new();
            schema.check_partial(&node, "it", &(), &mut problems);
            prop_assert!(problems.len() < 1_000);
        }
    }
}
