//! Plans of streets: what an author, a map or a generator says of them, before junctions have a form.
//!
//! All lengths are metres, all speeds metres a second. The x axis points east, the y axis north.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::streets::Class;

/// A plan of streets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Where ways begin, end and meet.
    pub nodes: Vec<Node>,
    /// Between nodes.
    pub ways: Vec<Way>,
    /// Turns that are not allowed, or the only ones that are.
    pub bans: Vec<Ban>,
}

/// Where ways begin, end and meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: [f64; 2],
    /// Who goes first there.
    pub control: Control,
}

/// Who goes first at a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Control {
    /// Whoever is on the more important way; if all are alike, who comes from the right.
    #[default]
    Priority,
    /// Who comes from the right.
    Right,
    /// Signals that go by the clock.
    Signals,
    /// Signals whose green goes on while vehicles come.
    ActuatedSignals,
    /// All stop; who comes first goes first.
    AllStop,
}

impl Control {
    /// Whether it is by signals of any kind.
    pub fn has_signals(self) -> bool {
        matches!(self, Control::Signals | Control::ActuatedSignals)
    }
}

/// A way from node to node, with lanes in one direction or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// Its name; of each direction, if there are two, with a sign before it.
    pub name: String,
    /// The nodes at its ends, of [`Plan::nodes`].
    pub ends: [usize; 2],
    /// The points between its ends.
    pub between: Vec<[f64; 2]>,
    /// How many lanes lead forwards, and backwards.
    pub lanes: [u32; 2],
    /// How wide each is.
    pub lane_width: f64,
    /// How fast one may drive.
    pub speed_limit: f64,
    /// How important it is: ways of higher rank go first.
    pub rank: u8,
    /// Who may use it; empty means everybody who drives.
    pub classes: Vec<Class>,
    /// The outermost lane of each direction that is for buses alone.
    pub bus_lanes: [bool; 2],
    /// Where each lane leads, from the outer one on, forwards and backwards; empty where nothing is said.
    pub marks: [Vec<Mark>; 2],
    /// Whether it goes round a roundabout.
    pub is_round: bool,
    /// Whether one has to stop, or to let others pass, at the end of each direction.
    pub signs: [Sign; 2],
}

/// What an arrow on a lane says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// It leads left.
    pub left: bool,
    /// It leads straight on.
    pub straight: bool,
    /// It leads right.
    pub right: bool,
}

/// What a sign at the end of a way says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Sign {
    /// Nothing.
    #[default]
    None,
    /// Let others pass.
    GiveWay,
    /// Stop, and let others pass.
    Stop,
}

/// A turn that is not allowed, or the only one that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ban {
    /// From the end of this way, of [`Plan::ways`].
    pub from: usize,
    /// Across this node.
    pub node: usize,
    /// To this way.
    pub to: usize,
    /// Whether it is the only one that is allowed.
    pub is_only: bool,
}
