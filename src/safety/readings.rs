//! What twins can know of the safety watch: quantities for sensors, conditions and minds.

use bevy_app::App;
use bevy_ecs::change_detection::DetectChangesMut as _;
use bevy_ecs::prelude::{Component, Query, Res, ResMut, Resource, World};
use serde::{Deserialize, Serialize};

use super::alarms::Alarms;
use super::encounters::Encounters;
use super::falls::{Fallen, Falls};
use super::incidents::Incidents;
use super::settings::Safety;
use super::sight::{Sighted, Watched};
use super::wearable::{Wearable, Worn};
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::twin::expression::Type;
use crate::twin::readable::common::Common;
use crate::twin::readable::{Quantity, ReadableApp, Seen};
use crate::world::position::Position;

/// What a twin that is watched can know.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guarded {
    /// How many warnings are about it now.
    pub warnings: u32,
    /// How far the nearest other is who is nearly too near, or nearer; none if nobody is: metres.
    pub nearest: Option<f64>,
    /// How many warnings about it there have been since counting began.
    pub warned: u64,
    /// How often it has been instructed.
    pub told: u32,
}

/// By id: what is told to each. A cache, filled anew at each look.
#[derive(Resource, Default)]
pub(super) struct News {
    warnings: Vec<u32>,
    new: Vec<u32>,
    nearest: Vec<f64>,
}

/// Tells everybody what is so now.
pub(super) fn tell(
    watched: Res<Watched>,
    sighted: Res<Sighted>,
    encounters: Res<Encounters>,
    mut news: ResMut<News>,
    mut twins: Query<(&TwinId, &mut Guarded)>,
) {
    let News { warnings, new, nearest } = &mut *news;
    let count = watched.all.twins().last().map_or(0, |last| last.0 as usize + 1);
    warnings.clear();
    warnings.resize(count, 0);
    new.clear();
    new.resize(count, 0);
    nearest.clear();
    nearest.resize(count, f64::INFINITY);
    for pair in &sighted.pairs {
        for twin in pair.twins {
            let nearest = &mut nearest[twin.0 as usize];
            *nearest = nearest.min(pair.distance);
        }
    }
    let mut warn = |twins: &[TwinId], incident: Option<u64>| {
        let Some(incident) = incident else { return };
        for twin in twins {
            warnings[twin.0 as usize] += 1;
            new[twin.0 as usize] += u32::from(incident > encounters.known);
        }
    };
    encounters.pairs.iter().for_each(|encounter| warn(&encounter.twins, encounter.incident));
    encounters.crowds.iter().for_each(|gathered| warn(&gathered.members, gathered.incident));
    for (twin, mut guarded) in &mut twins {
        let id = twin.0 as usize;
        let guarded = guarded.bypass_change_detection();
        guarded.warned += u64::from(new.get(id).copied().unwrap_or(0));
        guarded.warnings = warnings.get(id).copied().unwrap_or(0);
        guarded.nearest = nearest.get(id).copied().filter(|distance| distance.is_finite());
    }
}

fn number() -> Type {
    Type::Number
}

fn truth() -> Type {
    Type::Truth
}

/// Anybody with a place can be watched: the scene says who is.
const fn guarded(name: &'static str, about: &'static str, read: fn(&Seen, Time) -> Option<f64>) -> Quantity {
    Quantity { name, about, kind: number, fits: |twin| twin.contains::<Position>(), read }
}

const fn worn(name: &'static str, about: &'static str, read: fn(&Seen, Time) -> Option<f64>) -> Quantity {
    Quantity { name, about, kind: number, fits: |twin| twin.contains::<Wearable>(), read }
}

