//! Quantities of a twin that its author defines: how warm a room is, how full a battery, whether a lamp is on.
//!
//! A quantity stands still until somebody sets it, follows a formula (`value`), or changes by itself (`rate`, per second),
//! as a differential equation of the twin's own quantities. Equations are solved by the classical Runge–Kutta method of
//! fourth order (W. Kutta, Zeitschrift für Mathematik und Physik 46, 1901), in steps no longer than the section `dynamics`
//! says; what is read of others stands still within a step of the world.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Entity, Query, Res, ResMut, Resource, World};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::expression::Program;
use super::source::{Source, Surroundings, View};
use crate::engine::clock::Clock;
use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::parallel::Pool;
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::world::position::Position;

/// Quantities of a twin, by name, that its author defines.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"charge": {"start": 0.9, "low": 0, "high": 1, "rate": "if(doing(go), -1 / 2h, 0)"}}))]
pub struct Quantities(pub Arc<BTreeMap<String, QuantitySpec>>);

/// A quantity.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QuantitySpec {
    /// What it is at the start.
    #[schemars(example = 0.9)]
    pub start: Distribution<f64>,
    /// By how much it rises in a second: an expression.
    #[schemars(example = &"(outside - warmth) / 3h")]
    pub rate: Option<String>,
    /// What it always is, as a formula of others: an expression. Nobody can set it then.
    #[schemars(example = &"if(lamp > 0, 40, 1)")]
    pub value: Option<String>,
    /// It never falls below this.
    pub low: Option<f64>,
    /// It never rises above this.
    pub high: Option<f64>,
    /// Its unit, for reports.
    #[schemars(example = &"°C")]
    pub unit: Option<String>,
    /// What is reported of it among the results of a run, over all twins that have it.
    pub reports: Option<Reports>,
}

/// What is reported of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Reports {
    /// By how much its sum over the twins has grown, since the start or the end of the warm-up.
    Growth,
    /// Its sum over the twins at the end.
    Sum,
    /// Its mean over the twins at the end.
    Mean,
    /// The least of them at the end.
    Least,
    /// The greatest of them at the end.
    Greatest,
}

/// How quantities that change by themselves are worked out.
#[derive(Resource, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dynamics {
    /// The longest step of the integration.
    #[schemars(example = &"1s")]
    pub step: Duration,
}

impl Default for Dynamics {
    fn default() -> Self {
        Dynamics { step: Duration::from_secs(1) }
    }
}

/// What a twin's quantities are, in the order of their names.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// What they are.
    pub values: Box<[f64]>,
    /// Up to when they have been worked out.
    pub until: Time,
}

/// What everybody's quantities were when the stage began: what is read while everybody writes its own. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Board {
    /// By id: where a twin's first quantity is in `values`, or [`NOTHING`].
    starts: Vec<u32>,
    values: Vec<f64>,
}

const NOTHING: u32 = u32::MAX;

impl Board {
    /// Sets room aside for everybody's quantities.
    pub fn rebuild(world: &mut World) {
        let mut board = Board::default();
        for (twin, entity, _) in world.resource::<Directory>().twins() {
            let Some(levels) = world.entity(entity).get::<Levels>() else { continue };
            let id = twin.0 as usize;
            board.starts.resize(id + 1, NOTHING);
            board.starts[id] = board.values.len() as u32;
            board.values.extend(&levels.values);
        }
        world.insert_resource(board);
    }

    /// A quantity of a twin, by its number.
    pub fn get(&self, twin: TwinId, quantity: u16) -> Option<f64> {
        let start = *self.starts.get(twin.0 as usize).filter(|start| **start != NOTHING)?;
        self.values.get(start as usize + quantity as usize).copied()
    }

    /// Whoever has left has no quantities any more.
    pub fn forget(&mut self, twin: TwinId) {
        if let Some(start) = self.starts.get_mut(twin.0 as usize) {
            *start = NOTHING;
        }
    }

    fn set(&mut self, twin: TwinId, levels: &[f64]) {
        if let Some(&start) = self.starts.get(twin.0 as usize).filter(|start| **start != NOTHING) {
            self.values[start as usize..start as usize + levels.len()].copy_from_slice(levels);
        }
    }
}

/// Notes what everybody's quantities are.
pub fn post(mut board: ResMut<Board>, levels: Query<(&TwinId, &Levels)>) {
    let board = &mut *board;
    levels.iter().for_each(|(&twin, levels)| board.set(twin, &levels.values));
}

/// How many quantities of its own and of others a twin's equations may have.
pub const MOST: usize = 64;

