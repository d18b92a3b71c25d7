//! Restocking: products that are made for stock, and when. Each job has a card until it leaves the stock; with cards for a whole
//! lot, a lot is released: kanban control (W. J. Hopp and M. L. Spearman, *Factory Physics*, chapters 4 and 10). Unlike a
//! base stock that also counts what is waited for, it never makes more than racks hold, whatever else a kit may be waiting for.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::distribution::Distribution;
use crate::engine::random::Purpose;
use crate::engine::time::{Duration, Time};
use crate::factory::floor::Floor;
use crate::factory::jobs::JobRef;

use super::release::Order;

const DUE: Purpose = Purpose::new("factory.restock_due");

/// What is made for stock, by product.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"gear": {"up_to": 40, "lot": 8, "due_after": "1d"}}))]
pub struct Restocking(pub BTreeMap<String, Restock>);

/// How a product's stock is kept up. Its jobs go into a rack where the routing would ship them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restock {
    /// How many cards there are: those in stock and on their way there are never more than this.
    #[schemars(range(min = 1, max = 1_000_000), example = 40)]
    pub up_to: u32,
    /// How many jobs are released together.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub lot: u32,
    /// What is chosen of the product's options; what is left open is drawn.
    #[serde(default)]
    #[schemars(example = json!({"colour": "red"}))]
    pub options: BTreeMap<String, String>,
    /// When a job should be in stock, from its release, for the rules that go by due dates. Nothing counts it as late.
    #[serde(default)]
    #[schemars(example = &"1d")]
    pub due_after: Option<Distribution<Duration>>,
    /// Jobs of higher priority go first, whatever the rule; the rule decides among equals.
    #[serde(default)]
    pub priority: i32,
    /// How much lateness matters, for the rules ATC and COVERT.
    #[serde(default = "unit_weight")]
    #[schemars(range(min = 0.0))]
    pub weight: f64,
}

fn one() -> u32 {
    1
}

fn unit_weight() -> f64 {
    1.0
}

impl Floor<'_, '_, '_> {
    /// Releases what there are cards for.
    pub(in crate::factory) fn restock(&mut self) {
        self.stock.left = false;
        let plan = self.plan;
        for (product, policy) in &plan.restocks {
            let free = policy.up_to.saturating_sub(self.stock.cards[*product as usize]);
            for _ in 0..free / policy.lot {
                self.release_for_stock(*product, policy);
            }
        }
    }

    fn release_for_stock(&mut self, product: u32, policy: &Restock) {
        let Restock { priority, weight, ref options, .. } = *policy;
        for _ in 0..policy.lot {
            let due = policy.due_after.as_ref().map_or(Time::NEVER, |after| {
                self.now() + after.sample(&mut self.seed.stream(self.jobs.released, DUE, 0))
            });
            self.release(&Order { product, options, due, priority, weight, supply: None, for_stock: true });
            self.stock.cards[product as usize] += 1;
        }
    }

    /// A job that was made for stock leaves it, or is given up before it comes there.
    pub(in crate::factory) fn return_card(&mut self, job: JobRef) {
        let job = self.jobs.get_mut(job);
        if std::mem::take(&mut job.for_stock) {
            self.stock.cards[job.product as usize] -= 1;
            self.stock.left = true;
        }
    }
}
