//! Somebody who watches the world while a step is under way, at the pace of a clock on the wall.
//!
//! A step can be hours of simulated time long. Whoever wants to show the world at a moment lets it come just so far: the
//! onlooker is asked whenever the next event lies beyond what it has let pass, and takes its time to answer. It only
//! looks, and steps end where they would have ended without it: no digest changes.

use bevy_ecs::prelude::{Resource, World};

use super::clock::Clock;
use super::time::Time;

/// How far a watched world may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// All events up to that moment may happen before the onlooker is asked again.
    Until(Time),
    /// The world is given up in the middle of its step, and must not be used any more.
    Leave,
}

/// Is told the time of the next event, or of the horizon if there is none before. May take out what was noted for it,
/// such as [`Journal`](super::journal::Journal) entries, and change nothing else.
pub type Watch = Box<dyn FnMut(&mut World, Time) -> Pace + Send + Sync>;

#[derive(Resource)]
pub(super) struct Onlooker(Watch);

/// Lets somebody watch from now on, who is asked first before the next event.
pub fn attach(world: &mut World, watch: Watch) {
    world.insert_resource(Onlooker(watch));
    let before = Time::from_nanos(world.resource::<Clock>().now.nanos() - 1);
    world.resource_mut::<Clock>().pace = Some(Pace::Until(before));
}

/// Whether the world may go on to `next`. The onlooker, if there is one, is asked until it may, or is to be left.
pub(super) fn may_go_on(world: &mut World, next: Time) -> bool {
    loop {
        match world.resource::<Clock>().pace {
            Some(Pace::Until(passed)) if passed < next => {}
            Some(Pace::Leave) => return false,
            _ => return true,
        }
        let Some(mut onlooker) = world.remove_resource::<Onlooker>() else { return true };
        let pace = (onlooker.0)(world, next);
        world.insert_resource(onlooker);
        world.resource_mut::<Clock>().pace = Some(pace);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::engine::identity::TwinId;
    use crate::engine::queue::{Event, EventQueue};
    use crate::engine::random::Seed;
    use crate::engine::simulation::{EngineApp, Simulation};
    use crate::engine::time::Duration;
    use bevy_app::App;
    use bevy_ecs::prelude::{In, ResMut, Resource};

    #[derive(Resource, Default)]
    struct Happened(Vec<i64>);

    fn at(seconds: i64) -> Time {
        Time::ZERO + Duration::from_secs(seconds)
    }

    /// A world in which something happens at each of some seconds.
    fn world_of(seconds: &'static [i64]) -> Simulation {
        let mut kind = None;
        let plugin = |app: &mut App| {
            let note = |In(event): In<Event>, mut happened: ResMut<Happened>| {
                happened.0.push(event.at.nanos() / 1_000_000_000);
            };
            let [first] = app.register_events(note);
            app.init_resource::<Happened>().insert_resource(Kind(first));
        };
        let mut simulation = Simulation::new(plugin);
        simulation.start(Seed(1), at(100));
        kind.get_or_insert(simulation.world().resource::<Kind>().0);
        for &second in seconds {
            let event = Event { at: at(second), kind: kind.unwrap_or_default(), twin: TwinId::NONE, arg: 0 };
            simulation.world_mut().resource_mut::<EventQueue>().push(event);
        }
        simulation
    }

    #[derive(Resource, Clone, Copy)]
    struct Kind(crate::engine::queue::EventKind);

    #[test]
    fn the_onlooker_sees_the_world_between_events_and_changes_nothing() {
        let mut alone = world_of(&[1, 2, 2, 50]);
        alone.run_until(at(100));
        let mut watched = world_of(&[1, 2, 2, 50]);
        let seen = Arc::new(Mutex::new(Vec::new()));
        let notes = seen.clone();
        let look = move |world: &mut World, next: Time| {
            let happened = world.resource::<Happened>().0.len();
            notes.lock().unwrap().push((next.nanos() / 1_000_000_000, happened));
            // Ten seconds beyond the next event at a time.
            Pace::Until(next + Duration::from_secs(10))
        };
        attach(watched.world_mut(), Box::new(look));
        watched.run_until(at(100));
        assert_eq!(*seen.lock().unwrap(), [(1, 0), (50, 3), (100, 4)]);
        assert_eq!(watched.digest(), alone.digest());
    }

    #[test]
    fn a_world_can_be_left_in_the_middle_of_a_step() {
        let mut world = world_of(&[1, 2, 50]);
        let look = |_: &mut World, next: Time| if next < at(50) { Pace::Until(next) } else { Pace::Leave };
        attach(world.world_mut(), Box::new(look));
        world.step();
        assert_eq!(world.world().resource::<Happened>().0, [1, 2]);
        assert!(!world.has_ended());
    }
}
