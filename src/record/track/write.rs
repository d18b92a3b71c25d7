//! Writes tracks, on a thread of their own.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use bevy_ecs::prelude::World;
use lz4_flex::block::{compress_into, get_maximum_output_size};
use xxhash_rust::xxh3::xxh3_64;

use crate::engine::journal::Entry;
use crate::engine::time::Time;
use crate::look::sight::{self, Change, Recorder, Sights};

use super::code::Encoder;
use super::{ChunkInfo, FILE, Index, MAGIC, Mark, TRAILER, TrackError};

/// A chunk has at least so many changes.
const FEWEST: usize = 16_384;
/// And so many for each thing that is there at its beginning.
const FOR_EACH_THING: usize = 3;
/// How many batches may wait to be written: a run that is faster than its writer waits for it.
const WAITING: usize = 64;
/// How long the writer sleeps when there is nothing to write: to wake it for each batch would cost the run more than the
/// batch itself.
const NAP: Duration = Duration::from_millis(2);

/// What the thread that writes is told.
enum Message {
    Changes(Vec<Change>),
    Events(Vec<Mark>),
    End(Time),
}

/// Records a run into a file, from its first step to its end.
pub struct TrackWriter {
    sender: SyncSender<Message>,
    thread: JoinHandle<Result<(), TrackError>>,
}

/// Hands over what is seen as it happens.
struct TrackRecorder {
    events: Vec<Mark>,
    sender: SyncSender<Message>,
    /// Batches that were written, to be emptied and filled again: memory goes back where it came from, since threads that
    /// free one another's wait for each other. Never waited for: what is in the world must be fit to be shared.
    written: Mutex<Receiver<Vec<Change>>>,
}

impl TrackWriter {
    /// Begins to record a world that is ready for its first step, into a folder.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn begin(world: &mut World, folder: &Path) -> Result<TrackWriter, TrackError> {
        let path = folder.join(FILE);
        let file = File::create(&path).map_err(|error| TrackError::file(&path, error))?;
        let (sender, receiver) = sync_channel(WAITING);
        let (back, written) = channel();
        let recorder = TrackRecorder { events: Vec::new(), sender: sender.clone(), written: Mutex::new(written) };
        sight::record(world, Box::new(recorder));
        let words = world.resource::<Sights>().words();
        let words = words.iter().map(|(look, words)| ((*look).to_owned(), words.clone())).collect();
        let file = TrackFile::new(path, file, Index { words, ..Index::default() })?;
        let thread = std::thread::spawn(move || file.write(&receiver, &back));
        Ok(TrackWriter { sender, thread })
    }

    /// Ends the record. What is still to be written is written while the caller goes on.
    pub fn stop(self, world: &mut World, end: Time) -> Unfinished {
        // The recorder hands over what it has when it goes.
        sight::stop_recording(world);
        let _ = self.sender.send(Message::End(end));
        Unfinished(self.thread)
    }
}

/// A record that has come to its end and is being written.
pub struct Unfinished(JoinHandle<Result<(), TrackError>>);

impl Unfinished {
    /// Waits until all is written.
    ///
    /// # Errors
    /// Whatever went wrong in writing, at any time.
    pub fn finish(self) -> Result<(), TrackError> {
        match self.0.join() {
            Ok(result) => result,
            Err(_) => Err(TrackError::File { path: FILE.to_owned(), why: "its writer failed".to_owned() }),
        }
    }
}

impl Recorder for TrackRecorder {
    fn record(&mut self, changes: Vec<Change>) -> Vec<Change> {
        let room = changes.capacity();
        // If nobody listens any more, `finish` says why.
        let _ = self.sender.send(Message::Changes(changes));
        let written = self.written.get_mut().ok().and_then(|written| written.try_recv().ok());
        let mut emptied = written.unwrap_or_else(|| Vec::with_capacity(room));
        emptied.clear();
        emptied
    }

    fn note(&mut self, entry: &Entry) {
        self.events.push(Mark::of(entry));
    }
}

