//! Load shifting: a machine lets work wait for cheaper energy as far as due dates allow.
//!
//! It needs the tariff and the due dates, and what work is left of each job. Machines whose work waits for cheap hours save most
//! where it takes much energy and little else waits for it: F. Shrouf et al., "Optimizing the production scheduling of a
//! single machine to minimize total energy consumption costs", Journal of Cleaner Production 67 (2014). Which of the jobs
//! can all wait is the question of the most jobs in time on one machine, which J. M. Moore answers exactly ("An n job, one
//! machine sequencing algorithm for minimizing the number of late jobs", Management Science 15, 1968).

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::engine::time::{Duration, Time};
use crate::factory::calendar::{Calendar, Duty};
use crate::factory::energy::tariff::Tariff;
use crate::factory::floor::{Floor, state_of};
use crate::factory::week::WEEK;

/// Work of a machine waits for cheaper energy as long as the due dates allow, and all that waits can be done in the cheap
/// hours. Jobs without a due date do not wait.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Thrift {
    /// How long the operations after this one are thought to take, waiting included, in multiples of their work. Only the
    /// shifts of the machines that do them count.
    #[schemars(range(min = 1.0, max = 1e3))]
    pub look_ahead: f64,
    /// How much of those shifts should be left between that and its due date.
    pub reserve: Duration,
}

impl Default for Thrift {
    fn default() -> Self {
        Thrift { look_ahead: 3.0, reserve: Duration::from_secs(2 * 3600) }
    }
}

impl Thrift {
    /// When the operation has to be done at the latest for a job that is due then, with so many seconds of work after it on
    /// machines with that calendar.
    pub fn deadline(&self, due: Time, work_after: f64, calendar: Option<&Calendar>) -> Time {
        let needs = self.reserve + Duration::from_seconds(self.look_ahead * work_after.max(0.0));
        match calendar {
            Some(calendar) => last_start(due, needs, calendar),
            None => before(due, needs),
        }
    }
}

fn before(at: Time, by: Duration) -> Time {
    Time::from_nanos(at.nanos() - by.nanos())
}

/// The last moment from which so much time at work is left until `due`; a year before it where there is none.
fn last_start(due: Time, needs: Duration, calendar: &Calendar) -> Time {
    let has_time = |from: Time| calendar.planned_between(from, due) >= needs;
    // As much as twice that in whole weeks is enough wherever anybody works at all.
    let weeks = needs.nanos() / calendar.planned_per_week().nanos().max(1) + 1;
    let (mut early, mut late) = (before(due, Duration::from_nanos(WEEK.nanos() * weeks.min(52))), due);
    // To the second: nobody plans more finely.
    while (late - early).seconds() > 1.0 {
        let middle = early + Duration::from_nanos((late - early).nanos() / 2);
        *(if has_time(middle) { &mut early } else { &mut late }) = middle;
    }
    early
}

/// A job that could wait. Times in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deferrable {
    /// How long its operation should keep the machine.
    pub takes: f64,
    /// When it has to be done at the latest.
    pub deadline: f64,
}

