//! Compiles sensors, beliefs and minds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bevy_ecs::archetype::{Archetype, ArchetypeId};
use bevy_ecs::prelude::{Query, Res, World};
use bevy_ecs::system::SystemState;

use super::words::{Facts, Ground, Words};
use super::{
    ASKED, Ask, Course, Faculties, FacultyTable, Fault, MOST_INPUTS, MOST_SENSORS, Makes, Named, Notion, Reason, Step,
    assign,
};
use crate::engine::clock::Clock;
use crate::engine::command::{self, Command, CommandKinds, Value};
use crate::engine::distribution::Law;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::Purpose;
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;
use crate::twin::actions::claim::Claim;
use crate::twin::actions::command::{Order, given_by};
use crate::twin::actions::go::{Go, Goal};
use crate::twin::actions::note::Note;
use crate::twin::actions::say::Say;
use crate::twin::actions::set::Assignments;
use crate::twin::actions::undertake::Undertaking;
use crate::twin::actions::{Action, ActionKinds, ActionSpec, Target};
use crate::twin::beliefs::classifier::{Classifier, Classifiers};
use crate::twin::beliefs::cusum::Cusum;
use crate::twin::beliefs::ewma::Ewma;
use crate::twin::beliefs::holt::Holt;
use crate::twin::beliefs::kalman::Kalman;
use crate::twin::beliefs::last::Last;
use crate::twin::beliefs::remaining_life::RemainingLife;
use crate::twin::beliefs::seasonal::Seasonal;
use crate::twin::beliefs::z_score::ZScore;
use crate::twin::beliefs::{Belief, BeliefKinds, BeliefSpec, Beliefs, Fading};
use crate::twin::expression::{self, ExpressionError, Program, Symbol, Type};
use crate::twin::minds::planner::{CompiledGoal, CompiledOperator, Planner};
use crate::twin::minds::rules::{CompiledRule, Rules};
use crate::twin::minds::tree::{DEEPEST, Tree, TreeSpec, TreeWords};
use crate::twin::minds::utility::{CompiledChoice, Utility};
use crate::twin::minds::{Mind, MindKinds, MindPart, MindParts, MindSpec};
use crate::twin::quantities::Quantities;
use crate::twin::readable::common::Commons;
use crate::twin::readable::{Readable, Seen};
use crate::twin::sensors::contact::Contact;
use crate::twin::sensors::gauge::Gauge;
use crate::twin::sensors::imperfection::{Cost, Errors, Instrument, Measured, Wander};
use crate::twin::sensors::inbox::InboxSensor;
use crate::twin::sensors::proximity::Proximity;
use crate::twin::sensors::{Measures, Output, Sensor, SensorKinds, SensorSpec, Sensors};
use crate::twin::source::Source;
use crate::twin::who::{Gone, Population};
use crate::world::fields::{FieldMap, Fields};
use crate::world::physics::Body;
use crate::world::travel::Drive;

/// A twin and what decides of which make it is.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    pub id: TwinId,
    archetype: ArchetypeId,
    mind: Option<&'a MindSpec>,
}

/// What a make is recognised by: the parts that its twins have, and those parts that they share.
pub(super) type Key = (usize, [usize; 4]);

fn address<T>(part: Option<&T>) -> usize {
    part.map_or(0, |part| std::ptr::from_ref(part) as usize)
}

impl Made<'_> {
    /// The key of those that have the same parts and share that one.
    pub fn key<T>(&self, part: &T) -> Key {
        (self.archetype.index(), [address(Some(part)), address(self.mind), 0, 0])
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
);

