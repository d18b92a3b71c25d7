//! Scenes with slips of all kinds: each is refused with a message or runs, and none panics or never comes back.

use std::path::Path;

use autotwin::engine::parallel::Pool;
use autotwin::prelude::*;
use autotwin::run::single::{Observer, RunError};
use autotwin::scene::load::{SceneError, SceneTree};
use autotwin::scene::problem::Style;
use autotwin::scene::syntax::{Node, Value};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::support::{all_scenes, read, scene};

/// What authors do not write, or seldom.
const ODD: [&str; 52] = [
    "-1",
    "0",
    "1",
    "2.5",
    "1e400",
    "-1e400",
    "1e-320",
    "-0.0",
    "NaN",
    "inf",
    "9223372036854775807",
    "18446744073709551615",
    "4294967295",
    "100000000000000000000000",
    "\"\"",
    "\"0s\"",
    "\"1ns\"",
    "\"292years\"",
    "\"1000years\"",
    "\"-5m\"",
    "\"*\"",
    "\"*a*\"",
    "\"{n}\"",
    "\"{nnnnnnnnnnnnnnnnnnnn}\"",
    "\"\\u{0}\"",
    "\"ship\"",
    "\"stock\"",
    "\"gear\"",
    "\"{colour}\"",
    "\"repair\"",
    "1e-9",
    "1000000",
    "(0, 1e300)",
    "[Sun]",
    "()",
    "[]",
    "{}",
    "None",
    "Some(3)",
    "true",
    "'x'",
    "Constant(0)",
    "Exponential(mean: \"1ns\")",
    "Exponential(mean: \"292years\")",
    "Weibull(shape: 0.001, scale: \"1s\")",
    "Gamma(shape: 1000000, scale: \"1ns\")",
    "LogNormal(mean: \"1ns\", sd: \"292years\")",
    "Normal(mean: \"0s\", sd: \"1h\", low: \"5h\")",
    "Uniform(low: 0, high: \"1ns\")",
    "Empirical([0, 0, \"1s\"])",
    "first: 18446744073709551615, count: 3, name: \"x-{n}\",",
    "repeat: 4294967295,",
];

/// Fields whose large values are right, and cost more memory and time than a test has.
const COSTLY: [(&str, i64, i64); 3] =
    [("count", 1_000, 10_000_000), ("capacity", 100, 100_000), ("lot", 20, 1_000_000)];

#[derive(Clone, Debug)]
enum Mutation {
    Delete(Index),
    Double(Index),
    Swap(Index, Index),
    Copy(Index, Index),
    Odd(Index, Index),
    Insert(Index, Index),
    Line(Index),
    Character(Index, char),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        1 => at().prop_map(Mutation::Delete),
        1 => at().prop_map(Mutation::Double),
        1 => (at(), at()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        4 => (at(), at()).prop_map(|(a, b)| Mutation::Copy(a, b)),
        8 => (at(), at()).prop_map(|(a, b)| Mutation::Odd(a, b)),
        1 => (at(), at()).prop_map(|(a, b)| Mutation::Insert(a, b)),
        2 => at().prop_map(Mutation::Line),
        1 => (at(), any::<char>()).prop_map(|(at, c)| Mutation::Character(at, c)),
    ]
}

