//! Compiles sensors, beliefs and minds.

mod actions;
mod beliefs;
mod contractor;
mod member;
mod minds;
mod sensors;

use std::collections::{BTreeMap, BTreeSet};

use bevy_ecs::archetype::{Archetype, ArchetypeId};
use bevy_ecs::prelude::{Query, Res, World};
use bevy_ecs::system::SystemState;

use super::words::{Ground, Words};
use super::{Ask, Faculties, FacultyTable, Fault, Makes, assign};
use crate::engine::clock::Clock;
use crate::engine::command::{self, Command, CommandKinds, Value};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;
use crate::twin::actions::command::given_by;
use crate::twin::actions::{ActionKinds, ActionSpec};
use crate::twin::beliefs::classifier::Classifiers;
use crate::twin::beliefs::{BeliefKinds, BeliefSpec, Beliefs};
use crate::twin::expression::{self, ExpressionError, Program};
use crate::twin::groups::kind::{Belongs, GroupKinds, MemberSpec};
use crate::twin::minds::{MindKinds, MindPart, MindSpec};
use crate::twin::missions::duties::{ContractorSpec, Takes};
use crate::twin::missions::kind::MissionKinds;
use crate::twin::quantities::Quantities;
use crate::twin::readable::common::Commons;
use crate::twin::readable::{Readable, Seen};
use crate::twin::sensors::imperfection::Measured;
use crate::twin::sensors::{SensorKinds, SensorSpec, Sensors};
use crate::twin::source::Source;
use crate::twin::who::{Gone, Population, TwinSet};
use crate::world::fields::{FieldMap, Fields};

/// A twin and what decides of which make it is.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub id: TwinId,
    archetype: ArchetypeId,
    mind: Option<&'a MindSpec>,
}

/// What a make is recognised by: the parts that its twins have, and those parts that they share.
pub(super) type Key = (usize, [usize; 7]);

fn address<T>(part: Option<&T>) -> usize {
    part.map_or(0, |part| std::ptr::from_ref(part) as usize)
}

impl Made<'_> {
    /// The key of those that have the same parts and share that one.
    pub fn key<T>(&self, part: &T) -> Key {
        (self.archetype.index(), [address(Some(part)), address(self.mind), 0, 0, 0, 0, 0])
    }

    /// The names of its activities: of each course, and of each action.
    pub fn activities(&self) -> BTreeMap<String, Vec<(u16, u16)>> {
        let mut activities: BTreeMap<String, Vec<(u16, u16)>> = BTreeMap::new();
        for (course, written) in (0..).zip(self.mind.map(MindSpec::courses).unwrap_or_default()) {
            for (step, action) in (0..).zip(written.actions) {
                let mut named = vec![action.label(), written.name];
                named.dedup();
                named.into_iter().for_each(|name| activities.entry(name.to_owned()).or_default().push((course, step)));
            }
        }
        activities
    }
}

type Twins<'w, 's> = Query<'w, 's, (&'static TwinId, &'static Archetype, Option<&'static MindPart>)>;

type Names<'w> = (
    Res<'w, Directory>,
    Res<'w, Population>,
    Res<'w, Gone>,
    Res<'w, Readable>,
    Res<'w, Commons>,
    Res<'w, FieldMap>,
    Res<'w, Fields>,
    Res<'w, MissionKinds>,
    Res<'w, GroupKinds>,
);

/// Calls `work` with what there is to be named, all twins by id, and the names of the fields.
pub(super) fn with_ground<R>(world: &mut World, work: impl FnOnce(Ground, Vec<Made>, &[String]) -> R) -> R {
    let mut state: SystemState<(Names, Query<Seen>, Twins)> = SystemState::new(world);
    let ((directory, population, gone, readable, commons, map, fields, missions, groups), seen, twins) =
        state.get(world).expect("what twins need is there");
    let parts = |twin: TwinId| seen.get(directory.entity(twin)?).ok();
    let ground = Ground {
        directory: &directory,
        population: &population,
        gone: &gone,
        readable: &readable,
        commons: &commons,
        fields: &map,
        missions: &missions,
        groups: &groups,
        parts: &parts,
    };
    let mut made: Vec<Made> = twins
        .iter()
        .map(|(id, archetype, mind)| Made { id: *id, archetype: archetype.id(), mind: mind.map(|mind| &*mind.0) })
        .collect();
    made.sort_unstable_by_key(|made| made.id);
    let names: Vec<String> = fields.0.keys().cloned().collect();
    work(ground, made, &names)
}

