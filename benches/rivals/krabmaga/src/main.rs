//! The classic models in krABMaga 0.6, with the parameters of `benches/abm.rs`: krabmaga-classics MODEL SEEDS.
//!
//! Prints, for each seed, the time of its steps without its start (seconds), and what is counted at the end. Its schedule has no random
//! order: agents act as its queue gives them. Its plane is buffered, so birds act all at once, with f32, and those at an edge of the
//! plane are not seen from the other side, though it is said to be joined.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::Instant;

use krabmaga::engine::agent::Agent;
use krabmaga::engine::fields::dense_number_grid_2d::DenseNumberGrid2D;
use krabmaga::engine::fields::dense_object_grid_2d::DenseGrid2D;
use krabmaga::engine::fields::field::Field;
use krabmaga::engine::fields::field_2d::{toroidal_distance, toroidal_transform, Field2D, Location2D};
use krabmaga::engine::location::{Int2D, Real2D};
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

macro_rules! as_state {
    () => {
        fn as_any(&self) -> &dyn Any {
            self
        }

        fn as_any_mut(&mut self) -> &mut dyn Any {
            self
        }

        fn as_state(&self) -> &dyn State {
            self
        }

        fn as_state_mut(&mut self) -> &mut dyn State {
            self
        }

        fn reset(&mut self) {}
    };
}

fn of<S: 'static>(state: &mut dyn State) -> &mut S {
    state.as_any_mut().downcast_mut().expect("the state is of this model")
}

/// What is counted at the end of a model.
trait Counted: State {
    fn counts(&self) -> Vec<f64>;
}

// Wolves, sheep and grass.

const SIDE: i32 = 100;

#[derive(Clone, Copy)]
struct Animal {
    id: u32,
    is_wolf: bool,
    at: Int2D,
    energy: f32,
    is_dead: bool,
}

impl PartialEq for Animal {
    fn eq(&self, other: &Animal) -> bool {
        self.id == other.id
    }
}

impl Eq for Animal {}

impl Hash for Animal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

struct Meadow {
    random: SmallRng,
    grass: DenseNumberGrid2D<u16>,
    sheep: DenseGrid2D<Animal>,
    eaten: Vec<bool>,
    born: Vec<Animal>,
    counts: [i64; 2],
}

fn beside(at: Int2D, random: &mut SmallRng) -> Int2D {
    loop {
        let to = Int2D { x: at.x + random.random_range(-1..=1), y: at.y + random.random_range(-1..=1) };
        if to != at && (0..SIDE).contains(&to.x) && (0..SIDE).contains(&to.y) {
            return to;
        }
    }
}

impl Agent for Animal {
    fn step(&mut self, state: &mut dyn State) {
        let meadow: &mut Meadow = of(state);
        if meadow.eaten[self.id as usize] {
            self.is_dead = true;
            return;
        }
        let to = beside(self.at, &mut meadow.random);
        self.energy -= 1.0;
        if self.is_wolf {
            self.at = to;
            if let Some(prey) = meadow.sheep.get_objects_unbuffered(&to) {
                meadow.sheep.remove_object_location(prey[0], &to);
                meadow.eaten[prey[0].id as usize] = true;
                meadow.counts[0] -= 1;
                self.energy += 13.0;
            }
        } else {
            meadow.sheep.remove_object_location(*self, &self.at);
            self.at = to;
            if meadow.grass.get_value_unbuffered(&to) == Some(0) {
                meadow.grass.set_value_location(10, &to);
                self.energy += 5.0;
            }
        }
        let (least, chance) = if self.is_wolf { (0.0, 0.2) } else { (1.0, 0.4) };
        if self.energy < least {
            self.is_dead = true;
            meadow.counts[usize::from(self.is_wolf)] -= 1;
            return;
        }
        if meadow.random.random::<f64>() < chance {
            self.energy /= 2.0;
            let child = Animal { id: meadow.eaten.len() as u32, ..*self };
            meadow.eaten.push(false);
            meadow.counts[usize::from(self.is_wolf)] += 1;
            meadow.born.push(child);
            if !self.is_wolf {
                meadow.sheep.set_object_location(child, &to);
            }
        }
        if !self.is_wolf {
            meadow.sheep.set_object_location(*self, &to);
        }
    }

    fn is_stopped(&mut self, _: &mut dyn State) -> bool {
        self.is_dead
    }
}

impl State for Meadow {
    as_state!();

