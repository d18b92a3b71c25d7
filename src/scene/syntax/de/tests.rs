use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::super::FileId;
use super::super::parse::{Limits, parse};
use super::super::print::print;
use super::*;

fn tree(text: &str) -> Node {
    parse(text, FileId(3), &Limits::default()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn read<T: de::DeserializeOwned>(text: &str) -> Result<T, DeError> {
    from_node(&tree(text))
}

/// The message of an error and the text it points at.
fn complaint<T: de::DeserializeOwned + std::fmt::Debug>(text: &str) -> (String, String) {
    let error = read::<T>(text).unwrap_err();
    assert_eq!(error.span.file, FileId(3), "{error:?}");
    (error.message.clone(), error.span.text(text).to_owned())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Params {
    shape: f64,
    scale: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Id(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Point(f32, i16);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Idle,
    Count(u64),
    Named(Id),
    Weibull(Params),
    At((i32, f64)),
    Pair(bool, char),
    Many(Vec<Kind>),
    Shape { width: u8, label: String },
    Maybe(Option<i64>),
    Place(Point),
    Empty(()),
    Nothing {},
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Scene {
    name: String,
    kinds: Vec<Kind>,
    by_name: BTreeMap<String, Params>,
    by_number: BTreeMap<i32, char>,
    tuple: (u8, (), Vec<f64>),
    id: Id,
    point: Point,
    marker: Marker,
    maybe: Option<Box<Scene>>,
    deep: Option<Option<bool>>,
    r#type: f32,
}

fn params() -> impl Strategy<Value = Params> {
    (number(), proptest::option::of(number())).prop_map(|(shape, scale)| Params { shape, scale })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("not a number", |n| !n.is_nan()),
        Just(f64::INFINITY),
        Just(-0.0),
        (-1000_i32..1000).prop_map(f64::from),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    let leaf = prop_oneof![
        Just(Kind::Idle),
        Just(Kind::Empty(())),
        Just(Kind::Nothing {}),
        any::<u64>().prop_map(Kind::Count),
        any::<String>().prop_map(|text| Kind::Named(Id(text))),
        params().prop_map(Kind::Weibull),
        (any::<i32>(), number()).prop_map(Kind::At),
        (any::<bool>(), any::<char>()).prop_map(|(a, b)| Kind::Pair(a, b)),
        (any::<u8>(), any::<String>()).prop_map(|(width, label)| Kind::Shape { width, label }),
        any::<Option<i64>>().prop_map(Kind::Maybe),
        (any::<i16>(), any::<i16>()).prop_map(|(a, b)| Kind::Place(Point(f32::from(a) / 8.0, b))),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| proptest::collection::vec(inner, 0..4).prop_map(Kind::Many))
}

fn scene() -> impl Strategy<Value = Scene> {
    let flat = (
        (any::<String>(), any::<i16>(), any::<u8>()),
        proptest::collection::vec(kind(), 0..5),
        proptest::collection::btree_map(any::<String>(), params(), 0..4),
        proptest::collection::btree_map(any::<i32>(), any::<char>(), 0..4),
        proptest::collection::vec(number(), 0..5),
        any::<Option<Option<bool>>>(),
    )
        .prop_map(|((name, place, size), kinds, by_name, by_number, numbers, deep)| Scene {
            id: Id(name.chars().rev().collect()),
            name,
            kinds,
            by_name,
            by_number,
            tuple: (size, (), numbers),
            point: Point(f32::from(place) / 16.0, place),
            marker: Marker,
            maybe: None,
            // Without its `Some`, a nested `None` would be read as the outer.
            deep: deep.filter(Option::is_some),
            r#type: f32::from(size) * 0.1,
        })
        .boxed();
    (flat.clone(), proptest::option::of(flat)).prop_map(|(outer, inner)| Scene { maybe: inner.map(Box::new), ..outer })
}

fn all_extensions() -> ron::Options {
    use ron::extensions::Extensions;
    ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn typed_values_are_read_as_ron_reads_them(scene in scene(), names in any::<bool>(), unwrap in 0..8_usize) {
        use ron::extensions::Extensions;
        let mut extensions = Extensions::empty();
        for (bit, extension) in [
            Extensions::IMPLICIT_SOME,
            Extensions::UNWRAP_NEWTYPES,
            Extensions::UNWRAP_VARIANT_NEWTYPES,
        ].into_iter().enumerate() {
            if unwrap & (1 << bit) != 0 {
                extensions |= extension;
            }
        }
        let config = ron::ser::PrettyConfig::new().struct_names(names).extensions(extensions);
        let text = ron::ser::to_string_pretty(&scene, config).unwrap();
        let node = tree(&text);
        prop_assert_eq!(&from_node::<Scene>(&node).unwrap(), &scene, "{}", text);
        // What we print is the same to ron.
        let printed = print(&node);
        prop_assert_eq!(&from_node::<Scene>(&tree(&printed)).unwrap(), &scene);
        let options = ron::Options::default().with_default_extension(extensions);
        let by_ron: Scene = options.from_str(&printed).map_err(|e| TestCaseError::fail(format!("{e}\n{printed}")))?;
        prop_assert_eq!(&by_ron, &scene);
    }
}

#[test]
fn both_readers_agree_on_handwritten_text() {
    let options = all_extensions();
    for text in [
        "[Idle, Count(3), Named(\"x\"), Weibull(shape: 2.0), Weibull(shape: 1, scale: 3)]",
        "[At(1, 2), Pair(true, 'x'), Many([Idle, Many([])]), Shape(width: 0xff, label: r\"a\\b\")]",
        "[Maybe(None), Maybe(Some(-3)), Maybe(4), Place(1.5, 2), Empty(), Nothing()]",
        "[Place(0.25, -1,), Weibull(shape: inf, scale: None,), Count(1_000u64),]",
    ] {
        let ours: Vec<Kind> = read(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let theirs: Vec<Kind> = options.from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(ours, theirs, "{text}");
    }
}

#[test]
fn newtype_variants_take_structs_and_tuples_in_either_form() {
    let weibull = Kind::Weibull(Params { shape: 2.0, scale: None });
    for text in [
        "Weibull(shape: 2)",
        "Weibull((shape: 2))",
        "Weibull(Params(shape: 2))",
        "Weibull({ \"shape\": 2.0, \"scale\": None })",
    ] {
        assert_eq!(read::<Kind>(text).unwrap(), weibull, "{text}");
    }
    for text in ["At(1, 2)", "At((1, 2))", "At([1, 2.0])"] {
        assert_eq!(read::<Kind>(text).unwrap(), Kind::At((1, 2.0)), "{text}");
    }
    for text in ["Place(1, 2)", "Place((1, 2))", "Place(Point(1, 2))"] {
        assert_eq!(read::<Kind>(text).unwrap(), Kind::Place(Point(1.0, 2)), "{text}");
    }
    let shape = Kind::Shape { width: 1, label: "l".into() };
    for text in ["Shape(width: 1, label: \"l\")", "Shape((width: 1, label: \"l\"))"] {
        assert_eq!(read::<Kind>(text).unwrap(), shape, "{text}");
    }
}

#[test]
fn newtypes_are_read_with_and_without_brackets() {
    for text in ["\"a\"", "(\"a\")", "Id(\"a\")"] {
        assert_eq!(read::<Id>(text).unwrap(), Id("a".into()), "{text}");
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(Kind);
    #[derive(Debug, PartialEq, Deserialize)]
    struct Outer(Params);
    assert_eq!(read::<Wrapped>("Count(1)").unwrap(), Wrapped(Kind::Count(1)));
    assert_eq!(read::<Wrapped>("Wrapped(Count(1))").unwrap(), Wrapped(Kind::Count(1)));
    for text in ["Outer(shape: 1)", "Outer((shape: 1))", "(shape: 1)", "((shape: 1))", "Params(shape: 1)"] {
        assert_eq!(read::<Outer>(text).unwrap().0.shape, 1.0, "{text}");
    }
}

#[test]
fn optional_values_may_leave_out_some() {
    assert_eq!(read::<Option<u8>>("3").unwrap(), Some(3));
    assert_eq!(read::<Option<u8>>("Some(3)").unwrap(), Some(3));
    assert_eq!(read::<Option<u8>>("None").unwrap(), None);
    assert_eq!(read::<Option<Params>>("Some(shape: 1)").unwrap().unwrap().shape, 1.0);
    assert_eq!(read::<Option<(u8, u8)>>("Some((1, 2))").unwrap(), Some((1, 2)));
    assert_eq!(read::<Option<()>>("Some()").unwrap(), Some(()));
    assert_eq!(read::<Option<Option<u8>>>("Some(None)").unwrap(), Some(None));
}

#[test]
fn maps_and_structs_stand_for_each_other() {
    let wanted = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    for text in ["(a: 1, b: 2)", "X(a: 1, b: 2)", "{ \"a\": 1, \"b\": 2 }"] {
        assert_eq!(read::<BTreeMap<String, u8>>(text).unwrap(), wanted, "{text}");
    }
    assert!(read::<BTreeMap<String, u8>>("()").unwrap().is_empty());
    for text in ["{ \"shape\": 1 }", "{ shape: 1 }"] {
        assert_eq!(read::<Params>(text).unwrap().shape, 1.0, "{text}");
    }
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    enum Side {
        Left,
    }
    #[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
    struct Text(String);
    for text in ["(Left: 1)", "{ Left: 1 }"] {
        assert_eq!(read::<HashMap<Side, u8>>(text).unwrap()[&Side::Left], 1, "{text}");
    }
    assert_eq!(read::<HashMap<Text, u8>>("(l: 1)").unwrap()[&Text("l".into())], 1);
    assert_eq!(read::<HashMap<Option<Text>, u8>>("(l: 1)").unwrap().len(), 1);
}

#[test]
fn flattened_tagged_and_untagged_types_work() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, f64>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(f64),
        Text(String),
        Params(Params),
        Pair(u8, u8),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A { x: u8 },
    }
    let flat: Flat = read("Flat(a: 1, b: 2, c: 3.5)").unwrap();
    assert_eq!(flat.rest, BTreeMap::from([("b".to_owned(), 2.0), ("c".to_owned(), 3.5)]));
    let all: Vec<Either> = read("[1, 2.5, \"t\", (shape: 1), (1, 2)]").unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!(all[3], Either::Params(Params { shape: 1.0, scale: None }));
    assert_eq!(read::<Tagged>("(kind: \"A\", x: 1)").unwrap(), Tagged::A { x: 1 });
}

#[test]
fn any_kind_of_value_can_be_taken() {
    for text in ["Some", "None", "None(1)", "Some(1)", "Some()", "Foo", "Foo(1)", "Foo(a: 1)", "()", "(1)"] {
        let _ = read::<IgnoredAny>(text).unwrap();
        let _ = read::<ron::Value>(text);
    }
    assert_eq!(
        read::<ron::Value>("(a: [true, None], b: Some('x'), c: (), d: {'k': 0.1})").unwrap(),
        ron::from_str("(a: [true, None], b: Some('x'), c: (), d: {'k': 0.1})").unwrap()
    );
    assert_eq!(read::<Marker>("Marker").unwrap(), Marker);
    assert_eq!(read::<Marker>("()").unwrap(), Marker);
    assert_eq!(read::<Marker>("Marker()").unwrap(), Marker);
    assert!((&tree("1")).is_human_readable());
}

#[test]
fn the_deepest_trees_are_read() {
    use super::super::parse::MAX_DEPTH;
    let limits = Limits { depth: MAX_DEPTH, ..Limits::default() };
    for (open, close) in [("[", "]"), ("(a:", ")"), ("Some(", ")"), ("{1:", "}"), ("Many([", "])")] {
        let count = MAX_DEPTH as usize / open.matches(['[', '(', '{']).count();
        let text = format!("{}Idle{}", open.repeat(count), close.repeat(count));
        let node = parse(&text, FileId(0), &limits).unwrap();
        let _ = from_node::<ron::Value>(&node);
        let _ = from_node::<Kind>(&node);
        let again = parse(&print(&node), FileId(0), &limits).unwrap();
        assert_eq!(print(&again), print(&node), "{open}");
        assert!(super::super::duplicates(&node).is_empty());
    }
}

#[test]
fn errors_point_at_the_innermost_value() {
    let at = |message: &str, place: &str| (message.to_owned(), place.to_owned());
    assert_eq!(complaint::<Params>("(shape: \"x\")"), at("expected a number, found the text \"x\"", "\"x\""));
    assert_eq!(complaint::<Params>("(shap: 1)"), at("unknown field `shap`, expected one of `shape`, `scale`", "shap"));
    assert_eq!(complaint::<Vec<Params>>("[(scale: 1)]"), at("the field `shape` is missing", "(scale: 1)"));
    assert_eq!(
        complaint::<Params>("(shape: 1, shape: 2)"),
        at("the field `shape` is given twice", "(shape: 1, shape: 2)")
    );
    assert_eq!(complaint::<Params>("Parms(shape: 1)"), at("expected `Params`, found `Parms`", "Parms"));
    assert_eq!(
        complaint::<Vec<u8>>("[1, 300]"),
        at("expected a whole number from 0 to 255, found the whole number `300`", "300")
    );
    assert_eq!(complaint::<Vec<i64>>("[1, 1.5]"), at("expected a whole number, found the number `1.5`", "1.5"));
    assert_eq!(complaint::<Vec<bool>>("[1]"), at("expected `true` or `false`, found the whole number `1`", "1"));
    assert_eq!(
        complaint::<Vec<String>>("[\"a\", lathe]"),
        at("expected a text in double quotes, found the name `lathe` without quotes", "lathe")
    );
    assert_eq!(complaint::<(u8, u8)>("(1, 2, 3)"), at("expected 2 values, found 3", "3"));
    assert_eq!(complaint::<(u8, u8)>("(1,)"), at("expected a tuple of size 2, found 1 value", "(1,)"));
    assert_eq!(complaint::<Vec<u8>>("(a: 1)"), at("expected a list, found a struct", "(a: 1)"));
    assert_eq!(complaint::<BTreeMap<u8, u8>>("[1]"), at("expected a map, found a list", "[1]"));
    assert_eq!(complaint::<Params>("3"), at("expected struct Params, found a whole number", "3"));
}

#[test]
fn errors_about_variants_tell_what_fits() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read to fail")]
    enum Mode {
        On,
        Timed(u8),
        Range { low: u8 },
    }
    let at = |message: &str, place: &str| (message.to_owned(), place.to_owned());
    let names = "expected one of `On`, `Timed`, `Range`";
    assert_eq!(complaint::<Vec<Mode>>("[Of]"), at(&format!("unknown name `Of`, {names}"), "Of"));
    assert_eq!(complaint::<Vec<Mode>>("[Of(1)]"), at(&format!("unknown name `Of`, {names}"), "Of"));
    assert_eq!(complaint::<Mode>("\"On\""), at("write the name `On` without quotes", "\"On\""));
    assert_eq!(complaint::<Mode>("\"Of\""), at(&format!("{names}, found the text \"Of\""), "\"Of\""));
    assert_eq!(complaint::<Mode>("(low: 1)"), at(&format!("{names}, found a struct"), "(low: 1)"));
    assert_eq!(complaint::<Mode>("Timed"), at("`Timed` needs a value in brackets: `Timed(..)`", "Timed"));
    assert_eq!(complaint::<Mode>("On(1)"), at("`On` takes no value in brackets", "On(1)"));
    assert_eq!(
        complaint::<Mode>("Range(low: 'x')"),
        at("expected a whole number from 0 to 255, found the text \"x\"", "'x'")
    );
    assert_eq!(complaint::<Mode>("Range(hi: 1)"), at("unknown field `hi`, expected `low`", "hi"));
}
