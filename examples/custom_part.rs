//! A part and a system of one's own: a brush that wears down. With them, the whole program: every command knows the part.
//!
//!     cargo run --example custom_part -- parts brush
//!     cargo run --example custom_part -- run examples/robots.ron --out /tmp/robots

use autotwin::prelude::*;

/// A cleaning robot's brush that wears down as time passes.
#[derive(Component, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Brush {
    /// What is left of its bristles: 1 is new.
    #[schemars(range(min = 0, max = 1))]
    left: f64,
    /// How long a new one lasts.
    #[schemars(example = &"8h")]
    lasts: Duration,
}

fn wear(clock: Res<Clock>, pool: Res<Pool>, mut brushes: Query<&mut Brush>) {
    pool.for_each(&mut brushes, |mut brush| {
        brush.left = (brush.left - clock.elapsed.seconds() / brush.lasts.seconds()).max(0.0);
    });
}

fn gauge(world: &World, put: Put) {
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        world.entity(entity).get::<Brush>().inspect(|brush| put("bristles_left".into(), twin, brush.left));
    }
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(|app| {
        plugins(app);
        app.register_part::<Brush>("brush").add_step_systems(Stage::Act, wear).register_gauge(gauge);
    })
}
