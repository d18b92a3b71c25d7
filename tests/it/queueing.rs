//! Scenes whose figures queueing theory knows. Each is run with the seeds from 1 on, long enough that the 95 % interval of
//! every figure is narrower than 1 % of the exact value to each side; the mean must come as near as that.

mod fleet;
mod serial_line;
pub mod theory;
mod transfer_line;

use std::path::Path;

use autotwin::engine::parallel::Pool;
use autotwin::run::replications::{run_all, summarise};
use autotwin::run::single::{Nobody, Outcome, RunOptions};
use autotwin::scene::load::load_text;

use theory::{Station, machine_repair, mean_value_analysis, pollaczek_khinchine, traffic};

/// How near a mean must come to the exact value, and how narrow its interval must be.
const PRECISION: f64 = 0.01;

/// Runs a scene once for each seed from 1 on.
fn replicate(scene: &str, replications: u64) -> Vec<Outcome> {
    let tree = load_text(Path::new("queueing.ron"), scene.to_owned(), &[]).unwrap_or_else(|error| panic!("{error:?}"));
    let options = RunOptions { seed: Some(1), ..RunOptions::default() };
    let pool = Pool::new(0).unwrap();
    run_all(&tree, &options, replications, &pool, None, &Nobody).unwrap_or_else(|error| panic!("{error:?}")).1
}

/// Holds indicators against their exact values: (indicator, twin or "world", exact value).
fn agree(case: &str, outcomes: &[Outcome], precision: f64, figures: &[(&str, &str, f64)]) {
    let estimates = summarise(outcomes);
    let mut wrong = Vec::new();
    for &(name, twin, exact) in figures {
        let found = estimates.iter().find(|e| e.name == name && e.twin.as_deref().unwrap_or("world") == twin);
        let estimate = found.and_then(|found| found.estimate).unwrap();
        let (mean, half) = (estimate.mean, estimate.half_width.unwrap());
        let (off, wide) = (100.0 * (mean / exact - 1.0), 100.0 * half / exact);
        let line = format!("{case}, {name} {twin}: exact {exact:.6}, mean {mean:.6} ({off:+.2} % ± {wide:.2} %)");
        println!("{line}");
        if wide > 100.0 * precision || off.abs() > 100.0 * precision {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "not within {} %:\n{}", 100.0 * precision, wrong.join("\n"));
}

/// The value of an indicator in one run.
fn value(outcome: &Outcome, name: &str, twin: &str) -> f64 {
    let found = outcome.indicators.iter().find(|i| i.name == name && i.twin.as_deref().unwrap_or("world") == twin);
    found.and_then(|indicator| indicator.value).unwrap()
}

/// One machine, `parts` being all that is said of it, with Poisson arrivals.
fn single_queue(seconds: f64, arrivals: f64, parts: &str, service: &str) -> String {
    format!(
        r#"(
            run_for: {seconds}, warmup: {},
            twins: [(name: "server", {parts})],
            products: {{"customer": (routing: [(name: "serve", machines: {{"server": {service}}})])}},
            arrivals: [(product: "customer", every: Exponential(mean: {}))],
        )"#,
        seconds / 100.0,
        1.0 / arrivals,
    )
}

/// All figures of a single queue, from the mean wait before the machine and the mean work of a customer.
fn single_figures(
    arrivals: f64,
    wait: f64,
    work: f64,
    stay: f64,
    servers: f64,
) -> [(&'static str, &'static str, f64); 7] {
    [
        ("throughput_rate", "world", 3600.0 * arrivals),
        ("flow_time", "world", wait + stay),
        ("work_in_process", "world", arrivals * (wait + stay)),
        ("jobs_present", "server", arrivals * (wait + stay)),
        ("utilisation", "server", arrivals * work / servers),
        ("queue_length", "server", arrivals * wait),
        ("waiting_time", "server", wait),
    ]
}

