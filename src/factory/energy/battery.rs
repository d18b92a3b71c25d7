//! Batteries of vehicles, and the chargers that fill them.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::units::{Energy, Milliwatts};
use crate::engine::time::{Duration, Time};

/// The least share of its capacity that a battery is charged at a time: a vehicle should get away from the charger.
const LEAST_CHARGE: f64 = 0.01;

/// The battery of a vehicle. Each power is all that the vehicle then draws.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Battery {
    /// How much energy it can hold.
    #[schemars(range(min = 1e-6, max = 1e6), extend("x-unit" = "kWh"), example = 2.4)]
    pub capacity_kwh: f64,
    /// How full it is at the start: from 0 to 1.
    #[serde(default = "full")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub charge: f64,
    /// While the vehicle drives.
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"), example = 0.6)]
    pub drive_kw: f64,
    /// While it stands.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"), example = 0.05)]
    pub idle_kw: f64,
    /// While it loads or unloads; without it as `drive_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub handling_kw: Option<f64>,
    /// It goes to be charged when it is less full than this.
    #[serde(default = "charge_below")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub charge_below: f64,
    /// It is charged until it is as full as this.
    #[serde(default = "charge_to")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub charge_to: f64,
    /// While energy is as cheap as it gets in the next 24 hours, a vehicle that has nothing to do goes to be charged when it is
    /// less full than this. Without it, the price does not matter.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0), example = 0.7)]
    pub top_up_below: Option<f64>,
    /// The share of the charger's energy that ends up in the battery.
    #[serde(default = "efficiency")]
    #[schemars(range(min = 0.01, max = 1.0))]
    pub efficiency: f64,
}

/// A place where vehicles are charged.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Charger {
    /// What it draws from the grid for each vehicle.
    #[schemars(range(min = 1e-3, max = 1e6), extend("x-unit" = "kW"), example = 3.0)]
    pub power_kw: f64,
    /// How many vehicles it charges at a time.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100_000))]
    pub places: u32,
}

fn full() -> f64 {
    1.0
}

fn charge_below() -> f64 {
    0.25
}

fn charge_to() -> f64 {
    0.9
}

fn efficiency() -> f64 {
    0.95
}

fn one() -> u32 {
    1
}

impl Battery {
    /// How much energy it can hold.
    pub fn capacity(&self) -> Energy {
        self.level_at(1.0)
    }

    /// What it holds when it is as full as `share`, from 0 to 1; clamped to those.
    pub fn level_at(&self, share: f64) -> Energy {
        Energy::from_kwh(self.capacity_kwh).share(share.clamp(0.0, 1.0))
    }

    /// What the vehicle draws while it drives.
    pub fn driving(&self) -> Milliwatts {
        Milliwatts::from_kw(self.drive_kw)
    }

    /// What the vehicle draws while it stands.
    pub fn idle(&self) -> Milliwatts {
        Milliwatts::from_kw(self.idle_kw)
    }

    /// What the vehicle draws while it loads or unloads.
    pub fn handling(&self) -> Milliwatts {
        Milliwatts::from_kw(self.handling_kw.unwrap_or(self.drive_kw))
    }

    /// What is wrong with the battery that no single field shows.
    ///
    /// # Errors
    /// The first thing that is.
    pub fn check(&self) -> Result<(), BatteryProblem> {
        let (below, to) = (self.charge_below, self.charge_to);
        let is_too_much = |below: f64| to - below < LEAST_CHARGE;
        if is_too_much(below) {
            return Err(BatteryProblem::NothingToCharge { below: below.to_string(), to: to.to_string() });
        }
        match self.top_up_below.filter(|&below| is_too_much(below)) {
            Some(below) => Err(BatteryProblem::NothingToTopUp { below: below.to_string(), to: to.to_string() }),
            None => Ok(()),
        }
    }
}

