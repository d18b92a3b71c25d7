//! The review: what is made of incidents once they are over.
//!
//! Every so often the incidents that are over are gone through. Those that lie close together are of one *spot*
//! ([`dbscan`](super::dbscan)); each other one is a spot of its own. For a spot a measure is designed: a move of equipment, if the
//! [replay](super::replay) says that one helps, and else an instruction to those who were there. An instruction is given at
//! once; a move is carried out after a while, or when somebody says so. Then the measure is on trial: whoever is warned of near that
//! spot meanwhile is counted. If there are too many, all incidents of the spot are looked into again; if not, they are closed.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Resource, World};
use serde::{Deserialize, Serialize};

use super::advice::{Advice, Equipment, Ground, Plan};
use super::dbscan::{clusters, neighbours};
use super::incidents::{Incidents, Phase, Rule};
use super::readings::Guarded;
use super::replay::{Rules, Samples, Spot, far};
use super::settings::{Review, Safety};
use super::sight::{Watched, find};
use super::tables::AdviceRow;
use crate::engine::clock::{Clock, Periodic};
use crate::engine::command::{Command, Value, obey};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::time::{Duration, Time};
use crate::look::sight::Sights;
use crate::record::table::Table;
use crate::twin::services::Service;
use crate::world::position::Position;

/// Incidents of these kinds are not thrown together: they want different measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Too near, too many: a matter of where things stand.
    Distance,
    /// Where nobody should be.
    Zone,
    /// A fall.
    Fall,
}

impl Kind {
    fn of(rule: Rule) -> Kind {
        match rule {
            Rule::Apart | Rule::Gathering | Rule::Separation => Kind::Distance,
            Rule::Zone => Kind::Zone,
            Rule::Fall => Kind::Fall,
        }
    }
}

/// A place at which incidents happened, and what is done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Of which kind.
    pub kind: Kind,
    /// Its incidents, by number.
    pub incidents: Vec<u64>,
    /// What is known, and what is to be done.
    pub advice: Advice,
    /// When a move will be carried out.
    pub due: Option<Time>,
    /// When the measure was applied.
    pub applied: Option<Time>,
    /// How many were warned of there since then.
    pub recurred: u32,
}

impl Place {
    fn is_near(&self, at: Spot, near: f64) -> bool {
        let reach = self.advice.radius + near;
        // What has been moved takes its people with it.
        let moved = self.advice.plan.map(|plan| {
            let middle = self.advice.at;
            std::array::from_fn(|axis| middle[axis] + plan.to[axis] - plan.from[axis])
        });
        far(self.advice.at, at) < reach || moved.is_some_and(|middle| far(middle, at) < reach)
    }
}

/// The spots that are being dealt with.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reviews {
    /// By number.
    pub places: BTreeMap<u32, Place>,
    count: u32,
    beat: Option<Periodic>,
    /// The last incident that was held against the measures on trial.
    seen: u64,
    /// Since when the layout has been as it is.
    since: Time,
}

/// Goes through the incidents, if it is time.
pub(super) fn review(world: &mut World) {
    let Some(review) = world.resource::<Safety>().review.clone() else { return };
    let now = world.resource::<Clock>().now;
    notice_recurrences(world, &review);
    let reviews = &mut *world.resource_mut::<Reviews>();
    if reviews.beat.get_or_insert_with(|| Periodic::new(review.every)).due(now) {
        analyse(world, &review, now);
    }
    carry_out(world, &review, now);
    conclude(world, &review, now);
}

/// Counts who was warned of near a measure that is on trial.
fn notice_recurrences(world: &mut World, review: &Review) {
    let latest = world.resource::<Incidents>().count;
    let seen = std::mem::replace(&mut world.resource_mut::<Reviews>().seen, latest);
    if seen == latest || world.resource::<Reviews>().places.is_empty() {
        return;
    }
    let new: Vec<(Kind, Spot)> = {
        let incidents = world.resource::<Incidents>().open.range(seen + 1..=latest);
        incidents.map(|(_, one)| (Kind::of(one.rule), [one.at[0], one.at[1]])).collect()
    };
    for place in world.resource_mut::<Reviews>().places.values_mut().filter(|place| place.applied.is_some()) {
        let here = new.iter().filter(|(kind, at)| *kind == place.kind && place.is_near(*at, review.near));
        place.recurred += here.count() as u32;
    }
}

/// An incident that is over, and where it was.
type Found = (u64, Spot);

