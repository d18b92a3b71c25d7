//! A twin's card: what it is, does, consists of and has to do with.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::engine::time::{Duration, Time};
use crate::look::registry::{Look, ValueKind};
use crate::look::sight::ThingId;
use crate::twin::step::trace::Known;
use crate::viewer::eye::{Eye, Mode};
use crate::viewer::facts::{Fact, Facts, clock, facts, length};
use crate::viewer::history::Past;
use crate::viewer::play::Play;
use crate::viewer::stage::Stage;

use super::{Panels, choose, style};

/// How far back curves go: simulated time.
const WINDOW: Duration = Duration::from_secs(4 * 3600);
const WIDTH: f32 = 318.0;

/// The curves of the chosen thing, kept as long as they hold.
#[derive(Resource, Default)]
pub(super) struct Curves {
    of: Option<ThingId>,
    at: Time,
    pasts: Vec<Past>,
}

pub(super) fn show(
    mut contexts: EguiContexts,
    mut stage: ResMut<Stage>,
    mut play: ResMut<Play>,
    mut curves: ResMut<Curves>,
    mut panels: ResMut<Panels>,
    mut eye: Option<ResMut<Eye>>,
) -> Result {
    let context = contexts.ctx_mut()?.clone();
    let Some(chosen) = stage.chosen else { return Ok(()) };
    let Some(member) = stage.cast.find(chosen) else { return Ok(()) };
    let facts = facts(&stage, &play.source, member);
    let look = stage.looks.get(&member.form.look).copied();
    if let Err(error) = curves.refresh(chosen, stage.now, &mut play) {
        panels.trouble = Some(error);
    }
    let mut next = Some(chosen);
    let height = context.content_rect().height();
    egui::Area::new("card".into()).anchor(egui::Align2::RIGHT_TOP, [-14.0, 14.0]).show(&context, |ui| {
        style::card().show(ui, |ui| {
            ui.set_width(WIDTH);
            let controls = panels.has_controls;
            if head(ui, &facts, stage.now, controls) {
                next = None;
            }
            let area = egui::ScrollArea::vertical().max_height(height - 260.0).min_scrolled_height(height - 260.0);
            area.show(ui, |ui| {
                values(ui, &facts, &mut next);
                if let Some(look) = look {
                    curves.show(ui, &look, stage.now);
                }
                relations(ui, &facts, &mut next);
                reasons(ui, &play, chosen);
                deeds(ui, &play, chosen);
                parts(ui, &play, chosen);
            });
            if let Some(eye) = eye.as_mut().filter(|_| controls) {
                ui.separator();
                buttons(ui, eye, &stage, chosen);
            }
        });
    });
    if next != stage.chosen {
        choose(&mut stage, &mut play, next);
    }
    Ok(())
}

/// The name and the state. Returns whether the card is to be closed.
fn head(ui: &mut egui::Ui, facts: &Facts, now: Time, controls: bool) -> bool {
    let mut closes = false;
    ui.horizontal(|ui| {
        ui.heading(&facts.name);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            closes = controls && ui.button("×").on_hover_text("close (Esc)").clicked();
        });
    });
    ui.colored_label(style::FAINT, &facts.kind);
    if let Some(state) = &facts.state {
        ui.horizontal(|ui| {
            let (spot, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
            ui.painter().circle_filled(spot.center(), 5.5, style::colour(state.colour));
            ui.strong(state.name);
            ui.colored_label(style::FAINT, format!("for {}", length((now - state.since).seconds().max(0.0))));
        });
    }
    ui.add_space(2.0);
    closes
}

fn values(ui: &mut egui::Ui, facts: &Facts, next: &mut Option<ThingId>) {
    if facts.values.is_empty() {
        return;
    }
    egui::Grid::new("values").num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
        for (name, fact) in &facts.values {
            ui.colored_label(style::FAINT, *name);
            match fact {
                Fact::Text(text) => drop(ui.label(text)),
                Fact::Share(share) => {
                    let bar = egui::ProgressBar::new(*share).desired_width(150.0).desired_height(12.0);
                    ui.add(
                        bar.fill(style::ACCENT).text(egui::RichText::new(format!("{:.0} %", share * 100.0)).size(11.0)),
                    );
                }
                Fact::Thing(thing, name) => {
                    if ui.link(name).clicked() {
                        *next = Some(*thing);
                    }
                }
            }
            ui.end_row();
        }
    });
}

fn relations(ui: &mut egui::Ui, facts: &Facts, next: &mut Option<ThingId>) {
    if facts.relations.is_empty() {
        return;
    }
    title(ui, "RELATIONS");
    for (how, thing, name) in &facts.relations {
        ui.horizontal(|ui| {
            ui.colored_label(style::FAINT, *how);
            if ui.link(name).clicked() {
                *next = Some(*thing);
            }
        });
    }
    if facts.others > 0 {
        ui.colored_label(style::FAINT, format!("and {} more", facts.others));
    }
}

