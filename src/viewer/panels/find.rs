//! Search by name, and the ways to look.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::look::sight::ThingId;
use crate::viewer::eye::{Eye, Mode};
use crate::viewer::play::Play;
use crate::viewer::stage::Stage;

use super::{Panels, choose, style};

/// The most finds that are shown.
const MOST: usize = 9;

pub(super) fn show(
    mut contexts: EguiContexts,
    mut panels: ResMut<Panels>,
    mut stage: ResMut<Stage>,
    mut play: ResMut<Play>,
    eye: Option<ResMut<Eye>>,
) -> Result {
    let Some(mut eye) = eye.filter(|_| panels.has_controls) else { return Ok(()) };
    let context = contexts.ctx_mut()?.clone();
    egui::Area::new("find".into()).anchor(egui::Align2::LEFT_TOP, [14.0, 14.0]).show(&context, |ui| {
        style::card().show(ui, |ui| {
            ui.set_width(250.0);
            ui.label(egui::RichText::new(&play.title).size(17.0).strong());
            let field = egui::TextEdit::singleline(&mut panels.search)
                .hint_text("find a twin  ( / )")
                .desired_width(f32::INFINITY);
            let response = ui.add(field);
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let entered = std::mem::take(&mut panels.search_entered) || entered;
            if std::mem::take(&mut panels.focus_search) && !entered {
                response.request_focus();
            }
            let finds = find(&stage, &panels.search);
            let mut taken = finds.first().filter(|_| entered).map(|(thing, ..)| *thing);
            for (thing, name, kind) in &finds {
                ui.horizontal(|ui| {
                    if ui.link(name).clicked() {
                        taken = Some(*thing);
                    }
                    ui.colored_label(style::FAINT, kind);
                });
            }
            if finds.is_empty() && !panels.search.trim().is_empty() {
                ui.colored_label(style::FAINT, "nobody is called so");
            }
            if let Some(thing) = taken {
                panels.search.clear();
                choose(&mut stage, &mut play, Some(thing));
                if let Some(placed) = stage.cast.number(thing).and_then(|number| stage.placed(number)) {
                    eye.look_at(Vec3::from(placed.pose.at) + Vec3::Z * 0.8);
                }
            }
            ui.horizontal_wrapped(|ui| {
                for (mode, key) in [(Mode::Orbit, "1"), (Mode::Fly, "2"), (Mode::Walk, "3"), (Mode::Top, "4")] {
                    if ui.selectable_label(eye.mode() == mode, mode.name()).on_hover_text(key).clicked() {
                        eye.set_mode(mode);
                    }
                }
                if let Mode::Follow(thing) = eye.mode() {
                    let name = stage.cast.find(thing).map(|member| member.form.name.to_string()).unwrap_or_default();
                    ui.colored_label(style::ACCENT, format!("follows {name}"));
                }
            });
            ui.horizontal_wrapped(|ui| {
                for (name, view) in play.views.clone() {
                    if ui.small_button(&name).clicked() {
                        eye.go(view);
                    }
                }
                if ui.small_button("help").on_hover_text("H").clicked() {
                    panels.help = !panels.help;
                }
            });
        });
    });
    Ok(())
}

/// Those whose name has what is searched for: first those that begin with it.
fn find(stage: &Stage, search: &str) -> Vec<(ThingId, String, String)> {
    let search = search.trim().to_lowercase();
    if search.is_empty() {
        return Vec::new();
    }
    let named = stage.cast.iter().filter(|(number, _)| stage.is_asked(*number));
    let mut finds: Vec<_> = named
        .filter_map(|(_, member)| {
            let name = member.form.name.to_lowercase();
            let place = name.find(&search)?;
            Some(((place, name.len(), name), member.id, member.form.name.to_string(), member.form.look.to_string()))
        })
        .collect();
    finds.sort();
    finds.into_iter().take(MOST).map(|(_, thing, name, kind)| (thing, name, kind)).collect()
}
