//! How cards look.

use bevy_egui::egui::{self, Color32, CornerRadius, FontId, Frame, Margin, Shadow, Stroke, TextStyle};

use crate::look::palette::Colour;

/// Cards.
pub const CARD: Color32 = Color32::from_rgba_premultiplied(19, 24, 32, 246);
/// What can be pressed.
pub const BUTTON: Color32 = Color32::from_rgb(44, 53, 66);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(228, 233, 240);
/// Text that matters less.
pub const FAINT: Color32 = Color32::from_rgb(146, 157, 172);
/// What stands out.
pub const ACCENT: Color32 = Color32::from_rgb(67, 190, 184);
/// Lines.
pub const LINE: Color32 = Color32::from_rgb(52, 62, 76);
/// What went wrong.
pub const ALARM: Color32 = Color32::from_rgb(240, 104, 92);

/// A colour of the palette.
pub fn colour(Colour([r, g, b]): Colour) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// The frame of a card.
pub fn card() -> Frame {
    Frame::new()
        .fill(CARD)
        .corner_radius(CornerRadius::same(10))
        .inner_margin(Margin::symmetric(14, 12))
        .stroke(Stroke::new(1.0, LINE))
        .shadow(Shadow { offset: [0, 4], blur: 18, spread: 0, color: Color32::from_black_alpha(110) })
}

/// Dresses all that is drawn from now on.
pub fn dress(context: &egui::Context) {
    // However long: where frames are slow, a click takes long too.
    context.options_mut(|options| options.input_options.max_click_duration = f64::INFINITY);
    context.all_styles_mut(|style| {
        let visuals = &mut style.visuals;
        *visuals = egui::Visuals::dark();
        visuals.override_text_color = Some(TEXT);
        visuals.hyperlink_color = ACCENT;
        visuals.selection.bg_fill = ACCENT.gamma_multiply(0.55);
        visuals.selection.stroke = Stroke::new(1.0, ACCENT);
        visuals.extreme_bg_color = Color32::from_rgb(11, 15, 21);
        visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
        for (state, fill) in [
            (&mut visuals.widgets.inactive, BUTTON),
            (&mut visuals.widgets.hovered, Color32::from_rgb(58, 70, 87)),
            (&mut visuals.widgets.active, Color32::from_rgb(72, 88, 108)),
            (&mut visuals.widgets.open, Color32::from_rgb(58, 70, 87)),
        ] {
            state.weak_bg_fill = fill;
            state.bg_fill = fill;
            state.corner_radius = CornerRadius::same(6);
            state.bg_stroke = Stroke::NONE;
        }
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(9.0, 4.0);
        for (kind, size) in
            [(TextStyle::Body, 14.0), (TextStyle::Button, 14.0), (TextStyle::Small, 12.0), (TextStyle::Heading, 19.0)]
        {
            style.text_styles.insert(kind, FontId::proportional(size));
        }
        style.text_styles.insert(TextStyle::Monospace, FontId::monospace(12.5));
    });
}
