//! Demand: `.rou.xml`, and stops and kinds of vehicles in `.add.xml`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::city::demand::{Charging, Demand, FirstLane, FirstSpeed, Following, Halt, Haste, Kind, KindId, Stop, Trip};
use crate::city::import::Mistake;
use crate::city::import::xml::{Element, Source, Tag};
use crate::city::streets::{Class, LaneId, RoadId, SignalsId, Streets};
use crate::city::traffic::energy::{Profile, Propulsion};

use super::network::{Network, read_signals};

/// What vehicles of a class are where their kind does not say: length, width, acceleration, deceleration, deceleration in an emergency,
/// top speed (km/h), and how much drivers differ.
type Defaults = (f64, f64, f64, f64, f64, f64, f64);

/// From SUMO's documentation, "Vehicle Type Parameter Defaults"; others are as cars.
const DEFAULTS: [(&str, Defaults); 13] = [
    ("passenger", (5.0, 1.8, 2.6, 4.5, 9.0, 200.0, 0.1)),
    ("taxi", (5.0, 1.8, 2.6, 4.5, 9.0, 200.0, 0.05)),
    ("emergency", (6.5, 2.16, 2.6, 4.5, 9.0, 200.0, 0.0)),
    ("delivery", (6.5, 2.16, 2.6, 4.5, 9.0, 200.0, 0.05)),
    ("truck", (7.1, 2.4, 1.3, 4.0, 7.0, 130.0, 0.05)),
    ("trailer", (16.5, 2.55, 1.0, 4.0, 7.0, 130.0, 0.05)),
    ("bus", (12.0, 2.5, 1.2, 4.0, 7.0, 85.0, 0.1)),
    ("coach", (14.0, 2.6, 2.0, 4.0, 7.0, 100.0, 0.05)),
    ("bicycle", (1.6, 0.65, 1.2, 3.0, 7.0, 50.0, 0.1)),
    ("moped", (2.1, 0.8, 1.1, 7.0, 10.0, 45.0, 0.1)),
    ("motorcycle", (2.2, 0.9, 6.0, 10.0, 10.0, 200.0, 0.1)),
    ("scooter", (1.2, 0.5, 1.2, 3.0, 7.0, 25.0, 0.1)),
    ("tram", (22.0, 2.4, 1.0, 3.0, 7.0, 80.0, 0.0)),
];

/// The kind of a vehicle that does not say, which a file may describe.
const ANY_KIND: &str = "DEFAULT_VEHTYPE";

/// Demand as it is read, one file after the other.
pub struct Reader<'n> {
    network: &'n mut Network,
    roads: BTreeMap<String, RoadId>,
    signals: BTreeMap<String, SignalsId>,
    stops: BTreeMap<String, usize>,
    kinds: BTreeMap<String, Vec<(KindId, f64)>>,
    routes: BTreeMap<String, Vec<RoadId>>,
    demand: Demand,
    passed_over: BTreeMap<String, usize>,
}

/// An element within which others are read.
enum Open<'a> {
    /// A set of kinds, by name.
    Kinds(String),
    Vehicle(Box<Trip>, Element<'a>, Option<Vec<RoadId>>),
    Signals(Element<'a>, Vec<Element<'a>>),
}

impl<'n> Reader<'n> {
    /// Of demand in a network. Its signals get the programmes that come with the demand.
    pub fn new(network: &'n mut Network) -> Reader<'n> {
        let Streets { roads, signals, .. } = &network.streets;
        let roads = (0..).zip(roads).map(|(number, road)| (road.name.clone(), RoadId(number))).collect();
        let signals = (0..).zip(signals).map(|(number, signals)| (signals.name.clone(), SignalsId(number))).collect();
        let mut reader = Reader {
            network,
            roads,
            signals,
            stops: BTreeMap::new(),
            kinds: BTreeMap::new(),
            routes: BTreeMap::new(),
            demand: Demand::default(),
            passed_over: BTreeMap::new(),
        };
        reader.add_kind(ANY_KIND, kind_of(ANY_KIND, Class::PASSENGER), 1.0, None);
        reader
    }

    /// Reads a file of routes, or of what comes with them.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn read(&mut self, path: &Path) -> Result<(), Mistake> {
        self.parse(&Source::read(path)?)
    }