/// Calls `work` with what there is to be named, all twins by id, and the names of the fields.
pub(super) fn with_ground<R>(world: &mut World, work: impl FnOnce(Ground, Vec<Made>, &[String]) -> R) -> R {
    let mut state: SystemState<(Names, Query<Seen>, Twins)> = SystemState::new(world);
    let ((directory, population, gone, readable, commons, map, fields), seen, twins) =
        state.get(world).expect("what twins need is there");
    let parts = |twin: TwinId| seen.get(directory.entity(twin)?).ok();
    let ground = Ground {
        directory: &directory,
        population: &population,
        gone: &gone,
        readable: &readable,
        commons: &commons,
        fields: &map,
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
        for twin in twins {
            let Some(parts) = (ground.parts)(twin.id) else { continue };
            let (sensors, beliefs, mind) = (parts.get::<Sensors>(), parts.get::<Beliefs>(), parts.get::<MindPart>());
            if sensors.is_none() && beliefs.is_none() && mind.is_none() {
                continue;
            }
            let shared = [
                address(sensors.map(|part| &*part.0)),
                address(beliefs.map(|part| &*part.0)),
                address(mind.map(|part| &*part.0)),
                address(parts.get::<Quantities>().map(|part| &*part.0)),
            ];
            let (number, is_new) = makes.number((twin.archetype.index(), shared));
            if is_new {
                let maker = Maker::new(ground, &twin, fields, &kinds, faults);
                made.push(maker.make(sensors, beliefs, mind));
            }
            assign(&mut make_of, twin.id, number);
        }
        FacultyTable { makes: made.into(), make_of: make_of.into(), ..FacultyTable::default() }
    });
    table.reach = table.makes.iter().map(|make| make.reach).fold(0.0, f64::max);
    table.asks_for_places = table.reach > 0.0 || table.makes.iter().any(asks_for_places);
    check_commands(world, faults);
    table
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

    fn make(mut self, sensors: Option<&Sensors>, beliefs: Option<&Beliefs>, mind: Option<&MindPart>) -> Faculties {
        let sensors = sensors.map(|sensors| &*sensors.0);
        let beliefs = beliefs.map(|beliefs| &*beliefs.0);
        self.refuse_second_names(sensors, beliefs);
        if let Some(sensors) = sensors {
            self.sensors(sensors);
        }
        if let Some(beliefs) = beliefs {
            self.beliefs(beliefs);
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

    fn sensors(&mut self, sensors: &BTreeMap<String, SensorSpec>) {
        if sensors.len() > MOST_SENSORS {
            self.fault(
                &["sensors"],
                format!("a twin has at most {MOST_SENSORS} sensors"),
                "spread them over two twins",
            );
            return;
        }
        let is_formula = |spec: &SensorSpec| matches!(spec.measures, Measures::Formula { .. });
        for (name, spec) in sensors.iter().filter(|(_, spec)| !is_formula(spec)) {
            if let Some(sensor) = self.sensor(name, spec) {
                let outputs = sensor.outputs();
                self.instrument(name, spec, Measured::World(sensor), outputs);
            }
        }
        // Formulas come behind what they follow from.
        let formulas = sensors.iter().filter(|(_, spec)| is_formula(spec));
        let texts = formulas.filter_map(|(name, spec)| match &spec.measures {
            Measures::Formula { of } => Some((name.as_str(), vec![of.as_str()])),
            _ => None,
        });
        let order = in_order(texts.collect());
        for name in &order.circle {
            self.fault(&["sensors", name, "measures", "of"], circle(name), "leave one of the names out");
        }
        for name in order.order {
            let spec = &sensors[name];
            let Measures::Formula { of } = &spec.measures else { continue };
            let compiled = expression::compile(of, &mut self.words);
            match compiled {
                Ok((program, kind)) => {
                    let output = Output { name: "", is_analog: kind == Type::Number, kind };
                    self.instrument(name, spec, Measured::Formula(program), vec![output]);
                }
                Err(error) => self.wrong(["sensors", name, "measures", "of"].map(str::to_owned).to_vec(), error),
            }
        }
    }

    /// What a sensor measures. None if that makes no sense, which is noted.
    fn sensor(&mut self, name: &str, spec: &SensorSpec) -> Option<Box<dyn Sensor>> {
        let way = |last: &'static str| ["sensors", name, "measures", last];
        let ground = self.words.ground;
        let twin = self.words.twin;
        match &spec.measures {
            Measures::Proximity { range, field_of_view_deg, direction_deg, of, occluded, height } => {
                self.made.reach = self.made.reach.max(*range);
                if !self.has_place() {
                    self.fault(
                        &["sensors", name],
                        format!("`{name}` cannot see anybody: its twin has no place"),
                        PLACE,
                    );
                }
                let of = self.set(&way("of"), of)?;
                Some(Box::new(Proximity {
                    range: *range,
                    half_angle: (field_of_view_deg / 2.0).to_radians(),
                    direction: direction_deg.to_radians(),
                    of,
                    is_occluded: *occluded,
                    height: *height,
                    tells_bearing: true,
                }))
            }
            Measures::Gauge { of, twin: other } => {
                let whose = match other {
                    None => twin,
                    Some(other) => match ground.population.named(ground.directory, other) {
                        Some(other) => other,
                        None => {
                            let (message, help) = ground.population.nobody(ground.directory, other);
                            self.fault(&way("twin"), message, help);
                            return None;
                        }
                    },
                };
                match ground.of_twin(whose, of, other.is_none()) {
                    Some((source, kind)) => {
                        let output = Output { name: "", is_analog: kind == Type::Number, kind };
                        Some(Box::new(Gauge { output, of: source }))
                    }
                    None => {
                        self.unfit(&way("of"), ground.lacks(whose, of));
                        None
                    }
                }
            }
            Measures::Field { of } => {
                if !self.has_place() {
                    self.fault(&["sensors", name], format!("`{name}` measures nothing: its twin has no place"), PLACE);
                }
                match ground.field(of, self.words.fields) {
                    Ok(field) => Some(Box::new(Gauge { output: Output::SINGLE, of: Source::Field(field) })),
                    Err(unfit) => {
                        self.unfit(&way("of"), unfit);
                        None
                    }
                }
            }
            Measures::Contact { of } => {
                if !(ground.parts)(twin).is_some_and(|parts| parts.contains::<Body>()) {
                    let help = "give it one, such as body: (shape: Ball(radius: 0.3))";
                    self.fault(&["sensors", name], format!("`{name}` feels nothing: its twin has no body"), help);
                }
                let of = self.set(&way("of"), of)?;
                Some(Box::new(Contact { of }))
            }
            Measures::Inbox { topic, value } => {
                Some(Box::new(InboxSensor { topic: topic.clone(), value: value.clone() }))
            }
            Measures::Formula { .. } => None,
            Measures::Custom { kind, with } => match self.kinds.sensors.0.get(kind.as_str()) {
                None => {
                    let known = self.kinds.sensors.0.keys().copied().collect();
                    self.unknown_kind(&way("kind"), "sensor", kind, known);
                    None
                }
                Some(make) => match make(with) {
                    Ok(sensor) => Some(sensor),
                    Err(why) => {
                        self.fault(&way("with"), why, format!("see what the sensor `{kind}` needs"));
                        None
                    }
                },
            },
        }
    }

    fn unknown_kind(&mut self, way: &[&str], what: &str, kind: &str, known: Vec<&str>) {
        let help = match nearest(kind, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("this program brings no {what} of its own"),
            None => format!("there are {}", known.join(", ")),
        };
        self.fault(way, format!("there is no kind of {what} called `{kind}`"), help);
    }

    fn has_place(&self) -> bool {
        let parts = (self.words.ground.parts)(self.words.twin);
        parts.is_some_and(|parts| parts.contains::<crate::world::position::Position>())
    }

    /// Whom several texts mean. None if one of them means nobody, which is noted.
    #[expect(
        clippy::option_option,
        reason = "the inner one says that all are meant, the outer one that something is wrong"
    )]
    fn set(&mut self, way: &[&str], who: &[String]) -> Option<Option<Arc<crate::twin::who::TwinSet>>> {
        match self.words.ground.find_all(who) {
            Ok(set) => Some(set),
            Err(unfit) => {
                self.unfit(way, unfit);
                None
            }
        }
    }

    fn instrument(&mut self, name: &str, spec: &SensorSpec, measured: Measured, outputs: Vec<Output>) {
        let number = self.made.instruments.len();
        let slot = self.words.take(outputs.len());
        let (next, seen) = (self.clock(), self.clock());
        let purpose = Purpose::new(name).mixed(Purpose::new("sensor"));
        // What follows from others, and what is told, is known as soon as it is there.
        let is_at_once = match &measured {
            Measured::Formula(_) => true,
            Measured::World(sensor) => sensor.listens_to().is_some(),
        };
        let default = self.kinds.tick.unwrap_or(Duration::from_secs(1));
        if spec.every.is_some_and(Duration::is_zero) {
            self.fault(&["sensors", name, "every"], "`every` should be more than 0", "write how often it measures");
        }
        if spec.fails.as_ref().is_some_and(|failing| failing.after.mean() <= 0.0) {
            let help = "write after how long it fails, such as Exponential(mean: \"40h\")";
            self.fault(&["sensors", name, "fails", "after"], "it would fail all the time", help);
        }
        let fails = spec.fails.clone().map(|failing| (failing, self.clock(), self.words.take(1)));
        if let (Some(low), Some(high)) = (spec.low, spec.high)
            && low > high
        {
            let message = format!("`low`, {low}, should not be above `high`, {high}");
            self.fault(&["sensors", name, "low"], message, "exchange them, or leave one of them out");
        }
        // Cycles without number would have to be gone through between two measurements.
        let cycle =
            spec.fails.as_ref().and_then(|failing| Some(failing.after.mean() + failing.repair.as_ref()?.mean()));
        if cycle.is_some_and(|cycle| cycle > 0.0 && cycle < SHORTEST_CYCLE) {
            let help =
                "write how long it works and how long it takes until it works again: hours, or at least milliseconds";
            self.fault(&["sensors", name, "fails"], "it would fail and work again more than 1000 times a second", help);
        }
        let wander = (spec.wander_per_hour > 0.0).then(|| {
            let (slot, clock) = (self.words.take(1), self.clock());
            Wander { per_hour: spec.wander_per_hour, slot, clock }
        });
        let costs = self.costs(name, &spec.costs);
        for (output, slot) in outputs.iter().zip(slot..) {
            let full = if output.name.is_empty() { name.to_owned() } else { format!("{name}.{}", output.name) };
            self.words.tell(full.clone(), Symbol { slot: slot as u32, kind: output.kind.clone() });
            self.words.seen.insert(full.clone(), seen);
            self.depends.insert(slot, 1 << number);
            let named = Named { name: full, slot, kind: output.kind.clone(), clock: Some(seen), is_belief: false };
            self.made.names.push(named);
        }
        self.words.seen.insert(name.to_owned(), seen);
        let is_late = *spec.latency.law() != Law::Constant(Duration::ZERO);
        self.made.instruments.push(Instrument {
            name: name.to_owned(),
            measured,
            outputs,
            slot,
            next,
            seen,
            every: spec.every.filter(|every| !every.is_zero()).or((!is_at_once).then_some(default)),
            phase: spec.phase,
            latency: is_late.then(|| spec.latency.clone()),
            errors: Errors {
                noise: spec.noise,
                bias: spec.bias,
                drift_per_hour: spec.drift_per_hour,
                resolution: spec.resolution,
                low: spec.low,
                high: spec.high,
            },
            wander,
            drop_out: spec.drop_out,
            fails,
            costs,
            purpose,
        });
    }

    fn costs(&mut self, name: &str, costs: &BTreeMap<String, f64>) -> Vec<Cost> {
        let mut paid = Vec::new();
        let own = (self.words.ground.parts)(self.words.twin).and_then(|parts| parts.get::<Quantities>());
        for (quantity, &much) in costs {
            let spec = own.and_then(|own| own.0.get(quantity));
            if spec.is_some_and(|spec| spec.value.is_some()) {
                let message = format!("`{quantity}` follows a formula, and cannot be spent");
                self.fault(
                    &["sensors", name, "costs", quantity],
                    message,
                    "name a quantity that its formula follows from",
                );
            }
            if !(much >= 0.0 && much.is_finite()) {
                let message = format!("a measurement should cost 0 or more, but costs {much}");
                self.fault(&["sensors", name, "costs", quantity], message, "write how much a measurement takes away");
            }
            match self.words.ground.quantity(self.words.twin, quantity) {
                Some(number) => {
                    let low = spec.and_then(|spec| spec.low).unwrap_or(0.0);
                    paid.push(Cost { quantity: number, much, low });
                }
                None => {
                    let message = format!("its twin has no quantity `{quantity}` that could be spent");
                    let help = format!("give it `quantities: {{\"{quantity}\": (start: 1)}}`");
                    self.fault(&["sensors", name, "costs"], message, help);
                }
            }
        }
        paid
    }

    // ---- beliefs ----------------------------------------------------------------------------------------------------

    fn beliefs(&mut self, beliefs: &BTreeMap<String, BeliefSpec>) {
        let texts = beliefs
            .iter()
            .map(|(name, spec)| (name.as_str(), spec.inputs().into_iter().map(|(_, text)| text).collect::<Vec<_>>()));
        let order = in_order(texts.collect());
        for name in &order.circle {
            self.fault(&["beliefs", name], circle(name), "leave one of the names out");
        }
        for name in order.order {
            self.belief(name, &beliefs[name]);
        }
    }

    fn belief(&mut self, name: &str, spec: &BeliefSpec) {
        let mut inputs = Vec::new();
        let mut kind = Type::Number;
        let is_formula = matches!(spec, BeliefSpec::Formula { .. });
        for (steps, text) in spec.inputs() {
            let compiled = expression::compile(text, &mut self.words);
            let way = || ["beliefs", name].map(str::to_owned).into_iter().chain(steps.clone()).collect();
            match compiled {
                Ok((program, found)) => {
                    // Yes and no are 1 and 0 to whoever estimates; words and twins are no quantities.
                    if !is_formula && !matches!(found, Type::Number | Type::Truth) {
                        let message = "a belief is of a quantity, or of what is true or false".to_owned();
                        let error = ExpressionError { place: 0..text.len(), message, help: None };
                        self.wrong(way(), error);
                    }
                    kind = found;
                    inputs.push(program);
                }
                Err(error) => {
                    self.wrong(way(), error);
                    inputs.push(unknown());
                }
            }
        }
        if inputs.len() > MOST_INPUTS {
            self.fault(&["beliefs", name], format!("a belief is of at most {MOST_INPUTS} things"), "leave some out");
            return;
        }
        let Some(belief) = self.estimator(name, spec) else { return };
        let says = belief.says();
        let first = self.words.take(says.len());
        let memory = self.words.take(belief.remembers());
        let clock = self.clock();
        let depends = inputs.iter().flat_map(Program::reads).map(|slot| self.depends_on(slot as usize));
        let depends = depends.fold(0, |all, one| all | one);
        for (said, slot) in says.iter().zip(first..) {
            let full = if said.name.is_empty() { name.to_owned() } else { format!("{name}.{}", said.name) };
            let kind = if is_formula { kind.clone() } else { said.kind.clone() };
            self.words.tell(full.clone(), Symbol { slot: slot as u32, kind: kind.clone() });
            self.words.seen.insert(full.clone(), clock);
            self.depends.insert(slot, depends);
            self.made.names.push(Named { name: full, slot, kind, clock: Some(clock), is_belief: true });
        }
        let (says, memory) = (first..first + says.len(), memory..memory + belief.remembers());
        self.made.notions.push(Notion { name: name.to_owned(), belief, inputs, says, memory, clock, depends });
    }

    /// The sensors that a slot depends on. What is asked of the world is new whenever the twin looks around.
    fn depends_on(&self, slot: usize) -> u64 {
        self.depends.get(&slot).copied().unwrap_or(ASKED)
    }

    /// The estimator. None if it makes no sense, which is noted.
    fn estimator(&mut self, name: &str, spec: &BeliefSpec) -> Option<Box<dyn Belief>> {
        Some(match spec {
            BeliefSpec::Last { .. } | BeliefSpec::Formula { .. } => Box::new(Last),
            BeliefSpec::Ewma { half_life, .. } => {
                if half_life.is_zero() {
                    self.fault(
                        &["beliefs", name, "half_life"],
                        "`half_life` should be more than 0",
                        "use `Last` for the newest value",
                    );
                    return None;
                }
                Box::new(Ewma::new(*half_life))
            }
            BeliefSpec::Kalman { noise, jerks, wanders, has_rate, .. } => {
                Box::new(Kalman { noise: noise * noise, jerks: *jerks, wanders: *wanders, has_rate: *has_rate })
            }
            BeliefSpec::Holt { level, trend, ahead, .. } => {
                Box::new(Holt { level: *level, trend: *trend, ahead: *ahead })
            }
            BeliefSpec::ZScore { half_life, first, .. } => {
                if half_life.is_some_and(Duration::is_zero) {
                    self.fault(
                        &["beliefs", name, "half_life"],
                        "`half_life` should be more than 0",
                        "leave it out for equal weights",
                    );
                    return None;
                }
                let fading = half_life.map(|half_life| Fading { half_life: half_life.seconds() });
                Box::new(ZScore { fading, first: *first })
            }
            BeliefSpec::Cusum { target, slack, limit, .. } => {
                Box::new(Cusum { target: *target, slack: *slack, limit: *limit })
            }
            BeliefSpec::RemainingLife { limit, window, exponential, .. } => {
                if *exponential && *limit <= 0.0 {
                    let help = "take `exponential` away, or measure what is always above 0";
                    self.fault(&["beliefs", name, "limit"], "a share of itself never grows to 0 or below", help);
                    return None;
                }
                Box::new(RemainingLife::new(*limit, *window as usize, *exponential))
            }
            BeliefSpec::Seasonal { period, parts, learns, ahead, .. } => {
                if period.is_zero() {
                    self.fault(
                        &["beliefs", name, "period"],
                        "`period` should be more than 0",
                        "write \"1d\" or \"1week\"",
                    );
                    return None;
                }
                Box::new(Seasonal { period: *period, parts: *parts as usize, learns: *learns, ahead: *ahead })
            }
            BeliefSpec::Classifier { model, features } => return self.classifier(name, model, features),
            BeliefSpec::Custom { kind, with, .. } => match self.kinds.beliefs.0.get(kind.as_str()) {
                None => {
                    let known = self.kinds.beliefs.0.keys().copied().collect();
                    self.unknown_kind(&["beliefs", name, "kind"], "belief", kind, known);
                    return None;
                }
                Some(make) => match make(with) {
                    Ok(belief) => belief,
                    Err(why) => {
                        self.fault(&["beliefs", name, "with"], why, format!("see what the belief `{kind}` needs"));
                        return None;
                    }
                },
            },
        })
    }

    fn classifier(&mut self, name: &str, model: &str, features: &BTreeMap<String, String>) -> Option<Box<dyn Belief>> {
        let known = &self.kinds.classifiers.0;
        let Some(found) = known.get(model) else {
            let help = match nearest(model, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => {
                    "train one with `autotwin train`, and include the file that it writes".to_owned()
                }
                None => format!("there are {}", known.keys().cloned().collect::<Vec<_>>().join(", ")),
            };
            self.fault(&["beliefs", name, "model"], format!("there is no classifier `{model}`"), help);
            return None;
        };
        let names: Vec<&str> = found.features.iter().map(|feature| feature.name.as_str()).collect();
        for feature in features.keys().filter(|feature| !names.contains(&feature.as_str())) {
            let help = match nearest(feature, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its features are `{}`", names.join("`, `")),
            };
            self.fault(&["beliefs", name, "features", feature], format!("the model has no feature `{feature}`"), help);
        }
        let place = |name: &&str| features.keys().position(|feature| feature == name);
        Some(Box::new(Classifier { model: found.clone(), order: names.iter().map(place).collect() }))
    }

    // ---- minds ------------------------------------------------------------------------------------------------------

    fn mind(&mut self, spec: &MindSpec) {
        let mut board = Vec::new();
        if let MindSpec::Tree { blackboard, .. } = spec {
            for (name, start) in blackboard {
                let slot = self.words.take(1);
                self.words.tell(name.clone(), Symbol { slot: slot as u32, kind: Type::Number });
                board.push((slot, *start));
            }
        }
        let courses = self.courses(spec);
        let Some(mind) = self.brain(spec, &board) else { return };
        let (every, phase) = spec.rhythm();
        if every.is_some_and(Duration::is_zero) {
            self.fault(&["mind", "every"], "`every` should be more than 0", "leave it out to decide at every tick");
        }
        let default = self.kinds.tick.unwrap_or(Duration::from_secs(1));
        let every = every.filter(|every| !every.is_zero()).unwrap_or(default);
        self.made.reason = Some(Reason { mind, every, phase, courses, board });
    }

    fn brain(&mut self, spec: &MindSpec, board: &[(usize, f64)]) -> Option<Box<dyn Mind>> {
        match spec {
            MindSpec::Rules { rules, .. } => {
                self.refuse_same_names("rules", rules.iter().map(|rule| rule.name.as_str()));
                let mut compiled = Vec::new();
                for (number, rule) in rules.iter().enumerate() {
                    let number = number.to_string();
                    let mut condition = |field: &str, text: &Option<String>| {
                        let text = text.as_ref()?;
                        Some((self.condition(&["mind", "rules", &number, field], text), text.clone()))
                    };
                    let (when, until) = (condition("when", &rule.when), condition("until", &rule.until));
                    compiled.push(CompiledRule {
                        name: rule.name.clone(),
                        when,
                        until,
                        priority: rule.priority,
                        cool_down: rule.cool_down,
                        at_least: rule.at_least,
                        finishes: rule.finishes,
                        once: rule.once,
                        acts: !rule.then.is_empty(),
                    });
                }
                Some(Box::new(Rules::new(compiled)))
            }
            MindSpec::Utility { choices, combine, inertia, least, pick, .. } => {
                self.refuse_same_names("choices", choices.iter().map(|choice| choice.name.as_str()));
                let mut compiled = Vec::new();
                for (number, choice) in choices.iter().enumerate() {
                    let number = number.to_string();
                    let considerations = choice.considerations.iter().enumerate().map(|(n, consideration)| {
                        let way = ["mind", "choices", &number, "considerations", &n.to_string(), "of"];
                        (self.number(&way, &consideration.of), consideration.curve, consideration.of.clone())
                    });
                    compiled.push(CompiledChoice {
                        name: choice.name.clone(),
                        considerations: considerations.collect(),
                        weight: choice.weight,
                        finishes: choice.finishes,
                        acts: !choice.then.is_empty(),
                    });
                }
                let (inertia, least) = (*inertia, *least);
                Some(Box::new(Utility { choices: compiled, combine: *combine, inertia, least, pick: *pick }))
            }
            MindSpec::Tree { root, .. } => self.tree(root, board),
            MindSpec::Planner { .. } => self.planner(spec),
            MindSpec::Custom { kind, asks, with, courses, .. } => {
                let compiled = asks.iter().map(|(name, text)| {
                    let way = ["mind", "asks", name.as_str()];
                    (name.as_str(), self.number(&way, text))
                });
                let asks: BTreeMap<&str, Program> = compiled.collect();
                let courses = courses.keys().map(String::as_str).zip(0..).collect();
                match self.kinds.minds.0.get(kind.as_str()) {
                    None => {
                        let known = self.kinds.minds.0.keys().copied().collect();
                        self.unknown_kind(&["mind", "kind"], "mind", kind, known);
                        None
                    }
                    Some(make) => match make(MindParts { courses, asks, with }) {
                        Ok(mind) => Some(mind),
                        Err(why) => {
                            self.fault(&["mind", "with"], why, format!("see what the mind `{kind}` needs"));
                            None
                        }
                    },
                }
            }
        }
    }

    /// A quantity, or something true or false as 1 or 0.
    fn number(&mut self, way: &[&str], text: &str) -> Program {
        match expression::compile(text, &mut self.words) {
            Ok((program, Type::Number | Type::Truth)) => program,
            // Says what is wrong with it.
            _ => self.quantity(way, text),
        }
    }

    fn refuse_same_names<'n>(&mut self, list: &str, names: impl Iterator<Item = &'n str>) {
        let mut seen = Vec::new();
        for (number, name) in names.enumerate() {
            if seen.contains(&name) {
                let message = format!("two of the {list} are called `{name}`");
                self.fault(&["mind", list, &number.to_string(), "name"], message, "give each a name of its own");
            }
            seen.push(name);
        }
    }

    fn tree(&mut self, root: &TreeSpec, board: &[(usize, f64)]) -> Option<Box<dyn Mind>> {
        if root.depth() > DEEPEST {
            self.fault(&["mind", "root"], format!("a tree is at most {DEEPEST} nodes deep"), "make it flatter");
            return None;
        }
        self.check_children(root, &mut vec!["mind".to_owned(), "root".to_owned()]);
        Some(Box::new(Tree::compile(
            root,
            &mut Board { maker: self, slots: board.iter().map(|(slot, _)| *slot).collect() },
        )))
    }

    /// Whether nodes have as many children as they want to succeed.
    fn check_children(&mut self, node: &TreeSpec, way: &mut Vec<String>) {
        if let TreeSpec::Parallel { success_count, failure_count, children } = node {
            for (field, count) in [("success_count", success_count), ("failure_count", failure_count)] {
                if *count > children.len() as i32 {
                    let message = format!("`{field}` is {count}, and there are only {} children", children.len());
                    let way: Vec<&str> = way.iter().map(String::as_str).chain([field]).collect();
                    self.fault(&way, message, "lower it; -1 stands for all children");
                }
            }
        }
        for (steps, child) in node.children() {
            let length = way.len();
            way.extend(steps);
            self.check_children(child, way);
            way.truncate(length);
        }
    }

    fn planner(&mut self, spec: &MindSpec) -> Option<Box<dyn Mind>> {
        let MindSpec::Planner { facts, operators, goals, most_states, .. } = spec else { return None };
        self.refuse_same_names("operators", operators.iter().map(|operator| operator.name.as_str()));
        let mut known = Vec::new();
        let mut names = Facts(Vec::new());
        for (name, text) in facts {
            match expression::compile(text, &mut self.words) {
                Ok((program, kind)) => {
                    names.0.push((name.clone(), kind));
                    known.push((name.clone(), program));
                }
                Err(error) => self.wrong(["mind", "facts", name].map(str::to_owned).to_vec(), error),
            }
        }
        let mut compiled = Vec::new();
        for (number, operator) in operators.iter().enumerate() {
            let number = number.to_string();
            let way = |field: &str| ["mind", "operators", &number, field].map(str::to_owned).to_vec();
            let needs = operator.needs.as_ref().map(|needs| {
                expression::condition(needs, &mut names).unwrap_or_else(|error| {
                    self.wrong(way("needs"), error);
                    unknown()
                })
            });
            let mut sets = Vec::new();
            for (fact, text) in &operator.sets {
                let steps: Vec<String> = way("sets").into_iter().chain([fact.clone()]).collect();
                let Some(place) = names.0.iter().position(|(name, _)| name == fact) else {
                    let help = match nearest(fact, names.0.iter().map(|(name, _)| name.as_str())) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "say under `facts` what it is now".to_owned(),
                    };
                    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
                    self.fault(&steps, format!("there is no fact `{fact}`"), help);
                    continue;
                };
                match expression::compile(text, &mut names) {
                    Ok((program, kind)) if kind == names.0[place].1 => sets.push((place, program)),
                    Ok(_) => {
                        let message = format!("this is something else than the fact `{fact}`");
                        let help = Some("a fact stays a number, or true or false".to_owned());
                        self.wrong(steps, ExpressionError { place: 0..text.len(), message, help });
                    }
                    Err(error) => self.wrong(steps, error),
                }
            }
            let cost = self.quantity(&["mind", "operators", &number, "cost"], &operator.cost);
            let acts = !operator.then.is_empty();
            compiled.push(CompiledOperator { name: operator.name.clone(), needs, sets, cost, acts });
        }
        let mut wanted = Vec::new();
        for (number, goal) in goals.iter().enumerate() {
            let number = number.to_string();
            let when = goal.when.as_ref().map(|when| self.condition(&["mind", "goals", &number, "when"], when));
            match expression::conjuncts(&goal.wants, &mut names) {
                Ok(parts) => wanted.push(CompiledGoal {
                    name: goal.name.clone(),
                    when,
                    wants: expression::condition(&goal.wants, &mut names).unwrap_or_default(),
                    parts,
                }),
                Err(error) => self.wrong(["mind", "goals", &number, "wants"].map(str::to_owned).to_vec(), error),
            }
        }
        let most_states = *most_states as usize;
        Some(Box::new(Planner { facts: known, operators: compiled, goals: wanted, most_states }))
    }

    // ---- actions ----------------------------------------------------------------------------------------------------

    fn courses(&mut self, spec: &MindSpec) -> Vec<Course> {
        let mut courses = Vec::new();
        for written in spec.courses() {
            let mut steps = Vec::new();
            for (number, action) in written.actions.iter().enumerate() {
                let way: Vec<String> =
                    std::iter::once("mind".to_owned()).chain(written.way.clone()).chain([number.to_string()]).collect();
                let claims = written.actions[..number].iter().any(|other| matches!(other, ActionSpec::Claim { .. }));
                if let Some(made) = self.action(action, &way, claims) {
                    steps.push(Step { label: action.label().to_owned(), action: made });
                }
            }
            courses.push(Course { name: written.name.to_owned(), steps });
        }
        courses
    }

    /// An action. None if it makes no sense, which is noted.
    fn action(&mut self, spec: &ActionSpec, way: &[String], has_claim: bool) -> Option<Box<dyn Action>> {
        let at = |fields: &[&str]| -> Vec<String> {
            way.iter().cloned().chain(fields.iter().map(|field| (*field).to_owned())).collect()
        };
        Some(match spec {
            ActionSpec::Wait { lasts } => {
                Box::new(Undertaking { takes: Some(lasts.clone()), ..Undertaking::default() })
            }
            ActionSpec::Go { to, speed, within } => {
                if !(self.words.ground.parts)(self.words.twin).is_some_and(|parts| parts.contains::<Drive>()) {
                    let help = "give it a part `drive`, such as drive: (speed: 1.2)";
                    self.fault_at(at(&[]), "its twin cannot move", help);
                    return None;
                }
                let to = self.goal(to, &at(&["to"]), has_claim)?;
                Box::new(Go { to, speed: *speed, within: *within })
            }
            ActionSpec::Claim { of, waits } => {
                let set = self.who(of, at(&["of"]))?;
                if !set.twins().iter().all(|twin| self.words.ground.is_service(*twin)) {
                    let message = format!("not all of `{of}` can be claimed");
                    self.fault_at(at(&["of"]), message, "give them a part `service`, such as service: (places: 1)");
                    return None;
                }
                Box::new(Claim { of: set, waits: *waits })
            }
            ActionSpec::Say { to, topic, values } => {
                let to = self.who(to, at(&["to"]))?;
                let values = values.iter().map(|(name, text)| (name.clone(), self.value(text, at(&["values", name]))));
                Box::new(Say { values: values.collect(), to, topic: topic.clone() })
            }
            ActionSpec::Set(sets) => Box::new(self.assignments(sets, way)),
            ActionSpec::Note { what, value } => {
                let value = value.as_ref().map(|text| self.value(text, at(&["value"])));
                Box::new(Note { what: what.clone(), value })
            }
            ActionSpec::Do { takes, until, fails, sets, .. } => {
                let until = until.as_ref().map(|text| {
                    expression::condition(text, &mut self.words).unwrap_or_else(|error| {
                        self.wrong(at(&["until"]), error);
                        unknown()
                    })
                });
                let sets = self.assignments(sets, &at(&["sets"]));
                Box::new(Undertaking { takes: takes.clone(), until, fails: *fails, sets })
            }
            ActionSpec::Command { action, twin, with } => Box::new(Order(command_of(action, twin.as_ref(), with))),
            ActionSpec::Custom { kind, with } => match self.kinds.actions.0.get(kind.as_str()) {
                None => {
                    let known: Vec<&str> = self.kinds.actions.0.keys().copied().collect();
                    let help = match nearest(kind, known.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if known.is_empty() => "this program brings no action of its own".to_owned(),
                        None => format!("there are {}", known.join(", ")),
                    };
                    self.fault_at(at(&["kind"]), format!("there is no kind of action called `{kind}`"), help);
                    return None;
                }
                Some(make) => match make(with) {
                    Ok(action) => action,
                    Err(why) => {
                        self.fault_at(at(&["with"]), why, format!("see what the action `{kind}` needs"));
                        return None;
                    }
                },
            },
        })
    }

    fn fault_at(&mut self, way: Vec<String>, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), Some(help.into()));
        self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
    }

    fn who(&mut self, who: &str, way: Vec<String>) -> Option<Arc<crate::twin::who::TwinSet>> {
        match self.words.ground.find(who) {
            Ok(set) => Some(set),
            Err(unfit) => {
                let expression::Unfit { message, help } = unfit;
                self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
                None
            }
        }
    }

    fn value(&mut self, text: &str, way: Vec<String>) -> Program {
        let way: Vec<&str> = way.iter().map(String::as_str).collect();
        self.number(&way, text)
    }

    fn goal(&mut self, target: &Target, way: &[String], has_claim: bool) -> Option<Goal> {
        Some(match target {
            Target::At { x, y, z } => Goal::At(*x, *y, *z),
            Target::Nearest(who) => Goal::Nearest(self.who(who, way.to_vec())?),
            Target::Any(who) => Goal::Any(self.who(who, way.to_vec())?),
            Target::Seen(sensor) => {
                let names = [format!("{sensor}.twin"), format!("{sensor}.from"), sensor.clone()];
                let found = names
                    .iter()
                    .find(|name| self.words.known.get(*name).is_some_and(|symbol| symbol.kind == Type::Twin));
                match found {
                    Some(name) => {
                        let (program, _) = expression::compile(name, &mut self.words).ok()?;
                        Goal::Seen(program)
                    }
                    None => {
                        let message = format!("no sensor `{sensor}` tells whom it sees");
                        let help = "name a sensor that measures `Proximity`, `Contact` or `Inbox`";
                        self.fault_at(way.to_vec(), message, help);
                        return None;
                    }
                }
            }
            Target::Claimed => {
                if !has_claim {
                    let help = "put an action `Claim` before it";
                    self.fault_at(way.to_vec(), "nothing has been claimed here", help);
                }
                Goal::Claimed
            }
            Target::Point((x, y)) => {
                let part = |n: &str| way.iter().cloned().chain([n.to_owned()]).collect::<Vec<_>>();
                Goal::Point(self.value(x, part("0")), self.value(y, part("1")))
            }
        })
    }

    fn assignments(&mut self, sets: &BTreeMap<String, String>, way: &[String]) -> Assignments {
        let mut compiled = Vec::new();
        let twin = self.words.twin;
        for (name, text) in sets {
            let at: Vec<String> = way.iter().cloned().chain([name.clone()]).collect();
            let quantities = (self.words.ground.parts)(twin).and_then(|parts| parts.get::<Quantities>());
            let spec = quantities.and_then(|quantities| quantities.0.get(name));
            match (self.words.ground.quantity(twin, name), spec) {
                (Some(_), Some(spec)) if spec.value.is_some() => {
                    let help = "set what it follows from, or take its `value` away";
                    self.fault_at(at, format!("`{name}` follows a formula, and cannot be set"), help);
                }
                (Some(number), _) => compiled.push((number, self.value(text, at))),
                (None, _) => {
                    let expression::Unfit { message, help } = self.words.ground.lacks(twin, name);
                    self.faults.push(Fault { twin, way: at, place: None, message, help });
                }
            }
        }
        Assignments(compiled)
    }
}

