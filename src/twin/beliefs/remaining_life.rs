//! How long until a limit is reached, from a line through the latest values: ordinary least squares, with the lower end of
//! the interval where the confidence band of the line crosses the limit (E. C. Fieller, "Some problems in interval estimation",
//! Journal of the Royal Statistical Society B 16, 1954). Wear that grows by a share of itself is a line in the logarithm, a usual
//! model of vibration (N. Gebraeel et al., "Residual-life distributions from component degradation signals", IIE Transactions
//! 37, 2005).

use super::{Belief, Moment, Said};

/// How long is left.
pub struct RemainingLife {
    limit: f64,
    window: usize,
    exponential: bool,
    /// The 97.5 % points of Student's t with 1, 2, ... degrees of freedom.
    quantiles: Vec<f64>,
}

/// What it remembers before the values: where the next one goes, and how many there are.
const NEXT: usize = 0;
const COUNT: usize = 1;
const VALUES: usize = 2;

impl RemainingLife {
    /// Until a limit is reached, by so many of the latest values.
    pub fn new(limit: f64, window: usize, exponential: bool) -> RemainingLife {
        let window = window.max(3);
        let quantiles = (1..=window - 2).map(|freedom| student_quantile(freedom as u32)).collect();
        RemainingLife { limit, window, exponential, quantiles }
    }

    fn scale(&self, value: f64) -> f64 {
        if self.exponential { libm::log(value.max(f64::MIN_POSITIVE)) } else { value }
    }

    /// When the limit is reached, and the earliest time that is not ruled out: seconds from now.
    fn predict(&self, memory: &[f64], now: f64) -> [f64; 2] {
        let count = memory[COUNT] as usize;
        let points = || memory[VALUES..].chunks_exact(2).take(count).map(|point| (point[0] - now, point[1]));
        let n = count as f64;
        let mean = points().fold([0.0; 2], |sum, (x, y)| [sum[0] + x / n, sum[1] + y / n]);
        let sums = points().fold([0.0; 3], |sum, (x, y)| {
            let (x, y) = (x - mean[0], y - mean[1]);
            [sum[0] + x * x, sum[1] + x * y, sum[2] + y * y]
        });
        let [xx, xy, yy] = sums;
        let slope = xy / xx;
        let gap = self.scale(self.limit) - mean[1];
        // It has been reached, or things get better: no time is left, or all time.
        if gap <= 0.0 && slope >= 0.0 {
            return [0.0, 0.0];
        }
        if slope.is_nan() || slope == 0.0 || gap / slope < 0.0 {
            return [f64::INFINITY, self.earliest(xx, xy, yy, gap, n, mean[0])];
        }
        let reached = mean[0] + gap / slope;
        if reached <= 0.0 {
            return [0.0, 0.0];
        }
        [reached, self.earliest(xx, xy, yy, gap, n, mean[0])]
    }

    /// Where the upper edge of the band reaches the limit: (ȳ + b u - L)² = t² s² (1/n + u²/Sxx).
    fn earliest(&self, xx: f64, xy: f64, yy: f64, gap: f64, n: f64, middle: f64) -> f64 {
        let slope = xy / xx;
        let variance = ((yy - slope * xy) / (n - 2.0)).max(0.0);
        let quantile = self.quantiles.get(n as usize - 3).copied().unwrap_or(f64::NAN);
        let band = quantile * quantile * variance;
        let a = slope * slope - band / xx;
        let b = -slope * gap;
        let c = gap * gap - band / n;
        let root = (b * b - a * c).sqrt();
        let roots = [(-b - root) / a, (-b + root) / a];
        let ahead = roots.into_iter().map(|u| middle + u).filter(|at| at.is_finite() && *at >= 0.0);
        let earliest = ahead.fold(f64::INFINITY, f64::min);
        // Already within the band: it may have been reached by now.
        let now = -middle;
        let inside = (slope * now - gap) * (slope * now - gap) <= band * (1.0 / n + now * now / xx);
        if inside { 0.0 } else { earliest }
    }
}

