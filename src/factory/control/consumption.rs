//! What machines draw: their accounts, and the meter of the plant.

use crate::engine::identity::TwinId;
use crate::factory::energy::account::Account;
use crate::factory::energy::power::{Power, PowerState};
use crate::factory::energy::units::{Energy, Milliwatts};
use crate::factory::floor::Floor;
use crate::factory::machine::Condition;
use crate::factory::tables::EnergyRow;

impl Condition {
    /// What a machine is doing as far as its power goes.
    pub fn power_state(self) -> PowerState {
        match self {
            Condition::Starved => PowerState::Idle,
            Condition::Setup => PowerState::Setup,
            Condition::Working => PowerState::Working,
            Condition::Blocked => PowerState::Blocked,
            Condition::Down => PowerState::Down,
            Condition::Suspended => PowerState::Suspended,
            Condition::Waiting => PowerState::Waiting,
            Condition::Maintenance => PowerState::Maintenance,
            Condition::Off => PowerState::Off,
            Condition::Standby => PowerState::Standby,
            Condition::Waking => PowerState::Waking,
        }
    }
}

/// What a consumer drew in each of its states, as far as it is counted.
pub(in crate::factory) fn account_rows(
    twin: TwinId,
    kind: &'static str,
    account: &Account,
) -> impl Iterator<Item = EnergyRow> {
    let of_state = move |state: PowerState, energy| EnergyRow { twin, kind, state: state.name(), energy };
    let drawn = PowerState::ALL.into_iter().zip(account.by_state).filter(|(_, energy)| *energy != Energy::ZERO);
    drawn.map(move |(state, energy)| of_state(state, energy))
}

impl Floor<'_, '_, '_> {
    /// A machine draws what it needs in a state from now on.
    pub(in crate::factory) fn draw(&mut self, twin: TwinId, state: PowerState) {
        let power = |power: Option<&Power>| power.map_or(Milliwatts::ZERO, |power| power.in_state(state));
        self.switch(twin, state, power);
    }

    /// The account of a consumer that leaves for good is closed. What it drew stays drawn.
    pub(in crate::factory) fn close_account(&mut self, twin: TwinId) {
        let is_charger = self.plan.chargers.contains_key(&twin);
        let kind = if is_charger { "charger" } else { "machine" };
        self.switch(twin, PowerState::Off, |_| Milliwatts::ZERO);
        let account = self.directory.entity(twin).and_then(|entity| self.consumers.get(entity).ok());
        if let Some((_, account)) = account {
            self.tally.departed_energy += account.total();
            if is_charger {
                self.tally.departed_chargers += account.total();
            }
            account_rows(twin, kind, account).for_each(|row| self.tables.energy.push(row));
        }
    }

    /// A consumer draws that power from now on.
    pub(in crate::factory) fn switch(
        &mut self,
        twin: TwinId,
        state: PowerState,
        power: impl FnOnce(Option<&Power>) -> Milliwatts,
    ) {
        let now = self.clock.now;
        let Some(entity) = self.directory.entity(twin) else { return };
        let Ok((part, mut account)) = self.consumers.get_mut(entity) else { return };
        let change = Account::switch(&mut account, now, state, power(part));
        let rows = &mut self.tables.power;
        self.meter.change(now, change, self.tariff, |row| rows.push(row));
    }
}
