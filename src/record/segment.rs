//! Rows of a table that follow each other, by columns: as they are collected before they are written.

use bytes::Bytes;
use parquet::data_type::ByteArray;
use serde::{Deserialize, Serialize};

use super::table::{Cell, Column, ColumnType};

/// Rows of a table, by columns.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Segment {
    /// Of which table.
    pub table: String,
    rows: usize,
    pub(super) columns: Vec<SegmentColumn>,
}

/// A column of some rows; `present` has an entry for each row, if the column is optional.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SegmentColumn {
    pub values: Values,
    pub present: Option<Vec<i16>>,
}

/// The values of a column.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Values {
    Int(Vec<i64>),
    Float(Vec<f64>),
    Text(Texts),
}

/// Texts, one behind the other: who makes rows and who writes them are different threads, and many small pieces of memory that go from one
/// to the other would make them wait for each other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Texts {
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Texts {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    /// Whether they are as they were written.
    fn are_whole(&self) -> bool {
        self.ends.is_sorted() && self.ends.last().copied().unwrap_or_default() == self.bytes.len()
    }

    fn take_first(&mut self, count: usize) -> Texts {
        let ends = take_first(&mut self.ends, count);
        let length = ends.last().copied().unwrap_or_default();
        self.ends.iter_mut().for_each(|end| *end -= length);
        Texts { bytes: take_first(&mut self.bytes, length), ends }
    }

    fn append(&mut self, other: Texts) {
        let before = self.bytes.len();
        self.bytes.extend(other.bytes);
        self.ends.extend(other.ends.into_iter().map(|end| before + end));
    }

    /// Each by itself, in the memory of all.
    pub fn into_arrays(self) -> Vec<ByteArray> {
        let bytes = Bytes::from(self.bytes);
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| ByteArray::from(bytes.slice(begin..*end))).collect()
    }
}

impl Segment {
    /// No rows of a table with these columns.
    pub fn new(table: &str, columns: &[Column]) -> Segment {
        Segment { table: table.to_owned(), rows: 0, columns: columns.iter().map(SegmentColumn::new).collect() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row.
    pub fn push(&mut self, cells: Vec<Cell>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        self.rows += 1;
    }

    /// Takes its first rows out.
    pub(super) fn take_first(&mut self, rows: usize) -> Segment {
        let rows = rows.min(self.rows);
        self.rows -= rows;
        let columns = self.columns.iter_mut().map(|column| column.take_first(rows)).collect();
        Segment { table: self.table.clone(), rows, columns }
    }

    /// Adds rows of the same table behind its own.
    pub(super) fn append(&mut self, other: Segment) {
        if self.rows == 0 {
            *self = other;
            return;
        }
        self.rows += other.rows;
        self.columns.iter_mut().zip(other.columns).for_each(|(column, other)| column.append(other));
    }

    /// Whether another has the same columns, with a value wherever there must be one.
    pub(super) fn fits(&self, other: &Segment) -> bool {
        let fits = |(column, other): (&SegmentColumn, &SegmentColumn)| {
            std::mem::discriminant(&column.values) == std::mem::discriminant(&other.values)
                && column.present.is_some() == other.present.is_some()
        };
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(fits)
            && other.columns.iter().all(|column| column.has_rows(other.rows))
    }
}

impl SegmentColumn {
    fn new(column: &Column) -> SegmentColumn {
        let values = match column.of {
            ColumnType::Int => Values::Int(Vec::new()),
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Text => Values::Text(Texts::default()),
        };
        SegmentColumn { values, present: column.optional.then(Vec::new) }
    }

    fn push(&mut self, cell: Cell) {
        if let Some(present) = &mut self.present {
            present.push(i16::from(cell != Cell::Empty));
        }
        match (&mut self.values, cell) {
            (Values::Int(values), Cell::Int(value)) => values.push(value),
            (Values::Float(values), Cell::Float(value)) => values.push(value),
            (Values::Text(values), Cell::Text(text)) => values.push(&text),
            (_, Cell::Empty) if self.present.is_some() => {}
            (_, cell) => unreachable!("{cell:?} does not fit its column: `Row::cells` and `Row::COLUMNS` disagree"),
        }
    }

    fn has_rows(&self, rows: usize) -> bool {
        let values = match &self.present {
            Some(present) if present.len() != rows => return false,
            Some(present) => present.iter().filter(|present| **present == 1).count(),
            None => rows,
        };
        self.values.len() == values && self.values.are_whole()
    }

    fn take_first(&mut self, rows: usize) -> SegmentColumn {
        let present = self.present.as_mut().map(|present| take_first(present, rows));
        let values = match &present {
            Some(present) => present.iter().filter(|present| **present == 1).count(),
            None => rows,
        };
        SegmentColumn { values: self.values.take_first(values), present }
    }

    fn append(&mut self, other: SegmentColumn) {
        self.values.append(other.values);
        if let (Some(present), Some(others)) = (&mut self.present, other.present) {
            present.extend(others);
        }
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Int(values) => values.len(),
            Values::Float(values) => values.len(),
            Values::Text(values) => values.len(),
        }
    }

    fn are_whole(&self) -> bool {
        if let Values::Text(values) = self { values.are_whole() } else { true }
    }

    fn take_first(&mut self, count: usize) -> Values {
        match self {
            Values::Int(values) => Values::Int(take_first(values, count)),
            Values::Float(values) => Values::Float(take_first(values, count)),
            Values::Text(values) => Values::Text(values.take_first(count)),
        }
    }

    fn append(&mut self, other: Values) {
        match (self, other) {
            (Values::Int(values), Values::Int(others)) => values.extend(others),
            (Values::Float(values), Values::Float(others)) => values.extend(others),
            (Values::Text(values), Values::Text(others)) => values.append(others),
            _ => unreachable!("a table has the same columns everywhere: `Segment::fits` has been asked"),
        }
    }
}

/// Takes the first of a list out; the whole of it, mostly, and then its memory too.
fn take_first<T>(list: &mut Vec<T>, count: usize) -> Vec<T> {
    let rest = list.split_off(count.min(list.len()));
    std::mem::replace(list, rest)
}
