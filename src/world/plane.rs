//! Space without cells in which many agents ask who is near: flocks, crowds, cells of a tissue.
//!
//! A [`Plane`] is made of all agents anew in each step: sorted by place into narrow cells, so that whoever is near lies in a few
//! stretches of memory. That costs some nanoseconds an agent, and makes looking around quick. Four ways to go on from there:
//!
//! | | by a loop over those who are near | by sums over those who are near |
//! |---|---|---|
//! | one after the other, in a fresh random order, each seeing what those before it have done | [`Plane::activate`] | [`Plane::activate_lanes`] |
//! | all at once | [`Plane::renew`] | [`Plane::renew_lanes`] |
//!
//! Sums are quicker, for several agents are looked at, or look, at once: as the lanes of a vector. All give the same numbers bit by bit
//! on any number of threads and with vectors of any width; those who act all at once also with a loop or with sums.

mod cells;
mod lanes;
mod near;
mod real;

use num_traits::{Float, Zero};
use serde::{Deserialize, Serialize};

pub use self::lanes::Group;
pub use self::near::Near;
pub use self::real::{Lanes, Real, Vector};

use self::cells::{Cells, Sorted};
use self::real::BLOCK;
use crate::engine::parallel::Pool;
use crate::engine::random::Stream;
use crate::world::grid::Edge;

/// Something with a place in a plane.
pub trait Placed: Copy + Send + Sync {
    /// The numbers of its coordinates: `f32` or `f64`.
    type Real: Real;

    /// Where it is.
    fn place(&self) -> [Self::Real; 2];
}

/// A rectangle from the origin on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area<R> {
    sides: [R; 2],
    edge: Edge,
}

impl<R: Real> Area<R> {
    /// So wide and so high, with what lies beyond its edge.
    ///
    /// # Panics
    /// If a side is not above zero.
    pub fn new(sides: [R; 2], edge: Edge) -> Area<R> {
        assert!(sides.iter().all(|side| *side > R::zero() && side.is_finite()), "a side of an area is not above zero");
        Area { sides, edge }
    }

    /// How wide and how high it is.
    pub fn sides(&self) -> [R; 2] {
        self.sides
    }

    /// The place in the area that is meant by one that may lie beyond its edge: on the other side where edges are joined, else the
    /// nearest.
    #[inline]
    pub fn wrap(&self, [x, y]: [R; 2]) -> [R; 2] {
        [self.wrap_along(x, self.sides[0]), self.wrap_along(y, self.sides[1])]
    }

    #[inline]
    fn wrap_along(&self, at: R, side: R) -> R {
        if at >= R::zero() && at < side {
            return at;
        }
        let wrapped = match self.edge {
            Edge::Closed => at.max(R::zero()).min(side),
            Edge::Joined => at - side * (at / side).floor(),
        };
        // What is just below zero may be rounded to the side itself, and what is far off have no such digits. What is no number stays none.
        let is_inside = wrapped >= R::zero() && (wrapped < side || self.edge == Edge::Closed);
        match at.is_nan() {
            true => at,
            false if is_inside => wrapped,
            false => R::zero(),
        }
    }

    /// The way from one place to another: the shortest where edges are joined.
    #[inline]
    pub fn offset(&self, from: [R; 2], to: [R; 2]) -> [R; 2] {
        let along = |axis: usize| {
            let away = to[axis] - from[axis];
            match self.edge {
                Edge::Closed => away,
                Edge::Joined => nearest_image(away, self.sides[axis]),
            }
        };
        [along(0), along(1)]
    }
}

/// The shortest of the ways that lead to the same place on a ring.
#[inline]
fn nearest_image<R: Real>(away: R, side: R) -> R {
    let half = side * R::half();
    if away >= -half && away < half {
        return away;
    }
    away - side * (away / side + R::half()).floor()
}

/// The square of a length.
#[inline]
pub fn square<R: Real>([x, y]: [R; 2]) -> R {
    x * x + y * y
}

/// Agents sorted by place.
pub struct Plane<A: Placed> {
    area: Area<A::Real>,
    reach: A::Real,
    cells: Cells<A::Real>,
    count: usize,
    /// Where all are, in the order of `agents`, and [`BLOCK`] places more, so that whole blocks can be read; as there are agents more.
    xs: Vec<A::Real>,
    ys: Vec<A::Real>,
    agents: Vec<A>,
    /// How far along an axis somebody has gone since all were sorted.
    moved: A::Real,
}

impl<A: Placed> Plane<A> {
    /// Of agents who see others at most `reach` away. Where edges are joined, each is seen once, where it is nearest.
    pub fn of(pool: &Pool, area: Area<A::Real>, reach: A::Real, agents: &[A]) -> Plane<A> {
        let (cells, Sorted { xs, ys, agents: sorted }) = Cells::sort(pool, area, reach, agents, BLOCK);
        Plane { area, reach, cells, count: agents.len(), xs, ys, agents: sorted, moved: A::Real::zero() }
    }

