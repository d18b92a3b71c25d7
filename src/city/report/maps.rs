//! Maps of roads, each in the colour of a quantity.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::look::palette::{self, Colour};
use crate::record::report::columns::Columns;

/// How wide a map is: pixels.
const WIDTH: f64 = 900.0;
/// How wide a road is drawn, and how far from the middle of its street: pixels.
const ROAD: f64 = 2.4;
const ASIDE: f64 = 1.4;

/// Roads and where they are.
pub(super) struct Map {
    roads: Vec<(String, Vec<[f64; 2]>)>,
    low: [f64; 2],
    high: [f64; 2],
}

/// A quantity that maps are drawn of.
struct Quantity {
    title: &'static str,
    unit: &'static str,
    /// Whether little of it is bad, and dark.
    little_is_bad: bool,
}

const QUANTITIES: [Quantity; 3] = [
    Quantity { title: "Density", unit: "vehicles on a kilometre of a lane", little_is_bad: false },
    Quantity { title: "Flow", unit: "vehicles an hour on a lane", little_is_bad: false },
    Quantity { title: "Speed", unit: "km/h", little_is_bad: true },
];

impl Map {
    /// Of the table `roads`.
    pub fn of(table: &Columns) -> Option<Map> {
        let (names, lines) = (table.texts("edge")?, table.texts("line")?);
        let road = |row: usize| Some((names.get(row).to_string(), line(lines.get(row))?));
        let roads: Vec<_> = (0..table.rows()).filter_map(road).collect();
        let points = || roads.iter().flat_map(|(_, line)| line);
        let end = |axis: usize, pick: fn(f64, f64) -> f64| points().map(|point| point[axis]).reduce(pick);
        let (low, high) = ([end(0, f64::min)?, end(1, f64::min)?], [end(0, f64::max)?, end(1, f64::max)?]);
        Some(Map { roads, low, high })
    }

    /// The points of a line as a picture has them: to the right of the street's middle, so that both directions are seen.
    fn points(&self, line: &[[f64; 2]]) -> String {
        let scale = WIDTH / (self.high[0] - self.low[0]).max(1.0);
        let on_page = line.iter().map(|[x, y]| [(x - self.low[0]) * scale, (self.high[1] - y) * scale]);
        let on_page: Vec<[f64; 2]> = on_page.collect();
        let (Some(first), Some(last)) = (on_page.first(), on_page.last()) else { return String::new() };
        let way = [last[0] - first[0], last[1] - first[1]];
        let long = libm::hypot(way[0], way[1]).max(1e-9);
        let aside = [-way[1] / long * ASIDE, way[0] / long * ASIDE];
        let place = |[x, y]: &[f64; 2]| format!("{:.1},{:.1}", x + aside[0], y + aside[1]);
        on_page.iter().map(place).collect::<Vec<_>>().join(" ")
    }

    fn height(&self) -> f64 {
        WIDTH * (self.high[1] - self.low[1]).max(1.0) / (self.high[0] - self.low[0]).max(1.0)
    }
}

/// The points of a line in WKT.
fn line(text: &str) -> Option<Vec<[f64; 2]>> {
    let inner = text.strip_prefix("LINESTRING (")?.strip_suffix(')')?;
    let point = |point: &str| {
        let (x, y) = point.split_once(' ')?;
        Some([x.parse().ok()?, y.parse().ok()?])
    };
    inner.split(", ").map(point).collect()
}

/// A map for each quantity; `values` are those of roads by name.
pub(super) fn render(map: &Map, values: &BTreeMap<&str, [f64; 3]>) -> Markup {
    html! {
        @for (number, quantity) in QUANTITIES.iter().enumerate() {
            @let of = |road: &str| values.get(road).map(|values| values[number]).filter(|value| value.is_finite());
            @let scale = quantity.scale(map.roads.iter().filter_map(|(name, _)| of(name)));
            p { b { (quantity.title) } ", mean: " (quantity.unit) " " (legend(&scale)) }
            (picture(map, quantity, &scale, of))
        }
    }
}