/// Finds the spots of all incidents that are over, and designs measures for them.
fn analyse(world: &mut World, review: &Review, now: Time) {
    for kind in [Kind::Distance, Kind::Zone, Kind::Fall] {
        let joined = join_places(world, review, kind, now);
        let found = over(world, kind);
        let groups = groups(&found, review);
        let mut touched = joined;
        for group in groups {
            touched.push(found_place(world, kind, group, now));
        }
        design(world, review, &touched, now);
    }
}

fn over(world: &World, kind: Kind) -> Vec<Found> {
    let incidents = world.resource::<Incidents>().open.values();
    let over = incidents.filter(|one| one.phase == Phase::Over && Kind::of(one.rule) == kind);
    over.map(|one| (one.id, [one.at[0], one.at[1]])).collect()
}

/// What lies together; and each by itself that does not.
fn groups(found: &[Found], review: &Review) -> Vec<Vec<Found>> {
    let points: Vec<Spot> = found.iter().map(|(_, at)| *at).collect();
    let clusters = clusters(&neighbours(&points, review.near), review.least);
    let mut groups: Vec<Vec<Found>> =
        clusters.members().into_iter().map(|members| members.into_iter().map(|one| found[one]).collect()).collect();
    let alone = clusters.of.iter().zip(found).filter(|(cluster, _)| cluster.is_none());
    groups.extend(alone.map(|(_, one)| vec![*one]));
    groups
}

/// Incidents at a spot whose measure has been designed and not applied yet belong to it.
fn join_places(world: &mut World, review: &Review, kind: Kind, now: Time) -> Vec<u32> {
    let mut joined = Vec::new();
    for (id, at) in over(world, kind) {
        let places = &mut world.resource_mut::<Reviews>().places;
        let waiting = places.iter_mut().filter(|(_, place)| place.kind == kind && place.applied.is_none());
        let place = waiting
            .filter(|(_, place)| far(place.advice.at, at) < place.advice.radius.max(review.near))
            .min_by(|(_, a), (_, b)| far(a.advice.at, at).total_cmp(&far(b.advice.at, at)));
        let Some((&number, place)) = place else { continue };
        place.incidents.push(id);
        joined.push(number);
        let incidents = &mut *world.resource_mut::<Incidents>();
        if let Some(incident) = incidents.open.get_mut(&id) {
            incident.spot = Some(number);
        }
        incidents.move_on(id, now, Phase::Analysed, &format!("one more at spot {number}"));
    }
    joined.sort_unstable();
    joined.dedup();
    joined
}

/// A spot that was not known before. Returns its number.
fn found_place(world: &mut World, kind: Kind, group: Vec<Found>, now: Time) -> u32 {
    let reviews = &mut *world.resource_mut::<Reviews>();
    reviews.count += 1;
    let number = reviews.count;
    let cause = match group.len() {
        1 => format!("by itself, spot {number}"),
        several => format!("{several} of them at spot {number}"),
    };
    let advice = Advice { at: [0.0; 2], radius: 0.0, incidents: 0, per_hour: 0.0, plan: None, samples: 0 };
    let ids: Vec<u64> = group.iter().map(|(id, _)| *id).collect();
    let place = Place { kind, incidents: ids.clone(), advice, due: None, applied: None, recurred: 0 };
    reviews.places.insert(number, place);
    let incidents = &mut *world.resource_mut::<Incidents>();
    for id in ids {
        if let Some(incident) = incidents.open.get_mut(&id) {
            incident.spot = Some(number);
        }
        incidents.move_on(id, now, Phase::Analysed, &cause);
    }
    number
}

/// Designs the measures of spots, with all that is known by now.
fn design(world: &mut World, review: &Review, numbers: &[u32], now: Time) {
    for &number in numbers {
        let Some(place) = world.resource::<Reviews>().places.get(&number).cloned() else { continue };
        let advice = advise(world, review, &place, now);
        let cause = match advice.plan {
            Some(plan) => describe(world, &plan),
            None => "tell those who were there".to_owned(),
        };
        let reviews = &mut *world.resource_mut::<Reviews>();
        if let Some(place) = reviews.places.get_mut(&number) {
            place.advice = advice;
            let after = review.applied_after.map(|after| now + after);
            place.due = if advice.plan.is_some() { place.due.or(after) } else { Some(now) };
        }
        let incidents = &mut *world.resource_mut::<Incidents>();
        for id in place.incidents {
            if incidents.open.get(&id).is_some_and(|incident| incident.phase == Phase::Analysed) {
                incidents.move_on(id, now, Phase::Designed, &cause);
            }
        }
    }
}

