//! Tables as Parquet files: columns compressed with Snappy, in row groups, so that memory stays bounded.
//!
//! The column writers of the `parquet` crate are used directly: rows come one by one and need no Arrow arrays in
//! between, which spares the build a dozen crates.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType};
use parquet::data_type::{ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::segment::{Segment, SegmentColumn, Values};
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
    /// Rows that the file has not been given.
    rows: Segment,
    /// None where another writes it: see [`TableWriter::give_file`].
    file: Option<TableFile>,
}

/// The file of a table, to which rows are given many at once.
pub struct TableFile {
    name: String,
    path: PathBuf,
    file: SerializedFileWriter<BufWriter<File>>,
    /// Rows of a group that is not full yet.
    group: Segment,
    rows: u64,
}

impl TableWriter {
    /// Makes `folder/name.parquet`.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(folder: &Path, name: &str, columns: &[Column]) -> Result<TableWriter, WriteError> {
        Ok(TableWriter { rows: Segment::new(name, columns), file: Some(TableFile::create(folder, name, columns)?) })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If a group of rows was full and could not be written.
    pub fn push(&mut self, cells: Vec<Cell>) -> Result<(), WriteError> {
        self.rows.push(cells);
        match &mut self.file {
            Some(file) if self.rows.len() == ROWS_PER_GROUP => file.append(self.rows.take_first(ROWS_PER_GROUP)),
            _ => Ok(()),
        }
    }

    /// Gives the file to somebody else, who is given the rows from now on.
    pub fn give_file(&mut self) -> Option<TableFile> {
        self.file.take()
    }

    /// Whether there are rows for a group that no file has been given.
    pub fn has_many_rows(&self) -> bool {
        self.rows.len() >= ROWS_PER_GROUP
    }

    /// The rows that no file has been given; none if there are none.
    pub fn take_rows(&mut self) -> Option<Segment> {
        let rows = self.rows.take_first(self.rows.len());
        (!rows.is_empty()).then_some(rows)
    }

    /// Writes what is left and the footer. Returns the number of rows; 0 if somebody else has the file.
    ///
    /// # Errors
    /// If the disk is full, say.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        let rows = self.take_rows();
        let Some(mut file) = self.file else { return Ok(0) };
        rows.map_or(Ok(()), |rows| file.append(rows))?;
        file.finish()
    }
}

impl TableFile {
    fn create(folder: &Path, name: &str, columns: &[Column]) -> Result<TableFile, WriteError> {
        let path = folder.join(format!("{name}.parquet"));
        let file = File::create(&path).map_err(|error| WriteError::new(&path, error))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = schema(name, columns)
            .and_then(|schema| SerializedFileWriter::new(BufWriter::new(file), schema, Arc::new(properties)))
            .map_err(|error| WriteError::new(&path, error))?;
        Ok(TableFile { name: name.to_owned(), path, file, group: Segment::new(name, columns), rows: 0 })
    }

    /// Its table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Adds rows. Groups are as long as ever, however many are added at once.
    ///
    /// # Errors
    /// If the rows are of another table, or cannot be written.
    pub fn append(&mut self, mut rows: Segment) -> Result<(), WriteError> {
        if !self.group.fits(&rows) {
            return Err(WriteError::new(&self.path, "the rows that were logged for it are damaged"));
        }
        while !rows.is_empty() {
            let first = rows.take_first(ROWS_PER_GROUP - self.group.len());
            self.rows += first.len() as u64;
            self.group.append(first);
            if self.group.len() == ROWS_PER_GROUP {
                self.write_group()?;
            }
        }
        Ok(())
    }

    /// Writes what is left and the footer. Returns the number of rows.
    ///
    /// # Errors
    /// If the disk is full, say.
    pub fn finish(mut self) -> Result<u64, WriteError> {
        if !self.group.is_empty() {
            self.write_group()?;
        }
        let path = self.path;
        let file = self.file.into_inner().map_err(|error| WriteError::new(&path, error))?;
        file.into_inner().map_err(|error| WriteError::new(&path, error.error()))?;
        Ok(self.rows)
    }

    fn write_group(&mut self) -> Result<(), WriteError> {
        let group = self.group.take_first(self.group.len());
        write_columns(&mut self.file, group.columns).map_err(|error| WriteError::new(&self.path, error))
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
        Type::primitive_type_builder(&column.name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    });
    Type::group_type_builder(name).with_fields(fields.collect::<Result<_, _>>()?).build().map(Arc::new)
}

fn write_columns(
    file: &mut SerializedFileWriter<BufWriter<File>>,
    columns: Vec<SegmentColumn>,
) -> Result<(), ParquetError> {
    let mut group = file.next_row_group()?;
    for column in columns {
        write_column(&mut group, column)?;
    }
    group.close().map(drop)
}

fn write_column(
    group: &mut SerializedRowGroupWriter<BufWriter<File>>,
    column: SegmentColumn,
) -> Result<(), ParquetError> {
    let Some(mut writer) = group.next_column()? else {
        return Err(ParquetError::General("more columns than the schema has".to_owned()));
    };
    let present = column.present.as_deref();
    match column.values {
        Values::Int(values) => writer.typed::<Int64Type>().write_batch(&values, present, None)?,
        Values::Float(values) => writer.typed::<DoubleType>().write_batch(&values, present, None)?,
        Values::Text(values) => writer.typed::<ByteArrayType>().write_batch(&values.into_arrays(), present, None)?,
    };
    writer.close()
}
