//! Twins that belong to no domain, such as those of a plugin of one's own: whoever has a place is seen there.

use bevy_ecs::prelude::{Changed, DetectChanges, Or, Query, Ref, Res, ResMut, With, World};

use crate::engine::clock::Clock;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Duration;
use crate::twin::life::Life;
use crate::world::position::Position;
use crate::world::travel::{Section, Travel};

use super::model::{Drive, Finish, Model, Paint, Role, ball, block, cylinder, is_called, patch, stand};
use super::palette::{CHARCOAL, Colour, GLASS, RUBBER, SLATE, STEEL, TEAL, WHITE, state};
use super::registry::{Look, Looks, StateLook};
use super::sight::{Form, Motion, Show, Sight, Sights, ThingId};

/// The look of such twins.
pub(super) const LOOK: Look = Look {
    name: "twin",
    states: &[StateLook::active("active", state::WORKING), StateLook::still("suspended", state::OFF)],
    values: &[],
    fits: |twin| twin.contains::<Position>(),
    models: || KINDS.iter().map(|kind| kind.name).collect(),
    model,
    is_labelled: true,
};

/// Shows them after all others, so that only those are left whom nobody shows.
pub(super) const SHOW: Show = Show { forms, looks };

/// The space of the ground under them.
const GROUND: u8 = 255;

/// A model, and words by which it is known in a twin's name.
struct Kind {
    name: &'static str,
    words: &'static [&'static str],
    build: fn() -> Model,
}

const KINDS: &[Kind] = &[
    Kind { name: "robot", words: &["robot", "rover", "bot", "agv", "amr"], build: robot },
    Kind { name: "drone", words: &["drone", "uav", "quad"], build: drone },
    Kind { name: "sensor", words: &["sensor", "gauge", "meter", "lamp", "beacon"], build: sensor },
    Kind { name: "ball", words: &["ball", "bird", "particle"], build: || sphere(0.25) },
    Kind { name: "block", words: &[], build: || Model::of([stand([0.6; 3], [0.0; 3]).painted(Paint::Own)]) },
];

fn model(form: &Form) -> Model {
    if &*form.model == "ground" {
        return ground(&form.numbers);
    }
    KINDS.iter().find(|kind| *kind.name == *form.model).map_or_else(Model::default, |kind| (kind.build)())
}

/// A small robot on wheels, with a mast.
fn robot() -> Model {
    let mut model = Model::default();
    let roll = model.drive(Drive::Roll { curvature: 1.0 / 0.12 });
    for (x, y) in [(0.2, 0.24), (0.2, -0.24), (-0.2, 0.24), (-0.2, -0.24_f32)] {
        let wheel = model.turning(roll, [x, y, 0.12], [0.0, 1.0, 0.0], 1.0);
        let tyre = super::model::axle(0.12, 0.08, [x, y, 0.12]).paint(RUBBER).finish(Finish::Matte);
        model.add([tyre.on(wheel), block([0.15, 0.085, 0.03], [x, y, 0.12]).paint(STEEL).on(wheel)]);
    }
    model.add([
        block([0.66, 0.44, 0.24], [0.0, 0.0, 0.28]).painted(Paint::Own).bevel(0.05),
        block([0.5, 0.34, 0.04], [-0.02, 0.0, 0.42]).painted(Paint::OwnDark),
        block([0.02, 0.3, 0.08], [0.33, 0.0, 0.3]).paint(GLASS).bevel(0.0),
        cylinder(0.025, 0.36, [-0.18, 0.0, 0.42]).paint(SLATE).finish(Finish::Metal),
        cylinder(0.05, 0.09, [-0.18, 0.0, 0.78]).painted(Paint::State).finish(Finish::Light),
        cylinder(0.07, 0.07, [0.16, 0.0, 0.44]).paint(CHARCOAL),
    ]);
    model
}

/// A drone with four rotors.
fn drone() -> Model {
    let mut model = Model::default();
    let spin = model.drive(Drive::Spin { rate: 2.3 });
    for (x, y) in [(0.24, 0.24), (0.24, -0.24), (-0.24, 0.24), (-0.24, -0.24_f32)] {
        let rotor = model.turning(spin, [x, y, 0.2], [0.0, 0.0, 1.0], if x * y > 0.0 { 1.0 } else { -1.0 });
        model.add([
            block([0.34, 0.03, 0.03], [x / 2.0, y / 2.0, 0.15]).turned([0.0, 0.0, y.atan2(x)]).paint(SLATE),
            cylinder(0.035, 0.06, [x, y, 0.14]).paint(CHARCOAL),
            block([0.28, 0.025, 0.008], [x, y, 0.21]).paint(CHARCOAL).on(rotor),
        ]);
    }
    model.add([
        block([0.26, 0.18, 0.1], [0.0, 0.0, 0.16]).painted(Paint::Own).bevel(0.035),
        ball([0.045, 0.045, 0.045], [0.1, 0.0, 0.08]).paint(GLASS),
        block([0.02, 0.1, 0.025], [-0.13, 0.0, 0.17]).painted(Paint::State).finish(Finish::Light).bevel(0.0),
    ]);
    model
}

