//! Files of other programs.

pub mod osm;
pub mod sumo;
mod xml;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Which file.
    pub file: String,
    /// Line and column, from 1 on, where it is one place.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what should be there.
    pub message: String,
}

impl Mistake {
    fn whole(file: String, message: String) -> Mistake {
        Mistake { file, place: None, message }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.place {
            Some((line, column)) => write!(out, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(out, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Mistake {}
