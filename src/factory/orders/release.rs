//! How jobs come into the factory and leave it.

use std::collections::BTreeMap;

use crate::engine::identity::TwinId;
use crate::engine::queue::{Event, EventKind};
use crate::engine::random::Purpose;
use crate::engine::time::{Duration, Time};
use crate::factory::floor::{Floor, Progress};
use crate::factory::jobs::{Job, JobRef, Place};
use crate::factory::tables::JobRow;
use crate::factory::variants;

use super::demand::{Arrival, JobOrder, LARGEST_LOT};

const ARRIVAL: Purpose = Purpose::new("factory.arrival");
const LOT: Purpose = Purpose::new("factory.lot");
const DUE: Purpose = Purpose::new("factory.due");
const MEASURE: Purpose = Purpose::new("factory.measure");

/// What a job is released with.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// The product, as an index into the plan.
    pub product: u32,
    /// The choices that are not left to chance.
    pub options: &'a BTreeMap<String, String>,
    /// When it should be done; [`Time::NEVER`] if at no time.
    pub due: Time,
    /// Higher goes first.
    pub priority: i32,
    /// How much lateness matters.
    pub weight: f64,
    /// The arrival process that waits for the job to find room.
    pub supply: Option<u32>,
    /// Whether it is made for stock.
    pub for_stock: bool,
}

