//! Names beside things, and above worlds that stand side by side.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::viewer::draw::turn_up;
use crate::viewer::play::Play;
use crate::viewer::stage::Stage;

use super::{Panels, style};

/// The farthest that something is labelled: metres.
const FAR: f32 = 90.0;
/// The most labels.
const MOST: usize = 160;

pub(super) fn show(
    mut contexts: EguiContexts,
    stage: Res<Stage>,
    play: Res<Play>,
    panels: Res<Panels>,
    cameras: Query<(&Camera, &GlobalTransform), With<Camera3d>>,
) -> Result {
    let context = contexts.ctx_mut()?;
    let Some((camera, place)) = cameras.iter().next() else { return Ok(()) };
    let painter = context.layer_painter(egui::LayerId::new(egui::Order::Background, "labels".into()));
    let eye = place.translation();
    for sign in play.source.signs() {
        if let Ok(at) = camera.world_to_viewport(place, turn_up(sign.at)) {
            let text = painter.layout_no_wrap(sign.name.clone(), egui::FontId::proportional(20.0), style::ACCENT);
            let area = egui::Rect::from_center_size(egui::pos2(at.x, at.y), text.size()).expand2(egui::vec2(12.0, 5.0));
            painter.rect_filled(area, 6.0, style::CARD);
            painter.galley(area.min + egui::vec2(12.0, 5.0), text, style::ACCENT);
        }
    }
    let mut labels: Vec<(f32, egui::Pos2, usize, bool)> = stage
        .cast
        .iter()
        .filter_map(|(number, member)| {
            let pointed = stage.chosen == Some(member.id) || panels.hovered == Some(member.id);
            let look = stage.looks.get(&member.form.look)?;
            if !(pointed || panels.labels && look.is_labelled) {
                return None;
            }
            let placed = stage.placed(number)?;
            let top = stage.bounds(number).map_or(0.0, |[_, high]| high.z);
            let at = turn_up(placed.pose.at) + Vec3::Y * (top + 0.25);
            let far = at.distance(eye);
            if far > FAR && !pointed {
                return None;
            }
            let on_screen = camera.world_to_viewport(place, at).ok()?;
            Some((far, egui::pos2(on_screen.x, on_screen.y), number, pointed))
        })
        .collect();
    labels.sort_by(|a, b| b.3.cmp(&a.3).then(a.0.total_cmp(&b.0)));
    labels.truncate(MOST);
    let mut taken: Vec<egui::Rect> = Vec::new();
    for (far, at, number, pointed) in labels {
        let Some(member) = stage.cast.get(number) else { continue };
        let strength = if pointed { 1.0 } else { (1.5 - far / FAR).clamp(0.0, 1.0) };
        let font = egui::FontId::proportional(if pointed { 15.0 } else { 12.5 });
        let text = painter.layout_no_wrap(member.form.name.to_string(), font, style::TEXT.gamma_multiply(strength));
        let area = egui::Rect::from_center_size(at - egui::vec2(0.0, 8.0), text.size()).expand2(egui::vec2(6.0, 2.0));
        // Who is nearer goes first; who would lie on another is left out.
        if !pointed && taken.iter().any(|other| other.intersects(area)) {
            continue;
        }
        taken.push(area);
        let fill = if pointed { style::CARD } else { style::CARD.gamma_multiply(0.75 * strength) };
        painter.rect_filled(area, 4.0, fill);
        if pointed {
            painter.rect_stroke(area, 4.0, egui::Stroke::new(1.0, style::ACCENT), egui::StrokeKind::Outside);
        }
        painter.galley(area.min + egui::vec2(6.0, 2.0), text, style::TEXT);
    }
    Ok(())
}
