//! One run of a scene with one seed.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use bevy_app::App;
use bevy_ecs::prelude::World;
use serde::{Deserialize, Serialize};

use crate::city::plugin::CityPlugin;
use crate::engine::audit::Audits;
use crate::engine::clock::Clock;
use crate::engine::command::{Command, InputError};
use crate::engine::journal::Journal;
use crate::engine::parallel::Pool;
use crate::engine::random::Seed;
use crate::engine::registry::{Digest, WorldDigest};
use crate::engine::simulation::Simulation;
use crate::engine::snapshot::Snapshot;
use crate::engine::spelling::nearest;
use crate::engine::time::{Duration, Time};
use crate::factory::plugin::FactoryPlugin;
use crate::look::{LookPlugin, picture};
use crate::record::indicators::{self, Indicator};
use crate::record::metrics::{self, MetricPlugin, Rhythm};
use crate::record::missions::{self, MissionPlugin};
use crate::record::parquet::{TableFile, WriteError};
use crate::record::quantities::QuantityPlugin;
use crate::record::radio::{self, RadioPlugin};
use crate::record::reasons::{self, ReasonPlugin};
use crate::record::table::{self, TablePlugin, Tables};
use crate::record::track::TrackError;
use crate::record::track::write::{TrackWriter, Unfinished};
use crate::safety::plugin::SafetyPlugin;
use crate::scene::check;
use crate::scene::header::Header;
use crate::scene::load::{SceneError, SceneTree};
use crate::scene::problem::{Problem, Problems};
use crate::scene::spawn::{self, Built};
use crate::scene::syntax::Node;
use crate::scene::tree;
use crate::scene::twins::TwinsPlugin;
use crate::twin::life::LifePlugin;
use crate::twin::messages::MessagePlugin;
use crate::twin::step::trace::Tracing;

use super::checkpoint::{CheckpointError, CheckpointPlan, CheckpointWriter, Piece, Recorded};

/// Everything that this program knows: the base and every domain.
pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.add_plugins((FactoryPlugin, SafetyPlugin, CityPlugin));
}

/// What every world has: lives, messages, positions, sensors, beliefs and minds, tables and metrics.
pub fn base_plugins(app: &mut App) {
    use crate::scene::registry::SceneApp;
    app.add_plugins((
        LifePlugin,
        MessagePlugin,
        TwinsPlugin,
        TablePlugin,
        MetricPlugin,
        QuantityPlugin,
        ReasonPlugin,
        RadioPlugin,
        MissionPlugin,
        LookPlugin,
    ));
    app.register_part::<crate::world::position::Position>("position")
        .register_check(check_recorded_tables)
        .register_check(check_recorded_reasons);
}

/// What a run is to do, beside the scene.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// What the world knows: [`plugins`], or that and a plugin of one's own.
    pub plugins: fn(&mut App),
    /// Instead of the scene's seed.
    pub seed: Option<u64>,
    /// Instead of the scene's `run_for`.
    pub run_for: Option<Duration>,
    /// Instead of the scene's `warmup`.
    pub warmup: Option<Duration>,
    /// Instead of the scene's tables.
    pub tables: Option<BTreeSet<String>>,
    /// Whether to record what can be seen, even if the scene does not ask for it.
    pub tracks: bool,
    /// Instead of those of whom the scene wants the reasons of decisions recorded.
    pub reasons: Option<Vec<String>>,
    /// Whether to check after every event that nothing is lost.
    pub audit: bool,
    /// Commands with their line in the log.
    pub commands: Vec<(usize, Command)>,
    /// When checkpoints are made, if they are: of runs that have a folder.
    pub checkpoints: Option<CheckpointPlan>,
}

impl Default for RunOptions {
    fn default() -> Self {
        RunOptions {
            plugins,
            seed: None,
            run_for: None,
            warmup: None,
            tables: None,
            tracks: false,
            reasons: None,
            audit: false,
            commands: Vec::new(),
            checkpoints: None,
        }
    }
}

