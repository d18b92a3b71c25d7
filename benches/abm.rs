//! What the classic agent-based models cost, without their start: the random sequential ones as the median time of a run of many seeds on
//! one thread, the synchronous one as the median of five in nanoseconds per bird and step.
//!
//!   cargo bench --bench abm [-- SEEDS [MODEL]]

use std::path::Path;
use std::time::Instant;

use autotwin::prelude::*;
use autotwin::record::indicators;

#[allow(dead_code)]
#[path = "../examples/abm/boids.rs"]
mod boids;
#[allow(dead_code)]
#[path = "../examples/abm/flocking.rs"]
mod flocking;
#[allow(dead_code)]
#[path = "../examples/abm/schelling.rs"]
mod schelling;
#[allow(dead_code)]
#[path = "../examples/abm/wolf_sheep.rs"]
mod wolf_sheep;

/// What is counted at the end of a run.
type Counts = Vec<(String, f64)>;

/// How long so many steps of a model take, in seconds, and what is counted then.
fn run(plugins: fn(&mut App), settings: &str, steps: u64, seed: u64, threads: usize) -> (f64, Counts) {
    let scene = load_text(Path::new("model.ron"), format!("(run_for: \"1000s\", {settings})"), &[]);
    let scene = scene.unwrap_or_else(|error| panic!("{error:?}"));
    let options = RunOptions { plugins, ..RunOptions::default() };
    let (mut simulation, _) = prepare(&scene, &options, Some(Seed(seed))).unwrap_or_else(|error| panic!("{error:?}"));
    let pool = Pool::new(threads).unwrap_or_else(|error| panic!("{error}"));
    simulation.set_pool(pool.clone());
    let begin = Instant::now();
    // As the program does.
    pool.install(|| simulation.run_until(Time::ZERO + Duration::from_secs(steps as i64)));
    let took = begin.elapsed().as_secs_f64();
    let counts = indicators::compute(simulation.world());
    (took, counts.into_iter().map(|count| (count.name, count.value.unwrap_or(f64::NAN))).collect())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// A model with the settings that it has by itself: the large ones of the frameworks' comparison.
fn sequential(name: &str, plugins: fn(&mut App), steps: u64, seeds: u64) {
    let (times, ends): (Vec<f64>, Vec<Counts>) = (0..seeds).map(|seed| run(plugins, "", steps, seed, 1)).unzip();
    let mean = |place: usize| ends.iter().map(|end| end[place].1).sum::<f64>() / seeds as f64;
    let means: Vec<String> =
        ends[0].iter().enumerate().map(|(place, (name, _))| format!("{name} {:.3}", mean(place))).collect();
    println!("{name} {:.6} s {}", median(times), means.join(" "));
}

/// Many birds, at the density of 80,000 on a square of 400.
fn synchronous(birds: u64, lanes: bool, steps: u64, threads: usize) {
    let side = (birds as f64 * 2.0).sqrt();
    let settings = format!("boids: (birds: {birds}, side: {side}, lanes: {lanes})");
    let times = (0..5).map(|seed| run(boids::plugins, &settings, steps, seed, threads).0).collect();
    let each = median(times) * 1e9 / (birds * steps) as f64;
    println!("boids {birds} {} {threads} {each:.1} ns", if lanes { "lanes" } else { "loop" });
}

/// A bird that is a twin: a part of an entity, beside its name and whatever else it may have.
#[derive(Component, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
struct Bird {
    place: [f32; 2],
    heading: [f32; 2],
}

impl Placed for Bird {
    type Real = f32;

    fn place(&self) -> [f32; 2] {
        self.place
    }
}

/// As dense as that of [`synchronous`].
fn sky(birds: usize) -> Area<f32> {
    Area::new([(birds as f32 * 2.0).sqrt(); 2], Edge::Joined)
}

fn scatter(world: &mut World) {
    let seed = *world.resource::<Seed>();
    let mut query = world.query::<(&TwinId, &mut Bird)>();
    let [side, _] = sky(query.iter(world).len()).sides();
    for (twin, mut bird) in query.iter_mut(world) {
        let random = &mut seed.stream(twin.0, Purpose::new("bird"), 0);
        let place = [random.uniform() as f32 * side, random.uniform() as f32 * side];
        let angle = random.uniform() as f32 * std::f32::consts::TAU;
        *bird = Bird { place, heading: [angle.cos(), angle.sin()] };
    }
}

/// As [`boids`] fly, in lanes, at a stage of the step: gathered by their ids, and told at the end where they are.
fn fly(pool: Res<Pool>, mut query: Query<(&TwinId, &mut Bird)>) {
    #[derive(Clone, Copy, Default)]
    struct Numbered(Bird, u32);
    impl Placed for Numbered {
        type Real = f32;

        fn place(&self) -> [f32; 2] {
            self.0.place
        }
    }
    let mut flock = vec![Numbered::default(); query.iter().len()];
    query.iter().for_each(|(twin, bird)| flock[twin.0 as usize] = Numbered(*bird, twin.0 as u32));
    let sky = Plane::of(&pool, sky(flock.len()), 5.0, &flock);
    let pair = |_: &Group<Numbered>, [right, up]: [Lanes<f32>; 2], other: &Group<Numbered>| {
        let is_close = (right * right + up * up).simd_lt(Lanes::<f32>::splat(1.0));
        let [east, north] = [0, 1].map(|axis| other.each(|bird| bird.0.heading[axis]));
        [Lanes::<f32>::splat(1.0), right, up, east, north, is_close & right, is_close & up]
    };
    let turned = sky.renew_lanes(&pool, pair, |Numbered(bird, number), sums| {
        let [seen, right, up, east, north, crowd_right, crowd_up] = sums;
        let turn = |heading: f32, way: f32, others: f32, crowd: f32| {
            heading + (0.03 * way - 0.015 * crowd + 0.05 * others) / seen.max(1.0)
        };
        let turned = [turn(bird.heading[0], right, east, crowd_right), turn(bird.heading[1], up, north, crowd_up)];
        let length = square(turned).sqrt();
        let heading = if length > 0.0 { turned.map(|along| along / length) } else { bird.heading };
        let place = [0, 1].map(|axis| bird.place[axis] + heading[axis]);
        Numbered(Bird { place: sky.area().wrap(place), heading }, *number)
    });
    turned.iter().for_each(|bird| flock[bird.1 as usize] = *bird);
    query.iter_mut().for_each(|(twin, mut bird)| *bird = flock[twin.0 as usize].0);
}

/// Many birds that are twins.
fn twins(birds: u64, steps: u64, threads: usize) {
    let plugins = |app: &mut App| {
        base_plugins(app);
        app.register_part::<Bird>("bird").on_start(scatter).add_step_systems(Stage::Act, fly);
    };
    let twins = format!(
        "tick: \"1s\", twins: [(name: \"bird-{{n}}\", count: {birds}, bird: (place: (0, 0), heading: (1, 0)))]"
    );
    let times = (0..5).map(|seed| run(plugins, &twins, steps, seed, threads).0).collect();
    let each = median(times) * 1e9 / (birds * steps) as f64;
    println!("boids {birds} twins {threads} {each:.1} ns");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let seeds = arguments.first().and_then(|seeds| seeds.parse().ok()).unwrap_or(100);
    let is_asked_for = |name: &str| arguments.get(1).is_none_or(|model| model == name);
    let run = |name: &str, plugins: fn(&mut App), steps: u64| {
        if is_asked_for(name) {
            sequential(name, plugins, steps, seeds);
        }
    };
    run("wolf_sheep", wolf_sheep::plugins, 100);
    run("flocking", flocking::plugins, 100);
    run("schelling", schelling::plugins, 20);
    if is_asked_for("boids") {
        for (birds, steps) in [(80_000, 100), (1_000_000, 20)] {
            for (lanes, threads) in [(false, 1), (true, 1), (true, 2)] {
                synchronous(birds, lanes, steps, threads);
            }
            for threads in [1, 2] {
                twins(birds, steps, threads);
            }
        }
    }
}
