//! The ways as vehicles use them: zones, the hops between them, spots beside them, and the fastest paths. A cache, compiled
//! from [`Aisles`].
//!
//! A *spot* is a place off the aisles where vehicles can stand, joined to one junction by a spur. Nobody drives through a
//! spot. So any vehicle can get from any spot to any other without passing a third that is taken: the layout is
//! well-formed in the sense of Čáp, Vokřínek and Kleiner, "Complete decentralized method for on-line multi-robot
//! trajectory planning in well-formed infrastructures" (ICAPS 2015).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, PoisonError, RwLock};

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::aisles::{Aisles, MOST_ZONES};

/// A part of the aisles that holds one vehicle: a junction, or one of the places in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ZoneId(pub u32);

/// A place off the aisles where vehicles can stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SpotId(pub u32);

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// In a spot.
    Spot(SpotId),
    /// In the middle of a zone.
    Zone(ZoneId),
}

/// What is known of a spot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The zone of the junction to which it is joined.
    pub junction: ZoneId,
    /// Where it is, for drawing: metres towards the east and the north.
    pub place: (f64, f64),
    /// How far it is from the middle of the junction: metres. At least a vehicle's length, or who stands here reaches
    /// into the junction.
    pub spur: f64,
    /// How many vehicles can stand there.
    pub capacity: u32,
}

/// The way from the middle of one zone to the middle of the next, or between a spot and its junction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hop {
    /// Metres.
    pub length: f64,
    /// The speed limit: m/s; infinite where there is none.
    pub limit: f64,
}

/// A lane, compiled.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The junctions at its ends.
    ends: [ZoneId; 2],
    /// Its zones are this one and those after it.
    first: u32,
    zones: u32,
    one_way: bool,
    /// From the middle of each zone to the next.
    hop: Hop,
}

/// One direction of a lane.
#[derive(Clone, Copy, Debug)]
struct Way {
    row: u32,
    from: u32,
    to: u32,
}

/// The fastest ways from everywhere to one junction.
#[derive(Debug)]
struct Tree {
    /// For each junction: the way that leads on, seconds and metres to the target. No way at the target itself, and where
    /// none leads there; then both are infinite.
    steps: Vec<(Option<u32>, f64, f64)>,
}

/// Zones, spots and paths. Junctions are the first zones, in alphabetical order; then come the lanes' zones, lane by lane.
#[derive(Resource, Debug, Default)]
pub struct Network {
    names: Vec<String>,
    places: Vec<(f64, f64)>,
    rows: Vec<Row>,
    /// The row of each zone that is no junction.
    row_of: Vec<u32>,
    ways: Vec<Way>,
    /// For each junction the ways that lead to it, and those that lead from it.
    ways_to: Vec<Vec<u32>>,
    ways_from: Vec<Vec<u32>>,
    spots: Vec<Spot>,
    /// By target and by the bits of the speed; made when asked for, since a big layout has more pairs than anybody uses.
    trees: RwLock<BTreeMap<(u32, u64), Arc<Tree>>>,
}

impl Clone for Network {
    fn clone(&self) -> Network {
        Network {
            names: self.names.clone(),
            places: self.places.clone(),
            rows: self.rows.clone(),
            row_of: self.row_of.clone(),
            ways: self.ways.clone(),
            ways_to: self.ways_to.clone(),
            ways_from: self.ways_from.clone(),
            spots: self.spots.clone(),
            trees: RwLock::new(self.trees.read().unwrap_or_else(PoisonError::into_inner).clone()),
        }
    }
}