    /// The demand, with its trips in the order in which they depart, and what was left out.
    pub fn finish(mut self) -> Demand {
        self.network.remarks.extend(
            self.passed_over
                .iter()
                .map(|(name, count)| format!("{count} `{name}` were passed over: they are not known")),
        );
        self.demand.trips.sort_by(|one, other| one.departs.total_cmp(&other.departs));
        self.demand
    }

    fn parse(&mut self, source: &Source) -> Result<(), Mistake> {
        let mut open: Option<Open> = None;
        source.visit(|tag| match tag {
            Tag::Begin(element) => self.begin(element, &mut open),
            Tag::End(name) => {
                let ends = match &open {
                    Some(Open::Kinds(_)) => name == "vTypeDistribution",
                    Some(Open::Vehicle(..)) => name == "vehicle",
                    Some(Open::Signals(..)) => name == "tlLogic",
                    None => false,
                };
                if ends { self.end(open.take()) } else { Ok(()) }
            }
        })
    }

    fn begin<'a>(&mut self, element: &Element<'a>, open: &mut Option<Open<'a>>) -> Result<(), Mistake> {
        match (element.name(), &mut *open) {
            ("routes" | "additional" | "add" | "param", _) => {}
            ("vType", open) => {
                let name = element.text("id")?;
                let kind = read_kind(element)?;
                let weight = element.maybe_number("probability", 0.0)?.unwrap_or(1.0);
                let set = match open {
                    Some(Open::Kinds(set)) => Some(set.clone()),
                    _ => None,
                };
                self.add_kind(name, kind, weight, set);
            }
            ("vTypeDistribution", None) => {
                let name = element.text("id")?;
                for part in element.get("vTypes").unwrap_or_default().split_whitespace() {
                    let known = self.kinds.get(part).cloned();
                    let known = known.ok_or_else(|| element.mistake(format!("there is no `vType` `{part}`")))?;
                    self.kinds.entry(name.to_owned()).or_default().extend(known);
                }
                *open = Some(Open::Kinds(name.to_owned()));
            }
            ("route", Some(Open::Vehicle(_, _, route))) => *route = Some(self.route(element)?),
            ("route", None) => {
                let route = self.route(element)?;
                self.routes.insert(element.text("id")?.to_owned(), route);
            }
            ("vehicle", None) => {
                let trip = self.trip(element)?;
                *open = Some(Open::Vehicle(Box::new(trip), element.clone(), None));
            }
            ("stop", Some(Open::Vehicle(trip, ..))) => trip.halts.push(self.halt(element)?),
            ("busStop", _) => {
                let stop = self.stop(element)?;
                self.stops.insert(stop.name.clone(), self.demand.stops.len());
                self.demand.stops.push(stop);
            }
            ("tlLogic", None) => *open = Some(Open::Signals(element.clone(), Vec::new())),
            ("phase", Some(Open::Signals(_, phases))) => phases.push(element.clone()),
            (other, _) => *self.passed_over.entry(other.to_owned()).or_default() += 1,
        }
        Ok(())
    }

    fn end(&mut self, ended: Option<Open>) -> Result<(), Mistake> {
        match ended {
            Some(Open::Vehicle(mut trip, element, route)) => {
                let named = || {
                    let name = element.text("route")?;
                    let known = self.routes.get(name).cloned();
                    known.ok_or_else(|| element.mistake(format!("there is no `route` `{name}` above")))
                };
                trip.route = route.map_or_else(named, Ok)?;
                self.check_route(&trip, &element)?;
                self.demand.trips.push(*trip);
            }
            Some(Open::Signals(element, phases)) => {
                let signals = read_signals(&element, &phases, &mut self.network.remarks)?;
                let Some(known) = self.signals.get(&signals.name) else {
                    return Err(element.mistake(format!("there are no signals `{}` in the network", signals.name)));
                };
                let old = &mut self.network.streets.signals[known.index()];
                if old.phases[0].lamps.len() != signals.phases[0].lamps.len() {
                    return Err(element.mistake(format!(
                        "signals `{}` have {} lamps in the network, and {} here",
                        signals.name,
                        old.phases[0].lamps.len(),
                        signals.phases[0].lamps.len()
                    )));
                }
                *old = signals;
            }
            Some(Open::Kinds(_)) | None => {}
        }
        Ok(())
    }

    /// Each road of a route must lead to the next, for vehicles of its kind.
    fn check_route(&self, trip: &Trip, element: &Element) -> Result<(), Mistake> {
        let streets = &self.network.streets;
        let lanes = streets.lanes_of(trip.route[0]).count();
        if let FirstLane::Number(lane) = trip.lane
            && lane as usize >= lanes
        {
            return Err(element.mistake(format!("`departLane` is {lane}, but the first edge has {lanes} lanes")));
        }
        let class = self.demand.kinds[trip.kinds[0].0.0 as usize].class;
        let is_torn = |pair: &&[RoadId]| !streets.roads_after(pair[0], class).any(|road| road == pair[1]);
        let Some(pair) = trip.route.windows(2).find(is_torn) else { return Ok(()) };
        let [from, to] = [pair[0], pair[1]].map(|road| &streets.roads[road.index()].name);
        Err(element.mistake(format!(
            "the route of `{}` is torn: from edge `{from}` no connection leads to `{to}` for vehicles of class `{}`",
            trip.name,
            class.name()
        )))
    }

    fn add_kind(&mut self, name: &str, kind: Kind, weight: f64, set: Option<String>) {
        let id = KindId(self.demand.kinds.len() as u32);
        self.demand.kinds.push(kind);
        self.kinds.insert(name.to_owned(), vec![(id, 1.0)]);
        if let Some(set) = set {
            self.kinds.entry(set).or_default().push((id, weight));
        }
    }

    fn route(&self, element: &Element) -> Result<Vec<RoadId>, Mistake> {
        let road = |name: &str| {
            let known = self.roads.get(name).copied();
            known.ok_or_else(|| element.mistake(format!("there is no edge `{name}` in the network")))
        };
        let roads = element.text("edges")?.split_whitespace().map(road).collect::<Result<Vec<RoadId>, Mistake>>()?;
        if roads.is_empty() {
            return Err(element.mistake("a route without edges".to_owned()));
        }
        Ok(roads)
    }

    fn trip(&self, element: &Element) -> Result<Trip, Mistake> {
        let kind = element.get("type").unwrap_or(ANY_KIND);
        let kinds = self.kinds.get(kind).cloned();
        let lane = match element.get("departLane") {
            None | Some("first") => FirstLane::Number(0),
            Some("best" | "allowed") => FirstLane::Best,
            Some("free") => FirstLane::Free,
            Some("random") => FirstLane::Random,
            Some(_) => FirstLane::Number(element.value("departLane")?),
        };
        let speed = match element.get("departSpeed") {
            // As SUMO does since its version 1.24 where nothing is said.
            None | Some("avg") => FirstSpeed::Mean,
            Some("max" | "desired" | "speedLimit" | "last") => FirstSpeed::Most,
            Some(_) => FirstSpeed::At(element.number("departSpeed", 0.0)?),
        };
        let kinds = kinds.ok_or_else(|| element.mistake(format!("there is no `vType` `{kind}` above")))?;
        let from = match element.get("departPos") {
            // With its back at the beginning.
            None | Some("base") => self.demand.kinds[kinds[0].0.0 as usize].length,
            Some(_) => element.number("departPos", 0.0)?,
        };
        let to = match element.get("arrivalPos") {
            None | Some("max") => -1.0,
            Some(_) => element.number("arrivalPos", f64::MIN)?,
        };
        Ok(Trip {
            name: element.text("id")?.to_owned(),
            departs: time(element, "depart")?,
            kinds,
            route: Vec::new(),
            from,
            lane,
            speed,
            to,
            halts: Vec::new(),
            parks: None,
        })
    }

    fn lane(&self, element: &Element) -> Result<LaneId, Mistake> {
        let name = element.text("lane")?;
        let (road, number) = name.rsplit_once('_').unwrap_or((name, ""));
        let lane = self
            .roads
            .get(road)
            .zip(number.parse::<usize>().ok())
            .and_then(|(road, number)| self.network.streets.lanes_of(*road).nth(number));
        lane.ok_or_else(|| element.mistake(format!("there is no lane `{name}` in the network")))
    }

    /// From where to where along a lane; what is below zero is counted from its end.
    fn between(&self, element: &Element, lane: LaneId) -> Result<[f64; 2], Mistake> {
        let length = self.network.streets.lane(lane).length;
        let along = |attribute: &str, otherwise: f64| {
            let at = element.maybe_number(attribute, f64::MIN)?.unwrap_or(otherwise);
            Ok::<_, Mistake>(if at < 0.0 { at + length } else { at })
        };
        let end = along("endPos", length)?;
        let begin = along("startPos", if element.name() == "stop" { end - 0.2 } else { 0.0 })?;
        if !(0.0..=end).contains(&begin) || end > length + 1.0 {
            return Err(element.mistake(format!(
                "it is from {begin} to {end} along a lane of {length}: it should begin before it ends, on the lane"
            )));
        }
        Ok([begin, end.min(length)])
    }

    fn stop(&self, element: &Element) -> Result<Stop, Mistake> {
        let lane = self.lane(element)?;
        Ok(Stop { name: element.text("id")?.to_owned(), lane, between: self.between(element, lane)? })
    }

    fn halt(&self, element: &Element) -> Result<Halt, Mistake> {
        let (lane, between) = match element.get("busStop") {
            Some(name) => {
                let stop = self.stops.get(name).map(|number| &self.demand.stops[*number]);
                let stop = stop.ok_or_else(|| element.mistake(format!("there is no `busStop` `{name}`")))?;
                (stop.lane, stop.between)
            }
            None => {
                let lane = self.lane(element)?;
                (lane, self.between(element, lane)?)
            }
        };
        let until = element.get("until").map(|_| time(element, "until")).transpose()?;
        let lasts = element.get("duration").map(|_| time(element, "duration")).transpose()?.unwrap_or(0.0);
        Ok(Halt { lane, between, lasts, until })
    }
}

