//! Twins look ahead: before minds decide, those that foresee try out what they could do, in copies of the world.
//!
//! The copies are taken in the midst of the step, so that whoever else decides at this moment decides there too. In a copy nobody
//! looks further ahead: twins that foresee go by their fallback, and the one whose future it is begins with the candidate
//! that is tried out. Futures are played side by side, and each is the same whoever plays it, so that the result does not
//! depend on the number of threads. How much is played is counted in steps and events, not in time.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Res, ResMut, Resource, World};
use serde::{Deserialize, Serialize};

use super::Agenda;
use crate::engine::clock::Clock;
use crate::engine::fork::Forks;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::parallel::Pool;
use crate::engine::random::{Purpose, Seed};
use crate::engine::simulation::Simulation;
use crate::engine::time::Time;
use crate::twin::faculties::FacultyTable;
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::minds::Memory;
use crate::twin::minds::foresee::{Foresee, Foreseen, Outlook};

const FUTURE: Purpose = Purpose::new("mind.foresee");

/// What twins have seen of the futures at this moment. A cache: empty but in Decide.
#[derive(Resource, Clone, Debug, Default)]
pub struct Foresights {
    /// What each has seen.
    pub(super) seen: BTreeMap<TwinId, Foreseen>,
    /// Whether this world is a future that somebody tries out, where nobody looks further ahead.
    is_future: bool,
}

impl Foresights {
    /// None, in a world where twins look ahead.
    pub(super) fn rebuild(world: &mut World) {
        world.insert_resource(Foresights::default());
    }
}

/// What a candidate of a twin came to when it looked ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prospect {
    /// When it looked.
    pub at: Time,
    /// Who.
    pub twin: TwinId,
    /// Which candidate.
    pub candidate: String,
    /// Whether it was chosen.
    pub is_chosen: bool,
    /// In how many futures it was tried.
    pub samples: u32,
    /// What the objective came to on average, and the standard error of that.
    pub value: (f64, f64),
    /// How many steps and events the futures of all candidates had.
    pub work: u64,
}

/// What twins have foreseen that somebody wants to write down. Not part of the world's state.
#[derive(Resource, Clone, Debug, Default)]
pub struct Lookout {
    /// Whether anybody wants it.
    pub is_watched: bool,
    /// What they have seen, in the order in which they looked.
    pub seen: Vec<Prospect>,
}

/// What came of each candidate.
fn prospects(at: Time, twin: TwinId, mind: &Foresee, foreseen: &Foreseen) -> Vec<Prospect> {
    let Foreseen { choice, outlooks, samples, work } = foreseen;
    let prospect = |outlook: &Outlook| Prospect {
        at,
        twin,
        candidate: mind.candidates[outlook.candidate as usize].name.clone(),
        is_chosen: outlook.candidate == *choice,
        samples: *samples,
        value: (outlook.mean, outlook.error),
        work: *work,
    };
    outlooks.iter().map(prospect).collect()
}

/// Whether anybody can foresee.
pub(super) fn is_anybody_farsighted(table: Res<FacultyTable>, foresights: Res<Foresights>) -> bool {
    table.foresees && !foresights.is_future
}

/// Lets those look ahead whose turn it is.
pub(super) fn foresee(world: &mut World) {
    let lookers = lookers(world);
    let pool = world.resource::<Pool>().clone();
    for (twin, chosen) in lookers {
        let table = world.resource::<FacultyTable>().clone();
        let mind = table.of(twin).and_then(|make| make.reason.as_ref()?.mind.foresight());
        let values = part::<Knowledge>(world, twin).map(|knowledge| &knowledge.values);
        let (Some(mind), Some(values)) = (mind, values) else { continue };
        let possible = mind.possible(values);
        if possible.is_empty() {
            continue;
        }
        let foreseen = match &possible[..] {
            [only] => Foreseen::forced(*only),
            _ => Outing { world, twin, mind }.look_ahead(&possible, mind.otherwise(values, chosen), &pool),
        };
        if world.resource::<Lookout>().is_watched {
            let seen = prospects(world.resource::<Clock>().now, twin, mind, &foreseen);
            world.resource_mut::<Lookout>().seen.extend(seen);
        }
        world.resource_mut::<Foresights>().seen.insert(twin, foreseen);
    }
}

/// Those have decided who have seen it.
pub(super) fn forget(mut foresights: ResMut<Foresights>) {
    foresights.seen.clear();
}