/// A run that cannot be made or not be finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The scene cannot be used.
    #[error(transparent)]
    Scene(#[from] SceneError),
    /// The command log cannot be used.
    #[error("{path} cannot be used:{}", .errors.iter().map(|e| format!("\n  {e}")).collect::<String>())]
    Inputs {
        /// Which file.
        path: String,
        /// What is wrong in it.
        errors: Vec<InputError>,
    },
    /// Options that do not fit the scene.
    #[error("{0}")]
    Options(String),
    /// An audit found the world broken: a defect of the program.
    #[error("the audit failed {0}; this is a defect of the program, please report it with the scene and seed")]
    Audit(String),
    /// Results cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// Tracks cannot be written or read.
    #[error(transparent)]
    Tracks(#[from] TrackError),
    /// A checkpoint cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A run folder cannot be read.
    #[error("cannot read {path}: {why}")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        why: String,
    },
    /// The operating system gave no threads.
    #[error("{0}")]
    Threads(String),
}

/// What a world looks like at the end of its run, in the run's folder: of worlds that are drawn flat.
pub const PICTURE: &str = "picture.png";

/// What commands are called of which nobody has said in which file they stand.
pub const UNNAMED: &str = "inputs";

/// A digest taken in the course of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestRecord {
    /// After how many steps.
    pub step: u64,
    /// At what time: nanoseconds.
    pub time_ns: i64,
    /// Of the whole world.
    pub total: Digest,
    /// Of each part and resource.
    pub parts: Vec<(Cow<'static, str>, Digest)>,
}

impl DigestRecord {
    fn new(clock: &Clock, digest: WorldDigest) -> DigestRecord {
        DigestRecord { step: clock.step, time_ns: clock.now.nanos(), total: digest.total, parts: digest.items }
    }
}

/// What came of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Its seed.
    pub seed: Seed,
    /// The clock at its end.
    pub clock: Clock,
    /// Where its digests stood, the last one at the end.
    pub digests: Vec<DigestRecord>,
    /// Its indicators.
    pub indicators: Vec<Indicator>,
    /// How long it took, in seconds on the wall.
    pub wall: f64,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// How many rows each table got; nothing of a run that was made before.
    #[serde(skip)]
    pub rows: Vec<(String, u64)>,
}

impl Outcome {
    /// The digest at the end.
    pub fn digest(&self) -> String {
        self.digests.last().map(|digest| digest.total.to_string()).unwrap_or_default()
    }
}

/// What the caller is told after each step; it answers whether to go on.
pub trait Observer: Sync {
    /// After a step. `horizon` is where the run will end, if that is known.
    fn after_step(&self, clock: &Clock) -> bool;
}

/// An observer that never minds.
pub struct Nobody;

impl Observer for Nobody {
    fn after_step(&self, _: &Clock) -> bool {
        true
    }
}

/// A scene's settings with a run's options laid over them.
pub fn settle_header(mut header: Header, options: &RunOptions) -> Header {
    header.seed = options.seed.unwrap_or(header.seed);
    header.run_for = options.run_for.or(header.run_for);
    header.warmup = options.warmup.unwrap_or(header.warmup);
    header.record.tables = options.tables.clone().or(header.record.tables);
    header.record.tracks |= options.tracks;
    header.record.reasons = options.reasons.clone().unwrap_or(header.record.reasons);
    header
}

/// Makes the world of a scene, ready for its first step.
///
/// # Errors
/// What is wrong with the scene, its options or its commands.
pub fn prepare(scene: &SceneTree, options: &RunOptions, seed: Option<Seed>) -> Result<(Simulation, Header), RunError> {
    let chosen = seed.or(options.seed.map(Seed));
    let wrong = |problems: Problems| RunError::Scene(SceneError::Wrong(scene.sources.clone(), problems));
    let Built { mut simulation, header } = spawn::build(scene, chosen, options.plugins).map_err(wrong)?;
    let header = settle_header(header, options);
    if header.run_for.is_some_and(|length| length <= header.warmup) {
        let message = "the warm-up should be shorter than the run: lower --warmup or raise --for";
        return Err(RunError::Options(message.to_owned()));
    }
    check_tables(&simulation, options.tables.as_ref())?;
    check_reasons(&simulation, options.reasons.as_deref().unwrap_or_default())?;
    if header.run_for.is_none() {
        let mut problems = Problems::new();
        check::check_end(simulation.world(), &scene.root, &mut problems);
        if !problems.is_empty() {
            return Err(wrong(problems));
        }
    }
    let horizon = header.run_for.map_or(Time::NEVER, |length| Time::ZERO + length);
    let digest_every = header.record.digest_every.unwrap_or(Duration::from_secs(3_600));
    metrics::start(simulation.world_mut(), header.record.metrics_every, header.warmup, digest_every);
    if let Some(tick) = header.tick {
        simulation.set_tick(tick);
    }
    simulation.start(seed.unwrap_or(Seed(header.seed)), horizon);
    if options.audit {
        simulation.world_mut().resource_mut::<Audits>().enable();
    }
    simulation
        .submit(options.commands.clone())
        .map_err(|errors| RunError::Inputs { path: UNNAMED.to_owned(), errors })?;
    Ok((simulation, header))
}

