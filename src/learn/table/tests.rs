use super::*;

fn selection(target: &str) -> Selection {
    Selection { target: target.to_owned(), ..Selection::default() }
}

fn read_text(text: &str, selection: &Selection) -> Result<Table, TableError> {
    read_from(text.as_bytes(), selection)
}

/// NaN is not equal to itself, so values are compared by how they are written.
fn shown(column: &Column) -> String {
    format!("{} {:?} {:?}", column.name, column.words, column.values)
}

#[test]
fn numbers_words_and_gaps_are_read() {
    let text =
        "\u{feff}id,Type, Air [K] ,\"a, b\",failed\r\n1,M,298.1,-1e3,0\n2,L,,?,1\r\n3,H,NaN,2.5,0\n4,L,3,NA,1.0\n";
    let error = read_text(text, &selection("failed")).unwrap_err();
    assert_eq!(error.line, Some(5), "`1` and `1.0` are two words: {error}");
    let table =
        read_text(&text.replace("1.0\n", "1\n"), &Selection { without: vec!["id".into()], ..selection("failed") });
    let table = table.unwrap();
    assert_eq!((table.target.as_str(), table.answers.as_slice()), ("failed", [false, true, false, true].as_slice()));
    assert_eq!((table.rows(), table.positives()), (4, 2));
    let expected = [
        r#"Type ["H", "L", "M"] [2.0, 1.0, 0.0, 1.0]"#,
        "Air [K] [] [298.1, NaN, NaN, 3.0]",
        "a, b [] [-1000.0, NaN, 2.5, NaN]",
    ];
    assert_eq!(table.features.iter().map(shown).collect::<Vec<_>>(), expected);
}

