//! A simulation that runs on a thread of its own, at the pace of a clock on the wall or as fast as it can.
//!
//! Its thread never waits for whoever draws: it leaves what has changed in a shared place, and where nobody fetches it,
//! it keeps the latest look of each thing only.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration as Wall, Instant};

use bevy::ecs::world::World;

use crate::engine::identity::{Directory, TwinId};
use crate::engine::onlooker::{self, Pace};
use crate::engine::registry::Registry;
use crate::engine::simulation::Simulation;
use crate::engine::time::{Duration, Time};
use crate::look::sight::{self, Change, Event, Sights, ThingId};
use crate::record::track::Mark;
use crate::twin::radio::log::AirLog;

use super::Speed;
use super::intent::{Intent, Lately, intent_of};
use super::sayings::Saying;

/// What both threads share.
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// The simulated time to which the clock on the wall was last set, and when.
    anchor: (Time, Instant),
    speed: Speed,
    /// Go so far as fast as possible, whatever the speed.
    catch_up: Option<Time>,
    leave: bool,
    /// All up to this moment has happened.
    reached: Time,
    /// When the next event is due.
    next: Time,
    changes: Vec<Change>,
    marks: Vec<Mark>,
    sayings: Vec<Saying>,
    /// The twin whose parts somebody wants to know.
    asked: Option<TwinId>,
    answer: Answer,
    ended: Option<End>,
}

/// The parts of a twin, by name.
pub type Parts = Vec<(String, serde_json::Value)>;

/// What was asked last, what the answer was, and when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Who was asked.
    pub twin: Option<TwinId>,
    /// When.
    pub at: Time,
    /// What it consists of.
    pub parts: Arc<Parts>,
    /// What it is about, if it senses, decides or goes somewhere by itself.
    pub intent: Option<Arc<Intent>>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// When.
    pub at: Time,
    /// The digest of the world then.
    pub digest: String,
}

/// From this many changes on that nobody fetched, only the latest of each thing is kept.
const MANY: usize = 200_000;
/// So many of the latest marks are kept where nobody fetches them.
const MANY_MARKS: usize = 10_000;
/// How long the simulation runs at its fastest before it tells what has changed.
const TELL_EVERY: Wall = Wall::from_millis(8);
/// How far the simulation may be ahead of the clock on the wall, so that whoever draws need not wait for it.
const AHEAD: f64 = 0.02;

/// A running simulation.
pub struct Live {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    words: BTreeMap<&'static str, Vec<Arc<str>>>,
}

impl Live {
    /// Lets a simulation that is ready for its first step run at a speed.
    pub fn start(mut simulation: Simulation, speed: Speed) -> Live {
        sight::collect(simulation.world_mut());
        simulation.world_mut().resource_mut::<AirLog>().enabled = true;
        let words = simulation.world().resource::<Sights>().words().clone();
        let now = simulation.clock().now;
        let state = State {
            anchor: (now, Instant::now()),
            speed,
            catch_up: None,
            leave: false,
            reached: now,
            next: now,
            changes: Vec::new(),
            marks: Vec::new(),
            sayings: Vec::new(),
            asked: None,
            answer: Answer::default(),
            ended: None,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let watched = shared.clone();
        let thread = std::thread::spawn(move || run(simulation, &watched));
        Live { shared, thread: Some(thread), words }
    }

    /// The moment to be shown now: as far as the clock on the wall is, and the simulation has come.
    pub fn now(&self) -> Time {
        let state = self.shared.lock();
        state.reached.min(state.target(Instant::now()))
    }

    /// The speed.
    pub fn speed(&self) -> Speed {
        self.shared.lock().speed
    }

    /// Goes on at another speed.
    pub fn set_speed(&self, speed: Speed) {
        let mut state = self.shared.lock();
        let (now, wall) = (state.reached.min(state.target(Instant::now())), Instant::now());
        state.anchor = (now, wall);
        state.speed = speed;
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Goes as fast as possible to a moment, and waits until it is reached or the run has ended.
    pub fn run_to(&self, to: Time) {
        let mut state = self.shared.lock();
        state.catch_up = Some(to);
        self.shared.changed.notify_all();
        while state.catch_up.is_some() && state.ended.is_none() {
            state = self.shared.wait(state);
        }
        let reached = state.reached;
        state.anchor = (reached, Instant::now());
    }

    /// Takes out what has changed up to what has been reached.
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.shared.lock().changes)
    }

