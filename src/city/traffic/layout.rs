//! What vehicles have to know of streets at every step, laid out so that it is quickly at hand.

use std::ops::Range;

use super::{Place, TrackId};
use crate::city::streets::conflicts::stretches;
use crate::city::streets::{LaneId, RoadId, Streets, TurnId};

/// A network as vehicles see it.
#[derive(Debug, Default)]
pub(super) struct Layout {
    lanes: u32,
    tracks: Vec<Track>,
    turns: Vec<Crossing>,
    conflicts: Vec<Conflict>,
    yields: Vec<TurnId>,
    entries: Vec<TurnId>,
    wide: Vec<TrackId>,
}

/// A track: what of it matters at every step.
#[derive(Clone, Debug)]
pub(super) struct Track {
    pub length: f64,
    pub limit: f64,
    /// Of a lane: its road, and which of the road's lanes it is.
    pub road: RoadId,
    pub side: u32,
    /// The turns that lead to a lane.
    entries: Range<u32>,
}

/// A turn, and who else uses the junction.
#[derive(Clone, Debug)]
pub(super) struct Crossing {
    pub to: LaneId,
    pub waits_at: Option<f64>,
    conflicts: Range<u32>,
    yields: Range<u32>,
    /// Whether anybody has to let those pass who take it.
    pub is_heeded: bool,
    /// From how far before it one sees whom one has to let pass.
    pub visible_from: f64,
    /// Whether it must be kept clear for others: nobody enters it without room beyond.
    pub is_kept_clear: bool,
}

/// Where two turns touch.
#[derive(Clone, Debug)]
pub(super) struct Conflict {
    pub other: TurnId,
    /// From where to where along the turn, and along the other.
    pub own: [f64; 2],
    pub theirs: [f64; 2],
    pub touch: Touch,
    pub way: Way,
}

/// How two turns touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    /// They cross.
    Crossing,
    /// They lead to the same lane.
    Merging,
    /// They come from the same lane.
    Diverging,
}

/// Who has the way where two turns touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Own,
    Theirs,
    /// Whoever comes first.
    First,
}

impl Layout {
    pub fn of(streets: &Streets) -> Layout {
        let mut layout = Layout {
            lanes: streets.lanes.len() as u32,
            tracks: Vec::with_capacity(streets.lanes.len() + streets.turns.len()),
            turns: Vec::with_capacity(streets.turns.len()),
            conflicts: Vec::new(),
            yields: Vec::new(),
            entries: Vec::new(),
            wide: Vec::new(),
        };
        let mut entries: Vec<Vec<TurnId>> = vec![Vec::new(); streets.lanes.len()];
        for (number, turn) in (0..).zip(&streets.turns) {
            entries[turn.to.index()].push(TurnId(number));
        }
        for ((number, lane), entries) in (0..).zip(&streets.lanes).zip(entries) {
            let side = number - streets.roads[lane.road.index()].lanes.start;
            let entries = append(&mut layout.entries, entries);
            let (length, limit) = (lane.length, lane.speed_limit);
            layout.tracks.push(Track { length, limit, road: lane.road, side, entries });
        }
        for (number, turn) in (0..).zip(&streets.turns) {
            let number = TurnId(number);
            let siblings = streets.turns_from(turn.from).filter(|other| *other != number);
            let others = turn.meets.iter().copied().chain(siblings);
            let conflicts: Vec<Conflict> = others.filter_map(|other| conflict(streets, number, other)).collect();
            layout.tracks.push(Track {
                length: turn.length,
                limit: turn.speed_limit,
                road: streets.lane(turn.from).road,
                side: 0,
                entries: 0..0,
            });
            // Who waits in the midst of a junction for others waits where it is out of their way.
            let reaches = conflicts.iter().filter(|conflict| turn.yields_to.contains(&conflict.other));
            let reaches_at = reaches.map(|conflict| conflict.own[0]).fold(f64::INFINITY, f64::min);
            layout.turns.push(Crossing {
                to: turn.to,
                waits_at: turn.waits_at.map(|at| at.min(reaches_at)).filter(|at| *at > 0.0),
                conflicts: append(&mut layout.conflicts, conflicts),
                yields: append(&mut layout.yields, turn.yields_to.iter().copied()),
                is_heeded: false,
                visible_from: turn.visible_from,
                is_kept_clear: turn.keeps_clear && !turn.meets.is_empty(),
            });
        }
        let wide = streets.roads.iter().filter(|road| road.lanes.len() > 1);
        layout.wide = wide.flat_map(|road| road.lanes.clone().map(TrackId)).collect();
        for turn in &layout.yields {
            layout.turns[turn.index()].is_heeded = true;
        }
        layout
    }

    #[inline]
    pub fn track(&self, track: TrackId) -> &Track {
        &self.tracks[track.0 as usize]
    }

    #[inline]
    pub fn turn(&self, turn: TurnId) -> &Crossing {
        &self.turns[turn.index()]
    }

    #[inline]
    pub fn place(&self, track: TrackId) -> Place {
        if track.0 < self.lanes { Place::Lane(LaneId(track.0)) } else { Place::Turn(TurnId(track.0 - self.lanes)) }
    }

    #[inline]
    pub fn of_lane(&self, lane: LaneId) -> TrackId {
        TrackId(lane.0)
    }

    #[inline]
    pub fn of_turn(&self, turn: TurnId) -> TrackId {
        TrackId(self.lanes + turn.0)
    }

    /// Where others use the junction, too.
    #[inline]
    pub fn conflicts(&self, turn: TurnId) -> &[Conflict] {
        let Range { start, end } = self.turn(turn).conflicts;
        &self.conflicts[start as usize..end as usize]
    }

    /// Whom it has to let pass.
    #[inline]
    pub fn yields(&self, turn: TurnId) -> &[TurnId] {
        let Range { start, end } = self.turn(turn).yields;
        &self.yields[start as usize..end as usize]
    }

    /// The lanes of roads that have several.
    pub fn wide(&self) -> &[TrackId] {
        &self.wide
    }

    /// The turns that lead to a lane.
    pub fn entries(&self, lane: LaneId) -> &[TurnId] {
        let Range { start, end } = self.tracks[lane.index()].entries;
        &self.entries[start as usize..end as usize]
    }
}

/// Ways that become one do so over stretches that differ by less than this: metres.
const ALIKE: f64 = 2.0;

fn append<T>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) -> Range<u32> {
    let start = all.len() as u32;
    all.extend(more);
    start..all.len() as u32
}

fn conflict(streets: &Streets, turn: TurnId, other: TurnId) -> Option<Conflict> {
    let [one, two] = [turn, other].map(|turn| streets.turn(turn));
    let [own, theirs] = stretches(streets, turn, other)?;
    // Two that lead to the same lane may cross before they do: one is then near the other for much longer than that one is near it.
    let are_alike = ((own[1] - own[0]) - (theirs[1] - theirs[0])).abs() < ALIKE;
    let touch = match (one.from == two.from, one.to == two.to) {
        (true, _) => Touch::Diverging,
        (_, true) if are_alike => Touch::Merging,
        _ => Touch::Crossing,
    };
    let way = match [one.yields_to.contains(&other), two.yields_to.contains(&turn)] {
        [true, false] => Way::Theirs,
        [false, true] => Way::Own,
        _ => Way::First,
    };
    Some(Conflict { other, own, theirs, touch, way })
}
