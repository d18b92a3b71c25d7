//! People: whether those who are needed are there, all of them at one time.

use std::collections::BTreeSet;

use bevy_ecs::prelude::EntityRef;

use crate::engine::identity::TwinId;
use crate::factory::control::breakdown::Breakdown;
use crate::factory::control::maintenance::Maintenance;
use crate::factory::control::setup::Setup;
use crate::factory::people::worker::{Staff, Worker};
use crate::factory::plan::Plan;
use crate::scene::problem::Problems;

use super::{Once, Scene, Way, did_you_mean};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    check_skills(scene, problems);
    // What is wrong with shifts is said already: nobody comes in a shift that is not known.
    let skilled = Skilled::of(scene.plan(), problems.is_empty());
    let mut once = Once::default();
    for routed in scene.operations() {
        if let Some(staff) = &routed.operation.worker {
            skilled.check(staff, &routed.way.to("worker"), &mut once, problems);
        }
    }
    for (name, twin) in scene.twins() {
        for (part, staff) in staff_of(twin) {
            skilled.check(staff, &scene.part(name, part).to("worker"), &mut once, problems);
        }
    }
}

fn staff_of<'a>(twin: EntityRef<'a>) -> impl Iterator<Item = (&'static str, &'a Staff)> {
    let setup = twin.get::<Setup>().and_then(|part| part.worker.as_ref());
    let breakdown = twin.get::<Breakdown>().and_then(|part| part.worker.as_ref());
    let maintenance = twin.get::<Maintenance>().and_then(|part| part.worker.as_ref());
    let staff = [("setup", setup), ("breakdown", breakdown), ("maintenance", maintenance)];
    staff.into_iter().filter_map(|(part, staff)| Some((part, staff?)))
}

/// A skill that is listed twice would make two people of one.
fn check_skills(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    for (name, worker) in scene.with::<Worker>() {
        let mut skills = BTreeSet::new();
        for (index, skill) in worker.skills.iter().enumerate() {
            if !skills.insert(skill) {
                let place = scene.part(name, "worker").to("skills").to(index).place();
                let message = format!("`{name}` has the skill `{skill}` twice");
                once.complain(place, message, "name each skill once", problems);
            }
        }
    }
}

/// How many people have each skill: in all, and at most at one time.
struct Skilled<'a> {
    skills: Vec<(&'a str, usize, usize)>,
}

impl<'a> Skilled<'a> {
    /// Without their shifts, all are always there.
    fn of(plan: &'a Plan, by_shifts: bool) -> Skilled<'a> {
        let count = |(skill, workers): (&'a std::sync::Arc<str>, &Vec<TwinId>)| {
            let together = if by_shifts { most_on_duty(workers, plan) } else { workers.len() };
            (&**skill, workers.len(), together)
        };
        Skilled { skills: plan.skills.iter().zip(&plan.skilled).map(count).collect() }
    }

    fn check(&self, staff: &Staff, way: &Way, once: &mut Once, problems: &mut Problems) {
        let Staff { skill, count } = staff;
        let wanted = *count as usize;
        match self.skills.iter().find(|(known, ..)| known == skill) {
            None => {
                let known = self.skills.iter().map(|(known, ..)| *known);
                let help = did_you_mean(skill, known, "give twins a part `worker` with `skills`");
                once.complain(way.to("skill").place(), format!("nobody has the skill `{skill}`"), help, problems);
            }
            Some(&(_, all, _)) if all < wanted => {
                let message = format!("{count} people with the skill `{skill}` are needed, but the scene has {all}");
                once.complain(way.to("count").place(), message, "lower `count`, or have more such workers", problems);
            }
            Some(&(.., together)) if together < wanted => {
                let message = format!(
                    "{count} people with the skill `{skill}` are needed, but at most {together} can be there at one time"
                );
                once.complain(way.to("count").place(), message, "let their shifts overlap, or lower `count`", problems);
            }
            _ => {}
        }
    }
}

/// How many of these people are on duty at one time, when they are most.
fn most_on_duty(workers: &[TwinId], plan: &Plan) -> usize {
    let calendars: Vec<_> = workers.iter().filter_map(|worker| plan.calendars.get(worker)).collect();
    let always = workers.len() - calendars.len();
    let times = calendars.iter().flat_map(|calendar| calendar.times_on());
    // Who leaves at a moment leaves before another comes.
    let mut changes: Vec<_> = times.flat_map(|&(from, to)| [(from, 1), (to, -1)]).collect();
    changes.sort_unstable();
    let mut on_duty = 0;
    let most = changes.iter().map(|(_, change)| {
        on_duty += change;
        on_duty
    });
    always + most.max().unwrap_or(0).max(0) as usize
}