    /// Where they are.
    pub fn area(&self) -> Area<A::Real> {
        self.area
    }

    /// All agents, sorted by place.
    pub fn agents(&self) -> &[A] {
        &self.agents[..self.count]
    }

    /// Those who are near the agent of this number among [`Plane::agents`], in an order that depends on nothing but their places.
    #[inline]
    pub fn near(&self, who: usize) -> Near<'_, A> {
        Near::of(self, who)
    }

    /// All act at once: each becomes what `act` makes of it and of those near it as they were before.
    pub fn renew<'a>(&'a self, pool: &Pool, act: impl Fn(&A, Near<'a, A>) -> A + Send + Sync) -> Vec<A> {
        pool.map_numbers(self.count, |who| act(&self.agents[who], self.near(who)))
    }

    /// All act one after the other, in a fresh random order: each becomes what `act` makes of it and of those near it as they are now.
    pub fn activate(self, random: &mut Stream, mut act: impl FnMut(&A, Near<A>, &mut Stream) -> A) -> Vec<A> {
        self.one_by_one(random, |plane, who, random| act(&plane.agents[who], plane.near(who), random))
    }

    /// One after the other acts, in a fresh random order: what each becomes is told by `act`.
    #[inline(always)]
    fn one_by_one(
        mut self,
        random: &mut Stream,
        mut act: impl FnMut(&mut Plane<A>, usize, &mut Stream) -> A,
    ) -> Vec<A> {
        let mut order: Vec<u32> = (0..self.count as u32).collect();
        random.shuffle(&mut order);
        for who in order {
            let who = who as usize;
            let agent = act(&mut self, who, random);
            // It stays in its cell, and may be beyond an edge: those who look from now on look as much farther.
            let from = [self.xs[who], self.ys[who]];
            let [right, up] = self.area.offset(from, self.area.wrap(agent.place()));
            (self.xs[who], self.ys[who]) = (from[0] + right, from[1] + up);
            self.agents[who] = agent;
            let moved = right.abs().max(up.abs());
            if moved > self.moved {
                self.look_farther(moved);
            }
        }
        self.agents.truncate(self.count);
        self.agents
    }

    /// All look as much farther from now on.
    // Seldom, and so a call rather than a number that is chosen: who acts next need not wait until it is known how far the last one went.
    #[cold]
    fn look_farther(&mut self, moved: A::Real) {
        self.moved = moved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Dot<R> {
        place: [R; 2],
        name: u32,
    }

    impl<R: Real> Placed for Dot<R> {
        type Real = R;

        fn place(&self) -> [R; 2] {
            self.place
        }
    }

    fn dots<R: Real>(places: &[(f64, f64)]) -> Vec<Dot<R>> {
        let number = |at: f64| R::from(at).expect("it is a number");
        let dot = |(name, (x, y)): (u32, &(f64, f64))| Dot { place: [number(*x), number(*y)], name };
        (0..).zip(places).map(dot).collect()
    }

    /// Who is near whom by the definition, by name.
    fn expected<R: Real>(area: Area<R>, reach: R, dots: &[Dot<R>]) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for one in dots {
            for other in dots {
                let way = area.offset(area.wrap(one.place), area.wrap(other.place));
                if one.name != other.name && square(way) <= reach * reach {
                    pairs.push((one.name, other.name));
                }
            }
        }
        pairs.sort_unstable();
        pairs
    }

    /// Who is found near whom, some told one by one and the others together.
    fn found<R: Real>(plane: &Plane<Dot<R>>) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for who in 0..plane.agents().len() {
            let (mut near, name) = (plane.near(who), plane.agents()[who].name);
            pairs.extend((0..who % 5).map_while(|_| near.next()).map(|(_, other)| (name, other.name)));
            near.for_each(|(_, other)| pairs.push((name, other.name)));
        }
        pairs.sort_unstable();
        pairs
    }

    /// Places on a grid of 1/8, some beyond the edges, so that all ways are exact.
    fn places() -> impl Strategy<Value = Vec<(f64, f64)>> {
        let along = (-40..200_i32).prop_map(|eighths| f64::from(eighths) / 8.0);
        prop::collection::vec((along.clone(), along), 0..120)
    }

    fn edge(is_joined: bool) -> Edge {
        if is_joined { Edge::Joined } else { Edge::Closed }
    }

    proptest! {
        /// Whoever is near is found, once, whatever the shape of the area and however far all see.
        #[test]
        fn near_is_who_is_near(places in places(), width in 1..24_u8, height in 1..24_u8, reach in 0..120_u8, joined: bool) {
            let area = Area::new([f64::from(width), f64::from(height)], edge(joined));
            let (reach, dots) = (f64::from(reach) / 8.0, dots(&places));
            prop_assert_eq!(found(&Plane::of(&Pool::new(2).expect("there are threads"), area, reach, &dots)), expected(area, reach, &dots));
            let area = Area::new([f32::from(width), f32::from(height)], edge(joined));
            let (reach, dots) = (reach as f32, self::dots(&places));
            prop_assert_eq!(found(&Plane::of(&Pool::new(2).expect("there are threads"), area, reach, &dots)), expected(area, reach, &dots));
        }

        /// Each sees those who have acted before where they are now, and the others where they were.
        #[test]
        fn those_who_act_see_all_as_they_are(
            places in places(), steps in prop::collection::vec((-30..30_i32, -30..30_i32), 120),
            side in 4..24_u8, reach in 0..60_u8, joined: bool, seed: u64,
        ) {
            let area = Area::new([f64::from(side); 2], edge(joined));
            let reach = f64::from(reach) / 8.0;
            let mut now: Vec<Dot<f64>> = dots(&places);
            now.iter_mut().for_each(|dot| dot.place = area.wrap(dot.place));
            let plane = Plane::of(&Pool::default(), area, reach, &now);
            let random = &mut Seed(seed).stream(0, Purpose::new("test"), 0);
            let mut acted = 0;
            let after = plane.activate(random, |dot, near, _| {
                let mut seen: Vec<u32> = near.map(|(_, other)| other.name).collect();
                seen.sort_unstable();
                let others = now.iter().filter(|other| other.name != dot.name);
                let is_near = |other: &&Dot<f64>| square(area.offset(dot.place, other.place)) <= reach * reach;
                let expected: Vec<u32> = others.filter(is_near).map(|other| other.name).collect();
                assert_eq!(seen, expected);
                let (right, up) = steps[dot.name as usize];
                let place = [dot.place[0] + f64::from(right) / 8.0, dot.place[1] + f64::from(up) / 8.0];
                now[dot.name as usize].place = area.wrap(place);
                acted += 1;
                now[dot.name as usize]
            });
            prop_assert_eq!(acted, places.len());
            prop_assert!(after.iter().all(|dot| *dot == now[dot.name as usize]));
        }

        /// Lanes give what a loop gives, bit by bit, on one thread or more.
        #[test]
        fn lanes_are_as_a_loop(
            places in prop::collection::vec((0.0..20.0_f64, 0.0..20.0_f64), 0..200),
            width in 1.0..20.0_f64, height in 1.0..20.0_f64, reach in 0.0..8.0_f64, joined: bool,
        ) {
            lanes_at_once_as_loop::<f32>(&places, [width, height, reach], joined);
            lanes_at_once_as_loop::<f64>(&places, [width, height, reach], joined);
        }

        /// One after the other, lanes give what a loop gives where all sums are exact.
        #[test]
        fn lanes_of_others_are_as_a_loop(
            places in places(), width in 1..24_u8, height in 1..24_u8, reach in 0..60_u8, joined: bool, seed: u64,
        ) {
            lanes_as_loop::<f64>(&places, [width, height], reach, joined, seed);
            lanes_as_loop::<f32>(&places, [width, height], reach, joined, seed);
        }

        /// A place beyond the edge is wrapped into the area.
        #[test]
        fn wrapped_places_are_in_the_area(x in -1e6..1e6_f32, y: f32, side in 0.001..1e4_f32, joined: bool) {
            let area = Area::new([side; 2], edge(joined));
            let [x, y] = area.wrap([x, y]);
            prop_assert!((0.0..=side).contains(&x) && (y.is_nan() || (0.0..=side).contains(&y)), "{x} {y}");
            prop_assert!(!joined || x < side);
        }
    }

    /// Acts at once, by a loop and by lanes, to the same end.
    fn lanes_at_once_as_loop<R: Real + std::fmt::Debug>(places: &[(f64, f64)], lengths: [f64; 3], joined: bool) {
        let number = |at: f64| R::from(at).expect("it is a number");
        let [width, height, reach] = lengths.map(number);
        let plane = Plane::of(&Pool::default(), Area::new([width, height], edge(joined)), reach, &dots(places));
        let name = |dot: &Dot<R>| number(f64::from(dot.name));
        let moved = |dot: &Dot<R>, [x, y, count]: [R; 3]| Dot {
            place: [dot.place[0] + x / count.max(R::one()), dot.place[1] + y],
            name: dot.name,
        };
        let two = Pool::new(2).expect("there are threads");
        let looped = plane.renew(&two, |dot, near| {
            let mut sums = [R::zero(); 3];
            for ([x, y], other) in near {
                let factor = name(other) - name(dot);
                let adds = [x * factor, if x <= R::half() { y } else { R::zero() }, R::one()];
                (0..3).for_each(|sum| sums[sum] = sums[sum] + adds[sum]);
            }
            moved(dot, sums)
        });
        let pair = |own: &Group<Dot<R>>, [x, y]: [Lanes<R>; 2], other: &Group<Dot<R>>| {
            let factor = other.each(name) - own.each(name);
            [x * factor, x.at_most(Vector::all(R::half())) & y, Vector::all(R::one())]
        };
        for pool in [two, Pool::default()] {
            assert_eq!(plane.renew_lanes(&pool, pair, moved), looped);
        }
    }

    /// Acts one after the other, by a loop and by lanes, to the same end. Places are of eighths, and so are the moves.
    fn lanes_as_loop<R: Real + std::fmt::Debug>(
        places: &[(f64, f64)],
        sides: [u8; 2],
        reach: u8,
        joined: bool,
        seed: u64,
    ) {
        let number = |at: f64| R::from(at).expect("it is a number");
        let area = Area::new(sides.map(|side| number(f64::from(side))), edge(joined));
        let plane = || Plane::of(&Pool::default(), area, number(f64::from(reach) / 8.0), &dots::<R>(places));
        let name = |dot: &Dot<R>| number(f64::from(dot.name));
        // So far from the start of their sums that parts of an eighth are all that it comes to.
        let moved = |dot: &Dot<R>, sums: [R; 3]| {
            let along = |axis: usize| {
                let eighths = (sums[axis] * number(8.0)).to_i64().expect("it is whole").rem_euclid(17) - 8;
                dot.place[axis] + number(eighths as f64 / 8.0) * sums[2].min(R::one())
            };
            Dot { place: [along(0), along(1)], name: dot.name }
        };
        let random = || Seed(seed).stream(0, Purpose::new("test"), 0);
        let looped = plane().activate(&mut random(), |dot, near, _| {
            let add = |[x, y, count]: [R; 3], ([right, up], other): ([R; 2], &Dot<R>)| {
                [x + right * (name(other) - name(dot)), y + up, count + R::one()]
            };
            moved(dot, near.fold([R::zero(); 3], add))
        });
        let pair = |own: &Group<Dot<R>>, [right, up]: [Lanes<R>; 2], other: &Group<Dot<R>>| {
            [right * (other.each(name) - own.each(name)), up, Vector::all(R::one())]
        };
        let laned = plane().activate_lanes(&mut random(), pair, |dot, sums, _| moved(dot, sums));
        assert_eq!(laned, looped);
    }

    /// Places that are no numbers, and reaches without end, are no trouble.
    #[test]
    fn what_is_no_place_is_no_trouble_in_lanes() {
        let all =
            [(f64::NAN, 1.0), (f64::NAN, f64::NAN), (1.0, f64::INFINITY), (2.0, 2.0), (3.0, 2.0), (1e300, -1e300)];
        for places in [&all[..], &all[..2], &all[2..3], &[]] {
            for edge in [Edge::Closed, Edge::Joined] {
                for reach in [0.0, 1.0, 1e300, f64::INFINITY, f64::NAN] {
                    let plane = || Plane::of(&Pool::default(), Area::new([8.0; 2], edge), reach, &dots::<f64>(places));
                    let pair =
                        |_: &Group<Dot<f64>>, _: [Lanes<f64>; 2], _: &Group<Dot<f64>>| [Lanes::<f64>::splat(1.0)];
                    let count = |dot: &Dot<f64>, [seen]: [f64; 1]| Dot { place: dot.place, name: seen as u32 };
                    let at_once = plane().renew_lanes(&Pool::default(), pair, count);
                    let random = &mut Seed(1).stream(0, Purpose::new("test"), 0);
                    let in_turn = plane().activate_lanes(random, pair, |dot, sums, _| count(dot, sums));
                    let names = |dots: &[Dot<f64>]| dots.iter().map(|dot| dot.name).collect::<Vec<u32>>();
                    let expected: Vec<u32> = (0..places.len()).map(|who| plane().near(who).count() as u32).collect();
                    assert_eq!(names(&at_once), expected);
                    assert_eq!(names(&in_turn), expected);
                }
            }
        }
    }

    #[test]
    fn what_is_no_place_is_near_nobody() {
        let places = [(f64::NAN, 1.0), (1.0, f64::INFINITY), (2.0, 2.0), (3.0, 2.0), (1e300, -1e300)];
        for edge in [Edge::Closed, Edge::Joined] {
            for reach in [0.0, 1.0, 1e300, f64::INFINITY, f64::NAN] {
                let area = Area::new([8.0; 2], edge);
                let plane = Plane::of(&Pool::default(), area, reach, &dots(&places));
                let pairs = found(&plane);
                assert!(pairs.iter().all(|(one, other)| *one != 0 && *other != 0));
                assert_eq!(pairs.contains(&(2, 3)), reach >= 1.0, "{reach}");
            }
        }
    }
}
