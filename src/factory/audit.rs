//! What must hold in a factory after every event: every part, worker, vehicle and joule is accounted for.

mod energy;
mod jobs;
mod people;
mod transport;
mod upkeep;

use bevy_ecs::prelude::World;

use super::floor::Moment;

/// Holds all that is counted twice against each other.
///
/// # Errors
/// The first thing that does not fit.
pub fn audit(world: &World) -> Result<(), String> {
    jobs::audit(world)?;
    people::audit(world)?;
    upkeep::audit(world)?;
    transport::audit(world)?;
    energy::audit(world)
}

/// Whether the moment has nothing left to be decided. What is promised only of the end of a moment is asked then.
fn is_settled(world: &World) -> bool {
    !world.resource::<Moment>().settling
}