const QUANTITIES: [Quantity; 9] = [
    guarded("safety.warnings", "How many warnings of the safety watch are about it now.", |twin, _| {
        Some(f64::from(twin.get::<Guarded>()?.warnings))
    }),
    guarded(
        "safety.nearest",
        "How far the nearest is whom it should stay away from, once that is hardly far enough: metres.",
        |twin, _| twin.get::<Guarded>()?.nearest,
    ),
    guarded("safety.told", "How often it has been instructed after incidents.", |twin, _| {
        Some(f64::from(twin.get::<Guarded>()?.told))
    }),
    worn(
        "wearable.alarm",
        "How far the alarm about it has escalated: 1 for the first step, 0 for no alarm.",
        |twin, _| Some(f64::from(twin.get::<Worn>()?.step)),
    ),
    worn("wearable.charge", "How full its wearable is, from 0 to 1.", |twin, _| Some(twin.get::<Worn>()?.charge)),
    worn("wearable.x", "Where its wearable has found it last: metres towards the east.", |twin, _| {
        Some(twin.get::<Worn>()?.measured?[0])
    }),
    worn("wearable.y", "Where its wearable has found it last: metres towards the north.", |twin, _| {
        Some(twin.get::<Worn>()?.measured?[1])
    }),
    Quantity {
        name: "falls.down",
        about: "Whether it has fallen and lies on the floor.",
        kind: truth,
        fits: |twin| twin.contains::<Falls>(),
        read: |twin, _| Some(f64::from(u8::from(twin.get::<Fallen>()?.is_down()))),
    },
    Quantity {
        name: "falls.count",
        about: "How often it has fallen since counting began.",
        kind: number,
        fits: |twin| twin.contains::<Falls>(),
        read: |twin, _| Some(twin.get::<Fallen>()?.fell as f64),
    },
];

/// Whether anything is watched.
fn is_watched(world: &World) -> bool {
    let safety = world.resource::<Safety>();
    let has_wearables =
        || world.resource::<Directory>().twins().any(|(_, entity, _)| world.get::<Wearable>(entity).is_some());
    !safety.persons.is_empty() || !safety.separations.is_empty() || has_wearables()
}

/// Where guards are called to: where the wearable is now, as far as it knows.
fn called_to(world: &World) -> Option<[f64; 2]> {
    let alarm = world.resource::<Alarms>().called(world.resource::<Safety>()).next()?;
    let entity = world.resource::<Directory>().entity(alarm.twin)?;
    Some(world.get::<Worn>(entity)?.measured.unwrap_or(alarm.at))
}

const fn common(name: &'static str, about: &'static str, read: fn(&World, Time) -> Option<f64>) -> Common {
    Common { name, about, fits: is_watched, read }
}

const COMMONS: [Common; 7] = [
    common("incidents.open", "How many incidents are not closed yet.", |world, _| {
        Some(world.resource::<Incidents>().open.len() as f64)
    }),
    common("incidents.warned", "How many encounters and gatherings are warned of now.", |world, _| {
        Some(world.resource::<Encounters>().warned() as f64)
    }),
    common("incidents.designed", "How many moves of equipment are designed and wait to be carried out.", |world, _| {
        let places = &world.resource::<super::review::Reviews>().places;
        Some(places.values().filter(|place| place.applied.is_none() && place.advice.plan.is_some()).count() as f64)
    }),
    common("alarms.open", "How many alarms nobody has answered yet.", |world, _| {
        Some(world.resource::<Alarms>().open.len() as f64)
    }),
    common("alarms.called", "How many of these have come so far that guards are called.", |world, _| {
        let (alarms, safety) = (world.resource::<Alarms>(), world.resource::<Safety>());
        Some(alarms.called(safety).count() as f64)
    }),
    common("alarms.x", "Where the oldest alarm is to which guards are called: metres towards the east.", |world, _| {
        Some(called_to(world)?[0])
    }),
    common(
        "alarms.y",
        "Where the oldest alarm is to which guards are called: metres towards the north.",
        |world, _| Some(world.resource::<Alarms>().called(world.resource::<Safety>()).next()?.at[1]),
    ),
];

/// Registers them.
pub(super) fn register(app: &mut App) {
    for quantity in QUANTITIES {
        app.register_quantity(quantity);
    }
    for common in COMMONS {
        app.register_common(common);
    }
}
