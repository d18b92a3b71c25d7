//! What the watch sees: where everybody is whom it watches, and who is too near to whom.

use bevy_ecs::prelude::{Entity, Mut, QueryState, Res, ResMut, Resource, World};

use super::falls::Fallen;
use super::settings::Safety;
use super::{apart, gathering, separation};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::parallel::Pool;
use crate::engine::time::Time;
use crate::twin::life::Life;
use crate::twin::who::{Population, TwinSet};
use crate::world::physics::{Bodies, Body, Physics};
use crate::world::position::Position;
use crate::world::space::{Point, Space, distance};
use crate::world::travel::Travel;
use crate::world::whereabouts::{Locators, Whereabouts};

/// Two who are near each other, by one of the rules.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Which: 0 is that of persons, then those of separation in their order.
    pub rule: u16,
    /// Who: the lower id first.
    pub twins: [TwinId; 2],
    /// How far they are apart: metres.
    pub distance: f64,
    /// Whether that is too near, or only not yet far enough for it to be over.
    pub is_breach: bool,
}

/// Several who are near each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    /// Who, by id.
    pub members: Vec<TwinId>,
    /// Whether they are too many.
    pub is_breach: bool,
}

/// Whom a scene means. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Watched {
    /// The persons.
    pub persons: TwinSet,
    /// For each rule of separation: those from whom some stay away; none if these are the persons.
    pub of: Vec<Option<TwinSet>>,
    /// And those who stay away.
    pub from: Vec<TwinSet>,
    /// All of them.
    pub all: TwinSet,
    /// Whether anybody's speed matters.
    pub asks_for_speed: bool,
}

/// The twins whom several texts mean.
pub fn find(world: &World, who: &[String]) -> TwinSet {
    let (population, directory) = (world.resource::<Population>(), world.resource::<Directory>());
    union(who.iter().map(|who| population.find(directory, who)))
}

fn union(sets: impl Iterator<Item = Vec<TwinId>>) -> TwinSet {
    let mut twins: Vec<TwinId> = sets.flatten().collect();
    twins.sort_unstable();
    twins.dedup();
    TwinSet::new(twins)
}

impl Watched {
    /// Finds out whom the scene means.
    pub fn rebuild(world: &mut World) {
        let safety = world.resource::<Safety>();
        let persons = find(world, &safety.persons);
        let rules = || safety.separations.iter();
        let of: Vec<Option<TwinSet>> =
            rules().map(|rule| (!rule.of.is_empty()).then(|| find(world, &rule.of))).collect();
        let from: Vec<TwinSet> = rules().map(|rule| find(world, &rule.from)).collect();
        let others = of.iter().flatten().chain(&from);
        let all = union([&persons].into_iter().chain(others).map(|set| set.twins().to_vec()));
        let asks_for_speed = rules().any(|rule| rule.protective.is_some());
        world.insert_resource(Watched { persons, of, from, all, asks_for_speed });
    }
}

/// Where everybody is whom the watch looks at. A cache, made anew at each look.
#[derive(Resource, Clone, Debug, Default)]
pub struct Places {
    /// By id; NaN for those who are not there, or put aside.
    at: Vec<Point>,
    /// By id: m/s. Empty where nobody's speed matters.
    velocity: Vec<Point>,
}

impl Places {
    /// Where somebody is.
    #[inline]
    pub fn of(&self, twin: TwinId) -> Option<Point> {
        self.at.get(twin.0 as usize).copied().filter(|at| !at[0].is_nan())
    }

    /// How somebody moves: m/s.
    pub fn velocity(&self, twin: TwinId) -> Point {
        self.velocity.get(twin.0 as usize).copied().unwrap_or_default()
    }

    fn clear(&mut self, count: usize, with_speed: bool) {
        self.at.clear();
        self.at.resize(count, [f64::NAN; 3]);
        self.velocity.clear();
        self.velocity.resize(if with_speed { count } else { 0 }, [0.0; 3]);
    }
}

/// What is asked of each twin.
type Asked = (Entity, &'static TwinId, &'static Position, Option<&'static Life>, Option<&'static Fallen>);

