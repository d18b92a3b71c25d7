//! In turn: machines take jobs by their numbers, one after another. It needs to know nothing of what goes on.

/// The machine whose turn it is for the job of that number, of those that have room the next one.
pub fn choose(count: usize, has_room: impl Fn(usize) -> bool, job: u64) -> Option<usize> {
    let first = (job % (count as u64).max(1)) as usize;
    (first..count).chain(0..first).find(|&machine| has_room(machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_comes_in_its_turn_and_full_ones_are_passed_over() {
        let all = |job| choose(3, |_| true, job);
        assert_eq!([all(0), all(1), all(2), all(3)], [Some(0), Some(1), Some(2), Some(0)]);
        assert_eq!(choose(3, |machine| machine == 1, 2), Some(1));
        assert_eq!(choose(3, |_| false, 2), None);
        assert_eq!(choose(0, |_| true, 2), None);
    }
}
