//! Why a twin did what it did: from what a run recorded of its decisions, else by running it again.
//!
//! A run is a function of its scene, seed and inputs. So whatever nobody thought of recording can still be asked: the run is
//! made again with an eye on one twin, up to the moment in question and on until it is known what came of it.

use std::path::Path;

use bevy_app::App;

use super::folder::{RunRecord, Summary};
use super::single::{self, Observer, RunError};
use super::verify::{read_json, read_record, repetition};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::engine::simulation::Simulation;
use crate::engine::spelling::nearest;
use crate::engine::time::{Duration, Time};
use crate::record::report::RunData;
use crate::record::report::columns::Columns;
use crate::twin::actions::Outcome;
use crate::twin::step::trace::{self, Decision, Deed, End, Followed, Tracing, Wanted};
use crate::twin::who::TwinSet;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The name of the twin.
    pub twin: String,
    /// The moment; without it, the end of the run.
    pub at: Option<Time>,
    /// Of several replications which one, from 1.
    pub replication: u64,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The moment.
    pub at: Time,
    /// The seed of the run.
    pub seed: u64,
    /// The last decision up to then by which anything was begun, broken off or gone on with.
    pub turn: Option<Decision>,
    /// The last decision up to then, if another: it left everything as it was.
    pub last: Option<Decision>,
    /// What the twin has done, in the order in which it was begun: up to what came of `turn`.
    pub deeds: Vec<Deed>,
    /// Up to when that is known.
    pub known_until: Time,
    /// Whether it was recorded; if not, the run was made again.
    pub is_recorded: bool,
}

impl Explanation {
    /// What was under way at the moment.
    pub fn under_way(&self) -> impl Iterator<Item = &Deed> {
        let goes_on = |deed: &&Deed| deed.end.as_ref().is_none_or(|end| end.at > self.at);
        self.deeds.iter().filter(|deed| deed.from <= self.at).filter(goes_on)
    }

    /// What was over by then, the last first.
    pub fn over(&self) -> impl Iterator<Item = &Deed> {
        let is_over = |deed: &&Deed| deed.end.as_ref().is_some_and(|end| end.at <= self.at);
        self.deeds.iter().rev().filter(is_over)
    }

    /// What the turn began, and what came of it.
    pub fn came_of_it(&self) -> impl Iterator<Item = &Deed> {
        let turn = self.turn.as_ref();
        self.deeds.iter().filter(move |deed| turn.is_some_and(|turn| begins(turn, deed)))
    }
}

/// Whether a decision began a course.
fn begins(decision: &Decision, deed: &Deed) -> bool {
    deed.from == decision.at && decision.wanted.contains(&Wanted::Begin(deed.course.clone()))
}

/// What is found out of a twin, in the order of time.
struct Findings {
    at: Time,
    turn: Option<Decision>,
    last: Option<Decision>,
    deeds: Vec<Deed>,
}

impl Findings {
    fn new(at: Time) -> Findings {
        Findings { at, turn: None, last: None, deeds: Vec::new() }
    }

    fn add(&mut self, decision: Decision) {
        match () {
            () if decision.at > self.at => {}
            () if decision.wanted.is_empty() => self.last = Some(decision),
            () => (self.turn, self.last) = (Some(decision), None),
        }
    }

    /// Whether it is known what came of what was decided, `under_way` being what goes on.
    fn is_complete(&self, mut under_way: impl Iterator<Item = Deed>) -> bool {
        let turn = self.turn.as_ref();
        !under_way.any(|deed| turn.is_some_and(|turn| begins(turn, &deed)) || deed.from <= self.at)
    }

    fn answer(mut self, seed: u64, known_until: Time, is_recorded: bool) -> Explanation {
        self.deeds.sort_by_key(|deed| deed.from);
        self.deeds.retain(|deed| deed.from <= self.at);
        let Findings { at, turn, last, deeds } = self;
        Explanation { at, seed, turn, last, deeds, known_until, is_recorded }
    }
}

/// Says why a twin did what it did in the run of a folder.
///
/// # Errors
/// If the folder cannot be read, its run cannot be repeated, or the question does not fit it.
pub fn explain(
    folder: &Path,
    question: &Question,
    plugins: fn(&mut App),
    pool: &Pool,
    observer: &dyn Observer,
) -> Result<Explanation, RunError> {
    let record = read_record(folder)?;
    let summary: Summary = read_json(folder, "summary.json")?;
    let end = Time::ZERO + Duration::from_seconds(summary.simulated_seconds);
    let at = question.at.unwrap_or(end);
    if at > end {
        return Err(RunError::Options(format!("the run ended at {end}; ask for a moment before that")));
    }
    if !(1..=record.replications).contains(&question.replication) {
        let message = format!("the run has {} replications; choose one of them", record.replications);
        return Err(RunError::Options(message));
    }
    match recorded(folder, question, at, &record, end)? {
        Some(found) => Ok(found),
        None => pool.install(|| replay(folder, question, at, &record, plugins, pool, observer)),
    }
}

/// The answer from the tables, if they hold it.
fn recorded(
    folder: &Path,
    question: &Question,
    at: Time,
    record: &RunRecord,
    end: Time,
) -> Result<Option<Explanation>, RunError> {
    // Of replications the tables of the first are read; the others are run again.
    if question.replication != 1 {
        return Ok(None);
    }
    let unreadable = |error: crate::record::report::ReportError| {
        let crate::record::report::ReportError::Read { path, why, .. } = error;
        RunError::Read { path, why }
    };
    let data = RunData::open(folder).map_err(unreadable)?;
    let tables = (data.table("decisions").map_err(unreadable)?, data.table("activities").map_err(unreadable)?);
    let (Some(decisions), Some(activities)) = tables else { return Ok(None) };
    let mut findings = Findings::new(at);
    let read = read_decisions(&decisions, &question.twin, &mut findings).zip(read_deeds(
        &activities,
        &question.twin,
        &mut findings,
    ));
    let is_there = read.is_some_and(|(decisions, _)| decisions > 0);
    Ok(is_there.then(|| findings.answer(record.seed, end, true)))
}

