//! Max-pressure: the phase that takes most away from where many wait to where few do.
//!
//! P. Varaiya, "Max pressure control of a network of signalized intersections", Transportation Research Part C 36 (2013), 177-195; T. Wongpiromsarn,
//! T. Uthaicharoenpong, Y. Wang, E. Frazzoli and D. Wang, "Distributed traffic signal control for maximum network throughput", IEEE ITSC (2012). The weight of
//! a turn is how many more want to take it than wait on the lanes to which it leads; the pressure of a phase is the sum of the weights of the
//! turns that have green. A turn with more beyond it than before it counts nothing: nobody is made to take it. All turns have the same saturation flow here, but
//! for those by which one has to let others pass; and those who come to lanes are taken to go on by all turns alike.

use crate::city::streets::Lamp;

/// What a turn weighs, by how many want to take it and how many wait for a turn, on the mean, on each of the lanes beyond: vehicles.
pub fn weight(queue: f64, beyond: impl ExactSizeIterator<Item = f64>) -> f64 {
    let lanes = beyond.len().max(1) as f64;
    (queue - beyond.sum::<f64>() / lanes).max(0.0)
}

/// The pressure of a phase: the weights of turns with what each of them is shown, and what green counts for those who let others pass.
pub fn pressure(turns: impl Iterator<Item = (f64, Lamp)>, yielding: f64) -> f64 {
    let counts = |lamp: Lamp| match lamp {
        Lamp::Green => 1.0,
        Lamp::GreenYielding | Lamp::Off => yielding,
        Lamp::Red | Lamp::Amber | Lamp::RedAmber | Lamp::RedArrow => 0.0,
    };
    turns.map(|(weight, lamp)| weight * counts(lamp)).sum()
}

/// The place of the greatest pressure among those that are allowed: if several are, the present one, else the first.
pub fn greatest(pressures: &[f64], present: usize, is_allowed: impl Fn(usize) -> bool) -> Option<usize> {
    let allowed = (0..pressures.len()).filter(|place| is_allowed(*place));
    let greatest = allowed.clone().map(|place| pressures[place]).max_by(f64::total_cmp)?;
    let mut best = allowed.filter(|place| pressures[*place] >= greatest);
    let first = best.next()?;
    Some(if best.any(|place| place == present) { present } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by hand, after the example of a junction with two incoming and two outgoing links.
    #[test]
    fn pressure_is_what_waits_before_less_what_waits_beyond() {
        // Eight want to go where two and four wait; three where nobody does; one where many are.
        let weights =
            [weight(8.0, [2.0, 4.0].into_iter()), weight(3.0, [].into_iter()), weight(1.0, [9.0].into_iter())];
        assert_eq!(weights, [5.0, 3.0, 0.0]);
        let shows = |lamps: [Lamp; 3]| pressure(weights.into_iter().zip(lamps), 0.5);
        assert_eq!(shows([Lamp::Green, Lamp::Red, Lamp::Green]), 5.0);
        assert_eq!(shows([Lamp::GreenYielding, Lamp::Green, Lamp::Red]), 5.5);
        assert_eq!(shows([Lamp::Amber, Lamp::RedArrow, Lamp::RedAmber]), 0.0);
    }

    #[test]
    fn the_greatest_is_chosen_and_the_present_one_kept_if_it_is_as_great() {
        let all = |_: usize| true;
        assert_eq!(greatest(&[1.0, 4.0, 3.0], 0, all), Some(1));
        assert_eq!(greatest(&[4.0, 4.0, 4.0], 2, all), Some(2));
        assert_eq!(greatest(&[4.0, 1.0, 4.0], 1, all), Some(0));
        assert_eq!(greatest(&[4.0, 1.0, 3.0], 0, |place| place != 0), Some(2));
        assert_eq!(greatest(&[4.0], 0, |_| false), None);
    }

    /// A junction of two streets of which three quarters of all come by one: 0.9 of what can go across while the green lasts, of which a change takes a fifth.
    /// Max-pressure serves that; a plan with equal greens does not, and its queue grows for ever (Varaiya 2013, theorem 2, and his example of a fixed plan).
    #[test]
    fn it_serves_what_a_bad_plan_does_not() {
        let arrive = [0.54, 0.18];
        let run = |choose: &dyn Fn([f64; 2], usize, usize) -> usize| {
            let (mut queues, mut phase): ([f64; 2], usize) = ([0.0; 2], 0);
            for slot in 0..20_000 {
                let wanted = choose(queues, phase, slot);
                // A slot is five times as long as a change.
                let served = if wanted == phase { 1.0 } else { 0.8 };
                phase = wanted;
                (0..2).for_each(|street| queues[street] += arrive[street]);
                queues[phase] = (queues[phase] - served).max(0.0);
            }
            queues[0] + queues[1]
        };
        let by_pressure = run(&|queues, phase, _| greatest(&queues, phase, |_| true).unwrap_or(phase));
        let by_plan = run(&|_, _, slot| slot / 4 % 2);
        assert!(by_pressure < 5.0 && by_plan > 500.0, "{by_pressure} and {by_plan} vehicles are left");
    }
}
