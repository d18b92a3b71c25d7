//! Names and colours of states and products, the same in every chart.

use std::sync::Arc;

/// What kind of twin a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It works on jobs.
    Machine,
    /// It carries jobs.
    Vehicle,
    /// It serves machines.
    Worker,
}

impl Kind {
    /// The kind of that name; older tables name none and hold machines only.
    pub fn of(name: &str) -> Kind {
        match name {
            "vehicle" => Kind::Vehicle,
            "worker" => Kind::Worker,
            _ => Kind::Machine,
        }
    }

    /// Its plural.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Machine => "machines",
            Kind::Vehicle => "vehicles",
            Kind::Worker => "workers",
        }
    }

    /// Its states, the productive ones first: the name in the table, in words, and the class of its colour.
    pub fn states(self) -> &'static [(&'static str, &'static str, &'static str)] {
        match self {
            Kind::Machine => MACHINE,
            Kind::Vehicle => VEHICLE,
            Kind::Worker => WORKER,
        }
    }

    /// Of which states the time is well spent.
    pub fn is_productive(self, state: &str) -> bool {
        matches!((self, state), (Kind::Machine | Kind::Worker, "working") | (Kind::Vehicle, "carrying"))
    }

    /// In words, what its productive states are.
    pub fn productive(self) -> &'static str {
        match self {
            Kind::Machine | Kind::Worker => "working",
            Kind::Vehicle => "carrying",
        }
    }
}

const MACHINE: &[(&str, &str, &str)] = &[
    ("working", "working", "tone-good"),
    ("setup", "set-up", "tone-prepare"),
    ("waiting", "waiting for people or transport", "tone-wait"),
    ("blocked", "blocked", "tone-hold"),
    ("starved", "starved", "tone-idle"),
    ("waking", "waking from stand-by", "tone-move"),
    ("maintenance", "maintenance", "tone-care"),
    ("down", "down", "tone-stop"),
    ("suspended", "suspended", "tone-aside"),
    ("standby", "in stand-by", "tone-off"),
    ("off", "off", "tone-off"),
];

const VEHICLE: &[(&str, &str, &str)] = &[
    ("carrying", "carrying", "tone-good"),
    ("driving", "driving empty", "tone-move"),
    ("loading", "loading", "tone-prepare"),
    ("waiting", "waiting", "tone-wait"),
    ("charging", "charging", "tone-care"),
    ("idle", "idle", "tone-idle"),
    ("down", "down", "tone-stop"),
    ("flat", "battery flat", "tone-hold"),
    ("suspended", "suspended", "tone-aside"),
];

const WORKER: &[(&str, &str, &str)] = &[
    ("working", "working", "tone-good"),
    ("walking", "walking", "tone-move"),
    ("free", "free", "tone-idle"),
    ("break", "break", "tone-wait"),
    ("suspended", "suspended", "tone-aside"),
    ("off", "off", "tone-off"),
];

/// How many products have a colour of their own; the others share the last, which is grey.
const COLOURS: usize = 8;

/// The products of a run, in the order of their names.
#[derive(Debug, Clone)]
pub struct Products {
    names: Vec<Arc<str>>,
    letters: Vec<String>,
}

impl Products {
    /// Sorts the products.
    pub fn new(names: &[Arc<str>]) -> Products {
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        let letters = letters(&names);
        Products { names, letters }
    }

    /// Their names.
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// A product's place in the list.
    pub fn index(&self, name: &str) -> usize {
        self.names.binary_search_by(|other| (**other).cmp(name)).unwrap_or(0)
    }

    /// The number of a product's colour.
    pub fn colour(&self, index: usize) -> usize {
        if self.names.len() <= COLOURS { index } else { index.min(COLOURS - 1) }
    }

    /// The letters that stand for a product in narrow places.
    pub fn letters(&self, index: usize) -> &str {
        self.letters.get(index).map_or("", String::as_str)
    }

    /// The colours' numbers with what they stand for: a product each, the last for all others where there are many.
    pub fn colours(&self) -> Vec<(usize, String)> {
        let own = if self.names.len() <= COLOURS { self.names.len() } else { COLOURS - 1 };
        let mut entries: Vec<(usize, String)> =
            self.names.iter().take(own).enumerate().map(|(index, name)| (index, name.to_string())).collect();
        if own < self.names.len() {
            entries.push((COLOURS - 1, format!("{} others", self.names.len() - own)));
        }
        entries
    }
}

/// One letter or two that tell names apart: the first, and where others share it the next that they do not.
fn letters(names: &[Arc<str>]) -> Vec<String> {
    let spelt: Vec<Vec<char>> =
        names.iter().map(|name| name.chars().filter(|letter| letter.is_alphanumeric()).collect()).collect();
    let first = |name: &[char]| name.first().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let mut taken: Vec<String> = Vec::new();
    for name in &spelt {
        let one = first(name);
        let shared = spelt.iter().filter(|other| first(other) == one).count() > 1;
        let mut pairs = name.iter().skip(1).map(|second| format!("{one}{second}"));
        let second = name.get(1).map_or_else(|| one.clone(), |second| format!("{one}{second}"));
        taken.push(if shared { pairs.find(|pair| !taken.contains(pair)).unwrap_or(second) } else { one });
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_told_apart_by_letters_and_colours() {
        let names: Vec<Arc<str>> =
            ["shaft", "gear", "spindle", "gear", "(élan)", "tube", "tubes"].iter().map(|&name| name.into()).collect();
        let products = Products::new(&names);
        assert_eq!(products.names().len(), 6);
        let letters: Vec<&str> = (0..6).map(|index| products.letters(index)).collect();
        assert_eq!(letters, ["É", "G", "Sh", "Sp", "Tu", "Tb"]);
        let many: Vec<Arc<str>> = (0..20).map(|index| format!("p{index:02}").into()).collect();
        let products = Products::new(&many);
        assert_eq!((products.colour(3), products.colour(15)), (3, 7));
        assert_eq!(products.colours().last().map(|(_, name)| name.clone()), Some("13 others".to_owned()));
    }
}
