//! What takes its time: waiting, and whatever an author calls by a name of its own.

use super::{Action, Hand, Progress};
use crate::engine::distribution::Distribution;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::Duration;
use crate::twin::actions::set::Assignments;
use crate::twin::expression::Program;

const UNDERTAKE: Purpose = Purpose::new("action.undertake");

/// Something that takes its time, may fail, and has an effect.
#[derive(Default)]
pub struct Undertaking {
    /// How long it takes; none if as long as nothing ends it.
    pub takes: Option<Distribution<Duration>>,
    /// It is over when this holds.
    pub until: Option<Program>,
    /// How likely it fails.
    pub fails: f64,
    /// What it sets when it succeeds.
    pub sets: Assignments,
}

/// The random numbers of one activity of a twin: for how long, and whether it succeeds.
fn random(hand: &Hand) -> Stream {
    let number = u64::from(hand.activity.serial) << 16 | u64::from(hand.activity.step);
    hand.world.resource::<Seed>().stream(hand.twin.0, UNDERTAKE, number)
}

impl Action for Undertaking {
    fn begin(&self, hand: &mut Hand) -> Progress {
        let Some(takes) = &self.takes else { return Progress::Waits };
        Progress::Until(hand.now() + takes.sample(&mut random(hand)))
    }

    fn proceed(&self, hand: &mut Hand) -> Progress {
        if self.fails > 0.0 {
            let mut random = random(hand);
            // Behind those that said how long it takes.
            let _ = self.takes.as_ref().map(|takes| takes.sample(&mut random));
            if random.uniform() < self.fails {
                return Progress::Failed("it did not succeed".into());
            }
        }
        self.sets.apply(hand);
        Progress::Done
    }

    fn residual(&self, lasted: Duration, random: &mut Stream) -> Option<Duration> {
        self.takes.as_ref().map(|takes| takes.residual(lasted, random))
    }

    fn is_over(&self, values: &[f64]) -> bool {
        self.until.as_ref().is_some_and(|until| until.holds(values))
    }
}
