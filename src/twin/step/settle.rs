//! What twins want is granted, and what they are doing goes on: one after the other, in the order of (time, twin, sequence).

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use bevy_ecs::prelude::{In, Resource, World};

use super::Agenda;
use super::think::Stirred;
use super::trace::Tracing;
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::queue::{Event, EventKind, EventQueue};
use crate::engine::time::Time;
use crate::twin::actions::{Activity, Doing, Hand, Outcome, Progress, Wish};
use crate::twin::faculties::{Course, FacultyTable};
use crate::twin::gate::{Asked, Gate};
use crate::twin::knowledge::Attention;
use crate::twin::life::Life;
use crate::twin::missions::outcome;
use crate::twin::quantities::Board;
use crate::twin::services;
use crate::twin::who::Gone;
use crate::world::physics;
use crate::world::travel;

/// The kind of event at which an activity goes on.
#[derive(Resource, Clone, Copy)]
pub struct Ends(pub EventKind);

/// The time of an activity has come: it goes on at this very moment.
pub fn proceed(In(event): In<Event>, world: &mut World) {
    work_off(world, VecDeque::from([Task::Proceed(event.twin, event.arg as u32)]));
}

/// Something to be settled.
enum Task {
    /// An activity goes on, by its serial number.
    Proceed(TwinId, u32),
    /// A wish of a mind.
    Wish(TwinId, Wish),
    /// A place has become free.
    Free(TwinId),
}

/// Grants what minds want.
pub fn settle(world: &mut World) {
    if world.resource::<Stirred>().0.swap(false, Ordering::Relaxed) {
        let tasks = wishes(world);
        work_off(world, tasks);
    }
}

/// What minds want, by twin.
fn wishes(world: &mut World) -> VecDeque<Task> {
    let mut twins = world.query::<(&TwinId, &mut Doing)>();
    let mut wishes: Vec<(TwinId, Wish)> = Vec::new();
    for (twin, mut doing) in twins.iter_mut(world).filter(|(_, doing)| !doing.wishes.is_empty()) {
        wishes.extend(doing.wishes.drain(..).map(|wish| (*twin, wish)));
    }
    // Stable: what one twin wants stays in the order in which it wants it.
    wishes.sort_by_key(|(twin, _)| *twin);
    wishes.into_iter().map(|(twin, wish)| Task::Wish(twin, wish)).collect()
}

fn work_off(world: &mut World, mut tasks: VecDeque<Task>) {
    if tasks.is_empty() {
        return;
    }
    // What somebody does can put others aside who are doing something, or make all faculties anew.
    let table = world.resource::<FacultyTable>().clone();
    while let Some(task) = tasks.pop_front() {
        let twin = match task {
            Task::Proceed(twin, _) | Task::Wish(twin, _) => twin,
            Task::Free(service) => {
                let next = services::next_in_line(world, service).and_then(|twin| waiting(world, twin, service));
                tasks.extend(next.map(|(twin, serial)| Task::Proceed(twin, serial)));
                continue;
            }
        };
        let Some(reason) = table.of(twin).and_then(|make| make.reason.as_ref()) else { continue };
        let mut clerk = Clerk { world, twin, courses: &reason.courses, tasks: &mut tasks };
        match task {
            Task::Proceed(_, serial) => clerk.proceed(serial),
            Task::Wish(_, Wish::Begin(course)) => clerk.begin(course),
            Task::Wish(_, Wish::Stop(course)) => clerk.stop(course, None),
            Task::Wish(_, Wish::Finish(course)) => clerk.finish(course),
            Task::Free(_) => {}
        }
    }
}

/// The activity of a twin that waits for a place.
fn waiting(world: &World, twin: TwinId, service: TwinId) -> Option<(TwinId, u32)> {
    let entity = world.resource::<Directory>().entity(twin)?;
    let doing = world.get::<Doing>(entity)?;
    let activity = doing.activities.iter().find(|activity| activity.claimed == Some(service))?;
    Some((twin, activity.serial))
}

/// Somebody who settles the affairs of one twin.
struct Clerk<'a> {
    world: &'a mut World,
    twin: TwinId,
    courses: &'a [Course],
    tasks: &'a mut VecDeque<Task>,
}

