use proptest::prelude::*;
use serde::de::IgnoredAny;

use super::super::print::print;
use super::*;

fn read(text: &str) -> Result<Node, Vec<SyntaxError>> {
    parse(text, FileId(0), &Limits::default())
}

fn good(text: &str) -> Node {
    read(text).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

/// The first mistake as `message | marked text | label | help`.
fn first(text: &str) -> String {
    let errors = read(text).expect_err(text);
    shown(text, &errors[0])
}

fn shown(text: &str, error: &SyntaxError) -> String {
    format!(
        "{} | {}..{} {} | {} | {}",
        error.message,
        error.span.start,
        error.span.end,
        error.span.text(text),
        error.label,
        error.help.as_deref().unwrap_or("-")
    )
}

/// Whether two trees are equal but for places and comments.
fn same(a: &Node, b: &Node) -> bool {
    let names =
        |a: &Option<Name>, b: &Option<Name>| a.as_ref().map(|name| &name.text) == b.as_ref().map(|name| &name.text);
    let all = |a: &[Node], b: &[Node]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b));
    match (&a.value, &b.value) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        (Value::List(a), Value::List(b)) => all(a, b),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.0, &b.0) && same(&a.1, &b.1))
        }
        (Value::Struct(a), Value::Struct(b)) => {
            names(&a.name, &b.name)
                && a.fields.len() == b.fields.len()
                && a.fields.iter().zip(&b.fields).all(|(a, b)| a.name.text == b.name.text && same(&a.value, &b.value))
        }
        (Value::Tuple(a), Value::Tuple(b)) => names(&a.name, &b.name) && all(&a.items, &b.items),
        (a, b) => a == b,
    }
}

#[test]
fn every_kind_of_value_is_read() {
    for (text, value) in [
        ("()", Value::Unit),
        (" true ", Value::Bool(true)),
        ("false", Value::Bool(false)),
        ("-12", Value::Int(-12)),
        ("18446744073709551615", Value::UInt(u64::MAX)),
        ("1.5e3", Value::Float(1500.0)),
        ("-inf", Value::Float(f64::NEG_INFINITY)),
        ("'x'", Value::Char('x')),
        ("'''", Value::Char('\'')),
        ("'\\''", Value::Char('\'')),
        ("'\\u{1F600}'", Value::Char('😀')),
        ("\"a b\"", Value::Str("a b".into())),
        ("r\"a\\b\"", Value::Str("a\\b".into())),
        ("r##\"a\"#b\"##", Value::Str("a\"#b".into())),
        ("[]", Value::List(vec![])),
        ("{}", Value::Map(vec![])),
        ("Foo", Value::Ident("Foo".into())),
        ("r#true", Value::Ident("true".into())),
        ("r#a-b.c", Value::Ident("a-b.c".into())),
        ("infinite", Value::Ident("infinite".into())),
        ("élan_2", Value::Ident("élan_2".into())),
        ("r", Value::Ident("r".into())),
        ("b", Value::Ident("b".into())),
    ] {
        assert_eq!(good(text).value, value, "{text}");
    }
}

