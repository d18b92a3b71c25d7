//! Films of a world, made of pictures by ffmpeg.

use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bevy::image::Image;

/// Pictures a second.
pub const RATE: u32 = 30;

/// A film that is being made.
pub struct Video {
    ffmpeg: Child,
}

impl Video {
    /// Begins a film of pictures of a size. Nothing is there until it is finished.
    ///
    /// # Errors
    /// If there is no ffmpeg.
    pub fn begin(path: &Path, [width, height]: [u32; 2]) -> Result<Video, String> {
        let mut command = Command::new("ffmpeg");
        command.args(["-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24"]);
        command.args(["-video_size", &format!("{width}x{height}"), "-framerate", &RATE.to_string(), "-i", "-"]);
        // Sides must be even for the usual players.
        command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]);
        let child = command.arg(path).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        child.map(|ffmpeg| Video { ffmpeg }).map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                "films are made by ffmpeg, which is not there: install it (apt install ffmpeg), or make \
                                    pictures one by one without --video"
                    .to_owned()
            }
            _ => format!("cannot start ffmpeg: {error}"),
        })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// If ffmpeg does not take it.
    pub fn add(&mut self, picture: Image) -> Result<(), String> {
        let picture = picture.try_into_dynamic().map_err(|error| error.to_string())?.to_rgb8();
        let pipe = self.ffmpeg.stdin.as_mut().ok_or("ffmpeg has gone")?;
        pipe.write_all(&picture).map_err(|error| format!("ffmpeg takes no more pictures: {error}"))
    }

    /// Ends the film.
    ///
    /// # Errors
    /// If ffmpeg could not write it.
    pub fn finish(mut self) -> Result<(), String> {
        drop(self.ffmpeg.stdin.take());
        let status = self.ffmpeg.wait().map_err(|error| format!("ffmpeg was lost: {error}"))?;
        if status.success() { Ok(()) } else { Err("ffmpeg could not write the film; it says why above".to_owned()) }
    }
}
