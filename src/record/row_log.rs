//! Rows as they come, beside their tables: a table that is being written can be read only once it is whole, and a run that is
//! broken off and goes on needs the rows from before.
//!
//! The log is appended to at every checkpoint, which keeps how long it was then. Who goes on cuts off what was written after that.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use parquet::data_type::ByteArray;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parquet::WriteError;
use super::table::Cell;

/// Rows of a table that follow each other, by columns.
#[derive(Debug, Serialize, Deserialize)]
pub struct Segment {
    /// Of which table.
    pub table: String,
    rows: usize,
    columns: Vec<SegmentColumn>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SegmentColumn {
    pub values: Values,
    /// Which rows have a value, if not all need one.
    pub present: Option<Vec<i16>>,
}

/// The values of a column.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Values {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(#[serde(serialize_with = "write_texts", deserialize_with = "read_texts")] Vec<ByteArray>),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Values::Int(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    pub fn copy_from(&self, first: usize) -> Values {
        match self {
            Values::Int(values) => Values::Int(values[first..].to_vec()),
            Values::Float(values) => Values::Float(values[first..].to_vec()),
            Values::Text(values) => Values::Text(values[first..].to_vec()),
        }
    }

    pub fn clear(&mut self) {
        match self {
            Values::Int(values) => values.clear(),
            Values::Float(values) => values.clear(),
            Values::Text(values) => values.clear(),
        }
    }

    fn cell(&self, place: usize) -> Option<Cell> {
        match self {
            Values::Int(values) => values.get(place).map(|value| Cell::Int(*value)),
            Values::Float(values) => values.get(place).map(|value| Cell::Float(*value)),
            Values::Text(values) => {
                let text = std::str::from_utf8(values.get(place)?.data()).ok()?;
                Some(Cell::Text(text.into()))
            }
        }
    }
}

fn write_texts<S: Serializer>(texts: &[ByteArray], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| serde_bytes::Bytes::new(text.data())))
}

fn read_texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ByteArray>, D::Error> {
    let texts = Vec::<serde_bytes::ByteBuf>::deserialize(deserializer)?;
    Ok(texts.into_iter().map(|text| ByteArray::from(text.into_vec())).collect())
}

impl Segment {
    /// Of these columns; none without rows.
    pub(super) fn new(table: &str, columns: Vec<SegmentColumn>) -> Option<Segment> {
        let length = |column: &SegmentColumn| column.present.as_ref().map_or(column.values.len(), Vec::len);
        let rows = columns.first().map_or(0, length);
        (rows > 0).then(|| Segment { table: table.to_owned(), rows, columns })
    }

    /// Its rows, one after the other. None where one lacks a value that it should have.
    pub fn rows(&self) -> impl Iterator<Item = Option<Vec<Cell>>> + '_ {
        let mut places = vec![0; self.columns.len()];
        (0..self.rows).map(move |row| {
            let columns = self.columns.iter().zip(&mut places);
            let cells = columns.map(|(column, place)| {
                let is_there = column.present.as_ref().is_none_or(|present| present.get(row) == Some(&1));
                if !is_there {
                    return Some(Cell::Empty);
                }
                *place += 1;
                column.values.cell(*place - 1)
            });
            cells.collect()
        })
    }
}

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
        let length = (packed.len() as u64).to_le_bytes();
        self.file.write_all(&length).and_then(|()| self.file.write_all(&packed)).map_err(|error| failed(&error))?;
        self.length += (length.len() + packed.len()) as u64;
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
    while let Some((head, behind)) = rest.split_first_chunk::<8>() {
        let piece = behind.split_at_checked(u64::from_le_bytes(*head) as usize);
        let (piece, behind) = piece.ok_or("it is damaged")?;
        pieces.push(unpack(piece).map_err(|why| format!("it is damaged: {why}"))?);
        rest = behind;
    }
    Ok(pieces)
}

fn unpack<T: DeserializeOwned>(piece: &[u8]) -> Result<T, String> {
    let plain = decompress_size_prepended(piece).map_err(|error| error.to_string())?;
    postcard::from_bytes(&plain).map_err(|error| error.to_string())
}
