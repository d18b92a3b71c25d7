//! The rule that persons stay apart.
//!
//! Two persons are too near if they are less than so many metres from each other, as the crow flies. That is an *encounter*, from
//! the look at which they are too near to the look at which they are as far apart again as `release` says. An encounter that has
//! lasted for long enough is warned of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sight::{Pair, Places};
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::time::Duration;
use crate::world::space::Space;

/// How far persons stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Apart {
    /// Nearer is too near.
    #[schemars(range(min = 1e-3, max = 1000), extend("x-unit" = "m"))]
    pub least: f64,
    /// At this distance it is over; without it, a tenth farther than `least`, so that it does not come and go at the limit.
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
    pub release: Option<f64>,
    /// How long it has to last before it is warned of.
    #[schemars(example = &"5s")]
    pub lasts: Duration,
}

/// By how much farther than the limit something is over, if the author does not say.
pub const RELEASE: f64 = 1.1;

impl Default for Apart {
    /// 2 m, at once.
    fn default() -> Self {
        Apart { least: 2.0, release: None, lasts: Duration::ZERO }
    }
}

impl Apart {
    /// How far apart persons are when it is over: metres.
    pub fn release(&self) -> f64 {
        self.release.unwrap_or(RELEASE * self.least)
    }
}

/// How many persons one thread looks at in one go. Fixed, so that work is cut in the same way for any number of threads.
const PIECE: usize = 512;

/// All pairs of persons who are nearer than it takes to be over, by their ids.
pub(super) fn pairs(rule: &Apart, persons: &[TwinId], places: &Places, space: &Space, pool: &Pool) -> Vec<Pair> {
    let pieces: Vec<&[TwinId]> = persons.chunks(PIECE).collect();
    let look = |piece: &&[TwinId]| {
        let mut found = Vec::new();
        piece.iter().for_each(|person| look_around(rule, *person, places, space, &mut found));
        found
    };
    match pieces.as_slice() {
        [only] => look(only),
        several => pool.map(several, look).concat(),
    }
}

/// Who is near a person and has a higher id, so that each pair is found once.
fn look_around(rule: &Apart, person: TwinId, places: &Places, space: &Space, found: &mut Vec<Pair>) {
    let Some(here) = places.of(person) else { return };
    let (least, release) = (rule.least, rule.release());
    let first = found.len();
    let (eye, reach) = (space.eye(here), space.reach_squared(release));
    for other in space.around(here, release).flatten() {
        // Places in whole units are quick to go through; whether somebody is too near, the exact ones say.
        if other.twin() <= person || other.squared_distance(&eye) > reach {
            continue;
        }
        let Some(there) = places.of(other.twin()) else { continue };
        let squared = squared(here, there);
        if squared < release * release {
            let is_breach = squared < least * least;
            found.push(Pair { rule: 0, twins: [person, other.twin()], distance: squared.sqrt(), is_breach });
        }
    }
    found[first..].sort_unstable_by_key(|pair| pair.twins);
}

/// The square of the distance between two points: m².
#[inline]
pub fn squared(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    x * x + y * y + z * z
}
