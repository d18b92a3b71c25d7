//! Indicators: the figures that sum a run up. Domains register how theirs are computed.

use std::sync::Arc;

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

/// One figure of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// What it is, such as `throughput_rate`.
    pub name: String,
    /// Whose it is; none for the whole world's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twin: Option<Arc<str>>,
    /// The figure; none where there is nothing to divide by, such as a mean over no jobs.
    pub value: Option<f64>,
    /// Its unit, as printed; empty for a plain number or a ratio.
    pub unit: String,
}

/// How indicators are computed, and how counting starts afresh after the warm-up.
#[derive(Resource, Default)]
pub struct IndicatorSources {
    compute: Vec<fn(&World) -> Vec<Indicator>>,
    reset: Vec<fn(&mut World)>,
}

/// What a plugin can add to the indicators.
pub trait IndicatorApp {
    /// Registers how indicators are computed from the world, and how their counts are set back at the warm-up's end.
    fn register_indicators(&mut self, compute: fn(&World) -> Vec<Indicator>, reset: fn(&mut World)) -> &mut Self;
}

impl IndicatorApp for App {
    fn register_indicators(&mut self, compute: fn(&World) -> Vec<Indicator>, reset: fn(&mut World)) -> &mut Self {
        let mut sources = self.world_mut().get_resource_or_init::<IndicatorSources>();
        sources.compute.push(compute);
        sources.reset.push(reset);
        self
    }
}

/// All indicators of a world as it stands.
pub fn compute(world: &World) -> Vec<Indicator> {
    world.get_resource::<IndicatorSources>().iter().flat_map(|s| s.compute.iter().flat_map(|f| f(world))).collect()
}

/// Starts counting afresh, as at the end of a warm-up.
pub fn reset(world: &mut World) {
    let resets = world.get_resource::<IndicatorSources>().map(|sources| sources.reset.clone()).unwrap_or_default();
    resets.into_iter().for_each(|reset| reset(world));
}
