//! What names mean to the expressions of one twin.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Ask;
use super::Named;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::spelling::nearest;
use crate::twin::expression::{Question, Symbol, Type, Unfit, Vocabulary};
use crate::twin::groups::kind::{GroupKind, GroupKinds, MemberSpec};
use crate::twin::groups::talk::GroupField;
use crate::twin::missions::duties::{ContractorSpec, DutyField};
use crate::twin::missions::kind::MissionKinds;
use crate::twin::quantities::Quantities;
use crate::twin::readable::common::Commons;
use crate::twin::readable::{Readable, Seen};
use crate::twin::services::Service;
use crate::twin::source::Source;
use crate::twin::who::{Gone, Population, TwinSet};
use crate::world::fields::FieldMap;

/// What there is in a world for expressions to name.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub directory: &'a Directory,
    pub population: &'a Population,
    pub gone: &'a Gone,
    pub readable: &'a Readable,
    pub commons: &'a Commons,
    pub fields: &'a FieldMap,
    pub missions: &'a MissionKinds,
    pub groups: &'a GroupKinds,
    /// The parts of a twin, by id.
    pub parts: &'a dyn Fn(TwinId) -> Option<Seen<'a, 'a>>,
}

impl<'a> Ground<'a> {
    /// The twins that a text means.
    pub fn find(&self, who: &str) -> Result<Arc<TwinSet>, Unfit> {
        let twins = self.population.find(self.directory, who);
        if twins.is_empty() {
            let (message, help) = self.population.nobody(self.directory, who);
            return Err(Unfit { message, help: Some(help) });
        }
        Ok(Arc::new(TwinSet::new(twins)))
    }

    /// The twins that several texts mean; none if there are no texts.
    pub fn find_all(&self, who: &[String]) -> Result<Option<Arc<TwinSet>>, Unfit> {
        if who.is_empty() {
            return Ok(None);
        }
        let sets = who.iter().map(|who| self.find(who)).collect::<Result<Vec<_>, Unfit>>()?;
        let mut twins: Vec<TwinId> = sets.iter().flat_map(|set| set.twins()).copied().collect();
        twins.sort_unstable();
        twins.dedup();
        Ok(Some(Arc::new(TwinSet::new(twins))))
    }

    /// The number of a quantity that a twin's author defined.
    pub fn quantity(&self, twin: TwinId, name: &str) -> Option<u16> {
        let Some(parts) = (self.parts)(twin) else {
            let quantities = &self.gone.find(twin)?.quantities;
            return quantities.iter().position(|other| other == name).map(|number| number as u16);
        };
        let quantities = parts.get::<Quantities>()?;
        quantities.0.keys().position(|other| other == name).map(|number| number as u16)
    }

    /// Where something of a twin is found: one of its own quantities, a field of a part, what a domain knows. Its own is also
    /// what everybody can name.
    pub fn of_twin(&self, twin: TwinId, name: &str, is_own: bool) -> Option<(Source, Type)> {
        let whose = (!is_own).then_some(twin);
        if let Some(number) = self.quantity(twin, name) {
            return Some((Source::Level(whose, number), Type::Number));
        }
        let Some(parts) = (self.parts)(twin) else {
            // What one who has left had is not known any more, whatever it was.
            return self.gone.find(twin).map(|_| (Source::Level(whose, u16::MAX), Type::Number));
        };
        if let Some((reader, kind)) = self.readable.find(&parts, name) {
            return Some((Source::Part(whose, reader), kind));
        }
        let common = self.commons.number(name).filter(|_| is_own)?;
        Some((Source::Common(common), Type::Number))
    }

    /// All that [`Ground::of_twin`] finds.
    pub fn names_of(&self, twin: TwinId) -> Vec<String> {
        let Some(parts) = (self.parts)(twin) else { return Vec::new() };
        let quantities = parts.get::<Quantities>().into_iter().flat_map(|quantities| quantities.0.keys().cloned());
        quantities.chain(self.readable.names(&parts)).collect()
    }

    /// Says that a twin has nothing of that name.
    pub fn lacks(&self, twin: TwinId, name: &str) -> Unfit {
        let names = self.names_of(twin);
        let help = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "it has nothing that can be measured; give it `quantities`".to_owned(),
            None => format!("there are {}", list(&names)),
        };
        Unfit { message: format!("`{}` has no quantity `{name}`", self.directory.name(twin)), help: Some(help) }
    }

    /// Whether a twin can, or could, be claimed.
    pub fn is_service(&self, twin: TwinId) -> bool {
        match (self.parts)(twin) {
            Some(parts) => parts.contains::<Service>(),
            None => self.gone.find(twin).is_some_and(|departed| departed.is_service),
        }
    }

    /// The number of a field.
    pub fn field(&self, name: &str, known: &[String]) -> Result<usize, Unfit> {
        self.fields.number(name).ok_or_else(|| {
            let help = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "the scene has no `fields`".to_owned(),
                None => format!("there are {}", list(known)),
            };
            Unfit { message: format!("there is no field `{name}`"), help: Some(help) }
        })
    }
}

