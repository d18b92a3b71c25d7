//! Priorities that change while jobs are under way.

use std::cmp::Reverse;

use crate::factory::floor::Floor;
use crate::factory::jobs::Job;

impl Floor<'_, '_, '_> {
    /// Gives some jobs another priority. Those that wait before a machine line up anew; among equals they keep their order.
    pub(in crate::factory) fn prioritise(&mut self, is_meant: impl Fn(&Job) -> bool, priority: i32) {
        let meant = self.jobs.iter_mut().filter(|job| is_meant(job));
        meant.for_each(|job| job.priority = priority);
        for mut state in self.states.iter_mut() {
            let state = &mut *state;
            for entry in state.queue.iter_mut().chain(&mut state.kitting) {
                entry.priority = self.jobs.get(entry.job).priority;
            }
            state.queue.make_contiguous().sort_by_key(|entry| Reverse(entry.priority));
        }
    }
}