/// Which jobs, by their places, can all be done from `from` to `to` and each before its deadline: as many as possible.
pub fn may_wait(jobs: &[Deferrable], from: f64, to: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by(|&a, &b| jobs[a].deadline.total_cmp(&jobs[b].deadline).then(a.cmp(&b)));
    let mut chosen: Vec<usize> = Vec::new();
    let mut end = from;
    for job in order {
        chosen.push(job);
        end += jobs[job].takes;
        if end > jobs[job].deadline.min(to) {
            let longest = (0..chosen.len()).max_by(|&a, &b| {
                let takes = |place: usize| jobs[chosen[place]].takes;
                takes(a).total_cmp(&takes(b)).then(chosen[b].cmp(&chosen[a]))
            });
            let dropped = chosen.remove(longest.unwrap_or_default());
            end -= jobs[dropped].takes;
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The next hours at which energy is cheaper than now and the machine is open: from when to when. None within a week.
pub fn cheaper(now: Time, tariff: &Tariff, calendar: Option<&Calendar>) -> Option<(Time, Time)> {
    let price = tariff.price(now);
    let is_open = |at: Time| calendar.is_none_or(|calendar| calendar.duty(at) == Duty::On);
    let next = |at: Time| calendar.map_or(Time::NEVER, |calendar| calendar.next_change(at)).min(tariff.next_change(at));
    let is_good = |at: Time| tariff.price(at) < price && is_open(at);
    let mut from = next(now);
    while from <= now + WEEK && !is_good(from) {
        from = next(from);
    }
    if from > now + WEEK {
        return None;
    }
    let mut to = next(from);
    while to <= now + WEEK && is_good(to) {
        to = next(to);
    }
    Some((from, to))
}

impl Floor<'_, '_, '_> {
    /// The price of energy changes: a machine looks again at what waits for that, or the vehicles at their batteries.
    pub(in crate::factory) fn hear_price(&mut self, twin: TwinId) {
        let now = self.clock.now;
        if twin == TwinId::NONE {
            self.haulage.changed = true;
            return self.watch_prices();
        }
        if let Some(state) = state_of(self.states, self.directory, twin) {
            // What was counted of the reminder's moment is over.
            state.reminder = None;
            state.count_until(now);
            self.moment.touched.push(twin);
        }
    }

    /// Asks for the next change of price, where vehicles charge by it.
    pub(in crate::factory) fn watch_prices(&mut self) {
        let by_price = self.vehicles.iter().any(|(_, _, battery, _)| battery.is_some_and(|b| b.top_up_below.is_some()));
        let at = self.tariff.next_change(self.clock.now);
        if by_price && at < Time::NEVER {
            self.queue.push(Event { at, kind: self.plan.kinds.price, twin: TwinId::NONE, arg: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Duration;
    use proptest::prelude::*;

    /// Whether all these can be done in time, one after another from `from`: in order of deadlines, which loses nothing
    /// (J. R. Jackson, 1955).
    fn is_feasible(jobs: &[Deferrable], chosen: &[usize], from: f64, to: f64) -> bool {
        let mut order = chosen.to_vec();
        order.sort_by(|&a, &b| jobs[a].deadline.total_cmp(&jobs[b].deadline));
        let mut end = from;
        order.into_iter().all(|job| {
            end += jobs[job].takes;
            end <= jobs[job].deadline.min(to)
        })
    }

    proptest! {
        #[test]
        fn as_many_jobs_wait_as_any_choice_allows(
            times in prop::collection::vec((1_u32..20, 0_u32..80), 0..10), from in 0_u32..20, lasts in 1_u32..60,
        ) {
            let jobs: Vec<Deferrable> = times
                .into_iter()
                .map(|(takes, deadline)| Deferrable { takes: takes.into(), deadline: deadline.into() })
                .collect();
            let (from, to) = (f64::from(from), f64::from(from + lasts));
            let held = may_wait(&jobs, from, to);
            prop_assert!(is_feasible(&jobs, &held, from, to), "{:?}", held);
            let most = (0_u32..1 << jobs.len())
                .map(|set| (0..jobs.len()).filter(|job| set >> job & 1 == 1).collect::<Vec<_>>())
                .filter(|chosen| is_feasible(&jobs, chosen, from, to))
                .map(|chosen| chosen.len())
                .max();
            prop_assert_eq!(Some(held.len()), most);
        }
    }

    #[test]
    fn only_the_shifts_of_the_machines_after_it_count() {
        let early: crate::factory::calendar::shift::Shift =
            ron::from_str(r#"(from: "6h", to: "22h", days: [Mon, Tue])"#).unwrap();
        let calendar = Calendar::of([&early]);
        let at = |hour: i64| Time::ZERO + Duration::from_secs(3600 * hour);
        let thrift = Thrift { look_ahead: 2.0, reserve: Duration::from_secs(3600) };
        // Three hours at work before Tuesday 8 h: an hour of Monday evening, and two of Tuesday.
        let latest = thrift.deadline(at(24 + 8), 3600.0, Some(&calendar));
        assert!((latest - at(21)).seconds().abs() <= 1.0, "{latest:?}");
        assert_eq!(thrift.deadline(at(24 + 8), 3600.0, None), at(24 + 5));
        // 33 h at work before Wednesday noon reach back into the week before.
        let long = Thrift { look_ahead: 1.0, reserve: Duration::from_secs(33 * 3600) };
        let latest = long.deadline(at(7 * 24 + 60), 0.0, Some(&calendar));
        assert!((latest - at(24 + 21)).seconds().abs() <= 1.0, "{latest:?}");
    }

    #[test]
    fn cheaper_hours_are_those_in_which_the_machine_is_open() {
        let settings = ron::from_str(
            r#"(tariff: [(from: "6h", price: 0.3), (from: "12h", price: 0.2), (from: "14h", price: 0.3), (from: "20h", price: 0.1)])"#,
        );
        let tariff = Tariff::of(&settings.unwrap());
        let at = |hour: i64| Time::ZERO + Duration::from_secs(3600 * hour);
        assert_eq!(cheaper(at(7), &tariff, None), Some((at(12), at(14))));
        assert_eq!(cheaper(at(13), &tariff, None), Some((at(20), at(30))));
        assert_eq!(cheaper(at(21), &tariff, None), None);
        let early: crate::factory::calendar::shift::Shift =
            ron::from_str(r#"(from: "6h", to: "22h", days: [Mon, Tue])"#).unwrap();
        let calendar = Calendar::of([&early]);
        assert_eq!(cheaper(at(15), &tariff, Some(&calendar)), Some((at(20), at(22))));
        // On Tuesday evening the next cheap hour at work is Monday noon.
        assert_eq!(cheaper(at(24 + 21), &tariff, Some(&calendar)), None);
        assert_eq!(cheaper(at(24 + 15), &tariff, Some(&calendar)), Some((at(24 + 20), at(24 + 22))));
    }
}
