//! From kinds and groups to twins: inheritance by `like`, name patterns, overrides of single twins.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::place::Placement;
use super::problem::{Problem, Problems};
use super::syntax::de::from_node;
use super::syntax::{Node, Span, Value};
use super::tree;
use crate::engine::spelling::nearest;

/// How many twins a scene may have, and how long a chain of `like` may be.
const MAX_TWINS: u64 = 10_000_000;
const MAX_LIKES: usize = 64;

/// What an entry of `twins` says besides its parts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupSettings {
    /// The name. In a group, `{n}` stands for the twin's number; `{nn}` and `{nnn}` fill it up with zeros.
    #[schemars(example = &"lathe-{n}")]
    pub name: String,
    /// The kind whose parts it has.
    #[serde(default)]
    #[schemars(example = &"lathe")]
    pub like: Option<String>,
    /// How many twins.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000_000))]
    pub count: u64,
    /// The number of the first twin of the group.
    #[serde(default = "one")]
    pub first: u64,
    /// Where the twins stand.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"Grid": {"from": [0, 0], "step": [4, 3], "columns": 2}}))]
    pub place: Option<Placement>,
}

fn one() -> u64 {
    1
}

/// The fields of an entry of `twins` that are no parts.
pub const SETTINGS: [&str; 6] = ["name", "like", "count", "first", "place", "overrides"];

/// Parts by name, each with the place of its name.
pub type Parts = BTreeMap<String, (Span, Node)>;

/// An entry of `twins` with its kind merged in.
pub struct Group {
    /// What it says of itself.
    pub settings: GroupSettings,
    /// Where its name stands.
    pub name_span: Span,
    /// The parts of its twins.
    pub parts: Parts,
    /// The kinds of its twins: their own first, then those above it.
    pub kinds: KindNames,
    /// The parts of single twins that differ, by the twin's index in the group.
    pub overrides: BTreeMap<u64, Parts>,
    /// The kinds of single twins that differ.
    pub single_kinds: BTreeMap<u64, KindNames>,
}

/// Names of kinds, each before those above it. Shared by all twins that are of them.
pub type KindNames = Arc<[Arc<str>]>;

impl Group {
    /// The names of the group's twins, in order.
    pub fn names(&self) -> impl Iterator<Item = String> + '_ {
        let first = self.settings.first;
        (first..first.saturating_add(self.settings.count)).map(|number| numbered(&self.settings.name, number))
    }
}

/// A pattern's name for one number.
fn numbered(pattern: &str, number: u64) -> String {
    match number_field(pattern) {
        Some((start, width)) => {
            format!("{}{number:0width$}{}", &pattern[..start], &pattern[start + width + 2..])
        }
        None => pattern.to_owned(),
    }
}

/// Where a pattern's first `{n}` begins, and how many `n` it has: no more than the digits of the largest number.
fn number_field(pattern: &str) -> Option<(usize, usize)> {
    const MOST_DIGITS: usize = 20;
    pattern.match_indices("{n").find_map(|(start, _)| {
        let inside = &pattern[start + 1..];
        let width = inside.find('}').filter(|width| *width <= MOST_DIGITS)?;
        inside[..width].bytes().all(|byte| byte == b'n').then_some((start, width))
    })
}

/// The number that makes a pattern's name this name.
fn number_in(pattern: &str, name: &str) -> Option<u64> {
    let (start, width) = number_field(pattern)?;
    let digits = name.strip_prefix(&pattern[..start])?.strip_suffix(&pattern[start + width + 2..])?;
    let number = digits.parse().ok()?;
    (numbered(pattern, number) == name).then_some(number)
}

/// The index of the entry of `twins` of which `twin` is one of several.
pub fn find_group(root: &Node, twin: &str) -> Option<usize> {
    let groups = tree::items(root.get("twins")?);
    groups.iter().position(|group| is_one_of(group, twin))
}

/// Whether an entry of `twins` is a group with that twin in it.
fn is_one_of(group: &Node, twin: &str) -> bool {
    let Some(number) = group.get("name").and_then(Node::as_str).and_then(|pattern| number_in(pattern, twin)) else {
        return false;
    };
    let whole = |name, default| match group.get(name).map(|node| &node.value) {
        Some(Value::Int(value)) => u64::try_from(*value).unwrap_or(default),
        _ => default,
    };
    let (first, count) = (whole("first", 1), whole("count", 1));
    (first..first.saturating_add(count)).contains(&number)
}