fn picture(map: &Map, quantity: &Quantity, scale: &Scale, value: impl Fn(&str) -> Option<f64>) -> Markup {
    let (width, height) = (WIDTH + 12.0, map.height() + 12.0);
    let about = format!("a map of roads in colours that tell their {}", quantity.title.to_lowercase());
    html! {
        svg viewBox=(format!("-6 -6 {width:.0} {height:.0}")) role="img" aria-label=(about) style="width:100%;height:auto" {
            @for (name, line) in &map.roads {
                @let value = value(name);
                @let colour = value.map_or("#8886".to_owned(), |value| hex(scale.colour(value)));
                polyline points=(map.points(line)) fill="none" stroke=(colour) stroke-width=(ROAD) stroke-linejoin="round" {
                    title { (name) @if let Some(value) = value { ": " (format!("{value:.1}")) " " (quantity.unit) } }
                }
            }
        }
    }
}

/// Between which numbers colours tell a quantity apart: from the pale end to the dark one.
struct Scale([f64; 2]);

impl Quantity {
    /// A scale on which all of some numbers are: up to one, two or five, or ten, a hundred times as much.
    fn scale(&self, numbers: impl Iterator<Item = f64>) -> Scale {
        let most = numbers.fold(0.0, f64::max).clamp(1.0, 1e9);
        let decade = libm::pow(10.0, libm::floor(libm::log10(most)));
        let end = [1.0, 2.0, 5.0, 10.0].map(|times| times * decade).into_iter().find(|end| *end >= most);
        let end = end.unwrap_or(most);
        Scale(if self.little_is_bad { [end, 0.0] } else { [0.0, end] })
    }
}

impl Scale {
    fn colour(&self, value: f64) -> Colour {
        let Scale([pale, dark]) = self;
        palette::scale(((value - pale) / (dark - pale)) as f32)
    }
}

/// What the colours mean.
fn legend(scale: &Scale) -> Markup {
    let Scale([pale, dark]) = scale;
    let part = |n: u32| hex(palette::scale((f64::from(n) / 11.0) as f32));
    html! {
        (pale) " "
        span style="display:inline-flex;vertical-align:middle" {
            @for n in 0..12 { span style=(format!("width:12px;height:12px;background:{}", part(n))) {} }
        }
        " " (dark)
    }
}

fn hex(Colour([r, g, b]): Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        assert_eq!(line("LINESTRING (1.5 -2.00, 3 4)"), Some(vec![[1.5, -2.0], [3.0, 4.0]]));
        assert_eq!((line("LINESTRING ()"), line("POINT (1 2)"), line("LINESTRING (1 x)")), (None, None, None));
    }

    #[test]
    fn what_is_full_is_dark_and_what_is_slow() {
        let [density, _, speed] = QUANTITIES.map(|quantity| quantity.scale([3.0, 34.0].into_iter()));
        assert_eq!((density.0, speed.0), ([0.0, 50.0], [50.0, 0.0]));
        assert_eq!(density.colour(50.0), speed.colour(0.0));
        assert_eq!(density.colour(0.0), speed.colour(80.0));
        assert_ne!(density.colour(0.0), density.colour(50.0));
    }

    #[test]
    fn the_two_directions_of_a_street_lie_beside_each_other() {
        let (there, back) = (vec![[0.0, 0.0], [100.0, 0.0]], vec![[100.0, 0.0], [0.0, 0.0]]);
        let roads = vec![("there".to_owned(), there.clone()), ("back".to_owned(), back.clone())];
        let map = Map { roads, low: [0.0; 2], high: [100.0; 2] };
        assert_eq!(map.points(&there), "0.0,901.4 900.0,901.4");
        assert_eq!(map.points(&back), "900.0,898.6 0.0,898.6");
    }
}
