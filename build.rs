//! Tells the program which sources and which compiler it was built from.

use std::env;
use std::process::Command;

fn main() {
    let commit = output("git", &["rev-parse", "--short=12", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    // Only sources make a build another one, not notes and pictures.
    let changed = output("git", &["status", "--porcelain", "--", "src", "build.rs", "Cargo.toml", "Cargo.lock"]);
    let dirty = if changed.is_some_and(|list| !list.is_empty()) { "-dirty" } else { "" };
    let rustc = env::var("RUSTC").ok().and_then(|rustc| output(&rustc, &["--version"])).unwrap_or_default();
    println!("cargo::rustc-env=AUTOTWIN_COMMIT={commit}{dirty}");
    println!("cargo::rustc-env=AUTOTWIN_RUSTC={rustc}");
    println!("cargo::rustc-env=AUTOTWIN_TARGET={}", env::var("TARGET").unwrap_or_default());
    println!("cargo::rustc-env=AUTOTWIN_PROFILE={}", env::var("PROFILE").unwrap_or_default());
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-changed=.git/HEAD");
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}