/// The equations of a twin's quantities. Slots are its quantities in their order, then what they ask of the world.
#[derive(Default)]
pub struct Flow {
    /// The quantities that change by themselves.
    pub rates: Vec<(u16, Program)>,
    /// Those that follow a formula, each after those that it needs.
    pub formulas: Vec<(u16, Program)>,
    /// What the equations ask of the world, in the order of their slots.
    pub asks: Vec<Source>,
    /// The limits of each quantity.
    pub limits: Vec<[f64; 2]>,
}

impl Flow {
    /// Whether nothing changes by itself.
    pub fn is_still(&self) -> bool {
        self.rates.is_empty() && self.formulas.is_empty()
    }

    /// Holds a quantity within its limits. What is not known stays so.
    pub fn limit(&self, quantity: u16, value: f64) -> f64 {
        if value.is_nan() {
            return value;
        }
        let [low, high] = self.limits.get(quantity as usize).copied().unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        value.max(low).min(high)
    }

    /// Works the formulas out.
    fn settle(&self, slots: &mut [f64]) {
        for (quantity, formula) in &self.formulas {
            let value = formula.run(slots);
            slots[*quantity as usize] = self.limit(*quantity, value);
        }
    }

    /// How fast each of the changing quantities rises, where they are `slots`.
    fn slopes(&self, slots: &mut [f64], slopes: &mut [f64; MOST]) {
        self.settle(slots);
        for (slope, (_, rate)) in slopes.iter_mut().zip(&self.rates) {
            // Where the rate is not known, nothing changes.
            *slope = Some(rate.run(slots)).filter(|rate| rate.is_finite()).unwrap_or(0.0);
        }
    }

    /// One step of the Runge–Kutta method.
    fn step(&self, slots: &mut [f64], seconds: f64) {
        let mut start = [0.0; MOST];
        for (start, (quantity, _)) in start.iter_mut().zip(&self.rates) {
            *start = slots[*quantity as usize];
        }
        let mut slopes = [[0.0; MOST]; 4];
        for (round, share) in [0.0, 0.5, 0.5, 1.0].into_iter().enumerate() {
            let before = slopes[round.saturating_sub(1)];
            for (n, (quantity, _)) in self.rates.iter().enumerate() {
                slots[*quantity as usize] = self.limit(*quantity, start[n] + share * seconds * before[n]);
            }
            self.slopes(slots, &mut slopes[round]);
        }
        for (n, (quantity, _)) in self.rates.iter().enumerate() {
            let [a, b, c, d] = [0, 1, 2, 3].map(|round: usize| slopes[round][n]);
            let value = start[n] + seconds * (a + 2.0 * b + 2.0 * c + d) / 6.0;
            slots[*quantity as usize] = self.limit(*quantity, value);
        }
        self.settle(slots);
    }

    /// Lets quantities change for some time.
    fn pass(&self, slots: &mut [f64], seconds: f64, longest: f64) {
        if self.rates.is_empty() || seconds <= 0.0 {
            return self.settle(slots);
        }
        let steps = (seconds / longest).ceil().max(1.0);
        for _ in 0..steps as u64 {
            self.step(slots, seconds / steps);
        }
    }
}

/// The equations of those whose quantities change by themselves, by the number of the make; and by id, which make a twin is
/// of. A cache.
#[derive(Resource, Clone, Default)]
pub struct Flows {
    /// The different equations.
    pub makes: Arc<Vec<Flow>>,
    /// By id: whose equations a twin has, or [`Flows::NONE`].
    pub make_of: Vec<u32>,
}

impl Flows {
    /// Stands for no equations.
    pub const NONE: u32 = u32::MAX;

    /// The equations of a twin.
    pub fn of(&self, twin: TwinId) -> Option<&Flow> {
        self.makes.get(*self.make_of.get(twin.0 as usize)? as usize)
    }
}

const START: Purpose = Purpose::new("quantity.start");

/// Gives everybody's quantities their first values, drawn where they are given as a distribution.
pub fn begin(world: &mut World) {
    let seed = *world.resource::<Seed>();
    let mut twins = world.query::<(Entity, &TwinId, &Quantities)>();
    let first = |(entity, twin, quantities): (Entity, &TwinId, &Quantities)| {
        let draw = |(name, spec): (&String, &QuantitySpec)| {
            let named = Purpose::new(name).mixed(START);
            spec.start.sample(&mut seed.stream(twin.0, named, 0))
        };
        (entity, Levels { values: quantities.0.iter().map(draw).collect(), until: Time::ZERO })
    };
    let levels: Vec<(Entity, Levels)> = twins.iter(world).map(first).collect();
    world.insert_batch(levels);
}

