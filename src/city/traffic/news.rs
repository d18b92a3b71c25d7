//! What drivers hear of how long roads take.
//!
//! On each road the mean speed of those who are there is smoothed exponentially from step to step, and where nobody is it is the limit: as
//! SUMO does for its rerouting (<https://sumo.dlr.de/docs/Demand/Automatic_Routing.html>, "Edge Weights"). Drivers hear of it from time to time,
//! all the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Town, Traffic};
use crate::city::routes::{LONGEST, Routes, free_times};
use crate::city::streets::{Class, Road, RoadId, Streets};

/// How long what was weighs: seconds. So long SUMO averages by default.
const MEMORY: f64 = 180.0;

/// How often there is news: seconds.
const EVERY: f64 = 60.0;

/// Nobody is told that a road is slower: metres a second. What stands now need not stand for ever.
const SLOWEST: f64 = 0.1;

/// How long roads take.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct News {
    /// How fast those on each road were lately, by its number: metres a second. Empty if nobody asks.
    speeds: Vec<f64>,
    /// How long each road takes, as was last told: seconds.
    times: Vec<f64>,
    /// The streets with these times, by the name of a class of vehicles: a cache.
    #[serde(skip)]
    routes: BTreeMap<&'static str, Arc<Routes>>,
}

impl News {
    /// Of free roads.
    pub fn new(town: &Town) -> News {
        if town.extras.reroute.is_none() && town.extras.chargers.is_empty() && town.extras.parking.is_empty() {
            return News::default();
        }
        let speeds = town.streets.roads.iter().map(|road| free_speed(&town.streets, road)).collect();
        News { speeds, times: free_times(&town.streets, Class::IGNORING), routes: BTreeMap::new() }
    }

    /// Whether nobody asks.
    pub fn is_silent(&self) -> bool {
        self.speeds.is_empty()
    }

    /// The streets as a class of vehicles knows them.
    pub fn routes(&mut self, streets: &Streets, class: Class) -> Arc<Routes> {
        let prepare = || Arc::new(Routes::prepare(streets, class, &self.times));
        self.routes.entry(class.name()).or_insert_with(prepare).clone()
    }
}

/// How fast one may drive on a road.
fn free_speed(streets: &Streets, road: &Road) -> f64 {
    road.lanes.clone().map(|lane| streets.lanes[lane as usize].speed_limit).fold(0.0, f64::max)
}

impl Traffic {
    /// Takes the speeds of a step into account, and tells what has changed when it is time to.
    pub(super) fn hear_news(&mut self) {
        if self.news.is_silent() {
            return;
        }
        let town = self.town.clone();
        let keeps = libm::exp(-self.step / MEMORY);
        for (number, road) in town.streets.roads.iter().enumerate() {
            let there = road.lanes.clone().flat_map(|lane| &self.tracks[lane as usize]).map(|id| self.vehicle(*id));
            let drive = there.filter(|vehicle| vehicle.stands_until.is_none());
            let (count, sum) = drive.fold((0.0, 0.0), |(count, sum), vehicle| (count + 1.0, sum + vehicle.speed));
            let now = if count > 0.0 { sum / count } else { free_speed(&town.streets, road) };
            let lately = &mut self.news.speeds[number];
            *lately = keeps * *lately + (1.0 - keeps) * now;
        }
        if self.is_due(EVERY, 0) {
            self.tell_news();
        }
    }

    fn tell_news(&mut self) {
        let roads = self.town.streets.roads.iter().zip(&self.news.speeds);
        let time = |(number, (road, speed)): (u32, (&Road, &f64))| {
            let length = self.town.streets.lanes[road.lanes.start as usize].length;
            (length / speed.max(SLOWEST) + self.until_open(RoadId(number))).min(0.5 * LONGEST)
        };
        self.news.times = (0..).zip(roads).map(time).collect();
        for routes in self.news.routes.values_mut() {
            *routes = Arc::new(routes.again(&self.news.times));
        }
    }

    /// Whether it is time for what is done each so many seconds, from a step on.
    pub(super) fn is_due(&self, every: f64, from: u64) -> bool {
        let steps = (every / self.step).round().max(1.0) as u64;
        (self.steps - from).is_multiple_of(steps)
    }
}
