//! A viewed run is the run itself, however slowly it is drawn, and what is shown of it is what happened.

use std::time::{Duration as Wall, Instant};

use autotwin::look::daylight::Daylight;
use autotwin::look::registry::Looks;
use autotwin::prelude::*;
use autotwin::scene::load::load;
use autotwin::viewer::cast::Cast;
use autotwin::viewer::facts::facts;
use autotwin::viewer::source::live::Live;
use autotwin::viewer::source::recorded::Recorded;
use autotwin::viewer::source::{LiveSource, Source, Speed};
use autotwin::viewer::stage::Stage;

use crate::support::{all_scenes, for_hours, run, scene};

fn options() -> RunOptions {
    RunOptions { run_for: Some(Duration::from_secs(86_400)), warmup: Some(Duration::ZERO), ..RunOptions::default() }
}

fn live(name: &str, speed: Speed) -> (Live, Looks) {
    let tree = load(&scene(name), &[]).expect("the scene is right");
    let (simulation, _) = prepare(&tree, &options(), None).expect("the scene is right");
    let looks = simulation.world().resource::<Looks>().clone();
    (Live::start(simulation, speed), looks)
}

fn at(seconds: i64) -> Time {
    Time::ZERO + Duration::from_secs(seconds)
}

/// Waits until a run has ended, without ever fetching what has changed. It may be slow, but not stand still.
fn wait(live: &Live) -> String {
    let (mut last, mut since) = (live.now(), Instant::now());
    loop {
        if let Some(end) = live.end() {
            return end.digest;
        }
        if live.now() != last {
            (last, since) = (live.now(), Instant::now());
        }
        assert!(since.elapsed() < Wall::from_secs(120), "the run waits for whoever watches");
        std::thread::sleep(Wall::from_millis(5));
    }
}

#[test]
fn a_viewed_run_has_the_digest_of_one_without_a_viewer() {
    for path in all_scenes() {
        let tree = load(&path, &[]).expect("the scene is right");
        let options = for_hours(&tree, 24);
        let alone = run(&tree, &options, 1).digest();
        let (simulation, _) = prepare(&tree, &options, None).expect("the scene is right");
        // Nobody fetches anything: the slowest viewer there can be.
        let viewed = wait(&Live::start(simulation, Speed::Fastest));
        assert_eq!(viewed, alone, "{}", path.display());
    }
}

#[test]
fn pausing_and_stepping_and_asking_change_nothing() {
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let alone = run(&tree, &options(), 1).digest();
    let (live, _) = live("factory.ron", Speed::Paused);
    for seconds in [10, 30_000, 40_000, 50_000, 60_000] {
        live.run_to(at(seconds));
        assert_eq!(live.now(), at(seconds));
        live.ask(Some(autotwin::engine::identity::TwinId(1)));
        (0..20).for_each(|_| live.step());
        assert!(live.now() >= at(seconds) && live.end().is_none());
    }
    live.set_speed(Speed::Times(1e6));
    std::thread::sleep(Wall::from_millis(20));
    live.set_speed(Speed::Fastest);
    assert_eq!(wait(&live), alone);
}

#[test]
fn the_parts_of_a_twin_are_those_of_the_moment() {
    let (live, _) = live("factory.ron", Speed::Paused);
    let twin = autotwin::engine::identity::TwinId(1);
    let waiting = |live: &Live| {
        live.ask(Some(twin));
        let begin = Instant::now();
        loop {
            let answer = live.answer();
            let fresh = answer.twin == Some(twin) && answer.at == live.now();
            if fresh {
                let state = answer.parts.iter().find(|(name, _)| name == "machine_state").expect("it is the saw");
                return state.1["tally"]["operations"].as_u64().expect("it counts");
            }
            assert!(begin.elapsed() < Wall::from_secs(10), "no answer came");
            std::thread::sleep(Wall::from_millis(2));
        }
    };
    live.run_to(at(5 * 3600));
    assert_eq!(waiting(&live), 0, "work begins at six");
    live.ask(None);
    live.run_to(at(9 * 3600));
    assert!(waiting(&live) > 5);
}

/// Records a day of the plant in which people do something.
fn record(folder: &std::path::Path, commands: &str) {
    let tree = load(&scene("factory.ron"), &[]).expect("the scene is right");
    let commands = autotwin::engine::command::parse_log(commands).expect("they are right");
    let wish = RunOptions { tracks: true, commands, ..options() };
    let (mut simulation, header) = prepare(&tree, &wish, None).expect("the scene is right");
    execute(&mut simulation, &header, Seed(1), Pool::default(), Some(folder), &autotwin::run::single::Nobody)
        .expect("it runs");
}

