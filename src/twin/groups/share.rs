//! How a leader shares tasks out: each to the nearest member that is free, the nearest pairs first.
//!
//! This greedy matching is what a sequence of single-item auctions with bids of distance comes to; each member has one task at a time, so
//! that no far assignment is fixed before it must be.

use std::collections::BTreeMap;

use super::common::{Common, Shared};
use super::notice::Report;
use crate::engine::identity::TwinId;
use crate::twin::contracts::notice::MissionId;
use crate::world::space::{Point, distance};

/// How many missions that are over a group remembers.
const REMEMBERED: usize = 64;

/// The tasks of a mission that was entrusted to the group: where each is.
pub type Entrusted = (MissionId, Vec<Point>);

/// What becomes of the shared tasks: what is new is added, what is done or given back noted, what is free given out; and missions are
/// over that have all tasks done, or one that nobody can do.
pub fn share(
    common: &mut Common,
    entrusted: &[Entrusted],
    reports: &BTreeMap<TwinId, Report>,
    is_late: &dyn Fn(MissionId) -> bool,
) {
    for (mission, places) in entrusted.iter().filter(|(mission, _)| !is_late(*mission)) {
        let is_known = common.is_over(*mission) || common.tasks.iter().any(|task| task.mission == *mission);
        if !is_known {
            let task = |(task, at): (u16, &Point)| Shared {
                mission: *mission,
                task,
                at: *at,
                with: None,
                done: false,
                not_by: Vec::new(),
            };
            common.tasks.extend((0..).zip(places).map(task));
        }
    }
    for (twin, report) in reports {
        for task in &mut common.tasks {
            let name = (task.mission, task.task);
            task.done |= report.done.contains(&name);
            if report.back.contains(&name) && !task.not_by.contains(twin) {
                task.not_by.push(*twin);
                task.with = task.with.filter(|with| with != twin);
            }
        }
    }
    let members: Vec<TwinId> = common.members.iter().map(|who| who.twin).collect();
    for task in common.tasks.iter_mut().filter(|task| !task.done) {
        task.with = task.with.filter(|with| members.contains(with));
    }
    give_out(&mut common.tasks, reports);
    end(common, &members, is_late);
}

fn give_out(tasks: &mut [Shared], reports: &BTreeMap<TwinId, Report>) {
    let is_busy = |twin: &TwinId, tasks: &[Shared]| tasks.iter().any(|task| !task.done && task.with == Some(*twin));
    let mut free: Vec<(TwinId, Point)> = reports
        .iter()
        .filter(|(twin, report)| report.is_free && !is_busy(twin, tasks))
        .filter_map(|(twin, report)| Some((*twin, report.place?)))
        .collect();
    loop {
        let open = || (0..tasks.len()).filter(|n| !tasks[*n].done && tasks[*n].with.is_none());
        let pairs = open().flat_map(|n| free.iter().map(move |(twin, at)| (n, *twin, *at)));
        let able = pairs.filter(|(n, twin, _)| !tasks[*n].not_by.contains(twin));
        let nearest = able
            .map(|(n, twin, at)| (distance(at, tasks[n].at), n, twin))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let Some((_, task, twin)) = nearest else { return };
        tasks[task].with = Some(twin);
        free.retain(|(other, _)| *other != twin);
    }
}

fn end(common: &mut Common, members: &[TwinId], is_late: &dyn Fn(MissionId) -> bool) {
    let mut missions: Vec<MissionId> = common.tasks.iter().map(|task| task.mission).collect();
    missions.dedup();
    for mission in missions {
        let mut tasks = common.tasks.iter().filter(|task| task.mission == mission);
        let is_hopeless = |task: &Shared| !task.done && members.iter().all(|member| task.not_by.contains(member));
        let is_done = tasks.clone().all(|task| task.done);
        if !is_done && !is_late(mission) && !tasks.any(is_hopeless) {
            continue;
        }
        common.tasks.retain(|task| task.mission != mission);
        common.over.push((mission, is_done));
        if common.over.len() > REMEMBERED {
            common.over.remove(0);
        }
    }
}