/// A time: seconds, or `hours:minutes:seconds`, perhaps with days before.
fn time(element: &Element, attribute: &str) -> Result<f64, Mistake> {
    let text = element.text(attribute)?;
    if !text.contains(':') {
        return element.number(attribute, 0.0);
    }
    let part = |part: &str| part.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    let numbers: Option<Vec<f64>> = text.split(':').map(part).collect();
    match numbers.as_deref() {
        Some([hours, minutes, seconds]) => Ok((hours * 60.0 + minutes) * 60.0 + seconds),
        Some([days, hours, minutes, seconds]) => Ok(((days * 24.0 + hours) * 60.0 + minutes) * 60.0 + seconds),
        _ => Err(element.mistake(format!("`{attribute}` is `{text}`; it should be seconds, or h:mm:ss"))),
    }
}

/// A kind of which nothing is said but its class.
fn kind_of(name: &str, class: Class) -> Kind {
    let known = DEFAULTS.iter().find(|(known, _)| *known == class.name()).unwrap_or(&DEFAULTS[0]);
    let (length, width, acceleration, deceleration, emergency_deceleration, top_speed, deviation) = known.1;
    let least_gap = if matches!(class.name(), "bicycle" | "scooter") { 0.5 } else { 2.5 };
    Kind {
        name: name.to_owned(),
        class,
        length,
        width,
        least_gap,
        acceleration,
        deceleration,
        emergency_deceleration,
        headway: 1.0,
        top_speed: top_speed / 3.6,
        haste: Haste { mean: 1.0, deviation, between: [0.2, 2.0] },
        following: Following::Krauss { imperfection: 0.5 },
        energy: Profile::for_class(class.name()),
        charging: Charging::default(),
    }
}