/// What can be wrong with a [`Battery`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BatteryProblem {
    /// Charging would end where it begins, or before.
    #[error("the vehicle would charge from {below} to {to}")]
    NothingToCharge {
        /// `charge_below`, as it is written.
        below: String,
        /// `charge_to`, as it is written.
        to: String,
    },
    /// Charging in cheap hours would end where it begins, or before.
    #[error("in cheap hours the vehicle would charge from {below} to {to}")]
    NothingToTopUp {
        /// `top_up_below`, as it is written.
        below: String,
        /// `charge_to`, as it is written.
        to: String,
    },
}

impl BatteryProblem {
    /// The field that is wrong.
    pub fn field(&self) -> &'static str {
        match self {
            BatteryProblem::NothingToCharge { .. } => "charge_to",
            BatteryProblem::NothingToTopUp { .. } => "top_up_below",
        }
    }

    /// How to mend it.
    pub fn help(&self) -> &'static str {
        match self {
            BatteryProblem::NothingToTopUp { .. } => "make `top_up_below` less than `charge_to`, by 0.01 at least",
            BatteryProblem::NothingToCharge { .. } => "make `charge_to` more than `charge_below`, by 0.01 at least",
        }
    }
}

impl Charger {
    /// What it draws from the grid for each vehicle.
    pub fn power(&self) -> Milliwatts {
        Milliwatts::from_kw(self.power_kw)
    }
}

/// The state of a battery. At any moment, to the picojoule: what it held at first and what was `charged` is what it
/// holds and what was `used`; what came from the `grid` was `charged` or `lost`; what was asked for was `used` or
/// `missing`.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatteryState {
    /// The most it can hold.
    capacity: Energy,
    level: Energy,
    draw: Milliwatts,
    grid_power: Milliwatts,
    until: Time,
    counted: BatteryTally,
}

/// What is counted of a battery since the start or the end of the warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatteryTally {
    /// What it held when counting began.
    pub initial: Energy,
    /// What was taken from it.
    pub used: Energy,
    /// What was asked of it while it was empty.
    pub missing: Energy,
    /// What was put into it.
    pub charged: Energy,
    /// What was drawn from the grid to charge it.
    pub grid: Energy,
    /// What of that turned into heat: by the charger's inefficiency, and all that came when the battery was full.
    pub lost: Energy,
}

impl BatteryState {
    /// The battery at the start, drawing nothing yet.
    pub fn new(battery: &Battery, now: Time) -> BatteryState {
        let level = battery.level_at(battery.charge);
        let counted = BatteryTally { initial: level, ..BatteryTally::default() };
        BatteryState { capacity: battery.capacity(), level, until: now, counted, ..BatteryState::default() }
    }

    /// What it holds.
    pub fn level(&self) -> Energy {
        self.level
    }

    /// How full it is, from 0 to 1. For output; decisions go by [`level`](Self::level).
    pub fn charge(&self) -> f64 {
        self.level.0 as f64 / self.capacity.0 as f64
    }

    /// How full it would have been at the start of the run, and by how much its charge rises in a second, if it had always
    /// been as it is now. For output.
    pub fn ramp(&self) -> (f64, f64) {
        // In some millionths of a joule, which fit into 64 bits: vehicles tell their charge all the time, and to turn 128 bits
        // into a floating-point number takes a call.
        const SHIFT: u32 = 20;
        let [level, capacity] = [self.level, self.capacity].map(|energy| (energy.0 >> SHIFT) as i64 as f64);
        // Milliwatts for a second are as many thousand million picojoules.
        let rate = -(self.draw.0 as f64 * 1e9 / f64::from(1 << SHIFT)) / capacity;
        (level / capacity - rate * self.until.seconds(), rate)
    }

    /// What is taken from it; negative while it is charged.
    pub fn draw(&self) -> Milliwatts {
        self.draw
    }

    /// What it makes the charger draw from the grid.
    pub fn grid_power(&self) -> Milliwatts {
        self.grid_power
    }

    /// Up to when it is counted.
    pub fn until(&self) -> Time {
        self.until
    }

    /// What has been counted.
    pub fn counted(&self) -> BatteryTally {
        self.counted
    }

