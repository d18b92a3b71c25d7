//! The one way in from outside: time-stamped commands, logged so that they can be replayed.
//!
//! A command in `inputs.jsonl` is one line, such as
//! `{"at": "3h 12m", "do": "suspend", "twin": "lathe-1", "cause": "inspection"}`.
//! It takes effect in the first Ingest at or after its moment, after everything else of that moment.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use bevy_ecs::prelude::{Resource, World};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::clock::Clock;
use super::identity::{Directory, TwinId};
use super::journal::Journal;
use super::queue::EventQueue;
use super::time::{Duration, Time};

/// What somebody outside wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// When, from the start of the run.
    pub at: Duration,
    /// What: the name of a registered command.
    #[serde(rename = "do")]
    pub action: String,
    /// Who is meant, where somebody is.
    #[serde(default)]
    pub twin: Option<String>,
    /// Why, for the journal.
    #[serde(default)]
    pub cause: String,
    /// What the command needs besides.
    #[serde(default)]
    pub with: BTreeMap<String, Value>,
}

/// A detail of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PlainValue {
    Number(f64),
    Text(String),
}

#[derive(Serialize, Deserialize)]
enum TaggedValue {
    Number(f64),
    Text(String),
}

impl JsonSchema for Value {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Value".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "number" }, { "type": "string" }] })
    }
}

// People write `3` or `"3"`; a checkpoint's format is not self-describing and needs the tag.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.clone(), serializer.is_human_readable()) {
            (Value::Number(number), true) => PlainValue::Number(number).serialize(serializer),
            (Value::Text(text), true) => PlainValue::Text(text).serialize(serializer),
            (Value::Number(number), false) => TaggedValue::Number(number).serialize(serializer),
            (Value::Text(text), false) => TaggedValue::Text(text).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            PlainValue::deserialize(deserializer)
                .map(|value| match value {
                    PlainValue::Number(number) => Value::Number(number),
                    PlainValue::Text(text) => Value::Text(text),
                })
                .map_err(|_| serde::de::Error::custom("a value in `with` should be a number or a text"))
        } else {
            TaggedValue::deserialize(deserializer).map(|value| match value {
                TaggedValue::Number(number) => Value::Number(number),
                TaggedValue::Text(text) => Value::Text(text),
            })
        }
    }
}

impl Command {
    /// A text that the command needs.
    ///
    /// # Errors
    /// What is missing.
    pub fn text(&self, key: &str) -> Result<&str, String> {
        match self.with.get(key) {
            Some(Value::Text(text)) => Ok(text),
            Some(Value::Number(number)) => Err(format!("`{key}` should be a text, but is {number}")),
            None => Err(format!("`with` lacks `{key}`")),
        }
    }

    /// A number that the command may carry.
    ///
    /// # Errors
    /// If it is there and no number.
    pub fn number(&self, key: &str) -> Result<Option<f64>, String> {
        match self.with.get(key) {
            Some(Value::Number(number)) => Ok(Some(*number)),
            Some(Value::Text(text)) => Err(format!("`{key}` should be a number, but is \"{text}\"")),
            None => Ok(None),
        }
    }

    /// A length of time that the command may carry, as text or in seconds.
    ///
    /// # Errors
    /// If it is there and no length of time.
    pub fn duration(&self, key: &str) -> Result<Option<Duration>, String> {
        match self.with.get(key) {
            Some(Value::Number(number)) if *number >= 0.0 => Ok(Some(Duration::from_seconds(*number))),
            Some(Value::Number(number)) => Err(format!("`{key}` should not be negative, but is {number}")),
            Some(Value::Text(text)) => Duration::parse(text).map(Some),
            None => Ok(None),
        }
    }
}

/// What a command does. `check` is asked before the run with the world as it starts, `apply` when its moment comes.
#[derive(Clone, Copy)]
pub struct CommandKind {
    /// The word in `do`.
    pub name: &'static str,
    /// One line for the reference.
    pub about: &'static str,
    /// Whether it needs a `twin`.
    pub needs_twin: bool,
    /// What `with` may hold.
    pub details: &'static [&'static str],
    /// What is wrong with the command's details, if anything.
    pub check: fn(&World, &Command) -> Result<(), String>,
    /// Does it. A refusal is journalled and changes nothing.
    pub apply: fn(&mut World, TwinId, &Command) -> Result<(), String>,
}

/// The registered commands, by name.
#[derive(Resource, Default)]
pub struct CommandKinds(BTreeMap<&'static str, CommandKind>);

impl CommandKinds {
    /// Adds a kind of command.
    ///
    /// # Panics
    /// If the name is taken.
    pub fn add(&mut self, kind: CommandKind) {
        assert!(
            self.0.insert(kind.name, kind).is_none(),
            "the command `{}` is registered already: give the second another name",
            kind.name
        );
    }

    /// Whether a kind of command needs a twin.
    pub fn needs_twin(&self, action: &str) -> bool {
        self.0.get(action).is_some_and(|kind| kind.needs_twin)
    }

    /// All kinds, by name.
    pub fn iter(&self) -> impl Iterator<Item = &CommandKind> {
        self.0.values()
    }
}

/// The commands still to come, in the order in which they will be applied.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inputs {
    /// By time, and in the order of the log within one moment.
    pending: VecDeque<Command>,
}

