//! How twins hand out work among themselves: the contract net, and auctions.
//!
//! ```text
//!  manager                                contractor
//!    call  ────────────────────────────▶    works out what it would cost it
//!      ◀────────────────────────────────  bid
//!    award (to whom the mechanism says) ─▶  keeps a place free
//!      ◀────────────────────────────────  accept, or refuse: the next one is asked
//!    confirm ──────────────────────────▶    begins
//!      ◀────────────────────────────────  begun
//!    ask, now and then ────────────────▶
//!      ◀────────────────────────────────  begun (still at it), or report
//!      ◀────────────────────────────────  report, until it is thanked
//!    thanks ───────────────────────────▶
//! ```
//!
//! The contract net is that of R. G. Smith, "The contract net protocol", IEEE Transactions on Computers C-29 (1980), in the form of
//! FIPA's standard SC00029H (2002), with what unreliable messages need besides: everything is said again until it is answered,
//! every answer can be given twice, and nobody begins before the manager has confirmed.
//!
//! **At most once.** A mission is begun only by a contractor whose contract was confirmed. A manager that has confirmed a contract
//! hands its missions out anew only if the contractor refuses: it has not begun then, and never will, for it remembers what it
//! has refused. If nothing is heard of a contractor any more, the manager reports that and gives the missions to nobody else: they may have
//! been done. **Exactly once** follows where nobody dies and messages get through at last.
//!
//! The two sides are state machines without a world ([`manager`], [`contractor`]): tests drive them over any network. What a manager
//! makes of bids is a mechanism, a file each.

pub mod contractor;
pub mod manager;
pub mod mechanisms;
pub mod notice;
#[cfg(test)]
mod tests;
