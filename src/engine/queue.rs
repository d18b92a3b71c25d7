//! The queue of things that will happen: events ordered by (time, priority, sequence), with cancellation.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use bevy_ecs::prelude::Resource;
use dary_heap::QuaternaryHeap;
use serde::{Deserialize, Serialize, Serializer};

use super::identity::TwinId;
use super::time::Time;

/// Which handler an event goes to, as `register_event` gave it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EventKind(pub(super) u16);

impl EventKind {
    /// Every kind there is.
    pub(super) const ANY: RangeInclusive<EventKind> = EventKind(0)..=EventKind(u16::MAX);
    /// Ends the step at its moment, after every other event of that moment, so that the stages run.
    pub(super) const WAKE: EventKind = EventKind(u16::MAX);
}

/// Order among events of one moment: lower first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Priority(pub i8);

impl Priority {
    /// What most events have.
    pub const NORMAL: Priority = Priority(0);
    /// After all else of the same moment.
    pub const LAST: Priority = Priority(i8::MAX);

    /// As an unsigned number in the same order.
    fn as_order(self) -> u64 {
        u64::from(self.0 as u8 ^ 0x80)
    }
}

/// Something that happens to a twin at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happens.
    pub at: Time,
    /// Which handler takes it.
    pub kind: EventKind,
    /// The twin it happens to; [`TwinId::NONE`] where it belongs to none.
    pub twin: TwinId,
    /// What the handler needs to know besides, such as a slot of the machine.
    pub arg: u64,
}

/// Names a pending event, to cancel it. Outlives its event harmlessly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHandle {
    slot: u32,
    generation: u32,
}

/// A place in the heap: the order and where the event itself lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    at: Time,
    /// Priority in the top byte (offset to be unsigned), sequence below.
    order: u64,
    handle: EventHandle,
}

impl Entry {
    /// Time, priority and sequence as one number, which is compared at once.
    fn key(&self) -> i128 {
        i128::from(self.at.nanos()) << 64 | i128::from(self.order)
    }
}

impl Ord for Entry {
    /// Reversed: the heap gives the greatest first, and the earliest event is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Slot {
    generation: u32,
    event: Option<(EventKind, TwinId, u64)>,
    /// When it was added.
    since: Time,
}

/// The pending events of a world.
///
/// Cancelling marks; a cancelled entry leaves the heap when it comes up, or when such entries are the majority, so
/// memory stays in proportion to what is pending.
#[derive(Resource, Clone, Debug, Default, Deserialize)]
#[serde(from = "Saved")]
pub struct EventQueue {
    heap: QuaternaryHeap<Entry>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    sequence: u64,
    pending: usize,
    /// The present moment, for `Slot::since`.
    now: Time,
    /// How many of the pending events only let somebody look on, such as the next sample of a metric.
    watching: usize,
}

/// The argument of a wake that only lets somebody look on.
const WATCHING: u64 = 1;

impl EventQueue {
    /// Makes the stages run at `at`, after every event of that moment.
    pub fn wake(&mut self, at: Time) {
        self.push_wake(at, 0);
    }

    /// As [`EventQueue::wake`], for a recorder: a world in which only such events are left has ended.
    pub fn wake_to_watch(&mut self, at: Time) {
        self.push_wake(at, WATCHING);
    }

    fn push_wake(&mut self, at: Time, arg: u64) {
        self.push_with(Event { at, kind: EventKind::WAKE, twin: TwinId::NONE, arg }, Priority::LAST);
    }

    /// Takes out the other wakes of a moment at which the stages will run anyway: once is enough for all who asked.
    pub(super) fn drop_wakes(&mut self, at: Time) {
        while let Some(&entry) = self.heap.peek().filter(|entry| entry.at == at) {
            let pending = is_pending(&self.slots, entry.handle);
            let event = self.slots[entry.handle.slot as usize].event;
            if pending && event.is_some_and(|(kind, ..)| kind != EventKind::WAKE) {
                return;
            }
            self.heap.pop();
            self.take(entry.handle);
        }
    }

    /// Adds an event of normal priority.
    pub fn push(&mut self, event: Event) -> EventHandle {
        self.push_with(event, Priority::NORMAL)
    }

