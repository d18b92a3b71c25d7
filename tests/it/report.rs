//! Reports: whole pages that need nothing but themselves, and say what the run says.

mod synthetic;

use std::path::Path;
use std::process::{Command, Output};

use autotwin::record::report::{ReportRegistry, RunData, page};
use autotwin::run::folder::Summary;
use roxmltree::{Document, Node};
use synthetic::Size;

use crate::support::scene;

fn autotwin(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_autotwin"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .expect("the program starts")
}

/// Runs the program, which must succeed, and gives what it printed.
fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = autotwin(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs the program, which must refuse, and gives the error that it printed.
fn refuse(folder: &Path, arguments: &[&str]) -> String {
    let output = autotwin(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.starts_with("error: ") && said.lines().count() == 1, "{said}");
    said
}

fn here() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

fn factory() -> String {
    scene("factory.ron").display().to_string()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The elements of HTML that have no end tag; a reader of XML wants one.
fn close_void_elements(html: &str) -> String {
    let mut text = html.to_owned();
    for name in ["meta", "input", "br"] {
        let mut at = 0;
        while let Some(found) = text[at..].find(&format!("<{name}")) {
            at += found;
            at += text[at..].find('>').expect("a tag ends");
            text.insert(at, '/');
        }
    }
    text
}

/// Reads a page as XML, which proves that its tags are balanced and its texts escaped.
fn with_page(html: &str, look: impl FnOnce(&Document)) {
    let text = close_void_elements(html);
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).unwrap_or_else(|error| panic!("{error}"));
    look(&document);
}

fn element<'a>(page: &'a Document, attribute: &str, value: &str) -> Option<Node<'a, 'a>> {
    page.descendants().find(|node| node.attribute(attribute) == Some(value))
}

fn text(node: Node) -> String {
    node.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect()
}

/// The ids of a page's sections.
fn sections(page: &Document) -> Vec<String> {
    let sections = page.descendants().filter(|node| node.has_tag_name("section"));
    sections.map(|section| section.attribute("id").expect("a section has an id").to_owned()).collect()
}

fn assert_self_contained(html: &str) {
    for outside in ["http:", "https:", "src=", "@import", "fetch(", "XMLHttpRequest", "<link", "<iframe"] {
        assert!(!html.contains(outside), "the page has {outside}");
    }
    for (start, inside) in [("href=\"", "#"), ("url(", "#")] {
        assert!(html.split(start).skip(1).all(|rest| rest.starts_with(inside)), "{start} leads outside");
    }
    with_page(html, |page| {
        let ids: Vec<&str> = page.descendants().filter_map(|node| node.attribute("id")).collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(ids.len(), once.len(), "ids are unique");
        let links = page.descendants().filter_map(|node| node.attribute("href"));
        links.for_each(|link| assert!(ids.contains(&&link[1..]), "{link} leads somewhere"));
        let charts = page
            .descendants()
            .filter(|node| node.has_tag_name("svg") && !node.ancestors().skip(1).any(|a| a.has_tag_name("svg")));
        for chart in charts {
            let described = chart.attribute("aria-label").is_some_and(|label| !label.is_empty());
            assert!(described || chart.attribute("aria-hidden") == Some("true"), "a chart is told in words");
        }
    });
}

#[test]
fn a_report_needs_nothing_but_itself_and_is_the_same_each_time() {
    let here = here();
    succeed(here.path(), &["run", &factory(), "--for", "30h", "--out", "a", "--quiet"]);
    let said = succeed(here.path(), &["report", "a"]);
    assert!(said.starts_with("wrote a/report.html"), "{said}");
    let first = read(&here.path().join("a/report.html"));
    assert_self_contained(&first);
    // A report that is there is replaced; nothing else is left in the folder.
    succeed(here.path(), &["report", "a"]);
    assert_eq!(read(&here.path().join("a/report.html")), first);
    succeed(here.path(), &["report", "./a/", "--out", "b.html"]);
    assert_eq!(read(&here.path().join("b.html")), first);
    let left = std::fs::read_dir(here.path().join("a")).expect("it is there").flatten();
    assert!(left.into_iter().all(|file| !file.file_name().to_string_lossy().starts_with('.')));
    // The folder is a run's as before.
    assert!(succeed(here.path(), &["verify", "a"]).contains("same"));
}

