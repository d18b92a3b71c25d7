//! Twins think: beliefs follow from what is new, and minds decide.

use std::sync::atomic::{AtomicBool, Ordering};

use bevy_ecs::prelude::{Query, Res, ResMut, Resource};
use rayon::prelude::*;

use super::foresee::Foresights;
use super::trace::{Decided, Tracing};
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::queue::EventQueue;
use crate::engine::random::Seed;
use crate::engine::time::{Duration, Time};
use crate::twin::actions::{Doing, Wish};
use crate::twin::beliefs::Moment;
use crate::twin::faculties::{Course, Faculties, FacultyTable, MOST_INPUTS, Notion};
use crate::twin::knowledge::{Attention, Knowledge};
use crate::twin::minds::foresee::Foreseen;
use crate::twin::minds::{Memory, Situation};

/// Whether somebody wants something. Set in Decide, where twins think side by side, and asked in Act and Settle.
#[derive(Resource, Default)]
pub struct Stirred(pub(super) AtomicBool);

impl Stirred {
    /// Somebody wants something.
    pub fn stir(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How many times a mind decides at one and the same moment, before it waits for the next: what it does then leads nowhere.
const MOST_ROUNDS: u32 = 100;

/// Lets beliefs follow from what is new.
pub fn believe(
    clock: Res<Clock>,
    table: Res<FacultyTable>,
    pool: Res<Pool>,
    mut twins: Query<(&TwinId, &Attention, &mut Knowledge)>,
) {
    if table.makes.iter().all(|make| make.notions.is_empty()) {
        return;
    }
    let now = clock.now;
    for (ids, attentions, mut knowledge) in twins.contiguous_iter_mut().into_iter().flatten() {
        let rows = ids.par_iter().zip(attentions).zip(knowledge.bypass_change_detection().par_iter_mut());
        pool.for_rows(rows, |((twin, _), knowledge)| {
            if knowledge.fresh != 0
                && let Some(make) = table.of(*twin)
            {
                make.notions.iter().for_each(|notion| update(notion, knowledge, now));
            }
        });
    }
}

fn update(notion: &Notion, knowledge: &mut Knowledge, now: Time) {
    let mut inputs = [f64::NAN; MOST_INPUTS];
    let count = notion.inputs.len();
    let mut is_news = knowledge.fresh & notion.depends != 0;
    if is_news {
        for (input, program) in inputs.iter_mut().zip(&notion.inputs) {
            *input = program.run(&knowledge.values);
        }
        // An estimator of several things says itself what it makes of those that are not known.
        is_news = count != 1 || !inputs[0].is_nan();
    }
    let seen = knowledge.times[notion.clock];
    let since_last = (seen >= Time::ZERO).then(|| now - seen);
    // A second look at the same moment, after something has happened, is no news to what goes by time.
    is_news &= since_last != Some(Duration::ZERO) || notion.memory.is_empty();
    let moment = Moment { now, since_last, is_news };
    let (says, memory) = knowledge.values[notion.says.start..notion.memory.end].split_at_mut(notion.says.len());
    notion.belief.update(moment, &inputs[..count], memory, says);
    if is_news {
        knowledge.times[notion.clock] = now;
    }
}

/// Lets minds decide that are due.
pub fn decide(
    (clock, seed): (Res<Clock>, Res<Seed>),
    table: Res<FacultyTable>,
    pool: Res<Pool>,
    stirred: Res<Stirred>,
    tracing: Res<Tracing>,
    foresights: Res<Foresights>,
    mut twins: Query<(&TwinId, &mut Attention, &mut Knowledge, &mut Memory, &mut Doing)>,
) {
    let (now, tick) = (clock.now, clock.tick.map(|tick| tick.every));
    for (ids, mut attentions, mut knowledge, mut memories, mut doings) in
        twins.contiguous_iter_mut().into_iter().flatten()
    {
        let rows = ids
            .par_iter()
            .zip(attentions.bypass_change_detection().par_iter_mut())
            .zip(knowledge.bypass_change_detection().par_iter_mut())
            .zip(memories.bypass_change_detection().par_iter_mut())
            .zip(doings.bypass_change_detection().par_iter_mut());
        pool.for_rows(rows, |((((twin, attention), knowledge), memory), doing)| {
            knowledge.fresh = 0;
            if attention.decide > now {
                return;
            }
            let Some(make) = table.of(*twin) else { return };
            attention.decide = make.next_decision(*twin, now, tick);
            let (beat, foreseen) = (make.beat(*twin, now, tick), foresights.seen.get(twin));
            let mut thought = Thought { twin: *twin, now, seed: *seed, knowledge, memory, doing, beat, foreseen };
            think(make, &mut thought, &tracing);
            if !doing.wishes.is_empty() {
                stirred.stir();
            }
        });
    }
}

/// A twin that thinks.
struct Thought<'a> {
    twin: TwinId,
    now: Time,
    seed: Seed,
    knowledge: &'a mut Knowledge,
    memory: &'a mut Memory,
    doing: &'a mut Doing,
    beat: u32,
    foreseen: Option<&'a Foreseen>,
}

fn think(make: &Faculties, thought: &mut Thought, tracing: &Tracing) {
    let Some(reason) = &make.reason else { return };
    let Thought { twin, now, seed, knowledge, memory, doing, beat, foreseen } = thought;
    let (twin, now, seed, beat, foreseen) = (*twin, *now, *seed, *beat, *foreseen);
    let rounds = if memory.rounds.0 == now { memory.rounds.1 + 1 } else { 0 };
    memory.rounds = (now, rounds);
    if rounds > MOST_ROUNDS {
        // It thinks again when its time comes.
        doing.outcomes.clear();
        return;
    }
    let mut wishes = std::mem::take(&mut doing.wishes);
    finish(&reason.courses, doing, &knowledge.values, &mut wishes);
    let weighed = tracing.follows(twin).then(|| {
        // A copy: whoever weighs may write on its blackboard, as if it decided.
        let values = &mut knowledge.values.clone();
        reason.mind.weigh(&mut Situation { twin, now, seed, values, doing, beat, foreseen }, memory)
    });
    let mut situation = Situation { twin, now, seed, values: &mut knowledge.values, doing, beat, foreseen };
    let first = wishes.len();
    reason.mind.decide(&mut situation, memory, &mut wishes);
    if let Some(weighed) = weighed {
        let wanted = wishes[first..].to_vec();
        let decided = Decided { make, twin, at: now, doing, knowledge };
        tracing.note(decided.describe(weighed, &wanted));
    }
    doing.outcomes.clear();
    doing.wishes = wishes;
}

/// Actions are over whose condition holds.
fn finish(courses: &[Course], doing: &Doing, values: &[f64], wishes: &mut Vec<Wish>) {
    for activity in &doing.activities {
        let step = courses.get(activity.course as usize).and_then(|course| course.steps.get(activity.step as usize));
        if step.is_some_and(|step| step.action.is_over(values)) {
            wishes.push(Wish::Finish(activity.course));
        }
    }
}

/// Whoever wants something is heard at this very moment.
pub fn ask(clock: Res<Clock>, stirred: Res<Stirred>, mut queue: ResMut<EventQueue>) {
    if stirred.0.load(Ordering::Relaxed) {
        queue.wake(clock.now);
    }
}
