//! The eye: how one moves through the world with mouse, trackpad and keys.

use bevy::input::gestures::PinchGesture;
use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy_egui::input::EguiWantsInput;

use crate::look::sight::ThingId;

use super::camera::{FIELD, View};
use super::draw::turn_up;
use super::stage::Stage;

/// How one looks at the world.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Mode {
    /// Round a point.
    #[default]
    Orbit,
    /// Anywhere, like a bird.
    Fly,
    /// On the floor, like a person.
    Walk,
    /// From straight above.
    Top,
    /// Behind a thing, wherever it goes.
    Follow(ThingId),
}

impl Mode {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Orbit => "orbit",
            Mode::Fly => "fly",
            Mode::Walk => "walk",
            Mode::Top => "top",
            Mode::Follow(_) => "follow",
        }
    }
}

/// How high the eyes of somebody are who walks: metres.
const EYES: f32 = 1.68;
/// How quickly the eye comes to where it wants to be: one over seconds.
const QUICKNESS: f32 = 9.0;
/// A press that moves by less than this is a click: pixels.
const CLICK: f32 = 4.0;

/// Where the eye is: so far from a point, in a direction from it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stand {
    /// The point, in the frame of the world.
    target: Vec3,
    /// Metres.
    distance: f32,
    /// From the point to the eye: radians, counter-clockwise from east.
    yaw: f32,
    /// Above the horizon: radians.
    pitch: f32,
}

impl Stand {
    fn of(view: View) -> Stand {
        let (from, to) = (Vec3::from(view.from), Vec3::from(view.to));
        let back = from - to;
        let distance = back.length().max(0.1);
        Stand { target: to, distance, yaw: back.y.atan2(back.x), pitch: (back.z / distance).clamp(-1.0, 1.0).asin() }
    }

    fn back(&self) -> Vec3 {
        let (sin, cos) = self.yaw.sin_cos();
        Vec3::new(cos * self.pitch.cos(), sin * self.pitch.cos(), self.pitch.sin())
    }

    fn view(&self) -> View {
        let from = self.target + self.back() * self.distance;
        let to = if self.distance < 0.05 { from - self.back() } else { self.target };
        View { from: from.to_array(), to: to.to_array() }
    }

    fn towards(&self, goal: &Stand, share: f32) -> Stand {
        let mix = |a: f32, b: f32| a + (b - a) * share;
        Stand {
            target: self.target.lerp(goal.target, share),
            distance: mix(self.distance, goal.distance),
            yaw: self.yaw + crate::look::motion::turn(goal.yaw - self.yaw) * share,
            pitch: mix(self.pitch, goal.pitch),
        }
    }
}

/// The eye of whoever watches.
#[derive(Resource)]
pub struct Eye {
    mode: Mode,
    goal: Stand,
    shown: Stand,
    /// How far the pointer has moved since the button was pressed.
    dragged: f32,
    /// Where it was let go in the last frame, without having been dragged.
    released: Option<Vec2>,
    /// Where the world was clicked.
    pub clicked: Option<Vec2>,
}

/// Moves the eye.
pub struct EyePlugin;

/// Systems that move the eye, before others use where it is.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub struct MoveEye;

impl Plugin for EyePlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, (press, steer, follow, glide).chain().in_set(MoveEye));
    }
}

impl Eye {
    /// An eye with a view.
    pub fn new(view: View) -> Eye {
        let stand = Stand::of(view);
        Eye { mode: Mode::Orbit, goal: stand, shown: stand, dragged: 0.0, released: None, clicked: None }
    }

    /// How one looks.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What is seen now.
    pub fn view(&self) -> View {
        self.shown.view()
    }

    /// Goes to a view.
    pub fn go(&mut self, view: View) {
        self.mode = Mode::Orbit;
        self.goal = Stand::of(view);
    }

    /// Looks at a point from not too far away.
    pub fn look_at(&mut self, point: Vec3) {
        if matches!(self.mode, Mode::Fly | Mode::Walk) {
            self.set_mode(Mode::Orbit);
        }
        self.goal.target = point;
        self.goal.distance = self.goal.distance.min(16.0);
    }

    /// Looks in another way from about where the eye is.
    pub fn set_mode(&mut self, mode: Mode) {
        let was_inside = matches!(self.mode, Mode::Fly | Mode::Walk);
        let is_inside = matches!(mode, Mode::Fly | Mode::Walk);
        let eye = Vec3::from(self.goal.view().from);
        match (was_inside, is_inside) {
            (false, true) => {
                self.goal.target = eye;
                self.goal.distance = 0.0;
                self.shown = Stand { target: Vec3::from(self.shown.view().from), distance: 0.0, ..self.shown };
            }
            (true, false) => {
                // Round a point some way ahead.
                self.goal.distance = 18.0;
                self.goal.target = eye - self.goal.back() * 18.0;
                self.goal.target.z = self.goal.target.z.max(0.0);
                self.shown = self.goal;
            }
            _ => {}
        }
        match mode {
            Mode::Top => {
                self.goal.distance = self.goal.distance.max(12.0);
                (self.goal.pitch, self.goal.yaw) = (1.55, -std::f32::consts::FRAC_PI_2);
            }
            Mode::Walk => {
                self.goal.target.z = EYES;
                self.goal.pitch = self.goal.pitch.clamp(-0.3, 0.3);
            }
            Mode::Follow(_) => {
                self.goal.distance = self.goal.distance.min(11.0);
                self.goal.pitch = self.goal.pitch.clamp(0.25, 0.7);
            }
            Mode::Orbit if self.mode == Mode::Top => self.goal.pitch = 0.7,
            Mode::Orbit | Mode::Fly => {}
        }
        self.mode = mode;
    }

