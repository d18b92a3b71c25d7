//! The line of time.

use bevy::prelude::*;
use bevy_egui::{EguiContexts, egui};

use crate::engine::time::{Duration, Time};
use crate::record::track::Mark;
use crate::viewer::facts::{clock, length};
use crate::viewer::play::{Play, SPEEDS};
use crate::viewer::source::Speed;
use crate::viewer::stage::Stage;

use super::{Panels, choose, style};

pub(super) fn show(
    mut contexts: EguiContexts,
    mut play: ResMut<Play>,
    mut stage: ResMut<Stage>,
    panels: Res<Panels>,
) -> Result {
    if !panels.has_controls {
        return Ok(());
    }
    let context = contexts.ctx_mut()?.clone();
    let width = (context.content_rect().width() - 60.0).min(1100.0);
    egui::Area::new("time".into()).anchor(egui::Align2::CENTER_BOTTOM, [0.0, -14.0]).show(&context, |ui| {
        style::card().show(ui, |ui| {
            ui.set_width(width);
            ui.horizontal(|ui| buttons(ui, &mut play, stage.now));
            line(ui, &mut play, &mut stage);
        });
    });
    if let Some(trouble) = &panels.trouble {
        egui::Area::new("trouble".into()).anchor(egui::Align2::CENTER_TOP, [0.0, 14.0]).show(&context, |ui| {
            style::card().show(ui, |ui| ui.colored_label(style::ALARM, trouble));
        });
    }
    Ok(())
}

fn buttons(ui: &mut egui::Ui, play: &mut Play, now: Time) {
    let paused = play.source.speed() == Speed::Paused;
    let sign = if paused { "▶" } else { "⏸" };
    let size = egui::vec2(38.0, 28.0);
    if ui.add(egui::Button::new(sign).min_size(size)).on_hover_text("go on or stand still (space)").clicked() {
        play.toggle();
    }
    if ui.add(egui::Button::new("⏭").min_size(size)).on_hover_text("to the next event (.)").clicked() {
        play.source.step();
    }
    ui.add_space(6.0);
    ui.label(egui::RichText::new(clock(now)).monospace().size(17.0).strong());
    ui.colored_label(style::FAINT, format!("{} in", length(now.seconds())));
    if let Some(end) = play.source.end() {
        ui.colored_label(style::ACCENT, format!("ended at {}", clock(end.at)));
    }
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        let fastest = play.wanted == Speed::Fastest;
        if ui.selectable_label(fastest, "max").on_hover_text("as fast as possible").clicked() {
            play.set_speed(Speed::Fastest);
        }
        for &times in SPEEDS.iter().rev() {
            let chosen = play.wanted == Speed::Times(times);
            if ui.selectable_label(chosen, speed_name(times)).clicked() {
                play.set_speed(Speed::Times(times));
            }
        }
        ui.colored_label(style::FAINT, "speed");
    });
}

/// A speed as it is written.
pub fn speed_name(times: f64) -> String {
    if times >= 1.0 { format!("{times:.0}×") } else { format!("{times}×") }
}

/// The line of time with its marks. A record can be shown from any moment; a running simulation is only shown where it is.
fn line(ui: &mut egui::Ui, play: &mut Play, stage: &mut Stage) {
    let [start, end] = play.source.span();
    let end = if end == Time::NEVER { stage.now.max(start + Duration::from_secs(3600)) } else { end };
    let seconds = (end - start).seconds().max(1e-9);
    let sense = if play.source.is_recorded() { egui::Sense::click_and_drag() } else { egui::Sense::hover() };
    let (area, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 34.0), sense);
    let x = |time: Time| area.left() + ((time - start).seconds() / seconds) as f32 * area.width();
    let track = egui::Rect::from_x_y_ranges(area.x_range(), area.center().y - 4.0..=area.center().y + 4.0);
    let painter = ui.painter();
    painter.rect_filled(track, 4.0, style::BUTTON);
    let gone = egui::Rect::from_x_y_ranges(track.left()..=x(stage.now), track.y_range());
    painter.rect_filled(gone, 4.0, style::ACCENT.gamma_multiply(0.7));
    scale(painter, area, start, end);
    let pointer = response.hover_pos();
    let mut near: Option<(f32, &Mark)> = None;
    for mark in play.source.marks() {
        let at = x(mark.at);
        let stroke = egui::Stroke::new(1.5, mark_colour(mark));
        painter.line_segment([egui::pos2(at, track.top() - 7.0), egui::pos2(at, track.top() - 1.0)], stroke);
        if let Some(pointer) = pointer {
            let far = (pointer.x - at).abs();
            if far < 4.0 && near.is_none_or(|(nearest, _)| far < nearest) {
                near = Some((far, mark));
            }
        }
    }
    painter.circle_filled(egui::pos2(x(stage.now), track.center().y), 7.0, style::TEXT);
    let Some(pointer) = pointer.or(response.interact_pointer_pos()) else { return };
    let time =
        start + Duration::from_seconds(f64::from((pointer.x - area.left()) / area.width()).clamp(0.0, 1.0) * seconds);
    let text = match near {
        Some((_, mark)) => {
            let who = mark.thing.and_then(|thing| stage.cast.find(thing)).map(|member| member.form.name.to_string());
            format!("{}\n{}: {} {}", clock(mark.at), who.unwrap_or_default(), mark.event, mark.cause)
        }
        None => clock(time),
    };
    let (to, thing) = near.map_or((time, None), |(_, mark)| (mark.at, mark.thing));
    let (dragged, clicked) = (response.dragged(), response.clicked());
    response.on_hover_text_at_pointer(text);
    if dragged {
        play.source.seek(time);
    } else if clicked {
        play.source.seek(to);
        if thing.is_some() {
            choose(stage, play, thing);
        }
    }
}

fn mark_colour(mark: &Mark) -> egui::Color32 {
    use crate::look::palette::state;
    style::colour(match &*mark.event {
        "breakdown" | "flat" | "scrapped" => state::DOWN,
        "repaired" | "resumed" => state::WORKING,
        "maintenance" => state::MAINTENANCE,
        _ => state::BLOCKED,
    })
}

/// Days, hours or minutes under the line.
fn scale(painter: &egui::Painter, area: egui::Rect, start: Time, end: Time) {
    const STEPS: [i64; 12] = [10, 60, 300, 900, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];
    let seconds = (end - start).seconds();
    let room = f64::from(area.width()) / 84.0;
    let step = STEPS.into_iter().find(|step| seconds / *step as f64 <= room).unwrap_or(31_536_000);
    let first = start.nanos().div_euclid(1_000_000_000).div_euclid(step) + 1;
    for n in first.. {
        let at = (n * step) as f64 - start.seconds();
        if at >= seconds {
            break;
        }
        let x = area.left() + (at / seconds) as f32 * area.width();
        let time = clock(Time::from_nanos(n * step * 1_000_000_000));
        let text = match step {
            s if s >= 86_400 => time.rsplit_once(' ').map_or(time.as_str(), |(day, _)| day).to_owned(),
            s if s >= 60 => time[..time.len() - 3].to_owned(),
            _ => time,
        };
        painter.line_segment(
            [egui::pos2(x, area.center().y + 5.0), egui::pos2(x, area.center().y + 9.0)],
            egui::Stroke::new(1.0, style::FAINT),
        );
        painter.text(
            egui::pos2(x, area.bottom()),
            egui::Align2::CENTER_BOTTOM,
            text,
            egui::FontId::proportional(10.5),
            style::FAINT,
        );
    }
}