/// A head on a pole.
fn sensor() -> Model {
    Model::of([
        cylinder(0.16, 0.04, [0.0; 3]).paint(CHARCOAL),
        cylinder(0.03, 1.3, [0.0; 3]).paint(SLATE).finish(Finish::Metal),
        block([0.2, 0.16, 0.24], [0.0, 0.0, 1.4]).painted(Paint::Own),
        block([0.01, 0.1, 0.08], [0.1, 0.0, 1.42]).painted(Paint::State).finish(Finish::Light).bevel(0.0),
        cylinder(0.008, 0.22, [-0.06, 0.05, 1.5]).paint(CHARCOAL),
    ])
}

fn sphere(radius: f32) -> Model {
    Model::of([ball([radius; 3], [0.0, 0.0, radius]).painted(Paint::Own)])
}

/// Ground with a grid of lines, under all that has a place: its numbers are the corners.
fn ground(numbers: &[f32]) -> Model {
    const MARGIN: f32 = 6.0;
    const MOST_LINES: f32 = 120.0;
    let &[x0, y0, x1, y1] = numbers else { return Model::default() };
    let [x0, y0, x1, y1] = [x0 - MARGIN, y0 - MARGIN, x1 + MARGIN, y1 + MARGIN];
    let (middle, wide, deep) = ([(x0 + x1) / 2.0, (y0 + y1) / 2.0], x1 - x0, y1 - y0);
    let flat = |size: [f32; 2], x: f32, y: f32, z: f32, colour: u32| {
        patch(size, [x, y, z]).paint(Colour::hex(colour)).finish(Finish::Matte)
    };
    let mut model = Model::of([
        flat([wide + 400.0, deep + 400.0], middle[0], middle[1], -0.05, 0x7f9a6b),
        flat([wide, deep], middle[0], middle[1], 0.0, 0xb4b8b3),
    ]);
    // As fine as can be told apart: a metre, ten, a hundred.
    let mut step = 1.0;
    while wide.max(deep) / step > MOST_LINES {
        step *= 10.0;
    }
    let lines = |low: f32, high: f32| {
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        (first..=last).map(move |n| (n as f32 * step, if n % 10 == 0 { 0.06 } else { 0.025 } * step.sqrt()))
    };
    model.add(lines(x0, x1).map(|(x, line)| flat([line, deep], x, middle[1], 0.004, 0x9aa09b)));
    model.add(lines(y0, y1).map(|(y, line)| flat([wide, line], middle[0], y, 0.005, 0x9aa09b)));
    (model.role, model.casts_no_shadow) = (Role::Ground, true);
    model
}

/// The twins that have the look of no domain.
fn plain(world: &World) -> Vec<(ThingId, TwinId)> {
    let looks = world.resource::<Looks>();
    let is_plain = |entity| looks.of(world.entity(entity)).is_some_and(|look| look.name == LOOK.name);
    let twins = world.resource::<Directory>().twins().filter(|(_, entity, _)| is_plain(*entity));
    twins.map(|(twin, ..)| (ThingId::twin(twin), twin)).collect()
}

/// Whether some twin has the look of a domain, which then looks after the ground too.
fn has_domain(world: &World) -> bool {
    let looks = world.resource::<Looks>();
    let of_domain = |entity| looks.of(world.entity(entity)).is_some_and(|look| look.name != LOOK.name);
    world.resource::<Directory>().twins().any(|(_, entity, _)| of_domain(entity))
}

fn forms(world: &mut World) -> Vec<(ThingId, Form)> {
    let directory = world.resource::<Directory>();
    let form = |twin: TwinId| {
        let name = directory.name(twin);
        let kind = KINDS.iter().find(|kind| is_called(&name, kind.words)).map_or("block", |kind| kind.name);
        Form { name, look: LOOK.name.into(), model: kind.into(), numbers: Vec::new(), colour: TEAL, scale: 1.0 }
    };
    let twins = plain(world);
    let mut forms: Vec<(ThingId, Form)> = twins.iter().map(|(thing, twin)| (*thing, form(*twin))).collect();
    // Where no domain has built anything, there is at least ground to stand on.
    if !twins.is_empty() && !has_domain(world) {
        forms.push((ThingId::other(GROUND, 0), ground_form(world, &twins)));
    }
    forms
}

