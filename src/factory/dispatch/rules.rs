//! Dispatching rules: which of the jobs before a machine is next. One file a rule.
//!
//! A rule gives each waiting job a score; the least is next, and of equal scores the job that was released first. Only
//! jobs of the highest priority present are compared. Rules know what a dispatcher would: expected times, not drawn ones.
//! Definitions as in M. L. Pinedo, *Scheduling: Theory, Algorithms, and Systems*, chapter 14, and in S. S. Panwalkar and
//! W. Iskander, "A survey of scheduling rules", Operations Research 25 (1977).

pub mod atc;
pub mod covert;
pub mod critical_ratio;
pub mod edd;
pub mod fifo;
pub mod lpt;
pub mod lwkr;
pub mod minimum_slack;
pub mod mopnr;
pub mod mwkr;
pub mod random;
pub mod spt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of the jobs before a machine is next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum DispatchingRule {
    /// First in, first out: the job that came to the machine first.
    #[default]
    Fifo,
    /// Shortest processing time on this machine.
    Spt,
    /// Longest processing time on this machine.
    Lpt,
    /// Earliest due date.
    Edd,
    /// Minimum slack: least time between now and the due date beyond the remaining work.
    MinimumSlack,
    /// Critical ratio: least ratio of the time to the due date to the remaining work.
    CriticalRatio,
    /// Most work remaining.
    Mwkr,
    /// Least work remaining.
    Lwkr,
    /// Most operations remaining.
    Mopnr,
    /// Apparent tardiness cost.
    Atc {
        /// How far ahead lateness is seen, in mean processing times: 1 to 4 is usual.
        #[schemars(range(min = 0.01), example = 2.0)]
        look_ahead: f64,
    },
    /// Cost over time.
    Covert {
        /// How much longer than its work a job is thought to wait: 1 to 4 is usual.
        #[schemars(range(min = 0.01), example = 2.0)]
        look_ahead: f64,
    },
    /// Any, each as likely.
    Random,
}

/// What a rule knows of a waiting job and its machine. Times in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The present moment.
    pub now: f64,
    /// When the job came to the machine.
    pub arrived: f64,
    /// The place in the queue, from 0: the order of arrival.
    pub position: usize,
    /// Expected time of the operation on this machine, with the set-up it would need now.
    pub processing: f64,
    /// Expected time of all operations from this one on, each on its fastest machine.
    pub remaining_work: f64,
    /// Expected number of operations from this one on.
    pub remaining_operations: f64,
    /// When the job should be done; infinity without a due date.
    pub due: f64,
    /// How much lateness matters.
    pub weight: f64,
    /// The mean of `processing` over the waiting jobs.
    pub mean_processing: f64,
    /// A number between 0 and 1 of the job's own.
    pub random: f64,
}

impl DispatchingRule {
    /// The score of a waiting job; the least is next.
    pub fn score(&self, job: &Candidate) -> f64 {
        match *self {
            DispatchingRule::Fifo => fifo::score(job),
            DispatchingRule::Spt => spt::score(job),
            DispatchingRule::Lpt => lpt::score(job),
            DispatchingRule::Edd => edd::score(job),
            DispatchingRule::MinimumSlack => minimum_slack::score(job),
            DispatchingRule::CriticalRatio => critical_ratio::score(job),
            DispatchingRule::Mwkr => mwkr::score(job),
            DispatchingRule::Lwkr => lwkr::score(job),
            DispatchingRule::Mopnr => mopnr::score(job),
            DispatchingRule::Atc { look_ahead } => atc::score(job, look_ahead),
            DispatchingRule::Covert { look_ahead } => covert::score(job, look_ahead),
            DispatchingRule::Random => random::score(job),
        }
    }

    /// Whether a score depends on [`Candidate::mean_processing`], which costs a look at every waiting job.
    pub fn needs_mean(&self) -> bool {
        matches!(self, DispatchingRule::Atc { .. })
    }
}

/// A job of middling properties for the tests of rules.
#[cfg(test)]
pub(crate) fn example() -> Candidate {
    Candidate {
        now: 100.0,
        arrived: 90.0,
        position: 3,
        processing: 10.0,
        remaining_work: 40.0,
        remaining_operations: 4.0,
        due: 200.0,
        weight: 1.0,
        mean_processing: 20.0,
        random: 0.5,
    }
}
