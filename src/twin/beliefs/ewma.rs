//! The exponentially weighted moving average: S. W. Roberts, "Control chart tests based on geometric moving averages",
//! Technometrics 1 (1959). Between values that come at uneven times, the older ones' weight halves in each half-life.

use super::{Belief, Fading, Moment, Said};
use crate::engine::time::Duration;

/// An exponentially weighted moving average.
pub struct Ewma(Fading);

impl Ewma {
    /// In which a value weighs half after this time.
    pub fn new(half_life: Duration) -> Ewma {
        Ewma(Fading { half_life: half_life.seconds() })
    }
}

impl Belief for Ewma {
    fn says(&self) -> Vec<Said> {
        vec![Said::number("")]
    }

    fn remembers(&self) -> usize {
        Fading::REMEMBERS
    }

    fn update(&self, moment: Moment, inputs: &[f64], memory: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        says[0] = match moment.since_last {
            None => inputs[0],
            Some(since) => {
                let kept = self.0.kept(since, memory);
                inputs[0] + kept * (says[0] - inputs[0])
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{is_near, run, series};
    use super::*;

    /// `pandas.Series.ewm(halflife=3, adjust=False).mean()`, pandas 2.3.
    #[test]
    fn it_is_what_pandas_says() {
        let said = run(&Ewma::new(Duration::from_secs(30)), 10.0, &series(40));
        is_near(said[9][0], 10.631889185042441);
        is_near(said[39][0], 12.182208921582927);
    }

    #[test]
    fn uneven_times_weigh_as_they_should() {
        let ewma = Ewma::new(Duration::from_secs(10));
        let (mut says, mut memory) = ([8.0], [f64::NAN; Fading::REMEMBERS]);
        let moment = |since| Moment {
            now: crate::engine::time::Time::ZERO,
            since_last: Some(Duration::from_secs(since)),
            is_news: true,
        };
        ewma.update(moment(10), &[4.0], &mut memory, &mut says);
        assert_eq!(says[0], 6.0);
        ewma.update(moment(20), &[2.0], &mut memory, &mut says);
        assert_eq!(says[0], 3.0);
    }
}