/// Whether any quantity changes by itself.
pub fn change_by_themselves(flows: Res<Flows>) -> bool {
    flows.makes.iter().any(|flow| !flow.is_still())
}

/// Lets quantities change up to now.
pub fn flow(
    clock: Res<Clock>,
    dynamics: Res<Dynamics>,
    flows: Res<Flows>,
    pool: Res<Pool>,
    surroundings: Surroundings,
    mut twins: Query<(&TwinId, Option<&Position>, &mut Levels)>,
) {
    let (now, longest) = (clock.now, dynamics.step.seconds());
    let change = |twin: TwinId, position: Option<&Position>, levels: &mut Levels| {
        let Some(flow) = flows.of(twin).filter(|flow| !flow.is_still()) else { return };
        if levels.until >= now && now > Time::ZERO {
            return;
        }
        let mut slots = [f64::NAN; MOST];
        let own = levels.values.len();
        slots[..own].copy_from_slice(&levels.values);
        let view = View::of(&surroundings, twin, position, now);
        for (slot, ask) in slots[own..].iter_mut().zip(&flow.asks) {
            *slot = ask.read(&view);
        }
        flow.pass(&mut slots, (now - levels.until).seconds(), longest);
        levels.values.copy_from_slice(&slots[..own]);
        levels.until = now;
    };
    for (ids, positions, mut levels) in twins.contiguous_iter_mut().into_iter().flatten() {
        let levels = levels.bypass_change_detection().par_iter_mut();
        let rows = ids.par_iter().zip(levels).enumerate();
        pool.for_rows(rows, |(row, (twin, levels))| change(*twin, positions.map(|positions| &positions[row]), levels));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, quantity};

    struct Letters;

    impl Vocabulary for Letters {
        fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
            let Question::Value(name) = question else { return Ok(None) };
            let slot = ["x", "v", "e"].iter().position(|other| *other == name);
            Ok(slot.map(|slot| Symbol { slot: slot as u32, kind: Type::Number }))
        }
        fn values(&self) -> Vec<&str> {
            Vec::new()
        }
        fn questions(&self) -> Vec<(&str, &str)> {
            Vec::new()
        }
    }

    fn flow(rates: &[(u16, &str)], formulas: &[(u16, &str)]) -> Flow {
        let compile = |list: &[(u16, &str)]| {
            list.iter().map(|(number, text)| (*number, quantity(text, &mut Letters).unwrap())).collect()
        };
        let free = [f64::NEG_INFINITY, f64::INFINITY];
        Flow { rates: compile(rates), formulas: compile(formulas), asks: Vec::new(), limits: vec![free; 3] }
    }

    /// dx/dt = -x / 100, whose solution is known.
    #[test]
    fn decay_follows_its_exponential() {
        let flow = flow(&[(0, "-x / 100")], &[]);
        let mut slots = [8.0, 0.0, 0.0];
        flow.pass(&mut slots, 250.0, 1.0);
        assert!((slots[0] - 8.0 * (-2.5_f64).exp()).abs() < 1e-9, "{}", slots[0]);
    }

    /// A harmonic oscillator comes back after its period, and its energy, a formula, stays: the error of a step is of the
    /// fifth order, so that half the step makes the error some 16 times smaller.
    #[test]
    fn an_oscillator_keeps_its_energy() {
        let flow = flow(&[(0, "v"), (1, "-x")], &[(2, "(x * x + v * v) / 2")]);
        let off = |step: f64| {
            let mut slots = [1.0, 0.0, 0.0];
            flow.pass(&mut slots, std::f64::consts::TAU, step);
            assert!(
                (slots[2] - 0.5).abs() < 1e-3
                    && (slots[0] * slots[0] + slots[1] * slots[1] - 2.0 * slots[2]).abs() < 1e-12
            );
            (slots[0] - 1.0).hypot(slots[1])
        };
        let (coarse, fine) = (off(0.2), off(0.1));
        assert!(fine < 1e-4 && (12.0..20.0).contains(&(coarse / fine)), "{coarse} {fine}");
    }

    #[test]
    fn limits_hold_and_what_is_not_known_changes_nothing() {
        let mut flow = flow(&[(0, "2"), (1, "1 / (x - x)")], &[]);
        flow.limits[0] = [0.0, 5.0];
        let mut slots = [1.0, 3.0, 0.0];
        flow.pass(&mut slots, 60.0, 1.0);
        assert_eq!(slots[..2], [5.0, 3.0]);
        assert!(flow.limit(0, f64::NAN).is_nan());
    }
}
