//! Which program made a result.

use serde::{Deserialize, Serialize};

/// The identity of a build, as a run folder keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildInfo {
    /// The package's version.
    pub version: String,
    /// The commit it was built from, with `-dirty` if files had been changed; `unknown` outside a checkout.
    pub commit: String,
    /// The compiler.
    pub rustc: String,
    /// What it was built for.
    pub target: String,
    /// `debug` or `release`.
    pub profile: String,
}

impl BuildInfo {
    /// This very program.
    pub fn current() -> BuildInfo {
        BuildInfo {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: env!("AUTOTWIN_COMMIT").to_owned(),
            rustc: env!("AUTOTWIN_RUSTC").to_owned(),
            target: env!("AUTOTWIN_TARGET").to_owned(),
            profile: env!("AUTOTWIN_PROFILE").to_owned(),
        }
    }
}