#[test]
fn escapes_are_resolved() {
    for (text, wanted) in [
        (r#""\"\\\'\n\r\t\0""#, "\"\\'\n\r\t\0"),
        (r#""\x41\u{e9}\u{1F600}""#, "Aé😀"),
        (r#""\xe2\x82\xac!""#, "€!"),
        ("\"a\\\n   b\\\r\n\t c\"", "ab c".replace(' ', "").as_str()),
        ("\"two\nlines\"", "two\nlines"),
    ] {
        assert_eq!(good(text).as_str(), Some(wanted), "{text}");
        assert_eq!(ron::from_str::<String>(text).as_deref(), Ok(wanted), "{text}");
    }
}

#[test]
fn spans_cover_values_and_names() {
    let text = "// c\n Foo( a : [1, -2.5 ] , b: \"x\", )";
    let node = good(text);
    assert_eq!(node.span.text(text), "Foo( a : [1, -2.5 ] , b: \"x\", )");
    assert_eq!(node.get("a").unwrap().span.text(text), "[1, -2.5 ]");
    let Value::Struct(inner) = &node.value else {
        panic!("a struct was written");
    };
    assert_eq!(inner.name.as_ref().unwrap().span.text(text), "Foo");
    assert_eq!(inner.fields[1].name.span.text(text), "b");
    assert_eq!(inner.fields[1].value.span.text(text), "\"x\"");
}

#[test]
fn repeated_fields_and_keys_are_kept() {
    let Value::Struct(inner) = good("(a: 1, a: 2)").value else {
        panic!("a struct was written");
    };
    assert_eq!(inner.fields.len(), 2);
    let Value::Map(entries) = good("{\"a\": 1, \"a\": 2}").value else {
        panic!("a map was written");
    };
    assert_eq!(entries.len(), 2);
}

#[test]
fn attributes_and_marks_at_the_top_are_skipped() {
    let text = "\u{feff}// c\n#![enable(implicit_some, unwrap_newtypes)]\n# ! [ type = \"a]b\" ]\n(a: 1)";
    assert_eq!(good(text).get("a").unwrap().value, Value::Int(1));
}

#[test]
fn common_slips_are_explained() {
    for (text, wanted) in [
        ("", "this file is empty | 0..0  | expected a value | -"),
        (
            "(mtbf: \"4h\" mttr: 1)",
            "expected `,` or `)` after the value of `mtbf` | 11..11  | a comma is missing here | put a comma after `\"4h\"`",
        ),
        (
            "(mtbf: 4\n mttr: 1)",
            "expected `,` or `)` after the value of `mtbf` | 8..8  | a comma is missing here | put a comma after `4`",
        ),
        ("[1 2]", "expected `,` or `]` after this value | 2..2  | a comma is missing here | put a comma after `1`"),
        (
            "{ \"a\": 1 \"b\": 2 }",
            "expected `,` or `}` after the value of `\"a\"` | 8..8  | a comma is missing here | put a comma after `1`",
        ),
        ("(a = 1)", "`=` does not give a value | 3..4 = | write `:` | write `:` instead of `=`"),
        ("(a: 1; b: 2)", "`;` does not separate values | 5..6 ; | write `,` | write `,` instead of `;`"),
        (
            "\n(a: [1, 2)",
            "expected `]`, found `)` | 10..11 ) | `]` is missing here | put `]` where the `[` on line 2 ends",
        ),
        ("(\n a: [1, 2,\n", "a closing `]` is missing | 12..12  | expected `]` | the `[` on line 2 is never closed"),
        ("(a: 1\n", "a closing `)` is missing | 5..5  | expected `)` | the `(` on line 1 is never closed"),
        (
            "(id: lathe-1, b: 2)",
            "`lathe-1` is not a value | 5..12 lathe-1 | text without quotes | put text in double quotes: `\"lathe-1\"`",
        ),
        (
            "(name: my first lathe, b: 2)",
            "`my first lathe` is not a value | 7..21 my first lathe | text without quotes | put text in double quotes: `\"my first lathe\"`",
        ),
        (
            "(mtbf: 4h)",
            "`4h` is not a number | 7..9 4h | neither a number nor a text | put text, such as a value with its unit, in double quotes: `\"4h\"`",
        ),
        (
            "(mtbf: 4 hours, b: 1)",
            "`4 hours` is not a value | 7..14 4 hours | text without quotes | put text in double quotes: `\"4 hours\"`",
        ),
        (
            "(at: 12:30)",
            "`12:30` is not a value | 5..10 12:30 | text without quotes | put text in double quotes: `\"12:30\"`",
        ),
        (
            "(day: 2024-01-31)",
            "`2024-01-31` is not a value | 6..16 2024-01-31 | text without quotes | put text in double quotes: `\"2024-01-31\"`",
        ),
        (
            "(url: https://example.org/a, b: 1)",
            "`https://example.org/a` is not a value | 6..27 https://example.org/a | text without quotes | put text in double quotes: `\"https://example.org/a\"`",
        ),
        ("(p: 50%)", "`50%` is not a value | 4..7 50% | text without quotes | put text in double quotes: `\"50%\"`"),
        (
            "(a: 'lathe 1')",
            "text needs double quotes | 4..13 'lathe 1' | single quotes are for one character | write `\"lathe 1\"`",
        ),
        (
            "(a: “lathe”)",
            "`“` is not a plain double quote | 4..7 “ | the wrong kind of quote | use plain double quotes: `\"lathe\"`",
        ),
        ("(a: True)", "`True` is written in small letters | 4..8 True | write `true` | write `true` instead of `True`"),
        (
            "(a: FALSE)",
            "`FALSE` is written in small letters | 4..9 FALSE | write `false` | write `false` instead of `FALSE`",
        ),
        (
            "(\"a\": 1, b: 2)",
            "field names are written without quotes | 1..4 \"a\" | a field name | write `a` without quotes",
        ),
        (
            "(b: 2, \"a\": 1)",
            "field names are written without quotes | 7..10 \"a\" | a field name | write `a` without quotes",
        ),
        (
            "(mean-time: 2)",
            "`mean-time` cannot be a field name | 1..10 mean-time | names have letters, digits and `_` | the name may be meant to be `mean_time`",
        ),
        (
            "[a: 1]",
            "a list holds values without names | 2..3 : | a name in a list | use `( )` for named fields, or `{ }` for a map",
        ),
        (
            "(1, a: 2)",
            "values with a name and values without one are mixed | 4..5 a | this one has a name, the ones before it have none | give every value in these brackets a name, or none",
        ),
        ("(a: 2, 1)", "this value has no name | 7..8 1 | expected a field name | give it a name, as in `name: value`"),
        ("(a: 2, b)", "the field `b` has no value | 8..8  | a colon is missing here | put `:` and a value after `b`"),
        (
            "(a: 2, b 3)",
            "expected `:` after the field `b` | 8..8  | a colon is missing here | put `:` and a value after `b`",
        ),
        ("(a: , b: 1)", "the value of `a` is missing | 3..3  | expected a value | put a value after `a:`"),
        ("(a: 1,, b: 1)", "there is no value before this comma | 6..7 , | one comma too many | remove the comma"),
        ("[1,,2]", "there is no value before this comma | 3..4 , | one comma too many | remove the comma"),
        (
            "name: \"x\", b: 1",
            "the fields of a file need brackets around them | 0..4 name | the first field | put `(` at the start of the file and `)` at its end",
        ),
        (
            "(a: 1))",
            "this `)` closes nothing | 6..7 ) | no bracket is open here | remove it, or look for a bracket too many above",
        ),
        (
            "(a: 1), b",
            "the file goes on after its end | 6..7 , | the value of the file was complete before this | look for a bracket that closes too early above",
        ),
        (
            "(a: 1, # note\n b: 2)",
            "`#` means nothing here | 7..8 # | unexpected `#` | start comments with `//`, and put text in double quotes",
        ),
        (
            "(a: 1 # note\n)",
            "`#` means nothing here | 6..7 # | unexpected `#` | start comments with `//`, and put text in double quotes",
        ),
        (
            "(a: Machine { b: 1 })",
            "`Machine` takes round brackets | 4..13 Machine { | curly brackets are for maps | write `Machine( )` instead of `Machine { }`",
        ),
        ("(a: \"x)\n", "this text is never closed | 4..7 \"x) | the text starts here | put `\"` where the text ends"),
        (
            "(a: \"x,\n b: \"y\")",
            "this text runs on to another line | 4..7 \"x, | it may lack its closing `\"` | put `\"` where the text ends",
        ),
        (
            "(a: /* x, b: 1)",
            "this comment is never closed | 4..6 /* | the comment starts here | put `*/` where the comment ends",
        ),
        (
            r#"(a: "C:\my\new")"#,
            r"`\m` is not an escape | 7..9 \m | unknown after a backslash | write `\\` for a backslash, as in a Windows path",
        ),
        (
            "(a: b\"x\")",
            "byte strings are not supported | 4..5 b | a byte string | leave out the `b` for a text, or give a list of numbers",
        ),
        (
            "(a: 1..5)",
            "`1..5` is not a number | 4..8 1..5 | ranges are not supported | give the two ends as a tuple, as in `(1, 5)`",
        ),
        (
            "(a: 300u8)",
            "`300u8` is out of range | 4..9 300u8 | u8 goes from 0 to 255 | leave out the type behind the number",
        ),
        (
            "(a: abc\", b: \"x\")",
            "the text `abc` lacks its opening quote | 4..8 abc\" | a quote is missing in front | write `\"abc\"`",
        ),
        ("(a: ?)", "`?` cannot start a value | 4..5 ? | expected a value | put text in double quotes"),
    ] {
        assert_eq!(first(text), wanted, "{text}");
    }
}

#[test]
fn several_mistakes_are_told_at_once() {
    let text = "Scene(\n  name: lathe-1,\n  mtbf: 4h,\n  tags: [\"a\" \"b\", 'cc'],\n  on: True,\n  m: { \"k\" = 1; \"l\": ‘x’ },\n  z: 1\n";
    let told: Vec<String> = read(text).unwrap_err().iter().map(|error| error.message.clone()).collect();
    assert_eq!(
        told,
        [
            "`lathe-1` is not a value",
            "`4h` is not a number",
            "expected `,` or `]` after this value",
            "text needs double quotes",
            "`True` is written in small letters",
            "`=` does not give a value",
            "`;` does not separate values",
            "`‘` is not a plain double quote",
            "a closing `)` is missing",
        ]
    );
}

#[test]
fn one_missing_quote_is_one_mistake() {
    for value in ["abc\"", "4h\"", "a-b\"", "5 days\"", "-x\""] {
        let text = format!("(\n  a: {value},\n  b: \"x\",\n  c: \"y\",\n)");
        let errors = read(&text).unwrap_err();
        assert_eq!(errors.len(), 1, "{value}: {errors:?}");
    }
}

#[test]
fn one_missing_bracket_is_one_mistake() {
    let text = "(\n list: [\n (id: \"a\"),\n (id: \"b\",\n ],\n z: 1,\n)";
    let errors = read(text).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        shown(text, &errors[0]),
        "expected `)`, found `]` | 35..36 ] | `)` is missing here | put `)` where the `(` on line 4 ends"
    );
}

#[test]
fn mistakes_are_capped() {
    let text = format!("[{}]", "?,".repeat(1000));
    assert_eq!(read(&text).unwrap_err().len(), MAX_ERRORS);
}

#[test]
fn nesting_bombs_are_refused() {
    for bracket in ["(", "[", "{", "{1:", "a(", "(a:", "[(", "Some("] {
        let errors = read(&bracket.repeat(1_000_000)).unwrap_err();
        assert_eq!(errors.len(), 1, "{bracket}");
        assert_eq!(errors[0].message, "the brackets are nested more than 64 deep");
    }
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let generous = Limits { depth: u32::MAX, ..Limits::default() };
    assert!(read(&deep(64)).is_ok());
    assert!(read(&deep(65)).is_err());
    let node = parse(&deep(128), FileId(0), &generous).unwrap();
    assert!(same(&good_with(&print(&node), &generous), &node));
    assert!(parse(&deep(129), FileId(0), &generous).is_err());
    assert!(read(&"/*".repeat(1_000_000)).is_err());
}

fn good_with(text: &str, limits: &Limits) -> Node {
    parse(text, FileId(0), limits).unwrap()
}

#[test]
fn sizes_are_limited() {
    let limits = Limits { nodes: 3, bytes: 10, ..Limits::default() };
    assert!(parse("[1, 2]", FileId(0), &limits).is_ok());
    let errors = parse("[1, 2, 3]", FileId(0), &limits).unwrap_err();
    assert_eq!(errors[0].message, "this file holds too many values: more than 3");
    let errors = parse("[1,        ]", FileId(0), &limits).unwrap_err();
    assert_eq!(errors[0].message, "this file is too large: 12 bytes, of at most 10");
}

// Trees made by chance.

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        "[a-zA-Z_][a-zA-Z0-9_]{0,6}",
        "[a-z+.-]{1,5}",
        Just("true".to_owned()),
        Just("NaN".to_owned()),
        Just("é̀b".to_owned()),
    ]
    .prop_map(|text| Name { text: text.into(), span: Span::UNKNOWN })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Unit),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-100_i64..100).prop_map(Value::Int),
        (1_u64 << 63..=u64::MAX).prop_map(Value::UInt),
        any::<f64>().prop_map(Value::Float),
        any::<f32>().prop_map(|n| Value::Float(f64::from(n))),
        Just(Value::Float(f64::INFINITY)),
        Just(Value::Float(f64::NAN)),
        any::<char>().prop_map(Value::Char),
        any::<String>().prop_map(|text| Value::Str(text.into())),
        "[ -~\n\u{0}-\u{1f}]{0,12}".prop_map(|text| Value::Str(text.into())),
    ]
}

