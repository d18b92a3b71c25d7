//! Claims a place at something that several share. It is given up when the course ends.

use std::sync::Arc;

use super::{Action, Hand, Progress};
use crate::engine::identity::{Directory, TwinId};
use crate::twin::services;
use crate::twin::who::TwinSet;
use crate::world::position::Position;
use crate::world::space::{Point, distance};

/// A claim.
pub struct Claim {
    /// On whose places.
    pub of: Arc<TwinSet>,
    /// Whether it queues up where all are taken.
    pub waits: bool,
}

fn place(hand: &Hand, twin: TwinId) -> Option<Point> {
    let entity = hand.world.resource::<Directory>().entity(twin)?;
    hand.world.get::<Position>(entity).map(|Position { x, y, z, .. }| [*x, *y, *z])
}

impl Claim {
    /// Those that have a place free, or if none has, all; each with how many wait there and how far it is.
    fn best(&self, hand: &Hand) -> Option<(TwinId, bool)> {
        let here = place(hand, hand.twin);
        let ranked = self.of.twins().iter().filter_map(|twin| {
            let (free, waiting) = services::state(hand.world, *twin)?;
            let far = here.and_then(|here| Some(distance(here, place(hand, *twin)?))).unwrap_or(0.0);
            // Who waits there comes first, even if a place has just become free.
            let is_taken = free as usize <= waiting;
            Some((is_taken, if is_taken { waiting } else { 0 }, far, *twin))
        });
        let best = ranked.min_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)).then(a.3.cmp(&b.3)));
        best.map(|(is_taken, _, _, twin)| (twin, is_taken))
    }
}

impl Action for Claim {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let twin = hand.twin;
        if hand.activity.claimed.is_some() {
            return Progress::Refused("its course has a claim already".into());
        }
        match self.best(hand) {
            None => Progress::Failed("there is none to be claimed".into()),
            Some((service, false)) => {
                services::hold(hand.world, service, twin);
                hand.activity.claimed = Some(service);
                Progress::Done
            }
            Some((_, true)) if !self.waits => Progress::Refused("all places are taken".into()),
            Some((service, true)) => {
                services::queue_up(hand.world, service, twin);
                hand.activity.claimed = Some(service);
                Progress::Waits
            }
        }
    }

    /// Its turn has come.
    fn proceed(&self, hand: &mut Hand) -> Progress {
        match hand.activity.claimed {
            Some(service) => {
                services::hold(hand.world, service, hand.twin);
                Progress::Done
            }
            None => Progress::Failed("what it waited for is gone".into()),
        }
    }
}