/// What a source shows at a moment.
fn shown(mut source: Source, looks: Looks, to: Time) -> Vec<String> {
    let mut stage = Stage::new(looks, Daylight::default());
    source.set_speed(Speed::Paused);
    source.seek(to);
    stage.now = source.advance(Wall::ZERO, &mut stage.cast).expect("it can be read");
    let members: Vec<_> = stage.cast.iter().map(|(_, member)| member.clone()).collect();
    let mut lines: Vec<String> =
        members.iter().map(|member| facts(&stage, &source, member).lines().join("; ")).collect();
    lines.sort();
    lines
}

#[test]
fn a_record_shows_what_the_run_itself_shows_wherever_one_comes_from() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    record(folder.path(), "");
    for hour in [0, 7, 13, 23] {
        let to = at(hour * 3600 + 1);
        let (live, looks) = live("factory.ron", Speed::Paused);
        let of_live = shown(Source::Live(LiveSource::new(live, at(86_400))), looks.clone(), to);
        let of_record = shown(Source::Recorded(Recorded::open(folder.path()).expect("it is whole")), looks, to);
        assert_eq!(of_live, of_record, "at {hour} h");
    }
    // Forwards, back, and forwards again.
    let mut recorded = Recorded::open(folder.path()).expect("it is whole");
    let mut cast = Cast::default();
    for hour in [7, 13, 8, 23, 0, 13] {
        recorded.seek(at(hour * 3600 + 1));
        recorded.play(&mut cast).expect("it can be read");
        let mut fresh = Cast::default();
        let mut other = Recorded::open(folder.path()).expect("it is whole");
        other.seek(at(hour * 3600 + 1));
        other.play(&mut fresh).expect("it can be read");
        let all = |cast: &Cast| {
            let mut all: Vec<_> = cast
                .iter()
                .map(|(_, member)| (member.id, member.form.name.clone(), format!("{:?}", member.sight)))
                .collect();
            all.sort();
            all
        };
        assert_eq!(all(&cast), all(&fresh), "at {hour} h");
    }
}

#[test]
fn two_records_stand_side_by_side_each_as_it_is_alone() {
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().expect("a folder can be made"));
    record(one.path(), "");
    record(two.path(), r#"{"at": "7h", "do": "suspend", "twin": "mill-3"}"#);
    let open = |folder: &std::path::Path| Recorded::open(folder).expect("it is whole");
    let mut both = Recorded::open_both([(one.path(), "as it was"), (two.path(), "without")]).expect("they are whole");
    assert_eq!(both.signs().iter().map(|sign| &*sign.name).collect::<Vec<_>>(), ["as it was", "without"]);
    assert_eq!(both.marks().len(), open(one.path()).marks().len() + open(two.path()).marks().len());
    let (looks, mut cast) = (live("factory.ron", Speed::Paused).1, Cast::default());
    // Forwards, back, and forwards again.
    for hour in [6, 13, 8, 23, 0, 14] {
        let to = at(hour * 3600 + 1);
        both.seek(to);
        both.play(&mut cast).expect("they can be read");
        let alone = |folder: &std::path::Path, other: bool| {
            let mut record = open(folder);
            record.seek(to);
            let mut alone = Cast::default();
            record.play(&mut alone).expect("it can be read");
            let ids = alone.iter().map(|(_, member)| if other { member.id.beside() } else { member.id });
            ids.collect::<std::collections::BTreeSet<_>>()
        };
        let all: std::collections::BTreeSet<_> = cast.iter().map(|(_, member)| member.id).collect();
        assert_eq!(all, &alone(one.path(), false) | &alone(two.path(), true), "at {hour} h");
        // What is said of each is what is said of it alone, but for the names.
        let source = |record| shown(Source::Recorded(record), looks.clone(), to);
        let pair = Recorded::open_both([(one.path(), "one"), (two.path(), "two")]).expect("they are whole");
        let (there, here): (Vec<_>, Vec<_>) = source(pair).into_iter().partition(|line| line.contains(" · two ("));
        assert_eq!(here, source(open(one.path())), "at {hour} h");
        let mut plain: Vec<String> = there.iter().map(|line| line.replace(" · two", "")).collect();
        plain.sort();
        assert_eq!(plain, source(open(two.path())), "at {hour} h");
    }
    // The mill stands still in the second only, and there it stands apart.
    let mills: Vec<_> = cast.iter().filter(|(_, member)| member.form.name.starts_with("mill-3")).collect();
    let [state_here, state_there] = [false, true].map(|beside| {
        let (_, mill) = mills.iter().find(|(_, mill)| mill.id.is_beside() == beside).expect("there are two");
        (mill.sight.state, format!("{:?}", mill.sight.motion))
    });
    assert_ne!(state_here.0, state_there.0);
    assert_ne!(state_here.1, state_there.1);
}