fn table_names(world: &World) -> Vec<&'static str> {
    world.resource::<Tables>().infos().iter().map(|info| info.name).collect()
}

/// Where a table that is wanted is not known: what there is.
fn table_cure(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(other) => format!("did you mean `{other}`?"),
        None => format!("there are {}", known.join(", ")),
    }
}

fn check_tables(simulation: &Simulation, wanted: Option<&BTreeSet<String>>) -> Result<(), RunError> {
    let known = table_names(simulation.world());
    match wanted.iter().flat_map(|wanted| wanted.iter()).find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(RunError::Options(format!("there is no table `{name}`; {}", table_cure(name, &known)))),
        None => Ok(()),
    }
}

/// Those of whom reasons are wanted are there.
fn check_reasons(simulation: &Simulation, who: &[String]) -> Result<(), RunError> {
    let found = reasons::find(simulation.world(), who);
    found.map(drop).map_err(|(message, help)| RunError::Options(format!("{message}; {help}")))
}

/// Those of whom the scene itself wants reasons are there.
fn check_recorded_reasons(world: &World, root: &Node, problems: &mut Problems) {
    let Some(who) = root.get("record").and_then(|record| record.get("reasons")) else { return };
    for (text, span) in tree::items(who).iter().filter_map(|item| item.as_str().map(|text| (text, item.span))) {
        if let Err((message, help)) = reasons::find(world, &[text.to_owned()]) {
            problems.push(Problem { span, message, label: "nobody".to_owned(), help: Some(help) });
        }
    }
}

/// The tables that the scene itself asks for.
fn check_recorded_tables(world: &World, root: &Node, problems: &mut Problems) {
    let known = table_names(world);
    let Some(tables) = root.get("record").and_then(|record| record.get("tables")) else { return };
    let named = tree::items(tables).iter().filter_map(|item| item.as_str().map(|name| (name, item.span)));
    for (name, span) in named.filter(|(name, _)| !known.contains(name)) {
        let (message, help) = (format!("there is no table `{name}`"), Some(table_cure(name, &known)));
        problems.push(Problem { span, message, label: "not known".to_owned(), help });
    }
}

/// What a run leaves behind, and where it goes on. A folder alone is one for tables, without checkpoints.
#[derive(Default)]
pub struct Recording<'a> {
    /// Where tables and tracks are written, if they are.
    pub folder: Option<&'a Path>,
    /// When checkpoints are made, if they are. They need a folder.
    pub checkpoints: Option<CheckpointPlan>,
    /// What was recorded before, of a run that goes on: its world is restored already.
    pub begun: Option<Begun>,
}

impl<'a> From<Option<&'a Path>> for Recording<'a> {
    fn from(folder: Option<&'a Path>) -> Recording<'a> {
        Recording { folder, ..Recording::default() }
    }
}

/// What a run has recorded up to the checkpoint from which it goes on.
pub struct Begun {
    /// The number of the checkpoint.
    pub(super) number: u64,
    /// What the checkpoint says.
    pub(super) recorded: Recorded,
    /// Rows and digests up to then.
    pub(super) pieces: Vec<Piece>,
}

/// Runs a prepared world to its end.
///
/// # Errors
/// If a table or a checkpoint cannot be written, or an audit fails.
pub fn execute<'a>(
    simulation: &mut Simulation,
    header: &Header,
    seed: Seed,
    pool: Pool,
    recording: impl Into<Recording<'a>>,
    observer: &dyn Observer,
) -> Result<Outcome, RunError> {
    simulation.set_pool(pool.clone());
    let recording = recording.into();
    pool.install(|| run_to_end(simulation, header, seed, recording, observer))
}

