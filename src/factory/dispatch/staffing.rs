//! Staffing: who goes where. Calls are answered highest priority first, then oldest; the nearest who are free and have the
//! skill are sent, of equally near ones those with the fewest skills, so that the versatile stay free.

use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::factory::calls::{Call, OrderStage, Task};
use crate::factory::floor::{Floor, health_of, state_of, worker_of};
use crate::factory::indicators::worker::Attendance;
use crate::factory::machine::Crew;
use crate::factory::people::worker::{Assignment, Doing, distance, walking_time};
use crate::factory::tables::{StateOf, StateRow, TaskRow};

impl Floor<'_, '_, '_> {
    /// Sends free workers to where they are needed.
    pub(in crate::factory) fn staff(&mut self) {
        for (worker, task) in std::mem::take(&mut self.calls.carried) {
            self.carry_over(worker, task);
        }
        for worker in std::mem::take(&mut self.calls.freed) {
            self.set_free(worker);
        }
        // Nobody is told twice: what follows answers calls, and makes none.
        self.calls.changed = false;
        let mut place = 0;
        while place < self.calls.open.len() {
            let call = self.calls.open[place].clone();
            if self.crew_of(&call).is_none() {
                self.calls.open.remove(place);
            } else if self.answer(&call) {
                // Whoever is there at once may have ended the call's phase, but never made a call before this one.
                self.calls.open.retain(|other| other.number != call.number);
            } else {
                place += 1;
            }
        }
    }

    /// The crew that a call is for; none if it was withdrawn.
    fn crew_of(&mut self, call: &Call) -> Option<&mut Crew> {
        let crew = match call.task {
            Task::Setup(slot) | Task::Operation(slot) => {
                let state = state_of(self.states, self.directory, call.at)?;
                state.slots.get_mut(slot as usize)?.crew.as_mut()
            }
            Task::Repair | Task::Maintenance => health_of(self.ageing, self.directory, call.at)?.order()?.crew.as_mut(),
        };
        crew.map(AsMut::as_mut).filter(|crew| crew.call == call.number)
    }

    /// Sends people to answer a call, if enough are free.
    fn answer(&mut self, call: &Call) -> bool {
        let to = self.place_of(call.at);
        let mut free: Vec<(f64, usize, TwinId)> = Vec::new();
        for &id in &self.plan.skilled[call.need.skill as usize] {
            if let Some((part, state)) = worker_of(self.workers, self.directory, id)
                && state.is_free()
            {
                free.push((distance(state.place, to) / part.speed, part.skills.len(), id));
            }
        }
        let count = call.need.count as usize;
        if free.len() < count {
            return false;
        }
        free.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        free.truncate(count);
        if let Some(crew) = self.crew_of(call) {
            crew.workers = free.iter().map(|&(.., id)| id).collect();
            crew.walking = call.need.count;
        }
        for &(.., id) in &free {
            self.send(id, call, to);
        }
        true
    }

    fn send(&mut self, id: TwinId, call: &Call, to: (f64, f64)) {
        let now = self.clock.now;
        let Some((part, state)) = worker_of(self.workers, self.directory, id) else { return };
        let walk = distance(state.place, to);
        let takes = walking_time(walk, part.speed);
        let event = (!takes.is_zero()).then(|| {
            self.queue.push(Event { at: now + takes, kind: self.plan.kinds.worker_arrives, twin: id, arg: 0 })
        });
        state.task = Some(Assignment {
            at: call.at,
            task: call.task,
            requested: call.since,
            assigned: now,
            arrives: now + takes,
            arrived: false,
            event,
            walk,
            from: state.place,
            to,
        });
        if event.is_none() {
            self.arrive_at_work(id);
        }
        self.observe_worker(id);
    }

    /// A worker has come to where the work is.
    pub(in crate::factory) fn arrive_at_work(&mut self, id: TwinId) {
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        let Some(task) = &mut state.task else { return };
        (task.arrived, task.event) = (true, None);
        let (at, what) = (task.at, task.task);
        self.observe_worker(id);
        match what {
            Task::Setup(slot) | Task::Operation(slot) => {
                let Some(state) = state_of(self.states, self.directory, at) else { return };
                let crew = state.slots.get_mut(slot as usize).and_then(|slot| slot.crew.as_mut());
                let Some(crew) = crew else { return };
                crew.walking -= 1;
                if crew.is_complete() {
                    self.staffed(at, slot);
                }
            }
            Task::Repair | Task::Maintenance => {
                let order = health_of(self.ageing, self.directory, at).and_then(|health| health.order());
                let Some(crew) = order.and_then(|order| order.crew.as_mut()) else { return };
                crew.walking -= 1;
                if crew.is_complete() {
                    self.calls.upkeep.push(at);
                }
            }
        }
    }

    /// A worker stays and does something else there.
    fn carry_over(&mut self, id: TwinId, next: Task) {
        self.view.touch(id);
        let now = self.clock.now;
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        let Some(task) = &mut state.task else { return };
        state.walked_mm += task.walked_mm(now);
        state.tasks += 1;
        self.tables.tasks.push(TaskRow { worker: id, task: task.clone(), until: now, is_over: true });
        (task.task, task.requested, task.assigned, task.arrives) = (next, now, now, now);
        (task.walk, task.from) = (0.0, task.to);
    }

    /// A worker's task is over.
    fn set_free(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        let Some(task) = state.task.take() else { return };
        if let Some(event) = task.event {
            self.queue.cancel(event);
        }
        // Called back on the way, a worker stops where the way has led so far.
        state.place = task.place(now);
        state.walked_mm += task.walked_mm(now);
        state.tasks += 1;
        self.tables.tasks.push(TaskRow { worker: id, task, until: now, is_over: true });
        self.observe_worker(id);
        self.calls.changed = true;
    }

    /// The calendar lets a worker begin, rest or go home.
    pub(in crate::factory) fn change_duty(&mut self, id: TwinId) {
        let now = self.clock.now;
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        let Some(calendar) = self.plan.calendars.get(&id) else { return };
        state.duty = calendar.duty(now);
        self.queue.push(Event { at: calendar.next_change(now), kind: self.plan.kinds.shift, twin: id, arg: 0 });
        self.observe_worker(id);
        self.calls.changed = true;
    }

    /// Puts a worker aside once the task at hand is over, or back to work.
    pub(in crate::factory) fn suspend_worker(&mut self, id: TwinId, aside: bool) {
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        state.suspended = aside;
        self.observe_worker(id);
        self.calls.changed = true;
    }

    /// Takes a worker out who leaves for good. Whatever the worker was needed for calls anew.
    pub(in crate::factory) fn dismiss_worker(&mut self, id: TwinId) {
        self.view.touch(id);
        let now = self.clock.now;
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        state.count_until(now);
        self.tally.departed_workers += &Attendance::of(&state.time);
        state.suspended = true;
        if now > state.since {
            let of = StateOf::Worker(state.doing);
            self.tables.states.push(StateRow { twin: id, of, from: state.since, to: now });
        }
        (state.doing, state.since) = (Doing::Suspended, now);
        let Some(task) = state.task.clone() else { return };
        self.set_free(id);
        match task.task {
            Task::Setup(_) | Task::Operation(_) => {
                self.stand_still(task.at);
                self.go_on(task.at);
            }
            Task::Repair | Task::Maintenance => {
                let health = health_of(self.ageing, self.directory, task.at);
                let Some(order) = health.and_then(|health| health.order()) else { return };
                // The work under way is finished by those who are left; people who were still awaited are called anew.
                if order.stage == OrderStage::People {
                    self.calls.dismiss(order.crew.take());
                    self.calls.upkeep.push(task.at);
                } else if let Some(crew) = &mut order.crew {
                    crew.workers.retain(|&other| other != id);
                }
            }
        }
    }

    /// Notes what a worker is doing now.
    fn observe_worker(&mut self, id: TwinId) {
        self.view.touch(id);
        let now = self.clock.now;
        let Some((_, state)) = worker_of(self.workers, self.directory, id) else { return };
        let doing = state.observe();
        if doing == state.doing {
            return;
        }
        state.count_until(now);
        if now > state.since {
            let of = StateOf::Worker(state.doing);
            self.tables.states.push(StateRow { twin: id, of, from: state.since, to: now });
        }
        (state.doing, state.since) = (doing, now);
    }
}
