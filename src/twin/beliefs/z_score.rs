//! How unusual a value is, by those before it. With equal weights by B. P. Welford, "Note on a method for calculating
//! corrected sums of squares and products", Technometrics 4 (1962); with weights that fade by D. H. D. West, "Updating mean and
//! variance estimates", Communications of the ACM 22 (1979).

use super::{Belief, Fading, Moment, Said};

/// By how many standard deviations a value is off.
pub struct ZScore {
    /// After how long a value weighs half; none if all weigh the same.
    pub fading: Option<Fading>,
    /// How many values must have come before.
    pub first: u32,
}

/// What it remembers: the sum of the weights, the mean, the weighted sum of squares about it, and how many values there were.
const WEIGHT: usize = 0;
const MEAN: usize = 1;
const SQUARES: usize = 2;
const COUNT: usize = 3;
const FADING: usize = 4;

impl ZScore {
    fn variance(&self, memory: &[f64]) -> f64 {
        // Of a sample, one degree of freedom went into the mean; weights that fade are of a stream without end.
        let freedom = if self.fading.is_some() { memory[WEIGHT] } else { memory[WEIGHT] - 1.0 };
        memory[SQUARES] / freedom
    }
}

impl Belief for ZScore {
    fn says(&self) -> Vec<Said> {
        ["", "mean", "sd"].map(Said::number).to_vec()
    }

    fn remembers(&self) -> usize {
        FADING + Fading::REMEMBERS
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        if memory[COUNT].is_nan() {
            memory[..FADING].copy_from_slice(&[0.0; FADING]);
        }
        if memory[COUNT] >= f64::from(self.first) {
            let (mean, sd) = (memory[MEAN], self.variance(memory).sqrt());
            // Where all were the same, any other value is as unusual as can be.
            let off = inputs[0] - mean;
            let z = if off == 0.0 { 0.0 } else { off / sd };
            says.copy_from_slice(&[z, mean, sd]);
        }
        let faded = match (&self.fading, moment.since_last) {
            (Some(fading), Some(since)) => fading.kept(since, &mut memory[FADING..]),
            _ => 1.0,
        };
        memory[COUNT] += 1.0;
        memory[WEIGHT] = memory[WEIGHT] * faded + 1.0;
        let off = inputs[0] - memory[MEAN];
        memory[MEAN] += off / memory[WEIGHT];
        memory[SQUARES] = memory[SQUARES] * faded + off * (inputs[0] - memory[MEAN]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;

    /// `Series.mean()`, `.std()`, and `.ewm(halflife=5).mean()`, `.var(bias=True)` of pandas 2.3.
    #[test]
    fn it_is_what_pandas_says() {
        let all = ZScore { fading: None, first: 10 };
        let said = run(&all, 10.0, &series(40));
        let expected = [1.8080876906356589, 11.347435897435897, 0.6651027540270037];
        said[39].iter().zip(expected).for_each(|(found, expected)| is_near(*found, expected));
        assert!(said[9][0].is_nan() && !said[10][0].is_nan());
        let fading = ZScore { fading: Some(Fading { half_life: 50.0 }), first: 10 };
        let said = run(&fading, 10.0, &series(40));
        let expected = [1.3051451092035173, 11.95949031832955, 0.4524475305514615];
        said[39].iter().zip(expected).for_each(|(found, expected)| is_near(*found, expected));
    }

    #[test]
    fn who_never_changed_is_shocked_by_any_change() {
        let said = run(&ZScore { fading: None, first: 2 }, 1.0, &[4.0, 4.0, 4.0, 5.0]);
        assert_eq!((said[2][0], said[3][0]), (0.0, f64::INFINITY));
    }
}