fn run_to_end(
    simulation: &mut Simulation,
    header: &Header,
    seed: Seed,
    recording: Recording,
    observer: &dyn Observer,
) -> Result<Outcome, RunError> {
    let started = Instant::now();
    let Recording { folder, checkpoints, mut begun } = recording;
    open_tables(simulation.world_mut(), header, folder)?;
    let mut digests = Digests::new(header.record.digest_every.is_some());
    let goes_on = begun.is_some();
    let wall = begun.as_ref().map_or(0.0, |begun| begun.recorded.wall);
    let recorded = folder.filter(|_| header.record.tracks);
    let tracks = recorded.map(|folder| record_tracks(simulation.world_mut(), folder, begun.as_mut())).transpose()?;
    let mut keeper = match folder.zip(checkpoints) {
        Some((folder, plan)) => {
            let files = table::give_files(simulation.world_mut());
            Some(Keeper::begin(
                simulation.world_mut(),
                (folder, plan, files),
                (&header.name, seed),
                begun,
                &mut digests,
            )?)
        }
        None => None,
    };
    let wall = || wall + started.elapsed().as_secs_f64();
    if let Some(keeper) = &mut keeper {
        match goes_on {
            // It has made the one of this moment.
            true => keeper.writer.skip_to(simulation.clock().now),
            false => keeper.make(simulation, simulation.save(), &mut digests, tracks.as_ref(), wall()),
        }
    }
    let mut interrupted = false;
    while !simulation.has_ended() && !interrupted {
        simulation.step();
        if let Some(error) = simulation.world().resource::<Tables>().error() {
            return Err(error.clone().into());
        }
        if let Some(failure) = simulation.world().resource::<Audits>().failure() {
            return Err(RunError::Audit(failure.to_owned()));
        }
        interrupted = !observer.after_step(simulation.clock()) && !simulation.has_ended();
        let digest_is_due = digests.are_due(simulation);
        let is_kept = keeper.as_ref().is_some_and(|keeper| keeper.is_due(simulation, interrupted));
        let snapshot = is_kept.then(|| simulation.save());
        if digest_is_due {
            digests.take(simulation, snapshot.as_ref());
        }
        if let Some(keeper) = &mut keeper {
            match snapshot {
                Some(snapshot) => keeper.make(simulation, snapshot, &mut digests, tracks.as_ref(), wall()),
                None => keeper.make_room(simulation.world_mut(), &mut digests),
            }
            interrupted |= keeper.has_failed();
        }
    }
    let indicators = indicators::compute(simulation.world());
    digests.take(simulation, None);
    let end = simulation.clock().now;
    let tracks = tracks.map(|tracks| tracks.stop(simulation.world_mut(), end));
    let rows = close_tables(simulation.world_mut(), keeper);
    if let Some(path) = folder.map(|folder| folder.join(PICTURE)) {
        picture::write(simulation.world(), &path).map_err(|why| WriteError::new(&path, why))?;
    }
    // Without tracks no checkpoints are made, and the reason is theirs.
    tracks.map_or(Ok(()), Unfinished::finish)?;
    let rows = rows?;
    let clock = *simulation.clock();
    Ok(Outcome { seed, clock, digests: digests.records, indicators, wall: wall(), interrupted, rows })
}

/// Begins to record what can be seen. A run that goes on has recorded it up to now.
fn record_tracks(world: &mut World, folder: &Path, begun: Option<&mut Begun>) -> Result<TrackWriter, TrackError> {
    match begun {
        Some(begun) => {
            let written = begun.pieces.iter_mut().filter_map(|piece| piece.seen.take()).collect();
            TrackWriter::go_on(world, folder, written)
        }
        None => TrackWriter::begin(world, folder),
    }
}

fn open_tables(world: &mut World, header: &Header, folder: Option<&Path>) -> Result<(), RunError> {
    let Some(folder) = folder else {
        world.resource_mut::<Journal>().enabled = false;
        return Ok(());
    };
    let wanted = |name: &str| header.record.tables.as_ref().is_none_or(|tables| tables.contains(name));
    table::open(world, folder, &wanted)?;
    reasons::start(world, &header.record.reasons);
    radio::start(world);
    missions::start(world);
    Ok(())
}

/// Writes the last rows. Returns the number of rows of each table.
fn close_tables(world: &mut World, keeper: Option<Keeper>) -> Result<Vec<(String, u64)>, RunError> {
    table::push_last_rows(world);
    if let Some(error) = world.resource::<Tables>().error() {
        return Err(error.clone().into());
    }
    let rows = table::take_rows(world);
    let files = match keeper {
        Some(keeper) => keeper.writer.finish(rows)?,
        None => {
            let mut files = table::give_files(world);
            table::append(&mut files, rows)?;
            files
        }
    };
    Ok(table::finish(files, world.resource::<Pool>())?)
}

