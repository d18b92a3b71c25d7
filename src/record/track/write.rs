//! Writes tracks, on a thread of their own.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bevy_ecs::prelude::World;
use lz4_flex::block::{compress_into, get_maximum_output_size};
use xxhash_rust::xxh3::xxh3_64;

use crate::engine::journal::Entry;
use crate::engine::time::Time;
use crate::look::sight::{self, Change, Recorder, Sights};

use super::code::Encoder;
use super::read::read_chunk;
use super::{Chunk, ChunkInfo, FILE, Index, MAGIC, Mark, Stretch, TRAILER, TrackError};

/// A chunk has at least so many changes.
const FEWEST: usize = 16_384;
/// And so many for each thing that is there at its beginning.
const FOR_EACH_THING: usize = 3;
/// How many batches may wait to be written: a run that is faster than its writer waits for it.
const WAITING: usize = 64;
/// How long the writer sleeps when there is nothing to write, unless somebody waits for it: to wake it for each batch would cost the
/// run more than the batch itself.
const NAP: Duration = Duration::from_millis(2);

/// What the thread that writes is told.
enum Message {
    Changes(Vec<Change>),
    Events(Vec<Mark>),
    /// All up to now is to be in the file.
    Keep(SyncSender<Stretch>),
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
        TrackWriter::record(world, sight::record, |words| TrackFile::new(path, file, words))
    }

    /// Goes on with the record of a run that was broken off, whose world is as it was at a checkpoint: behind what was written up to
    /// then.
    ///
    /// # Errors
    /// If the file is not there, or damaged.
    pub fn go_on(world: &mut World, folder: &Path, written: Vec<Stretch>) -> Result<TrackWriter, TrackError> {
        TrackWriter::record(world, sight::go_on_recording, |words| TrackFile::go_on(folder.join(FILE), words, written))
    }

    fn record(
        world: &mut World,
        tell: impl FnOnce(&mut World, Box<dyn Recorder>),
        open: impl FnOnce(Words) -> Result<TrackFile, TrackError>,
    ) -> Result<TrackWriter, TrackError> {
        let (sender, receiver) = sync_channel(WAITING);
        let (back, written) = channel();
        tell(
            world,
            Box::new(TrackRecorder { events: Vec::new(), sender: sender.clone(), written: Mutex::new(written) }),
        );
        let words = world.resource::<Sights>().words();
        let file = open(words.iter().map(|(look, words)| ((*look).to_owned(), words.clone())).collect())?;
        let thread = std::thread::spawn(move || file.write(&receiver, &back));
        Ok(TrackWriter { sender, thread })
    }

    /// Lets all that was seen up to now be written, for a checkpoint. What that is comes when it is in the file; nothing comes if it
    /// cannot be written.
    pub fn keep(&self, world: &mut World) -> Receiver<Stretch> {
        sight::hand_over(world);
        let (sender, written) = sync_channel(1);
        self.send(Message::Keep(sender));
        written
    }

    /// Ends the record. What is still to be written is written while the caller goes on.
    pub fn stop(self, world: &mut World, end: Time) -> Unfinished {
        // The recorder hands over what it has when it goes.
        sight::stop_recording(world);
        self.send(Message::End(end));
        Unfinished(self.thread)
    }

    /// Tells the thread that writes something that somebody waits for.
    fn send(&self, message: Message) {
        // If nobody listens any more, `finish` says why.
        let _ = self.sender.send(message);
        self.thread.thread().unpark();
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

/// The words of each look.
type Words = BTreeMap<String, Vec<Arc<str>>>;

impl TrackRecorder {
    fn hand_events_over(&mut self) {
        if !self.events.is_empty() {
            // If nobody listens any more, `finish` says why.
            let _ = self.sender.send(Message::Events(std::mem::take(&mut self.events)));
        }
    }
}

impl Recorder for TrackRecorder {
    fn record(&mut self, changes: Vec<Change>) -> Vec<Change> {
        let room = changes.capacity();
        self.hand_events_over();
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
        self.hand_events_over();
    }
}

struct TrackFile {
    path: PathBuf,
    file: BufWriter<File>,
    place: u64,
    index: Index,
    /// How many chunks and events were there at the last checkpoint.
    kept: (usize, usize),
    encoder: Encoder,
    /// Memory for a chunk, before and after it is compressed: used again, since to ask the system for so much holds up the
    /// run.
    plain: Vec<u8>,
    packed: Vec<u8>,
    /// When the present chunk began, and when its last change was.
    span: Option<(Time, Time)>,
}

impl TrackFile {
    fn new(path: PathBuf, file: File, words: Words) -> Result<TrackFile, TrackError> {
        let mut new = TrackFile::at(path, file, Index { words, ..Index::default() }, Encoder::default(), 0);
        new.put(&MAGIC)?;
        Ok(new)
    }

    /// What was written after that is cut off.
    fn go_on(path: PathBuf, words: Words, written: Vec<Stretch>) -> Result<TrackFile, TrackError> {
        let mut index = Index { words, ..Index::default() };
        for Stretch { chunks, events } in written {
            index.chunks.extend(chunks);
            index.events.extend(events);
        }
        let failed = |error: std::io::Error| TrackError::file(&path, error);
        let mut file = File::options().read(true).write(true).open(&path).map_err(failed)?;
        let last = match index.chunks.last() {
            Some(info) => read_chunk(&mut file, &path, *info)?,
            None => Chunk::default(),
        };
        let place = index.chunks.last().map_or(MAGIC.len() as u64, |last| last.place + last.length);
        file.set_len(place).and_then(|()| file.seek(SeekFrom::End(0))).map_err(failed)?;
        Ok(TrackFile::at(path, file, index, Encoder::after(&last), place))
    }

    fn at(path: PathBuf, file: File, index: Index, encoder: Encoder, place: u64) -> TrackFile {
        let kept = (index.chunks.len(), index.events.len());
        let file = BufWriter::new(file);
        TrackFile { path, file, place, index, kept, encoder, plain: Vec::new(), packed: Vec::new(), span: None }
    }

    fn write(mut self, messages: &Receiver<Message>, back: &Sender<Vec<Change>>) -> Result<(), TrackError> {
        loop {
            match messages.try_recv() {
                Ok(Message::Changes(changes)) => {
                    changes.iter().try_for_each(|change| self.add(change))?;
                    // Whoever recorded may have gone.
                    let _ = back.send(changes);
                }
                Ok(Message::Events(events)) => self.index.events.extend(events),
                Ok(Message::Keep(answer)) => _ = answer.send(self.keep()?),
                Ok(Message::End(end)) => return self.end(end),
                Err(TryRecvError::Empty) => std::thread::park_timeout(NAP),
                // The run failed: its folder will not be kept.
                Err(TryRecvError::Disconnected) => return Ok(()),
            }
        }
    }

    fn add(&mut self, change: &Change) -> Result<(), TrackError> {
        let Some(news) = self.encoder.news(change) else { return Ok(()) };
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
        self.encoder.add(change.at, change.thing, news);
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

    /// Ends the chunk, and tells what was written since this was asked last.
    fn keep(&mut self) -> Result<Stretch, TrackError> {
        self.end_chunk()?;
        self.file.flush().map_err(|error| TrackError::file(&self.path, error))?;
        let Index { chunks, events, .. } = &self.index;
        let (chunks, events) = (&chunks[self.kept.0..], &events[self.kept.1..]);
        let stretch = Stretch { chunks: chunks.to_vec(), events: events.to_vec() };
        self.kept = (self.index.chunks.len(), self.index.events.len());
        Ok(stretch)
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