#[test]
fn one_server_waits_as_pollaczek_and_khinchine_say() {
    // The mean service is 1 s; the second moment is 1 plus the variance. Exponential service makes it M/M/1, constant M/D/1.
    let cases = [
        ("M/M/1", "Exponential(mean: 1.0)", 2.0, 0.6, 300_000.0),
        ("M/D/1", "1.0", 1.0, 0.6, 150_000.0),
        ("M/G/1 uniform", "Uniform(low: 0.0, high: 2.0)", 4.0 / 3.0, 0.6, 200_000.0),
        ("M/G/1 gamma", "Gamma(shape: 0.5, scale: 2.0)", 3.0, 0.5, 400_000.0),
        ("M/G/1 lognormal", "LogNormal(mean: 1.0, sd: 0.8)", 1.64, 0.6, 300_000.0),
    ];
    for (name, service, second_moment, arrivals, seconds) in cases {
        let outcomes = replicate(&single_queue(seconds, arrivals, "machine: ()", service), 20);
        let wait = pollaczek_khinchine(arrivals, 1.0, second_moment);
        agree(name, &outcomes, PRECISION, &single_figures(arrivals, wait, 1.0, 1.0, 1.0));
    }
}

#[test]
fn three_servers_wait_as_erlang_says() {
    let station = Station { arrivals: 2.1, service: 1.0, servers: 3 };
    let scene = single_queue(160_000.0, station.arrivals, "machine: (capacity: 3)", "Exponential(mean: 1.0)");
    let wait = station.waiting() / station.arrivals;
    agree("M/M/3", &replicate(&scene, 20), PRECISION, &single_figures(station.arrivals, wait, 1.0, 1.0, 3.0));
}

/// A. Cobham, "Priority assignment in waiting line problems" (1954): customers of class k wait R / ((1 - s(k-1)) (1 - s(k))),
/// R being the mean remaining service and s(k) the load of the classes up to k.
#[test]
fn urgent_customers_overtake_as_cobham_says() {
    let (rates, means) = ([0.6, 0.15], [0.5, 2.0]);
    let remaining: f64 = (0..2).map(|k| rates[k] * means[k] * means[k]).sum();
    let loads = [0.0, rates[0] * means[0], rates[0] * means[0] + rates[1] * means[1]];
    let waits = [0, 1].map(|k| remaining / ((1.0 - loads[k]) * (1.0 - loads[k + 1])));
    let total = rates[0] + rates[1];
    let wait = (rates[0] * waits[0] + rates[1] * waits[1]) / total;
    let work = loads[2] / total;
    let outcomes = replicate(&two_classes(rates, means, "Fifo", 1), 20);
    agree("priorities", &outcomes, PRECISION, &single_figures(total, wait, work, work, 1.0));
    // By shortest mean service, the classes have the same order without priorities.
    let shortest_first = replicate(&two_classes(rates, means, "Spt", 0), 1);
    assert_eq!(shortest_first[0].indicators, outcomes[0].indicators);
}

/// One server and two classes of customers, the first of the given priority.
fn two_classes(rates: [f64; 2], means: [f64; 2], rule: &str, priority: i32) -> String {
    format!(
        r#"(
            run_for: 200000, warmup: 1000,
            twins: [(name: "server", machine: (rule: {rule}))],
            products: {{
                "short": (routing: [(name: "serve", machines: {{"server": Exponential(mean: {})}})]),
                "long": (routing: [(name: "serve", machines: {{"server": Exponential(mean: {})}})]),
            }},
            arrivals: [
                (product: "short", every: Exponential(mean: {}), priority: {priority}),
                (product: "long", every: Exponential(mean: {})),
            ],
        )"#,
        means[0],
        means[1],
        1.0 / rates[0],
        1.0 / rates[1],
    )
}

/// An open network in which customers go back to where they were, also to the station that they leave.
struct OpenNetwork;

impl OpenNetwork {
    const NAMES: [&str; 4] = ["a", "b", "c", "d"];
    const SERVERS: [u32; 4] = [1, 2, 1, 1];
    const SERVICE: [f64; 4] = [1.0, 2.0, 1.6, 0.9];
    /// Customers come from outside to a and to b.
    const EXTERNAL: [f64; 4] = [0.3, 0.1, 0.0, 0.0];
    /// From each station to each; the rest leaves.
    const ROUTING: [[f64; 4]; 4] =
        [[0.0, 0.6, 0.4, 0.0], [0.2, 0.0, 0.0, 0.5], [0.0, 0.0, 0.1, 0.7], [0.25, 0.0, 0.0, 0.0]];

