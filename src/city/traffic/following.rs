//! How fast a vehicle may go, given who is ahead: the laws of car following.
//!
//! - **Krauß**: as fast as is safe. A driver who reacts after his headway and then brakes as he likes to must come to a stop behind where the one
//!   ahead would, if that one braked now; and then he is slack by chance. S. Krauß, "Microscopic modeling of traffic flow: investigation of
//!   collision free vehicle dynamics" (dissertation, Köln 1998), with the distances of vehicles that change their speeds at steps of time.
//! - **IDM**, the intelligent driver model: M. Treiber, A. Hennecke and D. Helbing, "Congested traffic states in empirical observations and
//!   microscopic simulations", Physical Review E 62 (2000) 1805; M. Treiber and A. Kesting, "Traffic Flow Dynamics" (2013), chapter 11.
//!
//! A gap is from front bumper to the bumper ahead, less the least gap that is kept when standing. Metres and seconds.

/// What a vehicle and its driver can do and want.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Abilities {
    /// How much it speeds up at most.
    pub acceleration: f64,
    /// How much it slows down when it can choose.
    pub deceleration: f64,
    /// The time gap that is wanted.
    pub headway: f64,
}

/// How far it is until a vehicle stands that loses `deceleration × step` of its speed at the beginning of each step.
pub fn braking_distance(speed: f64, deceleration: f64, step: f64) -> f64 {
    let lost = deceleration * step;
    let steps = whole(speed / lost);
    step * (steps * speed - lost * steps * (steps + 1.0) / 2.0)
}

/// The whole part of a number that is not below zero. Processors without a rounding instruction take long for `floor`.
fn whole(number: f64) -> f64 {
    number as i64 as f64
}

/// The greatest speed from which one stops within a gap: after the headway, and then by braking as in [`braking_distance`].
///
/// The distance to a stop grows with the speed and is linear between the multiples of what is lost in a step, so it is turned round
/// piece by piece.
pub fn stopping_speed(gap: f64, abilities: &Abilities, step: f64) -> f64 {
    let Abilities { deceleration, headway, .. } = *abilities;
    if gap <= 0.0 {
        return 0.0;
    }
    let lost = deceleration * step;
    // So many whole steps of braking fit: lost × (steps × headway + step × steps × (steps - 1) / 2) <= gap.
    let linear = headway - step / 2.0;
    let steps = whole(((linear * linear + 2.0 * step * gap / lost).sqrt() - linear) / step).max(0.0);
    let used = lost * (steps * headway + step * steps * (steps - 1.0) / 2.0);
    let rest = headway + steps * step;
    if rest > 0.0 { (steps * lost + (gap - used) / rest).max(0.0) } else { gap / step }
}

/// The greatest speed that is safe behind one who is so far ahead and so fast, and brakes so hard.
pub fn safe_speed(gap: f64, ahead: f64, ahead_deceleration: f64, abilities: &Abilities, step: f64) -> f64 {
    // Who brakes harder than oneself would be trusted to stop sooner than it is safe to believe.
    let deceleration = ahead_deceleration.max(abilities.deceleration);
    stopping_speed(gap + braking_distance(ahead, deceleration, step), abilities, step)
}

/// The speed of a driver who is slack by chance: `slack` is uniform between 0 and 1. One who has hardly begun to move is less so.
pub fn slackened(speed: f64, imperfection: f64, slack: f64, acceleration: f64, step: f64) -> f64 {
    (speed - slack * imperfection * speed.min(acceleration) * step).max(0.0)
}