fn title(ui: &mut egui::Ui, text: &str) {
    ui.add_space(8.0);
    ui.label(egui::RichText::new(text).size(11.0).color(style::FAINT).strong());
}

/// What it does and why: what it weighs, perceives and believes now.
fn reasons(ui: &mut egui::Ui, play: &Play, chosen: ThingId) {
    let Some(intent) = play.intent_of(chosen) else { return };
    let Some(decision) = &intent.weighs else { return };
    title(ui, "DOES");
    let does = if decision.doing.is_empty() { "nothing".to_owned() } else { decision.doing.join("; ") };
    ui.strong(does);
    if let Some(turn) = &intent.turn {
        let wanted: Vec<String> = turn.wanted.iter().map(ToString::to_string).collect();
        ui.colored_label(style::FAINT, format!("decided {}: {}", clock(turn.at), wanted.join("; ")));
    }
    title(ui, "WHY");
    for weighed in &decision.weighed {
        ui.horizontal_wrapped(|ui| {
            let name = match weighed.score {
                // As many digits as tell scores apart.
                Some(score) => format!("{} ({})", weighed.name, (score * 1e3).round() / 1e3),
                None => weighed.name.clone(),
            };
            let colour = if weighed.is_possible { style::TEXT } else { style::FAINT };
            let name = egui::RichText::new(name).color(if weighed.is_chosen { style::ACCENT } else { colour });
            ui.label(if weighed.is_chosen { name.strong() } else { name });
            ui.colored_label(style::FAINT, &weighed.why);
        });
    }
    for (heading, is_belief) in [("PERCEIVES", false), ("BELIEVES", true)] {
        let known: Vec<&Known> = decision.known.iter().filter(|known| known.is_belief == is_belief).collect();
        if known.is_empty() {
            continue;
        }
        title(ui, heading);
        egui::Grid::new(heading).num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
            for known in known {
                ui.colored_label(style::FAINT, &known.name);
                ui.label(&known.value);
                ui.end_row();
            }
        });
    }
}

/// What it did before, and how that ended.
fn deeds(ui: &mut egui::Ui, play: &Play, chosen: ThingId) {
    let Some(intent) = play.intent_of(chosen).filter(|intent| !intent.over.is_empty()) else { return };
    title(ui, "DID");
    for (deed, end) in intent.over.iter().filter_map(|deed| Some((deed, deed.end.as_ref()?))) {
        ui.horizontal_wrapped(|ui| {
            ui.label(&deed.course);
            ui.colored_label(style::FAINT, format!("{} at {}", end.outcome.describe(), clock(end.at)));
        });
    }
}

/// What the twin consists of: as it is now, or for a record as it was at the start.
fn parts(ui: &mut egui::Ui, play: &Play, chosen: ThingId) {
    let Some((parts, note)) = play.parts_of(chosen) else { return };
    title(ui, note);
    for (name, value) in parts.iter() {
        egui::CollapsingHeader::new(name).id_salt((chosen, name)).show(ui, |ui| {
            let mut text = String::new();
            write(value, 0, &mut text);
            ui.add(egui::Label::new(egui::RichText::new(text.trim_end()).monospace()).wrap());
        });
    }
}

/// A value as indented lines.
fn write(value: &serde_json::Value, depth: usize, text: &mut String) {
    use serde_json::Value;
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                line(&format!("{indent}{name}"), value, depth, text);
            }
        }
        Value::Array(items) => {
            const MOST: usize = 12;
            items.iter().take(MOST).for_each(|item| line(&format!("{indent}-"), item, depth, text));
            if items.len() > MOST {
                *text += &format!("{indent}… {} more\n", items.len() - MOST);
            }
        }
        _ => *text += &format!("{indent}{}\n", plain(value)),
    }
}

fn line(name: &str, value: &serde_json::Value, depth: usize, text: &mut String) {
    use serde_json::Value;
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            *text += &format!("{name}\n");
            write(value, depth + 1, text);
        }
        Value::Array(items) if !items.is_empty() && items.iter().any(|item| item.is_object() || item.is_array()) => {
            *text += &format!("{name}\n");
            write(value, depth + 1, text);
        }
        _ => *text += &format!("{name} {}\n", plain(value)),
    }
}

fn plain(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(_) => "–".to_owned(),
        other => other.to_string(),
    }
}

fn buttons(ui: &mut egui::Ui, eye: &mut Eye, stage: &Stage, chosen: ThingId) {
    ui.horizontal(|ui| {
        let follows = eye.mode() == Mode::Follow(chosen);
        if ui.selectable_label(follows, "follow").on_hover_text("F").clicked() {
            eye.set_mode(if follows { Mode::Orbit } else { Mode::Follow(chosen) });
        }
        let place = stage.cast.number(chosen).and_then(|number| stage.placed(number));
        if let Some(placed) = place
            && ui.button("go there").on_hover_text("G").clicked()
        {
            eye.look_at(Vec3::from(placed.pose.at) + Vec3::Z * 0.8);
        }
    });
}

