//! The factory's tables as rows. Of a table that lacks a column which cannot be done without, there are none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::report::columns::Texts;
use crate::record::report::{ReportError, RunData};

use super::palette::{Kind, Products};

/// A time during which a twin was in one state.
#[derive(Clone, Debug)]
pub struct Span {
    /// Which of [`States::twins`].
    pub twin: usize,
    /// What kind of twin that is.
    pub kind: Kind,
    /// Its state's name.
    pub state: Arc<str>,
    /// Since when, in seconds.
    pub from: f64,
    /// Until when.
    pub to: f64,
}

/// The table `states`.
#[derive(Clone, Debug)]
pub struct States {
    /// The twins in it, in the order of the scene.
    pub twins: Vec<Arc<str>>,
    /// What they did.
    pub spans: Vec<Span>,
}

/// An operation that ended.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The job's number.
    pub job: i64,
    /// Which of [`Operations::products`].
    pub product: usize,
    /// What was done.
    pub name: Arc<str>,
    /// Where, and in which of its slots.
    pub machine: Arc<str>,
    /// See `machine`.
    pub slot: i64,
    /// When it came into the queue, in seconds.
    pub queued: f64,
    /// When the machine took it up.
    pub setup: f64,
    /// When work began.
    pub start: f64,
    /// When work ended.
    pub end: f64,
    /// Whether it left the job without a new defect.
    pub good: bool,
    /// Of an inspection `pass` or `reject`, else empty.
    pub verdict: Arc<str>,
}

/// The table `operations`.
#[derive(Clone, Debug)]
pub struct Operations {
    /// The products in it.
    pub products: Products,
    /// What was done, in the order of the table.
    pub rows: Vec<Operation>,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number.
    pub job: i64,
    /// Which of [`Jobs::products`].
    pub product: usize,
    /// When it was released, in seconds.
    pub release: f64,
    /// When it should have been done; NaN if at no time.
    pub due: f64,
    /// When it left; NaN if it did not.
    pub end: f64,
    /// `shipped`, `scrapped` and so on.
    pub outcome: Arc<str>,
    /// What the customer chose; empty if there was nothing to choose.
    pub variant: Arc<str>,
    /// Its grade; empty if it has none.
    pub grade: Arc<str>,
    /// Whether it has a defect, found or not.
    pub defective: bool,
    /// How many times it was sent to be reworked.
    pub reworks: i64,
}

/// The table `jobs`.
#[derive(Clone, Debug)]
pub struct Jobs {
    /// The products in it.
    pub products: Products,
    /// The jobs.
    pub rows: Vec<Job>,
}

impl Job {
    /// Whether it was shipped after that moment.
    pub fn shipped_after(&self, from: f64) -> bool {
        &*self.outcome == "shipped" && self.end >= from
    }

    /// Whether it left after that moment, for good or as a part of another.
    pub fn left_after(&self, from: f64) -> bool {
        &*self.outcome != "unfinished" && self.end >= from
    }

    /// From its release to its end.
    pub fn flow_time(&self) -> f64 {
        self.end - self.release
    }
}

/// Reads the table `states`. Spans without length are left out.
///
/// # Errors
/// If the table is damaged.
pub fn states(run: &RunData) -> Result<Option<States>, ReportError> {
    let Some(table) = run.table("states")? else { return Ok(None) };
    let columns = (table.texts("twin"), table.texts("state"), table.floats("from"), table.floats("to"));
    let (Some(twin), Some(state), Some(from), Some(to)) = columns else { return Ok(None) };
    let kinds = table.texts("kind");
    let (twins, place) = in_order_of_scene(run, twin.words());
    let span = |row: usize| Span {
        twin: place[twin.code(row)],
        kind: kinds.map_or(Kind::Machine, |kinds| Kind::of(kinds.get(row))),
        state: state.get(row).clone(),
        from: from[row],
        to: to[row],
    };
    let spans: Vec<Span> = (0..table.rows()).map(span).filter(|span| span.to > span.from).collect();
    Ok((!spans.is_empty()).then_some(States { twins, spans }))
}