fn moment(seconds: f64) -> Time {
    Time::ZERO + Duration::from_seconds(seconds)
}

/// Reads the decisions of a twin. Returns how many there are; none if the table is of another form.
fn read_decisions(table: &Columns, twin: &str, findings: &mut Findings) -> Option<usize> {
    let (times, twins) = (table.floats("time")?, table.texts("twin")?);
    let [known, weighed, wanted, doing, outcomes] =
        ["known", "weighed", "wanted", "doing", "outcomes"].map(|name| table.texts(name));
    let (known, weighed, wanted, doing, outcomes) = (known?, weighed?, wanted?, doing?, outcomes?);
    let mut count = 0;
    for row in (0..table.rows()).filter(|row| &**twins.get(*row) == twin) {
        count += 1;
        findings.add(Decision {
            at: moment(times[row]),
            // Whoever reads knows by name.
            twin: TwinId::NONE,
            known: serde_json::from_str(known.get(row)).ok()?,
            weighed: serde_json::from_str(weighed.get(row)).ok()?,
            wanted: serde_json::from_str(wanted.get(row)).ok()?,
            doing: serde_json::from_str(doing.get(row)).ok()?,
            outcomes: serde_json::from_str(outcomes.get(row)).ok()?,
        });
    }
    Some(count)
}

fn read_deeds(table: &Columns, twin: &str, findings: &mut Findings) -> Option<usize> {
    let (times, ends, twins) = (table.floats("time")?, table.floats("end")?, table.texts("twin")?);
    let [course, outcome, action, why] = ["course", "outcome", "action", "why"].map(|name| table.texts(name));
    let (course, outcome, action, why) = (course?, outcome?, action?, why?);
    for row in (0..table.rows()).filter(|row| &**twins.get(*row) == twin) {
        let end = Outcome::read(outcome.get(row), why.get(row)).map(|outcome| End {
            at: moment(ends[row]),
            action: action.get(row).to_string(),
            outcome,
        });
        let (course, from) = (course.get(row).to_string(), moment(times[row]));
        findings.deeds.push(Deed { twin: TwinId::NONE, course, from, end });
    }
    Some(findings.deeds.len())
}

/// The answer by running it again.
fn replay(
    folder: &Path,
    question: &Question,
    at: Time,
    record: &RunRecord,
    plugins: fn(&mut App),
    pool: &Pool,
    observer: &dyn Observer,
) -> Result<Explanation, RunError> {
    let (scene, options) = repetition(folder, record, plugins)?;
    let seed = Seed(record.seed).replication(question.replication - 1);
    let (mut simulation, _) = single::prepare(&scene, &options, Some(seed))?;
    simulation.set_pool(pool.clone());
    let twin = find(&simulation, &question.twin)?;
    let followed = Followed::Some(TwinSet::new(vec![twin]));
    simulation.world_mut().resource_mut::<Tracing>().follow(followed);
    let mut findings = Findings::new(at);
    while !simulation.has_ended() {
        simulation.step();
        let tracing = look(&mut simulation, &mut findings);
        let is_known = simulation.clock().now > at && tracing;
        if is_known || !observer.after_step(simulation.clock()) {
            break;
        }
    }
    let deeds = simulation.world().resource::<Tracing>().under_way();
    findings.deeds.extend(deeds);
    Ok(nameless(findings.answer(seed.0, simulation.clock().now, false)))
}

/// Takes over what was noted in a step. Returns whether enough is known.
fn look(simulation: &mut Simulation, findings: &mut Findings) -> bool {
    simulation.world_mut().resource_scope(|world, mut tracing: bevy_ecs::prelude::Mut<Tracing>| {
        let directory = world.resource::<Directory>();
        tracing.take_decisions(directory).into_iter().for_each(|decision| findings.add(decision));
        findings.deeds.extend(tracing.take_deeds());
        findings.is_complete(tracing.under_way())
    })
}

/// As what was recorded, so that both can be compared: whoever reads knows by name.
fn nameless(mut explanation: Explanation) -> Explanation {
    let decisions = explanation.turn.iter_mut().chain(&mut explanation.last);
    decisions.for_each(Decision::forget_ids);
    explanation.deeds.iter_mut().for_each(|deed| deed.twin = TwinId::NONE);
    explanation
}

/// The twin of that name, if it decides anything.
fn find(simulation: &Simulation, name: &str) -> Result<TwinId, RunError> {
    let world = simulation.world();
    let directory = world.resource::<Directory>();
    let decides = |twin: TwinId| trace::decides(world, twin);
    let minded = || directory.twins().filter(|(twin, ..)| decides(*twin)).map(|(.., name)| &**name);
    let Some(twin) = directory.find(name) else {
        let cure = match nearest(name, minded()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => some_of(minded()),
        };
        return Err(RunError::Options(format!("there is no twin `{name}`; {cure}")));
    };
    if decides(twin) {
        return Ok(twin);
    }
    Err(RunError::Options(format!("`{name}` has no part `mind`, so it decides nothing; {}", some_of(minded()))))
}

fn some_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 5;
    let mut names: Vec<&str> = names.take(MOST + 1).collect();
    let dots = if names.len() > MOST { ", ..." } else { "" };
    names.truncate(MOST);
    match names.as_slice() {
        [] => "nobody in this scene has a mind".to_owned(),
        names => format!("twins with a mind are {}{dots}", names.join(", ")),
    }
}
