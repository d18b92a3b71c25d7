//! Vehicles on a one-way loop, from a source that never runs dry to a sink.

use super::theory::mean_value_analysis_with_delay;
use super::{agree, replicate, value};

/// From the bay of the source to that of the sink, and back: metres, with 3 m from each bay to its junction.
const WAY: f64 = 3.0 + 60.0 + 20.0 + 3.0;
/// m/s and m/s², up and down.
const SPEED: f64 = 1.0;
const ACCELERATION: f64 = 1.0;

/// A drive from a stand to a stand.
fn drive() -> f64 {
    WAY / SPEED + SPEED / ACCELERATION
}

/// From a stand to past the first 3 m.
fn departure() -> f64 {
    3.0 / SPEED + SPEED / (2.0 * ACCELERATION)
}

fn scene(vehicles: u32, bays: u32, jobs: u32, load: &str, unload: &str, settings: &str) -> String {
    format!(
        r#"(
            {settings}
            aisles: (
                zone_length: 15,
                junctions: {{"a": (0, 0), "b": (60, 0), "c": (60, 20), "d": (0, 20)}},
                lanes: [
                    (from: "a", to: "b", one_way: true), (from: "b", to: "c", one_way: true),
                    (from: "c", to: "d", one_way: true), (from: "d", to: "a", one_way: true),
                ],
            ),
            transport: (receiving: "source", rule: LongestWaiting),
            twins: [
                (name: "source", station: (bays: {bays}), place: At(x: 0, y: -3)),
                (name: "sink", machine: (capacity: 100), station: (bays: 50), place: At(x: 60, y: 23)),
                (name: "v{{n}}", count: {vehicles}, place: At(x: -4, y: 20), vehicle: (
                    speed: {SPEED:?}, acceleration: {ACCELERATION:?}, load: {load}, unload: {unload},
                )),
            ],
            products: {{"part": (routing: [(name: "take", machines: {{"sink": 0}})])}},
            jobs: [(product: "part", count: {jobs})],
        )"#
    )
}

#[test]
fn one_vehicle_takes_its_cycle_to_the_microsecond() {
    let makespan = |jobs| value(&replicate(&scene(1, 1, jobs, "15", "25", ""), 1)[0], "makespan", "world");
    let cycle = (makespan(101) - makespan(1)) / 100.0;
    let exact = 2.0 * drive() + 15.0 + 25.0;
    println!("one vehicle: a cycle takes {cycle} s, exactly {exact} s");
    assert!((cycle / exact - 1.0).abs() < 1e-6, "{cycle} instead of {exact}");
}

/// A bay is promised to a vehicle before it sets out, so that of a source with one bay the server is the bay, busy from then
/// until the vehicle has left; all else is delay. With exponential loading, which is most of it, that is nearly the closed
/// network of one server and one delay that mean value analysis solves.
#[test]
fn a_fleet_brings_what_mean_value_analysis_says_until_its_bottleneck_is_busy() {
    const SECONDS: f64 = 1_000_000.0;
    let (load, unload) = (600.0, 1200.0);
    let server = drive() + load + departure();
    let delay = drive() - departure() + unload;
    let mut most: f64 = 0.0;
    for vehicles in [1, 2, 4, 10] {
        let settings = format!("run_for: {SECONDS}, warmup: 10000, record: (tables: []),");
        let [load, unload] = [load, unload].map(|mean| format!("Exponential(mean: {mean:?})"));
        let outcomes = replicate(&scene(vehicles, 1, 1600, &load, &unload, &settings), 10);
        let exact = mean_value_analysis_with_delay(&[server], delay, vehicles).0;
        agree(&format!("{vehicles} vehicles"), &outcomes, 0.03, &[("throughput_rate", "world", 3600.0 * exact)]);
        most = most.max(value(&outcomes[0], "throughput_rate", "world"));
    }
    // The tenth vehicle brings nothing more: the bay is busy all the time.
    assert!((most * server / 3600.0 - 1.0).abs() < 0.03, "{most} at most, and {} by the bay", 3600.0 / server);
}
