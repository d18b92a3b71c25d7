//! Rows of narrow cells, and which of them can be seen from where.

use std::ops::Range;

use super::{Area, Placed, Real};
use crate::engine::parallel::Pool;
use crate::world::grid::Edge;

/// So many cells to the reach along a row: the narrower, the fewer are looked at in vain. Along columns it is one.
const NARROW: usize = 8;

/// At most so many cells to an agent.
const CELLS_PER_AGENT: usize = 4;

/// Rows of cells, and who is in each.
pub(super) struct Cells<R> {
    area: Area<R>,
    /// Columns and rows.
    counts: [usize; 2],
    /// Columns and rows to a unit of length.
    per_length: [R; 2],
    /// Where the agents of each cell begin, row by row, and where the last ones end.
    starts: Vec<u32>,
}

/// Columns, or rows, next to each other, in an image of the plane that is so far away.
#[derive(Clone, Copy)]
struct Piece<R> {
    from: usize,
    to: usize,
    shift: R,
}

/// What can be seen from somewhere: at most two pieces of columns and two of rows, from the lowest on.
#[derive(Clone, Copy)]
pub(super) struct Window<R> {
    pieces: [[Piece<R>; 2]; 2],
    /// Whether all columns, or all rows, of a plane with joined edges are among them: each is there once, perhaps not in the image
    /// where it is nearest.
    pub around: bool,
}

/// Agents next to each other in memory, in an image of the plane that is so far away.
#[derive(Clone, Copy)]
pub(super) struct Stretch<R> {
    pub from: usize,
    pub to: usize,
    pub shift: [R; 2],
}

/// What is sorted into cells: where all are, and who it is.
pub(super) struct Sorted<A: Placed> {
    pub xs: Vec<A::Real>,
    pub ys: Vec<A::Real>,
    pub agents: Vec<A>,
}

/// Cells next to each other, and who is put there by one thread.
struct Share<'a, A: Placed> {
    cells: Range<usize>,
    /// Where the next agent of each cell comes to lie.
    next: &'a mut [u32],
    first: usize,
    xs: &'a mut [A::Real],
    ys: &'a mut [A::Real],
    agents: &'a mut [A],
}

impl<R: Real> Cells<R> {
    /// Sorts agents into cells; those of a cell keep their order. `beyond` more places and agents follow, of no meaning.
    pub fn sort<A: Placed<Real = R>>(
        pool: &Pool,
        area: Area<R>,
        reach: R,
        agents: &[A],
        beyond: usize,
    ) -> (Cells<R>, Sorted<A>) {
        let counts = counts(area, reach, agents.len());
        let per_length = [0, 1].map(|axis| R::of(counts[axis]) / area.sides[axis]);
        // Counted two cells on, so that each cell's start is one cell on when it has been added up, and comes to its own place as agents are
        // put there.
        let mut cells = Cells { area, counts, per_length, starts: vec![0; counts[0] * counts[1] + 2] };
        let place = |agent: &A| area.wrap(agent.place());
        let cell_of = pool.map_numbers(agents.len(), |agent| cells.cell(place(&agents[agent])));
        for cell in &cell_of {
            cells.starts[*cell as usize + 2] += 1;
        }
        let mut before = 0;
        for start in &mut cells.starts[2..] {
            before += *start;
            *start = before;
        }
        let zeros = || vec![R::zero(); agents.len() + beyond];
        let more = agents.last().into_iter().cycle().take(beyond);
        let mut sorted = Sorted { xs: zeros(), ys: zeros(), agents: agents.iter().chain(more).copied().collect() };
        pool.map_owned(shares(pool.threads(), agents.len(), &mut cells.starts[1..], &mut sorted), |share| {
            for (agent, cell) in agents.iter().zip(&cell_of) {
                let cell = *cell as usize;
                if share.cells.contains(&cell) {
                    let next = &mut share.next[cell - share.cells.start];
                    let to = *next as usize - share.first;
                    [share.xs[to], share.ys[to]] = place(agent);
                    share.agents[to] = *agent;
                    *next += 1;
                }
            }
        });
        (cells, sorted)
    }

    fn cell(&self, place: [R; 2]) -> u32 {
        let along =
            |axis: usize| ((place[axis] * self.per_length[axis]).whole().max(0) as usize).min(self.counts[axis] - 1);
        (along(1) * self.counts[0] + along(0)) as u32
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.counts[1]
    }

    /// How many agents there are in the first rows.
    pub fn before_row(&self, row: usize) -> usize {
        self.starts[row * self.counts[0]] as usize
    }

    /// What is seen from between two corners, so far away.
    // Inlined, so that nothing of it goes through memory.
    #[inline(always)]
    pub fn window(&self, low: [R; 2], high: [R; 2], reach: R) -> Window<R> {
        let (columns, whole_row) = self.pieces(0, low[0] - reach, high[0] + reach);
        let (rows, whole_column) = self.pieces(1, low[1] - reach, high[1] + reach);
        Window { pieces: [columns, rows], around: whole_row || whole_column }
    }

