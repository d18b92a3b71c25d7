//! Loops over twins inside a system, on the run's own pool of threads.
//!
//! Parallelism lives here only. Each twin reads the world as it stood and writes its own parts, so the result is the
//! same for any number of threads; what must be combined is combined in the order of the input, never of completion.

use std::sync::Arc;

use bevy_ecs::prelude::Resource;
use rayon::iter::plumbing::{Producer, ProducerCallback};
use rayon::prelude::*;

/// The threads of a run. With one thread every loop is a plain loop.
#[derive(Resource, Clone, Default)]
pub struct Pool(Option<Arc<rayon::ThreadPool>>);

/// Fewer items are not worth the way to another thread.
const FEWEST: usize = 256;

/// Takes what a parallel iterator would share out, one after the other.
struct OneByOne<F>(F);

impl<T, F: Fn(T)> ProducerCallback<T> for OneByOne<F> {
    type Output = ();

    fn callback<P: Producer<Item = T>>(self, producer: P) {
        producer.into_iter().for_each(self.0);
    }
}

impl Pool {
    /// A pool of `threads` threads; 0 means one for each core.
    ///
    /// # Errors
    /// Why the operating system gave no threads.
    pub fn new(threads: usize) -> Result<Pool, String> {
        let threads = if threads == 0 { std::thread::available_parallelism().map_or(1, usize::from) } else { threads };
        if threads == 1 {
            return Ok(Pool(None));
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|n| format!("twins-{n}"))
            .build()
            .map(|pool| Pool(Some(Arc::new(pool))))
            .map_err(|error| format!("cannot start {threads} threads: {error}"))
    }

    /// How many threads share a loop.
    pub fn threads(&self) -> usize {
        self.0.as_ref().map_or(1, |pool| pool.current_num_threads())
    }

    /// Does `work` on a thread of the pool, so that its loops need not wait for another thread to begin them.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.0 {
            None => work(),
            Some(pool) => pool.install(work),
        }
    }

    /// Does `work` for every item. Items are what a query gives: `pool.for_each(&mut query, |(battery, pose)| ...)`.
    pub fn for_each<I>(&self, items: I, work: impl Fn(I::Item) + Send + Sync)
    where
        I: IntoIterator<Item: Send>,
    {
        match &self.0 {
            None => items.into_iter().for_each(work),
            Some(pool) => {
                let items: Vec<I::Item> = items.into_iter().collect();
                pool.install(|| items.into_par_iter().with_min_len(FEWEST).for_each(work));
            }
        }
    }

    /// Does `work` for every row of tables, such as `twins.par_iter().zip(positions.par_iter_mut())`, where
    /// [`Query::contiguous_iter_mut`] gave `twins` and `positions`. Asks for no memory.
    ///
    /// [`Query::contiguous_iter_mut`]: bevy_ecs::system::Query::contiguous_iter_mut
    pub fn for_rows<I: IndexedParallelIterator>(&self, rows: I, work: impl Fn(I::Item) + Send + Sync) {
        match &self.0 {
            Some(pool) if rows.len() >= 2 * FEWEST => pool.install(|| rows.with_min_len(FEWEST).for_each(work)),
            _ => rows.with_producer(OneByOne(work)),
        }
    }

    /// The results of `work`, in the order of `items`.
    pub fn map<T: Sync, R: Send>(&self, items: &[T], work: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
        match &self.0 {
            None => items.iter().map(work).collect(),
            Some(pool) => pool.install(|| items.par_iter().map(work).collect()),
        }
    }

    /// The results of `work` for the numbers below `count`, in their order.
    pub fn map_numbers<R: Send>(&self, count: usize, work: impl Fn(usize) -> R + Send + Sync) -> Vec<R> {
        match &self.0 {
            Some(pool) if count >= 2 * FEWEST => {
                pool.install(|| (0..count).into_par_iter().with_min_len(FEWEST).map(work).collect())
            }
            _ => (0..count).map(work).collect(),
        }
    }

    /// The results of `work`, which takes the items themselves, in their order.
    pub fn map_owned<T: Send, R: Send>(&self, items: Vec<T>, work: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
        match &self.0 {
            None => items.into_iter().map(work).collect(),
            Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        }
    }
}
