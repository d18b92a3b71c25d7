//! Networks and demand in the format of SUMO, the traffic simulator of the German Aerospace Center
//! (<https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html>,
//! <https://sumo.dlr.de/docs/Definition_of_Vehicles%2C_Vehicle_Types%2C_and_Routes.html>).

mod demand;
mod network;

use std::path::Path;

pub use self::network::{Network, read_network};

use super::Mistake;
use super::xml::{Element, Source, Tag};
use crate::city::demand::Demand;
use crate::city::packed::Packed;

/// What a configuration (`.sumocfg`) says.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The network, whose signals run the programmes that came with the demand.
    pub network: Network,
    /// Who drives where.
    pub demand: Demand,
    /// When it begins by its own clock: seconds. All else counts from then on.
    pub begin: f64,
    /// When it ends at the latest: seconds.
    pub end: Option<f64>,
    /// How long a step is: seconds.
    pub step: f64,
}

impl Scenario {
    /// A scene that is the same, called by a name.
    pub fn to_scene(&self, name: &str) -> String {
        let packed = |packed: Packed| packed.text().to_owned();
        let ends = self.end.map_or(String::new(), |end| format!("    run_for: \"{}s\",\n", end - self.begin));
        format!(
            "// Streets and traffic, imported from a configuration of SUMO.\n(\n    name: {name:?},\n{ends}    city: (\n        \
             step: \"{}ms\",\n        streets: \"{}\",\n        demand: \"{}\",\n    ),\n)\n",
            (1000.0 * self.step).round(),
            packed(Packed::new(&self.network.streets)),
            packed(Packed::new(&self.demand)),
        )
    }

    /// Begins to count time where it begins: who wants to depart before is left out, as by SUMO.
    fn counted_from_its_begin(mut self) -> Scenario {
        self.demand.trips.retain(|trip| trip.departs >= self.begin);
        for trip in &mut self.demand.trips {
            trip.departs -= self.begin;
            for halt in &mut trip.halts {
                halt.until = halt.until.map(|until| until - self.begin);
            }
        }
        for signals in &mut self.network.streets.signals {
            signals.offset -= self.begin;
        }
        self
    }
}

/// The files and times of a configuration.
struct Configuration<'a> {
    network: Option<Element<'a>>,
    additional: Vec<Element<'a>>,
    routes: Vec<Element<'a>>,
    begin: f64,
    end: Option<f64>,
    step: f64,
}

/// Reads a configuration and the files that it names.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(path: &Path) -> Result<Scenario, Mistake> {
    let source = Source::read(path)?;
    let Configuration { network, additional, routes, begin, end, step } = configuration(&source)?;
    let network = network.ok_or_else(|| source.mistake(0, "it names no `net-file`".to_owned()))?;
    let beside = |name: &str| path.parent().unwrap_or(Path::new("")).join(name.trim());
    let mut network = read_network(&beside(network.text("value")?))?;
    let mut reader = demand::Reader::new(&mut network);
    // Routes need kinds and stops, so these come first, in whatever order they are named.
    for files in additional.iter().chain(&routes) {
        for name in files.text("value")?.split(',').filter(|name| !name.trim().is_empty()) {
            reader.read(&beside(name))?;
        }
    }
    let demand = reader.finish();
    Ok(Scenario { network, demand, begin, end, step }.counted_from_its_begin())
}

fn configuration(source: &Source) -> Result<Configuration<'_>, Mistake> {
    let mut found =
        Configuration { network: None, additional: Vec::new(), routes: Vec::new(), begin: 0.0, end: None, step: 1.0 };
    source.visit(|tag| {
        let Tag::Begin(element) = tag else { return Ok(()) };
        match element.name() {
            "net-file" => found.network = Some(element.clone()),
            "additional-files" => found.additional.push(element.clone()),
            "route-files" => found.routes.push(element.clone()),
            "begin" => found.begin = element.number("value", 0.0)?,
            "end" => found.end = Some(element.number("value", f64::MIN)?).filter(|end| *end >= 0.0),
            "step-length" => found.step = element.number("value", 0.001)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(found)
}
