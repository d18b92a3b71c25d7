//! The simulation: a world, its step, and nothing else.

use bevy_app::App;
use bevy_ecs::prelude::{In, IntoScheduleConfigs, IntoSystem, Mut, Resource, Schedule, System, World};
use bevy_ecs::schedule::Schedules;
use bevy_ecs::system::ScheduleSystem;

use super::audit::{self, Audit, Audits};
use super::clock::{Clock, Periodic};
use super::command::{self, Command, CommandKind, CommandKinds, InputError, Inputs};
use super::fork::{CopyCache, Fork, Forks};
use super::identity::{Directory, TwinCount, TwinName};
use super::journal::Journal;
use super::onlooker;
use super::parallel::Pool;
use super::queue::{Event, EventKind, EventQueue};
use super::random::Seed;
use super::registry::{Part, Registry, StateResource, WorldDigest};
use super::snapshot::{Snapshot, SnapshotError};
use super::stage::{self, Midway, Passing, Stage, Step};
use super::time::{Duration, Time};

/// A step ends after this many events even if nothing asks for the stages, so that whoever watches gets a turn. It is
/// a count, not a time, and so the same in every run.
const EVENTS_PER_STEP: u64 = 65_536;

type Handler = Box<dyn System<In = In<Event>, Out = ()>>;

/// The handlers of events, and which handles each kind.
#[derive(Resource, Default)]
struct Handlers {
    handlers: Vec<Handler>,
    by_kind: Vec<usize>,
}

/// What domains do before the first step, in the order of registration.
#[derive(Resource, Default)]
struct Starters(Vec<fn(&mut World)>);

/// What domains draw anew where the future as it was drawn must not be known, in the order of registration.
#[derive(Resource, Default)]
struct Redraws(Vec<fn(&mut World)>);

/// A world of twins and its step.
///
/// ```
/// use autotwin::prelude::*;
/// let mut simulation = Simulation::new(|_| ());
/// simulation.start(Seed(1), Time::ZERO + Duration::from_secs(60));
/// simulation.run_until(Time::ZERO + Duration::from_secs(60));
/// assert_eq!(simulation.clock().now.seconds(), 60.0);
/// ```
pub struct Simulation {
    world: World,
    schedule: Schedule,
}

impl Simulation {
    /// An empty world with what `plugins` register.
    pub fn new(plugins: fn(&mut App)) -> Simulation {
        let mut app = App::empty();
        app.init_resource::<Schedules>();
        app.add_plugins((EnginePlugin, plugins)).insert_resource(Forks::new(plugins));
        app.finish();
        app.cleanup();
        let mut world = std::mem::take(app.world_mut());
        let mut schedule = world.resource_mut::<Schedules>().remove(Step).unwrap_or_else(stage::empty_schedule);
        // Else the first step would have to.
        if let Err(error) = schedule.initialize(&mut world) {
            // Only a plugin can cause this: one whose systems cannot come into an order.
            panic!("the schedule of a step: {error}");
        }
        // Handlers are systems: each is made ready for the world that it will run in.
        let mut handlers = std::mem::take(&mut *world.resource_mut::<Handlers>());
        handlers.handlers.iter_mut().for_each(|handler| drop(handler.initialize(&mut world)));
        world.insert_resource(handlers);
        Simulation { world, schedule }
    }

    /// Sets the seed and the end, and makes the world ready for its first step. Comes after all twins are there.
    pub fn start(&mut self, seed: Seed, horizon: Time) {
        self.world.insert_resource(seed);
        self.world.resource_mut::<Clock>().horizon = horizon;
        self.drop_caches();
        let starters = self.world.resource::<Starters>().0.clone();
        starters.into_iter().for_each(|start| start(&mut self.world));
    }

    /// Uses these threads from now on. The result stays the same.
    pub fn set_pool(&mut self, pool: Pool) {
        self.world.insert_resource(pool);
    }

    /// Lets twins move in ticks of this length.
    pub fn set_tick(&mut self, tick: Duration) {
        self.world.resource_mut::<Clock>().tick = Some(Periodic::new(tick));
        self.world.resource_mut::<EventQueue>().wake(Time::ZERO + tick);
    }

    /// Puts a log of commands before a world that has not started.
    ///
    /// # Errors
    /// All commands that cannot be.
    pub fn submit(&mut self, commands: Vec<(usize, Command)>) -> Result<(), Vec<InputError>> {
        command::submit(&mut self.world, commands)
    }

    /// One step: the stages in order. Time passes in Advance, up to the next moment at which the stages are wanted.
    pub fn step(&mut self) {
        let before = self.clock().now;
        let audited = self.world.resource::<Audits>().is_enabled();
        self.world.resource_mut::<Clock>().one_by_one = audited;
        self.schedule.run(&mut self.world);
        self.world.resource_mut::<Midway>().0 = false;
        let mut clock = self.world.resource_mut::<Clock>();
        clock.step += 1;
        clock.elapsed = clock.now - before;
        self.world.resource_mut::<Directory>().forget_departed();
        self.world.clear_trackers();
    }

