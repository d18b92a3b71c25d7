//! The classic models do what they are said to do: their curves are those of plain programs that share no code with the engine, or of
//! the theory, and do not depend on threads.

use autotwin::prelude::*;
use autotwin::record::indicators;

use crate::support::luck::Plain;
use crate::support::read;

#[allow(dead_code)]
#[path = "../../examples/abm/forest_fire.rs"]
mod forest_fire;
#[allow(dead_code)]
#[path = "../../examples/abm/schelling.rs"]
mod schelling;
#[allow(dead_code)]
#[path = "../../examples/abm/sir.rs"]
mod sir;
#[allow(dead_code)]
#[path = "../../examples/abm/wolf_sheep.rs"]
mod wolf_sheep;

/// What a model counts after each of some steps.
type Curve = Vec<Vec<f64>>;

/// The curve of a model of the engine, whose settings are a section of a scene.
fn curve(plugins: fn(&mut App), settings: &str, seed: u64, steps: &[u64]) -> Curve {
    let options = RunOptions { plugins, ..RunOptions::default() };
    let scene = read(&format!("(run_for: \"1000s\", {settings})"));
    let (mut simulation, _) = prepare(&scene, &options, Some(Seed(seed))).expect("the scene is right");
    let after = |step: &u64| {
        simulation.run_until(Time::ZERO + Duration::from_secs(*step as i64));
        let indicators = indicators::compute(simulation.world());
        indicators.into_iter().map(|indicator| indicator.value.unwrap_or(f64::NAN)).collect()
    };
    steps.iter().map(after).collect()
}

fn curves(plugins: fn(&mut App), settings: &str, steps: &[u64]) -> Vec<Curve> {
    (0..SEEDS).map(|seed| curve(plugins, settings, seed, steps)).collect()
}

/// Two ways to the same curve agree: at each step, for each count, within their errors.
fn must_agree(names: &[&str], steps: &[u64], ours: &[Curve], plain: &[Curve]) {
    for (place, step) in steps.iter().enumerate() {
        for (column, name) in names.iter().enumerate() {
            let of = |curves: &[Curve]| {
                let values: Vec<f64> = curves.iter().map(|curve| curve[place][column]).collect();
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
                (mean, squares / (values.len() as f64 - 1.0) / values.len() as f64)
            };
            let ((a, error_a), (b, error_b)) = (of(ours), of(plain));
            let error = (error_a + error_b).sqrt();
            assert!((a - b).abs() <= 4.0 * error, "{name} after {step} steps: {a} and {b} ± {error}");
        }
    }
}

const SEEDS: u64 = 200;

mod plain {
    use super::Plain;

    struct Animal {
        x: i32,
        y: i32,
        energy: f64,
    }

    fn walk(animal: &mut Animal, side: i32, random: &mut Plain) {
        loop {
            let (dx, dy) = (random.below(3) as i32 - 1, random.below(3) as i32 - 1);
            let (x, y) = (animal.x + dx, animal.y + dy);
            if (dx, dy) != (0, 0) && (0..side).contains(&x) && (0..side).contains(&y) {
                (animal.x, animal.y) = (x, y);
                animal.energy -= 1.0;
                return;
            }
        }
    }

    /// Sheep, wolves and grown grass after each step. Everybody is looked for in lists.
    pub(super) fn wolf_sheep(side: i32, sheep: usize, wolves: usize, seed: u64, steps: u64) -> super::Curve {
        let random = &mut Plain(seed);
        let mut herd = |count: usize, gain: f64| -> Vec<Animal> {
            let animal = |_| {
                let (x, y) = (random.below(side as usize) as i32, random.below(side as usize) as i32);
                Animal { x, y, energy: gain * (1.0 + random.uniform()) }
            };
            (0..count).map(animal).collect()
        };
        let (mut sheep, mut wolves) = (herd(sheep, 5.0), herd(wolves, 13.0));
        let mut grass: Vec<u32> =
            (0..side * side).map(|_| if random.uniform() < 0.5 { 0 } else { 1 + random.below(10) as u32 }).collect();
        let mut curve = Vec::new();
        for _ in 0..steps {
            random.shuffle(&mut sheep);
            let (mut alive, mut lambs) = (Vec::new(), Vec::new());
            for mut one in sheep {
                walk(&mut one, side, random);
                let patch = &mut grass[(one.y * side + one.x) as usize];
                if *patch == 0 {
                    (*patch, one.energy) = (10, one.energy + 5.0);
                }
                if one.energy < 1.0 {
                    continue;
                }
                if random.uniform() < 0.4 {
                    one.energy /= 2.0;
                    lambs.push(Animal { ..one });
                }
                alive.push(one);
            }
            sheep = alive;
            sheep.append(&mut lambs);
            random.shuffle(&mut wolves);
            let (mut alive, mut cubs) = (Vec::new(), Vec::new());
            for mut one in wolves {
                walk(&mut one, side, random);
                let prey: Vec<usize> =
                    (0..sheep.len()).filter(|n| (sheep[*n].x, sheep[*n].y) == (one.x, one.y)).collect();
                if !prey.is_empty() {
                    sheep.swap_remove(prey[random.below(prey.len())]);
                    one.energy += 13.0;
                }
                if one.energy < 0.0 {
                    continue;
                }
                if random.uniform() < 0.2 {
                    one.energy /= 2.0;
                    cubs.push(Animal { ..one });
                }
                alive.push(one);
            }
            wolves = alive;
            wolves.append(&mut cubs);
            grass.iter_mut().for_each(|left| *left = left.saturating_sub(1));
            let grown = grass.iter().filter(|left| **left == 0).count();
            curve.push(vec![sheep.len() as f64, wolves.len() as f64, grown as f64]);
        }
        curve
    }

