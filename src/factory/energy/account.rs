//! What one consumer has drawn, by what it was doing.

use bevy_ecs::prelude::Component;
use serde::{Deserialize, Serialize};

use super::power::PowerState;
use super::units::{Energy, Milliwatts};
use crate::engine::time::Time;

/// The energy account of one consumer, since the start or the end of the warm-up.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// What it draws.
    pub power: Milliwatts,
    /// What it is doing.
    pub state: PowerState,
    /// Up to when the energy is counted.
    pub until: Time,
    /// Energy drawn in each state of [`PowerState::ALL`].
    pub by_state: [Energy; PowerState::COUNT],
}

impl Account {
    /// From `now` on it is in that state and draws that power. Returns by how much its power changes, which is for the
    /// meter to know at the same moment.
    #[must_use = "the meter has to know"]
    pub fn switch(&mut self, now: Time, state: PowerState, power: Milliwatts) -> Milliwatts {
        self.advance(now);
        let change = power - self.power;
        (self.state, self.power) = (state, power);
        change
    }

    /// Counts the energy up to `now`.
    pub fn advance(&mut self, now: Time) {
        self.by_state[self.state as usize] += self.power * (now - self.until);
        self.until = now;
    }

    /// All energy that is counted.
    pub fn total(&self) -> Energy {
        self.by_state.iter().copied().sum()
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn reset(&mut self, now: Time) {
        self.advance(now);
        self.by_state = Default::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Duration;

    #[test]
    fn energy_goes_to_the_state_in_which_it_was_drawn() {
        let at = |hours: i64| Time::ZERO + Duration::from_secs(hours * 3600);
        let mut account = Account::default();
        assert_eq!(account.switch(at(1), PowerState::Idle, Milliwatts::from_kw(2.0)).kw(), 2.0);
        assert_eq!(account.switch(at(2), PowerState::Working, Milliwatts::from_kw(8.0)).kw(), 6.0);
        assert_eq!(account.switch(at(5), PowerState::Off, Milliwatts::ZERO).kw(), -8.0);
        account.advance(at(9));
        let drawn = |state: PowerState| account.by_state[state as usize].kwh();
        assert_eq!((drawn(PowerState::Off), drawn(PowerState::Idle), drawn(PowerState::Working)), (0.0, 2.0, 24.0));
        assert_eq!(account.total().kwh(), 26.0);
        account.reset(at(9));
        assert_eq!((account.total(), account.until), (Energy::ZERO, at(9)));
    }
}
