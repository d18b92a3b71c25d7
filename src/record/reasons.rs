//! Reasons: what twins decided and why, and what they did. Recorded for those of whom the scene or the caller asks.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{IntoScheduleConfigs, Res, ResMut, World};
use serde::Serialize;

use super::table::{Cell, Column, ColumnType, Names, Row, Table, TableApp};
use crate::engine::identity::Directory;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::twin::messages::deliver;
use crate::twin::step::foresee::{Lookout, Prospect};
use crate::twin::step::trace::{Decision, Deed, Followed, Tracing};
use crate::twin::who::{Population, TwinSet};

/// Registers the tables `decisions`, `activities` and `outlooks`.
pub struct ReasonPlugin;

impl Plugin for ReasonPlugin {
    fn build(&self, app: &mut App) {
        app.register_table::<Decision>()
            .register_table::<Deed>()
            .register_table::<Prospect>()
            .register_last_rows(unfinished)
            .add_step_systems(Stage::Settle, collect.after(deliver));
    }
}

/// Whose reasons are wanted, of those whom texts mean: names, patterns and kinds.
///
/// # Errors
/// The first text that means nobody: what is wrong, and how to mend it.
pub fn find(world: &World, who: &[String]) -> Result<TwinSet, (String, String)> {
    let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
    let mut twins = Vec::new();
    for text in who {
        match population.find(directory, text) {
            found if found.is_empty() => return Err(population.nobody(directory, text)),
            found => twins.extend(found),
        }
    }
    twins.sort_unstable();
    twins.dedup();
    Ok(TwinSet::new(twins))
}

/// Notes from now on what the tables that are written want to know.
pub fn start(world: &mut World, who: &[String]) {
    let followed = find(world, who).unwrap_or_default();
    let wants_decisions = world.resource::<Table<Decision>>().is_enabled();
    let wants_deeds = world.resource::<Table<Deed>>().is_enabled();
    world.resource_mut::<Lookout>().is_watched = world.resource::<Table<Prospect>>().is_enabled();
    let mut tracing = world.resource_mut::<Tracing>();
    if wants_decisions && !followed.twins().is_empty() {
        tracing.follow(Followed::Some(followed));
    }
    if wants_deeds {
        tracing.note_deeds();
    }
}

/// Takes what was noted over into the tables. Where nobody writes them it stays, for whoever asked.
fn collect(
    directory: Res<Directory>,
    mut tracing: ResMut<Tracing>,
    mut decisions: ResMut<Table<Decision>>,
    mut deeds: ResMut<Table<Deed>>,
    mut lookout: ResMut<Lookout>,
    mut prospects: ResMut<Table<Prospect>>,
) {
    if lookout.is_watched {
        lookout.seen.drain(..).for_each(|prospect| prospects.push(prospect));
    }
    if decisions.is_enabled() {
        tracing.take_decisions(&directory).into_iter().for_each(|decision| decisions.push(decision));
    }
    if deeds.is_enabled() {
        tracing.take_deeds().into_iter().for_each(|deed| deeds.push(deed));
    }
}

/// The courses that are under way at the end.
fn unfinished(world: &mut World) {
    let deeds = world.resource::<Tracing>().under_way();
    let mut table = world.resource_mut::<Table<Deed>>();
    deeds.for_each(|deed| table.push(deed));
}

fn json(value: &impl Serialize) -> Cell {
    Cell::Text(serde_json::to_string(value).unwrap_or_default().into())
}

impl Row for Decision {
    const TABLE: &'static str = "decisions";
    const ABOUT: &'static str = "What twins decided and why; of those whom `record.reasons` or `--reasons` names.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("twin", ColumnType::Text, "who"),
        Column::new("known", ColumnType::Text, "what it perceived and believed: a list in JSON"),
        Column::new("weighed", ColumnType::Text, "what it weighed, with scores: a list in JSON"),
        Column::new("wanted", ColumnType::Text, "what it wanted then: a list in JSON"),
        Column::new("doing", ColumnType::Text, "what it was doing before: a list in JSON"),
        Column::new("outcomes", ColumnType::Text, "what had come of what it did: a list in JSON"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.at.seconds()),
            names.twin(self.twin),
            json(&self.known),
            json(&self.weighed),
            json(&self.wanted),
            json(&self.doing),
            json(&self.outcomes),
        ]
    }
}

impl Row for Prospect {
    const TABLE: &'static str = "outlooks";
    const ABOUT: &'static str = "What twins saw that looked ahead: a row for each candidate of each decision.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("twin", ColumnType::Text, "who"),
        Column::new("candidate", ColumnType::Text, "which of its candidates"),
        Column::new("chosen", ColumnType::Int, "1 if it was chosen, else 0"),
        Column::new("samples", ColumnType::Int, "in how many futures it was tried"),
        Column::optional("value", ColumnType::Float, "what its objective came to there on average; empty if not known"),
        Column::optional("error", ColumnType::Float, "the standard error of that; empty with one future"),
        Column::new("work", ColumnType::Int, "how many steps and events all futures of the decision had"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let finite = |number: f64| number.is_finite().then_some(number);
        vec![
            Cell::Float(self.at.seconds()),
            names.twin(self.twin),
            Cell::Text(self.candidate.as_str().into()),
            Cell::Int(self.is_chosen.into()),
            Cell::Int(self.samples.into()),
            finite(self.value.0).into(),
            finite(self.value.1).into(),
            Cell::Int(self.work as i64),
        ]
    }
}

impl Row for Deed {
    const TABLE: &'static str = "activities";
    const ABOUT: &'static str = "What twins with minds did, from when to when, and how it ended.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "from when, in seconds"),
        Column::new("twin", ColumnType::Text, "who"),
        Column::new("course", ColumnType::Text, "which of the courses of its mind"),
        Column::optional("end", ColumnType::Float, "until when, in seconds; empty if it went on at the end of the run"),
        Column::new("outcome", ColumnType::Text, "done, failed, refused, interrupted, or empty if it went on"),
        Column::new("action", ColumnType::Text, "at which of its actions it ended; empty if all were done"),
        Column::new("why", ColumnType::Text, "why it failed or was refused"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let (end, action, outcome, why) = match &self.end {
            Some(end) => (Some(end.at.seconds()), end.action.as_str(), end.outcome.word(), end.outcome.why()),
            None => (None, "", "", ""),
        };
        vec![
            Cell::Float(self.from.seconds()),
            names.twin(self.twin),
            Cell::Text(self.course.as_str().into()),
            end.into(),
            Cell::Text(outcome.into()),
            Cell::Text(action.into()),
            Cell::Text(why.into()),
        ]
    }
}