    /// Who is happy, and the mean share of the own kind among those near, after each step. Whoever is near is counted anew each time.
    pub(super) fn schelling(side: i32, people: usize, wanted: u32, seed: u64, steps: u64) -> super::Curve {
        let random = &mut Plain(seed);
        let mut town: Vec<u8> = vec![0; (side * side) as usize];
        let mut homes: Vec<i32> = (0..side * side).collect();
        random.shuffle(&mut homes);
        homes.truncate(people);
        homes.iter().enumerate().for_each(|(number, home)| town[*home as usize] = 1 + (number % 2) as u8);
        let near = |town: &[u8], home: i32, kind: u8| {
            let mut count = 0;
            for y in home / side - 2..=home / side + 2 {
                for x in home % side - 2..=home % side + 2 {
                    let is_in = (0..side).contains(&x) && (0..side).contains(&y) && y * side + x != home;
                    count += u32::from(is_in && town[(y * side + x) as usize] == kind);
                }
            }
            count
        };
        let mut curve = Vec::new();
        for _ in 0..steps {
            random.shuffle(&mut homes);
            for home in &mut homes {
                let kind = town[*home as usize];
                if near(&town, *home, kind) < wanted {
                    let to = loop {
                        let found = random.below(town.len());
                        if town[found] == 0 {
                            break found;
                        }
                    };
                    (town[to], town[*home as usize]) = (kind, 0);
                    *home = to as i32;
                }
            }
            let (mut happy, mut shares) = (0.0, 0.0);
            for home in &homes {
                let kind = town[*home as usize];
                let (alike, others) = (near(&town, *home, kind), near(&town, *home, 3 - kind));
                happy += f64::from(u8::from(alike >= wanted));
                shares += if alike + others > 0 { f64::from(alike) / f64::from(alike + others) } else { 0.0 };
            }
            curve.push(vec![happy, shares / homes.len() as f64]);
        }
        curve
    }

    /// Who is susceptible, infected and recovered after each step. Ties are drawn pair by pair, and infections tie by tie.
    pub(super) fn sir(
        people: usize,
        degree: f64,
        [infection, recovery]: [f64; 2],
        seed: u64,
        steps: u64,
    ) -> super::Curve {
        let random = &mut Plain(seed);
        let mut ties = Vec::new();
        for one in 0..people {
            for other in 0..one {
                if random.uniform() < degree / (people as f64 - 1.0) {
                    ties.push((one, other));
                }
            }
        }
        let mut state: Vec<u8> = (0..people).map(|person| u8::from(person < 10)).collect();
        let mut curve = Vec::new();
        for _ in 0..steps {
            let mut after = state.clone();
            for (one, other) in &ties {
                for (from, to) in [(*one, *other), (*other, *one)] {
                    if state[from] == 1 && state[to] == 0 && random.uniform() < infection {
                        after[to] = 1;
                    }
                }
            }
            for person in 0..people {
                if state[person] == 1 && random.uniform() < recovery {
                    after[person] = 2;
                }
            }
            state = after;
            curve.push([0, 1, 2].iter().map(|which| state.iter().filter(|s| *s == which).count() as f64).collect());
        }
        curve
    }
}

/// Of a curve with all steps, those that are asked for.
fn at(curve: Curve, steps: &[u64]) -> Curve {
    steps.iter().map(|step| curve[*step as usize - 1].clone()).collect()
}

