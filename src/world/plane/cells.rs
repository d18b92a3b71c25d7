//! Rows of narrow cells, and which of them can be seen from where.

use super::{Area, Real};
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

impl<R: Real> Cells<R> {
    /// Cells for so many agents in these places. Tells `put` of each agent where it comes to lie; those of a cell keep their order.
    #[inline]
    pub fn sort(
        area: Area<R>,
        reach: R,
        agents: usize,
        place: impl Fn(usize) -> [R; 2],
        mut put: impl FnMut(usize, usize, [R; 2]),
    ) -> Cells<R> {
        let counts = counts(area, reach, agents);
        let per_length = [0, 1].map(|axis| R::of(counts[axis]) / area.sides[axis]);
        // Counted two cells on, so that each cell's start is one cell on when it has been added up, and comes to its own place as agents are
        // put there.
        let mut cells = Cells { area, counts, per_length, starts: vec![0; counts[0] * counts[1] + 2] };
        let cell_of: Vec<u32> = (0..agents)
            .map(|agent| {
                let cell = cells.cell(place(agent));
                cells.starts[cell as usize + 2] += 1;
                cell
            })
            .collect();
        let mut before = 0;
        for start in &mut cells.starts[2..] {
            before += *start;
            *start = before;
        }
        for (agent, cell) in cell_of.into_iter().enumerate() {
            let next = &mut cells.starts[cell as usize + 1];
            put(agent, *next as usize, place(agent));
            *next += 1;
        }
        cells
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
    #[inline]
    pub fn window(&self, low: [R; 2], high: [R; 2], reach: R) -> Window<R> {
        let (columns, whole_row) = self.pieces(0, low[0] - reach, high[0] + reach);
        let (rows, whole_column) = self.pieces(1, low[1] - reach, high[1] + reach);
        Window { pieces: [columns, rows], around: whole_row || whole_column }
    }

    #[inline]
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
