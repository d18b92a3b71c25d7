//! Checkpoints: the state of a run at a moment, in a file from which it goes on.
//!
//! ```text
//! magic and version                     8 bytes
//! length of what follows the checksum   8 bytes
//! checksum (XXH3, 128 bits)            16 bytes
//! what it is of, what was recorded, the state of the world      (postcard, compressed with LZ4)
//! ```
//!
//! A file is written under a temporary name and renamed, so that whatever ends the program leaves the last whole one. It is written
//! by a thread of its own, which writes the tables too: the run only copies its state and hands its rows over.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::build_info::BuildInfo;
use super::single::{DigestRecord, DigestRule};
use crate::engine::clock::Clock;
use crate::engine::registry::Digest;
use crate::engine::snapshot::{Snapshot, SnapshotError};
use crate::engine::time::{Duration, Time};
use crate::record::parquet::{TableFile, WriteError};
use crate::record::row_log::RowLog;
use crate::record::segment::Segment;
use crate::record::table;
use crate::record::track::{self, Stretch};
use crate::twin::step::trace::Open;

/// What a file begins with. The last byte is the version.
const MAGIC: [u8; 8] = *b"AUTOCKP\x03";
const HEAD: usize = 32;
/// How many checkpoints may wait to be written: a run that is faster than its disk waits for it.
const WAITING: usize = 2;
/// The folder in a run's.
pub const FOLDER: &str = "checkpoints";
const ENDING: &str = "ckp";

/// A checkpoint that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read.
    #[error("cannot read {path}: {why}")]
    File {
        /// Which file.
        path: String,
        /// What the operating system said.
        why: String,
    },
    /// It is something else.
    #[error("{0} is no checkpoint; name a file in the folder `checkpoints` of a run")]
    Foreign(String),
    /// It is of another layout.
    #[error("{path} is a checkpoint of layout {found}, and this program reads layout {}; use the version of Autotwin that made it", MAGIC[7])]
    Layout {
        /// Which file.
        path: String,
        /// Its layout.
        found: u8,
    },
    /// Its end is missing.
    #[error("{path} is cut off: it has {has} bytes of {wants}; go on from an earlier one with --at")]
    CutOff {
        /// Which file.
        path: String,
        /// How many bytes there are.
        has: u64,
        /// How many there should be.
        wants: u64,
    },
    /// It is not as it was written.
    #[error("{0} is damaged: its checksum is wrong; go on from an earlier one with --at")]
    Damaged(String),
    /// It is whole, and yet this program does not understand it.
    #[error("{path} was made by {made_by}, and does not fit this program: {why}; use the one that made it")]
    OtherProgram {
        /// Which file.
        path: String,
        /// Which program made it.
        made_by: String,
        /// What does not fit.
        why: String,
    },
}

/// What a checkpoint is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The program that made it.
    pub build: BuildInfo,
    /// The name of the scene.
    pub scene: String,
    /// The seed of the run.
    pub seed: u64,
    /// After how many steps.
    pub step: u64,
    /// At what moment.
    pub at: Time,
    /// The digest of the world.
    pub digest: Digest,
}

/// What a run had recorded by then beside its rows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// When digests are taken.
    pub(super) digests: DigestRule,
    /// The courses of twins that were under way.
    pub(super) open: Vec<Open>,
    /// How long the run had taken: seconds on the wall.
    pub wall: f64,
    /// How long the log of rows was: bytes.
    pub log: u64,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// What it is of.
    pub about: About,
    /// What had been recorded.
    pub recorded: Recorded,
    /// The state of the world.
    pub snapshot: Snapshot,
}

/// A piece of the log: what was recorded between two checkpoints.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Piece {
    pub(super) digests: Vec<DigestRecord>,
    pub(super) rows: Vec<Segment>,
    /// What could be seen, of a run that records it.
    pub(super) seen: Option<Stretch>,
}

