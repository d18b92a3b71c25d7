//! What can be found out about the world at a moment, as it is: what sensors measure and equations depend on.

use std::sync::Arc;

use bevy_ecs::prelude::{Query, Res};
use bevy_ecs::system::SystemParam;

use super::actions::Doing;
use super::groups::member::Member;
use super::groups::talk::GroupField;
use super::messages::Message;
use super::missions::duties::{Duties, DutyField};
use super::quantities::Board;
use super::readable::common::Commons;
use super::readable::{Reader, Seen};
use super::services;
use super::who::TwinSet;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::Seed;
use crate::engine::time::Time;
use crate::world::fields::{FieldMap, FieldView, Fields, Grids};
use crate::world::physics::{Bodies, Physics};
use crate::world::position::Position;
use crate::world::space::{Point, Space};

/// The world as everybody may read it while each writes its own.
#[derive(SystemParam)]
pub struct Surroundings<'w, 's> {
    /// Who is who.
    pub directory: Res<'w, Directory>,
    /// Where everybody is.
    pub space: Res<'w, Space>,
    /// What everybody's quantities are.
    pub board: Res<'w, Board>,
    commons: Res<'w, Commons>,
    /// The seed of the run.
    pub seed: Res<'w, Seed>,
    fields: Res<'w, Fields>,
    field_map: Res<'w, FieldMap>,
    grids: Res<'w, Grids>,
    physics: Res<'w, Physics>,
    bodies: Res<'w, Bodies>,
    twins: Query<'w, 's, Seen<'static, 'static>>,
}

/// The surroundings of one twin at a moment.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Who looks.
    pub twin: TwinId,
    /// From where; none if it has no place.
    pub position: Option<Position>,
    /// When.
    pub now: Time,
    /// What it was told since it looked last.
    pub messages: &'a [Message],
    surroundings: &'a Surroundings<'a, 'a>,
}

impl<'a> View<'a> {
    /// The surroundings of a twin that stands there.
    pub fn of(
        surroundings: &'a Surroundings<'_, '_>,
        twin: TwinId,
        position: Option<&Position>,
        now: Time,
    ) -> View<'a> {
        View { twin, position: position.copied(), now, messages: &[], surroundings }
    }

    /// The same, with what the twin was told.
    pub fn with_messages<'b>(&self, messages: &'b [Message]) -> View<'b>
    where
        'a: 'b,
    {
        View { messages, ..*self }
    }

    /// Where it looks from.
    pub fn place(&self) -> Option<Point> {
        self.position.map(|Position { x, y, z, .. }| [x, y, z])
    }

    /// Everything around.
    pub fn surroundings(&self) -> &'a Surroundings<'a, 'a> {
        self.surroundings
    }

    /// A twin with its parts.
    pub fn parts(&self, twin: TwinId) -> Option<Seen<'a, 'a>> {
        let entity = self.surroundings.directory.entity(twin)?;
        self.surroundings.twins.get(entity).ok()
    }

    /// Whether a body, of neither of them, stands between it and another, who look at each other from these points.
    pub fn is_hidden(&self, from: Point, other: TwinId, to: Point) -> bool {
        self.surroundings.physics.stands_between([self.twin, other], from, to)
    }

    /// Whom its body touches, by id.
    pub fn touched(&self) -> impl Iterator<Item = TwinId> {
        self.surroundings.physics.touched(&self.surroundings.bodies, self.twin)
    }

    /// What the fields are.
    pub fn fields(&self) -> FieldView<'a> {
        let Surroundings { fields, field_map, grids, .. } = self.surroundings;
        FieldView { fields, map: field_map, grids, now: self.now }
    }
}