    /// Adds an event. Events of one time and priority happen in the order in which they were added.
    pub fn push_with(&mut self, event: Event, priority: Priority) -> EventHandle {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Slot::default());
            (self.slots.len() - 1) as u32
        });
        let place = &mut self.slots[slot as usize];
        place.event = Some((event.kind, event.twin, event.arg));
        place.since = self.now;
        let handle = EventHandle { slot, generation: place.generation };
        let order = priority.as_order() << 56 | self.sequence;
        self.sequence += 1;
        self.pending += 1;
        self.watching += usize::from(is_watching(event.kind, event.arg));
        self.heap.push(Entry { at: event.at, order, handle });
        handle
    }

    /// Takes an event out before it happens. Returns whether it was still pending.
    pub fn cancel(&mut self, handle: EventHandle) -> bool {
        let cancelled = self.take(handle).is_some();
        if cancelled && self.heap.len() > 64 && self.heap.len() > 2 * self.pending {
            let (slots, old) = (&self.slots, std::mem::take(&mut self.heap));
            self.heap = old.into_iter().filter(|entry| is_pending(slots, entry.handle)).collect();
        }
        cancelled
    }

    /// Gives pending events other times. `when` is told of each event and of when it was added, in no particular order; what it
    /// leaves alone stays. Events that come to one moment keep their order.
    pub fn redraw(&mut self, mut when: impl FnMut(Event, Time) -> Option<Time>) {
        let mut entries = std::mem::take(&mut self.heap).into_vec();
        entries.retain(|entry| is_pending(&self.slots, entry.handle));
        for entry in &mut entries {
            let slot = &self.slots[entry.handle.slot as usize];
            let Some((kind, twin, arg)) = slot.event else { continue };
            if let Some(at) = when(Event { at: entry.at, kind, twin, arg }, slot.since) {
                entry.at = at.max(self.now);
            }
        }
        self.heap = entries.into();
    }

    /// Time has passed without an event.
    pub(super) fn pass(&mut self, now: Time) {
        self.now = now;
    }

    /// The kind, twin and argument of every pending event, in no particular order: for audits.
    pub fn pending(&self) -> impl Iterator<Item = (EventKind, TwinId, u64)> + '_ {
        self.slots.iter().filter_map(|slot| slot.event)
    }

    /// When the next event happens.
    pub fn next_time(&mut self) -> Option<Time> {
        self.skip_cancelled();
        self.heap.peek().map(|entry| entry.at)
    }

    /// Whether an event of a lower priority value happens at `at` or before.
    pub fn has_event_before(&mut self, at: Time, priority: Priority) -> bool {
        self.skip_cancelled();
        self.heap.peek().is_some_and(|entry| entry.at <= at && entry.order >> 56 < priority.as_order())
    }

    /// Takes the next event if it happens no later than `limit`.
    pub fn pop_until(&mut self, limit: Time) -> Option<Event> {
        self.pop_if(limit, EventKind::ANY)
    }

    /// Takes the next event if it happens no later than `limit` and is one of `kinds`.
    pub(super) fn pop_if(&mut self, limit: Time, kinds: RangeInclusive<EventKind>) -> Option<Event> {
        loop {
            let entry = self.heap.peek()?;
            let slot = &self.slots[entry.handle.slot as usize];
            let pending = slot.event.filter(|_| slot.generation == entry.handle.generation);
            if pending.is_some_and(|(kind, ..)| entry.at > limit || !kinds.contains(&kind)) {
                return None;
            }
            let entry = self.heap.pop()?;
            if let Some((kind, twin, arg)) = pending {
                self.vacate(entry.handle, kind, arg);
                self.now = entry.at;
                return Some(Event { at: entry.at, kind, twin, arg });
            }
        }
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.pending
    }

    /// True if nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.pending == 0
    }

    /// True if nothing will ever happen by itself: nobody waits, or only those who look on.
    pub fn is_idle(&self) -> bool {
        self.pending == self.watching
    }

    fn take(&mut self, handle: EventHandle) -> Option<(EventKind, TwinId, u64)> {
        let slot = self.slots.get(handle.slot as usize).filter(|slot| slot.generation == handle.generation)?;
        let event = slot.event?;
        self.vacate(handle, event.0, event.2);
        Some(event)
    }

    /// Gives the slot of a pending event back.
    fn vacate(&mut self, handle: EventHandle, kind: EventKind, arg: u64) {
        let slot = &mut self.slots[handle.slot as usize];
        slot.event = None;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(handle.slot);
        self.pending -= 1;
        self.watching -= usize::from(is_watching(kind, arg));
    }

    fn skip_cancelled(&mut self) {
        while self.heap.peek().is_some_and(|entry| !is_pending(&self.slots, entry.handle)) {
            self.heap.pop();
        }
    }
}