#[test]
fn figures_are_those_of_the_summary() {
    let here = here();
    succeed(here.path(), &["run", &factory(), "--for", "2d", "--warmup", "6h", "--out", "a", "--quiet"]);
    succeed(here.path(), &["report", "a"]);
    let summary: Summary = serde_json::from_str(&read(&here.path().join("a/summary.json"))).expect("it is JSON");
    with_page(&read(&here.path().join("a/report.html")), |page| {
        let table = element(page, "id", "indicators").expect("there is the table");
        for indicator in &summary.indicators {
            let shown = indicator.value.map_or_else(String::new, |value| value.to_string());
            let cell = match indicator.twin.as_deref() {
                None => {
                    let row =
                        table.descendants().find(|node| node.attribute("data-indicator") == Some(&indicator.name));
                    row.and_then(|row| row.children().nth(1))
                }
                Some(twin) => {
                    // Twins of a kind share a table; the row and its title are in the same one.
                    let rows = table.descendants().filter(|node| node.attribute("data-twin") == Some(twin));
                    rows.filter_map(|row| {
                        let own = row.ancestors().find(|node| node.has_tag_name("table"))?;
                        let is_title = |node: &roxmltree::Node| {
                            node.attribute("data-indicator") == Some(&indicator.name) && !node.has_tag_name("tr")
                        };
                        let title = own.descendants().find(is_title)?;
                        let column = title.parent()?.children().position(|node| node == title)?;
                        row.children().nth(column)
                    })
                    .next()
                }
            };
            let cell = cell.unwrap_or_else(|| panic!("{} of {:?} is shown", indicator.name, indicator.twin));
            assert_eq!(
                cell.attribute("data-value"),
                Some(shown.as_str()),
                "{} of {:?}",
                indicator.name,
                indicator.twin
            );
        }
        let origin = text(element(page, "id", "origin").expect("there is the origin"));
        assert!(origin.contains(&summary.digest) && origin.contains("6h"), "{origin}");
    });
}

#[test]
fn names_of_a_scene_are_escaped() {
    let here = here();
    let scene = r#"(
        name: "</title><script>alert(1)</script>", about: "a < b && \"c\"", run_for: "8h",
        twins: [(name: "<b>&", machine: (), breakdown: (after: "2h", repair: "10m"))],
        products: {"'<i>'": (routing: [(name: "]]><u>", machines: {"<b>&": "5m"})])},
        arrivals: [(product: "'<i>'", every: "10m", due_after: "6m")],
    )"#;
    std::fs::write(here.path().join("odd.ron"), scene).expect("it can be written");
    succeed(here.path(), &["run", "odd.ron", "--out", "a", "--quiet"]);
    succeed(here.path(), &["report", "a"]);
    let html = read(&here.path().join("a/report.html"));
    assert_self_contained(&html);
    for raw in ["<b>&", "<i>", "<u>", "<script>alert"] {
        assert!(!html.contains(raw), "{raw} is escaped");
    }
    with_page(&html, |page| {
        assert!(element(page, "data-twin", "<b>&").is_some());
        let title = page.descendants().find(|node| node.has_tag_name("title")).map(text);
        assert_eq!(title.as_deref(), Some("</title><script>alert(1)</script> – Autotwin report"));
        assert!(page.descendants().any(|node| node.attribute("data-tip").is_some_and(|tip| tip.contains("]]><u>"))));
    });
}

#[test]
fn every_table_of_a_factory_has_its_section() {
    let here = here();
    let folder = here.path().join("all");
    synthetic::write(&folder, Size { machines: 5, days: 2 });
    succeed(here.path(), &["report", "all"]);
    let html = read(&folder.join("report.html"));
    assert_self_contained(&html);
    with_page(&html, |page| {
        let expected = [
            "schedule",
            "states",
            "flow",
            "lead-time",
            "job-time",
            "quality",
            "energy",
            "transport",
            "people",
            "upkeep",
            "events",
            "indicators",
            "origin",
        ];
        assert_eq!(sections(page), expected);
        let states = text(element(page, "id", "states").expect("there it is"));
        for word in ["Machines", "Vehicles", "Workers", "charging", "walking", "unheard-of", "maintenance", "off"] {
            assert!(states.contains(word), "{word}");
        }
        let energy = text(element(page, "id", "energy").expect("there it is"));
        assert!(energy.contains("kWh") && energy.contains("highest power") && energy.contains("price"), "{energy}");
    });
}