/// Something that can be asked of the world. NaN is the answer where there is none.
#[derive(Clone)]
pub enum Source {
    /// A quantity of a twin, by its number; its own if none is named.
    Level(Option<TwinId>, u16),
    /// Something of the parts of a twin; its own if none is named.
    Part(Option<TwinId>, Reader),
    /// Something of the whole world, by its number.
    Common(usize),
    /// How far the nearest of these is: metres.
    Distance(Arc<TwinSet>),
    /// The way to the nearest of these: radians, to the left of where it looks.
    Bearing(Arc<TwinSet>),
    /// How many places these have free.
    Free(Arc<TwinSet>),
    /// A field where it stands.
    Field(usize),
    /// Whether it is at one of these: courses and their steps.
    Doing(Arc<[(u16, u16)]>),
    /// Something of the mission that it is at.
    Duty(DutyField),
    /// Something of the group that it is in.
    Group(GroupField),
    /// Seconds since the start of the run.
    Time,
    /// Hours since midnight.
    Hour,
    /// Whole days since Monday.
    Weekday,
}

const DAY: f64 = 86_400.0;

impl Source {
    /// The answer now.
    pub fn read(&self, view: &View) -> f64 {
        self.answer(view).unwrap_or(f64::NAN)
    }

    fn answer(&self, view: &View) -> Option<f64> {
        let around = view.surroundings;
        match self {
            Source::Level(twin, number) => around.board.get(twin.unwrap_or(view.twin), *number),
            Source::Part(twin, reader) => {
                let parts = view.parts(twin.unwrap_or(view.twin))?;
                Some(reader.read(&parts, view.now))
            }
            Source::Common(number) => around.commons.get(*number),
            Source::Distance(twins) => Some(nearest(view, twins)?.1),
            Source::Bearing(twins) => bearing(view, around.space.place(nearest(view, twins)?.0)?),
            Source::Free(twins) => Some(free(view, twins)),
            Source::Field(number) => view.fields().value(*number, view.place()?),
            Source::Doing(which) => {
                let parts = view.parts(view.twin)?;
                let is_at_it = parts.get::<Doing>().is_some_and(|doing| doing.is_at(which));
                Some(f64::from(u8::from(is_at_it)))
            }
            Source::Duty(field) => {
                let parts = view.parts(view.twin)?;
                field.read(parts.get::<Duties>()?, view.place(), view.now, |twin| place_of(view, twin))
            }
            Source::Group(field) => field.read(view.twin, view.parts(view.twin)?.get::<Member>()?),
            Source::Time => Some(view.now.seconds()),
            Source::Hour => Some(view.now.seconds() % DAY / 3600.0),
            Source::Weekday => Some((view.now.seconds() / DAY).floor() % 7.0),
        }
    }
}

/// Where a twin is.
fn place_of(view: &View, twin: TwinId) -> Option<Point> {
    view.parts(twin)?.get::<Position>().map(|Position { x, y, z, .. }| [*x, *y, *z])
}

/// From so many on, the nearest is looked for where one stands, and not by asking all.
const MANY: usize = 32;

/// The nearest of some twins to a point that is not the one who asks.
pub fn nearest_of(space: &Space, who: TwinId, at: Point, twins: &TwinSet) -> Option<(TwinId, f64)> {
    if twins.twins().len() < MANY {
        return space.nearest(at, twins.twins().iter().copied().filter(|twin| *twin != who));
    }
    space.nearest_of_many(at, |twin| twin != who && twins.contains(twin))
}

fn nearest(view: &View, twins: &TwinSet) -> Option<(TwinId, f64)> {
    nearest_of(&view.surroundings.space, view.twin, view.place()?, twins)
}

/// The way to a point, to the left of where a twin looks: radians, from -π to π.
pub fn bearing(view: &View, to: Point) -> Option<f64> {
    let Position { x, y, heading, .. } = view.position?;
    let (east, north) = (to[0] - x, to[1] - y);
    Some(if east == 0.0 && north == 0.0 { 0.0 } else { turn(libm::atan2(north, east) - heading) })
}

/// The same angle, from -π to π.
pub fn turn(angle: f64) -> f64 {
    use std::f64::consts::{PI, TAU};
    let turned = angle - (angle / TAU).floor() * TAU;
    if turned > PI { turned - TAU } else { turned }
}

fn free(view: &View, twins: &TwinSet) -> f64 {
    let services = twins.twins().iter().filter_map(|twin| Some(services::free(&view.parts(*twin)?)));
    services.sum::<u32>().into()
}
