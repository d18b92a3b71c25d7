//! The elements of a file with their places in metres.

use super::NodeId;
use super::projection::Projection;
use super::raw::{Node, Raw, Spot, Way};
use super::remarks::Remarks;

/// How far east or west of the origin a node may be: degrees. Farther away the projection gives places that are not
/// true.
const FARTHEST: f64 = 30.0;

/// The elements of a file, and where its nodes are.
pub struct Ground<'a> {
    pub raw: &'a Raw,
    /// Of each node; none if it is too far away.
    places: Vec<Option<[f64; 2]>>,
}

impl<'a> Ground<'a> {
    /// Finds where all nodes are.
    pub fn new(raw: &'a Raw, projection: &Projection, remarks: &mut Remarks) -> Ground<'a> {
        let places = raw.nodes.iter().map(|node| {
            let is_near = projection.east(node.place[1]).abs() <= FARTHEST;
            if !is_near {
                remarks.add("nodes are more than 30 degrees from the middle of the map and left out", node.id);
            }
            is_near.then(|| projection.forward(node.place))
        });
        let places = places.collect();
        Ground { raw, places }
    }

    /// The node of this number, if it is in the file.
    pub fn spot(&self, id: NodeId) -> Option<Spot> {
        self.raw.spot(id).filter(|spot| self.places[spot.index()].is_some())
    }

    /// A node.
    pub fn node(&self, spot: Spot) -> &'a Node {
        &self.raw.nodes[spot.index()]
    }

    /// Where a node is, which comes from [`Ground::spot`] or [`Ground::nodes`].
    pub fn place(&self, spot: Spot) -> [f64; 2] {
        self.places[spot.index()].unwrap_or_default()
    }

    /// Where nodes are.
    pub fn line(&self, spots: &[Spot]) -> Vec<[f64; 2]> {
        spots.iter().map(|spot| self.place(*spot)).collect()
    }

    /// All nodes that have something said of them.
    pub fn nodes(&self) -> impl Iterator<Item = (Spot, &'a Node)> {
        let spots = (0..).map(Spot).zip(&self.raw.nodes);
        spots.filter(|(spot, node)| self.places[spot.index()].is_some() && !node.tags.only(&[]))
    }

    /// The nodes of a way in runs: where some are not in the file, there is a gap. A node that comes twice in a row
    /// comes once, and a run has two nodes at least.
    pub fn runs(&self, way: &Way, remarks: &mut Remarks) -> Vec<Vec<Spot>> {
        let spots: Vec<Option<Spot>> = way.nodes.iter().map(|id| self.spot(*id)).collect();
        if spots.contains(&None) {
            remarks.add("ways name nodes that are not in the file, and have gaps there", way.id);
        }
        let runs = spots.split(|spot| spot.is_none()).map(|run| {
            let mut run: Vec<Spot> = run.iter().copied().flatten().collect();
            run.dedup();
            run
        });
        let runs: Vec<_> = runs.filter(|run| run.len() > 1).collect();
        if runs.is_empty() {
            remarks.add("ways have not two nodes that differ, and are left out", way.id);
        }
        runs
    }
}

/// How far it is from one place to another.
pub fn distance(from: [f64; 2], to: [f64; 2]) -> f64 {
    libm::hypot(to[0] - from[0], to[1] - from[1])
}

/// How long a line is.
pub fn length(line: &[[f64; 2]]) -> f64 {
    line.windows(2).map(|pair| distance(pair[0], pair[1])).sum()
}
