//! Missions, as results: the table `missions`, and how many were done.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{IntoScheduleConfigs, Res, ResMut, World};

use super::indicators::{Indicator, IndicatorApp};
use super::table::{Cell, Column, ColumnType, Names, Row, Table, TableApp};
use crate::engine::identity::TwinId;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::engine::time::Time;
use crate::twin::messages::deliver;
use crate::twin::missions::book::{MissionLog, Missions, Tally};
use crate::twin::missions::kind::MissionKinds;

/// Registers the table `missions` and their indicators.
pub struct MissionPlugin;

impl Plugin for MissionPlugin {
    fn build(&self, app: &mut App) {
        app.register_table::<MissionRow>()
            .register_indicators(compute, |world| world.resource_mut::<Missions>().reset())
            .add_step_systems(Stage::Settle, collect.after(deliver));
    }
}

/// Notes from now on what the table wants to know.
pub fn start(world: &mut World) {
    let is_wanted = world.resource::<Table<MissionRow>>().is_enabled();
    world.resource_mut::<MissionLog>().enabled |= is_wanted;
}

/// What has become of a mission.
pub struct MissionRow {
    at: Time,
    kind: String,
    number: u32,
    what: String,
    twin: TwinId,
    why: String,
    value: Option<f64>,
}

fn collect(mut log: ResMut<MissionLog>, kinds: Res<MissionKinds>, mut table: ResMut<Table<MissionRow>>) {
    if !table.is_enabled() {
        return;
    }
    for change in log.drain() {
        table.push(MissionRow {
            at: change.at,
            kind: kinds.get(change.kind).map(|(name, _)| name.clone()).unwrap_or_default(),
            number: change.number,
            what: change.what.into_owned(),
            twin: change.twin,
            why: change.why.into_owned(),
            value: change.value,
        });
    }
}

/// How missions of each kind got on, named after the kind.
fn compute(world: &World) -> Vec<Indicator> {
    let (kinds, missions) = (world.resource::<MissionKinds>(), world.resource::<Missions>());
    kinds.0.keys().zip(missions.tallies()).flat_map(|(kind, tally)| figures(kind, tally)).collect()
}

fn figures(kind: &str, tally: &Tally) -> Vec<Indicator> {
    let figure = |name: &str, value: Option<f64>, unit: &str| Indicator {
        name: format!("missions_{name}_{kind}"),
        twin: None,
        value,
        unit: unit.to_owned(),
    };
    let over = tally.done + tally.failed;
    vec![
        figure("given", Some(tally.given as f64), ""),
        figure("done", Some(tally.done as f64), ""),
        figure("failed", Some(tally.failed as f64), ""),
        figure("open", Some(tally.open as f64), ""),
        figure("success_ratio", (over > 0).then(|| tally.done as f64 / over as f64), ""),
        figure("time", (tally.done > 0).then(|| tally.took.seconds() / tally.done as f64), "s"),
        figure("paid", Some(tally.paid), ""),
    ]
}

impl Row for MissionRow {
    const TABLE: &'static str = "missions";
    const ABOUT: &'static str = "Missions: how each got on, from being given to being done or failed, and why.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("mission", ColumnType::Text, "the kind of mission"),
        Column::new("number", ColumnType::Int, "which of that kind, from 1"),
        Column::new("state", ColumnType::Text, "what has become of it"),
        Column::new("twin", ColumnType::Text, "who has to do with it; empty if nobody has"),
        Column::new("why", ColumnType::Text, "why, where there is a reason"),
        Column::optional(
            "value",
            ColumnType::Float,
            "its reward when it is given, its price when it is accepted or done",
        ),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.at.seconds()),
            Cell::Text(self.kind.into()),
            Cell::Int(self.number.into()),
            Cell::Text(self.what.into()),
            names.twin(self.twin),
            Cell::Text(self.why.into()),
            self.value.into(),
        ]
    }
}
