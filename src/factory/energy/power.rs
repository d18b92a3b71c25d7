//! What a machine draws in each of its states.

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::units::Milliwatts;

/// The electrical power that a machine draws, by what it is doing. Each is the power of the whole machine, however many
/// jobs it works on.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// While it works on a job.
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"), example = 7.5)]
    pub working_kw: f64,
    /// While it is up, with nothing to work on.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"), example = 2.0)]
    pub idle_kw: f64,
    /// While it has a job, but waits for what it needs for it; without it as `idle_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub waiting_kw: Option<f64>,
    /// While it changes over; without it as `idle_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub setup_kw: Option<f64>,
    /// While it holds a finished job that finds no room elsewhere; without it as `idle_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub blocked_kw: Option<f64>,
    /// While it is broken down.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub down_kw: f64,
    /// While it is maintained; without it as `down_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub maintenance_kw: Option<f64>,
    /// While it is switched off, as outside of its shifts.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub off_kw: f64,
    /// While it is in stand-by; without it as `off_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub standby_kw: Option<f64>,
    /// While it wakes from stand-by; without it as `idle_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub waking_kw: Option<f64>,
    /// While a command has put it aside; without it as `off_kw`.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "kW"))]
    pub suspended_kw: Option<f64>,
}

/// What a consumer is doing, as far as its power goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PowerState {
    /// Switched off.
    #[default]
    Off,
    /// Up, with nothing to do.
    Idle,
    /// With something to do, waiting for what it needs for it.
    Waiting,
    /// Changing over.
    Setup,
    /// Working; of a vehicle's charger, charging.
    Working,
    /// Holding what finds no room elsewhere.
    Blocked,
    /// Broken down.
    Down,
    /// Being maintained.
    Maintenance,
    /// Put aside by a command.
    Suspended,
    /// In stand-by.
    Standby,
    /// On its way from stand-by.
    Waking,
}

impl PowerState {
    /// How many there are.
    pub const COUNT: usize = 11;

    /// All states, in the order in which they are counted.
    pub const ALL: [PowerState; PowerState::COUNT] = [
        PowerState::Off,
        PowerState::Idle,
        PowerState::Waiting,
        PowerState::Setup,
        PowerState::Working,
        PowerState::Blocked,
        PowerState::Down,
        PowerState::Maintenance,
        PowerState::Suspended,
        PowerState::Standby,
        PowerState::Waking,
    ];

    /// Its word in results.
    pub fn name(self) -> &'static str {
        match self {
            PowerState::Off => "off",
            PowerState::Idle => "idle",
            PowerState::Waiting => "waiting",
            PowerState::Setup => "setup",
            PowerState::Working => "working",
            PowerState::Blocked => "blocked",
            PowerState::Down => "down",
            PowerState::Maintenance => "maintenance",
            PowerState::Suspended => "suspended",
            PowerState::Standby => "standby",
            PowerState::Waking => "waking",
        }
    }
}

impl Power {
    /// What the machine draws in a state, to the nearest milliwatt.
    pub fn in_state(&self, state: PowerState) -> Milliwatts {
        let kilowatts = match state {
            PowerState::Off => self.off_kw,
            PowerState::Idle => self.idle_kw,
            PowerState::Waiting => self.waiting_kw.unwrap_or(self.idle_kw),
            PowerState::Setup => self.setup_kw.unwrap_or(self.idle_kw),
            PowerState::Working => self.working_kw,
            PowerState::Blocked => self.blocked_kw.unwrap_or(self.idle_kw),
            PowerState::Down => self.down_kw,
            PowerState::Maintenance => self.maintenance_kw.unwrap_or(self.down_kw),
            PowerState::Suspended => self.suspended_kw.unwrap_or(self.off_kw),
            PowerState::Standby => self.standby_kw.unwrap_or(self.off_kw),
            PowerState::Waking => self.waking_kw.unwrap_or(self.idle_kw),
        };
        Milliwatts::from_kw(kilowatts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_idle_down_or_off() {
        let power: Power =
            ron::from_str("(working_kw: 7.5, idle_kw: 2.0, down_kw: 0.5, off_kw: 0.1, blocked_kw: Some(1.0))").unwrap();
        let kilowatts = PowerState::ALL.map(|state| power.in_state(state).kw());
        assert_eq!(kilowatts, [0.1, 2.0, 2.0, 2.0, 7.5, 1.0, 0.5, 0.5, 0.1, 0.1, 2.0]);
        assert!(ron::from_str::<Power>("(working_kw: 1.0, idel_kw: 2.0)").is_err());
    }

    #[test]
    fn states_are_listed_in_their_order() {
        assert!(PowerState::ALL.iter().enumerate().all(|(index, &state)| state as usize == index));
    }
}
