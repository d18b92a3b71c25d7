//! Where things are drawn: machines turned towards the aisles, vehicles and people beside a machine and not in it.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Entity, Resource, World};

use crate::engine::identity::{Directory, TwinId};
use crate::factory::energy::battery::Charger;
use crate::factory::machine::Machine;
use crate::factory::people::worker::Worker;
use crate::factory::plan::Plan;
use crate::factory::transport::conveyor::Conveyor;
use crate::factory::transport::haulage::Sites;
use crate::factory::transport::network::{Network, SpotId};
use crate::factory::transport::rack::Rack;
use crate::factory::transport::vehicle::{Station, Vehicle};
use crate::look::registry::Looks;
use crate::look::sight::Motion;
use crate::world::position::Position;

/// A place on the floor, and which way whatever is there looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Metres towards the east and the north.
    pub place: (f64, f64),
    /// Radians, counter-clockwise from east.
    pub heading: f64,
}

impl Pose {
    /// A point so far before it and to its left: metres.
    pub fn point(&self, forward: f64, left: f64) -> (f64, f64) {
        let (sin, cos) = self.heading.sin_cos();
        (self.place.0 + forward * cos - left * sin, self.place.1 + forward * sin + left * cos)
    }
}

/// How far before the middle of a machine its people stand, and vehicles, where there is room: metres.
const CREW: f64 = 1.15;
const BAY: f64 = 2.1;
const CHARGING: f64 = 0.45;
/// How far apart the middles of machines must be for them to be drawn at their full size: metres.
const ROOM: f64 = 4.4;
/// How far apart vehicles stand beside one another: metres.
const ASTRIDE: f64 = 1.1;
/// How far from a junction is drawn what the scene puts there: metres to the east and to the north.
const ASIDE: f64 = 3.1;
/// How far apart those are set out whose scene gives them no places.
const STEP: f64 = 6.0;

/// The kinds of twins of a plant that differ in what is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A machine.
    Machine,
    /// A vehicle.
    Vehicle,
    /// A person.
    Worker,
    /// A rack.
    Rack,
    /// A conveyor.
    Belt,
    /// A charger.
    Charger,
    /// Where goods come in or go out.
    Station,
}

/// Where vehicles stand that have stopped for a twin.
#[derive(Clone, Copy, Debug, Default)]
struct Bay {
    /// Where they turn off the aisle.
    junction: (f64, f64),
    /// How the first stands.
    first: Pose,
    /// The way from there to the next on its left.
    aside: (f64, f64),
    /// How the twin itself stands, if it is a vehicle at home.
    home: Pose,
}

/// Where everything that has a fixed place stands. Made for those who watch; the world itself does not know it.
#[derive(Resource, Clone, Debug, Default)]
pub struct Layout {
    poses: BTreeMap<TwinId, Pose>,
    /// How people stand who work at those coordinates, side by side.
    crews: BTreeMap<[u64; 2], [Pose; 3]>,
    /// Where vehicles stand, by the number of the spot.
    bays: Vec<Bay>,
    /// What is seen of each twin, by id, and how it stands if it has a fixed place.
    seen: Vec<Option<(Kind, Motion)>>,
    /// By how much machines are drawn smaller than they are, so that they do not overlap.
    pub scale: f64,
    /// The corners of the floor; none if nothing stands on it.
    pub bounds: Option<[(f64, f64); 2]>,
}

impl Layout {
    /// The layout of a world as it is now.
    pub fn of(world: &World) -> Layout {
        let mut layout = Layout { scale: 1.0, ..Layout::default() };
        let (mut unplaced, mut owners) = (Vec::new(), BTreeMap::new());
        for (twin, entity, _) in world.resource::<Directory>().twins() {
            let parts = world.entity(entity);
            let stands = parts.contains::<Machine>() || parts.contains::<Rack>() || parts.contains::<Station>();
            if !stands && !parts.contains::<Charger>() && !parts.contains::<Vehicle>() {
                continue;
            }
            match parts.get::<Position>() {
                Some(position) => {
                    layout.put(world, twin, *position);
                    owners.insert(key((position.x, position.y)), twin);
                }
                None if parts.contains::<Machine>() => unplaced.push(twin),
                None => {}
            }
        }
        layout.set_out(&unplaced);
        layout.join(world);
        layout.seen = layout.seen(world);
        layout.scale = (layout.narrowest(world) / ROOM).clamp(0.2, 1.0);
        layout.crews = layout.crews(owners);
        layout.bounds = bounds(world, &layout);
        layout.bays = layout.bays(world);
        layout
    }

    fn seen(&self, world: &World) -> Vec<Option<(Kind, Motion)>> {
        let mut seen = Vec::new();
        for (twin, entity, _) in world.resource::<Directory>().twins() {
            let number = twin.0 as usize;
            seen.resize(seen.len().max(number + 1), None);
            let standing = |Pose { place: (x, y), heading }| Motion::stands(x, y, heading);
            seen[number] = kind_of(world, entity).map(|kind| (kind, self.pose(twin).map_or(Motion::Hidden, standing)));
        }
        seen
    }