    /// Turns: by angles of what is seen.
    fn turn(&mut self, by: Vec2) {
        let inside = matches!(self.mode, Mode::Fly | Mode::Walk);
        // Round a point the world follows the pointer; inside it the eye does.
        let way = if inside { 0.6 } else { 1.0 };
        self.goal.yaw -= by.x * way;
        self.goal.pitch = match self.mode {
            Mode::Top => self.goal.pitch,
            Mode::Fly | Mode::Walk => (self.goal.pitch + by.y * way).clamp(-1.45, 1.45),
            Mode::Orbit | Mode::Follow(_) => (self.goal.pitch + by.y * way).clamp(0.02, 1.55),
        };
    }

    /// Moves sideways and up the screen, or ahead.
    fn slide(&mut self, right: f32, up: f32) {
        if matches!(self.mode, Mode::Follow(_)) {
            self.set_mode(Mode::Orbit);
        }
        let (sin, cos) = self.goal.yaw.sin_cos();
        self.goal.target += Vec3::new(-sin, cos, 0.0) * right + Vec3::new(-cos, -sin, 0.0) * up;
    }

    /// Nearer (above 0) or farther.
    fn zoom(&mut self, by: f32) {
        match self.mode {
            Mode::Fly | Mode::Walk => {
                let ahead = -self.goal.back() * by * 6.0;
                self.goal.target += if self.mode == Mode::Walk { ahead.with_z(0.0) } else { ahead };
            }
            _ => self.goal.distance = (self.goal.distance * (-by).exp()).clamp(1.2, 12_000.0),
        }
    }
}

/// Notes clicks.
fn press(
    mut eye: ResMut<Eye>,
    buttons: Res<ButtonInput<MouseButton>>,
    motion: Res<AccumulatedMouseMotion>,
    windows: Query<&Window>,
    wants: Res<EguiWantsInput>,
) {
    // Only now have the cards seen where the pointer was: in a slow frame it moves, presses and lets go at once.
    eye.clicked = eye.released.take().filter(|_| !wants.wants_any_pointer_input());
    if buttons.just_pressed(MouseButton::Left) {
        // A press on a card is none on the world.
        eye.dragged = if wants.wants_any_pointer_input() { f32::INFINITY } else { 0.0 };
    }
    if buttons.pressed(MouseButton::Left) {
        eye.dragged += motion.delta.length();
    }
    if buttons.just_released(MouseButton::Left) && eye.dragged < CLICK {
        eye.released = windows.iter().next().and_then(Window::cursor_position);
    }
}

/// Moves by mouse, trackpad and keys.
#[expect(clippy::too_many_arguments, reason = "each is a way to move")]
fn steer(
    mut eye: ResMut<Eye>,
    buttons: Res<ButtonInput<MouseButton>>,
    keys: Res<ButtonInput<KeyCode>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    mut pinches: MessageReader<PinchGesture>,
    time: Res<Time>,
    wants: Res<EguiWantsInput>,
) {
    let shift = keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    let on_world = !wants.wants_any_pointer_input();
    if on_world || eye.dragged.is_finite() {
        let (left, right) = (buttons.pressed(MouseButton::Left), buttons.pressed(MouseButton::Right));
        let pans = right || buttons.pressed(MouseButton::Middle) || (left && (shift || eye.mode == Mode::Top));
        let by = motion.delta;
        if pans {
            let reach = (eye.goal.distance * FIELD).max(3.0) / 800.0;
            eye.slide(-by.x * reach, by.y * reach);
        } else if left && eye.dragged >= CLICK && eye.dragged.is_finite() {
            eye.turn(by * 0.006);
        }
    }
    if on_world {
        let notches = match scroll.unit {
            MouseScrollUnit::Line => scroll.delta.y * 0.14,
            MouseScrollUnit::Pixel => scroll.delta.y * 0.004,
        };
        if notches != 0.0 {
            eye.zoom(notches);
        }
        pinches.read().for_each(|pinch| eye.zoom(pinch.0));
    }
    if !wants.wants_any_keyboard_input() {
        by_keys(&mut eye, &keys, time.delta_secs(), shift);
    }
}