impl Clerk<'_> {
    fn now(&self) -> Time {
        self.world.resource::<Clock>().now
    }

    fn with_doing<R>(&mut self, change: impl FnOnce(&mut Doing) -> R) -> Option<R> {
        let entity = self.world.resource::<Directory>().entity(self.twin)?;
        self.world.get_mut::<Doing>(entity).map(|mut doing| change(&mut doing))
    }

    fn is_active(&self) -> bool {
        let entity = self.world.resource::<Directory>().entity(self.twin);
        entity.is_some_and(|entity| self.world.get::<Life>(entity).is_none_or(|life| *life == Life::Active))
    }

    /// Takes an activity out, to work on it.
    fn take(&mut self, is_it: impl Fn(&Activity) -> bool) -> Option<Activity> {
        self.with_doing(|doing| {
            let place = doing.activities.iter().position(is_it)?;
            Some(doing.activities.remove(place))
        })?
    }

    fn begin(&mut self, course: u16) {
        if self.courses.get(course as usize).is_none() {
            return;
        }
        // Whoever wants what it is doing already goes on with it.
        let now = self.now();
        let serial = self.with_doing(|doing| {
            let is_new = doing.activity(course).is_none();
            doing.serial = doing.serial.wrapping_add(u32::from(is_new));
            is_new.then_some(doing.serial)
        });
        let Some(Some(serial)) = serial else { return };
        let activity = Activity { course, step: 0, since: now, serial, event: None, claimed: None, memory: 0 };
        self.note_begin(&activity);
        if self.courses[course as usize].is_for_mission {
            outcome::begin(self.world, self.twin);
        }
        self.go_on(activity, None);
    }

    /// An action goes on whose time has come.
    fn proceed(&mut self, serial: u32) {
        let Some(mut activity) = self.take(|activity| activity.serial == serial) else { return };
        activity.event = None;
        let progress = self.hand(&mut activity, |action, hand| action.proceed(hand));
        self.go_on(activity, progress);
    }

    /// An action is over whose condition holds.
    fn finish(&mut self, course: u16) {
        let Some(mut activity) = self.take(|activity| activity.course == course) else { return };
        self.cancel(&mut activity);
        // What takes a set time ends before it.
        let progress = self.hand(&mut activity, |action, hand| {
            action.stop(hand);
            action.proceed(hand)
        });
        self.go_on(activity, progress);
    }

    /// Breaks a course off. Its mind is told, unless it wanted that.
    fn stop(&mut self, course: u16, told: Option<Outcome>) {
        let Some(mut activity) = self.take(|activity| activity.course == course) else { return };
        self.cancel(&mut activity);
        self.hand(&mut activity, |action, hand| {
            action.stop(hand);
            Progress::Done
        });
        self.end(activity, told.clone().unwrap_or(Outcome::Interrupted), told.is_some());
    }

    fn cancel(&mut self, activity: &mut Activity) {
        if let Some(event) = activity.event.take() {
            self.world.resource_mut::<EventQueue>().cancel(event);
        }
    }

    /// Lets the present action of an activity do something.
    fn hand(
        &mut self,
        activity: &mut Activity,
        act: impl FnOnce(&dyn crate::twin::actions::Action, &mut Hand) -> Progress,
    ) -> Option<Progress> {
        let step = self.courses.get(activity.course as usize)?.steps.get(activity.step as usize)?;
        let mut hand = Hand { world: self.world, twin: self.twin, activity };
        Some(act(&*step.action, &mut hand))
    }

    /// Goes on with an activity, from what its present action has come to; none if that has not begun.
    fn go_on(&mut self, mut activity: Activity, mut progress: Option<Progress>) {
        loop {
            let Some(course) = self.courses.get(activity.course as usize) else { return };
            // Whoever has just put itself aside, or left, goes no further.
            if !self.is_active() {
                return self.end(activity, Outcome::Interrupted, true);
            }
            let now = self.now();
            match progress.take() {
                Some(Progress::Done) => {
                    activity.step += 1;
                    (activity.since, activity.memory) = (now, 0);
                }
                Some(Progress::Failed(why)) => return self.end(activity, Outcome::Failed(why), true),
                Some(Progress::Refused(why)) => return self.end(activity, Outcome::Refused(why), true),
                Some(Progress::Until(at)) => {
                    let Ends(kind) = *self.world.resource::<Ends>();
                    let event = Event { at: at.max(now), kind, twin: self.twin, arg: u64::from(activity.serial) };
                    activity.event = Some(self.world.resource_mut::<EventQueue>().push(event));
                    self.with_doing(|doing| doing.activities.push(activity));
                    return;
                }
                Some(Progress::Waits) => {
                    self.with_doing(|doing| doing.activities.push(activity));
                    return;
                }
                None => {}
            }
            let Some(step) = course.steps.get(activity.step as usize) else {
                return self.end(activity, Outcome::Done, true);
            };
            let asked = Asked { twin: self.twin, course: &course.name, action: &step.label };
            let allowed = self.world.resource::<Gate>().pass(self.world, asked);
            progress = match allowed {
                Err(why) => Some(Progress::Refused(Cow::Owned(why))),
                Ok(()) => self.hand(&mut activity, |action, hand| action.begin(hand)),
            };
        }
    }

    /// A course has come to an end: what it claimed is given up, and its mind is told.
    fn end(&mut self, activity: Activity, outcome: Outcome, is_told: bool) {
        if let Some(service) = activity.claimed {
            services::leave(self.world, service, self.twin);
            self.tasks.push_back(Task::Free(service));
        }
        self.note_end(&activity, &outcome);
        if is_told {
            self.with_doing(|doing| doing.outcomes.push((activity.course, outcome)));
            // Whoever is put aside hears of it when it comes back.
            if self.is_active() {
                wake(self.world, self.twin);
            }
        }
    }

    fn note_begin(&mut self, activity: &Activity) {
        let (now, twin) = (self.now(), self.twin);
        let name = &self.courses[activity.course as usize].name;
        self.world.resource_mut::<Tracing>().begin(now, twin, activity.serial, name);
    }

    fn note_end(&mut self, activity: &Activity, outcome: &Outcome) {
        let (now, twin) = (self.now(), self.twin);
        let course = &self.courses[activity.course as usize];
        let action = course.steps.get(activity.step as usize).map_or("", |step| &step.label);
        self.world.resource_mut::<Tracing>().end(now, twin, activity.serial, action, outcome);
    }
}

