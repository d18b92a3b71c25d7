//! Transport: the aisles, how vehicles move on them so that none is ever stuck, and racks.
//!
//! ```text
//! Aisles ──▶ Network (zones, spots, paths) ──▶ Traffic (who holds which zone) ◀── VehicleState (what it is about)
//!                                                                                      ▲
//!                                                   Haulage (what is to be brought) ───┘
//! ```

pub mod aisles;
pub mod conveyor;
pub mod haulage;
pub mod motion;
pub mod network;
pub mod rack;
pub mod traffic;
pub mod vehicle;
