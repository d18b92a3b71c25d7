//! Radios: messages between twins that have some travel by links, which take their time, reach only so far and lose some.
//!
//! ```text
//!  outbox ─▶ which link both have, and reaches ─▶ the sender's turn on the air ─▶ hops: signal, loss, tries ─▶ ether ─▶ inbox
//! ```
//!
//! [`propagation`] has the laws of signals, [`presets`] the kinds of links, [`link`] what a scene says of them, [`ether`] what is under
//! way. Two twins of whom neither has a radio tell each other all at once: they are programs in one place, or it does not matter.
//!
//! What is left out: that several senders disturb each other. A link's `loss` stands for it.

pub mod ether;
pub mod link;
pub mod log;
pub mod presets;
pub mod propagation;
