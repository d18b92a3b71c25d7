//! Tables as Parquet files: columns compressed with Snappy, in row groups, so that memory stays bounded.
//!
//! The column writers of the `parquet` crate are used directly: rows come one by one and need no Arrow arrays in
//! between, which spares the build a dozen crates.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::row_log::{Segment, SegmentColumn, Values};
use super::table::{Cell, Column, ColumnType};

/// How many rows are collected before they are compressed and written.
const ROWS_PER_GROUP: usize = 65_536;

/// A table that could not be written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot write {path}: {why}")]
pub struct WriteError {
    /// Which file.
    pub path: String,
    /// What the operating system or the format said.
    pub why: String,
}

impl WriteError {
    /// That `path` could not be written because of `why`.
    pub fn new(path: &Path, why: impl std::fmt::Display) -> WriteError {
        WriteError { path: path.display().to_string(), why: why.to_string() }
    }
}

/// Writes one table.
pub struct TableWriter {
    name: String,
    path: PathBuf,
    file: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<ColumnBuffer>,
    rows: u64,
    /// Copies of rows that nobody has taken yet, if rows are copied.
    copies: Option<Vec<Segment>>,
}

/// The values of a column since the last row group; `present` has an entry for each row, if the column is optional.
struct ColumnBuffer {
    values: Values,
    present: Option<Vec<i16>>,
    /// How many values and rows of it have been copied.
    copied: (usize, usize),
}

impl TableWriter {
    /// Makes `folder/name.parquet`.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(folder: &Path, name: &str, columns: &[Column]) -> Result<TableWriter, WriteError> {
        let path = folder.join(format!("{name}.parquet"));
        let file = File::create(&path).map_err(|error| WriteError::new(&path, error))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = schema(name, columns)
            .and_then(|schema| SerializedFileWriter::new(BufWriter::new(file), schema, Arc::new(properties)))
            .map_err(|error| WriteError::new(&path, error))?;
        let columns = columns.iter().map(ColumnBuffer::new).collect();
        Ok(TableWriter { name: name.to_owned(), path, file, columns, rows: 0, copies: None })
    }

    /// Copies all rows from now on, for [`TableWriter::take_copies`].
    pub fn copy_rows(&mut self) {
        self.columns.iter_mut().for_each(ColumnBuffer::skip_copies);
        self.copies = Some(Vec::new());
    }

    /// Copies of the rows that were added since this was asked last.
    pub fn take_copies(&mut self) -> Vec<Segment> {
        self.copy_new_rows();
        self.copies.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// That rows which were copied do not fit this table.
    pub(super) fn misfit(&self) -> WriteError {
        WriteError::new(&self.path, "the rows of the run up to here are damaged")
    }

    fn copy_new_rows(&mut self) {
        let Some(copies) = &mut self.copies else { return };
        let columns: Vec<SegmentColumn> = self.columns.iter_mut().map(ColumnBuffer::copy_new).collect();
        copies.extend(Segment::new(&self.name, columns));
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If a group of rows was full and could not be written.
    pub fn push(&mut self, cells: Vec<Cell>) -> Result<(), WriteError> {
        debug_assert_eq!(cells.len(), self.columns.len(), "a row has a cell for each column");
        self.columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS_PER_GROUP as u64) { self.write_group() } else { Ok(()) }
    }

    /// Writes what is left and the footer. Returns the number of rows.
    ///
    /// # Errors
    /// If the disk is full, say.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        if !self.rows.is_multiple_of(ROWS_PER_GROUP as u64) {
            self.write_group()?;
        }
        let path = self.path;
        let file = self.file.into_inner().map_err(|error| WriteError::new(&path, error))?;
        file.into_inner().map_err(|error| WriteError::new(&path, error.error()))?;
        Ok(self.rows)
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        self.copy_new_rows();
        write_columns(&mut self.file, &mut self.columns).map_err(|error| WriteError::new(&self.path, error))
    }
}

impl ColumnBuffer {
    fn new(column: &Column) -> ColumnBuffer {
        let values = match column.of {
            ColumnType::Int => Values::Int(Vec::new()),
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Text => Values::Text(Vec::new()),
        };
        ColumnBuffer { values, present: column.optional.then(Vec::new), copied: (0, 0) }
    }

    /// How many values and rows there are.
    fn len(&self) -> (usize, usize) {
        let values = self.values.len();
        (values, self.present.as_ref().map_or(values, Vec::len))
    }

    fn skip_copies(&mut self) {
        self.copied = self.len();
    }

    /// A copy of what was added since the last one.
    fn copy_new(&mut self) -> SegmentColumn {
        let (values, rows) = self.copied;
        self.copied = self.len();
        SegmentColumn {
            values: self.values.copy_from(values),
            present: self.present.as_ref().map(|present| present[rows..].to_vec()),
        }
    }

    fn clear(&mut self) {
        self.values.clear();
        self.present.iter_mut().for_each(Vec::clear);
        self.copied = (0, 0);
    }

    fn push(&mut self, cell: Cell) {
        if let Some(present) = &mut self.present {
            present.push(i16::from(cell != Cell::Empty));
        }
        match (&mut self.values, cell) {
            (Values::Int(values), Cell::Int(value)) => values.push(value),
            (Values::Float(values), Cell::Float(value)) => values.push(value),
            (Values::Text(values), Cell::Text(text)) => values.push(ByteArray::from(text.as_bytes().to_vec())),
            (_, Cell::Empty) if self.present.is_some() => {}
            (_, cell) => unreachable!("{cell:?} does not fit its column: `Row::cells` and `Row::COLUMNS` disagree"),
        }
    }
}

fn schema(name: &str, columns: &[Column]) -> Result<Arc<Type>, ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.of {
            ColumnType::Int => (PhysicalType::INT64, None),
            ColumnType::Float => (PhysicalType::DOUBLE, None),
            ColumnType::Text => (PhysicalType::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        Type::primitive_type_builder(column.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder(name).with_fields(fields.collect::<Result<_, _>>()?).build().map(Arc::new)
}

fn write_columns(
    file: &mut SerializedFileWriter<BufWriter<File>>,
    columns: &mut [ColumnBuffer],
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for column in columns {
        write_column(&mut group, column)?;
    }
    group.close().map(drop)
}

fn write_column(
    group: &mut SerializedRowGroupWriter<BufWriter<File>>,
    column: &mut ColumnBuffer,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    let present = column.present.as_deref();
    match &column.values {
        Values::Int(values) => writer.typed::<Int64Type>().write_batch(values, present, None)?,
        Values::Float(values) => writer.typed::<DoubleType>().write_batch(values, present, None)?,
        Values::Text(values) => writer.typed::<ByteArrayType>().write_batch(values, present, None)?,
    };
    column.clear();
    writer.close()
}
