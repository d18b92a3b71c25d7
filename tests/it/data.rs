//! Reference data that the project does not contain.

use std::path::{Path, PathBuf};

/// A folder of the reference data: in `AUTOTWIN_DATA`, else in `../shared/data` from the project's root. Where it is not
/// there, says which test is skipped and gives none.
pub fn folder(name: &str, test: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("AUTOTWIN_DATA").map_or_else(beside, PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped {test}: there is no {}; set AUTOTWIN_DATA to the folder of the reference data",
        folder.display()
    );
    None
}
