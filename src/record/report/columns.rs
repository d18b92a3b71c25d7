//! Reads a table of a run back, as plain lists of values by column.

use std::collections::HashMap;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::ReportError;

/// How many values are read at once.
const BATCH: usize = 65_536;

const CURE: &str = "run the scene again, or remove the file to leave out what is drawn from it";

/// Stands where a row lacks a whole number.
pub const NO_INT: i64 = i64::MIN;

/// The columns of one table.
#[derive(Debug, Default)]
pub struct Columns {
    rows: usize,
    columns: Vec<(String, Values)>,
}

/// The values of one column.
#[derive(Debug, PartialEq)]
enum Values {
    /// [`NO_INT`] where a row lacks its value.
    Ints(Vec<i64>),
    /// NaN where a row lacks its value.
    Floats(Vec<f64>),
    Texts(Texts),
}

/// A column of texts, each different text kept once.
#[derive(Debug, Default, PartialEq)]
pub struct Texts {
    words: Vec<Arc<str>>,
    codes: Vec<u32>,
}

impl Texts {
    /// The different texts, in the order in which they first come.
    pub fn words(&self) -> &[Arc<str>] {
        &self.words
    }

    /// Which of [`Texts::words`] a row has.
    pub fn code(&self, row: usize) -> usize {
        self.codes[row] as usize
    }

    /// A row's text; empty if the row lacks it.
    pub fn get(&self, row: usize) -> &Arc<str> {
        &self.words[self.code(row)]
    }
}

impl Columns {
    /// Reads a whole table.
    ///
    /// # Errors
    /// If there is no such file, or it is damaged.
    pub fn read(path: &Path) -> Result<Columns, ReportError> {
        let file = File::open(path).map_err(|error| ReportError::read(path, error, CURE))?;
        // The reader of a foreign format is the one place where damaged bytes might lead to a panic of a library's.
        let read = catch_unwind(AssertUnwindSafe(|| read_columns(file)));
        let damaged = |why: &dyn std::fmt::Display| ReportError::read(path, format!("it is damaged: {why}"), CURE);
        match read {
            Ok(Ok(columns)) => Ok(columns),
            Ok(Err(error)) => Err(damaged(&error)),
            Err(_) => Err(damaged(&"its pages cannot be decoded")),
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A column of numbers, NaN where a row lacks its value; none if there is no such column.
    pub fn floats(&self, name: &str) -> Option<Vec<f64>> {
        match self.find(name)? {
            Values::Floats(values) => Some(values.clone()),
            Values::Ints(values) => {
                Some(values.iter().map(|&v| if v == NO_INT { f64::NAN } else { v as f64 }).collect())
            }
            Values::Texts(_) => None,
        }
    }

    /// A column of whole numbers, [`NO_INT`] where a row lacks its value; none if there is no such column.
    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        match self.find(name)? {
            Values::Ints(values) => Some(values),
            _ => None,
        }
    }

    /// A column of texts; none if there is no such column.
    pub fn texts(&self, name: &str) -> Option<&Texts> {
        match self.find(name)? {
            Values::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    fn find(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(column, _)| column == name).map(|(_, values)| values)
    }
}

fn read_columns(file: File) -> Result<Columns, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut columns = Vec::new();
    for (index, column) in schema.columns().iter().enumerate() {
        // Lists and the like are none of ours.
        if column.max_rep_level() > 0 {
            continue;
        }
        let mut collected: Option<Collected> = None;
        for group in 0..reader.num_row_groups() {
            let chunk = reader.get_row_group(group)?.get_column_reader(index)?;
            Collected::add(&mut collected, chunk)?;
        }
        if let Some(collected) = collected {
            columns.push((column.name().to_owned(), collected.finish()));
        }
    }
    let rows = columns.first().map_or(0, |(_, values)| values.len());
    match columns.iter().find(|(_, values)| values.len() != rows) {
        Some((name, _)) => {
            Err(ParquetError::General(format!("the column `{name}` has another length than the others")))
        }
        None => Ok(Columns { rows, columns }),
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Values::Ints(values) => values.len(),
            Values::Floats(values) => values.len(),
            Values::Texts(texts) => texts.codes.len(),
        }
    }
}

/// A column that is being read, row group by row group.
enum Collected {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Texts { texts: Texts, known: HashMap<Arc<str>, u32> },
}

impl Collected {
    fn add(collected: &mut Option<Collected>, chunk: ColumnReader) -> Result<(), ParquetError> {
        match chunk {
            ColumnReader::Int64ColumnReader(chunk) => read_chunk(chunk, |value| Self::int(collected, value.copied())),
            ColumnReader::Int32ColumnReader(chunk) => {
                read_chunk(chunk, |value| Self::int(collected, value.map(|&v| v.into())))
            }
            ColumnReader::BoolColumnReader(chunk) => {
                read_chunk(chunk, |value| Self::int(collected, value.map(|&v| v.into())))
            }
            ColumnReader::DoubleColumnReader(chunk) => {
                read_chunk(chunk, |value| Self::float(collected, value.copied()))
            }
            ColumnReader::FloatColumnReader(chunk) => {
                read_chunk(chunk, |value| Self::float(collected, value.map(|&v| v.into())))
            }
            ColumnReader::ByteArrayColumnReader(chunk) => {
                read_chunk(chunk, |value| Self::text(collected, value.map_or(&[][..], |bytes| bytes.data())))
            }
            _ => Ok(()),
        }
    }

