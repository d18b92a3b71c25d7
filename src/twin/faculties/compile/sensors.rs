//! Compiles sensors.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{MOST_SENSORS, Named};
use super::{Maker, PLACE, circle, in_order};
use crate::engine::distribution::Law;
use crate::engine::random::Purpose;
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;
use crate::twin::expression::{self, Symbol, Type};
use crate::twin::quantities::Quantities;
use crate::twin::sensors::contact::Contact;
use crate::twin::sensors::gauge::Gauge;
use crate::twin::sensors::imperfection::{Cost, Errors, Fault, Instrument, Measured, Wander};
use crate::twin::sensors::inbox::InboxSensor;
use crate::twin::sensors::proximity::Proximity;
use crate::twin::sensors::{Measures, Output, Sensor, SensorSpec};
use crate::twin::source::Source;
use crate::world::physics::Body;

/// How long it takes at least on average until a sensor fails again: seconds.
const SHORTEST_CYCLE: f64 = 1e-3;

impl Maker<'_, '_> {
    pub(super) fn sensors(&mut self, sensors: &BTreeMap<String, SensorSpec>) {
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
    pub(super) fn sensor(&mut self, name: &str, spec: &SensorSpec) -> Option<Box<dyn Sensor>> {
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

    pub(super) fn unknown_kind(&mut self, way: &[&str], what: &str, kind: &str, known: Vec<&str>) {
        let help = match nearest(kind, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("this program brings no {what} of its own"),
            None => format!("there are {}", known.join(", ")),
        };
        self.fault(way, format!("there is no kind of {what} called `{kind}`"), help);
    }

    pub(super) fn has_place(&self) -> bool {
        let parts = (self.words.ground.parts)(self.words.twin);
        parts.is_some_and(|parts| parts.contains::<crate::world::position::Position>())
    }

    /// Whom several texts mean. None if one of them means nobody, which is noted.
    #[expect(
        clippy::option_option,
        reason = "the inner one says that all are meant, the outer one that something is wrong"
    )]
    pub(super) fn set(&mut self, way: &[&str], who: &[String]) -> Option<Option<Arc<crate::twin::who::TwinSet>>> {
        match self.words.ground.find_all(who) {
            Ok(set) => Some(set),
            Err(unfit) => {
                self.unfit(way, unfit);
                None
            }
        }
    }

    pub(super) fn instrument(&mut self, name: &str, spec: &SensorSpec, measured: Measured, outputs: Vec<Output>) {
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
        let fault = spec.fails.clone().map(|law| {
            let (next, since) = (self.clock(), self.clock());
            Fault { law, next, since, changes: self.words.take(1) }
        });
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
            fault,
            costs,
            purpose,
        });
    }

    pub(super) fn costs(&mut self, name: &str, costs: &BTreeMap<String, f64>) -> Vec<Cost> {
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
}
