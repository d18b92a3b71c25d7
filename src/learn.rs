//! Training: models that say how likely something is, learned from a table of what happened before.
//!
//! The trees are grown by the crate `forust-ml` (gradient boosting with histograms, as XGBoost does it); what is here
//! reads tables, judges a model by data that it has not seen, and writes it for a scene. In a world, the belief
//! [`Classifier`](crate::twin::beliefs::classifier::Classifier) asks it.
//!
//! What comes out is a function of the table, the options and the seed: it is bit-identical for any number of threads.

pub mod boost;
pub mod file;
pub mod folds;
pub mod judge;
pub mod table;
pub mod validate;
