//! Five levels of autonomy in one plant, with the same orders and seeds. Writes the tables of `docs/levels.md`:
//!
//!     cargo run --release --example levels -- search
//!     cargo run --release --example levels -- study
//!     cargo run --release --example levels -- without
//!
//! `search` tries every static rule, machine choice and interval of maintenance for level 1, on seeds that the study does not
//! use. `study` runs the five levels, at the normal load and at one beyond what the plant can do. `without` runs level 5 without
//! each of its mechanisms.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use autotwin::engine::parallel::Pool;
use autotwin::record::statistics::{Estimate, estimate};
use autotwin::run::replications::run_all;
use autotwin::run::single::{Nobody, Outcome, RunOptions};
use autotwin::scene::load::load;

const LEVELS: usize = 5;
const SEEDS: u64 = 30;
/// The seeds of the search: far from those of the study, which begin with 1.
const SEARCH_SEED: u64 = 1_000_001;
const SEARCH_SEEDS: u64 = 5;

/// How many times as many orders come where the plant is saturated. More than it can do on any level; the search was made with
/// fewer, which the best static controls can nearly do.
const SATURATED: f64 = 1.8;
const SEARCH_SATURATED: f64 = 1.6;
/// The time between lots of a product at the normal load, in seconds, and how many products there are.
const BETWEEN_LOTS: f64 = 4.2 * 3600.0;
const PRODUCTS: usize = 4;

/// Settings by which so many times as many orders come.
fn orders(times: f64) -> impl Iterator<Item = String> {
    let every = BETWEEN_LOTS / times;
    (0..PRODUCTS).map(move |product| format!("arrivals.{product}.every=Exponential(mean: {every})"))
}

/// Rules that need no live data: what they go by stands in a job's papers.
const RULES: [&str; 9] = ["Fifo", "Spt", "Lpt", "Edd", "MinimumSlack", "Mwkr", "Lwkr", "Mopnr", "Random"];
const CHOICES: [&str; 4] = ["Fastest", "InTurn", "BySpeed", "Random"];
const INTERVALS: [&str; 5] = ["40h", "60h", "80h", "100h", "1000h"];

type Figures = BTreeMap<String, (f64, String)>;

fn main() -> Result<(), Box<dyn Error>> {
    let pool = Pool::new(0)?;
    let (section, text) = match std::env::args().nth(1).as_deref() {
        Some("search") => ("search", search(&pool)?),
        Some("study") => ("study", study(&pool)?),
        Some("without") => ("without", without(&pool)?),
        _ => return Err("say `search`, `study` or `without`".into()),
    };
    write_section(section, &text)
}

/// Puts text between the marks of a section of `docs/levels.md`.
fn write_section(section: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/levels.md");
    let page = std::fs::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- {section} -->\n"), format!("<!-- end of {section} -->"));
    let (before, rest) = page.split_once(&begin).ok_or("the page has no such section")?;
    let (_, after) = rest.split_once(&end).ok_or("the section has no end")?;
    std::fs::write(&path, format!("{before}{begin}{text}{end}{after}"))?;
    Ok(())
}

fn scene(level: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenes/levels/level-{level}.ron"))
}

/// The figures of each replication of a level.
fn runs(pool: &Pool, level: usize, sets: &[String], (seed, count): (u64, u64)) -> Result<Vec<Figures>, Box<dyn Error>> {
    let tree = load(&scene(level), sets).map_err(|error| format!("level {level}: {error:?}"))?;
    let options = RunOptions { seed: Some(seed), tables: Some([].into()), ..RunOptions::default() };
    let (_, outcomes) = run_all(&tree, &options, count, pool, None, &Nobody).map_err(|error| error.to_string())?;
    Ok(outcomes.iter().map(figures).collect())
}

