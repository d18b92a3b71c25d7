//! Random choice: each machine is as likely, as in a network of queues with uniform routing.

use crate::engine::random::Stream;

/// One of the machines that have room, each as likely; none if none has. Asks few machines where most have room: the
/// first draw is among all, and only if it finds no room is a second made among those that have.
pub fn choose(count: usize, has_room: impl Fn(usize) -> bool, random: &mut Stream) -> Option<usize> {
    let first = random.below(count);
    if has_room(first) {
        return Some(first);
    }
    let open: Vec<usize> = (0..count).filter(|&machine| has_room(machine)).collect();
    if open.is_empty() { None } else { Some(open[random.below(open.len())]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};

    #[test]
    fn those_with_room_are_equally_likely() {
        let mut counts = [0_u32; 5];
        for n in 0..30_000 {
            let mut random = Seed(1).stream(0, Purpose::new("test"), n);
            counts[choose(5, |machine| machine % 2 == 0, &mut random).unwrap()] += 1;
        }
        assert_eq!((counts[1], counts[3]), (0, 0));
        assert!([0, 2, 4].iter().all(|&machine| counts[machine].abs_diff(10_000) < 400), "{counts:?}");
        assert_eq!(choose(5, |_| false, &mut Seed(1).stream(0, Purpose::new("test"), 0)), None);
    }
}
