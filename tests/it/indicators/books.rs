//! The tables of one run, and what its scene says of the twins in them.

use std::collections::BTreeMap;
use std::path::Path;

use autotwin::engine::identity::Directory;
use autotwin::factory::energy::battery::{Battery, Charger};
use autotwin::factory::energy::tariff::EnergySettings;
use autotwin::factory::machine::Machine;
use autotwin::factory::transport::rack::Rack;
use autotwin::prelude::*;
use autotwin::run::single::Outcome;
use autotwin::scene::header::Header;

use super::rows::{Line, read};

/// The tables of a run.
pub struct Books {
    pub warmup: f64,
    pub end: f64,
    /// How many slots each machine and how many places each rack has.
    pub capacity: BTreeMap<String, f64>,
    pub batteries: BTreeMap<String, Battery>,
    pub charger_kw: f64,
    pub energy_settings: EnergySettings,
    tables: BTreeMap<&'static str, Vec<Line>>,
}

const TABLES: [&str; 10] =
    ["jobs", "operations", "tasks", "transports", "power", "energy", "maintenance", "states", "stays", "events"];

impl Books {
    /// What the scene says, before the run.
    pub fn of_scene(world: &World, header: &Header) -> Books {
        let mut books = Books {
            warmup: header.warmup.seconds(),
            end: 0.0,
            capacity: BTreeMap::new(),
            batteries: BTreeMap::new(),
            charger_kw: 0.0,
            energy_settings: world.resource::<EnergySettings>().clone(),
            tables: BTreeMap::new(),
        };
        for (_, entity, name) in world.resource::<Directory>().twins() {
            let (twin, name) = (world.entity(entity), name.to_string());
            let slots = twin.get::<Machine>().map(|machine| machine.capacity);
            let places = twin.get::<Rack>().map(|rack| rack.capacity);
            books.capacity.extend(slots.or(places).map(|capacity| (name.clone(), f64::from(capacity))));
            books.batteries.extend(twin.get::<Battery>().map(|battery| (name, battery.clone())));
            if let Some(charger) = twin.get::<Charger>() {
                assert!([0.0, charger.power_kw].contains(&books.charger_kw), "all chargers are alike");
                books.charger_kw = charger.power_kw;
            }
        }
        books
    }

    /// The tables that the run has written.
    pub fn read(&mut self, folder: &Path, outcome: &Outcome) {
        self.end = outcome.clock.now.seconds();
        self.tables = TABLES.map(|table| (table, read(folder, table))).into();
    }

    pub fn table(&self, name: &str) -> impl Iterator<Item = &Line> {
        self.tables[name].iter()
    }

    /// How long is counted.
    pub fn elapsed(&self) -> f64 {
        self.end - self.warmup
    }

    /// Whether what happened at that moment is counted.
    pub fn counts(&self, at: f64) -> bool {
        self.warmup == 0.0 || at > self.warmup
    }

    /// How much of the time between two moments is counted.
    pub fn counted(&self, from: f64, to: f64) -> f64 {
        (to - from.max(self.warmup)).max(0.0)
    }

    /// How much of a row's time is counted.
    pub fn length(&self, line: &Line) -> f64 {
        self.counted(line.number("from"), line.number("to"))
    }
}