/// What the program says of the plant, and what follows from what it says of machines and workers.
fn figures(outcome: &Outcome) -> Figures {
    let of_plant = outcome.indicators.iter().filter(|indicator| indicator.twin.is_none());
    let mut figures: Figures = of_plant
        .filter_map(|indicator| Some((indicator.name.clone(), (indicator.value?, indicator.unit.clone()))))
        .collect();
    let of_twins = |name: &str, whose: &dyn Fn(&str) -> bool| -> Vec<f64> {
        let found = outcome.indicators.iter().filter(|i| i.name == name && i.twin.as_deref().is_some_and(whose));
        found.filter_map(|indicator| indicator.value).collect()
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let tools = |twin: &str| ["lathe", "mill", "grinder"].iter().any(|kind| twin.starts_with(kind));
    let people = |twin: &str| ["setter", "fitter", "inspector"].iter().any(|kind| twin.starts_with(kind));
    let machines = |twin: &str| !people(twin) && !twin.starts_with("tugger");
    let mut put = |name: &str, value: f64, unit: &str| {
        figures.insert(name.to_owned(), (value, unit.to_owned()));
    };
    for name in ["mean_time_between_failures", "mean_time_to_repair"] {
        put(&format!("{name}, mean of machines"), mean(of_twins(name, &tools)) / 3600.0, "h");
    }
    put("maintenances", of_twins("maintenances", &tools).iter().sum(), "");
    for state in
        ["starved", "setup", "working", "blocked", "down", "waiting", "maintenance", "off", "standby", "waking"]
    {
        let name = format!("share_{state}");
        put(&format!("{name}, mean of machines"), mean(of_twins(&name, &machines)), "");
    }
    let tuggers = |twin: &str| twin.starts_with("tugger");
    for name in ["empty_drive_share", "utilisation", "share_charging"] {
        put(&format!("{name}, mean of vehicles"), mean(of_twins(name, &tuggers)), "");
    }
    put("battery_energy_missing", of_twins("battery_energy_missing", &tuggers).iter().sum(), "kWh");
    let absent: Vec<f64> = of_twins("share_off", &people);
    let breaks: Vec<f64> = of_twins("share_break", &people);
    let attendance: f64 = absent.iter().zip(&breaks).map(|(off, at_table)| 1.0 - off - at_table).sum();
    let get = |name: &str| figures.get(name).map_or(f64::NAN, |(value, _)| *value);
    let per_attended = get("throughput_rate") / attendance;
    let cost = (get("energy_cost") + get("demand_charge")) / get("jobs_shipped");
    let worked = get("throughput_rate") / (attendance * get("worker_efficiency"));
    let derived = [
        ("jobs per hour of attendance", per_attended, "1/h"),
        ("jobs per hour of work by people", worked, "1/h"),
        ("energy cost and demand charge per job", cost, "EUR"),
    ];
    figures.extend(derived.map(|(name, value, unit)| (name.to_owned(), (value, unit.to_owned()))));
    figures
}

fn values(runs: &[Figures], name: &str) -> Vec<f64> {
    runs.iter().filter_map(|figures| figures.get(name).map(|(value, _)| *value)).collect()
}

/// Level 1 by every static way, best first: by on-time delivery, then by throughput at saturation.
fn search(pool: &Pool) -> Result<String, Box<dyn Error>> {
    struct Found {
        name: String,
        on_time: Estimate,
        tardiness: Estimate,
        throughput: Estimate,
    }
    let mut found = Vec::new();
    for rule in RULES {
        for choice in CHOICES {
            for every in INTERVALS {
                let mut sets = vec![
                    format!("kinds.queued.machine.rule={rule}"),
                    format!("factory.machine_choice={choice}"),
                    format!("kinds.steered.maintenance.every={every}"),
                ];
                let normal = runs(pool, 1, &sets, (SEARCH_SEED, SEARCH_SEEDS))?;
                sets.extend(orders(SEARCH_SATURATED));
                let saturated = runs(pool, 1, &sets, (SEARCH_SEED, SEARCH_SEEDS))?;
                let mean = |runs: &[Figures], name: &str| estimate(&values(runs, name)).ok_or("no value");
                found.push(Found {
                    name: format!("`{rule}` | `{choice}` | {every}"),
                    on_time: mean(&normal, "on_time_delivery")?,
                    tardiness: mean(&normal, "tardiness")?,
                    throughput: mean(&saturated, "throughput_rate")?,
                });
                eprintln!("{rule} {choice} {every}");
            }
        }
    }
    found.sort_by(|a, b| {
        let by_time = b.on_time.mean.total_cmp(&a.on_time.mean);
        by_time.then(b.throughput.mean.total_cmp(&a.throughput.mean))
    });
    let mut text =
        "| rule | machine choice | maintenance every | on-time delivery | tardiness | throughput at saturation |\n"
            .to_owned();
    text += "|---|---|---|---:|---:|---:|\n";
    let row = |f: &Found| {
        let percent =
            Estimate { mean: 100.0 * f.on_time.mean, half_width: f.on_time.half_width.map(|h| 100.0 * h), ..f.on_time };
        format!("| {} | {} % | {} s | {} /h |\n", f.name, shown(&percent), shown(&f.tardiness), shown(&f.throughput))
    };
    text.extend(found.iter().take(20).map(row));
    text += "| … | | | | | |\n";
    text.extend(found[found.len() - 5..].iter().map(row));
    let mut by_throughput: Vec<&Found> = found.iter().collect();
    by_throughput.sort_by(|a, b| b.throughput.mean.total_cmp(&a.throughput.mean));
    text += "\nThe five with the highest throughput at saturation:\n\n";
    text += "| rule | machine choice | maintenance every | on-time delivery | tardiness | throughput at saturation |\n|---|---|---|---:|---:|---:|\n";
    text.extend(by_throughput.iter().take(5).map(|f| row(f)));
    Ok(text)
}

/// What level 5 is without each of its mechanisms: what takes its place, as settings.
const WITHOUT: [(&str, &[&str]); 8] = [
    ("bids of machines: earliest finish", &["factory.machine_choice=EarliestFinish"]),
    ("auctions of vehicles: the nearest", &["transport.rule=Nearest"]),
    ("apparent tardiness cost: earliest due date", &["kinds.queued.machine.rule=Edd"]),
    ("apparent tardiness cost: shortest processing time", &["kinds.queued.machine.rule=Spt"]),
    ("waiting for cheap hours", &["kinds.heated.thrift.reserve=5000h", "kinds.driven.battery.top_up_below=0"]),
    ("stand-by", &["kinds.steered.standby.after=5000h", "kinds.heated.standby.after=5000h"]),
    (
        "foresight of failures: maintenance every 60 h of work",
        &[
            "kinds.steered.maintenance.every=60h",
            "kinds.steered.mind.rules.0.when=\"1 < 0\"",
            "kinds.steered.mind.rules.1.when=\"1 < 0\"",
        ],
    ),
    (
        "any maintenance: run to failure",
        &["kinds.steered.mind.rules.0.when=\"1 < 0\"", "kinds.steered.mind.rules.1.when=\"1 < 0\""],
    ),
];

/// Over how many seeds those are compared.
const WITHOUT_SEEDS: u64 = 15;

fn without(pool: &Pool) -> Result<String, Box<dyn Error>> {
    const NORMAL: [&str; 5] =
        ["on_time_delivery", "flow_time", "energy_per_unit", "energy cost and demand charge per job", "setup_ratio"];
    let mut text =
        "| level 5 without | on-time delivery, % | flow time, h | energy per job, kWh | energy cost per job, EUR | \
                    set-up ratio, % | throughput at saturation, 1/h |\n|---|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    let mut whole: Option<(Vec<Figures>, Vec<Figures>)> = None;
    for (what, changes) in std::iter::once(("", &[][..])).chain(WITHOUT) {
        let mut sets: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        let normal = runs(pool, 5, &sets, (1, WITHOUT_SEEDS))?;
        sets.extend(orders(SATURATED));
        let saturated = runs(pool, 5, &sets, (1, WITHOUT_SEEDS))?;
        let scale = |name: &str| match name {
            "on_time_delivery" | "setup_ratio" => 100.0,
            "flow_time" => 1.0 / 3600.0,
            _ => 1.0,
        };
        let cell = |of: &[Figures], to: Option<&[Figures]>, name: &str| {
            let found = to.map_or_else(|| estimate(&values(of, name)), |to| difference(of, to, name));
            found.map_or("–".to_owned(), |e| {
                let scale = scale(name);
                let e = Estimate { mean: e.mean * scale, half_width: e.half_width.map(|half| half * scale), ..e };
                if to.is_some() && e.mean >= 0.0 { format!("+{}", shown(&e)) } else { shown(&e) }
            })
        };
        let (to_normal, to_saturated) = (whole.as_ref().map(|w| &w.0[..]), whole.as_ref().map(|w| &w.1[..]));
        let mut cells: Vec<String> = NORMAL.iter().map(|name| cell(&normal, to_normal, name)).collect();
        cells.push(cell(&saturated, to_saturated, "throughput_rate"));
        let title = if what.is_empty() { "nothing: its own figures" } else { what };
        let _ = writeln!(text, "| {title} | {} |", cells.join(" | "));
        eprintln!("without {what}");
        whole.get_or_insert((normal, saturated));
    }
    Ok(text)
}

fn study(pool: &Pool) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    for (title, sets) in [("At the normal load", vec![]), ("At saturation", orders(SATURATED).collect())] {
        let mut levels = Vec::new();
        for level in 1..=LEVELS {
            levels.push(runs(pool, level, &sets, (1, SEEDS))?);
            eprintln!("{title}: level {level}");
        }
        let names: Vec<(String, String)> =
            levels[0][0].iter().map(|(name, (_, unit))| (name.clone(), unit.clone())).collect();
        let _ = write!(text, "### {title}\n\nMeans of {SEEDS} runs, ± half of the 95 % interval.\n\n");
        text += &table(&names, LEVELS, "level", |name, level| estimate(&values(&levels[level], name)));
        let _ = write!(text, "\n#### {title}: differences to level 1\n\nOf runs with the same seed.\n\n");
        text +=
            &table(&names, LEVELS - 1, "to level 1:", |name, above| difference(&levels[above + 1], &levels[0], name));
        let _ = write!(text, "\n#### {title}: differences to the level below\n\n");
        text += &table(&names, LEVELS - 1, "to the level below:", |name, above| {
            difference(&levels[above + 1], &levels[above], name)
        });
        text.push('\n');
    }
    Ok(text)
}

