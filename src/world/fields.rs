//! Scalar fields over the ground: temperature, light, pollution.
//!
//! A field has a value at each point and moment: a base, a rise and fall by the time of day, unevenness made by noise, and
//! what sources and twins add. What they add is there as long as they are, or it lingers on a grid, where it decays and
//! spreads.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Res, ResMut, Resource, World};
use noise::{Fbm, MultiFractal, NoiseFn, Perlin};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::space::{Point, Space};
use crate::engine::clock::Clock;
use crate::engine::identity::TwinId;
use crate::engine::time::{Duration, Time};

/// Scalar fields over the ground, by name.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"warmth": {"base": 18, "sources": [{"at": [3, 4], "strength": 6, "reach": 5}]}}))]
pub struct Fields(pub BTreeMap<String, Field>);

/// A scalar field over the ground.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Field {
    /// What it is where nothing else makes it more or less.
    pub base: f64,
    /// How it rises and falls by the time of day.
    pub daily: Option<Daily>,
    /// How uneven it is from place to place.
    pub noise: Option<Unevenness>,
    /// What makes it more or less in some places, always.
    pub sources: Vec<Source>,
    /// What sources and twins add stays behind, decays and spreads; without it, it is there as long as they are.
    pub lingers: Option<Lingering>,
}

/// A rise and fall by the time of day, as a cosine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Daily {
    /// How much more than the mean it is at its highest.
    #[schemars(example = 6)]
    pub swing: f64,
    /// When it is highest, from midnight on.
    #[schemars(example = &"15h")]
    pub highest: Duration,
}

/// Unevenness by fractal gradient noise (K. Perlin, "An image synthesizer", SIGGRAPH 1985), the same in every run of a scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unevenness {
    /// About how much it differs from the mean at most.
    #[schemars(example = 2)]
    pub swing: f64,
    /// How far it is from a place where it is high to one where it is low.
    #[schemars(range(min = 1e-3), example = 20, extend("x-unit" = "m"))]
    pub length: f64,
    /// How many times half as far and half as much is added to it: how rough it is.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 16))]
    pub octaves: usize,
    /// Another one for another number.
    #[serde(default)]
    pub seed: u32,
}

fn three() -> usize {
    3
}

/// Something that makes a field more or less around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where.
    #[schemars(example = (3, 4))]
    pub at: (f64, f64),
    /// How much more it is there; less, if negative. Where the field `lingers`, how much is added in a second, as a value
    /// times an area.
    #[schemars(example = 6)]
    pub strength: f64,
    /// How far it reaches: see `falls_off`. Where the field `lingers`, it is all at one point.
    #[serde(default = "five")]
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
    pub reach: f64,
    /// How its effect falls off with distance.
    #[serde(default)]
    pub falls_off: FallOff,
}

fn five() -> f64 {
    5.0
}

/// How an effect falls off with the distance d, in units of the reach. Beyond 8 times the reach there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FallOff {
    /// exp(-d²/2): what has spread from a point.
    #[default]
    Gaussian,
    /// exp(-d): what is absorbed on its way.
    Exponential,
    /// 1 / (1 + d²): light, sound and radio in free space.
    InverseSquare,
    /// 1 - d, down to nothing.
    Linear,
}

/// How many times its reach an effect is felt.
const FARTHEST: f64 = 8.0;

impl FallOff {
    /// The share of the effect that is left at a distance, in units of the reach.
    pub fn share(self, distance: f64) -> f64 {
        match self {
            _ if distance > FARTHEST => 0.0,
            FallOff::Gaussian => libm::exp(-distance * distance / 2.0),
            FallOff::Exponential => libm::exp(-distance),
            FallOff::InverseSquare => 1.0 / (1.0 + distance * distance),
            FallOff::Linear => (1.0 - distance).max(0.0),
        }
    }
}