impl Floor<'_, '_, '_> {
    /// Puts the first release and the first arrivals on the queue.
    pub fn start_sources(&mut self) {
        let first = self.plan.releases.first().copied();
        if let Some((at, _)) = first {
            self.moment.open_sources += 1;
            self.push_source(at, self.plan.kinds.release, 0);
        }
        self.moment.arrivals = vec![Progress::default(); self.plan.arrivals.len()];
        for index in 0..self.plan.arrivals.len() {
            self.moment.open_sources += 1;
            let at = match self.plan.arrivals[index].first {
                Some(first) => Time::ZERO + first,
                None => self.clock.now + self.draw_interval(index),
            };
            self.schedule_arrival(index, at);
        }
        self.stop_if_done();
    }

    /// Releases all orders of this moment, from the one at `index` of the plan's list on.
    pub fn release_orders(&mut self, mut index: usize) {
        let now = self.clock.now;
        while let Some(&(at, order)) = self.plan.releases.get(index) {
            if at > now {
                self.push_source(at, self.plan.kinds.release, index as u64);
                return;
            }
            let order = order as usize;
            let JobOrder { count, due, priority, weight, ref options, .. } = self.plan.orders[order];
            let product = self.plan.order_products[order];
            let due = due.map_or(Time::NEVER, |due| Time::ZERO + due);
            for _ in 0..count {
                self.release(&Order { product, options, due, priority, weight, supply: None, for_stock: false });
            }
            self.pause_after(count.into());
            index += 1;
        }
        self.moment.open_sources -= 1;
    }

    /// Lets the jobs of an arrival process come, and draws the next time.
    pub fn arrive(&mut self, index: usize) {
        let now = self.clock.now;
        if self.is_over(index, now) {
            self.moment.open_sources -= 1;
            return;
        }
        let plan = self.plan;
        let Arrival { ref lot, limit, priority, weight, ref options, .. } = plan.arrivals[index];
        let product = self.plan.arrival_products[index];
        let left = limit.map_or(u64::MAX, |limit| limit.saturating_sub(self.moment.arrivals[index].released));
        let drawn = self.moment.arrivals[index].drawn;
        let lot = lot.sample(&mut self.seed.stream(index as u64, LOT, drawn)).round();
        let count = (lot.clamp(0.0, LARGEST_LOT) as u64).min(left);
        self.pause_after(count);
        for _ in 0..count {
            let due = self.due_date(index, product);
            let supply = self.plan.arrivals[index].every.is_none().then_some(index as u32);
            self.release(&Order { product, options, due, priority, weight, supply, for_stock: false });
            self.moment.arrivals[index].released += 1;
        }
        if self.plan.arrivals[index].every.is_some() {
            let at = now + self.draw_interval(index);
            self.schedule_arrival(index, at);
        }
    }

    /// So many jobs at one moment are as much work as many events: the step ends with the moment, so that whoever
    /// watches gets a turn.
    fn pause_after(&mut self, jobs: u64) {
        const MANY: u64 = 256;
        if jobs >= MANY {
            self.queue.wake(self.clock.now);
        }
    }

    /// Releases one job.
    pub fn release(&mut self, order: &Order) {
        let &Order { product, due, priority, weight, supply, for_stock, .. } = order;
        let now = self.clock.now;
        self.tally.count_until(now, self.jobs.in_process());
        self.tally.released += 1;
        let plan = &self.plan.products[product as usize];
        let number = self.jobs.released;
        let variant = variants::draw(&plan.options, order.options, number, self.seed);
        let measure = plan.measure.sample(&mut self.seed.stream(number, MEASURE, 0));
        let repeat_left = plan.operations[0].repeat;
        let job = self.jobs.insert(Job {
            id: 0,
            product,
            operation: 0,
            repeat_left,
            visit: 0,
            place: Place::Yard,
            since: now,
            seeking: false,
            transport: None,
            stocked: false,
            kit: Vec::new(),
            missing: 0,
            ready: now,
            queued: now,
            released: now,
            due,
            priority,
            weight,
            variant,
            measure,
            grade: None,
            defective: false,
            inspected: false,
            reworks: 0,
            worked: Duration::ZERO,
            supply,
            for_stock,
        });
        self.show_new(job);
        self.moment.ready.push(job);
    }

    /// Takes a job out of the factory, by shipping or scrapping.
    pub(in crate::factory) fn remove(&mut self, job: JobRef, shipped: bool) {
        let now = self.clock.now;
        self.tally.count_until(now, self.jobs.in_process());
        self.put(job, Place::Yard);
        self.return_card(job);
        let number = self.jobs.get(job).id;
        if !self.timetable.is_empty() {
            // Those that wait for it wait no longer.
            self.moment.touched.extend(self.timetable.machines_of(number));
            self.timetable.forget(|(job, _), _| job == number);
        }
        let job = self.jobs.remove(job);
        self.view.gone(&job, now);
        if shipped {
            self.jobs.shipped += 1;
            self.tally.ship(&job, now);
        } else {
            self.jobs.scrapped += 1;
            self.tally.scrapped += 1;
        }
        if self.tables.jobs.is_enabled() {
            let outcome = if shipped { "shipped" } else { "scrapped" };
            self.tables.jobs.push(JobRow::new(&job, self.plan, Some(now), outcome));
        }
    }

    fn due_date(&self, index: usize, product: u32) -> Time {
        let arrival = &self.plan.arrivals[index];
        if arrival.due_after.is_none() && arrival.due_factor.is_none() {
            return Time::NEVER;
        }
        let after = arrival.due_after.as_ref().map_or(Duration::ZERO, |after| {
            after.sample(&mut self.seed.stream(index as u64, DUE, self.moment.arrivals[index].released))
        });
        let work = self.plan.products[product as usize].total_work();
        self.clock.now + after + Duration::from_seconds(arrival.due_factor.unwrap_or(0.0) * work)
    }

    fn draw_interval(&mut self, index: usize) -> Duration {
        let Some(every) = &self.plan.arrivals[index].every else { return Duration::ZERO };
        let drawn = &mut self.moment.arrivals[index].drawn;
        let mut random = self.seed.stream(index as u64, ARRIVAL, *drawn);
        *drawn += 1;
        every.sample(&mut random)
    }

    fn schedule_arrival(&mut self, index: usize, at: Time) {
        if self.is_over(index, at) {
            self.moment.open_sources -= 1;
            self.moment.arrivals[index].exhausted = Some(self.clock.now).filter(|_| !self.is_sold_out(index));
        } else {
            self.push_source(at, self.plan.kinds.arrival, index as u64);
        }
    }

    /// Nobody knows that no more jobs will come until the process ends: in another future the next arrival is before that.
    pub fn reopen_arrival(&mut self, index: usize, at: Time) {
        if !self.is_over(index, at) {
            self.moment.open_sources += 1;
            self.moment.arrivals[index].exhausted = None;
            self.push_source(at, self.plan.kinds.arrival, index as u64);
        }
    }

    /// Whether an arrival process brings no more jobs from that moment on.
    fn is_over(&self, index: usize, at: Time) -> bool {
        let until = self.plan.arrivals[index].until;
        until.is_some_and(|until| at > Time::ZERO + until) || self.is_sold_out(index)
    }

    /// Whether all jobs of an arrival process have come.
    fn is_sold_out(&self, index: usize) -> bool {
        self.plan.arrivals[index].limit.is_some_and(|limit| self.moment.arrivals[index].released >= limit)
    }

    fn push_source(&mut self, at: Time, kind: EventKind, arg: u64) {
        self.queue.push(Event { at, kind, twin: TwinId::NONE, arg });
    }
}
