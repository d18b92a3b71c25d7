//! Who drives from where to where: between homes, work, shops and the roads out of the city.
//!
//! How many drive from a place to another is as the gravity model with an exponential deterrence has it (A. G. Wilson, "A statistical theory of
//! spatial distribution models", Transportation Research 1, 1967): in proportion to how many live at one end, to how many work or buy at the other,
//! and to exp(−distance / mean reach). A sample of the pairs of places stands for all.

use std::ops::Range;

use super::Grown;
use super::blocks::Block;
use super::lattice::{Lattice, Street};
use super::streets::Laid;
use crate::city::build::lines::{Point, distance};
use crate::city::scenery::{Building, Scenery, Use};
use crate::city::settings::Flow;
use crate::engine::random::{Purpose, Stream};

/// So much drives on a flow, about, as long as there are not too many flows: vehicles an hour.
const A_FLOW: f64 = 5.0;

/// There are no more flows than this.
const MOST_FLOWS: f64 = 2500.0;

/// Which share begins or ends outside the city.
const OUTSIDE: f64 = 0.2;

/// How far one drives, before it is less likely by e: metres, and as a share of the radius.
const REACH: (f64, f64) = (400.0, 0.5);

/// Nobody drives less far: as a share of the radius.
const LEAST: f64 = 0.15;

/// What draws vehicles to a node.
#[derive(Clone, Copy, Default)]
struct Pull {
    /// How many live there.
    homes: f64,
    /// How many work, learn and buy there.
    work: f64,
    /// How much is made, stored or sold there.
    goods: f64,
}

/// The flows of a city.
pub(super) fn flows(
    grown: &Grown,
    lattice: &Lattice,
    laid: &Laid,
    blocks: &[Block],
    built: &[Range<usize>],
    scenery: &Scenery,
) -> Vec<Flow> {
    const FLOWS: Purpose = Purpose::new("city.grow.flows");
    let pulls = pulls(lattice, laid, blocks, built, scenery);
    let count = (grown.vehicles_per_hour / A_FLOW).ceil().min(MOST_FLOWS);
    let pair = |number: u64| {
        let mut random = grown.stream(FLOWS, number, 0);
        let is_truck = random.chance(grown.trucks);
        ends(grown, laid, &pulls, is_truck, &mut random).map(|ends| (ends, is_truck))
    };
    let pairs: Vec<_> = (0..count as u64).filter_map(pair).collect();
    let name = |node: usize| laid.plan.nodes[node].name.clone();
    let flow = |((from, to), is_truck): &((usize, usize), bool)| Flow {
        from: name(*from),
        to: name(*to),
        per_hour: grown.vehicles_per_hour / pairs.len() as f64,
        kinds: vec![if *is_truck { "truck" } else { "car" }.to_owned()],
        begin: Some(grown.begin),
        lasts: grown.lasts,
        parks: None,
    };
    pairs.iter().map(flow).collect()
}

/// Where a flow begins and ends, if it finds anywhere to go.
fn ends(grown: &Grown, laid: &Laid, pulls: &[Pull], is_truck: bool, random: &mut Stream) -> Option<(usize, usize)> {
    type Weight = fn(&Pull) -> f64;
    let [homes, work, goods]: [Weight; 3] = [|pull| pull.homes, |pull| pull.work, |pull| pull.goods];
    let (from, to) = match is_truck {
        true => (goods, goods),
        // As many drive to work as home.
        false if random.chance(0.5) => (homes, work),
        false => (work, homes),
    };
    let place = |node: usize| laid.plan.nodes[node].place;
    let first = draw(pulls.iter().map(from), random)?;
    let reach = REACH.0 + REACH.1 * grown.radius;
    let here: Point = place(first);
    let weights = pulls.iter().enumerate().map(|(node, pull)| {
        let far = distance(here, place(node));
        if far < LEAST * grown.radius { 0.0 } else { to(pull) * libm::exp(-far / reach) }
    });
    Some((first, draw(weights, random)?))
}

