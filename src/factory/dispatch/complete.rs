//! What becomes of a job when an operation is done: its quality, and where it goes next.

use crate::engine::identity::TwinId;
use crate::engine::random::{Purpose, Seed};
use crate::factory::floor::{Floor, state_of};
use crate::factory::jobs::{Job, JobRef};
use crate::factory::machine::Ended;
use crate::factory::plan::{Next, OperationPlan, choose_next};
use crate::factory::quality::{Findings, QualityPlan};
use crate::factory::tables::OperationRow;
use crate::factory::transport::haulage::Destination;

const ROUTING: Purpose = Purpose::new("factory.routing");

impl Floor<'_, '_, '_> {
    /// An operation is done: finds out how the job has turned out, and sends it on.
    pub(in crate::factory) fn complete(&mut self, machine_id: TwinId, slot: u32, ended: Ended) {
        let (now, job_ref) = (self.clock.now, ended.job);
        let job = self.jobs.get(job_ref);
        let product = &self.plan.products[job.product as usize];
        let operation = &product.operations[job.operation as usize];
        let findings = operation.quality.as_deref().map(|quality| self.judge(machine_id, job_ref, quality));
        let job = self.jobs.get_mut(job_ref);
        job.worked += ended.work;
        if self.tables.operations.is_enabled() {
            self.tables.operations.push(OperationRow {
                job: job.id,
                product: product.name.clone(),
                operation: operation.name.clone(),
                visit: job.visit,
                machine: machine_id,
                slot,
                ready: job.ready,
                queued: job.queued,
                taken: ended.taken,
                start: ended.started,
                end: now,
                planned: ended.planned,
                work: ended.work,
                findings: findings.clone(),
                grade: findings.as_ref().and_then(|f| f.grade).map(|grade| self.plan.grades[grade as usize].clone()),
            });
        }
        job.ready = now;
        let has_kit = !job.kit.is_empty();
        let next = next_step(operation, findings.as_ref(), job, self.seed);
        job.visit += 1;
        if findings.is_some_and(|findings| findings.rejected == Some(true)) && matches!(next, Next::Operation(_)) {
            job.reworks += 1;
            self.tally.reworked += 1;
        }
        if has_kit {
            self.use_up_kit(job_ref);
        }
        let job = self.jobs.get_mut(job_ref);
        match next {
            Next::Operation(next) => {
                let again = next == job.operation && job.repeat_left > 1;
                job.repeat_left = if again { job.repeat_left - 1 } else { product.operations[next as usize].repeat };
                job.operation = next;
                self.moment.ready.push(job_ref);
            }
            leaves => self.finish(job_ref, leaves),
        }
    }

    /// A job has no further operation: it leaves the factory, or goes into stock.
    pub(in crate::factory) fn finish(&mut self, job: JobRef, how: Next) {
        let how = if how == Next::Ship && self.jobs.get(job).for_stock { Next::Stock } else { how };
        match (how, self.plan.shipping) {
            (Next::Stock, _) => {
                self.jobs.get_mut(job).stocked = true;
                self.moment.ready.push(job);
            }
            (Next::Ship, Some(shipping)) => self.bring(job, Destination::Out(shipping)),
            _ => {
                self.leave(job);
                self.remove(job, how == Next::Ship);
            }
        }
    }

    /// How an operation has turned out for a job, and what was found.
    fn judge(&mut self, machine: TwinId, job_ref: JobRef, quality: &QualityPlan) -> Findings {
        let wear = if quality.depends_on_wear() { self.wear_of(machine) } else { 0.0 };
        let job = self.jobs.get_mut(job_ref);
        let findings = quality.judge(job, wear, self.seed);
        if findings.rejected.is_some() && !job.inspected {
            job.inspected = true;
            self.tally.inspected += 1;
            self.tally.passed_first += u64::from(findings.rejected == Some(false));
        }
        if let Some(state) = state_of(self.states, self.directory, machine) {
            state.tally.count_quality(&findings);
        }
        findings
    }
}

fn next_step(operation: &OperationPlan, findings: Option<&Findings>, job: &Job, seed: Seed) -> Next {
    if job.repeat_left > 1 {
        return Next::Operation(job.operation);
    }
    let steps = operation.steps_after(findings);
    choose_next(steps, || seed.stream(job.id, ROUTING, job.visit).uniform())
}
