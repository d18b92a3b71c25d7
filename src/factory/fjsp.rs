//! Flexible job-shop instances in the format of P. Brandimarte, "Routing and scheduling in a flexible job shop by tabu
//! search", Annals of Operations Research 41 (1993), as most benchmark collections have them.
//!
//! Line 1 is `jobs machines` (a third number, the mean flexibility, is passed over); then a line for each job: the number
//! of operations, and for each the number of eligible machines and as many pairs `machine time`, machines counted
//! from 0. One unit of time becomes one second.

use std::fmt;

use super::optimise::{Alternative, Job, Machine, Operation, Problem};

/// A flexible job shop in which all jobs are there at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// How many machines.
    pub machines: usize,
    /// The operations of each job, each with its eligible machines and times.
    pub jobs: Vec<Vec<Vec<(usize, u64)>>>,
}

/// What is wrong with an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong, and what should be there.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// The most jobs, machines and operations of one job that are believed: more is a damaged file.
const MOST: u64 = 1_000_000;

/// Reads an instance.
///
/// # Errors
/// The first thing that is wrong, with its line and column.
pub fn parse(text: &str) -> Result<Instance, ParseError> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((number, line)) = lines.next() else {
        return Err(ParseError {
            line: 1,
            column: 1,
            message: "the file is empty; it should begin with `jobs machines`".to_owned(),
        });
    };
    let mut numbers = Numbers::new(number, line);
    let jobs = numbers.next("the number of jobs", 1, MOST)?;
    let machines = numbers.next("the number of machines", 1, MOST)? as usize;
    let mut instance = Instance { machines, jobs: Vec::new() };
    for job in 0..jobs {
        let Some((number, line)) = lines.next() else {
            let message = format!("the first line says {jobs} jobs, but there are lines for {job}");
            return Err(ParseError { line: text.lines().count(), column: 1, message });
        };
        instance.jobs.push(parse_job(&mut Numbers::new(number, line), machines)?);
    }
    match lines.next() {
        Some((number, _)) => {
            let message = format!("the first line says {jobs} jobs, but here is one more line");
            Err(ParseError { line: number + 1, column: 1, message })
        }
        None => Ok(instance),
    }
}

fn parse_job(numbers: &mut Numbers, machines: usize) -> Result<Vec<Vec<(usize, u64)>>, ParseError> {
    let operations = numbers.next("the number of operations", 1, MOST)?;
    let mut job = Vec::new();
    for _ in 0..operations {
        let count = numbers.next("the number of eligible machines", 1, machines as u64)?;
        let mut eligible: Vec<(usize, u64)> = Vec::new();
        for _ in 0..count {
            let machine = numbers.next("a machine, counted from 0", 0, machines as u64 - 1)? as usize;
            if eligible.iter().any(|(other, _)| *other == machine) {
                return Err(numbers.error(format!("machine {machine} is named twice for one operation")));
            }
            eligible.push((machine, numbers.next("a time", 0, 1_000_000_000)?));
        }
        job.push(eligible);
    }
    numbers.end()?;
    Ok(job)
}

/// The numbers of one line, with their places.
struct Numbers<'a> {
    line: usize,
    text: &'a str,
    at: usize,
    rest: std::str::SplitWhitespace<'a>,
}