#[test]
fn wolves_and_sheep_are_as_many_as_in_a_plain_program() {
    let steps = [1, 2, 5, 10, 20, 40, 60];
    let ours = curves(wolf_sheep::plugins, "wolf_sheep: (side: 30, sheep: 90, wolves: 45)", &steps);
    let plain: Vec<Curve> = (0..SEEDS).map(|seed| at(plain::wolf_sheep(30, 90, 45, seed, 60), &steps)).collect();
    must_agree(&["sheep", "wolves", "grass"], &steps, &ours, &plain);
}

#[test]
fn segregation_is_that_of_a_plain_program() {
    let steps = [1, 2, 3, 5, 10, 20];
    let ours = curves(schelling::plugins, "schelling: (side: 30, people: 720, wanted: 8)", &steps);
    let plain: Vec<Curve> = (0..SEEDS).map(|seed| at(plain::schelling(30, 720, 8, seed, 20), &steps)).collect();
    must_agree(&["happy", "alike"], &steps, &ours, &plain);
}

#[test]
fn an_epidemic_is_that_of_a_plain_program() {
    let steps = [1, 5, 10, 20, 40, 80];
    let ours = curves(sir::plugins, "sir: (people: 500)", &steps);
    let plain: Vec<Curve> = (0..SEEDS).map(|seed| at(plain::sir(500, 8.0, [0.05, 0.1], seed, 80), &steps)).collect();
    must_agree(&["susceptible", "infected", "recovered"], &steps, &ours, &plain);
}

/// Where all recover after one step, each tie passes the illness on with the same probability, and an epidemic reaches the share S = 1 −
/// exp(−c β S) of a random network with mean degree c (Newman 2002): the giant component of those ties.
#[test]
fn an_epidemic_reaches_as_many_as_theory_says() {
    let settings = "sir: (people: 20000, degree: 8, infected: 200, infection: 0.25, recovery: 1)";
    // Those who are infected at the start are 1 %: whoever is not escapes if no tie leads to those who are reached.
    let start = 0.01;
    let mut reached = 0.5_f64;
    (0..200).for_each(|_| reached = 1.0 - (1.0 - start) * (-8.0 * 0.25 * reached).exp());
    let mut found = 0.0;
    for seed in 0..20 {
        found += curve(sir::plugins, settings, seed, &[100])[0][2] / 20_000.0 / 20.0;
    }
    assert!((found - reached).abs() < 0.003, "{found} and {reached}");
}

/// Models in which all act at once do so on any number of threads.
#[test]
fn whoever_acts_at_once_does_so_on_any_number_of_threads() {
    let digest = |plugins: fn(&mut App), threads: usize| {
        let mut simulation = Simulation::new(plugins);
        simulation.set_pool(Pool::new(threads).expect("there are threads"));
        simulation.start(Seed(1), Time::NEVER);
        simulation.run_until(Time::ZERO + Duration::from_secs(50));
        simulation.digest().total
    };
    for plugins in [forest_fire::plugins, sir::plugins] {
        let one = digest(plugins, 1);
        assert!([2, 8].into_iter().all(|threads| digest(plugins, threads) == one));
    }
}

/// Settings that make no sense are refused, and the smallest ones that do are no trouble.
#[test]
fn settings_are_refused_or_work() {
    let prepared = |plugins: fn(&mut App), settings: &str| {
        let options = RunOptions { plugins, ..RunOptions::default() };
        prepare(&read(&format!("(run_for: \"5s\", {settings})")), &options, None)
    };
    for (plugins, settings) in [
        (wolf_sheep::plugins as fn(&mut App), "wolf_sheep: (side: 0)"),
        (wolf_sheep::plugins, "wolf_sheep: (side: 70000)"),
        (wolf_sheep::plugins, "wolf_sheep: (regrowth: 0)"),
        (schelling::plugins, "schelling: (side: 0)"),
        (sir::plugins, "sir: (infection: 2)"),
        (forest_fire::plugins, "forest_fire: (side: 0)"),
    ] {
        assert!(prepared(plugins, settings).is_err(), "{settings}");
    }
    for (plugins, settings) in [
        (wolf_sheep::plugins as fn(&mut App), "wolf_sheep: (side: 1, sheep: 3, wolves: 1)"),
        (wolf_sheep::plugins, "wolf_sheep: (sheep: 0, wolves: 0)"),
        (schelling::plugins, "schelling: (side: 1, people: 3)"),
        (sir::plugins, "sir: (people: 0)"),
        (sir::plugins, "sir: (people: 1, infected: 5)"),
        (forest_fire::plugins, "forest_fire: (side: 1)"),
    ] {
        let (mut simulation, _) = prepared(plugins, settings).unwrap_or_else(|error| panic!("{settings}: {error}"));
        simulation.run_until(Time::ZERO + Duration::from_secs(5));
    }
}
