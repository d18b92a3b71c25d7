//! Conveyors: each leads from one machine to another, and no two lead the same way.

use std::collections::BTreeMap;

use crate::factory::machine::Machine;
use crate::factory::transport::conveyor::Conveyor;
use crate::scene::problem::Problems;

use super::{Once, Scene, complain, did_you_mean};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    let machines = || scene.with::<Machine>().map(|(name, _)| name);
    let known: Vec<&str> = machines().collect();
    let mut once = Once::default();
    let mut ways: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (name, conveyor) in scene.with::<Conveyor>() {
        let way = |end: &str| scene.part(name, "conveyor").to(end).place();
        let before = problems.len();
        for (end, machine) in [("from", conveyor.from.as_str()), ("to", conveyor.to.as_str())] {
            if !known.contains(&machine) {
                let help = did_you_mean(machine, known.iter().copied(), "the scene has no twins with a part `machine`");
                once.complain(way(end), format!("there is no machine `{machine}`"), help, problems);
            }
        }
        if problems.len() > before {
            continue;
        }
        if conveyor.from == conveyor.to {
            let message = format!("`{name}` leads from `{}` to itself", conveyor.to);
            complain(way("to"), message, "let it end at another machine", problems);
        } else if let Some(other) = ways.insert((&conveyor.from, &conveyor.to), name) {
            let message = format!("`{name}` leads the same way as `{other}`");
            complain(way("to"), message, "make one of them longer or faster, and leave the other out", problems);
        }
    }
}