impl Inputs {
    /// Drops what is still to come.
    pub(super) fn forget_pending(&mut self) {
        self.pending.clear();
    }
}

/// A line of the command log that cannot be used.
#[derive(Clone, Debug, PartialEq)]
pub struct InputError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong, and the cure.
    pub message: String,
}

impl fmt::Display for InputError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.message)
    }
}

/// Reads a command log: one JSON object a line, empty lines allowed.
///
/// # Errors
/// All lines that cannot be read.
pub fn parse_log(text: &str) -> Result<Vec<(usize, Command)>, Vec<InputError>> {
    let (mut commands, mut errors) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        if !line.trim_start().starts_with('{') {
            errors.push(InputError { line: index + 1, message: format!("a command is written {FORM}") });
            continue;
        }
        match serde_json::from_str(line) {
            Ok(command) => commands.push((index + 1, command)),
            Err(error) => errors.push(InputError { line: index + 1, message: describe(&error) }),
        }
    }
    if errors.is_empty() { Ok(commands) } else { Err(errors) }
}

const FORM: &str = r#"{"at": "8h", "do": "suspend", "twin": "lathe-1"}"#;

/// What is wrong with a line, and at which of its columns.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    match error.classify() {
        serde_json::error::Category::Data => format!("{what} (column {})", error.column()),
        _ => format!("this is no JSON ({what}, column {}); a command is written {FORM}", error.column()),
    }
}

/// Puts commands before a world that has not started yet.
///
/// # Errors
/// All commands that the world does not know or cannot take.
pub fn submit(world: &mut World, commands: Vec<(usize, Command)>) -> Result<(), Vec<InputError>> {
    let errors: Vec<InputError> = commands
        .iter()
        .filter_map(|(line, command)| check(world, command).err().map(|message| InputError { line: *line, message }))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut commands: Vec<Command> = commands.into_iter().map(|(_, command)| command).collect();
    commands.sort_by_key(|command| command.at);
    let mut queue = world.resource_mut::<EventQueue>();
    commands.iter().for_each(|command| queue.wake(Time::ZERO + command.at));
    world.resource_mut::<Inputs>().pending = commands.into();
    Ok(())
}

/// Whether a command makes sense in a world.
///
/// # Errors
/// What is wrong with it.
pub fn check(world: &World, command: &Command) -> Result<(), String> {
    let kinds = world.resource::<CommandKinds>();
    let kind = kinds.0.get(command.action.as_str()).ok_or_else(|| {
        let known: Vec<&str> = kinds.0.keys().copied().collect();
        format!("unknown command `{}`; there are {}", command.action, known.join(", "))
    })?;
    find_twin(world, kind, command)?;
    if let Some(detail) = command.with.keys().find(|detail| !kind.details.contains(&detail.as_str())) {
        let known = if kind.details.is_empty() { "nothing".to_owned() } else { kind.details.join(", ") };
        return Err(format!("`{}` has no detail `{detail}`; `with` can hold {known}", kind.name));
    }
    (kind.check)(world, command)
}

fn find_twin(world: &World, kind: &CommandKind, command: &Command) -> Result<TwinId, String> {
    match &command.twin {
        None if kind.needs_twin => Err(format!("`{}` needs a `twin`", kind.name)),
        None => Ok(TwinId::NONE),
        Some(name) => world.resource::<Directory>().find(name).ok_or_else(|| format!("there is no twin `{name}`")),
    }
}

/// Applies the commands whose moment has come.
pub(super) fn ingest(world: &mut World) {
    let now = world.resource::<Clock>().now;
    loop {
        let pending = &mut world.resource_mut::<Inputs>().pending;
        if pending.front().is_none_or(|command| Time::ZERO + command.at > now) {
            return;
        }
        let Some(command) = pending.pop_front() else { return };
        apply(world, now, &command);
    }
}

fn apply(world: &mut World, now: Time, command: &Command) {
    if let Err(why) = obey(world, command) {
        world.resource_mut::<Journal>().note(now, TwinId::NONE, format!("refused {}", command.action), why, None);
    }
}

/// Applies a command now and notes that in the journal.
///
/// # Errors
/// Why the world refuses it; nothing has changed then.
pub fn obey(world: &mut World, command: &Command) -> Result<(), String> {
    let kind = world.resource::<CommandKinds>().0.get(command.action.as_str()).copied();
    let kind = kind.ok_or_else(|| format!("there is no command `{}`", command.action))?;
    let twin = find_twin(world, &kind, command)?;
    (kind.apply)(world, twin, command)?;
    let now = world.resource::<Clock>().now;
    world.resource_mut::<Journal>().note(now, twin, format!("command {}", kind.name), command.cause.clone(), None);
    Ok(())
}
