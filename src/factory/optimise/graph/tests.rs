//! The graph against plain recomputation after every move.

use proptest::prelude::*;

use super::*;
use crate::factory::optimise::neighbourhood::{Move, Moves};
use crate::factory::optimise::population::scramble;
use crate::factory::optimise::problem::{Alternative, Job, Lags, Machine, Objective, Operation, Problem, Setups};
use crate::factory::optimise::random::{Stream, stream};

fn problem(random: &mut Stream, jobs: usize, machines: usize, plain: bool, least: i64) -> Problem {
    let mut time = |bound: usize| random.below(bound) as i64;
    let mut problem = Problem::default();
    for _ in 0..machines {
        let times: Vec<i64> = (0..12).map(|_| time(9)).collect();
        let setup = |before: Option<u16>, after: u16| {
            times[before.map_or(0, |family| usize::from(family) + 1) * 3 + usize::from(after)]
        };
        let attended = time(2) == 0;
        let setups = (!plain).then(|| Setups::new(3, attended, setup));
        problem.machines.push(Machine { available: if plain { 0 } else { time(20) - 5 }, family: None, setups });
    }
    for _ in 0..jobs {
        let operations = (0..time(5)).map(|_| Operation {
            alternatives: (0..1 + time(3))
                .map(|_| Alternative { machine: time(machines) as usize, time: least + time(10) })
                .collect(),
            family: u16::try_from(time(4) - 1).ok(),
        });
        let operations = operations.collect();
        problem.jobs.push(Job { release: time(10), due: Some(time(40)), weight: 1.0, operations });
    }
    let lags: Vec<i64> = (0..machines * machines).map(|_| time(6)).collect();
    problem.lags = (!plain).then(|| Lags::new(machines, |from, to| lags[from * machines + to]));
    problem
}

/// Starts by going through the operations until none changes; `None` for a cycle.
fn naive(graph: &Graph, problem: &Problem) -> Option<Vec<i64>> {
    let model = graph.model;
    let mut ends = vec![i64::MIN / 2; model.operations];
    for _ in 0..=model.operations {
        let mut changed = false;
        for (number, machine) in problem.machines.iter().enumerate() {
            let (mut free, mut family) = (machine.available, machine.family);
            for &v in &graph.sequence[number] {
                let v = v as usize;
                let job = model.job[v] as usize;
                let place = v - model.of_job(job).start;
                let operation = &problem.jobs[job].operations[place];
                let setup = match (&machine.setups, operation.family) {
                    (Some(setups), Some(after)) => setups.time(family, after),
                    _ => 0,
                };
                let from = |lags: &Lags| lags.time(graph.machine[v - 1] as usize, number);
                let arrival = if place == 0 {
                    problem.jobs[job].release
                } else {
                    ends[v - 1] + problem.lags.as_ref().map_or(0, from)
                };
                let attended = machine.setups.as_ref().is_some_and(|setups| setups.attended);
                let start =
                    arrival.max(free + if attended { 0 } else { setup }).max(free) + if attended { setup } else { 0 };
                let end = start + model.time[graph.alternative[v] as usize];
                changed |= ends[v] != end;
                (ends[v], free, family) = (end, end, operation.family.or(family));
            }
        }
        if !changed {
            return Some(ends);
        }
    }
    None
}

/// Longest paths from the start of each operation, by going back until none changes.
fn naive_rests(graph: &Graph) -> Vec<i64> {
    let nodes = &graph.nodes;
    let mut rests = vec![0; nodes.len()];
    for _ in 0..nodes.len() {
        for v in 0..graph.model.operations {
            let node = &nodes[v];
            let job = rests[node.job_after as usize] + nodes[node.job_after as usize].job_arc;
            let machine = rests[node.machine_after as usize] + nodes[node.machine_after as usize].machine_arc;
            rests[v] = job.max(machine) + node.time;
        }
    }
    rests
}

fn random_move(graph: &Graph, random: &mut Stream) -> Move {
    let v = random.below(graph.model.operations);
    let choices = graph.model.alternatives(v);
    let alternative = choices.start + random.below(choices.len());
    let machine = graph.model.machine[alternative];
    let others = graph.sequence[machine as usize].iter().filter(|&&other| other as usize != v).count();
    Move { operation: v as u32, alternative: alternative as u32, place: random.below(others + 1) as u32 }
}

fn agrees(graph: &Graph, problem: &Problem) {
    let ends: Vec<i64> = graph.nodes[..graph.model.operations].iter().map(|node| node.end).collect();
    assert_eq!(Some(ends), naive(graph, problem));
    let rests: Vec<i64> = graph.nodes.iter().map(|node| node.rest).collect();
    assert_eq!(rests, naive_rests(graph));
    for (rank, &v) in graph.order.iter().enumerate() {
        assert_eq!(graph.rank[v as usize] as usize, rank);
    }
}

proptest! {
    #[test]
    fn moves_are_as_a_plain_recomputation(seed in any::<u64>(), jobs in 1_usize..7, machines in 1_usize..5) {
        let mut random = stream(seed, 0);
        let problem = problem(&mut random, jobs, machines, false, (seed % 2) as i64);
        let model = Model::new(&problem, Objective::Makespan);
        let (alternative, order) = scramble(&model, &mut random);
        let mut graph = Graph::new(&model, &alternative, &order);
        agrees(&graph, &problem);
        for _ in 0..if model.operations > 0 { 30 } else { 0 } {
            let chosen = random_move(&graph, &mut random);
            let before = graph.clone();
            match graph.relocate(chosen.operation as usize, chosen.alternative, chosen.place as usize) {
                Some(span) => graph.update(span),
                None => {
                    prop_assert_eq!(&graph.sequence, &before.sequence);
                    let mut cyclic = before.clone();
                    let mut ignored = Span { first: 0, last: 0 };
                    cyclic.splice(chosen.operation as usize, chosen.alternative, chosen.place as usize, &mut ignored);
                    let times_are_positive = model.time.iter().all(|&time| time > 0);
                    prop_assert!(!times_are_positive || naive(&cyclic, &problem).is_none());
                }
            }
            agrees(&graph, &problem);
        }
    }

    #[test]
    fn moves_to_other_machines_are_no_cycles(seed in any::<u64>(), jobs in 1_usize..7, plain in any::<bool>()) {
        let mut random = stream(seed, 0);
        let problem = problem(&mut random, jobs, 3, plain, 1);
        let model = Model::new(&problem, Objective::Makespan);
        let (alternative, order) = scramble(&model, &mut random);
        let graph = Graph::new(&model, &alternative, &order);
        for v in 0..model.operations {
            for other in model.alternatives(v).filter(|&other| model.machine[other] != graph.machine[v]) {
                let mut found = Vec::new();
                Moves::of(&graph, v).elsewhere(other, |candidate, _| found.push(candidate));
                for candidate in found {
                    prop_assert!(graph.clone().relocate(v, candidate.alternative, candidate.place as usize).is_some());
                }
            }
        }
    }
}
