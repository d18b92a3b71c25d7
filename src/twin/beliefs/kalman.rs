//! The Kalman filter: R. E. Kalman, "A new approach to linear filtering and prediction problems", Journal of Basic
//! Engineering 82 (1960), of a quantity and its rate with continuous white noise in acceleration (Y. Bar-Shalom, X. R. Li and
//! T. Kirubarajan, *Estimation with Applications to Tracking and Navigation*, Wiley 2001, §6.2).

use super::{Belief, Moment, Said};

/// A Kalman filter of one quantity.
pub struct Kalman {
    /// The variance of a measurement.
    pub noise: f64,
    /// The spectral density of the rate's change.
    pub jerks: f64,
    /// The spectral density of the quantity's own change.
    pub wanders: f64,
    /// Whether it has a rate.
    pub has_rate: bool,
}

/// The variance of the rate at first, in variances of a measurement per second²: as good as nothing is known of it.
const UNKNOWN_RATE: f64 = 4e6;

/// What it remembers: the covariance (of the quantity, of both, of the rate).
const COVARIANCE: usize = 3;

impl Belief for Kalman {
    fn says(&self) -> Vec<Said> {
        let names = ["", "rate", "sd", "rate_sd"];
        names.map(Said::number).to_vec()
    }

    fn remembers(&self) -> usize {
        COVARIANCE
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        let [mut x, mut rate] = [says[0], says[1]];
        let [mut p00, mut p01, mut p11] = [memory[0], memory[1], memory[2]];
        match moment.since_last {
            None => {
                (x, rate) = (inputs[0], 0.0);
                let unknown = if self.has_rate { UNKNOWN_RATE * self.noise } else { 0.0 };
                [p00, p01, p11] = [self.noise, 0.0, unknown];
            }
            Some(since) => {
                let dt = since.seconds();
                // Ahead to now.
                x += rate * dt;
                let q = if self.has_rate { self.jerks } else { 0.0 };
                p00 += dt * (2.0 * p01 + dt * p11) + q * dt * dt * dt / 3.0 + self.wanders * dt;
                p01 += dt * p11 + q * dt * dt / 2.0;
                p11 += q * dt;
                // What was measured.
                let innovation = inputs[0] - x;
                let [gain, rate_gain] = [p00, p01].map(|p| p / (p00 + self.noise));
                x += gain * innovation;
                rate += rate_gain * innovation;
                [p11, p01, p00] = [p11 - rate_gain * p01, (1.0 - gain) * p01, (1.0 - gain) * p00];
            }
        }
        memory.copy_from_slice(&[p00, p01, p11]);
        says.copy_from_slice(&[x, rate, p00.sqrt(), p11.max(0.0).sqrt()]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;

    /// `filterpy` 1.4.5: `KalmanFilter` with `Q_continuous_white_noise`.
    #[test]
    fn it_is_what_filterpy_says() {
        for (jerks, wanders, has_rate, expected) in [
            (1e-4, 0.0, true, [12.439497012695902, 0.011763772851954185, 0.4108486878335812, 0.03705628676874407]),
            (1e-4, 0.01, true, [12.455976702975262, 0.011498204030253818, 0.4246025451581233, 0.04073428143955848]),
            (0.0, 0.02, false, [12.40147579189742, 0.0, 0.3807216493428208, 0.0]),
        ] {
            let kalman = Kalman { noise: 0.25, jerks, wanders, has_rate };
            let said = run(&kalman, 10.0, &series(40));
            said[39].iter().zip(expected).for_each(|(found, expected)| is_near(*found, expected));
        }
    }

    /// Without noise of its own, the filter is the least-squares line.
    #[test]
    fn a_line_is_fitted() {
        let values: Vec<f64> = (0..50).map(|n| 3.0 + 0.4 * f64::from(n)).collect();
        let said = run(&Kalman { noise: 1.0, jerks: 0.0, wanders: 0.0, has_rate: true }, 2.0, &values);
        assert!((said[49][0] - (3.0 + 0.4 * 49.0)).abs() < 1e-4 && (said[49][1] - 0.2).abs() < 1e-5, "{:?}", said[49]);
    }
}
