//! No job is lost: after every event each job is in exactly one place, shipped or scrapped, whatever fails and whatever
//! people do to the factory.

use std::fmt::Write as _;

use autotwin::prelude::*;
use proptest::prelude::*;

use crate::support::{RULES, commands, indicator, read, run};

/// A random machine: capacity, buffers, rule, failures, set-ups.
#[derive(Clone, Debug)]
struct RandomMachine {
    capacity: u32,
    input: Option<u32>,
    output: u32,
    rule: &'static str,
    failure: Option<(&'static str, u32, u32)>,
    set_up: Option<u32>,
}

/// A random operation: machines, mean time, repeats, and where jobs go next, in parts of the whole.
#[derive(Clone, Debug)]
struct RandomOperation {
    machines: Vec<usize>,
    minutes: u32,
    repeat: u32,
    family: usize,
    next: Option<(usize, u32, u32)>,
    choice: &'static str,
}

#[derive(Clone, Debug)]
struct RandomFactory {
    machines: Vec<RandomMachine>,
    products: Vec<Vec<RandomOperation>>,
    lots: Vec<(usize, u32, u32, i32)>,
    supply: bool,
    log: Vec<(u32, usize, usize)>,
    seed: u64,
}

fn machine() -> impl Strategy<Value = RandomMachine> {
    let rules = prop::sample::select(RULES.to_vec());
    let failure = prop::option::of((prop::sample::select(vec!["Working", "Calendar"]), 5..200_u32, 1..60_u32));
    (1..4_u32, prop::option::of(0..4_u32), 0..3_u32, rules, failure, prop::option::of(0..20_u32)).prop_map(
        |(capacity, input, output, rule, failure, set_up)| RandomMachine {
            capacity,
            input,
            output,
            rule,
            failure,
            set_up,
        },
    )
}

fn operation(machines: usize) -> impl Strategy<Value = RandomOperation> {
    let choices = prop::sample::select(vec!["EarliestFinish", "ShortestQueue", "Random"]);
    let next = prop::option::of((0..4_usize, 0..80_u32, 0..20_u32));
    (prop::collection::btree_set(0..machines, 1..=machines.min(3)), 0..30_u32, 1..3_u32, 0..3_usize, next, choices)
        .prop_map(|(machines, minutes, repeat, family, next, choice)| RandomOperation {
            machines: machines.into_iter().collect(),
            minutes,
            repeat,
            family,
            next,
            choice,
        })
}

fn factory() -> impl Strategy<Value = RandomFactory> {
    (1..6_usize).prop_flat_map(|count| {
        let machines = prop::collection::vec(machine(), count);
        let products = prop::collection::vec(prop::collection::vec(operation(count), 1..5), 1..4);
        let lots = prop::collection::vec((0..4_usize, 1..8_u32, 0..120_u32, -1..2_i32), 1..4);
        let log = prop::collection::vec((0..1_000_u32, 0..5_usize, 0..count), 0..12);
        (machines, products, lots, any::<bool>(), log, 0..1_000_u64).prop_map(
            |(machines, products, lots, supply, log, seed)| RandomFactory {
                machines,
                products,
                lots,
                supply,
                log,
                seed,
            },
        )
    })
}

impl RandomFactory {
    fn scene(&self) -> String {
        let mut text = String::from("(run_for: \"20h\", twins: [\n");
        for (index, machine) in self.machines.iter().enumerate() {
            // A supply needs limited room before the machines of its first operation.
            let input = if self.supply { Some(machine.input.unwrap_or(2)) } else { machine.input };
            let input = input.map_or(String::new(), |input| format!("input_buffer: {input}, "));
            let RandomMachine { capacity, output, rule, .. } = machine;
            let _ = write!(
                text,
                "(name: \"m{index}\", machine: (capacity: {capacity}, {input}output_buffer: {output}, rule: {rule})"
            );
            if let Some((clock, after, repair)) = machine.failure {
                let _ = write!(
                    text,
                    ", breakdown: (after: Exponential(mean: \"{after}m\"), clock: {clock}, repair: \"{repair}m\")"
                );
            }
            if let Some(minutes) = machine.set_up {
                let _ = write!(text, ", setup: (otherwise: \"{minutes}m\")");
            }
            text += "),\n";
        }
        text += "], products: {\n";
        for (index, product) in self.products.iter().enumerate() {
            let _ = writeln!(text, "\"p{index}\": (routing: [");
            for (step, operation) in product.iter().enumerate() {
                operation.write(&mut text, step, product.len());
            }
            text += "]),\n";
        }
        text += "}, jobs: [\n";
        for (product, count, release, priority) in &self.lots {
            let product = product % self.products.len();
            let _ = writeln!(
                text,
                "(product: \"p{product}\", count: {count}, release: \"{release}m\", priority: {priority}, due: \"9h\"),"
            );
        }
        text += "], arrivals: [(product: \"p0\", every: Exponential(mean: \"25m\"), due_factor: 3)";
        if self.supply {
            text += ", (product: \"p0\", limit: 200)";
        }
        text + "])\n"
    }

    fn log(&self) -> String {
        let mut log = String::new();
        for (minute, what, machine) in &self.log {
            let what = match what {
                0 => format!(r#""do": "suspend", "twin": "m{machine}""#),
                1 => format!(r#""do": "activate", "twin": "m{machine}""#),
                2 => format!(r#""do": "breakdown", "twin": "m{machine}", "with": {{"repair": "30m"}}"#),
                3 => r#""do": "release", "with": {"product": "p0", "count": 3, "priority": 1}"#.to_owned(),
                _ => format!(r#""do": "retire", "twin": "m{machine}""#),
            };
            let _ = writeln!(log, "{{\"at\": \"{minute}m\", {what}}}");
        }
        log
    }
}

impl RandomOperation {
    fn write(&self, text: &mut String, step: usize, steps: usize) {
        let machines: Vec<String> = self
            .machines
            .iter()
            .map(|m| format!("\"m{m}\": Exponential(mean: \"{}s\")", self.minutes * 60 + 1))
            .collect();
        let _ = write!(text, "(name: \"o{step}\", machines: {{{}}}, repeat: {}", machines.join(", "), self.repeat);
        let _ = write!(text, ", family: \"f{}\", choice: {}", self.family, self.choice);
        if let Some((to, share, scrap)) = self.next {
            let rest = 100 - share - scrap;
            let to = to % steps;
            let _ = write!(
                text,
                ", next: {{\"o{to}\": {}, \"scrap\": {}, \"ship\": {}}}",
                percent(share),
                percent(scrap),
                percent(rest)
            );
        }
        *text += "),\n";
    }
}

fn percent(value: u32) -> String {
    format!("{}", f64::from(value) / 100.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_job_is_in_exactly_one_place_after_every_event(factory in factory()) {
        let scene = read(&factory.scene());
        let options = RunOptions {
            seed: Some(factory.seed),
            audit: true,
            commands: commands(&factory.log()),
            ..RunOptions::default()
        };
        // The audit stops the run at the first event after which something does not fit.
        let outcome = run(&scene, &options, 1);
        let count = |name| indicator(&outcome, name);
        prop_assert_eq!(
            count("jobs_released"),
            count("jobs_shipped") + count("jobs_scrapped") + count("jobs_unfinished")
        );
    }
}