/// Names, as many as one wants to read.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    format!("{}{}", shown.join(", "), if names.len() > MOST { ", .." } else { "" })
}

/// The words of one twin: what it perceives and believes, and what it can ask of the world beside that.
pub(super) struct Words<'g, 'f> {
    pub ground: Ground<'g>,
    /// Whose.
    pub twin: TwinId,
    /// What it perceives and believes, by name.
    pub known: BTreeMap<String, Symbol>,
    /// When that was seen: places among the twin's times.
    pub seen: BTreeMap<String, usize>,
    /// What it asks of the world, and the slots of the answers.
    pub asks: Vec<(Ask, usize)>,
    asked: BTreeMap<String, Symbol>,
    /// The names of its activities, each with its courses and steps.
    pub activities: BTreeMap<String, Vec<(u16, u16)>>,
    /// The names of the scene's fields.
    pub fields: &'f [String],
    /// The slots that expressions have named.
    pub read: BTreeSet<usize>,
    /// How many slots are taken.
    pub slots: usize,
    /// All names, to help who mistyped one.
    names: Vec<String>,
}

const QUESTIONS: [(&str, &str); 7] = [
    ("age", "`age(thermometer)`: seconds since it was measured"),
    ("bearing", "`bearing(dock)`: radians to the left"),
    ("distance", "`distance(dock)`, or `distance(\"dock-*\")` for the nearest"),
    ("doing", "`doing(go)`: whether it is at an activity of that name"),
    ("field", "`field(warmth)`: a field where it stands"),
    ("free", "`free(\"dock-*\")`: how many places they have free"),
    ("of", "`of(\"press-1\", heat)`: a quantity of another twin"),
];

impl<'g, 'f> Words<'g, 'f> {
    pub fn new(ground: Ground<'g>, twin: TwinId, fields: &'f [String], first_slot: usize) -> Words<'g, 'f> {
        let mut own = ground.names_of(twin);
        if (ground.parts)(twin).is_some_and(|parts| parts.contains::<ContractorSpec>()) {
            own.extend(DutyField::ALL.iter().map(|(_, name, _)| (*name).to_owned()));
            own.extend(ground.missions.values().iter().map(|name| format!("mission.{name}")));
        }
        if let Some(spec) = (ground.parts)(twin).and_then(|parts| parts.get::<MemberSpec>()) {
            own.extend(GroupField::ALL.iter().map(|(_, name, _)| (*name).to_owned()));
            let kind = ground.groups.0.get(&spec.0.group);
            own.extend(kind.iter().flat_map(|kind| kind.agrees.keys()).map(|name| format!("group.{name}")));
        }
        let names = own
            .into_iter()
            .chain(["time", "hour", "weekday"].into_iter().chain(ground.commons.names()).map(str::to_owned))
            .collect();
        Words {
            ground,
            twin,
            known: BTreeMap::new(),
            seen: BTreeMap::new(),
            asks: Vec::new(),
            asked: BTreeMap::new(),
            activities: BTreeMap::new(),
            fields,
            read: BTreeSet::new(),
            slots: first_slot,
            names,
        }
    }

    /// Sets slots aside.
    pub fn take(&mut self, count: usize) -> usize {
        let first = self.slots;
        self.slots += count;
        first
    }

    /// Makes a name known.
    pub fn tell(&mut self, name: String, symbol: Symbol) {
        self.names.push(name.clone());
        self.known.insert(name, symbol);
    }

    /// Makes a name unknown again.
    pub fn forget(&mut self, name: &str) {
        self.names.retain(|other| other != name);
        self.known.remove(name);
    }

    /// What kinds of missions are: words.
    pub fn mission_kinds(&self) -> Type {
        Type::Word(self.ground.missions.0.keys().map(|name| Arc::from(name.as_str())).collect())
    }

    /// Something of the mission that the twin is at.
    fn duty(&self, name: &str) -> Option<(Source, Type)> {
        let field = name.strip_prefix("mission.")?;
        (self.ground.parts)(self.twin)?.get::<ContractorSpec>()?;
        let found = DutyField::ALL.iter().find(|(_, other, _)| *other == name).map(|(field, ..)| *field);
        let value = || self.ground.missions.values().iter().position(|other| other == field).map(DutyField::Value);
        let field = found.or_else(value)?;
        let kind = if field == DutyField::What { self.mission_kinds() } else { Type::Number };
        Some((Source::Duty(field), kind))
    }

