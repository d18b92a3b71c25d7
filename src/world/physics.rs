//! Bodies: what twins are made of where they can hide, touch and push each other.
//!
//! Bodies live in a world of the physics library `rapier3d`, which is stepped at ticks. Only worlds with bodies have one. The
//! library itself is used, and not its plugin for Bevy: the plugin schedules itself and keeps maps of its own that its saved
//! form leaves out, and only the library can be built for results that are the same on every platform.

use std::collections::BTreeMap;

use bevy_ecs::prelude::{Component, Entity, Query, Res, ResMut, Resource, World};
use rapier3d::na::Unit;
use rapier3d::parry::query;
use rapier3d::prelude::{
    ActiveCollisionTypes, CCDSolver, CoefficientCombineRule, Collider, ColliderBuilder, CollisionPipeline, LockedAxes,
    PhysicsPipeline, PhysicsWorld, Pose, QueryFilter, Ray, RigidBody, RigidBodyBuilder, RigidBodyHandle, RigidBodyType,
    Rotation, Vector,
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

impl Moves {
    /// Whether it is moved by forces.
    pub fn by_forces(self) -> bool {
        matches!(self, Moves::Dynamic { .. })
    }
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
        /// How it rubs: its coefficient of friction. Between two bodies that both move by forces, the mean of theirs.
        #[serde(default = "half")]
        #[schemars(range(min = 0, max = 10))]
        friction: f64,
        /// How much of its speed it keeps when it bounces. Between two bodies that both move by forces, the mean of theirs.
        #[serde(default)]
        #[schemars(range(min = 0, max = 1))]
        bounce: f64,
        /// Whether it can fall over; if not, it stays upright.
        #[serde(default)]
        tumbles: bool,
        /// The greatest force by which it drives itself and brakes, where it has a `drive`.
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
///
/// There are two worlds of the library with the same bodies in the same order, so that each body has one handle in both. In
/// one forces act. In the other everything stands where it is now, to be looked at and touched: what the library knows of
/// contacts and rays while forces act is a step old, and to find it out anew there would disturb its solver.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Physics {
    /// None where no body moves by forces.
    forces: Option<Box<PhysicsWorld>>,
    /// None where nobody has a body.
    shapes: Option<Box<PhysicsWorld>>,
    /// Up to when it has been stepped.
    until: Time,
}

impl Clone for Physics {
    fn clone(&self) -> Physics {
        let copy = |physics: &Option<Box<PhysicsWorld>>| physics.as_ref().map(|physics| Box::new(copy_of(physics)));
        Physics { forces: copy(&self.forces), shapes: copy(&self.shapes), until: self.until }
    }
}

/// A copy of all that a world of the library knows, with new work space: as it is read back when it was saved.
fn copy_of(physics: &PhysicsWorld) -> PhysicsWorld {
    PhysicsWorld {
        gravity: physics.gravity,
        integration_parameters: physics.integration_parameters,
        physics_pipeline: PhysicsPipeline::default(),
        collision_pipeline: CollisionPipeline::default(),
        islands: physics.islands.clone(),
        broad_phase: physics.broad_phase.clone(),
        narrow_phase: physics.narrow_phase.clone(),
        bodies: physics.bodies.clone(),
        colliders: physics.colliders.clone(),
        impulse_joints: physics.impulse_joints.clone(),
        multibody_joints: physics.multibody_joints.clone(),
        soft_bodies: physics.soft_bodies.clone(),
        ccd_solver: CCDSolver::default(),
    }
}

/// Which body is whose. A cache: each body knows its twin.
#[derive(Resource, Clone, Default)]
pub struct Bodies {
    handles: BTreeMap<TwinId, RigidBodyHandle>,
}

/// Stands for the ground among the twins of bodies.
const GROUND: u128 = u128::MAX;
/// The longest step of worlds in which forces act: seconds.
const LONGEST_STEP: f64 = 1.0 / 60.0;
const GRAVITY: f64 = 9.81;
/// Within this time a body that drives itself wants to be where it should be: seconds.
pub const CATCH_UP: f64 = 0.25;
/// Bodies touch that are no farther apart: metres.
pub const TOUCH: f64 = 1e-3;
/// Slower than this, a body that drives itself stands, and may be left to rest: m/s.
const STANDS: f32 = 1e-4;

/// Where the middle of a body is whose twin is there.
fn pose_of(position: &Position, shape: Shape) -> Pose {
    let at = Vector::new(position.x as f32, position.y as f32, (position.z + shape.height() / 2.0) as f32);
    Pose::from_parts(at, Rotation::from_rotation_z(position.heading as f32))
}

/// Where the twin of a body is.
fn position_of(rigid: &RigidBody, shape: Shape) -> Position {
    let (at, ahead) = (rigid.translation(), rigid.rotation() * Vector::X);
    let heading = libm::atan2(f64::from(ahead.y), f64::from(ahead.x));
    Position { x: f64::from(at.x), y: f64::from(at.y), z: f64::from(at.z) - shape.height() / 2.0, heading }
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
    let with_forces = twins.iter().any(|(_, body, _)| body.moves.by_forces());
    let mut shapes =
        populate(twins.iter().map(|(twin, body, at)| (*twin, Body { moves: Moves::Kinematic, ..*body }, *at)));
    shapes.detect_collisions(&(), &());
    let forces = with_forces.then(|| Box::new(populate(twins.into_iter())));
    world.insert_resource(Physics { forces, shapes: Some(Box::new(shapes)), until: Time::ZERO });
    find(world);
}

/// A world of the library with the ground and these bodies.
fn populate(twins: impl Iterator<Item = (TwinId, Body, Position)>) -> PhysicsWorld {
    let mut physics = PhysicsWorld { gravity: Vector::new(0.0, 0.0, -GRAVITY as f32), ..PhysicsWorld::default() };
    let ground = unfelt(ColliderBuilder::halfspace(Unit::new_unchecked(Vector::Z)).user_data(GROUND));
    physics.insert(RigidBodyBuilder::fixed().user_data(GROUND), ground);
    twins.for_each(|(twin, body, position)| insert(&mut physics, twin, &body, &position));
    physics
}

/// What does not move by forces neither rubs nor bounces by itself: how a body does that meets it, that body says.
fn unfelt(collider: ColliderBuilder) -> ColliderBuilder {
    let rule = CoefficientCombineRule::Max;
    collider.friction(0.0).restitution(0.0).friction_combine_rule(rule).restitution_combine_rule(rule)
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
        // What is fast does not get through what is thin.
        rigid = rigid.ccd_enabled(true);
        if !tumbles {
            rigid = rigid.locked_axes(LockedAxes::ROTATION_LOCKED_X | LockedAxes::ROTATION_LOCKED_Y);
        }
    } else {
        collider = unfelt(collider);
    }
    if let Some(mass) = mass {
        collider = collider.mass(mass as f32);
    }
    physics.insert(rigid, collider);
}

