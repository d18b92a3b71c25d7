//! Transport: aisles, the stations beside them, and the vehicles that drive there.

use bevy_ecs::prelude::EntityRef;

use crate::engine::identity::Directory;
use crate::factory::energy::battery::Charger;
use crate::factory::machine::Machine;
use crate::factory::opening::longest_vehicle;
use crate::factory::people::worker::Worker;
use crate::factory::transport::aisles::{AisleProblem, Aisles, FARTHEST, Grid, MOST_ZONES, Origin};
use crate::factory::transport::network::Network;
use crate::factory::transport::rack::Rack;
use crate::factory::transport::vehicle::{Station, TransportSettings, Vehicle};
use crate::scene::problem::Problems;
use crate::scene::syntax::Span;
use crate::world::position::Position;

use super::{Once, Scene, Way, complain, did_you_mean, rounded};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    let before = problems.len();
    check_places(scene, problems);
    if problems.len() == before {
        check_aisles(scene, problems);
    }
    if problems.len() == before {
        check_stations(scene, problems);
    }
    check_vehicles(scene, problems);
    check_ends(scene, problems);
}

/// What is too far away would be on its way for ever.
fn check_places(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    let mut check = |what: &str, place: (f64, f64), way: Way| {
        let is_near = place.0.abs() <= FARTHEST && place.1.abs() <= FARTHEST;
        if !is_near {
            let message = format!("`{what}` lies more than {} km from the origin", FARTHEST / 1000.0);
            once.complain(way.place(), message, "places are in metres; bring it nearer", problems);
        }
    };
    for (name, twin) in scene.twins().filter(|(_, twin)| has_place(*twin)) {
        if let Some(position) = twin.get::<Position>() {
            check(name, (position.x, position.y), scene.part(name, "place"));
        }
    }
    let (aisles, way) = (scene.world.resource::<Aisles>(), scene.section("aisles"));
    for (name, &place) in &aisles.junctions {
        check(name, place, way.to("junctions").to(name));
    }
    for (index, grid) in aisles.grids.iter().enumerate() {
        check(&grid.name, grid.from, way.to("grids").to(index).to("from"));
        check(&grid.name, grid.end(), way.to("grids").to(index).to("step"));
    }
}

/// Whether it matters where a twin stands.
fn has_place(twin: EntityRef) -> bool {
    stops(twin) || twin.contains::<Worker>() || twin.contains::<Vehicle>() || twin.contains::<Charger>()
}

/// Whether vehicles come to a twin for jobs.
fn stops(twin: EntityRef) -> bool {
    twin.contains::<Station>() || twin.contains::<Machine>() || twin.contains::<Rack>()
}

fn check_aisles(scene: Scene, problems: &mut Problems) {
    let aisles = scene.world.resource::<Aisles>();
    let mut once = Once::default();
    for problem in aisles.problems(longest_vehicle(scene.world)) {
        let (span, message, help) = describe(&problem, aisles, scene);
        once.complain(span, message, help, problems);
    }
}

/// Where a problem of the aisles is, what it is, and how to mend it.
fn describe(problem: &AisleProblem, aisles: &Aisles, scene: Scene) -> (Span, String, String) {
    let way = scene.section("aisles");
    let lane = |index: usize| way.to("lanes").to(index);
    let ends = |index: usize| {
        let lane = &aisles.lanes[index];
        (lane.from.as_str(), lane.to.as_str())
    };
    let junctions = || scene.world.resource::<Network>().junction_names();
    match problem {
        AisleProblem::TooManyZones { zones } => {
            let message = format!("the aisles have {zones} zones, and may have {MOST_ZONES}");
            (way.key_place(), message, "raise `zone_length`, or have fewer and shorter lanes".to_owned())
        }
        AisleProblem::UnknownJunction { lane: index, key } => {
            let name = if *key == "from" { ends(*index).0 } else { ends(*index).1 };
            let help = did_you_mean(name, junctions(), "the aisles have no `junctions`");
            (lane(*index).to(key).place(), format!("there is no junction `{name}`"), help)
        }
        AisleProblem::Loop { lane: index } => {
            let message = format!("the lane leads from `{}` to itself", ends(*index).0);
            (lane(*index).to("to").place(), message, "let it lead to another junction, or leave it out".to_owned())
        }
        AisleProblem::DuplicateLane { lane: index, .. } => {
            let (from, to) = ends(*index);
            let message = format!("there is a second lane between `{from}` and `{to}`");
            let help = "for two tracks make two lanes with `one_way`, one there and one back; else leave one out";
            (lane(*index).place(), message, help.to_owned())
        }
        AisleProblem::DuplicateJunction { grid, name } => {
            let message = format!("two junctions are called `{name}`");
            let help = "junctions of a grid are called after it, the column and the row; rename the grid";
            (way.to("grids").to(grid).to("name").place(), message, help.to_owned())
        }
        AisleProblem::NoLength { origin } => {
            let message = "a lane has no length: its ends lie at one place".to_owned();
            (origin_place(*origin, &way), message, "move one of them, or give the lane a `length`".to_owned())
        }
        AisleProblem::NoSpeed { lane: index } => {
            let message = "nothing would move in this lane".to_owned();
            (lane(*index).to("speed").place(), message, "leave `speed` out where there is no limit".to_owned())
        }
        AisleProblem::ShortZones { origin, spacing, zones } => {
            let length = rounded(longest_vehicle(scene.world));
            let message = match zones {
                0 => format!("the lane is {} m long, too short for a vehicle of {length} m", rounded(*spacing)),
                _ => format!("a zone is {} m long, too short for a vehicle of {length} m", rounded(*spacing)),
            };
            let help = match (origin, zones) {
                (Origin::Lane(_), 1..) if has_zones(*origin, aisles) => "lower `zones`, or use shorter vehicles",
                (_, 1..) => "raise `zone_length`, or use shorter vehicles",
                _ => "move the junctions apart, or use shorter vehicles",
            };
            let place = match origin {
                Origin::Lane(index) if has_zones(*origin, aisles) => lane(*index).to("zones").place(),
                _ => origin_place(*origin, &way),
            };
            (place, message, help.to_owned())
        }
        AisleProblem::NoWay { from, to } => {
            let message = format!("there is no way from `{from}` to `{to}`");
            let help = "every junction should be reached from every other: add a lane, or leave a `one_way` out";
            (junction_place(from, aisles, &way), message, help.to_owned())
        }
    }
}

