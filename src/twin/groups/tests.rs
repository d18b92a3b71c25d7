//! Groups over networks that lose, delay and double what is said, and fall apart for a while; some members die.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::common::{Common, GroupId};
use super::kind::{Agreement, Choice, GroupKind};
use super::member::{Member, Moment, News, Said};
use super::notice::{Notice, Report};
use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed, Stream};
use crate::engine::time::{Duration, Time};
use crate::twin::contracts::notice::MissionId;
use crate::twin::who::To;

fn seconds(seconds: f64) -> Duration {
    Duration::from_seconds(seconds)
}

fn at(seconds: f64) -> Time {
    Time::ZERO + Duration::from_seconds(seconds)
}

struct Twin {
    member: Member,
    dies: Time,
    opinion: f64,
    place: [f64; 3],
    /// The shared task that it is at, and until when.
    work: Option<((MissionId, u16), Time)>,
}

struct Run {
    seed: Seed,
    random: Stream,
    now: Time,
    loss: f64,
    kind: GroupKind,
    whom: Arc<[TwinId]>,
    twins: BTreeMap<TwinId, Twin>,
    air: BTreeMap<(Time, u64), (TwinId, TwinId, Notice)>,
    sent: u64,
    /// From when to when two sides do not hear each other: a bit for each twin.
    split: (Time, Time, u64),
    leaders: BTreeMap<(GroupId, u64), TwinId>,
    known: BTreeMap<(GroupId, u64), Common>,
    agreed: Vec<f64>,
    ended: BTreeMap<MissionId, bool>,
    /// How often each shared task was done.
    done: BTreeMap<(MissionId, u16), u32>,
    tasks: Vec<Vec<[f64; 3]>>,
}

impl Run {
    fn new(seed: u64, count: u64, calm: f64) -> Run {
        let seed = Seed(seed);
        let mut random = seed.stream(1, Purpose::new("groups"), 0);
        let whom: Arc<[TwinId]> = (0..count).map(TwinId).collect();
        let twins = whom.iter().map(|who| {
            let dies = if random.uniform() < 0.4 { at(random.uniform() * calm) } else { Time::NEVER };
            let place = [random.uniform() * 100.0, random.uniform() * 100.0, 0.0];
            (*who, Twin { member: Member::default(), dies, opinion: random.uniform(), place, work: None })
        });
        let twins = twins.collect();
        let agreement = Agreement { on: Choice::Median, every: seconds(5.0) };
        let kind = GroupKind { agrees: BTreeMap::from([("heading".to_owned(), agreement)]), ..GroupKind::default() };
        let from = random.uniform() * calm / 2.0;
        let split = (at(from), at(from + random.uniform() * calm / 2.0), random.next_u64());
        let tasks = (0..2).map(|_| (0..3 + random.below(4)).map(|_| [random.uniform() * 100.0; 3]).collect()).collect();
        Run {
            seed,
            random,
            now: Time::ZERO,
            loss: 0.2,
            kind,
            whom,
            twins,
            air: BTreeMap::new(),
            sent: 0,
            split,
            leaders: BTreeMap::new(),
            known: BTreeMap::new(),
            agreed: Vec::new(),
            ended: BTreeMap::new(),
            done: BTreeMap::new(),
            tasks,
        }
    }

    fn is_cut(&self, a: TwinId, b: TwinId) -> bool {
        let (from, to, sides) = self.split;
        self.now >= from && self.now < to && sides >> a.0 & 1 != sides >> b.0 & 1
    }

    fn send(&mut self, from: TwinId, notices: Vec<(To, Notice)>) {
        for (to, notice) in notices {
            for to in to.twins().iter().copied() {
                let copies = if self.random.uniform() < 0.03 { 2 } else { 1 };
                for _ in 0..copies {
                    let slow = if self.random.uniform() < 0.02 { 6.0 } else { 0.3 };
                    let delay = seconds(slow * self.random.uniform());
                    self.sent += 1;
                    if self.random.uniform() >= self.loss && !self.is_cut(from, to) {
                        self.air.insert((self.now + delay, self.sent), (from, to, notice.clone()));
                    }
                }
            }
        }
    }