/// Finds out which body is whose.
pub fn find(world: &mut World) {
    let mut bodies = Bodies::default();
    if let Some(shapes) = &world.resource::<Physics>().shapes {
        for (handle, body) in shapes.rigid_bodies() {
            bodies.handles.extend(twin_of(body.user_data).map(|twin| (twin, handle)));
        }
    }
    world.insert_resource(bodies);
}

/// Takes away the body of a twin that is gone.
pub fn remove(world: &mut World, twin: TwinId) {
    let handle = world.resource_mut::<Bodies>().handles.remove(&twin);
    let Some(handle) = handle else { return };
    let mut physics = world.resource_mut::<Physics>();
    let Physics { forces, shapes, .. } = &mut *physics;
    for physics in [forces, shapes].into_iter().flatten() {
        physics.remove_body(handle);
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
    let physics = &mut *physics;
    let Some(shapes) = physics.shapes.as_mut() else { return };
    if clock.now <= physics.until {
        return;
    }
    if let Some(forces) = physics.forces.as_mut() {
        let span = Span { from: physics.until, to: clock.now };
        let mut troupe = Troupe { directory: &directory, bodies: &bodies, twins: &mut twins };
        troupe.let_forces_act(forces, span);
    }
    physics.until = clock.now;
    for (twin, handle) in &bodies.handles {
        let Some((body, position)) = directory.entity(*twin).and_then(|entity| {
            let (_, _, body, _, _, position) = twins.get(entity).ok()?;
            Some((body, position))
        }) else {
            continue;
        };
        // What falls over does not stand as its twin does.
        let lies = physics.forces.as_ref().filter(|_| body.moves.by_forces());
        let lies = lies.and_then(|forces| Some(*forces.bodies.get(*handle)?.position()));
        let pose = lies.unwrap_or_else(|| pose_of(position, body.shape));
        if let Some(rigid) = shapes.bodies.get_mut(*handle).filter(|rigid| *rigid.position() != pose) {
            rigid.set_position(pose, true);
        }
    }
    shapes.detect_collisions(&(), &());
}

/// A length of time in which forces act.
#[derive(Clone, Copy)]
struct Span {
    from: Time,
    to: Time,
}

/// Twins with their bodies.
struct Troupe<'a, 'w, 's> {
    directory: &'a Directory,
    bodies: &'a Bodies,
    twins: &'a mut Movers<'w, 's>,
}