/// What Rust programs and domains bring.
struct Kinds<'a> {
    sensors: &'a SensorKinds,
    beliefs: &'a BeliefKinds,
    minds: &'a MindKinds,
    actions: &'a ActionKinds,
    classifiers: &'a Classifiers,
    tick: Option<Duration>,
}

/// The faculties of all twins.
pub(super) fn compile(world: &mut World, faults: &mut Vec<Fault>) -> FacultyTable {
    let kinds = (
        world.get_resource_or_init::<SensorKinds>().clone(),
        world.get_resource_or_init::<BeliefKinds>().clone(),
        world.get_resource_or_init::<MindKinds>().clone(),
        world.get_resource_or_init::<ActionKinds>().clone(),
        world.get_resource_or_init::<Classifiers>().clone(),
    );
    let kinds = Kinds {
        sensors: &kinds.0,
        beliefs: &kinds.1,
        minds: &kinds.2,
        actions: &kinds.3,
        classifiers: &kinds.4,
        tick: world.resource::<Clock>().tick.map(|tick| tick.every),
    };
    let mut table = with_ground(world, |ground, twins, fields| {
        let (mut made, mut make_of) = (Vec::new(), Vec::new());
        let mut makes = Makes::new();
        let given = given(&ground);
        for twin in twins {
            let Some(parts) = (ground.parts)(twin.id) else { continue };
            let (sensors, beliefs, mind) = (parts.get::<Sensors>(), parts.get::<Beliefs>(), parts.get::<MindPart>());
            let (contractor, member) = (parts.get::<ContractorSpec>(), parts.get::<MemberSpec>());
            let talks = contractor.is_some() || member.is_some();
            if sensors.is_none() && beliefs.is_none() && mind.is_none() && !talks {
                continue;
            }
            let given = contractor.map_or(0, |_| given(twin.id));
            let shared = [
                address(sensors.map(|part| &*part.0)),
                address(beliefs.map(|part| &*part.0)),
                address(mind.map(|part| &*part.0)),
                address(parts.get::<Quantities>().map(|part| &*part.0)),
                address(contractor.map(|part| &*part.0)),
                given as usize,
                address(member.map(|part| &*part.0)),
            ];
            let (number, is_new) = makes.number((twin.archetype.index(), shared));
            if is_new {
                let maker = Maker::new(ground, &twin, fields, &kinds, faults);
                let takes = contractor.map(|part| (&*part.0, given));
                made.push(maker.make(sensors, beliefs, mind, takes, member.map(|part| &*part.0)));
            }
            assign(&mut make_of, twin.id, number);
        }
        FacultyTable { makes: made.into(), make_of: make_of.into(), ..FacultyTable::default() }
    });
    table.reach = table.makes.iter().map(|make| make.reach).fold(0.0, f64::max);
    let foresees = |make: &Faculties| make.reason.as_ref().is_some_and(|reason| reason.mind.foresight().is_some());
    table.foresees = table.makes.iter().any(foresees);
    table.asks_for_places = table.reach > 0.0 || table.makes.iter().any(asks_for_places);
    check_commands(world, faults);
    table
}

/// Which kinds of missions a twin may be given: a bit each.
fn given(ground: &Ground) -> impl Fn(TwinId) -> u64 + use<> {
    let sets: Vec<TwinSet> = ground
        .missions
        .0
        .values()
        .map(|kind| TwinSet::new(ground.population.find(ground.directory, &kind.to)))
        .collect();
    move |twin| (0..64).zip(&sets).map(|(number, set)| u64::from(set.contains(twin)) << number).sum()
}

/// Whether somebody asks where others are.
fn asks_for_places(make: &Faculties) -> bool {
    let asks = |ask: &(Ask, usize)| matches!(ask.0, Ask::World(Source::Distance(_) | Source::Bearing(_)));
    make.asks.iter().any(asks)
}

