//! Wearables: what people carry that knows about where they are, whether they have fallen, and how full it is.

use bevy_ecs::change_detection::DetectChangesMut as _;
use bevy_ecs::prelude::{Component, Mut, QueryState, Resource, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::alarms::{self, About};
use super::fence::{self, Verdict};
use super::settings::Safety;
use super::sight::{Places, find};
use crate::engine::clock::Clock;
use crate::engine::distribution::Distribution;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;
use crate::twin::who::TwinSet;
use crate::world::position::Position;

/// Something to wear that measures where its wearer is, and gives an alarm if that is where it should not be, or if its wearer falls.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Wearable {
    /// 95 % of measurements are nearer to the truth than this; its standard deviation on each axis is that over 2.4477.
    #[schemars(range(min = 0, max = 10_000), extend("x-unit" = "m"))]
    pub error_radius: f64,
    /// How often it measures; at a look of the watch.
    pub every: Duration,
    /// The zones of the section `safety`, in one of which the wearer stays.
    #[schemars(example = json!(["hall"]))]
    pub stays_in: Vec<String>,
    /// The zones of the section `safety` out of which the wearer stays.
    #[schemars(example = json!(["press pit"]))]
    pub keeps_out: Vec<String>,
    /// How surely the wearer has to be where it should not be: false alarms come at most with 1 less this at each measurement.
    #[schemars(range(min = 0, max = 0.999_999))]
    pub confidence: f64,
    /// How long it lasts when it is full.
    pub lasts: Duration,
    /// How full it is at the start.
    #[schemars(range(min = 0, max = 1))]
    pub charge: f64,
    /// Where it is charged, as long as its wearer is within 2 m: a name, a pattern or a kind.
    #[schemars(example = &"charger")]
    pub charged_at: Option<String>,
    /// How long it takes to be charged.
    pub charges_in: Duration,
    /// How likely it notices a fall.
    #[schemars(range(min = 0, max = 1))]
    pub detects: f64,
    /// How long after a fall it gives the alarm, if nothing moves.
    pub notices_after: Duration,
    /// How long it takes until it takes something else for a fall; without it, never.
    #[schemars(example = json!({"Exponential": {"mean": "200h"}}))]
    pub false_falls: Option<Distribution<Duration>>,
}

impl Default for Wearable {
    fn default() -> Self {
        Wearable {
            error_radius: 3.0,
            every: Duration::from_secs(5),
            stays_in: Vec::new(),
            keeps_out: Vec::new(),
            confidence: 0.95,
            lasts: Duration::from_secs(60 * 3_600),
            charge: 1.0,
            charged_at: None,
            charges_in: Duration::from_secs(2 * 3_600),
            detects: 0.95,
            notices_after: Duration::from_secs(10),
            false_falls: None,
        }
    }
}

/// How near a wearer has to be to a charger: metres.
const CHARGING: f64 = 2.0;

impl Wearable {
    /// The standard deviation of what it measures, on each axis: metres.
    pub fn sd(&self) -> f64 {
        self.error_radius / fence::radius(0.95)
    }

    /// How far a measured place has to be outside for an alarm: metres.
    pub fn margin(&self) -> f64 {
        self.sd() * fence::radius(self.confidence)
    }
}

/// The state of a wearable.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Worn {
    /// When it measures next.
    pub next: Time,
    /// How often it has measured.
    pub count: u64,
    /// How often it was then surely where it should not be.
    pub outside: u64,
    /// Where it was found last: metres.
    pub measured: Option<[f64; 2]>,
    /// How full it is: 0 to 1.
    pub charge: f64,
    /// Up to when that is worked out.
    pub until: Time,
    /// For each of its fences: whether it has been found outside, and not inside since.
    pub alarmed: Vec<bool>,
    /// How far its alarm has escalated: 1 for the first step, 0 for none.
    pub step: u32,
    /// How often it has taken something else for a fall.
    pub false_falls: u64,
}

impl Worn {
    /// Whether it works.
    pub fn is_on(&self) -> bool {
        self.charge > 0.0
    }

    /// Lets its battery run down, or be charged, up to a moment.
    fn pass(&mut self, wearable: &Wearable, is_charging: bool, now: Time) {
        let passed = (now - self.until).seconds();
        let rate = match is_charging {
            true => 1.0 / wearable.charges_in.seconds().max(1e-9),
            false => -1.0 / wearable.lasts.seconds().max(1e-9),
        };
        self.charge = (self.charge + rate * passed).clamp(0.0, 1.0);
        self.until = now;
    }
}

/// Something that a wearable has noticed.
struct Notice {
    twin: TwinId,
    zone: u16,
    /// Whether it is outside, or inside again.
    is_outside: bool,
    /// Whether that is so.
    is_true: bool,
    at: [f64; 2],
    /// By how much: metres.
    excess: f64,
}

/// The zones that a wearable knows, as one fence to stay in and others to keep out of: by how much a place is beyond each (metres).
fn beyond(wearable: &Wearable, safety: &Safety, at: [f64; 2]) -> Vec<(u16, f64)> {
    let outside = |name: &String| {
        let number = safety.zones.keys().position(|zone| zone == name)?;
        Some((number as u16, safety.zones.get(name)?.outside((at[0], at[1]))))
    };
    let stays = wearable.stays_in.iter().filter_map(outside).min_by(|a, b| a.1.total_cmp(&b.1));
    let keeps = wearable.keeps_out.iter().filter_map(outside).map(|(zone, outside)| (zone, -outside));
    stays.into_iter().chain(keeps).collect()
}

