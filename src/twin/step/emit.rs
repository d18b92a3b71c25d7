//! Twins that add to fields: their part `emits`.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Query, Res, ResMut};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::identity::TwinId;
use crate::twin::life::Life;
use crate::twin::quantities::{Board, Quantities};
use crate::world::fields::{Emitter, FallOff, FieldMap};
use crate::world::position::Position;

/// What a twin adds to fields, by their names.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(example = json!({"warmth": {"strength": 4, "reach": 3}}))]
pub struct Emits(pub Arc<BTreeMap<String, Emission>>);

/// What a twin adds to a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Emission {
    /// How much more the field is where the twin stands; less, if negative. Where the field `lingers`, how much is added in a
    /// second, as a value times an area.
    pub strength: f64,
    /// How far it reaches.
    #[serde(default = "five")]
    #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
    pub reach: f64,
    /// How its effect falls off with distance.
    #[serde(default)]
    pub falls_off: FallOff,
    /// One of its own quantities that `strength` is multiplied by.
    #[serde(default)]
    #[schemars(example = &"lamp")]
    pub times: Option<String>,
}

fn five() -> f64 {
    5.0
}

/// Whoever may add to fields.
type Emitting =
    (&'static TwinId, &'static Emits, &'static Position, Option<&'static Quantities>, Option<&'static Life>);
type EmittingItem<'a> = (&'a TwinId, &'a Emits, &'a Position, Option<&'a Quantities>, Option<&'a Life>);

/// Says who adds to the fields now.
pub fn gather(
    mut map: ResMut<FieldMap>,
    board: Res<Board>,
    fields: Res<crate::world::fields::Fields>,
    twins: Query<Emitting>,
) {
    if map.is_empty() {
        return;
    }
    let mut twins: Vec<_> = twins.iter().collect();
    twins.sort_unstable_by_key(|(twin, ..)| **twin);
    for (number, name) in fields.0.keys().enumerate() {
        let emitter = |&(twin, emits, position, quantities, life): &EmittingItem| {
            let emission = emits.0.get(name).filter(|_| life.is_none_or(|life| *life == Life::Active))?;
            let times = emission.times.as_ref().map_or(Some(1.0), |times| {
                let number = quantities.as_ref()?.0.keys().position(|name| name == times)?;
                board.get(*twin, number as u16)
            });
            Some(Emitter {
                twin: *twin,
                at: [position.x, position.y, position.z],
                strength: emission.strength * times?,
                reach: emission.reach,
                falls_off: emission.falls_off,
            })
        };
        let emitters: Vec<Emitter> = twins.iter().filter_map(emitter).collect();
        map.set_emitters(number, emitters.into_iter());
    }
}
