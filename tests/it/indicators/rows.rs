//! Rows of Parquet tables, as a researcher reads them.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

/// One row, by the names of its columns.
pub struct Line(BTreeMap<String, Field>);

/// All rows of a table.
pub fn read(folder: &Path, table: &str) -> Vec<Line> {
    let file = File::open(folder.join(format!("{table}.parquet"))).expect("the table is there");
    let reader = SerializedFileReader::new(file).expect("the table is whole");
    let rows = reader.get_row_iter(None).expect("it has rows");
    rows.map(|row| {
        let row = row.expect("the row can be read");
        Line(row.get_column_iter().map(|(name, field)| (name.clone(), field.clone())).collect())
    })
    .collect()
}

impl Line {
    pub fn text(&self, column: &str) -> &str {
        match &self.0[column] {
            Field::Str(text) => text,
            Field::Null => "",
            other => panic!("`{column}` is {other}"),
        }
    }

    pub fn maybe(&self, column: &str) -> Option<f64> {
        match self.0[column] {
            Field::Double(value) => Some(value),
            Field::Long(value) => Some(value as f64),
            Field::Null => None,
            ref other => panic!("`{column}` is {other}"),
        }
    }

    pub fn number(&self, column: &str) -> f64 {
        self.maybe(column).unwrap_or_else(|| panic!("`{column}` is empty"))
    }

    pub fn flag(&self, column: &str) -> bool {
        self.number(column) == 1.0
    }
}
