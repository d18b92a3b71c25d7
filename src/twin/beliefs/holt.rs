//! Holt's linear trend: C. C. Holt, "Forecasting seasonals and trends by exponentially weighted moving averages" (1957,
//! reprinted in International Journal of Forecasting 20, 2004), with the prediction interval of the model ETS(A,A,N):
//! R. J. Hyndman, A. B. Koehler, J. K. Ord and R. D. Snyder, *Forecasting with Exponential Smoothing*, Springer 2008, §6.4.

use super::{Belief, Moment, Said};
use crate::engine::time::Duration;

/// A linear trend.
pub struct Holt {
    /// How much of the level is taken from the newest value.
    pub level: f64,
    /// How much of the trend is taken from the newest change of the level.
    pub trend: f64,
    /// How far ahead it forecasts.
    pub ahead: Duration,
}

/// The normal quantile of a 95 % interval.
const Z: f64 = 1.959963984540054;

/// What it remembers: how many one-step errors there were, the sum of their squares, and the mean time between values.
const ERRORS: usize = 0;
const SQUARES: usize = 1;
const STEP: usize = 2;

impl Belief for Holt {
    fn says(&self) -> Vec<Said> {
        ["", "trend", "forecast", "low", "high"].map(Said::number).to_vec()
    }

    fn remembers(&self) -> usize {
        3
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        let Some(since) = moment.since_last.map(Duration::seconds) else {
            memory.copy_from_slice(&[0.0, 0.0, f64::NAN]);
            says.copy_from_slice(&[inputs[0], 0.0, inputs[0], f64::NAN, f64::NAN]);
            return;
        };
        let (level, trend) = (says[0], says[1]);
        let expected = level + trend * since;
        let error = inputs[0] - expected;
        let new_level = expected + self.level * error;
        // Two values at one moment say nothing of a trend.
        let slope = if since > 0.0 { (new_level - level) / since } else { trend };
        let new_trend = trend + self.trend * (slope - trend);
        memory[ERRORS] += 1.0;
        memory[SQUARES] += error * error;
        let before = if memory[STEP].is_nan() { since } else { memory[STEP] };
        memory[STEP] = before + (since - before) / memory[ERRORS];
        let ahead = self.ahead.seconds();
        let forecast = new_level + new_trend * ahead;
        let reach = Z * self.variance(ahead / memory[STEP], memory).sqrt();
        says.copy_from_slice(&[new_level, new_trend, forecast, forecast - reach, forecast + reach]);
    }
}

impl Holt {
    /// The variance of a forecast so many steps ahead.
    fn variance(&self, steps: f64, memory: &[f64]) -> f64 {
        let (alpha, beta) = (self.level, self.level * self.trend);
        let beyond = (steps - 1.0).max(0.0);
        let steps = beyond + 1.0;
        let growth = alpha * alpha + alpha * beta * steps + beta * beta * steps * (2.0 * steps - 1.0) / 6.0;
        memory[SQUARES] / memory[ERRORS] * (1.0 + beyond * growth)
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;

    /// `statsmodels` 0.14: `Holt` and `ETSModel(error="add", trend="add")`, started at the first value with no trend; six
    /// steps ahead.
    #[test]
    fn it_is_what_statsmodels_says() {
        let holt = Holt { level: 0.3, trend: 0.1, ahead: Duration::from_secs(6) };
        let said = run(&holt, 1.0, &series(40));
        let expected =
            [12.386778230665303, 0.053968919556024814, 12.710591748001452, 11.610178923430507, 13.811004572572404];
        said[39].iter().zip(expected).for_each(|(found, expected)| is_near(*found, expected));
    }

    /// The same with another unit of time.
    #[test]
    fn trends_are_by_the_second() {
        let holt = Holt { level: 0.3, trend: 0.1, ahead: Duration::from_secs(60) };
        let said = run(&holt, 10.0, &series(40));
        is_near(said[39][1], 0.005_396_891_955_602_481);
        is_near(said[39][3], 11.610178923430507);
    }
}
