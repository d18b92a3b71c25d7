//! Reports: one page of HTML that shows what came of a run, or how several runs compare.
//!
//! This module knows run folders, charts and the page; it knows no domain. A domain registers its sections and says
//! which figures matter ([`ReportApp`]). A page needs nothing but itself: styles and the little script are in it, so that
//! it can be mailed and read offline, and the same run gives the same bytes.

pub mod charts;
pub mod columns;
mod comparison;
pub mod data;
mod events;
mod head;
mod indicator_table;
pub mod page;
pub mod registry;
pub mod tables;
pub mod words;

use std::path::Path;

pub use data::{PLAN, RunData};
/// What sections are written with; named here so that a domain of one's own uses the same version.
pub use maud;
pub use registry::{Better, ReportApp, ReportFigure, ReportRegistry, ReportSection, Section, Sections};

/// A report that cannot be made.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A file of the run cannot be read.
    #[error("cannot read {path}: {why}; {cure}")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        why: String,
        /// What to do about it.
        cure: &'static str,
    },
}

impl ReportError {
    /// That a file cannot be read, why, and what to do about it.
    pub fn read(path: &Path, why: impl std::fmt::Display, cure: &'static str) -> ReportError {
        ReportError::Read { path: path.display().to_string(), why: why.to_string(), cure }
    }
}
