//! What the colours of a map mean.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::look::palette;
use crate::look::registry::ValueKind;
use crate::viewer::stage::Stage;

use super::style;

/// How large the scale is: points.
const SCALE: egui::Vec2 = egui::vec2(220.0, 12.0);
/// Into how many colours it is divided.
const COLOURS: usize = 44;

pub(super) fn show(mut contexts: EguiContexts, stage: Res<Stage>) -> Result {
    let Some(value) = stage.map.and_then(|map| stage.maps().nth(map)) else { return Ok(()) };
    let ValueKind::Quantity { unit, between: [pale, dark] } = value.kind else { return Ok(()) };
    let context = contexts.ctx_mut()?.clone();
    egui::Area::new("map".into()).anchor(egui::Align2::LEFT_BOTTOM, [16.0, -110.0]).show(&context, |ui| {
        style::card().show(ui, |ui| {
            ui.strong(value.name);
            ui.colored_label(style::FAINT, unit);
            let (area, _) = ui.allocate_exact_size(SCALE, egui::Sense::hover());
            let wide = area.width() / COLOURS as f32;
            for n in 0..COLOURS {
                let left = area.left() + n as f32 * wide;
                let part = egui::Rect::from_x_y_ranges(left..=left + wide + 0.5, area.y_range());
                let colour = palette::scale((n as f32 + 0.5) / COLOURS as f32);
                ui.painter().rect_filled(part, 0.0, style::colour(colour));
            }
            ui.horizontal(|ui| {
                ui.set_width(SCALE.x);
                ui.label(format!("{pale}"));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(format!("{dark}")));
            });
        });
    });
    Ok(())
}