fn read_kind(element: &Element) -> Result<Kind, Mistake> {
    let class = match element.get("vClass") {
        None => Class::PASSENGER,
        Some(name) => {
            Class::named(name).ok_or_else(|| element.mistake(format!("there is no class of vehicles `{name}`")))?
        }
    };
    let mut kind = kind_of(element.text("id")?, class);
    let set = |attribute: &str, least: f64, number: &mut f64| {
        *number = element.maybe_number(attribute, least)?.unwrap_or(*number);
        Ok::<(), Mistake>(())
    };
    let decelerated = kind.deceleration;
    for (attribute, least, number) in [
        ("length", 0.1, &mut kind.length),
        ("width", 0.1, &mut kind.width),
        ("minGap", 0.0, &mut kind.least_gap),
        ("accel", 0.01, &mut kind.acceleration),
        ("decel", 0.01, &mut kind.deceleration),
        ("emergencyDecel", 0.01, &mut kind.emergency_deceleration),
        ("tau", 0.0, &mut kind.headway),
        ("maxSpeed", 0.01, &mut kind.top_speed),
    ] {
        set(attribute, least, number)?;
    }
    if kind.deceleration != decelerated {
        kind.emergency_deceleration = kind.emergency_deceleration.max(kind.deceleration);
    }
    if let Some(name) = element.get("emissionClass") {
        kind.energy = energy_of(name, class).or(kind.energy);
    }
    kind.haste = haste(element, kind.haste)?;
    kind.following = match element.get("carFollowModel") {
        None | Some("Krauss" | "KraussOrig1") => {
            Following::Krauss { imperfection: element.maybe_number("sigma", 0.0)?.unwrap_or(0.5) }
        }
        Some("IDM") => Following::Idm { exponent: element.maybe_number("delta", 0.1)?.unwrap_or(4.0) },
        Some(other) => {
            let message = format!("`carFollowModel` is `{other}`; only Krauss and IDM are known here");
            return Err(element.mistake(message));
        }
    };
    Ok(kind)
}

