//! Upkeep: brings work orders to machines, parts to work orders, and people to both.

use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::factory::calls::{OrderKind, OrderStage, Task};
use crate::factory::floor::{Floor, health_of, state_of};
use crate::factory::machine::MachineState;
use crate::factory::tables::MaintenanceRow;

/// Repairs go before whatever the job at hand is; maintenance after.
const REPAIR_PRIORITY: i32 = i32::MAX;
const MAINTENANCE_PRIORITY: i32 = i32::MIN;

impl Floor<'_, '_, '_> {
    /// The work orders of a machine that leaves for good are void.
    pub(in crate::factory) fn drop_upkeep(&mut self, twin: TwinId) {
        let Some(health) = health_of(self.ageing, self.directory, twin) else { return };
        for order in [health.repair.take(), health.service.take()].into_iter().flatten() {
            self.tables.maintenance.push(MaintenanceRow::new(twin, &order, None));
            self.calls.dismiss(order.crew);
            if order.kind == OrderKind::Relocation {
                self.moment.closing -= 1;
            }
        }
        self.spares.waiting.retain(|&other| other != twin);
    }

    /// Moves the work order of a machine on as far as it goes.
    pub(in crate::factory) fn progress_upkeep(&mut self, twin: TwinId) {
        loop {
            let Some(order) = health_of(self.ageing, self.directory, twin).and_then(|health| health.order()) else {
                return;
            };
            let kind = order.kind;
            match order.stage {
                OrderStage::Raised => {
                    // A machine that moves leaves no job behind.
                    let ready = |state: &MachineState| match kind {
                        OrderKind::Relocation => state.is_empty(),
                        _ => state.is_quiet(),
                    };
                    if !state_of(self.states, self.directory, twin).is_some_and(|state| ready(state)) {
                        return;
                    }
                    order.stage = OrderStage::Parts;
                    self.begin_service(twin);
                }
                OrderStage::Parts => {
                    if !self.spares.take(twin, &order.parts) {
                        return self.reorder_spares();
                    }
                    order.stage = OrderStage::People;
                    for &(part, count) in &order.parts {
                        let name = self.plan.spares[part as usize].0.to_string();
                        self.tables.journal.note(self.clock.now, twin, "spares_taken", name, Some(f64::from(count)));
                    }
                    self.reorder_spares();
                }
                OrderStage::People => {
                    let (task, priority) = match kind {
                        OrderKind::Failure => (Task::Repair, REPAIR_PRIORITY),
                        OrderKind::Planned | OrderKind::Condition | OrderKind::Requested | OrderKind::Relocation => {
                            (Task::Maintenance, MAINTENANCE_PRIORITY)
                        }
                    };
                    match (&order.crew, order.need) {
                        (None, Some(need)) => {
                            order.crew = Some(self.calls.call(self.clock.now, priority, need, twin, task));
                            return;
                        }
                        (Some(crew), _) if !crew.is_complete() => return,
                        _ => {}
                    }
                    order.stage = OrderStage::Working;
                    order.started = self.clock.now;
                    let at = self.clock.now + order.takes;
                    self.queue.push(Event { at, kind: self.plan.kinds.repaired, twin, arg: 0 });
                    return;
                }
                OrderStage::Unnoticed | OrderStage::Working => return,
            }
        }
    }
}
