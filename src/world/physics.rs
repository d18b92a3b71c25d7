//! Bodies: what twins are made of where they can hide, touch and push each other.
//!
//! Bodies live in a world of the physics library `rapier3d`, which is stepped at ticks. Only worlds with bodies have one. The
//! library itself is used, and not its plugin for Bevy: the plugin schedules itself and keeps maps of its own that its saved
//! form leaves out, and only the library can be built for results that are the same on every platform.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Component, Entity, Query, Res, ResMut, Resource, World};
use rapier3d::na::Unit;
use rapier3d::prelude::{
    ActiveCollisionTypes, ColliderBuilder, LockedAxes, PhysicsWorld, Pose, QueryFilter, Ray, RigidBodyBuilder,
    RigidBodyHandle, RigidBodyType, Rotation, Vector,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::position::Position;
use super::space::Point;
use super::travel::{Drive, Travel};
use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::{Duration, Time};

/// The body of a twin: its shape, and how it moves. A place is the middle of its underside.
#[derive(Component, Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Its shape.
    pub shape: Shape,
    /// How it moves.
    #[serde(default)]
    pub moves: Moves,
}

/// The shape of a body.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Shape {
    /// A ball.
    Ball {
        /// Its radius.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        radius: f64,
    },
    /// A box: its length ahead, its width and its height.
    Box {
        /// Ahead.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        length: f64,
        /// From side to side.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        width: f64,
        /// Up.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        height: f64,
    },
    /// An upright cylinder.
    Cylinder {
        /// Its radius.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        radius: f64,
        /// Its height.
        #[schemars(range(min = 1e-3), extend("x-unit" = "m"))]
        height: f64,
    },
}

impl Shape {
    /// How high it is: metres.
    pub fn height(self) -> f64 {
        match self {
            Shape::Ball { radius } => 2.0 * radius,
            Shape::Box { height, .. } | Shape::Cylinder { height, .. } => height,
        }
    }

    /// How far it reaches to the sides: metres.
    pub fn reach(self) -> f64 {
        match self {
            Shape::Ball { radius } | Shape::Cylinder { radius, .. } => radius,
            Shape::Box { length, width, .. } => libm::hypot(length, width) / 2.0,
        }
    }
}

/// How a body moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Moves {
    /// Where its twin goes, whatever is in the way.
    #[default]
    Kinematic,
    /// Never.
    Fixed,
    /// By forces: it falls, is pushed, and stops where something is in its way. Such worlds need a `tick`.
    Dynamic {
        /// Its mass.
        #[schemars(range(min = 1e-6), extend("x-unit" = "kg"))]
        mass: f64,
        /// How it rubs against others.
        #[serde(default = "half")]
        #[schemars(range(min = 0, max = 10))]
        friction: f64,
        /// How much of its speed it keeps when it bounces.
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        bounce: f64,
        /// Whether it can fall over; if not, it stays upright.
        #[serde(default)]
        tumbles: bool,
        /// The greatest force by which it drives itself, where it has a `drive`.
        #[serde(default = "strong")]
        #[schemars(range(min = 0), extend("x-unit" = "N"))]
        force: f64,
    },
}

fn half() -> f64 {
    0.5
}

fn strong() -> f64 {
    500.0
}

/// The physics of a world with bodies.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Physics {
    world: Option<Box<PhysicsWorld>>,
    /// Up to when it has been stepped.
    until: Time,
}

/// Which body is whose. A cache: each body knows its twin.
#[derive(Resource, Default)]
pub struct Bodies {
    handles: BTreeMap<TwinId, RigidBodyHandle>,
    has_dynamic: bool,
}

/// Stands for the ground among the twins of bodies.
const GROUND: u128 = u128::MAX;
/// The longest step of worlds in which forces act: seconds.
const LONGEST_STEP: f64 = 1.0 / 60.0;
const GRAVITY: f64 = 9.81;
/// Within this time a body that drives itself wants to be where it should be: seconds.
const CATCH_UP: f64 = 0.25;

/// Where the middle of a body is whose twin is there.
fn pose_of(position: &Position, shape: Shape) -> Pose {
    let at = Vector::new(position.x as f32, position.y as f32, (position.z + shape.height() / 2.0) as f32);
    Pose::from_parts(at, Rotation::from_rotation_z(position.heading as f32))
}

fn twin_of(user_data: u128) -> Option<TwinId> {
    (user_data != GROUND).then_some(TwinId(user_data as u64))
}

