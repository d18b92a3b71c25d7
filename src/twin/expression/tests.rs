use std::collections::BTreeMap;

use proptest::prelude::*;

use super::program::{Pair, Single};
use super::*;

/// A twin of which these things are known.
struct Robot {
    values: BTreeMap<&'static str, Symbol>,
}

fn robot() -> Robot {
    let words = Type::Word(["idle", "busy", "down"].map(Arc::from).into());
    let kinds = [
        ("battery.charge", Type::Number),
        ("speed", Type::Number),
        ("charging", Type::Truth),
        ("state", words),
        ("gauge", Type::Number),
    ];
    let symbol = |(slot, (name, kind))| (name, Symbol { slot, kind });
    Robot { values: (0..).zip(kinds).map(symbol).collect() }
}

impl Vocabulary for Robot {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        match question {
            Question::Value(name) => Ok(self.values.get(name).cloned()),
            Question::Of("distance", ["dock" | "dock 2"]) => Ok(Some(Symbol { slot: 5, kind: Type::Number })),
            Question::Of("distance", [other]) => {
                let message = format!("there is no twin `{other}`");
                Err(Unfit { message, help: Some("there are `dock` and `dock 2`".to_owned()) })
            }
            Question::Of(..) => Ok(None),
        }
    }

    fn values(&self) -> Vec<&str> {
        self.values.keys().copied().collect()
    }

    fn questions(&self) -> Vec<(&str, &str)> {
        vec![("distance", "`distance(dock)`, or `distance(\"dock 1\")`")]
    }
}

/// Charge, speed, charging, state (down), a gauge that has seen nothing, distance to the dock.
const NOW: [f64; 6] = [0.15, 1.5, 0.0, 2.0, f64::NAN, 12.0];

