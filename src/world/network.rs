//! Who is tied to whom: networks of nodes and ties that have no direction, each node's neighbours one after the other in memory.

use serde::{Deserialize, Serialize};

use crate::engine::random::Stream;

/// A node, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Node(pub u32);

/// Nodes and the ties between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Where the neighbours of each node begin; one more than there are nodes.
    starts: Vec<u32>,
    neighbours: Vec<Node>,
}

impl Network {
    /// So many nodes with these ties. The neighbours of a node stand in the order of their numbers.
    ///
    /// # Panics
    /// If a tie leads to a node that is not there.
    pub fn new(count: usize, ties: &[(Node, Node)]) -> Network {
        let both = || ties.iter().flat_map(|(one, other)| [(*one, *other), (*other, *one)]);
        let mut starts = vec![0; count + 1];
        for (one, other) in both() {
            assert!((other.0 as usize) < count, "there is no node {} of {count}", other.0);
            starts[one.0 as usize + 1] += 1;
        }
        (0..count).for_each(|node| starts[node + 1] += starts[node]);
        let mut next = starts.clone();
        let mut neighbours = vec![Node(0); 2 * ties.len()];
        for (one, other) in both() {
            let place = &mut next[one.0 as usize];
            neighbours[*place as usize] = other;
            *place += 1;
        }
        let mut network = Network { starts, neighbours };
        (0..count).for_each(|node| {
            let (from, to) = (network.starts[node] as usize, network.starts[node + 1] as usize);
            network.neighbours[from..to].sort_unstable();
        });
        network
    }

    /// A random network in which each pair is tied with the same probability, independently of others, so that a node has
    /// `mean_degree` neighbours on average (Gilbert 1959). Takes time in proportion to the ties: Batagelj and Brandes 2005, Phys.
    /// Rev. E 71, 036113, algorithm 1.
    pub fn random(count: usize, mean_degree: f64, random: &mut Stream) -> Network {
        let probability = mean_degree / (count as f64 - 1.0);
        if count < 2 || probability <= 0.0 {
            return Network::new(count, &[]);
        }
        let mut ties = Vec::new();
        let (mut high, mut low) = (1_usize, -1_i64);
        while high < count {
            // How many pairs are skipped, one after the other, until one is tied.
            let skipped = if probability < 1.0 {
                libm::floor(libm::log(random.uniform()) / libm::log1p(-probability))
            } else {
                0.0
            };
            low += 1 + skipped.min(1e15) as i64;
            while high < count && low >= high as i64 {
                low -= high as i64;
                high += 1;
            }
            if high < count {
                ties.push((Node(high as u32), Node(low as u32)));
            }
        }
        Network::new(count, &ties)
    }

    /// A small world: a ring in which each node is tied to the `degree` nearest (an even number), and each tie is led elsewhere with
    /// a probability (Watts and Strogatz 1998, Nature 393, 440).
    ///
    /// # Panics
    /// If there are not more nodes than a node has neighbours.
    pub fn small_world(count: usize, degree: usize, rewired: f64, random: &mut Stream) -> Network {
        assert!(count > degree, "{count} nodes cannot have {degree} neighbours each");
        let mut tied: Vec<Vec<u32>> = vec![Vec::new(); count];
        for node in 0..count {
            for away in 1..=degree / 2 {
                let other = (node + away) % count;
                tied[node].push(other as u32);
                tied[other].push(node as u32);
            }
        }
        for away in 1..=degree / 2 {
            for node in 0..count {
                let other = (node + away) % count;
                let is_led_elsewhere = random.chance(rewired) && tied[node].len() < count - 1;
                if !is_led_elsewhere || !tied[node].contains(&(other as u32)) {
                    continue;
                }
                let elsewhere = loop {
                    let found = random.below(count);
                    if found != node && !tied[node].contains(&(found as u32)) {
                        break found;
                    }
                };
                tied[node].retain(|tie| *tie != other as u32);
                tied[other].retain(|tie| *tie != node as u32);
                tied[node].push(elsewhere as u32);
                tied[elsewhere].push(node as u32);
            }
        }
        let ties = (0..).zip(&tied).flat_map(|(node, tied)| {
            tied.iter().filter(move |other| node < **other).map(move |other| (Node(node), Node(*other)))
        });
        Network::new(count, &ties.collect::<Vec<_>>())
    }

    /// A network that has grown: each new node is tied to `ties` of those before it, the more probably the more neighbours they have
    /// (Barabási and Albert 1999, Science 286, 509). It begins with a star of `ties` + 1 nodes.
    ///
    /// # Panics
    /// If there are no ties, or not more nodes than ties.
    pub fn scale_free(count: usize, ties: usize, random: &mut Stream) -> Network {
        assert!(ties > 0 && count > ties, "{count} nodes cannot have {ties} ties each");
        // Each node as often as it has neighbours.
        let mut ends: Vec<u32> = (1..=ties as u32).flat_map(|node| [0, node]).collect();
        let mut all: Vec<(Node, Node)> = (1..=ties as u32).map(|node| (Node(0), Node(node))).collect();
        for node in ties as u32 + 1..count as u32 {
            let mut chosen: Vec<u32> = Vec::with_capacity(ties);
            while chosen.len() < ties {
                let found = ends[random.below(ends.len())];
                if !chosen.contains(&found) {
                    chosen.push(found);
                }
            }
            for other in chosen {
                ends.extend([node, other]);
                all.push((Node(node), Node(other)));
            }
        }
        Network::new(count, &all)
    }