    /// The kind of group that the twin belongs to.
    fn group_kind(&self) -> Option<&'g GroupKind> {
        let spec = (self.ground.parts)(self.twin)?.get::<MemberSpec>()?;
        self.ground.groups.0.get(&spec.0.group)
    }

    /// Something of the group that the twin is in.
    fn group(&self, name: &str) -> Option<(Source, Type)> {
        let field = name.strip_prefix("group.")?;
        let kind = self.group_kind()?;
        let found = GroupField::ALL.iter().find(|(_, other, _)| *other == name).map(|(field, ..)| *field);
        let value = || kind.agrees.keys().position(|other| other == field).map(GroupField::Value);
        let field = found.or_else(value)?;
        let kind = match field {
            GroupField::Leads => Type::Truth,
            GroupField::Leader => Type::Twin,
            _ => Type::Number,
        };
        Some((Source::Group(field), kind))
    }

    /// The slot of an answer, which is asked for once however often it is named.
    fn ask(&mut self, name: String, ask: impl FnOnce() -> (Ask, Type)) -> Symbol {
        if let Some(symbol) = self.asked.get(&name) {
            return symbol.clone();
        }
        let (ask, kind) = ask();
        let slot = self.take(1);
        self.asks.push((ask, slot));
        let symbol = Symbol { slot: slot as u32, kind };
        self.asked.insert(name, symbol.clone());
        symbol
    }

    /// What is known by asking, by name.
    pub fn answers(&self) -> impl Iterator<Item = Named> {
        self.asked.iter().map(|(name, symbol)| Named {
            name: name.clone(),
            slot: symbol.slot as usize,
            kind: symbol.kind.clone(),
            clock: None,
            is_belief: false,
        })
    }

    fn value(&mut self, name: &str) -> Option<Symbol> {
        if let Some(symbol) = self.known.get(name) {
            self.read.insert(symbol.slot as usize);
            return Some(symbol.clone());
        }
        let of_time = match name {
            "time" => Some(Source::Time),
            "hour" => Some(Source::Hour),
            "weekday" => Some(Source::Weekday),
            _ => None,
        };
        if let Some(source) = of_time {
            return Some(self.ask(name.to_owned(), || (Ask::World(source), Type::Number)));
        }
        let (source, kind) =
            self.duty(name).or_else(|| self.group(name)).or_else(|| self.ground.of_twin(self.twin, name, true))?;
        Some(self.ask(name.to_owned(), || (Ask::World(source), kind)))
    }

    fn question(&mut self, question: &str, of: &[&str]) -> Result<Option<Symbol>, Unfit> {
        let name = format!("{question}({})", of.join(", "));
        let ground = self.ground;
        let answer = match (question, of) {
            ("distance", [who]) => (Ask::World(Source::Distance(ground.find(who)?)), Type::Number),
            ("bearing", [who]) => (Ask::World(Source::Bearing(ground.find(who)?)), Type::Number),
            ("free", [who]) => (Ask::World(Source::Free(ground.find(who)?)), Type::Number),
            ("field", [field]) => (Ask::World(Source::Field(ground.field(field, self.fields)?)), Type::Number),
            ("age", [seen]) => (Ask::Age(self.clock(seen)?), Type::Number),
            ("doing", [activity]) => (Ask::World(Source::Doing(self.activity(activity)?)), Type::Truth),
            ("of", [who, quantity]) => {
                let twin = self.other(who)?;
                let found = ground.of_twin(twin, quantity, false);
                let (source, kind) = found.ok_or_else(|| ground.lacks(twin, quantity))?;
                (Ask::World(source), kind)
            }
            _ => return Ok(None),
        };
        Ok(Some(self.ask(name, || answer)))
    }

    fn other(&self, who: &str) -> Result<TwinId, Unfit> {
        match self.ground.find(who)?.twins() {
            [only] => Ok(*only),
            several => Err(Unfit {
                message: format!("`{who}` is not one twin, but {}", several.len()),
                help: Some("name one of them".to_owned()),
            }),
        }
    }

    fn clock(&self, seen: &str) -> Result<usize, Unfit> {
        self.seen.get(seen).copied().ok_or_else(|| {
            let names: Vec<String> = self.seen.keys().cloned().collect();
            let help = match nearest(seen, self.seen.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => "it has no sensors".to_owned(),
                None => format!("there are {}", list(&names)),
            };
            Unfit { message: format!("nothing called `{seen}` is seen"), help: Some(help) }
        })
    }

    fn activity(&self, name: &str) -> Result<Arc<[(u16, u16)]>, Unfit> {
        match self.activities.get(name) {
            Some(places) => Ok(places.as_slice().into()),
            None => {
                let names: Vec<String> = self.activities.keys().cloned().collect();
                let help = match nearest(name, self.activities.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if names.is_empty() => "it has no mind that could do anything".to_owned(),
                    None => format!("its mind knows {}", list(&names)),
                };
                Err(Unfit { message: format!("it is never at `{name}`"), help: Some(help) })
            }
        }
    }
}

impl Vocabulary for Words<'_, '_> {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        match question {
            Question::Value(name) => Ok(self.value(name)),
            Question::Of(question, of) => self.question(question, of),
        }
    }

    fn values(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn questions(&self) -> Vec<(&str, &str)> {
        QUESTIONS.to_vec()
    }
}

/// The facts of a planner, or whatever else has only names.
pub(super) struct Facts(pub Vec<(String, Type)>);

impl Vocabulary for Facts {
    fn find(&mut self, question: Question) -> Result<Option<Symbol>, Unfit> {
        let Question::Value(name) = question else { return Ok(None) };
        let found = (0..).zip(&self.0).find(|(_, (other, _))| other == name);
        Ok(found.map(|(slot, (_, kind))| Symbol { slot, kind: kind.clone() }))
    }

    fn values(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn questions(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
}