/// Lets the mind of a twin decide as soon as it can: at this very moment, or where there are ticks, at the next of them.
pub fn wake(world: &mut World, twin: TwinId) {
    let clock = world.resource::<Clock>();
    let now = clock.now;
    let soon = clock.tick.map_or(now, |tick| tick.at_or_after(now));
    let entity = world.resource::<Directory>().entity(twin);
    let Some(mut attention) = entity.and_then(|entity| world.get_mut::<Attention>(entity)) else { return };
    attention.decide = attention.decide.min(soon);
    let mut agenda = world.resource_mut::<Agenda>();
    agenda.next = agenda.next.min(soon);
    if soon == now {
        world.resource_mut::<EventQueue>().wake(now);
    }
}

/// Whoever is put aside or leaves stops what it does; whoever comes back thinks at once.
pub fn on_life_change(world: &mut World, twin: TwinId, life: Life) {
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return };
    match life {
        Life::Created => {}
        Life::Active => {
            if let Some(mut attention) = world.get_mut::<Attention>(entity) {
                attention.sense = Time::ZERO;
                wake(world, twin);
            }
        }
        Life::Suspended => {
            give_up(world, twin);
            if let Some(mut attention) = world.get_mut::<Attention>(entity) {
                *attention = Attention::default();
            }
        }
        Life::Retired => {
            give_up(world, twin);
            bereave(world, twin);
            physics::remove(world, twin);
            world.resource_mut::<Board>().forget(twin);
            Gone::note(world, twin);
        }
    }
}

/// Breaks off all that a twin does.
fn give_up(world: &mut World, twin: TwinId) {
    let Some(entity) = world.resource::<Directory>().entity(twin) else { return };
    let courses: Vec<u16> = world
        .get::<Doing>(entity)
        .map(|doing| doing.activities.iter().map(|activity| activity.course).collect())
        .unwrap_or_default();
    let mut tasks = VecDeque::new();
    let table = world.resource::<FacultyTable>().clone();
    if let Some(reason) = table.of(twin).and_then(|make| make.reason.as_ref()) {
        let mut clerk = Clerk { world, twin, courses: &reason.courses, tasks: &mut tasks };
        courses.into_iter().for_each(|course| clerk.stop(course, Some(Outcome::Interrupted)));
    }
    travel::halt(world, entity);
    work_off(world, tasks);
}

/// Those who have or wait for a place at a twin that leaves lose it, and their courses fail.
fn bereave(world: &mut World, service: TwinId) {
    let mut twins = world.query::<(&TwinId, &Doing)>();
    let mut losers: Vec<(TwinId, u16)> = Vec::new();
    for (twin, doing) in twins.iter(world) {
        let lost = doing.activities.iter().filter(|activity| activity.claimed == Some(service));
        losers.extend(lost.map(|activity| (*twin, activity.course)));
    }
    losers.sort_unstable();
    let table = world.resource::<FacultyTable>().clone();
    for (twin, course) in losers {
        let mut tasks = VecDeque::new();
        let Some(reason) = table.of(twin).and_then(|make| make.reason.as_ref()) else { continue };
        let mut clerk = Clerk { world, twin, courses: &reason.courses, tasks: &mut tasks };
        clerk.stop(course, Some(Outcome::Failed("what it had claimed is gone".into())));
    }
}