    fn crews(&self, owners: BTreeMap<[u64; 2], TwinId>) -> BTreeMap<[u64; 2], [Pose; 3]> {
        let beside = |pose: Pose| {
            [0.0, 0.75, -0.75].map(|side| Pose {
                place: pose.point(CREW * self.scale, side * self.scale),
                heading: pose.heading + std::f64::consts::PI,
            })
        };
        owners.into_iter().filter_map(|(place, owner)| Some((place, beside(self.pose(owner)?)))).collect()
    }

    fn bays(&self, world: &World) -> Vec<Bay> {
        let (network, plan) = (world.resource::<Network>(), world.resource::<Plan>());
        let bay = |spot: SpotId| {
            let junction = network.spot(spot).map_or((0.0, 0.0), |spot| network.place(spot.junction));
            let Some((owner, pose)) = plan.owner_of(spot).and_then(|owner| Some((owner, self.pose(owner)?))) else {
                let here = Pose { place: junction, heading: 0.0 };
                return Bay { junction, first: here, aside: (0.0, 0.0), home: here };
            };
            let before = if self.kind(owner) == Some(Kind::Charger) { CHARGING } else { BAY } * self.scale;
            let (first, next) = (pose.point(before, 0.0), pose.point(before, ASTRIDE));
            let aside = (next.0 - first.0, next.1 - first.1);
            Bay { junction, first: come(junction, first), aside, home: come(junction, pose.place) }
        };
        (0..network.spots() as u32).map(SpotId).map(bay).collect()
    }

    /// What a twin is.
    pub fn kind(&self, twin: TwinId) -> Option<Kind> {
        self.seen.get(twin.0 as usize)?.map(|(kind, _)| kind)
    }

    /// How a twin stands in its place; hidden if it has none.
    pub fn standing(&self, twin: TwinId) -> Motion {
        self.seen.get(twin.0 as usize).copied().flatten().map_or(Motion::Hidden, |(_, motion)| motion)
    }

    /// The pose of a twin with a fixed place.
    pub fn pose(&self, twin: TwinId) -> Option<Pose> {
        self.poses.get(&twin).copied()
    }

    fn put(&mut self, world: &World, twin: TwinId, position: Position) {
        let said = (position.x, position.y);
        let junction = junction_of(world, twin);
        // What the scene puts on a junction is drawn beside the crossing.
        let on_aisle = junction.is_some_and(|(x, y)| (x - said.0).hypot(y - said.1) < 1.0);
        let place = if on_aisle && !is_vehicle(world, twin) { (said.0 + ASIDE, said.1 + ASIDE) } else { said };
        let heading = match position.heading {
            0.0 if on_aisle => -std::f64::consts::FRAC_PI_2,
            0.0 => facing(world.resource::<Network>(), place),
            heading => heading,
        };
        self.poses.insert(twin, Pose { place, heading });
    }

    /// Sets those who have no place out in rows, to the south of the others.
    fn set_out(&mut self, twins: &[TwinId]) {
        let columns = (twins.len() as f64).sqrt().ceil().max(1.0) as usize;
        let south = self.poses.values().map(|pose| pose.place.1).fold(0.0, f64::min);
        let first = if self.poses.is_empty() { 0.0 } else { south - STEP };
        for (number, &twin) in twins.iter().enumerate() {
            let (column, row) = (number % columns, number / columns);
            let place = (column as f64 * STEP, first - row as f64 * STEP);
            self.poses.insert(twin, Pose { place, heading: -std::f64::consts::FRAC_PI_2 });
        }
    }

    /// Puts conveyors between their machines.
    fn join(&mut self, world: &World) {
        let directory = world.resource::<Directory>();
        let place = |name: &str| Some(self.pose(directory.find(name)?)?.place);
        let belts = directory.twins().filter_map(|(twin, entity, _)| {
            let conveyor = world.entity(entity).get::<Conveyor>()?;
            let (from, to) = (place(&conveyor.from)?, place(&conveyor.to)?);
            let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            Some((twin, Pose { place: middle, heading: (to.1 - from.1).atan2(to.0 - from.0) }))
        });
        let belts: Vec<(TwinId, Pose)> = belts.collect();
        self.poses.extend(belts);
    }

    /// The least distance between two machines or racks among the first few hundred: enough to see how close a plant is
    /// built.
    fn narrowest(&self, world: &World) -> f64 {
        let directory = world.resource::<Directory>();
        let is_large = |twin: TwinId| {
            let parts = directory.entity(twin).map(|entity| world.entity(entity));
            parts.is_some_and(|parts| parts.contains::<Machine>() || parts.contains::<Rack>())
        };
        let large = self.poses.iter().filter(|(twin, _)| is_large(**twin));
        let places: Vec<(f64, f64)> = large.map(|(_, pose)| pose.place).take(400).collect();
        let pairs = places.iter().enumerate().flat_map(|(index, &a)| places[..index].iter().map(move |&b| (a, b)));
        let apart = |((ax, ay), (bx, by)): ((f64, f64), (f64, f64))| (ax - bx).abs().max((ay - by).abs());
        pairs.map(apart).filter(|apart| *apart > 0.5).fold(f64::INFINITY, f64::min)
    }