/// A field that stays where it was put, on a grid of cells, decays and spreads: dc/dt = D ∇²c - λ c + what is added.
/// Nothing leaves over the edges.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lingering {
    /// The south-west corner of the grid.
    #[schemars(example = (-10, -10))]
    pub from: (f64, f64),
    /// The north-east corner.
    #[schemars(example = (30, 30))]
    pub to: (f64, f64),
    /// The side of a cell.
    #[serde(default = "one")]
    #[schemars(range(min = 1e-2), extend("x-unit" = "m"))]
    pub cell: f64,
    /// After how long half of it is left; without it, all of it stays.
    #[serde(default)]
    #[schemars(example = &"10m")]
    pub half_life: Option<Duration>,
    /// How fast it spreads: its diffusion coefficient D.
    #[serde(default)]
    #[schemars(range(min = 0), extend("x-unit" = "m²/s"))]
    pub spreads: f64,
}

fn one() -> f64 {
    1.0
}

/// The most cells of a grid.
pub const MOST_CELLS: usize = 4_000_000;

impl Lingering {
    /// Columns and rows of its grid.
    pub fn size(&self) -> [usize; 2] {
        let number = |from: f64, to: f64| ((to - from) / self.cell).ceil().max(1.0) as usize;
        [number(self.from.0, self.to.0), number(self.from.1, self.to.1)]
    }

    /// The cell of a point that lies in the grid.
    fn cell_of(&self, [x, y, _]: Point) -> Option<usize> {
        let [columns, rows] = self.size();
        let (column, row) = ((x - self.from.0) / self.cell, (y - self.from.1) / self.cell);
        let within = column >= 0.0 && row >= 0.0 && column < columns as f64 && row < rows as f64;
        within.then(|| row as usize * columns + column as usize)
    }
}

/// What lingers, for each field that does: by row, then by column.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grids {
    cells: BTreeMap<String, Vec<f64>>,
    until: Time,
}

/// A twin that adds to a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Emitter {
    /// Who.
    pub twin: TwinId,
    /// Where.
    pub at: Point,
    /// As of a [`Source`].
    pub strength: f64,
    /// As of a [`Source`].
    pub reach: f64,
    /// As of a [`Source`].
    pub falls_off: FallOff,
}

/// A field, ready to be asked. A cache.
struct Prepared {
    name: String,
    noise: Option<(Fbm<Perlin>, f64)>,
    /// Who adds to it now, by id.
    emitters: Vec<Emitter>,
    /// Where those are, if there are many.
    near: Option<Space>,
    farthest: f64,
}

/// All fields, ready to be asked. A cache.
#[derive(Resource, Default)]
pub struct FieldMap(Vec<Prepared>);

/// From so many emitters on, those near a point are looked for instead of asking all.
const MANY: usize = 32;

impl FieldMap {
    /// Prepares the fields of a world.
    pub fn rebuild(world: &mut World) {
        let prepare = |(name, field): (&String, &Field)| {
            let noise = field.noise.as_ref().map(|noise| {
                let fractal = Fbm::<Perlin>::new(noise.seed).set_octaves(noise.octaves).set_lacunarity(2.0);
                (fractal.set_frequency(0.5 / noise.length), noise.swing)
            });
            Prepared { name: name.clone(), noise, emitters: Vec::new(), near: None, farthest: 0.0 }
        };
        let map = FieldMap(world.resource::<Fields>().0.iter().map(prepare).collect());
        world.insert_resource(map);
        begin_grids(world);
    }

    /// The number of a field, for [`FieldView::value`].
    pub fn number(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|field| field.name == name)
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets who adds to a field now, by id.
    pub fn set_emitters(&mut self, field: usize, emitters: impl Iterator<Item = Emitter>) {
        let Some(prepared) = self.0.get_mut(field) else { return };
        prepared.emitters.clear();
        prepared.emitters.extend(emitters);
        let reach = |emitter: &Emitter| emitter.reach * FARTHEST;
        prepared.farthest = prepared.emitters.iter().map(reach).fold(0.0, f64::max);
        if prepared.emitters.len() >= MANY {
            let place = |(rank, emitter): (u64, &Emitter)| (TwinId(rank), emitter.at);
            let near = prepared.near.get_or_insert_default();
            near.fill((0..).zip(&prepared.emitters).map(place), prepared.farthest);
        } else {
            prepared.near = None;
        }
    }
}

/// What the fields are at a moment.
#[derive(Clone, Copy)]
pub struct FieldView<'a> {
    /// As they are written.
    pub fields: &'a Fields,
    /// As they are prepared.
    pub map: &'a FieldMap,
    /// What lingers.
    pub grids: &'a Grids,
    /// The moment.
    pub now: Time,
}