fn describe(world: &World, plan: &Plan) -> String {
    let Plan { equipment, to: [x, y], expected, .. } = plan;
    let name = world.resource::<Directory>().name(*equipment);
    format!("move {name} to ({x:.2}, {y:.2}): expected {:+.0} %", -100.0 * expected)
}

/// What is known of a spot, and which move would help.
fn advise(world: &World, review: &Review, place: &Place, now: Time) -> Advice {
    let incidents = world.resource::<Incidents>();
    let places: Vec<Spot> =
        place.incidents.iter().filter_map(|id| incidents.open.get(id)).map(|one| [one.at[0], one.at[1]]).collect();
    let count = places.len().max(1) as f64;
    let at = std::array::from_fn(|axis| places.iter().map(|place| place[axis]).sum::<f64>() / count);
    let radius = places.iter().map(|place| far(at, *place)).fold(0.0, f64::max);
    let hours = (now - world.resource::<Reviews>().since).seconds() / 3600.0;
    let moments = &world.resource::<Samples>().moments;
    let is_worth_it = place.kind == Kind::Distance && places.len() >= review.least as usize;
    let plan = if is_worth_it { plan(world, review, at, radius) } else { None };
    let per_hour = if hours > 0.0 { places.len() as f64 / hours } else { 0.0 };
    Advice { at, radius, incidents: places.len(), per_hour, plan, samples: moments.len() }
}

fn plan(world: &World, review: &Review, at: Spot, radius: f64) -> Option<Plan> {
    let (safety, watched) = (world.resource::<Safety>(), world.resource::<Watched>());
    let equipment = equipment(world, review);
    let moments = &world.resource::<Samples>().moments;
    let bounds = bounds(equipment.iter().map(|one| one.at).chain(moments.iter().flatten().map(|trace| trace.at())));
    let zone = review.room.as_ref().and_then(|room| safety.zones.get(room));
    let room = |spot: Spot| match zone {
        Some(zone) => zone.outside((spot[0], spot[1])) <= 0.0,
        None => (0..2).all(|axis| (bounds[0][axis]..=bounds[1][axis]).contains(&spot[axis])),
    };
    let ground = Ground { review, rules: Rules { safety, watched }, equipment: &equipment, room: &room, moments };
    ground.plan(at, radius)
}

fn bounds(points: impl Iterator<Item = Spot>) -> [Spot; 2] {
    points.fold([[f64::INFINITY; 2], [f64::NEG_INFINITY; 2]], |[low, high], point| {
        [
            std::array::from_fn(|axis| f64::min(low[axis], point[axis])),
            std::array::from_fn(|axis| f64::max(high[axis], point[axis])),
        ]
    })
}

/// What can be moved, by id.
fn equipment(world: &World, review: &Review) -> Vec<Equipment> {
    let directory = world.resource::<Directory>();
    let named = find(world, &review.equipment);
    let is_one = |twin: TwinId, entity: bevy_ecs::prelude::Entity| match review.equipment.is_empty() {
        true => world.entity(entity).contains::<Service>(),
        false => named.contains(twin),
    };
    let all = directory.twins().filter(|(twin, entity, _)| is_one(*twin, *entity));
    let placed = all.filter_map(|(twin, entity, _)| {
        let position = world.entity(entity).get::<Position>()?;
        Some(Equipment { twin, at: [position.x, position.y] })
    });
    placed.collect()
}

/// Carries out what is due.
fn carry_out(world: &mut World, review: &Review, now: Time) {
    let places = &world.resource::<Reviews>().places;
    let due = places.iter().filter(|(_, place)| place.applied.is_none() && place.due.is_some_and(|due| due <= now));
    let due: Vec<u32> = due.map(|(number, _)| *number).collect();
    for number in due {
        let Some(place) = world.resource::<Reviews>().places.get(&number).cloned() else { continue };
        let cause = match place.advice.plan {
            Some(plan) => move_equipment(world, &plan, now),
            None => instruct(world, &place),
        };
        let reviews = &mut *world.resource_mut::<Reviews>();
        if let Some(place) = reviews.places.get_mut(&number) {
            place.applied = Some(now);
        }
        if place.advice.plan.is_some() {
            reviews.since = now;
        }
        let incidents = &mut *world.resource_mut::<Incidents>();
        place.incidents.iter().for_each(|id| incidents.move_on(*id, now, Phase::Applied, &cause));
        publish(world, review, number, place.advice, now);
    }
}

/// Writes down what is to be done about a spot, if it is more than a single incident.
fn publish(world: &mut World, review: &Review, spot: u32, advice: Advice, at: Time) {
    if advice.incidents >= review.least as usize {
        world.resource_mut::<Table<AdviceRow>>().push(AdviceRow { at, spot, advice });
    }
}