/// How long it takes at least on average until a sensor fails again: seconds.
const SHORTEST_CYCLE: f64 = 1e-3;
const PLACE: &str = "give it one, such as place: At(x: 4, y: 2)";

/// Compiles what stands in a behaviour tree.
struct Board<'b, 'g, 'm> {
    maker: &'b mut Maker<'g, 'm>,
    slots: Vec<usize>,
}

impl TreeWords for Board<'_, '_, '_> {
    fn condition(&mut self, way: &[String], text: &str) -> Program {
        let way: Vec<&str> = ["mind", "root"].into_iter().chain(way.iter().map(String::as_str)).collect();
        self.maker.condition(&way, text)
    }

    fn entry(&mut self, way: &[String], name: &str, text: &str) -> (usize, Program) {
        let way: Vec<&str> = ["mind", "root"].into_iter().chain(way.iter().map(String::as_str)).collect();
        let program = self.maker.number(&way, text);
        let slot = self.maker.words.known.get(name).map(|symbol| symbol.slot as usize);
        match slot.filter(|slot| self.slots.contains(slot)) {
            Some(slot) => (slot, program),
            None => {
                let message = format!("the blackboard has no entry `{name}`");
                self.maker.fault(&way, message, format!("write blackboard: {{\"{name}\": 0}}"));
                // A slot of its own, that nobody reads.
                (self.maker.words.take(1), program)
            }
        }
    }
}

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
