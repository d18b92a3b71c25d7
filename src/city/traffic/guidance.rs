//! Which lane a route wants: how far one gets from each lane without changing, and how many lanes away the best one is.

use std::collections::BTreeMap;

use crate::city::streets::{Class, LaneId, RoadId, Streets, TurnId};

/// What a lane is worth to a route.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prospect {
    /// How far one gets from the beginning of the lane without changing lanes: metres of road. Turns do not count, or lanes on the outer
    /// side of a bend would be worth more. Zero where one may not drive at all.
    pub reach: f64,
    /// How much of that goes round roundabouts, without a break from the first such road on.
    pub round: f64,
    /// How many lanes away the nearest of the best lanes is: above zero towards the inner side of the road.
    pub best: i8,
    /// The turn by which the lane goes on along the route, if it does.
    pub turn: Option<TurnId>,
}

/// The prospects of the lanes of a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GuideId(u32);

/// Where a trip leads, for which class of vehicles, and on which lanes it has to stop.
type Errand = (Vec<RoadId>, &'static str, Vec<Call>);

/// The prospects of all routes that somebody has taken.
#[derive(Clone, Debug, Default)]
pub struct Guides {
    known: BTreeMap<Errand, GuideId>,
    /// The first prospect of each road of each route, one after the other, and where they end.
    roads: Vec<u32>,
    /// The first road of each route in that list.
    routes: Vec<u32>,
    prospects: Vec<Prospect>,
}

impl Guides {
    /// That of a route on which one stops on some lanes, in this order.
    pub fn find(
        &mut self,
        streets: &Streets,
        route: &[RoadId],
        class: Class,
        stops: impl Iterator<Item = LaneId>,
    ) -> GuideId {
        let mut calls: Vec<Call> = Vec::new();
        for lane in stops {
            let road = streets.lane(lane).road;
            // Halts are made in order, on a route that may come to a road twice.
            let from = calls.last().map_or(0, |last| last.road);
            if let Some(place) = route[from..].iter().position(|there| *there == road) {
                calls.push(Call { road: from + place, lane });
            }
        }
        let errand = (route.to_vec(), class.name(), calls);
        if let Some(known) = self.known.get(&errand) {
            return *known;
        }
        let guide = GuideId(self.routes.len() as u32);
        self.routes.push(self.roads.len() as u32);
        for road in prospects(streets, route, class, &errand.2) {
            self.roads.push(self.prospects.len() as u32);
            self.prospects.extend(road);
        }
        // An end, after which no road begins.
        self.roads.push(self.prospects.len() as u32);
        self.known.insert(errand, guide);
        guide
    }

    /// The prospects of the lanes of a road of a route.
    #[inline]
    pub fn of(&self, guide: GuideId, road: u32) -> &[Prospect] {
        let place = (self.routes[guide.0 as usize] + road) as usize;
        &self.prospects[self.roads[place] as usize..self.roads[place + 1] as usize]
    }

    /// Whether a road is the last one of a route.
    #[inline]
    pub fn is_last(&self, guide: GuideId, road: u32) -> bool {
        let end = self.routes.get(guide.0 as usize + 1).map_or(self.roads.len() as u32, |next| *next);
        self.routes[guide.0 as usize] + road + 2 == end
    }
}

/// A lane on which a route has to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// On which of the route's roads, counted from 0.
    pub road: usize,
    /// On which lane.
    pub lane: LaneId,
}

/// Reaches that differ by less are alike: metres.
const ALIKE: f64 = 0.1;

/// The prospects of each lane of each road of a route, for vehicles of a class that have to stop on some lanes.
pub fn prospects(streets: &Streets, route: &[RoadId], class: Class, calls: &[Call]) -> Vec<Vec<Prospect>> {
    let mut all: Vec<Vec<Prospect>> = Vec::with_capacity(route.len());
    for (number, road) in route.iter().enumerate().rev() {
        let after = all.last().zip(route.get(number + 1));
        let call = calls.iter().find(|call| call.road == number).map(|call| call.lane);
        let mut lanes: Vec<Prospect> = streets
            .lanes_of(*road)
            .map(|lane| {
                let there = streets.lane(lane);
                if !there.access.allows(class) {
                    return Prospect { reach: 0.0, round: 0.0, best: 0, turn: None };
                }
                let beyond = after.and_then(|(prospects, next)| best_turn(streets, lane, *next, prospects, class));
                // Whoever has to stop on another lane gets no farther on this one.
                let beyond = beyond.filter(|_| call.is_none_or(|call| call == lane));
                let (turn, more) = beyond.unzip();
                let (more, round) = more.map_or((0.0, 0.0), |next| (next.reach, next.round));
                let round = if streets.roads[road.index()].is_round { there.length + round } else { round };
                Prospect { reach: there.length + more, round, best: 0, turn }
            })
            .collect();
        let aim = |place: usize, prospect: &Prospect, farthest: f64| match call {
            Some(call) => LaneId(streets.roads[road.index()].lanes.start + place as u32) == call,
            None => prospect.reach > farthest - ALIKE,
        };
        let farthest = lanes.iter().map(|lane| lane.reach).fold(0.0, f64::max);
        let best: Vec<usize> = lanes
            .iter()
            .enumerate()
            .filter(|(place, lane)| aim(*place, lane, farthest))
            .map(|(place, _)| place)
            .collect();
        for (place, lane) in lanes.iter_mut().enumerate() {
            let offsets = best.iter().map(|best| *best as i32 - place as i32);
            lane.best = offsets.min_by_key(|offset| offset.abs()).unwrap_or(0) as i8;
        }
        all.push(lanes);
    }
    all.reverse();
    all
}

