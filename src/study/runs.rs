//! Makes the runs of a study, as many at a time as there are threads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bevy_app::App;
use bevy_ecs::prelude::World;

use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::engine::simulation::Simulation;
use crate::engine::spelling::nearest;
use crate::record::indicators::{self, Indicator};
use crate::record::statistics::estimate;
use crate::run::single::{self, Observer, RunError, RunOptions};
use crate::scene::header::Header;
use crate::scene::load;

use super::design::Design;
use super::factors::{Factor, Level};
use super::journal::{Journal, Run, Shard};
use super::plan::Plan;

/// The name by which a study knows an indicator: NAME of the world, or NAME/TWIN.
pub fn key(indicator: &Indicator) -> String {
    match &indicator.twin {
        None => indicator.name.clone(),
        Some(twin) => format!("{}/{twin}", indicator.name),
    }
}

fn keys(world: &World) -> BTreeSet<String> {
    indicators::compute(world).iter().map(key).collect()
}

/// That there is no indicator, and which there are.
fn no_indicator(name: &str, known: &BTreeSet<String>) -> String {
    let known = known.iter().map(String::as_str);
    let cure = match nearest(name, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let of_the_world: Vec<&str> = known.filter(|name| !name.contains('/')).collect();
            format!("there are {}, and NAME/TWIN", of_the_world.join(", "))
        }
    };
    format!("the scene has no indicator `{name}`; {cure}")
}

/// Factors with more values are checked at their ends.
const MOST_CHECKED: usize = 20;

/// Makes runs of a plan.
pub struct Runner<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What worlds know.
    pub plugins: fn(&mut App),
    /// The threads among which runs are shared out.
    pub pool: &'a Pool,
    /// Watches each run, and may stop all.
    pub observer: &'a dyn Observer,
    /// Told after each run how many of those at hand have been made, and how many there are.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

