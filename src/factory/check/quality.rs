//! Inspections and grades: what makes no sense beside them, and where they may send jobs.

use std::collections::BTreeMap;

use crate::engine::distribution::Distribution;
use crate::factory::quality::{Grading, Inspection};
use crate::scene::problem::Problems;

use super::{Routed, Scene, complain};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    for routed in scene.operations() {
        if let Some(inspection) = &routed.operation.inspect {
            check_inspection(inspection, &routed, problems);
        }
        if let Some(grading) = &routed.operation.grade {
            check_grading(grading, &routed, problems);
        }
    }
}

fn check_inspection(inspection: &Inspection, routed: &Routed, problems: &mut Problems) {
    let name = &routed.operation.name;
    if inspection.rejected.contains_key("ship") {
        let message = format!("`{name}` would ship what it rejects");
        let help = "let it go to an operation or to \"scrap\"; where some defects do not matter, lower `detects`";
        complain(routed.way.to("inspect").to("rejected").to("ship").key_place(), message, help, problems);
    }
    if routed.operation.grade.is_some() {
        let message = format!("`{name}` has an inspection and a grade, which both say where a job goes");
        complain(routed.way.to("grade").key_place(), message, "make two operations of it", problems);
    }
    check_repeat("inspect", routed, problems);
}

fn check_grading(grading: &Grading, routed: &Routed, problems: &mut Problems) {
    let name = &routed.operation.name;
    if routed.operation.next.is_some() {
        let message = format!("`{name}` has a `next` besides its grades, which say where a job goes");
        complain(routed.way.to("next").key_place(), message, "leave `next` out", problems);
    }
    if routed.product.measure == Distribution::default() {
        let message = format!("`{name}` grades jobs by their measure, but `{}` has none", routed.name);
        let help = "give the product one, such as measure: Normal(mean: 0.6, sd: 0.15)";
        complain(routed.way.to("grade").key_place(), message, help, problems);
    }
    check_repeat("grade", routed, problems);
    check_grades(grading, routed, problems);
}

/// Only what is found the last time counts.
fn check_repeat(finding: &str, routed: &Routed, problems: &mut Problems) {
    if routed.operation.repeat > 1 {
        let message = format!("`{}` has `{finding}`, and so cannot be repeated", routed.operation.name);
        let help = "leave `repeat` out, or look in an operation of its own";
        complain(routed.way.to("repeat").place(), message, help, problems);
    }
}

fn check_grades(grading: &Grading, routed: &Routed, problems: &mut Problems) {
    let way = routed.way.to("grade").to("grades");
    let mut names = BTreeMap::new();
    let mut limits: Vec<Option<f64>> = Vec::new();
    for (index, grade) in grading.grades.iter().enumerate() {
        if names.insert(grade.name.as_str(), index).is_some() {
            let message = format!("two grades of `{}` are called `{}`", routed.operation.name, grade.name);
            complain(way.to(index).to("name").place(), message, "choose another name", problems);
        }
        if limits.contains(&grade.from) {
            let message = match grade.from {
                Some(from) => format!("two grades of `{}` begin at {from}", routed.operation.name),
                None => format!("two grades of `{}` have no `from`", routed.operation.name),
            };
            complain(way.to(index).to("from").place(), message, "let each begin at another measure", problems);
        }
        limits.push(grade.from);
    }
}
