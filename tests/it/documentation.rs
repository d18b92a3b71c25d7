//! What the documentation shows works: every whole scene in it passes the check and runs.

use std::path::Path;

use autotwin::prelude::*;

use crate::support::{read, run};

/// The blocks of a language in a Markdown file.
fn blocks(file: &str, language: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let opening = format!("```{language}\n");
    text.split(&opening).skip(1).filter_map(|rest| rest.split("```").next().map(str::to_owned)).collect()
}

#[test]
fn scenes_in_the_documentation_run() {
    const FILES: [&str; 8] = [
        "README.md",
        "docs/scenes.md",
        "docs/guide/robot.md",
        "docs/guide/senses.md",
        "docs/guide/minds.md",
        "docs/guide/foresight.md",
        "docs/guide/together.md",
        "docs/guide/safety.md",
    ];
    for file in FILES {
        let scenes = blocks(file, "ron");
        assert!(!scenes.is_empty(), "{file} shows scenes");
        for text in scenes {
            let text = match text.strip_prefix("// in a scene\n") {
                Some(piece) => with_surroundings(piece),
                None => text,
            };
            run(&read(&text), &RunOptions { run_for: Some(Duration::from_secs(3_600)), ..RunOptions::default() }, 1);
        }
    }
}

/// A piece of a scene needs what it speaks of.
fn with_surroundings(piece: &str) -> String {
    let piece = if piece.starts_with("include") { "" } else { piece };
    format!(
        "(twins: [(name: \"m\", machine: (input_buffer: 2))], products: {{{}}}, {piece})",
        ["gear", "shaft", "housing"]
            .map(|name| format!("{name:?}: (routing: [(name: \"o\", machines: {{\"m\": \"5m\"}})])"))
            .join(", ")
    )
}

#[test]
fn every_table_is_documented_with_its_columns() {
    use autotwin::record::table::Tables;
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results.md")).expect("it is there");
    let simulation = Simulation::new(plugins);
    for table in simulation.world().resource::<Tables>().infos() {
        let section = text.split(&format!("### {}\n", table.name)).nth(1).unwrap_or_else(|| panic!("{}", table.name));
        let section = section.split("\n#").next().unwrap_or_default();
        for column in table.columns {
            assert!(section.contains(&format!("`{}`", column.name)), "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn all_that_can_be_read_of_twins_is_documented() {
    use autotwin::twin::readable::Readable;
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenes.md")).expect("it is there");
    let simulation = Simulation::new(plugins);
    let readable = simulation.world().resource::<Readable>();
    let quantities = readable.quantities().map(|quantity| quantity.name);
    for name in quantities.chain(readable.commons().map(|common| common.name)) {
        assert!(text.contains(&format!("| `{name}` |")), "{name}");
    }
}