/// Trees; `plain` ones have no names, so that ron reads them as any value.
fn any_tree(plain: bool) -> impl Strategy<Value = Node> {
    let leaf = if plain {
        scalar().boxed()
    } else {
        prop_oneof![
            4 => scalar(),
            1 => name().prop_map(|name| Value::Ident(name.text)),
            1 => name().prop_map(|name| Value::Tuple(Box::new(TupleValue { name: Some(name), items: vec![] }))),
        ]
        .boxed()
    };
    leaf.prop_map(Node::new).prop_recursive(4, 40, 6, move |inner| {
        let title = || {
            if plain { Just(None).boxed() } else { proptest::option::of(name()).boxed() }
        };
        let text_keys = proptest::collection::btree_map(any::<String>(), inner.clone(), 0..5);
        let fields = proptest::collection::vec((name(), inner.clone()), 1..5);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            text_keys.prop_map(|entries| Value::Map(
                entries.into_iter().map(|(key, value)| (Node::new(Value::Str(key.into())), value)).collect()
            )),
            (title(), proptest::collection::vec(inner, 2..5))
                .prop_map(|(name, items)| Value::Tuple(Box::new(TupleValue { name, items }))),
            (title(), fields).prop_map(move |(name, fields)| {
                let mut fields: Vec<Field> = fields.into_iter().map(|(name, value)| Field { name, value }).collect();
                fields.sort_by(|a, b| a.name.text.cmp(&b.name.text));
                if plain {
                    fields.dedup_by(|a, b| a.name.text == b.name.text);
                }
                Value::Struct(Box::new(StructValue { name, fields }))
            }),
        ]
        .prop_map(Node::new)
    })
}

