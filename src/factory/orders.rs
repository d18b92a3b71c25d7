//! Orders, the level of planning (in a real plant the ERP): what customers want, and when jobs are released to the floor.
//!
//! This level decides *what* is to be made and by when. It hands jobs to [`dispatch`](super::dispatch), which decides
//! where and in which order, and knows nothing of how machines work.

pub mod demand;
pub mod purchasing;
pub mod release;
pub mod restock;
