//! Compiles courses and their actions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{Course, Fault, Step};
use super::{Maker, command_of, unknown};
use crate::engine::spelling::nearest;
use crate::twin::actions::claim::Claim;
use crate::twin::actions::command::Order;
use crate::twin::actions::go::{Go, Goal};
use crate::twin::actions::mission::{Complete, GiveUp};
use crate::twin::actions::note::Note;
use crate::twin::actions::say::Say;
use crate::twin::actions::set::Assignments;
use crate::twin::actions::undertake::Undertaking;
use crate::twin::actions::{Action, ActionSpec, Target};
use crate::twin::expression::{self, Program, Type};
use crate::twin::minds::MindSpec;
use crate::twin::missions::duties::ContractorSpec;
use crate::twin::quantities::Quantities;
use crate::twin::radio::link::Radio;
use crate::world::travel::Drive;

impl Maker<'_, '_> {
    pub(super) fn courses(&mut self, spec: &MindSpec) -> Vec<Course> {
        let mut courses = Vec::new();
        for written in spec.courses() {
            let mut steps = Vec::new();
            for (number, action) in written.actions.iter().enumerate() {
                let way: Vec<String> =
                    std::iter::once("mind".to_owned()).chain(written.way.clone()).chain([number.to_string()]).collect();
                let claims = written.actions[..number].iter().any(|other| matches!(other, ActionSpec::Claim { .. }));
                if let Some(made) = self.action(action, &way, claims) {
                    steps.push(Step { label: action.label().to_owned(), action: made });
                }
            }
            let is_for_mission = written.actions.iter().any(ActionSpec::is_for_mission);
            courses.push(Course { name: written.name.to_owned(), steps, is_for_mission });
        }
        courses
    }

    /// An action. None if it makes no sense, which is noted.
    pub(super) fn action(&mut self, spec: &ActionSpec, way: &[String], has_claim: bool) -> Option<Box<dyn Action>> {
        let at = |fields: &[&str]| -> Vec<String> {
            way.iter().cloned().chain(fields.iter().map(|field| (*field).to_owned())).collect()
        };
        Some(match spec {
            ActionSpec::Wait { lasts } => {
                Box::new(Undertaking { takes: Some(lasts.clone()), ..Undertaking::default() })
            }
            ActionSpec::Go { to, speed, within } => {
                if !(self.words.ground.parts)(self.words.twin).is_some_and(|parts| parts.contains::<Drive>()) {
                    let help = "give it a part `drive`, such as drive: (speed: 1.2)";
                    self.fault_at(at(&[]), "its twin cannot move", help);
                    return None;
                }
                let to = self.goal(to, &at(&["to"]), has_claim)?;
                Box::new(Go { to, speed: *speed, within: *within })
            }
            ActionSpec::Claim { of, waits } => {
                let set = self.who(of, at(&["of"]))?;
                if !set.twins().iter().all(|twin| self.words.ground.is_service(*twin)) {
                    let message = format!("not all of `{of}` can be claimed");
                    self.fault_at(at(&["of"]), message, "give them a part `service`, such as service: (places: 1)");
                    return None;
                }
                Box::new(Claim { of: set, waits: *waits })
            }
            ActionSpec::Say { to, topic, values, by, bytes } => {
                let to = self.who(to, at(&["to"]))?;
                let value =
                    |(name, text): (&String, &String)| (name.as_str().into(), self.value(text, at(&["values", name])));
                let values = values.iter().map(value).collect();
                self.check_link(by.as_deref(), &at(&["by"]));
                let by = by.as_deref().map(Arc::from);
                Box::new(Say { to, topic: topic.as_str().into(), values, by, bytes: *bytes })
            }
            ActionSpec::Set(sets) => Box::new(self.assignments(sets, way)),
            ActionSpec::Note { what, value } => {
                let value = value.as_ref().map(|text| self.value(text, at(&["value"])));
                Box::new(Note { what: what.clone(), value })
            }
            ActionSpec::Do { takes, until, fails, sets, .. } => {
                let until = until.as_ref().map(|text| {
                    expression::condition(text, &mut self.words).unwrap_or_else(|error| {
                        self.wrong(at(&["until"]), error);
                        unknown()
                    })
                });
                let sets = self.assignments(sets, &at(&["sets"]));
                Box::new(Undertaking { takes: takes.clone(), until, fails: *fails, sets })
            }
            ActionSpec::Complete | ActionSpec::GiveUp { .. } if !self.takes_missions() => {
                self.takes_none(at(&[]));
                return None;
            }
            ActionSpec::Complete => Box::new(Complete),
            ActionSpec::GiveUp { why } => Box::new(GiveUp { why: why.clone() }),
            ActionSpec::Command { action, twin, with } => Box::new(Order(command_of(action, twin.as_ref(), with))),
            ActionSpec::Custom { kind, with } => match self.kinds.actions.0.get(kind.as_str()) {
                None => {
                    let known: Vec<&str> = self.kinds.actions.0.keys().copied().collect();
                    let help = match nearest(kind, known.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if known.is_empty() => "this program brings no action of its own".to_owned(),
                        None => format!("there are {}", known.join(", ")),
                    };
                    self.fault_at(at(&["kind"]), format!("there is no kind of action called `{kind}`"), help);
                    return None;
                }
                Some(make) => match make(with) {
                    Ok(action) => action,
                    Err(why) => {
                        self.fault_at(at(&["with"]), why, format!("see what the action `{kind}` needs"));
                        return None;
                    }
                },
            },
        })
    }

