//! People: a figure with a helmet and a vest, whose arms and legs swing as it walks and whose arms move as it works.

use crate::look::model::{Drive, Finish, JointId, Model, Paint, ball, block, cylinder};
use crate::look::palette::{CHARCOAL, Colour, SKINS, WHITE};
use crate::look::sight::Form;

const ACROSS: [f32; 3] = [0.0, 1.0, 0.0];
const TROUSERS: Colour = Colour::hex(0x35435c);

/// A person of 1.76 m.
pub(super) fn model(form: &Form) -> Model {
    let number = form.numbers.first().map_or(0, |number| *number as usize);
    let skin = SKINS[number % SKINS.len()];
    let mut model = Model::default();
    let stride = model.drive(Drive::Stride { length: 1.4 });
    let work = model.drive(Drive::Sway { period: 1.6, phase: 0.0 });
    let leg = |model: &mut Model, side: f32| model.turning(stride, [0.0, 0.1 * side, 0.86], ACROSS, -0.55 * side);
    let (left, right) = (leg(&mut model, 1.0), leg(&mut model, -1.0));
    for (side, joint) in [(1.0, left), (-1.0, right)] {
        model.add([
            block([0.16, 0.16, 0.8], [0.0, 0.1 * side, 0.47])
                .paint(TROUSERS)
                .finish(Finish::Matte)
                .bevel(0.03)
                .on(joint),
            block([0.27, 0.13, 0.09], [0.05, 0.1 * side, 0.05]).paint(CHARCOAL).bevel(0.02).on(joint),
        ]);
    }
    // Arms hang on two joints: one for walking, one for working.
    let arm = |model: &mut Model, side: f32| -> JointId {
        let swing = model.turning(stride, [0.0, 0.27 * side, 1.4], ACROSS, 0.5 * side);
        let gesture = crate::look::model::Joint {
            parent: Some(swing),
            pivot: [0.0, 0.27 * side, 1.4],
            axis: ACROSS,
            slides: false,
            drive: work,
            gain: if side > 0.0 { -0.55 } else { 0.4 },
        };
        model.joint(gesture)
    };
    let arms = [(1.0, arm(&mut model, 1.0)), (-1.0, arm(&mut model, -1.0))];
    for (side, joint) in arms {
        model.add([
            block([0.12, 0.11, 0.36], [0.0, 0.27 * side, 1.25])
                .painted(Paint::OwnDark)
                .finish(Finish::Matte)
                .bevel(0.03)
                .on(joint),
            block([0.1, 0.1, 0.3], [0.06, 0.27 * side, 0.98])
                .paint(skin)
                .finish(Finish::Matte)
                .bevel(0.03)
                .turned([0.0, -0.35, 0.0])
                .on(joint),
        ]);
    }
    model.add([
        block([0.22, 0.4, 0.58], [0.0, 0.0, 1.16]).painted(Paint::Own).finish(Finish::Matte).bevel(0.06),
        block([0.23, 0.41, 0.05], [0.0, 0.0, 1.05]).paint(WHITE).bevel(0.02),
        block([0.23, 0.41, 0.05], [0.0, 0.0, 1.24]).paint(WHITE).bevel(0.02),
        cylinder(0.06, 0.1, [0.0, 0.0, 1.42]).paint(skin).finish(Finish::Matte),
        ball([0.11, 0.1, 0.13], [0.01, 0.0, 1.6]).paint(skin).finish(Finish::Matte),
        ball([0.135, 0.125, 0.11], [0.0, 0.0, 1.66]).painted(Paint::Own),
        block([0.12, 0.2, 0.02], [0.11, 0.0, 1.65]).painted(Paint::Own).bevel(0.005),
    ]);
    model
}
