//! Writes a model for a scene to include.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use crate::scene::syntax::print::quote;
use crate::twin::beliefs::classifier::{Feature, Model, TreeNode};

/// A model as a scene in which it is the only classifier, called `name`. `origin` is said at the top, a comment a line.
/// Numbers are written so that reading them gives the same bits.
pub fn to_scene(model: &Model, name: &str, origin: &[String]) -> String {
    let mut text = String::new();
    origin.iter().for_each(|line| text += &format!("// {}\n", line.replace(char::is_control, " ")));
    text += &format!("(\n    classifiers: {{{}: (\n", quote(name));
    text += &format!("        target: {},\n        features: [\n", quote(&model.target));
    model.features.iter().for_each(|feature| text += &format!("            {},\n", feature_text(feature)));
    text += &format!("        ],\n        threshold: {:?},\n        base: {:?},\n", model.threshold, model.base);
    text += "        metrics: {\n";
    for (metric, value) in &model.metrics {
        text += &format!("            {}: {value:?},\n", quote(metric));
    }
    text += "        },\n        trees: [\n";
    model.trees.iter().for_each(|tree| push_tree(&mut text, tree));
    text + "        ],\n    )},\n)\n"
}

fn feature_text(feature: &Feature) -> String {
    let words: Vec<String> = feature.words.iter().map(|word| quote(word)).collect();
    let words = if words.is_empty() { String::new() } else { format!(", words: [{}]", words.join(", ")) };
    format!("(name: {}{words}, importance: {:?})", quote(&feature.name), feature.importance)
}

/// A tree in one line.
fn push_tree(text: &mut String, tree: &[TreeNode]) {
    let mut between = "            [";
    for node in tree {
        text.push_str(between);
        between = ", ";
        // Writing to a text does not fail.
        let _ = match node {
            TreeNode::Split(feature, split, low, high, missing) => {
                write!(text, "Split({feature}, {split:?}, {low}, {high}, {missing})")
            }
            TreeNode::Leaf(weight) => write!(text, "Leaf({weight:?})"),
        };
    }
    text.push_str("],\n");
}

/// Whether a file can be written here, as far as can be told before there is anything to write.
///
/// # Errors
/// What is in the way, and what to do about it.
pub fn check_free(path: &Path) -> Result<(), String> {
    let folder = folder(path);
    match () {
        () if path.symlink_metadata().is_ok() => {
            Err(format!("{} is there already; choose another name", path.display()))
        }
        () if !folder.is_dir() => Err(format!("there is no folder {}; make it first", folder.display())),
        () => Ok(()),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a new file: under a temporary name first, so that nothing half-written is ever under its own.
///
/// # Errors
/// If it cannot be written there, or there is one already.
pub fn write_new(path: &Path, text: &str) -> Result<(), String> {
    check_free(path)?;
    let failed = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", path.display());
    // Made as any other file, so that whoever may read those may read it; a temporary file would be its owner's alone.
    let make = |at: &Path| std::fs::File::create_new(at);
    let mut file =
        tempfile::Builder::new().prefix(".autotwin-").make_in(folder(path), make).map_err(|error| failed(&error))?;
    file.as_file_mut().write_all(text.as_bytes()).map_err(|error| failed(&error))?;
    file.persist_noclobber(path).map(drop).map_err(|error| failed(&error.error))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::scene::load::load_text;

    #[test]
    fn what_is_written_reads_as_it_was() {
        let feature = |name: &str, words: &[&str]| Feature {
            name: name.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            importance: 1.0 / 3.0,
        };
        let model = Model {
            target: "a \"target\"".to_owned(),
            features: vec![feature("Air [K]\\", &[]), feature("\u{1b}Grün", &["H", "\"L\""])],
            threshold: 0.1 + 0.2,
            base: -3.5e-17,
            trees: vec![
                vec![TreeNode::Split(1, f64::from(0.1_f32), 1, 2, 2), TreeNode::Leaf(-1e-300), TreeNode::Leaf(7.0)],
                vec![TreeNode::Leaf(0.0)],
            ],
            metrics: BTreeMap::from([("f1".to_owned(), 0.7), ("rows".to_owned(), 1e20)]),
        };
        let text = to_scene(&model, "it \"is\"", &["from a\nfile".to_owned()]);
        assert!(text.starts_with("// from a file\n(\n"), "{text}");
        let scene = load_text(Path::new("model.ron"), text, &[]).expect("it is a scene");
        let read: BTreeMap<String, Model> =
            crate::scene::syntax::de::from_node(scene.root.get("classifiers").unwrap()).unwrap();
        assert_eq!(read, BTreeMap::from([("it \"is\"".to_owned(), model)]));
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.ron");
        write_new(&path, "first").unwrap();
        assert!(write_new(&path, "second").unwrap_err().contains("is there already"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        assert!(write_new(&folder.path().join("no/m.ron"), "").unwrap_err().contains("there is no folder"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
