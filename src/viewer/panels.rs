//! The cards on the screen: time, search, a twin's card, labels, help.

mod bar;
mod card;
mod find;
mod help;
mod intent;
mod labels;
mod map;
mod radio;
pub mod style;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPlugin, EguiPrimaryContextPass};

use super::play::Play;
use super::stage::Stage;

/// What is shown of the cards.
#[derive(Resource)]
pub struct Panels {
    /// Whether the line of time and the search are there: not in pictures.
    pub has_controls: bool,
    /// Whether things are labelled.
    pub labels: bool,
    /// Whether messages on their way are drawn.
    pub messages: bool,
    /// Whether the help is shown.
    pub help: bool,
    /// What is searched for.
    pub search: String,
    /// Whether the search wants the keys.
    pub focus_search: bool,
    /// Whether the first of those who were found is to be taken.
    pub search_entered: bool,
    /// Under the pointer.
    pub hovered: Option<crate::look::sight::ThingId>,
    /// What went wrong last, to be told.
    pub trouble: Option<String>,
}

impl Default for Panels {
    fn default() -> Self {
        Panels {
            has_controls: true,
            labels: true,
            messages: true,
            help: false,
            search: String::new(),
            focus_search: false,
            search_entered: false,
            hovered: None,
            trouble: None,
        }
    }
}

/// Draws the cards.
pub struct PanelsPlugin;

impl Plugin for PanelsPlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins(EguiPlugin::default()).init_resource::<Panels>().init_resource::<card::Curves>().add_systems(
            EguiPrimaryContextPass,
            (dress, intent::show, radio::show, labels::show, card::show, bar::show, find::show, map::show, help::show)
                .chain(),
        );
    }
}

fn dress(mut contexts: EguiContexts, mut is_dressed: Local<bool>) -> Result {
    let context = contexts.ctx_mut()?;
    if !std::mem::replace(&mut *is_dressed, true) {
        style::dress(context);
    }
    Ok(())
}

/// Points a thing out, or nobody.
pub fn choose(stage: &mut Stage, play: &mut Play, thing: Option<crate::look::sight::ThingId>) {
    stage.chosen = thing;
    play.source.ask(thing.and_then(|thing| thing.as_twin()));
}
