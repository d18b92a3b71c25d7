//! What became of messages, for whoever records or looks. No state: nobody in the world reads it.

use std::sync::Arc;

use bevy_ecs::prelude::Resource;

use crate::engine::identity::TwinId;
use crate::engine::time::Time;

/// What became of a message when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, then.
    Arrives(Time),
    /// It is lost: every try was in vain.
    Lost,
    /// The signal does not reach so far.
    OutOfReach,
    /// They have no link in common.
    NoLink,
    /// It is longer than the link carries.
    TooLong,
}

impl Fate {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Arrives(_) => "received",
            Fate::Lost => "lost",
            Fate::OutOfReach => "out of reach",
            Fate::NoLink => "no link",
            Fate::TooLong => "too long",
        }
    }

    /// When it arrives, if it does.
    pub fn arrival(self) -> Option<Time> {
        match self {
            Fate::Arrives(at) => Some(at),
            _ => None,
        }
    }
}

/// A message that was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Transmission {
    /// When it was written.
    pub at: Time,
    /// By whom.
    pub from: TwinId,
    /// For whom.
    pub to: TwinId,
    /// What it is about.
    pub topic: Arc<str>,
    /// By which link; none if it needed none, or there was none.
    pub link: Option<Arc<str>>,
    /// How long it was, without what the link adds: bytes.
    pub bytes: u32,
    /// The mean signal where it was received: dBm.
    pub signal_dbm: Option<f64>,
    /// How often it was sent.
    pub tries: u32,
    /// What became of it.
    pub fate: Fate,
}

/// The messages sent since somebody asked last.
#[derive(Resource, Clone, Debug, Default)]
pub struct AirLog {
    /// Whether anybody asks.
    pub enabled: bool,
    entries: Vec<Transmission>,
}

impl AirLog {
    /// Notes a message, if anybody asks.
    pub fn note(&mut self, transmission: impl FnOnce() -> Transmission) {
        if self.enabled {
            self.entries.push(transmission());
        }
    }

    /// Takes all out.
    pub fn drain(&mut self) -> impl Iterator<Item = Transmission> + '_ {
        self.entries.drain(..)
    }
}