/// What driving takes, by the `emissionClass` of a vehicle. Where its class says nothing of what it is, such as `ignoring`, the vehicle in the name
/// counts (<https://sumo.dlr.de/docs/Models/Emissions/HBEFA3-based.html>).
fn energy_of(emission_class: &str, class: Class) -> Option<Profile> {
    let vehicle = emission_class.split(['/', '_']).nth(1).and_then(|word| match word {
        "P" | "PC" => Some("passenger"),
        "LDV" | "LCV" => Some("delivery"),
        "HDV" => Some("truck"),
        "Bus" => Some("bus"),
        "Coach" => Some("coach"),
        _ => None,
    });
    let propulsion = propulsion(emission_class);
    let of_class = Profile::driven(class.name(), propulsion).or_else(|| Profile::for_class(class.name()));
    of_class.or_else(|| Profile::driven(vehicle?, propulsion))
}

/// What drives a vehicle of an `emissionClass`, as its name says (<https://sumo.dlr.de/docs/Models/Emissions.html>): the model for electric
/// vehicles, or a fuel between underscores, such as `HBEFA4/PC_petrol_Euro-4`, `HBEFA3/PC_D_EU4` and `PHEMlight/PC_BEV`. Sizes, standards and
/// mixtures of fuels, such as `HBEFA2/P_7_7`, are passed over: the vehicle is the usual one of its class.
fn propulsion(emission_class: &str) -> Propulsion {
    let (model, class) = emission_class.split_once('/').unwrap_or((emission_class, ""));
    let says = |fuels: &[&str]| class.split('_').any(|word| fuels.iter().any(|fuel| word.eq_ignore_ascii_case(fuel)));
    if matches!(model, "Energy" | "MMPEVEM") || says(&["BEV"]) {
        Propulsion::Electric
    } else if says(&["G", "petrol"]) {
        Propulsion::Petrol
    } else if says(&["D", "diesel"]) {
        Propulsion::Diesel
    } else {
        Propulsion::Usual
    }
}

