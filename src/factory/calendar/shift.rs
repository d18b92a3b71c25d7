//! Shifts as an author writes them, and what can be wrong with one.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::engine::time::Duration;

use super::super::week::{DAY, Weekday, since};
use super::Duty;

/// Shifts by name. The run begins at midnight before a Monday; the week repeats.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"early": {"from": "6h", "to": "14h", "breaks": [{"from": "9h", "lasts": "15m"}]}}))]
pub struct Shifts(pub BTreeMap<String, Shift>);

/// A time of work that repeats on days of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// When it begins, from midnight.
    #[schemars(example = &"6h")]
    pub from: Duration,
    /// When it ends, from midnight; of the next day if that is not after `from`. Where both are the same, it lasts a
    /// whole day.
    #[schemars(example = &"14h")]
    pub to: Duration,
    /// The days on which it begins.
    #[serde(default = "working_days")]
    #[schemars(length(min = 1))]
    pub days: Vec<Weekday>,
    /// Its breaks, which are no planned time.
    #[serde(default)]
    pub breaks: Vec<Break>,
}

/// A break in a shift.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    /// When it begins, from midnight; in a shift over midnight, of the day in which it then lies.
    #[schemars(example = &"9h")]
    pub from: Duration,
    /// How long it lasts.
    #[schemars(example = &"15m")]
    pub lasts: Duration,
}

fn working_days() -> Vec<Weekday> {
    Weekday::WORKING.to_vec()
}

impl Shift {
    /// From its begin to its end, breaks included; above zero, at most a day.
    pub fn length(&self) -> Duration {
        let length = self.time_into(self.to);
        if length.is_zero() { DAY } else { length }
    }

    /// What it means for a moment of the week.
    pub fn duty(&self, offset: Duration) -> Duty {
        let into = self.days.iter().map(|&day| since(day.start() + self.from, offset));
        into.map(|into| self.duty_after(into)).max().unwrap_or(Duty::Off)
    }

    /// The moments of the week at which that may change. They may lie beyond the week's end.
    pub fn cuts(&self) -> Vec<Duration> {
        let of_breaks = self.breaks.iter().map(|pause| self.span(pause));
        let spans: Vec<(Duration, Duration)> = of_breaks.chain([(Duration::ZERO, self.length())]).collect();
        let begins = self.days.iter().map(|&day| day.start() + self.from);
        begins.flat_map(|begin| spans.iter().flat_map(move |&(from, to)| [begin + from, begin + to])).collect()
    }

    fn duty_after(&self, into: Duration) -> Duty {
        let at_break = || self.breaks.iter().map(|pause| self.span(pause)).any(|(from, to)| from <= into && into < to);
        if into >= self.length() {
            Duty::Off
        } else if at_break() {
            Duty::Break
        } else {
            Duty::On
        }
    }

    /// When a break begins and ends, from the begin of the shift.
    fn span(&self, pause: &Break) -> (Duration, Duration) {
        let from = self.time_into(pause.from);
        (from, from + pause.lasts)
    }

    /// How long after its begin it is first that time of day.
    fn time_into(&self, time_of_day: Duration) -> Duration {
        Duration::from_nanos((time_of_day - self.from).nanos().rem_euclid(DAY.nanos()))
    }

    /// What is wrong with the shift by itself.
    pub fn problems(&self) -> Vec<ShiftProblem> {
        let mut problems = Vec::new();
        if self.from >= DAY {
            problems.push(ShiftProblem::LateBegin(self.from));
        }
        if self.to > DAY {
            problems.push(ShiftProblem::LateEnd(self.to));
        }
        if self.days.is_empty() {
            problems.push(ShiftProblem::NoDays);
        }
        for (index, pause) in self.breaks.iter().enumerate() {
            problems.extend(self.break_problem(index, pause));
        }
        problems
    }

    fn break_problem(&self, index: usize, pause: &Break) -> Option<ShiftProblem> {
        let (from, to) = self.span(pause);
        let overlaps = |other: &&Break| {
            let (other_from, other_to) = self.span(other);
            from < other_to && other_from < to
        };
        if pause.lasts.is_zero() {
            Some(ShiftProblem::EmptyBreak { index })
        } else if pause.from >= DAY || to > self.length() {
            Some(ShiftProblem::BreakOutside { index, from: self.from, to: self.to })
        } else {
            let other = self.breaks[..index].iter().find(overlaps)?.from;
            Some(ShiftProblem::BreaksOverlap { index, other })
        }
    }
}