#[test]
fn the_codes_of_words_do_not_hang_on_the_order_of_rows() {
    let one = read_text("w,t\nb,no\na,yes\n,no\n", &selection("t")).unwrap();
    let other = read_text("w,t\n,no\na,yes\nb,no\n", &selection("t")).unwrap();
    assert_eq!(shown(&one.features[0]), r#"w ["a", "b"] [1.0, 0.0, NaN]"#);
    assert_eq!(shown(&other.features[0]), r#"w ["a", "b"] [NaN, 0.0, 1.0]"#);
}

#[test]
fn columns_are_divided_as_the_first_line_does_it() {
    for text in ["a;b;t\n1;2;0\n3;4;1\n", "a\tb\tt\n1\t2\t0\n3\t4\t1\n", "a,b,t\n1,2,0\n3,4,1\n"] {
        let table = read_text(text, &selection("t")).unwrap();
        assert_eq!(table.features.iter().map(|column| column.values[1]).collect::<Vec<_>>(), [3.0, 4.0], "{text}");
    }
}

#[test]
fn yes_goes_without_saying_or_is_said() {
    let answers = |low: &str, high: &str, yes: Option<&str>| {
        let selection = Selection { yes: yes.map(str::to_owned), ..selection("t") };
        read_text(&format!("a,t\n1,{low}\n2,{high}\n"), &selection).map(|table| table.answers)
    };
    for (no, yes) in [("0", "1"), ("No", "Yes"), ("FALSE", "TRUE"), ("n", "y"), ("0.0", "1.0")] {
        assert_eq!(answers(no, yes, None), Ok(vec![false, true]));
        assert_eq!(answers(yes, no, None), Ok(vec![true, false]));
    }
    assert_eq!(answers("good", "bad", Some("bad")), Ok(vec![false, true]));
    assert_eq!(answers("0", "1", Some("0")), Ok(vec![true, false]));
}

#[test]
fn features_are_chosen_in_the_order_of_the_file() {
    let chosen = |features: &[&str], without: &[&str]| {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let selection = Selection { features: owned(features), without: owned(without), ..selection("t") };
        let names = |table: Table| table.features.into_iter().map(|column| column.name).collect::<Vec<_>>();
        read_text("a,b,c,t,\n1,2,3,0,4\n1,2,3,1,4\n", &selection).map(names).map_err(|error| error.to_string())
    };
    assert_eq!(chosen(&["c", "a"], &[]).unwrap(), ["a", "c"]);
    assert_eq!(chosen(&["c", "a"], &["c"]).unwrap(), ["a"]);
    assert!(chosen(&[], &[]).unwrap_err().contains("it has no name"));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_cure() {
    let ids: String = (0..70).map(|id| format!("M{id},{}\n", id % 2)).collect();
    let wide: String = (0..65).map(|n| format!("c{n},")).collect();
    let cases = [
        ("", "t", " the file is empty; its first line should name the columns"),
        ("\n\n", "t", " the file is empty; its first line should name the columns"),
        ("\u{feff}", "t", " the file is empty; its first line should name the columns"),
        ("a,t\n", "t", " column 2, `t`: there are no rows below the first line"),
        ("a,t\n1,0\n", "t", " column 2, `t`: all rows say `0`; there should be both answers to learn from"),
        ("a,Failed\n1,0\n", "failde", "1: there is no column `failde`; did you mean `Failed`?"),
        ("a,b\n1,0\n", "target", "1: there is no column `target`; there are `a`, `b`"),
        ("a,t,t\n1,0,0\n", "t", "1: columns 2 and 3 are both called `t`; rename one of them"),
        ("a,a,t\n1,0,0\n", "t", "1: columns 1 and 2 are both called `a`; rename one of them"),
        (
            ",t\n1,0\n",
            "t",
            "1: column 1, ``: it has no name; give it one in the first line, or say which to go by: --features A,B",
        ),
        ("t\n1\n0\n", "t", " there is no column left to go by; name fewer columns in --without"),
        (
            "a,t\n1,0\n2\n",
            "t",
            "3: this row has 1 cells, but the first line names 2 columns; put a text with commas in quotes",
        ),
        (
            "my a,t\n1,0\nx1,1\n",
            "t",
            "3: column 1, `my a`: `x1` is no number, as there is in line 2; put it right, empty the cell, or leave the \
             column out: --without 'my a'",
        ),
        (
            "a,t\nred,0\n,0\n7,1\n",
            "t",
            "4: column 1, `a`: `7` is a number, but there is a word in line 2; put it right, empty the cell, or leave the \
             column out: --without a",
        ),
        ("a,t\ninf,0\n1,1\n", "t", "2: column 1, `a`: `inf` is too large; leave the cell empty if it is not known"),
        ("a,t\n1,0\n1e999,1\n", "t", "3: column 1, `a`: `1e999` is too large; leave the cell empty if it is not known"),
        ("a,t\n,0\nNaN,1\n", "t", " column 1, `a`: no cell says anything; leave the column out: --without a"),
        (
            "a,t\n1,0\n1,1\n1,2\n",
            "t",
            "4: column 2, `t`: `2` is a third answer besides `0` and `1`; the target should be of two values",
        ),
        (
            "a,t\n1,0\n1,\n",
            "t",
            "3: column 2, `t`: there is no answer here, and so nothing to learn from; take the row out",
        ),
        ("a,t\n1,good\n1,bad\n", "t", " column 2, `t`: which of `bad` and `good` says yes? Add --yes good"),
        (
            &format!("Product ID,t\n{ids}"),
            "t",
            "66: column 1, `Product ID`: it has more than 64 different words, and so seems to name rows rather than to \
             describe them; leave the column out: --without 'Product ID'",
        ),
        (
            &format!("{wide}t\n"),
            "t",
            " there are 65 columns to go by, more than the 64 that a model may have; name those that matter: --features A,B",
        ),
    ];
    for (text, target, expected) in cases {
        let error = read_text(text, &selection(target)).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text:?}");
    }
}

#[test]
fn options_that_do_not_fit_the_table_are_told() {
    let text = "a,t\n1,0\n2,1\n";
    let cases = [
        (Selection { yes: Some("yes".into()), ..selection("t") }, "nowhere is it `yes`; --yes should be `0` or `1`"),
        (Selection { features: vec!["b".into()], ..selection("t") }, "there is no column `b`; did you mean `a`?"),
        (
            Selection { without: vec!["colour".into()], ..selection("t") },
            "there is no column `colour`; there are `a`, `t`",
        ),
        (Selection { features: vec!["t".into()], ..selection("t") }, "`t` is the target, which cannot be a feature"),
    ];
    for (selection, expected) in cases {
        let error = read_text(text, &selection).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let error = read_from(&b"a,t\n1,0\n\xfcber,1\n"[..], &selection("t")).unwrap_err().to_string();
    assert_eq!(error, "3: this is not text in UTF-8; save the file as UTF-8");
    let missing = read(Path::new("nowhere.csv"), &selection("t")).unwrap_err().to_string();
    assert_eq!(missing, " there is no such file");
    let folder = read(Path::new("."), &selection("t")).unwrap_err().to_string();
    assert_eq!(folder, " it is a folder; name a file in it");
}

mod mutations {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn jumbled_tables_never_panic(text in "[at0-9.,;\n\r\"?eyno-]{0,200}") {
            let _ = read_text(&format!("a,t\n{text}"), &selection("t"));
            let _ = read_text(&text, &selection("t"));
        }
    }
}