/// Whether ron read the same value.
fn agrees(node: &Node, other: &ron::Value) -> bool {
    let all = |items: &[Node], others: &[ron::Value]| {
        items.len() == others.len() && items.iter().zip(others).all(|(a, b)| agrees(a, b))
    };
    match (&node.value, other) {
        (Value::Unit, ron::Value::Unit) => true,
        (Value::Bool(a), ron::Value::Bool(b)) => a == b,
        (Value::Int(a), ron::Value::Number(_)) => other.clone().into_rust() == Ok(*a),
        (Value::UInt(a), ron::Value::Number(_)) => other.clone().into_rust() == Ok(*a),
        (Value::Float(a), ron::Value::Number(b)) => {
            let b = b.into_f64();
            a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
        }
        (Value::Char(a), ron::Value::Char(b)) => a == b,
        (Value::Str(a), ron::Value::String(b)) => **a == **b,
        (Value::List(a), ron::Value::Seq(b)) => all(a, b),
        (Value::Tuple(a), ron::Value::Seq(b)) => all(&a.items, b),
        (Value::Map(a), ron::Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|((key, value), (other_key, other))| agrees(key, other_key) && agrees(value, other))
        }
        (Value::Struct(a), ron::Value::Map(b)) => {
            a.fields.len() == b.len()
                && a.fields.iter().zip(b.iter()).all(|(field, (key, other))| {
                    let name = ron::Value::String(field.name.text.to_string());
                    *key == name && agrees(&field.value, other)
                })
        }
        _ => false,
    }
}

