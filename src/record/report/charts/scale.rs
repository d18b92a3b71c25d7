//! Axes: what they reach from and to, and where their ticks are.

/// One axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; always beyond `from`.
    pub to: f64,
    /// Where it has a tick, and what stands there.
    pub ticks: Vec<(f64, String)>,
}

/// How many ticks an axis of time has at most; one of a day, which is never narrow, may have more.
const MOST_TIME_TICKS: f64 = 9.0;
const MOST_CLOCK_TICKS: f64 = 13.0;

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// Steps between ticks of time: those that divide days, hours and minutes evenly.
const TIME_STEPS: [f64; 22] = [
    1.0,
    2.0,
    5.0,
    10.0,
    30.0,
    MINUTE,
    2.0 * MINUTE,
    5.0 * MINUTE,
    10.0 * MINUTE,
    30.0 * MINUTE,
    HOUR,
    2.0 * HOUR,
    3.0 * HOUR,
    6.0 * HOUR,
    12.0 * HOUR,
    DAY,
    2.0 * DAY,
    7.0 * DAY,
    14.0 * DAY,
    28.0 * DAY,
    91.0 * DAY,
    364.0 * DAY,
];

impl Axis {
    /// An axis from 0 to a round number not below `top`, with a handful of ticks.
    pub fn quantity(top: f64) -> Axis {
        Axis::with_steps(top, 4.0)
    }

    fn with_steps(top: f64, steps: f64) -> Axis {
        let top = if top.is_finite() && top > 0.0 { top } else { 1.0 };
        let step = round_step(top / steps);
        let count = (top / step - 1e-9).ceil().max(1.0);
        let tick = |index: u32| {
            let at = f64::from(index) * step;
            (at, label(at, step))
        };
        Axis { from: 0.0, to: count * step, ticks: (0..=count as u32).map(tick).collect() }
    }

    /// An axis that holds two numbers, with a handful of ticks.
    pub fn between(low: f64, high: f64) -> Axis {
        let is_width = low.is_finite() && high.is_finite() && low < high;
        let (low, high) = match is_width {
            true => (low, high),
            false if low.is_finite() => (low - 0.5, low + 0.5),
            false => (0.0, 1.0),
        };
        let step = round_step((high - low) / 4.0);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let tick = |number: u32| {
            let at = (first + f64::from(number)) * step;
            (at, label(at, step))
        };
        Axis { from: first * step, to: last * step, ticks: (0..=(last - first) as u32).map(tick).collect() }
    }

    /// An axis of shares from 0 to 100 %.
    pub fn shares() -> Axis {
        let ticks = [0, 25, 50, 75, 100].map(|percent| (f64::from(percent) / 100.0, format!("{percent} %"))).to_vec();
        Axis { from: 0.0, to: 1.0, ticks }
    }

    /// An axis of lengths of time from 0 to at least `top` seconds, in a unit that fits.
    pub fn lengths(top: f64) -> Axis {
        let (unit, size) = super::super::words::unit_of_time(top);
        let mut axis = Axis::with_steps(top / size, 7.0);
        axis.to *= size;
        axis.ticks.iter_mut().for_each(|(at, text)| {
            *at *= size;
            *text = format!("{text} {unit}");
        });
        axis
    }

    /// An axis of time since the start of the run.
    pub fn time(from: f64, to: f64) -> Axis {
        Axis::of_time(from, to, MOST_TIME_TICKS, |at, step| match step {
            step if step < MINUTE => format!("{at} s"),
            step if step < HOUR => format!("{}:{:02}", (at / HOUR).floor(), (at % HOUR / MINUTE).floor()),
            step if step < DAY => format!("{} h", at / HOUR),
            _ => format!("{} d", at / DAY),
        })
    }

    /// An axis of time within a day, with the time of day at its ticks.
    pub fn clock(from: f64, to: f64) -> Axis {
        Axis::of_time(from, to, MOST_CLOCK_TICKS, |at, _| {
            if at >= to { "24:00".to_owned() } else { super::super::words::clock(at) }
        })
    }

    fn of_time(from: f64, to: f64, most: f64, label: impl Fn(f64, f64) -> String) -> Axis {
        let (from, to) = if from.is_finite() && to.is_finite() && to > from { (from, to) } else { (0.0, 1.0) };
        let span = to - from;
        let least = span / (most - 1.0);
        let step = TIME_STEPS.into_iter().find(|&step| step >= least).unwrap_or_else(|| DAY * round_step(least / DAY));
        let first = (from / step).ceil() as i64;
        let last = (to / step + 1e-9).floor() as i64;
        let ticks = (first..=last).map(|index| index as f64 * step).map(|at| (at, label(at, step))).collect();
        Axis { from, to, ticks }
    }