/// The acceleration of the intelligent driver model, behind one who is `gap` ahead and `ahead` fast; nobody is ahead where `gap` is
/// infinite.
pub fn idm_acceleration(
    speed: f64,
    wanted: f64,
    exponent: f64,
    gap: f64,
    ahead: f64,
    abilities: &Abilities,
    least_gap: f64,
) -> f64 {
    let Abilities { acceleration, deceleration, headway } = *abilities;
    let free = 1.0 - libm::pow(speed / wanted, exponent);
    if gap.is_infinite() {
        return acceleration * free;
    }
    let closing = speed * (speed - ahead) / (2.0 * (acceleration * deceleration).sqrt());
    let desired = least_gap + (speed * headway + closing).max(0.0);
    let share = desired / (gap + least_gap).max(1e-3);
    acceleration * (free - share * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAR: Abilities = Abilities { acceleration: 2.6, deceleration: 4.5, headway: 1.0 };

    proptest! {
        /// From the speed that is found, one just stops within the gap: what is driven before braking begins, and while it lasts.
        #[test]
        fn a_stopping_speed_uses_up_its_gap(
            gap in 0.001..500.0_f64, deceleration in 0.5..9.0_f64, headway in 0.0..3.0_f64, step in 0.05..1.5_f64,
        ) {
            let car = Abilities { deceleration, headway, ..CAR };
            let speed = stopping_speed(gap, &car, step);
            let used = speed * headway + braking_distance(speed, deceleration, step);
            // With no time to react, whoever stops within a step need not brake at all, and may use what he likes of the gap.
            let least = if headway == 0.0 { gap.min(speed * step) } else { gap };
            prop_assert!(used <= gap * (1.0 + 1e-9) && (used >= least * (1.0 - 1e-9) || speed < deceleration * step));
        }

        /// Whoever is ahead may brake as hard as he can at any moment: nobody who keeps to the safe speed runs into him.
        #[test]
        fn a_safe_speed_is_safe(
            gap in 0.0..100.0_f64, ahead in 0.0..30.0_f64, speed in 0.0..30.0_f64, headway in 1.0..2.0_f64,
            brakes in prop::collection::vec(0.0..1.0_f64, 60),
        ) {
            let car = Abilities { headway, ..CAR };
            // The first speed is one from which it is still possible to keep to the rule.
            let (mut gap, mut ahead) = (gap, ahead);
            let mut speed = speed.min(safe_speed(gap, ahead, 4.5, &car, 1.0));
            for brake in brakes {
                let safe = safe_speed(gap, ahead, 4.5, &car, 1.0);
                prop_assert!(speed - 4.5 <= safe + 1e-9, "{speed} to {safe}");
                speed = safe.min(speed + 2.6);
                ahead = (ahead - 4.5 * brake).max(0.0);
                gap += ahead - speed;
                prop_assert!(gap >= -1e-9);
            }
        }

        #[test]
        fn slack_only_slows(speed in 0.0..40.0_f64, imperfection in 0.0..1.0_f64, slack in 0.0..1.0_f64) {
            let slackened = slackened(speed, imperfection, slack, 2.6, 1.0);
            prop_assert!((0.0..=speed).contains(&slackened) && slackened >= speed - 2.6);
        }
    }

    /// Lets vehicles drive round a ring until nothing changes: their speed, from what each chooses by its speed, gap and who is ahead.
    fn round(vehicles: usize, gap: f64, steps: usize, step: f64, choose: impl Fn(f64, f64, f64) -> f64) -> Vec<f64> {
        let (mut speeds, mut gaps) = (vec![0.0; vehicles], vec![gap; vehicles]);
        gaps[0] += 0.1 * gap;
        gaps[1] -= 0.1 * gap;
        for _ in 0..steps {
            let ahead = |vehicle: usize| (vehicle + 1) % vehicles;
            let next: Vec<f64> = (0..vehicles).map(|own| choose(speeds[own], gaps[own], speeds[ahead(own)])).collect();
            for own in 0..vehicles {
                gaps[own] += step * (next[ahead(own)] - next[own]);
            }
            speeds = next;
        }
        speeds
    }

    /// The fundamental diagram of Krauß's law without slack: the gap is the headway's, or the road is free.
    #[test]
    fn krauss_on_a_ring() {
        // With a headway as long as a step a gap only goes round, from each to the one behind.
        let car = Abilities { headway: 1.4, ..CAR };
        for gap in [1.0, 3.0, 8.0, 13.0, 30.0] {
            let choose =
                |speed: f64, gap: f64, ahead: f64| safe_speed(gap, ahead, 4.5, &car, 1.0).min(speed + 2.6).min(14.0);
            for speed in round(40, gap, 4000, 1.0, choose) {
                let expected = (gap / car.headway).min(14.0);
                assert!((speed - expected).abs() < 1e-3 * expected, "{gap}: {speed}, not {expected}");
            }
        }
    }

    /// The gap at which the intelligent driver model keeps a speed (Treiber and Kesting 2013, equation 11.18).
    fn idm_gap(speed: f64, wanted: f64, car: &Abilities, least_gap: f64) -> f64 {
        (least_gap + speed * car.headway) / (1.0 - (speed / wanted).powi(4)).sqrt()
    }

    #[test]
    fn idm_on_a_ring() {
        let car = Abilities { acceleration: 2.0, deceleration: 1.5, headway: 1.5 };
        for speed in [2.0, 6.0, 10.0, 13.0] {
            let gap = idm_gap(speed, 15.0, &car, 2.0) - 2.0;
            let choose = |speed: f64, gap: f64, ahead: f64| {
                (speed + 0.1 * idm_acceleration(speed, 15.0, 4.0, gap, ahead, &car, 2.0)).max(0.0)
            };
            for found in round(40, gap, 60_000, 0.1, choose) {
                assert!((found - speed).abs() < 1e-3 * speed, "{gap}: {found}, not {speed}");
            }
        }
    }

    /// Small disturbances grow along a string of vehicles where theory says so: where the slope of the equilibrium speed over the gap is more than
    /// half of what the acceleration gains with the speed ahead and loses with one's own (Treiber and Kesting 2013, chapter 15).
    #[test]
    fn idm_strings_are_unstable_where_theory_has_it() {
        let differ = |of: &dyn Fn(f64) -> f64, at: f64| (of(at + 1e-5) - of(at - 1e-5)) / 2e-5;
        let (mut stable, mut unstable) = (0, 0);
        for acceleration in [0.3, 0.6, 1.0, 1.5, 2.5] {
            for speed in [4.0, 8.0, 12.0] {
                let car = Abilities { acceleration, deceleration: 1.5, headway: 1.2 };
                let gap = idm_gap(speed, 20.0, &car, 2.0) - 2.0;
                let of = |own: f64, gap: f64, ahead: f64| idm_acceleration(own, 20.0, 4.0, gap, ahead, &car, 2.0);
                let slope = 1.0 / differ(&|speed| idm_gap(speed, 20.0, &car, 2.0), speed);
                let damping =
                    (differ(&|ahead| of(speed, gap, ahead), speed) - differ(&|own| of(own, gap, speed), speed)) / 2.0;
                let margin = slope / damping;
                // Close to the border growth is too slow to be told.
                if (0.8..1.25).contains(&margin) {
                    continue;
                }
                // The first of a long string brakes a little for a while.
                let (mut speeds, mut gaps) = (vec![speed; 200], vec![gap; 200]);
                let (mut first, mut last) = (0.0_f64, 0.0_f64);
                for tick in 0..30_000 {
                    let lead = if tick < 40 { speed - 0.2 } else { speed };
                    let before = speeds.clone();
                    for own in 0..200 {
                        let ahead = if own == 0 { lead } else { before[own - 1] };
                        speeds[own] = (before[own] + 0.05 * of(before[own], gaps[own], ahead)).max(0.0);
                        gaps[own] += 0.05 * (ahead - (before[own] + speeds[own]) / 2.0);
                    }
                    first = first.max((speeds[5] - speed).abs());
                    last = last.max((speeds[199] - speed).abs());
                }
                let grows = last > first;
                assert_eq!(grows, margin > 1.0, "a {acceleration}, v {speed}: {margin}, {first} to {last}");
                if grows { unstable += 1 } else { stable += 1 }
            }
        }
        assert!(stable >= 3 && unstable >= 3, "{stable} {unstable}");
    }
}
