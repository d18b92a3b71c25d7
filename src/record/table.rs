//! Tables of results: rows that systems push, columns that a researcher reads.

use std::borrow::Cow;
use std::sync::Arc;

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{IntoScheduleConfigs, Mut, ResMut, Resource, World};

use crate::engine::identity::{Directory, TwinId};
use crate::engine::journal::{Entry, Journal};
use crate::engine::parallel::Pool;
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::look::sight::Sights;
use crate::twin::messages::deliver;

use super::parquet::{TableFile, TableWriter, WriteError};
use super::segment::Segment;

/// What a column holds. Any column may lack a value in some rows only if it is optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers (64 bits).
    Int,
    /// Numbers (64-bit floating point); times are seconds since the start of the run.
    Float,
    /// Texts, stored once each.
    Text,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub of: ColumnType,
    /// Whether rows may lack it.
    pub optional: bool,
    /// One line for the reference.
    pub about: &'static str,
}

impl Column {
    /// A column that every row fills.
    pub const fn new(name: &'static str, of: ColumnType, about: &'static str) -> Column {
        Column { name: Cow::Borrowed(name), of, optional: false, about }
    }

    /// A column that rows may leave empty.
    pub const fn optional(name: &'static str, of: ColumnType, about: &'static str) -> Column {
        Column { name: Cow::Borrowed(name), of, optional: true, about }
    }
}

/// The value of one column in one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// For [`ColumnType::Int`].
    Int(i64),
    /// For [`ColumnType::Float`].
    Float(f64),
    /// For [`ColumnType::Text`].
    Text(Arc<str>),
    /// No value.
    Empty,
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Cell::Empty, Cell::Float)
    }
}

/// A row of a table. `cells` gives one cell for each of `COLUMNS`, in their order.
pub trait Row: Send + Sync + 'static {
    /// The table's name, and its file's.
    const TABLE: &'static str;
    /// One line for the reference.
    const ABOUT: &'static str;
    /// The columns.
    const COLUMNS: &'static [Column];
    /// Writes the row's cells.
    fn cells(self, names: &Names) -> Vec<Cell>;
}

/// The names of twins, as rows are written.
pub struct Names<'a>(&'a Directory);

impl Names<'_> {
    /// The name of a twin, empty for [`TwinId::NONE`].
    pub fn twin(&self, twin: TwinId) -> Cell {
        Cell::Text(self.0.name(twin))
    }
}

/// The rows of one table that have not been written yet.
#[derive(Resource)]
pub struct Table<R: Row> {
    enabled: bool,
    rows: Vec<R>,
}

impl<R: Row> Table<R> {
    /// Whether rows are wanted; whoever makes rows at a cost asks first.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// Adds a row, if rows are wanted.
    pub fn push(&mut self, row: R) {
        if self.enabled {
            self.rows.push(row);
        }
    }
}

/// What is known of a registered table without its rows.
#[derive(Clone, Copy)]
pub struct TableInfo {
    /// Its name.
    pub name: &'static str,
    /// One line for the reference.
    pub about: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    enable: fn(&mut World),
}

/// The registered tables and their open files.
#[derive(Resource, Default)]
pub struct Tables {
    infos: Vec<TableInfo>,
    last_rows: Vec<fn(&mut World)>,
    flush: Vec<fn(&mut World)>,
    writers: Vec<Option<TableWriter>>,
    error: Option<WriteError>,
}

impl Tables {
    /// The registered tables, in the order of registration.
    pub fn infos(&self) -> &[TableInfo] {
        &self.infos
    }

    /// What went wrong in writing, if anything did; the run should stop.
    pub fn error(&self) -> Option<&WriteError> {
        self.error.as_ref()
    }
}

/// Opens a file for each wanted table in `folder`.
///
/// # Errors
/// If a file cannot be made.
pub fn open(world: &mut World, folder: &std::path::Path, wanted: &dyn Fn(&str) -> bool) -> Result<(), WriteError> {
    let infos = world.resource::<Tables>().infos.clone();
    let mut writers = Vec::new();
    for info in infos {
        if wanted(info.name) {
            (info.enable)(world);
            writers.push(Some(TableWriter::create(folder, info.name, info.columns)?));
        } else {
            writers.push(None);
        }
    }
    world.resource_mut::<Tables>().writers = writers;
    world.resource_mut::<Journal>().enabled = world.resource::<Table<Entry>>().enabled;
    Ok(())
}

/// Gives the files of all tables to somebody else, who is given their rows from now on.
pub fn give_files(world: &mut World) -> Vec<TableFile> {
    world.resource_mut::<Tables>().writers.iter_mut().flatten().filter_map(TableWriter::give_file).collect()
}

/// Whether so many rows wait for whoever has the files that they should be given some.
pub fn has_many_rows(world: &World) -> bool {
    world.resource::<Tables>().writers.iter().flatten().any(TableWriter::has_many_rows)
}

