//! How far above the best known makespans each dispatching rule with each machine choice ends, on flexible job shops of
//! the literature. Prints the tables of `docs/fjsp.md`:
//!
//!     cargo run --release --example fjsp_gaps
//!
//! The instances come from `fjsp` in the folder that `AUTOTWIN_DATA` names, else in `../shared/data`.

use std::error::Error;
use std::path::{Path, PathBuf};

use autotwin::engine::parallel::Pool;
use autotwin::factory::fjsp;
use autotwin::run::folder::summary;
use autotwin::run::replications::run_all;
use autotwin::run::single::{Nobody, RunOptions};
use autotwin::scene::load::load_text;
use serde::Deserialize;

const RULES: [&str; 12] = [
    "Fifo",
    "Spt",
    "Lpt",
    "Edd",
    "MinimumSlack",
    "CriticalRatio",
    "Mwkr",
    "Lwkr",
    "Mopnr",
    "Atc(look_ahead: 2)",
    "Covert(look_ahead: 2)",
    "Random",
];

const CHOICES: [&str; 3] = ["EarliestFinish", "ShortestQueue", "Random"];

/// The sets of instances: how their names begin, and what the tables call them.
const SETS: [(&str, &str); 3] = [("mk", "Brandimarte mk01–mk10"), ("e-", "Hurink edata"), ("r-", "Hurink rdata")];

/// Over how many seeds the makespan is averaged where chance decides something.
const SEEDS: u64 = 10;

#[derive(Deserialize)]
struct Instance {
    name: String,
    path: String,
    optimum: Option<f64>,
    bounds: Option<Bounds>,
    #[serde(skip)]
    scene: String,
}

#[derive(Deserialize)]
struct Bounds {
    upper: f64,
    lower: f64,
}

/// The mean makespans of a rule with a choice, for each instance.
struct Results {
    rule: &'static str,
    choice: &'static str,
    makespans: Vec<f64>,
}

impl Instance {
    /// The least makespan that is known.
    fn best(&self) -> f64 {
        self.optimum.or(self.bounds.as_ref().map(|bounds| bounds.upper)).unwrap_or(f64::NAN)
    }

    fn gap(&self, makespan: f64) -> f64 {
        makespan / self.best() - 1.0
    }

    /// What is known of the optimum, as text.
    fn known(&self) -> String {
        match (self.optimum, &self.bounds) {
            (None, Some(bounds)) => format!("{} to {}", bounds.lower, bounds.upper),
            _ => format!("{}", self.best()),
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let instances = read_instances(&data_folder())?;
    let mut all = Vec::new();
    for rule in RULES {
        for choice in CHOICES {
            let makespans =
                instances.iter().map(|instance| makespan(instance, rule, choice)).collect::<Result<_, _>>()?;
            all.push(Results { rule, choice, makespans });
        }
    }
    for (prefix, title) in SETS {
        print_means(&all, &instances, prefix, title);
    }
    let best = all.iter().min_by(|a, b| mean_gap(a, &instances, "mk").total_cmp(&mean_gap(b, &instances, "mk")));
    if let Some(best) = best {
        print_instances(best, &instances);
    }
    Ok(())
}

fn data_folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("AUTOTWIN_DATA").map_or_else(beside, PathBuf::from).join("fjsp")
}

fn read_instances(folder: &Path) -> Result<Vec<Instance>, Box<dyn Error>> {
    let list = folder.join("instances.json");
    let text = std::fs::read_to_string(&list).map_err(|error| format!("cannot read {}: {error}", list.display()))?;
    let mut instances: Vec<Instance> = serde_json::from_str(&text)?;
    for instance in &mut instances {
        let path = folder.join(&instance.path);
        let shop =
            fjsp::parse(&std::fs::read_to_string(&path)?).map_err(|error| format!("{}:{error}", path.display()))?;
        instance.scene = fjsp::to_scene(&shop, &instance.name);
    }
    Ok(instances)
}

/// The makespan of an instance; where chance decides something, the mean over seeds.
fn makespan(instance: &Instance, rule: &str, choice: &str) -> Result<f64, Box<dyn Error>> {
    let sets = [format!("twins.machine-{{n}}.machine.rule={rule}"), format!("factory.machine_choice={choice}")];
    let scene = load_text(Path::new(&instance.path), instance.scene.clone(), &sets)?;
    let seeds = if [rule, choice].contains(&"Random") { SEEDS } else { 1 };
    let (header, outcomes) = run_all(&scene, &RunOptions::default(), seeds, &Pool::default(), None, &Nobody)?;
    Ok(summary(&header, &outcomes).makespan.ok_or("no job was done")?)
}

fn mean_gap(results: &Results, instances: &[Instance], prefix: &str) -> f64 {
    let all = instances.iter().zip(&results.makespans);
    let gaps: Vec<f64> =
        all.filter(|(i, _)| i.name.starts_with(prefix)).map(|(instance, &makespan)| instance.gap(makespan)).collect();
    gaps.iter().sum::<f64>() / gaps.len() as f64
}

fn print_means(all: &[Results], instances: &[Instance], prefix: &str, title: &str) {
    let count = instances.iter().filter(|instance| instance.name.starts_with(prefix)).count();
    println!("## {title}: mean gap over {count} instances\n");
    println!("| rule | {} |", CHOICES.map(|choice| format!("`{choice}`")).join(" | "));
    println!("|---|{}", "--:|".repeat(CHOICES.len()));
    for rule in RULES {
        let of_rule = all.iter().filter(|results| results.rule == rule);
        let cells: Vec<String> = of_rule.map(|results| percent(mean_gap(results, instances, prefix))).collect();
        println!("| `{rule}` | {} |", cells.join(" | "));
    }
    println!();
}

fn print_instances(best: &Results, instances: &[Instance]) {
    println!("## The best on mk01–mk10, `{}` with `{}`, instance by instance\n", best.rule, best.choice);
    println!("| instance | optimum, or its bounds | makespan | gap |");
    println!("|---|--:|--:|--:|");
    for (instance, &makespan) in instances.iter().zip(&best.makespans) {
        println!("| {} | {} | {makespan} | {} |", instance.name, instance.known(), percent(instance.gap(makespan)));
    }
    for (prefix, title) in SETS {
        println!("| **mean, {title}** | | | **{}** |", percent(mean_gap(best, instances, prefix)));
    }
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", 100.0 * ratio)
}
