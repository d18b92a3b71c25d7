//! How fast each vehicle will be: by the limit, who is ahead, signals, and where its way ends.

use super::following::{Abilities, braking_distance, idm_acceleration, safe_speed, slackened, stopping_speed};
use super::signals::Showing;
use super::{Place, TrackId, Traffic, Vehicle, abilities};
use crate::city::demand::{Following, Kind};
use crate::city::streets::{Lamp, TurnId};
use crate::engine::random::Purpose;

const SLACK: Purpose = Purpose::new("traffic.slack");

/// How far before the end of a lane one waits at a signal: metres.
const BEFORE_SIGNAL: f64 = 1.0;

/// The nearest vehicle ahead.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    /// From bumper to bumper.
    gap: f64,
    speed: f64,
    deceleration: f64,
}

impl Traffic {
    /// Each vehicle chooses its next speed, by what is now.
    pub(super) fn plan(&mut self) {
        let showing: Vec<Showing> =
            self.streets.signals.iter().map(|signals| Showing::by_clock(signals, self.now())).collect();
        let mut chosen = Vec::with_capacity(self.vehicles.len() - self.free.len());
        for track in &self.tracks {
            for (place, id) in track.iter().enumerate() {
                let before = place.checked_sub(1).map(|before| self.vehicle(track[before]));
                chosen.push((*id, self.choose(self.vehicle(*id), before, &showing)));
            }
        }
        for (id, speed) in chosen {
            self.vehicles[id.0 as usize].as_mut().expect("it has chosen").next_speed = speed;
        }
    }

    /// The next speed of a vehicle, given who is before it on its track.
    fn choose(&self, vehicle: &Vehicle, before: Option<&Vehicle>, showing: &[Showing]) -> f64 {
        if vehicle.stands_until.is_some() {
            return 0.0;
        }
        let kind = self.kind(vehicle);
        let can = abilities(kind);
        let wanted = (self.length_and_limit(vehicle.track).1 * vehicle.haste).min(kind.top_speed);
        let fastest = (vehicle.speed + kind.acceleration * self.step).min(wanted);
        // No farther than it could matter: where one would stop who speeds up now.
        let sight = fastest * (self.step + kind.headway)
            + braking_distance(fastest, kind.deceleration, self.step)
            + kind.least_gap;
        let mut ahead = before.map(|before| self.ahead(vehicle, before, before.at));
        let mut most = fastest;
        let (mut track, mut road) = (vehicle.track, vehicle.road);
        let mut to_end = self.length_and_limit(track).0 - vehicle.at;
        let stops_within =
            |distance: f64| stopping_speed(distance, &Abilities { headway: self.step, ..can }, self.step);
        loop {
            if let Some(halt) = self.next_halt(vehicle).filter(|halt| self.track_of_lane(halt.lane) == track) {
                most = most.min(stops_within(to_end - self.length_and_limit(track).0 + halt.between[1]));
            }
            if to_end >= sight || ahead.is_some() {
                break;
            }
            let Some((next, next_road)) = self.after(vehicle, track, road) else {
                if !self.is_last(vehicle, road) {
                    most = most.min(stops_within(to_end));
                }
                break;
            };
            if let Some(stop) = self.stops_at(next, showing) {
                let to_stop = to_end - stop;
                if to_stop >= braking_distance(vehicle.speed, kind.deceleration, self.step) {
                    most = most.min(stops_within(to_stop));
                    break;
                }
            }
            ahead = self.tail(vehicle, track, to_end);
            let (length, limit) = self.length_and_limit(next);
            most = most.min(self.slowing_speed(to_end, (limit * vehicle.haste).min(kind.top_speed), &can));
            let last = self.tracks[next.0 as usize].last().map(|last| self.vehicle(*last));
            let nearest = last.map(|last| self.ahead(vehicle, last, vehicle.at + to_end + last.at));
            ahead = [ahead, nearest].into_iter().flatten().min_by(|one, other| one.gap.total_cmp(&other.gap));
            (track, road) = (next, next_road);
            to_end += length;
        }
        self.follow(vehicle, kind, wanted, most, ahead)
    }

    /// The speed behind somebody, no more than the most that all else allows.
    fn follow(&self, vehicle: &Vehicle, kind: &Kind, wanted: f64, most: f64, ahead: Option<Ahead>) -> f64 {
        let can = abilities(kind);
        let least = (vehicle.speed - kind.emergency_deceleration * self.step).max(0.0);
        match kind.following {
            Following::Krauss { imperfection } => {
                let safe = ahead.map_or(most, |ahead| {
                    safe_speed(ahead.gap - kind.least_gap, ahead.speed, ahead.deceleration, &can, self.step)
                });
                let slack = self.seed.stream(u64::from(vehicle.trip), SLACK, self.steps).uniform();
                let most = most.min(safe).max(least);
                slackened(most, imperfection, slack, kind.acceleration, self.step).max(least)
            }
            Following::Idm { exponent } => {
                let (gap, speed) =
                    ahead.map_or((f64::INFINITY, 0.0), |ahead| (ahead.gap - kind.least_gap, ahead.speed));
                let gained = idm_acceleration(vehicle.speed, wanted, exponent, gap, speed, &can, kind.least_gap);
                (vehicle.speed + gained * self.step).min(most).max(least)
            }
        }
    }

    /// Somebody ahead, whose front is so far along the track of the one behind.
    fn ahead(&self, vehicle: &Vehicle, other: &Vehicle, at: f64) -> Ahead {
        let about = self.kind(other);
        Ahead { gap: at - about.length - vehicle.at, speed: other.speed, deceleration: about.deceleration }
    }

    /// Who has left a lane by some turn and still has his back on it.
    fn tail(&self, vehicle: &Vehicle, track: TrackId, to_end: f64) -> Option<Ahead> {
        let Place::Lane(lane) = self.place(track) else { return None };
        let turned = self.streets.turns_from(lane).filter_map(|turn| {
            let last = self.vehicle(*self.tracks[self.track_of_turn(turn).0 as usize].last()?);
            (last.at < self.kind(last).length).then(|| self.ahead(vehicle, last, vehicle.at + to_end + last.at))
        });
        turned.min_by(|one, other| one.gap.total_cmp(&other.gap))
    }

    /// How far before a turn one has to stop, if its signals say so.
    fn stops_at(&self, track: TrackId, showing: &[Showing]) -> Option<f64> {
        let Place::Turn(turn) = self.place(track) else { return None };
        self.lamp(turn, showing)
            .filter(|lamp| matches!(lamp, Lamp::Red | Lamp::Amber | Lamp::RedAmber))
            .map(|_| BEFORE_SIGNAL)
    }

    fn lamp(&self, turn: TurnId, showing: &[Showing]) -> Option<Lamp> {
        let (signals, lamp) = self.streets.turn(turn).signals?;
        Some(showing[signals.index()].lamp(&self.streets.signals[signals.index()], lamp))
    }

    /// The greatest speed from which one is as slow as a limit when one comes to it.
    fn slowing_speed(&self, distance: f64, limit: f64, can: &Abilities) -> f64 {
        let after = braking_distance(limit, can.deceleration, self.step);
        let can = Abilities { headway: self.step, ..*can };
        stopping_speed(distance + after, &can, self.step).max(limit)
    }

    /// Whether a road is the last one of a vehicle's route.
    pub(super) fn is_last(&self, vehicle: &Vehicle, road: u32) -> bool {
        road as usize + 1 == vehicle.prospects.len()
    }
}
