//! What mouse and keys do.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use super::{Panels, style};

const LINES: [(&str, &str); 24] = [
    ("drag", "look around"),
    ("right drag, shift + drag", "move sideways"),
    ("wheel, pinch", "nearer or farther"),
    ("W A S D, arrows", "go"),
    ("Q  E", "down and up, or farther and nearer"),
    ("shift", "three times as fast"),
    ("1  2  3  4", "orbit, fly, walk, from above"),
    ("0", "see all"),
    ("6  7  8  9", "the cameras of the scene"),
    ("click", "ask a twin"),
    ("/", "find a twin by name"),
    ("F", "follow the chosen twin"),
    ("G", "go to the chosen twin"),
    ("B", "to the same twin in the other of two runs"),
    ("Esc", "let go of the chosen twin"),
    ("space", "go on or stand still"),
    (".", "to the next event"),
    ("+  −", "faster, slower"),
    ("[  ]", "an hour back or on (records)"),
    ("L", "labels"),
    ("M", "messages on their way"),
    ("N", "maps: density, flow, speed"),
    ("P", "save a picture"),
    ("H", "this card"),
];

pub(super) fn show(mut contexts: EguiContexts, mut panels: ResMut<Panels>) -> Result {
    if !panels.help {
        return Ok(());
    }
    let context = contexts.ctx_mut()?.clone();
    egui::Area::new("help".into())
        .anchor(egui::Align2::CENTER_CENTER, [0.0, -20.0])
        .order(egui::Order::Foreground)
        .show(&context, |ui| {
            style::card().show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.heading("Mouse and keys");
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        if ui.button("×").clicked() {
                            panels.help = false;
                        }
                    });
                });
                egui::Grid::new("help").num_columns(2).spacing([26.0, 3.0]).show(ui, |ui| {
                    for (keys, what) in LINES {
                        ui.label(egui::RichText::new(keys).monospace().color(style::ACCENT));
                        ui.label(what);
                        ui.end_row();
                    }
                });
            });
        });
    Ok(())
}
