//! An epidemic on a network: who is susceptible, infected or recovered (Kermack and McKendrick 1927; on networks Newman 2002, Phys. Rev. E
//! 66, 016128).
//!
//!     cargo run --release --example sir -- run examples/abm/sir.ron

use autotwin::prelude::*;

/// How an illness spreads.
#[derive(Resource, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Sir {
    /// How many people there are.
    #[schemars(range(max = 10_000_000))]
    people: usize,
    /// How many others each knows on average.
    #[schemars(range(min = 0.0, max = 1000.0))]
    degree: f64,
    /// How many are infected at the start.
    #[schemars(range(max = 10_000_000))]
    infected: usize,
    /// The chance that somebody who is infected infects somebody whom it knows, in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    infection: f64,
    /// The chance that somebody who is infected recovers in a step.
    #[schemars(range(min = 0.0, max = 1.0))]
    recovery: f64,
}

impl Default for Sir {
    fn default() -> Self {
        Sir { people: 10_000, degree: 8.0, infected: 10, infection: 0.05, recovery: 0.1 }
    }
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
enum State {
    Susceptible,
    Infected,
    Recovered,
}

#[derive(Resource, Clone, Serialize, Deserialize)]
struct Epidemic {
    network: Network,
    people: Vec<State>,
}

impl Model for Epidemic {
    type Settings = Sir;

    fn begin(settings: &Sir, turn: &Turn) -> Epidemic {
        let random = &mut turn.random();
        let network = Network::random(settings.people, settings.degree, random);
        let mut people = vec![State::Susceptible; settings.people];
        people.iter_mut().take(settings.infected).for_each(|person| *person = State::Infected);
        random.shuffle(&mut people);
        Epidemic { network, people }
    }

    fn step(&mut self, settings: &Sir, turn: &Turn) {
        let before = &self.people;
        let is_infected = |node: &&Node| before[node.0 as usize] == State::Infected;
        self.people = turn.pool.map_numbers(before.len(), |person| {
            let mut random = turn.random_of(person as u64);
            match before[person] {
                State::Susceptible => {
                    let near = self.network.near(Node(person as u32)).iter().filter(is_infected).count();
                    let escapes = (0..near).all(|_| !random.chance(settings.infection));
                    if escapes { State::Susceptible } else { State::Infected }
                }
                State::Infected if random.chance(settings.recovery) => State::Recovered,
                state => state,
            }
        });
    }

    fn counts(&self, _: &Sir, put: &mut dyn FnMut(&'static str, f64)) {
        let count = |state| self.people.iter().filter(|person| **person == state).count() as f64;
        put("susceptible", count(State::Susceptible));
        put("infected", count(State::Infected));
        put("recovered", count(State::Recovered));
    }

    /// Each person a square, in no order.
    fn picture(&self, _: &Sir) -> Option<Picture> {
        let width = (self.people.len() as f64).sqrt().ceil() as usize;
        let mut picture = Picture::new(width, width, [255, 255, 255]);
        for (number, person) in self.people.iter().enumerate() {
            let colour = match person {
                State::Susceptible => [210, 210, 210],
                State::Infected => [213, 94, 0],
                State::Recovered => [0, 114, 178],
            };
            picture.set(number % width, number / width, colour);
        }
        Some(picture)
    }
}

pub fn plugins(app: &mut App) {
    base_plugins(app);
    app.register_model::<Epidemic>("sir", "epidemic");
}

fn main() -> std::process::ExitCode {
    autotwin::cli::main(plugins)
}
