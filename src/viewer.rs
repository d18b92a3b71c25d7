//! The viewer: a Bevy app of its own beside the simulation, fed with what twins look like.
//!
//! A [`source`] tells what is to be seen at a moment, live or recorded; the [`cast`] is what is on stage now; `draw` puts
//! it on the screen in few batches. The world itself is never touched from here.

pub mod camera;
pub mod cast;
pub mod draw;
pub mod eye;
pub mod facts;
mod geometry;
pub mod history;
pub mod light;
pub mod machine;
pub mod panels;
pub mod picture;
pub mod play;
pub mod source;
pub mod stage;
pub mod video;
pub mod window;
