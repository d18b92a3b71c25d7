//! Restocking: stocks are kept up, never overflow, and never bring a plant to a standstill.

use autotwin::factory::dispatch::stock::Stock;
use autotwin::factory::jobs::{Job, Jobs};
use autotwin::factory::transport::rack::RackState;
use autotwin::prelude::*;
use proptest::prelude::*;

use crate::support::{read, scene};

fn shop(up_to: u32, lot: u32, legs: u32, tops: u32, scrap: f64) -> String {
    format!(
        r#"(
            run_for: "10d",
            twins: [
                (name: "saw", machine: (input_buffer: 3, output_buffer: 2)), (name: "lathe", machine: (input_buffer: 2)),
                (name: "check", machine: (input_buffer: 2)), (name: "bench", machine: (input_buffer: 2)),
                (name: "leg shelf", rack: (capacity: {up_to}, keeps: ["leg"])),
                (name: "top shelf", rack: (capacity: {up_to}, keeps: ["top"])),
            ],
            products: {{
                "leg": (routing: [
                    (name: "saw", machines: {{"saw": "3m"}}), (name: "turn", machines: {{"lathe": "5m"}}),
                    (name: "check", machines: {{"check": "2m"}}, next: {{"ship": {kept}, "scrap": {scrap}}}),
                ]),
                "top": (routing: [(name: "saw", machines: {{"saw": "9m"}}), (name: "check", machines: {{"check": "2m"}})]),
                "table": (routing: [(name: "join", machines: {{"bench": "15m"}}, needs: {{"leg": {legs}, "top": {tops}}})]),
            }},
            restock: {{"leg": (up_to: {up_to}, lot: {lot}), "top": (up_to: {up_to}, lot: {lot})}},
            arrivals: [
                (product: "table", every: Exponential(mean: "40m")), (product: "leg", every: Exponential(mean: "1h")),
            ],
        )"#,
        kept = 1.0 - scrap,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Cards are those of jobs that hold one, never more than there are; racks are never too small for what is made for them, and
    /// tables go on being made.
    #[test]
    fn no_more_is_made_than_there_are_cards(
        up_to in 4..30_u32, lot in 1..5_u32, legs in 1..5_u32, tops in 1..3_u32, scrap in 0.0..0.4_f64, seed in 0..1000_u64,
    ) {
        // With a stock of less than a lot and a kit together nothing would ever be complete.
        let up_to = up_to.max(lot + legs.max(tops));
        let options = RunOptions { seed: Some(seed), ..RunOptions::default() };
        let (mut simulation, _) = prepare(&read(&shop(up_to, lot, legs, tops, scrap)), &options, None).expect("it is right");
        let mut shipped = 0;
        for day in 1..=10 {
            for hour in 0..24 {
                simulation.run_until(Time::ZERO + Duration::from_secs(86_400 * (day - 1) + 3_600 * (hour + 1)));
                let world = simulation.world();
                let (stock, jobs) = (world.resource::<Stock>(), world.resource::<Jobs>());
                for (product, cards) in stock.cards.iter().enumerate() {
                    let held = jobs.iter().filter(|(_, job)| job.for_stock && job.product as usize == product).count();
                    prop_assert_eq!(*cards as usize, held);
                    prop_assert!(*cards <= up_to, "{} cards of {}", cards, up_to);
                }
                prop_assert!(stock.homeless.is_empty(), "a rack has no room");
                // Tops are made for stock alone: in it, on the way there or in a kit, none is a customer's.
                let is_top = |job: &Job| job.product == 2;
                prop_assert!(jobs.iter().all(|(_, job)| !is_top(job) || job.is_for_stock()));
            }
            let now = simulation.world().resource::<Jobs>().shipped;
            prop_assert!(now > shipped, "nothing left on day {}", day);
            shipped = now;
        }
    }
}

/// The plant of the scene makes and ships for weeks on end.
#[test]
fn the_gear_plant_never_comes_to_a_standstill() {
    let tree = read(&std::fs::read_to_string(scene("factory.ron")).expect("it is there"));
    let options = RunOptions { run_for: Some(Duration::from_secs(5 * 604_800)), ..RunOptions::default() };
    let (mut simulation, _) = prepare(&tree, &options, Some(Seed(4))).expect("the scene is right");
    let mut shipped = 0;
    for week in 1..=5 {
        simulation.run_until(Time::ZERO + Duration::from_secs(week * 604_800));
        let now = simulation.world().resource::<Jobs>().shipped;
        assert!(now > shipped + 500, "{} in week {week}", now - shipped);
        shipped = now;
    }
    let world = simulation.world();
    let racks = world.resource::<Directory>().twins().filter_map(|(_, entity, _)| world.get::<RackState>(entity));
    assert!(racks.map(|rack| rack.held.len()).sum::<usize>() > 0);
}
