//! Sun, sky and shadows by the time of day.

use bevy::light::{CascadeShadowConfigBuilder, DirectionalLightShadowMap, EnvironmentMapLight, Skybox};
use bevy::prelude::*;

use super::stage::Stage;

/// Sun and sky.
pub struct LightPlugin;

/// The light of the sun, or of the lamps of the hall at night.
#[derive(Component)]
struct Sun;

impl Plugin for LightPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(DirectionalLightShadowMap { size: 4096 })
            .add_systems(Startup, rise)
            .add_systems(Update, go_round);
    }
}

/// What the sky is like at a time of day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sky {
    /// The way to the sun: x east, y up, z south.
    pub sun: Vec3,
    /// Its colour.
    pub colour: LinearRgba,
    /// Lux.
    pub illuminance: f32,
    /// How bright the sky is to look at.
    pub brightness: f32,
    /// How bright the sky's own light is.
    pub ambient: f32,
}

/// The sky at an hour of the day, from 0 to 24: an equinox at a latitude of about 48 degrees.
pub fn sky(hour: f32) -> Sky {
    let turn = (hour - 12.0) / 24.0 * std::f32::consts::TAU;
    // Highest at noon in the south; the latitude tilts its way.
    let tilt = 42.0_f32.to_radians();
    let sun = Vec3::new(-turn.sin(), turn.cos() * tilt.sin(), turn.cos() * tilt.cos());
    let day = ((sun.y + 0.06) / 0.3).clamp(0.0, 1.0);
    let low = 1.0 - ((sun.y - 0.05) / 0.4).clamp(0.0, 1.0);
    let mix = |a: [f32; 3], b: [f32; 3], share: f32| {
        let part = |n: usize| a[n] + (b[n] - a[n]) * share;
        LinearRgba::rgb(part(0), part(1), part(2))
    };
    let night = sun.y < -0.06;
    // At night the lamps of the hall shine from above.
    let way =
        if night { Vec3::new(-0.12, 0.96, 0.22).normalize() } else { sun.max(Vec3::new(-9.0, 0.08, -9.0)).normalize() };
    Sky {
        sun: way,
        colour: if night { LinearRgba::rgb(1.0, 0.95, 0.86) } else { mix([1.0, 0.93, 0.82], [1.0, 0.62, 0.36], low) },
        illuminance: if night { 2_600.0 } else { 500.0 + 9_500.0 * day },
        brightness: 25.0 + 900.0 * day,
        ambient: 330.0 + 420.0 * day,
    }
}

fn rise(mut commands: Commands, stage: Res<Stage>) {
    let reach = stage.extent().map_or(60.0, |[low, high]| (high - low).length());
    let cascades = CascadeShadowConfigBuilder {
        num_cascades: 3,
        minimum_distance: 0.5,
        first_cascade_far_bound: 22.0,
        maximum_distance: (reach * 1.6).clamp(90.0, 400.0),
        overlap_proportion: 0.15,
    };
    commands.spawn((
        Sun,
        DirectionalLight { shadow_maps_enabled: true, shadow_normal_bias: 1.2, ..default() },
        cascades.build(),
        Transform::default(),
    ));
}

/// The sun goes round with simulated time, which begins at midnight of a Monday.
fn go_round(
    stage: Res<Stage>,
    mut suns: Query<(&mut DirectionalLight, &mut Transform), With<Sun>>,
    mut skies: Query<(&mut EnvironmentMapLight, &mut Skybox)>,
) {
    let hour = (stage.now.seconds() / 3600.0).rem_euclid(24.0) as f32;
    let sky = sky(hour);
    for (mut light, mut place) in &mut suns {
        light.color = sky.colour.into();
        light.illuminance = sky.illuminance;
        *place = Transform::default().looking_to(-sky.sun, Vec3::Y);
    }
    for (mut light, mut seen) in &mut skies {
        light.intensity = sky.ambient;
        seen.brightness = sky.brightness;
    }
}

/// The light of the sky, for a camera, and the sky itself.
pub fn sky_light(images: &mut Assets<Image>) -> impl Bundle {
    let light = EnvironmentMapLight::hemispherical_gradient(
        images,
        Color::srgb(0.82, 0.9, 1.0),
        Color::srgb(0.95, 0.95, 0.93),
        Color::srgb(0.5, 0.47, 0.42),
    );
    let sky = EnvironmentMapLight::hemispherical_gradient(
        images,
        Color::srgb(0.3, 0.52, 0.85),
        Color::srgb(0.8, 0.88, 0.95),
        Color::srgb(0.8, 0.88, 0.95),
    );
    (light, Skybox { image: Some(sky.diffuse_map), brightness: 0.0, ..default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_rises_in_the_east_and_is_highest_in_the_south() {
        let (dawn, morning, noon, evening) = (sky(6.2), sky(7.5), sky(12.0), sky(16.5));
        assert!(morning.sun.x > 0.5 && evening.sun.x < -0.5 && noon.sun.x.abs() < 1e-6 && noon.sun.z > 0.0);
        assert!(noon.sun.y > morning.sun.y && morning.sun.y > dawn.sun.y);
        assert!(noon.illuminance > dawn.illuminance && noon.illuminance > sky(0.0).illuminance);
        assert!((0..240).all(|n| sky(n as f32 / 10.0).sun.is_normalized() && sky(n as f32 / 10.0).sun.y > 0.0));
    }
}
