//! Whether a schedule solves a flexible job shop: read from the instance's file and from the table `operations`, by
//! means of their own, so that no slip of the simulation's can hide here.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};

/// For each job its operations, each with the times of the machines that can do it.
pub type Shop = Vec<Vec<BTreeMap<u64, u64>>>;

/// One operation of a schedule. Times in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled {
    pub job: u64,
    pub operation: u64,
    pub machine: u64,
    pub start: u64,
    pub end: u64,
}

/// What is wrong with a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This operation of this job is not in the instance.
    Unknown(u64, u64),
    /// It is not in the schedule.
    Missing(u64, u64),
    /// It is done more than once.
    Twice(u64, u64),
    /// It is done on a machine that cannot do it.
    Ineligible(u64, u64),
    /// It takes another time than it should there.
    Duration(u64, u64),
    /// It begins before the job's last operation ends.
    Order(u64, u64),
    /// This machine does two things at a time.
    Overlap(u64),
    /// The last operation does not end when the run says.
    Makespan,
}

/// Reads an instance: each line but the first is a job. Only for well-formed files.
pub fn read_shop(text: &str) -> Shop {
    let lines = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines
        .map(|line| read_job(&line.split_whitespace().map(|word| word.parse().unwrap()).collect::<Vec<u64>>()))
        .collect()
}

fn read_job(numbers: &[u64]) -> Vec<BTreeMap<u64, u64>> {
    let mut operations = Vec::new();
    let mut rest = &numbers[1..];
    while let Some((&machines, more)) = rest.split_first() {
        let (pairs, after) = more.split_at(2 * machines as usize);
        operations.push(pairs.chunks(2).map(|pair| (pair[0], pair[1])).collect());
        rest = after;
    }
    assert_eq!(operations.len() as u64, numbers[0], "the line says how many operations it has");
    operations
}

/// Reads the table `operations`.
pub fn read_operations(path: &Path) -> Vec<Scheduled> {
    let file = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    file.get_row_iter(None).unwrap().map(|row| read_row(&row.unwrap())).collect()
}

fn read_row(row: &Row) -> Scheduled {
    let fields: BTreeMap<&str, &Field> = row.get_column_iter().map(|(name, field)| (name.as_str(), field)).collect();
    let number = |name: &str| match fields[name] {
        Field::Long(value) => u64::try_from(*value).unwrap(),
        Field::Double(value) => whole(*value),
        other => panic!("`{name}` is {other}"),
    };
    let after = |name: &str, prefix: &str| match fields[name] {
        Field::Str(text) => text.strip_prefix(prefix).and_then(|number| number.parse().ok()).unwrap(),
        other => panic!("`{name}` is {other}"),
    };
    let (job, operation) = (number("job"), after("operation", "o"));
    assert_eq!((job, operation), (after("product", "job-"), number("visit")), "names and numbers say the same");
    Scheduled { job, operation, machine: after("machine", "machine-"), start: number("start"), end: number("end") }
}

/// A time that must be a whole number of seconds, as all times of an instance are.
pub fn whole(seconds: f64) -> u64 {
    assert!(seconds >= 0.0 && seconds.fract() == 0.0, "{seconds} is not whole");
    seconds as u64
}

/// Checks a schedule and its makespan against the instance.
pub fn check(shop: &Shop, schedule: &[Scheduled], makespan: u64) -> Result<(), Fault> {
    check_operations(shop, schedule)?;
    check_order(schedule)?;
    check_machines(schedule)?;
    let end = schedule.iter().map(|row| row.end).max();
    if end == Some(makespan) { Ok(()) } else { Err(Fault::Makespan) }
}

/// Every operation once, on a machine that can do it, for as long as that takes.
fn check_operations(shop: &Shop, schedule: &[Scheduled]) -> Result<(), Fault> {
    let mut open: BTreeMap<(u64, u64), bool> = BTreeMap::new();
    for (job, operations) in (0_u64..).zip(shop) {
        open.extend((0..operations.len() as u64).map(|operation| ((job, operation), true)));
    }
    for &Scheduled { job, operation, machine, start, end } in schedule {
        let is_open = open.get_mut(&(job, operation)).ok_or(Fault::Unknown(job, operation))?;
        if !std::mem::replace(is_open, false) {
            return Err(Fault::Twice(job, operation));
        }
        let time = shop[job as usize][operation as usize].get(&machine).ok_or(Fault::Ineligible(job, operation))?;
        if start.checked_add(*time) != Some(end) {
            return Err(Fault::Duration(job, operation));
        }
    }
    match open.iter().find(|(_, open)| **open) {
        Some((&(job, operation), _)) => Err(Fault::Missing(job, operation)),
        None => Ok(()),
    }
}

/// No operation begins before the one before it ends.
fn check_order(schedule: &[Scheduled]) -> Result<(), Fault> {
    let mut sorted = schedule.to_vec();
    sorted.sort_by_key(|row| (row.job, row.operation));
    match sorted.windows(2).find(|pair| pair[0].job == pair[1].job && pair[1].start < pair[0].end) {
        Some(pair) => Err(Fault::Order(pair[1].job, pair[1].operation)),
        None => Ok(()),
    }
}

/// No machine does two things at a time.
fn check_machines(schedule: &[Scheduled]) -> Result<(), Fault> {
    let mut sorted = schedule.to_vec();
    sorted.sort_by_key(|row| (row.machine, row.start, row.end));
    match sorted.windows(2).find(|pair| pair[0].machine == pair[1].machine && pair[1].start < pair[0].end) {
        Some(pair) => Err(Fault::Overlap(pair[1].machine)),
        None => Ok(()),
    }
}
