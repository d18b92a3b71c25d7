//! The step of autonomous twins: they look around, think, want, and what they want is granted.
//!
//! ```text
//!  Sense    survey ─▶ post ─▶ look        what is near, what everybody's quantities are; then each twin by itself
//!  Analyse  believe                       beliefs from what is new
//!  Decide   decide                        minds want courses begun or broken off
//!  Act      ask                           whoever wants something is heard at this very moment
//!  Advance  ... ─▶ travel ─▶ simulate ─▶ flow ─▶ spread      events; then all that moves or changes by itself
//!  Settle   settle                        wants are granted, in the order of (time, twin, sequence)
//! ```
//!
//! A twin looks around when one of its sensors measures or its mind decides; a mind decides by the clock, and besides when a
//! course has ended or a message has come. The [`Agenda`] says when that will be next, so that the world wakes then.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{Entity, IntoScheduleConfigs, Query, Res, ResMut, Resource, World};
use serde::{Deserialize, Serialize};

use self::foresee::{Foresights, Lookout};
use super::actions::Doing;
use super::contracts::manager::Manager;
use super::faculties::{self, FacultyTable, Faults};
use super::gate::Gate;
use super::groups::member::Member;
use super::groups::talk::Candidates;
use super::groups::{self};
use super::knowledge::{Attention, Knowledge};
use super::life::LifeApp;
use super::messages::{Inbox, Outbox, deliver};
use super::minds::Memory;
use super::missions::book::{MissionLog, Missions};
use super::missions::duties::{Duties, Ledger};
use super::missions::give::{self, MissionEvents};
use super::missions::{outcome, talk};
use super::quantities::{self, Board, Flows, Levels};
use super::radio::ether::{self, Networks};
use super::readable::Readable;
use super::readable::common::{self, Commons};
use super::services::{Claims, Service};
use super::who::{Gone, Kinds, Population};
use crate::engine::clock::Clock;
use crate::engine::fork::copy_cache;
use crate::engine::identity::TwinId;
use crate::engine::queue::EventQueue;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::{Passing, Stage};
use crate::engine::time::{Duration, Time};
use crate::world::fields::{self, FieldMap, Fields, Grids};
use crate::world::physics::{self, Bodies, Physics};
use crate::world::space::{self, Reach, Space};
use crate::world::travel::{self, Drive, Travel};

pub mod emit;
pub mod foresee;
pub mod look;
mod redraw;
pub mod settle;
pub mod think;
pub mod trace;

/// When somebody looks around or thinks next, and for when the world has been asked to wake.
#[derive(Resource, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// The next moment at which somebody is due.
    pub next: Time,
    armed: Time,
}

impl Default for Agenda {
    fn default() -> Self {
        Agenda { next: Time::NEVER, armed: Time::NEVER }
    }
}

/// Whether somebody is due now.
fn is_due(clock: Res<Clock>, agenda: Res<Agenda>) -> bool {
    agenda.next <= clock.now
}

/// Up to when all that moves by itself has been moved. A cache: to move it again changes nothing.
#[derive(Resource, Clone, Default)]
struct LastMotion(Option<Time>);

impl LastMotion {
    fn rebuild(world: &mut World) {
        world.insert_resource(LastMotion::default());
    }
}

fn has_time_passed(clock: Res<Clock>, last: Res<LastMotion>) -> bool {
    last.0 != Some(clock.now)
}

fn note_motion(clock: Res<Clock>, mut last: ResMut<LastMotion>) {
    last.0 = Some(clock.now);
}

/// Whether places matter to anybody who is due.
fn asks_for_places(table: Res<FacultyTable>, fields: Res<Fields>) -> bool {
    table.asks_for_places || !fields.0.is_empty()
}