/// The turn from a lane to a road from which one gets farthest, and the prospect of where it leads.
fn best_turn<'p>(
    streets: &Streets,
    lane: LaneId,
    next: RoadId,
    prospects: &'p [Prospect],
    class: Class,
) -> Option<(TurnId, &'p Prospect)> {
    let first = streets.roads[next.index()].lanes.start;
    let turns = streets.turns_from(lane).filter_map(|turn| {
        let to = streets.lane(streets.turn(turn).to);
        let is_open = to.road == next && to.access.allows(class);
        is_open.then(|| (turn, &prospects[(streets.turn(turn).to.0 - first) as usize]))
    });
    // The first of the best, so that it does not depend on anything else.
    turns.fold(None, |best: Option<(TurnId, &Prospect)>, turn| match best {
        Some(best) if best.1.reach > turn.1.reach - ALIKE => Some(best),
        _ => Some(turn),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::streets::{Access, Direction, Junction, JunctionId, Lane, Road, Rule, Turn};

    /// Roads with so many lanes of 100 m, and turns of 10 m between their lanes.
    fn streets(lanes: &[u32], turns: &[(u32, u32)]) -> Streets {
        let mut streets = Streets::default();
        for (number, count) in (0..).zip(lanes) {
            let first = streets.lanes.len() as u32;
            let road = RoadId(number);
            let lane = |lane: u32| Lane {
                road,
                length: 100.0,
                speed_limit: 10.0,
                width: 3.0,
                access: Access::ALL,
                line: Vec::new(),
                turns: {
                    let of = |from: u32| turns.iter().filter(|turn| turn.0 < from).count() as u32;
                    of(lane)..of(lane + 1)
                },
            };
            streets.lanes.extend((first..first + count).map(lane));
            streets.junctions.push(Junction { name: String::new(), place: [0.0; 2], outline: Vec::new() });
            streets.roads.push(Road {
                name: format!("road {number}"),
                from: JunctionId(number),
                to: JunctionId(number),
                lanes: first..first + count,
                is_round: false,
            });
        }
        streets.turns = turns
            .iter()
            .map(|(from, to)| Turn {
                from: LaneId(*from),
                to: LaneId(*to),
                junction: JunctionId(0),
                length: 10.0,
                speed_limit: 10.0,
                line: Vec::new(),
                direction: Direction::Straight,
                rule: Rule::Major,
                signals: None,
                yields_to: Vec::new(),
                meets: Vec::new(),
                waits_at: None,
                visible_from: 4.5,
                keeps_clear: true,
            })
            .collect();
        streets
    }

    fn reaches(prospects: &[Vec<Prospect>]) -> Vec<Vec<(f64, i8)>> {
        prospects.iter().map(|road| road.iter().map(|lane| (lane.reach, lane.best)).collect()).collect()
    }

    /// Three lanes, of which the middle one leads on to a road whose inner lane leads on.
    #[test]
    fn the_best_lane_is_the_one_that_goes_on_farthest() {
        let streets = streets(&[3, 2, 1], &[(0, 3), (1, 4), (4, 5)]);
        let route = [RoadId(0), RoadId(1), RoadId(2)];
        let found = prospects(&streets, &route, Class::PASSENGER, &[]);
        assert_eq!(
            reaches(&found),
            [vec![(200.0, 1), (300.0, 0), (100.0, -1)], vec![(100.0, 1), (200.0, 0)], vec![(100.0, 0)]]
        );
        assert_eq!((found[0][0].turn, found[0][2].turn), (Some(TurnId(0)), None));
        // Where the route ends one lane is as good as the other.
        let short = prospects(&streets, &route[..2], Class::PASSENGER, &[]);
        assert_eq!(reaches(&short)[0], [(200.0, 0), (200.0, 0), (100.0, -1)]);
    }

    /// A bus has to be on the lane of its stop, even where that lane does not lead on.
    #[test]
    fn a_stop_is_reached_first() {
        let streets = streets(&[2, 2], &[(0, 2), (1, 3)]);
        let route = [RoadId(0), RoadId(1)];
        let found = prospects(&streets, &route, Class::PASSENGER, &[Call { road: 0, lane: LaneId(0) }]);
        assert_eq!(reaches(&found)[0], [(200.0, 0), (100.0, -1)]);
    }

    #[test]
    fn closed_lanes_lead_nowhere() {
        let mut streets = streets(&[2, 2], &[(0, 2), (1, 3)]);
        streets.lanes[3].access = Access::only([Class::named("bus").unwrap()]);
        let route = [RoadId(0), RoadId(1)];
        let car = prospects(&streets, &route, Class::PASSENGER, &[]);
        assert_eq!(reaches(&car), [vec![(200.0, 0), (100.0, -1)], vec![(100.0, 0), (0.0, -1)]]);
        let any = prospects(&streets, &route, Class::IGNORING, &[]);
        assert_eq!(reaches(&any)[0], [(200.0, 0), (200.0, 0)]);
    }
}
