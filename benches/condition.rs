//! What it costs to ask one compiled condition of many twins, each with values of its own.
//!
//!   cargo bench --bench condition

use std::hint::black_box;
use std::time::Instant;

use autotwin::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary, condition};

const TWINS: usize = 10_000;
const ROUNDS: usize = 100;
const SLOTS: usize = 4;

const CONDITIONS: [&str; 4] = [
    "a < 20%",
    "a < 0.2 and distance(dock) > 5",
    "a < 0.2 and distance(dock) > 5 or not (b >= 0.5) and known(c)",
    "max(a, b) * 2 + if(a < b, c, 1) < clamp(distance(dock) / 3, 1, 2)",
];

struct Letters;

impl Vocabulary for Letters {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        let slot = match question {
            Question::Value(name) => ["a", "b", "c"].iter().position(|other| *other == name),
            Question::Of(..) => Some(3),
        };
        Ok(slot.map(|slot| Symbol { slot: slot as u32, kind: Type::Number }))
    }

    fn values(&self) -> Vec<&str> {
        vec!["a", "b", "c"]
    }

    fn questions(&self) -> Vec<(&str, &str)> {
        vec![("distance", "`distance(dock)`")]
    }
}

fn main() {
    // Spread evenly, in an order that no branch predictor learns.
    let value = |n: usize| (n as f64 * 0.618_033_988_749).fract();
    let twins: Vec<[f64; SLOTS]> = (0..TWINS)
        .map(|twin| std::array::from_fn(|slot| value(twin * SLOTS + slot + 1) * if slot == 3 { 10.0 } else { 1.0 }))
        .collect();
    for text in CONDITIONS {
        let program = condition(text, &mut Letters).expect("it is right");
        let mut times: Vec<f64> = (0..5)
            .map(|_| {
                let begin = Instant::now();
                let hold = |_| twins.iter().filter(|values| black_box(&program).holds(&values[..])).count();
                black_box((0..ROUNDS).map(hold).sum::<usize>());
                begin.elapsed().as_secs_f64() / (ROUNDS * TWINS) as f64 * 1e9
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{:5.1} ns (median of 5)  {text}", times[2]);
    }
}
