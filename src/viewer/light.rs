//! Sun, sky and shadows by the time of day.

use bevy::light::{
    CascadeShadowConfig, CascadeShadowConfigBuilder, DirectionalLightShadowMap, EnvironmentMapLight, Skybox,
};
use bevy::prelude::*;

use super::draw::Canvas;
use super::stage::Stage;

/// Sun and sky.
pub struct LightPlugin;

/// The light of the sun, or of the lamps of the hall at night.
#[derive(Component)]
struct Sun;

impl Plugin for LightPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(DirectionalLightShadowMap { size: 4096 })
            .insert_resource(Clarity(CLEAR))
            .add_systems(Startup, rise)
            .add_systems(Update, go_round)
            // When all have entered.
            .add_systems(Last, reach);
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
    /// How dark it is, from 0 to 1: by then lamps are lit.
    pub dark: f32,
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
        dark: ((0.1 - sun.y) / 0.14).clamp(0.0, 1.0),
    }
}

/// The sky over a town, where at night only the moon shines from above.
pub fn open_sky(hour: f32) -> Sky {
    let indoors = sky(hour);
    let mix = |a: f32, b: f32| a + (b - a) * indoors.dark;
    let moonlight = LinearRgba::rgb(0.62, 0.74, 1.0);
    let colour = if indoors.dark >= 1.0 { moonlight } else { indoors.colour };
    Sky {
        colour,
        illuminance: if indoors.dark >= 1.0 { 110.0 } else { mix(indoors.illuminance, 400.0) },
        // No walls throw light back.
        ambient: mix(indoors.ambient * 0.8, 40.0),
        brightness: mix(indoors.brightness * 1.5, 14.0),
        ..indoors
    }
}

fn rise(mut commands: Commands) {
    commands.spawn((
        Sun,
        DirectionalLight { shadow_maps_enabled: true, shadow_normal_bias: 1.2, ..default() },
        shadows(90.0, false),
        Transform::default(),
    ));
}

/// Shadows reach as far as there is anything; a town is seen from farther away than a hall.
fn reach(
    stage: Res<Stage>,
    mut suns: Query<&mut CascadeShadowConfig, With<Sun>>,
    mut sight: ResMut<Clarity>,
    mut known: Local<usize>,
) {
    if std::mem::replace(&mut *known, stage.cast.numbers()) == stage.cast.numbers() {
        return;
    }
    let reach = stage.extent().map_or(60.0, |[low, high]| (high - low).length());
    sight.0 = if stage.is_under_sky() { (reach * 8.0).max(LEAST_HAZY) } else { CLEAR };
    for mut config in &mut suns {
        *config = shadows(reach * 1.6, stage.is_under_sky());
    }
}

fn shadows(reach: f32, is_under_sky: bool) -> CascadeShadowConfig {
    let (near, farthest) = if is_under_sky { (70.0, 1_500.0) } else { (22.0, 400.0) };
    CascadeShadowConfigBuilder {
        num_cascades: 3,
        minimum_distance: 0.5,
        first_cascade_far_bound: near,
        maximum_distance: reach.clamp(90.0, farthest),
        overlap_proportion: 0.15,
    }
    .build()
}

/// The sun goes round with simulated time.
fn go_round(
    stage: Res<Stage>,
    sight: Res<Clarity>,
    mut canvas: ResMut<Canvas>,
    mut suns: Query<(&mut DirectionalLight, &mut Transform), With<Sun>>,
    mut skies: Query<(&mut EnvironmentMapLight, &mut Skybox, Option<&mut DistanceFog>)>,
) {
    let hour = stage.hour();
    let sky = if stage.is_under_sky() { open_sky(hour) } else { sky(hour) };
    canvas.set_night(sky.dark);
    for (mut light, mut place) in &mut suns {
        light.color = sky.colour.into();
        light.illuminance = sky.illuminance;
        *place = Transform::default().looking_to(-sky.sun, Vec3::Y);
    }
    for (mut light, mut seen, haze) in &mut skies {
        light.intensity = sky.ambient;
        seen.brightness = sky.brightness;
        if let Some(mut haze) = haze {
            *haze = self::haze(sight.0, sky.dark);
        }
    }
}

/// How far one sees: metres.
#[derive(Resource)]
struct Clarity(f32);

/// Over a town one sees at least so far, and indoors as far as one likes: metres.
const LEAST_HAZY: f32 = 20_000.0;
const CLEAR: f32 = 1e9;

/// The haze that hides what is far away.
fn haze(visibility: f32, dark: f32) -> DistanceFog {
    let by_day = Vec3::new(0.5, 0.62, 0.78);
    let colour = by_day.lerp(Vec3::new(0.012, 0.016, 0.03), dark);
    DistanceFog {
        color: Color::linear_rgb(colour.x, colour.y, colour.z),
        falloff: FogFalloff::from_visibility(visibility),
        ..default()
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
    (light, haze(CLEAR, 0.0), Skybox { image: Some(sky.diffuse_map), brightness: 0.0, ..default() })
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