    /// From `now` on, the vehicle draws that power and no charger is connected. Negative power counts as none.
    pub fn set_draw(&mut self, now: Time, draw: Milliwatts) {
        self.advance(now);
        (self.draw, self.grid_power) = (draw.max(Milliwatts::ZERO), Milliwatts::ZERO);
    }

    /// From `now` on, a charger draws `grid` from the grid for it, of which the share `efficiency` (0 to 1) ends up in
    /// it. The vehicle itself draws nothing meanwhile.
    pub fn set_charging(&mut self, now: Time, grid: Milliwatts, efficiency: f64) {
        self.advance(now);
        let grid = grid.max(Milliwatts::ZERO);
        (self.draw, self.grid_power) = (-grid.share(efficiency.clamp(0.0, 1.0)), grid);
    }

    /// Counts up to `now`. What is asked of an empty battery is missing, and what is put into a full one is lost: a
    /// charger that is told one nanosecond late so agrees with the meter of the plant.
    pub fn advance(&mut self, now: Time) {
        let lasted = now - self.until;
        let (wanted, grid) = (self.draw * lasted, self.grid_power * lasted);
        let used = wanted.clamp(Energy::ZERO, self.level);
        let charged = (-wanted).clamp(Energy::ZERO, self.capacity - self.level);
        self.until = now;
        self.level += charged - used;
        self.counted.used += used;
        self.counted.missing += wanted.max(Energy::ZERO) - used;
        self.counted.charged += charged;
        self.counted.grid += grid;
        self.counted.lost += grid - charged;
    }

    /// How long after [`until`](Self::until) the battery holds `level`, if its draw stays as it is: rounded up to the
    /// nanosecond, so that then it does, or is just past it. Nothing if it moves away from that level, stands still
    /// elsewhere, or would take more than 292 years.
    pub fn time_to(&self, level: Energy) -> Option<Duration> {
        let to_draw = self.level - level;
        if to_draw == Energy::ZERO {
            return Some(Duration::ZERO);
        }
        let is_on_the_way = to_draw.0.signum() == i128::from(self.draw.0.signum());
        if !is_on_the_way || level < Energy::ZERO || level > self.capacity {
            return None;
        }
        let nanos = to_draw.0.unsigned_abs().div_ceil(u128::from(self.draw.0.unsigned_abs()));
        i64::try_from(nanos).ok().map(Duration::from_nanos)
    }

