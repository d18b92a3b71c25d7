//! Flat pictures of what has no things in the world to look at: lattices and planes of models.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use bevy_app::App;
use bevy_ecs::prelude::{Resource, World};

use crate::world::grid::{Lattice, Site};

/// A colour: red, green and blue.
pub type Colour = [u8; 3];

/// Small numbers that are told apart by everybody, on white: after Okabe and Ito 2008, Color Universal Design.
pub const COLOURS: [Colour; 7] =
    [[0, 114, 178], [230, 159, 0], [0, 158, 115], [204, 121, 167], [86, 180, 233], [213, 94, 0], [240, 228, 66]];

/// A colour between two: 0 gives the first, 1 the second.
pub fn between(first: Colour, second: Colour, share: f64) -> Colour {
    let mix = |part: usize| (f64::from(first[part]) * (1.0 - share) + f64::from(second[part]) * share).round() as u8;
    [mix(0), mix(1), mix(2)]
}

/// Pixels, row by row, from the first row at the bottom up: as coordinates go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// Pictures are at least so wide: small lattices have large sites.
const LEAST_WIDTH: usize = 400;

impl Picture {
    /// A picture in one colour.
    pub fn new(width: usize, height: usize, colour: Colour) -> Picture {
        Picture { width: width.max(1), height: height.max(1), pixels: vec![colour; width.max(1) * height.max(1)] }
    }

    /// A picture of a lattice, in which each site is a pixel.
    pub fn of_sites(lattice: &Lattice, colour: impl Fn(Site) -> Colour) -> Picture {
        let pixels = lattice.sites().map(colour).collect();
        Picture { width: lattice.columns() as usize, height: lattice.rows() as usize, pixels }
    }

    /// Gives the pixel of a site of a lattice a colour.
    pub fn set_site(&mut self, site: Site, colour: Colour) {
        if let Some(pixel) = self.pixels.get_mut(site.0 as usize) {
            *pixel = colour;
        }
    }

    /// Gives the pixel at a place a colour: the picture is as wide as one side of the area, and as high as the other.
    pub fn set_place(&mut self, sides: [f64; 2], place: [f64; 2], colour: Colour) {
        let [column, row] =
            [(0, self.width), (1, self.height)].map(|(axis, pixels)| place[axis] / sides[axis] * pixels as f64);
        if column >= 0.0 && row >= 0.0 {
            self.set(column as usize, row as usize, colour);
        }
    }

    /// Gives a pixel a colour, if there is one there.
    pub fn set(&mut self, column: usize, row: usize, colour: Colour) {
        if column < self.width && row < self.height {
            self.pixels[row * self.width + column] = colour;
        }
    }

    /// The picture as a PNG file: small ones are made larger, each pixel a square.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn encode(&self, to: impl Write) -> Result<(), String> {
        let scale = LEAST_WIDTH.div_ceil(self.width).max(1);
        let mut bytes = Vec::with_capacity(self.pixels.len() * scale * scale * 3);
        for row in self.pixels.chunks(self.width).rev() {
            let line: Vec<u8> = row.iter().flat_map(|pixel| std::iter::repeat_n(*pixel, scale)).flatten().collect();
            (0..scale).for_each(|_| bytes.extend_from_slice(&line));
        }
        let mut encoder = png::Encoder::new(to, (self.width * scale) as u32, (self.height * scale) as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&bytes)?;
            writer.finish()
        });
        written.map_err(|error| error.to_string())
    }
}

/// Who draws the world: none if nobody does.
#[derive(Resource, Clone, Copy, Default)]
struct Drawing(Option<fn(&World) -> Option<Picture>>);

/// What a plugin can add to a program.
pub trait PictureApp {
    /// Registers who draws the world: the last to do so does.
    fn register_picture(&mut self, draw: fn(&World) -> Option<Picture>) -> &mut Self;
}

impl PictureApp for App {
    fn register_picture(&mut self, draw: fn(&World) -> Option<Picture>) -> &mut Self {
        self.insert_resource(Drawing(Some(draw)))
    }
}

/// The picture of a world, if it has one.
pub fn of(world: &World) -> Option<Picture> {
    world.get_resource::<Drawing>()?.0?(world)
}

/// Writes the picture of a world, if it has one.
///
/// # Errors
/// Why it could not be written.
pub fn write(world: &World, path: &Path) -> Result<(), String> {
    let Some(picture) = of(world) else { return Ok(()) };
    let mut file = BufWriter::new(File::create(path).map_err(|error| error.to_string())?);
    picture.encode(&mut file)?;
    file.flush().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_the_pixels_that_were_set() {
        let mut picture = Picture::new(200, 2, [255; 3]);
        picture.set(1, 0, [9, 8, 7]);
        picture.set(200, 0, [0; 3]);
        let mut bytes = Vec::new();
        picture.encode(&mut bytes).expect("it can be written");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let frame = reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!((frame.width, frame.height), (400, 4));
        let at = |column: usize, row: usize| &pixels[(row * 400 + column) * 3..][..3];
        // The first row is at the bottom.
        assert_eq!(
            (at(2, 3), at(3, 2), at(4, 3), at(2, 1)),
            (&[9, 8, 7][..], &[9, 8, 7][..], &[255; 3][..], &[255; 3][..])
        );
    }

    #[test]
    fn colours_are_mixed() {
        assert_eq!(between([0, 100, 255], [100, 200, 55], 0.5), [50, 150, 155]);
    }
}
