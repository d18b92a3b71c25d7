//! Films of a world, made of pictures by ffmpeg.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bevy::image::Image;
use tempfile::TempPath;

/// Pictures a second.
pub const RATE: u32 = 30;

/// A film that is being made, under a name of its own until it is whole.
pub struct Video {
    ffmpeg: Child,
    unfinished: TempPath,
    path: PathBuf,
}

/// Whether films can be made here.
///
/// # Errors
/// What is missing, and the cure.
pub fn can_be_made() -> Result<(), String> {
    let asked = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).stdout(Stdio::null()).status();
    asked.map(drop).map_err(|error| match error.kind() {
        ErrorKind::NotFound => "films are made by ffmpeg, which is not there\n  \
             Install it (on Debian and Ubuntu: apt install ffmpeg), or make pictures one by one without --video"
            .to_owned(),
        _ => format!("cannot start ffmpeg: {error}"),
    })
}

impl Video {
    /// Begins a film of pictures of a size. Nothing is there until it is finished.
    ///
    /// # Errors
    /// If ffmpeg cannot be started, or the folder cannot be written to.
    pub fn begin(path: &Path, [width, height]: [u32; 2]) -> Result<Video, String> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // ffmpeg tells from the end of the name what kind of film it should be.
        let kind = path.extension().map(|kind| format!(".{}", kind.to_string_lossy())).unwrap_or_default();
        let unfinished = tempfile::Builder::new().prefix(".unfinished-").suffix(&kind).tempfile_in(folder);
        let unfinished = unfinished.map_err(|error| cannot_write(path, &error))?.into_temp_path();
        let mut command = Command::new("ffmpeg");
        command.args(["-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24"]);
        command.args(["-video_size", &format!("{width}x{height}"), "-framerate", &RATE.to_string(), "-i", "-"]);
        // Sides must be even for the usual players.
        command.args(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]);
        let ffmpeg = command.arg(&*unfinished).stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        let ffmpeg = ffmpeg.map_err(|error| format!("cannot start ffmpeg: {error}"))?;
        Ok(Video { ffmpeg, unfinished, path: path.to_owned() })
    }

    /// Adds a picture.
    ///
    /// # Errors
    /// If ffmpeg does not take it.
    pub fn add(&mut self, picture: Image) -> Result<(), String> {
        let picture = picture.try_into_dynamic().map_err(|error| error.to_string())?.to_rgb8();
        let pipe = self.ffmpeg.stdin.as_mut().ok_or("ffmpeg has gone")?;
        pipe.write_all(&picture).map_err(|error| format!("ffmpeg takes no more pictures: {error}; it says why above"))
    }

    /// Ends the film.
    ///
    /// # Errors
    /// If ffmpeg could not write it.
    pub fn finish(mut self) -> Result<(), String> {
        drop(self.ffmpeg.stdin.take());
        let status = self.ffmpeg.wait().map_err(|error| format!("ffmpeg was lost: {error}"))?;
        if !status.success() {
            return Err("ffmpeg could not write the film; it says why above".to_owned());
        }
        self.unfinished.persist(&self.path).map_err(|error| cannot_write(&self.path, &error.error))?;
        make_readable(&self.path).map_err(|error| cannot_write(&self.path, &error))
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("cannot write {}: {error}", path.display())
}

/// Temporary files are their owner's alone; a film is as readable as any file that one makes.
fn make_readable(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