    /// How far along the axis a value is, from 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let share = (value - self.from) / (self.to - self.from);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|step| step * power >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0) * power
}

/// A tick's label, with as many digits as the step needs.
fn label(at: f64, step: f64) -> String {
    let digits = (-step.log10().floor()).max(0.0) as usize;
    let whole_step = (step * 10_f64.powi(digits as i32)).fract().abs() < 1e-9;
    let digits = if whole_step { digits } else { digits + 1 };
    if at >= 10_000.0 { super::super::words::number(at) } else { format!("{at:.digits$}") }
}

/// Parts `from` to `to` into equal bins of a round length of time, `most` of them or fewer. Bins begin at multiples of
/// their length, so that the first and the last may reach beyond. Gives the edges.
pub fn time_bins(from: f64, to: f64, most: usize) -> Vec<f64> {
    if !(from.is_finite() && to.is_finite() && to > from) {
        return Vec::new();
    }
    let fits = |step: f64| (to / step).ceil() - (from / step).floor() <= most.max(1) as f64;
    let least = (to - from) / most.max(1) as f64;
    let step = TIME_STEPS.into_iter().find(|&step| step >= least && fits(step));
    let step = step.unwrap_or_else(|| if least < 1.0 { least } else { DAY * round_step(2.0 * least / DAY) });
    let (first, last) = ((from / step).floor() as i64, (to / step).ceil() as i64);
    (first..=last).map(|index| index as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn quantities_have_round_ticks_up_to_the_top() {
        assert_eq!(labels(&Axis::quantity(47.0)), ["0", "20", "40", "60"]);
        assert_eq!(labels(&Axis::quantity(1.0)), ["0.00", "0.25", "0.50", "0.75", "1.00"]);
        assert_eq!(labels(&Axis::quantity(0.07)), ["0.00", "0.02", "0.04", "0.06", "0.08"]);
        assert_eq!(Axis::quantity(40.0).to, 40.0);
        for top in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300] {
            let axis = Axis::quantity(top);
            assert!(axis.to > axis.from && axis.ticks.len() < 8, "{top}: {axis:?}");
        }
    }

    #[test]
    fn times_have_ticks_at_whole_hours_or_days() {
        assert_eq!(labels(&Axis::time(0.0, 604_800.0)), ["0 d", "1 d", "2 d", "3 d", "4 d", "5 d", "6 d", "7 d"]);
        assert_eq!(labels(&Axis::time(0.0, 43_200.0)), ["0 h", "2 h", "4 h", "6 h", "8 h", "10 h", "12 h"]);
        assert_eq!(labels(&Axis::time(0.0, 3_600.0)), ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00"]);
        assert_eq!(labels(&Axis::clock(DAY, 2.0 * DAY))[..2], ["00:00", "02:00"]);
        assert_eq!(labels(&Axis::clock(DAY, 2.0 * DAY)).last(), Some(&"24:00"));
        for (from, to) in [(0.0, 0.0), (5.0, 1.0), (f64::NAN, 1.0), (0.0, 1e-9), (0.0, 1e18)] {
            let axis = Axis::time(from, to);
            assert!(axis.to > axis.from && axis.ticks.len() <= 10, "{from} to {to}: {axis:?}");
        }
    }

    #[test]
    fn values_lie_on_their_axis() {
        let axis = Axis::time(100.0, 200.0);
        assert_eq!((axis.share(100.0), axis.share(150.0), axis.share(250.0)), (0.0, 0.5, 1.0));
        assert_eq!(axis.share(f64::NAN), 0.0);
        assert_eq!(Axis::lengths(7_200.0).to, 7_200.0);
    }

    #[test]
    fn bins_are_round_and_cover_all() {
        assert_eq!(time_bins(0.0, 7.0 * DAY, 200).len(), 169);
        for (from, to, most) in [(0.0, 604_800.0, 168), (1_000.0, 5_000.0, 50), (0.0, 0.5, 10), (0.0, 1e12, 100)] {
            let edges = time_bins(from, to, most);
            assert!(edges.len() >= 2 && edges.len() <= most + 2, "{from} to {to}: {}", edges.len());
            assert!(edges[0] <= from && edges[edges.len() - 1] >= to);
        }
        assert!(time_bins(3.0, 3.0, 10).is_empty());
    }
}