    /// Starts counting afresh at `now`, the end of the warm-up.
    pub fn reset(&mut self, now: Time) {
        self.advance(now);
        self.counted = BatteryTally { initial: self.level, ..BatteryTally::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn battery(charge: f64) -> Battery {
        ron::from_str(&format!("(capacity_kwh: 2.4, drive_kw: 0.6, idle_kw: 0.06, charge: {charge:?})")).unwrap()
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let battery = battery(1.0);
        assert_eq!((battery.charge_below, battery.charge_to, battery.efficiency), (0.25, 0.9, 0.95));
        assert_eq!((battery.idle().kw(), battery.driving().kw(), battery.handling().kw()), (0.06, 0.6, 0.6));
        assert_eq!(battery.level_at(1.0), Energy::from_kwh(2.4));
        assert_eq!(battery.check(), Ok(()));
        let problem = Battery { charge_to: 0.25, ..battery }.check().unwrap_err();
        assert_eq!(problem.to_string(), "the vehicle would charge from 0.25 to 0.25");
        assert_eq!(ron::from_str::<Charger>("(power_kw: 3)").unwrap().places, 1);
    }

    #[test]
    fn a_drive_and_a_charge_take_the_time_they_should() {
        let battery = battery(1.0);
        let mut state = BatteryState::new(&battery, Time::ZERO);
        state.set_draw(Time::ZERO, battery.driving());
        assert_eq!(state.time_to(battery.level_at(0.25)), Some(HOUR + HOUR + HOUR));
        assert_eq!(state.time_to(battery.level_at(1.0)), Some(Duration::ZERO));
        let low = Time::ZERO + HOUR + HOUR + HOUR;
        state.set_charging(low, Milliwatts::from_kw(2.0), 0.9);
        assert_eq!((state.level(), state.draw().kw()), (battery.level_at(0.25), -1.8));
        assert_eq!((state.time_to(battery.capacity()), state.time_to(Energy::ZERO)), (Some(HOUR), None));
        state.set_draw(low + HOUR, Milliwatts::ZERO);
        let counted = state.counted();
        assert_eq!(
            (state.level(), counted.grid, counted.lost),
            (battery.capacity(), Energy::from_kwh(2.0), Energy::from_kwh(0.2))
        );
        assert_eq!(state.time_to(Energy::ZERO), None);
    }

    #[test]
    fn an_empty_battery_gives_nothing_and_a_full_one_takes_nothing() {
        let mut state = BatteryState::new(&battery(0.25), Time::ZERO);
        state.set_draw(Time::ZERO, Milliwatts::from_kw(0.6));
        state.set_charging(Time::ZERO + HOUR + HOUR, Milliwatts::from_kw(2.4), 1.0);
        assert_eq!((state.level(), state.counted().missing), (Energy::ZERO, Energy::from_kwh(0.6)));
        state.advance(Time::ZERO + HOUR + HOUR + HOUR + HOUR);
        assert_eq!((state.charge(), state.counted().lost), (1.0, Energy::from_kwh(2.4)));
        state.reset(state.until());
        assert_eq!(state.counted(), BatteryTally { initial: Energy::from_kwh(2.4), ..BatteryTally::default() });
    }

    proptest! {
        #[test]
        fn energy_is_conserved_to_the_picojoule(
            charge in 0.0..=1.0_f64,
            steps in prop::collection::vec((0..20_000_000_000_000_i64, -5_000_000..2_000_000_i64, 0.0..=1.0_f64), 0..30),
        ) {
            let mut state = BatteryState::new(&battery(charge), Time::ZERO);
            let (mut now, mut grid, mut asked) = (Time::ZERO, Energy::ZERO, Energy::ZERO);
            for (nanos, power, efficiency) in steps {
                let power = Milliwatts(power);
                if power < Milliwatts::ZERO {
                    state.set_charging(now, -power, efficiency);
                    grid += -power * Duration::from_nanos(nanos);
                } else {
                    state.set_draw(now, power);
                    asked += power * Duration::from_nanos(nanos);
                }
                now += Duration::from_nanos(nanos);
                state.advance(now);
                let counted = state.counted();
                prop_assert_eq!(counted.initial + counted.charged, state.level() + counted.used);
                prop_assert_eq!((counted.grid, counted.charged + counted.lost), (grid, grid));
                prop_assert_eq!(counted.used + counted.missing, asked);
                prop_assert!(state.level() >= Energy::ZERO && state.level() <= state.capacity);
                prop_assert!(counted.lost >= Energy::ZERO && counted.missing >= Energy::ZERO);
            }
        }

        #[test]
        fn a_level_is_reached_when_it_was_foretold_and_no_nanosecond_sooner(
            charge in 0.0..=1.0_f64, target in 0.0..=1.0_f64, power in 1_i64..5_000_000,
        ) {
            let battery = battery(charge);
            let mut state = BatteryState::new(&battery, Time::ZERO);
            let target = battery.level_at(target);
            let falls = target < state.level();
            if falls {
                state.set_draw(Time::ZERO, Milliwatts(power));
            } else {
                state.set_charging(Time::ZERO, Milliwatts(power), 1.0);
            }
            let takes = state.time_to(target).unwrap();
            let reached = |state: &BatteryState| if falls { state.level() <= target } else { state.level() >= target };
            let mut sooner = state.clone();
            sooner.advance(Time::ZERO + (takes - Duration::from_nanos(1)).max(Duration::ZERO));
            state.advance(Time::ZERO + takes);
            prop_assert!(reached(&state));
            prop_assert!(takes.is_zero() || !reached(&sooner));
        }
    }
}