impl<'a> Numbers<'a> {
    fn new(index: usize, text: &'a str) -> Numbers<'a> {
        Numbers { line: index + 1, text, at: 0, rest: text.split_whitespace() }
    }

    fn next(&mut self, what: &str, low: u64, high: u64) -> Result<u64, ParseError> {
        let Some(word) = self.rest.next() else {
            self.at = self.text.trim_end().len();
            return Err(self.error(format!("the line ends where {what} should be")));
        };
        // A word is a piece of the line, so the distance of their starts is its place.
        self.at = word.as_ptr() as usize - self.text.as_ptr() as usize;
        match word.parse() {
            Ok(number) if (low..=high).contains(&number) => Ok(number),
            _ => Err(self.error(format!("{what} should be a whole number from {low} to {high}, but is `{word}`"))),
        }
    }

    fn end(&mut self) -> Result<(), ParseError> {
        match self.rest.next() {
            None => Ok(()),
            Some(word) => {
                self.at = word.as_ptr() as usize - self.text.as_ptr() as usize;
                Err(self.error(format!("the line should end before `{word}`: all operations are there")))
            }
        }
    }

    fn error(&self, message: String) -> ParseError {
        ParseError { line: self.line, column: self.text[..self.at].chars().count() + 1, message }
    }
}

/// An instance as a problem for the optimiser.
pub fn to_problem(instance: &Instance) -> Problem {
    let nanos = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
    let operation = |eligible: &Vec<(usize, u64)>| {
        let alternatives = eligible.iter().map(|(machine, time)| Alternative { machine: *machine, time: nanos(*time) });
        Operation { alternatives: alternatives.collect(), family: None }
    };
    let job = |operations: &Vec<_>| Job {
        release: 0,
        due: None,
        weight: 1.0,
        operations: operations.iter().map(operation).collect(),
    };
    let machines = vec![Machine::default(); instance.machines];
    Problem { machines, jobs: instance.jobs.iter().map(job).collect(), lags: None }
}

/// Writes an instance as a scene. Job `j` of the file becomes a job of product `job-j`, counted from 0, so that job
/// numbers in results are those of the file; machine `m` becomes the twin `machine-m`.
pub fn to_scene(instance: &Instance, name: &str) -> String {
    let width = instance.jobs.len().saturating_sub(1).to_string().len();
    let mut text = format!(
        "// A flexible job shop, imported. One unit of time of the instance is one second.\n(\n    name: {name:?},\n    \
         // Jobs choose the machine on which they should be finished first; of the jobs before a machine, the one with most\n    \
         // work remaining is next. Others: `autotwin parts machine` and `autotwin parts factory`.\n    \
         factory: (machine_choice: EarliestFinish),\n    twins: [\n        \
         (name: \"machine-{{n}}\", first: 0, count: {}, machine: (rule: Mwkr)),\n    ],\n    products: {{\n",
        instance.machines
    );
    for (job, operations) in instance.jobs.iter().enumerate() {
        text += &format!("        \"job-{job:0width$}\": (routing: [\n");
        for (index, eligible) in operations.iter().enumerate() {
            let machines: Vec<String> =
                eligible.iter().map(|(machine, time)| format!("\"machine-{machine}\": {time}")).collect();
            text += &format!("            (name: \"o{index}\", machines: {{{}}}),\n", machines.join(", "));
        }
        text += "        ]),\n";
    }
    text += "    },\n    jobs: [\n";
    for job in 0..instance.jobs.len() {
        text += &format!("        (product: \"job-{job:0width$}\"),\n");
    }
    text + "    ],\n)\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_is_read() {
        let instance = parse("2 3 1.5\n2 1 0 5 2 1 3 2 4\n1 1 2 7\n").unwrap();
        assert_eq!(instance.machines, 3);
        assert_eq!(instance.jobs, vec![vec![vec![(0, 5)], vec![(1, 3), (2, 4)]], vec![vec![(2, 7)]]]);
    }

    #[test]
    fn broken_instances_say_where() {
        let cases = [
            ("", "1:1: the file is empty"),
            ("1 x\n", "1:3: the number of machines should be a whole number"),
            ("2 2\n1 1 0 5\n", "2:1: the first line says 2 jobs"),
            ("1 2\n1 1 2 5\n", "2:5: a machine, counted from 0 should be a whole number from 0 to 1, but is `2`"),
            ("1 2\n1 2 0 5 0 6\n", "2:9: machine 0 is named twice"),
            ("1 2\n1 1 0\n", "2:6: the line ends where a time should be"),
            ("1 2\n1 1 0 5 9\n", "2:9: the line should end before `9`"),
            ("1 2\n1 1 0 5\n1 1 0 5\n", "3:1: the first line says 1 jobs, but here is one more"),
        ];
        for (text, expected) in cases {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }
}