impl Checkpoint {
    /// Reads a file.
    ///
    /// # Errors
    /// If it is missing, damaged, cut off, or of something or somebody else.
    pub fn read(path: &Path) -> Result<Checkpoint, CheckpointError> {
        let shown = || path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|error| CheckpointError::File { path: shown(), why: error.to_string() })?;
        let Some((magic, rest)) = bytes.split_first_chunk::<8>().filter(|(magic, _)| magic[..7] == MAGIC[..7]) else {
            return Err(CheckpointError::Foreign(shown()));
        };
        if *magic != MAGIC {
            return Err(CheckpointError::Layout { path: shown(), found: magic[7] });
        }
        let head = rest.split_first_chunk::<8>();
        let head = head.and_then(|(length, rest)| Some((length, rest.split_first_chunk::<16>()?)));
        let Some((length, (checksum, packed))) = head else {
            return Err(CheckpointError::CutOff { path: shown(), has: bytes.len() as u64, wants: HEAD as u64 });
        };
        let wants = u64::from_le_bytes(*length).saturating_add(HEAD as u64);
        if wants > bytes.len() as u64 {
            return Err(CheckpointError::CutOff { path: shown(), has: bytes.len() as u64, wants });
        }
        if wants < bytes.len() as u64 || xxh3_128(packed) != u128::from_le_bytes(*checksum) {
            return Err(CheckpointError::Damaged(shown()));
        }
        let plain = decompress_size_prepended(packed).map_err(|_| CheckpointError::Damaged(shown()))?;
        let other = |made_by: String, why: String| CheckpointError::OtherProgram { path: shown(), made_by, why };
        // What it is of reads first, in whatever form the rest is.
        let (about, rest) = postcard::take_from_bytes::<About>(&plain)
            .map_err(|error| other("another version".into(), error.to_string()))?;
        let (recorded, snapshot) =
            postcard::from_bytes(rest).map_err(|error| other(name(&about.build), error.to_string()))?;
        Ok(Checkpoint { about, recorded, snapshot })
    }

    /// Its bytes in a file.
    fn bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        let packed = compress_prepend_size(&postcard::to_stdvec(self)?);
        let mut bytes = Vec::with_capacity(HEAD + packed.len());
        bytes.extend(MAGIC);
        bytes.extend((packed.len() as u64).to_le_bytes());
        bytes.extend(xxh3_128(&packed).to_le_bytes());
        bytes.extend(packed);
        Ok(bytes)
    }

    /// Writes it into a file. Returns how long that is: bytes.
    ///
    /// # Errors
    /// If the disk is full, say. What was there before is still there then.
    pub fn write(&self, path: &Path) -> Result<u64, WriteError> {
        let failed = |error: &dyn std::fmt::Display| WriteError::new(path, error);
        let bytes = self.bytes().map_err(|error| failed(&error))?;
        let temporary = path.with_extension("part");
        std::fs::write(&temporary, &bytes)
            .and_then(|()| std::fs::rename(&temporary, path))
            .map_err(|error| failed(&error))?;
        Ok(bytes.len() as u64)
    }

    /// That it does not fit this program.
    pub fn misfit(&self, path: &Path, error: &SnapshotError) -> CheckpointError {
        let (path, made_by) = (path.display().to_string(), name(&self.about.build));
        CheckpointError::OtherProgram { path, made_by, why: error.to_string() }
    }

    /// That the state of the world came out another one than was saved.
    pub fn mistaken(&self, path: &Path) -> CheckpointError {
        let (path, made_by) = (path.display().to_string(), name(&self.about.build));
        CheckpointError::OtherProgram {
            path,
            made_by,
            why: "the state that it gives is not the one that was saved".into(),
        }
    }
}

fn name(build: &BuildInfo) -> String {
    format!("Autotwin {} ({})", build.version, build.commit)
}

/// When checkpoints are made, and how many are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointPlan {
    /// How often: at the first step that ends then or later, the first before the first step.
    pub every: Duration,
    /// How many are kept, the last ones; none for all.
    pub keep: Option<u64>,
}

/// The checkpoints of a run's folder, in order: their numbers and files.
///
/// # Errors
/// If the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<(u64, PathBuf)>, CheckpointError> {
    let folder = folder.join(FOLDER);
    let failed =
        |error: std::io::Error| CheckpointError::File { path: folder.display().to_string(), why: error.to_string() };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_one = path.extension().is_some_and(|ending| ending == ENDING);
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok()).filter(|_| is_one);
        found.extend(number.map(|number: u64| (number, path)));
    }
    found.sort_unstable();
    Ok(found)
}

/// The file of a checkpoint by its number.
fn file(folder: &Path, number: u64) -> PathBuf {
    folder.join(FOLDER).join(format!("{number:05}.{ENDING}"))
}

/// What the thread that writes is given.
enum Job {
    /// What could be seen comes when it is written.
    Checkpoint(Box<Checkpoint>, Piece, Option<Receiver<Stretch>>),
    /// Rows between two checkpoints, so that not all of them wait in memory.
    Rows(Piece),
    /// The last rows of the run.
    End(Vec<Segment>),
}

/// Makes the checkpoints of one run, and writes its tables.
pub(super) struct CheckpointWriter {
    plan: CheckpointPlan,
    about: About,
    next: Time,
    sender: SyncSender<Job>,
    thread: JoinHandle<Result<Vec<TableFile>, WriteError>>,
}

