//! What an author says of the ways on which vehicles drive.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The most zones that aisles may have, junctions included: each takes memory.
pub const MOST_ZONES: u64 = 1_000_000;

/// The farthest that anything may lie from the origin, and the longest that a lane may be: metres.
pub const FARTHEST: f64 = 1e6;

/// The ways on which vehicles drive: lanes between junctions. Each junction holds one vehicle at a time; a lane is a row
/// of zones that hold one each.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = json!({
    "junctions": {"dock": [0.0, 0.0], "hall": [30.0, 0.0]},
    "lanes": [{"from": "dock", "to": "hall"}],
}))]
pub struct Aisles {
    /// The junctions by name, each with its place: metres towards the east and the north.
    #[schemars(extend("x-unit" = "m"), example = json!({"dock": [0.0, 0.0], "hall": [30.0, 0.0]}))]
    pub junctions: BTreeMap<String, (f64, f64)>,
    /// The lanes between them.
    pub lanes: Vec<Lane>,
    /// Rectangular meshes of junctions and two-way lanes, to spare writing them one by one.
    pub grids: Vec<Grid>,
    /// How long a zone is, where a lane does not say how many it has.
    #[schemars(range(min = 0.1), extend("x-unit" = "m"))]
    pub zone_length: f64,
}

impl Default for Aisles {
    fn default() -> Self {
        Aisles { junctions: BTreeMap::new(), lanes: Vec::new(), grids: Vec::new(), zone_length: 3.0 }
    }
}

/// A lane between two junctions.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// The junction at one end.
    #[schemars(example = &"dock")]
    pub from: String,
    /// The junction at the other end.
    #[schemars(example = &"hall")]
    pub to: String,
    /// Whether vehicles may only drive from `from` to `to`. Otherwise they drive both ways, though never against each
    /// other: there is one track.
    #[serde(default)]
    pub one_way: bool,
    /// The speed limit; without it vehicles drive as fast as they can.
    #[serde(default)]
    #[schemars(range(min = 0.01), extend("x-unit" = "m/s"), example = 1.5)]
    pub speed: Option<f64>,
    /// How many vehicles fit one behind another between the two junctions. Without it as many as `zone_length` allows,
    /// which may be none.
    #[serde(default)]
    #[schemars(range(max = 10_000), example = 4)]
    pub zones: Option<u32>,
    /// How long the lane is from junction to junction; without it the straight distance.
    #[serde(default)]
    #[schemars(range(min = 0.01, max = 1e6), extend("x-unit" = "m"), example = 15.0)]
    pub length: Option<f64>,
}

/// A rectangular mesh of junctions, each joined with its neighbours by two-way lanes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// The junctions are called after it, the column and the row: `name-1-1`, `name-2-1`, ...
    #[schemars(example = &"hall")]
    pub name: String,
    /// The place of the first junction.
    #[schemars(extend("x-unit" = "m"), example = (0.0, 0.0))]
    pub from: (f64, f64),
    /// How far it is to the next column and to the next row.
    #[schemars(extend("x-unit" = "m"), example = (12.0, 9.0))]
    pub step: (f64, f64),
    /// How many columns, one beside another towards the east.
    #[schemars(range(min = 1, max = 1_000))]
    pub columns: u32,
    /// How many rows, one beside another towards the north.
    #[schemars(range(min = 1, max = 1_000))]
    pub rows: u32,
}

impl Grid {
    /// The place of the last junction: metres.
    pub fn end(&self) -> (f64, f64) {
        let steps = |count: u32| f64::from(count.saturating_sub(1));
        (self.from.0 + steps(self.columns) * self.step.0, self.from.1 + steps(self.rows) * self.step.1)
    }
}

/// Where in [`Aisles`] something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In that entry of `lanes`.
    Lane(usize),
    /// In that entry of `grids`.
    Grid(usize),
}

