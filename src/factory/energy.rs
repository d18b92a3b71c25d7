//! Energy: what machines draw, what it costs, and the batteries of vehicles.
//!
//! Power is in whole milliwatts and energy in whole picojoules, which is a milliwatt for a nanosecond: no sum is ever
//! rounded, and what consumers count by themselves adds up to what the [`meter`](meter::Meter) of the plant counts, to
//! the last picojoule.
//!
//! ```text
//! Power ──state──▶ Account::switch ──change of power──▶ Meter::change ──▶ rows, peak, cost
//!                                                          ▲
//!                                     EnergySettings ──▶ Tariff
//! ```

pub mod account;
pub mod battery;
pub mod meter;
pub mod power;
pub mod tariff;
pub mod units;