#[test]
fn quality_and_variants_are_told() {
    let here = here();
    let scene = r#"(
        twins: [(name: "press", machine: ()), (name: "eye", machine: ())],
        products: {
            "bad": (routing: [
                (name: "form", machines: {"press": "5m"}, defects: (probability: 1)),
                (name: "look", machines: {"eye": "1m"}, inspect: (detects: 1, rejected: {"scrap": 1})),
            ]),
            "mended": (routing: [
                (name: "form", machines: {"press": "5m"}, defects: (probability: 1)),
                (name: "look", machines: {"eye": "1m"}, inspect: (detects: 1, rejected: {"mend": 1}), next: {"ship": 1}),
                (name: "mend", machines: {"press": "2m"}, mends: 1, next: {"look": 1}),
            ]),
            "fruit": (options: {"box": {"wood": 1}}, measure: Constant(0.8), routing: [
                (name: "sort", machines: {"eye": "1m"}, grade: (grades: [
                    (name: "low", next: {"scrap": 1}), (name: "high", from: 0.5, next: {"ship": 1})])),
            ]),
        },
        jobs: [(product: "bad", count: 4), (product: "mended", count: 3), (product: "fruit", count: 2)],
    )"#;
    std::fs::write(here.path().join("quality.ron"), scene).expect("it can be written");
    succeed(here.path(), &["run", "quality.ron", "--out", "a", "--quiet"]);
    succeed(here.path(), &["report", "a"]);
    with_page(&read(&here.path().join("a/report.html")), |page| {
        let quality = element(page, "id", "quality").expect("there it is");
        let rows: Vec<String> = quality
            .descendants()
            .filter(|node| node.has_tag_name("tr"))
            .map(|row| row.children().map(text).collect::<Vec<_>>().join("|"))
            .collect();
        assert!(rows.contains(&"bad|look|4|4|100".to_owned()), "{rows:?}");
        assert!(rows.contains(&"mended|look|6|3|50".to_owned()), "{rows:?}");
        assert!(rows.contains(&"press|form|7|7|100".to_owned()), "{rows:?}");
        let said = text(quality);
        for word in ["scrapped", "right after rework", "right first time", "high"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        let lead = text(element(page, "id", "lead-time").expect("there it is"));
        assert!(lead.contains("By variant") && lead.contains("box=wood"), "{lead}");
    });
}

#[test]
fn a_month_of_two_hundred_machines_stays_small_and_says_what_is_cut() {
    let here = here();
    let folder = here.path().join("large");
    synthetic::write(&folder, Size { machines: 200, days: 30 });
    succeed(here.path(), &["report", "large"]);
    let html = read(&folder.join("report.html"));
    assert!(html.len() < 5_000_000, "{} bytes", html.len());
    with_page(&html, |page| {
        let schedule = text(element(page, "id", "schedule").expect("there it is"));
        assert!(schedule.contains("days, of 30") && schedule.contains("Of 200 slots"), "{schedule}");
    });
}

#[test]
fn what_was_not_recorded_is_said_with_its_cure() {
    let here = here();
    succeed(here.path(), &["run", &factory(), "--for", "8h", "--tables", "jobs", "--out", "a", "--quiet"]);
    let said = succeed(here.path(), &["report", "a"]);
    assert!(said.contains("not recorded") && said.contains("operations") && said.contains("states"), "{said}");
    with_page(&read(&here.path().join("a/report.html")), |page| {
        assert!(!sections(page).iter().any(|id| id == "schedule"));
        let missing = text(element(page, "id", "missing").expect("there it is"));
        assert!(missing.contains("Schedule: operations") && missing.contains("--tables"), "{missing}");
        // Without metrics, jobs in process are counted from the jobs.
        let flow = text(element(page, "id", "flow").expect("there it is"));
        assert!(flow.contains("Counted from the jobs"), "{flow}");
    });
    // Without any table there still are figures.
    succeed(here.path(), &["run", &factory(), "--for", "8h", "--tables", "none", "--out", "b", "--quiet"]);
    succeed(here.path(), &["report", "b"]);
    with_page(&read(&here.path().join("b/report.html")), |page| {
        assert_eq!(sections(page), ["indicators", "missing", "origin"]);
    });
}