/// Something in [`Aisles`] that makes no sense.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AisleProblem {
    /// There are more than [`MOST_ZONES`]; nothing else is looked for then.
    TooManyZones {
        /// How many there are.
        zones: u64,
    },
    /// A lane begins or ends at a junction that there is not.
    UnknownJunction {
        /// Which of `lanes`.
        lane: usize,
        /// The key of the lane that names it: `from` or `to`.
        key: &'static str,
    },
    /// A lane leads from a junction to itself.
    Loop {
        /// Which of `lanes`.
        lane: usize,
    },
    /// A lane leads from one junction to another as an earlier one does.
    DuplicateLane {
        /// Which of `lanes`.
        lane: usize,
        /// Where the earlier one is written.
        earlier: Origin,
    },
    /// A grid makes a junction that is also written, or made by an earlier grid.
    DuplicateJunction {
        /// Which of `grids`.
        grid: usize,
        /// The name of the junction.
        name: String,
    },
    /// A lane is not longer than nothing: its junctions lie at one place, a grid's step is zero, or it says so.
    NoLength {
        /// What is so short.
        origin: Origin,
    },
    /// A speed limit at which nothing would move.
    NoSpeed {
        /// Which of `lanes`.
        lane: usize,
    },
    /// From one zone to the next it is less than the length of a vehicle.
    ShortZones {
        /// Whose zones.
        origin: Origin,
        /// Metres from the middle of one to the middle of the next.
        spacing: f64,
        /// How many zones the lane has.
        zones: u32,
    },
    /// Somebody who drives to `from` could never get to `to`.
    NoWay {
        /// The name of a junction.
        from: String,
        /// The name of a junction that cannot be reached from there.
        to: String,
    },
}

/// The aisles with the grids laid out: what both the compiler and the checks work on.
pub(super) struct Layout {
    pub junctions: BTreeMap<String, (f64, f64)>,
    pub lanes: Vec<(Origin, Lane)>,
    /// The junctions that were made twice: which grid, which name.
    twice: Vec<(usize, String)>,
}

impl Aisles {
    /// How many zones a lane of that length has, if it does not say so itself.
    pub(super) fn zones_of(&self, lane: &Lane, length: f64) -> u32 {
        // A hair more than the quotient, so that 30 m laid out as a sum of floats still has ten times 3 m.
        lane.zones.unwrap_or_else(|| ((length / self.zone_length + 1e-9) as u32).saturating_sub(1))
    }

    /// How many zones there are, junctions included.
    pub(super) fn count_zones(&self) -> u64 {
        let of_lane = |lane: &Lane| {
            let ends = self.junctions.get(&lane.from).zip(self.junctions.get(&lane.to));
            let straight = ends.map_or(0.0, |(from, to)| straight(*from, *to));
            u64::from(self.zones_of(lane, lane.length.unwrap_or(straight)))
        };
        let lanes = self.lanes.iter().map(of_lane);
        let grids = self.grids.iter().map(|grid| self.zones_of_grid(grid));
        lanes.chain(grids).fold(self.junctions.len() as u64, u64::saturating_add)
    }

    fn zones_of_grid(&self, grid: &Grid) -> u64 {
        let (columns, rows) = (u64::from(grid.columns), u64::from(grid.rows));
        let lane = |from: (f64, f64), to: (f64, f64)| {
            let lane =
                Lane { from: String::new(), to: String::new(), one_way: false, speed: None, zones: None, length: None };
            u64::from(self.zones_of(&lane, straight(from, to)))
        };
        let east = lane((0.0, 0.0), (grid.step.0, 0.0)).saturating_mul(columns.saturating_sub(1) * rows);
        let north = lane((0.0, 0.0), (0.0, grid.step.1)).saturating_mul(columns * rows.saturating_sub(1));
        (columns * rows).saturating_add(east).saturating_add(north)
    }

    /// The junctions and lanes with those of the grids.
    pub(super) fn lay_out(&self) -> Layout {
        let lanes = self.lanes.iter().enumerate().map(|(index, lane)| (Origin::Lane(index), lane.clone())).collect();
        let mut layout = Layout { junctions: self.junctions.clone(), lanes, twice: Vec::new() };
        for (index, grid) in self.grids.iter().enumerate() {
            layout.add_grid(index, grid);
        }
        layout
    }