/// Where the parts of a twin are written, the most particular first: its override, its entry of `twins`, its kind and
/// the kinds above.
pub fn written_for<'a>(root: &'a Node, twin: &str) -> Vec<&'a Node> {
    let entries = root.get("twins").map(tree::items).unwrap_or_default();
    let is_named = |entry: &&Node| entry.get("name").and_then(Node::as_str) == Some(twin) || is_one_of(entry, twin);
    let Some(entry) = entries.iter().find(is_named) else { return Vec::new() };
    let single = entry.get("overrides").and_then(|overrides| overrides.get(twin));
    let mut written: Vec<&Node> = single.into_iter().chain([entry]).collect();
    for from in [single, Some(entry)].into_iter().flatten() {
        let mut below = from;
        for _ in 0..MAX_LIKES {
            let kind = below.get("like").and_then(Node::as_str);
            let Some(kind) = kind.and_then(|kind| root.get("kinds")?.get(kind)) else { break };
            written.push(kind);
            below = kind;
        }
    }
    written
}

/// The place of a value in a part of a twin, wherever it is written; where it is not, that of the twin's name.
pub fn place_for(root: &Node, twin: &str, path: tree::Path) -> Span {
    written_place(root, twin, |node| tree::find(node, path).map(|node| node.span))
}

/// The place of the name of a field, or of a map's key, in a part of a twin; where it is not written, that of the
/// twin's name.
pub fn key_place_for(root: &Node, twin: &str, path: tree::Path) -> Span {
    written_place(root, twin, |node| tree::find_key(node, path))
}

fn written_place(root: &Node, twin: &str, find: impl Fn(&Node) -> Option<Span>) -> Span {
    let written = written_for(root, twin);
    let name = || written.iter().find_map(|node| node.get("name")).map(|name| name.span);
    written.iter().find_map(|node| find(node)).or_else(name).unwrap_or(root.span)
}

/// All groups of a scene. What is wrong is noted, and the group then left out.
pub fn expand(root: &Node, problems: &mut Problems) -> Vec<Group> {
    let kinds = Kinds::read(root, problems);
    kinds.check_all(problems);
    let Some(twins) = root.get("twins") else { return Vec::new() };
    if !matches!(twins.value, Value::List(_)) {
        let help = "write twins: [(name: \"lathe-1\", machine: ())]";
        problems.push(complaint(twins.span, "`twins` should be a list".to_owned(), help));
        return Vec::new();
    }
    let groups: Vec<Group> = tree::items(twins).iter().filter_map(|node| read_group(node, &kinds, problems)).collect();
    refuse_second_names(&groups, problems);
    groups
}

fn complaint(span: Span, message: String, help: &str) -> Problem {
    Problem { span, message, label: "here".to_owned(), help: Some(help.to_owned()) }
}

fn read_group(node: &Node, kinds: &Kinds, problems: &mut Problems) -> Option<Group> {
    let Some(fields) = tree::fields(node) else {
        let message = format!("a twin should be `( ... )`, but is {}", node.shape());
        problems.push(complaint(node.span, message, "write (name: \"lathe-1\", machine: ())"));
        return None;
    };
    let settings_node = tree::structure(
        node.span,
        fields
            .iter()
            .filter(|field| SETTINGS.contains(&&*field.name.text) && &*field.name.text != "overrides")
            .cloned()
            .collect(),
    );
    // The form of the settings is checked with everything else; here only what can be read counts.
    let settings: GroupSettings = from_node(&settings_node).ok()?;
    let name_span = node.get("name").map_or(node.span, |name| name.span);
    check_settings(&settings, name_span, problems)?;
    let own = own_parts(node);
    let parts = match (&settings.like, node.get("like")) {
        (Some(like), Some(place)) => overlay(&kinds.parts(like, place.span, problems)?, &own),
        _ => own,
    };
    let overrides = read_overrides(node, &settings, &parts, kinds, problems);
    let names = settings.like.as_ref().map_or_else(KindNames::default, |like| kinds.above(like));
    let single_kinds = single_kinds(node, &settings, &names, kinds);
    Some(Group { settings, name_span, parts, kinds: names, overrides, single_kinds })
}

/// The kinds of twins whose override has a kind of its own: those come first.
fn single_kinds(node: &Node, settings: &GroupSettings, group: &KindNames, kinds: &Kinds) -> BTreeMap<u64, KindNames> {
    let members = node.get("overrides").map(tree::members).unwrap_or_default();
    let single = members.into_iter().filter_map(|(name, _, value)| {
        let number = number_in(&settings.name, name).or((settings.name == name).then_some(settings.first))?;
        let own = kinds.above(value.get("like")?.as_str()?);
        let rest = group.iter().filter(|kind| !own.contains(kind));
        Some((number.checked_sub(settings.first)?, own.iter().chain(rest).cloned().collect()))
    });
    single.collect()
}