/// Ground that reaches as far as the twins are apart now, in steps so that it need not grow often.
fn ground_form(world: &World, twins: &[(ThingId, TwinId)]) -> Form {
    const STEP: f64 = 10.0;
    let directory = world.resource::<Directory>();
    let places = twins.iter().filter_map(|(_, twin)| world.entity(directory.entity(*twin)?).get::<Position>());
    let corners = places.fold([f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY], |corners, at| {
        [corners[0].min(at.x), corners[1].min(at.y), corners[2].max(at.x), corners[3].max(at.y)]
    });
    let [x0, y0, x1, y1] = corners.map(|corner| corner / STEP);
    let numbers = [x0.floor(), y0.floor(), x1.ceil(), y1.ceil()].map(|corner| (corner * STEP) as f32).to_vec();
    let (look, model) = (LOOK.name.into(), "ground".into());
    Form { name: "ground".into(), look, model, numbers, colour: WHITE, scale: 1.0 }
}

/// The part of its way on which a twin is; where nothing ticks, the whole of it, since nobody could say when the next begins.
fn section(clock: &Clock, travel: &Travel) -> Option<Section> {
    let section = travel.section(clock.now)?;
    let last = travel.legs.last()?;
    let whole = || Section {
        from: travel.from,
        to: last.to,
        since: travel.began,
        until: travel.began + Duration::from_seconds(travel.profile.duration()),
        speeds: [0.0; 2],
    };
    Some(if clock.tick.is_some() { section } else { whole() })
}

fn sight_of(clock: &Clock, position: &Position, travel: Option<&Travel>, life: Option<&Life>) -> Sight {
    let Position { x, y, z, heading } = *position;
    let single = |at: [f64; 3]| at.map(|part| part as f32);
    let motion = match travel.and_then(|travel| section(clock, travel)) {
        Some(Section { from, to, since, until, speeds }) => Motion::Goes {
            from: single(from),
            to: single(to),
            since,
            until,
            speeds: speeds.map(|speed| speed as f32),
            before: [libm::cos(heading) as f32, libm::sin(heading) as f32],
        },
        None => Motion::Stands { at: single([x, y, z]), heading: heading as f32 },
    };
    Sight { state: u8::from(life == Some(&Life::Suspended)), ..Sight::still(motion) }
}

fn looks(world: &mut World, _: bool) {
    let clock = *world.resource::<Clock>();
    let directory = world.resource::<Directory>();
    let sight = |twin: TwinId| {
        let parts = world.entity(directory.entity(twin)?);
        Some(sight_of(&clock, parts.get::<Position>()?, parts.get::<Travel>(), parts.get::<Life>()))
    };
    let mut sights: Vec<(ThingId, Sight)> =
        plain(world).into_iter().filter_map(|(thing, twin)| Some((thing, sight(twin)?))).collect();
    let mut told = world.resource_mut::<Sights>();
    let ground = ThingId::other(GROUND, 0);
    if told.lasting(ground).is_some() {
        sights.push((ground, Sight::still(Motion::stands(0.0, 0.0, 0.0))));
    }
    sights.into_iter().for_each(|(thing, sight)| told.look(clock.now, thing, &sight));
}

/// Whoever is put somewhere, or begins or ends its life. Whoever travels is looked at besides: it moves without saying so.
type MayHaveChanged = Or<(Changed<Position>, Changed<Life>, With<Travel>)>;

/// Where somebody is and where it goes, and whether that is news.
type Moving = (&'static TwinId, Ref<'static, Position>, Option<Ref<'static, Travel>>, Option<Ref<'static, Life>>);

/// Tells who has moved in this step.
pub(super) fn tell(mut sights: ResMut<Sights>, clock: Res<Clock>, moved: Query<Moving, MayHaveChanged>) {
    if !sights.is_watched() {
        return;
    }
    // What began since the last tick is news.
    let tick = clock.tick.map_or(Duration::ZERO, |tick| tick.every);
    for (&twin, position, travel, life) in &moved {
        let (travel, life) = (travel.as_ref(), life.as_ref());
        let turns =
            |travel: &Ref<Travel>| section(&clock, travel).is_some_and(|section| section.since + tick > clock.now);
        let is_news = position.is_changed()
            || life.is_some_and(Ref::is_changed)
            || travel.is_some_and(|travel| travel.is_changed() || turns(travel));
        let thing = ThingId::twin(twin);
        if is_news && sights.lasting(thing).is_some_and(|form| &*form.look == LOOK.name) {
            sights.look(
                clock.now,
                thing,
                &sight_of(&clock, &position, travel.map(|travel| &**travel), life.map(|life| &**life)),
            );
        }
    }
}
