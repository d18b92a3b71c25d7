//! The faculties of twins: their sensors, beliefs and minds, compiled.
//!
//! Twins that are made alike share them. They are a cache: made from the parts that authors write, and made anew when twins
//! come or go.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bevy_ecs::prelude::{Resource, World};

use super::actions::Action;
use super::beliefs::Belief;
use super::expression::{Program, Type};
use super::minds::Mind;
use super::sensors::imperfection::Instrument;
use super::source::Source;
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::world::space::Reach;

mod compile;
mod equations;
mod words;

/// What a twin asks of the world whenever it looks around: what its conditions name and no sensor tells.
pub enum Ask {
    /// Something of the world, or of the twin itself.
    World(Source),
    /// How long ago something was seen: by the place among the twin's times.
    Age(usize),
}

/// A belief, ready to be updated.
pub struct Notion {
    /// Its name.
    pub name: String,
    /// The estimator.
    pub belief: Box<dyn Belief>,
    /// Of what.
    pub inputs: Vec<Program>,
    /// The slots of what it says.
    pub says: Range<usize>,
    /// The slots of what it remembers, right behind.
    pub memory: Range<usize>,
    /// Where among the twin's times it notes when there was news last.
    pub clock: usize,
    /// The sensors that it depends on, a bit each.
    pub depends: u64,
}

/// The bit of what is asked of the world whenever the twin looks around.
pub const ASKED: u64 = 1 << 63;
/// How many sensors a twin has at most.
pub const MOST_SENSORS: usize = 63;
/// Of how many things a belief can be at most.
pub const MOST_INPUTS: usize = super::beliefs::classifier::MOST_FEATURES;

/// An action, ready to be done.
pub struct Step {
    /// What it is called.
    pub label: String,
    /// The action.
    pub action: Box<dyn Action>,
}

/// A course of actions.
pub struct Course {
    /// Its name.
    pub name: String,
    /// Its actions, in order.
    pub steps: Vec<Step>,
    /// Whether it has to do with the mission that its twin is at.
    pub is_for_mission: bool,
}

/// A mind, ready to decide.
pub struct Reason {
    /// The mind.
    pub mind: Box<dyn Mind>,
    /// How often it decides.
    pub every: Duration,
    /// When it decides first; none if twins take turns.
    pub phase: Option<Duration>,
    /// What it can do.
    pub courses: Vec<Course>,
    /// Slots that have a value from the start: entries of its blackboard.
    pub board: Vec<(usize, f64)>,
}

/// What a contractor makes of missions, ready to be asked.
pub struct Taking {
    /// How many missions it has at once.
    pub at_once: usize,
    /// Whether what goes first breaks off what it is at.
    pub preempts: bool,
    /// Whether it takes a mission on.
    pub when: Option<Program>,
    /// What it bids; none if that is the distance.
    pub bid: Option<Program>,
    /// The first slot of what is known of a mission on offer.
    pub offer: usize,
    /// Whether the goal of a mission is reached, by its kind.
    pub goals: Vec<Option<Program>>,
}

/// What a member of groups thinks, ready to be asked.
pub struct Belonging {
    /// Of which kind of group, by its number.
    pub kind: u16,
    /// Whether it wants to belong to one.
    pub when: Option<Program>,
    /// What it thinks of what the group agrees on, in the order of the names.
    pub opinions: Vec<Option<Program>>,
}

/// Something that a twin knows, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// How conditions call it.
    pub name: String,
    /// Its slot.
    pub slot: usize,
    /// What it is.
    pub kind: Type,
    /// Where among the twin's times stands when it was seen, if it was.
    pub clock: Option<usize>,
    /// Whether it is something that it believes, and not something that it perceives.
    pub is_belief: bool,
}

/// The faculties of twins that are made alike.
#[derive(Default)]
pub struct Faculties {
    /// The sensors, each behind those that it follows from.
    pub instruments: Vec<Instrument>,
    /// What is asked of the world, and the slots of the answers.
    pub asks: Vec<(Ask, usize)>,
    /// The beliefs, each behind those that it follows from.
    pub notions: Vec<Notion>,
    /// The mind, if it has one.
    pub reason: Option<Reason>,
    /// What it makes of missions, if it takes any on.
    pub taking: Option<Taking>,
    /// What it thinks, if it belongs to groups.
    pub belonging: Option<Belonging>,
    /// How many slots there are.
    pub slots: usize,
    /// How many times are noted.
    pub clocks: usize,
    /// What conditions can name.
    pub names: Vec<Named>,
    /// How far its sensors of proximity reach at most: metres.
    pub reach: f64,
}

