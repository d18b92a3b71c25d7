//! How nodes of streets are joined, node by node, before streets are cut to pieces.

use rustc_hash::FxHashMap;

use super::NodeId;
use super::ground::{self, Ground};
use super::kinds::LEAST_RANK;
use super::raw::Spot;
use super::sets::Sets;
use super::streets::Street;

/// Nodes that are taken for one because they are at the same place.
pub struct Joined(pub Sets);

impl Joined {
    /// The node that stands for a node.
    pub fn spot(&mut self, spot: Spot) -> Spot {
        Spot(self.0.first(spot.0))
    }
}

/// From a node of a street to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    pub to: Spot,
    /// The street, and which of its stretches from node to node it is.
    pub street: usize,
    pub segment: usize,
    /// Whether it leads the way in which the plan draws the street.
    pub is_forward: bool,
    /// Whether it leads the way in which the file draws the street.
    pub is_forward_in_file: bool,
    /// Whether one may drive along it.
    pub may_drive: bool,
    /// Whether it is of a street that does not only lead to houses and places to park.
    pub is_main: bool,
    /// Metres.
    pub length: f64,
}

/// A node of streets.
#[derive(Default)]
struct Knot {
    links: Vec<Link>,
    /// How many other nodes are next to it.
    degree: usize,
    /// How many are along streets that do not only lead to houses.
    main_degree: usize,
}

/// All nodes of streets.
pub struct Network {
    knots: FxHashMap<Spot, Knot>,
    /// What each node of the file is called here.
    spots: Vec<Spot>,
}

/// A walk looks at so many nodes at most: more than there are within some dozens of metres.
const MOST_STEPS: usize = 64;

impl Network {
    /// Joins the nodes of streets.
    pub fn of(streets: &[Street], ground: &Ground, mut joined: Joined) -> Network {
        let mut knots: FxHashMap<Spot, Knot> = FxHashMap::default();
        for (number, street) in streets.iter().enumerate() {
            for (segment, pair) in street.spots.windows(2).enumerate() {
                let length = ground::distance(ground.place(pair[0]), ground.place(pair[1]));
                for side in [0, 1] {
                    let is_forward = side == 0;
                    let link = Link {
                        to: pair[1 - side],
                        street: number,
                        segment,
                        is_forward,
                        is_forward_in_file: is_forward != street.form.is_reversed,
                        may_drive: street.form.lanes[side] > 0,
                        is_main: street.form.rank > LEAST_RANK,
                        length,
                    };
                    knots.entry(pair[side]).or_default().links.push(link);
                }
            }
        }
        for knot in knots.values_mut() {
            let others = |is_counted: fn(&Link) -> bool| {
                let mut others: Vec<Spot> =
                    knot.links.iter().filter(|link| is_counted(link)).map(|link| link.to).collect();
                others.sort_unstable();
                others.dedup();
                others.len()
            };
            (knot.degree, knot.main_degree) = (others(|_| true), others(|link| link.is_main));
        }
        let spots = (0..ground.raw.nodes.len() as u32).map(|number| joined.spot(Spot(number))).collect();
        Network { knots, spots }
    }

    /// The node of streets that a node of the file is, if it is one.
    pub fn spot(&self, spot: Spot) -> Option<Spot> {
        Some(self.spots[spot.index()]).filter(|spot| self.knots.contains_key(spot))
    }

    /// The node of streets of this number.
    pub fn named(&self, ground: &Ground, id: NodeId) -> Option<Spot> {
        ground.spot(id).and_then(|spot| self.spot(spot))
    }

    /// Where one comes from a node.
    pub fn links(&self, spot: Spot) -> &[Link] {
        self.knots.get(&spot).map_or(&[], |knot| &knot.links)
    }

    /// Whether streets meet at a node, so that one could turn.
    pub fn is_junction(&self, spot: Spot) -> bool {
        self.knots.get(&spot).is_some_and(|knot| knot.degree > 2)
    }

    /// Whether streets meet there that do not only lead to houses and places to park.
    pub fn is_main_junction(&self, spot: Spot) -> bool {
        self.knots.get(&spot).is_some_and(|knot| knot.main_degree > 2)
    }

    /// Goes along a link and on, as long as there is one way on along the streets that matter and one may `take` it, to
    /// the first node that is a `goal`: the link that leads to it, and how far it is, if that is no more than `reach`.
    pub fn walk(
        &self,
        from: Spot,
        first: &Link,
        reach: f64,
        take: impl Fn(&Link) -> bool,
        goal: impl Fn(Spot) -> bool,
    ) -> Option<(Link, f64)> {
        let (mut before, mut link, mut far) = (from, *first, first.length);
        for _ in 0..MOST_STEPS {
            if far > reach {
                return None;
            }
            if goal(link.to) {
                return Some((link, far));
            }
            let next = self.only_way_on(before, &link).filter(|next| take(next))?;
            (before, link) = (link.to, next);
            far += link.length;
        }
        None
    }

    /// The one way on, not back, along streets of the same standing.
    fn only_way_on(&self, before: Spot, link: &Link) -> Option<Link> {
        let knot = self.knots.get(&link.to)?;
        let degree = if link.is_main { knot.main_degree } else { knot.degree };
        if degree != 2 {
            return None;
        }
        knot.links.iter().find(|next| next.to != before && next.is_main >= link.is_main).copied()
    }
}
