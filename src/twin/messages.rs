//! Messages between twins: written into one's own outbox, delivered in Settle, read in the next step.
//!
//! Delivery goes by (time, sender, sequence), so that no result depends on which thread wrote first.

use std::collections::BTreeMap;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Component, Query, Res, ResMut};
use serde::{Deserialize, Serialize};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::Journal;
use crate::engine::queue::EventQueue;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::engine::time::Time;

use super::knowledge::Attention;
use super::step::Agenda;

/// What one twin says to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// When it was written.
    pub at: Time,
    /// Who wrote it.
    pub from: TwinId,
    /// Who shall read it.
    pub to: TwinId,
    /// What it is about, such as `bid`.
    pub topic: String,
    /// Its numbers, by name.
    pub values: BTreeMap<String, f64>,
}

/// What a twin wants to say. Emptied in Settle.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outbox(pub Vec<Message>);

/// What a twin was told and has not taken out yet, in the order of delivery.
#[derive(Component, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inbox(pub Vec<Message>);

/// Registers mailboxes and their delivery.
pub struct MessagePlugin;

impl Plugin for MessagePlugin {
    fn build(&self, app: &mut App) {
        app.register_state_part::<Outbox>("outbox")
            .register_state_part::<Inbox>("inbox")
            .add_step_systems(Stage::Settle, deliver);
    }
}

/// Carries every message to its reader. A message wakes the stages at the present moment, so that its reader can act.
pub fn deliver(
    clock: Res<Clock>,
    directory: Res<Directory>,
    mut queue: ResMut<EventQueue>,
    mut journal: ResMut<Journal>,
    mut outboxes: Query<&mut Outbox>,
    mut inboxes: Query<(&mut Inbox, Option<&mut Attention>)>,
    agenda: Option<ResMut<Agenda>>,
) {
    let mut messages: Vec<Message> = outboxes.iter_mut().flat_map(|mut outbox| std::mem::take(&mut outbox.0)).collect();
    if messages.is_empty() {
        return;
    }
    // Stable: messages of one sender and moment keep the order in which they were written.
    messages.sort_by_key(|message| (message.at, message.from));
    for message in messages {
        let reader = directory.entity(message.to).and_then(|entity| inboxes.get_mut(entity).ok());
        match reader {
            Some((mut inbox, attention)) => {
                inbox.0.push(message);
                // Whoever is told something looks around and thinks at once, unless it is put aside.
                if let Some(mut attention) = attention.filter(|attention| attention.next() != Time::NEVER) {
                    attention.sense = clock.now;
                    if attention.decide != Time::NEVER {
                        attention.decide = clock.now;
                    }
                }
            }
            None => {
                journal.note(clock.now, message.from, "undelivered", format!("{}: nobody there", message.topic), None)
            }
        }
    }
    if let Some(mut agenda) = agenda {
        agenda.next = clock.now;
    }
    queue.wake(clock.now);
}
