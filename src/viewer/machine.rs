//! What the machine must have, and what to do where it has not.

use bevy::render::RenderPlugin;
use bevy::render::settings::{RenderCreation, WgpuSettings};
use wgpu::{Backends, Instance, InstanceDescriptor};

/// Whether a window can be opened.
///
/// # Errors
/// What is missing, and the cure.
pub fn has_display() -> Result<(), String> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_displays = cfg!(not(all(unix, not(target_os = "macos"))));
    if has_displays || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET") {
        return Ok(());
    }
    Err("there is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set.\n  \
         Run this in a desktop session, or make pictures without a display: autotwin render SCENE -o picture.png"
        .to_owned())
}

/// What to draw with: the native way of the machine, or OpenGL where there is no other.
///
/// # Errors
/// What is missing, and the cure.
pub fn backends() -> Result<Backends, String> {
    let wished = Backends::from_env().map_or_else(|| vec![Backends::PRIMARY, Backends::GL], |backends| vec![backends]);
    wished.into_iter().find(|backends| has_adapter(*backends)).ok_or_else(|| {
        "no driver for drawing was found: neither Vulkan nor OpenGL.\n  \
         On Debian and Ubuntu: apt install libvulkan1 mesa-vulkan-drivers   (draws without a graphics card too)"
            .to_owned()
    })
}

fn has_adapter(backends: Backends) -> bool {
    let instance = Instance::new(InstanceDescriptor { backends, ..InstanceDescriptor::new_without_display_handle() });
    !bevy::tasks::block_on(instance.enumerate_adapters(backends)).is_empty()
}

/// How Bevy is told to draw so.
pub fn renderer(backends: Backends) -> RenderPlugin {
    let settings = WgpuSettings { backends: Some(backends), ..WgpuSettings::default() };
    RenderPlugin { render_creation: RenderCreation::Automatic(Box::new(settings)), ..RenderPlugin::default() }
}
