use std::time::{Duration, Instant};

use super::*;

fn problem(file: FileId, start: usize, length: usize, message: &str) -> Problem {
    Problem {
        span: Span::new(file, start as u32, (start + length) as u32),
        message: message.to_owned(),
        label: "here".to_owned(),
        help: Some("mend it".to_owned()),
    }
}

fn sources(texts: &[&str]) -> Sources {
    let mut sources = Sources::new();
    for (index, text) in texts.iter().enumerate() {
        sources.add(format!("scenes/{index}.ron"), *text);
    }
    sources
}

fn shown(sources: &Sources, all: impl IntoIterator<Item = Problem>) -> String {
    let mut problems = Problems::new();
    problems.extend(all);
    sources.render(&problems, Style::Plain)
}

#[test]
fn a_problem_is_shown_with_its_line() {
    let text = "(\n    größe: 3, capcity: 4,\n)\n";
    let start = text.find("capcity").unwrap();
    let out = shown(&sources(&[text]), [problem(FileId(0), start, 7, "no field `capcity`")]);
    assert_eq!(
        out,
        "  x no field `capcity`
   ,-[scenes/0.ron:2:15]
 1 | (
 2 |     größe: 3, capcity: 4,
   :               ^^^|^^^
   :                  `-- here
 3 | )
   `----
  help: mend it

1 problem in scenes/0.ron
"
    );
}

#[test]
fn problems_are_sorted_and_told_once() {
    let one = |start, message| problem(FileId(0), start, 1, message);
    let mut problems = Problems::new();
    problems.extend([one(5, "b"), one(5, "a"), one(1, "z"), one(5, "b"), problem(FileId(1), 0, 1, "a")]);
    assert_eq!(problems.len(), 5);
    let told: Vec<(u32, &str)> = problems.sorted().iter().map(|p| (p.span.start, p.message.as_str())).collect();
    assert_eq!(told, [(1, "z"), (5, "a"), (5, "b"), (0, "a")]);
    assert_eq!(problems.clone().into_sorted().iter().collect::<Vec<_>>(), problems.sorted());
    let out = sources(&["0123456789", "x"]).render(&problems, Style::Plain);
    assert!(out.ends_with("\n4 problems in scenes/0.ron and scenes/1.ron\n"), "{out}");
}

#[test]
fn the_closing_line_names_few_files() {
    let files = |count: u16| {
        let texts = vec!["text"; usize::from(count)];
        let out = shown(&sources(&texts), (0..count).map(|file| problem(FileId(file), 0, 1, "x")));
        out.lines().last().unwrap().to_owned()
    };
    assert_eq!(files(3), "3 problems in scenes/0.ron, scenes/1.ron and scenes/2.ron");
    assert_eq!(files(4), "4 problems in 4 files");
    assert_eq!(shown(&sources(&[]), []), "");
}

#[test]
fn colours_are_used_on_request_only() {
    let mut problems = Problems::new();
    problems.push(problem(FileId(0), 0, 1, "x"));
    let sources = sources(&["text"]);
    assert!(sources.render(&problems, Style::Color).contains('\u{1b}'));
    assert!(sources.render(&problems, Style::Plain).is_ascii());
}

#[test]
fn only_the_first_line_of_a_long_place_is_marked() {
    let text = "a: (\r\n  b: 1,\r\n)";
    let out = shown(&sources(&[text]), [problem(FileId(0), 3, text.len() - 3, "x")]);
    assert!(out.contains("[scenes/0.ron:1:4]\n 1 | a: (\n   :    |\n   :    `-- here\n 2 |   b: 1,\n   `--"), "{out}");
}

#[test]
fn long_lines_are_trimmed() {
    let text = format!("{}\n{}WORD{}\n{}", "x".repeat(500), "ä".repeat(300), "y".repeat(5000), "z".repeat(201));
    let start = text.find("WORD").unwrap();
    let out = shown(&sources(&[&text]), [problem(FileId(0), start, 4, "x")]);
    assert!(out.contains("scenes/0.ron:2:301"), "{out}");
    assert!(out.contains(&format!("2 | ...{}WORD{}...\n", "ä".repeat(60), "y".repeat(76))), "{out}");
    let marker = format!("   : {}^|^^", " ".repeat(63));
    assert!(out.contains(&marker) || out.contains(&marker.replace("^|^^", "^^|^")), "{out}");
    assert!(out.lines().all(|line| line.chars().count() < 215), "{out}");
}

#[test]
fn places_that_do_not_exist_are_no_trouble() {
    let text = "aä\n";
    let all = [(2, 1), (4, 1), (400, 9), (3, 0)].map(|(start, length)| problem(FileId(0), start, length, "x"));
    let unknown = Problem { span: Span::UNKNOWN, ..problem(FileId(0), 0, 0, "nowhere") };
    let out = shown(&sources(&[text, ""]), all.into_iter().chain([unknown, problem(FileId(1), 0, 1, "empty")]));
    assert!(out.contains("x nowhere\n  help: mend it\n"), "{out}");
    assert!(out.contains("[scenes/0.ron:1:2]") && out.contains("[scenes/1.ron:1:1]"), "{out}");
    assert!(out.ends_with("6 problems in scenes/0.ron and scenes/1.ron\n"), "{out}");
    assert!(!out.contains("Failed"), "{out}");
    let sources = sources(&[text]);
    assert_eq!(sources.position(Span::new(FileId(0), 3, 3)), Some((1, 3)));
    assert_eq!(sources.position(Span::new(FileId(0), 4, 4)), Some((2, 1)));
    assert_eq!(sources.position(Span::UNKNOWN), None);
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_raw() {
    let text = "a\u{1b}[31mb\tc";
    let mut wrong = problem(FileId(0), 1, 1, "x\u{7}");
    wrong.help = Some("y\u{1b}".to_owned());
    let out = shown(&sources(&[text]), [wrong]);
    assert!(out.chars().all(|letter| letter == '\n' || !letter.is_control()), "{out:?}");
}

#[test]
fn a_thousand_problems_in_a_large_file_take_no_time() {
    let tall = "    (name: \"machine\", capacity: 3),\n".repeat(5_000_000 / 36);
    let wide = tall.replace('\n', " ");
    for text in [tall, wide] {
        let step = text.len() / 1_001;
        let sources = sources(&[&text]);
        let start = Instant::now();
        let out = shown(&sources, (0..1_000).map(|index| problem(FileId(0), index * step, 5, "x")));
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert!(out.ends_with("1000 problems in scenes/0.ron\n"));
    }
}
