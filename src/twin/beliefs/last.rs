//! What was known last.

use super::{Belief, Moment, Said};

/// Keeps the last value.
pub struct Last;

impl Belief for Last {
    fn says(&self) -> Vec<Said> {
        vec![Said::number("")]
    }

    fn update(&self, moment: Moment, inputs: &[f64], _: &mut [f64], says: &mut [f64]) {
        if moment.is_news {
            says[0] = inputs[0];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::run;
    use super::*;

    #[test]
    fn the_last_value_stays() {
        assert_eq!(run(&Last, 1.0, &[3.0, 5.0]), [[3.0], [5.0]]);
        let moment = Moment { now: crate::engine::time::Time::ZERO, since_last: None, is_news: false };
        let mut says = [5.0];
        Last.update(moment, &[f64::NAN], &mut [], &mut says);
        assert_eq!(says, [5.0]);
    }
}
