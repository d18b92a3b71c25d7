//! Sugarscape: people who look for sugar, live on it and grow old (Epstein and Axtell 1996, Growing Artificial Societies, chapter II).
//!
//!     cargo run --release --example sugarscape -- run examples/abm/sugarscape.ron

use autotwin::prelude::*;

/// A land with sugar, and who lives there.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Sugarscape {
    /// The side of the land: sites. Its edges are joined.
    #[schemars(range(min = 1, max = 10_000))]
    side: u32,
    /// How many people there are at the start, as far as there is room.
    #[schemars(range(max = 10_000_000))]
    people: usize,
    /// How much sugar grows on a site in a step, up to what the site can bear.
    #[schemars(range(max = 100))]
    growth: u32,
    /// The farthest that anybody sees: each sees from 1 to so many sites along rows and columns.
    #[schemars(range(min = 1, max = 1000))]
    vision: u32,
    /// The most that anybody eats in a step: each eats from 1 to so much.
    #[schemars(range(min = 1, max = 100))]
    metabolism: u32,
    /// Whether people die of age, between 60 and 100 steps, and are replaced, as those are who starve.
    replacement: bool,
}

impl Default for Sugarscape {
    fn default() -> Self {
        Sugarscape { side: 50, people: 400, growth: 1, vision: 6, metabolism: 4, replacement: false }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Person {
    site: Site,
    vision: u32,
    metabolism: u32,
    sugar: u32,
    age: u32,
    lifespan: u32,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Land {
    /// The sugar on each site, and how much it can bear.
    sugar: Grid<[u32; 2]>,
    is_taken: Grid<bool>,
    people: Population<Person>,
}

const DIRECTIONS: [[i32; 2]; 4] = [[1, 0], [-1, 0], [0, 1], [0, -1]];

/// The most sugar on a site: it falls by 1 with each tenth of the side away from the nearer of two peaks.
fn capacity(lattice: &Lattice, site: Site) -> u32 {
    let side = f64::from(lattice.columns());
    let (column, row) = lattice.place(site);
    let place = [f64::from(column), f64::from(row)];
    let away = |peak: [f64; 2]| square([place[0] - peak[0] * side, place[1] - peak[1] * side]).sqrt();
    let nearer = away([0.7, 0.3]).min(away([0.3, 0.7]));
    4_u32.saturating_sub((nearer * 10.0 / side) as u32)
}

impl Person {
    fn new(settings: &Sugarscape, site: Site, random: &mut Stream) -> Person {
        let mut between = |low: u32, high: u32| low + random.below((high - low) as usize + 1) as u32;
        Person {
            site,
            vision: between(1, settings.vision),
            metabolism: between(1, settings.metabolism),
            sugar: between(5, 25),
            age: 0,
            lifespan: between(60, 100),
        }
    }

    /// The free site in sight with the most sugar: of several the nearest, of several as near any.
    fn best(&self, sugar: &Grid<[u32; 2]>, is_taken: &Grid<bool>, random: &mut Stream) -> Site {
        let mut directions = DIRECTIONS;
        random.shuffle(&mut directions);
        let (mut best, mut most) = (self.site, sugar[self.site][0]);
        for away in 1..=self.vision as i32 {
            for [right, up] in directions {
                let there = sugar.lattice().away(self.site, [right * away, up * away]);
                if let Some(site) = there.filter(|site| !is_taken[*site] && sugar[*site][0] > most) {
                    (best, most) = (site, sugar[site][0]);
                }
            }
        }
        best
    }
}

impl Model for Land {
    type Settings = Sugarscape;

    fn begin(settings: &Sugarscape, turn: &Turn) -> Land {
        let (lattice, random) = (Lattice::new(settings.side, settings.side, Edge::Joined), &mut turn.random());
        let mut sites: Vec<Site> = lattice.sites().collect();
        random.shuffle(&mut sites);
        sites.truncate(settings.people);
        let mut is_taken = Grid::new(lattice, |_| false);
        sites.iter().for_each(|site| is_taken[*site] = true);
        let people = sites.into_iter().map(|site| Person::new(settings, site, random)).collect();
        Land { sugar: Grid::new(lattice, |site| [capacity(&lattice, site); 2]), is_taken, people }
    }

    fn step(&mut self, settings: &Sugarscape, turn: &Turn) {
        let Land { sugar, is_taken, people } = self;
        let (lattice, random) = (*sugar.lattice(), &mut turn.random());
        sugar.values_mut().iter_mut().for_each(|[there, most]| *there = (*there + settings.growth).min(*most));
        let mut dead = 0;
        people.activate(random, |person, _, random| {
            let to = person.best(sugar, is_taken, random);
            (is_taken[person.site], is_taken[to], person.site) = (false, true, to);
            person.sugar += std::mem::take(&mut sugar[to][0]);
            person.age += 1;
            let starves = person.sugar < person.metabolism;
            if starves || (settings.replacement && person.age >= person.lifespan) {
                is_taken[to] = false;
                dead += 1;
                return Fate::Dies;
            }
            person.sugar -= person.metabolism;
            Fate::Lives
        });
        if settings.replacement {
            for _ in 0..dead {
                let site = std::iter::repeat_with(|| lattice.any(random)).find(|site| !is_taken[*site]);
                let site = site.unwrap_or_default();
                is_taken[site] = true;
                people.push(Person::new(settings, site, random));
            }
        }
    }

    fn counts(&self, _: &Sugarscape, put: &mut dyn FnMut(&'static str, f64)) {
        let mut wealth: Vec<f64> = self.people.iter().map(|person| f64::from(person.sugar)).collect();
        wealth.sort_by(f64::total_cmp);
        let (count, sum) = (wealth.len() as f64, wealth.iter().sum::<f64>());
        // The mean difference between two people, in means (Gini 1912).
        let ranked: f64 = (1..).zip(&wealth).map(|(rank, wealth)| f64::from(rank) * wealth).sum();
        put("people", count);
        put("wealth", if count > 0.0 { sum / count } else { 0.0 });
        put("gini", if sum > 0.0 { (2.0 * ranked / sum - count - 1.0) / count } else { 0.0 });
    }

    fn picture(&self, _: &Sugarscape) -> Option<Picture> {
        let sweet = |site| picture::between([255, 255, 255], [240, 190, 0], f64::from(self.sugar[site][0]) / 4.0);
        let mut picture = Picture::of_sites(self.sugar.lattice(), sweet);
        // The farther people see, the redder they are.
        let most = self.people.iter().map(|person| person.vision).max().unwrap_or(1);
        self.people.iter().for_each(|person| {
            let colour = picture::between([0, 90, 180], [200, 30, 30], f64::from(person.vision) / f64::from(most));
            picture.set_site(person.site, colour);
        });
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Land>("sugarscape", "land");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