/// One of several, by their weights.
fn draw(weights: impl Iterator<Item = f64>, random: &mut Stream) -> Option<usize> {
    let weights: Vec<f64> = weights.collect();
    let mut left = random.uniform() * weights.iter().sum::<f64>();
    let chosen = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    chosen.filter(|place| weights[*place] > 0.0)
}

/// What draws vehicles to each node: what is built on the blocks around it, or what is beyond the city.
fn pulls(lattice: &Lattice, laid: &Laid, blocks: &[Block], built: &[Range<usize>], scenery: &Scenery) -> Vec<Pull> {
    let columns = lattice.lines[0].len();
    let mut nodes: Vec<Option<usize>> = vec![None; columns * lattice.lines[1].len()];
    for (node, knot) in laid.knots.iter().enumerate() {
        nodes[knot[1] * columns + knot[0]] = Some(node);
    }
    let mut pulls = vec![Pull::default(); laid.knots.len()];
    for (block, built) in blocks.iter().zip(built) {
        let knots = block.edges().into_iter().flat_map(|(_, knots)| knots).chain([block.high]);
        let mut around: Vec<usize> = knots.filter_map(|knot| nodes[knot[1] * columns + knot[0]]).collect();
        around.sort_unstable();
        around.dedup();
        let whole = scenery.buildings[built.clone()].iter().map(pull).fold(Pull::default(), Pull::plus);
        for node in &around {
            pulls[*node] = pulls[*node].plus(whole.times(1.0 / around.len() as f64));
        }
    }
    add_outside(lattice, laid, &mut pulls);
    pulls
}

/// Gives the ends of roads out of the city their share.
fn add_outside(lattice: &Lattice, laid: &Laid, pulls: &mut [Pull]) {
    let is_gate = |knot: &[usize; 2]| {
        let arms: Vec<Street> = lattice.around(*knot).map(|(_, _, street)| street).collect();
        arms == [Street::Country]
    };
    let gates: Vec<usize> = (0..laid.knots.len()).filter(|node| is_gate(&laid.knots[*node])).collect();
    let all = pulls.iter().copied().fold(Pull::default(), Pull::plus);
    for gate in &gates {
        pulls[*gate] = all.times(OUTSIDE / (1.0 - OUTSIDE) / gates.len() as f64);
    }
}

/// What a building draws, by the area of its levels: square metres for each who lives or works there.
fn pull(building: &Building) -> Pull {
    let levels = f64::from(building.levels.unwrap_or(1));
    let area = levels * (area(&building.outline) - building.holes.iter().map(|hole| area(hole)).sum::<f64>());
    let (homes, work, goods) = match building.purpose {
        Use::Home | Use::Flats => (1.0 / 45.0, 0.0, 0.0),
        Use::Office => (0.0, 1.0 / 30.0, 0.0),
        // Few work in a shop, but many buy there.
        Use::Shop => (0.0, 1.0 / 12.0, 1.0 / 60.0),
        Use::Industry => (0.0, 1.0 / 80.0, 1.0 / 40.0),
        Use::Public => (0.0, 1.0 / 30.0, 0.0),
        _ => (0.0, 0.0, 0.0),
    };
    Pull { homes: area * homes, work: area * work, goods: area * goods }
}

/// How large an outline is, whichever way it goes round: square metres.
fn area(outline: &[[f32; 2]]) -> f64 {
    let points: Vec<Point> = outline.iter().map(|point| point.map(f64::from)).collect();
    let twice: f64 =
        points.iter().zip(points.iter().cycle().skip(1)).map(|(from, to)| from[0] * to[1] - to[0] * from[1]).sum();
    twice.abs() / 2.0
}

impl Pull {
    fn plus(self, other: Pull) -> Pull {
        Pull { homes: self.homes + other.homes, work: self.work + other.work, goods: self.goods + other.goods }
    }

    fn times(self, by: f64) -> Pull {
        Pull { homes: self.homes * by, work: self.work * by, goods: self.goods * by }
    }
}
