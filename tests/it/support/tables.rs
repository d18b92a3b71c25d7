//! Runs a scene and reads what it has written.

use std::collections::BTreeMap;
use std::fs::File;

use autotwin::prelude::*;
use autotwin::run::single::Nobody;
use autotwin::scene::load::SceneTree;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;

use super::read;

/// A row of a table. What is left empty is missing.
pub struct Line {
    texts: BTreeMap<String, String>,
    numbers: BTreeMap<String, f64>,
}

impl Line {
    pub fn text(&self, column: &str) -> &str {
        self.texts.get(column).map_or("", String::as_str)
    }

    pub fn find(&self, column: &str) -> Option<f64> {
        self.numbers.get(column).copied()
    }

    pub fn number(&self, column: &str) -> f64 {
        self.find(column).unwrap_or_else(|| panic!("no `{column}`"))
    }
}

/// Runs a scene and hands each row of some tables to `each`, table by table.
pub fn run_and_read(scene: &str, seed: u64, tables: &[&str], each: impl FnMut(&str, Line)) {
    let wanted = tables.iter().map(|table| (*table).to_owned()).collect();
    let options = RunOptions { seed: Some(seed), tables: Some(wanted), ..RunOptions::default() };
    read_tables(&read(scene), &options, seed, tables, each);
}

/// The same for a scene that has been read, with options that ask for those tables.
pub fn read_tables(
    scene: &SceneTree,
    options: &RunOptions,
    seed: u64,
    tables: &[&str],
    mut each: impl FnMut(&str, Line),
) {
    let (mut simulation, header) = prepare(scene, options, None).expect("the scene is right");
    let folder = tempfile::tempdir().expect("a folder can be made");
    execute(&mut simulation, &header, Seed(seed), Pool::default(), Some(folder.path()), &Nobody).expect("it runs");
    for table in tables {
        let file = File::open(folder.path().join(format!("{table}.parquet"))).expect("it was written");
        let reader = SerializedFileReader::new(file).expect("it is a table");
        for row in reader.get_row_iter(None).expect("it has rows") {
            let mut line = Line { texts: BTreeMap::new(), numbers: BTreeMap::new() };
            for (name, field) in row.expect("it is whole").get_column_iter() {
                match field {
                    Field::Str(text) => _ = line.texts.insert(name.clone(), text.clone()),
                    Field::Double(number) => _ = line.numbers.insert(name.clone(), *number),
                    Field::Long(number) => _ = line.numbers.insert(name.clone(), *number as f64),
                    _ => {}
                }
            }
            each(table, line);
        }
    }
}