fn check_settings(settings: &GroupSettings, span: Span, problems: &mut Problems) -> Option<()> {
    let name = &settings.name;
    if name.is_empty() || name.chars().any(|c| c.is_control()) {
        problems.push(complaint(span, "a twin's name should not be empty".to_owned(), "give it a name"));
        return None;
    }
    if settings.count > 1 && number_field(name).is_none() {
        let message = format!("{} twins would all be called `{name}`", settings.count);
        let help = format!("put the number in, as in \"{name}-{{n}}\"");
        problems.push(complaint(span, message, &help));
        return None;
    }
    if settings.first.checked_add(settings.count).is_none() {
        let message = "the numbers of these twins are too large".to_owned();
        problems.push(complaint(span, message, "lower `first`"));
        return None;
    }
    // The schema complains about counts out of range.
    (1..=MAX_TWINS).contains(&settings.count).then_some(())
}

/// The parts that a kind, a group or an override names itself.
fn own_parts(node: &Node) -> Parts {
    tree::members(node)
        .into_iter()
        .filter(|(name, ..)| !SETTINGS.contains(name))
        .map(|(name, span, value)| (name.to_owned(), (span, value.clone())))
        .collect()
}

fn overlay(below: &Parts, above: &Parts) -> Parts {
    let mut parts = below.clone();
    for (name, (span, node)) in above {
        match parts.get_mut(name) {
            Some(part) => *part = (*span, tree::merge(&part.1, node)),
            None => {
                parts.insert(name.clone(), (*span, node.clone()));
            }
        }
    }
    parts
}

fn read_overrides(
    node: &Node,
    settings: &GroupSettings,
    parts: &Parts,
    kinds: &Kinds,
    problems: &mut Problems,
) -> BTreeMap<u64, Parts> {
    let mut overrides = BTreeMap::new();
    let Some(map) = node.get("overrides") else { return overrides };
    if !matches!(map.value, Value::Map(_)) {
        let help = "write overrides: {\"lathe-3\": (machine: (capacity: 2))}";
        problems.push(complaint(map.span, "`overrides` should be a map from names to parts".to_owned(), help));
    }
    for (name, span, value) in tree::members(map) {
        check_override(name, value, problems);
        let number = number_in(&settings.name, name).or((settings.name == name).then_some(settings.first));
        let index = number.and_then(|number| number.checked_sub(settings.first)).filter(|i| *i < settings.count);
        let Some(index) = index else {
            let message = format!("the group has no twin `{name}`");
            let first = numbered(&settings.name, settings.first);
            let help = match settings.count {
                1 => format!("its only twin is `{first}`"),
                count => {
                    format!("its twins are `{first}` to `{}`", numbered(&settings.name, settings.first + count - 1))
                }
            };
            problems.push(complaint(span, message, &help));
            continue;
        };
        let base = match value.get("like") {
            Some(like) => match like.as_str().and_then(|kind| kinds.parts(kind, like.span, problems)) {
                Some(kind) => overlay(parts, &kind),
                None => continue,
            },
            None => parts.clone(),
        };
        if overrides.insert(index, overlay(&base, &own_parts(value))).is_some() {
            let message = format!("two overrides are for `{name}`");
            problems.push(complaint(span, message, "join the two"));
        }
    }
    overrides
}

/// An override has parts, and may have a kind of its own; what a group says of all its twins cannot be said of one.
fn check_override(name: &str, value: &Node, problems: &mut Problems) {
    if tree::fields(value).is_none() && !matches!(value.value, Value::Unit) {
        let message = format!("the override of `{name}` should be `( ... )`, but is {}", value.shape());
        problems.push(complaint(value.span, message, "write (machine: (capacity: 2))"));
    }
    refuse_settings(value, "an override", "say it for the whole group, or give the twin an entry of its own", problems);
}

/// Complains about settings of twins, but for `like`, in a place where only parts can be.
fn refuse_settings(node: &Node, what: &str, help: &str, problems: &mut Problems) {
    for (name, span, _) in tree::members(node) {
        if name != "like" && SETTINGS.contains(&name) {
            problems.push(complaint(span, format!("{what} has no `{name}`"), help));
        }
    }
}

