//! Groups: twins that find each other, choose a leader, agree on values, and share tasks, over messages that can be lost.
//!
//! ```text
//!            hears nobody: founds            hears a leader: joins
//!  alone ───────────────────────▶ leader   alone ──────────────────▶ member
//!    ▲                             │  ▲                                │
//!    │ no majority for long,       │  │ a majority of votes            │ no beat for a while
//!    │ or a larger group is near   ▼  │                                ▼
//!    └──────────────────────────  member ◀───── a newer leader ───── candidate
//! ```
//!
//! Leaders are elected, and all that a group has in common is changed, by Raft (D. Ongaro and J. Ousterhout, "In search of an
//! understandable consensus algorithm", USENIX ATC 2014; D. Ongaro, *Consensus: Bridging Theory and Practice*, 2014, 4.1 for members
//! that come and go one at a time, 4.2.3 and 6.2 for leaders that are cut off). What a group has in common is small, so that the log
//! of Raft is only its last entry: each [`Common`](common::Common) is whole, and replaces the one before.
//!
//! **Safety.** In a term of a group there is one leader at most. Of each version of what is common there is one that members know of,
//! and none goes back to an older one. **Liveness.** As long as a majority of a group lives and hears each other now and then, it has a
//! leader. If not, whoever is left goes on alone and forms a new group with whom it can hear: groups that meet become one.
//!
//! A twin that leaves a group and comes back is somebody new to it (its incarnation): it has forgotten what it had promised there.

pub mod common;
pub mod kind;
pub mod member;
pub mod notice;
pub mod share;
pub mod talk;
#[cfg(test)]
mod tests;
