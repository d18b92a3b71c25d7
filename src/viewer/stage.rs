//! The stage: brings the cast before the eye.

use std::collections::HashMap;
use std::sync::Arc;

use bevy::light::NotShadowCaster;
use bevy::prelude::*;

use crate::engine::time::Time;
use crate::look::model::{Berth, Drive, Model, Solid};
use crate::look::registry::{Look, Looks, StateLook};
use crate::look::sight::Change;

use super::cast::{Cast, Member, News, Placed};
use super::draw::{self, Canvas, Drawn};

/// A model and its mesh.
struct Prop {
    model: Model,
    mesh: Handle<Mesh>,
    /// The lowest and the highest corner, in the frame of the model.
    bounds: [Vec3; 2],
}

/// What tells models apart: the look, the model's name and its numbers.
type Key = (Arc<str>, Arc<str>, Vec<u32>);

/// A thing that stands on the stage.
struct Actor {
    prop: usize,
    entity: Entity,
    look: Option<Look>,
}

/// What is on stage, and when.
#[derive(Resource, Default)]
pub struct Stage {
    /// The moment that is shown.
    pub now: Time,
    /// The time by which things turn and swing: seconds. It goes with simulated time as long as the eye can follow.
    pub beat: f64,
    /// Who is on stage.
    pub cast: Cast,
    /// What each look says.
    pub looks: Looks,
    /// Who is pointed out.
    pub chosen: Option<crate::look::sight::ThingId>,
    props: Vec<Prop>,
    by_key: HashMap<Key, usize>,
    actors: Vec<Option<Actor>>,
    places: Vec<Option<Placed>>,
}

/// Brings the cast before the eye in each frame.
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Stage>().add_systems(PostUpdate, (enter, place, show).chain());
    }
}

impl Stage {
    /// An empty stage.
    pub fn new(looks: Looks) -> Stage {
        Stage { looks, ..Stage::default() }
    }

    /// Lets changes take effect.
    pub fn apply(&mut self, changes: &[Change]) {
        changes.iter().for_each(|change| self.cast.apply(change));
    }

    /// Where a thing is.
    pub fn placed(&self, number: usize) -> Option<&Placed> {
        self.places.get(number)?.as_ref()
    }

    /// The lowest and the highest corner of a thing, in the frame of its model.
    pub fn bounds(&self, number: usize) -> Option<[Vec3; 2]> {
        let actor = self.actors.get(number)?.as_ref()?;
        let scale = self.cast.get(number)?.form.scale;
        Some(self.props[actor.prop].bounds.map(|corner| corner * scale))
    }

    /// Whether a thing is part of the ground.
    pub fn is_ground(&self, number: usize) -> bool {
        self.actors.get(number).and_then(Option::as_ref).is_none_or(|actor| self.props[actor.prop].model.is_ground)
    }

    /// The corners of what is on stage without the ground, in the frame of the world: metres towards the east and the
    /// north.
    pub fn extent(&self) -> Option<[Vec2; 2]> {
        let places = self.places.iter().enumerate().filter(|(number, _)| !self.is_ground(*number));
        let points =
            places.filter_map(|(_, place)| place.map(|placed| Vec2::new(placed.pose.at[0], placed.pose.at[1])));
        points.fold(None, |extent, point| match extent {
            None => Some([point, point]),
            Some([low, high]) => Some([low.min(point), high.max(point)]),
        })
    }
}

/// Those who have come since the last frame enter, those who have gone leave.
fn enter(
    mut stage: ResMut<Stage>,
    mut canvas: ResMut<Canvas>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut commands: Commands,
) {
    let stage = &mut *stage;
    for news in stage.cast.take_news() {
        match news {
            News::Went(number) => {
                if let Some(actor) = stage.actors.get_mut(number).and_then(Option::take) {
                    commands.entity(actor.entity).despawn();
                }
            }
            News::Came(number) => {
                let Some(member) = stage.cast.get(number) else { continue };
                let look = stage.looks.get(&member.form.look).copied();
                let form = member.form.clone();
                let key = (form.look.clone(), form.model.clone(), form.numbers.iter().map(|n| n.to_bits()).collect());
                let prop = *stage.by_key.entry(key).or_insert_with(|| {
                    let model = look.map_or_else(unknown, |look| (look.model)(&form));
                    let mesh = meshes.add(canvas.mesh(&model));
                    let bounds = bounds(&model);
                    stage.props.push(Prop { model, mesh, bounds });
                    stage.props.len() - 1
                });
                let Prop { mesh, model, .. } = &stage.props[prop];
                let mut entity = commands.spawn(draw::entity(&canvas, mesh.clone(), number));
                if model.casts_no_shadow {
                    entity.insert(NotShadowCaster);
                }
                let entity = entity.id();
                if stage.actors.len() <= number {
                    stage.actors.resize_with(number + 1, || None);
                }
                stage.actors[number] = Some(Actor { prop, entity, look });
            }
        }
    }
}