    fn int(collected: &mut Option<Collected>, value: Option<i64>) {
        if let Collected::Ints(values) = collected.get_or_insert_with(|| Collected::Ints(Vec::new())) {
            values.push(value.unwrap_or(NO_INT));
        }
    }

    fn float(collected: &mut Option<Collected>, value: Option<f64>) {
        if let Collected::Floats(values) = collected.get_or_insert_with(|| Collected::Floats(Vec::new())) {
            values.push(value.unwrap_or(f64::NAN));
        }
    }

    fn text(collected: &mut Option<Collected>, bytes: &[u8]) {
        let empty = || Collected::Texts { texts: Texts::default(), known: HashMap::new() };
        if let Collected::Texts { texts, known } = collected.get_or_insert_with(empty) {
            let text = String::from_utf8_lossy(bytes);
            let code = known.get(&*text).copied().unwrap_or_else(|| {
                let word: Arc<str> = text.into();
                let code = texts.words.len() as u32;
                texts.words.push(word.clone());
                known.insert(word, code);
                code
            });
            texts.codes.push(code);
        }
    }

    fn finish(self) -> Values {
        match self {
            Collected::Ints(values) => Values::Ints(values),
            Collected::Floats(values) => Values::Floats(values),
            Collected::Texts { texts, .. } => Values::Texts(texts),
        }
    }
}

/// Hands each value of a chunk to `put`, none for those that a row lacks.
fn read_chunk<T: DataType>(
    mut chunk: ColumnReaderImpl<T>,
    mut put: impl FnMut(Option<&T::T>),
) -> Result<(), ParquetError> {
    loop {
        let (mut values, mut present) = (Vec::new(), Vec::new());
        let (records, _, _) = chunk.read_records(BATCH, Some(&mut present), None, &mut values)?;
        if records == 0 {
            return Ok(());
        }
        // A column that every row fills has no such levels.
        if present.is_empty() {
            values.iter().for_each(|value| put(Some(value)));
            continue;
        }
        let mut values = values.iter();
        present.iter().for_each(|&level| put(if level > 0 { values.next() } else { None }));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::parquet::TableWriter;
    use super::super::super::table::{Cell, Column, ColumnType};
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::new("job", ColumnType::Int, ""),
        Column::optional("due", ColumnType::Float, ""),
        Column::new("product", ColumnType::Text, ""),
        Column::optional("variant", ColumnType::Text, ""),
    ];

    fn write(folder: &Path, rows: usize) -> std::path::PathBuf {
        let mut writer = TableWriter::create(folder, "jobs", COLUMNS).unwrap();
        for row in 0..rows {
            let due = if row % 3 == 0 { Cell::Empty } else { Cell::Float(row as f64) };
            let product = Cell::Text(["gear", "shaft"][row % 2].into());
            let variant = if row % 5 == 0 { Cell::Text("red".into()) } else { Cell::Empty };
            writer.push(vec![Cell::Int(row as i64), due, product, variant]).unwrap();
        }
        writer.finish().unwrap();
        folder.join("jobs.parquet")
    }

    #[test]
    fn what_was_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        // More rows than one row group holds.
        let columns = Columns::read(&write(folder.path(), 70_000)).unwrap();
        assert_eq!(columns.rows(), 70_000);
        assert_eq!(columns.ints("job").unwrap()[69_999], 69_999);
        let due = columns.floats("due").unwrap();
        assert!(due[0].is_nan() && due[69_999].is_nan());
        assert_eq!(due[69_998], 69_998.0);
        let product = columns.texts("product").unwrap();
        assert_eq!((product.words().len(), &**product.get(3)), (2, "shaft"));
        assert_eq!(&**columns.texts("variant").unwrap().get(1), "");
        assert!(columns.floats("product").is_none() && columns.ints("nothing").is_none());
    }

    #[test]
    fn an_empty_table_has_no_rows() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Columns::read(&write(folder.path(), 0)).unwrap().rows(), 0);
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = write(folder.path(), 500);
        let whole = std::fs::read(&path).unwrap();
        // Whatever byte is wrong, the answer is a table or an error.
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            std::fs::write(&path, &bytes).unwrap();
            if let Err(error) = Columns::read(&path) {
                assert!(error.to_string().contains("jobs.parquet: it is damaged"), "{error}");
            }
        }
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(Columns::read(&path).is_err());
    }
}
