//! When people work: shifts as an author writes them, compiled into a calendar of the week.

pub mod shift;

use serde::{Deserialize, Serialize};

use crate::engine::time::{Duration, Time};

use self::shift::Shift;
use super::week::{WEEK, Weekly, offset};

/// Whether somebody works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Duty {
    /// Outside of every shift.
    Off,
    /// In a shift, at a break.
    Break,
    /// At work.
    #[default]
    On,
}

/// The week of one or several shifts together. A cache, compiled from the scene's [`Shifts`](shift::Shifts). The
/// calendar by default is always on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    duties: Weekly<Duty>,
    /// The times at work within the week as (from, to), in order.
    on: Vec<(Duration, Duration)>,
    /// Their sum.
    per_week: Duration,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar::new(Weekly::default())
    }
}

impl Calendar {
    /// The shifts together. Where they overlap, work goes before a break and a break before free time: one shift works
    /// while the other is at table. Without any shift it is always off.
    pub fn of<'a>(shifts: impl IntoIterator<Item = &'a Shift>) -> Calendar {
        let shifts: Vec<&Shift> = shifts.into_iter().collect();
        let cuts = shifts.iter().flat_map(|shift| shift.cuts());
        let duty = |at| shifts.iter().map(|shift| shift.duty(at)).max().unwrap_or(Duty::Off);
        Calendar::new(Weekly::new(cuts, duty))
    }

    fn new(duties: Weekly<Duty>) -> Calendar {
        let spans = duties.spans().filter(|&(.., duty)| duty == Duty::On);
        let on: Vec<(Duration, Duration)> = spans.map(|(from, to, _)| (from, to)).collect();
        let per_week = on.iter().fold(Duration::ZERO, |sum, &(from, to)| sum + (to - from));
        Calendar { duties, on, per_week }
    }

    /// Whether somebody works at that moment. A shift or break that begins then has begun; one that ends has ended.
    pub fn duty(&self, at: Time) -> Duty {
        self.duties.at(at)
    }

    /// When the duty changes next, later than `after`; [`Time::NEVER`] if it never does.
    pub fn next_change(&self, after: Time) -> Time {
        self.duties.next_change(after)
    }

    /// The times at work within the week as (from, to), in order.
    pub fn times_on(&self) -> &[(Duration, Duration)] {
        &self.on
    }

    /// The planned time of one week: at work, without breaks.
    pub fn planned_per_week(&self) -> Duration {
        self.per_week
    }

    /// The planned time between two moments: at work, without breaks (planned busy time in the words of ISO 22400-2).
    /// Exact, and as fast over years as over hours. Zero if `to` is before `from`.
    pub fn planned_between(&self, from: Time, to: Time) -> Duration {
        let planned = self.planned_until(to) - self.planned_until(from);
        planned.max(Duration::ZERO)
    }

    /// The planned time from the start of the run.
    fn planned_until(&self, at: Time) -> Duration {
        let now = offset(at);
        let whole_weeks = Duration::from_nanos(at.nanos().div_euclid(WEEK.nanos()) * self.per_week.nanos());
        let begun = self.on.iter().take_while(|&&(from, _)| from < now);
        begun.fold(whole_weeks, |sum, &(from, to)| sum + (to.min(now) - from))
    }
}

#[cfg(test)]
mod tests {
    use super::super::week::Weekday;
    use super::shift::Break;
    use super::*;
    use proptest::prelude::*;

    const WEEK_MINUTES: i64 = 7 * 24 * 60;

    fn minutes(count: i64) -> Duration {
        Duration::from_secs(count * 60)
    }

    fn at(minute: i64) -> Time {
        Time::ZERO + minutes(minute)
    }

    fn hours(from: i64, to: i64, days: &[Weekday], breaks: &[(i64, i64)]) -> Shift {
        let breaks = breaks.iter().map(|&(from, lasts)| Break { from: minutes(from), lasts: minutes(lasts) }).collect();
        Shift { from: minutes(from * 60), to: minutes(to * 60), days: days.to_vec(), breaks }
    }

    /// The week minute by minute, painted shift by shift.
    fn painted(shifts: &[Shift]) -> Vec<Duty> {
        let mut week = vec![Duty::Off; WEEK_MINUTES as usize];
        let minute = |length: Duration| length.nanos() / minutes(1).nanos();
        for shift in shifts {
            for &day in &shift.days {
                let (from, mut to) = (minute(shift.from), minute(shift.to));
                if to <= from {
                    to += 1440;
                }
                for time in from..to {
                    let at_break = shift.breaks.iter().any(|b| {
                        let start = minute(b.from) + if b.from < shift.from { 1440 } else { 0 };
                        (start..start + minute(b.lasts)).contains(&time)
                    });
                    let slot = &mut week[((minute(day.start()) + time) % WEEK_MINUTES) as usize];
                    *slot = (*slot).max(if at_break { Duty::Break } else { Duty::On });
                }
            }
        }
        week
    }

