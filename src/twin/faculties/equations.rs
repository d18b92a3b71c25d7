//! Compiles the equations of twins' own quantities.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::World;

use super::words::{Ground, Words};
use super::{Ask, Fault, Makes, compile};
use crate::engine::identity::TwinId;
use crate::twin::expression::{self, ExpressionError, Program, Symbol, Type};
use crate::twin::quantities::{Flow, Flows, MOST, Quantities, QuantitySpec};

/// The equations of all twins.
pub(super) fn compile(world: &mut World, faults: &mut Vec<Fault>) -> Flows {
    compile::with_ground(world, |ground, twins, fields| {
        let (mut compiled, mut make_of) = (Vec::new(), Vec::new());
        let mut makes = Makes::new();
        for twin in twins {
            let Some(quantities) = (ground.parts)(twin.id).and_then(|parts| parts.get::<Quantities>()) else {
                continue;
            };
            // What equations name depends on the twin's parts, and on the courses of its mind.
            let (number, is_new) = makes.number(twin.key(quantities.0.as_ref()));
            if is_new {
                compiled.push(flow(ground, twin.id, quantities, twin.activities(), fields, faults));
            }
            let id = twin.id.0 as usize;
            make_of.resize(id + 1, Flows::NONE);
            make_of[id] = number as u32;
        }
        Flows { makes: Arc::new(compiled), make_of }
    })
}

/// The equations of one twin.
fn flow(
    ground: Ground,
    twin: TwinId,
    quantities: &Quantities,
    activities: BTreeMap<String, Vec<(u16, u16)>>,
    fields: &[String],
    faults: &mut Vec<Fault>,
) -> Flow {
    let mut words = Words::new(ground, twin, fields, quantities.0.len());
    words.activities = activities;
    for (slot, name) in (0..).zip(quantities.0.keys()) {
        words.tell(name.clone(), Symbol { slot, kind: Type::Number });
    }
    let mut flow = Flow::default();
    let mut formulas: BTreeMap<u16, Program> = BTreeMap::new();
    for (number, (name, spec)) in (0_u16..).zip(quantities.0.iter()) {
        let QuantitySpec { rate, value, low, high, .. } = spec;
        flow.limits.push([low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)]);
        if let (Some(_), Some(_)) = (rate, value) {
            faults.push(Fault {
                twin,
                way: vec!["quantities".to_owned(), name.clone()],
                place: None,
                message: format!("`{name}` cannot have both a `rate` and a `value`"),
                help: Some("a `rate` says how it changes, a `value` what it always is: take one away".to_owned()),
            });
        }
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            faults.push(Fault {
                twin,
                way: ["quantities", name, "low"].map(str::to_owned).to_vec(),
                place: None,
                message: format!("`low`, {low}, should not be above `high`, {high}"),
                help: Some("exchange them, or leave one of them out".to_owned()),
            });
        }
        let mut compile = |field: &str, text: &str| match expression::quantity(text, &mut words) {
            Ok(program) => Some(program),
            Err(error) => {
                faults.push(fault(twin, name, field, error));
                None
            }
        };
        if let Some(program) = rate.as_ref().and_then(|rate| compile("rate", rate)) {
            flow.rates.push((number, program));
        }
        if let Some(program) = value.as_ref().and_then(|value| compile("value", value)) {
            formulas.insert(number, program);
        }
    }
    order(formulas, &mut flow, quantities, twin, faults);
    flow.asks = words.asks.into_iter().map(|(ask, _)| source(ask)).collect();
    if quantities.0.len() + flow.asks.len() > MOST {
        let message = format!("these quantities and what they depend on are more than {MOST}");
        let help = Some("give some of them to another twin".to_owned());
        faults.push(Fault { twin, way: vec!["quantities".to_owned()], place: None, message, help });
        return Flow { limits: flow.limits, ..Flow::default() };
    }
    flow
}

/// Equations know no sensors, so that nothing they ask has an age.
fn source(ask: Ask) -> crate::twin::source::Source {
    match ask {
        Ask::World(source) => source,
        Ask::Age(_) => crate::twin::source::Source::Time,
    }
}

/// Formulas in an order in which each comes behind those that it needs.
fn order(
    mut formulas: BTreeMap<u16, Program>,
    flow: &mut Flow,
    quantities: &Quantities,
    twin: TwinId,
    faults: &mut Vec<Fault>,
) {
    while !formulas.is_empty() {
        let needs = |program: &Program| program.reads().any(|slot| formulas.contains_key(&(slot as u16)));
        let ready: Vec<u16> =
            formulas.iter().filter(|(_, program)| !needs(program)).map(|(number, _)| *number).collect();
        if ready.is_empty() {
            for number in formulas.keys() {
                let name = quantities.0.keys().nth(*number as usize).cloned().unwrap_or_default();
                faults.push(Fault {
                    twin,
                    message: format!("`{name}` follows from itself, directly or by way of others"),
                    way: vec!["quantities".to_owned(), name, "value".to_owned()],
                    place: None,
                    help: Some("give one of them a `rate`, or leave one of the names out".to_owned()),
                });
            }
            return;
        }
        for number in ready {
            flow.formulas.extend(formulas.remove(&number).map(|program| (number, program)));
        }
    }
}

fn fault(twin: TwinId, name: &str, field: &str, error: ExpressionError) -> Fault {
    let way = ["quantities", name, field].map(str::to_owned).to_vec();
    Fault { twin, way, place: Some(error.place), message: error.message, help: error.help }
}
