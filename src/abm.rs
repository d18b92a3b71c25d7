//! Agent-based models in the classic form: many small agents, one rule, steps of equal length.
//!
//! A [`model::Model`] is one value of the world that goes on step by step; [`population::Population`] holds its agents and
//! [`grid`](crate::world::grid) its space. To the rest of the program it is like any domain: its settings are a section of the scene, its
//! counts are metrics and indicators, it is digested, saved, resumed and forked. `examples/abm/` has the classics.

pub mod census;
pub mod model;
pub mod population;
pub mod report;
