//! `view` and `render` say what is wrong before anything opens, and leave nothing behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use autotwin::look::model::{Berth, DRIVES};
use autotwin::look::palette;
use autotwin::look::registry::Looks;
use autotwin::look::sight::Form;
use autotwin::prelude::*;
use autotwin::scene::load::load;

use crate::support::scene;

/// Every model that an author can choose is whole: what moves hangs together, and it is as large as its kind.
#[test]
fn every_model_can_be_drawn() {
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let (simulation, _) = prepare(&tree, &RunOptions::default(), None).expect("the scene is right");
    let looks = simulation.world().resource::<Looks>();
    let mut count = 0;
    for look in looks.iter() {
        let models = (look.models)();
        let names = if models.is_empty() { vec![look.name] } else { models };
        for (name, slots) in names.iter().flat_map(|name| [1.0, 7.0].map(|slots| (*name, slots))) {
            let form = Form {
                name: name.into(),
                look: look.name.into(),
                model: name.into(),
                numbers: vec![slots, 2.0, 8.0, 6.0, 1.0, 4.0],
                colour: palette::TEAL,
                scale: 1.0,
            };
            let model = (look.model)(&form);
            let is_whole = model.drives.len() <= DRIVES
                && model.joints.iter().enumerate().all(|(number, joint)| {
                    joint.drive < model.drives.len() && joint.parent.is_none_or(|parent| parent.0 < number)
                })
                && model.pieces.iter().all(|piece| piece.joint.is_none_or(|joint| joint.0 < model.joints.len()));
            assert!(is_whole, "{}: {name}", look.name);
            // What these look like is said by numbers of their own.
            let is_place = ["hall", "city", "traffic"].contains(&look.name);
            assert!(is_place || !model.pieces.is_empty(), "{}: {name} has no form", look.name);
            let is_sane = |place: &[f32; 3]| place.iter().all(|part| part.abs() < 30.0) && place[2] >= 0.0;
            for berth in &model.berths {
                match berth {
                    Berth::Places(places) => assert!(!places.is_empty() && places.iter().all(is_sane), "{name}"),
                    Berth::Belt { from, to, spacing } => assert!(is_sane(from) && is_sane(to) && *spacing > 0.0),
                }
            }
            count += 1;
        }
    }
    assert!(count > 50, "there are {count} models");
}

/// Runs the program, which must refuse and write nothing; gives what it said.
fn refuse(here: &Path, arguments: &[&str], clean: impl Fn(&mut Command)) -> String {
    let count = || fs::read_dir(here).expect("the folder is there").count();
    let before = count();
    let mut command = Command::new(env!("CARGO_BIN_EXE_autotwin"));
    clean(command.args(arguments).current_dir(here).stdin(Stdio::null()));
    let output = command.output().expect("the program starts");
    let said = String::from_utf8(output.stderr).expect("messages are UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert_eq!(count(), before, "{arguments:?} has written something");
    said.replace(scene("").to_str().expect("a text"), "scenes/")
}

/// A folder with a plant, and a run of it without tracks.
fn with_runs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let here = folder.path();
    fs::copy(scene("factory.ron"), here.join("plant.ron")).expect("it can be copied");
    let mut run = Command::new(env!("CARGO_BIN_EXE_autotwin"));
    run.args(["run", "plant.ron", "--for", "2h", "--quiet", "--out", "silent"]).current_dir(here);
    assert!(run.status().expect("the program starts").success());
    folder
}

#[test]
fn sizes_and_speeds_are_checked_in_every_build() {
    let folder = with_runs();
    for (arguments, cure) in [
        (&["render", "plant.ron", "--size", "big"][..], "such as 1920x1080"),
        (&["render", "plant.ron", "--size", "1x1"], "from 16 to 8192"),
        (&["render", "plant.ron", "--at", "soon"], "soon"),
        (&["render", "plant.ron", "--every", "1s"], "--video"),
        (&["view", "plant.ron", "--speed", "fast"], "`paused` or `max`"),
    ] {
        let said = refuse(folder.path(), arguments, |_| {});
        assert!(said.contains(cure), "{arguments:?}: {said}");
    }
}

#[cfg(not(feature = "viewer"))]
#[test]
fn without_a_viewer_it_says_how_to_get_one() {
    let folder = with_runs();
    for command in ["view", "render"] {
        let said = refuse(folder.path(), &[command, "plant.ron"], |_| {});
        assert!(said.contains("--features viewer"), "{said}");
    }
}

#[cfg(feature = "viewer")]
#[test]
fn wishes_that_cannot_be_met_are_refused_before_anything_is_drawn() {
    let folder = with_runs();
    for (arguments, cure) in [
        (&["render", "nowhere.ron"][..], "nowhere.ron"),
        (&["render", "plant.ron", "--at", "9w"], "--at 63d lies beyond the run, which goes from 0s to 7d"),
        (&["render", "plant.ron", "--camera", "attic"], "there are overview, top, assembly, lathes, mills"),
        (&["render", "plant.ron", "--inspect", "mil-1"], "did you mean `mill-1`?"),
        (&["render", "plant.ron", "-o", "no/where.png"], "there is no folder no"),
        (&["render", "plant.ron", "-o", "plant.jpg"], "call it plant.png"),
        (&["render", "plant.ron", "--every", "0s", "--video", "x.mp4"], "longer than nothing"),
        (&["render", "silent"], "--tracks"),
        (&["render", "silent", "--seed", "3"], "--seed is for scenes"),
        (&["render", "silent", "--set", "seed=3"], "--set is for scenes"),
        (&["view", "silent"], "--tracks"),
        (&["view", "plant.ron", "--camera", "attic"], "there is no camera `attic`"),
    ] {
        let said = refuse(folder.path(), arguments, |_| {});
        assert!(said.contains(cure), "{arguments:?}: {said}");
    }
}

#[cfg(feature = "viewer")]
#[test]
fn what_is_missing_is_named() {
    let folder = with_runs();
    let no_display = |command: &mut Command| {
        for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
            command.env_remove(name);
        }
    };
    let said = refuse(folder.path(), &["view", "plant.ron"], no_display);
    assert!(said.contains("no display") && said.contains("autotwin render"), "{said}");
    // A way of drawing that is never there.
    let no_driver = |command: &mut Command| {
        command.env("WGPU_BACKEND", "dx12");
    };
    let said = refuse(folder.path(), &["render", "plant.ron"], no_driver);
    assert!(said.contains("no driver") && said.contains("apt install"), "{said}");
    let no_ffmpeg = |command: &mut Command| {
        command.env("PATH", "/nowhere");
    };
    let said = refuse(folder.path(), &["render", "plant.ron", "--every", "1m", "--video", "x.mp4"], no_ffmpeg);
    assert!(said.contains("ffmpeg") && said.contains("apt install"), "{said}");
}
