//! The quantities that authors define, as results: samples in the table `metrics`, and figures at the end of a run.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use super::indicators::{Indicator, IndicatorApp};
use super::metrics::{MetricApp, Put};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::simulation::EngineApp;
use crate::twin::quantities::{Levels, Quantities, QuantitySpec, Reports};

/// Registers the metrics and indicators of quantities.
pub struct QuantityPlugin;

impl Plugin for QuantityPlugin {
    fn build(&self, app: &mut App) {
        app.init_state::<Bases>("quantity_bases")
            .register_gauge(sample)
            .register_indicators(compute, reset)
            .on_start(reset);
    }
}

/// What quantities came to, over all twins, when counting began: at the start, or at the end of the warm-up.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
struct Bases(BTreeMap<String, f64>);

/// The quantities of all twins, by twin: the twin, the quantity's name and what is said of it, and its value.
fn all(world: &World) -> impl Iterator<Item = (TwinId, &String, &QuantitySpec, f64)> {
    world.resource::<Directory>().twins().flat_map(move |(twin, entity, _)| {
        let parts = world.entity(entity);
        let listed = parts.get::<Quantities>().zip(parts.get::<Levels>());
        listed.into_iter().flat_map(move |(quantities, levels)| {
            quantities.0.iter().zip(&levels.values).map(move |((name, spec), level)| (twin, name, spec, *level))
        })
    })
}

fn sample(world: &World, put: Put) {
    all(world).for_each(|(twin, name, _, level)| put(name.clone().into(), twin, level));
}

/// What is reported of quantities of one name.
struct Tally<'a> {
    spec: &'a QuantitySpec,
    sum: f64,
    count: usize,
    least: f64,
    greatest: f64,
}

impl Tally<'_> {
    fn figure(&self, reports: Reports, base: f64) -> f64 {
        match reports {
            Reports::Growth => self.sum - base,
            Reports::Sum => self.sum,
            Reports::Mean => self.sum / self.count as f64,
            Reports::Least => self.least,
            Reports::Greatest => self.greatest,
        }
    }
}

/// By name. Twins that call a quantity alike are expected to mean the same by it: the first one's word counts.
fn tallies(world: &World) -> BTreeMap<&str, Tally<'_>> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (_, name, spec, level) in all(world).filter(|(_, _, spec, _)| spec.reports.is_some()) {
        let empty = Tally { spec, sum: 0.0, count: 0, least: f64::INFINITY, greatest: f64::NEG_INFINITY };
        let tally = tallies.entry(name).or_insert(empty);
        (tally.sum, tally.count) = (tally.sum + level, tally.count + 1);
        (tally.least, tally.greatest) = (tally.least.min(level), tally.greatest.max(level));
    }
    tallies
}

fn compute(world: &World) -> Vec<Indicator> {
    let bases = &world.resource::<Bases>().0;
    let figure = |(name, tally): (&str, Tally)| {
        let base = bases.get(name).copied().unwrap_or(0.0);
        let value = tally.spec.reports.map(|reports| tally.figure(reports, base));
        let unit = tally.spec.unit.clone().unwrap_or_default();
        Indicator { name: name.to_owned(), twin: None, value: value.filter(|value| value.is_finite()), unit }
    };
    tallies(world).into_iter().map(figure).collect()
}

fn reset(world: &mut World) {
    let bases = tallies(world).into_iter().map(|(name, tally)| (name.to_owned(), tally.sum)).collect();
    world.insert_resource(Bases(bases));
}
