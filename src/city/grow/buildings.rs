//! What stands on blocks, by their zones.

mod courtyards;
mod houses;
mod public;
mod works;

use std::ops::Range;

use super::Grown;
use super::bend::Bend;
use super::blocks::Block;
use super::districts::{Districts, Zone};
use super::lattice::{Lattice, Rect};
use super::plot::Plot;
use super::{country, parks};
use crate::city::scenery::{AreaKind, Roof, Scenery};
use crate::engine::random::{Purpose, Stream};

/// What is at hand when a block is built.
struct Site<'a> {
    grown: &'a Grown,
    plot: Plot<'a>,
    zone: Zone,
    /// How near the centre it seems: 1 there, 0 at the edge.
    nearness: f64,
    random: Stream,
    scenery: &'a mut Scenery,
}

/// Builds on all blocks. Which buildings stand on each.
pub(super) fn add(
    grown: &Grown,
    lattice: &Lattice,
    bend: &Bend,
    districts: &Districts,
    blocks: &[Block],
    scenery: &mut Scenery,
) -> Vec<Range<usize>> {
    const BUILDINGS: Purpose = Purpose::new("city.grow.buildings");
    let mut built = Vec::new();
    for (number, block) in (0..).zip(blocks) {
        let first = scenery.buildings.len();
        let whole = block.rect(lattice);
        if let Some(plot) = Plot::new(bend, &whole, block.streets(lattice)) {
            let nearness = districts.nearness(bend.place(whole.middle()));
            let random = grown.stream(BUILDINGS, number, 0);
            Site { grown, plot, zone: block.zone, nearness, random, scenery }.build();
        }
        built.push(first..scenery.buildings.len());
    }
    built
}

impl Site<'_> {
    fn build(mut self) {
        match self.zone {
            Zone::Centre => courtyards::centre(&mut self),
            Zone::Courtyards => courtyards::flats(&mut self),
            Zone::Terraces => houses::terraces(&mut self),
            Zone::Slabs => houses::slabs(&mut self),
            Zone::Villas => houses::villas(&mut self),
            Zone::Industry => works::halls(&mut self),
            Zone::Market => works::market(&mut self),
            Zone::MainSquare => public::main_square(&mut self),
            Zone::TownHall => public::town_hall(&mut self),
            Zone::Church => public::church(&mut self),
            Zone::School => public::school(&mut self),
            Zone::Hospital => public::hospital(&mut self),
            Zone::Park => parks::park(&self.plot.rect.clone(), &mut self.plot, &mut self.random, self.scenery),
            Zone::Field | Zone::Meadow | Zone::Wood => {
                country::add(self.zone, &self.plot, &mut self.random, self.scenery);
            }
        }
    }

    /// Lawn on all of the plot.
    fn lawn(&mut self) {
        let rect = self.plot.rect;
        self.plot.cover(self.scenery, AreaKind::Grass, &rect);
    }

    /// Plants about one tree on each so many square metres of a rectangle, wherever there is room.
    fn plant(&mut self, rect: &Rect, square_metres: f64) {
        let [width, depth] = self.plot.size();
        let whole = self.plot.rect.size();
        let share = rect.size()[0] * rect.size()[1] / (whole[0] * whole[1]);
        let count = (width * depth * share / square_metres) as usize;
        for _ in 0..count {
            let place = self.plot.share(rect, [self.random.uniform(), self.random.uniform()]);
            self.plot.plant(self.scenery, place, 2.5);
        }
    }

    /// A number between two, each as likely.
    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.random.uniform()
    }

    /// One of several, each as likely.
    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.below(all.len())]
    }
}

/// How much higher than its walls a roof is that spans so many metres.
fn rise(roof: Roof, span: f64) -> f64 {
    match roof {
        Roof::Gabled | Roof::Hipped | Roof::HalfHipped => 0.38 * span,
        Roof::Mansard | Roof::Gambrel => 3.2,
        Roof::Pyramidal => 0.6 * span,
        Roof::Skillion | Roof::Round => 0.18 * span,
        Roof::Dome => 0.5 * span,
        Roof::Flat | Roof::Unknown => 0.4,
    }
}