    /// Lets the next event happen, and those of the same moment. For a simulation that stands still.
    pub fn step(&self) {
        let next = self.shared.lock().next;
        if next != Time::NEVER {
            self.run_to(next);
        }
    }

    /// Takes out what has happened.
    pub fn take_marks(&self) -> Vec<Mark> {
        std::mem::take(&mut self.shared.lock().marks)
    }

    /// Takes out what twins have told each other.
    pub fn take_sayings(&self) -> Vec<Saying> {
        std::mem::take(&mut self.shared.lock().sayings)
    }

    /// Asks for the parts of a twin. The answer comes soon, and again whenever something has happened.
    pub fn ask(&self, twin: Option<TwinId>) {
        let mut state = self.shared.lock();
        if state.asked != twin {
            state.asked = twin;
            drop(state);
            self.shared.changed.notify_all();
        }
    }

    /// The last answer.
    pub fn answer(&self) -> Answer {
        self.shared.lock().answer.clone()
    }

    /// The words of a look.
    pub fn words(&self, look: &str) -> &[Arc<str>] {
        self.words.get(look).map_or(&[], Vec::as_slice)
    }

    /// How the run ended, if it has.
    pub fn end(&self) -> Option<End> {
        self.shared.lock().ended.clone()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.shared.lock().leave = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked while holding it left whole values behind.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for<'a>(&self, state: MutexGuard<'a, State>, time: Wall) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl State {
    /// How far simulated time should be at a moment on the wall.
    fn target(&self, wall: Instant) -> Time {
        match self.speed {
            Speed::Paused => self.anchor.0,
            Speed::Times(times) => self.anchor.0 + Duration::from_seconds((wall - self.anchor.1).as_secs_f64() * times),
            Speed::Fastest => Time::NEVER,
        }
    }

    /// How far the simulation may go now.
    fn limit(&self, wall: Instant) -> Time {
        let ahead = match self.speed {
            Speed::Times(times) => Duration::from_seconds(times * AHEAD),
            _ => Duration::ZERO,
        };
        let paced = self.target(wall) + ahead;
        self.catch_up.map_or(paced, |to| to.max(paced))
    }

    /// Keeps only the latest look of each thing, and of those who came and went unseen nothing.
    fn thin_out(&mut self) {
        #[derive(Default)]
        struct Story {
            came: Option<Change>,
            looks: Option<Change>,
            moves: Option<Change>,
            gone: Option<Change>,
        }
        let mut stories: BTreeMap<ThingId, Story> = BTreeMap::new();
        for change in self.changes.drain(..) {
            let story = stories.entry(change.thing).or_default();
            let place = match change.event {
                Event::Comes(_) => &mut story.came,
                Event::Moves(motion) => {
                    if let Some(Change { event: Event::Looks(sight), .. }) = &mut story.looks {
                        sight.motion = motion;
                        continue;
                    }
                    &mut story.moves
                }
                Event::Looks(_) => {
                    story.moves = None;
                    &mut story.looks
                }
                Event::Goes => &mut story.gone,
            };
            *place = Some(change);
        }
        for story in stories.into_values() {
            match story.gone {
                Some(_) if story.came.is_some() => {}
                Some(gone) => self.changes.push(gone),
                None => self.changes.extend([story.came, story.looks, story.moves].into_iter().flatten()),
            }
        }
        // In the order of time again; a thing comes before it looks like anything.
        self.changes.sort_by_key(|change| change.at);
    }
}

/// The thread of the simulation.
fn run(mut simulation: Simulation, shared: &Arc<Shared>) {
    let watched = shared.clone();
    let leap = Leap { length: Duration::from_secs(1), since: Instant::now() };
    let mut watch = Watch { leap, buffer: Vec::new(), lately: Lately::default() };
    let watch = move |world: &mut World, next: Time| look_on(world, next, &watched, &mut watch);
    onlooker::attach(simulation.world_mut(), Box::new(watch));
    while !simulation.has_ended() {
        simulation.step();
        if shared.lock().leave {
            return;
        }
    }
    let end = End { at: simulation.clock().now, digest: simulation.digest().total.to_string() };
    let changes = simulation.world_mut().resource_mut::<Sights>().take(Vec::new());
    let mut state = shared.lock();
    state.changes.extend(changes);
    (state.reached, state.catch_up) = (end.at, None);
    state.ended = Some(end);
    shared.changed.notify_all();
}

/// How far the world goes at its fastest before it tells what has changed: so that that is every few milliseconds.
struct Leap {
    length: Duration,
    since: Instant,
}

impl Leap {
    fn next(&mut self) -> Duration {
        let took = self.since.elapsed();
        self.since = Instant::now();
        let nanos = self.length.nanos();
        self.length = Duration::from_nanos(match () {
            () if took < TELL_EVERY / 2 => nanos.saturating_mul(2),
            () if took > TELL_EVERY * 2 => (nanos / 2).max(1),
            () => nanos,
        });
        self.length
    }
}

/// What the thread of the simulation keeps from one look at the world to the next.
struct Watch {
    leap: Leap,
    /// Emptied, to spare memory.
    buffer: Vec<Change>,
    lately: Lately,
}

/// Tells what has changed, and waits until the next event may happen.
fn look_on(world: &mut World, next: Time, shared: &Shared, watch: &mut Watch) -> Pace {
    let Watch { leap, buffer, lately } = watch;
    *buffer = world.resource_mut::<Sights>().take(std::mem::take(buffer));
    let entries = world.resource_mut::<Sights>().take_entries();
    let sayings: Vec<Saying> = world.resource_mut::<AirLog>().drain().map(|said| Saying::of(&said)).collect();
    let mut state = shared.lock();
    state.changes.append(buffer);
    if state.changes.len() > MANY {
        state.thin_out();
    }
    state.marks.extend(entries.iter().map(Mark::of));
    state.sayings.extend(sayings);
    let many = state.sayings.len().saturating_sub(MANY_MARKS);
    state.sayings.drain(..many);
    let many = state.marks.len().saturating_sub(MANY_MARKS);
    state.marks.drain(..many);
    state.next = next;
    let mut answered = false;
    if state.asked.is_none() {
        lately.look(world, None);
    }
    loop {
        if state.leave {
            return Pace::Leave;
        }
        if let Some(twin) = state.asked.filter(|twin| !answered || state.answer.twin != Some(*twin)) {
            // Nobody waits for the answer while it is made.
            drop(state);
            let parts = Arc::new(parts_of(world, twin));
            lately.look(world, Some(twin));
            let intent = intent_of(world, twin, lately).map(Arc::new);
            state = shared.lock();
            state.answer = Answer { twin: Some(twin), at: state.reached, parts, intent };
            answered = true;
        }
        let limit = state.limit(Instant::now());
        // All before the next event has happened.
        state.reached = state.reached.max(limit.min(Time::from_nanos(next.nanos() - 1)));
        if state.catch_up.is_some_and(|to| state.reached >= to) {
            state.catch_up = None;
            shared.changed.notify_all();
        } else if next <= limit {
            let hurries = state.catch_up.is_none() && state.speed == Speed::Fastest;
            return Pace::Until(if hurries { next + leap.next() } else { limit });
        } else {
            let wait = match state.speed {
                Speed::Times(times) => ((next - limit).seconds() / times).clamp(1e-4, 0.01),
                _ => 1.0,
            };
            state = shared.wait_for(state, Wall::from_secs_f64(wait));
        }
    }
}

/// The parts of a twin as they are now.
pub fn parts_of(world: &World, twin: TwinId) -> Parts {
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return Parts::new() };
    let parts = world.resource::<Registry>().describe(world.entity(entity));
    parts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