/// Finds out when somebody is due next, and asks the world to wake then.
fn plan_ahead(clock: Res<Clock>, mut agenda: ResMut<Agenda>, mut queue: ResMut<EventQueue>, twins: Query<&Attention>) {
    let rows = twins.contiguous_iter().into_iter().flatten().flatten();
    agenda.next = rows.map(Attention::next).min().unwrap_or(Time::NEVER);
    // Ticks wake by themselves.
    let tick = clock.tick.map_or(Time::NEVER, |tick| tick.next());
    if agenda.next < tick.min(Time::NEVER) && agenda.next > clock.now && agenda.armed != agenda.next {
        agenda.armed = agenda.next;
        queue.wake(agenda.next);
    }
}

/// Registers all that makes twins autonomous, but for the form in which authors write it.
pub struct StepPlugin;

impl Plugin for StepPlugin {
    fn build(&self, app: &mut App) {
        let [activity_ends] = app.register_events(settle::proceed);
        let [next, late, again] = app.register_events(give::handle);
        app.insert_resource(settle::Ends(activity_ends))
            .insert_resource(MissionEvents { next, late, again })
            .init_resource::<MissionLog>()
            .init_resource::<Candidates>()
            .init_resource::<LastMotion>()
            .init_resource::<think::Stirred>()
            .init_resource::<Foresights>()
            .init_resource::<Lookout>()
            .init_resource::<trace::Tracing>()
            .init_resource::<Gate>()
            .init_resource::<Readable>()
            .init_resource::<Commons>()
            .init_resource::<Faults>()
            .init_resource::<Population>()
            .init_resource::<FacultyTable>()
            .init_resource::<Flows>()
            .init_resource::<Board>()
            .init_resource::<Space>()
            .init_resource::<Reach>()
            .init_resource::<FieldMap>()
            .init_resource::<Bodies>()
            .init_state::<Agenda>("agenda")
            .init_state::<Gone>("gone")
            .init_state::<Physics>("physics")
            .init_state::<Missions>("mission_book")
            .init_state::<Grids>("field_grids")
            .register_state_part::<Kinds>("kinds")
            .register_state_part::<Knowledge>("knowledge")
            .register_state_part::<Attention>("attention")
            .register_state_part::<Memory>("mind_memory")
            .register_state_part::<Doing>("doing")
            .register_state_part::<Levels>("levels")
            .register_state_part::<Claims>("claims")
            .register_state_part::<Travel>("travel")
            .register_state_part::<Manager>("negotiations")
            .register_state_part::<Duties>("duties")
            .register_state_part::<Ledger>("ledger")
            .register_state_part::<Member>("membership")
            .register_cache(Population::rebuild, &[copy_cache::<Population>])
            .register_cache(LastMotion::rebuild, &[copy_cache::<LastMotion>])
            .register_cache(Space::rebuild, &[copy_cache::<Space>])
            .register_cache(FieldMap::rebuild, &[])
            .register_cache(Foresights::rebuild, &[copy_cache::<Foresights>])
            .register_cache(physics::find, &[copy_cache::<Bodies>])
            .register_cache(Networks::rebuild, &[copy_cache::<Networks>])
            .register_cache(Candidates::rebuild, &[copy_cache::<Candidates>])
            .register_cache(Commons::rebuild, &[copy_cache::<Commons>])
            .register_cache(
                faculties::rebuild,
                &[copy_cache::<FacultyTable>, copy_cache::<Flows>, copy_cache::<Faults>, copy_cache::<Reach>],
            )
            .register_cache(Board::rebuild, &[copy_cache::<Board>])
            .on_start(begin)
            .register_redraw(redraw::redraw)
            .on_life_change(settle::on_life_change)
            .on_life_change(outcome::on_life_change)
            .register_command(give::GIVE)
            .register_command(give::CALL_OFF);
        app.add_step_systems(
            Stage::Sense,
            (
                space::survey.run_if(asks_for_places),
                quantities::post,
                emit::gather.run_if(asks_for_places),
                common::tell.run_if(common::are_wanted),
                look::look,
            )
                .chain()
                .run_if(is_due),
        )
        .add_step_systems(Stage::Analyse, think::believe.run_if(is_due))
        .add_step_systems(
            Stage::Decide,
            (
                foresee::foresee.run_if(foresee::is_anybody_farsighted),
                groups::talk::meet,
                talk::talk,
                think::decide,
                foresee::forget,
            )
                .chain()
                .run_if(is_due),
        )
        .add_step_systems(Stage::Act, (think::ask, plan_ahead).chain().run_if(is_due))
        .add_step_systems(
            Stage::Advance,
            (
                travel::travel,
                physics::simulate,
                (
                    space::survey,
                    quantities::post,
                    emit::gather,
                    common::tell.run_if(common::are_wanted),
                    quantities::flow,
                )
                    .chain()
                    .run_if(quantities::change_by_themselves),
                (quantities::post, emit::gather, fields::spread).chain().run_if(fields::linger),
                note_motion,
            )
                .chain()
                .run_if(has_time_passed)
                .in_set(Passing::Motion),
        )
        .add_step_systems(Stage::Settle, (settle::settle, outcome::settle).chain().before(deliver));
    }
}

