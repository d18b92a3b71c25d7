//! What twins know while a world goes on.

use autotwin::prelude::*;
use autotwin::twin::faculties::FacultyTable;
use autotwin::twin::knowledge::Knowledge;
use autotwin::twin::quantities::Levels;
use autotwin::world::position::Position;

use super::read;

/// A world, ready for its first step.
pub fn world(scene: &str) -> Simulation {
    world_with(scene, &RunOptions::default())
}

/// A world that is run in some way, ready for its first step.
pub fn world_with(scene: &str, options: &RunOptions) -> Simulation {
    use autotwin::run::single::RunError;
    match prepare(&read(scene), options, None) {
        Ok((simulation, _)) => simulation,
        Err(RunError::Scene(error)) => panic!("{}", super::explain(error)),
        Err(other) => panic!("{other}"),
    }
}

/// Who a twin is, by its name.
pub fn who(simulation: &Simulation, name: &str) -> TwinId {
    simulation.world().resource::<Directory>().find(name).unwrap_or_else(|| panic!("there is no `{name}`"))
}

fn part<T: Component>(simulation: &Simulation, twin: TwinId) -> &T {
    let entity = simulation.world().resource::<Directory>().entity(twin).expect("it is in the world");
    simulation.world().get::<T>(entity).expect("it has that part")
}

/// Where a twin is.
pub fn position(simulation: &Simulation, twin: TwinId) -> Position {
    *part(simulation, twin)
}

/// Puts a twin somewhere, before the first step.
pub fn put(simulation: &mut Simulation, twin: TwinId, position: Position) {
    let world = simulation.world_mut();
    let entity = world.resource::<Directory>().entity(twin).expect("it is in the world");
    world.entity_mut(entity).insert(position);
}

/// The quantities of a twin, by name.
pub fn levels(simulation: &Simulation, twin: TwinId) -> Vec<f64> {
    part::<Levels>(simulation, twin).values.to_vec()
}

/// What a twin knows by some name, and when it was seen (never, if before the start).
pub fn known(simulation: &Simulation, twin: TwinId, name: &str) -> (f64, Time) {
    let table = simulation.world().resource::<FacultyTable>();
    let names = &table.of(twin).expect("it has faculties").names;
    let named = names.iter().find(|named| named.name == name).unwrap_or_else(|| panic!("nothing is called `{name}`"));
    let knowledge = part::<Knowledge>(simulation, twin);
    (knowledge.values[named.slot], named.clock.map_or(Time::ZERO, |clock| knowledge.times[clock]))
}

/// Something that a twin was told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// What.
    pub value: f64,
    /// When it was seen.
    pub seen: Time,
    /// When the twin was told.
    pub at: Time,
}

/// Lets a world go on to its end, and notes whatever a twin is told by one of its sensors.
pub fn listen(simulation: &mut Simulation, twin: TwinId, name: &str) -> Vec<Told> {
    let mut all: Vec<Told> = Vec::new();
    while !simulation.has_ended() {
        // A step begins with looking around, and then time passes.
        let at = simulation.clock().now;
        simulation.step();
        let (value, seen) = known(simulation, twin, name);
        if seen >= Time::ZERO && all.last().is_none_or(|last| last.seen != seen) {
            all.push(Told { value, seen, at });
        }
    }
    all
}
