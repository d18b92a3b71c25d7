//! Stock, kits and racks: parts wait in stock until a job needs them, and come to its machine as one kit.
//!
//! A kit is reserved whole or not at all, and a job goes to the machine only when its kit is reserved: so two half kits
//! never wait for each other, and nobody stands in a buffer waiting for parts that have no way to come.

use std::collections::VecDeque;

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::factory::floor::{Floor, rack_of, state_of};
use crate::factory::jobs::{JobRef, Place};
use crate::factory::plan::OperationPlan;
use crate::factory::tables::JobRow;
use crate::factory::transport::haulage::Destination;

/// What is in stock, and who waits for it.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Stock {
    /// Of each product, the jobs in racks that nobody has reserved, longest first.
    pub available: Vec<VecDeque<JobRef>>,
    /// Jobs that wait until their kit is complete in stock.
    pub waiting: Vec<JobRef>,
    /// Jobs that wait for a place in a rack.
    pub homeless: Vec<JobRef>,
    /// Whether parts have come, so that a kit may be complete.
    pub came: bool,
    /// Whether a rack may have room.
    pub freed: bool,
    /// Of each product, how many jobs made for stock have not left it yet.
    pub cards: Vec<u32>,
    /// Whether one of those has left, so that another may be made.
    pub left: bool,
}

impl Stock {
    /// With nothing in it, of so many products.
    pub fn empty(products: usize) -> Stock {
        Stock { available: vec![VecDeque::new(); products], cards: vec![0; products], ..Stock::default() }
    }

    /// How many jobs are in stock that nobody has reserved.
    pub fn count(&self) -> u64 {
        self.available.iter().map(|jobs| jobs.len() as u64).sum()
    }

    /// Takes a kit out, whole or not at all.
    fn take(&mut self, needs: &[(u32, u32)]) -> Option<Vec<JobRef>> {
        let is_there = |&(product, count): &(u32, u32)| self.available[product as usize].len() >= count as usize;
        if !needs.iter().all(is_there) {
            return None;
        }
        let take = |&(product, count): &(u32, u32)| {
            self.available[product as usize].drain(..count as usize).collect::<Vec<_>>()
        };
        Some(needs.iter().flat_map(take).collect())
    }
}

