//! The log of incidents: what was wrong, from the hazard to its closure.
//!
//! ```text
//!  hazard ─▶ warned ─▶ over ─▶ analysed ─▶ designed ─▶ applied ─▶ verified ─▶ closed
//!                        ▲                                 │
//!                        └──────────── recurred ◀──────────┘
//! ```
//!
//! An incident is *warned* of while its hazard lasts, and *over* when it is gone. Without a [review](super::review) it is closed
//! then. A review *analyses* it: finds the others of its place. A measure is *designed*, *applied*, and on trial: if it holds, the
//! incident is *verified* and closed; if not, it goes back. Each transition is a row of the table `incident_log`, each incident that
//! is closed, or still open at the end, a row of `incidents`.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Res, ResMut, Resource, World};
use serde::{Deserialize, Serialize};

use super::settings::Safety;
use super::tables::{IncidentRow, LogRow};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::record::table::Table;
use crate::twin::who::Gone;
use crate::world::space::Point;

/// Which rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Rule {
    /// Persons were too near to each other.
    Apart,
    /// Too many gathered.
    Gathering,
    /// A machine or vehicle was too near.
    Separation,
    /// A wearable was where it should not be.
    Zone,
    /// Somebody fell.
    Fall,
}

/// How many rules there are.
pub const RULES: usize = 5;

impl Rule {
    /// All.
    pub const ALL: [Rule; RULES] = [Rule::Apart, Rule::Gathering, Rule::Separation, Rule::Zone, Rule::Fall];

    /// The word in tables and indicators.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Apart => "apart",
            Rule::Gathering => "gathering",
            Rule::Separation => "separation",
            Rule::Zone => "zone",
            Rule::Fall => "fall",
        }
    }

    /// Whether a greater value is worse: how many people, how far outside, how long; and not how near.
    fn is_worse(self, value: f64, than: f64) -> bool {
        match self {
            Rule::Apart | Rule::Separation => value < than,
            Rule::Gathering | Rule::Zone | Rule::Fall => value > than,
        }
    }
}

/// How far an incident has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Phase {
    /// The hazard lasts.
    Warned,
    /// It is over, and nobody has looked into it yet.
    Over,
    /// It is known to which place it belongs.
    Analysed,
    /// A measure has been designed.
    Designed,
    /// The measure is on trial.
    Applied,
    /// The measure has held.
    Verified,
    /// Done.
    Closed,
}

impl Phase {
    /// The word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Warned => "warned",
            Phase::Over => "over",
            Phase::Analysed => "analysed",
            Phase::Designed => "designed",
            Phase::Applied => "applied",
            Phase::Verified => "verified",
            Phase::Closed => "closed",
        }
    }
}

/// An incident that is not closed yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its number, in the order in which incidents were warned of, from 1.
    pub id: u64,
    /// Which rule.
    pub rule: Rule,
    /// Who, and who else; [`TwinId::NONE`] if nobody.
    pub twins: [TwinId; 2],
    /// Which of the scene's zones, by name, if it is about one.
    pub zone: Option<u16>,
    /// When the hazard began.
    pub begun: Time,
    /// When it was warned of.
    pub warned: Time,
    /// When it was over.
    pub over: Option<Time>,
    /// Where it was worst.
    pub at: Point,
    /// How bad it was: the least distance (m), the most people, the farthest outside (m), seconds on the floor.
    pub worst: f64,
    /// How far it has come.
    pub phase: Phase,
    /// When it was analysed, designed, applied and verified last.
    pub reached: [Option<Time>; 4],
    /// The place where it belongs to, by number.
    pub spot: Option<u32>,
    /// How often its measure did not hold.
    pub recurrences: u32,
}

/// What is warned of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opening {
    /// Which rule.
    pub rule: Rule,
    /// Who.
    pub twins: [TwinId; 2],
    /// Since when.
    pub begun: Time,
    /// Where.
    pub at: Point,
    /// How bad.
    pub worst: f64,
    /// Which zone.
    pub zone: Option<u16>,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
struct Said {
    at: Time,
    incident: u64,
    phase: Phase,
    cause: String,
}

/// All incidents that are not closed, and how many there have been.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Incidents {
    /// By number.
    pub open: BTreeMap<u64, Incident>,
    /// How many there have been.
    pub count: u64,
    /// How many were opened since counting began, by rule; whatever was open then counts as well.
    pub opened: [u64; RULES],
    /// How many were closed since then.
    pub closed: [u64; RULES],
    /// How many were warned of since then.
    pub warned: [u64; RULES],
    /// Since when is counted.
    pub since: Time,
    /// Those that are over and that nobody has looked into yet, where nobody reviews: they are closed at the next look.
    over: Vec<u64>,
    /// For whoever records. No state: nobody in the world reads it.
    #[serde(skip)]
    said: Vec<Said>,
    #[serde(skip)]
    done: Vec<(Incident, Time, String)>,
}

impl Incidents {
    /// Opens one. Returns its number.
    pub fn open(&mut self, now: Time, opening: Opening) -> u64 {
        let Opening { rule, twins, begun, at, worst, zone } = opening;
        self.count += 1;
        let id = self.count;
        self.opened[rule as usize] += 1;
        self.warned[rule as usize] += 1;
        self.said.push(Said { at: now, incident: id, phase: Phase::Warned, cause: String::new() });
        let incident = Incident {
            id,
            rule,
            twins,
            zone,
            begun,
            warned: now,
            over: None,
            at,
            worst,
            phase: Phase::Warned,
            reached: [None; 4],
            spot: None,
            recurrences: 0,
        };
        self.open.insert(id, incident);
        id
    }

