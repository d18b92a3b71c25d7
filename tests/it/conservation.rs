//! Nothing is lost in a plant: after every event each part, worker, vehicle and joule is accounted for, whatever fails and
//! whatever people do.

use autotwin::prelude::*;
use proptest::prelude::*;

use autotwin::scene::load::load;

use crate::support::plant::Plant;
use crate::support::{cases, commands, read, run, scene};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(400),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    })]

    #[test]
    fn everything_is_accounted_for_after_every_event(
        numbers in prop::collection::vec(any::<u32>(), 0..600),
        deeds in prop::collection::vec(any::<u32>(), 0..100),
        seed in 0..1_000_u64,
    ) {
        let Plant { scene, log } = Plant::new(&numbers, &deeds);
        let options = RunOptions { seed: Some(seed), audit: true, commands: commands(&log), ..RunOptions::default() };
        // The audit stops the run at the first event after which something does not fit.
        let done = std::panic::catch_unwind(|| run(&read(&scene), &options, 1));
        prop_assert!(done.is_ok(), "{}\n{}", scene, log);
    }
}

/// Where aisles are so narrow a mesh that vehicles often cannot turn, some are sent back to the bay that they are just leaving.
#[test]
fn a_vehicle_that_cannot_turn_back_claims_its_place_anew() {
    let narrow = ["aisles.grids.0.step=(1.7, 12)".to_owned()];
    let scene =
        load(&scene("factory.ron"), &narrow).unwrap_or_else(|error| panic!("{}", crate::support::explain(error)));
    for seed in 1..=12 {
        let run_for = Some(Duration::from_secs(86_400));
        run(
            &scene,
            &RunOptions { seed: Some(seed), run_for, warmup: Some(Duration::ZERO), ..RunOptions::default() },
            1,
        );
    }
}
