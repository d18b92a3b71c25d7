//! What happened, for people to read: a machine broke down, a twin was retired, a command was refused.
//!
//! The journal is no part of the world's state. Whoever records drains it once a step; nobody in the world reads it.

use std::borrow::Cow;

use bevy_ecs::prelude::Resource;

use super::identity::TwinId;
use super::time::Time;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// To whom; [`TwinId::NONE`] if to nobody in particular.
    pub twin: TwinId,
    /// What, as a fixed word such as `breakdown`.
    pub event: Cow<'static, str>,
    /// Why, in words.
    pub cause: Cow<'static, str>,
    /// How much, where the event has a quantity (a repair's seconds, a job's number).
    pub value: Option<f64>,
}

/// The entries since the last recording.
#[derive(Resource, Clone, Debug)]
pub struct Journal {
    /// Whether anybody will read. If not, entries are dropped as they come.
    pub enabled: bool,
    entries: Vec<Entry>,
}

impl Default for Journal {
    /// Enabled: until it is known who reads, nothing may be missed.
    fn default() -> Self {
        Journal { enabled: true, entries: Vec::new() }
    }
}

impl Journal {
    /// One that nobody reads.
    pub fn off() -> Journal {
        Journal { enabled: false, entries: Vec::new() }
    }

    /// Notes what happened.
    pub fn note(
        &mut self,
        at: Time,
        twin: TwinId,
        event: impl Into<Cow<'static, str>>,
        cause: impl Into<Cow<'static, str>>,
        value: Option<f64>,
    ) {
        if self.enabled {
            self.entries.push(Entry { at, twin, event: event.into(), cause: cause.into(), value });
        }
    }

    /// Takes all entries out.
    pub fn drain(&mut self) -> impl Iterator<Item = Entry> + '_ {
        self.entries.drain(..)
    }
}
