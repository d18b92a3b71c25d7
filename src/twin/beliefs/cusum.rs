//! The tabular cumulative sum: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954); D. C. Montgomery,
//! *Introduction to Statistical Quality Control*, §9.1.

use super::{Belief, Moment, Said};

/// Whether a mean has shifted.
pub struct Cusum {
    /// The mean while all is well.
    pub target: f64,
    /// What is let pass.
    pub slack: f64,
    /// The sum at which it raises the alarm.
    pub limit: f64,
}

impl Belief for Cusum {
    fn says(&self) -> Vec<Said> {
        vec![Said::number(""), Said::number("down"), Said::truth("alarm")]
    }

    fn update(&self, moment: Moment, inputs: &[f64], _: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        // After an alarm that has been told it starts over.
        let starts = says[0].is_nan() || says[2] == 1.0;
        let [up, down] = if starts { [0.0, 0.0] } else { [says[0], says[1]] };
        let off = inputs[0] - self.target;
        let up = (up + off - self.slack).max(0.0);
        let down = (down - off - self.slack).max(0.0);
        let alarm = up > self.limit || down > self.limit;
        says.copy_from_slice(&[up, down, f64::from(u8::from(alarm))]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;
    use crate::engine::distribution::standard_normal;
    use crate::engine::random::{Purpose, Seed};

    /// Worked out in a loop with numpy.
    #[test]
    fn the_sums_are_what_the_formula_says() {
        let said = run(&Cusum { target: 11.0, slack: 0.3, limit: 1e9 }, 1.0, &series(40));
        [0.0, 0.7499999999999936].iter().zip(&said[9]).for_each(|(expected, found)| is_near(*found, *expected));
        [11.84999999999999, 0.0].iter().zip(&said[39]).for_each(|(expected, found)| is_near(*found, *expected));
    }

    /// The mean number of values until a shift of one standard deviation is found, with slack 0.5 and limit 4, is 8.38
    /// (Montgomery, table 9.3: two-sided, from a start at zero); without a shift, 168.
    #[test]
    fn it_takes_as_long_as_published_to_find_a_shift() {
        let cusum = Cusum { target: 0.0, slack: 0.5, limit: 4.0 };
        let mean_length = |shift: f64, runs: u64| {
            let length = |run: u64| {
                let mut says = [f64::NAN; 3];
                let moment = Moment { now: crate::engine::time::Time::ZERO, since_last: None, is_news: true };
                let mut count = 0_u64;
                while says[2] != 1.0 {
                    let normal = standard_normal(&mut Seed(1).stream(run, Purpose::new("cusum"), count));
                    cusum.update(moment, &[normal + shift], &mut [], &mut says);
                    count += 1;
                }
                count as f64
            };
            (0..runs).map(length).sum::<f64>() / runs as f64
        };
        let (shifted, well) = (mean_length(1.0, 20_000), mean_length(0.0, 4_000));
        assert!((shifted - 8.38).abs() < 0.15, "{shifted}");
        assert!((well - 168.0).abs() < 9.0, "{well}");
    }
}