    /// Where somebody stands who works at a place: beside the machine that is there.
    pub fn beside(&self, place: (f64, f64), who: TwinId) -> Pose {
        match self.crews.get(&key(place)) {
            // In an order that stays the same.
            Some(crew) => crew[who.0 as usize % crew.len()],
            // In the open people stand a little apart: leaves of a sunflower.
            None => {
                let (turn, far) = (2.399_963 * who.0 as f64, 0.45 * ((who.0 % 7) as f64).sqrt());
                let at = (place.0 + far * turn.cos(), place.1 + far * turn.sin());
                Pose { place: at, heading: turn }
            }
        }
    }

    /// How a vehicle stands that has stopped in a spot: beside those who came sooner, looking the way it came in.
    pub fn bay(&self, spot: SpotId, rank: usize, is_home: bool) -> Pose {
        let Bay { junction, first, aside, home } = self.bays.get(spot.0 as usize).copied().unwrap_or_default();
        if is_home || rank == 0 {
            return if is_home { home } else { first };
        }
        // To the left, to the right, farther to the left, ...
        let side = rank.div_ceil(2) as f64 * if rank.is_multiple_of(2) { -1.0 } else { 1.0 };
        come(junction, (first.place.0 + aside.0 * side, first.place.1 + aside.1 * side))
    }
}

/// How somebody stands who has come straight from one place to another.
fn come(from: (f64, f64), place: (f64, f64)) -> Pose {
    Pose { place, heading: (place.1 - from.1).atan2(place.0 - from.0) }
}

/// What a twin is, by the look that it has.
fn kind_of(world: &World, entity: Entity) -> Option<Kind> {
    Some(match world.resource::<Looks>().of(world.entity(entity))?.name {
        "machine" => Kind::Machine,
        "vehicle" => Kind::Vehicle,
        "worker" => Kind::Worker,
        "rack" => Kind::Rack,
        "conveyor" => Kind::Belt,
        "charger" => Kind::Charger,
        "station" => Kind::Station,
        _ => return None,
    })
}

fn key((x, y): (f64, f64)) -> [u64; 2] {
    // Minus zero is zero.
    [x + 0.0, y + 0.0].map(f64::to_bits)
}

fn is_vehicle(world: &World, twin: TwinId) -> bool {
    let entity = world.resource::<Directory>().entity(twin);
    entity.is_some_and(|entity| world.entity(entity).contains::<Vehicle>())
}

/// Where the junction is at which vehicles stop for a twin.
fn junction_of(world: &World, twin: TwinId) -> Option<(f64, f64)> {
    let site = world.resource::<Sites>().0.iter().find(|site| site.twin == twin)?;
    let network = world.resource::<Network>();
    Some(network.place(network.junction(&site.junction)?))
}

/// Which way a twin looks that does not say so itself: square to the nearest aisle, else towards the south.
fn facing(network: &Network, place: (f64, f64)) -> f64 {
    let ways = network.lanes().map(|(from, to, _)| {
        let (x, y) = nearest(place, network.place(from), network.place(to));
        (x - place.0, y - place.1)
    });
    let way = ways.min_by(|a, b| a.0.hypot(a.1).total_cmp(&b.0.hypot(b.1))).unwrap_or((0.0, -1.0));
    let quarter = std::f64::consts::FRAC_PI_2;
    if way.0.hypot(way.1) < 1e-6 { -quarter } else { (way.1.atan2(way.0) / quarter).round() * quarter }
}

/// The point of a stretch that is nearest to a place.
fn nearest(place: (f64, f64), from: (f64, f64), to: (f64, f64)) -> (f64, f64) {
    let way = (to.0 - from.0, to.1 - from.1);
    let square = way.0 * way.0 + way.1 * way.1;
    let along = (place.0 - from.0) * way.0 + (place.1 - from.1) * way.1;
    let share = if square > 0.0 { (along / square).clamp(0.0, 1.0) } else { 0.0 };
    (from.0 + way.0 * share, from.1 + way.1 * share)
}

/// The corners of what must be on the floor.
fn bounds(world: &World, layout: &Layout) -> Option<[(f64, f64); 2]> {
    let network = world.resource::<Network>();
    let zones = (0..network.zones() as u32).map(|zone| network.place(crate::factory::transport::network::ZoneId(zone)));
    let people = world.resource::<Directory>().twins().filter_map(|(_, entity, _)| {
        let parts = world.entity(entity);
        let place = parts.get::<Position>().filter(|_| parts.contains::<Worker>())?;
        Some((place.x, place.y))
    });
    let all = layout.poses.values().map(|pose| pose.place).chain(zones).chain(people);
    let none = [(f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY)];
    let [low, high] =
        all.fold(none, |[low, high], (x, y)| [(low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y))]);
    (low.0 <= high.0).then_some([low, high])
}
