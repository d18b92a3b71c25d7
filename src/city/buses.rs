//! Stops and lines of buses, as a scene has them, and the trips that they make.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::demand::{Demand, FirstLane, FirstSpeed, Halt, KindId, Stop, Trip};
use super::routes::{Finder, Routes, free_times};
use super::settings::Wrong;
use super::streets::{Class, LaneId, RoadId, Streets};
use crate::engine::spelling::nearest;
use crate::engine::time::Duration;

/// A place by a way to stop at, on its outermost lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StopForm {
    /// By which way; with a sign before its name, on the way back.
    #[schemars(example = &"-high street")]
    pub way: String,
    /// How far from the way's beginning the front of a bus halts at most: metres.
    #[schemars(range(min = 0.0), example = json!(80))]
    pub at: f64,
    /// How much sooner it may halt: metres.
    #[serde(default = "stop_length")]
    #[schemars(range(min = 1.0, max = 100.0), example = json!(15))]
    pub length: f64,
}

fn stop_length() -> f64 {
    15.0
}

impl Default for StopForm {
    fn default() -> StopForm {
        StopForm { way: String::new(), at: 0.0, length: stop_length() }
    }
}

/// Buses that go from stop to stop, by the quickest ways between, each as long after the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineForm {
    /// The stops, in order.
    #[schemars(example = json!(["church", "bridge"]))]
    pub stops: Vec<String>,
    /// The kind of vehicles.
    #[serde(default = "bus")]
    #[schemars(example = &"bus")]
    pub kind: String,
    /// How long after a bus the next one comes.
    #[schemars(example = &"10m")]
    pub every: Duration,
    /// How long a bus halts at each stop.
    #[serde(default = "halts")]
    #[schemars(example = &"20s")]
    pub halts: Duration,
    /// When the first one comes.
    #[serde(default)]
    #[schemars(example = &"6h")]
    pub begin: Option<Duration>,
    /// For how long they come.
    #[schemars(example = &"1h")]
    pub lasts: Duration,
}

fn bus() -> String {
    "bus".to_owned()
}

fn halts() -> Duration {
    Duration::from_secs(20)
}

impl Default for LineForm {
    fn default() -> LineForm {
        let (every, lasts) = (Duration::from_secs(600), Duration::from_secs(3600));
        LineForm { stops: Vec::new(), kind: bus(), every, halts: halts(), begin: None, lasts }
    }
}

/// Lines bring no more trips than this, all together.
const MOST: f64 = 200_000.0;

/// Adds the stops, and the trips of all lines.
pub(super) fn add(
    stops: &BTreeMap<String, StopForm>,
    lines: &BTreeMap<String, LineForm>,
    streets: &Streets,
    demand: &mut Demand,
) -> Result<(), Wrong> {
    if lines.is_empty() && stops.is_empty() {
        return Ok(());
    }
    let roads: BTreeMap<&str, RoadId> =
        (0..).map(RoadId).zip(&streets.roads).map(|(id, road)| (&*road.name, id)).collect();
    let mut known: BTreeMap<&str, Stop> = BTreeMap::new();
    for (name, form) in stops {
        let stop = form.stop(name, streets, &roads)?;
        demand.stops.push(stop.clone());
        known.insert(name, stop);
    }
    let count = |line: &LineForm| line.lasts.seconds() / line.every.seconds();
    let bad = lines.iter().find(|(_, line)| line.every <= Duration::ZERO);
    if let Some((name, _)) = bad {
        let why = "there is no time from one bus to the next";
        return Err(Wrong::new(&["lines", name, "every"], why, "such as \"10m\""));
    }
    let wanted: f64 = lines.values().map(count).sum();
    if wanted > MOST {
        let why = format!("the lines bring {wanted:.0} trips; at most {MOST} are made");
        return Err(Wrong::new(&["lines"], why, "make `lasts` shorter or `every` longer"));
    }
    let mut finder = Finder::default();
    let mut networks: Vec<(Class, Routes)> = Vec::new();
    for (name, line) in lines {
        let kind = line.kind(name, demand)?;
        let class = demand.kinds[kind.0 as usize].class;
        let called = line.called(name, &known)?;
        if !networks.iter().any(|(there, _)| *there == class) {
            networks.push((class, Routes::prepare(streets, class, &free_times(streets, class))));
        }
        let routes = networks.iter().find(|(there, _)| *there == class).map(|(_, routes)| routes);
        let route = routes.map(|routes| line.route(name, streets, &called, routes, &mut finder)).transpose()?;
        line.add_trips(name, kind, &called, &route.unwrap_or_default(), demand);
    }
    demand.trips.sort_by(|one, other| one.departs.total_cmp(&other.departs));
    Ok(())
}

