//! Reads tracks from any moment.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::engine::time::Time;

use super::code::decode;
use super::{Chunk, ChunkInfo, FILE, Index, MAGIC, TRAILER, TrackError};

/// The most bytes that a part of the file may have when unpacked.
const LARGEST: usize = 1 << 31;

/// Recorded tracks.
pub struct TrackReader {
    path: PathBuf,
    file: File,
    /// What is known of the whole.
    pub index: Index,
}

impl TrackReader {
    /// Opens the tracks of a run folder.
    ///
    /// # Errors
    /// If there are none, or they are not whole.
    pub fn open(folder: &Path) -> Result<TrackReader, TrackError> {
        let path = folder.join(FILE);
        let mut file = File::open(&path).map_err(|error| TrackError::file(&path, error))?;
        let length = file.metadata().map_err(|error| TrackError::file(&path, error))?.len();
        let mut head = [0; MAGIC.len()];
        if length < (MAGIC.len() + TRAILER) as u64 || file.read_exact(&mut head).is_err() || head[..7] != MAGIC[..7] {
            return Err(TrackError::Foreign { path: path.display().to_string() });
        }
        if head[7] != MAGIC[7] {
            return Err(TrackError::Version { path: path.display().to_string(), found: head[7] });
        }
        let mut trailer = [0; TRAILER];
        file.seek(SeekFrom::End(-(TRAILER as i64)))
            .and_then(|_| file.read_exact(&mut trailer))
            .map_err(|error| TrackError::file(&path, error))?;
        if trailer[24..] != MAGIC {
            return Err(TrackError::damaged(&path, "its end is missing"));
        }
        let number = |n: usize| u64::from_le_bytes(std::array::from_fn(|byte| trailer[8 * n + byte]));
        let mut reader = TrackReader { path, file, index: Index::default() };
        let bytes = unpack(&mut reader.file, &reader.path, number(0), number(1), number(2))?;
        reader.index =
            postcard::from_bytes(&bytes).map_err(|_| TrackError::damaged(&reader.path, "its index makes no sense"))?;
        Ok(reader)
    }

    /// The number of the chunk that tells of a moment.
    pub fn chunk_at(&self, at: Time) -> usize {
        self.index.chunks.partition_point(|chunk| chunk.start <= at).saturating_sub(1)
    }

    /// A chunk. Empty past the end.
    ///
    /// # Errors
    /// If the file cannot be read, or is damaged.
    pub fn chunk(&mut self, number: usize) -> Result<Chunk, TrackError> {
        let Some(&info) = self.index.chunks.get(number) else { return Ok(Chunk::default()) };
        read_chunk(&mut self.file, &self.path, info)
    }
}

/// Reads a chunk from a file.
pub(super) fn read_chunk(file: &mut File, path: &Path, info: ChunkInfo) -> Result<Chunk, TrackError> {
    let bytes = unpack(file, path, info.place, info.length, info.checksum)?;
    decode(&bytes, info.start)
        .ok_or_else(|| TrackError::damaged(path, format!("the chunk at {} makes no sense", info.start)))
}

fn unpack(file: &mut File, path: &Path, place: u64, length: u64, checksum: u64) -> Result<Vec<u8>, TrackError> {
    let whole = file.metadata().map_err(|error| TrackError::file(path, error))?.len();
    if place.checked_add(length).is_none_or(|end| end > whole) {
        return Err(TrackError::damaged(path, "a part lies beyond its end"));
    }
    let mut packed = vec![0; length as usize];
    file.seek(SeekFrom::Start(place))
        .and_then(|_| file.read_exact(&mut packed))
        .map_err(|error| TrackError::file(path, error))?;
    if xxh3_64(&packed) != checksum {
        return Err(TrackError::damaged(path, "a checksum differs"));
    }
    let size = packed.first_chunk::<4>().map_or(0, |size| u32::from_le_bytes(*size)) as usize;
    if size > LARGEST {
        return Err(TrackError::damaged(path, "a part is too large"));
    }
    lz4_flex::decompress_size_prepended(&packed).map_err(|error| TrackError::damaged(path, error))
}