/// Moves a piece of equipment. A machine of a plant is moved as such machines are: when it has finished its jobs.
fn move_equipment(world: &mut World, plan: &Plan, now: Time) -> String {
    let name = world.resource::<Directory>().name(plan.equipment);
    let [x, y] = plan.to;
    let relocation = Command {
        at: now.since_start(),
        action: "relocate".to_owned(),
        twin: Some(name.to_string()),
        cause: "safety review".to_owned(),
        with: BTreeMap::from([("x".to_owned(), Value::Number(x)), ("y".to_owned(), Value::Number(y))]),
    };
    if obey(world, &relocation).is_err() {
        place_at(world, plan.equipment, plan.to);
    }
    world.resource_mut::<Samples>().clear();
    let cause = describe(world, plan);
    world.resource_mut::<Journal>().note(now, plan.equipment, "moved", cause.clone(), Some(plan.expected));
    cause
}

/// Puts a twin somewhere else on the ground.
pub(super) fn place_at(world: &mut World, twin: TwinId, [x, y]: Spot) {
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return };
    if let Some(mut position) = world.get_mut::<Position>(entity) {
        (position.x, position.y) = (x, y);
    }
    world.resource_mut::<Sights>().expire();
}

/// Tells those who were there.
fn instruct(world: &mut World, place: &Place) -> String {
    let incidents = world.resource::<Incidents>();
    let involved = place.incidents.iter().filter_map(|id| incidents.open.get(id)).flat_map(|one| one.twins);
    let mut people: Vec<TwinId> = involved.collect();
    people.sort_unstable();
    people.dedup();
    let mut told = 0;
    for twin in people {
        let Some(entity) = world.resource::<Directory>().entity(twin) else { continue };
        if let Some(mut guarded) = world.get_mut::<Guarded>(entity) {
            guarded.told += 1;
            told += 1;
        }
    }
    format!("{told} told")
}

/// Ends trials: at once, if a measure does not hold; when their time is over, if it does.
fn conclude(world: &mut World, review: &Review, now: Time) {
    let verdict = |place: &Place| {
        let since = place.applied?;
        let allowed = review.tolerates * place.advice.per_hour * review.trial.seconds() / 3600.0;
        if f64::from(place.recurred) > allowed {
            return Some(false);
        }
        (now - since >= review.trial.max(Duration::from_nanos(1))).then_some(true)
    };
    let places = &world.resource::<Reviews>().places;
    let over: Vec<(u32, bool)> = places.iter().filter_map(|(number, place)| Some((*number, verdict(place)?))).collect();
    for (number, holds) in over {
        let Some(place) = world.resource_mut::<Reviews>().places.remove(&number) else { continue };
        let incidents = &mut *world.resource_mut::<Incidents>();
        let cause = format!("{} more in its trial", place.recurred);
        for id in place.incidents {
            if holds {
                incidents.move_on(id, now, Phase::Verified, &cause);
                incidents.move_on(id, now, Phase::Closed, &cause);
            } else {
                incidents.send_back(id, now, &format!("recurred: {cause}"));
            }
        }
    }
}

/// The advice that nobody has followed yet, and that about what has not been gone through by the end.
pub(super) fn last_rows(world: &mut World) {
    let Some(review) = world.resource::<Safety>().review.clone() else { return };
    let now = world.resource::<Clock>().now;
    let waiting = |place: &&Place| place.applied.is_none();
    let reviews = world.resource::<Reviews>().clone();
    for (number, place) in reviews.places.iter().filter(|(_, place)| waiting(place)) {
        let advice = advise(world, &review, place, now);
        publish(world, &review, *number, advice, now);
    }
    let found = over(world, Kind::Distance);
    let mut number = reviews.count;
    for group in groups(&found, &review).into_iter().filter(|group| group.len() >= review.least as usize) {
        number += 1;
        let advice = Advice { at: [0.0; 2], radius: 0.0, incidents: 0, per_hour: 0.0, plan: None, samples: 0 };
        let incidents = group.iter().map(|(id, _)| *id).collect();
        let place = Place { kind: Kind::Distance, incidents, advice, due: None, applied: None, recurred: 0 };
        let advice = advise(world, &review, &place, now);
        publish(world, &review, number, advice, now);
    }
}

/// Carries out at the next look whatever has been designed. Returns how much that is.
pub(super) fn apply_all(world: &mut World, now: Time) -> usize {
    let waiting =
        world.resource_mut::<Reviews>().into_inner().places.values_mut().filter(|place| place.applied.is_none());
    waiting.map(|place| place.due = Some(now)).count()
}
