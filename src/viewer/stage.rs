//! The stage: brings the cast before the eye.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bevy::camera::primitives::Aabb;
use bevy::camera::visibility::{NoFrustumCulling, VisibilityRange, VisibilitySystems};
use bevy::light::NotShadowCaster;
use bevy::prelude::*;
use bevy::tasks::{ComputeTaskPool, ParallelSliceMut};

use crate::engine::time::Time;
use crate::look::daylight::Daylight;
use crate::look::model::{Berth, DRIVES, Drive, Model, Role, Solid};
use crate::look::palette::{self, Colour};
use crate::look::registry::{LAMPS, Looks, StateLook, ValueKind, ValueLook};
use crate::look::sight::Change;

use super::cast::{AT_A_TIME, Cast, News, Placed};
use super::draw::{self, Canvas, Drawn, turn_up};

/// A model, and the blocks of things that it is drawn for.
struct Prop {
    model: Model,
    first_joint: usize,
    /// The lowest and the highest corner, in the frame of the model: of its solids, and of all that is drawn of it.
    bounds: [Vec3; 2],
    reach: [Vec3; 2],
    /// Meshes by how many copies they have.
    meshes: HashMap<usize, Handle<Mesh>>,
    most_copies: usize,
    /// Places for things that nobody has.
    free: BTreeSet<usize>,
    /// How many places there are.
    places: usize,
}

/// What tells models apart: the look, the model's name and its numbers.
type Key = (Arc<str>, Arc<str>, Vec<u32>);

/// A thing as it stands on the stage, with all that is needed to draw it.
struct Actor {
    /// Its number in the cast.
    number: usize,
    prop: usize,
    states: &'static [StateLook],
    values: &'static [ValueLook],
    drives: [Option<Drive>; DRIVES],
    colour: [u8; 3],
    scale: f32,
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
    daylight: Daylight,
    /// Who is pointed out.
    pub chosen: Option<crate::look::sight::ThingId>,
    /// Of which of its values a map is shown, if one is.
    pub map: Option<usize>,
    props: Vec<Prop>,
    by_key: HashMap<Key, usize>,
    /// By their place in the texture.
    actors: Vec<Option<Actor>>,
    /// The place of each thing, by its number in the cast.
    slots: Vec<Option<usize>>,
    places: Vec<Option<Placed>>,
}

/// Brings the cast before the eye in each frame.
pub struct StagePlugin;

impl Plugin for StagePlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Stage>()
            .add_systems(PostUpdate, (enter, place, show, measure).chain().before(VisibilitySystems::CheckVisibility));
    }
}

impl Stage {
    /// An empty stage, on which it is such a time of day when the run begins.
    pub fn new(looks: Looks, daylight: Daylight) -> Stage {
        Stage { looks, daylight, ..Stage::default() }
    }

    /// What time of day it is for the sky: hours, from 0 to 24.
    pub fn hour(&self) -> f32 {
        ((self.now + self.daylight.begins).seconds() / 3600.0).rem_euclid(24.0) as f32
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
        let actor = self.actor(number)?;
        Some(self.props[actor.prop].bounds.map(|corner| corner * actor.scale))
    }

    fn actor(&self, number: usize) -> Option<&Actor> {
        self.actors.get((*self.slots.get(number)?)?)?.as_ref()
    }

    /// Whether one can point at a thing and ask it.
    pub fn is_asked(&self, number: usize) -> bool {
        self.role(number) == Role::Thing
    }

    fn role(&self, number: usize) -> Role {
        self.actor(number).map_or(Role::Ground, |actor| self.props[actor.prop].model.role)
    }

    /// The quantities of which there are maps: the values of a look whose things are only seen on maps.
    pub fn maps(&self) -> impl Iterator<Item = &'static ValueLook> + '_ {
        let mapped = self.actors.iter().flatten().find(|actor| self.props[actor.prop].model.is_map);
        mapped.map_or(&[] as &[ValueLook], |actor| actor.values).iter()
    }

    /// Shows the next map, and after the last one none.
    pub fn next_map(&mut self) {
        let next = self.map.map_or(0, |map| map + 1);
        self.map = (next < self.maps().count()).then_some(next);
    }

    /// Whether the world lies under the open sky.
    pub fn is_under_sky(&self) -> bool {
        self.props.iter().any(|prop| prop.model.under_sky)
    }

    /// The corners of what is on stage without the ground, in the frame of the world: metres towards the east and the
    /// north.
    pub fn extent(&self) -> Option<[Vec2; 2]> {
        let corners = self.places.iter().enumerate().filter_map(|(number, placed)| {
            let at = Vec3::from(placed.as_ref()?.pose.at);
            match self.role(number) {
                Role::Thing => Some([at.xy(); 2]),
                Role::Setting => {
                    let reach = self.props[self.actor(number)?.prop].reach;
                    Some(reach.map(|corner| (corner + at).xy())).filter(|corners| corners[0].is_finite())
                }
                Role::Ground => None,
            }
        });
        corners.reduce(|[low, high], [lower, higher]| [low.min(lower), high.max(higher)])
    }
}