#[test]
fn several_runs_are_compared() {
    let here = here();
    let run = |out: &str, more: &[&str]| {
        let scene = factory();
        let arguments =
            [&["run", &scene, "--for", "2d", "--replications", "3", "--quiet", "--out", out], more].concat();
        succeed(here.path(), &arguments);
    };
    run("spt", &[]);
    run("edd", &["--set", "kinds.machine.machine.rule=Edd"]);
    let said = succeed(here.path(), &["report", "spt", "edd"]);
    assert_eq!(said, "wrote report.html\n");
    let html = read(&here.path().join("report.html"));
    assert_self_contained(&html);
    let summary = |name: &str| -> Summary {
        serde_json::from_str(&read(&here.path().join(name).join("summary.json"))).expect("it is JSON")
    };
    with_page(&html, |page| {
        assert_eq!(sections(page), ["runs", "figures", "states", "flow", "lead-time", "twins"]);
        let runs = text(element(page, "id", "runs").expect("there it is"));
        assert!(runs.contains("kinds.machine.machine.rule: Edd (was Spt)"), "{runs}");
        let row = element(page, "data-indicator", "flow_time").expect("there it is");
        let cells: Vec<Node> = row.children().filter(|cell| cell.attribute("data-value").is_some()).collect();
        for (cell, name) in cells.iter().zip(["spt", "edd"]) {
            let summary = summary(name);
            let estimate = summary.estimates.iter().find(|e| e.name == "flow_time").and_then(|e| e.estimate);
            let mean = estimate.expect("jobs are shipped").mean.to_string();
            assert_eq!(cell.attribute("data-value"), Some(mean.as_str()));
            assert!(text(*cell).contains('±'));
        }
        assert!(text(cells[1]).contains('%'), "{}", text(cells[1]));
    });
    // One of several replications is a run like any other.
    succeed(here.path(), &["report", "spt"]);
    with_page(&read(&here.path().join("spt/report.html")), |page| {
        assert!(sections(page).contains(&"schedule".to_owned()));
    });
}

#[test]
fn what_is_no_run_folder_is_refused() {
    let here = here();
    let at = |name: &str| here.path().join(name);
    succeed(here.path(), &["run", &factory(), "--for", "4h", "--out", "whole", "--quiet"]);
    std::fs::create_dir(at("empty")).expect("it can be made");
    std::fs::write(at("file"), "").expect("it can be written");
    let damaged = |name: &str, file: &str, change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        std::fs::create_dir(at(name)).expect("it can be made");
        for entry in std::fs::read_dir(at("whole")).expect("it is there").flatten() {
            let bytes = std::fs::read(entry.path()).expect("it can be read");
            let bytes = if entry.file_name() == file { change(bytes) } else { bytes };
            std::fs::write(at(name).join(entry.file_name()), bytes).expect("it can be written");
        }
    };
    let half = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    damaged("half-a-record", "run.json", &half);
    damaged("half-a-summary", "summary.json", &half);
    damaged("half-a-table", "jobs.parquet", &half);
    damaged("no-table", "jobs.parquet", &|_| b"jobs".to_vec());
    damaged("other-layout", "run.json", &|bytes| {
        String::from_utf8_lossy(&bytes).replace("\"format\": 1", "\"format\": 9").into_bytes()
    });
    let cases = [
        ("nowhere", "nowhere: it is no run folder: there is no such folder; `autotwin run SCENE --out DIR` makes one"),
        ("empty", "empty: it is no run folder: there is no run.json in it"),
        ("file", "file: it is no run folder"),
        ("half-a-record", "run.json: it is damaged"),
        ("half-a-summary", "summary.json: it is damaged"),
        ("half-a-table", "jobs.parquet: it is damaged"),
        ("no-table", "jobs.parquet: it is damaged"),
        ("other-layout", "run.json: it has layout 9, and this program reads layout 1"),
    ];
    for (folder, why) in cases {
        let said = refuse(here.path(), &["report", folder]);
        assert!(said.contains(why), "{folder}: {said}");
        let compared = refuse(here.path(), &["report", "whole", folder, "--out", "both.html"]);
        assert!(compared.contains(why), "{folder}: {compared}");
        assert!(!at(folder).join("report.html").exists() && !at("both.html").exists());
    }
    let said = refuse(here.path(), &["report", "whole", "--out", "empty"]);
    assert!(said.contains("cannot write empty: it is a folder; name a file in it"), "{said}");
    let said = refuse(here.path(), &["report", "whole", "--out", "nowhere/report.html"]);
    assert!(said.contains("there is no folder nowhere; make it first"), "{said}");
}

#[test]
fn a_domain_adds_sections_of_its_own() {
    use autotwin::prelude::*;
    let here = here();
    synthetic::write(&here.path().join("a"), Size { machines: 2, days: 1 });
    let mut app = App::new();
    app.register_report_section(ReportSection {
        id: "own",
        link: "Own",
        title: "A section of one's own",
        tables: &["jobs"],
        render: |run| {
            let jobs = run.table("jobs")?.map_or(0, |jobs| jobs.rows());
            Ok(Some(maud::html! { p { (jobs) " jobs" } }))
        },
        compare: None,
    });
    let registry = app.world().resource::<ReportRegistry>().clone();
    let run = RunData::open(&here.path().join("a")).expect("it is a run folder");
    let page = page::report(&[run], &registry).expect("it can be made");
    with_page(&page.html, |page| {
        assert_eq!(sections(page), ["own", "events", "indicators", "origin"]);
        assert!(text(element(page, "id", "own").expect("there it is")).contains("48 jobs"));
    });
}