impl FieldView<'_> {
    /// What a field is at a point.
    pub fn value(&self, field: usize, at: Point) -> Option<f64> {
        let prepared = self.map.0.get(field)?;
        let written = self.fields.0.get(&prepared.name)?;
        let mut value = written.base;
        if let Some(Daily { swing, highest }) = &written.daily {
            let days = (self.now.since_start() - *highest).seconds() / 86_400.0;
            value += swing * libm::cos(days * std::f64::consts::TAU);
        }
        if let Some((noise, swing)) = &prepared.noise {
            value += swing * noise.get([at[0], at[1]]);
        }
        Some(match &written.lingers {
            Some(lingering) => value + self.lingers(&prepared.name, lingering, at),
            None => value + written.sources.iter().map(|source| source.at(at)).sum::<f64>() + prepared.emitted(at),
        })
    }

    /// Between the middles of the four cells around a point.
    fn lingers(&self, name: &str, lingering: &Lingering, at: Point) -> f64 {
        let (Some(cells), Some(_)) = (self.grids.cells.get(name), lingering.cell_of(at)) else { return 0.0 };
        let [columns, rows] = lingering.size();
        let part = |at: f64, from: f64, count: usize| {
            let place = ((at - from) / lingering.cell - 0.5).clamp(0.0, (count - 1) as f64);
            let low = (place as usize).min(count.saturating_sub(2));
            (low, (low + 1).min(count - 1), place - low as f64)
        };
        let (west, east, x) = part(at[0], lingering.from.0, columns);
        let (south, north, y) = part(at[1], lingering.from.1, rows);
        let cell = |row: usize, column: usize| cells.get(row * columns + column).copied().unwrap_or_default();
        let along = |row: usize| cell(row, west) * (1.0 - x) + cell(row, east) * x;
        along(south) * (1.0 - y) + along(north) * y
    }
}

impl Source {
    fn at(&self, [x, y, _]: Point) -> f64 {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        self.strength * self.falls_off.share((dx * dx + dy * dy).sqrt() / self.reach)
    }
}

impl Emitter {
    fn adds(&self, [x, y, z]: Point) -> f64 {
        let [dx, dy, dz] = [x - self.at[0], y - self.at[1], z - self.at[2]];
        self.strength * self.falls_off.share((dx * dx + dy * dy + dz * dz).sqrt() / self.reach)
    }
}

impl Prepared {
    /// What twins add at a point.
    fn emitted(&self, at: Point) -> f64 {
        let mut sum = 0.0;
        match &self.near {
            Some(near) => near.within(at, self.farthest, |placed, _| {
                sum += self.emitters[placed.twin().0 as usize].adds(at);
            }),
            None => sum = self.emitters.iter().map(|emitter| emitter.adds(at)).sum(),
        }
        sum
    }
}

/// Makes the grids of fields that linger, as far as they are not there.
fn begin_grids(world: &mut World) {
    let sizes = world.resource::<Fields>().0.iter().filter_map(|(name, field)| {
        let [columns, rows] = field.lingers.as_ref()?.size();
        Some((name.clone(), (columns * rows).min(MOST_CELLS)))
    });
    let sizes: Vec<(String, usize)> = sizes.collect();
    let mut grids = world.resource_mut::<Grids>();
    for (name, size) in sizes {
        grids.cells.entry(name).or_insert_with(|| vec![0.0; size]);
    }
}

/// Whether any field lingers.
pub fn linger(grids: Res<Grids>) -> bool {
    !grids.cells.is_empty()
}

/// Lets what lingers decay, spread and be added to, up to now.
pub fn spread(clock: Res<Clock>, fields: Res<Fields>, map: Res<FieldMap>, mut grids: ResMut<Grids>) {
    let passed = (clock.now - grids.until).seconds();
    let grids = &mut *grids;
    grids.until = clock.now;
    if passed <= 0.0 {
        return;
    }
    for (name, cells) in &mut grids.cells {
        let Some((field, lingering)) = fields.0.get(name).and_then(|field| Some((field, field.lingers.as_ref()?)))
        else {
            continue;
        };
        let prepared = map.number(name).and_then(|number| map.0.get(number));
        let emitters = prepared.map_or(&[][..], |prepared| &prepared.emitters);
        let fixed = field.sources.iter().map(|source| ([source.at.0, source.at.1, 0.0], source.strength));
        let added = fixed.chain(emitters.iter().map(|emitter| (emitter.at, emitter.strength)));
        let added: Vec<(usize, f64)> = added.filter_map(|(at, much)| Some((lingering.cell_of(at)?, much))).collect();
        advance(lingering, cells, &added, passed);
    }
}