impl Network {
    /// The lanes: the junctions at their ends, and whether they lead only from the first to the second.
    pub fn lanes(&self) -> impl Iterator<Item = (ZoneId, ZoneId, bool)> + '_ {
        self.rows.iter().map(|row| (row.ends[0], row.ends[1], row.one_way))
    }

    /// Compiles aisles. Lanes without two ends are left out, and all where there are too many zones; all else that
    /// [`Aisles::problems`] finds makes a network that is of little use.
    pub fn compile(aisles: &Aisles) -> Network {
        if aisles.count_zones() > MOST_ZONES {
            return Network::default();
        }
        let layout = aisles.lay_out();
        let mut network = Network {
            names: layout.junctions.keys().cloned().collect(),
            places: layout.junctions.values().copied().collect(),
            ways_to: vec![Vec::new(); layout.junctions.len()],
            ways_from: vec![Vec::new(); layout.junctions.len()],
            ..Network::default()
        };
        for (_, lane) in &layout.lanes {
            let ends = network.junction(&lane.from).zip(network.junction(&lane.to));
            if let Some(((from, to), length)) = ends.zip(layout.length(lane)).filter(|((from, to), _)| from != to) {
                let zones = aisles.zones_of(lane, length);
                let limit = lane.speed.unwrap_or(f64::INFINITY);
                let hop = Hop { length: length / (f64::from(zones) + 1.0), limit };
                let first = network.places.len() as u32;
                network.add_row(Row { ends: [from, to], first, zones, one_way: lane.one_way, hop });
            }
        }
        network
    }

    fn add_row(&mut self, row: Row) {
        let [from, to] = row.ends;
        let ((x, y), (to_x, to_y)) = (self.place(from), self.place(to));
        let index = self.rows.len() as u32;
        for zone in 1..=row.zones {
            let share = f64::from(zone) / (f64::from(row.zones) + 1.0);
            self.places.push((x + (to_x - x) * share, y + (to_y - y) * share));
            self.row_of.push(index);
        }
        self.rows.push(row);
        self.add_way(Way { row: index, from: from.0, to: to.0 });
        if !row.one_way {
            self.add_way(Way { row: index, from: to.0, to: from.0 });
        }
    }

    fn add_way(&mut self, way: Way) {
        let index = self.ways.len() as u32;
        self.ways_from[way.from as usize].push(index);
        self.ways_to[way.to as usize].push(index);
        self.ways.push(way);
    }

    /// Adds a spot. Spots are numbered in the order in which they are added.
    pub fn add_spot(&mut self, spot: Spot) -> SpotId {
        self.spots.push(spot);
        SpotId((self.spots.len() - 1) as u32)
    }

    /// The zone of the junction of that name.
    pub fn junction(&self, name: &str) -> Option<ZoneId> {
        self.names.binary_search_by(|other| other.as_str().cmp(name)).ok().map(|index| ZoneId(index as u32))
    }

    /// How many zones there are; their ids count from 0.
    pub fn zones(&self) -> usize {
        self.places.len()
    }

    /// How many spots there are; their ids count from 0.
    pub fn spots(&self) -> usize {
        self.spots.len()
    }

    /// What is known of a spot; none if it was never added.
    pub fn spot(&self, spot: SpotId) -> Option<&Spot> {
        self.spots.get(spot.0 as usize)
    }

    /// The middle of a zone: metres towards the east and the north.
    ///
    /// # Panics
    /// If there is no such zone.
    pub fn place(&self, zone: ZoneId) -> (f64, f64) {
        self.places[zone.0 as usize]
    }

    /// Whether a zone is in a lane, between two junctions.
    pub fn is_in_lane(&self, zone: ZoneId) -> bool {
        // Junctions are numbered before the zones of lanes.
        zone.0 as usize >= self.names.len()
    }

    /// The names of the junctions, in alphabetical order.
    pub fn junction_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.names.iter().map(String::as_str)
    }

    /// The name of the junction that the zone is; none if it is in a lane.
    pub fn name(&self, zone: ZoneId) -> Option<&str> {
        self.names.get(zone.0 as usize).map(String::as_str)
    }

    /// The lane of a zone that is no junction.
    fn row(&self, zone: ZoneId) -> Option<&Row> {
        let place = (zone.0 as usize).checked_sub(self.names.len())?;
        Some(&self.rows[*self.row_of.get(place)? as usize])
    }

    /// The way from one zone to the next on a path. None if no path leads so.
    pub fn hop(&self, from: ZoneId, to: ZoneId) -> Option<Hop> {
        if let Some(row) = self.row(from).or_else(|| self.row(to)) {
            return Some(row.hop);
        }
        let ways = self.ways_from.get(from.0 as usize)?.iter().map(|way| self.ways[*way as usize]);
        let direct = ways.filter(|way| way.to == to.0).map(|way| &self.rows[way.row as usize]);
        direct.filter(|row| row.zones == 0).map(|row| row.hop).next()
    }

    /// The way between a spot and its junction.
    pub fn spur(&self, spot: SpotId) -> Hop {
        Hop { length: self.spot(spot).map_or(0.0, |spot| spot.spur), limit: f64::INFINITY }
    }

    /// Whether who goes from `zone` to its neighbour `next` goes along the lane of `zone` in the direction in which it was
    /// written, or against it. None at a junction.
    pub(super) fn goes_along(&self, zone: ZoneId, next: ZoneId) -> Option<bool> {
        let row = self.row(zone)?;
        Some(if self.is_in_lane(next) {
            next > zone
        } else {
            zone.0 + 1 == row.first + row.zones && next == row.ends[1]
        })
    }

    /// The zones on the fastest path for somebody of that speed (m/s), without the one he stands in, up to the junction of
    /// the target. Empty if he stands in that; none if no path leads there.
    ///
    /// Time is length through speed; speeding up and braking do not count.
    pub fn path(&self, from: Stand, to: SpotId, speed: f64) -> Option<Vec<ZoneId>> {
        let target = self.spot(to)?.junction;
        let tree = self.tree(target, speed);
        let mut zones = Vec::new();
        let mut at = match from {
            Stand::Spot(spot) => {
                zones.push(self.spot(spot)?.junction);
                zones[0]
            }
            Stand::Zone(zone) => {
                let (end, ..) = self.nearest_end(&tree, zone, speed)?;
                if let Some(row) = self.row(zone) {
                    if end == row.ends[1] {
                        zones.extend((zone.0 + 1..row.first + row.zones).map(ZoneId));
                    } else {
                        zones.extend((row.first..zone.0).rev().map(ZoneId));
                    }
                    zones.push(end);
                }
                end
            }
        };
        while at != target {
            let way = self.ways[tree.steps[at.0 as usize].0? as usize];
            let row = &self.rows[way.row as usize];
            let inner = (row.first..row.first + row.zones).map(ZoneId);
            if at == row.ends[0] {
                zones.extend(inner)
            } else {
                zones.extend(inner.rev())
            }
            at = ZoneId(way.to);
            zones.push(at);
        }
        Some(zones)
    }

    /// Metres along the fastest path and seconds without speeding up and braking, spurs included; none if no path leads
    /// there.
    pub fn distance(&self, from: Stand, to: SpotId, speed: f64) -> Option<(f64, f64)> {
        if from == Stand::Spot(to) {
            return Some((0.0, 0.0));
        }
        let spot = self.spot(to)?;
        let tree = self.tree(spot.junction, speed);
        let (seconds, metres) = match from {
            Stand::Spot(start) => {
                let start = self.spot(start)?;
                let (_, seconds, metres) = tree.steps[start.junction.0 as usize];
                (seconds + start.spur / speed, metres + start.spur)
            }
            Stand::Zone(zone) => {
                let (_, seconds, metres) = self.nearest_end(&tree, zone, speed)?;
                (seconds, metres)
            }
        };
        metres.is_finite().then_some((metres + spot.spur, seconds + spot.spur / speed))
    }

    /// Over which end of its lane somebody in a zone gets to the target sooner, and the seconds and metres to the target
    /// that way. A junction is its own end.
    fn nearest_end(&self, tree: &Tree, zone: ZoneId, speed: f64) -> Option<(ZoneId, f64, f64)> {
        let Some(row) = self.row(zone) else {
            let (_, seconds, metres) = *tree.steps.get(zone.0 as usize)?;
            return Some((zone, seconds, metres));
        };
        let over = |end: ZoneId, hops: u32| {
            let (_, seconds, metres) = tree.steps[end.0 as usize];
            let length = f64::from(hops) * row.hop.length;
            (end, seconds + length / row.hop.limit.min(speed), metres + length)
        };
        let index = zone.0 - row.first;
        let ahead = over(row.ends[1], row.zones - index);
        let back = over(row.ends[0], index + 1);
        let best = if !row.one_way && back.1 < ahead.1 { back } else { ahead };
        best.1.is_finite().then_some(best)
    }

    fn tree(&self, target: ZoneId, speed: f64) -> Arc<Tree> {
        let key = (target.0, speed.to_bits());
        // A tree is put in whole, so that even a panic elsewhere leaves the map sound.
        if let Some(tree) = self.trees.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return tree.clone();
        }
        let tree = Arc::new(self.grow_tree(target, speed));
        self.trees.write().unwrap_or_else(PoisonError::into_inner).insert(key, tree.clone());
        tree
    }

    /// Dijkstra's algorithm, from the target against the ways. Of two equally fast ways the first that was found stays,
    /// and junctions are visited in the order (seconds, number): nothing depends on chance.
    fn grow_tree(&self, target: ZoneId, speed: f64) -> Tree {
        let mut steps = vec![(None, f64::INFINITY, f64::INFINITY); self.names.len()];
        let mut open = BinaryHeap::new();
        if let Some(first) = steps.get_mut(target.0 as usize) {
            *first = (None, 0.0, 0.0);
            open.push(Open { seconds: 0.0, junction: target.0 });
        }
        while let Some(Open { seconds, junction }) = open.pop() {
            let (_, best, metres) = steps[junction as usize];
            if seconds > best {
                continue;
            }
            for &index in &self.ways_to[junction as usize] {
                let way = self.ways[index as usize];
                let row = &self.rows[way.row as usize];
                let length = row.hop.length * (f64::from(row.zones) + 1.0);
                let seconds = seconds + length / row.hop.limit.min(speed);
                if seconds < steps[way.from as usize].1 {
                    steps[way.from as usize] = (Some(index), seconds, metres + length);
                    open.push(Open { seconds, junction: way.from });
                }
            }
        }
        Tree { steps }
    }
}