    #[inline(always)]
    fn pieces(&self, axis: usize, low: R, high: R) -> ([Piece<R>; 2], bool) {
        let count = self.counts[axis] as i32;
        let [first, last] = [low, high].map(|at| (at * self.per_length[axis]).whole());
        let none = Piece { from: 0, to: 0, shift: R::zero() };
        if self.area.edge == Edge::Closed {
            let [first, last] = [first, last].map(|cell| cell.clamp(0, count - 1) as usize);
            return ([Piece { from: first, to: last + 1, shift: R::zero() }, none], false);
        }
        if first >= 0 && last < count && last - first + 1 < count {
            return ([Piece { from: first as usize, to: last as usize + 1, shift: R::zero() }, none], false);
        }
        let image = first.div_euclid(count);
        let from = first.rem_euclid(count) as usize;
        let side = self.area.sides[axis];
        let shift =
            if image < 0 { -(side * R::of(image.unsigned_abs() as usize)) } else { side * R::of(image as usize) };
        let is_around = last.saturating_sub(first).saturating_add(1) >= count;
        let cells = if is_around { count as usize } else { (last - first) as usize + 1 };
        let to = (from + cells).min(count as usize);
        let beyond = Piece { from: 0, to: from + cells - to, shift: shift + side };
        ([Piece { from, to, shift }, beyond], is_around)
    }

    /// The agents in a window.
    #[inline]
    pub fn stretches(&self, window: Window<R>) -> Stretches<'_, R> {
        Stretches { cells: self, window, rows: 0, row: window.pieces[1][0].from, columns: 0 }
    }
}

/// Shares of about as many agents, given where those of each cell begin.
fn shares<'a, A: Placed>(
    threads: usize,
    agents: usize,
    mut starts: &'a mut [u32],
    sorted: &'a mut Sorted<A>,
) -> Vec<Share<'a, A>> {
    let (mut xs, mut ys, mut rest) = (&mut sorted.xs[..], &mut sorted.ys[..], &mut sorted.agents[..]);
    let (mut cell, mut first) = (0, 0);
    let share = |number: usize| {
        let is_last = number == threads;
        let before = |start: &u32| (*start as usize) < agents * number / threads;
        let count = if is_last { starts.len() } else { starts.partition_point(before) };
        let last = starts.get(count).filter(|_| !is_last).map_or(agents, |start| *start as usize);
        let next;
        (next, starts) = std::mem::take(&mut starts).split_at_mut(count);
        let (xs_there, ys_there, there);
        (xs_there, xs) = std::mem::take(&mut xs).split_at_mut(last - first);
        (ys_there, ys) = std::mem::take(&mut ys).split_at_mut(last - first);
        (there, rest) = std::mem::take(&mut rest).split_at_mut(last - first);
        let share = Share { cells: cell..cell + count, next, first, xs: xs_there, ys: ys_there, agents: there };
        (cell, first) = (cell + count, last);
        share
    };
    (1..=threads).map(share).collect()
}

/// How many columns and rows of cells. They only decide how quick it is to look around.
fn counts<R: Real>(area: Area<R>, reach: R, agents: usize) -> [usize; 2] {
    let most = CELLS_PER_AGENT * agents.max(1);
    let fit = |side: R, size: R, most: usize| ((side / size).whole().max(1) as usize).min(most.max(1));
    let [width, height] = area.sides;
    // Where agents are few, rows are as high as they are far apart.
    let apart = (width / R::of(agents.max(1)) * height).sqrt();
    let rows = fit(height, reach.max(apart), most);
    [fit(width, reach / R::of(NARROW), most / rows), rows]
}

/// The stretches of a window, row by row.
pub(super) struct Stretches<'a, R> {
    cells: &'a Cells<R>,
    window: Window<R>,
    /// Which piece of rows, which row, and which piece of columns comes next.
    rows: usize,
    row: usize,
    columns: usize,
}

impl<R: Real> Iterator for Stretches<'_, R> {
    type Item = Stretch<R>;

    /// The next stretch in which there is somebody.
    // Inlined, so that who looks around can keep all of it in registers.
    #[inline(always)]
    fn next(&mut self) -> Option<Stretch<R>> {
        loop {
            let rows = self.window.pieces[1].get(self.rows)?;
            if self.row >= rows.to {
                self.rows += 1;
                self.row = self.window.pieces[1].get(self.rows)?.from;
                continue;
            }
            let columns = self.window.pieces[0][self.columns];
            let first = self.row * self.cells.counts[0];
            self.columns += 1;
            if self.columns == 2 || self.window.pieces[0][1].to == 0 {
                self.columns = 0;
                self.row += 1;
            }
            let [from, to] = [columns.from, columns.to].map(|column| self.cells.starts[first + column] as usize);
            if from < to {
                return Some(Stretch { from, to, shift: [columns.shift, rows.shift] });
            }
        }
    }
}