/// Gives every twin what it needs to look around, think and act, before the first step.
fn begin(world: &mut World) {
    // Sensors that have no period of their own go by the ticks, which are known only now.
    Commons::rebuild(world);
    faculties::rebuild(world);
    quantities::begin(world);
    physics::begin(world);
    ether::begin(world);
    let tick = world.resource::<Clock>().tick.map(|tick| tick.every);
    let mut twins = world.query::<(Entity, &TwinId)>();
    let twins: Vec<(Entity, TwinId)> = twins.iter(world).map(|(entity, twin)| (entity, *twin)).collect();
    for (entity, twin) in twins {
        let table = world.resource::<FacultyTable>();
        let born = table.of(twin).map(|make| born(make, twin, tick));
        let mut parts = world.entity_mut(entity);
        if let Some((knowledge, attention, memory)) = born {
            parts.insert((knowledge, attention, memory, Doing::default(), Outbox::default(), Inbox::default()));
            if !parts.contains::<Levels>() {
                parts.insert(Levels::default());
            }
        }
        if parts.contains::<Drive>() {
            parts.insert(Travel::default());
        }
        if parts.contains::<Service>() {
            parts.insert(Claims::default());
        }
    }
    give::begin(world);
    groups::talk::begin(world);
    Board::rebuild(world);
    let mut attentions = world.query::<&Attention>();
    let next = attentions.iter(world).map(Attention::next).min().unwrap_or(Time::NEVER);
    world.resource_mut::<Agenda>().next = next;
    if next > Time::ZERO && next < Time::NEVER {
        world.resource_mut::<Agenda>().armed = next;
        world.resource_mut::<EventQueue>().wake(next);
    }
}

/// What a twin knows, when it is due, and what its mind remembers, at first.
fn born(make: &faculties::Faculties, twin: TwinId, tick: Option<Duration>) -> (Knowledge, Attention, Memory) {
    let mut knowledge = Knowledge {
        values: vec![f64::NAN; make.slots].into(),
        times: vec![Time::ZERO; make.clocks].into(),
        ..Knowledge::default()
    };
    let mut attention = Attention::default();
    for instrument in &make.instruments {
        // Nothing has been seen yet, however long ago.
        knowledge.times[instrument.seen] = Time::from_nanos(i64::MIN);
        if instrument.every.is_some() {
            knowledge.times[instrument.next] = Time::ZERO + instrument.phase;
            attention.sense = attention.sense.min(Time::ZERO + instrument.phase);
        }
    }
    make.notions.iter().for_each(|notion| knowledge.times[notion.clock] = Time::from_nanos(i64::MIN));
    let mut memory = Memory::default();
    if let Some(reason) = &make.reason {
        reason.board.iter().for_each(|(slot, start)| knowledge.values[*slot] = *start);
        attention.decide = make.next_decision(twin, Time::from_nanos(-1), tick);
        let room = reason.mind.room();
        memory.marks = vec![0; room.marks].into();
        memory.times = vec![Time::ZERO; room.times].into();
    }
    (knowledge, attention, memory)
}