    /// Steps until the clock has reached `end`, or the world has nothing left to do.
    pub fn run_until(&mut self, end: Time) {
        let horizon = std::mem::replace(&mut self.world.resource_mut::<Clock>().horizon, end);
        while !self.has_ended() {
            self.step();
        }
        self.world.resource_mut::<Clock>().horizon = horizon.max(end);
    }

    /// True at the horizon, or when nothing will ever happen any more.
    pub fn has_ended(&self) -> bool {
        let clock = self.clock();
        clock.finished || clock.now >= clock.horizon
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.world.resource::<Clock>()
    }

    /// The world, to look at.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The world, to set up before the first step. Afterwards, commands are the way in.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// The digest of all world state.
    pub fn digest(&self) -> WorldDigest {
        self.world.resource::<Registry>().digest(&self.world, self.world.resource::<Pool>())
    }

    /// The state of the world, as a value.
    pub fn save(&self) -> Snapshot {
        Snapshot::save(&self.world, self.world.resource::<Pool>())
    }

    /// An independent copy of the world as it is now: what happens in one is not felt in the other.
    pub fn fork(&self) -> Fork {
        Forks::fork(&self.world)
    }

    /// What has not been observed so far is drawn anew, from this seed: when things fail that have not failed yet, who comes next, how
    /// long what is under way will take. What is known of it, such as how long it has lasted already, is taken into account.
    /// Commands that people would still give are dropped. Afterwards the world is one of those that could come of the
    /// present as its twins know it.
    pub fn redraw(&mut self, seed: Seed) {
        self.world.insert_resource(seed);
        self.world.resource_mut::<Inputs>().forget_pending();
        let redraws = self.world.resource::<Redraws>().0.clone();
        redraws.into_iter().for_each(|redraw| redraw(&mut self.world));
    }

    /// Puts a saved state in place of all that is there. The simulation goes on from there as the one did that was saved.
    ///
    /// # Errors
    /// If the snapshot is of a program with other parts, or does not read; in the latter case the simulation is of no use
    /// any more.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.restore(&mut self.world)?;
        // What happened before belongs to whoever recorded it then.
        self.world.resource_mut::<Journal>().drain().for_each(drop);
        self.drop_caches();
        Ok(())
    }

    /// Throws every cache away and rebuilds it from world state. Changes no result: tests hold the engine to that.
    pub fn drop_caches(&mut self) {
        let caches = self.world.resource::<Registry>().caches();
        caches.into_iter().for_each(|rebuild| rebuild(&mut self.world));
    }
}

/// What every world has.
struct EnginePlugin;

impl bevy_app::Plugin for EnginePlugin {
    fn build(&self, app: &mut App) {
        app.world_mut().resource_mut::<Schedules>().insert(stage::empty_schedule());
        app.init_resource::<Registry>()
            .init_resource::<Handlers>()
            .init_resource::<Starters>()
            .init_resource::<Redraws>()
            .init_resource::<Midway>()
            .init_resource::<CommandKinds>()
            .init_resource::<Audits>()
            .init_resource::<Journal>()
            .init_resource::<Pool>()
            .init_resource::<Directory>()
            .init_state::<Clock>("clock")
            .init_state::<EventQueue>("events")
            .init_state::<TwinCount>("twin_count")
            .init_state::<Inputs>("inputs")
            .insert_resource(Seed(1))
            .register_state::<Seed>("seed")
            .register_state_part::<TwinName>("name")
            .register_cache(Directory::rebuild, &[Directory::is_there])
            .add_step_systems(Stage::Ingest, command::ingest)
            .add_step_systems(Stage::Advance, advance.in_set(Passing::Events));
    }
}