fn check_spans(text: &str, errors: &[SyntaxError]) {
    assert!(!errors.is_empty() && errors.len() <= MAX_ERRORS, "{text:?}");
    for error in errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(text.get(start..end).is_some(), "{text:?}: {error:?}");
    }
}

/// Whether ron would take the text although we need not: see the list of
/// differences in the module above.
fn has_known_difference(text: &str) -> bool {
    let words = ["True", "TRUE", "False", "FALSE", "b\"", "b'", "br", ".."];
    words.iter().any(|word| text.contains(word)) || !text.is_ascii()
}

fn check_against_ron(text: &str) {
    let ours = read(text);
    if let Err(errors) = &ours {
        check_spans(text, errors);
        if !has_known_difference(text) {
            let theirs = ron::from_str::<IgnoredAny>(text);
            assert!(theirs.is_err(), "ron takes {text:?}, we tell {errors:?}");
        }
    } else if let Ok(node) = &ours {
        let printed = print(node);
        assert!(same(&good(&printed), node), "{text:?} became {printed:?}");
    }
}

const EXAMPLES: [&str; 5] = [
    "Scene(name: \"a\\n\\u{41}\", at: (1, -2.5e3, .5), tags: [Idle, Some(1), r#\"x\"#], m: { \"k\": 'c', 2: () })",
    "// top\n(\n    a: 0x1F, // after\n    /* b /* c */ */ b: [1_000u16, inf, -inf, 1.0f32],\n    c: None,\n)\n",
    "#![enable(implicit_some)]\n{ \"a\": [ { 1: 2, }, (x: [()]) ], 'b': Foo(bar(1), baz(y: r\"q\")) }",
    "[1,2.0,\"three\\\"\\\\\",'4',Five,Six(7),Eight(nine:10),(11,12),(t:13),{14:15}]",
    "(r#type: 0b101, r#a-b: 'x', c: '\\'', d: \"a\\\n   b\", e: 0o17i8)",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn printed_trees_read_back_equal(node in any_tree(false)) {
        let text = print(&node);
        let again = read(&text).map_err(|e| TestCaseError::fail(format!("{e:?}\n{text}")))?;
        prop_assert!(same(&again, &node), "{}", text);
        prop_assert_eq!(print(&again), text);
    }

    #[test]
    fn ron_reads_printed_trees_the_same(node in any_tree(true)) {
        let text = print(&node);
        prop_assert!(same(&good(&text), &node), "{}", text);
        let other: ron::Value = ron::from_str(&text).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        prop_assert!(agrees(&node, &other), "{}\n{:?}", text, other);
    }

    #[test]
    fn named_trees_are_fine_text_to_ron(node in any_tree(false)) {
        let text = print(&node);
        let other = ron::from_str::<IgnoredAny>(&text);
        prop_assert!(other.is_ok(), "{}\n{:?}", text, other);
    }

    #[test]
    fn spoiled_text_never_panics(
        which in 0..EXAMPLES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..5_u8), 1..6),
    ) {
        let mut bytes = EXAMPLES[which].as_bytes().to_vec();
        let signs = b"()[]{},:;'\"\\/*#r \n=-+.1eux_a";
        for (index, byte, how) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = index.index(bytes.len());
            match how {
                0 => { bytes.remove(at); }
                1 => bytes.insert(at, byte),
                2 => bytes[at] = byte,
                3 => bytes.truncate(at),
                _ => bytes.insert(at, signs[usize::from(byte) % signs.len()]),
            }
        }
        check_against_ron(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn jumbled_signs_never_panic(text in "[()\\[\\]{},:;'\"\\\\/*#rb \n=.+1eux_aé“…-]{0,40}") {
        check_against_ron(&text);
    }

    #[test]
    fn comments_survive(node in any_tree(false), places in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8), 0..12)) {
        let (text, count) = with_comments(&print(&node), &places);
        let once = read(&text).map_err(|e| TestCaseError::fail(format!("{e:?}\n{text}")))?;
        prop_assert!(same(&once, &node), "{}", text);
        let printed = print(&once);
        for number in 0..count {
            let comment = format!("«{number}»");
            prop_assert_eq!(printed.matches(&comment).count(), 1, "{} in\n{}\nwas\n{}", comment, printed, text);
        }
        let again = read(&printed).map_err(|e| TestCaseError::fail(format!("{e:?}\n{printed}")))?;
        prop_assert!(same(&again, &node), "{}", printed);
        prop_assert_eq!(print(&again), printed, "from\n{}", text);
    }
}

