//! The week, after which shifts and tariffs repeat. Simulated time 0 is midnight before a Monday. There are no
//! holidays, and no clock is put forward or back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::time::{Duration, Time};

/// From midnight to midnight.
pub const DAY: Duration = Duration::from_secs(86_400);

/// From the midnight before a Monday to the next.
pub const WEEK: Duration = Duration::from_secs(604_800);

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Weekday {
    /// Monday, the first day of every run.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// All days, in order.
    pub const ALL: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

    /// Monday to Friday.
    pub const WORKING: [Weekday; 5] = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

    /// The day's midnight, from the start of the week.
    pub const fn start(self) -> Duration {
        Duration::from_nanos(self as i64 * DAY.nanos())
    }

    /// The day in which that moment of the week lies.
    pub fn at(offset: Duration) -> Weekday {
        Weekday::ALL[(offset.nanos().rem_euclid(WEEK.nanos()) / DAY.nanos()) as usize]
    }
}

/// How far into its week a moment is.
pub fn offset(at: Time) -> Duration {
    wrap(at.since_start())
}

/// The same moment of the week, from 0 to less than a [`WEEK`].
pub fn wrap(offset: Duration) -> Duration {
    Duration::from_nanos(offset.nanos().rem_euclid(WEEK.nanos()))
}

/// How long after `start` it is at `offset`, in weeks that follow each other in a ring.
pub fn since(start: Duration, offset: Duration) -> Duration {
    wrap(offset - start)
}

/// A value that changes in the course of the week, and repeats after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weekly<T> {
    /// From when in the week it has which value: in order, never empty, no two neighbours in the ring alike.
    pieces: Vec<(Duration, T)>,
}

impl<T: Default> Default for Weekly<T> {
    fn default() -> Self {
        Weekly { pieces: vec![(Duration::ZERO, T::default())] }
    }
}

impl<T: Copy + PartialEq> Weekly<T> {
    /// The value as a function of the moment of the week. It may change at `cuts` only, and is asked for only there and
    /// at the week's start.
    pub fn new(cuts: impl IntoIterator<Item = Duration>, value: impl Fn(Duration) -> T) -> Weekly<T> {
        let mut starts: Vec<Duration> = cuts.into_iter().map(wrap).chain([Duration::ZERO]).collect();
        starts.sort_unstable();
        starts.dedup();
        let mut pieces: Vec<(Duration, T)> = starts.into_iter().map(|start| (start, value(start))).collect();
        pieces.dedup_by(|next, kept| next.1 == kept.1);
        // What lasts over the end of the week is one piece, and begins where it begins.
        if pieces.len() > 1 && pieces[0].1 == pieces[pieces.len() - 1].1 {
            pieces.remove(0);
        }
        Weekly { pieces }
    }

    /// The value at a moment.
    pub fn at(&self, at: Time) -> T {
        let begun = self.begun(offset(at));
        // Before the first piece of the week, the last one of the week before still lasts.
        let index = if begun == 0 { self.pieces.len() - 1 } else { begun - 1 };
        self.pieces[index].1
    }

    /// When the value changes next, later than `after`; [`Time::NEVER`] if it never does.
    pub fn next_change(&self, after: Time) -> Time {
        if self.pieces.len() == 1 {
            return Time::NEVER;
        }
        let now = offset(after);
        let (start, _) = self.pieces[self.begun(now) % self.pieces.len()];
        after + since(now, start)
    }

    /// The week from its start to its end as (from, to, value).
    pub fn spans(&self) -> impl Iterator<Item = (Duration, Duration, T)> + '_ {
        let carried = self.pieces.last().map(|&(_, value)| (Duration::ZERO, value));
        let starts = carried.into_iter().chain(self.pieces.iter().copied());
        let ends = self.pieces.iter().map(|&(start, _)| start).chain([WEEK]);
        starts.zip(ends).map(|((from, value), to)| (from, to, value)).filter(|(from, to, _)| from < to)
    }

    /// How many pieces of the week have begun.
    fn begun(&self, offset: Duration) -> usize {
        self.pieces.partition_point(|&(start, _)| start <= offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3600;

    fn hours(count: i64) -> Duration {
        Duration::from_secs(count * HOUR)
    }

    #[test]
    fn days_follow_each_other() {
        for (index, day) in Weekday::ALL.into_iter().enumerate() {
            let midnight = hours(24 * index as i64);
            assert_eq!((day.start(), Weekday::at(midnight)), (midnight, day));
            assert_eq!(Weekday::at(midnight + hours(24) - Duration::from_nanos(1)), day);
        }
        assert_eq!(Weekday::at(WEEK), Weekday::Mon);
    }

    #[test]
    fn what_never_changes_has_one_piece() {
        let flat = Weekly::new([hours(5), hours(100)], |_| 7);
        assert_eq!((flat.at(Time::ZERO), flat.next_change(Time::ZERO)), (7, Time::NEVER));
        assert_eq!(flat.spans().collect::<Vec<_>>(), [(Duration::ZERO, WEEK, 7)]);
    }

    #[test]
    fn the_last_piece_lasts_into_the_next_week() {
        let weekly = Weekly::new([hours(10), hours(20)], |at| at >= hours(10) && at < hours(20));
        let weeks = |weeks: i64, of: i64| Time::ZERO + hours(weeks * 168 + of);
        assert_eq!(weekly.next_change(weeks(0, 0)), weeks(0, 10));
        assert_eq!(weekly.next_change(weeks(3, 10)), weeks(3, 20));
        assert_eq!(weekly.next_change(weeks(3, 20)), weeks(4, 10));
        assert!(!weekly.at(weeks(4, 9)) && weekly.at(weeks(4, 10)) && !weekly.at(weeks(4, 20)));
    }

    proptest! {
        #[test]
        fn spans_and_changes_agree_with_the_values_by_hour(
            values in prop::collection::vec(0_u8..3, 168), from in 0_i64..168, weeks in 0_i64..600,
        ) {
            let value = |hour: i64| values[hour.rem_euclid(168) as usize];
            let weekly = Weekly::new((0..168).map(hours), |at| value(at.nanos() / hours(1).nanos()));
            let now = Time::ZERO + hours(168 * weeks + from) + Duration::from_nanos(17);
            prop_assert_eq!(weekly.at(now), value(from));
            let change = (1..=168).find(|&later| value(from + later) != value(from));
            let expected = change.map_or(Time::NEVER, |later| Time::ZERO + hours(168 * weeks + from + later));
            prop_assert_eq!(weekly.next_change(now), expected);
            let mut covered = Duration::ZERO;
            for (start, end, of) in weekly.spans() {
                prop_assert_eq!(start, covered);
                prop_assert!((start.nanos()..end.nanos()).step_by(hours(1).nanos() as usize)
                    .all(|at| value(at / hours(1).nanos()) == of));
                covered = end;
            }
            prop_assert_eq!(covered, WEEK);
        }
    }
}
