//! Birds that flock, a great many, all at once: as `flocking` in what each does (Reynolds 1987).
//!
//!     cargo run --release --example boids -- run examples/abm/boids.ron

use autotwin::prelude::*;

/// How birds fly.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Boids {
    /// Whether those near are summed up by the lanes of vectors, not one by one: the same, but quicker.
    lanes: bool,
    /// The side of the sky. Its edges are joined.
    #[schemars(range(min = 0.1, max = 1e9))]
    side: f32,
    /// How many birds there are.
    #[schemars(range(max = 10_000_000))]
    birds: usize,
    /// How far a bird sees.
    #[schemars(range(min = 0.0, max = 1e9))]
    vision: f32,
    /// How far it flies in a step.
    #[schemars(range(min = 0.0, max = 1e9))]
    speed: f32,
    /// How close others are too close.
    #[schemars(range(min = 0.0, max = 1e9))]
    separation: f32,
    /// How much it is drawn to the middle of those it sees.
    #[schemars(range(min = 0.0, max = 1e3))]
    cohere: f32,
    /// How much it is driven away from those too close.
    #[schemars(range(min = 0.0, max = 1e3))]
    separate: f32,
    /// How much it flies where the others fly.
    #[schemars(range(min = 0.0, max = 1e3))]
    align: f32,
}

impl Default for Boids {
    fn default() -> Self {
        Boids {
            lanes: true,
            side: 400.0,
            birds: 80_000,
            vision: 5.0,
            speed: 1.0,
            separation: 1.0,
            cohere: 0.03,
            separate: 0.015,
            align: 0.05,
        }
    }
}

impl Boids {
    fn sky(&self) -> Area<f32> {
        Area::new([self.side; 2], Edge::Joined)
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Bird {
    place: [f32; 2],
    /// Of length 1.
    heading: [f32; 2],
}

impl Placed for Bird {
    type Real = f32;

    fn place(&self) -> [f32; 2] {
        self.place
    }
}

impl Bird {
    /// Flies on, given how many it sees, and the sums of the ways to them, of their headings, and of the ways to those too close.
    #[inline(always)]
    fn fly(
        &self,
        settings: &Boids,
        sky: Area<f32>,
        [seen, right, up, east, north, crowd_right, crowd_up]: [f32; 7],
    ) -> Bird {
        let turn = |heading: f32, way: f32, others: f32, crowd: f32| {
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
    type Settings = Boids;

    fn begin(settings: &Boids, turn: &Turn) -> Flock {
        let random = &mut turn.random();
        let mut bird = |_| {
            let place = [random.uniform() as f32 * settings.side, random.uniform() as f32 * settings.side];
            let angle = random.uniform() as f32 * std::f32::consts::TAU;
            Bird { place, heading: [libm::cosf(angle), libm::sinf(angle)] }
        };
        Flock { birds: (0..settings.birds).map(&mut bird).collect() }
    }

    fn step(&mut self, settings: &Boids, turn: &Turn) {
        let sky = Plane::of(turn.pool, settings.sky(), settings.vision, &self.birds);
        let close = settings.separation * settings.separation;
        self.birds = if settings.lanes {
            let pair = |_: &Group<Bird>, [right, up]: [Lanes<f32>; 2], other: &Group<Bird>| {
                let is_close = (right * right + up * up).simd_lt(Lanes::<f32>::splat(close));
                let [east, north] = [0, 1].map(|axis| other.each(|bird| bird.heading[axis]));
                [Lanes::<f32>::splat(1.0), right, up, east, north, is_close & right, is_close & up]
            };
            sky.renew_lanes(turn.pool, pair, |bird, sums| bird.fly(settings, sky.area(), sums))
        } else {
            sky.renew(turn.pool, |bird, near| {
                let mut sums = [0.0; 7];
                near.for_each(|([right, up], other)| {
                    let crowd = if square([right, up]) < close { [right, up] } else { [0.0; 2] };
                    let adds = [1.0, right, up, other.heading[0], other.heading[1], crowd[0], crowd[1]];
                    sums.iter_mut().zip(adds).for_each(|(sum, add)| *sum += add);
                });
                bird.fly(settings, sky.area(), sums)
            })
        };
    }

    fn counts(&self, settings: &Boids, put: &mut dyn FnMut(&'static str, f64)) {
        let mean = |sum: f64| sum / self.birds.len().max(1) as f64;
        let heading = [0, 1].map(|axis| mean(self.birds.iter().map(|bird| f64::from(bird.heading[axis])).sum()));
        let sky = Plane::of(&Pool::default(), settings.sky(), settings.vision, &self.birds);
        let seen = (0..self.birds.len()).map(|bird| sky.near(bird).count() as f64).sum();
        put("order", square(heading).sqrt());
        put("seen", mean(seen));
    }

    fn picture(&self, settings: &Boids) -> Option<Picture> {
        let mut picture = Picture::new(800, 800, [255, 255, 255]);
        // A dash behind each bird, in a colour that goes by where it flies.
        for bird in &self.birds {
            let (place, heading) = (bird.place.map(f64::from), bird.heading.map(f64::from));
            let colour = [140.0 + 110.0 * heading[0], 110.0 + 90.0 * heading[1], 140.0 - 110.0 * heading[0]];
            for step in 0..2 {
                let behind =
                    [0, 1].map(|axis| place[axis] - heading[axis] * f64::from(step) * f64::from(settings.side) / 800.0);
                picture.set_place([f64::from(settings.side); 2], behind, colour.map(|part| part as u8));
            }
        }
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Flock>("boids", "boids_flock");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
