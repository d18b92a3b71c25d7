//! Streets: junctions, roads with lanes, and the turns that lead across a junction from lane to lane.
//!
//! All lengths are metres, all speeds metres a second. Lanes are counted from the outer side of the road on, which is the right one where
//! traffic keeps to the right. A place along a lane is how far it is from the lane's beginning.

mod access;
pub mod conflicts;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use self::access::{Access, Class};

/// A number of something among its kind.
macro_rules! number {
    ($($(#[$about:meta])* $name:ident),*) => { $(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )* };
}

number!(
    /// A junction.
    JunctionId,
    /// A road.
    RoadId,
    /// A lane.
    LaneId,
    /// A turn.
    TurnId,
    /// A set of signals.
    SignalsId
);

/// A network of streets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Streets {
    /// Where roads meet or end.
    pub junctions: Vec<Junction>,
    /// From junction to junction, one way.
    pub roads: Vec<Road>,
    /// Of all roads, those of a road next to each other.
    pub lanes: Vec<Lane>,
    /// Across junctions, by the lane from which they lead.
    pub turns: Vec<Turn>,
    /// Signals, each perhaps of several junctions.
    pub signals: Vec<Signals>,
}

/// Where roads meet or end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Junction {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: [f64; 2],
    /// Its outline.
    pub outline: Vec<[f64; 2]>,
}

/// A road from junction to junction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Road {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub from: JunctionId,
    /// Where it ends.
    pub to: JunctionId,
    /// Its lanes, from the outer one on.
    pub lanes: Range<u32>,
    /// Whether it goes round a roundabout.
    pub is_round: bool,
}

/// A lane of a road.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// Whose it is.
    pub road: RoadId,
    /// How long it is: it may differ from how long its line is.
    pub length: f64,
    /// How fast one may drive.
    pub speed_limit: f64,
    /// How wide it is.
    pub width: f64,
    /// Who may use it.
    pub access: Access,
    /// Its middle.
    pub line: Vec<[f64; 2]>,
    /// The turns that lead on.
    pub turns: Range<u32>,
}

/// A way across a junction, from the end of a lane to the beginning of another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// From its end.
    pub from: LaneId,
    /// To its beginning.
    pub to: LaneId,
    /// Across which junction.
    pub junction: JunctionId,
    /// How long it is.
    pub length: f64,
    /// How fast one may drive.
    pub speed_limit: f64,
    /// Its middle.
    pub line: Vec<[f64; 2]>,
    /// Where it leads, seen from the lane.
    pub direction: Direction,
    /// What has to be heeded at its beginning.
    pub rule: Rule,
    /// The signals that show, and which of their lamps.
    pub signals: Option<(SignalsId, u16)>,
    /// Whom it has to let pass.
    pub yields_to: Vec<TurnId>,
    /// Whose way it touches, those it lets pass among them.
    pub meets: Vec<TurnId>,
    /// How far along it one may wait for those who have to be let pass, in the midst of the junction.
    pub waits_at: Option<f64>,
    /// From how far before its beginning one sees whom one has to let pass.
    pub visible_from: f64,
    /// Whether one must not enter it unless there is room beyond.
    pub keeps_clear: bool,
}

/// Where a turn leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Straight on.
    Straight,
    /// Right, or a little so.
    Right,
    /// Left, or a little so.
    Left,
    /// Back.
    Back,
}

/// What has to be heeded at the beginning of a turn, where no signals say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rule {
    /// Nobody need be let pass.
    Major,
    /// Some must be let pass.
    Minor,
    /// One must stop, and let some pass.
    Stop,
    /// All must stop, and who comes first goes first.
    AllStop,
    /// Two lanes become one, and who comes first goes first.
    Zipper,
}

/// Signals of a junction, or of several: the lamps, and the programme by which they change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// Their name.
    pub name: String,
    /// How they change.
    pub control: Control,
    /// When the programme begins: seconds.
    pub offset: f64,
    /// The phases, one after the other and then again.
    pub phases: Vec<Phase>,
}

/// How signals change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Control {
    /// By the clock.
    Fixed,
    /// A green phase goes on while vehicles come.
    Actuated,
}

/// A phase of signals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// How long it lasts: seconds.
    pub lasts: f64,
    /// How long it lasts at least, and at most, where vehicles decide: seconds.
    pub between: [f64; 2],
    /// What each lamp shows.
    pub lamps: Vec<Lamp>,
}

/// What a signal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lamp {
    /// Stop.
    Red,
    /// It will be red: stop if you can.
    Amber,
    /// It will be green: stop.
    RedAmber,
    /// Go, and let nobody pass.
    Green,
    /// Go, if you let those pass who have the way.
    GreenYielding,
    /// As if it said stop, and then go if you let those pass who have the way.
    RedArrow,
    /// Dark or blinking: the rule of the turn holds.
    Off,
}

impl Lamp {
    /// Whether one may go by it, be it that one has to let others pass.
    pub fn is_open(self) -> bool {
        self.openness() >= 2
    }

    /// The more it is open, the more.
    fn openness(self) -> u8 {
        match self {
            Lamp::Red | Lamp::Amber | Lamp::RedAmber => 0,
            Lamp::RedArrow => 1,
            Lamp::GreenYielding | Lamp::Off => 2,
            Lamp::Green => 3,
        }
    }

    /// The one that is less open.
    pub fn lesser(self, other: Lamp) -> Lamp {
        if other.openness() < self.openness() { other } else { self }
    }

    /// Whether it is at least as open as another.
    pub fn lets_go_as(self, other: Lamp) -> bool {
        self.openness() >= other.openness()
    }
}

