//! A part and a system of one's own: a battery that runs down. With them, the whole program: every command knows the part.
//!
//!     cargo run --example custom_part -- parts battery
//!     cargo run --example custom_part -- run examples/robots.ron --out /tmp/robots

use autotwin::prelude::*;

/// A battery that runs down as time passes.
#[derive(Component, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Battery {
    /// How full it is: 1 is full.
    #[schemars(range(min = 0, max = 1))]
    charge: f64,
    /// How long a full charge lasts.
    #[schemars(example = &"8h")]
    lasts: Duration,
}

fn drain(clock: Res<Clock>, pool: Res<Pool>, mut batteries: Query<&mut Battery>) {
    pool.for_each(&mut batteries, |mut battery| {
        battery.charge = (battery.charge - clock.elapsed.seconds() / battery.lasts.seconds()).max(0.0);
    });
}

fn gauge(world: &World, put: &mut dyn FnMut(&'static str, TwinId, f64)) {
    for (twin, entity, _) in world.resource::<Directory>().twins() {
        world.entity(entity).get::<Battery>().inspect(|battery| put("charge", twin, battery.charge));
    }
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(|app| {
        plugins(app);
        app.register_part::<Battery>("battery").add_step_systems(Stage::Act, drain).register_gauge(gauge);
    })
}