impl Belief for RemainingLife {
    fn says(&self) -> Vec<Said> {
        vec![Said::number(""), Said::number("low")]
    }

    fn remembers(&self) -> usize {
        VALUES + 2 * self.window
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        let now = moment.now.seconds();
        if moment.is_news {
            if memory[COUNT].is_nan() {
                (memory[NEXT], memory[COUNT]) = (0.0, 0.0);
            }
            let place = memory[NEXT] as usize;
            memory[VALUES + 2 * place..VALUES + 2 * place + 2].copy_from_slice(&[now, self.scale(inputs[0])]);
            memory[NEXT] = ((place + 1) % self.window) as f64;
            memory[COUNT] = (memory[COUNT] + 1.0).min(self.window as f64);
        }
        if memory[COUNT] >= 3.0 {
            says.copy_from_slice(&self.predict(memory, now));
        }
    }
}

/// The 97.5 % point of Student's t: by bisection of its distribution function, which for whole degrees of freedom is a finite
/// sum (M. Abramowitz and I. A. Stegun, *Handbook of Mathematical Functions*, 26.7.3 and 26.7.4).
fn student_quantile(freedom: u32) -> f64 {
    let (mut low, mut high) = (0.0, 20.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if student_within(middle, freedom) < 0.95 { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The probability that Student's t is between -t and t.
fn student_within(t: f64, freedom: u32) -> f64 {
    let angle = libm::atan(t / f64::from(freedom).sqrt());
    let (sin, cos) = (libm::sin(angle), libm::cos(angle));
    let mut sum = 0.0;
    if freedom.is_multiple_of(2) {
        let mut term = 1.0;
        for n in 0..freedom / 2 {
            sum += term;
            term *= cos * cos * f64::from(2 * n + 1) / f64::from(2 * n + 2);
        }
        return sin * sum;
    }
    let mut term = cos;
    for n in 0..(freedom - 1) / 2 {
        sum += term;
        term *= cos * cos * f64::from(2 * n + 2) / f64::from(2 * n + 3);
    }
    (angle + sin * sum) * std::f64::consts::FRAC_2_PI
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;

    /// `statsmodels` 0.14 (`OLS` of the last 30 values) for the line, and Fieller's interval worked out with scipy's t.
    #[test]
    fn it_is_what_statsmodels_says() {
        let said = run(&RemainingLife::new(20.0, 30, false), 10.0, &series(40));
        is_near(said[39][0], 1503.658999634903);
        is_near(said[39][1], 1128.1638284667515);
        let said = run(&RemainingLife::new(20.0, 30, true), 10.0, &series(40));
        is_near(said[39][0], 1096.8934465734128);
        is_near(said[39][1], 814.7563890668032);
    }

    /// Tables of Student's t: 12.706, 4.303, 3.182, 2.228, 2.042.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, expected) in
            [(1, 12.7062047362), (2, 4.3026527297), (3, 3.1824463053), (10, 2.2281388520), (30, 2.0422724563)]
        {
            assert!((student_quantile(freedom) - expected).abs() < 1e-8, "{freedom}");
        }
    }

    #[test]
    fn what_is_over_the_limit_or_gets_better_is_said() {
        let rising: Vec<f64> = (0..10).map(f64::from).collect();
        let life = RemainingLife::new(5.0, 10, false);
        let said = run(&life, 1.0, &rising);
        assert!(said[1][0].is_nan(), "two points are no trend");
        is_near(said[3][0], 2.0);
        assert_eq!(said[9], [0.0, 0.0]);
        let falling: Vec<f64> = rising.iter().map(|value| 3.0 - value).collect();
        assert_eq!(run(&life, 1.0, &falling)[9], [f64::INFINITY, f64::INFINITY]);
    }
}