/// In steps short enough for the explicit scheme to be stable (dt ≤ cell² / 4D; W. H. Press et al., *Numerical Recipes*,
/// §20.2), with the decay of each step exact.
fn advance(lingering: &Lingering, cells: &mut Vec<f64>, added: &[(usize, f64)], seconds: f64) {
    const SHARE: f64 = 0.2;
    const LONGEST: f64 = 1.0;
    let area = lingering.cell * lingering.cell;
    let stable = if lingering.spreads > 0.0 { SHARE * area / lingering.spreads } else { f64::INFINITY };
    let longest = if added.is_empty() { stable } else { stable.min(LONGEST) };
    let steps = (seconds / longest).ceil().max(1.0);
    let step = seconds / steps;
    let decay = lingering.half_life.filter(|half_life| !half_life.is_zero());
    let kept = decay.map_or(1.0, |half_life| libm::exp2(-step / half_life.seconds()));
    let [columns, rows] = lingering.size();
    let share = lingering.spreads * step / area;
    let mut next = Vec::new();
    for _ in 0..steps as u64 {
        for &(cell, much) in added {
            cells[cell] += much * step / area;
        }
        if share > 0.0 {
            diffuse(cells, columns, rows, share, &mut next);
            std::mem::swap(cells, &mut next);
        }
        if kept < 1.0 {
            cells.iter_mut().for_each(|cell| *cell *= kept);
        }
    }
}