impl Faculties {
    /// How many turns its mind has had up to a moment.
    pub fn beat(&self, twin: TwinId, now: Time, tick: Option<Duration>) -> u32 {
        let Some(reason) = &self.reason else { return 0 };
        let every = reason.every.nanos().max(1);
        let phase = reason.phase.map_or_else(|| turn_of(twin, every, tick), Duration::nanos);
        if now.nanos() < phase { 0 } else { ((now.nanos() - phase) / every + 1) as u32 }
    }

    /// When its mind decides first after a moment: at whole periods, shifted so that not all twins do at once.
    pub fn next_decision(&self, twin: TwinId, after: Time, tick: Option<Duration>) -> Time {
        let Some(reason) = &self.reason else { return Time::NEVER };
        let every = reason.every.nanos().max(1);
        let phase = reason.phase.map_or_else(|| turn_of(twin, every, tick), Duration::nanos);
        if after.nanos() < phase {
            return Time::from_nanos(phase);
        }
        let passed = (after.nanos() - phase) / every + 1;
        Time::from_nanos(phase.saturating_add(every.saturating_mul(passed)))
    }
}

/// Into how many turns a period is divided at most where nothing ticks.
const TURNS: i64 = 32;

/// When a twin's turn comes within a period: at whole ticks, so that no more steps are taken than there are ticks.
fn turn_of(twin: TwinId, every: i64, tick: Option<Duration>) -> i64 {
    let slot = tick.map_or(every / TURNS, Duration::nanos).max(1);
    let turns = (every / slot).max(1);
    (twin.0 % turns as u64) as i64 * slot
}

/// All faculties: by the number of the make; and by id, which make a twin is of. A cache. Cheap to clone, for whoever changes the
/// world meanwhile.
#[derive(Resource, Clone, Default)]
pub struct FacultyTable {
    /// The different makes.
    pub makes: Arc<Vec<Faculties>>,
    make_of: Arc<Vec<u32>>,
    /// How far the sensors of proximity of all twins reach at most: metres.
    pub reach: f64,
    /// Whether anybody asks where others are.
    pub asks_for_places: bool,
    /// Whether anybody looks ahead.
    pub foresees: bool,
}

const NONE: u32 = u32::MAX;

impl FacultyTable {
    /// The faculties of a twin.
    pub fn of(&self, twin: TwinId) -> Option<&Faculties> {
        self.makes.get(*self.make_of.get(twin.0 as usize)? as usize)
    }
}

/// Notes which make a twin is of.
fn assign(make_of: &mut Vec<u32>, twin: TwinId, make: usize) {
    let id = twin.0 as usize;
    if make_of.len() <= id {
        make_of.resize(id + 1, NONE);
    }
    make_of[id] = make as u32;
}

/// Something that is wrong with how a twin's sensors, beliefs, mind or quantities are written.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Whose.
    pub twin: TwinId,
    /// The way to it: the name of the part, then of fields, entries and items.
    pub way: Vec<String>,
    /// Where in an expression, in bytes.
    pub place: Option<Range<usize>>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

/// The faults that were found when the faculties were made last.
#[derive(Resource, Clone, Default)]
pub struct Faults(pub Vec<Fault>);

/// Makes the faculties and the equations of all twins anew.
pub fn rebuild(world: &mut World) {
    let mut faults = Vec::new();
    let flows = equations::compile(world, &mut faults);
    world.insert_resource(flows);
    let table = compile::compile(world, &mut faults);
    world.insert_resource(if table.reach > 0.0 { Reach(table.reach) } else { Reach::default() });
    world.insert_resource(table);
    world.insert_resource(Faults(faults));
}

/// Twins that are made alike, by the parts that they are made of. A way to compile each make once.
struct Makes<K> {
    numbers: BTreeMap<K, usize>,
}

impl<K: Ord> Makes<K> {
    fn new() -> Makes<K> {
        Makes { numbers: BTreeMap::new() }
    }

    /// The number of a make, and whether it is a new one.
    fn number(&mut self, key: K) -> (usize, bool) {
        let next = self.numbers.len();
        let number = *self.numbers.entry(key).or_insert(next);
        (number, number == next)
    }
}