    fn init(&mut self, schedule: &mut Schedule) {
        for x in 0..SIDE {
            for y in 0..SIDE {
                let left = if self.random.random() { 0 } else { self.random.random_range(1..=10) };
                self.grass.set_value_location(left, &Int2D { x, y });
            }
        }
        for (is_wolf, count, gain) in [(false, 1000, 5.0), (true, 500, 13.0)] {
            for _ in 0..count {
                let at = Int2D { x: self.random.random_range(0..SIDE), y: self.random.random_range(0..SIDE) };
                let energy = self.random.random_range(1.0..2.0) * gain;
                let animal = Animal { id: self.eaten.len() as u32, is_wolf, at, energy, is_dead: false };
                self.eaten.push(false);
                self.counts[usize::from(is_wolf)] += 1;
                if !is_wolf {
                    self.sheep.set_object_location(animal, &at);
                }
                schedule.schedule_repeating(Box::new(animal), 0.0, i32::from(is_wolf));
            }
        }
    }

    fn update(&mut self, _: u64) {}

    fn after_step(&mut self, schedule: &mut Schedule) {
        for child in std::mem::take(&mut self.born) {
            let time = schedule.time + 1.0;
            schedule.schedule_repeating(Box::new(child), time, i32::from(child.is_wolf));
        }
        for x in 0..SIDE {
            for y in 0..SIDE {
                let at = Int2D { x, y };
                let left = self.grass.get_value_unbuffered(&at).unwrap_or(0);
                self.grass.set_value_location(left.saturating_sub(1), &at);
            }
        }
    }
}

impl Counted for Meadow {
    fn counts(&self) -> Vec<f64> {
        let grown = (0..SIDE * SIDE)
            .filter(|n| self.grass.get_value_unbuffered(&Int2D { x: n / SIDE, y: n % SIDE }) == Some(0));
        vec![self.counts[0] as f64, self.counts[1] as f64, grown.count() as f64]
    }
}

// Segregation.

struct Town {
    random: SmallRng,
    kinds: DenseNumberGrid2D<u8>,
    empty: Vec<Int2D>,
    homes: Vec<Int2D>,
}

#[derive(Clone, Copy)]
struct Person {
    number: usize,
    home: Int2D,
    kind: u8,
}

impl Town {
    fn near(&self, home: Int2D, kind: u8) -> u32 {
        let mut count = 0;
        for x in (home.x - 2).max(0)..=(home.x + 2).min(SIDE - 1) {
            for y in (home.y - 2).max(0)..=(home.y + 2).min(SIDE - 1) {
                let at = Int2D { x, y };
                count += u32::from(at != home && self.kinds.get_value_unbuffered(&at) == Some(kind));
            }
        }
        count
    }
}

impl Agent for Person {
    fn step(&mut self, state: &mut dyn State) {
        let town: &mut Town = of(state);
        if town.near(self.home, self.kind) < 8 {
            let found = town.random.random_range(0..town.empty.len());
            town.kinds.remove_value_location(&self.home);
            std::mem::swap(&mut self.home, &mut town.empty[found]);
            town.kinds.set_value_location(self.kind, &self.home);
            town.homes[self.number] = self.home;
        }
    }
}

impl State for Town {
    as_state!();

    fn init(&mut self, schedule: &mut Schedule) {
        self.empty = (0..SIDE * SIDE).map(|n| Int2D { x: n / SIDE, y: n % SIDE }).collect();
        self.empty.shuffle(&mut self.random);
        self.homes = self.empty.split_off(2000);
        for (number, home) in self.homes.iter().copied().enumerate() {
            let person = Person { number, home, kind: (number % 2) as u8 };
            self.kinds.set_value_location(person.kind, &home);
            schedule.schedule_repeating(Box::new(person), 0.0, 0);
        }
    }

    fn update(&mut self, _: u64) {}
}

impl Counted for Town {
    fn counts(&self) -> Vec<f64> {
        let (mut happy, mut shares) = (0.0, 0.0);
        for (number, home) in self.homes.iter().enumerate() {
            let kind = (number % 2) as u8;
            let (alike, others) = (self.near(*home, kind), self.near(*home, 1 - kind));
            happy += f64::from(u8::from(alike >= 8));
            shares += if alike + others > 0 { f64::from(alike) / f64::from(alike + others) } else { 0.0 };
        }
        vec![happy, shares / self.homes.len() as f64]
    }
}

// Birds that flock.

#[derive(Clone, Copy)]
struct Bird {
    id: u32,
    at: Real2D,
    heading: Real2D,
}

impl fmt::Display for Bird {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.id)
    }
}

impl PartialEq for Bird {
    fn eq(&self, other: &Bird) -> bool {
        self.id == other.id
    }
}

