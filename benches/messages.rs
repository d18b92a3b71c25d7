//! What a message costs: 100,000 twins each tell a neighbour something at every tick, by radio with fading, loss and latency, and
//! read what they are told.
//!
//!   cargo bench --bench messages [-- TWINS]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::scene::load::load_text;
use autotwin::twin::messages::{Content, Said, Values};
use autotwin::twin::radio::ether::Ether;

const TICKS: usize = 20;
const ROUNDS: usize = 5;

/// Tells the twin of the next id a number, and adds up what it is told.
#[derive(Component, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Gossip {
    twins: u64,
    heard: u64,
}

/// What is said is the same each time: to make it is no part of carrying it.
#[derive(Resource)]
struct Speech(Arc<Said>);

fn speak(clock: Res<Clock>, said: Res<Speech>, mut twins: Query<(&TwinId, &Gossip, &mut Outbox)>) {
    // Once a tick: what arrives at once lets the stages run again.
    if clock.elapsed == Duration::ZERO {
        return;
    }
    for (twin, gossip, mut outbox) in &mut twins {
        let next = TwinId((twin.0 + 1) % gossip.twins);
        outbox.0.push(Letter::of(clock.now, next, Content::Said(said.0.clone())));
    }
}

fn listen(mut twins: Query<(&mut Gossip, &mut Inbox)>) {
    for (mut gossip, mut inbox) in &mut twins {
        gossip.heard += inbox.0.drain(..).count() as u64;
    }
}

fn give_mailboxes(mut commands: Commands, twins: Query<Entity, With<Gossip>>) {
    for twin in &twins {
        commands.entity(twin).insert((Inbox::default(), Outbox::default()));
    }
}

fn gossip(app: &mut App) {
    plugins(app);
    let said = Said { topic: "heat".into(), values: Values::from([("heat", 21.5)]), by: None, bytes: None };
    app.insert_resource(Speech(Arc::new(said)))
        .register_part::<Gossip>("gossip")
        .on_start(|world| {
            use bevy_ecs::system::RunSystemOnce;
            world.run_system_once(give_mailboxes).expect("it only needs twins");
        })
        .add_step_systems(Stage::Sense, listen)
        .add_step_systems(Stage::Act, speak);
}

fn scene(twins: usize, radio: &str) -> String {
    format!(
        r#"(
            tick: "100ms", run_for: "1h",
            links: {{
                "field": (like: "zigbee", exponent: 2.4, fading: Rayleigh, loss: 0.01, latency: Uniform(low: "2ms", high: "20ms"), retries: 2),
            }},
            twins: [(
                name: "twin-{{n}}", count: {twins}, gossip: (twins: {twins}), {radio}
                place: Grid(from: (0, 0), step: (8, 8), columns: 300),
            )],
        )"#
    )
}

fn main() {
    let twins = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    for (name, radio) in [("without radios", ""), ("by radio", "radio: [\"field\"],")] {
        let tree =
            load_text(Path::new("gossip.ron"), scene(twins, radio), &[]).unwrap_or_else(|error| panic!("{error}"));
        let options = RunOptions { plugins: gossip, ..RunOptions::default() };
        let (mut simulation, _) = prepare(&tree, &options, None).unwrap_or_else(|error| panic!("{error}"));
        let mut at = Time::ZERO;
        let mut pass = |simulation: &mut Simulation, ticks: usize| {
            at += Duration::from_nanos(100_000_000 * ticks as i64);
            simulation.run_until(at);
        };
        pass(&mut simulation, 5);
        let heard_before = heard(&mut simulation);
        let mut costs = Vec::new();
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            pass(&mut simulation, TICKS);
            let seconds = begin.elapsed().as_secs_f64();
            costs.push(seconds / (TICKS * twins) as f64);
        }
        let heard_now = heard(&mut simulation);
        costs.sort_by(f64::total_cmp);
        let ratio = (heard_now - heard_before) as f64 / (ROUNDS * TICKS * twins) as f64;
        println!(
            "{name}: {:.0} ns a message (median of {ROUNDS} rounds of {TICKS} steps of {twins}); {:.1} % get through; {} under way",
            costs[ROUNDS / 2] * 1e9,
            ratio * 100.0,
            simulation.world().resource::<Ether>().under_way(),
        );
    }
}

fn heard(simulation: &mut Simulation) -> u64 {
    let world = simulation.world_mut();
    world.query::<&Gossip>().iter(world).map(|gossip| gossip.heard).sum()
}