impl StopForm {
    fn stop(&self, name: &str, streets: &Streets, roads: &BTreeMap<&str, RoadId>) -> Result<Stop, Wrong> {
        let Some(road) = roads.get(&*self.way) else {
            let near = nearest(&self.way, roads.keys().copied());
            let cure = near.map_or_else(|| "name a way".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(Wrong::new(&["stops", name, "way"], format!("there is no way `{}`", self.way), cure));
        };
        let lane = LaneId(streets.roads[road.index()].lanes.start);
        let length = streets.lane(lane).length;
        if !(self.at > 0.0 && self.at <= length) {
            let why = format!(
                "way `{}` is {length:.1} m long between its junctions, and the stop is at {} m",
                self.way, self.at
            );
            return Err(Wrong::new(&["stops", name, "at"], why, format!("from 1 to {:.0}", length.floor())));
        }
        Ok(Stop { name: name.to_owned(), lane, between: [(self.at - self.length).max(0.0), self.at] })
    }
}

impl LineForm {
    fn kind(&self, name: &str, demand: &Demand) -> Result<KindId, Wrong> {
        let place = demand.kinds.iter().position(|kind| kind.name == self.kind);
        place.map(|place| KindId(place as u32)).ok_or_else(|| {
            let near = nearest(&self.kind, demand.kinds.iter().map(|kind| &*kind.name));
            let cure = near.map_or_else(|| "add it to `kinds`".to_owned(), |near| format!("did you mean `{near}`?"));
            Wrong::new(&["lines", name, "kind"], format!("there is no kind of vehicles `{}`", self.kind), cure)
        })
    }

    /// The stops, in order.
    fn called<'a>(&self, name: &str, known: &'a BTreeMap<&str, Stop>) -> Result<Vec<&'a Stop>, Wrong> {
        if self.stops.is_empty() {
            return Err(Wrong::new(
                &["lines", name, "stops"],
                "the line has no stops",
                "name some of `stops`, in order",
            ));
        }
        let find = |(place, stop): (usize, &String)| {
            known.get(&**stop).ok_or_else(|| {
                let near = nearest(stop, known.keys().copied());
                let cure =
                    near.map_or_else(|| "add it to `stops`".to_owned(), |near| format!("did you mean `{near}`?"));
                Wrong::new(&["lines", name, "stops", &place.to_string()], format!("there is no stop `{stop}`"), cure)
            })
        };
        self.stops.iter().enumerate().map(find).collect()
    }

    /// The roads from the first stop to the last, by way of all others.
    fn route(
        &self,
        name: &str,
        streets: &Streets,
        called: &[&Stop],
        routes: &Routes,
        finder: &mut Finder,
    ) -> Result<Vec<RoadId>, Wrong> {
        let mut route: Vec<RoadId> = called.iter().take(1).map(|stop| streets.lane(stop.lane).road).collect();
        for (place, pair) in (1..).zip(called.windows(2)) {
            let [from, to] = [pair[0], pair[1]];
            let [begin, end] = [from, to].map(|stop| streets.lane(stop.lane).road);
            let field = ["lines", name, "stops", &format!("{place}")];
            if begin == end && to.between[1] <= from.between[1] {
                let why = format!("stop `{}` is not behind stop `{}`, on the same way", to.name, from.name);
                return Err(Wrong::new(&field, why, "put the stops in the order in which a bus comes to them"));
            }
            let next = routes.best(finder, begin, end).ok_or_else(|| {
                let why = format!("buses cannot get from stop `{}` to stop `{}`", from.name, to.name);
                Wrong::new(&field, why, "connect their ways, in the direction that is needed")
            })?;
            route.extend(next.roads.into_iter().skip(1));
        }
        Ok(route)
    }

    fn add_trips(&self, name: &str, kind: KindId, called: &[&Stop], route: &[RoadId], demand: &mut Demand) {
        let lasts = self.halts.seconds();
        let halt = |stop: &&Stop| Halt { lane: stop.lane, between: stop.between, lasts, until: None };
        let begin = self.begin.unwrap_or(Duration::ZERO).seconds();
        for number in 0.. {
            let after = f64::from(number) * self.every.seconds();
            if after >= self.lasts.seconds() {
                break;
            }
            demand.trips.push(Trip {
                name: format!("line {name} {}", number + 1),
                departs: begin + after,
                kinds: vec![(kind, 1.0)],
                route: route.to_vec(),
                from: 0.0,
                lane: FirstLane::Number(0),
                speed: FirstSpeed::Mean,
                to: -1.0,
                halts: called.iter().map(halt).collect(),
                parks: None,
            });
        }
    }
}