fn diffuse(cells: &[f64], columns: usize, rows: usize, share: f64, next: &mut Vec<f64>) {
    next.clear();
    for row in 0..rows {
        let line = |row: usize| &cells[row * columns..(row + 1) * columns];
        let (here, south, north) = (line(row), line(row.saturating_sub(1)), line((row + 1).min(rows - 1)));
        for column in 0..columns {
            let middle = here[column];
            let around =
                here[column.saturating_sub(1)] + here[(column + 1).min(columns - 1)] + south[column] + north[column];
            next.push(middle + share * (around - 4.0 * middle));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: Field) -> (Fields, FieldMap, Grids) {
        let mut world = World::new();
        world.insert_resource(Fields([("f".to_owned(), field)].into()));
        world.init_resource::<Grids>();
        FieldMap::rebuild(&mut world);
        let (fields, map) = (world.remove_resource().unwrap_or_default(), world.remove_resource().unwrap_or_default());
        (fields, map, world.remove_resource().unwrap_or_default())
    }

    fn value((fields, map, grids): &(Fields, FieldMap, Grids), at: [f64; 2], hours: f64) -> f64 {
        let now = Time::ZERO + Duration::from_seconds(hours * 3600.0);
        FieldView { fields, map, grids, now }.value(0, [at[0], at[1], 0.0]).unwrap()
    }

    #[test]
    fn sources_add_up_and_fall_off() {
        let source = |falls_off| Source { at: (1.0, 0.0), strength: 6.0, reach: 2.0, falls_off };
        let all = [FallOff::Gaussian, FallOff::Exponential, FallOff::InverseSquare, FallOff::Linear];
        let made = field(Field { base: 10.0, sources: all.map(source).to_vec(), ..Field::default() });
        assert_eq!(value(&made, [1.0, 0.0], 0.0), 10.0 + 24.0);
        let expected = 10.0 + 6.0 * ((-0.5_f64).exp() + (-1.0_f64).exp() + 0.5 + 0.0);
        assert!((value(&made, [3.0, 0.0], 0.0) - expected).abs() < 1e-12);
        assert_eq!(value(&made, [100.0, 0.0], 0.0), 10.0);
    }

    #[test]
    fn days_come_and_go() {
        let daily = Daily { swing: 6.0, highest: Duration::from_secs(15 * 3600) };
        let made = field(Field { base: 12.0, daily: Some(daily), ..Field::default() });
        for (hours, expected) in [(15.0, 18.0), (3.0, 6.0), (21.0, 12.0), (39.0, 18.0)] {
            assert!((value(&made, [0.0, 0.0], hours) - expected).abs() < 1e-9, "{hours}");
        }
    }

    #[test]
    fn noise_is_within_its_swing_the_same_each_time_and_smooth() {
        let noise = Unevenness { swing: 2.0, length: 20.0, octaves: 3, seed: 4 };
        let [made, again] = [(); 2].map(|()| field(Field { noise: Some(noise.clone()), ..Field::default() }));
        let line: Vec<f64> = (0..2000).map(|n| value(&made, [f64::from(n) * 0.5, 7.3], 0.0)).collect();
        let [low, high] = [f64::min, f64::max].map(|f: fn(f64, f64) -> f64| line.iter().copied().fold(0.0, f));
        assert!(low < -0.5 && high > 0.5 && low > -2.0 && high < 2.0, "{low} {high}");
        assert!(line.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.4));
        assert_eq!(value(&again, [3.0, 7.3], 0.0), value(&made, [3.0, 7.3], 0.0));
    }

    #[test]
    fn many_emitters_are_as_good_as_few() {
        let (fields, mut map, grids) = field(Field::default());
        let emitters: Vec<Emitter> = (0..200)
            .map(|n| Emitter {
                twin: TwinId(n),
                at: [(n as f64 * 0.618).fract() * 40.0, (n as f64 * 0.414).fract() * 40.0, 0.0],
                strength: 1.0 + n as f64 * 0.01,
                reach: 1.5,
                falls_off: FallOff::Gaussian,
            })
            .collect();
        map.set_emitters(0, emitters.iter().copied());
        let at = [11.0, 17.0, 0.0];
        let view = FieldView { fields: &fields, map: &map, grids: &grids, now: Time::ZERO };
        let all: f64 = emitters.iter().map(|emitter| emitter.adds(at)).sum();
        assert!((view.value(0, at).unwrap() - all).abs() < 1e-9 && all > 1.0);
    }

    /// A drop in the middle of a grid: mass decays by its half-life, and its variance along each axis grows by 2 D t
    /// (A. Einstein, Annalen der Physik 17, 1905), as long as the edges are far.
    #[test]
    fn what_lingers_decays_and_spreads_as_it_should() {
        let lingering = Lingering {
            from: (-20.0, -20.0),
            to: (21.0, 21.0),
            cell: 1.0,
            half_life: Some(Duration::from_secs(40)),
            spreads: 0.3,
        };
        let [columns, rows] = lingering.size();
        let mut cells = vec![0.0; columns * rows];
        cells[lingering.cell_of([0.5, 0.5, 0.0]).unwrap()] = 100.0;
        advance(&lingering, &mut cells, &[], 30.0);
        let mass: f64 = cells.iter().sum();
        assert!((mass - 100.0 * 0.5_f64.powf(0.75)).abs() < 1e-6, "{mass}");
        let moment = |power: i32| {
            let weighed = (0..).zip(&cells).map(|(n, cell)| f64::from(n % 41 - 20).powi(power) * cell);
            weighed.sum::<f64>() / mass
        };
        assert!(moment(1).abs() < 1e-9);
        assert!((moment(2) - 2.0 * 0.3 * 30.0).abs() < 1e-3, "{}", moment(2));
    }

    #[test]
    fn what_is_added_comes_to_the_balance_of_adding_and_decay() {
        let lingering = Lingering {
            from: (0.0, 0.0),
            to: (10.0, 10.0),
            cell: 2.0,
            half_life: Some(Duration::from_secs(60)),
            spreads: 1.0,
        };
        let mut cells = vec![0.0; 25];
        advance(&lingering, &mut cells, &[(12, 3.0)], 3600.0);
        // All of it, as a value times an area, is what is added in a mean life.
        let all = cells.iter().sum::<f64>() * 4.0;
        let balance = 3.0 * 60.0 / std::f64::consts::LN_2;
        assert!((all / balance - 1.0).abs() < 0.01, "{all} {balance}");
    }
}
