//! Wolves, sheep and grass: predators, prey and what it feeds on (Wilensky 1997, after Lotka and Volterra).
//!
//!     cargo run --release --example wolf_sheep -- run examples/abm/wolf_sheep.ron

use autotwin::prelude::*;

/// How wolves, sheep and grass live.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct WolfSheep {
    /// The side of the meadow: sites. Its edge is closed.
    #[schemars(range(min = 1, max = 10_000))]
    side: u32,
    /// How many sheep there are at the start.
    #[schemars(range(max = 10_000_000))]
    sheep: usize,
    /// How many wolves there are at the start.
    #[schemars(range(max = 10_000_000))]
    wolves: usize,
    /// How many steps grass takes to grow again.
    #[schemars(range(min = 1))]
    regrowth: u16,
    /// What a sheep gains from grass.
    #[schemars(range(min = 0.0, max = 1000.0))]
    sheep_gain: f32,
    /// What a wolf gains from a sheep.
    #[schemars(range(min = 0.0, max = 1000.0))]
    wolf_gain: f32,
    /// The chance that a sheep gives birth in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    sheep_birth: f64,
    /// The chance that a wolf gives birth in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    wolf_birth: f64,
}

impl Default for WolfSheep {
    fn default() -> Self {
        WolfSheep {
            side: 100,
            sheep: 1000,
            wolves: 500,
            regrowth: 10,
            sheep_gain: 5.0,
            wolf_gain: 13.0,
            sheep_birth: 0.4,
            wolf_birth: 0.2,
        }
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Animal {
    site: Site,
    energy: f32,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Meadow {
    /// How many steps the grass of each site still has to grow.
    grass: Grid<u16>,
    sheep: Population<Animal>,
    wolves: Population<Animal>,
}

impl Animal {
    fn walk(&mut self, lattice: &Lattice, random: &mut Stream) {
        self.site = lattice.any_near(self.site, Moore::<1>, random).unwrap_or(self.site);
        self.energy -= 1.0;
    }

    /// Dies below some energy; else shares it with a child, by chance.
    fn live(&mut self, least: f32, chance: f64, born: &mut Vec<Animal>, random: &mut Stream) -> Fate {
        if self.energy < least {
            return Fate::Dies;
        }
        if random.chance(chance) {
            self.energy /= 2.0;
            born.push(*self);
        }
        Fate::Lives
    }
}

impl Model for Meadow {
    type Settings = WolfSheep;

    fn begin(settings: &WolfSheep, turn: &Turn) -> Meadow {
        let (lattice, random) = (Lattice::new(settings.side, settings.side, Edge::Closed), &mut turn.random());
        let mut animal =
            |gain: f32| Animal { site: lattice.any(random), energy: (1.0 + random.uniform() as f32) * gain };
        let sheep = (0..settings.sheep).map(|_| animal(settings.sheep_gain)).collect();
        let wolves = (0..settings.wolves).map(|_| animal(settings.wolf_gain)).collect();
        let grow = |_| if random.chance(0.5) { 0 } else { random.below(settings.regrowth.into()) as u16 + 1 };
        Meadow { grass: Grid::new(lattice, grow), sheep, wolves }
    }

    fn step(&mut self, settings: &WolfSheep, turn: &Turn) {
        let Meadow { grass, sheep, wolves } = self;
        let (lattice, random) = (*grass.lattice(), &mut turn.random());
        sheep.activate(random, |sheep, born, random| {
            sheep.walk(&lattice, random);
            if grass[sheep.site] == 0 {
                grass[sheep.site] = settings.regrowth;
                sheep.energy += settings.sheep_gain;
            }
            sheep.live(1.0, settings.sheep_birth, born, random)
        });
        let mut flock = Occupants::of(&lattice, sheep.iter().map(|sheep| sheep.site));
        wolves.activate(random, |wolf, born, random| {
            wolf.walk(&lattice, random);
            if flock.take(wolf.site).is_some() {
                wolf.energy += settings.wolf_gain;
            }
            wolf.live(0.0, settings.wolf_birth, born, random)
        });
        sheep.remove(|place| flock.is_taken(place));
        grass.values_mut().iter_mut().for_each(|left| *left = left.saturating_sub(1));
    }

    fn counts(&self, _: &WolfSheep, put: &mut dyn FnMut(&'static str, f64)) {
        put("sheep", self.sheep.len() as f64);
        put("wolves", self.wolves.len() as f64);
        put("grass", self.grass.values().iter().filter(|left| **left == 0).count() as f64);
    }

    fn picture(&self, _: &WolfSheep) -> Option<Picture> {
        let ground = |site| if self.grass[site] == 0 { [120, 170, 90] } else { [190, 170, 130] };
        let mut picture = Picture::of_sites(self.grass.lattice(), ground);
        self.sheep.iter().for_each(|sheep| picture.set_site(sheep.site, [255, 255, 255]));
        self.wolves.iter().for_each(|wolf| picture.set_site(wolf.site, [30, 30, 30]));
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Meadow>("wolf_sheep", "meadow");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
