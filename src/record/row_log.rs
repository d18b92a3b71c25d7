//! Rows as they come, beside their tables: a table that is being written can be read only once it is whole, and a run that is
//! broken off and goes on needs the rows from before.
//!
//! The log is appended to at every checkpoint, which keeps how long it was then. Who goes on cuts off what was written after that.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::xxh3_64;

use super::parquet::WriteError;

/// Before each piece: its length and its checksum.
const HEAD: usize = 16;

/// The log of a run, being written: pieces of any kind, one behind the other.
pub struct RowLog {
    path: PathBuf,
    file: File,
    length: u64,
}

impl RowLog {
    /// Begins a log in a folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn begin(folder: &Path) -> Result<RowLog, WriteError> {
        let path = folder.join(FILE);
        let file = File::create(&path).map_err(|error| WriteError::new(&path, error))?;
        Ok(RowLog { path, file, length: 0 })
    }

    /// Goes on with the log of a folder behind its first bytes.
    ///
    /// # Errors
    /// If it is not there, or shorter.
    pub fn go_on(folder: &Path, length: u64) -> Result<RowLog, WriteError> {
        let path = folder.join(FILE);
        let failed = |error: std::io::Error| WriteError::new(&path, error);
        let file = OpenOptions::new().append(true).open(&path).map_err(failed)?;
        let there = file.metadata().map_err(failed)?.len();
        if there < length {
            return Err(WriteError::new(&path, format!("it is cut off: it has {there} bytes of {length}")));
        }
        file.set_len(length).map_err(failed)?;
        Ok(RowLog { path, file, length })
    }

    /// Adds a piece. Returns how long the log is then: bytes.
    ///
    /// # Errors
    /// If the disk is full, say.
    pub fn append(&mut self, piece: &impl Serialize) -> Result<u64, WriteError> {
        let failed = |error: &dyn std::fmt::Display| WriteError::new(&self.path, error);
        let packed = compress_prepend_size(&postcard::to_stdvec(piece).map_err(|error| failed(&error))?);
        let head = [(packed.len() as u64).to_le_bytes(), xxh3_64(&packed).to_le_bytes()].concat();
        self.file.write_all(&head).and_then(|()| self.file.write_all(&packed)).map_err(|error| failed(&error))?;
        self.length += (HEAD + packed.len()) as u64;
        Ok(self.length)
    }
}

/// The name of the log in a folder.
pub const FILE: &str = "rows.log";

/// Reads the pieces of the log of a folder up to a length.
///
/// # Errors
/// Why it cannot be read.
pub fn read<T: DeserializeOwned>(folder: &Path, length: u64) -> Result<Vec<T>, String> {
    let mut bytes = Vec::new();
    let file = File::open(folder.join(FILE)).map_err(|error| error.to_string())?;
    file.take(length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if (bytes.len() as u64) < length {
        return Err(format!("it is cut off: it has {} bytes of {length}", bytes.len()));
    }
    let mut rest = bytes.as_slice();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let head =
            rest.split_first_chunk::<8>().and_then(|(length, rest)| Some((length, rest.split_first_chunk::<8>()?)));
        let (length, (checksum, behind)) = head.ok_or("it is damaged")?;
        let piece = behind.split_at_checked(u64::from_le_bytes(*length) as usize);
        let (piece, behind) =
            piece.filter(|(piece, _)| xxh3_64(piece).to_le_bytes() == *checksum).ok_or("it is damaged")?;
        pieces.push(unpack(piece).map_err(|why| format!("it is damaged: {why}"))?);
        rest = behind;
    }
    Ok(pieces)
}

fn unpack<T: DeserializeOwned>(piece: &[u8]) -> Result<T, String> {
    let plain = decompress_size_prepended(piece).map_err(|error| error.to_string())?;
    postcard::from_bytes(&plain).map_err(|error| error.to_string())
}
