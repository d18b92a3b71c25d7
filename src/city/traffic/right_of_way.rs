//! Who goes first at junctions.
//!
//! Whoever comes to a turn says from when to when it will be on it. One who has to let others pass goes only if it is through before they come,
//! or comes after they are through. Whoever is on a junction is besides in the way of all whose turns touch its own: they stop before the
//! stretch on which they would run into it. After D. Krajzewicz and J. Erdmann, "Road intersection model in SUMO" (SUMO User
//! Conference 2013).

use super::following::braking_distance;
use super::layout::{Conflict, Touch, Way};
use super::movement::STANDING;
use super::plan::{Cause, Driver, Most, ROUNDING};
use super::{Place, Traffic, VehicleId};
use crate::city::streets::{Lamp, Rule, TurnId};

/// What signals and rules say to whoever comes to a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Stop.
    Closed,
    /// Go.
    Major,
    /// Go if those pass who have the way.
    Minor,
    /// Stop, and go if those pass who have the way.
    Stop,
    /// Stop; who has stood longest goes first.
    AllStop,
    /// Who comes first goes first.
    Zipper,
}

impl Right {
    pub fn of(lamp: Option<Lamp>, rule: Rule) -> Right {
        match lamp {
            Some(Lamp::Red | Lamp::Amber | Lamp::RedAmber) => Right::Closed,
            Some(Lamp::Green) => Right::Major,
            Some(Lamp::GreenYielding) => Right::Minor,
            Some(Lamp::RedArrow) => Right::Stop,
            Some(Lamp::Off) | None => match rule {
                Rule::Major => Right::Major,
                Rule::Minor => Right::Minor,
                Rule::Stop => Right::Stop,
                Rule::AllStop => Right::AllStop,
                Rule::Zipper => Right::Zipper,
            },
        }
    }
}

/// The body of a vehicle on a turn, whole or in part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body {
    pub vehicle: VehicleId,
    /// How far along the turn its front is: past the end where only a part of it is on the turn.
    pub front: f64,
    pub back: f64,
    pub speed: f64,
    /// How far it is until it stands, if it brakes as hard as it likes.
    pub braking: f64,
    pub deceleration: f64,
}

/// A vehicle that comes to a turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Approach {
    pub turn: TurnId,
    pub vehicle: VehicleId,
    /// How far it is to where it would wait: metres.
    pub distance: f64,
    /// The most that it may drive because of all that comes before.
    pub most: Most,
    /// From when to when it is on the turn, if it goes: seconds from now on.
    pub times: [f64; 2],
    /// How fast it is then.
    pub speeds: [f64; 2],
    /// When it would come, and how fast, if it braked for those who have to let it pass.
    pub late: [f64; 2],
    /// Whether it could stop for them, from the next step on.
    pub can_stop: bool,
    /// Whether it sees who comes.
    pub sees: bool,
    pub deceleration: f64,
    pub waited: f64,
}

/// All who come to turns.
#[derive(Debug, Default)]
pub(super) struct Approaches {
    pub all: Vec<Approach>,
    /// The first of each turn, and after each of them the next of the same turn.
    first: Vec<u32>,
    next: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Approaches {
    pub fn new(all: Vec<Approach>, turns: usize) -> Approaches {
        let mut first = vec![NONE; turns];
        let link = |(number, approach): (u32, &Approach)| std::mem::replace(&mut first[approach.turn.index()], number);
        let next = (0..).zip(&all).map(link).collect();
        Approaches { all, first, next }
    }

    fn to(&self, turn: TurnId) -> impl Iterator<Item = &Approach> {
        let follow = |number: &u32| Some(self.next[*number as usize]).filter(|next| *next != NONE);
        let first = Some(self.first[turn.index()]).filter(|first| *first != NONE);
        std::iter::successors(first, follow).map(|number| &self.all[number as usize])
    }
}

/// Who goes ahead of another where both want to go keeps so long a time to it: seconds. As in SUMO.
const MARGIN: f64 = 1.0;

/// After so long a wait one goes as if those with the way would brake: seconds. As in SUMO.
const PATIENCE: f64 = 180.0;

/// Circles of more who wait for each other are not looked for.
const LARGEST_CIRCLE: usize = 16;

impl Traffic {
    /// Notes whose bodies are on which turns, and who still has a part of it on a track that he has left.
    pub(super) fn place_bodies(&mut self) {
        let (mut bodies, mut tails) = (std::mem::take(&mut self.bodies), std::mem::take(&mut self.tails));
        for track in self.left.drain(..) {
            tails[track.0 as usize] = None;
            if let Place::Turn(turn) = self.town.layout.place(track) {
                bodies[turn.index()].clear();
            }
        }
        let mut left = std::mem::take(&mut self.left);
        let mut taken = std::mem::take(&mut self.taken);
        taken.fill(0.0);
        for (vehicle, about) in self.vehicles() {
            let kind = self.kind(about);
            let braking = braking_distance(about.speed, kind.deceleration, self.step);
            let (speed, deceleration) = (about.speed, kind.deceleration);
            let mut front = about.at;
            taken[about.track.0 as usize] += kind.length + kind.least_gap;
            for track in about.tracks() {
                if track != about.track {
                    front += self.town.layout.track(track).length;
                }
                let body = Body { vehicle, front, back: front - kind.length, speed, braking, deceleration };
                let tail = &mut tails[track.0 as usize];
                if track != about.track && tail.is_none_or(|tail| body.back < tail.back) {
                    *tail = Some(body);
                }
                if let Place::Turn(turn) = self.place(track) {
                    bodies[turn.index()].push(body);
                    left.push(track);
                } else if track != about.track {
                    left.push(track);
                }
                if body.back >= 0.0 {
                    break;
                }
            }
        }
        (self.bodies, self.tails, self.taken, self.left) = (bodies, tails, taken, left);
    }

