//! Residential segregation: those who have too few of their own kind near move away (Schelling 1971).
//!
//!     cargo run --release --example schelling -- run examples/abm/schelling.ron

use autotwin::prelude::*;

/// Who lives in a town, and what they want.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Schelling {
    /// The side of the town: sites. Its edge is closed.
    #[schemars(range(min = 1, max = 10_000))]
    side: u32,
    /// How many people there are, as far as there is room: half of them of either kind.
    #[schemars(range(max = 10_000_000))]
    people: usize,
    /// How many of the 24 nearest are to be of the own kind.
    wanted: u16,
}

impl Default for Schelling {
    fn default() -> Self {
        Schelling { side: 100, people: 8000, wanted: 8 }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Person {
    home: Site,
    kind: u8,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Town {
    people: Population<Person>,
    empty: Vec<Site>,
    census: Census<Moore<2>, 2>,
}

impl Town {
    fn is_happy(&self, person: &Person, wanted: u16) -> bool {
        self.census.near(person.home, person.kind.into()) >= wanted
    }
}

impl Model for Town {
    type Settings = Schelling;

    fn begin(settings: &Schelling, turn: &Turn) -> Town {
        let lattice = Lattice::new(settings.side, settings.side, Edge::Closed);
        let mut empty: Vec<Site> = lattice.sites().collect();
        turn.random().shuffle(&mut empty);
        let homes = empty.split_off(empty.len().saturating_sub(settings.people));
        let people: Population<Person> =
            homes.into_iter().enumerate().map(|(number, home)| Person { home, kind: (number % 2) as u8 }).collect();
        let mut census = Census::new(lattice, Moore);
        people.iter().for_each(|person| census.come(person.home, person.kind.into()));
        Town { people, empty, census }
    }

    fn step(&mut self, settings: &Schelling, turn: &Turn) {
        let Town { people, empty, census } = self;
        people.activate(&mut turn.random(), |person, _, random| {
            let kind = person.kind.into();
            if census.near(person.home, kind) < settings.wanted && !empty.is_empty() {
                census.go(person.home, kind);
                let found = random.below(empty.len());
                std::mem::swap(&mut person.home, &mut empty[found]);
                census.come(person.home, kind);
            }
            Fate::Lives
        });
    }

    fn counts(&self, settings: &Schelling, put: &mut dyn FnMut(&'static str, f64)) {
        let happy = self.people.iter().filter(|person| self.is_happy(person, settings.wanted)).count();
        let alike = |person: &Person| f64::from(self.census.near(person.home, person.kind.into()));
        let near =
            |person: &Person| alike(person) + f64::from(self.census.near(person.home, 1 - usize::from(person.kind)));
        let shares = self.people.iter().filter(|person| near(person) > 0.0).map(|person| alike(person) / near(person));
        put("happy", happy as f64);
        put("alike", shares.sum::<f64>() / self.people.len().max(1) as f64);
    }

    fn picture(&self, settings: &Schelling) -> Option<Picture> {
        let lattice = Lattice::new(settings.side, settings.side, Edge::Closed);
        let mut picture = Picture::of_sites(&lattice, |_| [255, 255, 255]);
        self.people.iter().for_each(|person| picture.set_site(person.home, picture::COLOURS[usize::from(person.kind)]));
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Town>("schelling", "town");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
