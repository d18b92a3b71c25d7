//! Shifts: each by itself, and those who work in them.

use crate::factory::calendar::Calendar;
use crate::factory::calendar::shift::Shifts;
use crate::factory::machine::Machine;
use crate::factory::people::worker::Worker;
use crate::scene::problem::Problems;

use super::{Once, Scene, complain, did_you_mean};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    check_each(scene, problems);
    let mut once = Once::default();
    for (name, worker) in scene.with::<Worker>() {
        check_names(name, "worker", &worker.shifts, scene, &mut once, problems);
    }
    for (name, machine) in scene.with::<Machine>() {
        check_names(name, "machine", &machine.shifts, scene, &mut once, problems);
    }
}

fn check_each(scene: Scene, problems: &mut Problems) {
    for (name, shift) in &scene.world.resource::<Shifts>().0 {
        let way = scene.section("shifts").to(name);
        let found = shift.problems();
        for problem in &found {
            let place = problem.path().iter().fold(way.clone(), |way, step| way.to(step)).place();
            complain(place, problem.to_string(), problem.help(), problems);
        }
        if found.is_empty() && Calendar::of([shift]).planned_per_week().is_zero() {
            let message = format!("nobody ever works in the shift `{name}`: it is all break");
            complain(way.to("breaks").place(), message, "shorten its breaks", problems);
        }
    }
}

fn check_names(twin: &str, part: &str, names: &[String], scene: Scene, once: &mut Once, problems: &mut Problems) {
    let shifts = &scene.world.resource::<Shifts>().0;
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !shifts.contains_key(*name)) {
        let help = did_you_mean(name, shifts.keys().map(String::as_str), "the scene has no `shifts`");
        let place = scene.part(twin, part).to("shifts").to(index).place();
        once.complain(place, format!("unknown shift `{name}`"), help, problems);
    }
}