    /// The most that one may drive because of those who are on a junction. The turn begins so far ahead, or behind.
    pub(super) fn heed_bodies(&self, driver: &Driver, turn: TurnId, begins: f64, most: Most) -> Most {
        let conflicts =
            self.town.layout.conflicts(turn).iter().filter(|conflict| !self.bodies[conflict.other.index()].is_empty());
        conflicts.fold(most, |most, conflict| {
            let bodies = self.bodies[conflict.other.index()].iter();
            bodies.filter(|body| body.vehicle != driver.id).fold(most, |most, body| {
                let speed = self.heed_body(driver, conflict, turn, begins, body);
                speed.map_or(most, |speed| most.at_most(speed, Cause::Body(body.vehicle)))
            })
        })
    }

    fn heed_body(&self, driver: &Driver, conflict: &Conflict, turn: TurnId, begins: f64, body: &Body) -> Option<f64> {
        let Conflict { own, theirs, touch, other, .. } = *conflict;
        if body.back >= theirs[1] {
            return None;
        }
        if touch == Touch::Diverging {
            return (body.front > -begins).then(|| driver.behind(begins + body.back, body.speed, body.deceleration));
        }
        let to_own = begins + own[0];
        if !self.goes_first(driver, conflict, [turn, other], begins, body) {
            return None;
        }
        if touch == Touch::Merging {
            // As if it were ahead on the same way, as far from its end; but before the two ways touch it is in nobody's way.
            let [length, their_length] =
                [turn, other].map(|turn| self.town.layout.track(self.town.layout.of_turn(turn)).length);
            let gap = begins + length - (their_length - body.back);
            let (stop, is_ahead) = (driver.stop(to_own), gap > to_own.max(0.0));
            return Some(if is_ahead { driver.behind(gap, body.speed, body.deceleration).max(stop) } else { stop });
        }
        // One stops at the beginning of the turn, if one still can.
        let line = if begins > 0.0 && driver.can_stop(begins) { begins } else { to_own };
        let stop = driver.stop(line.min(to_own));
        let rest = theirs[1] - body.back;
        let clears = body.braking >= rest;
        // It will have gone by when one gets there, even if it begins to brake.
        Some(if clears { stop.max(to_own / (rest / body.speed + self.step)) } else { stop })
    }

    /// Whether somebody on a junction goes first where two turns touch: the one who can no longer wait, or else who has the way.
    fn goes_first(&self, driver: &Driver, conflict: &Conflict, turns: [TurnId; 2], begins: f64, body: &Body) -> bool {
        let (to_own, to_theirs) = (begins + conflict.own[0], conflict.theirs[0] - body.front);
        if to_theirs <= 0.0 && to_own <= 0.0 && begins < 0.0 {
            // Two who have come to where their ways touch: the one that is farther.
            let rest = |stretch: [f64; 2], to: f64| stretch[1] - stretch[0] + to;
            return (rest(conflict.theirs, to_theirs), body.vehicle) < (rest(conflict.own, to_own), driver.id);
        }
        // How far from being able to wait: there, too near to stop, or just on its way from where it waited, which it does not stop at once.
        let claim = |turn: TurnId, at: f64, left: f64, speed: f64, braking: f64| match left {
            // Who stands before the junction is not there yet, even if the ways touch right from its edge, and neither is who waits right
            // before the other's way, whatever is lost by rounding.
            left if left < -ROUNDING && at > 0.0 => 3,
            left if left < braking => 2,
            _ => i32::from(at > self.town.layout.turn(turn).waits_at.unwrap_or(0.0) && speed > STANDING),
        };
        let own = claim(turns[0], -begins, to_own, driver.speed(), driver.braking);
        let theirs = claim(turns[1], body.front, to_theirs, body.speed, body.braking);
        // Where nobody has more right than others, who is on the junction leaves it before others come to it, unless he waits where one waits.
        let waits = self.town.layout.turn(turns[1]).waits_at.is_some_and(|at| body.front <= at);
        if begins > 0.0 && own < 2 && body.front > 0.0 && !waits && self.rights[turns[0].index()] != Right::Major {
            return true;
        }
        theirs > own
            || theirs == own
                && match conflict.way {
                    Way::Theirs => true,
                    Way::Own => false,
                    Way::First => (to_theirs, body.vehicle) < (to_own, driver.id),
                }
                && !self.breaks_circle(driver.id, body.vehicle)
    }