/// Gives every twin with a body and a place its body.
pub fn begin(world: &mut World) {
    let twins: Vec<(TwinId, Body, Position)> = world
        .resource::<Directory>()
        .twins()
        .filter_map(|(twin, entity, _)| {
            let parts = world.entity(entity);
            Some((twin, *parts.get::<Body>()?, *parts.get::<Position>()?))
        })
        .collect();
    if twins.is_empty() {
        return;
    }
    let mut physics = PhysicsWorld { gravity: Vector::new(0.0, 0.0, -GRAVITY as f32), ..PhysicsWorld::default() };
    let ground = ColliderBuilder::halfspace(Unit::new_unchecked(Vector::Z)).user_data(GROUND);
    physics.insert(RigidBodyBuilder::fixed().user_data(GROUND), ground);
    for (twin, body, position) in twins {
        insert(&mut physics, twin, &body, &position);
    }
    physics.detect_collisions(&(), &());
    world.insert_resource(Physics { world: Some(Box::new(physics)), until: Time::ZERO });
    find(world);
}

fn insert(physics: &mut PhysicsWorld, twin: TwinId, body: &Body, position: &Position) {
    let data = u128::from(twin.0);
    let (kind, mass) = match body.moves {
        Moves::Kinematic => (RigidBodyType::KinematicPositionBased, None),
        Moves::Fixed => (RigidBodyType::Fixed, None),
        Moves::Dynamic { mass, .. } => (RigidBodyType::Dynamic, Some(mass)),
    };
    let mut rigid = RigidBodyBuilder::new(kind).pose(pose_of(position, body.shape)).user_data(data);
    let collider = match body.shape {
        Shape::Ball { radius } => ColliderBuilder::ball(radius as f32),
        Shape::Box { length, width, height } => {
            ColliderBuilder::cuboid(length as f32 / 2.0, width as f32 / 2.0, height as f32 / 2.0)
        }
        // The library's cylinders stand along its second axis.
        Shape::Cylinder { radius, height } => ColliderBuilder::cylinder(height as f32 / 2.0, radius as f32)
            .rotation(Vector::new(std::f32::consts::FRAC_PI_2, 0.0, 0.0)),
    };
    let mut collider = collider.user_data(data).active_collision_types(ActiveCollisionTypes::all());
    if let Moves::Dynamic { friction, bounce, tumbles, .. } = body.moves {
        collider = collider.friction(friction as f32).restitution(bounce as f32);
        if !tumbles {
            rigid = rigid.locked_axes(LockedAxes::ROTATION_LOCKED_X | LockedAxes::ROTATION_LOCKED_Y);
        }
    }
    if let Some(mass) = mass {
        collider = collider.mass(mass as f32);
    }
    physics.insert(rigid, collider);
}

/// Finds out which body is whose.
pub fn find(world: &mut World) {
    let mut bodies = Bodies::default();
    if let Some(physics) = &world.resource::<Physics>().world {
        for (handle, body) in physics.rigid_bodies() {
            bodies.handles.extend(twin_of(body.user_data).map(|twin| (twin, handle)));
            bodies.has_dynamic |= body.is_dynamic();
        }
    }
    world.insert_resource(bodies);
}

/// Takes away the body of a twin that is gone.
pub fn remove(world: &mut World, twin: TwinId) {
    let handle = world.resource_mut::<Bodies>().handles.remove(&twin);
    if let (Some(handle), Some(physics)) = (handle, &mut world.resource_mut::<Physics>().world) {
        physics.remove_body(handle);
    }
}

/// Takes a body to where its twin was put.
pub fn relocate(world: &mut World, twin: TwinId, position: &Position, shape: Shape) {
    let handle = world.resource::<Bodies>().handles.get(&twin).copied();
    let mut physics = world.resource_mut::<Physics>();
    let Some(physics) = physics.world.as_mut() else { return };
    if let Some(body) = handle.and_then(|handle| physics.bodies.get_mut(handle)) {
        body.set_position(pose_of(position, shape), true);
    }
}