/// A junction that Dijkstra's algorithm has still to visit.
#[derive(PartialEq)]
struct Open {
    seconds: f64,
    junction: u32,
}

impl Eq for Open {}

impl Ord for Open {
    /// Reversed: the standard heap gives the greatest first, and the nearest is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        other.seconds.total_cmp(&self.seconds).then(other.junction.cmp(&self.junction))
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        let aisles: Aisles = ron::from_str(text).unwrap();
        assert_eq!(aisles.problems(1.0), []);
        Network::compile(&aisles)
    }

    fn spot(network: &mut Network, junction: &str) -> SpotId {
        let junction = network.junction(junction).unwrap();
        let place = network.place(junction);
        network.add_spot(Spot { junction, place, spur: 2.0, capacity: 1 })
    }

    /// A triangle whose long side is slow one way round.
    fn triangle() -> (Network, [SpotId; 3]) {
        let mut network = network(
            r#"(
                junctions: {"a": (0, 0), "b": (12, 0), "c": (0, 9)},
                lanes: [(from: "a", to: "b"), (from: "c", to: "b", speed: Some(0.5)), (from: "c", to: "a", one_way: true)],
            )"#,
        );
        let spots = ["a", "b", "c"].map(|name| spot(&mut network, name));
        (network, spots)
    }

    #[test]
    fn zones_lie_in_rows_between_junctions() {
        let (network, _) = triangle();
        // 12 m hold three zones beside the junctions, 15 m four, 9 m two.
        assert_eq!(network.zones(), 3 + 3 + 4 + 2);
        assert_eq!(network.place(ZoneId(4)), (6.0, 0.0));
        assert_eq!(network.hop(ZoneId(0), ZoneId(3)), Some(Hop { length: 3.0, limit: f64::INFINITY }));
        assert_eq!(network.hop(ZoneId(7), ZoneId(8)), Some(Hop { length: 3.0, limit: 0.5 }));
        assert_eq!((network.name(ZoneId(1)), network.name(ZoneId(5))), (Some("b"), None));
        assert_eq!(network.goes_along(ZoneId(5), ZoneId(1)), Some(true));
        assert_eq!(network.goes_along(ZoneId(3), ZoneId(0)), Some(false));
        assert_eq!(network.goes_along(ZoneId(0), ZoneId(3)), None);
    }

    #[test]
    fn paths_are_the_fastest_for_that_speed() {
        let (network, [a, b, c]) = triangle();
        let zones = |ids: &[u32]| Some(ids.iter().copied().map(ZoneId).collect());
        // At 2 m/s the detour of 21 m over a is faster than 15 m at 0.5 m/s; a one-way lane is closed from a to c.
        assert_eq!(network.path(Stand::Spot(c), b, 2.0), zones(&[2, 10, 11, 0, 3, 4, 5, 1]));
        assert_eq!(network.distance(Stand::Spot(c), b, 2.0), Some((25.0, 12.5)));
        assert_eq!(network.path(Stand::Spot(c), b, 0.5), zones(&[2, 6, 7, 8, 9, 1]));
        assert_eq!(network.path(Stand::Spot(a), c, 2.0), zones(&[0, 3, 4, 5, 1, 9, 8, 7, 6, 2]));
        assert_eq!(network.path(Stand::Spot(a), a, 2.0), zones(&[0]));
        assert_eq!(network.distance(Stand::Spot(a), a, 2.0), Some((0.0, 0.0)));
    }

    #[test]
    fn a_path_may_begin_in_the_middle_of_a_lane() {
        let (network, [a, _, c]) = triangle();
        let zones = |ids: &[u32]| Some(ids.iter().copied().map(ZoneId).collect());
        assert_eq!(network.path(Stand::Zone(ZoneId(4)), a, 1.0), zones(&[3, 0]));
        assert_eq!(network.path(Stand::Zone(ZoneId(5)), c, 1.0), zones(&[1, 9, 8, 7, 6, 2]));
        assert_eq!(network.path(Stand::Zone(ZoneId(10)), c, 1.0), zones(&[11, 0, 3, 4, 5, 1, 9, 8, 7, 6, 2]));
        assert_eq!(network.path(Stand::Zone(ZoneId(2)), c, 1.0), zones(&[]));
        assert_eq!(network.distance(Stand::Zone(ZoneId(4)), a, 1.0), Some((6.0 + 2.0, 6.0 + 2.0)));
    }

    #[test]
    fn paths_of_a_grid_are_as_long_as_its_streets() {
        let mut network = network(r#"(grids: [(name: "g", from: (0, 0), step: (12, 9), columns: 50, rows: 40)])"#);
        assert_eq!(network.zones(), 2_000 + 49 * 40 * 3 + 50 * 39 * 2);
        let (from, to) = (spot(&mut network, "g-3-5"), spot(&mut network, "g-41-30"));
        let path = network.path(Stand::Spot(from), to, 1.0).unwrap();
        let hops = path.windows(2).map(|pair| network.hop(pair[0], pair[1]).unwrap().length);
        assert_eq!(hops.sum::<f64>(), 38.0 * 12.0 + 25.0 * 9.0);
        assert_eq!(network.distance(Stand::Spot(from), to, 1.0), Some((685.0, 685.0)));
    }
}
