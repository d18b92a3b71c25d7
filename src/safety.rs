//! The safety watch: who comes too near to whom, who leaves a zone, who falls; and what is made of it.
//!
//! ```text
//!  every look   locate ─▶ sight ─▶ judge ─▶ tell         where everybody is; who is too near; warnings; what twins know of it
//!               wear                                     wearables measure, fences are watched, batteries run down
//!               review                                   incidents are analysed, measures designed, applied and verified
//!  events       falls, alarms that escalate              between looks, at their own moments
//! ```
//!
//! A file a rule: [`apart`], [`gathering`], [`separation`] (with [`protective`], the law of ISO/TS 15066), [`fence`], [`falls`].
//! What a rule finds wrong becomes an incident ([`incidents`]), which is followed from the hazard to its closure. Where incidents
//! cluster ([`dbscan`]) a review ([`review`]) works out which piece of equipment had better stand elsewhere ([`advice`]), by asking
//! what would have been had it stood there ([`replay`]).

pub mod advice;
pub mod alarms;
pub mod apart;
pub mod check;
pub mod commands;
pub mod dbscan;
pub mod encounters;
pub mod falls;
pub mod fence;
pub mod gathering;
pub mod incidents;
pub mod indicators;
pub mod plugin;
pub mod protective;
pub mod readings;
mod redraw;
pub mod replay;
pub mod report;
pub mod review;
pub mod separation;
pub mod settings;
pub mod sight;
pub mod tables;
pub mod watch;
pub mod wearable;
pub mod zone;
