//! What is wrong with missions, and with whoever hands them out.

use bevy_ecs::prelude::World;

use super::super::expand;
use super::super::problem::{Problem, Problems};
use super::super::syntax::{Node, Span};
use super::super::tree;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;
use crate::twin::contracts::manager::ManagerSpec;
use crate::twin::contracts::mechanisms::Mechanism;
use crate::twin::groups::kind::MemberSpec;
use crate::twin::missions::duties::{ContractorSpec, DutyField};
use crate::twin::missions::kind::{MissionKind, MissionKinds, Place};
use crate::twin::who::Population;
use crate::world::position::Position;

/// How many kinds of missions there can be.
const MOST_KINDS: usize = 64;
/// How many tasks a mission can have.
const MOST_TASKS: usize = 10_000;

/// Missions are for twins that take them on, handed out by twins that do that, and somewhere.
pub fn check(world: &World, root: &Node, problems: &mut Problems) {
    let kinds = &world.resource::<MissionKinds>().0;
    if kinds.len() > MOST_KINDS {
        let span = tree::place(root, &["missions"]);
        complain(
            problems,
            span,
            format!("there are more than {MOST_KINDS} kinds of missions"),
            "tell some apart by their `values`",
        );
    }
    for (name, kind) in kinds {
        check_kind(world, root, name, kind, problems);
    }
    check_managers(world, root, problems);
}

fn complain(problems: &mut Problems, span: Span, message: String, help: impl Into<String>) {
    problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help.into()) });
}

fn check_kind(world: &World, root: &Node, name: &str, kind: &MissionKind, problems: &mut Problems) {
    let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
    let place = |way: &[&str]| {
        let way: Vec<&str> = ["missions", name].into_iter().chain(way.iter().copied()).collect();
        tree::place(root, &way)
    };
    let parts = |twin: TwinId| directory.entity(twin).map(|entity| world.entity(entity));
    let find = |who: &str, span: Span, problems: &mut Problems| {
        let twins = population.find(directory, who);
        if twins.is_empty() {
            let (message, help) = population.nobody(directory, who);
            complain(problems, span, message, help);
        }
        twins
    };
    let to = find(&kind.to, place(&["to"]), problems);
    let takes = |twin: &TwinId| parts(*twin).is_some_and(|parts| parts.contains::<ContractorSpec>());
    if let Some(idle) = to.iter().find(|twin| !takes(twin)) {
        let message = format!("`{}` takes no missions on", directory.name(*idle));
        complain(problems, place(&["to"]), message, "give it a part `contractor`, such as contractor: ()");
    }
    if let Some(by) = &kind.by {
        match directory.find(by) {
            None => {
                let (message, help) = population.nobody(directory, by);
                complain(problems, place(&["by"]), message, help);
            }
            Some(twin) if !parts(twin).is_some_and(|parts| parts.contains::<ManagerSpec>()) => {
                let help = "give it a part `manager`, such as manager: (through: ContractNet)";
                complain(problems, place(&["by"]), format!("`{by}` hands no missions out"), help);
            }
            Some(twin) => {
                let manager = parts(twin).and_then(|parts| parts.get::<ManagerSpec>().copied());
                let is_english = manager.is_some_and(|manager| matches!(manager.through, Mechanism::English { .. }));
                if is_english && kind.reward <= 0.0 {
                    let message = format!("an English auction of `{name}` has nothing to begin with");
                    complain(
                        problems,
                        place(&["by"]),
                        message,
                        "give the mission a `reward`: the price falls from there",
                    );
                }
            }
        }
    }
    if kind.shared {
        let belongs = |twin: &TwinId| parts(*twin).is_some_and(|parts| parts.contains::<MemberSpec>());
        if let Some(single) = to.iter().find(|twin| !belongs(twin)) {
            let message = format!("`{}` shares nothing: it belongs to no group", directory.name(*single));
            complain(
                problems,
                place(&["shared"]),
                message,
                "give it a part `member`, such as member: (group: \"swarm\")",
            );
        }
        if kind.tasks.is_empty() {
            complain(problems, place(&["shared"]), "there are no tasks to be shared".to_owned(), "write `tasks`");
        }
        if kind.by.is_some() {
            let message = "what is shared is not handed out by a manager".to_owned();
            complain(problems, place(&["by"]), message, "take `by` away, or `shared`");
        }
    }
    let mut count = 0;
    for (number, task) in kind.tasks.iter().enumerate() {
        let span = place(&["tasks", &number.to_string()]);
        if let Place::Any(who) | Place::Each(who) = task {
            let twins = find(who, span, problems);
            count += if let Place::Each(_) = task { twins.len() } else { 1 };
            if let Some(lost) =
                twins.iter().find(|twin| !parts(**twin).is_some_and(|parts| parts.contains::<Position>()))
            {
                let message = format!("`{}` is nowhere", directory.name(*lost));
                complain(problems, span, message, "give it a place, such as place: At(x: 4, y: 2)");
            }
        }
    }
    if count.max(kind.tasks.len()) > MOST_TASKS {
        let message = format!("a mission can have {MOST_TASKS} tasks at most");
        complain(problems, place(&["tasks"]), message, "make several missions of it");
    }
    for value in kind.values.keys() {
        let full = format!("mission.{value}");
        if DutyField::ALL.iter().any(|(_, other, _)| *other == full) {
            let message = format!("every mission has a `{value}` of its own");
            complain(problems, place(&["values", value]), message, "call it otherwise");
        }
    }
    if kind.every.is_none() && kind.count.is_some_and(|count| count > 100_000) {
        let message = "so many missions at once are too many".to_owned();
        complain(problems, place(&["count"]), message, "give them one after the other by `every`");
    }
    if kind.every.as_ref().is_some_and(|every| every.mean() <= 0.0) {
        let message = "missions that follow each other at once never end".to_owned();
        complain(problems, place(&["every"]), message, "let some time pass between them");
    }
    if kind.deadline == Some(Duration::ZERO) {
        complain(
            problems,
            place(&["deadline"]),
            "nothing is done in no time".to_owned(),
            "give it some time, or no deadline",
        );
    }
}

fn check_managers(world: &World, root: &Node, problems: &mut Problems) {
    let mut said = std::collections::BTreeSet::new();
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let Some(manager) = world.entity(entity).get::<ManagerSpec>() else { continue };
        let times = [
            ("wait", manager.wait),
            ("retry", manager.retry),
            ("patience", manager.patience),
            ("again", manager.again),
        ];
        for (field, _) in times.iter().filter(|(_, time)| time.is_zero()) {
            let span = expand::place_for(root, name, &["manager", field]);
            if said.insert(span) {
                complain(
                    problems,
                    span,
                    format!("`{field}` should be more than 0"),
                    "write how long it waits, such as \"2s\"",
                );
            }
        }
        if manager.patience < manager.retry {
            let span = expand::place_for(root, name, &["manager", "patience"]);
            if said.insert(span) {
                complain(
                    problems,
                    span,
                    "its patience ends before it has said anything again".to_owned(),
                    "make `patience` longer than `retry`",
                );
            }
        }
    }
}
