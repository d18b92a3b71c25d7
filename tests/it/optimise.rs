//! The optimiser against brute force, against its checker, and against itself.

mod shops;

use autotwin::engine::parallel::Pool;
use autotwin::factory::fjsp;
use autotwin::factory::optimise::{Budget, Fault, Invalid, Objective, Problem, Schedule, check};
use proptest::prelude::*;
use shops::{Shape, brute_force, dispatch, random_problem};

use crate::data;

const BOTH: [Objective; 2] = [Objective::Makespan, Objective::WeightedTardiness];

fn optimise(
    problem: &Problem,
    objective: Objective,
    budget: Budget,
    seed: u64,
    threads: usize,
) -> Result<Schedule, Invalid> {
    let pool = Pool::new(threads).expect("there are threads");
    autotwin::factory::optimise::optimise(problem, objective, budget, seed, &pool)
}

fn steps(iterations: u64) -> Budget {
    Budget { iterations: Some(iterations), time: None }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_schedule_is_valid(seed in any::<u64>(), jobs in 0_usize..9, machines in 1_usize..6) {
        let problem = random_problem(seed, Shape { jobs, operations: 6, machines, plain: false });
        for objective in BOTH {
            let schedule = optimise(&problem, objective, steps(1_500), seed, 1).unwrap();
            prop_assert_eq!(check(&problem, &schedule), Ok(()));
            prop_assert!(objective.primary(&schedule.value) >= schedule.bound);
            prop_assert!(schedule.iterations <= 1_500 + 8);
        }
    }

    #[test]
    fn tiny_problems_reach_the_optimum(seed in any::<u64>(), plain in any::<bool>()) {
        let problem = random_problem(seed, Shape { jobs: 3, operations: 2, machines: 2, plain });
        for objective in BOTH {
            let best = brute_force(&problem, objective);
            let schedule = optimise(&problem, objective, steps(30_000), seed, 1).unwrap();
            prop_assert!(schedule.bound <= objective.primary(&best));
            prop_assert_eq!(check(&problem, &schedule), Ok(()));
            prop_assert!(objective.primary(&schedule.value) <= objective.primary(&best) * (1.0 + 1e-12),
                "{:?}: {:?} found, {:?} is possible", objective, schedule.value, best);
        }
    }

    #[test]
    fn threads_change_nothing(seed in any::<u64>()) {
        let problem = random_problem(seed, Shape { jobs: 6, operations: 4, machines: 3, plain: false });
        for objective in BOTH {
            let one = optimise(&problem, objective, steps(3_000), seed, 1).unwrap();
            prop_assert_eq!(&one, &optimise(&problem, objective, steps(3_000), seed, 2).unwrap());
            prop_assert_eq!(&one, &optimise(&problem, objective, steps(3_000), seed, 3).unwrap());
        }
    }
}

#[test]
fn no_dispatching_rule_is_better() {
    let mut ratios = Vec::new();
    for seed in 0..12 {
        let problem = random_problem(seed, Shape { jobs: 15, operations: 5, machines: 5, plain: seed % 2 == 0 });
        let best = dispatch(&problem);
        let objective = Objective::WeightedTardiness;
        let schedule = optimise(&problem, objective, steps(100_000), 1, 2).unwrap();
        assert_eq!(check(&problem, &schedule), Ok(()));
        assert!(schedule.value.tardiness <= best, "{} is more than {best}", schedule.value.tardiness);
        if best > 0.0 {
            ratios.push(schedule.value.tardiness / best);
        }
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    println!("tardiness against the best rule: {mean:.3}");
    assert!(mean < 0.8, "{ratios:?}");
}

#[test]
fn the_six_by_six_of_fisher_and_thompson_is_solved() {
    let Some(folder) = data::folder("fjsp", "fjsp") else { return };
    let text = std::fs::read_to_string(folder.join("edata/mt06.txt")).expect("it is there");
    let problem = fjsp::to_problem(&fjsp::parse(&text).expect("it is right"));
    let schedule = optimise(&problem, Objective::Makespan, steps(200_000), 1, 2).unwrap();
    assert_eq!(check(&problem, &schedule), Ok(()));
    assert_eq!(schedule.value.makespan, 55_000_000_000);
}

#[test]
fn problems_that_cannot_be_scheduled_are_named() {
    let mut problem = random_problem(1, Shape { jobs: 3, operations: 3, machines: 2, plain: true });
    let tried = |problem: &Problem| optimise(problem, Objective::Makespan, steps(10), 1, 1).map(|_| ());
    assert_eq!(tried(&Problem::default()), Ok(()));
    problem.jobs[1].operations[0].alternatives[0].machine = 2;
    assert_eq!(tried(&problem), Err(Invalid::NoSuchMachine { job: 1, operation: 0, machine: 2 }));
    problem.jobs[1].operations[0].alternatives.clear();
    assert_eq!(tried(&problem), Err(Invalid::NoAlternative { job: 1, operation: 0 }));
    problem.jobs[0].weight = f64::NAN;
    assert_eq!(tried(&problem), Err(Invalid::Weight { job: 0 }));
}

#[test]
fn the_checker_finds_what_is_wrong() {
    let problem = random_problem(5, Shape { jobs: 4, operations: 4, machines: 2, plain: true });
    let schedule = optimise(&problem, Objective::Makespan, steps(500), 1, 1).unwrap();
    let mut wrong = schedule.clone();
    wrong.value.makespan -= 1;
    assert_eq!(check(&problem, &wrong), Err(Fault::Value));
    let mut wrong = schedule.clone();
    wrong.slots[0][0].end += 1;
    assert_eq!(check(&problem, &wrong), Err(Fault::Alternative { job: 0, operation: 0 }));
    let mut wrong = schedule.clone();
    wrong.sequences.iter_mut().for_each(|sequence| sequence.reverse());
    assert!(matches!(check(&problem, &wrong), Err(Fault::Machine { .. })));
    let mut wrong = schedule.clone();
    wrong.sequences[1].pop();
    assert_eq!(check(&problem, &wrong), Err(Fault::Sequence { machine: 1 }));
    let mut wrong = schedule;
    wrong.slots.pop();
    assert_eq!(check(&problem, &wrong), Err(Fault::Shape));
}

#[test]
fn without_time_the_rules_still_make_a_schedule() {
    let problem = random_problem(3, Shape { jobs: 8, operations: 4, machines: 3, plain: false });
    for time in [std::time::Duration::ZERO, std::time::Duration::from_millis(3)] {
        let budget = Budget { iterations: None, time: Some(time) };
        for objective in BOTH {
            let schedule = optimise(&problem, objective, budget, 1, 2).unwrap();
            assert_eq!(check(&problem, &schedule), Ok(()));
        }
    }
}
