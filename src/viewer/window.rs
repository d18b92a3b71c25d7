//! The viewer in a window.

use bevy::input::keyboard::KeyboardInput;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, save_to_disk};
use bevy::window::{PrimaryWindow, WindowResolution};
use bevy_egui::PrimaryEguiContext;
use bevy_egui::input::EguiWantsInput;
use wgpu::Backends;

use crate::engine::time::Duration;
use crate::look::sight::ThingId;

use super::camera::View;
use super::draw::DrawPlugin;
use super::eye::{Eye, EyePlugin, Mode, MoveEye, pick};
use super::facts::facts;
use super::light::{self, LightPlugin};
use super::machine;
use super::panels::{Panels, PanelsPlugin, choose};
use super::picture::eye;
use super::play::{Play, PlayPlugin};
use super::stage::{Stage, StagePlugin};

/// How the window opens.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its width and height.
    pub size: [u32; 2],
    /// Whether what the card says is also printed, for those who read instead of look.
    pub echo: bool,
    /// Where one looks from at first; without it, all is seen.
    pub view: Option<View>,
    /// What to draw with.
    pub backends: Backends,
}

/// Opens a window and plays, until it is closed.
pub fn open(play: Play, stage: Stage, options: &Options) {
    let [width, height] = options.size;
    let window = Window {
        title: format!("{} - Autotwin", play.title),
        resolution: WindowResolution::new(width, height),
        ..default()
    };
    let mut app = App::new();
    let windows = WindowPlugin { primary_window: Some(window), ..default() };
    app.add_plugins(DefaultPlugins.set(windows).set(machine::renderer(options.backends)))
        .add_plugins((DrawPlugin, StagePlugin, LightPlugin, PlayPlugin, PanelsPlugin, EyePlugin))
        .insert_resource(play)
        .insert_resource(stage)
        .insert_resource(Eye::new(options.view.unwrap_or(View { from: [30.0, -40.0, 30.0], to: [0.0, 0.0, 0.0] })))
        .insert_resource(Start { view: options.view })
        .add_systems(Startup, look)
        .add_systems(Update, (see_all, point, keys).chain().after(MoveEye));
    if options.echo {
        app.init_resource::<Echo>().add_systems(Update, echo.after(keys));
    }
    app.run();
}

/// What is seen at first.
#[derive(Resource)]
struct Start {
    view: Option<View>,
}

fn look(mut commands: Commands, mut images: ResMut<Assets<Image>>) {
    commands.spawn((eye(), light::sky_light(&mut images), PrimaryEguiContext));
}

fn aspect(windows: &Query<&Window, With<PrimaryWindow>>) -> f32 {
    windows.iter().next().map_or(1.6, |window| window.width() / window.height().max(1.0))
}

/// Once there is something on stage, all of it is seen.
fn see_all(
    mut start: ResMut<Start>,
    mut eye: ResMut<Eye>,
    mut play: ResMut<Play>,
    stage: Res<Stage>,
    windows: Query<&Window, With<PrimaryWindow>>,
) {
    if stage.extent().is_some() && !play.views.iter().any(|(name, _)| name == "overview") {
        let aspect = aspect(&windows);
        let overview = View::overview(&stage, aspect);
        play.views.insert(0, ("overview".to_owned(), overview));
        if start.view.is_none() {
            *eye = Eye::new(overview);
        }
        start.view = Some(overview);
    }
}

/// Points out what is under the pointer, and chooses what is clicked.
fn point(
    mut stage: ResMut<Stage>,
    mut play: ResMut<Play>,
    mut panels: ResMut<Panels>,
    eye: Res<Eye>,
    windows: Query<&Window, With<PrimaryWindow>>,
    cameras: Query<(&Camera, &GlobalTransform), With<Camera3d>>,
    wants: Res<EguiWantsInput>,
) {
    let Some((camera, place)) = cameras.iter().next() else { return };
    let under = |at: Vec2| camera.viewport_to_world(place, at).ok().and_then(|ray| pick(&stage, ray));
    let pointer = windows.iter().next().and_then(Window::cursor_position).filter(|_| !wants.wants_any_pointer_input());
    panels.hovered = pointer.and_then(under);
    if let Some(at) = eye.clicked {
        let thing = under(at);
        choose(&mut stage, &mut play, thing);
    }
}

