//! A low-poly model as data: solids with paint, joints that move, and berths where other things stand.
//!
//! Lengths are metres. The x axis points the way that the thing looks, y to its left, z up; the origin is on the floor.

use super::palette::{CHARCOAL, Colour};

/// The most drives that a model can have.
pub const DRIVES: usize = 4;

/// What something looks like.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The solids.
    pub pieces: Vec<Piece>,
    /// What turns or slides.
    pub joints: Vec<Joint>,
    /// What moves the joints; at most [`DRIVES`].
    pub drives: Vec<Drive>,
    /// Where other things stand, by the number of the berth.
    pub berths: Vec<Berth>,
    /// What it is for those who look.
    pub role: Role,
    /// Whether it lets the sun through.
    pub casts_no_shadow: bool,
    /// Whether it lies under the open sky: where such ground is, there are no lamps above at night.
    pub under_sky: bool,
    /// Whether it is part of a map: seen only by those who ask for one of its values, in the colour of that.
    pub is_map: bool,
    /// What is drawn instead of it from far away, and from which distance on: metres. Only of what stands.
    pub far: Option<(f32, Box<Model>)>,
}

/// What something is for those who look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// One can point at it and ask it.
    #[default]
    Thing,
    /// It is seen with all else, but nobody asks it. It stands where it is.
    Setting,
    /// It lies about, and a camera need not show it. It stands where it is.
    Ground,
}

/// A joint, by its number in [`Model::joints`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JointId(pub usize);

/// A solid.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its form.
    pub solid: Solid,
    /// Where its middle is; for forms with a foot, where its foot is.
    pub at: [f32; 3],
    /// How it is turned: radians about x, then y, then z.
    pub turned: [f32; 3],
    /// Its colour.
    pub paint: Paint,
    /// Its surface.
    pub finish: Finish,
    /// What it hangs on.
    pub joint: Option<JointId>,
}

/// The form of a solid.
#[derive(Clone, Debug, PartialEq)]
pub enum Solid {
    /// A box about its middle, with its edges cut off by `bevel`.
    Block {
        /// Along x, y and z.
        size: [f32; 3],
        /// Metres.
        bevel: f32,
    },
    /// An upright cylinder, cone or tube-like stump that stands on its foot.
    Cylinder {
        /// Radius at the foot and at the top.
        radii: [f32; 2],
        /// Metres.
        height: f32,
        /// How many sides it has.
        sides: u32,
    },
    /// A ball about its middle, squeezed to radii.
    Ball {
        /// Along x, y and z.
        radii: [f32; 3],
    },
    /// An outline in the plane of x and z, counter-clockwise as seen from the right, drawn out in y about its middle.
    Profile {
        /// The corners.
        outline: Vec<[f32; 2]>,
        /// Metres.
        depth: f32,
    },
    /// An upright body of revolution: radius and height, from the foot up.
    Turned {
        /// Radius and height of each corner.
        profile: Vec<[f32; 2]>,
        /// How many sides it has.
        sides: u32,
    },
    /// A flat piece that faces up: the corners, counter-clockwise as seen from above.
    Flat {
        /// x and y of each corner.
        outline: Vec<[f32; 2]>,
        /// Those of what is cut out of it.
        holes: Vec<Vec<[f32; 2]>>,
    },
    /// A strip that faces up, along a line.
    Ribbon {
        /// x and y of each point of the line.
        line: Vec<[f32; 2]>,
        /// How far to the left of the line it begins and ends; below 0 is to the right.
        sides: [f32; 2],
    },
    /// A flat face in space, seen from where its corners go round counter-clockwise.
    Face {
        /// The corners.
        corners: Vec<[f32; 3]>,
    },
    /// Ground whose height is known at the crossings of a square lattice.
    Heights {
        /// From crossing to crossing.
        spacing: f32,
        /// How many crossings a row has, from x to greater x.
        columns: usize,
        /// Row by row, from y to greater y.
        heights: Vec<f32>,
    },
    /// An upright sheet that is seen from one side only: the side from which its foot leads from left to right.
    Sheet {
        /// The foot: x and y of both ends.
        foot: [[f32; 2]; 2],
        /// Height of the lower and of the upper edge.
        heights: [f32; 2],
    },
}

/// The colour of a solid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Always the same.
    Fixed(Colour),
    /// The thing's own: a product's, a fleet's.
    Own,
    /// The thing's own, darker.
    OwnDark,
    /// That of its state, as light.
    State,
    /// A lamp of a colour that its state switches on and off: one of the [`LAMPS`](super::registry::LAMPS).
    Lamp(u8, Colour),
}

