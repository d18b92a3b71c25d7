//! A forest in which trees grow, lightning strikes and fire spreads (Drossel and Schwabl 1992, Phys. Rev. Lett. 69, 1629).
//!
//!     cargo run --release --example forest_fire -- run examples/abm/forest_fire.ron

use autotwin::prelude::*;

/// How trees grow and burn.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct ForestFire {
    /// The side of the forest: sites. Its edges are joined.
    #[schemars(range(min = 1, max = 10_000))]
    side: u32,
    /// The chance that a tree grows on an empty site in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    growth: f64,
    /// The chance that lightning strikes a tree in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    lightning: f64,
}

impl Default for ForestFire {
    fn default() -> Self {
        ForestFire { side: 250, growth: 0.01, lightning: 0.0001 }
    }
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
enum State {
    Empty,
    Tree,
    Fire,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Forest(Grid<State>);

impl Model for Forest {
    type Settings = ForestFire;

    fn begin(settings: &ForestFire, _: &Turn) -> Forest {
        Forest(Grid::new(Lattice::new(settings.side, settings.side, Edge::Joined), |_| State::Empty))
    }

    fn step(&mut self, settings: &ForestFire, turn: &Turn) {
        self.0.renew(turn.pool, |site, forest| {
            let happens = |chance| turn.random_of(site.0.into()).chance(chance);
            match forest[site] {
                State::Empty if happens(settings.growth) => State::Tree,
                State::Tree if forest.near(site, VonNeumann::<1>).any(|near| *near == State::Fire) => State::Fire,
                State::Tree if happens(settings.lightning) => State::Fire,
                State::Tree => State::Tree,
                State::Empty | State::Fire => State::Empty,
            }
        });
    }

    fn counts(&self, _: &ForestFire, put: &mut dyn FnMut(&'static str, f64)) {
        let share = |state| {
            self.0.values().iter().filter(|there| **there == state).count() as f64 / self.0.values().len() as f64
        };
        put("trees", share(State::Tree));
        put("fire", share(State::Fire));
    }

    fn picture(&self, _: &ForestFire) -> Option<Picture> {
        let colour = |site| match self.0[site] {
            State::Empty => [225, 215, 195],
            State::Tree => [60, 130, 70],
            State::Fire => [230, 80, 20],
        };
        Some(Picture::of_sites(self.0.lattice(), colour))
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Forest>("forest_fire", "forest");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