/// Finds out where everybody is.
pub(super) fn locate(world: &mut World, twins: &mut QueryState<Asked>) {
    let now = world.resource::<Clock>().now;
    twins.update_archetypes(world);
    world.resource_scope(|world, mut places: Mut<Places>| {
        let places = &mut *places;
        let watched = world.resource::<Watched>();
        places.clear(watched.all.twins().last().map_or(0, |last| last.0 as usize + 1), watched.asks_for_speed);
        for (_, &twin, position, life, fallen) in twins.iter_manual(world) {
            let at = [position.x, position.y, position.z];
            // Who is put aside is not at work; who lies on the floor is put aside, too, and all the more to be looked after.
            let is_there = life.is_none_or(|life| *life == Life::Active) || fallen.is_some_and(Fallen::is_down);
            if watched.all.contains(twin) && is_there && at.iter().all(|part| part.is_finite()) {
                places.at[twin.0 as usize] = at;
            }
        }
        if watched.asks_for_speed {
            speeds(world, watched, places, now);
        }
        let mut tell = |whereabouts: Whereabouts| {
            let id = whereabouts.twin.0 as usize;
            if places.of(whereabouts.twin).is_some() {
                places.at[id] = whereabouts.at;
                if let Some(velocity) = places.velocity.get_mut(id) {
                    *velocity = whereabouts.velocity;
                }
            }
        };
        world.get_resource::<Locators>().iter().flat_map(|all| &all.0).for_each(|locate| locate(world, now, &mut tell));
    });
}

/// How fast those are who stay away from others.
fn speeds(world: &World, watched: &Watched, places: &mut Places, now: Time) {
    let directory = world.resource::<Directory>();
    for &twin in watched.from.iter().flat_map(TwinSet::twins) {
        let Some(entity) = directory.entity(twin) else { continue };
        if let Some(velocity) = velocity(world, entity, twin, now) {
            places.velocity[twin.0 as usize] = velocity;
        }
    }
}

/// How fast a twin moves: by forces, if it has a body that does, and else along its way.
fn velocity(world: &World, entity: Entity, twin: TwinId, now: Time) -> Option<Point> {
    let parts = world.entity(entity);
    if parts.get::<Body>().is_some_and(|body| body.moves.by_forces()) {
        return world.resource::<Physics>().velocity(world.resource::<Bodies>(), twin);
    }
    let travel = parts.get::<Travel>()?;
    let on = travel.at(now)?;
    let (from, _) = travel.start_of(on.leg);
    let to = travel.legs[on.leg].to;
    let far = distance(from, to);
    (far > 0.0).then(|| std::array::from_fn(|axis| (to[axis] - from[axis]) / far * on.speed))
}

/// What the watch has seen at this look. A cache.
#[derive(Resource, Default)]
pub struct Sighted {
    /// Who is near whom: by rule, then by ids.
    pub pairs: Vec<Pair>,
    /// Who gathers.
    pub crowds: Vec<Crowd>,
    spaces: Vec<Space>,
}

/// Finds out who is near whom.
pub(super) fn sight(
    safety: Res<Safety>,
    watched: Res<Watched>,
    places: Res<Places>,
    pool: Res<Pool>,
    mut sighted: ResMut<Sighted>,
) {
    let Sighted { pairs, crowds, spaces } = &mut *sighted;
    pairs.clear();
    crowds.clear();
    spaces.resize_with(1 + watched.from.len(), Space::default);
    let (persons, others) = spaces.split_at_mut(1);
    let (space, all) = (&mut persons[0], watched.persons.twins());
    fill(space, all, &places, persons_reach(&safety));
    if let Some(rule) = &safety.apart {
        pairs.extend(apart::pairs(rule, all, &places, space, &pool));
    }
    if let Some(rule) = &safety.gathering {
        crowds.extend(gathering::crowds(rule, all, &places, space, &pool));
    }
    for (index, (rule, from)) in safety.separations.iter().zip(&watched.from).enumerate() {
        let space = match &watched.of[index] {
            None => &*space,
            Some(of) => {
                fill(&mut others[index], of.twins(), &places, rule.least.unwrap_or(OTHERS));
                &others[index]
            }
        };
        pairs.extend(separation::pairs(index as u16 + 1, rule, from.twins(), &places, space));
    }
}

/// How far one looks around at most whose distance depends on its speed, for the size of cells: metres.
const OTHERS: f64 = 4.0;

/// How far is looked around a person, for the size of cells.
fn persons_reach(safety: &Safety) -> f64 {
    let apart = safety.apart.map_or(0.0, |rule| rule.release());
    let gathering = safety.gathering.map_or(0.0, |rule| rule.within);
    let reach = if apart > 0.0 && gathering > 0.0 { apart.min(gathering) } else { apart.max(gathering) };
    if reach > 0.0 { reach } else { OTHERS }
}

fn fill(space: &mut Space, twins: &[TwinId], places: &Places, reach: f64) {
    space.fill(twins.iter().filter_map(|twin| Some((*twin, places.of(*twin)?))), reach);
}