impl Troupe<'_, '_, '_> {
    /// In steps short enough, and of equal length.
    fn let_forces_act(&mut self, forces: &mut PhysicsWorld, span: Span) {
        let passed = (span.to - span.from).seconds();
        let steps = (passed / LONGEST_STEP).ceil().max(1.0);
        let step = passed / steps;
        forces.integration_parameters.dt = step as f32;
        self.bring_along(forces);
        for number in 1..=steps as u32 {
            let at = span.from + Duration::from_seconds(step * f64::from(number));
            // Where whoever goes where it wants will be in the end is known; in between it goes evenly.
            self.prepare(forces, at, step, 1.0 / (steps - f64::from(number) + 1.0));
            forces.step();
        }
        // By id, so that the order does not depend on who was there first.
        for (twin, handle) in &self.bodies.handles {
            let (Some(entity), Some(rigid)) = (self.directory.entity(*twin), forces.bodies.get(*handle)) else {
                continue;
            };
            let Ok((_, _, body, _, _, mut position)) = self.twins.get_mut(entity) else { continue };
            if body.moves.by_forces() {
                *position = position_of(rigid, body.shape);
            }
        }
    }

    /// Bodies whose twins somebody has put elsewhere go along.
    fn bring_along(&self, forces: &mut PhysicsWorld) {
        for (twin, handle) in &self.bodies.handles {
            let Some(entity) = self.directory.entity(*twin) else { continue };
            let Ok((_, _, body, _, _, position)) = self.twins.get(entity) else { continue };
            let Some(rigid) = forces.bodies.get_mut(*handle) else { continue };
            let pose = pose_of(position, body.shape);
            let is_elsewhere = match body.moves {
                Moves::Kinematic => false,
                Moves::Fixed => *rigid.position() != pose,
                Moves::Dynamic { .. } => *position != position_of(rigid, body.shape),
            };
            if is_elsewhere {
                rigid.set_position(pose, true);
            }
        }
    }

    /// Before a step of the library that ends `at`, and is `step` seconds long: `share` of their way is what bodies go in it
    /// that go where they want.
    fn prepare(&self, forces: &mut PhysicsWorld, at: Time, step: f64, share: f64) {
        for (twin, handle) in &self.bodies.handles {
            let Some(entity) = self.directory.entity(*twin) else { continue };
            let Ok((_, _, body, travel, drive, position)) = self.twins.get(entity) else { continue };
            let Some(rigid) = forces.bodies.get_mut(*handle) else { continue };
            match body.moves {
                Moves::Fixed => {}
                Moves::Kinematic => {
                    let (goal, here) = (pose_of(position, body.shape), rigid.position());
                    let next = here.translation + (goal.translation - here.translation) * share as f32;
                    rigid.set_next_kinematic_position(Pose::from_parts(next, goal.rotation));
                }
                Moves::Dynamic { mass, force, .. } => {
                    let Some((travel, drive)) = travel.zip(drive) else { continue };
                    let change = force / mass * step;
                    match travel.at(at) {
                        Some(on) => steer(rigid, on.at, drive.speed, change),
                        None => brake(rigid, change),
                    }
                }
            }
        }
    }
}

/// Pushes a body towards where it should be, as far as its force goes: `change` is by how much its speed can change (m/s).
fn steer(rigid: &mut RigidBody, goal: Point, speed: f64, change: f64) {
    let at = rigid.translation();
    let [mut east, mut north] = [goal[0] - f64::from(at.x), goal[1] - f64::from(at.y)].map(|part| part / CATCH_UP);
    let wanted = libm::hypot(east, north);
    // A little faster than it should be, so that it can catch up.
    let most = 1.25 * speed;
    if wanted > most {
        (east, north) = (east * most / wanted, north * most / wanted);
    }
    let next = approach(rigid.linvel(), [east, north], change);
    rigid.set_linvel(next, true);
    let ahead = libm::hypot(f64::from(next.x), f64::from(next.y));
    if ahead > 0.05 {
        let heading = libm::atan2(f64::from(next.y), f64::from(next.x));
        rigid.set_rotation(Rotation::from_rotation_z(heading as f32), true);
    }
}

