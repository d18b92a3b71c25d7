//! Planning a plant: the engine replays a schedule to the nanosecond, and a plant that goes by a timetable loses nothing.

use autotwin::engine::audit::Audits;
use autotwin::engine::parallel::Pool;
use autotwin::factory::dispatch::timetable::Timetable;
use autotwin::factory::jobs::Jobs;
use autotwin::factory::optimise::plant::PlantProblem;
use autotwin::factory::optimise::{Budget, Objective, check, optimise};
use autotwin::prelude::*;
use autotwin::run::single::{Nobody, Outcome};
use proptest::prelude::*;

use crate::support::{read, scene};

const PURPOSE: Purpose = Purpose::new("test.planning");

/// A shop with set-ups between two families, alternatives, releases, due dates and weights, all times certain.
fn shop(seed: u64, jobs: usize, machines: usize) -> String {
    let mut random = Seed(seed).stream(0, PURPOSE, 0);
    let mut products = String::new();
    let mut orders = String::new();
    for job in 0..jobs {
        let mut routing = String::new();
        for operation in 0..1 + random.below(4) {
            let first = random.below(machines);
            let mut eligible = Vec::new();
            for machine in 0..machines {
                if machine == first || random.chance(0.3) {
                    eligible.push(format!("\"m-{machine}\": \"{}m\"", 1 + random.below(30)));
                }
            }
            let family = ["", "family: \"red\", ", "family: \"blue\", "][random.below(3)];
            let repeat = if random.chance(0.2) { "repeat: 2, " } else { "" };
            let eligible = eligible.join(", ");
            routing += &format!("(name: \"o{operation}\", {family}{repeat}machines: {{{eligible}}}), ");
        }
        products += &format!("\"p{job}\": (routing: [{routing}]), ");
        let (release, due, weight) = (random.below(60), 60 + random.below(200), 1 + random.below(3));
        let count = 1 + random.below(2);
        orders += &format!(
            "(product: \"p{job}\", count: {count}, release: \"{release}m\", due: \"{due}m\", weight: {weight}), "
        );
    }
    format!(
        "(twins: [(name: \"m-{{n}}\", first: 0, count: {machines}, machine: (), setup: (otherwise: \"7m\"))], \
         products: {{{products}}}, jobs: [{orders}])"
    )
}

fn value(outcome: &Outcome, name: &str) -> f64 {
    let found = outcome.indicators.iter().find(|indicator| indicator.twin.is_none() && indicator.name == name);
    found.and_then(|indicator| indicator.value).expect("it has a value")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_replays_what_is_planned(seed in any::<u64>(), jobs in 1_usize..8, machines in 1_usize..5) {
        let (mut simulation, header) =
            prepare(&read(&shop(seed, jobs, machines)), &RunOptions::default(), None).expect("the shop is right");
        let plant = PlantProblem::of(simulation.world());
        for objective in [Objective::Makespan, Objective::WeightedTardiness] {
            let budget = Budget { iterations: Some(2_000), time: None };
            let schedule = optimise(&plant.problem, objective, budget, seed, &Pool::default()).expect("it can be planned");
            prop_assert_eq!(check(&plant.problem, &schedule), Ok(()));
            let mut fork = simulation.fork();
            fork.world_mut().insert_resource(plant.timetable(&schedule));
            let outcome = execute(&mut fork, &header, Seed(1), Pool::default(), None, &Nobody).expect("it runs");
            prop_assert_eq!((value(&outcome, "makespan") * 1e9).round() as i64, schedule.value.makespan);
            let tardiness = value(&outcome, "weighted_tardiness_total");
            prop_assert!((tardiness - schedule.value.tardiness / 1e9).abs() < 1e-3, "{} of {}", tardiness, schedule.value.tardiness);
            prop_assert!(fork.world().resource::<Timetable>().is_empty(), "all is done");
        }
        simulation.step();
    }
}

