//! What lies flat on the ground, as numbers: the form of a thing holds them, and whoever draws it makes its model of them.

use crate::look::model::{Finish, Model, Piece, Role, Solid, face, ribbon};
use crate::look::palette::Colour;

/// What lies on what, from the lowest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    Farmland,
    Grass,
    Park,
    Scrub,
    Wood,
    Water,
    Square,
    Parking,
    Path,
    Sidewalk,
    Rails,
    Cycleway,
    Asphalt,
    BusLane,
    Junction,
    Marking,
    Zebra,
}

const LAYERS: [Layer; 17] = [
    Layer::Farmland,
    Layer::Grass,
    Layer::Park,
    Layer::Scrub,
    Layer::Wood,
    Layer::Water,
    Layer::Square,
    Layer::Parking,
    Layer::Path,
    Layer::Sidewalk,
    Layer::Rails,
    Layer::Cycleway,
    Layer::Asphalt,
    Layer::BusLane,
    Layer::Junction,
    Layer::Marking,
    Layer::Zebra,
];

/// How high the lowest layer lies, and how far each lies above the one below: metres. Just enough for an eye some kilometres away to tell them
/// apart.
const LOWEST: f32 = 0.02;
const STEP: f32 = 0.012;

impl Layer {
    /// How high it lies: metres.
    pub fn height(self) -> f32 {
        LOWEST + STEP * self as u8 as f32
    }

    fn colour(self) -> Colour {
        Colour::hex(match self {
            Layer::Farmland => 0xa0935f,
            Layer::Grass => 0x70854c,
            Layer::Park => 0x647f46,
            Layer::Scrub => 0x617444,
            Layer::Wood => 0x465a35,
            Layer::Water => 0x38525f,
            Layer::Square => 0xa59d8f,
            Layer::Parking => 0x6f7072,
            Layer::Path => 0xa3977f,
            Layer::Sidewalk => 0x97938b,
            Layer::Rails => 0x6d655c,
            Layer::Cycleway => 0x8d5a4c,
            Layer::Asphalt | Layer::Junction => 0x4a4c50,
            Layer::BusLane => 0x5b4a48,
            Layer::Marking | Layer::Zebra => 0xe9e8e0,
        })
    }

    fn finish(self) -> Finish {
        match self {
            Layer::Farmland | Layer::Grass | Layer::Park | Layer::Scrub | Layer::Wood => Finish::Ground,
            Layer::Water => Finish::Glass,
            _ => Finish::Street,
        }
    }
}

/// A drawing under way.
#[derive(Default)]
pub(super) struct Drawing(Vec<f32>);

const AREA: f32 = 0.0;
const STRIP: f32 = 1.0;
const DASHES: f32 = 2.0;
const FACE: f32 = 3.0;

impl Drawing {
    /// An area with holes: its outline counterclockwise, theirs clockwise.
    pub fn area(&mut self, layer: Layer, outline: &[[f32; 2]], holes: &[Vec<[f32; 2]>]) {
        self.0.extend([AREA, layer as u8 as f32, holes.len() as f32]);
        self.line(outline);
        holes.iter().for_each(|hole| self.line(hole));
    }

    /// A strip along a line, from so far to the left of it to so far; below 0 is to the right.
    pub fn strip(&mut self, layer: Layer, line: &[[f32; 2]], sides: [f32; 2]) {
        self.0.extend([STRIP, layer as u8 as f32, sides[0], sides[1]]);
        self.line(line);
    }

    /// The same, broken: so long a dash, and then so long a gap.
    pub fn dashes(&mut self, layer: Layer, line: &[[f32; 2]], sides: [f32; 2], [dash, gap]: [f32; 2]) {
        self.0.extend([DASHES, layer as u8 as f32, sides[0], sides[1], dash, gap]);
        self.line(line);
    }

    /// A flat piece that lies aslant on the ground.
    pub fn face(&mut self, layer: Layer, corners: &[[f32; 3]]) {
        self.0.extend([FACE, layer as u8 as f32, corners.len() as f32]);
        self.0.extend(corners.iter().flatten());
    }

    fn line(&mut self, line: &[[f32; 2]]) {
        self.0.push(line.len() as f32);
        self.0.extend(line.iter().flatten());
    }

    /// Its numbers.
    pub fn numbers(self) -> Vec<f32> {
        self.0
    }
}

/// Numbers, read one after the other.
pub(super) struct Numbers<'a>(pub std::slice::Iter<'a, f32>);

impl Numbers<'_> {
    pub fn number(&mut self) -> Option<f32> {
        self.0.next().copied()
    }

    pub fn count(&mut self) -> Option<usize> {
        self.number().map(|number| number as usize)
    }

    pub fn line(&mut self) -> Option<Vec<[f32; 2]>> {
        let count = self.count()?;
        (0..count).map(|_| Some([self.number()?, self.number()?])).collect()
    }
}

/// From so far on markings are not seen: metres.
const MARKINGS: f32 = 700.0;