/// What can be wrong with a shift. An `index` is that of a break.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShiftProblem {
    /// `from` is no time of day.
    #[error("a shift begins within a day, but `from` is {0}")]
    LateBegin(Duration),
    /// `to` is no time of day.
    #[error("a shift ends at a time of day, but `to` is {0}")]
    LateEnd(Duration),
    /// No day is listed.
    #[error("the shift has no days")]
    NoDays,
    /// A break takes no time.
    #[error("the break takes no time")]
    EmptyBreak {
        /// Which break.
        index: usize,
    },
    /// A break begins or ends while the shift is not on.
    #[error("the break lies outside of its shift, which is from {from} to {to}")]
    BreakOutside {
        /// Which break.
        index: usize,
        /// When the shift begins.
        from: Duration,
        /// When the shift ends.
        to: Duration,
    },
    /// A break overlaps one that is listed before it.
    #[error("the break overlaps the one from {other}")]
    BreaksOverlap {
        /// Which break.
        index: usize,
        /// When the other one begins.
        other: Duration,
    },
}

impl ShiftProblem {
    /// The path to what is wrong, from the shift on.
    pub fn path(&self) -> Vec<String> {
        let of_break = |index: &usize, field: &str| vec!["breaks".to_owned(), index.to_string(), field.to_owned()];
        match self {
            ShiftProblem::LateBegin(_) => vec!["from".to_owned()],
            ShiftProblem::LateEnd(_) => vec!["to".to_owned()],
            ShiftProblem::NoDays => vec!["days".to_owned()],
            ShiftProblem::EmptyBreak { index } => of_break(index, "lasts"),
            ShiftProblem::BreakOutside { index, .. } | ShiftProblem::BreaksOverlap { index, .. } => {
                of_break(index, "from")
            }
        }
    }

    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            ShiftProblem::LateBegin(_) => "write a time from 0s to less than 24h; say the day in `days`",
            ShiftProblem::LateEnd(_) => "write a time up to 24h; one that is not after `from` is of the next day",
            ShiftProblem::NoDays => "list some, such as [Mon, Tue], or leave `days` out for Monday to Friday",
            ShiftProblem::EmptyBreak { .. } => "give it a time above 0, or leave it out",
            ShiftProblem::BreakOutside { .. } => "`from` of a break is a time of day, as that of its shift is",
            ShiftProblem::BreaksOverlap { .. } => "make one break of the two, or move one",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Shift {
        ron::from_str(text).unwrap()
    }

    #[test]
    fn a_shift_is_from_monday_to_friday_unless_it_says_so() {
        let shift = read(r#"(from: "6h", to: "14h")"#);
        assert_eq!((shift.days.as_slice(), shift.length()), (&Weekday::WORKING[..], Duration::from_secs(8 * 3600)));
        assert_eq!(read(r#"(from: "22h", to: "6h", days: [Sat])"#).length(), Duration::from_secs(8 * 3600));
        assert_eq!(read(r#"(from: "0s", to: "24h")"#).length(), DAY);
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_place() {
        let shift = read(
            r#"(from: "22h", to: "6h", days: [], breaks: [
                (from: "23h 30m", lasts: "1h"), (from: "0h 15m", lasts: "15m"), (from: "5h 50m", lasts: "15m"),
                (from: "12h", lasts: "15m"), (from: "3h", lasts: "0s"), (from: "5h 45m", lasts: "15m")])"#,
        );
        let problems = shift.problems();
        let places: Vec<String> = problems.iter().map(|problem| problem.path().join(".")).collect();
        assert_eq!(
            places,
            ["days", "breaks.1.from", "breaks.2.from", "breaks.3.from", "breaks.4.lasts", "breaks.5.from"]
        );
        assert_eq!(problems[1].to_string(), "the break overlaps the one from 23h 30m");
        assert_eq!(problems[2].to_string(), "the break lies outside of its shift, which is from 22h to 6h");
        assert!(problems.iter().all(|problem| !problem.help().is_empty()));
        // The last break fits into the shift to the minute, but overlaps the third.
        assert!(matches!(problems[5], ShiftProblem::BreaksOverlap { index: 5, .. }));
    }

    #[test]
    fn breaks_that_touch_are_fine() {
        let shift = read(
            r#"(from: "6h", to: "14h", breaks: [
                (from: "6h", lasts: "1h"), (from: "7h", lasts: "1h"), (from: "13h", lasts: "1h")])"#,
        );
        assert_eq!(shift.problems(), []);
        assert!(!read(r#"(from: "24h", to: "25h")"#).problems().is_empty());
    }
}