    /// The scene, with settings and what limits an arrival process.
    fn scene(settings: &str, limit: &str) -> String {
        let twins: String = (0..4)
            .map(|s| format!(r#"(name: "{}", machine: (capacity: {})),"#, Self::NAMES[s], Self::SERVERS[s]))
            .collect();
        let product = |entry: usize| {
            // A routing begins with its first operation; all others are reached by `next`.
            let operations: String = (0..4).map(|turn| Self::operation((entry + turn) % 4)).collect();
            format!(r#""from {}": (routing: [{operations}]),"#, Self::NAMES[entry])
        };
        let arrival = |entry: usize| {
            let every = 1.0 / Self::EXTERNAL[entry];
            format!(r#"(product: "from {}", every: Exponential(mean: {every}), {limit}),"#, Self::NAMES[entry])
        };
        format!(
            "({settings} twins: [{twins}], products: {{{}{}}}, arrivals: [{}{}])",
            product(0),
            product(1),
            arrival(0),
            arrival(1)
        )
    }

    fn operation(station: usize) -> String {
        let name = Self::NAMES[station];
        let row = Self::ROUTING[station];
        let steps: String = (0..4).map(|to| format!(r#""{}": {}, "#, Self::NAMES[to], row[to])).collect();
        let leaves = 1.0 - row.iter().sum::<f64>();
        let service = Self::SERVICE[station];
        format!(
            r#"(name: "{name}", machines: {{"{name}": Exponential(mean: {service})}}, next: {{{steps} "ship": {leaves}}}),"#
        )
    }
}

/// Jackson's theorem: each station is as an M/M/c of its own. Kleinrock, vol. 1, section 4.8.
#[test]
fn an_open_network_is_as_jackson_says() {
    let rates = traffic(&OpenNetwork::EXTERNAL, &OpenNetwork::ROUTING.map(|row| row.to_vec()));
    let station =
        |s: usize| Station { arrivals: rates[s], service: OpenNetwork::SERVICE[s], servers: OpenNetwork::SERVERS[s] };
    let external: f64 = OpenNetwork::EXTERNAL.iter().sum();
    let present: f64 = (0..4).map(|s| station(s).present()).sum();
    let mut figures = vec![
        ("throughput_rate", "world", 3600.0 * external),
        ("flow_time", "world", present / external),
        ("work_in_process", "world", present),
    ];
    for (s, name) in OpenNetwork::NAMES.into_iter().enumerate() {
        figures.push(("utilisation", name, station(s).utilisation()));
        figures.push(("jobs_present", name, station(s).present()));
    }
    let outcomes = replicate(&OpenNetwork::scene("run_for: 150000, warmup: 1000,", ""), 20);
    agree("open network", &outcomes, PRECISION, &figures);
}

/// J. D. C. Little, "A proof for the queuing formula L = lambda W" (1961). Over a time in which a system begins and ends
/// empty the two sides are the same number, counted in two ways: by the clock, and by the customer.
#[test]
fn littles_law_holds_exactly_in_every_run() {
    let outcomes = replicate(&OpenNetwork::scene("", "limit: 2000"), 10);
    let same =
        |clock: f64, customers: f64| assert!((clock / customers - 1.0).abs() < 1e-9, "{clock} against {customers}");
    for outcome in &outcomes {
        let seconds = outcome.clock.now.seconds();
        let figure = |name: &str| value(outcome, name, "world");
        assert_eq!((figure("jobs_shipped"), figure("jobs_unfinished")), (4000.0, 0.0));
        same(figure("work_in_process") * seconds, figure("flow_time") * figure("jobs_shipped"));
        for name in OpenNetwork::NAMES {
            let figure = |indicator: &str| value(outcome, indicator, name);
            same(figure("queue_length") * seconds, figure("waiting_time") * figure("operations"));
        }
        let present: f64 = OpenNetwork::NAMES.iter().map(|name| value(outcome, "jobs_present", name)).sum();
        same(figure("work_in_process"), present);
    }
}

/// Customers who go round between single servers, each visit at one chosen at random.
fn closed_network(seconds: f64, customers: u32, means: &[f64]) -> String {
    let twins: String = (0..means.len()).map(|n| format!(r#"(name: "server-{n}", machine: ()),"#)).collect();
    let times: String =
        means.iter().enumerate().map(|(n, mean)| format!(r#""server-{n}": Exponential(mean: {mean}),"#)).collect();
    format!(
        r#"(
            run_for: {seconds}, warmup: {},
            factory: (machine_choice: Random),
            twins: [{twins}],
            products: {{"customer": (routing: [(name: "visit", machines: {{{times}}}, repeat: 1000000000)])}},
            jobs: [(product: "customer", count: {customers})],
        )"#,
        seconds / 100.0
    )
}

/// W. J. Gordon and G. F. Newell, "Closed queuing systems with exponential servers" (1967): of M equal servers with N
/// customers each is busy N / (N + M - 1) of the time. For unequal ones, mean value analysis.
#[test]
fn closed_networks_are_as_gordon_and_newell_say() {
    const SECONDS: f64 = 70_000.0;
    let names = ["server-0", "server-1", "server-2", "server-3", "server-4"];
    for (case, customers, means) in
        [("5 equal servers", 8, [1.0; 5]), ("5 unequal servers", 8, [0.6, 0.8, 1.0, 1.2, 1.4])]
    {
        let demands = means.map(|mean| mean / 5.0);
        let (throughput, present) = mean_value_analysis(&demands, customers);
        if means == [1.0; 5] {
            let busy = f64::from(customers) / f64::from(customers + 5 - 1);
            assert!((throughput / 5.0 - busy).abs() < 1e-12);
        }
        let mut figures = Vec::new();
        for (s, name) in names.into_iter().enumerate() {
            figures.push(("utilisation", name, throughput * demands[s]));
            figures.push(("operations", name, 0.99 * SECONDS * throughput / 5.0));
            figures.push(("jobs_present", name, present[s]));
        }
        let outcomes = replicate(&closed_network(SECONDS, customers, &means), 20);
        agree(case, &outcomes, PRECISION, &figures);
    }
}

/// The machine repair problem, as a closed network of those that run, all at a time, and those that wait for a crew of two.
#[test]
fn a_crew_repairs_machines_as_the_birth_death_process_says() {
    let (machines, crew, failure, repair) = (6, 2, 0.4, 1.0);
    let down = machine_repair(machines, crew, failure, repair);
    let failures = failure * (f64::from(machines) - down);
    // The check of scenes wants a way out; nobody takes it in the time of a run.
    let scene = format!(
        r#"(
            run_for: 50000, warmup: 1000,
            twins: [(name: "running", machine: (capacity: {machines})), (name: "crew", machine: (capacity: {crew}))],
            products: {{"machine": (routing: [
                (name: "run", machines: {{"running": Exponential(mean: {})}}),
                (name: "repair", machines: {{"crew": Exponential(mean: {})}}, next: {{"run": 1.0, "ship": 1e-12}}),
            ])}},
            jobs: [(product: "machine", count: {machines})],
        )"#,
        1.0 / failure,
        1.0 / repair,
    );
    let figures = [
        ("jobs_present", "running", f64::from(machines) - down),
        ("jobs_present", "crew", down),
        ("utilisation", "crew", failures / repair / f64::from(crew)),
        ("waiting_time", "crew", down / failures - 1.0 / repair),
        ("operations", "crew", 49_000.0 * failures),
    ];
    agree("machine repair", &replicate(&scene, 20), PRECISION, &figures);
}

/// R. E. Barlow and F. Proschan, "Mathematical Theory of Reliability" (1965): in the long run a machine is up MTBF / (MTBF +
/// MTTR) of the time, whatever the distributions, and fails once in MTBF + MTTR.
#[test]
fn a_machine_that_fails_by_the_calendar_is_available_as_renewal_theory_says() {
    const SECONDS: f64 = 200_000.0;
    let (between, repair) = (8.0, 2.0);
    let scene = format!(
        r#"(
            run_for: {SECONDS}, warmup: 1000,
            twins: [(name: "server", machine: (), breakdown: (
                after: Gamma(shape: 2.0, scale: {}), clock: Calendar, repair: LogNormal(mean: {repair}, sd: 1.5),
            ))],
        )"#,
        between / 2.0
    );
    let cycle = between + repair;
    let figures = [
        ("share_starved", "server", between / cycle),
        ("share_down", "server", repair / cycle),
        ("failures", "server", (SECONDS - 1000.0) / cycle),
    ];
    agree("availability", &replicate(&scene, 10), PRECISION, &figures);
}

/// The same in the words of ISO 22400-2, for a machine that always has work: what is planned is either worked or lost to
/// failures. So many failures that the one more by which the standard divides is nothing.
#[test]
fn a_busy_machine_has_the_availability_of_its_times_between_failures_and_to_repair() {
    const SECONDS: f64 = 200_000.0;
    let (between, repair) = (8.0, 2.0);
    let scene = format!(
        r#"(
            run_for: {SECONDS}, warmup: 1000,
            twins: [(name: "server", machine: (input_buffer: 1), breakdown: (
                after: Gamma(shape: 2.0, scale: {}), clock: Calendar, repair: LogNormal(mean: {repair}, sd: 1.5),
            ))],
            products: {{"part": (routing: [(name: "turn", machines: {{"server": Exponential(mean: 3)}})])}},
            arrivals: [(product: "part")],
        )"#,
        between / 2.0
    );
    let cycle = between + repair;
    let figures = [
        ("availability", "server", between / cycle),
        ("effectiveness", "server", 1.0),
        ("oee_index", "server", between / cycle),
        ("technical_efficiency", "server", between / cycle),
        ("allocation_efficiency", "server", 1.0),
        ("mean_time_between_failures", "server", between),
        ("mean_time_to_repair", "server", repair),
        ("mttr_observed", "server", repair),
        ("failures", "server", (SECONDS - 1000.0) / cycle),
    ];
    agree("availability, ISO 22400-2", &replicate(&scene, 10), PRECISION, &figures);
}

/// B. Avi-Itzhak and P. Naor, "Some queuing problems with the service station subject to breakdown", Operations Research
/// 11(3), 1963. A server that fails only while it works, and then goes on where it stopped, takes a time C for a service S
/// with E[C] = E[S] (1 + r f) and E[C^2] = E[S^2] (1 + r f)^2 + E[S] f E[R^2]; f is the failure rate, R the repair, r its
/// mean. The queue is M/G/1 with service C.
#[test]
fn a_server_that_fails_while_it_works_takes_the_completion_time_of_avi_itzhak_and_naor() {
    let (arrivals, failure, repair) = (0.4, 0.1, 1.0);
    let stretch = 1.0 + repair * failure;
    // Service is uniform from 0 to 2, repair exponential.
    let second_moment = 4.0 / 3.0 * stretch * stretch + failure * 2.0 * repair * repair;
    let parts = format!(
        "machine: (), breakdown: (after: Exponential(mean: {}), clock: Working, repair: Exponential(mean: {repair}))",
        1.0 / failure
    );
    let outcomes = replicate(&single_queue(300_000.0, arrivals, &parts, "Uniform(low: 0.0, high: 2.0)"), 20);
    let wait = pollaczek_khinchine(arrivals, stretch, second_moment);
    agree("failures at work", &outcomes, PRECISION, &single_figures(arrivals, wait, 1.0, stretch, 1.0));
    agree("failures at work", &outcomes, PRECISION, &[("share_down", "server", arrivals * repair * failure)]);
}

/// H. White and L. S. Christie, "Queuing with preemptive priorities or with breakdown", Operations Research 6(1), 1958: M/M/1
/// whose server fails at rate f, busy or idle, and is repaired at rate r.
#[test]
fn a_server_that_fails_at_any_time_keeps_the_queue_of_white_and_christie() {
    let (arrivals, rate, failure, repair) = (0.4, 1.0, 0.1, 0.5);
    let both = failure + repair;
    let present =
        arrivals * (both * both + rate * failure) / (both * (repair * (rate - arrivals) - arrivals * failure));
    let parts = format!(
        "machine: (), breakdown: (after: Exponential(mean: {}), clock: Calendar, repair: Exponential(mean: {}))",
        1.0 / failure,
        1.0 / repair
    );
    let outcomes = replicate(&single_queue(240_000.0, arrivals, &parts, "Exponential(mean: 1.0)"), 20);
    let figures = [
        ("work_in_process", "world", present),
        ("flow_time", "world", present / arrivals),
        ("utilisation", "server", arrivals / rate),
        ("share_down", "server", failure / both),
    ];
    agree("failures at any time", &outcomes, PRECISION, &figures);
}