/// Puts comments between the tokens of a text, and tells how many.
fn with_comments(text: &str, places: &[(prop::sample::Index, u8)]) -> (String, usize) {
    let mut parser = Parser::new(text, FileId(0), Limits::default());
    let mut gaps = vec![0];
    while parser.pos < text.len() {
        let at = parser.pos;
        // Numbers and raw names are more than one token to the skipper.
        parser.pos = match parser.name_at(at) {
            Some((_, end)) if parser.raw_text_start(at).is_none() => end,
            _ if matches!(text.as_bytes()[at], b'0'..=b'9' | b'-' | b'+') => parser.number_end_with_words(at),
            _ => parser.token_end(at),
        };
        gaps.push(parser.pos);
    }
    let mut chosen: Vec<(usize, u8)> =
        places.iter().map(|(index, how)| (gaps[index.index(gaps.len())], *how)).collect();
    chosen.sort_unstable();
    let mut out = String::new();
    let mut from = 0;
    for (number, (at, how)) in chosen.iter().enumerate() {
        out.push_str(&text[from..*at]);
        from = *at;
        let comment = match how {
            0 => format!("// «{number}»\n"),
            1 => format!(" /* «{number}» */ "),
            2 => format!("\n/* «{number}»\n  more */"),
            _ => format!("\r\n// «{number}» \r\n"),
        };
        out.push_str(&comment);
    }
    out.push_str(&text[from..]);
    (out, chosen.len())
}

impl Parser<'_> {
    /// The end of a number, also of one such as `-inf`.
    fn number_end_with_words(&self, at: usize) -> usize {
        let mut end = at + 1;
        while let Some(byte) = self.byte(end) {
            let sign = matches!(byte, b'+' | b'-') && self.bytes[end - 1] == b'e';
            if !(byte.is_ascii_alphanumeric() || byte == b'.' || sign) {
                break;
            }
            end += 1;
        }
        end
    }
}
