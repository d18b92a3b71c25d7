//! Goes somewhere.
//!
//! Whoever has no body, or one that goes wherever its twin does, arrives when it should. A body that moves by forces arrives
//! where it is: it has as long again as its way should take, and a little, until the action fails because something was in
//! its way.

use std::sync::Arc;

use super::{Action, Hand, Progress};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::twin::expression::Program;
use crate::twin::missions::duties::Duties;
use crate::twin::source::nearest_of;
use crate::twin::who::TwinSet;
use crate::world::physics::{Body, CATCH_UP};
use crate::world::position::Position;
use crate::world::space::{Point, Space, distance};
use crate::world::travel::{self, Drive, Travel};

/// A body that moves by forces has arrived where it is no farther from its goal over the ground: metres. It runs after where
/// it should be, and where it would have less than the speed that friction takes from it in a step, it stands: μ g step
/// CATCH_UP before, which is 4 cm for the strongest usual friction, μ = 1.
const NEAR: f64 = 0.1;
/// And so much longer than twice the time that its way should take it may be under way: seconds.
const GRACE: f64 = 8.0 * CATCH_UP;

const ANY: Purpose = Purpose::new("action.go.any");

/// Where somebody goes.
pub enum Goal {
    /// A point; as high as it is, if no height is given.
    At(f64, f64, Option<f64>),
    /// The nearest of these.
    Nearest(Arc<TwinSet>),
    /// One of these, at random.
    Any(Arc<TwinSet>),
    /// The twin in that slot.
    Seen(Program),
    /// Of which it has claimed a place.
    Claimed,
    /// Where the present task of its mission is.
    Mission,
    /// Where two expressions say.
    Point(Program, Program),
}

/// A way to go.
pub struct Go {
    /// Where to.
    pub to: Goal,
    /// How fast at most: m/s.
    pub speed: Option<f64>,
    /// How far before it stops: metres.
    pub within: f64,
}

fn place(hand: &Hand, twin: TwinId) -> Option<Point> {
    let entity = hand.world.resource::<Directory>().entity(twin)?;
    hand.world.get::<Position>(entity).map(|Position { x, y, z, .. }| [*x, *y, *z])
}

/// The nearest of these, by where everybody was seen at this moment, if somebody has looked, else by asking each.
fn nearest(hand: &Hand, here: Point, twins: &TwinSet) -> Option<TwinId> {
    let space = hand.world.resource::<Space>();
    if space.at() == Some(hand.now()) {
        return nearest_of(space, hand.twin, here, twins).map(|(twin, _)| twin);
    }
    let others = twins.twins().iter().filter(|twin| **twin != hand.twin);
    let far = others.filter_map(|twin| Some((distance(here, place(hand, *twin)?), *twin)));
    far.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, twin)| twin)
}

/// The place of one of these, each as likely.
fn any(hand: &Hand, twins: &TwinSet) -> Option<Point> {
    // Nearly all are there: one drawn after the other until one is.
    const TRIES: usize = 16;
    let number = u64::from(hand.activity.serial) << 16 | u64::from(hand.activity.step);
    let mut random = hand.world.resource::<Seed>().stream(hand.twin.0, ANY, number);
    let all = twins.twins();
    let there = |twin: &TwinId| (*twin != hand.twin).then(|| place(hand, *twin))?;
    for _ in 0..TRIES.min(all.len() * TRIES) {
        if let Some(place) = there(&all[random.below(all.len())]) {
            return Some(place);
        }
    }
    let there: Vec<Point> = all.iter().filter_map(there).collect();
    (!there.is_empty()).then(|| there[random.below(there.len())])
}

/// If the body of somebody moves by forces and is not yet where it should be: until when it may still get there.
fn late(hand: &Hand) -> Option<Time> {
    hand.part::<Body>().filter(|body| body.moves.by_forces())?;
    let (travel, [x, y, _]) = (hand.part::<Travel>()?, place(hand, hand.twin)?);
    let [goal_x, goal_y, _] = travel.legs.last()?.to;
    let planned = travel.profile.duration();
    let latest = travel.began + Duration::from_seconds(2.0 * planned + GRACE);
    (libm::hypot(goal_x - x, goal_y - y) > NEAR).then_some(latest)
}

impl Go {
    /// Where that is now.
    fn goal(&self, hand: &Hand, here: Point) -> Result<Point, &'static str> {
        let of = |twin: TwinId| place(hand, twin).ok_or("where it wants to go has no place");
        match &self.to {
            Goal::At(x, y, z) => Ok([*x, *y, z.unwrap_or(here[2])]),
            Goal::Nearest(twins) => nearest(hand, here, twins).ok_or("nobody of those is there").and_then(of),
            Goal::Any(twins) => any(hand, twins).ok_or("nobody of those is there"),
            Goal::Seen(slot) => {
                let seen = hand.evaluate(slot);
                if seen.is_nan() { Err("it sees nobody") } else { of(TwinId(seen as u64)) }
            }
            Goal::Claimed => hand.activity.claimed.ok_or("it has claimed nothing").and_then(of),
            Goal::Mission => {
                let duty = hand.part::<Duties>().and_then(|duties| duties.held.first()).ok_or("it has no mission")?;
                let task = duty.present().ok_or("its mission is nowhere")?;
                Ok(task.twin.and_then(|twin| place(hand, twin)).unwrap_or(task.at))
            }
            Goal::Point(x, y) => {
                let at = [hand.evaluate(x), hand.evaluate(y), here[2]];
                if at.iter().all(|part| part.is_finite()) { Ok(at) } else { Err("it does not know where that is") }
            }
        }
    }
}

impl Action for Go {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let (Some(&drive), Some(here)) = (hand.part::<Drive>(), place(hand, hand.twin)) else {
            return Progress::Failed("it cannot move".into());
        };
        let goal = match self.goal(hand, here) {
            Ok(goal) => goal,
            Err(why) => return Progress::Failed(why.into()),
        };
        let far = distance(here, goal);
        if far <= self.within {
            return Progress::Done;
        }
        let share = (far - self.within) / far;
        let end: Point = std::array::from_fn(|axis| here[axis] + (goal[axis] - here[axis]) * share);
        let now = hand.now();
        let arrives = hand.change(|travel: &mut Travel| travel.set_out(&[here, end], now, &drive, self.speed));
        arrives.map_or(Progress::Failed("it cannot move".into()), Progress::Until)
    }

    fn proceed(&self, hand: &mut Hand) -> Progress {
        let progress = match late(hand) {
            None => Progress::Done,
            Some(latest) if hand.now() < latest => {
                return Progress::Until((hand.now() + Duration::from_seconds(CATCH_UP)).min(latest));
            }
            Some(_) => Progress::Failed("something was in its way".into()),
        };
        self.stop(hand);
        progress
    }

    fn stop(&self, hand: &mut Hand) {
        if let Some(entity) = hand.world.resource::<Directory>().entity(hand.twin) {
            travel::halt(hand.world, entity);
        }
    }
}