impl Eq for Bird {}

impl Hash for Bird {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl Location2D<Real2D> for Bird {
    fn get_location(self) -> Real2D {
        self.at
    }

    fn set_location(&mut self, at: Real2D) {
        self.at = at;
    }
}

struct Sky {
    random: SmallRng,
    birds: u32,
    side: f32,
    vision: f32,
    field: Field2D<Bird>,
    headings: [f64; 2],
}

impl Agent for Bird {
    fn step(&mut self, state: &mut dyn State) {
        let sky: &mut Sky = of(state);
        let side = sky.side;
        let (mut seen, mut offset, mut crowd, mut heading) = (0.0, [0.0; 2], [0.0; 2], [0.0; 2]);
        for other in sky.field.get_neighbors_within_distance(self.at, sky.vision) {
            if other.id == self.id {
                continue;
            }
            let x = toroidal_distance(other.at.x, self.at.x, side);
            let y = toroidal_distance(other.at.y, self.at.y, side);
            seen += 1.0;
            offset = [offset[0] + x, offset[1] + y];
            heading = [heading[0] + other.heading.x, heading[1] + other.heading.y];
            if x * x + y * y < 1.0 {
                crowd = [crowd[0] + x, crowd[1] + y];
            }
        }
        let turn = |own: f32, axis: usize| {
            let drawn = 0.03 * offset[axis] - 0.015 * crowd[axis] + 0.05 * heading[axis];
            own + if seen > 0.0 { drawn / seen } else { 0.0 }
        };
        let (x, y) = (turn(self.heading.x, 0), turn(self.heading.y, 1));
        let length = (x * x + y * y).sqrt();
        self.heading = Real2D { x: x / length, y: y / length };
        self.at = Real2D {
            x: toroidal_transform(self.at.x + self.heading.x, side),
            y: toroidal_transform(self.at.y + self.heading.y, side),
        };
        sky.headings[0] += f64::from(self.heading.x);
        sky.headings[1] += f64::from(self.heading.y);
        sky.field.set_object_location(*self, self.at);
    }
}

impl State for Sky {
    as_state!();

    fn init(&mut self, schedule: &mut Schedule) {
        for id in 0..self.birds {
            let at = Real2D { x: self.random.random::<f32>() * self.side, y: self.random.random::<f32>() * self.side };
            let angle = self.random.random::<f32>() * std::f32::consts::TAU;
            let bird = Bird { id, at, heading: Real2D { x: angle.cos(), y: angle.sin() } };
            self.field.set_object_location(bird, at);
            schedule.schedule_repeating(Box::new(bird), 0.0, 0);
        }
    }

    fn update(&mut self, _: u64) {
        self.field.lazy_update();
    }

    fn before_step(&mut self, _: &mut Schedule) {
        self.headings = [0.0; 2];
    }
}

impl Counted for Sky {
    fn counts(&self) -> Vec<f64> {
        let [x, y] = self.headings.map(|sum| sum / f64::from(self.birds));
        vec![(x * x + y * y).sqrt()]
    }
}

fn sky(birds: u32, side: f32, vision: f32, seed: u64) -> Sky {
    let field = Field2D::new(side, side, vision, true);
    Sky { random: SmallRng::seed_from_u64(seed), birds, side, vision, field, headings: [0.0; 2] }
}

fn run(mut state: impl Counted, steps: usize) {
    let mut schedule = Schedule::new();
    state.init(&mut schedule);
    let begin = Instant::now();
    (0..steps).for_each(|_| schedule.step(&mut state));
    let took = begin.elapsed().as_secs_f64();
    println!("{took} {}", state.counts().iter().map(f64::to_string).collect::<Vec<_>>().join(" "));
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    for seed in 0..arguments[2].parse().expect("a count of seeds") {
        let random = SmallRng::seed_from_u64(seed);
        match arguments[1].as_str() {
            "wolf_sheep" => {
                let (grass, sheep) = (DenseNumberGrid2D::new(SIDE, SIDE), DenseGrid2D::new(SIDE, SIDE));
                run(Meadow { random, grass, sheep, eaten: Vec::new(), born: Vec::new(), counts: [0; 2] }, 100);
            }
            "schelling" => {
                let kinds = DenseNumberGrid2D::new(SIDE, SIDE);
                run(Town { random, kinds, empty: Vec::new(), homes: Vec::new() }, 20);
            }
            "flocking" => run(sky(400, 150.0, 15.0, seed), 100),
            "boids" => run(sky(80_000, 400.0, 5.0, seed), 100),
            model => panic!("there is no model {model}"),
        }
    }
}