fn has_zones(origin: Origin, aisles: &Aisles) -> bool {
    matches!(origin, Origin::Lane(index) if aisles.lanes[index].zones.is_some())
}

fn origin_place(origin: Origin, way: &Way) -> Span {
    match origin {
        Origin::Lane(index) => way.to("lanes").to(index).place(),
        Origin::Grid(index) => way.to("grids").to(index).to("step").place(),
    }
}

/// Where a junction is named: by itself, or after its grid.
fn junction_place(name: &str, aisles: &Aisles, way: &Way) -> Span {
    let made_by = |grid: &Grid| name.strip_prefix(grid.name.as_str()).is_some_and(|rest| rest.starts_with('-'));
    match aisles.grids.iter().position(made_by) {
        Some(grid) if !aisles.junctions.contains_key(name) => way.to("grids").to(grid).to("name").place(),
        _ => way.to("junctions").to(name).key_place(),
    }
}

fn check_stations(scene: Scene, problems: &mut Problems) {
    let network = scene.world.resource::<Network>();
    let mut once = Once::default();
    for (name, station) in scene.with::<Station>() {
        if let Some(junction) = station.junction.as_deref().filter(|junction| network.junction(junction).is_none()) {
            let help = did_you_mean(junction, network.junction_names(), "the scene has no `aisles` with junctions");
            let place = scene.part(name, "station").to("junction").place();
            once.complain(place, format!("there is no junction `{junction}`"), help, problems);
        }
    }
}

/// Vehicles and chargers are of no use without a way to them.
fn check_vehicles(scene: Scene, problems: &mut Problems) {
    let aisles = scene.world.resource::<Aisles>();
    if !aisles.junctions.is_empty() || !aisles.grids.is_empty() {
        return;
    }
    let vehicles = scene.with::<Vehicle>().map(|(name, _)| (name, "vehicle"));
    let chargers = scene.with::<Charger>().map(|(name, _)| (name, "charger"));
    let mut once = Once::default();
    for (name, role) in vehicles.chain(chargers) {
        let message = format!("no way leads to the {role} `{name}`: the scene has no `aisles`");
        let help =
            "write some, such as aisles: (grids: [(name: \"hall\", from: (0, 0), step: (12, 9), columns: 4, rows: 2)])";
        once.complain(scene.part(name, role).key_place(), message, help, problems);
    }
}

/// Where jobs come in and go out, vehicles have to be able to stop.
fn check_ends(scene: Scene, problems: &mut Problems) {
    let settings = scene.world.resource::<TransportSettings>();
    for (field, name) in [("receiving", &settings.receiving), ("shipping", &settings.shipping)] {
        let Some(name) = name else { continue };
        let place = scene.section("transport").to(field).place();
        let twin = scene.world.resource::<Directory>().find(name);
        let entity = twin.and_then(|twin| scene.world.resource::<Directory>().entity(twin));
        match entity.map(|entity| scene.world.entity(entity)) {
            Some(twin) if stops(twin) => {}
            Some(_) => {
                let message = format!("vehicles do not stop at `{name}`");
                complain(place, message, "give it a part `station`, such as station: (bays: 2)", problems);
            }
            None => {
                let known: Vec<&str> = scene.twins().filter(|(_, twin)| stops(*twin)).map(|(name, _)| name).collect();
                let help = did_you_mean(name, known.into_iter(), "give a twin of that name a part `station`");
                complain(place, format!("there is no twin `{name}`"), help, problems);
            }
        }
    }
}
