//! Wolves, sheep and grass: predators, prey and what it feeds on (Wilensky 1997, after Lotka and Volterra).
//!
//!     cargo run --release --example wolf_sheep -- run examples/abm/wolf_sheep.ron

use autotwin::prelude::*;

/// How wolves, sheep and grass live.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct WolfSheep {
    /// The side of the meadow: sites. Its edge is closed.
    side: u32,
    /// How many sheep there are at the start.
    sheep: usize,
    /// How many wolves there are at the start.
    wolves: usize,
    /// How many steps grass takes to grow again.
    regrowth: u16,
    /// What a sheep gains from grass, and a wolf from a sheep.
    gain: (f32, f32),
    /// The chance that a sheep and a wolf reproduce in a step.
    reproduction: (f64, f64),
}

impl Default for WolfSheep {
    fn default() -> Self {
        let (gain, reproduction) = ((5.0, 13.0), (0.4, 0.2));
        WolfSheep { side: 100, sheep: 1000, wolves: 500, regrowth: 10, gain, reproduction }
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
        let sheep = (0..settings.sheep).map(|_| animal(settings.gain.0)).collect();
        let wolves = (0..settings.wolves).map(|_| animal(settings.gain.1)).collect();
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
                sheep.energy += settings.gain.0;
            }
            sheep.live(1.0, settings.reproduction.0, born, random)
        });
        let mut flock = Occupants::of(&lattice, sheep.iter().map(|sheep| sheep.site));
        wolves.activate(random, |wolf, born, random| {
            wolf.walk(&lattice, random);
            if flock.take(wolf.site).is_some() {
                wolf.energy += settings.gain.1;
            }
            wolf.live(0.0, settings.reproduction.1, born, random)
        });
        sheep.remove(|place| flock.is_taken(place));
        grass.values_mut().iter_mut().for_each(|left| *left = left.saturating_sub(1));
    }

    fn counts(&self, _: &WolfSheep, put: &mut dyn FnMut(&'static str, f64)) {
        put("sheep", self.sheep.len() as f64);
        put("wolves", self.wolves.len() as f64);
        put("grass", self.grass.values().iter().filter(|left| **left == 0).count() as f64);
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Meadow>("wolf_sheep", "meadow");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
