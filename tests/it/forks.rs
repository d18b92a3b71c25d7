//! Forks: independent copies of a world, at any step of it.

use autotwin::engine::fork::Forks;
use autotwin::engine::identity::{despawn_twin, spawn_twin};
use autotwin::prelude::*;
use autotwin::world::position::Position;
use proptest::prelude::*;

use crate::support::{all_scenes, for_hours, read, scene};

fn digest(simulation: &Simulation) -> String {
    simulation.digest().total.to_string()
}

fn run_steps(simulation: &mut Simulation, steps: u64) {
    let until = simulation.clock().step + steps;
    while !simulation.has_ended() && simulation.clock().step < until {
        simulation.step();
    }
}

fn run_to_end(simulation: &mut Simulation) -> String {
    run_steps(simulation, u64::MAX / 2);
    digest(simulation)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]

    /// A fork is what its original was, ends as its original does, and leaves no trace in it: also one whose world was another's
    /// fork before, and of another step.
    #[test]
    fn forks_go_on_as_their_originals_and_leave_no_trace(first in 0.0..0.5_f64, second in 0.0..0.5_f64) {
        for path in all_scenes() {
            let tree = load(&path, &[]).expect("the repository's scenes are right");
            let options = for_hours(&tree, 12);
            let (mut whole, _) = prepare(&tree, &options, None).expect("the scene is right");
            let end = run_to_end(&mut whole);
            let steps = whole.clock().step as f64;
            let (mut simulation, _) = prepare(&tree, &options, None).expect("the scene is right");
            for part in [first, second] {
                run_steps(&mut simulation, (part * steps) as u64);
                let before = digest(&simulation);
                let mut fork = simulation.fork();
                prop_assert_eq!(digest(&fork), before.clone(), "{}", path.display());
                prop_assert_eq!(run_to_end(&mut fork), end.clone(), "{} after {}", path.display(), part);
                prop_assert_eq!(digest(&simulation), before, "{}", path.display());
            }
            prop_assert_eq!(run_to_end(&mut simulation), end);
        }
    }
}

/// Twins that have come and gone since a world was a fork last come and go in it too.
#[test]
fn a_fork_has_the_twins_and_parts_of_its_original_and_no_others() {
    let tree = read("(run_for: \"1h\", twins: [(name: \"a-{n}\", count: 5, position: (x: 1, y: 2)), (name: \"b\")])");
    let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    drop(simulation.fork());
    let world = simulation.world_mut();
    let (_, entity) = spawn_twin(world, "late").expect("the name is free");
    world.entity_mut(entity).insert(Position { x: 7.0, ..Position::default() });
    let find = |world: &World, name: &str| world.resource::<Directory>().find(name).expect("it is there");
    let (first, third) = (find(world, "a-1"), find(world, "a-3"));
    despawn_twin(world, first);
    let entity = world.resource::<Directory>().entity(third).expect("it is there");
    world.entity_mut(entity).remove::<Position>();
    let fork = simulation.fork();
    assert_eq!(fork.digest(), simulation.digest());
    assert_eq!(fork.save(), simulation.save());
    let names = |simulation: &Simulation| -> Vec<String> {
        simulation.world().resource::<Directory>().names().map(str::to_owned).collect()
    };
    assert_eq!(names(&fork), names(&simulation));
}

#[test]
fn forks_are_counted_and_freed() {
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let (simulation, _) = prepare(&tree, &for_hours(&tree, 12), None).expect("the scene is right");
    let forks = simulation.world().resource::<Forks>().clone();
    let count = || {
        let count = forks.count();
        (count.alive, count.idle, count.built)
    };
    let (first, second) = (simulation.fork(), simulation.fork());
    assert_eq!(count(), (2, 0, 2));
    // Forks fork too, from the same worlds.
    let third = second.fork();
    assert_eq!(count(), (3, 0, 3));
    drop((first, second, third));
    assert_eq!(count(), (0, 3, 3));
    for _ in 0..100 {
        drop(simulation.fork());
    }
    assert_eq!(count(), (0, 3, 3));
    forks.free_idle();
    assert_eq!(count(), (0, 0, 3));
}