impl CheckpointWriter {
    /// Begins to make them in a run's folder. A run that goes on has made those up to `last`, and a log as long as it says; its
    /// tables' files have been given the rows up to then.
    pub fn begin(
        folder: &Path,
        plan: CheckpointPlan,
        (scene, seed): (&str, u64),
        last: Option<(u64, u64)>,
        files: Vec<TableFile>,
    ) -> Result<CheckpointWriter, WriteError> {
        let checkpoints = folder.join(FOLDER);
        std::fs::create_dir_all(&checkpoints).map_err(|error| WriteError::new(&checkpoints, error))?;
        let log = match last {
            Some((_, length)) => RowLog::go_on(folder, length)?,
            None => RowLog::begin(folder)?,
        };
        let (sender, receiver) = sync_channel(WAITING);
        let (next, keep) = (last.map_or(0, |(last, _)| last + 1), plan.keep);
        let writer = Writer { folder: folder.to_owned(), log, files, next, keep };
        let about = About {
            build: BuildInfo::current(),
            scene: scene.to_owned(),
            seed,
            step: 0,
            at: Time::ZERO,
            digest: Digest(0),
        };
        let thread = std::thread::spawn(move || writer.run(&receiver));
        Ok(CheckpointWriter { plan, about, next: Time::ZERO, sender, thread })
    }

    /// Whether one is due.
    pub fn is_due(&self, now: Time) -> bool {
        now >= self.next
    }

    /// A run that goes on at a moment has made the one of that moment.
    pub fn skip_to(&mut self, now: Time) {
        let every = self.plan.every.nanos().max(1);
        self.next = Time::from_nanos((now.nanos() / every).saturating_add(1).saturating_mul(every));
    }

    /// Makes one of a run at a moment. Whatever goes wrong in writing is said by [`CheckpointWriter::finish`].
    pub fn make(
        &mut self,
        clock: &Clock,
        snapshot: Snapshot,
        recorded: Recorded,
        piece: Piece,
        seen: Option<Receiver<Stretch>>,
    ) {
        let about = About { step: clock.step, at: clock.now, ..self.about.clone() };
        self.skip_to(clock.now);
        // A writer that has failed is gone, and says why in the end.
        let _ = self.sender.send(Job::Checkpoint(Box::new(Checkpoint { about, recorded, snapshot }), piece, seen));
    }

    /// Hands rows over between two checkpoints.
    pub fn hand_over(&mut self, piece: Piece) {
        let _ = self.sender.send(Job::Rows(piece));
    }

    /// Whether writing has failed, so that to go on is of no use.
    pub fn has_failed(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits until all is written that was handed over, and gives the files of the tables back, which can be closed then.
    pub fn finish(self, last_rows: Vec<Segment>) -> Result<Vec<TableFile>, WriteError> {
        let _ = self.sender.send(Job::End(last_rows));
        drop(self.sender);
        let failed = |_| Err(WriteError::new(Path::new(FOLDER), "the thread that writes them failed"));
        self.thread.join().unwrap_or_else(failed)
    }
}

/// Whoever writes tracks says itself why they cannot be written.
fn no_tracks(folder: &Path) -> WriteError {
    WriteError::new(&folder.join(track::FILE), "tracks cannot be written")
}

/// The thread that writes.
struct Writer {
    folder: PathBuf,
    log: RowLog,
    files: Vec<TableFile>,
    next: u64,
    keep: Option<u64>,
}

impl Writer {
    fn run(mut self, jobs: &Receiver<Job>) -> Result<Vec<TableFile>, WriteError> {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Checkpoint(checkpoint, mut piece, seen) => {
                    piece.seen = seen.map(|seen| seen.recv()).transpose().map_err(|_| no_tracks(&self.folder))?;
                    self.write(*checkpoint, piece)?;
                }
                Job::Rows(piece) => {
                    self.log.append(&piece)?;
                    table::append(&mut self.files, piece.rows)?;
                }
                Job::End(rows) => {
                    table::append(&mut self.files, rows)?;
                    return Ok(self.files);
                }
            }
        }
        // The run failed, and says why.
        Ok(Vec::new())
    }

    fn write(&mut self, mut checkpoint: Checkpoint, piece: Piece) -> Result<(), WriteError> {
        // The rows come first: a checkpoint speaks of what is there.
        checkpoint.recorded.log = self.log.append(&piece)?;
        checkpoint.about.digest = checkpoint.snapshot.digest().total;
        checkpoint.write(&file(&self.folder, self.next))?;
        if let Some(old) = self.keep.and_then(|keep| self.next.checked_sub(keep)) {
            // One that is gone already is no loss.
            let _ = std::fs::remove_file(file(&self.folder, old));
        }
        self.next += 1;
        table::append(&mut self.files, piece.rows)
    }
}
