//! Reads a scene and what it includes into one tree.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::overrides;
use super::problem::{Problem, Problems, Sources};
use super::syntax::parse::{Limits, parse};
use super::syntax::{Field, Node, Value};
use super::tree;

/// How deep includes may lead, and how many files a scene may have.
const MAX_INCLUDE_DEPTH: usize = 16;
const MAX_FILES: usize = 1_000;

const FORM_OF_A_SCENE: &str =
    "write the scene as (name: \"...\", twins: [...]); `autotwin new --list` lists whole ones to start from";

/// A scene in one tree: includes are merged in and overrides applied.
pub struct SceneTree {
    /// The texts that the tree's places point into.
    pub sources: Sources,
    /// The merged scene, an unnamed struct.
    pub root: Node,
}

/// A scene that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// The file itself cannot be read.
    #[error("cannot read {path}: {why}")]
    Unreadable {
        /// Which file.
        path: String,
        /// What the operating system said.
        why: String,
    },
    /// What is in it is wrong.
    #[error("the scene has {} problem(s)", .1.len())]
    Wrong(Sources, Problems),
}

/// Reads the scene at `path`, merges its includes and applies the overrides of `--set`.
///
/// # Errors
/// The unreadable file, or all that is wrong with how files are written and fit together.
pub fn load(path: &Path, sets: &[String]) -> Result<SceneTree, SceneError> {
    let text = read_text(path).map_err(|why| SceneError::Unreadable { path: path.display().to_string(), why })?;
    load_text(path, text, sets)
}

/// As [`load`], for a scene whose text is at hand; `path` is what messages show and includes are relative to.
///
/// # Errors
/// All that is wrong with how files are written and fit together.
pub fn load_text(path: &Path, text: String, sets: &[String]) -> Result<SceneTree, SceneError> {
    let mut loader = Loader::default();
    let root = loader.parse_file(path, text).map(|node| loader.merge_includes(node, path, &mut Vec::new()));
    match root {
        Some(mut root) if loader.problems.is_empty() => {
            overrides::apply(&mut root, sets, &mut loader.sources, &mut loader.problems);
            if loader.problems.is_empty() {
                return Ok(SceneTree { sources: loader.sources, root });
            }
        }
        _ => {}
    }
    Err(SceneError::Wrong(loader.sources, loader.problems))
}

/// Reads a text file.
///
/// # Errors
/// Why it cannot be read, in words for the file's author.
pub fn read_text(path: &Path) -> Result<String, String> {
    let most = Limits::default().bytes;
    let mut text = String::new();
    // What is read is limited, since a device such as /dev/zero never ends.
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_string(&mut text));
    match read.map_err(|error| (error.kind(), error)) {
        Ok(size) if size as u64 > most => Err(format!("it is larger than {} MiB", most >> 20)),
        Ok(_) => Ok(text),
        Err((ErrorKind::InvalidData, _)) => Err("it is not a text file in UTF-8".to_owned()),
        Err((ErrorKind::NotFound, _)) => Err("there is no such file".to_owned()),
        Err((ErrorKind::IsADirectory, _)) => Err("it is a folder".to_owned()),
        Err((_, error)) => Err(error.to_string()),
    }
}

#[derive(Default)]
struct Loader {
    sources: Sources,
    problems: Problems,
    files: usize,
}

impl Loader {
    /// Parses one file; what is wrong in it is noted.
    fn parse_file(&mut self, path: &Path, text: String) -> Option<Node> {
        self.files += 1;
        let file = self.sources.add(path.display().to_string(), text.clone());
        match parse(&text, file, &Limits::default()) {
            Ok(node) => self.as_scene(node),
            Err(errors) => {
                self.problems.extend(errors.into_iter().map(|error| Problem {
                    help: error.help.or_else(|| Some(FORM_OF_A_SCENE.to_owned())),
                    span: error.span,
                    message: error.message,
                    label: error.label,
                }));
                None
            }
        }
    }

