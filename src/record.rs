//! What leaves the world: tables, metrics, indicators, the run folder that holds them, and reports. Recording only looks.

pub mod indicators;
pub mod metrics;
pub mod missions;
pub mod parquet;
pub mod quantities;
pub mod radio;
pub mod reasons;
pub mod report;
pub mod row_log;
pub mod segment;
pub mod statistics;
pub mod table;
pub mod track;