fn by_keys(eye: &mut Eye, keys: &ButtonInput<KeyCode>, seconds: f32, shift: bool) {
    let down = |a: KeyCode, b: KeyCode| f32::from(u8::from(keys.any_pressed([a, b])));
    let ahead = down(KeyCode::KeyW, KeyCode::ArrowUp) - down(KeyCode::KeyS, KeyCode::ArrowDown);
    let right = down(KeyCode::KeyD, KeyCode::ArrowRight) - down(KeyCode::KeyA, KeyCode::ArrowLeft);
    let up = down(KeyCode::KeyE, KeyCode::PageUp) - down(KeyCode::KeyQ, KeyCode::PageDown);
    let hurry = if shift { 3.0 } else { 1.0 };
    let speed = match eye.mode {
        Mode::Walk => 2.4,
        Mode::Fly => 9.0,
        _ => eye.goal.distance.max(4.0) * 0.7,
    };
    let step = speed * hurry * seconds;
    if ahead != 0.0 || right != 0.0 {
        eye.slide(right * step, ahead * step);
    }
    match eye.mode {
        Mode::Fly => eye.goal.target.z = (eye.goal.target.z + up * step).max(0.3),
        Mode::Walk => {}
        _ if up != 0.0 => eye.zoom(-up * seconds * hurry),
        _ => {}
    }
}

/// Stays behind whom it follows.
fn follow(mut eye: ResMut<Eye>, stage: Res<Stage>) {
    let Mode::Follow(thing) = eye.mode else { return };
    match stage.cast.number(thing).and_then(|number| stage.placed(number)) {
        Some(placed) => eye.goal.target = Vec3::from(placed.pose.at) + Vec3::Z * 0.6,
        None => eye.set_mode(Mode::Orbit),
    }
}

/// Comes softly to where it wants to be.
fn glide(mut eye: ResMut<Eye>, time: Res<Time>, mut cameras: Query<&mut Transform, With<Camera3d>>) {
    let share = 1.0 - (-QUICKNESS * time.delta_secs().min(0.1)).exp();
    eye.shown = eye.shown.towards(&eye.goal, share);
    let place = eye.view().transform();
    cameras.iter_mut().for_each(|mut camera| *camera = place);
}

/// The thing that is seen at a point of the screen.
pub fn pick(stage: &Stage, ray: Ray3d) -> Option<ThingId> {
    let hits = stage.cast.iter().filter(|(number, _)| stage.is_asked(*number)).filter_map(|(number, member)| {
        let placed = stage.placed(number)?;
        let [low, high] = stage.bounds(number)?;
        // In the frame of the thing: the screen's y is up, and the heading turns about it.
        let turn = Quat::from_rotation_y(-placed.pose.heading);
        let origin = turn * (ray.origin - turn_up(placed.pose.at));
        let way = turn * *ray.direction;
        let (low, high) = (turn_up(low.to_array()), turn_up(high.to_array()));
        let (low, high) = (low.min(high), low.max(high));
        Some((distance(origin, way, low, high)?, member.id))
    });
    hits.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, thing)| thing)
}

/// How far along a ray a box begins, if it meets it.
fn distance(origin: Vec3, way: Vec3, low: Vec3, high: Vec3) -> Option<f32> {
    let (a, b) = ((low - origin) / way, (high - origin) / way);
    let (near, far) = (a.min(b).max_element(), a.max(b).min_element());
    (near <= far && far > 0.0).then_some(near.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_kept_by_the_eye() {
        let view = View { from: [10.0, -20.0, 15.0], to: [1.0, 2.0, 0.5] };
        let seen = Eye::new(view).view();
        let apart = |a: [f32; 3], b: [f32; 3]| Vec3::from(a).distance(Vec3::from(b));
        assert!(apart(seen.from, view.from) < 1e-3 && apart(seen.to, view.to) < 1e-3, "{seen:?}");
    }

    #[test]
    fn from_one_way_of_looking_to_another_the_eye_stays_where_it_is() {
        let mut eye = Eye::new(View { from: [10.0, -20.0, 15.0], to: [1.0, 2.0, 0.5] });
        let before = Vec3::from(eye.goal.view().from);
        eye.set_mode(Mode::Fly);
        assert!(Vec3::from(eye.goal.view().from).distance(before) < 1e-3);
        eye.set_mode(Mode::Walk);
        assert!((eye.goal.view().from[2] - EYES).abs() < 1e-6);
    }

    #[test]
    fn a_ray_meets_a_box_where_it_begins() {
        let met = distance(Vec3::new(-5.0, 0.5, 0.5), Vec3::X, Vec3::ZERO, Vec3::ONE);
        assert_eq!(met, Some(5.0));
        assert_eq!(distance(Vec3::new(-5.0, 2.5, 0.5), Vec3::X, Vec3::ZERO, Vec3::ONE), None);
        assert_eq!(distance(Vec3::new(5.0, 0.5, 0.5), Vec3::X, Vec3::ZERO, Vec3::ONE), None);
    }
}
