//! What the chosen twin is about, drawn on the ground: its way, and how far and wide it sees.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::twin::sensors::Cone;
use crate::viewer::draw::turn_up;
use crate::viewer::play::Play;
use crate::viewer::stage::Stage;

use super::style;

/// How high above the ground lines are drawn: metres.
const ABOVE: f32 = 0.06;
/// Into how many pieces a whole circle is taken apart.
const PIECES: f32 = 72.0;

pub(super) fn show(
    mut contexts: EguiContexts,
    stage: Res<Stage>,
    play: Res<Play>,
    cameras: Query<(&Camera, &GlobalTransform), With<Camera3d>>,
) -> Result {
    let context = contexts.ctx_mut()?;
    let (Some((camera, eye)), Some(chosen)) = (cameras.iter().next(), stage.chosen) else { return Ok(()) };
    let Some(intent) = play.intent_of(chosen) else { return Ok(()) };
    let Some(placed) = stage.cast.number(chosen).and_then(|number| stage.placed(number)) else { return Ok(()) };
    let painter = context.layer_painter(egui::LayerId::new(egui::Order::Background, "intent".into()));
    let on_screen = |at: [f32; 3]| {
        let at = camera.world_to_viewport(eye, turn_up([at[0], at[1], at[2] + ABOVE])).ok()?;
        Some(egui::pos2(at.x, at.y))
    };
    for cone in &intent.cones {
        let rim: Option<Vec<egui::Pos2>> = rim(cone, placed.pose.at, placed.pose.heading).map(on_screen).collect();
        // What reaches behind the eye cannot be drawn as one piece.
        if let Some(rim) = rim {
            let fill = style::ACCENT.gamma_multiply(0.12);
            if cone.half_angle <= std::f32::consts::FRAC_PI_2 || cone.half_angle >= std::f32::consts::PI {
                painter.add(egui::Shape::convex_polygon(rim.clone(), fill, egui::Stroke::NONE));
            }
            painter.add(egui::Shape::closed_line(rim, egui::Stroke::new(1.2, style::ACCENT.gamma_multiply(0.7))));
        }
    }
    let way = intent.route.iter().skip(1).map(|at| at.map(|part| part as f32));
    let way: Vec<egui::Pos2> = std::iter::once(placed.pose.at).chain(way).map_while(on_screen).collect();
    if let ([_, .., end], false) = (way.as_slice(), intent.route.is_empty()) {
        painter.circle_filled(*end, 5.0, style::ACCENT);
        painter.add(egui::Shape::dashed_line(&way, egui::Stroke::new(2.5, style::ACCENT), 9.0, 5.0));
    }
    Ok(())
}

/// The rim of what is seen from a place, looking that way; it begins at the eye, unless it goes all round.
fn rim(cone: &Cone, at: [f32; 3], heading: f32) -> impl Iterator<Item = [f32; 3]> {
    let all_round = cone.half_angle >= std::f32::consts::PI;
    let (half, range) = (cone.half_angle.min(std::f32::consts::PI), cone.range);
    let middle = heading + cone.direction;
    let pieces = (PIECES * half / std::f32::consts::PI).ceil().max(4.0);
    let eye = (!all_round).then_some(at);
    let arc = (0..=pieces as u32).map(move |n| {
        let angle = middle - half + 2.0 * half * n as f32 / pieces;
        [at[0] + range * angle.cos(), at[1] + range * angle.sin(), at[2]]
    });
    eye.into_iter().chain(arc)
}
