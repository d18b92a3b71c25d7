//! No deadlock: where jobs cannot block each other, vehicles do not either. Every job that can be finished is, in bounded
//! time, on aisles of any shape, and no two vehicles ever meet in a zone.

use std::fmt::Write as _;

use autotwin::prelude::*;
use rayon::prelude::*;

use crate::support::plant::{Dice, aisles};
use crate::support::{cases, indicator, read, run};

/// A small shop with unlimited buffers before its machines, and so without circles of jobs that wait for each other.
fn shop(dice: &mut Dice) -> String {
    let aisles = aisles(dice);
    let (machines, vehicles, chargers) = (dice.between(2, 6), dice.between(1, 6), dice.below(3));
    let place = |dice: &mut Dice| format!("place: At(x: {}, y: {})", dice.below(36), dice.below(24));
    let mut text = "(record: (tables: []), twins: [".to_owned();
    for index in 0..machines {
        let (capacity, output, bays) = (dice.between(1, 2), dice.below(3), dice.between(1, 2));
        let machine = format!("machine: (capacity: {capacity}, output_buffer: {output}), station: (bays: {bays})");
        let _ = write!(text, "(name: \"m{index}\", {machine}, {}),", place(dice));
    }
    for index in 0..vehicles {
        let (capacity, load) = (dice.between(1, 2), dice.pick(&["15s", "0s"]));
        let vehicle = format!("vehicle: (capacity: {capacity}, load: \"{load}\")");
        let battery = if chargers > 0 { battery(dice) } else { "" };
        let breakdown = dice.pick(&["", "", "breakdown: (after: Exponential(mean: \"1h\"), repair: \"5m\"), "]);
        let _ = write!(text, "(name: \"v{index}\", {vehicle}, {battery}{breakdown}{}),", place(dice));
    }
    for index in 0..chargers {
        let _ = write!(text, "(name: \"c{index}\", charger: (power_kw: 3), {}),", place(dice));
    }
    let _ =
        write!(text, "(name: \"in\", station: (), {}), (name: \"out\", station: (), {}),", place(dice), place(dice));
    let stations = dice.pick(&["", "receiving: \"in\"", "shipping: \"out\"", "receiving: \"in\", shipping: \"out\""]);
    let rule =
        dice.pick(&["Nearest", "Auction()", "LongestWaiting", "Auction(goal: Driving)", "Auction(goal: Latest)"]);
    let _ = write!(text, "], {aisles} transport: (rule: {rule}, {stations}), products: {{\"p\": (routing: [");
    let steps = dice.between(1, 4);
    for step in 0..steps {
        let (machine, other) = (dice.below(machines), dice.below(machines));
        let _ = write!(text, "(name: \"o{step}\", machines: {{\"m{machine}\": \"{}s\"", dice.between(1, 300));
        if other != machine {
            let _ = write!(text, ", \"m{other}\": \"{}s\"", dice.between(1, 300));
        }
        text += "}),";
    }
    let _ = write!(text, "])}}, jobs: [(product: \"p\", count: {})])", dice.between(1, 10));
    text
}

/// One that lasts for half an hour of driving, or for all the time.
fn battery(dice: &mut Dice) -> &'static str {
    dice.pick(&[
        "",
        "battery: (capacity_kwh: 0.4, charge: 0.5, drive_kw: 0.8, idle_kw: 0.02, charge_below: 0.3), ",
        "battery: (capacity_kwh: 5, drive_kw: 0.8, idle_kw: 0.02, charge_below: 0.1), ",
    ])
}

/// The time in which one vehicle and one machine would do all, and more: ten jobs, at most five transports and four
/// operations each. Half of a vehicle's time may go to charging and repairs.
const BOUND: Duration = Duration::from_secs(10 * (5 * 1200 + 4 * 300));

#[test]
fn every_job_that_can_be_finished_is_on_any_aisles() {
    (0..u64::from(cases(10_000))).into_par_iter().for_each(|seed| {
        let mut random = Seed(seed).stream(0, Purpose::new("test.deadlock"), 0);
        let numbers: Vec<u32> = (0..100).map(|_| random.below(1 << 30) as u32).collect();
        let scene = shop(&mut Dice::new(&numbers));
        // The audit holds the zones against the vehicles after every event.
        let outcome = run(&read(&scene), &RunOptions { audit: true, ..RunOptions::default() }, 1);
        assert_eq!(indicator(&outcome, "jobs_unfinished"), 0.0, "seed {seed}: {scene}");
        assert!(outcome.clock.now < Time::ZERO + BOUND, "seed {seed} took {}: {scene}", outcome.clock.now);
    });
}
