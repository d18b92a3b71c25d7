//! The page: its head, its sections, and what could not be shown.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::registry::{ReportRegistry, ReportSection};
use super::{ReportError, RunData, comparison, events, head, indicator_table};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// Nothing may be loaded from anywhere: the browser itself holds the page to that.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// A report as written.
#[derive(Debug)]
pub struct Page {
    /// The page.
    pub html: String,
    /// The tables that sections were left out for, as they were not recorded.
    pub missing: Vec<&'static str>,
}

/// A section that has something to show.
pub struct Shown {
    /// Its name in links.
    pub id: &'static str,
    /// Its name in the list of sections.
    pub link: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it shows.
    pub body: Markup,
}

/// The report of one run, or the comparison of several.
///
/// # Errors
/// If a table is damaged.
pub fn report(runs: &[RunData], registry: &ReportRegistry) -> Result<Page, ReportError> {
    match runs {
        [run] => single(run, registry),
        runs => several(runs, registry),
    }
}

fn single(run: &RunData, registry: &ReportRegistry) -> Result<Page, ReportError> {
    let all = registry.sections.iter().copied().chain([events::SECTION]);
    let (mut shown, mut left_out) = (Vec::new(), Vec::new());
    for section in all {
        match (section.render)(run)? {
            Some(body) => shown.push(Shown { id: section.id, link: section.link, title: section.title, body }),
            None => left_out.push(section),
        }
    }
    if let Some(png) = run.picture() {
        shown.push(Shown { id: "picture", link: "Picture", title: "At its end", body: picture(&png) });
    }
    shown.push(Shown {
        id: "indicators",
        link: "Indicators",
        title: "All indicators",
        body: indicator_table::render(run, registry),
    });
    let mut missing = left_out;
    missing.retain(|section| section.tables.iter().any(|table| !run.has_table(table)));
    if !missing.is_empty() {
        shown.push(Shown { id: "missing", link: "Not shown", title: "Not shown", body: not_shown(run, &missing) });
    }
    shown.push(Shown { id: "origin", link: "Origin", title: "How this run was made", body: head::origin(run) });
    let tables = missing.iter().flat_map(|section| section.tables).copied().filter(|table| !run.has_table(table));
    let mut tables: Vec<&'static str> = tables.collect();
    tables.sort_unstable();
    tables.dedup();
    let html = skeleton(&head::title(run), &head::render(run, registry), &shown);
    Ok(Page { html, missing: tables })
}

fn several(runs: &[RunData], registry: &ReportRegistry) -> Result<Page, ReportError> {
    let mut shown = vec![
        Shown { id: "runs", link: "Runs", title: "The runs", body: comparison::runs(runs) },
        Shown {
            id: "figures",
            link: "Figures",
            title: "Figures side by side",
            body: comparison::figures(runs, registry),
        },
    ];
    for section in &registry.sections {
        let Some(compare) = section.compare else { continue };
        let small = compare(runs)?;
        if small.iter().any(Option::is_some) {
            let body = comparison::side_by_side(runs, &small, section.tables);
            shown.push(Shown { id: section.id, link: section.link, title: section.title, body });
        }
    }
    if let Some(body) = comparison::twins(runs, registry) {
        shown.push(Shown { id: "twins", link: "Twins", title: "Figures of the twins", body });
    }
    let html = skeleton(&comparison::title(runs), &comparison::head(runs), &shown);
    Ok(Page { html, missing: Vec::new() })
}

/// A picture, as a part of the page.
fn picture(png: &[u8]) -> Markup {
    html! { img.picture alt="the world at the end of the run" src=(format!("data:image/png;base64,{}", STANDARD.encode(png))) {} }
}

/// Says which sections are left out, and how to get them.
fn not_shown(run: &RunData, sections: &[ReportSection]) -> Markup {
    let absent = |section: &ReportSection| -> Vec<&'static str> {
        section.tables.iter().copied().filter(|table| !run.has_table(table)).collect()
    };
    let mut wanted: Vec<&str> = sections.iter().flat_map(absent).collect();
    wanted.sort_unstable();
    wanted.dedup();
    html! {
        p { "The run did not record what these sections are drawn from:" }
        ul {
            @for section in sections {
                li { b { (section.title) } ": " (absent(section).join(", ")) }
            }
        }
        p {
            "Run the scene again with " code { "--tables " (wanted.join(",")) } " or " code { "--tables all" }
            ", or leave " code { "tables" } " out of the scene’s " code { "record" } "."
        }
    }
}

/// A whole page: its title, what stands at its top, and its sections.
pub fn skeleton(title: &str, head: &Markup, sections: &[Shown]) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(fenced("/*", STYLE, "*/"))) }
            }
            body {
                (patterns())
                header { (head) }
                nav aria-label="Sections" {
                    @for section in sections { a href=(format!("#{}", section.id)) { (section.link) } }
                }
                main {
                    @for section in sections {
                        section id=(section.id) {
                            h2 { (section.title) }
                            (section.body)
                        }
                    }
                }
                footer {
                    "Made by Autotwin " (env!("CARGO_PKG_VERSION")) ". This page needs no network."
                }
                div #tip role="status" hidden="hidden" {}
                script { (PreEscaped(fenced("//", SCRIPT, ""))) }
            }
        }
    }
    .into_string()
}

/// Text that a browser takes as it is and that an XML reader passes over.
fn fenced(open: &str, text: &str, close: &str) -> String {
    format!("{open}<![CDATA[{close}\n{text}\n{open}]]>{close}")
}

/// The patterns that charts fill with, once for the whole page. What they look like is in the style sheet.
fn patterns() -> Markup {
    let hatch = |id: &str, back: &str, lines: &str, turn: u32| {
        let turned = format!("rotate({turn})");
        html! {
            pattern id=(id) width="6" height="6" patternUnits="userSpaceOnUse" patternTransform=(turned) {
                rect class=(back) width="6" height="6" {}
                rect class=(lines) width="2" height="6" {}
            }
        }
    };
    html! {
        svg.patterns width="0" height="0" aria-hidden="true" {
            defs {
                (hatch("p-prepare", "prepare-back", "prepare-lines", 45))
                (hatch("p-care", "care-back", "care-lines", 135))
                (hatch("p-stop", "stop-back", "stop-lines", 45))
                (hatch("p-hold", "hold-back", "hold-lines", 90))
                (hatch("p-aside", "aside-back", "aside-lines", 0))
                @for index in 0..8 {
                    (hatch(&format!("p-set{index}"), &format!("set-back g{index}"), &format!("g{index}"), 45))
                }
            }
        }
    }
}
