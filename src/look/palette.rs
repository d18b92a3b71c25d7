//! The colours of the house, so that all models look as if one hand had made them.

use serde::{Deserialize, Serialize};

/// A colour: red, green, blue in sRGB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Colour(pub [u8; 3]);

impl Colour {
    /// A colour from its hexadecimal number, as web pages write it.
    pub const fn hex(number: u32) -> Colour {
        Colour([(number >> 16) as u8, (number >> 8) as u8, number as u8])
    }

    /// The same, lighter (above 1) or darker (below 1).
    pub fn shade(self, factor: f32) -> Colour {
        Colour(self.0.map(|part| (f32::from(part) * factor).clamp(0.0, 255.0) as u8))
    }
}

/// Machine housings.
pub const CREAM: Colour = Colour::hex(0xe9e6dc);
/// Frames, beds, bases.
pub const SLATE: Colour = Colour::hex(0x4b5563);
/// Dark trim and feet.
pub const CHARCOAL: Colour = Colour::hex(0x2b3038);
/// Bare steel.
pub const STEEL: Colour = Colour::hex(0xb4bac3);
/// Windows and screens.
pub const GLASS: Colour = Colour::hex(0x26384a);
/// Tyres, belts, mats.
pub const RUBBER: Colour = Colour::hex(0x24272c);
/// Accents of the house.
pub const TEAL: Colour = Colour::hex(0x1f9e98);
/// Moving parts that could hurt somebody, vehicles.
pub const SAFETY_YELLOW: Colour = Colour::hex(0xf2b632);
/// Robot arms, cranes.
pub const ORANGE: Colour = Colour::hex(0xee7b30);
/// Racks, frames of stores.
pub const BLUE: Colour = Colour::hex(0x2f6fb5);
/// Wood of pallets and benches.
pub const WOOD: Colour = Colour::hex(0xc9a26b);
/// Cardboard.
pub const CARDBOARD: Colour = Colour::hex(0xc79a63);
/// Floors.
pub const CONCRETE: Colour = Colour::hex(0xb9bbb8);
/// Plants and safe ways.
pub const GREEN: Colour = Colour::hex(0x4f9d69);
/// Fire, heat.
pub const GLOW: Colour = Colour::hex(0xff7a2a);
/// White paint.
pub const WHITE: Colour = Colour::hex(0xf6f6f2);
/// Skin tones of people, a different one for each in turn.
pub const SKINS: [Colour; 4] =
    [Colour::hex(0xf0c7a0), Colour::hex(0xd49d6d), Colour::hex(0x9a6540), Colour::hex(0x63412b)];

/// Colours that tell kinds apart: products, vehicles of a fleet. Distinct also for people who see few colours, after
/// M. Okabe and K. Ito, "Color Universal Design" (2008).
pub const KINDS: [Colour; 8] = [
    Colour::hex(0x3b82c4),
    Colour::hex(0xe69f00),
    Colour::hex(0x009e73),
    Colour::hex(0xcc79a7),
    Colour::hex(0xd55e00),
    Colour::hex(0x56b4e9),
    Colour::hex(0xe8d33f),
    Colour::hex(0x7a6fd0),
];

/// The colour that tells the kind of that number from others.
pub fn of_kind(number: usize) -> Colour {
    KINDS[number % KINDS.len()]
}

/// Colours for a quantity that grows, told apart by everybody: YlOrRd of C. Brewer and M. Harrower's ColorBrewer (2003).
const SCALE: [Colour; 6] = [
    Colour::hex(0xffffb2),
    Colour::hex(0xfed976),
    Colour::hex(0xfeb24c),
    Colour::hex(0xfd8d3c),
    Colour::hex(0xf03b20),
    Colour::hex(0xbd0026),
];

/// The colour of a quantity on its scale, from 0 (pale) to 1 (dark).
pub fn scale(share: f32) -> Colour {
    let at = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f32;
    let (low, part) = (at as usize, at.fract());
    let (a, b) = (SCALE[low].0, SCALE[(low + 1).min(SCALE.len() - 1)].0);
    Colour(std::array::from_fn(|n| (f32::from(a[n]) + (f32::from(b[n]) - f32::from(a[n])) * part).round() as u8))
}

/// Lamps and states, by what they mean (the colours of IEC 60073).
pub mod state {
    use super::Colour;

    /// At work.
    pub const WORKING: Colour = Colour::hex(0x2fb45a);
    /// Being prepared.
    pub const SETUP: Colour = Colour::hex(0x2f86e0);
    /// Nothing to do.
    pub const IDLE: Colour = Colour::hex(0xd8dbe0);
    /// Hindered by others.
    pub const BLOCKED: Colour = Colour::hex(0xf2b01e);
    /// Waiting for people or things.
    pub const WAITING: Colour = Colour::hex(0xe58a1f);
    /// Out of order.
    pub const DOWN: Colour = Colour::hex(0xdf3b33);
    /// Being looked after.
    pub const MAINTENANCE: Colour = Colour::hex(0x9a5fd0);
    /// Off.
    pub const OFF: Colour = Colour::hex(0x5c636e);
}