impl Runner<'_> {
    fn options(&self) -> RunOptions {
        let study = &self.plan.study;
        RunOptions {
            plugins: self.plugins,
            run_for: study.run_for,
            warmup: study.warmup,
            tables: Some(BTreeSet::new()),
            ..RunOptions::default()
        }
    }

    /// The world at a point.
    fn prepare(&self, levels: &[Level], seed: Option<Seed>) -> Result<(Simulation, Header), RunError> {
        let scene = load::load_text(&self.plan.scene, self.plan.scene_text.clone(), &self.plan.sets(levels))?;
        single::prepare(&scene, &self.options(), seed)
    }

    /// One run; none if it was stopped.
    fn run(&self, point: usize, levels: &[Level], replication: u32) -> Result<Option<Run>, RunError> {
        let seed = Seed(self.plan.seed).replication(replication.into());
        let (mut simulation, header) = self.prepare(levels, Some(seed))?;
        let outcome = single::execute(&mut simulation, &header, seed, Pool::default(), None, self.observer)?;
        if outcome.interrupted {
            return Ok(None);
        }
        let wanted = self.plan.study.indicators.as_ref();
        let found = outcome.indicators.iter().map(|indicator| (key(indicator), indicator));
        let kept = found.filter(|(key, indicator)| match wanted {
            Some(wanted) => wanted.contains(key) || self.is_aim(key),
            None => indicator.twin.is_none() || self.is_aim(key),
        });
        let indicators = kept.filter_map(|(key, indicator)| Some((key, indicator.value?))).collect();
        let settings = levels.iter().map(Level::to_string).collect();
        let (digest, wall) = (outcome.digest(), outcome.wall);
        Ok(Some(Run { point, replication, seed: seed.0, settings, digest, wall, indicators }))
    }

    /// The indicators that the study goes by.
    fn aims(&self) -> impl Iterator<Item = &String> {
        let study = &self.plan.study;
        let targets = match &study.design {
            Design::Calibrate(search) => Some(search.targets.keys()),
            _ => None,
        };
        targets.into_iter().flatten().chain(study.until.iter().map(|until| &until.indicator))
    }

    fn is_aim(&self, key: &str) -> bool {
        self.aims().any(|aim| aim == key)
    }

    /// Checks, before the runs are made, that the scene can be run with each value of each factor, and has the indicators that are wanted.
    ///
    /// # Errors
    /// What is wrong with the scene at the first point that cannot be run, or an indicator that there is not.
    pub fn check(&self) -> Result<(), RunError> {
        let factors: Vec<&Factor> = self.plan.study.factors.values().collect();
        let first: Vec<Level> = factors.iter().map(|factor| factor.at(0.0)).collect();
        let trial = |place: usize, value: Level| {
            let mut trial = first.clone();
            trial[place] = value;
            trial
        };
        let ends = |factor: &Factor| vec![factor.at(0.0), factor.at(1.0)];
        let is_short = |factor: &&Factor| factor.count().is_some_and(|count| count <= MOST_CHECKED);
        let values =
            |factor: &Factor| Some(factor).filter(is_short).and_then(Factor::levels).unwrap_or_else(|| ends(factor));
        let trials: Vec<Vec<Level>> = factors
            .iter()
            .enumerate()
            .flat_map(|(place, factor)| values(factor).into_iter().map(move |value| (place, value)))
            .map(|(place, value)| trial(place, value))
            .collect();
        let known = self.pool.map(&trials, |trial| -> Result<BTreeSet<String>, RunError> {
            Ok(keys(self.prepare(trial, None)?.0.world()))
        });
        let known: Vec<BTreeSet<String>> = known.into_iter().collect::<Result<_, _>>()?;
        let mut known: BTreeSet<String> = known.into_iter().flatten().collect();
        let wanted: Vec<&String> = self.plan.study.indicators.iter().flatten().chain(self.aims()).collect();
        if wanted.iter().any(|name| !known.contains(*name)) {
            // Some are there only once something has happened.
            let (mut simulation, header) = self.prepare(&first, None)?;
            let seed = Seed(self.plan.seed);
            single::execute(&mut simulation, &header, seed, Pool::default(), None, self.observer)?;
            known.extend(keys(simulation.world()));
        }
        match wanted.into_iter().find(|name| !known.contains(*name)) {
            None => Ok(()),
            Some(name) => Err(RunError::Options(no_indicator(name, &known))),
        }
    }

    /// Makes those of some runs of points that have not been made, and keeps them. Returns whether all are there: not if they were stopped.
    ///
    /// # Errors
    /// The first run that failed; what has been made is kept.
    pub fn make(
        &self,
        journal: &mut Journal,
        points: &(dyn Fn(usize) -> Vec<Level> + Sync),
        wanted: &[(usize, u32)],
    ) -> Result<bool, RunError> {
        let missing: Vec<(usize, u32)> = wanted.iter().copied().filter(|run| !journal.runs.contains_key(run)).collect();
        let (made, known) = (AtomicUsize::new(wanted.len() - missing.len()), &*journal);
        let is_over = AtomicBool::new(false);
        let found = self.pool.map(&missing, |(point, replication)| {
            // Where one was stopped or failed, those that have not begun need not.
            if is_over.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let ended = self.run(*point, &points(*point), *replication).and_then(|run| {
                if let Some(run) = &run {
                    known.keep(run)?;
                    (self.progress)(made.fetch_add(1, Ordering::Relaxed) + 1, wanted.len());
                }
                Ok(run)
            });
            is_over.fetch_or(!matches!(ended, Ok(Some(_))), Ordering::Relaxed);
            ended
        });
        let found: Vec<Option<Run>> = found.into_iter().collect::<Result<_, RunError>>()?;
        let is_whole = found.iter().all(Option::is_some);
        journal.runs.extend(found.into_iter().flatten().map(|run| ((run.point, run.replication), run)));
        Ok(is_whole)
    }

    /// Makes all runs of a plan with points that belong to a shard. Returns whether all are there: not if they were stopped.
    ///
    /// # Errors
    /// The first run that failed; what has been made is kept.
    pub fn make_all(&self, journal: &mut Journal, shard: Shard) -> Result<bool, RunError> {
        let points = |point: usize| self.plan.points[point].clone();
        loop {
            let wanted: Vec<(usize, u32)> = wanted(self.plan, &journal.runs, shard);
            let is_known = wanted.iter().all(|run| journal.runs.contains_key(run));
            if is_known {
                return Ok(true);
            }
            if !self.make(journal, &points, &wanted)? {
                return Ok(false);
            }
        }
    }
}

/// The runs that a plan wants as far as can be told: of each point the first replications, and more of those whose mean is not known well
/// enough by the runs that there are.
pub fn wanted(plan: &Plan, runs: &BTreeMap<(usize, u32), Run>, shard: Shard) -> Vec<(usize, u32)> {
    let points = (0..plan.points.len()).filter(|point| shard.has(*point));
    points.flat_map(|point| (0..replications(plan, runs, point)).map(move |replication| (point, replication))).collect()
}

/// How many replications of a point are wanted. Looked at are always as many from the first on, so that it does not matter which were made
/// when.
fn replications(plan: &Plan, runs: &BTreeMap<(usize, u32), Run>, point: usize) -> u32 {
    let least = plan.study.replications;
    let Some(until) = &plan.study.until else { return least };
    let mut count = least.max(2).min(until.most);
    loop {
        let made: Option<Vec<&Run>> = (0..count).map(|replication| runs.get(&(point, replication))).collect();
        let Some(made) = made else { return count };
        let values: Vec<f64> = made.iter().filter_map(|run| run.indicators.get(&until.indicator).copied()).collect();
        let is_known = estimate(&values)
            .is_some_and(|found| found.half_width.is_some_and(|half| half <= until.within * found.mean.abs()));
        if is_known || count == until.most {
            return count;
        }
        // A few more at a time: enough for all threads, and not many too many.
        count = (count + count.div_ceil(4)).min(until.most);
    }
}