/// Splits a scene into texts, words and single characters; comments are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || "_.+-".contains(c);
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        if !rest.starts_with("//") {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The indices of tokens that are values: texts, numbers and choices, not the names of fields.
fn values(tokens: &[String]) -> Vec<usize> {
    let is_value = |index: usize| {
        let first = tokens[index].chars().next().unwrap_or(' ');
        let named = tokens.get(index + 1).is_some_and(|next| next == ":");
        first == '"' || !named && first.is_alphanumeric()
    };
    (0..tokens.len()).filter(|&index| is_value(index)).collect()
}

fn mutate(tokens: &mut Vec<String>, mutation: &Mutation) {
    let values = values(tokens);
    if tokens.is_empty() || values.is_empty() {
        return;
    }
    let (any, value) = (|at: &Index| at.index(tokens.len()), |at: &Index| values[at.index(values.len())]);
    match mutation {
        Mutation::Delete(at) => drop(tokens.remove(any(at))),
        Mutation::Double(at) => {
            let at = any(at);
            tokens.insert(at, tokens[at].clone());
        }
        Mutation::Swap(a, b) => {
            let (a, b) = (any(a), any(b));
            tokens.swap(a, b);
        }
        Mutation::Copy(a, b) => {
            let (a, b) = (value(a), value(b));
            tokens[a] = tokens[b].clone();
        }
        Mutation::Odd(at, odd) => {
            let at = value(at);
            tokens[at] = odd.get(&ODD).to_string();
        }
        Mutation::Insert(at, odd) => {
            let at = any(at);
            tokens.insert(at, odd.get(&ODD).to_string());
        }
        Mutation::Line(at) => {
            let text = tokens.concat();
            let dropped = at.index(text.lines().count().max(1));
            let lines = text.lines().enumerate().filter(|(index, _)| *index != dropped);
            *tokens = self::tokens(&lines.map(|(_, line)| format!("{line}\n")).collect::<String>());
        }
        Mutation::Character(at, letter) => {
            let at = any(at);
            let mut letters: Vec<char> = tokens[at].chars().collect();
            let index = letters.len() / 2;
            letters[index] = *letter;
            tokens[at] = letters.into_iter().collect();
        }
    }
}

/// Whether a value of the scene is right but too costly for a test.
fn is_costly(node: &Node) -> bool {
    let costs = |name: &str, value: &Node| match value.value {
        Value::Int(value) => {
            COSTLY.iter().any(|(field, dear, most)| *field == name && (*dear..=*most).contains(&value))
        }
        _ => false,
    };
    match &node.value {
        Value::Struct(inner) => inner.fields.iter().any(|f| costs(&f.name.text, &f.value) || is_costly(&f.value)),
        Value::Map(entries) => entries.iter().any(|(_, value)| is_costly(value)),
        Value::List(items) => items.iter().any(is_costly),
        Value::Tuple(inner) => inner.items.iter().any(is_costly),
        _ => false,
    }
}

/// Lets a world go on for a while.
struct Patience;

impl Observer for Patience {
    fn after_step(&self, clock: &Clock) -> bool {
        clock.events < 3_000 && clock.step < 300
    }
}

/// Runs a scene for a while, if it is right.
fn try_out(scene: &SceneTree, run_for: Option<&str>) -> Result<(), RunError> {
    let options = RunOptions {
        run_for: run_for.map(|text| Duration::parse(text).expect("a length of time")),
        warmup: Some(Duration::ZERO),
        ..RunOptions::default()
    };
    let (mut simulation, header) = prepare(scene, &options, None)?;
    execute(&mut simulation, &header, Seed(header.seed), Pool::default(), None, &Patience).map(drop)
}

/// How long each scene takes for some thousand events.
fn length(scene: &Path) -> Option<&'static str> {
    match scene.file_stem().and_then(|stem| stem.to_str()) {
        Some("closed_network") => Some("20s"),
        Some("job_shop") => None,
        // What ticks does much in a short time.
        Some("robots" | "thermostat" | "alarm" | "predictive_maintenance") => Some("2m"),
        _ => Some("1d"),
    }
}

/// More with the environment variable `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000)
}

/// An observer that stops a run after its first step.
struct OneStep;

impl Observer for OneStep {
    fn after_step(&self, _: &Clock) -> bool {
        false
    }
}

/// A million jobs a millisecond: after each lot somebody can say that it is enough.
#[test]
fn large_lots_end_a_step() {
    let scene = read(
        r#"(
            run_for: "1h",
            twins: [(name: "lathe", machine: ())],
            products: {"gear": (routing: [(name: "turn", machines: {"lathe": "5m"})])},
            arrivals: [(product: "gear", every: "1ms", lot: 100000)],
        )"#,
    );
    let (mut simulation, header) = prepare(&scene, &RunOptions::default(), None).expect("the scene is right");
    let outcome =
        execute(&mut simulation, &header, Seed(1), Pool::default(), None, &OneStep).expect("nothing is written");
    assert!(outcome.interrupted && outcome.clock.now <= Time::ZERO + Duration::parse("1ms").expect("a length of time"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_scene_with_slips_is_refused_or_runs(which in any::<Index>(), slips in prop::collection::vec(mutation(), 1..4)) {
        let mut scenes = all_scenes();
        // The one in which everything happens more often than the others.
        scenes.extend(std::iter::repeat_n(scene("factory.ron"), 3));
        let path = which.get(&scenes);
        let mut tokens = tokens(&std::fs::read_to_string(path).expect("it is there"));
        slips.iter().for_each(|slip| mutate(&mut tokens, slip));
        let loaded = load_text(Path::new("slip.ron"), tokens.concat(), &[]);
        let result = match loaded {
            Ok(scene) if is_costly(&scene.root) => Ok(()),
            Ok(scene) => try_out(&scene, length(path)),
            Err(error) => Err(error.into()),
        };
        match result {
            Ok(()) => {}
            Err(RunError::Scene(SceneError::Wrong(sources, problems))) => {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.sorted().iter().all(|problem| sources.position(problem.span).is_some()));
                prop_assert!(sources.render(&problems, Style::Plain).contains("slip.ron"));
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