fn part<T: bevy_ecs::prelude::Component>(world: &World, twin: TwinId) -> Option<&T> {
    world.get(world.resource::<Directory>().entity(twin)?)
}

/// Who looks ahead now, by id, with what it has chosen last.
fn lookers(world: &mut World) -> Vec<(TwinId, Option<u16>)> {
    let mut twins = world.query::<(&TwinId, &Attention, &Memory)>();
    let clock = *world.resource::<Clock>();
    let table = world.resource::<FacultyTable>();
    let tick = clock.tick.map(|tick| tick.every);
    let looks = |(twin, attention, memory): (&TwinId, &Attention, &Memory)| {
        let make = table.of(*twin).filter(|_| attention.decide <= clock.now)?;
        let mind = make.reason.as_ref()?.mind.foresight()?;
        let is_due = mind.is_due(make.beat(*twin, clock.now, tick), memory);
        is_due.then(|| (*twin, Foresee::chosen(memory)))
    };
    let mut lookers: Vec<_> = twins.iter(world).filter_map(looks).collect();
    lookers.sort_unstable();
    lookers
}

/// A twin that tries out what it could do.
struct Outing<'a> {
    world: &'a World,
    twin: TwinId,
    mind: &'a Foresee,
}

/// What came of a future: the objective, and how many steps and events it took.
type Ending = (f64, u64);

impl Outing<'_> {
    /// Tries every candidate in the same futures: first in one, which says what a future costs, then in as many as the budget allows.
    fn look_ahead(&self, possible: &[u16], otherwise: Option<u16>, pool: &Pool) -> Foreseen {
        let mut endings = self.play_all(possible, 0..1, pool);
        let first: u64 = endings.iter().map(|(_, work)| work).sum();
        let affordable = (self.mind.budget / first.max(1)).clamp(1, u64::from(self.mind.samples));
        endings.extend(self.play_all(possible, 1..affordable as u32, pool));
        let count = possible.len();
        let of = |place: usize| endings.iter().skip(place).step_by(count).map(|(value, _)| *value).collect();
        let values: Vec<Vec<f64>> = (0..count).map(of).collect();
        let work = endings.iter().map(|(_, work)| work).sum();
        Foreseen { work, ..self.mind.judge(possible, &values, otherwise) }
    }

    /// The endings of all candidates in some futures: future by future.
    fn play_all(&self, possible: &[u16], futures: std::ops::Range<u32>, pool: &Pool) -> Vec<Ending> {
        let tries: Vec<(u32, u16)> =
            futures.flat_map(|future| possible.iter().map(move |candidate| (future, *candidate))).collect();
        pool.map(&tries, |(future, candidate)| self.play(*future, *candidate))
    }

    fn play(&self, future: u32, candidate: u16) -> Ending {
        let (clock, seed) = (self.world.resource::<Clock>(), self.world.resource::<Seed>());
        let mut fork = Forks::fork_midway(self.world);
        // A number for every moment, so that no two of a twin's looks share their luck.
        let mut random = seed.stream(self.twin.0, FUTURE.mixed(moment(clock)), future.into());
        fork.redraw(Seed(random.next_u64()));
        let seen = BTreeMap::from([(self.twin, Foreseen::forced(candidate))]);
        fork.world_mut().insert_resource(Foresights { seen, is_future: true });
        let end = clock.now + self.mind.horizon;
        fork.run_until(end);
        let value = self.read_objective(&mut fork);
        let played = fork.clock();
        (value, played.step - clock.step + (played.events - clock.events))
    }

    /// Lets the twin look around once more, and reads the objective by what it knows then.
    fn read_objective(&self, fork: &mut Simulation) -> f64 {
        let world = fork.world_mut();
        let now = world.resource::<Clock>().now;
        world.resource_mut::<Clock>().horizon = now;
        world.resource_mut::<Agenda>().next = now;
        let Some(entity) = world.resource::<Directory>().entity(self.twin) else { return f64::NAN };
        let Some(mut attention) = world.get_mut::<Attention>(entity) else { return f64::NAN };
        attention.decide = now;
        fork.step();
        part::<Knowledge>(fork.world(), self.twin).map_or(f64::NAN, |known| self.mind.objective.run(&known.values))
    }
}

fn moment(clock: &Clock) -> Purpose {
    Purpose::of_number(clock.now.nanos() as u64)
}