/// Makes the faculties of one twin, and notes what is wrong.
struct Maker<'g, 'm> {
    words: Words<'g, 'm>,
    kinds: &'m Kinds<'m>,
    faults: &'m mut Vec<Fault>,
    made: Faculties,
    /// Which sensors each slot depends on.
    depends: BTreeMap<usize, u64>,
}

/// What is written when something is wrong, so that all else can be looked at too.
fn unknown() -> Program {
    Program::default()
}

impl<'g, 'm> Maker<'g, 'm> {
    fn new(
        ground: Ground<'g>,
        twin: &Made,
        fields: &'m [String],
        kinds: &'m Kinds<'m>,
        faults: &'m mut Vec<Fault>,
    ) -> Maker<'g, 'm> {
        let mut words = Words::new(ground, twin.id, fields, 0);
        words.activities = twin.activities();
        Maker { words, kinds, faults, made: Faculties::default(), depends: BTreeMap::new() }
    }

    fn make(
        mut self,
        sensors: Option<&Sensors>,
        beliefs: Option<&Beliefs>,
        mind: Option<&MindPart>,
        takes: Option<(&Takes, u64)>,
        belongs: Option<&Belongs>,
    ) -> Faculties {
        let sensors = sensors.map(|sensors| &*sensors.0);
        let beliefs = beliefs.map(|beliefs| &*beliefs.0);
        self.refuse_second_names(sensors, beliefs);
        if let Some(sensors) = sensors {
            self.sensors(sensors);
        }
        if let Some(beliefs) = beliefs {
            self.beliefs(beliefs);
        }
        if let Some((takes, given)) = takes {
            self.contractor(takes, given);
        }
        if let Some(belongs) = belongs {
            self.member(belongs);
        }
        if let Some(mind) = mind {
            self.mind(&mind.0);
        }
        self.made.asks = std::mem::take(&mut self.words.asks);
        self.made.names.extend(self.words.answers());
        self.made.slots = self.words.slots;
        self.spare();
        self.made
    }

    /// Tells sensors which of their outputs no expression has named.
    fn spare(&mut self) {
        let read = &self.words.read;
        for instrument in &mut self.made.instruments {
            let slots = instrument.slot..instrument.slot + instrument.outputs.len();
            let is_read: Vec<bool> = slots.map(|slot| read.contains(&slot)).collect();
            if let Measured::World(sensor) = &mut instrument.measured {
                let spared: Vec<usize> = sensor.spare(&is_read).into_iter().map(|n| instrument.slot + n).collect();
                self.made.names.retain(|named| !spared.contains(&named.slot));
            }
        }
    }

    fn fault(&mut self, way: &[&str], message: impl Into<String>, help: impl Into<String>) {
        let way = way.iter().map(|step| (*step).to_owned()).collect();
        let (message, help) = (message.into(), Some(help.into()));
        self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
    }

    fn unfit(&mut self, way: &[&str], unfit: expression::Unfit) {
        let way = way.iter().map(|step| (*step).to_owned()).collect();
        let expression::Unfit { message, help } = unfit;
        self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
    }

    fn wrong(&mut self, way: Vec<String>, error: ExpressionError) {
        let ExpressionError { place, message, help } = error;
        self.faults.push(Fault { twin: self.words.twin, way, place: Some(place), message, help });
    }

    fn condition(&mut self, way: &[&str], text: &str) -> Program {
        expression::condition(text, &mut self.words).unwrap_or_else(|error| {
            self.wrong(way.iter().map(|step| (*step).to_owned()).collect(), error);
            unknown()
        })
    }

    fn quantity(&mut self, way: &[&str], text: &str) -> Program {
        expression::quantity(text, &mut self.words).unwrap_or_else(|error| {
            self.wrong(way.iter().map(|step| (*step).to_owned()).collect(), error);
            unknown()
        })
    }

    fn clock(&mut self) -> usize {
        self.made.clocks += 1;
        self.made.clocks - 1
    }

