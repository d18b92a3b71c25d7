//! What is played: a source, its speed, and what else the cards need to know of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy::prelude::*;

use crate::engine::identity::TwinId;
use crate::look::sight::ThingId;

use super::camera::View;
use super::panels::Panels;
use super::source::intent::Intent;
use super::source::live::Parts;
use super::source::{Source, Speed};
use super::stage::Stage;

/// The speeds to choose from: simulated seconds in a second on the wall.
pub const SPEEDS: [f64; 8] = [0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0];

/// What is played.
#[derive(Resource)]
pub struct Play {
    /// Where what is seen comes from.
    pub source: Source,
    /// The name of the scene.
    pub title: String,
    /// The views to choose from, by name.
    pub views: Vec<(String, View)>,
    /// The speed at which time goes, when it goes.
    pub wanted: Speed,
    /// The parts of twins at the start, where a record cannot tell more.
    pub parts: BTreeMap<TwinId, Arc<Parts>>,
}

/// Lets time pass.
pub struct PlayPlugin;

impl Plugin for PlayPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(PreUpdate, advance);
    }
}

impl Play {
    /// Goes on, or stands still.
    pub fn toggle(&mut self) {
        let speed = if self.source.speed() == Speed::Paused { self.wanted } else { Speed::Paused };
        self.source.set_speed(speed);
    }

    /// Goes on at a speed.
    pub fn set_speed(&mut self, speed: Speed) {
        self.wanted = speed;
        self.source.set_speed(speed);
    }

    /// Faster (above 0) or slower.
    pub fn change_speed(&mut self, by: isize) {
        let at = match self.wanted {
            Speed::Times(times) => SPEEDS.iter().position(|speed| *speed >= times).unwrap_or(SPEEDS.len() - 1),
            Speed::Fastest => SPEEDS.len(),
            Speed::Paused => 1,
        };
        let next = at.saturating_add_signed(by).min(SPEEDS.len());
        self.set_speed(SPEEDS.get(next).map_or(Speed::Fastest, |times| Speed::Times(*times)));
    }

    /// What a twin is about now. None if it is about nothing, and in a record, which does not hold it.
    pub fn intent_of(&self, thing: ThingId) -> Option<Arc<Intent>> {
        let answer = self.source.answer().filter(|answer| answer.twin == thing.as_twin())?;
        answer.intent
    }

    /// The parts of a thing, and of when they are. None if it is no twin.
    pub fn parts_of(&self, thing: ThingId) -> Option<(Arc<Parts>, &'static str)> {
        let twin = thing.as_twin()?;
        match self.source.answer() {
            Some(answer) => (answer.twin == Some(twin)).then_some((answer.parts, "PARTS NOW")),
            None => self.parts.get(&twin).map(|parts| (parts.clone(), "PARTS AT THE START")),
        }
    }
}

/// Brings the cast to the moment that is shown. Things turn and swing no faster than the eye can follow.
fn advance(mut play: ResMut<Play>, mut stage: ResMut<Stage>, mut panels: ResMut<Panels>, time: Res<Time>) {
    let before = stage.now;
    match play.source.advance(time.delta(), &mut stage.cast) {
        Ok(now) => stage.now = now,
        Err(error) => {
            panels.trouble = Some(error.to_string());
            play.source.set_speed(Speed::Paused);
        }
    }
    let passed = (stage.now - before).seconds().max(0.0);
    stage.beat += passed.min(time.delta_secs_f64() * 2.5);
}