/// What a surface is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finish {
    /// Wood, cloth, concrete.
    Matte,
    /// Painted sheet.
    #[default]
    Painted,
    /// Bare metal.
    Metal,
    /// Windows.
    Glass,
    /// It shines by itself.
    Light,
    /// It shines by itself while the thing is active.
    LightWhenActive,
    /// It shines by itself when it is dark.
    LightAtNight,
    /// What grows or lies on the ground: its colour is not everywhere the same.
    Ground,
    /// A street, which lamps beside it light at night.
    Street,
    /// A wall with windows, behind some of which there is light at night. Only of sheets.
    Facade {
        /// How many windows there are beside each other.
        bays: u16,
        /// How many there are above each other.
        storeys: u16,
        /// Tells behind which there is light.
        pattern: u16,
    },
}

/// Something that turns or slides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Joint {
    /// What it hangs on itself.
    pub parent: Option<JointId>,
    /// A point that stays where it is.
    pub pivot: [f32; 3],
    /// The axis: of unit length.
    pub axis: [f32; 3],
    /// Whether it slides along the axis (by metres) instead of turning about it (by radians).
    pub slides: bool,
    /// Which of the model's drives moves it.
    pub drive: usize,
    /// Times the drive's value.
    pub gain: f32,
}

/// What moves joints.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drive {
    /// Turns on and on while the thing is active.
    Spin {
        /// Turns a second.
        rate: f32,
    },
    /// Goes to and fro between -1 and 1 while the thing is active.
    Sway {
        /// Seconds.
        period: f32,
        /// Share of the period by which it is ahead.
        phase: f32,
    },
    /// Goes from 0 to 1, stays, and comes back while the thing is active: a tool that comes down and lifts.
    Stroke {
        /// Seconds.
        period: f32,
        /// Share of the period by which it is ahead.
        phase: f32,
    },
    /// To and fro with the way that the thing goes, between -1 and 1: legs.
    Stride {
        /// Metres for there and back.
        length: f32,
    },
    /// Turns with the way that the thing goes: radians for each metre, times this.
    Roll {
        /// One over the radius.
        curvature: f32,
    },
    /// 1 while the thing is active, else 0, with a soft change.
    Active,
}

/// Where other things stand.
#[derive(Clone, Debug, PartialEq)]
pub enum Berth {
    /// At places, one after another; those for whom there is no place are not seen.
    Places(Vec<[f32; 3]>),
    /// On a belt, from one end to the other, each so much behind the one before.
    Belt {
        /// Where it begins.
        from: [f32; 3],
        /// Where it ends.
        to: [f32; 3],
        /// Metres between two things.
        spacing: f32,
    },
}

impl Berth {
    /// Places in rows on a rectangle about `middle`, and in layers above one another.
    pub fn grid(middle: [f32; 3], step: [f32; 3], count: [u32; 3]) -> Berth {
        let first = |axis: usize| middle[axis] - step[axis] * (count[axis] as f32 - 1.0) / 2.0;
        let places = (0..count[2])
            .flat_map(|layer| (0..count[1]).flat_map(move |row| (0..count[0]).map(move |column| [column, row, layer])));
        let place = |[column, row, layer]: [u32; 3]| {
            [first(0) + column as f32 * step[0], first(1) + row as f32 * step[1], middle[2] + layer as f32 * step[2]]
        };
        Berth::Places(places.map(place).collect())
    }
}

/// A box about its middle, with edges cut off a little.
pub fn block(size: [f32; 3], at: [f32; 3]) -> Piece {
    let bevel = (size[0].min(size[1]).min(size[2]) * 0.12).min(0.03);
    Piece::new(Solid::Block { size, bevel }, at)
}

/// A box that stands on its foot, with edges cut off a little.
pub fn stand(size: [f32; 3], [x, y, z]: [f32; 3]) -> Piece {
    block(size, [x, y, z + size[2] / 2.0])
}

/// An upright cylinder on its foot.
pub fn cylinder(radius: f32, height: f32, at: [f32; 3]) -> Piece {
    cone([radius, radius], height, at)
}

/// An upright cone or stump on its foot.
pub fn cone(radii: [f32; 2], height: f32, at: [f32; 3]) -> Piece {
    Piece::new(Solid::Cylinder { radii, height, sides: 20 }, at)
}

/// A cylinder that lies along x, about its middle.
pub fn bar(radius: f32, length: f32, [x, y, z]: [f32; 3]) -> Piece {
    cylinder(radius, length, [x - length / 2.0, y, z]).turned([0.0, std::f32::consts::FRAC_PI_2, 0.0])
}

/// A cylinder that lies along y, about its middle.
pub fn axle(radius: f32, length: f32, [x, y, z]: [f32; 3]) -> Piece {
    cylinder(radius, length, [x, y + length / 2.0, z]).turned([std::f32::consts::FRAC_PI_2, 0.0, 0.0])
}

/// A ball.
pub fn ball(radii: [f32; 3], at: [f32; 3]) -> Piece {
    Piece::new(Solid::Ball { radii }, at)
}