/// Names in the order in which the scene has them, and where each of `names` then stands.
fn in_order_of_scene(run: &RunData, names: &[Arc<str>]) -> (Vec<Arc<str>>, Vec<usize>) {
    let rank: BTreeMap<Arc<str>, usize> =
        run.twins().into_iter().enumerate().map(|(index, twin)| (twin, index)).collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&index| rank.get(&names[index]).copied().unwrap_or(usize::MAX));
    let mut place = vec![0; names.len()];
    order.iter().enumerate().for_each(|(position, &index)| place[index] = position);
    (order.iter().map(|&index| names[index].clone()).collect(), place)
}

/// Reads the table `operations`.
///
/// # Errors
/// If the table is damaged.
pub fn operations(run: &RunData) -> Result<Option<Operations>, ReportError> {
    let Some(table) = run.table("operations")? else { return Ok(None) };
    let texts = (table.texts("product"), table.texts("operation"), table.texts("machine"));
    let times = (table.floats("setup_start"), table.floats("start"), table.floats("end"));
    let (Some(product), Some(name), Some(machine)) = texts else { return Ok(None) };
    let (Some(setup), Some(start), Some(end)) = times else { return Ok(None) };
    let Some(job) = table.ints("job") else { return Ok(None) };
    let (slot, queued) = (table.ints("slot"), table.floats("queued"));
    let (good, verdict) = (table.ints("good"), table.texts("verdict"));
    let products = Products::new(product.words());
    let row = |row: usize| Operation {
        job: job[row],
        product: products.index(product.get(row)),
        name: name.get(row).clone(),
        machine: machine.get(row).clone(),
        slot: slot.map_or(0, |slot| slot[row]).max(0),
        queued: queued.as_ref().map_or(setup[row], |queued| queued[row]),
        setup: setup[row],
        start: start[row],
        end: end[row],
        good: good.is_none_or(|good| good[row] != 0),
        verdict: text(verdict, row),
    };
    let rows: Vec<Operation> = (0..table.rows()).map(row).filter(|row| row.end >= row.setup).collect();
    Ok((!rows.is_empty()).then_some(Operations { products, rows }))
}

/// Reads the table `jobs`.
///
/// # Errors
/// If the table is damaged.
pub fn jobs(run: &RunData) -> Result<Option<Jobs>, ReportError> {
    let Some(table) = run.table("jobs")? else { return Ok(None) };
    let columns = (table.ints("job"), table.texts("product"), table.floats("release"), table.floats("end"));
    let (Some(job), Some(product), Some(release), Some(end)) = columns else { return Ok(None) };
    let Some(outcome) = table.texts("outcome") else { return Ok(None) };
    let (variant, grade) = (table.texts("variant"), table.texts("grade"));
    let (defective, reworks) = (table.ints("defective"), table.ints("reworks"));
    let due = table.floats("due").unwrap_or_else(|| vec![f64::NAN; table.rows()]);
    let products = Products::new(product.words());
    let row = |row: usize| Job {
        job: job[row],
        product: products.index(product.get(row)),
        release: release[row],
        due: due[row],
        end: end[row],
        outcome: outcome.get(row).clone(),
        variant: text(variant, row),
        grade: text(grade, row),
        defective: defective.is_some_and(|defective| defective[row] == 1),
        reworks: reworks.map_or(0, |reworks| reworks[row].max(0)),
    };
    let rows: Vec<Job> = (0..table.rows()).map(row).filter(|job| job.release.is_finite()).collect();
    Ok((!rows.is_empty()).then_some(Jobs { products, rows }))
}

/// A row's text; empty where the table lacks that column.
fn text(column: Option<&Texts>, row: usize) -> Arc<str> {
    column.map_or_else(Arc::default, |texts| texts.get(row).clone())
}