fn is_watching(kind: EventKind, arg: u64) -> bool {
    kind == EventKind::WAKE && arg == WATCHING
}

fn is_pending(slots: &[Slot], handle: EventHandle) -> bool {
    slots.get(handle.slot as usize).is_some_and(|slot| slot.generation == handle.generation && slot.event.is_some())
}

/// The queue as it is saved and digested: pending entries in their order, so that two queues that will do the same
/// are the same bytes, whatever their heaps look like inside.
#[derive(Serialize, Deserialize)]
struct Saved<Slots = Vec<Slot>, Free = Vec<u32>> {
    entries: Vec<Entry>,
    slots: Slots,
    free: Free,
    sequence: u64,
    now: Time,
}

impl Serialize for EventQueue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let EventQueue { heap, slots, free, sequence, now, .. } = self;
        let pending = heap.iter().filter(|entry| is_pending(slots, entry.handle));
        let mut entries: Vec<Entry> = pending.copied().collect();
        entries.sort_unstable_by(|a, b| b.cmp(a));
        Saved { entries, slots, free, sequence: *sequence, now: *now }.serialize(serializer)
    }
}

impl From<Saved> for EventQueue {
    fn from(saved: Saved) -> Self {
        let Saved { entries, slots, free, sequence, now } = saved;
        let watching =
            slots.iter().filter(|slot| slot.event.is_some_and(|(kind, _, arg)| is_watching(kind, arg))).count();
        EventQueue { pending: entries.len(), watching, heap: entries.into(), slots, free, sequence, now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(at: i64, arg: u64) -> Event {
        Event { at: Time::from_nanos(at), kind: EventKind(0), twin: TwinId::NONE, arg }
    }

    proptest! {
        /// Against the plainest model there is: a sorted list.
        #[test]
        fn behaves_like_a_sorted_list(steps in prop::collection::vec((0..6_u8, 0..50_i64, -2..3_i8), 0..400)) {
            let mut queue = EventQueue::default();
            let mut model: Vec<(i64, i8, u64, EventHandle)> = Vec::new();
            for (n, (what, at, priority)) in steps.into_iter().enumerate() {
                match what {
                    0..=2 => {
                        let handle = queue.push_with(event(at, n as u64), Priority(priority));
                        model.push((at, priority, n as u64, handle));
                        model.sort_by_key(|&(at, priority, n, _)| (at, priority, n));
                    }
                    3 if !model.is_empty() => {
                        let (.., handle) = model.remove(at as usize % model.len());
                        prop_assert!(queue.cancel(handle));
                        prop_assert!(!queue.cancel(handle));
                    }
                    4 => {
                        let saved = postcard::to_stdvec(&queue).unwrap();
                        queue = postcard::from_bytes(&saved).unwrap();
                    }
                    _ => {
                        let due = model.first().is_some_and(|first| first.0 <= at);
                        let expected = due.then(|| model.remove(0)).map(|(at, _, n, _)| event(at, n));
                        prop_assert_eq!(queue.pop_until(Time::from_nanos(at)), expected);
                    }
                }
                prop_assert_eq!(queue.len(), model.len());
                prop_assert_eq!(queue.next_time().map(Time::nanos), model.first().map(|first| first.0));
            }
        }
    }

    #[test]
    fn memory_stays_in_proportion_to_what_is_pending() {
        let mut queue = EventQueue::default();
        for n in 0..100_000 {
            let handle = queue.push(event(n, 0));
            queue.cancel(handle);
        }
        assert!(queue.heap.capacity() < 1_000 && queue.slots.len() < 10);
    }
}
