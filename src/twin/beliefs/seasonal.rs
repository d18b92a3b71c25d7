//! What is usual at this time of the day or the week: a mean for each part of the period, as the seasonal terms of P. R. Winters,
//! "Forecasting sales by exponentially weighted moving averages", Management Science 6 (1960), without level and trend.

use super::{Belief, Moment, Said};
use crate::engine::time::{Duration, Time};

/// The means of the parts of a period.
pub struct Seasonal {
    /// After how long it repeats.
    pub period: Duration,
    /// Into how many parts it is taken apart.
    pub parts: usize,
    /// How much is taken from the newest period; none if all periods weigh the same.
    pub learns: Option<f64>,
    /// How far ahead it looks.
    pub ahead: Duration,
}

/// What it remembers: the number of the part that is gathered now, counted from the start of the run; the sum and count of
/// its values; then each part's mean, and of how many periods.
const NOW: usize = 0;
const SUM: usize = 1;
const COUNT: usize = 2;
const PARTS: usize = 3;

impl Seasonal {
    /// The number of the part at a moment, counted from the start of the run.
    fn part(&self, at: Time) -> u64 {
        let period = i128::from(self.period.nanos().max(1));
        (i128::from(at.nanos().max(0)) * self.parts as i128 / period) as u64
    }

    fn mean<'a>(&self, memory: &'a mut [f64], part: u64) -> &'a mut [f64] {
        let place = PARTS + 2 * (part % self.parts as u64) as usize;
        &mut memory[place..place + 2]
    }

    /// What was gathered of a part becomes part of its mean.
    fn learn(&self, memory: &mut [f64]) {
        let (part, gathered) = (memory[NOW] as u64, memory[SUM] / memory[COUNT]);
        if memory[COUNT] > 0.0 {
            let known = self.mean(memory, part);
            let periods = if known[1].is_nan() { 0.0 } else { known[1] };
            let weight = self.learns.filter(|_| periods > 0.0).unwrap_or(1.0 / (periods + 1.0));
            let before = if periods > 0.0 { known[0] } else { 0.0 };
            (known[0], known[1]) = (before + weight * (gathered - before), periods + 1.0);
        }
    }
}

impl Belief for Seasonal {
    fn says(&self) -> Vec<Said> {
        vec![Said::number(""), Said::number("ahead")]
    }

    fn remembers(&self) -> usize {
        PARTS + 2 * self.parts
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        let part = self.part(moment.now);
        if memory[NOW].is_nan() {
            memory[..PARTS].copy_from_slice(&[part as f64, 0.0, 0.0]);
        }
        if memory[NOW] as u64 != part {
            self.learn(memory);
            memory[..PARTS].copy_from_slice(&[part as f64, 0.0, 0.0]);
        }
        if moment.is_news {
            memory[SUM] += inputs[0];
            memory[COUNT] += 1.0;
        }
        says[0] = self.mean(memory, part)[0];
        says[1] = self.mean(memory, self.part(moment.now + self.ahead))[0];
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::run;
    use super::*;

    /// Days of four parts, with two values in each.
    #[test]
    fn parts_are_learned_and_repeat() {
        let day = Duration::from_secs(8);
        let values: Vec<f64> = (0..24).map(|n| f64::from(n % 8) + f64::from(n / 8)).collect();
        let seasonal = Seasonal { period: day, parts: 4, learns: None, ahead: Duration::from_secs(4) };
        let said = run(&seasonal, 1.0, &values);
        assert!(said[..8].iter().all(|said| said[0].is_nan()), "nothing is usual on the first day");
        // The second day knows the first, the third the mean of both.
        assert_eq!([said[8][0], said[10][0], said[14][0]], [0.5, 2.5, 6.5]);
        assert_eq!([said[16][0], said[18][0]], [1.0, 3.0]);
        assert_eq!([said[10][1], said[22][1]], [6.5, 3.5]);
        let quick = Seasonal { period: day, parts: 4, learns: Some(0.25), ahead: Duration::ZERO };
        assert_eq!(run(&quick, 1.0, &values)[16][0], 0.5 + 0.25 * (1.5 - 0.5));
    }
}
