//! Figures of the safety watch, all since the end of the warm-up.

use bevy_ecs::prelude::World;

use super::alarms::Alarms;
use super::encounters::Encounters;
use super::falls::Fallen;
use super::incidents::{Incidents, Rule};
use super::readings::Guarded;
use super::watch::is_wanted;
use crate::engine::clock::Clock;
use crate::engine::identity::Directory;
use crate::record::indicators::Indicator;

/// Works them out.
pub(super) fn compute(world: &World) -> Vec<Indicator> {
    if !is_wanted(world) {
        return Vec::new();
    }
    let mut all = of_incidents(world);
    all.extend(of_alarms(world));
    all.extend(of_falls(world));
    for (_, entity, name) in world.resource::<Directory>().twins() {
        if let Some(guarded) = world.get::<Guarded>(entity) {
            all.push(Indicator { twin: Some(name.clone()), ..count("warnings", guarded.warned) });
        }
    }
    all
}

fn figure(name: impl Into<String>, value: Option<f64>, unit: &str) -> Indicator {
    Indicator { name: name.into(), twin: None, value, unit: unit.to_owned() }
}

fn count(name: impl Into<String>, value: u64) -> Indicator {
    figure(name, Some(value as f64), "")
}

fn of_incidents(world: &World) -> Vec<Indicator> {
    let incidents = world.resource::<Incidents>();
    let sum = |counts: &[u64]| counts.iter().sum::<u64>();
    let hours = (world.resource::<Clock>().now - incidents.since).seconds() / 3600.0;
    let per_hour = |count: u64| (hours > 0.0).then(|| count as f64 / hours);
    let mut all = vec![
        count("incidents_opened", sum(&incidents.opened)),
        count("incidents_closed", sum(&incidents.closed)),
        count("incidents_open", incidents.open.len() as u64),
    ];
    all.extend(Rule::ALL.map(|rule| count(format!("warnings_{}", rule.name()), incidents.warned[rule as usize])));
    let near = incidents.warned[Rule::Apart as usize]
        + incidents.warned[Rule::Gathering as usize]
        + incidents.warned[Rule::Separation as usize];
    all.push(figure("warning_rate", per_hour(near), "1/h"));
    all.push(figure("time_too_near", Some(world.resource::<Encounters>().near as f64 / 3.6e12), "h"));
    all
}

fn of_alarms(world: &World) -> Vec<Indicator> {
    let alarms = world.resource::<Alarms>();
    if alarms.raised == 0 {
        return Vec::new();
    }
    let answered: u64 = alarms.answered.iter().sum();
    let mean = (answered > 0).then(|| alarms.waited as f64 * 1e-9 / answered as f64);
    vec![
        count("alarms", alarms.raised),
        count("alarms_mistaken", alarms.mistaken),
        count("alarms_answered", answered),
        count("alarms_over", alarms.over),
        count("alarms_open", alarms.open.len() as u64),
        figure("alarm_waiting_time", mean, "s"),
    ]
}

fn of_falls(world: &World) -> Vec<Indicator> {
    let directory = world.resource::<Directory>();
    let all: Vec<&Fallen> = directory.twins().filter_map(|(_, entity, _)| world.get::<Fallen>(entity)).collect();
    let fell: u64 = all.iter().map(|fallen| fallen.fell).sum();
    if fell == 0 {
        return Vec::new();
    }
    let over = fell - all.iter().filter(|fallen| fallen.is_down()).count() as u64;
    let lay: i64 = all.iter().map(|fallen| fallen.lay).sum();
    vec![
        count("falls", fell),
        count("falls_noticed", all.iter().map(|fallen| fallen.noticed).sum()),
        figure("fall_time", (over > 0).then(|| lay as f64 * 1e-9 / over as f64), "s"),
    ]
}

/// Starts counting afresh.
pub(super) fn reset(world: &mut World) {
    let now = world.resource::<Clock>().now;
    world.resource_mut::<Incidents>().count_afresh(now);
    world.resource_mut::<Alarms>().count_afresh();
    world.resource_mut::<Encounters>().near = 0;
    let mut twins = world.query::<&mut Guarded>();
    twins.iter_mut(world).for_each(|mut guarded| guarded.warned = 0);
    let mut twins = world.query::<&mut Fallen>();
    for mut fallen in twins.iter_mut(world) {
        // Who lies on the floor now counts as one who fell.
        (fallen.fell, fallen.noticed, fallen.lay) = (u64::from(fallen.is_down()), 0, 0);
    }
}