/// What is drawn for a look that nobody knows: a box.
fn unknown() -> Model {
    Model::of([crate::look::model::stand([0.6, 0.6, 0.6], [0.0; 3])])
}

fn bounds(model: &Model) -> [Vec3; 2] {
    let solid = |solid: &Solid| !matches!(solid, Solid::Flat { .. } | Solid::Sheet { .. });
    let corners = model
        .pieces
        .iter()
        .filter(|piece| solid(&piece.solid))
        .flat_map(|piece| super::geometry::triangles(piece).corners);
    corners.fold([Vec3::splat(f32::INFINITY), Vec3::splat(f32::NEG_INFINITY)], |[low, high], corner| {
        [low.min(corner), high.max(corner)]
    })
}

fn place(mut stage: ResMut<Stage>) {
    let stage = &mut *stage;
    let (actors, props) = (&stage.actors, &stage.props);
    let berths = |number: usize| -> &[Berth] {
        let actor = actors.get(number).and_then(Option::as_ref);
        actor.map_or(&[], |actor| &props[actor.prop].model.berths)
    };
    stage.cast.place(stage.now, berths, &mut stage.places);
}

fn show(stage: Res<Stage>, mut canvas: ResMut<Canvas>) {
    canvas.begin(stage.cast.numbers());
    for (number, member) in stage.cast.iter() {
        let Some(placed) = stage.places[number] else { continue };
        let Some(actor) = stage.actors.get(number).and_then(Option::as_ref) else { continue };
        let chosen = stage.chosen == Some(member.id);
        canvas.draw(number, &drawn(&stage, member, &placed, actor, chosen));
    }
}

/// How long something takes to begin and to end: seconds of the beat.
const SOFT: f64 = 0.5;

fn drawn(stage: &Stage, member: &Member, placed: &Placed, actor: &Actor, chosen: bool) -> Drawn {
    let states = actor.look.map_or(&[] as &[StateLook], |look| look.states);
    let state = states.get(member.sight.state as usize);
    let is_active = |state: Option<&StateLook>| state.is_some_and(|state| state.is_active);
    let since = ((stage.now - member.since).seconds() / SOFT).clamp(0.0, 1.0) as f32;
    let before = member.before.map(|before| is_active(states.get(before as usize)));
    let active = match (is_active(state), before) {
        (true, Some(false)) => since,
        (false, Some(true)) => 1.0 - since,
        (now, _) => f32::from(u8::from(now)),
    };
    let mut drives = [0.0; 4];
    // Not all in step: each thing is ahead by a little of its own.
    let beat = stage.beat + (member.id.number() % 97) as f64 * 0.37;
    for (value, drive) in drives.iter_mut().zip(&stage.props[actor.prop].model.drives) {
        *value = drive_value(*drive, beat, active, placed);
    }
    let lamp = match state {
        Some(state) if state.flashes && (stage.beat * 1.4).fract() > 0.5 => 60,
        _ => 255,
    };
    let [r, g, b] = member.form.colour.0;
    let [sr, sg, sb] = state.map_or([255; 3], |state| state.colour.0);
    Drawn {
        at: placed.pose.at,
        heading: placed.pose.heading,
        drives,
        own: [r, g, b, if chosen { 255 } else { 0 }],
        state: [sr, sg, sb, lamp],
        scale: member.form.scale,
        active,
    }
}

fn drive_value(drive: Drive, beat: f64, active: f32, placed: &Placed) -> f32 {
    use std::f64::consts::TAU;
    let wave = |period: f32, phase: f32| ((beat / f64::from(period) + f64::from(phase)) * TAU).sin() as f32;
    match drive {
        Drive::Spin { rate } if active > 0.0 => ((beat * f64::from(rate)).fract() * TAU) as f32,
        Drive::Spin { .. } => 0.0,
        Drive::Sway { period, phase } => wave(period, phase) * active,
        Drive::Stroke { period, phase } => (wave(period, phase) * 1.6).clamp(-1.0, 1.0).mul_add(0.5, 0.5) * active,
        Drive::Stride { length } => {
            if placed.moves {
                (placed.gone / length * TAU as f32).sin()
            } else {
                0.0
            }
        }
        Drive::Roll { curvature } => placed.gone * curvature,
        Drive::Active => active,
    }
}
