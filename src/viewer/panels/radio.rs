//! Messages on their way, drawn as lines from who says something to whoever hears it: those of the chosen twin, or all.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::engine::identity::TwinId;
use crate::engine::time::Duration;
use crate::look::sight::ThingId;
use crate::viewer::draw::turn_up;
use crate::viewer::play::Play;
use crate::viewer::source::Speed;
use crate::viewer::stage::Stage;

use super::{Panels, style};

/// How high above the ground lines are drawn: metres.
const ABOVE: f32 = 0.8;
/// How long each is seen at least: seconds on the wall.
const LEAST: f64 = 0.35;
/// The most that are drawn.
const MOST: usize = 400;
/// What is lost gets half the way.
const LOST: f32 = 0.55;

pub(super) fn show(
    mut contexts: EguiContexts,
    stage: Res<Stage>,
    play: Res<Play>,
    panels: Res<Panels>,
    cameras: Query<(&Camera, &GlobalTransform), With<Camera3d>>,
) -> Result {
    if !panels.messages {
        return Ok(());
    }
    let context = contexts.ctx_mut()?;
    let (Some((camera, eye)), Some(sayings)) = (cameras.iter().next(), play.source.sayings()) else { return Ok(()) };
    let painter = context.layer_painter(egui::LayerId::new(egui::Order::Background, "radio".into()));
    let place = |twin: TwinId| {
        let [x, y, z] = stage.placed(stage.cast.number(ThingId::twin(twin))?)?.pose.at;
        let at = camera.world_to_viewport(eye, turn_up([x, y, z + ABOVE])).ok()?;
        Some(egui::pos2(at.x, at.y))
    };
    // What takes milliseconds is seen for a moment on the wall, however fast time goes.
    let times = match play.source.speed() {
        Speed::Times(times) => times,
        Speed::Paused | Speed::Fastest => 1.0,
    };
    let chosen = stage.chosen.and_then(ThingId::as_twin);
    let concerns = |from: TwinId, to: TwinId| chosen.is_none_or(|twin| twin == from || twin == to);
    let shown = sayings.at(stage.now, Duration::from_seconds(LEAST * times));
    for (saying, share) in shown.filter(|(saying, _)| concerns(saying.from, saying.to)).take(MOST) {
        let (Some(from), Some(to)) = (place(saying.from), place(saying.to)) else { continue };
        let is_lost = saying.arrives.is_none();
        let colour = if is_lost { style::ALARM } else { style::ACCENT };
        let head = from.lerp(to, if is_lost { share * LOST } else { share });
        painter.line_segment([from, head], egui::Stroke::new(1.2, colour.gamma_multiply(0.55)));
        painter.circle_filled(head, 2.6, colour);
        if is_lost && share > 0.8 {
            let arm = egui::vec2(3.5, 3.5);
            painter.line_segment([head - arm, head + arm], egui::Stroke::new(1.6, colour));
            let arm = egui::vec2(3.5, -3.5);
            painter.line_segment([head - arm, head + arm], egui::Stroke::new(1.6, colour));
        }
    }
    Ok(())
}