/// With failures, rework, people, vehicles, kits and shifts, in the midst of which it is planned anew: nothing is lost or forgotten,
/// and the plant goes on.
#[test]
fn a_plant_that_plans_itself_goes_on() {
    let text = std::fs::read_to_string(scene("factory.ron")).expect("it is there");
    let planner = "twins: [(name: \"mes\", mind: Rules(every: \"4h\", rules: [(name: \"plan\", cool_down: \"1h\", \
                   then: [Command(do: \"plan\", with: {\"iterations\": 300})])])),";
    let text = text.replacen("twins: [", planner, 1);
    let (mut simulation, _) = prepare(&read(&text), &RunOptions::default(), None).expect("the scene is right");
    let mut shipped = 0;
    let mut planned = 0;
    for day in 1..=4 {
        let end = Time::ZERO + Duration::from_secs(86_400 * day);
        let mut fork = simulation.fork();
        fork.world_mut().resource_mut::<Audits>().enable();
        let until = fork.clock().step + 3_000;
        while fork.clock().now < end && fork.clock().step < until {
            fork.step();
            let failure = fork.world().resource::<Audits>().failure();
            assert!(failure.is_none(), "day {day}: {failure:?}");
        }
        simulation.run_until(end);
        planned = planned.max(simulation.world().resource::<Timetable>().len());
        let now = simulation.world().resource::<Jobs>().shipped;
        assert!(now > shipped + 30, "{} on day {day}", now - shipped);
        shipped = now;
    }
    assert!(planned > 20, "there is something to plan: {planned}");
}

#[test]
fn the_program_plans_and_replays() {
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let run = |arguments: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_autotwin"))
            .current_dir(temporary.path())
            .args(arguments)
            .output()
            .expect("the program starts")
    };
    let job_shop = scene("job_shop.ron");
    let job_shop = job_shop.to_str().expect("a text");
    let output = run(&["optimise", job_shop, "--iterations", "20000", "--out", "plan.json"]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let makespans: Vec<&str> =
        printed.lines().find(|line| line.contains("makespan")).expect("a row").split_whitespace().collect();
    let [.., planned, replayed, ruled] = &makespans[..] else { panic!("{printed}") };
    assert_eq!(planned, replayed, "{printed}");
    assert!(planned.parse::<f64>().unwrap() <= ruled.parse::<f64>().unwrap(), "{printed}");
    let written = std::fs::read_to_string(temporary.path().join("plan.json")).expect("it is there");
    let rows: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
    assert_eq!(rows.as_array().map(Vec::len), Some(36), "12 jobs of 3 operations");
    let again = run(&["optimise", job_shop, "--out", "plan.json"]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("it is there already"));
    let plant = scene("levels/level-1.ron");
    let refused = run(&["optimise", plant.to_str().expect("a text")]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("nothing to plan beforehand"), "{said}");
}

/// Legs are polished on the bench on which stools wait for them: whatever is planned first there, all are done in the end.
#[test]
fn nobody_waits_by_the_timetable_for_a_kit_that_waits_for_him() {
    let scene = r#"(
        run_for: "2d",
        twins: [
            (name: "bench", machine: ()),
            (name: "shelf", rack: (capacity: 20)),
            (name: "planner", mind: Rules(every: "1h", rules: [
                (name: "plan", cool_down: "30m", then: [Command(do: "plan", with: {"iterations": 50})]),
            ])),
        ],
        products: {
            "leg": (routing: [(name: "polish", machines: {"bench": "20m"}, next: {"stock": 1})]),
            "stool": (routing: [(name: "join", machines: {"bench": "5m"}, needs: {"leg": 3})]),
        },
        // Stools are due first.
        jobs: [
            (product: "stool", count: 3, due: "1h", weight: 5),
            (product: "leg", count: 9, release: "10m", due: "1d"),
        ],
    )"#;
    let (mut simulation, header) = prepare(&read(scene), &RunOptions::default(), None).expect("the scene is right");
    let outcome = execute(&mut simulation, &header, Seed(1), Pool::default(), None, &Nobody).expect("it runs");
    assert_eq!((value(&outcome, "jobs_shipped"), value(&outcome, "jobs_unfinished")), (3.0, 0.0));
}
