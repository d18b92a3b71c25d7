//! `autotwin run --what-if`: a run beside others in which people intervene.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::engine::command::Command;
use crate::engine::parallel::Pool;
use crate::record::parquet::WriteError;
use crate::record::statistics::Estimate;
use crate::run::folder::{self, RunFolder};
use crate::run::replications::run_all;
use crate::run::single::{self, Outcome, RunError, RunOptions};
use crate::run::what_if::{Alternative, BASELINE, Contrast, FILE, contrasts};
use crate::scene::load::SceneTree;

use super::output::{Watch, number, table};

/// What is to be compared.
pub(super) struct Question<'a> {
    /// The scene.
    pub scene: &'a SceneTree,
    /// The options of the run that alternatives are compared to.
    pub options: &'a RunOptions,
    /// How many runs of each.
    pub replications: u64,
    /// The files of commands, one for each alternative.
    pub files: &'a [PathBuf],
    /// The folder to make.
    pub target: &'a Path,
}

impl Question<'_> {
    /// Makes all runs, each in a folder of its own, and says how they differ. Tells whether somebody stopped them.
    ///
    /// # Errors
    /// What is wrong with the commands, before anything is run; a run that failed.
    pub fn answer(&self, pool: &Pool) -> Result<(String, bool), RunError> {
        let files = self.files.iter().map(|path| self.read(path)).collect::<Result<Vec<_>, _>>()?;
        let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).chain([BASELINE]).collect();
        if names.len() <= files.len() {
            let message =
                format!("two alternatives have the same name, or one is called {BASELINE}; rename their files");
            return Err(RunError::Options(message));
        }
        if self.target.exists() {
            let why = "it is there already; remove it or choose another --out";
            return Err(WriteError::new(self.target, why).into());
        }
        let watch = Watch::new(false);
        let baseline = self.run(BASELINE, self.options, pool, &watch)?;
        let mut stopped = is_stopped(&baseline);
        let mut alternatives = Vec::new();
        for (name, commands) in files {
            let from = commands.iter().map(|(_, command)| command.at).min().unwrap_or_default();
            let commands = self.options.commands.iter().cloned().chain(commands).collect();
            let outcomes = self.run(&name, &RunOptions { commands, ..self.options.clone() }, pool, &watch)?;
            stopped |= is_stopped(&outcomes);
            alternatives.push(Alternative { name, from, contrasts: contrasts(&baseline, &outcomes) });
        }
        folder::write_json(self.target, FILE, &alternatives)?;
        Ok((self.describe(&alternatives), stopped))
    }

    /// The name of an alternative and its commands, which the scene must understand.
    fn read(&self, path: &Path) -> Result<(String, Vec<(usize, Command)>), RunError> {
        let commands = folder::read_inputs(path)?;
        let alone = RunOptions { commands: commands.clone(), ..self.options.clone() };
        single::prepare(self.scene, &alone, None).map_err(|error| super::run::name_inputs(error, Some(path)))?;
        if commands.is_empty() {
            let why = "there is no command in it: an alternative that is the same as the run";
            return Err(RunError::Read { path: path.display().to_string(), why: why.to_owned() });
        }
        Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), commands))
    }

    fn run(&self, name: &str, options: &RunOptions, pool: &Pool, watch: &Watch) -> Result<Vec<Outcome>, RunError> {
        let folder = RunFolder::begin(&self.target.join(name))?;
        let (header, outcomes) = run_all(self.scene, options, self.replications, pool, Some(folder.path()), watch)?;
        folder.finish(self.scene, &header, options, &outcomes)?;
        Ok(outcomes)
    }

    fn describe(&self, alternatives: &[Alternative]) -> String {
        let pairs = match self.replications {
            1 => "one pair of runs: what differs may be chance".to_owned(),
            count => format!(
                "{count} pairs of runs with the same random numbers, 95 % intervals; * leaves out 0, as one of twenty does by chance"
            ),
        };
        let mut text = format!("{pairs}\n");
        for alternative in alternatives {
            let Alternative { name, from, contrasts } = alternative;
            text += &format!("\n{name}, otherwise from {} on\n", from);
            let world = contrasts.iter().filter(|contrast| contrast.twin.is_none());
            let rows: Vec<Vec<String>> = header().into_iter().chain(world.filter_map(row)).collect();
            text += &table(&rows, &[0, 4]);
        }
        text += &format!("\nall figures, those of single twins too: {}\n", self.target.join(FILE).display());
        let folders: Vec<String> = [BASELINE]
            .into_iter()
            .chain(alternatives.iter().map(|other| other.name.as_str()))
            .map(|name| self.target.join(name).display().to_string())
            .collect();
        text + &format!("page by page: autotwin report {}\n", folders.join(" "))
    }
}

fn is_stopped(outcomes: &[Outcome]) -> bool {
    outcomes.iter().any(|outcome| outcome.interrupted)
}

fn header() -> Option<Vec<String>> {
    Some(["", BASELINE, "alternative", "difference", ""].map(str::to_owned).to_vec())
}

/// A figure that differs at all.
fn row(contrast: &Contrast) -> Option<Vec<String>> {
    let Contrast { name, unit, baseline, alternative, difference, .. } = contrast;
    if difference.mean == 0.0 && difference.half_width.unwrap_or(0.0) == 0.0 {
        return None;
    }
    let mark = if contrast.is_sure() { "*" } else { "" };
    let name = if unit.is_empty() { name.clone() } else { format!("{name}, {unit}") };
    Some(vec![name, number(baseline.mean), number(alternative.mean), signed(difference), mark.to_owned()])
}

fn signed(difference: &Estimate) -> String {
    let sign = if difference.mean > 0.0 { "+" } else { "" };
    let half = difference.half_width.map_or_else(String::new, |half| format!(" ± {}", number(half)));
    format!("{sign}{}{half}", number(difference.mean))
}
