//! Birds that flock: each flies on, towards those it sees, not too close to them, and as they do (Reynolds 1987).
//!
//!     cargo run --release --example flocking -- run examples/abm/flocking.ron

use autotwin::prelude::*;

/// How birds fly.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Flocking {
    /// The side of the sky. Its edges are joined.
    #[schemars(range(min = 0.1, max = 1e9))]
    side: f64,
    /// How many birds there are.
    #[schemars(range(max = 10_000_000))]
    birds: usize,
    /// How far a bird sees.
    #[schemars(range(min = 0.0, max = 1e9))]
    vision: f64,
    /// How far it flies in a step.
    #[schemars(range(min = 0.0, max = 1e9))]
    speed: f64,
    /// How close others are too close.
    #[schemars(range(min = 0.0, max = 1e9))]
    separation: f64,
    /// How much it is drawn to the middle of those it sees.
    #[schemars(range(min = 0.0, max = 1e3))]
    cohere: f64,
    /// How much it is driven away from those too close.
    #[schemars(range(min = 0.0, max = 1e3))]
    separate: f64,
    /// How much it flies where the others fly.
    #[schemars(range(min = 0.0, max = 1e3))]
    align: f64,
}

impl Default for Flocking {
    fn default() -> Self {
        Flocking {
            side: 150.0,
            birds: 400,
            vision: 15.0,
            speed: 1.0,
            separation: 1.0,
            cohere: 0.03,
            separate: 0.015,
            align: 0.05,
        }
    }
}

impl Flocking {
    fn sky(&self) -> Area<f64> {
        Area::new([self.side; 2], Edge::Joined)
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Bird {
    place: [f64; 2],
    /// Of length 1.
    heading: [f64; 2],
}

impl Placed for Bird {
    type Real = f64;

    fn place(&self) -> [f64; 2] {
        self.place
    }
}

impl Bird {
    /// Flies on, given how many it sees, and the sums of the ways to them, of their headings, and of the ways to those too close.
    #[inline(always)]
    fn fly(
        &self,
        settings: &Flocking,
        sky: Area<f64>,
        [seen, right, up, east, north, crowd_right, crowd_up]: [f64; 7],
    ) -> Bird {
        let turn = |heading: f64, way: f64, others: f64, crowd: f64| {
            let drawn = settings.cohere * way - settings.separate * crowd + settings.align * others;
            heading + if seen > 0.0 { drawn / seen } else { 0.0 }
        };
        let turned = [turn(self.heading[0], right, east, crowd_right), turn(self.heading[1], up, north, crowd_up)];
        let length = square(turned).sqrt();
        let heading = if length > 0.0 { turned.map(|along| along / length) } else { self.heading };
        let place = [0, 1].map(|axis| self.place[axis] + settings.speed * heading[axis]);
        Bird { place: sky.wrap(place), heading }
    }
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Flock {
    birds: Vec<Bird>,
}

impl Model for Flock {
    type Settings = Flocking;

    fn begin(settings: &Flocking, turn: &Turn) -> Flock {
        let random = &mut turn.random();
        let mut bird = |_| {
            let place = [random.uniform() * settings.side, random.uniform() * settings.side];
            let angle = random.uniform() * std::f64::consts::TAU;
            Bird { place, heading: [libm::cos(angle), libm::sin(angle)] }
        };
        Flock { birds: (0..settings.birds).map(&mut bird).collect() }
    }

    fn step(&mut self, settings: &Flocking, turn: &Turn) {
        let sky = settings.sky();
        let close = settings.separation * settings.separation;
        let pair = |_: &Group<Bird>, [right, up]: [Lanes<f64>; 2], other: &Group<Bird>| {
            let is_close = (right * right + up * up).simd_lt(Lanes::<f64>::splat(close));
            let [east, north] = [0, 1].map(|axis| other.each(|bird| bird.heading[axis]));
            [Lanes::<f64>::splat(1.0), right, up, east, north, is_close & right, is_close & up]
        };
        let flock = Plane::of(turn.pool, sky, settings.vision, &self.birds);
        self.birds = flock.activate_lanes(&mut turn.random(), pair, |bird, sums, _| bird.fly(settings, sky, sums));
    }

    fn counts(&self, settings: &Flocking, put: &mut dyn FnMut(&'static str, f64)) {
        let mean = |sum: f64| sum / self.birds.len().max(1) as f64;
        let heading = [0, 1].map(|axis| mean(self.birds.iter().map(|bird| bird.heading[axis]).sum()));
        let sky = Plane::of(&Pool::default(), settings.sky(), settings.vision, &self.birds);
        let seen = (0..self.birds.len()).map(|bird| sky.near(bird).count() as f64).sum();
        put("order", square(heading).sqrt());
        put("seen", mean(seen));
    }

    fn picture(&self, settings: &Flocking) -> Option<Picture> {
        let mut picture = Picture::new(800, 800, [255, 255, 255]);
        // A dash behind each bird, in a colour that goes by where it flies.
        for bird in &self.birds {
            let (place, heading) = (bird.place, bird.heading);
            let colour = [140.0 + 110.0 * heading[0], 110.0 + 90.0 * heading[1], 140.0 - 110.0 * heading[0]];
            for step in 0..8 {
                let behind = [0, 1].map(|axis| place[axis] - heading[axis] * f64::from(step) * settings.side / 800.0);
                picture.set_place([settings.side; 2], behind, colour.map(|part| part as u8));
            }
        }
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Flock>("flocking", "flock");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
