//! Tracks: what could be seen in a run, in one compact file that can be read from any moment.
//!
//! ```text
//! magic and version
//! chunk: all that was there at its beginning, then what changed     (compressed)
//! chunk ...
//! index: where each chunk begins, words, events                     (compressed)
//! place and length of the index, its checksum, magic
//! ```
//!
//! Places are kept to a millimetre, headings to a thousandth of a radian, times to a microsecond. A change says only what
//! differs from what was before. A new chunk begins when the changes outweigh what is there, so that any moment is read by
//! decoding one chunk, whatever the length of the run.

mod code;
pub mod read;
pub mod write;

pub use code::Chunk;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::journal::Entry;
use crate::engine::time::Time;
use crate::look::sight::ThingId;

/// The name of the file in a run folder.
pub const FILE: &str = "tracks.bin";

/// What the file begins and ends with. The last byte is the version.
const MAGIC: [u8; 8] = *b"AUTOTRK\x02";

/// The file after its chunks: the place of the index (8 bytes), its length (8), its checksum (8), and [`MAGIC`].
const TRAILER: usize = 32;

/// What is known of the whole record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Index {
    /// When it begins.
    pub start: Time,
    /// When it ends.
    pub end: Time,
    /// The chunks, in the order of time.
    pub chunks: Vec<ChunkInfo>,
    /// The words of each look.
    pub words: BTreeMap<String, Vec<Arc<str>>>,
    /// What happened, in the order of time.
    pub events: Vec<Mark>,
}

/// Where a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkInfo {
    /// When it begins: it tells of all until the next begins.
    pub start: Time,
    /// Where it is in the file.
    pub place: u64,
    /// How long it is there: bytes.
    pub length: u64,
    /// Of its bytes.
    pub checksum: u64,
}

/// What was written between two checkpoints of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stretch {
    /// The chunks.
    pub chunks: Vec<ChunkInfo>,
    /// What happened meanwhile.
    pub events: Vec<Mark>,
}

/// Something that happened, to be marked on the line of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// To whom; none if to nobody in particular.
    pub thing: Option<ThingId>,
    /// What, as a word such as `breakdown`.
    pub event: Arc<str>,
    /// Why.
    pub cause: Arc<str>,
}

impl Mark {
    /// The mark of an entry of the journal.
    pub fn of(entry: &Entry) -> Mark {
        let thing = (entry.twin != TwinId::NONE).then(|| ThingId::twin(entry.twin));
        Mark { at: entry.at, thing, event: (*entry.event).into(), cause: (*entry.cause).into() }
    }
}

/// Tracks that cannot be written or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrackError {
    /// The file cannot be read or written.
    #[error("{path}: {why}")]
    File {
        /// Which.
        path: String,
        /// Why.
        why: String,
    },
    /// It is no such file.
    #[error("{path} holds no tracks")]
    Foreign {
        /// Which.
        path: String,
    },
    /// It was written by a version with another form.
    #[error("{path} holds tracks of form {found}, and this program reads form {}: make the run again", MAGIC[7])]
    Version {
        /// Which.
        path: String,
        /// The form that it has.
        found: u8,
    },
    /// It is cut off or has been changed.
    #[error("{path} is damaged: {what}; make the run again")]
    Damaged {
        /// Which.
        path: String,
        /// What is wrong with it.
        what: String,
    },
}

impl TrackError {
    fn file(path: &Path, why: impl std::fmt::Display) -> TrackError {
        TrackError::File { path: path.display().to_string(), why: why.to_string() }
    }

    fn damaged(path: &Path, what: impl std::fmt::Display) -> TrackError {
        TrackError::Damaged { path: path.display().to_string(), what: what.to_string() }
    }
}