    /// What makes no sense, for vehicles that are so long (metres). Aisles without problems can be compiled, and every
    /// junction can be reached from every other.
    pub fn problems(&self, vehicle_length: f64) -> Vec<AisleProblem> {
        let zones = self.count_zones();
        if zones > MOST_ZONES {
            return vec![AisleProblem::TooManyZones { zones }];
        }
        let layout = self.lay_out();
        let twice = layout.twice.iter();
        let mut problems: Vec<AisleProblem> =
            twice.map(|(grid, name)| AisleProblem::DuplicateJunction { grid: *grid, name: name.clone() }).collect();
        let mut ways: BTreeMap<(&str, &str), Origin> = BTreeMap::new();
        let mut short_grid = None;
        for (origin, lane) in &layout.lanes {
            let before = problems.len();
            match *origin {
                Origin::Lane(index) => layout.check_lane(index, lane, &mut ways, &mut problems),
                Origin::Grid(_) => _ = note_ways(*origin, lane, &mut ways),
            }
            // One word for a whole grid.
            if problems.len() == before && short_grid != Some(*origin) {
                self.check_length(&layout, *origin, lane, vehicle_length, &mut problems);
                if problems.len() > before && matches!(origin, Origin::Grid(_)) {
                    short_grid = Some(*origin);
                }
            }
        }
        problems.extend(layout.unreachable());
        problems
    }

    fn check_length(
        &self,
        layout: &Layout,
        origin: Origin,
        lane: &Lane,
        vehicle_length: f64,
        problems: &mut Vec<AisleProblem>,
    ) {
        let length = layout.length(lane).unwrap_or(0.0);
        if !(length > 0.0 && length.is_finite()) {
            problems.push(AisleProblem::NoLength { origin });
            return;
        }
        let zones = self.zones_of(lane, length);
        let spacing = length / (f64::from(zones) + 1.0);
        if spacing < vehicle_length {
            problems.push(AisleProblem::ShortZones { origin, spacing, zones });
        }
    }
}

/// The straight distance between two places: metres.
fn straight(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    libm::sqrt(dx * dx + dy * dy)
}

/// Notes which ways a lane leads. Returns an earlier lane that leads one of them.
fn note_ways<'a>(origin: Origin, lane: &'a Lane, ways: &mut BTreeMap<(&'a str, &'a str), Origin>) -> Option<Origin> {
    let there = ways.insert((&lane.from, &lane.to), origin);
    let back = if lane.one_way { None } else { ways.insert((&lane.to, &lane.from), origin) };
    there.or(back)
}

impl Layout {
    fn add_grid(&mut self, index: usize, grid: &Grid) {
        let name = |column: u32, row: u32| format!("{}-{column}-{row}", grid.name);
        for row in 1..=grid.rows {
            for column in 1..=grid.columns {
                let x = grid.from.0 + f64::from(column - 1) * grid.step.0;
                let y = grid.from.1 + f64::from(row - 1) * grid.step.1;
                if self.junctions.insert(name(column, row), (x, y)).is_some() {
                    self.twice.push((index, name(column, row)));
                }
                let east = (column < grid.columns).then(|| name(column + 1, row));
                let north = (row < grid.rows).then(|| name(column, row + 1));
                for to in east.into_iter().chain(north) {
                    let from = name(column, row);
                    let lane = Lane { from, to, one_way: false, speed: None, zones: None, length: None };
                    self.lanes.push((Origin::Grid(index), lane));
                }
            }
        }
    }

    /// How long a lane is: metres. None if one of its junctions is missing.
    pub fn length(&self, lane: &Lane) -> Option<f64> {
        let (from, to) = (self.junctions.get(&lane.from)?, self.junctions.get(&lane.to)?);
        Some(lane.length.unwrap_or_else(|| straight(*from, *to)))
    }