/// An outline drawn out in depth.
pub fn profile(outline: &[[f32; 2]], depth: f32, at: [f32; 3]) -> Piece {
    Piece::new(Solid::Profile { outline: outline.to_vec(), depth }, at)
}

/// A body of revolution.
pub fn turned(profile: &[[f32; 2]], at: [f32; 3]) -> Piece {
    Piece::new(Solid::Turned { profile: profile.to_vec(), sides: 24 }, at)
}

/// A flat rectangle that faces up.
pub fn patch(size: [f32; 2], at: [f32; 3]) -> Piece {
    let [x, y] = [size[0] / 2.0, size[1] / 2.0];
    flat(&[[-x, -y], [x, -y], [x, y], [-x, y]], at)
}

/// A flat piece that faces up.
pub fn flat(outline: &[[f32; 2]], at: [f32; 3]) -> Piece {
    Piece::new(Solid::Flat { outline: outline.to_vec(), holes: Vec::new() }, at)
}

/// A strip that faces up along a line, from so far to the left of it to so far.
pub fn ribbon(line: &[[f32; 2]], sides: [f32; 2], height: f32) -> Piece {
    Piece::new(Solid::Ribbon { line: line.to_vec(), sides }, [0.0, 0.0, height])
}

/// An upright sheet, seen from the side from which its foot leads from left to right.
pub fn sheet(foot: [[f32; 2]; 2], heights: [f32; 2]) -> Piece {
    Piece::new(Solid::Sheet { foot, heights }, [0.0; 3])
}

/// A flat face in space.
pub fn face(corners: &[[f32; 3]]) -> Piece {
    Piece::new(Solid::Face { corners: corners.to_vec() }, [0.0; 3])
}

impl Piece {
    /// A solid in dark paint.
    pub fn new(solid: Solid, at: [f32; 3]) -> Piece {
        Piece { solid, at, turned: [0.0; 3], paint: Paint::Fixed(CHARCOAL), finish: Finish::Painted, joint: None }
    }

    /// Turned about x, then y, then z: radians.
    pub fn turned(mut self, turned: [f32; 3]) -> Piece {
        self.turned = turned;
        self
    }

    /// In a colour.
    pub fn paint(self, colour: Colour) -> Piece {
        self.painted(Paint::Fixed(colour))
    }

    /// In a paint.
    pub fn painted(mut self, paint: Paint) -> Piece {
        self.paint = paint;
        self
    }

    /// With a surface.
    pub fn finish(mut self, finish: Finish) -> Piece {
        self.finish = finish;
        self
    }

    /// Hung on a joint.
    pub fn on(mut self, joint: JointId) -> Piece {
        self.joint = Some(joint);
        self
    }

    /// With edges cut off by that much; only boxes have any.
    pub fn bevel(mut self, metres: f32) -> Piece {
        if let Solid::Block { bevel, .. } = &mut self.solid {
            *bevel = metres;
        }
        self
    }
}

impl Model {
    /// A model of some solids that do not move.
    pub fn of(pieces: impl IntoIterator<Item = Piece>) -> Model {
        Model { pieces: pieces.into_iter().collect(), ..Model::default() }
    }

    /// With what it is for those who look.
    pub fn role(mut self, role: Role) -> Model {
        self.role = role;
        self
    }

    /// Adds solids.
    pub fn add(&mut self, pieces: impl IntoIterator<Item = Piece>) -> &mut Model {
        self.pieces.extend(pieces);
        self
    }

    /// Adds a drive.
    pub fn drive(&mut self, drive: Drive) -> usize {
        self.drives.push(drive);
        self.drives.len() - 1
    }

    /// Adds something that turns about an axis.
    pub fn turning(&mut self, drive: usize, pivot: [f32; 3], axis: [f32; 3], gain: f32) -> JointId {
        self.joint(Joint { parent: None, pivot, axis, slides: false, drive, gain })
    }

    /// Adds something that slides along an axis.
    pub fn sliding(&mut self, drive: usize, axis: [f32; 3], gain: f32) -> JointId {
        self.joint(Joint { parent: None, pivot: [0.0; 3], axis, slides: true, drive, gain })
    }

    /// Adds a joint.
    pub fn joint(&mut self, joint: Joint) -> JointId {
        self.joints.push(joint);
        JointId(self.joints.len() - 1)
    }

    /// Takes over the solids of another model, moved by so much. Only for models that do not move.
    pub fn place(&mut self, other: Model, by: [f32; 3]) -> &mut Model {
        let moved = |mut piece: Piece| {
            (0..3).for_each(|axis| piece.at[axis] += by[axis]);
            piece
        };
        self.pieces.extend(other.pieces.into_iter().map(moved));
        self
    }
}

/// Whether a word of a name begins with one of `words`.
pub fn is_called(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    name.split(|letter: char| !letter.is_alphanumeric()).any(|part| words.iter().any(|word| part.starts_with(word)))
}