    /// Percepts, beliefs and quantities of one twin cannot share a name: nobody would know which is meant.
    fn refuse_second_names(
        &mut self,
        sensors: Option<&BTreeMap<String, SensorSpec>>,
        beliefs: Option<&BTreeMap<String, BeliefSpec>>,
    ) {
        let own = (self.words.ground.parts)(self.words.twin).and_then(|parts| parts.get::<Quantities>());
        let quantities: Vec<&String> = own.iter().flat_map(|quantities| quantities.0.keys()).collect();
        for name in sensors.into_iter().flat_map(BTreeMap::keys) {
            if quantities.contains(&name) {
                let message = format!("a sensor and a quantity are both called `{name}`");
                self.fault(&["sensors", name], message, "call the sensor otherwise, for example after what it is");
            }
        }
        for name in beliefs.into_iter().flat_map(BTreeMap::keys) {
            if quantities.contains(&name) || sensors.is_some_and(|sensors| sensors.contains_key(name)) {
                let message = format!("a belief and a sensor or quantity are both called `{name}`");
                self.fault(&["beliefs", name], message, "call the belief otherwise");
            }
        }
    }

    // ---- sensors ----------------------------------------------------------------------------------------------------
}

const PLACE: &str = "give it one, such as place: At(x: 4, y: 2)";

/// Names in an order in which each comes behind those that its expressions name; and those for which there is none.
struct Ordered<'n> {
    order: Vec<&'n str>,
    circle: Vec<&'n str>,
}

fn in_order<'n>(mut items: Vec<(&'n str, Vec<&str>)>) -> Ordered<'n> {
    let mut ordered = Ordered { order: Vec::new(), circle: Vec::new() };
    while !items.is_empty() {
        let names: Vec<&str> = items.iter().map(|(name, _)| *name).collect();
        let waits = |(_, texts): &(&str, Vec<&str>)| {
            let mentioned = texts.iter().flat_map(|text| expression::names(text));
            mentioned.into_iter().any(|mentioned| {
                names.iter().any(|name| {
                    mentioned == *name || mentioned.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
                })
            })
        };
        let (later, now): (Vec<_>, Vec<_>) = items.into_iter().partition(waits);
        if now.is_empty() {
            ordered.circle.extend(later.iter().map(|(name, _)| *name));
            return ordered;
        }
        ordered.order.extend(now.iter().map(|(name, _)| *name));
        items = later;
    }
    ordered
}

fn circle(name: &str) -> String {
    format!("`{name}` follows from itself, directly or by way of others")
}

fn command_of(action: &str, twin: Option<&String>, with: &BTreeMap<String, Value>) -> Command {
    Command {
        at: Duration::ZERO,
        action: action.to_owned(),
        twin: twin.cloned(),
        cause: String::new(),
        with: with.clone(),
    }
}

/// Commands that minds may give are checked as those from outside are.
fn check_commands(world: &mut World, faults: &mut Vec<Fault>) {
    if !world.contains_resource::<CommandKinds>() {
        return;
    }
    let mut twins = world.query::<(&TwinId, &MindPart)>();
    let mut seen = BTreeSet::new();
    let mut orders = Vec::new();
    for (twin, mind) in twins.iter(world) {
        let is_new = seen.insert(address(Some(&*mind.0)));
        for course in mind.0.courses() {
            for (number, action) in course.actions.iter().enumerate() {
                let ActionSpec::Command { action, twin: about, with } = action else { continue };
                // What is about the twin itself can be right for one and wrong for another of the same mind.
                if !is_new && about.is_some() {
                    continue;
                }
                let command = command_of(action, about.as_ref(), with);
                let way = std::iter::once("mind".to_owned()).chain(course.way.clone()).chain([number.to_string()]);
                orders.push((*twin, way.collect::<Vec<_>>(), command));
            }
        }
    }
    orders.sort_by_key(|(twin, ..)| *twin);
    for (twin, way, command) in orders {
        if let Err(message) = command::check(world, &given_by(world, twin, &command)) {
            let help = Some("`autotwin parts` lists the commands".to_owned());
            faults.push(Fault { twin, way, place: None, message, help });
        }
    }
}
