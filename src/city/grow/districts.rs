//! Districts: which zone is where, by how far from the centre it is, by noise, and by shares of the ground.

use super::Grown;
use super::bend::{Bend, Field};
use super::blocks::Block;
use super::lattice::{Lattice, Street};
use crate::city::build::lines::{Point, distance};
use crate::engine::random::Purpose;

/// What a block is built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// Offices, shops and flats round courtyards, and towers.
    Centre,
    /// Flats round courtyards.
    Courtyards,
    /// Houses in rows.
    Terraces,
    /// Long houses of flats among lawns.
    Slabs,
    /// Houses for one or two families.
    Villas,
    /// Halls and yards.
    Industry,
    /// A large shop with room for cars.
    Market,
    /// A park.
    Park,
    /// The square of the city, with its church.
    MainSquare,
    /// The town hall.
    TownHall,
    /// A church of a quarter.
    Church,
    /// A school.
    School,
    /// A hospital.
    Hospital,
    /// Outside: fields.
    Field,
    /// Outside: a meadow.
    Meadow,
    /// Outside: a wood.
    Wood,
}

impl Zone {
    /// Whether it is in the city.
    pub(super) fn is_town(self) -> bool {
        !matches!(self, Zone::Field | Zone::Meadow | Zone::Wood)
    }
}

/// What tells zones.
pub(super) struct Districts {
    radius: f64,
    density: f64,
    edge: Field,
    unevenness: Field,
    green: Field,
    mixture: Field,
    /// Towards industry.
    industry: Point,
    /// From how far towards it on.
    industry_from: f64,
}

impl Districts {
    pub(super) fn new(grown: &Grown, lattice: &Lattice, bend: &Bend) -> Districts {
        const FIELDS: Purpose = Purpose::new("city.grow.districts");
        let field = |number: u64, length: f64| Field::new(grown, FIELDS, number, length);
        let turn = grown.stream(FIELDS, 99, 0).uniform() * std::f64::consts::TAU;
        let mut districts = Districts {
            radius: grown.radius,
            density: grown.density,
            edge: field(0, 0.45 * grown.radius + 150.0),
            unevenness: field(1, 0.3 * grown.radius + 100.0),
            green: field(2, 0.35 * grown.radius + 60.0),
            mixture: field(3, 420.0),
            industry: [libm::cos(turn), libm::sin(turn)],
            industry_from: f64::INFINITY,
        };
        // So far that the share of the ground beyond is as wanted.
        let cells = lattice.edges(0).map(|knot| bend.place(lattice.at(knot)));
        let mut towards: Vec<f64> =
            cells.filter(|place| districts.is_town(*place)).map(|place| districts.towards_industry(place)).collect();
        towards.sort_by(f64::total_cmp);
        let place = ((1.0 - grown.industry) * towards.len() as f64) as usize;
        districts.industry_from = towards.get(place).copied().unwrap_or(f64::INFINITY);
        districts
    }

    /// Whether a place is in the city.
    pub(super) fn is_town(&self, place: Point) -> bool {
        distance([0.0; 2], place) < self.radius * (0.94 + 0.3 * self.edge.at(place))
    }

    /// How near the centre a place seems: 1 in the centre, 0 at the edge.
    pub(super) fn nearness(&self, place: Point) -> f64 {
        1.0 - distance([0.0; 2], place) / self.radius + 0.3 * self.unevenness.at(place)
    }

    fn towards_industry(&self, [x, y]: Point) -> f64 {
        (x * self.industry[0] + y * self.industry[1]) / self.radius + 0.25 * self.mixture.at([x, y])
    }

    /// The zone of a place, parks and single buildings aside.
    pub(super) fn zone(&self, place: Point) -> Zone {
        if !self.is_town(place) {
            return match self.green.at(place) {
                high if high > 0.12 => Zone::Wood,
                low if low < -0.3 => Zone::Meadow,
                _ => Zone::Field,
            };
        }
        if self.towards_industry(place) > self.industry_from {
            return Zone::Industry;
        }
        match self.nearness(place) + 0.6 * (self.density - 0.5) {
            near if near > 0.74 => Zone::Centre,
            near if near > 0.5 => Zone::Courtyards,
            near if near > 0.22 && self.mixture.at(place) > 0.18 => Zone::Slabs,
            near if near > 0.3 => Zone::Terraces,
            _ => Zone::Villas,
        }
    }
}