/// What stands where it is: the place in the texture of what an entity draws, so that it is not drawn when it is out of sight.
#[derive(Component)]
struct Standing(usize);

/// What stands is as large as it is drawn, where it is drawn.
fn measure(stage: Res<Stage>, mut standing: Query<(&Standing, &mut Aabb)>) {
    for (standing, mut bounds) in &mut standing {
        let Some(actor) = stage.actors.get(standing.0).and_then(Option::as_ref) else { continue };
        let Some(placed) = stage.placed(actor.number) else { continue };
        let corners =
            stage.props[actor.prop].reach.map(|corner| turn_up((corner + Vec3::from(placed.pose.at)).to_array()));
        let now = Aabb::from_min_max(corners[0].min(corners[1]), corners[0].max(corners[1]));
        if *bounds != now {
            *bounds = now;
        }
    }
}

/// Those who have come since the last frame enter, those who have gone leave.
fn enter(
    mut stage: ResMut<Stage>,
    mut canvas: ResMut<Canvas>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut commands: Commands,
) {
    for news in stage.cast.take_news() {
        match news {
            News::Went(number) => stage.leave(number),
            News::Came(number) => stage.arrive(number, &mut canvas, &mut meshes, &mut commands),
        }
    }
}

impl Stage {
    fn leave(&mut self, number: usize) {
        if let Some(slot) = self.slots.get_mut(number).and_then(Option::take)
            && let Some(actor) = self.actors[slot].take()
        {
            self.props[actor.prop].free.insert(slot);
        }
    }

    fn arrive(&mut self, number: usize, canvas: &mut Canvas, meshes: &mut Assets<Mesh>, commands: &mut Commands) {
        let Some(member) = self.cast.get(number) else { return };
        let form = member.form.clone();
        let look = self.looks.get(&form.look).copied();
        let key = (form.look.clone(), form.model.clone(), form.numbers.iter().map(|n| n.to_bits()).collect());
        let prop = *self.by_key.entry(key).or_insert_with(|| {
            let model = look.map_or_else(unknown, |look| (look.model)(&form));
            self.props.push(Prop {
                first_joint: canvas.add_joints(&model),
                bounds: bounds(&model, is_solid),
                reach: bounds(&model, |_| true),
                most_copies: draw::most_copies(&model),
                meshes: HashMap::new(),
                free: BTreeSet::new(),
                places: 0,
                model,
            });
            self.props.len() - 1
        });
        if self.props[prop].free.is_empty() {
            self.add_block(prop, canvas, meshes, commands);
        }
        let Prop { model, free, .. } = &mut self.props[prop];
        let Some(slot) = free.pop_first() else { return };
        let mut drives = [None; DRIVES];
        drives.iter_mut().zip(&model.drives).for_each(|(place, drive)| *place = Some(*drive));
        if self.slots.len() <= number {
            self.slots.resize(number + 1, None);
        }
        self.slots[number] = Some(slot);
        let states = look.map_or(&[] as &[StateLook], |look| look.states);
        let values = look.map_or(&[] as &[ValueLook], |look| look.values);
        self.actors[slot] =
            Some(Actor { number, prop, states, values, drives, colour: form.colour.0, scale: form.scale });
    }

    /// Makes places for more things of a model: about as many as there are, so that few are empty.
    fn add_block(&mut self, prop: usize, canvas: &Canvas, meshes: &mut Assets<Mesh>, commands: &mut Commands) {
        let first = self.actors.len();
        let Prop { model, first_joint, meshes: made, most_copies, free, places, .. } = &mut self.props[prop];
        let copies = (*places / 2).next_power_of_two().clamp(1, *most_copies);
        let mesh = made.entry(copies).or_insert_with(|| meshes.add(draw::mesh_of(model, *first_joint, copies)));
        let mut entity = commands.spawn(draw::entity(canvas, mesh.clone(), first));
        if model.casts_no_shadow {
            entity.insert(NotShadowCaster);
        }
        if model.role != Role::Thing && copies == 1 {
            entity.remove::<NoFrustumCulling>().insert((Standing(first), Aabb::default()));
            if let Some((from, far)) = &model.far {
                entity.insert(seen_between(0.0, *from));
                let mesh = meshes.add(draw::mesh_of(far, *first_joint, 1));
                let mut entity = commands.spawn(draw::entity(canvas, mesh, first));
                entity.remove::<NoFrustumCulling>().insert((
                    Standing(first),
                    Aabb::default(),
                    seen_between(*from, f32::INFINITY),
                ));
                if far.casts_no_shadow {
                    entity.insert(NotShadowCaster);
                }
            }
        }
        free.extend(first..first + copies);
        *places += copies;
        self.actors.resize_with(first + copies, || None);
    }
}

/// What is drawn for a look that nobody knows: a box.
fn unknown() -> Model {
    Model::of([crate::look::model::stand([0.6, 0.6, 0.6], [0.0; 3])])
}

