//! Vehicles: what an author says of one, and what it is doing while the world runs.

use bevy_ecs::prelude::{Component, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::distribution::Distribution;
use crate::engine::queue::EventHandle;
use crate::engine::time::{Duration, Time};
use crate::factory::dispatch::fleet::FleetRule;
use crate::factory::jobs::JobRef;

use super::haulage::OrderRef;
use super::network::SpotId;
use super::traffic::MoverId;

/// A vehicle that carries jobs along the aisles. It starts in a parking place of its own, off the aisles, and goes back
/// there when nothing is to be done.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Vehicle {
    /// How fast it goes at most.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "m/s"))]
    pub speed: f64,
    /// How quickly it becomes faster.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "m/s²"))]
    pub acceleration: f64,
    /// How quickly it becomes slower; without it, as quickly as it becomes faster.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "m/s²"))]
    pub deceleration: Option<f64>,
    /// How long it is; every zone of the aisles must have room for it.
    #[schemars(range(min = 0.1, max = 100.0), extend("x-unit" = "m"))]
    pub length: f64,
    /// How many jobs it carries at a time. It takes those that go the same way.
    #[schemars(range(min = 1, max = 1000))]
    pub capacity: u32,
    /// How long it takes to load a job.
    pub load: Distribution<Duration>,
    /// How long it takes to unload a job.
    pub unload: Distribution<Duration>,
}

impl Default for Vehicle {
    fn default() -> Self {
        Vehicle {
            speed: 1.5,
            acceleration: 0.8,
            deceleration: None,
            length: 1.2,
            capacity: 1,
            load: Distribution::constant(Duration::from_secs(15)),
            unload: Distribution::constant(Duration::from_secs(15)),
        }
    }
}

/// How vehicles are given their work.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TransportSettings {
    /// Which vehicle takes which load.
    pub rule: FleetRule,
    /// The twin where released jobs wait for their first transport; it needs a part `station`. Without it, jobs come to
    /// their first machine by themselves.
    #[schemars(example = &"goods in")]
    pub receiving: Option<String>,
    /// The twin to which finished jobs are brought; it needs a part `station`. Without it, they leave from their last machine.
    #[schemars(example = &"goods out")]
    pub shipping: Option<String>,
}

/// Where vehicles stop for a machine, a rack or a charger: a bay beside a junction of the aisles. Without this part they stop
/// at the nearest junction, one at a time.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Station {
    /// The junction; without it, the nearest.
    #[schemars(example = &"north-1")]
    pub junction: Option<String>,
    /// How many vehicles can stand there at a time, off the aisle.
    #[schemars(range(min = 1, max = 1000))]
    pub bays: u32,
}

impl Default for Station {
    fn default() -> Self {
        Station { junction: None, bays: 1 }
    }
}

/// What a vehicle is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// Nothing: it is at home or on the way there, and can be sent elsewhere.
    #[default]
    None,
    /// To fetch a load.
    Fetch,
    /// To bring a load.
    Bring,
    /// To charge its battery.
    Charge,
}

/// What a vehicle is doing at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Handling {
    /// Taking a load up.
    Loading,
    /// Setting a load down.
    Unloading,
    /// Taking current.
    Charging,
}

/// What a vehicle is doing, as the table `states` has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Motion {
    /// Standing with nothing to do.
    #[default]
    Idle,
    /// Driving without a load.
    Driving,
    /// Driving with a load.
    Carrying,
    /// Loading or unloading.
    Loading,
    /// Standing because a zone or a bay is taken.
    Waiting,
    /// Charging.
    Charging,
    /// Broken down.
    Down,
    /// Put aside by a command.
    Suspended,
}

/// How many kinds of motion there are.
pub const MOTIONS: usize = 8;

impl Motion {
    /// All, in the order of [`VehicleState::time`].
    pub const ALL: [Motion; MOTIONS] = [
        Motion::Idle,
        Motion::Driving,
        Motion::Carrying,
        Motion::Loading,
        Motion::Waiting,
        Motion::Charging,
        Motion::Down,
        Motion::Suspended,
    ];

    /// The word in the table `states`.
    pub fn name(self) -> &'static str {
        match self {
            Motion::Idle => "idle",
            Motion::Driving => "driving",
            Motion::Carrying => "carrying",
            Motion::Loading => "loading",
            Motion::Waiting => "waiting",
            Motion::Charging => "charging",
            Motion::Down => "down",
            Motion::Suspended => "suspended",
        }
    }
}

/// The state of a vehicle.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct VehicleState {
    /// Who it is in the traffic.
    pub mover: MoverId,
    /// Its own parking place.
    pub home: SpotId,
    /// What it is about.
    pub errand: Errand,
    /// Where it has to go for that, until it is there.
    pub goal: Option<SpotId>,
    /// Whether a place there has been promised to it.
    pub claimed: bool,
    /// Whether it is driving.
    pub moves: bool,
    /// The event of its coming to the next zone.
    pub passing: Option<EventHandle>,
    /// What it is doing at a stop.
    pub handling: Option<Handling>,
    /// The event that ends that.
    pub event: Option<EventHandle>,
    /// The transports that it has been given.
    pub orders: Vec<OrderRef>,
    /// What it carries.
    pub load: Vec<JobRef>,
    /// How many times it has loaded or unloaded.
    pub stops: u64,
    /// Whether it is broken down.
    pub down: bool,
    /// Whether a command has put it aside: it takes no new transports.
    pub suspended: bool,
    /// What it is doing.
    pub motion: Motion,
    /// Since when.
    pub since: Time,
    /// Nanoseconds in each of [`Motion::ALL`] since counting began.
    pub time: [i64; MOTIONS],
    /// Up to when those are complete.
    pub until: Time,
    /// Jobs brought since counting began.
    pub delivered: u64,
    /// Whether its battery was found empty.
    pub flat: bool,
}

impl VehicleState {
    /// Whether it can be given a transport.
    pub fn is_free(&self) -> bool {
        self.is_idle() && !self.suspended
    }

    /// Whether it has nothing to do and could do something.
    pub fn is_idle(&self) -> bool {
        self.errand == Errand::None && self.handling.is_none() && !self.down
    }

    /// What it is doing.
    pub fn observe(&self) -> Motion {
        if self.down {
            return Motion::Down;
        }
        match self.handling {
            Some(Handling::Loading | Handling::Unloading) => return Motion::Loading,
            Some(Handling::Charging) => return Motion::Charging,
            None => {}
        }
        match (self.moves, self.goal.is_some()) {
            (true, _) if self.load.is_empty() => Motion::Driving,
            (true, _) => Motion::Carrying,
            (false, true) => Motion::Waiting,
            (false, false) if self.suspended => Motion::Suspended,
            (false, false) => Motion::Idle,
        }
    }

    /// Brings the sums over time up to `now`.
    pub fn count_until(&mut self, now: Time) {
        self.time[self.motion as usize] += (now - self.until).nanos();
        self.until = now;
    }

    /// The time in which it was about something, since counting began: seconds.
    pub fn busy(&self, now: Time) -> f64 {
        let idle = [Motion::Idle, Motion::Down, Motion::Suspended];
        let counted: i64 = Motion::ALL.iter().filter(|m| !idle.contains(m)).map(|&m| self.time[m as usize]).sum();
        let present = if idle.contains(&self.motion) { 0 } else { (now - self.until).nanos() };
        (counted + present) as f64 / 1e9
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self, now: Time) {
        (self.time, self.until, self.delivered) = ([0; MOTIONS], now, 0);
    }
}
