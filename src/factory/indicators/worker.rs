//! The indicators of a worker.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::engine::time::Time;
use crate::factory::people::worker::{DOINGS, Doing, WorkerState};

use super::sheet::Sheet;

/// The elements of ISO 22400-2:2014 for people: of one worker, or the sums over several. Nanoseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// APAT, actual personnel attendance time: there and not at a break, put to use or not.
    pub attendance: i128,
    /// Sent somewhere: on the way or at work.
    pub allocated: i128,
    /// APWT, actual personnel work time.
    pub work: i128,
}

impl Attendance {
    /// From the time spent in each of [`Doing::ALL`].
    pub fn of(time: &[i64; DOINGS]) -> Attendance {
        let time = |doing: Doing| i128::from(time[doing as usize]);
        let allocated = time(Doing::Walking) + time(Doing::Working);
        Attendance { attendance: allocated + time(Doing::Free), allocated, work: time(Doing::Working) }
    }

    pub(super) fn report(&self, sheet: &mut Sheet) {
        sheet.ratio("worker_efficiency", self.work, self.attendance);
        sheet.ratio("worker_allocation", self.allocated, self.attendance);
        sheet.ratio("worker_utilisation", self.work, self.allocated);
    }
}

impl AddAssign<&Attendance> for Attendance {
    fn add_assign(&mut self, other: &Attendance) {
        self.attendance += other.attendance;
        self.allocated += other.allocated;
        self.work += other.work;
    }
}

/// Puts a worker's figures on the sheet, and returns what the plant's are made of.
pub(super) fn report(sheet: &mut Sheet, state: &WorkerState, now: Time) -> Attendance {
    let mut state = state.clone();
    state.count_until(now);
    let attendance = Attendance::of(&state.time);
    attendance.report(sheet);
    let elapsed: i128 = state.time.iter().map(|&nanos| i128::from(nanos)).sum();
    for doing in Doing::ALL {
        sheet.ratio(format!("share_{}", doing.name()), state.time[doing as usize].into(), elapsed);
    }
    sheet.count("tasks", state.tasks);
    let on_the_way = state.task.as_ref().map_or(0, |task| task.walked_mm(now));
    sheet.put("walked", Some((state.walked_mm + on_the_way) as f64 / 1000.0), "m");
    attendance
}