fn run(text: &str) -> f64 {
    let (program, _) = compile(text, &mut robot()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    program.run(&NOW)
}

fn mistake(text: &str) -> String {
    let error = compile(text, &mut robot()).expect_err(text);
    format!("{:?} | {} | {}", &text[error.place.clone()], error.message, error.help.unwrap_or_default())
}

#[test]
fn what_is_written_is_what_comes_out() {
    let cases = [
        ("battery.charge < 0.2 and distance(dock) > 5", 1.0),
        ("battery.charge < 20% and distance('dock 2') > 5", 1.0),
        ("1 + 2 * 3 - 4 / 2", 5.0),
        ("-2 * -(3 - 1)", 4.0),
        ("8 / 4 / 2", 1.0),
        ("10 - 4 - 3", 3.0),
        ("not charging and speed >= 1.5", 1.0),
        ("not (charging or speed > 1)", 0.0),
        ("not speed > 1", 0.0),
        ("charging or not charging and false", 0.0),
        ("(charging or not charging) and true", 1.0),
        ("state == \"down\"", 1.0),
        ("'busy' == state", 0.0),
        ("state != \"idle\"", 1.0),
        ("charging == (speed < 1)", 1.0),
        ("if(charging, 1, if(state == 'down', 2, 3))", 2.0),
        ("min(3, speed, 2)", 1.5),
        ("max(3, speed)", 3.0),
        ("clamp(distance(dock), 0, 10)", 10.0),
        ("abs(-3) + floor(1.9) + ceil(1.1) + round(2.5)", 9.0),
        ("sqrt(16) + exp(0) + ln(1) + pow(2, 10)", 1029.0),
        ("cos(0) + sin(0)", 1.0),
        ("1min + 2h + 1d + 30s + 500ms", 60.0 + 7200.0 + 86_400.0 + 30.5),
        ("1_000 + 2.5e3 + .5", 3500.5),
    ];
    for (text, expected) in cases {
        assert_eq!(run(text), expected, "{text}");
    }
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let unknown =
        ["gauge", "gauge < 1", "not gauge < 1", "gauge < 1 or charging", "gauge < 1 and speed > 1", "gauge + 1"];
    for text in unknown.into_iter().chain(["min(gauge, 1)", "if(gauge > 0, 1, 2)", "1 / 0", "ln(0)", "sqrt(-1)"]) {
        assert!(run(text).is_nan(), "{text}");
    }
    let known = [("gauge < 1 and charging", 0.0), ("charging and gauge < 1", 0.0), ("gauge < 1 or speed > 1", 1.0)];
    for (text, expected) in
        known.into_iter().chain([("known(gauge)", 0.0), ("known(speed)", 1.0), ("known(state)", 1.0)])
    {
        assert_eq!(run(text), expected, "{text}");
    }
    let condition = condition("gauge < 1 or gauge >= 1", &mut robot()).unwrap();
    assert!(!condition.holds(&NOW), "what is unknown does not hold");
    assert!(!condition.holds(&[]), "nor does what nobody gave");
}

#[test]
fn mistakes_are_shown_where_they_are() {
    insta::assert_snapshot!(
        [
            "",
            "speed <",
            "speed < and charging",
            "(speed < 1",
            "speed < 1)",
            "speed 1",
            "0 < speed < 5",
            "speed < 5m",
            "speed < 5 km",
            "speed < 5km",
            "speed = 5",
            "charging && speed < 1",
            "speed # 2",
            "sped < 1",
            "velocity < 1",
            "speed and charging",
            "not speed",
            "charging < 1",
            "charging + 1",
            "state < 1",
            "state == \"broken\"",
            "state == 1",
            "speed == \"fast\"",
            "state",
            "\"idle\"",
            "state == \"idle",
            "'a' == 'b'",
            "max(1)",
            "if(speed, 1, 2)",
            "if(charging, 1, 'a')",
            "if(charging, 1, true)",
            "distanc(dock)",
            "distance(1)",
            "distance(door)",
            "distance",
            "foo(1)",
            "1.2.3",
            "1e400",
        ]
        .map(|text| match condition(text, &mut robot()) {
            Ok(_) => format!("{text:30} fine"),
            Err(error) => {
                let help = error.help.unwrap_or_default();
                format!("{text:30} {:12} {} | {help}", format!("{:?}", &text[error.place]), error.message)
            }
        })
        .join("\n")
    );
}

#[test]
fn who_nests_too_deep_or_writes_too_long_is_told() {
    let deep = format!("{}1{}", "(".repeat(400), ")".repeat(400));
    assert!(mistake(&deep).contains("nested more than"));
    assert!(mistake(&"not ".repeat(900)).contains("nested more than"));
    assert!(mistake(&"-".repeat(900)).contains("nested more than"));
    assert!(mistake(&format!("1{}", "+1".repeat(5000))).contains("at most 1000 words"));
    assert_eq!(run(&format!("1{}", "+1".repeat(400))), 401.0);
}

/// An expression with what it comes to, worked out without the compiler.
#[derive(Clone, Debug)]
enum Sum {
    Number(f64),
    Slot(usize),
    Pair(Pair, &'static str, Box<[Sum; 2]>),
    Negative(Box<Sum>),
    If(Box<Is>, Box<[Sum; 2]>),
}

#[derive(Clone, Debug)]
enum Is {
    Compare(Pair, &'static str, Box<[Sum; 2]>),
    Not(Box<Is>),
    Join(bool, Box<[Is; 2]>),
}

const SLOTS: [&str; 4] = ["battery.charge", "speed", "gauge", "distance(dock)"];
const PLACES: [usize; 4] = [0, 1, 4, 5];

impl Sum {
    fn text(&self) -> String {
        match self {
            Sum::Number(number) => format!("{number:?}"),
            Sum::Slot(slot) => SLOTS[*slot].to_owned(),
            Sum::Pair(_, sign, sides) => format!("({} {sign} {})", sides[0].text(), sides[1].text()),
            Sum::Negative(inner) => format!("-{}", inner.text()),
            Sum::If(is, sides) => format!("if({}, {}, {})", is.text(), sides[0].text(), sides[1].text()),
        }
    }

    fn value(&self, values: &[f64; 6]) -> f64 {
        match self {
            Sum::Number(number) => *number,
            Sum::Slot(slot) => values[PLACES[*slot]],
            Sum::Pair(pair, _, sides) => pair.of(sides[0].value(values), sides[1].value(values)),
            Sum::Negative(inner) => Single::Negative.of(inner.value(values)),
            Sum::If(is, sides) => match is.value(values) {
                Some(holds) => sides[usize::from(!holds)].value(values),
                None => f64::NAN,
            },
        }
    }
}

impl Is {
    fn text(&self) -> String {
        match self {
            Is::Compare(_, sign, sides) => format!("{} {sign} {}", sides[0].text(), sides[1].text()),
            Is::Not(inner) => format!("not ({})", inner.text()),
            Is::Join(true, sides) => format!("({} and {})", sides[0].text(), sides[1].text()),
            Is::Join(false, sides) => format!("({} or {})", sides[0].text(), sides[1].text()),
        }
    }

    /// Kleene's tables.
    fn value(&self, values: &[f64; 6]) -> Option<bool> {
        match self {
            Is::Compare(pair, _, sides) => {
                let (a, b) = (sides[0].value(values), sides[1].value(values));
                let holds = match pair {
                    Pair::Less => a < b,
                    Pair::AtLeast => a >= b,
                    _ => a == b,
                };
                (!a.is_nan() && !b.is_nan()).then_some(holds)
            }
            Is::Not(inner) => inner.value(values).map(|holds| !holds),
            Is::Join(both, sides) => match (sides[0].value(values), sides[1].value(values)) {
                (Some(one), _) | (_, Some(one)) if one != *both => Some(one),
                (Some(_), Some(other)) => Some(other),
                _ => None,
            },
        }
    }
}

fn sum() -> impl Strategy<Value = Sum> {
    let leaf = prop_oneof![(0.0..10.0).prop_map(Sum::Number), (0..SLOTS.len()).prop_map(Sum::Slot)];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let two = || prop::array::uniform2(inner.clone()).prop_map(Box::new);
        let signs = [(Pair::Plus, "+"), (Pair::Minus, "-"), (Pair::Times, "*"), (Pair::Through, "/")];
        prop_oneof![
            (prop::sample::select(signs.to_vec()), two())
                .prop_map(|((pair, sign), sides)| Sum::Pair(pair, sign, sides)),
            inner.clone().prop_map(|inner| Sum::Negative(Box::new(inner))),
            (compare(inner.clone()), two()).prop_map(|(is, sides)| Sum::If(Box::new(is), sides)),
        ]
    })
}

fn compare(sums: impl Strategy<Value = Sum>) -> impl Strategy<Value = Is> {
    let signs = [(Pair::Less, "<"), (Pair::AtLeast, ">="), (Pair::Equal, "==")];
    (prop::sample::select(signs.to_vec()), prop::array::uniform2(sums))
        .prop_map(|((pair, sign), sides)| Is::Compare(pair, sign, Box::new(sides)))
}

fn is() -> impl Strategy<Value = Is> {
    compare(sum()).prop_recursive(4, 16, 2, |inner| {
        let two = prop::array::uniform2(inner.clone()).prop_map(Box::new);
        prop_oneof![
            inner.prop_map(|inner| Is::Not(Box::new(inner))),
            (any::<bool>(), two).prop_map(|(both, sides)| Is::Join(both, sides)),
        ]
    })
}

proptest! {
    #[test]
    fn programs_come_to_what_their_trees_come_to(is in is(), values in prop::array::uniform6(-5.0..5.0), lacks in 0..7_usize) {
        let mut values: [f64; 6] = values;
        if let Some(value) = values.get_mut(lacks) {
            *value = f64::NAN;
        }
        let text = is.text();
        match condition(&text, &mut robot()) {
            Ok(program) => {
                let value = program.run(&values);
                let found = (!value.is_nan()).then_some(value == 1.0);
                prop_assert_eq!(found, is.value(&values), "{}", text);
                prop_assert_eq!(program.holds(&values), found == Some(true));
            }
            Err(error) => prop_assert!(error.message.contains("nested"), "{}: {:?}", text, error),
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}") {
        let _ = compile(&text, &mut robot());
    }

    #[test]
    fn nor_are_its_own_words_in_any_order(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "speed", "state", "charging", "gauge", "1", "20%", "'idle'", "<", "==", "and", "or", "not", "+", "-", "*", "/",
                "(", ")", ",", "if(", "min(", "known(", "distance(", "dock", "true",
            ]),
            0..14,
        ),
    ) {
        let text = words.join(" ");
        match compile(&text, &mut robot()) {
            Ok((program, kind)) => {
                let value = program.run(&NOW);
                prop_assert!(kind != Type::Truth || value.is_nan() || value == 0.0 || value == 1.0, "{}: {}", text, value);
            }
            Err(error) => prop_assert!(text.get(error.place.clone()).is_some(), "{}: {:?}", text, error),
        }
    }
}
