//! Where people and vehicles of the plant are, for those who look at all twins at once: the safety watch.

use bevy_ecs::prelude::World;

use crate::engine::identity::Directory;
use crate::engine::time::{Duration, Time};
use crate::world::whereabouts::Whereabouts;

use super::people::worker::WorkerState;
use super::transport::network::Network;
use super::transport::traffic::Traffic;

/// Over how long a vehicle's speed is taken.
const MOMENT: Duration = Duration::from_nanos(1_000_000);

/// Tells where everybody is.
pub(super) fn locate(world: &World, now: Time, tell: &mut dyn FnMut(Whereabouts)) {
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        let Some(state) = world.get::<WorkerState>(entity) else { continue };
        let place = |at: Time| state.task.as_ref().map_or(state.place, |task| task.place(at));
        tell(Whereabouts { twin, at: flat(place(now)), velocity: velocity(place(now), place(now + MOMENT)) });
    }
    let (traffic, network) = (world.resource::<Traffic>(), world.resource::<Network>());
    for mover in traffic.movers() {
        let Some(twin) = traffic.twin(mover) else { continue };
        let place = |at: Time| traffic.place(network, mover, at);
        if let (Some(here), Some(soon)) = (place(now), place(now + MOMENT)) {
            tell(Whereabouts { twin, at: flat(here), velocity: velocity(here, soon) });
        }
    }
}

fn flat((x, y): (f64, f64)) -> [f64; 3] {
    [x, y, 0.0]
}

fn velocity(here: (f64, f64), soon: (f64, f64)) -> [f64; 3] {
    let seconds = MOMENT.seconds();
    [(soon.0 - here.0) / seconds, (soon.1 - here.1) / seconds, 0.0]
}