    /// How many nodes there are.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many ties there are.
    pub fn ties(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// All nodes, by number.
    pub fn nodes(&self) -> impl Iterator<Item = Node> + use<> {
        (0..self.count() as u32).map(Node)
    }

    /// Who is tied to a node, by number.
    #[inline]
    pub fn near(&self, node: Node) -> &[Node] {
        let node = node.0 as usize;
        &self.neighbours[self.starts[node] as usize..self.starts[node + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};
    use proptest::prelude::*;

    fn random(seed: u64) -> Stream {
        Seed(seed).stream(0, Purpose::new("test"), 0)
    }

    fn degrees(network: &Network) -> Vec<f64> {
        network.nodes().map(|node| network.near(node).len() as f64).collect()
    }

    fn mean(of: &[f64]) -> f64 {
        of.iter().sum::<f64>() / of.len() as f64
    }

    /// The share of a node's pairs of neighbours that are tied, on average.
    fn clustering(network: &Network) -> f64 {
        let share = |node: Node| {
            let near = network.near(node);
            let pairs = near.iter().flat_map(|one| near.iter().map(move |other| (one, other))).filter(|(a, b)| a < b);
            let (tied, all) = pairs.fold((0.0, 0.0), |(tied, all), (one, other)| {
                (tied + f64::from(u8::from(network.near(*one).contains(other))), all + 1.0)
            });
            if all > 0.0 { tied / all } else { 0.0 }
        };
        mean(&network.nodes().map(share).collect::<Vec<f64>>())
    }

    proptest! {
        #[test]
        fn whoever_is_near_is_near_in_turn(count in 1..40_usize, degree in 0.0..6.0_f64, seed: u64) {
            let count = count + 1;
            for network in [
                Network::random(count, degree.min(count as f64 - 1.0), &mut random(seed)),
                Network::small_world(count + 4, 4, 0.3, &mut random(seed)),
                Network::scale_free(count + 3, 3, &mut random(seed)),
            ] {
                for node in network.nodes() {
                    let near = network.near(node);
                    prop_assert!(near.windows(2).all(|pair| pair[0] < pair[1]), "in order, and none twice");
                    prop_assert!(near.iter().all(|other| *other != node && network.near(*other).contains(&node)));
                }
                prop_assert_eq!(degrees(&network).iter().sum::<f64>(), 2.0 * network.ties() as f64);
            }
        }
    }

    /// Degrees are binomial: mean and variance.
    #[test]
    fn random_networks_are_those_of_gilbert() {
        let (count, degree) = (20_000, 8.0);
        let degrees = degrees(&Network::random(count, degree, &mut random(1)));
        let found = mean(&degrees);
        let variance = degrees.iter().map(|d| (d - found).powi(2)).sum::<f64>() / count as f64;
        // A tie counts for two nodes.
        let error = (2.0 * degree / count as f64).sqrt();
        assert!((found - degree).abs() < 4.0 * error, "{found}");
        assert!(
            (variance / degree - 1.0).abs() < 4.0 * (2.0 / count as f64).sqrt() + degree / count as f64,
            "{variance}"
        );
        assert_eq!(Network::random(30, 29.0, &mut random(1)).ties(), 30 * 29 / 2);
        assert_eq!(Network::random(1, 0.0, &mut random(1)).ties(), 0);
    }

    /// Clustering of the ring is 3 (k − 2) / 4 (k − 1), and falls with (1 − p)³ (Barrat and Weigt 2000, Eur. Phys. J. B 13, 547).
    #[test]
    fn small_worlds_are_those_of_watts_and_strogatz() {
        let (count, degree) = (10_000, 10);
        let ring = 3.0 * 8.0 / (4.0 * 9.0);
        for rewired in [0.0, 0.1, 0.4] {
            let network = Network::small_world(count, degree, rewired, &mut random(2));
            assert_eq!(network.ties(), count * degree / 2);
            let (found, expected) = (clustering(&network), ring * (1.0 - rewired).powi(3));
            assert!((found - expected).abs() < 0.01, "{found} and {expected}");
        }
    }

    /// The share of nodes with k neighbours is 2 m (m + 1) / k (k + 1) (k + 2) (Dorogovtsev, Mendes and Samukhin 2000, Phys. Rev.
    /// Lett. 85, 4633).
    #[test]
    fn scale_free_networks_are_those_of_barabasi_and_albert() {
        let (count, ties) = (200_000_usize, 3);
        let degrees = degrees(&Network::scale_free(count, ties, &mut random(3)));
        let m = ties as f64;
        for k in 3..12 {
            let k = f64::from(k);
            let found = degrees.iter().filter(|degree| **degree == k).count() as f64 / count as f64;
            let expected = 2.0 * m * (m + 1.0) / (k * (k + 1.0) * (k + 2.0));
            let error = (expected * (1.0 - expected) / count as f64).sqrt();
            assert!((found - expected).abs() < 4.5 * error, "{k}: {found} and {expected} ± {error}");
        }
        assert!(degrees.iter().copied().fold(0.0, f64::max) > 300.0, "there are hubs");
    }
}