/// Seen from such distances of its middle: metres.
fn seen_between(from: f32, to: f32) -> VisibilityRange {
    VisibilityRange { use_aabb: true, ..VisibilityRange::abrupt(from, to) }
}

/// Whether a solid is more than a sheet.
fn is_solid(solid: &Solid) -> bool {
    !matches!(solid, Solid::Flat { .. } | Solid::Sheet { .. } | Solid::Ribbon { .. } | Solid::Face { .. })
}

fn bounds(model: &Model, counts: impl Fn(&Solid) -> bool) -> [Vec3; 2] {
    let corners = model
        .pieces
        .iter()
        .filter(|piece| counts(&piece.solid))
        .flat_map(|piece| super::geometry::triangles(piece).corners);
    corners.fold([Vec3::splat(f32::INFINITY), Vec3::splat(f32::NEG_INFINITY)], |[low, high], corner| {
        [low.min(corner), high.max(corner)]
    })
}

fn place(mut stage: ResMut<Stage>) {
    let stage = &mut *stage;
    let (actors, slots, props) = (&stage.actors, &stage.slots, &stage.props);
    let berths = |number: usize| -> &[Berth] {
        let slot = slots.get(number).copied().flatten();
        let actor = slot.and_then(|slot| actors.get(slot)?.as_ref());
        actor.map_or(&[], |actor| &props[actor.prop].model.berths)
    };
    stage.cast.place(stage.now, berths, &mut stage.places);
}

fn show(stage: Res<Stage>, mut canvas: ResMut<Canvas>) {
    canvas.set_pale(stage.map.is_some());
    let mut numbers = canvas.begin(stage.actors.len());
    let stage = &*stage;
    numbers.par_chunk_map_mut(ComputeTaskPool::get(), AT_A_TIME, |index, chunk| {
        let actors = &stage.actors[index * AT_A_TIME..];
        for (actor, place) in actors.iter().zip(chunk) {
            if let Some(drawn) = actor.as_ref().and_then(|actor| drawn(stage, actor)) {
                *place = drawn.numbers();
            }
        }
    });
}

/// How long something takes to begin and to end: seconds of the beat.
const SOFT: f64 = 0.5;

fn drawn(stage: &Stage, actor: &Actor) -> Option<Drawn> {
    let member = stage.cast.get(actor.number)?;
    let placed = stage.placed(actor.number)?;
    let chosen = stage.chosen == Some(member.id);
    let state = actor.states.get(member.sight.state as usize);
    let is_active = state.is_some_and(|state| state.is_active);
    let was_active = member.before.and_then(|before| actor.states.get(before as usize)).map(|state| state.is_active);
    let active = match was_active {
        Some(was) if was != is_active => {
            let since = ((stage.now - member.since).seconds() / SOFT).clamp(0.0, 1.0) as f32;
            if is_active { since } else { 1.0 - since }
        }
        _ => f32::from(u8::from(is_active)),
    };
    // Not all in step: each thing is ahead by a little of its own.
    let beat = stage.beat + (member.id.number() % 97) as f64 * 0.37;
    let drives = actor.drives.map(|drive| drive.map_or(0.0, |drive| drive_value(drive, beat, active, placed)));
    let is_map = stage.props[actor.prop].model.is_map;
    let lamp = match state {
        // What shines less keeps its colour.
        _ if is_map => 80,
        Some(state) if state.flashes && (stage.beat * 1.4).fract() > 0.5 => 60,
        _ => 255,
    };
    let [r, g, b] = actor.colour;
    let mut shine = state.map_or([255; 3], |state| state.colour.0);
    let mut scale = actor.scale;
    if is_map {
        match stage.map.and_then(|map| map_colour(actor.values.get(map)?, member.sight.values[map].number(stage.now)?))
        {
            Some(colour) => shine = colour.0,
            None => scale = 0.0,
        }
    }
    let [sr, sg, sb] = shine;
    let lamps = state.map_or(0, |state| state.lamps) & ((1 << LAMPS) - 1);
    Some(Drawn {
        at: placed.pose.at,
        heading: placed.pose.heading,
        drives,
        own: [r, g, b, lamps | if chosen { 128 } else { 0 }],
        state: [sr, sg, sb, lamp],
        scale,
        active,
    })
}

/// The colour of a quantity on maps.
fn map_colour(value: &ValueLook, number: f32) -> Option<Colour> {
    let ValueKind::Quantity { between: [from, to], .. } = value.kind else { return None };
    Some(palette::scale((number - from) / (to - from)))
}

fn drive_value(drive: Drive, beat: f64, active: f32, placed: &Placed) -> f32 {
    use std::f64::consts::TAU;
    let wave = |period: f32, phase: f32| ((beat / f64::from(period) + f64::from(phase)) * TAU).sin() as f32;
    match drive {
        _ if active == 0.0 && !matches!(drive, Drive::Stride { .. } | Drive::Roll { .. }) => 0.0,
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