    fn takes_missions(&self) -> bool {
        (self.words.ground.parts)(self.words.twin).is_some_and(|parts| parts.contains::<ContractorSpec>())
    }

    fn takes_none(&mut self, way: Vec<String>) {
        self.fault_at(way, "its twin takes no missions on", "give it a part `contractor`, such as contractor: ()");
    }

    /// The link that a message must go by is one of its sender's.
    fn check_link(&mut self, by: Option<&str>, way: &[String]) {
        let Some(by) = by else { return };
        let parts = (self.words.ground.parts)(self.words.twin);
        let radio = parts.and_then(|parts| parts.get::<Radio>()).map(|radio| radio.0.clone()).unwrap_or_default();
        if radio.iter().any(|link| link == by) {
            return;
        }
        let help = match (nearest(by, radio.iter().map(String::as_str)), radio.as_slice()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, []) => format!("give it radio: [\"{by}\"]"),
            (None, links) => format!("its radio has {}", links.join(", ")),
        };
        self.fault_at(way.to_vec(), format!("its radio has no link `{by}`"), help);
    }

    pub(super) fn fault_at(&mut self, way: Vec<String>, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), Some(help.into()));
        self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
    }

    pub(super) fn who(&mut self, who: &str, way: Vec<String>) -> Option<Arc<crate::twin::who::TwinSet>> {
        match self.words.ground.find(who) {
            Ok(set) => Some(set),
            Err(unfit) => {
                let expression::Unfit { message, help } = unfit;
                self.faults.push(Fault { twin: self.words.twin, way, place: None, message, help });
                None
            }
        }
    }

    pub(super) fn value(&mut self, text: &str, way: Vec<String>) -> Program {
        let way: Vec<&str> = way.iter().map(String::as_str).collect();
        self.number(&way, text)
    }

    pub(super) fn goal(&mut self, target: &Target, way: &[String], has_claim: bool) -> Option<Goal> {
        Some(match target {
            Target::At { x, y, z } => Goal::At(*x, *y, *z),
            Target::Nearest(who) => Goal::Nearest(self.who(who, way.to_vec())?),
            Target::Any(who) => Goal::Any(self.who(who, way.to_vec())?),
            Target::Seen(sensor) => {
                let names = [format!("{sensor}.twin"), format!("{sensor}.from"), sensor.clone()];
                let found = names
                    .iter()
                    .find(|name| self.words.known.get(*name).is_some_and(|symbol| symbol.kind == Type::Twin));
                match found {
                    Some(name) => {
                        let (program, _) = expression::compile(name, &mut self.words).ok()?;
                        Goal::Seen(program)
                    }
                    None => {
                        let message = format!("no sensor `{sensor}` tells whom it sees");
                        let help = "name a sensor that measures `Proximity`, `Contact` or `Inbox`";
                        self.fault_at(way.to_vec(), message, help);
                        return None;
                    }
                }
            }
            Target::Claimed => {
                if !has_claim {
                    let help = "put an action `Claim` before it";
                    self.fault_at(way.to_vec(), "nothing has been claimed here", help);
                }
                Goal::Claimed
            }
            Target::Mission => {
                if !self.takes_missions() {
                    self.takes_none(way.to_vec());
                    return None;
                }
                Goal::Mission
            }
            Target::Point((x, y)) => {
                let part = |n: &str| way.iter().cloned().chain([n.to_owned()]).collect::<Vec<_>>();
                Goal::Point(self.value(x, part("0")), self.value(y, part("1")))
            }
        })
    }

    pub(super) fn assignments(&mut self, sets: &BTreeMap<String, String>, way: &[String]) -> Assignments {
        let mut compiled = Vec::new();
        let twin = self.words.twin;
        for (name, text) in sets {
            let at: Vec<String> = way.iter().cloned().chain([name.clone()]).collect();
            let quantities = (self.words.ground.parts)(twin).and_then(|parts| parts.get::<Quantities>());
            let spec = quantities.and_then(|quantities| quantities.0.get(name));
            match (self.words.ground.quantity(twin, name), spec) {
                (Some(_), Some(spec)) if spec.value.is_some() => {
                    let help = "set what it follows from, or take its `value` away";
                    self.fault_at(at, format!("`{name}` follows a formula, and cannot be set"), help);
                }
                (Some(number), _) => compiled.push((number, self.value(text, at))),
                (None, _) => {
                    let expression::Unfit { message, help } = self.words.ground.lacks(twin, name);
                    self.faults.push(Fault { twin, way: at, place: None, message, help });
                }
            }
        }
        Assignments(compiled)
    }
}
