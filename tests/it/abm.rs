//! The classic models do what they are said to do: their curves are those of plain programs that share no code with the engine, or of
//! the theory, and do not depend on threads.

use autotwin::prelude::*;
use autotwin::record::indicators;
use autotwin::run::single::Nobody;

use crate::support::luck::Plain;
use crate::support::read;

#[allow(dead_code)]
#[path = "../../examples/abm/boids.rs"]
mod boids;
#[allow(dead_code)]
#[path = "../../examples/abm/flocking.rs"]
mod flocking;
#[allow(dead_code)]
#[path = "../../examples/abm/forest_fire.rs"]
mod forest_fire;
#[allow(dead_code)]
#[path = "../../examples/abm/schelling.rs"]
mod schelling;
#[allow(dead_code)]
#[path = "../../examples/abm/sir.rs"]
pub mod sir;
#[allow(dead_code)]
#[path = "../../examples/abm/sugarscape.rs"]
mod sugarscape;
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

/// The plain programs of the models with a plane or people who look around.
mod plainer {
    use super::Plain;

    /// The mean heading's length and the mean number seen, after each step. All look at all, one after the other or at once.
    pub(super) fn flocking(side: f64, count: usize, vision: f64, at_once: bool, seed: u64, steps: u64) -> super::Curve {
        let random = &mut Plain(seed);
        let mut birds: Vec<[f64; 4]> = (0..count)
            .map(|_| {
                let angle = random.uniform() * std::f64::consts::TAU;
                [random.uniform() * side, random.uniform() * side, angle.cos(), angle.sin()]
            })
            .collect();
        // The nearest of all images of the other.
        let shortest =
            |away: f64| [away, away - side, away + side].into_iter().min_by(|a, b| a.abs().total_cmp(&b.abs()));
        let seen = |birds: &[[f64; 4]], one: usize| -> Vec<(f64, f64, usize)> {
            let way = |axis: usize, other: usize| shortest(birds[other][axis] - birds[one][axis]).unwrap_or(0.0);
            let others =
                (0..birds.len()).filter(|other| *other != one).map(|other| (way(0, other), way(1, other), other));
            others.filter(|(x, y, _)| x.hypot(*y) <= vision).collect()
        };
        let flown = |birds: &[[f64; 4]], one: usize| {
            let near = seen(birds, one);
            let [x, y, mut east, mut north] = birds[one];
            if !near.is_empty() {
                let n = near.len() as f64;
                let mean = |value: &dyn Fn(&(f64, f64, usize)) -> f64| near.iter().map(value).sum::<f64>() / n;
                let close = |near: &(f64, f64, usize)| f64::from(u8::from(near.0.hypot(near.1) < 1.0));
                east += 0.03 * mean(&|near| near.0) - 0.015 * mean(&|near| near.0 * close(near))
                    + 0.05 * mean(&|near| birds[near.2][2]);
                north += 0.03 * mean(&|near| near.1) - 0.015 * mean(&|near| near.1 * close(near))
                    + 0.05 * mean(&|near| birds[near.2][3]);
            }
            let length = east.hypot(north);
            let (east, north) = (east / length, north / length);
            [(x + east).rem_euclid(side), (y + north).rem_euclid(side), east, north]
        };
        let mut curve = Vec::new();
        for _ in 0..steps {
            if at_once {
                birds = (0..count).map(|one| flown(&birds, one)).collect();
            } else {
                let mut order: Vec<usize> = (0..count).collect();
                random.shuffle(&mut order);
                order.into_iter().for_each(|one| birds[one] = flown(&birds, one));
            }
            let mean = |value: &dyn Fn(usize) -> f64| (0..count).map(value).sum::<f64>() / count as f64;
            let order = mean(&|one| birds[one][2]).hypot(mean(&|one| birds[one][3]));
            curve.push(vec![order, mean(&|one| seen(&birds, one).len() as f64)]);
        }
        curve
    }

    struct Person {
        x: i64,
        y: i64,
        vision: i64,
        eats: u32,
        sugar: u32,
        age: u32,
        lifespan: u32,
    }

