//! The world is a value: saved at any step and put back into another world, it goes on as if nothing had been.

use autotwin::engine::snapshot::Snapshot;
use autotwin::prelude::*;
use autotwin::scene::load::{SceneTree, load};
use proptest::prelude::*;

use crate::support::{all_scenes, for_hours};

/// Steps of a run after each of which its world is moved into another, and how many threads each part has.
fn run_in_parts(tree: &SceneTree, options: &RunOptions, parts: &[(u64, usize)]) -> String {
    let (mut simulation, _) = prepare(tree, options, None).expect("the scene is right");
    for (steps, threads) in parts {
        simulation.set_pool(Pool::new(*threads).expect("there are threads"));
        let until = simulation.clock().step + steps;
        while !simulation.has_ended() && simulation.clock().step < until {
            simulation.step();
        }
        let saved = simulation.save();
        assert_eq!(saved.digest(), simulation.digest());
        let bytes = postcard::to_stdvec(&saved).expect("it can be written");
        let read: Snapshot = postcard::from_bytes(&bytes).expect("it reads back");
        let (mut other, _) = prepare(tree, options, None).expect("the scene is right");
        other.restore(&read).expect("it is of this program");
        assert_eq!(other.digest(), saved.digest(), "{:?}", saved.differences(&other.save()));
        simulation = other;
    }
    while !simulation.has_ended() {
        simulation.step();
    }
    simulation.digest().total.to_string()
}

fn run_through(tree: &SceneTree, options: &RunOptions) -> (String, u64) {
    let (mut simulation, _) = prepare(tree, options, None).expect("the scene is right");
    while !simulation.has_ended() {
        simulation.step();
    }
    (simulation.digest().total.to_string(), simulation.clock().step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, ..ProptestConfig::default() })]
    #[test]
    fn a_run_that_is_resumed_ends_as_one_straight_through(
        parts in prop::collection::vec((0.0..0.5_f64, 1..4_usize), 1..3),
    ) {
        for path in all_scenes() {
            let tree = load(&path, &[]).expect("the repository's scenes are right");
            let options = for_hours(&tree, 12);
            let (digest, steps) = run_through(&tree, &options);
            let parts: Vec<(u64, usize)> = parts.iter().map(|(part, threads)| ((part * steps as f64) as u64, *threads)).collect();
            prop_assert_eq!(run_in_parts(&tree, &options, &parts), digest, "{} {:?}", path.display(), parts);
        }
    }
}
