//! Products and their routings: names, machines, and where jobs go next.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::identity::Directory;
use crate::factory::dispatch::choices::MachineChoice;
use crate::factory::machine::Machine;
use crate::factory::plan::Next;
use crate::factory::product::FactorySettings;
use crate::scene::problem::Problems;
use crate::twin::who::fits;

use super::{Routed, Scene, Way, complain, did_you_mean, rounded};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    let machines: BTreeSet<&str> = scene.with::<Machine>().map(|(name, _)| name).collect();
    let of_all = scene.world.resource::<FactorySettings>().machine_choice;
    check_bids(of_all, &scene.section("factory").to("machine_choice"), problems);
    for product in scene.products().keys() {
        check_names(product, scene, problems);
    }
    for routed in scene.operations() {
        check_machines(&routed, &machines, scene, problems);
        if let Some(choice) = routed.operation.choice {
            check_bids(choice, &routed.way.to("choice"), problems);
        }
        for steps in routed.steps() {
            check_ends(&steps, &routed, problems);
            steps.check(problems);
        }
    }
}

/// Bids have to differ, or the first machine gets everything.
fn check_bids(choice: MachineChoice, way: &Way, problems: &mut Problems) {
    if let MachineChoice::Bids { hour: 0.0, lateness: 0.0, energy: 0.0 } = choice {
        let message = "all bids would be 0, and the first machine would get every job".to_owned();
        complain(way.place(), message, "make `hour`, `lateness` or `energy` more than 0, or leave some out", problems);
    }
}

/// Probabilities or shares that belong together.
pub(super) struct Shares<'a> {
    /// What they are, such as "the probabilities after `turn`".
    pub what: String,
    /// What one of them is.
    pub one: &'static str,
    pub values: &'a BTreeMap<String, f64>,
    /// Who could have what is missing, as an example.
    pub rest: Option<&'static str>,
    pub way: Way<'a>,
}

impl Shares<'_> {
    /// Each should be from 0 to 1, and all together 1.
    pub fn check(&self, problems: &mut Problems) {
        let is_share = |value: &f64| (0.0..=1.0).contains(value);
        for (name, value) in self.values.iter().filter(|(_, value)| !is_share(value)) {
            let message = format!("{} should be from 0 to 1, but is {value}", self.one);
            complain(self.way.to(name).place(), message, "5 % is written 0.05", problems);
        }
        let sum = self.values.values().fold(0.0, |sum, value| sum + value);
        if (sum - 1.0).abs() > 1e-9 && self.values.values().all(is_share) {
            let message = format!("{} add up to {}, not to 1", self.what, rounded(sum));
            let help = match (sum < 1.0, self.rest) {
                (true, Some(rest)) => format!("say where the rest goes, such as \"{rest}\": {}", rounded(1.0 - sum)),
                (true, None) => "raise some of them".to_owned(),
                (false, _) => "lower some of them".to_owned(),
            };
            complain(self.way.place(), message, help, problems);
        }
    }
}

impl<'a> Routed<'a> {
    /// Where jobs can go next: as `next` says, when they are rejected, and by their grade.
    pub(super) fn steps(&self) -> Vec<Shares<'a>> {
        let shares = |what: String, values: &'a BTreeMap<String, f64>, rest: &'static str, way: Way<'a>| Shares {
            what: format!("the probabilities {what}"),
            one: "a probability",
            values,
            rest: Some(rest),
            way,
        };
        let operation = self.operation;
        let name = &operation.name;
        let next =
            operation.next.as_ref().map(|next| shares(format!("after `{name}`"), next, "ship", self.way.to("next")));
        let rejected = operation.inspect.as_ref().map(|inspect| {
            let way = self.way.to("inspect").to("rejected");
            shares(format!("of what `{name}` rejects"), &inspect.rejected, "scrap", way)
        });
        let grades = operation.grade.iter().flat_map(|grading| grading.grades.iter().enumerate());
        let graded = grades.map(|(index, grade)| {
            let way = self.way.to("grade").to("grades").to(index).to("next");
            shares(format!("of the grade `{}`", grade.name), &grade.next, "ship", way)
        });
        next.into_iter().chain(rejected).chain(graded).collect()
    }
}

fn check_names(product: &str, scene: Scene, problems: &mut Problems) {
    let mut names = BTreeSet::new();
    for (index, operation) in scene.products()[product].routing.iter().enumerate() {
        let name = operation.name.as_str();
        let way = scene.section("products").to(product).to("routing").to(index).to("name");
        if Next::WORDS.contains(&name) {
            let message = format!("an operation cannot be called `{name}`");
            let help = "`ship`, `stock` and `scrap` say where a finished job goes; choose another name";
            complain(way.place(), message, help, problems);
        }
        if !names.insert(name) {
            let message = format!("two operations of `{product}` are called `{name}`");
            complain(way.place(), message, "operations of one routing have different names", problems);
        }
    }
}

fn check_machines(routed: &Routed, machines: &BTreeSet<&str>, scene: Scene, problems: &mut Problems) {
    for pattern in routed.operation.machines.keys() {
        let is_pattern = pattern.contains('*');
        let found = if is_pattern {
            machines.iter().any(|name| fits(pattern, name))
        } else {
            machines.contains(pattern.as_str())
        };
        if !found {
            let message = if is_pattern {
                format!("no machine has a name like `{pattern}`")
            } else {
                format!("there is no machine `{pattern}`")
            };
            let help = if scene.world.resource::<Directory>().find(pattern).is_some() {
                format!("the twin `{pattern}` is none: give it a part `machine`")
            } else {
                did_you_mean(pattern, machines.iter().copied(), "the scene has no twins with a part `machine`")
            };
            complain(routed.way.to("machines").to(pattern).key_place(), message, help, problems);
        }
    }
}

/// The names of steps should be those of operations, or words for an end.
fn check_ends(steps: &Shares, routed: &Routed, problems: &mut Problems) {
    let names = || routed.product.routing.iter().map(|other| other.name.as_str()).chain(Next::WORDS);
    for name in steps.values.keys().filter(|name| !names().any(|other| other == name.as_str())) {
        let message = format!("there is no operation `{name}`");
        complain(steps.way.to(name).key_place(), message, did_you_mean(name, names(), ""), problems);
    }
}