    /// How many people there are and their mean sugar, after each step.
    pub(super) fn sugarscape(side: i64, people: usize, replace: bool, seed: u64, steps: u64) -> super::Curve {
        let random = &mut Plain(seed);
        let most: Vec<Vec<u32>> = (0..side)
            .map(|y| {
                let away = |x: i64, px: f64, py: f64| (x as f64 - px * side as f64).hypot(y as f64 - py * side as f64);
                let level = |x: i64| (away(x, 0.7, 0.3).min(away(x, 0.3, 0.7)) * 10.0 / side as f64).floor();
                (0..side).map(|x| (4.0 - level(x)).max(0.0) as u32).collect()
            })
            .collect();
        let mut sugar = most.clone();
        fn person(x: i64, y: i64, random: &mut Plain) -> Person {
            Person {
                x,
                y,
                vision: 1 + random.below(6) as i64,
                eats: 1 + random.below(4) as u32,
                sugar: 5 + random.below(21) as u32,
                age: 0,
                lifespan: 60 + random.below(41) as u32,
            }
        }
        let mut all: Vec<Person> = Vec::new();
        fn free(all: &[Person], x: i64, y: i64) -> bool {
            !all.iter().any(|other| (other.x, other.y) == (x, y))
        }
        let settle = |all: &mut Vec<Person>, random: &mut Plain| loop {
            let (x, y) = (random.below(side as usize) as i64, random.below(side as usize) as i64);
            if free(all, x, y) {
                let new = person(x, y, random);
                all.push(new);
                break;
            }
        };
        (0..people).for_each(|_| settle(&mut all, random));
        let mut curve = Vec::new();
        for _ in 0..steps {
            for (row, most) in sugar.iter_mut().zip(&most) {
                row.iter_mut().zip(most).for_each(|(there, most)| *there = (*there + 1).min(*most));
            }
            random.shuffle(&mut all);
            let mut dead = Vec::new();
            for one in 0..all.len() {
                // All free sites in sight, then the most sugar, then the nearest, then any.
                let mut sites = vec![(sugar[all[one].y as usize][all[one].x as usize], 0, all[one].x, all[one].y)];
                for away in 1..=all[one].vision {
                    for (dx, dy) in [(away, 0), (-away, 0), (0, away), (0, -away)] {
                        let (x, y) = ((all[one].x + dx).rem_euclid(side), (all[one].y + dy).rem_euclid(side));
                        let taken = (0..all.len())
                            .any(|other| !dead.contains(&other) && (all[other].x, all[other].y) == (x, y));
                        if !taken {
                            sites.push((sugar[y as usize][x as usize], away, x, y));
                        }
                    }
                }
                let best = sites.iter().map(|site| site.0).max().unwrap_or(0);
                sites.retain(|site| site.0 == best);
                let nearest = sites.iter().map(|site| site.1).min().unwrap_or(0);
                sites.retain(|site| site.1 == nearest);
                let (gain, _, x, y) = sites[random.below(sites.len())];
                sugar[y as usize][x as usize] = 0;
                let person = &mut all[one];
                (person.x, person.y, person.sugar, person.age) = (x, y, person.sugar + gain, person.age + 1);
                if person.sugar < person.eats || (replace && person.age >= person.lifespan) {
                    dead.push(one);
                } else {
                    person.sugar -= person.eats;
                }
            }
            let count = dead.len();
            let mut place = 0;
            all.retain(|_| {
                place += 1;
                !dead.contains(&(place - 1))
            });
            (0..if replace { count } else { 0 }).for_each(|_| settle(&mut all, random));
            let wealth: f64 = all.iter().map(|person| f64::from(person.sugar)).sum();
            curve.push(vec![all.len() as f64, wealth / all.len().max(1) as f64]);
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

#[test]
fn birds_flock_as_in_a_plain_program() {
    let steps = [1, 2, 5, 10, 20, 40];
    let curve_of = |at_once| move |seed| at(plainer::flocking(40.0, 50, 8.0, at_once, seed, 40), &steps);
    let settings = "(side: 40, birds: 50, vision: 8)";
    let ours = curves(flocking::plugins, &format!("flocking: {settings}"), &steps);
    let plain: Vec<Curve> = (0..SEEDS).map(curve_of(false)).collect();
    must_agree(&["order", "seen"], &steps, &ours, &plain);
    let ours = curves(boids::plugins, &format!("boids: {settings}"), &steps);
    let plain: Vec<Curve> = (0..SEEDS).map(curve_of(true)).collect();
    must_agree(&["order", "seen"], &steps, &ours, &plain);
}

#[test]
fn people_live_on_sugar_as_in_a_plain_program() {
    let steps = [1, 2, 5, 10, 20, 40];
    for replacement in [false, true] {
        let settings = format!("sugarscape: (side: 20, people: 60, replacement: {replacement})");
        let ours: Vec<Curve> = curves(sugarscape::plugins, &settings, &steps)
            .into_iter()
            .map(|curve| curve.into_iter().map(|counts| counts[..2].to_vec()).collect())
            .collect();
        let plain: Vec<Curve> =
            (0..SEEDS).map(|seed| at(plainer::sugarscape(20, 60, replacement, seed, 40), &steps)).collect();
        must_agree(&["people", "wealth"], &steps, &ours, &plain);
    }
}

/// Sums by lanes are those of a loop, bit by bit, for a whole run.
#[test]
fn birds_fly_alike_with_lanes_and_without() {
    let end = |settings: &str| {
        let options = RunOptions { plugins: boids::plugins, ..RunOptions::default() };
        let scene = read(&format!("(run_for: \"30s\", boids: (side: 60, birds: 1500, {settings}))"));
        let (mut simulation, _) = prepare(&scene, &options, Some(Seed(1))).expect("the scene is right");
        simulation.run_until(Time::ZERO + Duration::from_secs(30));
        let digest = simulation.digest();
        digest.items.into_iter().find(|(name, _)| name == "boids_flock").expect("birds are digested").1
    };
    assert_eq!(end("lanes: true"), end("lanes: false"));
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
    let digest = |plugins: fn(&mut App), settings: &str, threads: usize| {
        let options = RunOptions { plugins, ..RunOptions::default() };
        let scene = read(&format!("(run_for: \"50s\", {settings})"));
        let (mut simulation, _) = prepare(&scene, &options, Some(Seed(1))).expect("the scene is right");
        simulation.set_pool(Pool::new(threads).expect("there are threads"));
        simulation.run_until(Time::ZERO + Duration::from_secs(50));
        simulation.digest().total
    };
    for (plugins, settings) in [
        (forest_fire::plugins as fn(&mut App), ""),
        (sir::plugins, ""),
        (boids::plugins, "boids: (side: 80, birds: 3000)"),
        (boids::plugins, "boids: (side: 80, birds: 3000, lanes: false)"),
    ] {
        let one = digest(plugins, settings, 1);
        assert!([2, 8].into_iter().all(|threads| digest(plugins, settings, threads) == one), "{settings}");
    }
}

/// A run of a model leaves a picture of its end, and the report shows it.
#[test]
fn a_run_leaves_a_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    for (plugins, settings) in [
        (wolf_sheep::plugins as fn(&mut App), "wolf_sheep: (side: 20)"),
        (schelling::plugins, "schelling: (side: 20, people: 300)"),
        (forest_fire::plugins, "forest_fire: (side: 20)"),
        (sir::plugins, "sir: (people: 100)"),
        (flocking::plugins, ""),
        (boids::plugins, "boids: (side: 30, birds: 200)"),
        (sugarscape::plugins, ""),
    ] {
        let options = RunOptions { plugins, ..RunOptions::default() };
        let scene = read(&format!("(run_for: \"5s\", {settings})"));
        let (mut simulation, header) = prepare(&scene, &options, None).expect("the scene is right");
        execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder.path()), &Nobody).expect("it runs");
        let picture = std::fs::read(folder.path().join("picture.png")).expect("there is a picture");
        assert!(picture.starts_with(b"\x89PNG") && picture.len() > 300, "{settings}: {} bytes", picture.len());
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
        (flocking::plugins, "flocking: (side: 0)"),
        (boids::plugins, "boids: (vision: -1)"),
        (sugarscape::plugins, "sugarscape: (vision: 0)"),
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
        (flocking::plugins, "flocking: (birds: 0)"),
        (flocking::plugins, "flocking: (side: 3, birds: 20, vision: 1000, speed: 50)"),
        (boids::plugins, "boids: (side: 0.5, birds: 20, vision: 0, cohere: 0, separate: 0, align: 0)"),
        (boids::plugins, "boids: (side: 3, birds: 20, vision: 1000, speed: 50)"),
        (sugarscape::plugins, "sugarscape: (side: 1, people: 3, replacement: true)"),
        (sugarscape::plugins, "sugarscape: (people: 0)"),
    ] {
        let (mut simulation, _) = prepared(plugins, settings).unwrap_or_else(|error| panic!("{settings}: {error}"));
        simulation.run_until(Time::ZERO + Duration::from_secs(5));
    }
}
