//! Purchasing: spare parts on the shelf, and when they are bought. A part whose stock, with what is on order, has fallen to
//! its reorder point is ordered in a fixed quantity: the (r, Q) policy (W. J. Hopp and M. L. Spearman, *Factory
//! Physics*, chapter 2).

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::identity::TwinId;
use crate::engine::queue::Event;
use crate::engine::random::Purpose;
use crate::engine::time::Duration;
use crate::factory::floor::Floor;

const LEAD: Purpose = Purpose::new("factory.spare_lead_time");

/// The most of a spare part that can be on the shelf, on order, or needed for one repair.
pub const MOST_SPARES: u32 = 10_000;

/// Spare parts, by name.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"bearing": {"stock": 2, "reorder_at": 1, "order": 2, "lead_time": "3d"}}))]
pub struct SpareParts(pub BTreeMap<String, SparePart>);

/// One spare part: how many there are, and how more are bought.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SparePart {
    /// How many there are at the start.
    #[schemars(range(max = 10_000), example = 2)]
    pub stock: u32,
    /// More are ordered when those on the shelf and on order are this many or fewer.
    #[serde(default)]
    #[schemars(range(max = 10_000))]
    pub reorder_at: u32,
    /// How many are ordered at a time.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10_000))]
    pub order: u32,
    /// How long a delivery takes.
    #[serde(default)]
    #[schemars(example = &"3d")]
    pub lead_time: Distribution<Duration>,
}

fn one() -> u32 {
    1
}

/// What is on the shelf and who waits for it.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Spares {
    /// Of each part, how many are on the shelf and not promised.
    pub stock: Vec<u32>,
    /// Of each part, how many are on order.
    pub on_order: Vec<u32>,
    /// Of each part, how many orders were made.
    pub ordered: Vec<u64>,
    /// Of each part, how many were taken since counting began.
    pub used: Vec<u64>,
    /// Of each part, how many of those were taken before counting began.
    pub used_before: Vec<u64>,
    /// Machines whose work orders wait for parts, longest first.
    pub waiting: Vec<TwinId>,
}

impl Spares {
    /// Takes parts off the shelf for a machine, all or none; without them it waits.
    pub fn take(&mut self, machine: TwinId, parts: &[(u32, u32)]) -> bool {
        let served = parts.iter().all(|&(part, count)| self.stock[part as usize] >= count);
        self.waiting.retain(|&other| other != machine);
        if served {
            for &(part, count) in parts {
                self.stock[part as usize] -= count;
                self.used[part as usize] += u64::from(count);
            }
        } else {
            self.waiting.push(machine);
        }
        served
    }
}

impl Floor<'_, '_, '_> {
    /// Orders the parts that have become few. What machines wait for counts as gone.
    pub(in crate::factory) fn reorder_spares(&mut self) {
        for part in 0..self.plan.spares.len() {
            let (_, policy) = &self.plan.spares[part];
            let wanted = self.spares_wanted(part as u32);
            while self.spares.stock[part] + self.spares.on_order[part] <= policy.reorder_at.saturating_add(wanted) {
                let mut random = self.seed.stream(part as u64, LEAD, self.spares.ordered[part]);
                self.spares.ordered[part] += 1;
                self.spares.on_order[part] += policy.order;
                let at = self.clock.now + policy.lead_time.sample(&mut random);
                let event = Event { at, kind: self.plan.kinds.delivery, twin: TwinId::NONE, arg: part as u64 };
                self.queue.push(event);
            }
        }
    }

    fn spares_wanted(&mut self, part: u32) -> u32 {
        let waiting = self.spares.waiting.clone();
        let mut wanted = 0;
        for machine in waiting {
            let order = crate::factory::floor::health_of(self.ageing, self.directory, machine)
                .and_then(|health| health.order());
            let parts = order.map_or(&[][..], |order| &order.parts);
            wanted += parts.iter().filter(|(other, _)| *other == part).map(|(_, count)| count).sum::<u32>();
        }
        wanted
    }

    /// A delivery has come: whoever waits for parts tries again.
    pub(in crate::factory) fn receive_spares(&mut self, part: usize) {
        let count = self.plan.spares[part].1.order;
        self.spares.stock[part] += count;
        self.spares.on_order[part] -= count;
        let name = self.plan.spares[part].0.to_string();
        self.tables.journal.note(self.clock.now, TwinId::NONE, "delivery", name, Some(f64::from(count)));
        let waiting = self.spares.waiting.clone();
        self.calls.upkeep.extend(waiting);
    }
}
