//! What stands still: ground, streets, buildings, plants, lamps. It is worked out once for a world.

use super::drawing::{Drawing, Layer, Numbers};
use super::streets::{Tiles, counterclockwise, tile};
use super::{buildings, drawing, plants, streets};
use crate::city::scenery::{AreaKind, Scenery, Terrain};
use crate::city::streets::Streets;
use crate::look::model::{Finish, Model, Piece, Role, Solid, block, patch};
use crate::look::palette::{Colour, SLATE};
use crate::look::sight::Form;

/// Beyond the last street the ground goes on for so long: metres.
const BEYOND: f32 = 30_000.0;
/// What grows where nothing else does.
const MEADOW: Colour = Colour::hex(0x66774b);
/// Ground that is no higher is level: metres.
const LEVEL: f32 = 0.02;
/// From so far on only the light of a lamp is seen: metres.
const LAMPS: f32 = 220.0;

/// All that stands still about streets.
pub(super) fn forms(city: &Streets, scenery: &Scenery) -> Vec<Form> {
    let form = |model: &str, numbers: Vec<f32>| Form {
        name: model.into(),
        look: super::CITY_LOOK.into(),
        model: model.into(),
        numbers,
        colour: MEADOW,
        scale: 1.0,
    };
    let tiles =
        |model: &'static str, tiles: Tiles<Vec<f32>>| tiles.into_values().map(move |numbers| form(model, numbers));
    let drawn = |drawings: Tiles<Drawing>| drawings.into_iter().map(|(at, drawing)| (at, drawing.numbers())).collect();
    let lamps = streets::lamps(city).into_iter().map(|(at, lamps)| (at, lamps.into_flattened())).collect();
    let mut forms = vec![form("ground", ground(city))];
    forms.extend(scenery.terrain.as_ref().map(|terrain| form("hills", hills(terrain))));
    forms.extend(tiles("areas", drawn(areas(scenery))));
    forms.extend(tiles("streets", drawn(streets::draw(city, &scenery.crossings))));
    forms.extend(tiles("buildings", buildings::draw(&scenery.buildings)));
    forms.extend(tiles("plants", plants::draw(scenery)));
    forms.extend(tiles("lamps", lamps));
    forms
}

/// The model of one of them.
pub(super) fn model(form: &Form) -> Model {
    match &*form.model {
        "ground" => flat_ground(&form.numbers),
        "hills" => hilly_ground(&form.numbers),
        "buildings" => buildings::model(&form.numbers),
        "lamps" => lamps(&form.numbers),
        // Woods and fields reach farther than what a camera has to show.
        "plants" => plants::model(&form.numbers).role(Role::Ground),
        "areas" => drawing::model(&form.numbers).role(Role::Ground),
        _ => drawing::model(&form.numbers),
    }
}

/// The corners of all streets.
fn ground(city: &Streets) -> Vec<f32> {
    let points = city.lanes.iter().flat_map(|lane| &lane.line).map(|point| point.map(|part| part as f32));
    let corners = points.fold(None, |corners: Option<[f32; 4]>, [x, y]| {
        let [x0, y0, x1, y1] = corners.unwrap_or([x, y, x, y]);
        Some([x0.min(x), y0.min(y), x1.max(x), y1.max(y)])
    });
    corners.unwrap_or_default().to_vec()
}

fn flat_ground(numbers: &[f32]) -> Model {
    let &[x0, y0, x1, y1] = numbers else { return Model::default() };
    let size = [x1 - x0 + 2.0 * BEYOND, y1 - y0 + 2.0 * BEYOND];
    let ground = patch(size, [(x0 + x1) / 2.0, (y0 + y1) / 2.0, -0.08]).paint(MEADOW).finish(Finish::Ground);
    Model { under_sky: true, casts_no_shadow: true, ..Model::of([ground]).role(Role::Ground) }
}

fn hills(terrain: &Terrain) -> Vec<f32> {
    let head = [terrain.corner[0], terrain.corner[1], terrain.spacing, terrain.columns as f32];
    head.into_iter().chain(terrain.heights.iter().copied()).collect()
}

fn hilly_ground(numbers: &[f32]) -> Model {
    let [x, y, spacing, columns, heights @ ..] = numbers else { return Model::default() };
    let solid = Solid::Heights { spacing: *spacing, columns: *columns as usize, heights: heights.to_vec() };
    let hills = Piece::new(solid, [*x, *y, -0.02]).paint(MEADOW).finish(Finish::Ground);
    Model { under_sky: true, ..Model::of([hills]).role(Role::Ground) }
}