    /// It was worse than known before, if it was.
    pub fn worsen(&mut self, id: Option<u64>, value: f64, at: Point) {
        let Some(incident) = id.and_then(|id| self.open.get_mut(&id)) else { return };
        if incident.rule.is_worse(value, incident.worst) {
            (incident.worst, incident.at) = (value, at);
        }
    }

    /// The hazard is over.
    pub fn end(&mut self, id: Option<u64>, now: Time, cause: &str) {
        let Some(incident) = id.and_then(|id| self.open.get_mut(&id)) else { return };
        if incident.over.is_none() {
            incident.over = Some(now);
            self.over.extend(id);
            self.move_on(incident_id(id), now, Phase::Over, cause);
        }
    }

    /// Moves one on. Closing takes it out.
    pub fn move_on(&mut self, id: u64, now: Time, phase: Phase, cause: &str) {
        let Some(incident) = self.open.get_mut(&id) else { return };
        incident.phase = phase;
        let step = match phase {
            Phase::Analysed => Some(0),
            Phase::Designed => Some(1),
            Phase::Applied => Some(2),
            Phase::Verified => Some(3),
            Phase::Warned | Phase::Over | Phase::Closed => None,
        };
        if let Some(step) = step {
            incident.reached[step] = Some(now);
        }
        self.said.push(Said { at: now, incident: id, phase, cause: cause.to_owned() });
        if phase == Phase::Closed
            && let Some(incident) = self.open.remove(&id)
        {
            self.closed[incident.rule as usize] += 1;
            self.done.push((incident, now, cause.to_owned()));
        }
    }

    /// Its measure has not held: it is looked into again.
    pub fn send_back(&mut self, id: u64, now: Time, cause: &str) {
        let Some(incident) = self.open.get_mut(&id) else { return };
        incident.recurrences += 1;
        (incident.spot, incident.reached) = (None, [None; 4]);
        self.move_on(id, now, Phase::Over, cause);
    }

    /// Starts counting afresh, at the end of the warm-up.
    pub fn count_afresh(&mut self, now: Time) {
        (self.closed, self.warned, self.since) = ([0; RULES], [0; RULES], now);
        self.opened = self.open_by_rule();
    }

    /// How many are open, by rule.
    pub fn open_by_rule(&self) -> [u64; RULES] {
        let mut open = [0; RULES];
        self.open.values().for_each(|incident| open[incident.rule as usize] += 1);
        open
    }
}

fn incident_id(id: Option<u64>) -> u64 {
    id.unwrap_or_default()
}

/// No incident is lost: what was opened is open or closed.
pub(super) fn audit(world: &World) -> Result<(), String> {
    let incidents = world.resource::<Incidents>();
    let open = incidents.open_by_rule();
    for rule in Rule::ALL {
        let number = rule as usize;
        let (opened, closed) = (incidents.opened[number], incidents.closed[number]);
        if opened != closed + open[number] {
            let name = rule.name();
            return Err(format!("{opened} incidents `{name}` were opened, {closed} closed, {} are open", open[number]));
        }
    }
    Ok(())
}

/// Where nobody reviews incidents, they are closed when they are over.
pub(super) fn close_unreviewed(clock: Res<Clock>, safety: Res<Safety>, mut incidents: ResMut<Incidents>) {
    let over = std::mem::take(&mut incidents.over);
    if safety.review.is_none() {
        over.into_iter().for_each(|id| incidents.move_on(id, clock.now, Phase::Closed, "over"));
    }
}

/// The name of a twin, even if it has left.
pub fn name(directory: &Directory, gone: &Gone, twin: TwinId) -> std::sync::Arc<str> {
    match directory.name(twin) {
        name if name.is_empty() => gone.0.iter().find(|one| one.twin == twin).map_or(name, |one| one.name.clone()),
        name => name,
    }
}

/// Hands what was noted to the tables.
pub(super) fn write(
    mut incidents: ResMut<Incidents>,
    safety: Res<Safety>,
    (directory, gone): (Res<Directory>, Res<Gone>),
    mut rows: ResMut<Table<IncidentRow>>,
    mut log: ResMut<Table<LogRow>>,
) {
    let name = |twin| name(&directory, &gone, twin);
    for Said { at, incident, phase, cause } in std::mem::take(&mut incidents.said) {
        log.push(LogRow { at, incident, phase, cause });
    }
    for (incident, closed, reason) in std::mem::take(&mut incidents.done) {
        let names = incident.twins.map(name);
        rows.push(IncidentRow::new(&incident, names, &safety, Some(closed), reason));
    }
}

/// The rows of those that are still open at the end.
pub(super) fn last_rows(world: &mut World) {
    let (incidents, safety) = (world.resource::<Incidents>(), world.resource::<Safety>());
    let (directory, gone) = (world.resource::<Directory>(), world.resource::<Gone>());
    let row = |incident: &Incident| {
        let names = incident.twins.map(|twin| name(directory, gone, twin));
        IncidentRow::new(incident, names, safety, None, String::new())
    };
    let rows: Vec<IncidentRow> = incidents.open.values().map(row).collect();
    let mut table = world.resource_mut::<Table<IncidentRow>>();
    rows.into_iter().for_each(|row| table.push(row));
}
