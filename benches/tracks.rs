//! What it costs to record what can be seen of a week of `scenes/factory.ron`, and to find a moment in the record.
//! Runs on one thread, and on as many as `autotwin run` takes by itself: one for each core.
//!
//!   cargo bench --bench tracks

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::record::track::FILE;
use autotwin::record::track::read::TrackReader;
use autotwin::run::single::Nobody;
use autotwin::scene::load::load;

const RUNS: usize = 21;
const SEEKS: usize = 500;

fn main() {
    let scene = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/factory.ron");
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (threads, pool) in [("one thread", Pool::default()), ("a thread for each core", Pool::new(0).expect("threads"))]
    {
        // By turns, so that what else the machine does strikes both alike.
        let times: Vec<[f64; 2]> =
            (0..RUNS).map(|_| [false, true].map(|tracks| run(&scene, folder.path(), &pool, tracks))).collect();
        let [without, with] = [0, 1].map(|which| median(times.iter().map(|pair| pair[which]).collect()));
        println!(
            "a week on {threads} without tracks: {:.1} ms, with them: {:.1} ms (medians of {RUNS}): {:+.1} %",
            without * 1e3,
            with * 1e3,
            (with / without - 1.0) * 100.0
        );
    }
    let size = std::fs::metadata(folder.path().join(FILE)).expect("it was written").len();
    let begin = Instant::now();
    let mut reader = TrackReader::open(folder.path()).expect("the tracks are whole");
    let opened = begin.elapsed().as_secs_f64();
    let [start, end] = [reader.index.start, reader.index.end];
    let mut changes = 0;
    let mut seeks: Vec<f64> = (0..SEEKS)
        .map(|n| {
            // All over the week, in no order.
            let share = (n as f64 * 0.618_033_988_749).fract();
            let at = start + Duration::from_seconds((end - start).seconds() * share);
            let begin = Instant::now();
            let chunk = reader.chunk(reader.chunk_at(at)).expect("the chunk is whole");
            changes += chunk.changes.len();
            begin.elapsed().as_secs_f64()
        })
        .collect();
    seeks.sort_by(f64::total_cmp);
    println!(
        "{:.2} MB in {} pieces; opened in {:.1} ms; a moment is found in {:.1} ms (median of {SEEKS}), {:.1} ms at most; \
         {} changes in a piece",
        size as f64 / 1e6,
        reader.index.chunks.len(),
        opened * 1e3,
        seeks[SEEKS / 2] * 1e3,
        seeks[SEEKS - 1] * 1e3,
        changes / SEEKS,
    );
}

/// Seconds on the wall.
fn run(scene: &Path, folder: &Path, pool: &Pool, tracks: bool) -> f64 {
    let tree = load(scene, &[]).expect("the scene is right");
    let options = RunOptions { tracks, ..RunOptions::default() };
    let (mut simulation, header) = prepare(&tree, &options, None).expect("the scene is right");
    let begin = Instant::now();
    let outcome = execute(&mut simulation, &header, Seed(header.seed), pool.clone(), Some(folder), &Nobody);
    assert!(outcome.is_ok());
    begin.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