/// Lets a body that drives itself, and wants to go nowhere, come to a stand.
fn brake(rigid: &mut RigidBody, change: f64) {
    let moves = rigid.linvel();
    if moves.x.abs().max(moves.y.abs()) > STANDS {
        rigid.set_linvel(approach(moves, [0.0, 0.0], change), true);
    }
}

/// A velocity that has come nearer to a wanted one over the ground, by no more than `change` (m/s).
fn approach(moves: Vector, [east, north]: [f64; 2], change: f64) -> Vector {
    let (dx, dy) = (east - f64::from(moves.x), north - f64::from(moves.y));
    let far = libm::hypot(dx, dy);
    let share = if far > change { change / far } else { 1.0 };
    Vector::new(moves.x + (dx * share) as f32, moves.y + (dy * share) as f32, moves.z)
}

impl Physics {
    /// Whether there are bodies.
    pub fn has_bodies(&self) -> bool {
        self.shapes.is_some()
    }

    /// Whether a body of nobody of these stands between two points.
    pub fn stands_between(&self, except: [TwinId; 2], from: Point, to: Point) -> bool {
        let Some(world) = &self.shapes else { return false };
        let vector = |at: Point| Vector::new(at[0] as f32, at[1] as f32, at[2] as f32);
        let way = vector(to) - vector(from);
        let is_between =
            |_, collider: &Collider| twin_of(collider.user_data).is_some_and(|twin| !except.contains(&twin));
        let filter = QueryFilter::default().predicate(&is_between);
        // The whole way has the length 1 in units of itself.
        world.cast_ray(&Ray::new(vector(from), way), 1.0, true, filter).is_some()
    }

    /// How many bodies, of nobody of these, stand between two points.
    pub fn bodies_between(&self, except: [TwinId; 2], from: Point, to: Point) -> u32 {
        let Some(world) = &self.shapes else { return 0 };
        let vector = |at: Point| Vector::new(at[0] as f32, at[1] as f32, at[2] as f32);
        let ray = Ray::new(vector(from), vector(to) - vector(from));
        let is_between =
            |_, collider: &Collider| twin_of(collider.user_data).is_some_and(|twin| !except.contains(&twin));
        let filter = QueryFilter::default().predicate(&is_between);
        // The whole way has the length 1 in units of itself.
        world.intersect_ray(ray, 1.0, true, filter).count() as u32
    }

    /// How fast the body of a twin moves: m/s towards the east, the north and up. None if forces do not act on it.
    pub fn velocity(&self, bodies: &Bodies, twin: TwinId) -> Option<[f64; 3]> {
        let moves = self.forces.as_ref()?.bodies.get(*bodies.handles.get(&twin)?)?.linvel();
        Some([moves.x, moves.y, moves.z].map(f64::from))
    }

    /// Sets how fast the body of a twin moves (m/s): a push before the first step.
    pub fn set_velocity(&mut self, bodies: &Bodies, twin: TwinId, [x, y, z]: [f64; 3]) {
        let handle = bodies.handles.get(&twin);
        let rigid = self.forces.as_mut().zip(handle).and_then(|(world, handle)| world.bodies.get_mut(*handle));
        if let Some(rigid) = rigid {
            rigid.set_linvel(Vector::new(x as f32, y as f32, z as f32), true);
        }
    }

    /// Whom the body of a twin touches: whose body is no farther away than [`TOUCH`]. Each once, in no order.
    pub fn touched<'a>(&'a self, bodies: &Bodies, twin: TwinId) -> impl Iterator<Item = TwinId> + use<'a> {
        let found = self.shapes.as_deref().zip(bodies.handles.get(&twin).copied());
        let colliders = found.into_iter().flat_map(|(world, handle)| {
            let colliders = world.bodies.get(handle).map(|body| body.colliders()).unwrap_or_default();
            colliders.iter().map(move |collider| (world, *collider))
        });
        colliders.flat_map(|(world, collider)| {
            // Pairs are those whose boxes meet; what the solver calls a contact may be centimetres away.
            world.contact_pairs_with(collider).filter_map(move |pair| {
                let (one, two) = world.colliders.get(pair.collider1).zip(world.colliders.get(pair.collider2))?;
                let other = if pair.collider1 == collider { two } else { one };
                twin_of(other.user_data).filter(|_| is_touch(one, two))
            })
        })
    }
}

fn is_touch(one: &Collider, two: &Collider) -> bool {
    let far = query::distance(one.position(), one.shape(), two.position(), two.shape());
    far.is_ok_and(|far| f64::from(far.distance) <= TOUCH)
}