    /// Why one may not go on where one has come to, if so.
    pub(super) fn what_stops(&self, own: &Approach, approaches: &Approaches) -> Option<Cause> {
        let right = self.rights[own.turn.index()];
        let vehicle = self.vehicle(own.vehicle);
        let is_there = vehicle.track == self.track_of_turn(own.turn);
        match right {
            // Who waits in the midst of a junction leaves it, whatever the signals behind say by then.
            Right::Closed if is_there => {}
            Right::Closed => return Some(Cause::Signals(own.turn)),
            Right::Major => return None,
            Right::Stop | Right::AllStop if own.waited <= 0.0 && !is_there => return Some(Cause::Sight(own.turn)),
            _ => {}
        }
        let impatience = (own.waited / PATIENCE).min(1.0);
        let goes_first = |other: TurnId| {
            let is_same_lane = self.town.layout.turn(other).to == self.town.layout.turn(own.turn).to;
            // One presses in before those who alone have the way. Of others each waits for the next, until one goes.
            let presses = self.rights[other.index()] == Right::Major;
            let goes_first = move |foe: &&Approach| {
                // Those who stand before a junction let leave it who is on it, unless they alone have the way.
                let lets_leave = is_there && foe.waited > 0.0 && self.rights[other.index()] != Right::Major;
                foe.vehicle != own.vehicle
                    && !lets_leave
                    && match right {
                        Right::AllStop => (own.waited, foe.vehicle) <= (foe.waited, own.vehicle),
                        Right::Zipper => (own.times[0], own.vehicle) >= (foe.times[0], foe.vehicle),
                        _ => !keeps_clear(own, foe, is_same_lane, if presses { impatience } else { 0.0 }),
                    }
            };
            approaches.to(other).find(goes_first).map(|foe| foe.vehicle)
        };
        let first = if is_there {
            // Whose ways it already stands in, they see it.
            let ahead = self.town.layout.conflicts(own.turn).iter().filter(|there| there.own[0] >= vehicle.at);
            ahead.filter(|there| there.way == Way::Theirs).find_map(|there| goes_first(there.other))
        } else {
            self.town.layout.yields(own.turn).iter().find_map(|other| goes_first(*other))
        };
        first.filter(|first| !self.breaks_circle(own.vehicle, *first)).map(Cause::Way)
    }

    /// Whether each of some waits for the next and the last for the first, and one has waited longest: he goes. The law leaves it to them.
    fn breaks_circle(&self, own: VehicleId, first: VehicleId) -> bool {
        let waited = self.vehicle(own).waited;
        let mut next = first;
        for _ in 0..LARGEST_CIRCLE {
            if next == own {
                return true;
            }
            let Some(Some(other)) = self.vehicles.get(next.0 as usize) else { return false };
            let following = match other.cause {
                // Who stands behind somebody has nothing to decide.
                Cause::Ahead(following) => following,
                Cause::Way(following) | Cause::Body(following) if (other.waited, own) <= (waited, next) => following,
                _ => return false,
            };
            if other.waited <= 0.0 {
                return false;
            }
            next = following;
        }
        false
    }
}

/// Whether one is through before another comes, or comes after it.
fn keeps_clear(own: &Approach, foe: &Approach, is_same_lane: bool, impatience: f64) -> bool {
    let comes =
        foe.times[0] + if foe.can_stop && foe.waited <= 0.0 { impatience * (foe.late[0] - foe.times[0]) } else { 0.0 };
    if foe.times[1] < own.times[0] {
        let stops = stops_behind(own.speeds[0], own.deceleration, foe.speeds[1], foe.deceleration);
        !is_same_lane || (own.times[0] - foe.times[1] >= MARGIN && stops)
    } else if comes > own.times[1] + MARGIN {
        !is_same_lane || stops_behind(foe.late[1], foe.deceleration, own.speeds[1], own.deceleration)
    } else {
        false
    }
}

/// Whether one behind needs no more room to stop than the one ahead.
fn stops_behind(behind: f64, deceleration: f64, ahead: f64, ahead_deceleration: f64) -> bool {
    behind * behind * ahead_deceleration <= ahead * ahead * deceleration
}
