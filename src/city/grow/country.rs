//! What is around the city: fields, meadows and woods.

use super::districts::Zone;
use super::plot::Plot;
use crate::city::scenery::{AreaKind, Scenery};
use crate::engine::random::Stream;

/// Lays out a part of the country.
pub(super) fn add(zone: Zone, plot: &Plot, random: &mut Stream, scenery: &mut Scenery) {
    let kind = match zone {
        Zone::Wood => AreaKind::Forest,
        Zone::Meadow => AreaKind::Grass,
        _ => AreaKind::Farmland,
    };
    let rect = plot.rect;
    plot.cover(scenery, kind, &rect);
    // A hedge along one side.
    if zone != Zone::Wood && random.chance(0.5) {
        let side = plot.side(&rect, random.below(4));
        for tree in 1..(side.length / 11.0) as usize {
            if random.chance(0.6) {
                plot.plant(scenery, plot.at(&side, [11.0 * tree as f64 + 5.0 * random.uniform(), 3.0]), 1.0);
            }
        }
    }
}
