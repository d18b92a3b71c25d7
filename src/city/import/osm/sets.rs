//! Things that belong together, in sets that do not overlap.

/// Numbers from 0 on, each in one set.
pub struct Sets(Vec<u32>);

impl Sets {
    /// So many, each in a set of its own.
    pub fn new(count: usize) -> Sets {
        Sets((0..count as u32).collect())
    }

    /// The one that stands for the set of a number.
    pub fn first(&mut self, number: u32) -> u32 {
        let mut at = number;
        while self.0[at as usize] != at {
            // Halving the way each time keeps all ways short.
            self.0[at as usize] = self.0[self.0[at as usize] as usize];
            at = self.0[at as usize];
        }
        at
    }

    /// Makes one set of those of two numbers, for which the least of all stands. Whether they were two.
    pub fn join(&mut self, one: u32, other: u32) -> bool {
        let (one, other) = (self.first(one), self.first(other));
        self.0[one.max(other) as usize] = one.min(other);
        one != other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_stands_for_its_set() {
        let mut sets = Sets::new(6);
        assert!(sets.join(5, 4) && sets.join(4, 2) && sets.join(0, 1));
        assert!(!sets.join(2, 5));
        assert_eq!([0, 1, 2, 3, 4, 5].map(|number| sets.first(number)), [0, 0, 2, 3, 2, 2]);
    }
}