impl Drop for TrackRecorder {
    fn drop(&mut self) {
        let _ = self.sender.send(Message::Events(std::mem::take(&mut self.events)));
    }
}

struct TrackFile {
    path: PathBuf,
    file: BufWriter<File>,
    place: u64,
    index: Index,
    encoder: Encoder,
    /// Memory for a chunk, before and after it is compressed: used again, since to ask the system for so much holds up the
    /// run.
    plain: Vec<u8>,
    packed: Vec<u8>,
    /// When the present chunk began, and when its last change was.
    span: Option<(Time, Time)>,
}

impl TrackFile {
    fn new(path: PathBuf, file: File, index: Index) -> Result<TrackFile, TrackError> {
        let (file, encoder) = (BufWriter::new(file), Encoder::default());
        let mut new =
            TrackFile { path, file, place: 0, index, encoder, plain: Vec::new(), packed: Vec::new(), span: None };
        new.put(&MAGIC)?;
        Ok(new)
    }

    fn write(mut self, messages: &Receiver<Message>, back: &Sender<Vec<Change>>) -> Result<(), TrackError> {
        loop {
            match messages.try_recv() {
                Ok(Message::Changes(changes)) => {
                    changes.iter().try_for_each(|change| self.add(change))?;
                    // Whoever recorded may have gone.
                    let _ = back.send(changes);
                }
                Ok(Message::Events(events)) => self.index.events = events,
                Ok(Message::End(end)) => return self.end(end),
                Err(TryRecvError::Empty) => std::thread::sleep(NAP),
                // The run failed: its folder will not be kept.
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
    }

    fn add(&mut self, change: &Change) -> Result<(), TrackError> {
        // A chunk ends between two moments.
        if let Some((_, last)) = self.span
            && last < change.at
            && self.encoder.changes >= FEWEST.max(FOR_EACH_THING * self.encoder.present())
        {
            self.end_chunk()?;
        }
        match &mut self.span {
            Some((_, last)) => *last = change.at,
            None => {
                self.encoder.begin(change.at);
                self.span = Some((change.at, change.at));
            }
        }
        self.encoder.add(change);
        Ok(())
    }

    fn end_chunk(&mut self) -> Result<(), TrackError> {
        if let Some((start, _)) = self.span.take() {
            let place = self.place;
            let mut bytes = std::mem::take(&mut self.plain);
            self.encoder.finish(&mut bytes);
            let (length, checksum) = self.put_compressed(&bytes)?;
            self.plain = bytes;
            self.index.chunks.push(ChunkInfo { start, place, length, checksum });
        }
        Ok(())
    }

    fn end(mut self, end: Time) -> Result<(), TrackError> {
        self.end_chunk()?;
        self.index.start = self.index.chunks.first().map_or(end, |chunk| chunk.start);
        self.index.end = end;
        let bytes = postcard::to_allocvec(&self.index).map_err(|error| TrackError::file(&self.path, error))?;
        let place = self.place;
        let (length, checksum) = self.put_compressed(&bytes)?;
        let mut trailer = Vec::with_capacity(TRAILER);
        [place, length, checksum].iter().for_each(|number| trailer.extend(number.to_le_bytes()));
        trailer.extend(MAGIC);
        self.put(&trailer)?;
        self.file.flush().map_err(|error| TrackError::file(&self.path, error))
    }

    fn put_compressed(&mut self, bytes: &[u8]) -> Result<(u64, u64), TrackError> {
        let mut packed = std::mem::take(&mut self.packed);
        // As long as it can get at most, after the length of what is packed.
        packed.resize(packed.len().max(4 + get_maximum_output_size(bytes.len())), 0);
        packed[..4].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        let length = compress_into(bytes, &mut packed[4..]).map_err(|error| TrackError::file(&self.path, error))?;
        let whole = &packed[..4 + length];
        self.put(whole)?;
        let place = (whole.len() as u64, xxh3_64(whole));
        self.packed = packed;
        Ok(place)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), TrackError> {
        self.place += bytes.len() as u64;
        self.file.write_all(bytes).map_err(|error| TrackError::file(&self.path, error))
    }
}