fn refuse_second_names(groups: &[Group], problems: &mut Problems) {
    let mut total = 0_u64;
    for group in groups {
        total += group.settings.count;
        if total > MAX_TWINS {
            let message = format!("the scene has more than {MAX_TWINS} twins");
            problems.push(complaint(group.name_span, message, "lower the counts"));
            return;
        }
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for group in groups {
        for name in group.names() {
            if !seen.insert(name.clone()) {
                let message = format!("two twins are called `{name}`");
                problems.push(complaint(group.name_span, message, "names are unique in a scene; choose another"));
                break;
            }
        }
    }
}

/// The kinds of a scene, by name, each with its place and what it says.
struct Kinds<'a>(BTreeMap<&'a str, (Span, &'a Node)>);

impl<'a> Kinds<'a> {
    fn read(root: &'a Node, problems: &mut Problems) -> Kinds<'a> {
        let mut kinds = BTreeMap::new();
        let Some(node) = root.get("kinds") else { return Kinds(kinds) };
        if !matches!(node.value, Value::Map(_) | Value::Struct(_)) {
            let help = "write kinds: {\"lathe\": (machine: ())}";
            problems.push(complaint(node.span, "`kinds` should be a map from names to parts".to_owned(), help));
        }
        for (name, span, value) in tree::members(node) {
            if tree::fields(value).is_none() && !matches!(value.value, Value::Unit) {
                let message = format!("the kind `{name}` should be `( ... )`, but is {}", value.shape());
                problems.push(complaint(value.span, message, "write (machine: ())"));
            }
            if kinds.insert(name, (span, value)).is_some() {
                let message = format!("two kinds are called `{name}`");
                problems.push(complaint(span, message, "rename one of them"));
            }
        }
        Kinds(kinds)
    }

    /// Follows the `like` of every kind, used or not.
    fn check_all(&self, problems: &mut Problems) {
        for (name, (span, node)) in &self.0 {
            self.parts(name, *span, problems);
            refuse_settings(node, "a kind", "say it where the twins are", problems);
        }
    }

    /// A kind and those above it. Circles end where they close.
    fn above(&self, name: &str) -> KindNames {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut next = Some(name);
        while let Some(name) = next.filter(|name| !names.iter().any(|other| **other == **name)) {
            names.push(name.into());
            next = self.0.get(name).and_then(|(_, node)| node.get("like")?.as_str());
        }
        names.into()
    }

    /// The parts of a kind with those that it inherits; none if it or one above it is unknown.
    fn parts(&self, name: &str, wanted_at: Span, problems: &mut Problems) -> Option<Parts> {
        let mut chain: Vec<(&str, &Node)> = Vec::new();
        let (mut name, mut wanted_at, first_wanted_at) = (name, wanted_at, wanted_at);
        loop {
            let Some((_, node)) = self.0.get(name) else {
                let message = format!("unknown kind `{name}`");
                let help = match nearest(name, self.0.keys().copied()) {
                    Some(other) => format!("did you mean `{other}`?"),
                    None if self.0.is_empty() => "the scene has no kinds".to_owned(),
                    None => format!("there are {}", self.0.keys().copied().collect::<Vec<_>>().join(", ")),
                };
                problems.push(complaint(wanted_at, message, &help));
                return None;
            };
            if let Some(start) = chain.iter().position(|(other, _)| *other == name) {
                let circle: Vec<&str> = chain[start..].iter().map(|(name, _)| *name).collect();
                // Whoever leads into a circle comes round to all its kinds: the first of them complains for all.
                if circle.iter().min() == Some(&name) {
                    let names = format!("{} is like {name}", circle.join(" is like "));
                    let message = format!("kinds are like each other in a circle: {names}");
                    problems.push(complaint(wanted_at, message, "take one `like` out"));
                }
                return None;
            }
            if chain.len() >= MAX_LIKES {
                let message = format!("`{}` is like more than {MAX_LIKES} kinds one above the other", chain[0].0);
                problems.push(complaint(first_wanted_at, message, "let it be like a kind nearer to the top"));
                return None;
            }
            chain.push((name, node));
            match node.get("like") {
                Some(like) => match like.as_str() {
                    Some(next) => (name, wanted_at) = (next, like.span),
                    None => {
                        let message = format!("`like` should be the name of a kind, but is {}", like.shape());
                        problems.push(complaint(like.span, message, "write like: \"lathe\""));
                        return None;
                    }
                },
                None => break,
            }
        }
        Some(chain.into_iter().rev().fold(Parts::new(), |below, (_, node)| overlay(&below, &own_parts(node))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_number_their_twins() {
        assert_eq!(numbered("lathe-{n}", 7), "lathe-7");
        assert_eq!(numbered("cell-{nn}-a", 7), "cell-07-a");
        assert_eq!(numbered("press", 7), "press");
        assert_eq!(number_in("cell-{nn}-a", "cell-07-a"), Some(7));
        assert_eq!(number_in("cell-{nn}-a", "cell-7-a"), None);
        assert_eq!(number_in("lathe-{n}", "lathe-x"), None);
        assert_eq!(numbered("{name}-{n}", 7), "{name}-7");
        assert_eq!(number_field(&format!("{{{}}}", "n".repeat(70_000))), None);
    }
}