type Movers<'w, 's> = Query<
    'w,
    's,
    (Entity, &'static TwinId, &'static Body, Option<&'static Travel>, Option<&'static Drive>, &'static mut Position),
>;

/// Lets bodies move up to now, and twins whose bodies move by forces with them.
pub fn simulate(
    clock: Res<Clock>,
    directory: Res<Directory>,
    bodies: Res<Bodies>,
    mut physics: ResMut<Physics>,
    mut twins: Movers,
) {
    let (now, until) = (clock.now, physics.until);
    let Some(world) = physics.world.as_mut() else { return };
    if now <= until {
        return;
    }
    let passed = (now - until).seconds();
    let steps = if bodies.has_dynamic { (passed / LONGEST_STEP).ceil().max(1.0) } else { 1.0 };
    let step = passed / steps;
    world.integration_parameters.dt = step as f32;
    for number in 1..=steps as u32 {
        let at = until + Duration::from_seconds(step * f64::from(number));
        let is_last = number == steps as u32;
        // By id, so that the order does not depend on who was there first.
        for (twin, handle) in &bodies.handles {
            let Some(entity) = directory.entity(*twin) else { continue };
            let Ok((_, _, body, travel, drive, position)) = twins.get(entity) else { continue };
            let Some(rigid) = world.bodies.get_mut(*handle) else { continue };
            match body.moves {
                Moves::Fixed => {}
                // Where it is at the end of the whole step is known; in between it goes evenly.
                Moves::Kinematic if bodies.has_dynamic => {
                    let share = 1.0 / (steps - f64::from(number) + 1.0);
                    let goal = pose_of(position, body.shape);
                    let here = rigid.position();
                    let next = here.translation + (goal.translation - here.translation) * share as f32;
                    rigid.set_next_kinematic_position(Pose::from_parts(next, goal.rotation));
                }
                Moves::Kinematic if is_last => rigid.set_position(pose_of(position, body.shape), false),
                Moves::Kinematic => {}
                Moves::Dynamic { mass, force, .. } => {
                    let wanted = travel.zip(drive).and_then(|(travel, drive)| Some((travel.at(at)?, drive)));
                    let wanted = wanted.map(|(on, drive)| (on.at, drive.speed));
                    if let Some((goal, speed)) = wanted {
                        steer(rigid, goal, speed, force / mass * step);
                    }
                }
            }
        }
        if bodies.has_dynamic {
            world.step();
        }
    }
    // What rays and touch go by is where everything is now.
    world.detect_collisions(&(), &());
    physics.until = now;
    let Some(world) = physics.world.as_ref().filter(|_| bodies.has_dynamic) else { return };
    for (twin, handle) in &bodies.handles {
        let (Some(entity), Some(rigid)) = (directory.entity(*twin), world.bodies.get(*handle)) else { continue };
        let Ok((_, _, body, _, _, mut position)) = twins.get_mut(entity) else { continue };
        if matches!(body.moves, Moves::Dynamic { .. }) {
            let (at, ahead) = (rigid.translation(), rigid.rotation() * Vector::X);
            let heading = libm::atan2(f64::from(ahead.y), f64::from(ahead.x));
            let z = f64::from(at.z) - body.shape.height() / 2.0;
            *position = Position { x: f64::from(at.x), y: f64::from(at.y), z, heading };
        }
    }
}

/// Pushes a body towards where it should be, as far as its force goes: `change` is by how much its speed can change (m/s).
fn steer(rigid: &mut rapier3d::prelude::RigidBody, goal: Point, speed: f64, change: f64) {
    let (at, moves) = (rigid.translation(), rigid.linvel());
    let [mut east, mut north] = [goal[0] - f64::from(at.x), goal[1] - f64::from(at.y)].map(|part| part / CATCH_UP);
    let wanted = libm::hypot(east, north);
    // A little faster than it should be, so that it can catch up.
    let most = 1.25 * speed;
    if wanted > most {
        (east, north) = (east * most / wanted, north * most / wanted);
    }
    let (dx, dy) = (east - f64::from(moves.x), north - f64::from(moves.y));
    let far = libm::hypot(dx, dy);
    let share = if far > change { change / far } else { 1.0 };
    let next = Vector::new(moves.x + (dx * share) as f32, moves.y + (dy * share) as f32, moves.z);
    rigid.set_linvel(next, true);
    let ahead = libm::hypot(f64::from(next.x), f64::from(next.y));
    if ahead > 0.05 {
        let heading = libm::atan2(f64::from(next.y), f64::from(next.x));
        rigid.set_rotation(Rotation::from_rotation_z(heading as f32), true);
    }
}

impl Physics {
    /// Whether there are bodies.
    pub fn has_bodies(&self) -> bool {
        self.world.is_some()
    }

    /// Whether a body of nobody of these stands between two points.
    pub fn stands_between(&self, except: [TwinId; 2], from: Point, to: Point) -> bool {
        let Some(world) = &self.world else { return false };
        let vector = |at: Point| Vector::new(at[0] as f32, at[1] as f32, at[2] as f32);
        let way = vector(to) - vector(from);
        let is_between = |_, collider: &rapier3d::prelude::Collider| {
            twin_of(collider.user_data).is_some_and(|twin| !except.contains(&twin))
        };
        let filter = QueryFilter::default().predicate(&is_between);
        // The whole way has the length 1 in units of itself.
        world.cast_ray(&Ray::new(vector(from), way), 1.0, true, filter).is_some()
    }

    /// Whom the body of a twin touches, by id.
    pub fn touched(&self, bodies: &Bodies, twin: TwinId) -> Vec<TwinId> {
        let Some((world, handle)) = self.world.as_ref().zip(bodies.handles.get(&twin)) else { return Vec::new() };
        let colliders = world.bodies.get(*handle).into_iter().flat_map(|body| body.colliders());
        let mut touched = Vec::new();
        for collider in colliders {
            for pair in world.contact_pairs_with(*collider).filter(|pair| pair.has_any_active_contact()) {
                let other = if pair.collider1 == *collider { pair.collider2 } else { pair.collider1 };
                touched.extend(world.colliders.get(other).and_then(|other| twin_of(other.user_data)));
            }
        }
        touched.sort_unstable();
        touched.dedup();
        touched
    }
}