/// `speedFactor` is a number, or `norm(mean,deviation)`, or `normc(mean,deviation,least,greatest)`.
fn haste(element: &Element, otherwise: Haste) -> Result<Haste, Mistake> {
    let Some(text) = element.get("speedFactor") else {
        let deviation = element.maybe_number("speedDev", 0.0)?.unwrap_or(otherwise.deviation);
        return Ok(Haste { deviation, ..otherwise });
    };
    let wrong = || {
        let message =
            format!("`speedFactor` is `{text}`; it should be a number, or normc(mean,deviation,least,greatest)");
        element.mistake(message)
    };
    let Some((name, rest)) = text.split_once('(') else {
        let mean = element.number("speedFactor", 0.0)?;
        let deviation = element.maybe_number("speedDev", 0.0)?.unwrap_or(otherwise.deviation);
        return Ok(Haste { mean, deviation, ..otherwise });
    };
    let number = |text: &str| text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    let numbers: Option<Vec<f64>> = rest.trim_end_matches(')').split(',').map(number).collect();
    match (name.trim(), numbers.as_deref()) {
        ("norm", Some([mean, deviation])) => Ok(Haste { mean: *mean, deviation: *deviation, between: [0.2, f64::MAX] }),
        ("normc", Some([mean, deviation, least, greatest])) if least <= greatest => {
            Ok(Haste { mean: *mean, deviation: *deviation, between: [*least, *greatest] })
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::streets::{Access, Junction, JunctionId, Lane, Road, Turn, TurnId};
    use crate::city::streets::{Control, Direction, Lamp, Phase, Rule, Signals};

    /// Two roads, the first with two lanes, of which the outer one leads on.
    fn network() -> Network {
        let junction = |name: &str| Junction { name: name.to_owned(), place: [0.0; 2], outline: Vec::new() };
        let road = |name: &str, number: u32, lanes| Road {
            name: name.to_owned(),
            from: JunctionId(number),
            to: JunctionId(number + 1),
            lanes,
            is_round: false,
        };
        let lane = |road, turns| Lane {
            road: RoadId(road),
            length: 100.0,
            speed_limit: 10.0,
            width: 3.0,
            access: Access::ALL,
            line: Vec::new(),
            turns,
        };
        let turn = Turn {
            from: LaneId(0),
            to: LaneId(2),
            junction: JunctionId(1),
            length: 5.0,
            speed_limit: 10.0,
            line: Vec::new(),
            direction: Direction::Straight,
            rule: Rule::Major,
            signals: Some((SignalsId(0), 0)),
            yields_to: Vec::<TurnId>::new(),
            meets: Vec::new(),
            waits_at: None,
            visible_from: 4.5,
            keeps_clear: true,
        };
        let phase = Phase { lasts: 10.0, between: [10.0; 2], lamps: vec![Lamp::Green] };
        let signals = Signals { name: "lights".to_owned(), control: Control::Fixed, offset: 0.0, phases: vec![phase] };
        let streets = Streets {
            junctions: ["a", "b", "c"].map(junction).into(),
            roads: vec![road("first", 0, 0..2), road("second", 1, 2..3)],
            lanes: vec![lane(0, 0..1), lane(0, 0..0), lane(1, 0..0)],
            turns: vec![turn],
            signals: vec![signals],
        };
        Network { streets, remarks: Vec::new() }
    }

    fn read(text: &str) -> Result<(Demand, Network), Mistake> {
        let mut network = network();
        let mut reader = Reader::new(&mut network);
        reader.parse(&Source::of("demand.rou.xml", text))?;
        let demand = reader.finish();
        Ok((demand, network))
    }

    const DEMAND: &str = r#"<routes>
    <vTypeDistribution id="cars">
        <vType id="small" length="4" minGap="1" accel="3" probability="0.3" speedFactor="normc(1.1, 0.2, 0.5, 1.5)"/>
        <vType id="slow" vClass="truck" decel="8" sigma="0" carFollowModel="IDM" delta="5" probability="0.7"/>
    </vTypeDistribution>
    <busStop id="church" lane="second_0" startPos="40" endPos="-40"/>
    <vType id="bus" vClass="bus"/>
    <route id="both" edges="first second"/>
    <vehicle id="late" type="cars" depart="0:01:05" departLane="best" departPos="0" departSpeed="max" route="both"/>
    <vehicle id="early" type="bus" depart="3"><route edges="first second"/>
        <stop busStop="church" duration="20"/><stop lane="second_0" endPos="90" duration="5" until="0:02:00"/>
    </vehicle>
    <vehicle id="plain" depart="4" arrivalPos="50" departLane="1" departSpeed="7"><route edges="first"/></vehicle>
    <person id="somebody" depart="5"><walk edges="first"/></person>
    <tlLogic id="lights" type="actuated" programID="2" offset="3"><phase duration="5" state="r"/><phase duration="7" state="G"/></tlLogic>
</routes>
"#;

    #[test]
    fn demand_is_what_its_file_says() {
        let (demand, network) = read(DEMAND).unwrap();
        let names: Vec<&str> = demand.trips.iter().map(|trip| &*trip.name).collect();
        assert_eq!(names, ["early", "plain", "late"]);
        let [early, plain, late] = &demand.trips[..] else { panic!("there are three trips") };
        assert_eq!((late.departs, late.lane, late.from, late.speed), (65.0, FirstLane::Best, 0.0, FirstSpeed::Most));
        let kinds: Vec<(&str, f64)> =
            late.kinds.iter().map(|(kind, weight)| (&*demand.kinds[kind.0 as usize].name, *weight)).collect();
        assert_eq!(kinds, [("small", 0.3), ("slow", 0.7)]);
        assert_eq!((early.departs, early.lane, early.from, early.to), (3.0, FirstLane::Number(0), 12.0, -1.0));
        assert_eq!(early.halts[0], Halt { lane: LaneId(2), between: [40.0, 60.0], lasts: 20.0, until: None });
        assert_eq!(early.halts[1].between, [89.8, 90.0]);
        assert_eq!(early.halts[1].until, Some(120.0));
        assert_eq!((plain.speed, plain.to, plain.lane), (FirstSpeed::At(7.0), 50.0, FirstLane::Number(1)));
        let small = &demand.kinds[1];
        assert_eq!((small.length, small.least_gap, small.acceleration, small.deceleration), (4.0, 1.0, 3.0, 4.5));
        assert_eq!(small.haste, Haste { mean: 1.1, deviation: 0.2, between: [0.5, 1.5] });
        let slow = &demand.kinds[2];
        assert_eq!((slow.length, slow.deceleration, slow.emergency_deceleration), (7.1, 8.0, 8.0));
        assert_eq!(slow.following, Following::Idm { exponent: 5.0 });
        assert_eq!(network.streets.signals[0].control, Control::Actuated);
        assert_eq!(network.streets.signals[0].phases.len(), 2);
        assert_eq!(
            network.remarks,
            ["1 `person` were passed over: they are not known", "1 `walk` were passed over: they are not known"]
        );
    }

    #[test]
    fn emission_classes_say_what_drives_a_vehicle() {
        for (name, expected) in [
            ("HBEFA4/PC_petrol_Euro-4", Propulsion::Petrol),
            ("HBEFA3/PC_G_EU4", Propulsion::Petrol),
            ("HBEFA3/HDV_D_EU3", Propulsion::Diesel),
            ("HBEFA4/PC_diesel_Euro-5", Propulsion::Diesel),
            ("HBEFA4/PC_BEV", Propulsion::Electric),
            ("Energy/unknown", Propulsion::Electric),
            ("MMPEVEM", Propulsion::Electric),
            ("HBEFA2/P_7_7", Propulsion::Usual),
            ("HBEFA3/Bus", Propulsion::Usual),
        ] {
            assert_eq!(propulsion(name), expected, "{name}");
        }
        let kind = |text: &str| read(&format!("<routes>{text}</routes>")).unwrap().0.kinds[1].energy;
        assert_eq!(kind("<vType id='own' emissionClass='Energy'/>"), Some(Profile::electric_car()));
        assert_eq!(kind("<vType id='own' vClass='bus'/>"), Profile::for_class("bus"));
        let ignoring = "<vType id='own' vClass='ignoring' emissionClass='HBEFA2/P_7_7'/>";
        assert_eq!(kind(ignoring), Some(Profile::petrol_car()));
        // There is no usual bus that burns petrol.
        assert_eq!(kind("<vType id='own' vClass='bus' emissionClass='HBEFA3/HDV_G'/>"), Profile::for_class("bus"));
    }

    #[test]
    fn broken_demand_is_refused_at_its_place() {
        let broken = |what: &str, by: &str| {
            let text = DEMAND.replacen(what, by, 1);
            assert_ne!(text, DEMAND, "{what}");
            read(&text).expect_err("it is broken").to_string()
        };
        insta::assert_snapshot!(
            [
                broken("edges=\"first second\"", "edges=\"first third\""),
                broken("edges=\"first second\"", "edges=\"\""),
                broken("<route edges=\"first second\"/>", "<route edges=\"second first\"/>"),
                broken("route=\"both\"", "route=\"neither\""),
                broken(" route=\"both\"", ""),
                broken("type=\"cars\"", "type=\"ships\""),
                broken("vClass=\"truck\"", "vClass=\"lorry\""),
                broken("depart=\"3\"", "depart=\"soon\""),
                broken("depart=\"0:01:05\"", "depart=\"1:05\""),
                broken("depart=\"3\"", ""),
                broken("depart=\"0:01:05\"", "depart=\"nan:01:05\""),
                broken("departLane=\"1\"", "departLane=\"2\""),
                broken("normc(1.1, 0.2", "normc(nan, 0.2"),
                broken("length=\"4\"", "length=\"0\""),
                broken("accel=\"3\"", "accel=\"-3\""),
                broken("normc(1.1, 0.2, 0.5, 1.5)", "uniform(1, 2)"),
                broken("carFollowModel=\"IDM\"", "carFollowModel=\"Wiedemann\""),
                broken("busStop=\"church\"", "busStop=\"school\""),
                broken("lane=\"second_0\" startPos", "lane=\"second_4\" startPos"),
                broken("startPos=\"40\"", "startPos=\"80\""),
                broken("tlLogic id=\"lights\"", "tlLogic id=\"darkness\""),
                broken(
                    "state=\"r\"/><phase duration=\"7\" state=\"G\"",
                    "state=\"rr\"/><phase duration=\"7\" state=\"GG\""
                ),
            ]
            .join("\n")
        );
    }
}
