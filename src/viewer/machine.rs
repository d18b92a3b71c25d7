//! What the machine must have, and what to do where it has not.

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

/// Whether something can draw.
///
/// # Errors
/// What is missing, and the cure.
pub fn has_gpu() -> Result<(), String> {
    let backends = Backends::from_env().unwrap_or(Backends::VULKAN | Backends::METAL | Backends::DX12 | Backends::GL);
    let instance = Instance::new(InstanceDescriptor { backends, ..InstanceDescriptor::new_without_display_handle() });
    let adapters = bevy::tasks::block_on(instance.enumerate_adapters(backends));
    if adapters.is_empty() {
        return Err("no driver for drawing was found: neither Vulkan nor OpenGL.\n  \
                    On Debian and Ubuntu: apt install libvulkan1 mesa-vulkan-drivers   (draws without a graphics card too)"
            .to_owned());
    }
    Ok(())
}
