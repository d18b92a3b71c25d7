//! Cities grown from noise: streets, what stands beside them, and who drives, from a dozen numbers.
//!
//! A city is laid out on a lattice of unequal rectangles and then bent as a whole: arterial streets are some of the lattice's lines, what lies
//! between them is halved again and again by local streets until blocks are left, and a smooth field of noise bends it all. So whatever keeps apart
//! on the lattice keeps apart in the city. Blocks get a zone by how far from the centre they are, and by noise; a zone says what is built.
//!
//! The same numbers make the same city, in every run: it is drawn from its own seed. All lengths are metres.

mod bend;
mod blocks;
mod buildings;
mod buses;
mod country;
mod demand;
mod districts;
mod lattice;
mod names;
mod parks;
mod plot;
mod streets;
mod terrain;
mod water;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::bend::Bend;
use self::districts::Districts;
use self::lattice::Lattice;
use super::buses::{LineForm, StopForm};
use super::demand::Kind;
use super::plan::Plan;
use super::scenery::Scenery;
use super::settings::Flow;
use super::streets::Class;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::Duration;

/// A city grown from noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Grown {
    /// Another city for another number. Replications of a run share the city.
    #[schemars(example = json!(7))]
    pub seed: u64,
    /// How far it reaches from its centre, about: metres.
    #[schemars(range(min = 200.0, max = 6000.0), example = json!(1500))]
    pub radius: f64,
    /// How long the sides of usual blocks are, from street to street: metres.
    #[schemars(range(min = 80.0, max = 200.0), example = json!(90))]
    pub block: f64,
    /// How far arterial streets are from each other: metres.
    #[schemars(range(min = 300.0, max = 2000.0), example = json!(450))]
    pub arterials: f64,
    /// How bent streets are, from 0 (a chequerboard) to 1.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.7))]
    pub bend: f64,
    /// Whether a river flows through it, with bridges for arterial streets only.
    pub river: bool,
    /// How densely it is built, from 0 (a village) to 1.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.5))]
    pub density: f64,
    /// How many levels the tallest buildings have, in the centre.
    #[schemars(range(min = 1, max = 80), example = json!(16))]
    pub tallest: u32,
    /// Which share of the ground is parks.
    #[schemars(range(min = 0.0, max = 0.5), example = json!(0.1))]
    pub parks: f64,
    /// Which share of the ground is industry, all on one side.
    #[schemars(range(min = 0.0, max = 0.5), example = json!(0.12))]
    pub industry: f64,
    /// How high the hills around it are: metres. Streets are level.
    #[schemars(range(min = 0.0, max = 300.0), example = json!(40))]
    pub hills: f64,
    /// How many vehicles begin a trip in an hour, buses not counted.
    #[schemars(range(min = 0.0, max = 50000.0), example = json!(3000))]
    pub vehicles_per_hour: f64,
    /// Which share of them are trucks.
    #[schemars(range(min = 0.0, max = 1.0), example = json!(0.05))]
    pub trucks: f64,
    /// How many lines of buses there are, each in both directions.
    #[schemars(range(max = 12), example = json!(2))]
    pub buses: u32,
    /// When the first vehicles come.
    #[schemars(example = &"7h")]
    pub begin: Duration,
    /// For how long they come.
    #[schemars(example = &"1h")]
    pub lasts: Duration,
}

impl Default for Grown {
    fn default() -> Grown {
        Grown {
            seed: 1,
            radius: 1500.0,
            block: 90.0,
            arterials: 450.0,
            bend: 0.7,
            river: true,
            density: 0.5,
            tallest: 16,
            parks: 0.1,
            industry: 0.12,
            hills: 40.0,
            vehicles_per_hour: 2000.0,
            trucks: 0.05,
            buses: 2,
            begin: Duration::ZERO,
            lasts: Duration::from_secs(3600),
        }
    }
}

/// What has grown.
#[derive(Clone, Debug)]
pub struct Growth {
    /// The streets.
    pub plan: Plan,
    /// What stands and grows beside them.
    pub scenery: Scenery,
    /// Who drives, by kinds named `car` and `truck`.
    pub flows: Vec<Flow>,
    /// Where buses stop.
    pub stops: BTreeMap<String, StopForm>,
    /// The lines of buses, of a kind named `bus`.
    pub lines: BTreeMap<String, LineForm>,
}

impl Grown {
    /// Grows the city.
    pub fn grow(&self) -> Growth {
        let mut lattice = Lattice::new(self);
        let bend = Bend::new(self, &lattice);
        let districts = Districts::new(self, &lattice, &bend);
        let mut blocks = blocks::divide(self, &mut lattice, &bend, &districts);
        streets::prune(self, &mut lattice, &bend, &blocks);
        districts::assign(self, &lattice, &bend, &districts, &mut blocks);
        let laid = streets::plan(self, &lattice, &bend);
        let mut scenery = Scenery::default();
        water::add(self, &lattice, &bend, &mut scenery);
        let built = buildings::add(self, &lattice, &bend, &districts, &blocks, &mut scenery);
        streets::furnish(self, &lattice, &bend, &laid, &mut scenery);
        scenery.terrain = Some(terrain::terrain(self, &lattice, &bend, &laid, &blocks));
        let flows = demand::flows(self, &lattice, &laid, &blocks, &built, &scenery);
        let (stops, lines) = buses::lines(self, &lattice, &laid);
        Growth { plan: laid.plan, scenery, flows, stops, lines }
    }

    /// The kinds of vehicles in a grown city: those that are not cars as in SUMO's documentation ("Vehicle Type Parameter Defaults").
    pub fn kinds() -> [Kind; 3] {
        let class = |name: &str| Class::named(name).unwrap_or(Class::PASSENGER);
        let truck = Kind {
            name: "truck".to_owned(),
            class: class("truck"),
            length: 7.1,
            width: 2.4,
            acceleration: 1.3,
            deceleration: 4.0,
            emergency_deceleration: 7.0,
            top_speed: 130.0 / 3.6,
            ..Kind::car()
        };
        let bus = Kind {
            name: "bus".to_owned(),
            class: class("bus"),
            length: 12.0,
            width: 2.5,
            acceleration: 1.2,
            top_speed: 85.0 / 3.6,
            ..truck.clone()
        };
        [Kind::car(), truck, bus]
    }

    /// Random numbers for the `counter`-th of something.
    fn stream(&self, purpose: Purpose, who: u64, counter: u64) -> Stream {
        Seed(self.seed).stream(who, purpose, counter)
    }
}

#[cfg(test)]
mod tests;
