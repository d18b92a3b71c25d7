//! Makes reports of run folders, and writes them.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::record::parquet::WriteError;
use crate::record::report::page::{self, Page};
use crate::record::report::{ReportError, ReportRegistry, RunData};
use crate::scene::load;
use crate::scene::syntax::{Node, print};
use crate::scene::tree;

use super::folder::FORMAT;

/// How many differences between two scenes are told; more would be read by nobody.
const MOST_DIFFERENCES: usize = 8;

/// The name of a report in a run's folder.
pub const FILE: &str = "report.html";

/// Makes the report of one run, or the comparison of several.
///
/// # Errors
/// If a folder is no run's, or something in it is damaged.
pub fn report(folders: &[PathBuf], registry: &ReportRegistry) -> Result<Page, ReportError> {
    let mut runs = folders.iter().map(|folder| open(folder)).collect::<Result<Vec<_>, _>>()?;
    let scenes: Vec<Option<Node>> = folders.iter().map(|folder| scene(folder)).collect();
    for (run, scene) in runs.iter_mut().zip(&scenes) {
        let about = scene.as_ref().and_then(|scene| scene.get("about")?.as_str().map(str::to_owned));
        run.about = about.unwrap_or_default();
        if let (Some(Some(first)), Some(scene)) = (scenes.first(), scene) {
            run.differences = differences(first, scene);
        }
    }
    tell_apart(&mut runs);
    page::report(&runs, registry)
}

fn open(folder: &Path) -> Result<RunData, ReportError> {
    let run = RunData::open(folder)?;
    if run.record.format != FORMAT {
        let why = format!("it has layout {}, and this program reads layout {FORMAT}", run.record.format);
        return Err(ReportError::read(&folder.join("run.json"), why, "use the version of Autotwin that made it"));
    }
    Ok(run)
}

/// The scene of a run. A report can do without it.
fn scene(folder: &Path) -> Option<Node> {
    load::load(&folder.join("scene.ron"), &[]).ok().map(|scene| scene.root)
}

/// Runs whose folders have one name are told apart by the folders above, or by their place in the list.
fn tell_apart(runs: &mut [RunData]) {
    let labels: Vec<String> = runs.iter().map(|run| run.label.clone()).collect();
    for (index, run) in runs.iter_mut().enumerate() {
        if labels.iter().filter(|label| **label == run.label).count() > 1 {
            run.label = format!("{} ({})", run.label, index + 1);
        }
    }
}

/// What a scene has that the first has not: `kinds.lathe.machine.rule: Spt (was Edd)`.
fn differences(first: &Node, other: &Node) -> Vec<String> {
    let mut found = Vec::new();
    compare(first, other, "", &mut found);
    let more = found.len().saturating_sub(MOST_DIFFERENCES);
    found.truncate(MOST_DIFFERENCES);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found
}

fn compare(first: &Node, other: &Node, path: &str, found: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let (old, new) = (tree::members(first), tree::members(other));
    if !old.is_empty() && !new.is_empty() {
        for (name, _, node) in &new {
            match old.iter().find(|(other, ..)| other == name) {
                Some((_, _, before)) => compare(before, node, &below(name), found),
                None => found.push(format!("{}: {} (was not there)", below(name), text(node))),
            }
        }
        let gone = old.iter().filter(|(name, ..)| !new.iter().any(|(other, ..)| other == name));
        found.extend(gone.map(|(name, ..)| format!("{}: not there", below(name))));
        return;
    }
    let (old, new) = (tree::items(first), tree::items(other));
    if !old.is_empty() && old.len() == new.len() {
        old.iter().zip(new).enumerate().for_each(|(index, (a, b))| compare(a, b, &below(&index.to_string()), found));
        return;
    }
    let (before, after) = (text(first), text(other));
    if before != after {
        found.push(format!("{path}: {after} (was {before})"));
    }
}

/// A value in one line, cut where it is long.
fn text(node: &Node) -> String {
    const MOST: usize = 60;
    let printed = print::print(&without_comments(node));
    let line = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > MOST { line.chars().take(MOST).chain(['…']).collect() } else { line }
}

fn without_comments(node: &Node) -> Node {
    Node { comments: None, ..node.clone() }
}

/// Writes a page: under a temporary name first, so that nothing half-written is ever under its own.
///
/// # Errors
/// If it cannot be written there.
pub fn write(path: &Path, page: &Page) -> Result<(), WriteError> {
    if path.is_dir() {
        return Err(WriteError::new(path, "it is a folder; name a file in it"));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(WriteError::new(path, format!("there is no folder {}; make it first", parent.display())));
    }
    let failed = |error: &dyn std::fmt::Display| WriteError::new(path, error);
    // Made as any other file, so that whoever may read those may read it; a temporary file would be its owner's alone.
    let make = |at: &Path| std::fs::File::create_new(at);
    let mut file =
        tempfile::Builder::new().prefix(".autotwin-").make_in(parent, make).map_err(|error| failed(&error))?;
    file.as_file_mut().write_all(page.html.as_bytes()).map_err(|error| failed(&error))?;
    file.persist(path).map(drop).map_err(|error| failed(&error.error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::load::load_text;

    fn scene(text: &str) -> Node {
        load_text(Path::new("test.ron"), text.to_owned(), &[]).unwrap_or_else(|error| panic!("{error}")).root
    }

    #[test]
    fn differences_between_scenes_have_their_paths() {
        let first = scene("(name: \"a\", seed: 1, kinds: {\"lathe\": (machine: (rule: Edd, capacity: 2))}, twins: [])");
        // A comment is no difference.
        let other =
            scene("(name: \"a\", kinds: {\"lathe\": (machine: (rule: /* best */ Spt))}, twins: [], warmup: \"1d\")");
        assert_eq!(
            differences(&first, &other),
            [
                "kinds.lathe.machine.rule: Spt (was Edd)",
                "kinds.lathe.machine.capacity: not there",
                "warmup: \"1d\" (was not there)",
                "seed: not there",
            ]
        );
        assert!(differences(&first, &first).is_empty());
    }
}
