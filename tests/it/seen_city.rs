//! What is seen of a city is what happens there.

use std::collections::{BTreeMap, BTreeSet};

use autotwin::look::registry::Looks;
use autotwin::look::sight::{self, Change, Event, Form, Motion, Sight, Sights, ThingId, Value};
use autotwin::prelude::*;
use autotwin::run::single::prepare;
use autotwin::scene::load::load;

use crate::support::scene;

/// All that is seen of a scene, and the words of its vehicles.
fn seen(path: &str, set: &[&str]) -> (Vec<Change>, Vec<String>) {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let tree = load(&scene(path), &set).expect("the scene is right");
    let (mut simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    sight::collect(simulation.world_mut());
    let mut changes = Vec::new();
    while !simulation.has_ended() {
        simulation.step();
        changes.extend(simulation.world_mut().resource_mut::<Sights>().take(Vec::new()));
    }
    let words = simulation.world().resource::<Sights>().words().get("road vehicle").cloned().unwrap_or_default();
    (changes, words.iter().map(|word| word.to_string()).collect())
}

/// What is seen of each thing of a look: its form, and how it looks from time to time, one moment after the other.
fn things(changes: &[Change], look: &str) -> BTreeMap<ThingId, (Form, Vec<(Time, Sight)>)> {
    let mut found: BTreeMap<ThingId, (Form, Vec<(Time, Sight)>)> = BTreeMap::new();
    for Change { at, thing, event } in changes {
        match event {
            Event::Comes(form) if &*form.look == look => {
                found.insert(*thing, ((**form).clone(), Vec::new()));
            }
            Event::Looks(sight) => {
                found.entry(*thing).and_modify(|(_, sights)| sights.push((*at, *sight)));
            }
            Event::Moves(motion) => {
                found.entry(*thing).and_modify(|(_, sights)| {
                    let before = sights.last().map_or(Sight::still(Motion::Hidden), |(_, sight)| *sight);
                    sights.push((*at, Sight { motion: *motion, ..before }));
                });
            }
            _ => {}
        }
    }
    found
}

/// Where a motion begins and ends.
fn ends(motion: &Motion) -> [[f32; 3]; 2] {
    match motion {
        Motion::Stands { at, .. } => [*at; 2],
        Motion::Goes { from, to, .. } => [*from, *to],
        other => panic!("a vehicle is {other:?}"),
    }
}

fn apart(a: [f32; 3], b: [f32; 3]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Vehicles come when they depart and go when they arrive; each goes on from where it was, no faster than one may, and says what holds it up.
#[test]
fn vehicles_are_seen_on_their_way() {
    let (changes, words) = seen("junction.ron", &["run_for=10m"]);
    let vehicles = things(&changes, "road vehicle");
    assert!(vehicles.len() > 50, "{}", vehicles.len());
    let gone: BTreeSet<ThingId> =
        changes.iter().filter(|change| change.event == Event::Goes).map(|change| change.thing).collect();
    assert!(gone.iter().filter(|thing| vehicles.contains_key(*thing)).count() > vehicles.len() / 2);
    let mut causes = BTreeSet::new();
    for (form, sights) in vehicles.values() {
        for pair in sights.windows(2) {
            let ([_, was], [from, to]) = (ends(&pair[0].1.motion), ends(&pair[1].1.motion));
            // Drivers differ in what they make of a limit of 50 km/h, and lanes are 3 m apart.
            let far = apart(from, to);
            assert!(apart(was, from) < 0.05 && far < 20.0, "{}: {pair:?}", form.name);
        }
        causes.extend(sights.iter().filter_map(|(_, sight)| match sight.values[0] {
            Value::Word(word) => Some(words[word as usize].clone()),
            _ => None,
        }));
    }
    for cause in ["nobody: it is as fast as it likes", "somebody ahead", "signals", "somebody who has the way"] {
        assert!(causes.contains(cause), "nobody was held up by {cause}: {causes:?}");
    }
}

/// A head of signals goes from green over amber to red, and over red and amber back to green: never straight.
#[test]
fn signals_show_what_drivers_heed() {
    let (changes, _) = seen("junction.ron", &["run_for=10m"]);
    let heads = things(&changes, "signal");
    assert!(heads.len() >= 4, "{}", heads.len());
    let [red, amber, red_amber, green] = [0, 1, 2, 3];
    for (form, sights) in heads.values() {
        let mut states: Vec<u8> = sights.iter().map(|(_, sight)| sight.state).collect();
        states.dedup();
        assert!(states.len() > 10, "{}: {states:?}", form.name);
        for pair in states.windows(2) {
            let follows = [[green, amber], [amber, red], [red, red_amber], [red_amber, green], [red, green]];
            assert!(follows.contains(&[pair[0], pair[1]]), "{}: {states:?}", form.name);
        }
    }
}

/// Maps tell what is on the roads: somewhere it is dense and slow, and speeds are those that one may drive.
#[test]
fn maps_tell_what_is_on_the_roads() {
    let (changes, _) = seen("junction.ron", &["run_for=10m"]);
    let roads = things(&changes, "traffic");
    assert_eq!(roads.len(), 8, "four streets, both ways");
    let numbers = |n: usize| {
        let sights = roads.values().flat_map(|(_, sights)| sights);
        sights.filter_map(move |(at, sight)| sight.values[n].number(*at))
    };
    assert!(numbers(0).all(|density| (0.0..=150.0).contains(&density)) && numbers(0).any(|density| density > 20.0));
    assert!(numbers(2).all(|speed| (0.0..=75.0).contains(&speed)) && numbers(2).any(|speed| speed < 20.0));
    assert!(numbers(1).any(|flow| flow > 100.0));
}

/// Whatever a grown district is made of has a model.
#[test]
fn a_district_can_be_drawn() {
    let (changes, _) = seen("district.ron", &["run_for=1m"]);
    let tree = load(&scene("district.ron"), &[]).expect("the scene is right");
    let (simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    let looks = simulation.world().resource::<Looks>();
    let mut kinds = BTreeSet::new();
    for (form, sights) in things(&changes, "city").values() {
        let model = (looks.get("city").expect("it is there").model)(form);
        assert!(!model.pieces.is_empty() && !sights.is_empty(), "{} is not seen", form.model);
        kinds.insert(form.model.to_string());
    }
    let wanted = ["areas", "buildings", "ground", "hills", "lamps", "plants", "streets"];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
}
