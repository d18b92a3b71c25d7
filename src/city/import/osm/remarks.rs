//! What was dropped or repaired, told with counts.

use std::fmt::Display;

/// How many elements a remark names.
const NAMED: usize = 5;

/// Remarks as they are gathered: each kind once, in the order in which they came first.
#[derive(Debug, Default)]
pub struct Remarks(Vec<Remark>);

#[derive(Debug)]
struct Remark {
    what: &'static str,
    count: usize,
    /// The first few.
    of: Vec<String>,
}

impl Remarks {
    /// What is so of one more element. The text goes on after a count, as in "3 ways have no nodes".
    pub fn add(&mut self, what: &'static str, of: impl Display) {
        // There are but some dozens of kinds, so that looking through them is as quick as any map.
        let known = self.0.iter().position(|remark| remark.what == what);
        let at = known.unwrap_or_else(|| {
            self.0.push(Remark { what, count: 0, of: Vec::new() });
            self.0.len() - 1
        });
        let remark = &mut self.0[at];
        remark.count += 1;
        if remark.of.len() < NAMED {
            remark.of.push(of.to_string());
        }
    }

    /// In plain words: "3 ways have no nodes: 12, 34, 56".
    pub fn texts(&self) -> Vec<String> {
        let text = |Remark { what, count, of }: &Remark| {
            let more = if *count > of.len() { ", ..." } else { "" };
            format!("{count} {what}: {}{more}", of.join(", "))
        };
        self.0.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_count_and_name_the_first() {
        let mut remarks = Remarks::default();
        (0..7).for_each(|id| remarks.add("ways are odd", id));
        remarks.add("nodes are even", "two");
        (7..9).for_each(|id| remarks.add("ways are odd", id));
        assert_eq!(remarks.texts(), ["9 ways are odd: 0, 1, 2, 3, 4, ...", "1 nodes are even: two"]);
    }
}
