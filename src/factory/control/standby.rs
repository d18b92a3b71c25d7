//! Stand-by: a machine with nothing to do goes to sleep after a while, and needs time to wake.
//!
//! Switching idle machines off saves more energy than any other operational measure on many machines: G. Mouzon, M. B.
//! Yildirim and J. Twomey, "Operational methods for minimization of energy consumption of manufacturing equipment",
//! International Journal of Production Research 45 (2007). Whoever waits until idling has cost as much as waking will, the
//! break-even time of that paper, never spends more than twice what a clairvoyant would: it is the problem of the ski
//! rental (A. R. Karlin et al., "Competitive randomized algorithms for nonuniform problems", Algorithmica 11, 1994).

use bevy_ecs::prelude::Component;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::engine::distribution::Distribution;
use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventHandle};
use crate::engine::random::Purpose;
use crate::engine::time::Duration;
use crate::factory::energy::power::{Power, PowerState};
use crate::factory::floor::{Floor, state_of};
use crate::factory::machine::{Condition, MachineState};

const WAKE: Purpose = Purpose::new("factory.wake");

/// How soon it looks again whether it may sleep.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// The arguments of a `rest` event.
const DOZE: u64 = 0;
pub(in crate::factory) const WOKEN: u64 = 1;

/// Stand-by of a machine that has nothing to do. What it draws then, its `power` says: `standby_kw` and `waking_kw`.
#[derive(Component, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Standby {
    /// How long it stays ready with nothing to do. Without it, as long as it takes for idling to cost as much energy as
    /// waking, the break-even time: then it never spends more than twice what is least.
    #[serde(default)]
    #[schemars(example = &"10m")]
    pub after: Option<Duration>,
    /// How long it takes to wake: to warm up, to reference its axes.
    #[schemars(example = &"4m")]
    pub wake: Distribution<Duration>,
    /// Whether it wakes when a job sets out for it, rather than when one is there. It has to be told what is on its way.
    #[serde(default)]
    pub ahead: bool,
}

impl Standby {
    /// How long it stays ready with nothing to do. For ever, if sleep saves nothing.
    pub fn patience(&self, power: Option<&Power>) -> Option<Duration> {
        if self.after.is_some() {
            return self.after;
        }
        let kilowatts = |state| power.map_or(0.0, |power| power.in_state(state).kw());
        let saved = kilowatts(PowerState::Idle) - kilowatts(PowerState::Standby);
        let extra = kilowatts(PowerState::Waking) - kilowatts(PowerState::Standby);
        (saved > 0.0).then(|| Duration::from_seconds((self.wake.mean() * extra / saved).max(0.0)))
    }
}

/// Whether a machine is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// It is.
    #[default]
    Ready,
    /// It is in stand-by.
    Asleep,
    /// It is on its way from there.
    Waking,
}

/// The rest of a machine.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RestState {
    /// Whether it is ready.
    pub rest: Rest,
    /// The event that sends it to sleep, or ends its waking.
    pub event: Option<EventHandle>,
    /// How often it has woken.
    pub wakings: u64,
}

