//! Twins that do something of their own: parts from outside the crate, ticks, and messages delivered in Settle.

use autotwin::prelude::*;
use autotwin::run::single::Nobody;

use crate::support::read;

/// Passes a number on to the next twin of a ring, one more each time, and adds up what it is told.
#[derive(Component, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Caller {
    /// How many twins the ring has.
    ring: u64,
    /// What it was told, in order: a hash that depends on the order.
    #[serde(default)]
    heard: u64,
    /// How often it was told something.
    #[serde(default)]
    times: u64,
}

fn greet(clock: Res<Clock>, mut twins: Query<(&TwinId, &Caller, &mut Outbox)>) {
    if clock.step > 0 {
        return;
    }
    for (id, caller, mut outbox) in &mut twins {
        // Everybody writes to twin 0 and to the next: the order of delivery at twin 0 is that of the senders.
        for to in [TwinId(0), TwinId((id.0 + 1) % caller.ring)] {
            outbox.0.push(message(clock.now, to, id.0 as f64));
        }
    }
}

fn message(at: Time, to: TwinId, value: f64) -> Letter {
    Letter::new(at, to, "number", [("n", value)])
}

fn listen(clock: Res<Clock>, pool: Res<Pool>, mut twins: Query<(&TwinId, &mut Caller, &mut Inbox, &mut Outbox)>) {
    pool.for_each(&mut twins, |(id, mut caller, mut inbox, mut outbox)| {
        for told in inbox.0.drain(..) {
            let number = told.said.values["n"];
            caller.heard = caller.heard.wrapping_mul(31).wrapping_add(told.from.0 * 1_000 + number as u64);
            caller.times += 1;
            if number < 500.0 && told.from != *id {
                outbox.0.push(message(clock.now, TwinId((id.0 + 1) % caller.ring), number + 1.0));
            }
        }
    });
}

fn give_mailboxes(mut commands: Commands, twins: Query<Entity, (With<Caller>, Without<Inbox>)>) {
    for twin in &twins {
        commands.entity(twin).insert((Inbox::default(), Outbox::default()));
    }
}

fn ring(app: &mut App) {
    plugins(app);
    app.register_part::<Caller>("caller")
        .on_start(|world| {
            use bevy_ecs::system::RunSystemOnce;
            world.run_system_once(give_mailboxes).expect("it only needs twins");
        })
        .add_step_systems(Stage::Sense, listen)
        .add_step_systems(Stage::Act, greet);
}

fn run_ring(threads: usize) -> (String, Vec<(u64, u64)>) {
    let scene = read_ring();
    let options = RunOptions { plugins: ring, ..RunOptions::default() };
    let (mut simulation, header) = prepare(&scene, &options, None).expect("the scene is right");
    let pool = Pool::new(threads).expect("threads can be had");
    let outcome = execute(&mut simulation, &header, Seed(1), pool, None, &Nobody).expect("nothing is written");
    let world = simulation.world();
    let callers =
        world.resource::<Directory>().twins().filter_map(|(_, entity, _)| world.entity(entity).get::<Caller>());
    (outcome.digest(), callers.map(|caller| (caller.heard, caller.times)).collect())
}

fn read_ring() -> autotwin::scene::load::SceneTree {
    // The part is not one of the program's own: the tree is read, and checked when the world is made.
    read(r#"(run_for: "10s", tick: "1s", twins: [(name: "caller-{n}", count: 600, caller: (ring: 600))])"#)
}

#[test]
fn messages_arrive_in_one_order_whatever_the_threads() {
    let (digest, heard) = run_ring(1);
    for threads in [2, 8] {
        assert_eq!(run_ring(threads), (digest.clone(), heard.clone()));
    }
    // Twin 0 first hears everybody in the order of their ids, and twin 599, the one before it, once more.
    assert!(heard[0].1 >= 601, "{:?}", heard[0]);
}

#[test]
fn a_message_is_delivered_when_its_step_settles_and_wakes_its_reader_at_once() {
    let options = RunOptions { plugins: ring, ..RunOptions::default() };
    let (mut simulation, _) = prepare(&read_ring(), &options, None).expect("the scene is right");
    // The first step sends, and time passes to the first tick; what was sent is in the inboxes then.
    simulation.step();
    let inboxes = |simulation: &mut Simulation| {
        let world = simulation.world_mut();
        let mut query = world.query::<&Inbox>();
        query.iter(world).map(|inbox| inbox.0.len()).sum::<usize>()
    };
    assert_eq!(inboxes(&mut simulation), 1_200);
    // The next step takes no time: delivery has woken the stages.
    let before = simulation.clock().now;
    simulation.step();
    assert_eq!(simulation.clock().now, before);
    assert!(inboxes(&mut simulation) > 0, "answers are delivered in turn");
}