/// Areas and paths.
fn areas(scenery: &Scenery) -> Tiles<Drawing> {
    let mut tiles: Tiles<Drawing> = Tiles::new();
    for area in &scenery.areas {
        let Some(first) = area.outline.first().filter(|_| area.outline.len() > 2) else { continue };
        let layer = match area.kind {
            AreaKind::Water => Layer::Water,
            AreaKind::Park => Layer::Park,
            AreaKind::Grass => Layer::Grass,
            AreaKind::Scrub => Layer::Scrub,
            AreaKind::Forest => Layer::Wood,
            AreaKind::Farmland => Layer::Farmland,
            AreaKind::Parking => Layer::Parking,
            AreaKind::Square => Layer::Square,
        };
        let (drawing, outline) = (tiles.entry(tile(*first)).or_default(), counterclockwise(area.outline.clone()));
        // What lies on hills has no holes: nobody has needed them so far.
        match scenery.terrain.as_ref().filter(|terrain| outline.iter().any(|at| terrain.height(*at) > LEVEL)) {
            Some(terrain) => terrain.drape(&outline).iter().for_each(|piece| drawing.face(layer, piece)),
            None => drawing.area(layer, &outline, &area.holes),
        }
    }
    for path in &scenery.paths {
        let Some(first) = path.line.first().filter(|_| path.line.len() > 1) else { continue };
        let (drawing, half) = (tiles.entry(tile(*first)).or_default(), path.width / 2.0);
        match scenery.terrain.as_ref().filter(|terrain| path.line.iter().any(|at| terrain.height(*at) > LEVEL)) {
            Some(terrain) => {
                let pieces = path.line.windows(2).flat_map(|ends| terrain.drape(&stretch([ends[0], ends[1]], half)));
                pieces.for_each(|piece| drawing.face(Layer::Path, &piece));
            }
            None => drawing.strip(Layer::Path, &path.line, [-half, half]),
        }
    }
    tiles
}

/// The outline of a straight strip, so far to both sides of its middle.
fn stretch([from, to]: [[f32; 2]; 2], half: f32) -> [[f32; 2]; 4] {
    let [x, y] = [to[0] - from[0], to[1] - from[1]];
    let long = x.hypot(y).max(1e-3);
    let [x, y] = [-y / long * half, x / long * half];
    [[from[0] - x, from[1] - y], [to[0] - x, to[1] - y], [to[0] + x, to[1] + y], [from[0] + x, from[1] + y]]
}

/// Lamps: for each x, y and which way it looks.
fn lamps(numbers: &[f32]) -> Model {
    let mut numbers = Numbers(numbers.iter());
    let (mut near, mut far) = (Vec::new(), Vec::new());
    while let (Some(x), Some(y), Some(heading)) = (numbers.number(), numbers.number(), numbers.number()) {
        let (sin, cos) = heading.sin_cos();
        let head = [x + 1.2 * cos, y + 1.2 * sin, 6.4];
        let arm = [x + 0.6 * cos, y + 0.6 * sin, 6.45];
        let turned = |piece: Piece| piece.bevel(0.0).turned([0.0, 0.0, heading]);
        near.extend([
            Piece::new(Solid::Cylinder { radii: [0.09, 0.06], height: 6.5, sides: 5 }, [x, y, 0.0]).paint(SLATE),
            turned(block([1.3, 0.07, 0.07], arm)).paint(SLATE),
            turned(block([0.6, 0.2, 0.1], head)).paint(Colour::hex(0xffd9a0)).finish(Finish::LightAtNight),
        ]);
        far.push(turned(block([0.7, 0.4, 0.2], head)).paint(Colour::hex(0xffd9a0)).finish(Finish::LightAtNight));
    }
    let far = Model { casts_no_shadow: true, ..Model::of(far).role(Role::Setting) };
    Model { far: Some((LAMPS, Box::new(far))), ..Model::of(near).role(Role::Setting) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::scenery::{Area, Building};

    #[test]
    fn everything_has_a_model() {
        let square = |x: f32| vec![[x, 0.0], [x + 20.0, 0.0], [x + 20.0, 20.0], [x, 20.0]];
        let scenery = Scenery {
            buildings: vec![Building { outline: square(0.0), height: 9.0, ..Building::default() }],
            areas: vec![Area { kind: AreaKind::Park, outline: square(40.0), holes: Vec::new() }],
            trees: vec![[30.0, 10.0]],
            paths: vec![crate::city::scenery::Path { width: 2.0, line: vec![[40.0, 0.0], [60.0, 20.0]] }],
            terrain: Some(Terrain { corner: [-50.0; 2], spacing: 50.0, columns: 2, heights: vec![1.0; 6] }),
            ..Scenery::default()
        };
        let forms = forms(&Streets::default(), &scenery);
        let names: Vec<&str> = forms.iter().map(|form| &*form.model).collect();
        assert_eq!(names, ["ground", "hills", "areas", "buildings", "plants"]);
        assert!(forms.iter().all(|form| !model(form).pieces.is_empty()));
    }
}
