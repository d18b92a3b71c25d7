//! What leaves the world: tables, metrics, indicators, and the run folder that holds them. Recording only looks.

pub mod indicators;
pub mod metrics;
pub mod parquet;
pub mod statistics;
pub mod table;
