//! Where one looks from.

use bevy::prelude::*;

use super::draw::turn_up;
use super::stage::Stage;

/// Where the eye is and what it looks at, in the frame of the world: metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// The eye.
    pub from: [f32; 3],
    /// What is in the middle.
    pub to: [f32; 3],
}

/// How wide the eye sees, from top to bottom: radians.
pub const FIELD: f32 = 0.72;

impl View {
    /// From the south and above, all that is on stage.
    pub fn overview(stage: &Stage, aspect: f32) -> View {
        View::around(stage, aspect, -1.85, 0.58)
    }

    /// From straight above.
    pub fn top(stage: &Stage, aspect: f32) -> View {
        View::around(stage, aspect, -std::f32::consts::FRAC_PI_2, 1.55)
    }

    /// The chosen thing from nearby, a little to the left, where its card is not.
    pub fn near(stage: &Stage, aspect: f32) -> View {
        let number = stage.chosen.and_then(|thing| stage.cast.number(thing));
        let Some((placed, [low, high])) = number.and_then(|number| stage.placed(number).zip(stage.bounds(number)))
        else {
            return View::overview(stage, aspect);
        };
        let size = (high - low).length().clamp(1.0, 40.0);
        // From before it, off to one side.
        let way = placed.pose.heading + 0.6;
        let middle = Vec3::from(placed.pose.at) + Vec3::Z * (high.z * 0.4);
        let aside = Vec3::new(-way.sin(), way.cos(), 0.0) * size * 0.28;
        let from = middle + Vec3::new(way.cos(), way.sin(), 0.5) * size * 1.35;
        View { from: (from + aside).to_array(), to: (middle + aside).to_array() }
    }

    /// All that is on stage, from a direction (radians, counter-clockwise from east) and an elevation.
    pub fn around(stage: &Stage, aspect: f32, direction: f32, elevation: f32) -> View {
        let [low, high] = stage.extent().unwrap_or([Vec2::splat(-5.0), Vec2::splat(5.0)]);
        // Where things are is known of their middles.
        const HALF: f32 = 2.4;
        const TALL: f32 = 2.4;
        let (middle, half) = ((low + high) / 2.0, (high - low) / 2.0 + HALF);
        let back = Vec3::new(direction.cos() * elevation.cos(), direction.sin() * elevation.cos(), elevation.sin());
        let right = Vec3::new(-back.y, back.x, 0.0).normalize();
        let up = back.cross(right);
        // Far enough for each corner to be within the field.
        let (tall, wide) = ((FIELD / 2.0).tan(), (FIELD / 2.0).tan() * aspect);
        let corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)];
        let corners = corners.into_iter().flat_map(|(x, y)| [-TALL / 2.0, TALL / 2.0].map(|z| (x, y, z)));
        let far = |(x, y, z): (f32, f32, f32)| {
            let corner = Vec3::new(half.x * x, half.y * y, z);
            let across = corner.dot(right).abs() / wide;
            let along = corner.dot(up).abs() / tall;
            corner.dot(back) + across.max(along)
        };
        let distance = corners.map(far).fold(6.0, f32::max) * 1.02;
        let to = Vec3::new(middle.x, middle.y, TALL / 2.0);
        View { from: (to + back * distance).to_array(), to: to.to_array() }
    }

    /// The place of a camera on the screen's side.
    pub fn transform(&self) -> Transform {
        let (from, to) = (turn_up(self.from), turn_up(self.to));
        let up = if (to - from).normalize_or_zero().y.abs() > 0.999 { Vec3::NEG_Z } else { Vec3::Y };
        Transform::from_translation(from).looking_at(to, up)
    }
}