/// Does what keys ask for.
#[expect(clippy::too_many_arguments, reason = "keys ask for all kinds of things")]
fn keys(
    mut keys: MessageReader<KeyboardInput>,
    wants: Res<EguiWantsInput>,
    mut stage: ResMut<Stage>,
    mut play: ResMut<Play>,
    mut panels: ResMut<Panels>,
    mut eye: ResMut<Eye>,
    windows: Query<&Window, With<PrimaryWindow>>,
    mut commands: Commands,
) {
    if wants.wants_any_keyboard_input() {
        keys.clear();
        return;
    }
    let mut pressed = keys.read().filter(|key| key.state.is_pressed() && !key.repeat);
    while let Some(key) = pressed.next() {
        match &key.key_code {
            KeyCode::Space => play.toggle(),
            KeyCode::Period => play.source.step(),
            KeyCode::Equal | KeyCode::NumpadAdd => play.change_speed(1),
            KeyCode::Minus | KeyCode::NumpadSubtract => play.change_speed(-1),
            KeyCode::BracketLeft | KeyCode::BracketRight if play.source.is_recorded() => {
                let hour = Duration::from_secs(if key.key_code == KeyCode::BracketLeft { -3600 } else { 3600 });
                let to = stage.now + hour;
                play.source.seek(to);
            }
            // What is typed right behind it, in a frame that takes long, is searched for too.
            KeyCode::Slash => {
                panels.search.clear();
                panels.focus_search = true;
                for key in pressed.by_ref() {
                    let typed = key.text.as_deref().unwrap_or_default();
                    panels.search.extend(typed.chars().filter(|letter| !letter.is_control()));
                    panels.search_entered |= matches!(key.key_code, KeyCode::Enter | KeyCode::NumpadEnter);
                }
            }
            KeyCode::KeyH | KeyCode::F1 => panels.help = !panels.help,
            KeyCode::KeyL => panels.labels = !panels.labels,
            KeyCode::KeyN => stage.next_map(),
            KeyCode::KeyM => panels.messages = !panels.messages,
            KeyCode::KeyP => {
                let name = format!("autotwin-{}.png", stage.now.nanos() / 1_000_000_000);
                commands.spawn(Screenshot::primary_window()).observe(save_to_disk(name));
            }
            KeyCode::Escape if panels.help => panels.help = false,
            KeyCode::Escape => {
                if matches!(eye.mode(), Mode::Follow(_)) {
                    eye.set_mode(Mode::Orbit);
                }
                choose(&mut stage, &mut play, None);
            }
            KeyCode::KeyF => match (eye.mode(), stage.chosen) {
                (Mode::Follow(_), _) => eye.set_mode(Mode::Orbit),
                (_, Some(thing)) => eye.set_mode(Mode::Follow(thing)),
                _ => {}
            },
            KeyCode::KeyG => {
                let number = stage.chosen.and_then(|thing| stage.cast.number(thing));
                if let Some(placed) = number.and_then(|number| stage.placed(number)) {
                    eye.look_at(Vec3::from(placed.pose.at) + Vec3::Z * 0.8);
                }
            }
            // The same one in the other of two worlds, and the eye goes there as it is.
            KeyCode::KeyB => {
                let other = stage.chosen.map(ThingId::counterpart).filter(|other| stage.cast.find(*other).is_some());
                if let Some(other) = other {
                    choose(&mut stage, &mut play, Some(other));
                    let number = stage.cast.number(other);
                    if let Some(placed) = number.and_then(|number| stage.placed(number)) {
                        eye.look_at(Vec3::from(placed.pose.at) + Vec3::Z * 0.8);
                    }
                }
            }
            KeyCode::Digit1 => eye.set_mode(Mode::Orbit),
            KeyCode::Digit2 => eye.set_mode(Mode::Fly),
            KeyCode::Digit3 => eye.set_mode(Mode::Walk),
            KeyCode::Digit4 => eye.set_mode(Mode::Top),
            KeyCode::Digit0 | KeyCode::Home => eye.go(View::overview(&stage, aspect(&windows))),
            KeyCode::Digit6 | KeyCode::Digit7 | KeyCode::Digit8 | KeyCode::Digit9 => {
                let number = match key.key_code {
                    KeyCode::Digit6 => 1,
                    KeyCode::Digit7 => 2,
                    KeyCode::Digit8 => 3,
                    _ => 4,
                };
                if let Some((_, view)) = play.views.get(number) {
                    eye.go(*view);
                }
            }
            _ => {}
        }
    }
}

/// What was printed last.
#[derive(Resource, Default)]
struct Echo {
    lines: Vec<String>,
    chosen: Option<ThingId>,
}

/// Prints what the card says, whenever it says something else than before.
fn echo(mut echo: ResMut<Echo>, stage: Res<Stage>, play: Res<Play>, eye: Res<Eye>) {
    let mut lines = vec![format!("speed: {:?}, eye: {}", play.source.speed(), eye.mode().name())];
    let member = stage.chosen.and_then(|chosen| stage.cast.find(chosen));
    let card = member.map(|member| facts(&stage, &play.source, member));
    lines.extend(card.iter().flat_map(super::facts::Facts::lines));
    if lines != echo.lines || stage.chosen != echo.chosen {
        println!("[{}] {}", super::facts::clock(stage.now), lines.join(" | "));
        *echo = Echo { lines, chosen: stage.chosen };
    }
}
