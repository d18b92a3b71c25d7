//! Clusters by density: M. Ester, H.-P. Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering clusters in large
//! spatial databases with noise", KDD-96.
//!
//! A point is *dense* (a core point of the paper) if there are at least so many points near it, itself included. Dense points that
//! are near each other are of one cluster, and so is whoever is near a dense point. The paper leaves open which cluster somebody
//! joins who is near dense points of two: here the one whose first dense point has the lowest number. The result so depends on
//! nothing but the points.

/// Which points belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    /// The cluster of each point; none for those that are near no dense one. Clusters are numbered by their first dense points.
    pub of: Vec<Option<u32>>,
    /// How many points are near each point, itself included.
    pub near: Vec<u32>,
    /// How many clusters there are.
    pub count: usize,
}

impl Clusters {
    /// The points of each cluster, in order.
    pub fn members(&self) -> Vec<Vec<usize>> {
        let mut members = vec![Vec::new(); self.count];
        for (point, cluster) in self.of.iter().enumerate() {
            if let Some(cluster) = cluster {
                members[*cluster as usize].push(point);
            }
        }
        members
    }
}

/// The clusters of points of which `near` is known: for each the numbers of the others that are near it, both ways.
pub fn clusters(near: &[Vec<u32>], least: u32) -> Clusters {
    let counts: Vec<u32> = near.iter().map(|others| others.len() as u32 + 1).collect();
    let is_dense = |point: usize| counts[point] >= least;
    let mut of: Vec<Option<u32>> = vec![None; near.len()];
    let (mut count, mut stack) = (0, Vec::new());
    for first in 0..near.len() {
        if !is_dense(first) || of[first].is_some() {
            continue;
        }
        of[first] = Some(count);
        stack.push(first);
        while let Some(point) = stack.pop() {
            for &other in &near[point] {
                let other = other as usize;
                if is_dense(other) && of[other].is_none() {
                    of[other] = Some(count);
                    stack.push(other);
                }
            }
        }
        count += 1;
    }
    for point in (0..near.len()).filter(|point| !is_dense(*point)) {
        let dense = near[point].iter().map(|other| *other as usize).filter(|other| is_dense(*other));
        of[point] = dense.filter_map(|other| of[other]).min();
    }
    Clusters { of, near: counts, count: count as usize }
}

/// Who is near whom, by asking everybody: for as few points as a review has. Near is nearer than `within` metres, in the plane.
pub fn neighbours(points: &[[f64; 2]], within: f64) -> Vec<Vec<u32>> {
    let is_near = |a: [f64; 2], b: [f64; 2]| {
        let (x, y) = (a[0] - b[0], a[1] - b[1]);
        x * x + y * y < within * within
    };
    let of = |(number, point): (usize, &[f64; 2])| {
        let others = (0_u32..).zip(points).filter(|(other, _)| *other as usize != number);
        others.filter(|(_, other)| is_near(*point, **other)).map(|(other, _)| other).collect()
    };
    points.iter().enumerate().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Against the paper's definitions, taken literally: two points are of one cluster if both can be reached by dense points
        /// from a dense point.
        #[test]
        fn clusters_are_what_the_paper_defines(
            points in prop::collection::vec([0.0_f64..10.0, 0.0..10.0], 0..60),
            within in 0.3_f64..3.0,
            least in 1_u32..8,
        ) {
            let near = neighbours(&points, within);
            let found = clusters(&near, least);
            let n = points.len();
            let dense: Vec<bool> = near.iter().map(|others| others.len() as u32 + 1 >= least).collect();
            // Who reaches whom by dense points: Warshall's closure.
            let mut reach = vec![vec![false; n]; n];
            for a in 0..n {
                reach[a][a] = dense[a];
                for &b in &near[a] {
                    reach[a][b as usize] = dense[a] && dense[b as usize];
                }
            }
            for via in 0..n {
                for a in 0..n {
                    for b in 0..n {
                        reach[a][b] |= reach[a][via] && reach[via][b];
                    }
                }
            }
            for a in 0..n {
                let touches = (0..n).any(|b| dense[b] && (a == b || near[a].contains(&(b as u32))));
                prop_assert_eq!(found.of[a].is_some(), touches);
                for b in 0..n {
                    if dense[a] && dense[b] {
                        prop_assert_eq!(found.of[a] == found.of[b], reach[a][b]);
                    }
                }
                if !dense[a] && touches {
                    let first = (0..n).find(|b| dense[*b] && near[a].iter().any(|c| reach[*c as usize][*b])).unwrap();
                    prop_assert_eq!(found.of[a], found.of[first]);
                }
            }
            // Numbers go by the first dense point.
            let firsts: Vec<usize> = (0..found.count as u32)
                .map(|cluster| (0..n).find(|a| dense[*a] && found.of[*a] == Some(cluster)).unwrap())
                .collect();
            prop_assert!(firsts.is_sorted());
        }
    }
}