    fn check_lane<'a>(
        &self,
        index: usize,
        lane: &'a Lane,
        ways: &mut BTreeMap<(&'a str, &'a str), Origin>,
        problems: &mut Vec<AisleProblem>,
    ) {
        for (key, name) in [("from", &lane.from), ("to", &lane.to)] {
            if !self.junctions.contains_key(name) {
                problems.push(AisleProblem::UnknownJunction { lane: index, key });
            }
        }
        if lane.from == lane.to {
            problems.push(AisleProblem::Loop { lane: index });
        } else if let Some(earlier) = note_ways(Origin::Lane(index), lane, ways) {
            problems.push(AisleProblem::DuplicateLane { lane: index, earlier });
        }
        if lane.speed.is_some_and(|speed| !(speed > 0.0 && speed.is_finite())) {
            problems.push(AisleProblem::NoSpeed { lane: index });
        }
    }

    /// A first junction that cannot be reached from the first of all, and a first from which that cannot be reached: if
    /// there are none, everything can be reached from everywhere.
    fn unreachable(&self) -> Vec<AisleProblem> {
        let names: Vec<&str> = self.junctions.keys().map(String::as_str).collect();
        let index: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
        let mut there = vec![Vec::new(); names.len()];
        let mut back = there.clone();
        for (_, lane) in &self.lanes {
            if let (Some(&from), Some(&to)) = (index.get(lane.from.as_str()), index.get(lane.to.as_str())) {
                there[from].push(to);
                back[to].push(from);
                if !lane.one_way {
                    there[to].push(from);
                    back[from].push(to);
                }
            }
        }
        let way = |from: usize, to: usize| AisleProblem::NoWay { from: names[from].into(), to: names[to].into() };
        let cut_off = first_unreached(&there).map(|to| way(0, to));
        let dead_end = first_unreached(&back).map(|from| way(from, 0));
        cut_off.into_iter().chain(dead_end).collect()
    }
}

/// The first node that cannot be reached from node 0.
fn first_unreached(neighbours: &[Vec<usize>]) -> Option<usize> {
    let mut reached = vec![false; neighbours.len()];
    let mut open = Vec::new();
    if let Some(first) = reached.first_mut() {
        *first = true;
        open.push(0);
    }
    while let Some(node) = open.pop() {
        for &next in &neighbours[node] {
            if !reached[next] {
                reached[next] = true;
                open.push(next);
            }
        }
    }
    reached.iter().position(|reached| !reached)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Aisles {
        ron::from_str(text).unwrap()
    }

    #[test]
    fn sound_aisles_have_no_problems() {
        let aisles = read(
            r#"(
                junctions: {"a": (0, 0), "b": (30, 0), "c": (30, 30)},
                lanes: [
                    (from: "a", to: "b", one_way: true),
                    (from: "b", to: "c", one_way: true, zones: Some(2)),
                    (from: "c", to: "a", one_way: true, speed: Some(0.5), length: Some(50.0)),
                    (from: "a", to: "hall-1-1"),
                ],
                grids: [(name: "hall", from: (-9, 0), step: (6, 9), columns: 2, rows: 3)],
            )"#,
        );
        assert_eq!(aisles.problems(1.5), []);
        let layout = aisles.lay_out();
        assert_eq!((layout.junctions.len(), layout.lanes.len()), (3 + 6, 4 + 7));
        assert_eq!(layout.junctions["hall-2-3"], (-3.0, 18.0));
    }

    #[test]
    fn every_problem_is_found_where_it_is_written() {
        let aisles = read(
            r#"(
                junctions: {"a": (0, 0), "b": (30, 0), "c": (30, 0), "hall-1-1": (0, 90), "d": (9, 9)},
                lanes: [
                    (from: "a", to: "nowhere"),
                    (from: "a", to: "a"),
                    (from: "a", to: "b"),
                    (from: "b", to: "a", one_way: true),
                    (from: "b", to: "c"),
                    (from: "c", to: "a", zones: Some(29), speed: Some(0.0)),
                    (from: "c", to: "hall-1-1", zones: Some(99)),
                    (from: "a", to: "d", one_way: true),
                ],
                grids: [(name: "hall", from: (0, 90), step: (1, 9), columns: 2, rows: 2)],
            )"#,
        );
        let expected = [
            AisleProblem::DuplicateJunction { grid: 0, name: "hall-1-1".into() },
            AisleProblem::UnknownJunction { lane: 0, key: "to" },
            AisleProblem::Loop { lane: 1 },
            AisleProblem::DuplicateLane { lane: 3, earlier: Origin::Lane(2) },
            AisleProblem::NoLength { origin: Origin::Lane(4) },
            AisleProblem::NoSpeed { lane: 5 },
            AisleProblem::ShortZones { origin: Origin::Lane(6), spacing: 0.9486832980505138, zones: 99 },
            AisleProblem::ShortZones { origin: Origin::Grid(0), spacing: 1.0, zones: 0 },
            AisleProblem::NoWay { from: "d".into(), to: "a".into() },
        ];
        assert_eq!(aisles.problems(1.5), expected);
    }
}