/// The model of a drawing.
pub(super) fn model(numbers: &[f32]) -> Model {
    let mut numbers = Numbers(numbers.iter());
    let (mut near, mut far) = (Vec::new(), Vec::new());
    while let Some((layer, pieces)) = record(&mut numbers) {
        if layer < Layer::Marking {
            far.extend(pieces.iter().cloned());
        }
        near.extend(pieces);
    }
    let whole = |pieces| Model { pieces, casts_no_shadow: true, ..Model::default() }.role(Role::Setting);
    Model { far: Some((MARKINGS, Box::new(whole(far)))), ..whole(near) }
}

fn record(numbers: &mut Numbers) -> Option<(Layer, Vec<Piece>)> {
    let kind = numbers.number()?;
    let layer = *LAYERS.get(numbers.count()?)?;
    let paint = |piece: Piece| piece.paint(layer.colour()).finish(layer.finish());
    if kind == AREA {
        let holes = numbers.count()?;
        let outline = numbers.line()?;
        let holes = (0..holes).map(|_| numbers.line()).collect::<Option<_>>()?;
        let area = Piece::new(Solid::Flat { outline, holes }, [0.0, 0.0, layer.height()]);
        return Some((layer, vec![paint(area)]));
    }
    if kind == FACE {
        let count = numbers.count()?;
        let corner = |numbers: &mut Numbers| {
            let [x, y, z] = [numbers.number()?, numbers.number()?, numbers.number()?];
            Some([x, y, z + layer.height()])
        };
        let corners: Vec<[f32; 3]> = (0..count).map(|_| corner(numbers)).collect::<Option<_>>()?;
        return Some((layer, vec![paint(face(&corners))]));
    }
    let sides = [numbers.number()?, numbers.number()?];
    if kind == STRIP {
        return Some((layer, vec![paint(ribbon(&numbers.line()?, sides, layer.height()))]));
    }
    let lengths = [numbers.number()?, numbers.number()?];
    let line = numbers.line()?;
    let dashes = dashes(&line, lengths);
    Some((layer, dashes.map(|dash| paint(ribbon(&dash, sides, layer.height()))).collect()))
}

/// The parts of a line that are as long as a dash, with gaps between them.
fn dashes(line: &[[f32; 2]], [dash, gap]: [f32; 2]) -> impl Iterator<Item = Vec<[f32; 2]>> {
    let whole = length(line);
    let count = ((whole + gap) / (dash + gap).max(0.1)).floor().clamp(0.0, 10_000.0);
    let margin = (whole + gap - count * (dash + gap)) / 2.0;
    let line = line.to_vec();
    (0..count as u32).map(move |n| part(&line, margin + n as f32 * (dash + gap), dash))
}

/// How long a line is.
pub(super) fn length(line: &[[f32; 2]]) -> f32 {
    line.windows(2).map(|ends| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1])).sum()
}

/// The part of a line that begins so far along it and is so long.
pub(super) fn part(line: &[[f32; 2]], from: f32, length: f32) -> Vec<[f32; 2]> {
    let (mut along, mut part) = (0.0, Vec::new());
    for ends in line.windows(2) {
        let [x, y] = [ends[1][0] - ends[0][0], ends[1][1] - ends[0][1]];
        let far = x.hypot(y);
        let (low, high) = ((from - along).max(0.0), (from + length - along).min(far));
        if far > 0.0 && low < high {
            let at = |along: f32| [ends[0][0] + x * along / far, ends[0][1] + y * along / far];
            if part.is_empty() {
                part.push(at(low));
            }
            part.push(at(high));
        }
        along += far;
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_numbered_as_they_are_listed() {
        assert!(LAYERS.iter().enumerate().all(|(number, layer)| *layer as usize == number));
    }

    #[test]
    fn a_drawing_is_read_as_it_was_written() {
        let mut drawing = Drawing::default();
        let square = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]];
        drawing.area(Layer::Park, &square, &[vec![[2.0, 2.0], [2.0, 4.0], [4.0, 4.0]]]);
        drawing.strip(Layer::Asphalt, &square, [-1.5, 1.5]);
        drawing.dashes(Layer::Marking, &square, [-0.1, 0.1], [3.0, 6.0]);
        let model = model(&drawing.numbers());
        // 30 m have room for four dashes with gaps between them.
        assert_eq!(model.pieces.len(), 1 + 1 + 4);
        let Some((_, far)) = &model.far else { panic!("nothing is seen from far away") };
        assert_eq!(far.pieces[..], model.pieces[..2]);
        let Solid::Ribbon { line, .. } = &model.pieces[2].solid else { panic!("no strip") };
        assert!((length(line) - 3.0).abs() < 1e-4);
    }

    #[test]
    fn damaged_numbers_draw_what_can_be_read() {
        let mut drawing = Drawing::default();
        drawing.strip(Layer::Asphalt, &[[0.0, 0.0], [1.0, 0.0]], [-1.0, 1.0]);
        let numbers = drawing.numbers();
        for end in 0..numbers.len() {
            assert!(model(&numbers[..end]).pieces.is_empty());
        }
    }
}