    #[test]
    fn a_night_shift_of_sunday_ends_on_monday() {
        let calendar = Calendar::of(&[hours(22, 6, &[Weekday::Sun], &[(120, 30)])]);
        assert_eq!(calendar.duty(at(0)), Duty::On);
        assert_eq!(calendar.duty(at(125)), Duty::Break);
        assert_eq!(calendar.duty(at(6 * 60)), Duty::Off);
        assert_eq!(calendar.next_change(at(6 * 60)), at(WEEK_MINUTES - 120));
        // Midnight at the end of the week is no change.
        assert_eq!(calendar.next_change(at(WEEK_MINUTES - 120)), at(WEEK_MINUTES + 120));
        assert_eq!(calendar.planned_per_week(), minutes(450));
    }

    #[test]
    fn three_shifts_every_day_are_always_on() {
        let all = &Weekday::ALL;
        let calendar = Calendar::of(&[hours(6, 14, all, &[]), hours(14, 22, all, &[]), hours(22, 6, all, &[])]);
        assert_eq!(calendar, Calendar::default());
        assert_eq!(calendar, Calendar::of(&[hours(6, 6, all, &[])]));
        assert_eq!((calendar.next_change(at(77)), calendar.planned_per_week()), (Time::NEVER, WEEK));
    }

    #[test]
    fn no_shift_is_never_on() {
        let calendar = Calendar::of(&[]);
        assert_eq!((calendar.duty(at(0)), calendar.next_change(at(0))), (Duty::Off, Time::NEVER));
        assert_eq!(calendar.planned_between(at(0), at(1_000_000)), Duration::ZERO);
    }

    #[test]
    fn one_shift_works_through_the_break_of_another() {
        let days = &Weekday::WORKING;
        let calendar = Calendar::of(&[hours(6, 14, days, &[(600, 30)]), hours(10, 18, days, &[(840, 60)])]);
        assert_eq!(calendar.duty(at(610)), Duty::On);
        assert_eq!(calendar.duty(at(850)), Duty::Break);
    }

    #[test]
    fn the_planned_time_of_a_year_is_that_of_its_minutes() {
        let early = hours(6, 14, &Weekday::WORKING, &[(540, 15), (720, 30)]);
        let night = hours(22, 6, &[Weekday::Mon, Weekday::Sat, Weekday::Sun], &[(90, 45)]);
        let shifts = [early, night];
        let (calendar, week) = (Calendar::of(&shifts), painted(&shifts));
        let year = 365 * 1440;
        let on = (0..year).filter(|minute| week[(minute % WEEK_MINUTES) as usize] == Duty::On).count();
        assert_eq!(calendar.planned_between(at(0), at(year)), minutes(on as i64));
        // 52 weeks and a Monday: 7:15 h by day, 2 h of the night before it and 6 h of that of Sunday, less its break.
        let per_week = 5 * 435 + 3 * 435;
        assert_eq!(on as i64, 52 * per_week + 435 + 120 + 315);
    }

    prop_compose! {
        fn any_shift()(
            from in 0..1440_i64,
            to in 0..=1440_i64,
            days in prop::collection::vec(0..7_usize, 0..5),
            breaks in prop::collection::vec((0..1440_i64, 0..120_i64), 0..3),
        ) -> Shift {
            let breaks = breaks.into_iter().map(|(from, lasts)| Break { from: minutes(from), lasts: minutes(lasts) });
            let days = days.into_iter().map(|day| Weekday::ALL[day]).collect();
            Shift { from: minutes(from), to: minutes(to), days, breaks: breaks.collect() }
        }
    }

    proptest! {
        /// Breaks may lie outside of their shift here, or overlap: the check refuses that, and still it has a meaning.
        #[test]
        fn a_calendar_agrees_with_its_minutes(
            shifts in prop::collection::vec(any_shift(), 0..4),
            from in 0..60_000_i64,
            lasts in 0..30_000_i64,
            nanos in 0..60_000_000_000_i64,
        ) {
            let (calendar, week) = (Calendar::of(&shifts), painted(&shifts));
            let painted = |minute: i64| week[(minute % WEEK_MINUTES) as usize];
            let within = at(from) + Duration::from_nanos(nanos);
            prop_assert_eq!(calendar.duty(within), painted(from));
            let change = (1..=WEEK_MINUTES).find(|later| painted(from + later) != painted(from));
            prop_assert_eq!(calendar.next_change(within), change.map_or(Time::NEVER, |later| at(from + later)));
            // The last minute of each end is cut by `nanos`.
            let part = |minute: i64| Duration::from_nanos(if painted(minute) == Duty::On { nanos } else { 0 });
            let on = (from..from + lasts).filter(|&minute| painted(minute) == Duty::On).count() as i64;
            let expected = minutes(on) + part(from + lasts) - part(from);
            let to = within + minutes(lasts);
            prop_assert_eq!(calendar.planned_between(within, to), expected);
            prop_assert!(lasts == 0 || calendar.planned_between(to, within).is_zero());
        }
    }
}