impl Floor<'_, '_, '_> {
    /// Whether a job has the kit that its operation needs. Otherwise it waits for it.
    pub(in crate::factory) fn has_kit(&mut self, job_ref: JobRef, operation: &OperationPlan) -> bool {
        let job = self.jobs.get_mut(job_ref);
        if !job.kit.is_empty() {
            return true;
        }
        match self.stock.take(&operation.needs) {
            Some(kit) => {
                job.kit = kit;
                true
            }
            None => {
                self.stock.waiting.push(job_ref);
                self.clear_slot(job_ref);
                false
            }
        }
    }

    /// Lets jobs that wait for parts try again: highest priority first, then oldest.
    pub(in crate::factory) fn retry_kits(&mut self) {
        self.stock.came = false;
        let waiting = std::mem::take(&mut self.stock.waiting);
        self.moment.ready.extend(waiting);
    }

    /// Sends a job to the eligible machine at `option`, and its kit with it.
    pub(in crate::factory) fn send_to(&mut self, job_ref: JobRef, machine: TwinId, option: usize) {
        let job = self.jobs.get_mut(job_ref);
        let (kit, place) = (job.kit.clone(), job.place);
        job.missing = kit.len() as u32;
        match self.conveyor_to(place, machine) {
            Some(conveyor) => self.put_on_belt(job_ref, conveyor, option as u32),
            None => self.bring(job_ref, Destination::Machine(machine, option as u32)),
        }
        for part in kit {
            self.bring(part, Destination::Kit(machine, job_ref));
        }
    }

    /// A part has come to the machine where it is needed.
    pub(in crate::factory) fn add_to_kit(&mut self, part: JobRef, machine_id: TwinId, whole: JobRef) {
        let now = self.clock.now;
        self.put(part, Place::Kit(machine_id));
        if self.jobs.get(whole).missing == 1 {
            // Where it has waited for its kit it now waits for the machine: another stay.
            self.put(whole, self.jobs.get(whole).place);
        }
        let job = self.jobs.get_mut(whole);
        job.missing -= 1;
        if job.missing > 0 {
            return;
        }
        let Some(state) = state_of(self.states, self.directory, machine_id) else { return };
        let Some(index) = state.kitting.iter().position(|entry| entry.job == whole) else { return };
        state.count_until(now);
        let entry = state.kitting.remove(index);
        state.join_queue(entry);
        self.moment.touched.push(machine_id);
    }

    /// The parts of a kit have become one with the job.
    pub(in crate::factory) fn use_up_kit(&mut self, job: JobRef) {
        let now = self.clock.now;
        for part in std::mem::take(&mut self.jobs.get_mut(job).kit) {
            self.tally.count_until(now, self.jobs.in_process());
            self.put(part, Place::Yard);
            // One whose rack has left has not left its rack.
            self.return_card(part);
            let part = self.jobs.remove(part);
            self.view.gone(&part, now);
            self.jobs.assembled += 1;
            self.tally.assembled += 1;
            if self.tables.jobs.is_enabled() {
                self.tables.jobs.push(JobRow::new(&part, self.plan, Some(now), "assembled"));
            }
        }
    }

    /// Sends a job into stock, or lets it wait for room in a rack.
    pub(in crate::factory) fn stock_up(&mut self, job: JobRef) {
        match self.rack_for(job) {
            Some(rack) => self.bring(job, Destination::Rack(rack)),
            None => {
                self.jobs.get_mut(job).seeking = true;
                self.stock.homeless.push(job);
                self.clear_slot(job);
            }
        }
    }

    /// Lets jobs that wait for a place in a rack try again, longest waiting first.
    pub(in crate::factory) fn retry_racks(&mut self) {
        self.stock.freed = false;
        for job in std::mem::take(&mut self.stock.homeless) {
            self.stock_up(job);
        }
    }

    /// The rack with most room among those that keep such jobs; of equal ones the one that was made first.
    pub(in crate::factory) fn rack_for(&self, job: JobRef) -> Option<TwinId> {
        let product = &self.plan.products[self.jobs.get(job).product as usize].name;
        let mut best: Option<(usize, TwinId)> = None;
        for &id in &self.plan.racks {
            let Some((rack, state)) = self.directory.entity(id).and_then(|entity| self.racks.get(entity).ok()) else {
                continue;
            };
            let keeps = rack.keeps.is_empty() || rack.keeps.iter().any(|kept| **kept == **product);
            let room = (rack.capacity as usize).saturating_sub(state.held.len() + state.incoming as usize);
            if keeps && room > 0 && best.is_none_or(|(most, _)| room > most) {
                best = Some((room, id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// A job has come into a rack: into stock, or to wait for its next machine there.
    pub(in crate::factory) fn put_into_rack(&mut self, job_ref: JobRef, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = rack_of(self.racks, self.directory, id) else { return };
        state.count_until(now);
        state.held.push(job_ref);
        state.stored += 1;
        self.put(job_ref, Place::Rack(id));
        let job = self.jobs.get(job_ref);
        if job.stocked {
            let product = job.product as usize;
            self.stock.available[product].push_back(job_ref);
            self.stock.came = true;
        } else {
            self.moment.ready.push(job_ref);
        }
    }

    /// A rack leaves for good: what is in it stands in the yard, and seeks another place.
    pub(in crate::factory) fn clear_rack(&mut self, id: TwinId) {
        let Some((_, state)) = rack_of(self.racks, self.directory, id) else { return };
        let held = std::mem::take(&mut state.held);
        for job in held {
            self.put(job, Place::Yard);
            let state = self.jobs.get(job);
            self.stock.available[state.product as usize].retain(|&other| other != job);
            let on_its_way = state.transport.is_some() || state.seeking;
            let in_a_kit = state.stocked && !self.moment.ready.contains(&job) && self.is_reserved(job);
            if !on_its_way && !in_a_kit {
                self.moment.ready.push(job);
            }
        }
    }

    fn is_reserved(&self, part: JobRef) -> bool {
        self.jobs.iter().any(|(_, job)| job.kit.contains(&part))
    }
}
