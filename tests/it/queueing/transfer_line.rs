//! Two unreliable machines with a finite buffer between them: S. B. Gershwin and O. Berman, "Analysis of transfer lines
//! consisting of two unreliable machines with random processing times and finite storage buffers", AIIE Transactions 13(1),
//! 1981. Times of service, to failure (while working only) and of repair are exponential; the first machine never starves
//! and the last is never blocked.

use super::theory::solve;
use super::{agree, replicate};

/// Rates per second. A machine that never fails has `failure` 0.
#[derive(Clone, Copy)]
struct Machine {
    service: f64,
    failure: f64,
    repair: f64,
}

impl Machine {
    /// The machine as a twin of a scene.
    fn twin(self, name: &str, input_buffer: u32) -> String {
        let breakdown = if self.failure > 0.0 {
            let (after, repair) = (1.0 / self.failure, 1.0 / self.repair);
            format!(
                "breakdown: (after: Exponential(mean: {after}), clock: Working, repair: Exponential(mean: {repair})),"
            )
        } else {
            String::new()
        };
        format!(r#"(name: "{name}", machine: (input_buffer: {input_buffer}), {breakdown})"#)
    }
}

/// The probability of each state (n, first up, second up) of the paper's Markov chain, in the order of [`state`]. n counts
/// parts from the end of their service on the first machine to the end of that on the second.
///
/// The paper's first machine stops when n reaches `most`. Ours stops when a finished part finds no room and is held on it:
/// then one part is held, one is on the second machine, and the buffer is full, so that `most` is the buffer plus 2.
fn steady_state(first: Machine, second: Machine, most: usize) -> Vec<f64> {
    let count = 4 * (most + 1);
    // Flow into each state less flow out of it; the last such equation follows from the others and gives way to the sum.
    let mut balance = vec![vec![0.0; count]; count];
    let mut flow = |from: usize, to: usize, rate: f64| {
        balance[to][from] += rate;
        balance[from][from] -= rate;
    };
    for n in 0..=most {
        for other in [false, true] {
            if n < most {
                flow(state(n, true, other), state(n + 1, true, other), first.service);
                flow(state(n, true, other), state(n, false, other), first.failure);
            }
            if n > 0 {
                flow(state(n, other, true), state(n - 1, other, true), second.service);
                flow(state(n, other, true), state(n, other, false), second.failure);
            }
            flow(state(n, false, other), state(n, true, other), first.repair);
            flow(state(n, other, false), state(n, other, true), second.repair);
        }
    }
    balance[count - 1] = vec![1.0; count];
    let mut right = vec![0.0; count];
    right[count - 1] = 1.0;
    solve(balance, right)
}

fn state(n: usize, first_up: bool, second_up: bool) -> usize {
    4 * n + 2 * usize::from(first_up) + usize::from(second_up)
}

/// Parts per second, as the second machine makes them.
fn throughput(first: Machine, second: Machine, most: usize) -> f64 {
    let chances = steady_state(first, second, most);
    second.service * (1..=most).map(|n| chances[state(n, false, true)] + chances[state(n, true, true)]).sum::<f64>()
}

const CASES: [(&str, Machine, Machine, u32); 5] = [
    ("no buffer", EQUAL, EQUAL, 0),
    ("small buffer", EQUAL, EQUAL, 4),
    ("slow, reliable first", SLOW, FAST, 2),
    ("fast, fragile first", FAST, SLOW, 10),
    ("no failures", RELIABLE, RELIABLE, 0),
];
const EQUAL: Machine = Machine { service: 1.0, failure: 0.05, repair: 0.25 };
const SLOW: Machine = Machine { service: 1.0, failure: 0.02, repair: 0.4 };
const FAST: Machine = Machine { service: 1.6, failure: 0.1, repair: 0.25 };
const RELIABLE: Machine = Machine { service: 1.0, failure: 0.0, repair: 1.0 };

#[test]
fn two_machine_lines_make_what_gershwin_and_berman_say() {
    const SECONDS: f64 = 45_000.0;
    for (name, first, second, buffer) in CASES {
        // More parts than the first machine could do without a stop.
        let stock = 1.1 * SECONDS * first.service;
        let scene = format!(
            r#"(
                run_for: {SECONDS}, warmup: 1000,
                twins: [{}, {}],
                products: {{"part": (routing: [
                    (name: "first", machines: {{"m1": Exponential(mean: {})}}),
                    (name: "second", machines: {{"m2": Exponential(mean: {})}}),
                ])}},
                jobs: [(product: "part", count: {stock:.0})],
            )"#,
            first.twin("m1", 0),
            second.twin("m2", buffer),
            1.0 / first.service,
            1.0 / second.service,
        );
        let exact = throughput(first, second, buffer as usize + 2);
        let outcomes = replicate(&scene, 20);
        agree(name, &outcomes, 0.005, &[("throughput_rate", "world", 3600.0 * exact)]);
    }
}

/// What the paper proves of its model, held against the solution above: as many parts leave the first machine as the second,
/// and a machine that can work is down as often as its own failures make it: e = r / (r + p).
#[test]
fn the_model_conserves_parts_and_keeps_each_machine_as_efficient_as_alone() {
    for (name, first, second, buffer) in CASES {
        let most = buffer as usize + 2;
        let chances = steady_state(first, second, most);
        let total = |up: bool, n: std::ops::Range<usize>| -> f64 {
            n.map(|n| chances[state(n, up, false)] + chances[state(n, up, true)]).sum()
        };
        let (works, down) = (total(true, 0..most), total(false, 0..most));
        assert!((first.service * works - throughput(first, second, most)).abs() < 1e-12, "{name}");
        let alone = first.repair / (first.repair + first.failure);
        assert!((works / (works + down) - alone).abs() < 1e-12, "{name}");
    }
}

/// Without failures the line is the queue M/M/1/N: of equal rates, all N + 1 states are equally likely (G. C. Hunt, 1956).
#[test]
fn without_failures_the_model_is_a_queue_of_finite_length() {
    for most in 1..9 {
        let exact = most as f64 / (most as f64 + 1.0);
        assert!((throughput(RELIABLE, RELIABLE, most) - exact).abs() < 1e-12);
    }
}