    /// A scene is `(...)` or `Scene(...)`.
    fn as_scene(&mut self, node: Node) -> Option<Node> {
        let named = node.kind_name().map(str::to_owned);
        match node.value {
            Value::Struct(value) if named.as_deref().is_none_or(|name| name == "Scene") => {
                let mut root = tree::structure(node.span, value.fields);
                root.comments = node.comments;
                Some(root)
            }
            Value::Unit => Some(tree::structure(node.span, Vec::new())),
            _ => {
                self.problems.push(Problem {
                    span: node.span,
                    message: format!("a scene should be `( ... )`, but this is {}", node.shape()),
                    label: "not a scene".to_owned(),
                    help: Some(FORM_OF_A_SCENE.to_owned()),
                });
                None
            }
        }
    }

    /// Merges what a file includes beneath the file itself. `above` holds the files that lead here.
    fn merge_includes(&mut self, mut node: Node, path: &Path, above: &mut Vec<PathBuf>) -> Node {
        let Value::Struct(value) = &mut node.value else { return node };
        let Some(index) = value.fields.iter().position(|field| &*field.name.text == "include") else { return node };
        let include = value.fields.remove(index).value;
        if !matches!(include.value, Value::List(_)) {
            self.complain(&include, "`include` should be a list of files", "write include: [\"machines.ron\"]");
        }
        above.push(canonical(path));
        let mut merged = tree::structure(node.span, Vec::new());
        for item in tree::items(&include) {
            if let Some(part) = self.include(item, path, above) {
                merged = self.join(merged, part);
            }
        }
        above.pop();
        let comments = node.comments.take();
        let mut joined = self.join(merged, node);
        joined.comments = comments;
        joined
    }

    fn include(&mut self, item: &Node, from: &Path, above: &mut Vec<PathBuf>) -> Option<Node> {
        let Some(name) = item.as_str() else {
            self.complain(item, &format!("a file name should be a text, but is {}", item.shape()), "put it in quotes");
            return None;
        };
        let path = from.parent().unwrap_or(Path::new("")).join(name);
        if above.contains(&canonical(&path)) {
            self.complain(
                item,
                &format!("`{name}` includes itself, directly or by way of others"),
                "leave one of the includes out",
            );
            return None;
        }
        if above.len() >= MAX_INCLUDE_DEPTH || self.files >= MAX_FILES {
            let limits = format!("includes may lead {MAX_INCLUDE_DEPTH} files deep and to {MAX_FILES} files in all");
            self.complain(item, "too many includes", &limits);
            return None;
        }
        match read_text(&path) {
            Ok(text) => {
                let node = self.parse_file(&path, text)?;
                Some(self.merge_includes(node, &path, above))
            }
            Err(why) => {
                let cure = "file names are relative to the file that includes them";
                self.complain(item, &format!("cannot read {}: {why}", path.display()), cure);
                None
            }
        }
    }

    fn complain(&mut self, node: &Node, message: &str, cure: &str) {
        self.problems.push(Problem {
            span: node.span,
            message: message.to_owned(),
            label: "here".to_owned(),
            help: Some(cure.to_owned()),
        });
    }

    /// Lays a scene over one that it includes: lists and maps are joined, settings replaced.
    fn join(&mut self, below: Node, above: Node) -> Node {
        let span = above.span;
        let (Value::Struct(below), Value::Struct(above)) = (below.value, above.value) else {
            return tree::structure(span, Vec::new());
        };
        let mut fields: Vec<Field> = below.fields;
        for field in above.fields {
            match fields.iter_mut().find(|other| other.name.text == field.name.text) {
                Some(other) => join_field(other, field),
                None => fields.push(field),
            }
        }
        tree::structure(span, fields)
    }
}

fn join_field(below: &mut Field, above: Field) {
    let above_name = above.name;
    match (&mut below.value.value, above.value.value) {
        (Value::List(items), Value::List(more)) => items.extend(more),
        (Value::Map(entries), Value::Map(more)) => entries.extend(more),
        (_, value) => {
            let above = Node { value, ..above.value };
            below.value = tree::merge(&below.value, &above);
            below.name = above_name;
        }
    }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
