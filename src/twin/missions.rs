//! Missions: what twins are given to do, from the scene or by commands, and what becomes of it.
//!
//! ```text
//!              ┌─ a manager hands it out: contracts ─┐
//!  given ─▶ open                                      ├─▶ accepted ─▶ under way ─▶ done
//!              └─ the nearest that has room takes it ─┘                     └─────▶ failed: why
//! ```
//!
//! [`kind`] is what a scene says of missions of a kind, [`book`] knows all of them and what became of each, [`duties`] is what a twin has
//! taken on, [`give`] gives them out, [`talk`] lets managers and contractors hear each other, [`outcome`] ends them.
//!
//! The book knows what is; a manager knows what it has heard. Twins see their own missions only (`mission.what`,
//! `mission.distance`), and what they are offered while they work out what to bid (`offer.distance`).

pub mod book;
pub mod duties;
pub mod give;
pub mod kind;
pub mod outcome;
pub mod talk;
