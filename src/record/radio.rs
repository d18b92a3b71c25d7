//! Messages, as results: the table `messages`, and how many got through by each link.

use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{IntoScheduleConfigs, ResMut, World};

use super::indicators::{Indicator, IndicatorApp};
use super::table::{Cell, Column, ColumnType, Names, Row, Table, TableApp};
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::twin::messages::deliver;
use crate::twin::radio::ether::{Ether, Networks, Tally};
use crate::twin::radio::log::{AirLog, Transmission};

/// Registers the table `messages` and the indicators of links.
pub struct RadioPlugin;

impl Plugin for RadioPlugin {
    fn build(&self, app: &mut App) {
        app.register_table::<Transmission>()
            .register_indicators(compute, |world| world.resource_mut::<Ether>().reset())
            .add_step_systems(Stage::Settle, collect.after(deliver));
    }
}

/// Notes from now on what the table wants to know.
pub fn start(world: &mut World) {
    let is_wanted = world.resource::<Table<Transmission>>().is_enabled();
    world.resource_mut::<AirLog>().enabled |= is_wanted;
}

fn collect(mut log: ResMut<AirLog>, mut table: ResMut<Table<Transmission>>) {
    if table.is_enabled() {
        log.drain().for_each(|transmission| table.push(transmission));
    }
}

/// How messages by each link got on, named after the link.
fn compute(world: &World) -> Vec<Indicator> {
    let (networks, ether) = (world.resource::<Networks>(), world.resource::<Ether>());
    let links = networks.links.iter().zip(ether.tallies()).enumerate();
    let used = links.filter(|(number, (_, tally))| tally.sent > 0 || networks.is_used(*number));
    used.flat_map(|(_, (link, tally))| figures(&link.name, tally)).collect()
}

fn figures(link: &Arc<str>, tally: &Tally) -> Vec<Indicator> {
    let ended = tally.sent - tally.under_way;
    let ratio = |part: u64| (ended > 0).then(|| part as f64 / ended as f64);
    let delay = (tally.received > 0).then(|| tally.delay.seconds() / tally.received as f64);
    let figure = |name: &str, value, unit: &str| Indicator {
        name: format!("{name}_{link}"),
        twin: None,
        value,
        unit: unit.to_owned(),
    };
    vec![
        figure("messages_sent", Some(tally.sent as f64), ""),
        figure("delivery_ratio", ratio(tally.received), ""),
        figure("message_delay", delay, "s"),
        figure("air_time", Some(tally.on_air.seconds()), "s"),
        figure("bytes_sent", Some(tally.bytes as f64), "bytes"),
    ]
}

impl Row for Transmission {
    const TABLE: &'static str = "messages";
    const ABOUT: &'static str = "Messages between twins, one row for each reader, and what became of them.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when it was written, in seconds"),
        Column::new("from", ColumnType::Text, "by whom"),
        Column::new("to", ColumnType::Text, "for whom"),
        Column::new("topic", ColumnType::Text, "what it is about"),
        Column::new("link", ColumnType::Text, "by which link; empty if it needed none, or they have none in common"),
        Column::new("bytes", ColumnType::Int, "how long it was, without what the link adds"),
        Column::optional("signal", ColumnType::Float, "the mean signal at its reader, or at the worse hop, in dBm"),
        Column::new("tries", ColumnType::Int, "how often it was sent"),
        Column::new("fate", ColumnType::Text, "received, lost, out of reach, no link, too long"),
        Column::optional("arrives", ColumnType::Float, "when it arrives, in seconds; empty if it does not"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        vec![
            Cell::Float(self.at.seconds()),
            names.twin(self.from),
            names.twin(self.to),
            Cell::Text(self.topic),
            Cell::Text(self.link.unwrap_or_else(|| "".into())),
            Cell::Int(self.bytes.into()),
            self.signal_dbm.into(),
            Cell::Int(self.tries.into()),
            Cell::Text(self.fate.word().into()),
            self.fate.arrival().map(|at| at.seconds()).into(),
        ]
    }
}