/// Keeps checkpoints of a run.
struct Keeper {
    writer: CheckpointWriter,
}

impl Keeper {
    /// Begins with them. Of a run that was broken off, what it had recorded is taken up.
    fn begin(
        world: &mut World,
        (folder, plan, mut files): (&Path, CheckpointPlan, Vec<TableFile>),
        (scene, seed): (&str, Seed),
        begun: Option<Begun>,
        digests: &mut Digests,
    ) -> Result<Keeper, RunError> {
        let last = begun.as_ref().map(|begun| (begun.number, begun.recorded.log));
        if let Some(begun) = begun {
            digests.rule = begun.recorded.digests;
            for piece in begun.pieces {
                digests.records.extend(piece.digests);
                table::append(&mut files, piece.rows)?;
            }
            digests.kept = digests.records.len();
            world.resource_mut::<Tracing>().go_on(begun.recorded.open);
        }
        Ok(Keeper { writer: CheckpointWriter::begin(folder, plan, (scene, seed.0), last, files)? })
    }

    /// Whether one is due, or the run is left here.
    fn is_due(&self, simulation: &Simulation, is_left: bool) -> bool {
        (is_left || self.writer.is_due(simulation.clock().now)) && !simulation.has_ended()
    }

    /// Makes one of what was saved.
    fn make(
        &mut self,
        simulation: &mut Simulation,
        snapshot: Snapshot,
        digests: &mut Digests,
        tracks: Option<&TrackWriter>,
        wall: f64,
    ) {
        let seen = tracks.map(|tracks| tracks.keep(simulation.world_mut()));
        let rows = table::take_rows(simulation.world_mut());
        let piece = Piece { digests: digests.take_new(), rows, seen: None };
        let open = simulation.world().resource::<Tracing>().open();
        let recorded = Recorded { digests: digests.rule, open, wall, log: 0 };
        self.writer.make(simulation.clock(), snapshot, recorded, piece, seen);
    }

    /// Hands rows over between two checkpoints if there are many.
    fn make_room(&mut self, world: &mut World, digests: &mut Digests) {
        if table::has_many_rows(world) {
            let rows = table::take_rows(world);
            self.writer.hand_over(Piece { digests: digests.take_new(), rows, seen: None });
        }
    }

    fn has_failed(&self) -> bool {
        self.writer.has_failed()
    }
}

/// The digests of a run, taken when they are due.
#[derive(Default)]
struct Digests {
    records: Vec<DigestRecord>,
    /// How many of them are in the log of the run.
    kept: usize,
    rule: DigestRule,
}

/// Digests that nobody asked for are put off where they would cost too much beside the events between them. That counts events and
/// bytes, never time, and so is the same in each run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct DigestRule {
    asked_for: bool,
    events_at_last: u64,
    bytes_of_last: u64,
}

impl DigestRule {
    /// About how many bytes can be hashed at a tenth of the cost of one event.
    const BYTES_PER_EVENT: u64 = 16;

    fn allows(&self, clock: &Clock) -> bool {
        let events = clock.events - self.events_at_last;
        self.asked_for || events * Self::BYTES_PER_EVENT >= self.bytes_of_last
    }
}

impl Digests {
    fn new(asked_for: bool) -> Digests {
        Digests { rule: DigestRule { asked_for, ..DigestRule::default() }, ..Digests::default() }
    }

    /// Those that were taken since this was asked last.
    fn take_new(&mut self) -> Vec<DigestRecord> {
        let new = self.records[self.kept..].to_vec();
        self.kept = self.records.len();
        new
    }

    /// Whether one is due after a step. Whoever asks takes it.
    fn are_due(&self, simulation: &mut Simulation) -> bool {
        let is_time = std::mem::take(&mut simulation.world_mut().resource_mut::<Rhythm>().digest_due);
        is_time && self.rule.allows(simulation.clock())
    }

    /// Takes one, of what was saved at this moment if it was: that spares to go over the world again.
    fn take(&mut self, simulation: &Simulation, snapshot: Option<&Snapshot>) {
        let digest = snapshot.map_or_else(|| simulation.digest(), Snapshot::digest);
        self.rule.bytes_of_last = digest.bytes;
        self.rule.events_at_last = simulation.clock().events;
        let record = DigestRecord::new(simulation.clock(), digest);
        if self.records.last().is_none_or(|last| last.step != record.step) {
            self.records.push(record);
        }
    }
}