/// Gives blocks their zones: outside where no street leads to, parks by their share, some blocks for single large buildings.
pub(super) fn assign(grown: &Grown, lattice: &Lattice, bend: &Bend, districts: &Districts, blocks: &mut [Block]) {
    for block in blocks.iter_mut() {
        let has_street = block.streets(lattice).iter().any(|street| street.is_driven());
        if block.zone.is_town() && !has_street {
            block.zone = Zone::Meadow;
        }
    }
    let place = |block: &Block| bend.place(block.rect(lattice).middle());
    let mut inner: Vec<usize> = (0..blocks.len()).filter(|number| blocks[*number].zone.is_town()).collect();
    inner.sort_by(|one, other| {
        let far = |number: &usize| distance([0.0; 2], place(&blocks[*number]));
        far(one).total_cmp(&far(other))
    });
    for (zone, number) in [Zone::MainSquare, Zone::TownHall].into_iter().zip(&inner) {
        blocks[*number].zone = zone;
    }
    let mut rest: Vec<usize> = inner.into_iter().skip(2).collect();
    choose_parks(grown, lattice, districts, &place, &rest, blocks);
    rest.retain(|number| !matches!(blocks[*number].zone, Zone::Park | Zone::Industry));
    choose_single(grown, lattice, &rest, blocks);
}

fn choose_parks(
    grown: &Grown,
    lattice: &Lattice,
    districts: &Districts,
    place: &impl Fn(&Block) -> Point,
    numbers: &[usize],
    blocks: &mut [Block],
) {
    const PARKS: Purpose = Purpose::new("city.grow.parks");
    let area = |block: &Block| block.rect(lattice).size().iter().product::<f64>();
    let wanted = grown.parks * numbers.iter().map(|number| area(&blocks[*number])).sum::<f64>();
    // Large blocks make better parks, and parks lie together; some small ones are anywhere.
    let worth = |number: &usize| {
        let block = &blocks[*number];
        let chance = grown.stream(PARKS, *number as u64, 0).uniform();
        districts.green.at(place(block)) + 0.25 * block.lines() as f64 / 4.0 + 0.45 * chance
    };
    let mut best: Vec<usize> = numbers.to_vec();
    best.sort_by(|one, other| worth(other).total_cmp(&worth(one)).then(one.cmp(other)));
    let mut got = 0.0;
    for number in best {
        let more = area(&blocks[number]);
        if got + more <= wanted {
            got += more;
            blocks[number].zone = Zone::Park;
        }
    }
}

/// So many usual blocks have a school, a church and a hospital.
const BLOCKS_A_SCHOOL: usize = 26;
const BLOCKS_A_CHURCH: usize = 45;
const BLOCKS_A_HOSPITAL: usize = 160;

/// So many of the outer blocks by arterial streets are large shops.
const MARKETS: f64 = 0.14;

fn choose_single(grown: &Grown, lattice: &Lattice, numbers: &[usize], blocks: &mut [Block]) {
    const SINGLE: Purpose = Purpose::new("city.grow.single");
    for number in numbers {
        let block = &mut blocks[*number];
        let is_outer = matches!(block.zone, Zone::Terraces | Zone::Slabs | Zone::Villas);
        let by_arterial = block.streets(lattice).contains(&Street::Arterial);
        if is_outer && by_arterial && grown.stream(SINGLE, *number as u64, 0).chance(MARKETS) {
            block.zone = Zone::Market;
        }
    }
    let mut free: Vec<usize> = numbers.iter().copied().filter(|number| blocks[*number].zone != Zone::Market).collect();
    grown.stream(SINGLE, u64::MAX, 0).shuffle(&mut free);
    let kinds = [(Zone::Hospital, BLOCKS_A_HOSPITAL), (Zone::Church, BLOCKS_A_CHURCH), (Zone::School, BLOCKS_A_SCHOOL)];
    let count = free.len();
    let mut free = free.into_iter();
    for (zone, every) in kinds {
        for number in free.by_ref().take((count + every / 2) / every) {
            blocks[number].zone = zone;
        }
    }
}