impl Curves {
    /// Reads the past anew, if it no longer holds.
    fn refresh(&mut self, chosen: ThingId, now: Time, play: &mut Play) -> std::result::Result<(), String> {
        let stale = self.of != Some(chosen) || (now - self.at).seconds().abs() > 1.0;
        if stale {
            (self.of, self.at) = (Some(chosen), now);
            let since = Time::from_nanos(now.nanos().saturating_sub(WINDOW.nanos()));
            self.pasts = play.source.history(chosen, since).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn show(&self, ui: &mut egui::Ui, look: &Look, now: Time) {
        let Some(first) = self.pasts.first() else { return };
        let from = now.seconds() - WINDOW.seconds().min((now - first.at).seconds()).max(1.0);
        let span = [from, now.seconds().max(from + 1.0)];
        title(ui, &format!("LAST {}", length(span[1] - span[0]).to_uppercase()));
        if look.states.len() > 1 {
            self.band(ui, look, span);
        }
        for (place, value) in look.values.iter().enumerate() {
            if matches!(value.kind, ValueKind::Count | ValueKind::Share) {
                self.curve(ui, value.name, place, span);
            }
        }
    }

    /// Each look with the time until the next.
    fn stretches(&self, [from, to]: [f64; 2]) -> impl Iterator<Item = (f64, f64, &Past)> {
        let ends = self.pasts.iter().skip(1).map(|past| past.at.seconds()).chain([to]);
        let all = self.pasts.iter().zip(ends).map(|(past, end)| (past.at.seconds(), end, past));
        all.filter(move |(_, end, _)| *end >= from).map(move |(begin, end, past)| (begin.max(from), end.min(to), past))
    }

    /// Each state with the time until another.
    fn states(&self, span: [f64; 2]) -> Vec<(f64, f64, u8)> {
        let mut states: Vec<(f64, f64, u8)> = Vec::new();
        for (begin, end, past) in self.stretches(span) {
            match states.last_mut() {
                Some((_, last, state)) if *state == past.state => *last = end,
                _ => states.push((begin, end, past.state)),
            }
        }
        states
    }

    /// The states as a band of their colours.
    fn band(&self, ui: &mut egui::Ui, look: &Look, span: [f64; 2]) {
        let (area, response) = ui.allocate_exact_size(egui::vec2(WIDTH - 12.0, 18.0), egui::Sense::hover());
        let at = |time: f64| area.left() + ((time - span[0]) / (span[1] - span[0])) as f32 * area.width();
        ui.painter().rect_filled(area, 3.0, style::BUTTON);
        for (begin, end, state) in self.states(span) {
            let Some(state) = look.states.get(state as usize) else { continue };
            let piece = egui::Rect::from_x_y_ranges(at(begin)..=at(end).max(at(begin) + 0.5), area.y_range());
            ui.painter().rect_filled(piece, 0.0, style::colour(state.colour));
        }
        if let Some(pointer) = response.hover_pos() {
            let time = span[0] + f64::from((pointer.x - area.left()) / area.width()) * (span[1] - span[0]);
            let there = self.stretches(span).find(|(begin, end, _)| (*begin..=*end).contains(&time));
            let state = there.and_then(|(_, _, past)| look.states.get(past.state as usize));
            let name = state.map_or("", |state| state.name);
            response.on_hover_text(format!("{name} at {}", clock(Time::from_nanos((time * 1e9) as i64))));
        }
    }

    /// A value as a stepped curve.
    fn curve(&self, ui: &mut egui::Ui, name: &str, place: usize, span: [f64; 2]) {
        let known = || self.stretches(span).filter(|(_, _, past)| past.values[place].is_finite());
        let low = known().map(|(_, _, past)| past.values[place]).fold(f32::INFINITY, f32::min);
        let high = known().map(|(_, _, past)| past.values[place]).fold(f32::NEG_INFINITY, f32::max);
        if low >= high {
            return;
        }
        ui.horizontal(|ui| {
            let (area, _) = ui.allocate_exact_size(egui::vec2(WIDTH - 96.0, 26.0), egui::Sense::hover());
            let x = |time: f64| area.left() + ((time - span[0]) / (span[1] - span[0])) as f32 * area.width();
            let y = |value: f32| area.bottom() - 2.0 - (value - low) / (high - low) * (area.height() - 4.0);
            let points: Vec<egui::Pos2> = known()
                .flat_map(|(begin, end, past)| [begin, end].map(|time| egui::pos2(x(time), y(past.values[place]))))
                .collect();
            ui.painter().line_segment([area.left_bottom(), area.right_bottom()], egui::Stroke::new(1.0, style::LINE));
            ui.painter().add(egui::Shape::line(points, egui::Stroke::new(1.4, style::ACCENT)));
            ui.label(egui::RichText::new(name).size(12.0).color(style::FAINT));
        });
    }
}