    /// Lets a twin do something.
    fn with(&mut self, who: TwinId, act: impl FnOnce(&mut Member, &Moment, &mut Said)) {
        let Some(twin) = self.twins.get_mut(&who) else { return };
        let before = twin.member.known().map(|known| (known.group, known.version.number));
        let mut said = Said::default();
        let tasks = &self.tasks;
        let moment = Moment {
            me: who,
            now: self.now,
            kind: &self.kind,
            whom: &self.whom,
            random: &|number| self.seed.stream(who.0, Purpose::new("patience"), number).uniform(),
            report: Report {
                opinions: vec![twin.opinion],
                place: Some(twin.place),
                is_free: twin.work.is_none(),
                ..Report::default()
            },
            wants: true,
            tasks: &|mission| tasks[mission.0 as usize].clone(),
            is_late: &|_| false,
        };
        act(&mut twin.member, &moment, &mut said);
        // It does what is given to it.
        if let Some(known) = twin.member.known() {
            let mine = known.tasks.iter().find(|task| task.with == Some(who) && !task.done);
            let open = mine.map(|task| (task.mission, task.task)).filter(|name| !twin.member.done.contains(name));
            if twin.work.map(|(name, _)| name) != open {
                twin.work = open.map(|name| (name, self.now + seconds(2.0 + 6.0 * self.random.uniform())));
            }
            // What is known never goes back, and is the same for all.
            if let Some((group, number)) = before.filter(|(group, _)| *group == known.group) {
                assert!(known.version.number >= number, "{group:?} goes back");
            }
            let same = self.known.entry((known.group, known.version.number)).or_insert_with(|| known.clone());
            assert_eq!(same, known, "two states of one number");
        }
        for news in said.news {
            match news {
                News::Leads(group, term) => {
                    let other = self.leaders.insert((group, term), who);
                    assert!(other.is_none_or(|other| other == who), "two leaders of {group:?} in term {term}");
                }
                News::Agreed(_, _, value) => self.agreed.push(value),
                News::Ended(mission, done) => drop(self.ended.insert(mission, done)),
                News::Founded(_) | News::Joined(_) | News::Left(..) | News::Took(_) => {}
            }
        }
        self.send(who, said.notices);
    }

    fn run_until(&mut self, end: Time) {
        loop {
            let arrival = self.air.first_key_value().map_or(Time::NEVER, |((at, _), _)| *at);
            let sides = self.twins.values().map(|twin| twin.member.next().min(twin.dies));
            let works = self.twins.values().filter_map(|twin| twin.work.map(|(_, end)| end));
            let next = sides.chain(works).min().unwrap_or(Time::NEVER).min(arrival).max(self.now);
            if next > end {
                self.now = end;
                return;
            }
            self.now = next;
            let now = self.now;
            self.twins.retain(|_, twin| twin.dies > now);
            for twin in self.twins.values_mut() {
                if let Some((name, _)) = twin.work.filter(|(_, end)| *end <= now) {
                    twin.work = None;
                    twin.member.done.push(name);
                    *self.done.entry(name).or_default() += 1;
                }
            }
            while let Some(entry) = self.air.first_entry().filter(|entry| entry.key().0 <= now) {
                let (from, to, notice) = entry.remove();
                self.with(to, |member, moment, said| {
                    member.hear(from, &notice, moment, said);
                    member.pass(moment, said);
                });
            }
            let due: Vec<TwinId> =
                self.twins.iter().filter(|(_, twin)| twin.member.next() <= now).map(|(who, _)| *who).collect();
            due.into_iter().for_each(|who| self.with(who, |member, moment, said| member.pass(moment, said)));
        }
    }

    /// Whether all who live are one group with one leader, and know it.
    fn is_one(&self) -> Result<(), String> {
        let living: Vec<TwinId> = self.twins.keys().copied().collect();
        let leaders: BTreeSet<Option<TwinId>> = self.twins.values().map(|twin| twin.member.leader()).collect();
        let groups: BTreeSet<Option<GroupId>> =
            self.twins.values().map(|twin| twin.member.known().map(|known| known.group)).collect();
        let members: BTreeSet<Vec<TwinId>> = self
            .twins
            .values()
            .map(|twin| {
                twin.member.known().map(|known| known.members.iter().map(|who| who.twin).collect()).unwrap_or_default()
            })
            .collect();
        match (leaders.len(), groups.len(), members.len()) {
            (1, 1, 1) if members.contains(&living) && !leaders.contains(&None) => Ok(()),
            _ => Err(format!("{living:?}: leaders {leaders:?}, groups {groups:?}, members {members:?}")),
        }
    }
}