/// The mean difference of runs with the same seed.
fn difference(of: &[Figures], to: &[Figures], name: &str) -> Option<Estimate> {
    let pairs = of.iter().zip(to).filter_map(|(a, b)| Some(a.get(name)?.0 - b.get(name)?.0));
    estimate(&pairs.collect::<Vec<f64>>())
}

/// A row for each figure, a column for each level; of differences, the last levels.
fn table(
    names: &[(String, String)],
    columns: usize,
    what: &str,
    value: impl Fn(&str, usize) -> Option<Estimate>,
) -> String {
    let heads: Vec<String> = (LEVELS - columns + 1..=LEVELS)
        .map(|level| if columns == LEVELS { format!("{what} {level}") } else { format!("level {level}") })
        .collect();
    let mut text = format!("| | | {} |\n|---|---|{}\n", heads.join(" | "), "---:|".repeat(columns));
    for (name, unit) in names {
        let cells: Vec<String> =
            (0..columns).map(|column| value(name, column).map_or("–".to_owned(), |e| shown(&e))).collect();
        // What never happens in this plant (nothing is scrapped or assembled) is left out.
        if cells.iter().any(|cell| !NOTHING.contains(&cell.as_str())) {
            let _ = writeln!(text, "| {} | {unit} | {} |", named(name), cells.join(" | "));
        }
    }
    text
}

/// How a figure looks that there is not, or that is always 0.
const NOTHING: [&str; 2] = ["–", "0 ± 0"];

fn named(name: &str) -> String {
    match name.split_once(", ") {
        Some((indicator, whose)) => format!("`{indicator}`, {whose}"),
        None if name.contains(' ') => name.to_owned(),
        None => format!("`{name}`"),
    }
}

/// A mean with its interval, to as many digits as the interval has a say in.
fn shown(estimate: &Estimate) -> String {
    let half = estimate.half_width.unwrap_or(0.0);
    if half == 0.0 {
        return format!("{} ± 0", estimate.mean);
    }
    let digits = (1.0 - libm::floor(libm::log10(half))).clamp(0.0, 6.0) as usize;
    format!("{:.digits$} ± {half:.digits$}", estimate.mean)
}