impl Streets {
    /// A lane.
    #[inline]
    pub fn lane(&self, lane: LaneId) -> &Lane {
        &self.lanes[lane.index()]
    }

    /// What a lane is called: its road, and which of the road's lanes it is.
    pub fn lane_name(&self, lane: LaneId) -> String {
        let road = &self.roads[self.lane(lane).road.index()];
        format!("{}_{}", road.name, lane.0 - road.lanes.start)
    }

    /// A turn.
    #[inline]
    pub fn turn(&self, turn: TurnId) -> &Turn {
        &self.turns[turn.index()]
    }

    /// The lanes of a road.
    pub fn lanes_of(&self, road: RoadId) -> impl DoubleEndedIterator<Item = LaneId> + Clone + use<> {
        self.roads[road.index()].lanes.clone().map(LaneId)
    }

    /// The turns from a lane.
    pub fn turns_from(&self, lane: LaneId) -> impl Iterator<Item = TurnId> + Clone + use<> {
        self.lane(lane).turns.clone().map(TurnId)
    }

    /// The roads to which turns lead for such vehicles, each as often as there are turns.
    pub fn roads_after(&self, road: RoadId, class: Class) -> impl Iterator<Item = RoadId> + '_ {
        let lanes = self.lanes_of(road).filter(move |lane| self.lane(*lane).access.allows(class));
        let next = lanes.flat_map(|lane| self.turns_from(lane)).map(|turn| self.lane(self.turn(turn).to));
        next.filter(move |lane| lane.access.allows(class)).map(|lane| lane.road)
    }

    /// So many copies beside each other. All after the first have a number behind their names.
    pub fn copies(&self, copies: u32) -> Streets {
        let mut all = Streets::default();
        for copy in 0..copies {
            let [junctions, roads, lanes, turns, signals] =
                [all.junctions.len(), all.roads.len(), all.lanes.len(), all.turns.len(), all.signals.len()]
                    .map(|count| count as u32);
            let named = |name: &str| if copy == 0 { name.to_owned() } else { format!("{name}#{copy}") };
            let shift = |range: &Range<u32>, by: u32| range.start + by..range.end + by;
            all.junctions
                .extend(self.junctions.iter().map(|there| Junction { name: named(&there.name), ..there.clone() }));
            all.roads.extend(self.roads.iter().map(|road| Road {
                name: named(&road.name),
                from: JunctionId(road.from.0 + junctions),
                to: JunctionId(road.to.0 + junctions),
                lanes: shift(&road.lanes, lanes),
                is_round: road.is_round,
            }));
            all.lanes.extend(self.lanes.iter().map(|lane| Lane {
                road: RoadId(lane.road.0 + roads),
                turns: shift(&lane.turns, turns),
                ..lane.clone()
            }));
            let others = |others: &[TurnId]| others.iter().map(|turn| TurnId(turn.0 + turns)).collect();
            all.turns.extend(self.turns.iter().map(|turn| Turn {
                from: LaneId(turn.from.0 + lanes),
                to: LaneId(turn.to.0 + lanes),
                junction: JunctionId(turn.junction.0 + junctions),
                signals: turn.signals.map(|(there, lamp)| (SignalsId(there.0 + signals), lamp)),
                yields_to: others(&turn.yields_to),
                meets: others(&turn.meets),
                ..turn.clone()
            }));
            all.signals.extend(self.signals.iter().map(|there| Signals { name: named(&there.name), ..there.clone() }));
        }
        all
    }

    /// Whether all that is named is there, and every length and limit can be driven.
    ///
    /// # Errors
    /// The first thing that is wrong, in words.
    pub fn check(&self) -> Result<(), String> {
        let within = |range: &Range<u32>, count: usize| range.start <= range.end && range.end as usize <= count;
        let is_fine = |number: f64| number.is_finite() && number > 0.0;
        let of = |what: &str, name: &str| format!("{what} `{name}` names something that is not there");
        for road in &self.roads {
            let ends = [road.from, road.to].iter().all(|end| end.index() < self.junctions.len());
            if !ends || !within(&road.lanes, self.lanes.len()) || road.lanes.is_empty() {
                return Err(of("road", &road.name));
            }
        }
        for (number, lane) in self.lanes.iter().enumerate() {
            let road = self.roads.get(lane.road.index()).filter(|road| road.lanes.contains(&(number as u32)));
            let Some(road) = road.filter(|_| within(&lane.turns, self.turns.len())) else {
                return Err(of("lane", &number.to_string()));
            };
            if ![lane.length, lane.speed_limit, lane.width].into_iter().all(is_fine) {
                return Err(format!("a lane of road `{}` has no length, limit or width", road.name));
            }
        }
        for (number, turn) in self.turns.iter().enumerate() {
            let lanes = [turn.from, turn.to].iter().all(|lane| lane.index() < self.lanes.len());
            let others = turn.yields_to.iter().chain(&turn.meets).all(|other| other.index() < self.turns.len());
            let signals = turn.signals.is_none_or(|(signals, _)| signals.index() < self.signals.len());
            let junction = turn.junction.index() < self.junctions.len();
            if !(lanes && others && signals && junction && self.lane(turn.from).turns.contains(&(number as u32))) {
                return Err(of("turn", &number.to_string()));
            }
            if !(turn.length.is_finite() && turn.length >= 0.0 && is_fine(turn.speed_limit)) {
                return Err(format!("turn {number} has no length or limit"));
            }
        }
        let has_phases = |signals: &&Signals| signals.phases.is_empty();
        match self.signals.iter().find(has_phases) {
            Some(signals) => Err(format!("signals `{}` have no phases", signals.name)),
            None => Ok(()),
        }
    }
}
