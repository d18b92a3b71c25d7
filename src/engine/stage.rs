//! The stages of a step, in the order in which they run.

use bevy_ecs::prelude::{IntoScheduleConfigs, Res, Resource, Schedule, SystemSet};
use bevy_ecs::schedule::{ScheduleLabel, SingleThreadedExecutor};

/// The schedule of one step.
#[derive(ScheduleLabel, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step;

/// A stage of the step. In the first five a twin reads the world as it stood and writes only its own parts.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Commands from outside enter.
    Ingest,
    /// Twins perceive.
    Sense,
    /// Percepts become beliefs.
    Analyse,
    /// Minds choose.
    Decide,
    /// Choices become actions and messages.
    Act,
    /// Time passes: due events happen, moving things move.
    Advance,
    /// What twins want from each other is granted, in the order (time, twin, sequence).
    Settle,
    /// Outside eyes look.
    Record,
}

/// The two halves of [`Stage::Advance`].
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Passing {
    /// Events happen, up to the next moment at which the stages are wanted.
    Events,
    /// Whatever moves or changes by itself does so up to that moment.
    Motion,
}

/// Whether a fork was taken in the midst of a step, in Decide: its first step goes on from there.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub(super) struct Midway(pub bool);

fn begins(midway: Res<Midway>) -> bool {
    !midway.0
}

/// An empty step: stages in order, one system after another.
pub(super) fn empty_schedule() -> Schedule {
    use Stage::{Act, Advance, Analyse, Decide, Ingest, Record, Sense, Settle};
    let mut schedule = Schedule::new(Step);
    // Parallelism is inside systems: a multi-threaded executor could reorder them.
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.configure_sets((Ingest, Sense, Analyse, Decide, Act, Advance, Settle, Record).chain());
    schedule.configure_sets((Ingest, Sense, Analyse).run_if(begins));
    schedule.configure_sets((Passing::Events, Passing::Motion).chain().in_set(Advance));
    schedule
}