/// What is asked of each wearer.
type Wearers = (&'static TwinId, &'static Position, &'static Wearable, &'static mut Worn, Option<&'static Life>);

/// Lets wearables measure whose time has come.
pub(super) fn wear(world: &mut World, wearers: &mut QueryState<Wearers>) {
    let (now, seed) = (world.resource::<Clock>().now, *world.resource::<Seed>());
    let mut notices = Vec::new();
    let mut empty = Vec::new();
    world.resource_scope(|world, chargers: Mut<Chargers>| {
        let chargers = chargers.places(world);
        world.resource_scope(|world, rules: Mut<Safety>| {
            let places = std::mem::take(&mut *world.resource_mut::<Places>());
            for (&twin, position, wearable, mut worn, life) in wearers.iter_mut(world) {
                let worn = worn.bypass_change_detection();
                let at = places.of(twin).unwrap_or([position.x, position.y, position.z]);
                let at = [at[0], at[1]];
                let was_on = worn.is_on();
                worn.pass(wearable, is_charging(&chargers, wearable, at), now);
                if was_on && !worn.is_on() {
                    empty.push(twin);
                }
                // Who is put aside has taken it off; who lies on the floor stays where he is.
                if worn.next > now || !worn.is_on() || life.is_some_and(|life| *life != Life::Active) {
                    continue;
                }
                worn.next = now + wearable.every;
                measure(twin, at, wearable, worn, &rules, seed, &mut notices);
            }
            *world.resource_mut::<Places>() = places;
        });
    });
    empty.sort_unstable();
    for twin in empty {
        world.resource_mut::<Journal>().note(now, twin, "wearable empty", "", None);
    }
    notices.sort_by_key(|notice| notice.twin);
    for Notice { twin, zone, is_outside, is_true, at, excess } in notices {
        match is_outside {
            true => alarms::raise(world, twin, About::Zone(zone), now, at, excess, is_true),
            false => alarms::back_inside(world, twin, zone, now),
        }
    }
}

fn measure(
    twin: TwinId,
    at: [f64; 2],
    wearable: &Wearable,
    worn: &mut Worn,
    safety: &Safety,
    seed: Seed,
    notices: &mut Vec<Notice>,
) {
    let [x, y] = fence::error(seed, twin, worn.count, wearable.sd());
    let measured = [at[0] + x, at[1] + y];
    worn.count += 1;
    worn.measured = Some(measured);
    let found = beyond(wearable, safety, measured);
    worn.alarmed.resize(found.len(), false);
    let truth = beyond(wearable, safety, at);
    for (fence, (zone, excess)) in found.into_iter().enumerate() {
        let verdict = fence::judge(excess, wearable.margin());
        worn.outside += u64::from(verdict == Verdict::Outside);
        let alarmed = worn.alarmed[fence];
        let is_outside = match verdict {
            Verdict::Outside => true,
            Verdict::Unsure => alarmed,
            Verdict::Inside => false,
        };
        if is_outside != alarmed {
            worn.alarmed[fence] = is_outside;
            let is_true = truth[fence].1 > 0.0;
            notices.push(Notice { twin, zone, is_outside, is_true, at: measured, excess });
        }
    }
}

/// Where wearables are charged: for each text, who is meant. A cache.
#[derive(Resource, Clone, Default)]
pub(super) struct Chargers(Vec<(String, TwinSet)>);

impl Chargers {
    /// Finds out whom the scene means.
    pub fn rebuild(world: &mut World) {
        let directory = world.resource::<Directory>();
        let wearables = directory.twins().filter_map(|(_, entity, _)| world.get::<Wearable>(entity));
        let mut texts: Vec<String> = wearables.filter_map(|wearable| wearable.charged_at.clone()).collect();
        texts.sort_unstable();
        texts.dedup();
        let of = |text: String| (text.clone(), find(world, &[text]));
        let chargers = Chargers(texts.into_iter().map(of).collect());
        world.insert_resource(chargers);
    }

    /// Where they are now.
    fn places(&self, world: &World) -> Vec<(&str, Vec<[f64; 2]>)> {
        let directory = world.resource::<Directory>();
        let place = |twin: &TwinId| {
            let position = world.get::<Position>(directory.entity(*twin)?)?;
            Some([position.x, position.y])
        };
        self.0.iter().map(|(text, set)| (text.as_str(), set.twins().iter().filter_map(place).collect())).collect()
    }
}

/// Whether a wearer is at a charger.
fn is_charging(chargers: &[(&str, Vec<[f64; 2]>)], wearable: &Wearable, at: [f64; 2]) -> bool {
    let Some(who) = &wearable.charged_at else { return false };
    let places = chargers.iter().filter(|(other, _)| other == who).flat_map(|(_, places)| places);
    places.into_iter().any(|place| super::replay::far(*place, at) <= CHARGING)
}

/// Gives wearables their state before the first step.
pub(super) fn begin(world: &mut World) {
    let twins: Vec<_> = world.resource::<Directory>().twins().map(|(_, entity, _)| entity).collect();
    for entity in twins {
        let Some(wearable) = world.get::<Wearable>(entity) else { continue };
        let worn = Worn { charge: wearable.charge, ..Worn::default() };
        world.entity_mut(entity).insert(worn);
    }
}