#[test]
fn groups_are_safe_at_all_times_and_become_one_once_things_are_calm() {
    const CALM: f64 = 120.0;
    let (mut re_elected, mut re_founded) = (0, 0);
    for seed in 0..1_500 {
        let mut run = Run::new(seed, 1 + seed % 8, CALM);
        run.run_until(at(CALM));
        if run.twins.is_empty() {
            continue;
        }
        // Nothing happens any more but that every fifth notice is lost.
        let mut calm = CALM;
        while let Err(why) = run.is_one() {
            calm += 5.0;
            assert!(calm < CALM + 400.0, "seed {seed}: {why}");
            run.run_until(at(calm));
        }
        let founded: BTreeSet<GroupId> = run.leaders.keys().map(|(group, _)| *group).collect();
        re_elected += usize::from(run.leaders.len() > founded.len());
        re_founded += usize::from(founded.len() > 1);
        // What was agreed on is what somebody thinks.
        let opinions: Vec<f64> = (0..8)
            .filter_map(|id| Run::new(seed, 1 + seed % 8, CALM).twins.get(&TwinId(id)).map(|twin| twin.opinion))
            .collect();
        assert!(run.agreed.iter().all(|value| opinions.contains(value)), "seed {seed}");
        // And in the end, the middle of what the living think.
        let living: Vec<f64> = run.twins.values().map(|twin| twin.opinion).collect();
        let wanted = [Some(Choice::Median.of(&living))];
        let knows = |twin: &Twin| twin.member.known().is_some_and(|known| known.values == wanted);
        while !run.twins.values().all(knows) {
            calm += 5.0;
            assert!(calm < CALM + 600.0, "seed {seed}: they do not agree");
            run.run_until(at(calm));
        }
    }
    assert!(re_elected > 300 && re_founded > 300, "{re_elected} {re_founded}");
}

#[test]
fn shared_tasks_are_all_done_by_whoever_is_left() {
    for seed in 0..300 {
        let mut run = Run::new(seed, 2 + seed % 6, 60.0);
        // One of them stays alive in any case, and nobody is cut off for long.
        run.twins.values_mut().next().expect("there are some").dies = Time::NEVER;
        for twin in run.twins.values_mut() {
            twin.member.entrusted = vec![MissionId(0), MissionId(1)];
        }
        run.run_until(at(600.0));
        assert_eq!(run.ended, BTreeMap::from([(MissionId(0), true), (MissionId(1), true)]), "seed {seed}");
        for (mission, places) in run.tasks.iter().enumerate() {
            for task in 0..places.len() {
                let times = run.done.get(&(MissionId(mission as u32), task as u16)).copied().unwrap_or(0);
                assert!(times >= 1, "seed {seed}: task {task} of {mission} was never done");
            }
        }
    }
}

#[test]
fn where_nothing_is_lost_nothing_is_done_twice() {
    for seed in 0..100 {
        let mut run = Run::new(seed, 2 + seed % 6, 60.0);
        (run.loss, run.split) = (0.0, (Time::NEVER, Time::NEVER, 0));
        for twin in run.twins.values_mut() {
            twin.dies = Time::NEVER;
            twin.member.entrusted = vec![MissionId(0), MissionId(1)];
        }
        run.run_until(at(300.0));
        assert!(run.is_one().is_ok(), "seed {seed}");
        assert_eq!(run.ended.len(), 2, "seed {seed}");
        let times: Vec<u32> = run.done.values().copied().collect();
        let groups: BTreeSet<GroupId> = run.leaders.keys().map(|(group, _)| *group).collect();
        assert!(groups.len() > 1 || times.iter().all(|times| *times == 1), "seed {seed}: {times:?}");
    }
}