/// What a plugin can add to the engine. `scene` adds what an author can write.
pub trait EngineApp {
    /// Registers a part that only the program makes, such as a machine's present state.
    fn register_state_part<T: Part>(&mut self, name: &'static str) -> &mut Self;
    /// Registers a resource as world state.
    fn register_state<T: StateResource>(&mut self, name: &'static str) -> &mut Self;
    /// Registers a resource as world state and puts its default in.
    fn init_state<T: StateResource + Default>(&mut self, name: &'static str) -> &mut Self;
    /// Registers how a cache is rebuilt from world state, and how it is copied into forks: with no way to copy it, it is rebuilt
    /// there.
    fn register_cache(&mut self, rebuild: fn(&mut World), copies: &'static [CopyCache]) -> &mut Self;
    /// Registers what is done before the first step, when all twins are there: first events, run-time state.
    fn on_start(&mut self, start: fn(&mut World)) -> &mut Self;
    /// Registers how what no twin can have observed is drawn anew, from the seed that the world has then:
    /// [`Simulation::redraw`].
    fn register_redraw(&mut self, redraw: fn(&mut World)) -> &mut Self;
    /// Registers what must hold after every event.
    fn register_audit(&mut self, audit: Audit) -> &mut Self;
    /// Registers a kind of command.
    fn register_command(&mut self, kind: CommandKind) -> &mut Self;
    /// Registers `N` kinds of events and the system that handles them; senders need the kinds. The kinds follow each other,
    /// so that a handler can go on with the next of its events: [`Clock::next_event`].
    fn register_events<const N: usize, M>(&mut self, handler: impl IntoSystem<In<Event>, (), M>) -> [EventKind; N];
    /// Adds systems to a stage of the step.
    fn add_step_systems<M>(&mut self, stage: Stage, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) -> &mut Self;
}

impl EngineApp for App {
    fn register_state_part<T: Part>(&mut self, name: &'static str) -> &mut Self {
        self.world_mut().resource_mut::<Registry>().add_part::<T>(name);
        self
    }

    fn register_state<T: StateResource>(&mut self, name: &'static str) -> &mut Self {
        self.world_mut().resource_mut::<Registry>().add_resource::<T>(name);
        self
    }

    fn init_state<T: StateResource + Default>(&mut self, name: &'static str) -> &mut Self {
        self.init_resource::<T>().register_state::<T>(name)
    }

    fn register_cache(&mut self, rebuild: fn(&mut World), copies: &'static [CopyCache]) -> &mut Self {
        self.world_mut().resource_mut::<Registry>().add_cache(rebuild, copies);
        self
    }

    fn on_start(&mut self, start: fn(&mut World)) -> &mut Self {
        self.world_mut().resource_mut::<Starters>().0.push(start);
        self
    }

    fn register_redraw(&mut self, redraw: fn(&mut World)) -> &mut Self {
        self.world_mut().resource_mut::<Redraws>().0.push(redraw);
        self
    }

    fn register_audit(&mut self, audit: Audit) -> &mut Self {
        self.world_mut().resource_mut::<Audits>().add(audit);
        self
    }

    fn register_command(&mut self, kind: CommandKind) -> &mut Self {
        self.world_mut().resource_mut::<CommandKinds>().add(kind);
        self
    }

    fn register_events<const N: usize, M>(&mut self, handler: impl IntoSystem<In<Event>, (), M>) -> [EventKind; N] {
        let mut handlers = self.world_mut().resource_mut::<Handlers>();
        handlers.handlers.push(Box::new(IntoSystem::into_system(handler)));
        let (handler, first) = (handlers.handlers.len() - 1, handlers.by_kind.len());
        handlers.by_kind.extend([handler; N]);
        std::array::from_fn(|index| EventKind((first + index) as u16))
    }

    fn add_step_systems<M>(&mut self, stage: Stage, systems: impl IntoScheduleConfigs<ScheduleSystem, M>) -> &mut Self {
        self.add_systems(Step, systems.in_set(stage))
    }
}

/// Lets due events happen, one by one, until the stages are wanted again.
fn advance(world: &mut World) {
    let mut clock = world.resource_mut::<Clock>();
    clock.events_until = clock.events + EVENTS_PER_STEP;
    world.resource_scope(|world, mut handlers: Mut<Handlers>| {
        while let Some(event) = next_event(world) {
            if event.kind == EventKind::WAKE {
                world.resource_mut::<EventQueue>().drop_wakes(event.at);
                break;
            }
            let handler = handlers.by_kind[event.kind.0 as usize];
            let handler = &mut handlers.handlers[handler];
            if let Err(error) = handler.run_without_applying_deferred(event, world) {
                // Only a missing resource can cause this: a plugin that forgot to put in what its handler needs.
                panic!("event handler {}: {error}", handler.name());
            }
            if !audit::audit(world) {
                break;
            }
        }
    });
    schedule_tick(world);
}

/// The next event of this step, once whoever watches lets it happen. Without one, sets the clock to the horizon, or ends a
/// world that has none.
fn next_event(world: &mut World) -> Option<Event> {
    let clock = *world.resource::<Clock>();
    if clock.pace.is_some() && !clock.finished && clock.events < clock.events_until {
        let mut queue = world.resource_mut::<EventQueue>();
        let next = queue.next_time().map_or(clock.horizon, |next| next.min(clock.horizon));
        let ends = clock.horizon == Time::NEVER && queue.is_idle();
        if !ends && !onlooker::may_go_on(world, next) {
            return None;
        }
    }
    world.resource_scope(|world, mut clock: Mut<Clock>| {
        let mut queue = world.resource_mut::<EventQueue>();
        if clock.horizon == Time::NEVER && queue.is_idle() {
            // With no horizon to reach, the run ends where the last event left it.
            clock.finished = true;
        }
        let event = clock.take_event(&mut queue, EventKind::ANY);
        if event.is_none() && !clock.finished && clock.events < clock.events_until {
            clock.now = clock.horizon;
            queue.pass(clock.now);
        }
        event
    })
}

fn schedule_tick(world: &mut World) {
    let mut clock = world.resource_mut::<Clock>();
    let now = clock.now;
    if let Some(tick) = clock.tick.as_mut().filter(|tick| now >= tick.next()) {
        tick.due(now);
        let next = tick.next();
        world.resource_mut::<EventQueue>().wake(next);
    }
}