/// The rows of all tables since this was asked last, for whoever has the files.
pub fn take_rows(world: &mut World) -> Vec<Segment> {
    world.resource_mut::<Tables>().writers.iter_mut().flatten().filter_map(TableWriter::take_rows).collect()
}

/// Pushes the rows of what is still under way at the end.
pub fn push_last_rows(world: &mut World) {
    world.resource::<Tables>().last_rows.clone().into_iter().for_each(|push| push(world));
    world.resource::<Tables>().flush.clone().into_iter().for_each(|flush| flush(world));
}

/// Gives rows to the files of their tables. Rows of a table that has no file among these are left out.
///
/// # Errors
/// If they do not fit their table, or cannot be written.
pub fn append(files: &mut [TableFile], rows: Vec<Segment>) -> Result<(), WriteError> {
    for segment in rows {
        if let Some(file) = files.iter_mut().find(|file| file.name() == segment.table) {
            file.append(segment)?;
        }
    }
    Ok(())
}

/// Writes what is left and closes files. Returns the number of rows of each table.
///
/// # Errors
/// The first that could not be written.
pub fn finish(files: Vec<TableFile>, pool: &Pool) -> Result<Vec<(String, u64)>, WriteError> {
    let finish_one = |file: TableFile| {
        let name = file.name().to_owned();
        file.finish().map(|rows| (name, rows))
    };
    pool.map_owned(files, finish_one).into_iter().collect()
}

/// What a plugin can add to the tables.
pub trait TableApp {
    /// Registers a table; systems then push rows into `ResMut<Table<R>>`.
    fn register_table<R: Row>(&mut self) -> &mut Self;
    /// Registers how the rows of what is still under way at the end are pushed.
    fn register_last_rows(&mut self, push: fn(&mut World)) -> &mut Self;
}

impl TableApp for App {
    fn register_table<R: Row>(&mut self) -> &mut Self {
        self.insert_resource(Table::<R> { enabled: false, rows: Vec::new() });
        let mut tables = self.world_mut().get_resource_or_init::<Tables>();
        tables.infos.push(TableInfo {
            name: R::TABLE,
            about: R::ABOUT,
            columns: R::COLUMNS,
            enable: |world| world.resource_mut::<Table<R>>().enabled = true,
        });
        tables.flush.push(flush::<R>);
        self.add_step_systems(Stage::Record, flush::<R>)
    }

    fn register_last_rows(&mut self, push: fn(&mut World)) -> &mut Self {
        self.world_mut().get_resource_or_init::<Tables>().last_rows.push(push);
        self
    }
}

/// Hands the rows of a step to their file.
fn flush<R: Row>(world: &mut World) {
    let mut rows = std::mem::take(&mut world.resource_mut::<Table<R>>().rows);
    if rows.is_empty() {
        return;
    }
    world.resource_scope(|world, mut tables: Mut<Tables>| {
        tables.write(&mut rows, &Names(world.resource::<Directory>()));
    });
    // The emptied list goes back, to spare an allocation for each step.
    world.resource_mut::<Table<R>>().rows = rows;
}

impl Tables {
    fn write<R: Row>(&mut self, rows: &mut Vec<R>, names: &Names) {
        let index = self.infos.iter().position(|info| info.name == R::TABLE);
        let writer = index.and_then(|index| self.writers.get_mut(index)?.as_mut());
        if let (None, Some(writer)) = (&self.error, writer) {
            let written = rows.drain(..).try_for_each(|row| writer.push(row.cells(names)));
            self.error = written.err();
        }
        rows.clear();
    }
}

/// Registers the table `events`, which every world has.
pub struct TablePlugin;

impl Plugin for TablePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Sights>()
            .register_table::<Entry>()
            .add_step_systems(Stage::Settle, journal_to_table.after(deliver));
    }
}

fn journal_to_table(mut journal: ResMut<Journal>, mut table: ResMut<Table<Entry>>, mut sights: ResMut<Sights>) {
    for entry in journal.drain() {
        sights.note(&entry);
        table.push(entry);
    }
}

impl Row for Entry {
    const TABLE: &'static str = "events";
    const ABOUT: &'static str = "What happened to twins and why: lives, breakdowns, commands.";
    const COLUMNS: &'static [Column] = &[
        Column::new("time", ColumnType::Float, "when, in seconds"),
        Column::new("twin", ColumnType::Text, "to whom; empty if to no twin"),
        Column::new("event", ColumnType::Text, "what happened"),
        Column::new("cause", ColumnType::Text, "why"),
        Column::optional("value", ColumnType::Float, "how much, where the event has a quantity"),
    ];

    fn cells(self, names: &Names) -> Vec<Cell> {
        let text = |text: std::borrow::Cow<'static, str>| Cell::Text(text.into());
        vec![
            Cell::Float(self.at.seconds()),
            names.twin(self.twin),
            text(self.event),
            text(self.cause),
            self.value.into(),
        ]
    }
}
