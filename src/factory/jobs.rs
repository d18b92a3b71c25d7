//! Jobs: what is being made, and where each is.
//!
//! Jobs are many and short-lived, so they are records of one resource rather than twins of their own.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};
use crate::record::table::Table;

use super::tables::StayRow;
use super::transport::haulage::OrderRef;

/// Where a job lies in [`Jobs`]. Used again for another job once this one has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobRef(pub u32);

/// Where a job is. It is in exactly one place at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// Released, and not yet at a machine.
    Yard,
    /// In the input buffer of a machine.
    Queue(TwinId),
    /// In a slot of a machine.
    Slot(TwinId, u32),
    /// In the output buffer of a machine.
    Output(TwinId),
    /// On a vehicle.
    Vehicle(TwinId),
    /// On a conveyor.
    Conveyor(TwinId),
    /// In a rack.
    Rack(TwinId),
    /// At a machine, as a part of another job's kit.
    Kit(TwinId),
}

/// A job on its way through the factory.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its number: jobs are counted from 0 in order of release. Never given twice.
    pub id: u64,
    /// The product, as an index into the plan.
    pub product: u32,
    /// The operation that it waits for or undergoes, as an index into the routing.
    pub operation: u32,
    /// How many times that operation is still to be done.
    pub repeat_left: u32,
    /// How many operations it has finished.
    pub visit: u64,
    /// Where it is.
    pub place: Place,
    /// Since when it is there.
    pub since: Time,
    /// Whether it waits for room at a machine, or in a rack.
    pub seeking: bool,
    /// The transport that it waits for or that it is on.
    pub transport: Option<OrderRef>,
    /// Whether it has been made for stock, and has no further operations.
    pub stocked: bool,
    /// The parts that were reserved for its operation.
    pub kit: Vec<JobRef>,
    /// How many of them are not yet at the machine.
    pub missing: u32,
    /// When it came to its present operation.
    pub ready: Time,
    /// When it came into the queue where it waits, or last waited.
    pub queued: Time,
    /// When it was released.
    pub released: Time,
    /// When it should be done; [`Time::NEVER`] if it has no due date.
    pub due: Time,
    /// Higher goes first.
    pub priority: i32,
    /// How much lateness matters.
    pub weight: f64,
    /// Which choice of each of the product's options it has, as [`variants`](super::variants) reads it.
    pub variant: u64,
    /// What it measures, where its product has a measure.
    pub measure: f64,
    /// Its grade, as an index into the plan's, once it has one.
    pub grade: Option<u32>,
    /// Whether it has a defect. Only an inspection may act on this.
    pub defective: bool,
    /// Whether it has been inspected.
    pub inspected: bool,
    /// How many times it was rejected and sent to be reworked.
    pub reworks: u32,
    /// How long machines have worked on it in its finished operations.
    pub worked: Duration,
    /// The arrival process that brings the next job once this one finds room.
    pub supply: Option<u32>,
    /// Whether it is made for stock and has not left it yet.
    pub for_stock: bool,
}

impl Job {
    /// Whether it is made for stock, on its way there, in it, or taken out of it: nobody waits for it by its due date.
    pub fn is_for_stock(&self) -> bool {
        self.for_stock || self.stocked
    }
}

/// All jobs in the factory, and how many have come and gone.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Jobs {
    slots: Vec<Option<Job>>,
    free: Vec<u32>,
    /// Jobs released since the start, which is also the next job's number.
    pub released: u64,
    /// Jobs finished since the start.
    pub shipped: u64,
    /// Jobs given up since the start.
    pub scrapped: u64,
    /// Jobs that became parts of others since the start.
    pub assembled: u64,
}

impl Jobs {
    /// Takes a new job in. Its `id` is set here.
    pub fn insert(&mut self, mut job: Job) -> JobRef {
        job.id = self.released;
        self.released += 1;
        match self.free.pop() {
            Some(index) => {
                self.slots[index as usize] = Some(job);
                JobRef(index)
            }
            None => {
                self.slots.push(Some(job));
                JobRef((self.slots.len() - 1) as u32)
            }
        }
    }

    /// Takes a job out.
    ///
    /// # Panics
    /// If it is not there: a place has kept the reference of a job that left, which would break conservation.
    pub fn remove(&mut self, job: JobRef) -> Job {
        self.free.push(job.0);
        self.slots[job.0 as usize].take().expect("a job leaves once")
    }

    /// A job that may have left.
    pub fn find(&self, job: JobRef) -> Option<&Job> {
        self.slots.get(job.0 as usize)?.as_ref()
    }

    /// A job.
    ///
    /// # Panics
    /// If it is not there, as [`Jobs::remove`].
    pub fn get(&self, job: JobRef) -> &Job {
        self.slots[job.0 as usize].as_ref().expect("a place holds only jobs that are there")
    }

    /// A job, to change.
    ///
    /// # Panics
    /// If it is not there, as [`Jobs::remove`].
    pub fn get_mut(&mut self, job: JobRef) -> &mut Job {
        self.slots[job.0 as usize].as_mut().expect("a place holds only jobs that are there")
    }

    /// Moves a job to another place, and notes its stay where it was, if that is worth a row.
    pub fn put(&mut self, job: JobRef, place: Place, now: Time, stays: &mut Table<StayRow>) {
        let job = self.get_mut(job);
        if stays.is_enabled() {
            let ended = StayRow::of(job, now);
            if ended.is_noted() {
                stays.push(ended);
            }
        }
        (job.place, job.since) = (place, now);
    }

    /// How many jobs are in the factory.
    pub fn in_process(&self) -> u64 {
        self.released - self.shipped - self.scrapped - self.assembled
    }

    /// All jobs in the factory, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Job> {
        self.slots.iter_mut().flatten()
    }

    /// All jobs in the factory.
    pub fn iter(&self) -> impl Iterator<Item = (JobRef, &Job)> {
        self.slots.iter().enumerate().filter_map(|(index, job)| job.as_ref().map(|job| (JobRef(index as u32), job)))
    }
}
