//! Lines of exponential machines with finite buffers between them. The first never starves, the last is never blocked, and
//! a machine that finds no room holds its part (blocking after service): F. S. Hillier and R. W. Boling, "Finite queues in
//! series with exponential or Erlang service times", Operations Research 15(2), 1967.

use std::collections::BTreeMap;

use super::theory::solve;
use super::{agree, replicate};

/// A line: the rate of each machine, and the room between each and the next.
struct Line<'a> {
    rates: &'a [f64],
    buffers: &'a [usize],
}

/// For each machine but the first, the parts that the one before has finished and this one has not.
type State = Vec<usize>;

impl Line<'_> {
    /// Which machines hold a finished part. One holds it if more are between it and the next than the next has room for,
    /// and that has none in its own place while it holds a part itself.
    fn blocked(&self, state: &State) -> Vec<bool> {
        let mut blocked = vec![false; self.rates.len()];
        for machine in (0..self.rates.len() - 1).rev() {
            let place = usize::from(!blocked[machine + 1]);
            blocked[machine] = state[machine] > self.buffers[machine] + place;
        }
        blocked
    }

    /// Where the line goes from a state, and how fast.
    fn steps(&self, state: &State) -> Vec<(State, f64)> {
        let blocked = self.blocked(state);
        let works = |machine: &usize| !blocked[*machine] && (*machine == 0 || state[*machine - 1] > 0);
        let step = |machine: usize| {
            let mut next = state.clone();
            if machine > 0 {
                next[machine - 1] -= 1;
            }
            if machine < next.len() {
                next[machine] += 1;
            }
            (next, self.rates[machine])
        };
        (0..self.rates.len()).filter(works).map(step).collect()
    }

    /// Parts per second, by the balance equations of all states that the empty line leads to.
    fn throughput(&self) -> f64 {
        let mut states = vec![vec![0; self.rates.len() - 1]];
        let mut index = BTreeMap::from([(states[0].clone(), 0)]);
        let mut flows = Vec::new();
        let mut from = 0;
        while from < states.len() {
            for (next, rate) in self.steps(&states[from].clone()) {
                let to = *index.entry(next.clone()).or_insert_with(|| {
                    states.push(next);
                    states.len() - 1
                });
                flows.push((from, to, rate));
            }
            from += 1;
        }
        let mut balance = vec![vec![0.0; states.len()]; states.len()];
        for (from, to, rate) in flows {
            balance[to][from] += rate;
            balance[from][from] -= rate;
        }
        // One equation follows from the others and gives way to the sum.
        balance[0] = vec![1.0; states.len()];
        let mut right = vec![0.0; states.len()];
        right[0] = 1.0;
        let chances = solve(balance, right);
        let last = self.rates[self.rates.len() - 1];
        let works = |(state, chance): (&State, f64)| if state[state.len() - 1] > 0 { last * chance } else { 0.0 };
        states.iter().zip(chances).map(works).sum()
    }

    /// The line as a scene, with more parts than it can make.
    fn scene(&self, seconds: f64) -> String {
        let (mut twins, mut routing) = (String::new(), String::new());
        for (machine, rate) in self.rates.iter().enumerate() {
            let buffer = if machine == 0 { 0 } else { self.buffers[machine - 1] };
            twins += &format!(r#"(name: "m{machine}", machine: (input_buffer: {buffer})),"#);
            let mean = 1.0 / rate;
            routing += &format!(r#"(name: "o{machine}", machines: {{"m{machine}": Exponential(mean: {mean})}}),"#);
        }
        format!(
            r#"(
                run_for: {seconds}, warmup: 1000,
                twins: [{twins}],
                products: {{"part": (routing: [{routing}])}},
                arrivals: [(product: "part", limit: 1000000)],
            )"#
        )
    }
}

/// Hillier and Boling's table 1 (µ = 1), and the exact value for two machines, (N + 2) / (N + 3).
#[test]
fn the_balance_equations_give_the_published_throughputs() {
    let published: [(&[usize], f64); 6] =
        [(&[0], 2.0 / 3.0), (&[1], 0.75), (&[4], 6.0 / 7.0), (&[0, 0], 0.5641), (&[0; 3], 0.5148), (&[0; 4], 0.4858)];
    for (buffers, exact) in published {
        let found = Line { rates: &vec![1.0; buffers.len() + 1], buffers }.throughput();
        assert!((found - exact).abs() < 6e-5, "{buffers:?}: {found} instead of {exact}");
    }
}

#[test]
fn lines_make_what_hillier_and_boling_say() {
    let lines: [(&str, &[f64], &[usize]); 6] = [
        ("2 machines, no buffer", &[1.0, 1.0], &[0]),
        ("2 machines, buffer 4", &[1.0, 1.0], &[4]),
        ("3 machines, no buffers", &[1.0; 3], &[0, 0]),
        ("3 machines, buffers 2", &[1.0; 3], &[2, 2]),
        ("4 machines, no buffers", &[1.0; 4], &[0; 3]),
        ("3 unequal machines, buffers 1 and 2", &[1.0, 0.8, 1.2], &[1, 2]),
    ];
    for (name, rates, buffers) in lines {
        let line = Line { rates, buffers };
        let outcomes = replicate(&line.scene(25_000.0), 10);
        agree(name, &outcomes, 0.01, &[("throughput_rate", "world", 3600.0 * line.throughput())]);
    }
}
