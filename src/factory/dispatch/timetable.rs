//! The timetable: which machine does which operation, and in which order. What has been planned goes before the rules: a planned job
//! goes to its machine, and a machine waits for the job that is next by the timetable. Whatever is not planned goes by the rules,
//! while no planned job is there whose turn it is. Jobs that leave, or are taken up elsewhere, drop out of it.

use std::collections::{BTreeMap, VecDeque};

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;

/// An operation: the number of its job, and how many operations the job has finished before.
pub type Visit = (u64, u64);

/// What has been planned.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timetable {
    machines: BTreeMap<Visit, TwinId>,
    sequences: BTreeMap<TwinId, VecDeque<Visit>>,
}

impl Timetable {
    /// Of machines with their operations in order.
    pub fn new(sequences: BTreeMap<TwinId, VecDeque<Visit>>) -> Timetable {
        let machines = sequences.iter().flat_map(|(machine, visits)| visits.iter().map(|visit| (*visit, *machine)));
        Timetable { machines: machines.collect(), sequences }
    }

    /// Whether nothing is planned.
    pub fn is_empty(&self) -> bool {
        self.machines.is_empty()
    }

    /// How many operations are planned.
    pub fn len(&self) -> usize {
        self.machines.len()
    }

    /// Where an operation is to be done.
    pub fn machine(&self, visit: Visit) -> Option<TwinId> {
        self.machines.get(&visit).copied()
    }

    /// What a machine is to do, in order.
    pub fn sequence(&self, machine: TwinId) -> impl Iterator<Item = Visit> + '_ {
        self.sequences.get(&machine).into_iter().flatten().copied()
    }

    /// When it is an operation's turn at a machine: how many go before it. None if it is not planned there.
    pub fn turn(&self, machine: TwinId, visit: Visit) -> Option<usize> {
        self.sequences.get(&machine)?.iter().position(|other| *other == visit)
    }

    /// An operation has been taken up, wherever that was. Returns the machine that it was planned for, which waits for it no longer.
    pub fn take_up(&mut self, visit: Visit) -> Option<TwinId> {
        let machine = self.machines.remove(&visit)?;
        if let Some(sequence) = self.sequences.get_mut(&machine) {
            sequence.retain(|other| *other != visit);
        }
        Some(machine)
    }

    /// Where a job is still to go, by operation.
    pub fn machines_of(&self, job: u64) -> impl Iterator<Item = TwinId> + '_ {
        self.machines.range((job, 0)..=(job, u64::MAX)).map(|(_, machine)| *machine)
    }

    /// A job leaves, or a machine: what is planned for it is void.
    pub fn forget(&mut self, is_gone: impl Fn(Visit, TwinId) -> bool) {
        self.machines.retain(|visit, machine| !is_gone(*visit, *machine));
        for (machine, sequence) in &mut self.sequences {
            sequence.retain(|visit| !is_gone(*visit, *machine));
        }
        self.sequences.retain(|_, sequence| !sequence.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_or_gone_drops_out() {
        let (a, b) = (TwinId(1), TwinId(2));
        let sequences = BTreeMap::from([(a, VecDeque::from([(0, 0), (1, 1)])), (b, VecDeque::from([(1, 0), (0, 1)]))]);
        let mut table = Timetable::new(sequences);
        assert_eq!((table.len(), table.machine((0, 1)), table.sequence(a).next()), (4, Some(b), Some((0, 0))));
        table.take_up((1, 1));
        table.take_up((7, 7));
        assert_eq!((table.machine((1, 1)), table.sequence(a).next()), (None, Some((0, 0))));
        table.forget(|(job, _), _| job == 1);
        assert_eq!((table.len(), table.sequence(b).next()), (2, Some((0, 1))));
        table.forget(|_, machine| machine == a);
        table.take_up((0, 1));
        assert!(table.is_empty() && table.sequence(a).next().is_none() && table.sequence(b).next().is_none());
    }
}
