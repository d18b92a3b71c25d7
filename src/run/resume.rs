//! Goes on with a run that was broken off, from a checkpoint.

use std::path::{Path, PathBuf};

use bevy_app::App;

use super::checkpoint::{self, Checkpoint, CheckpointError, Piece};
use super::folder::{RunFolder, RunPlan, Summary, read_inputs};
use super::replications::{Beginning, run_from};
use super::single::{Begun, Observer, RunError, RunOptions};
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::engine::simulation::Simulation;
use crate::engine::time::Time;
use crate::record::row_log;
use crate::scene::load;

/// Goes on with the run of a folder from its last checkpoint, or the last up to a moment. None if it is left again before
/// its end.
///
/// # Errors
/// If the folder is of no run that can go on, its checkpoint cannot be used, or its results cannot be written.
pub fn resume(
    folder: &Path,
    until: Option<Time>,
    plugins: fn(&mut App),
    pool: &Pool,
    observer: &dyn Observer,
) -> Result<Option<Summary>, RunError> {
    let (folder, plan) = RunFolder::open(folder)?;
    let scene = load::load(&folder.path().join("scene.ron"), &[])?;
    let options = options(&plan, folder.path(), plugins)?;
    let beginning = (plan.replications, Beginning::Checkpoint(until));
    let (header, outcomes) = run_from(&scene, &options, beginning, pool, Some(folder.path()), observer)?;
    if outcomes.iter().any(|outcome| outcome.interrupted) {
        return Ok(None);
    }
    Ok(Some(folder.finish(&scene, &header, &options, &outcomes)?))
}

fn options(plan: &RunPlan, folder: &Path, plugins: fn(&mut App)) -> Result<RunOptions, RunError> {
    Ok(RunOptions {
        plugins,
        seed: plan.seed,
        run_for: plan.run_for,
        warmup: plan.warmup,
        tables: plan.tables.clone(),
        tracks: plan.tracks,
        reasons: plan.reasons.clone(),
        audit: plan.audit,
        commands: read_inputs(&folder.join("inputs.jsonl"))?,
        checkpoints: Some(plan.checkpoints),
    })
}

/// Puts the state of a folder's last checkpoint (up to a moment, if one is named) into a prepared world. None if there is no
/// checkpoint yet, so that the run begins at its start.
pub(super) fn restore(
    simulation: &mut Simulation,
    folder: &Path,
    seed: Seed,
    until: Option<Time>,
) -> Result<Option<Begun>, RunError> {
    if !folder.join(checkpoint::FOLDER).is_dir() {
        return Ok(None);
    }
    let all = checkpoint::list(folder)?;
    let Some((number, path, checkpoint)) = choose(&all, until)? else { return Ok(None) };
    simulation.restore(&checkpoint.snapshot).map_err(|error| checkpoint.misfit(&path, &error))?;
    if simulation.digest().total != checkpoint.about.digest {
        return Err(checkpoint.mistaken(&path).into());
    }
    if checkpoint.about.seed != seed.0 {
        let message = format!("{} is of a run with seed {}, not {}", path.display(), checkpoint.about.seed, seed.0);
        return Err(RunError::Options(message));
    }
    let unreadable = |why| RunError::Read { path: folder.join(row_log::FILE).display().to_string(), why };
    let pieces: Vec<Piece> = row_log::read(folder, checkpoint.recorded.log).map_err(unreadable)?;
    // What was written later speaks of rows that are cut off now.
    for (later, path) in all.iter().filter(|(other, _)| *other > number) {
        std::fs::remove_file(path).map_err(|error| unreadable(format!("cannot remove checkpoint {later}: {error}")))?;
    }
    Ok(Some(Begun { number, recorded: checkpoint.recorded, pieces }))
}

/// The last of the checkpoints; if a moment is named, the last whole one up to then.
fn choose(all: &[(u64, PathBuf)], until: Option<Time>) -> Result<Option<(u64, PathBuf, Checkpoint)>, CheckpointError> {
    for (number, path) in all.iter().rev() {
        let read = Checkpoint::read(path);
        match (read, until) {
            (Ok(checkpoint), Some(until)) if checkpoint.about.at > until => {}
            // Whoever names a moment wants to go back behind what is damaged.
            (Err(_), Some(_)) => {}
            (read, _) => return Ok(Some((*number, path.clone(), read?))),
        }
    }
    Ok(None)
}