impl Floor<'_, '_, '_> {
    /// Lets a machine that has nothing to do fall asleep in a while; one that has stays awake.
    pub(in crate::factory) fn watch_rest(&mut self, machine: TwinId, condition: Condition) {
        let Some(entity) = self.directory.entity(machine) else { return };
        let Ok(part) = self.standbys.get(entity) else { return };
        let power = self.consumers.get(entity).ok().and_then(|(power, _)| power);
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        if state.rest.rest != Rest::Ready {
            return;
        }
        match (condition == Condition::Starved, state.rest.event) {
            (true, None) => {
                let Some(patience) = part.patience(power) else { return };
                let at = self.clock.now + patience;
                let event = Event { at, kind: self.plan.kinds.rest, twin: machine, arg: DOZE };
                state.rest.event = Some(self.queue.push(event));
            }
            (false, Some(event)) => {
                self.queue.cancel(event);
                state.rest.event = None;
            }
            _ => {}
        }
    }

    /// A machine falls asleep, or is awake.
    pub(in crate::factory) fn change_rest(&mut self, machine: TwinId, what: u64) {
        let now = self.clock.now;
        let Some(entity) = self.directory.entity(machine) else { return };
        let Ok(part) = self.standbys.get(entity) else { return };
        let power = self.consumers.get(entity).ok().and_then(|(power, _)| power);
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        state.count_until(now);
        state.rest.event = None;
        // Whoever wakes for what is on its way does not fall asleep before that.
        if what == DOZE && part.ahead && state.incoming > 0 {
            let at = now + part.patience(power).unwrap_or_default().max(LEAST_PATIENCE);
            let event = Event { at, kind: self.plan.kinds.rest, twin: machine, arg: DOZE };
            state.rest.event = Some(self.queue.push(event));
            return;
        }
        state.rest.rest = if what == WOKEN { Rest::Ready } else { Rest::Asleep };
        self.moment.touched.push(machine);
        self.moment.changed.push(machine);
    }

    /// Wakes a machine that is asleep and in a position to work.
    pub(in crate::factory) fn wake(&mut self, machine: TwinId) {
        let now = self.clock.now;
        let Some(part) = self.directory.entity(machine).and_then(|entity| self.standbys.get(entity).ok()) else {
            return;
        };
        let Some(state) = state_of(self.states, self.directory, machine) else { return };
        if state.rest.rest != Rest::Asleep || !state.could_work() {
            return;
        }
        state.count_until(now);
        let takes = part.wake.sample(&mut self.seed.stream(machine.0, WAKE, state.rest.wakings));
        state.rest.wakings += 1;
        state.rest.rest = Rest::Waking;
        let event = Event { at: now + takes, kind: self.plan.kinds.rest, twin: machine, arg: WOKEN };
        state.rest.event = Some(self.queue.push(event));
        self.moment.changed.push(machine);
    }

    /// Seconds until a machine that is not ready could be.
    pub(in crate::factory) fn time_to_wake(&self, machine: TwinId, state: &MachineState) -> f64 {
        if state.rest.rest == Rest::Ready {
            return 0.0;
        }
        let part = self.directory.entity(machine).and_then(|entity| self.standbys.get(entity).ok());
        part.map_or(0.0, |part| part.wake.mean())
    }

    /// Whether a machine that is asleep wakes for what is on its way to it.
    pub(in crate::factory) fn wakes_ahead(&self, machine: TwinId) -> bool {
        let part = self.directory.entity(machine).and_then(|entity| self.standbys.get(entity).ok());
        part.is_some_and(|part| part.ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standby(text: &str) -> Standby {
        ron::Options::default()
            .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
            .from_str(text)
            .unwrap()
    }

    #[test]
    fn patience_is_the_break_even_time() {
        let power: Power =
            ron::from_str("(working_kw: 9.0, idle_kw: 2.0, standby_kw: Some(0.5), waking_kw: Some(5.0))").unwrap();
        // 4 minutes at 4.5 kW more than asleep cost what 12 minutes at 1.5 kW more than asleep cost.
        let minutes = |count: i64| Some(Duration::from_secs(60 * count));
        assert_eq!(standby("(wake: \"4m\")").patience(Some(&power)), minutes(12));
        assert_eq!(standby("(wake: \"4m\", after: \"7m\")").patience(Some(&power)), minutes(7));
        assert_eq!(standby("(wake: \"4m\")").patience(None), None);
    }

    #[test]
    fn the_break_even_time_costs_at_most_twice_the_least() {
        let power: Power =
            ron::from_str("(working_kw: 9.0, idle_kw: 2.0, standby_kw: Some(0.5), waking_kw: Some(5.0))").unwrap();
        let patience = standby("(wake: \"4m\")").patience(Some(&power)).unwrap().seconds();
        let waking = 240.0 * 4.5;
        // Energy beyond stand-by, of an idle time of each length: who waits, and who knows.
        let worst = (1..=7200)
            .map(|idle| {
                let idle = f64::from(idle);
                let waits = if idle < patience { idle * 1.5 } else { patience * 1.5 + waking };
                waits / (idle * 1.5).min(waking)
            })
            .fold(0.0, f64::max);
        assert!((worst - 2.0).abs() < 1e-9, "{worst}");
    }
}
