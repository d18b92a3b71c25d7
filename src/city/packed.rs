//! Large values in scenes: what an importer writes and nobody edits by hand, packed into one text.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The layout of what is packed. It changes with the types that are packed.
const LAYOUT: u16 = 2;

/// What is in a scene as one text: written by serde, made smaller, and spelled with letters.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed(String);

impl Packed {
    /// Packs a value.
    pub fn new<T: Serialize>(value: &T) -> Packed {
        // Only maps of unknown length and the like cannot be written, and there are none of these in plain data.
        let bytes = postcard::to_stdvec(value).unwrap_or_default();
        let small = lz4_flex::compress_prepend_size(&bytes);
        Packed(STANDARD.encode([&LAYOUT.to_le_bytes()[..], &small].concat()))
    }

    /// The value.
    ///
    /// # Errors
    /// Why the text is not one that this program has packed, in words for its author.
    pub fn open<T: DeserializeOwned>(&self) -> Result<T, String> {
        const CURE: &str = "import it again with `autotwin import`";
        let bytes = STANDARD.decode(&self.0).map_err(|_| format!("it is no packed text; {CURE}"))?;
        let (layout, small) = bytes.split_first_chunk().ok_or_else(|| format!("it is empty; {CURE}"))?;
        match u16::from_le_bytes(*layout) {
            LAYOUT => {}
            other => return Err(format!("it is of layout {other}, and this program reads layout {LAYOUT}; {CURE}")),
        }
        // Text that is damaged could ask for more memory than there is: nothing is more than 255 times as large as its packed form.
        let size = small.first_chunk().map_or(0, |size| u32::from_le_bytes(*size) as usize);
        if size > small.len().saturating_mul(256) {
            return Err(format!("it is damaged; {CURE}"));
        }
        let bytes = lz4_flex::decompress_size_prepended(small).map_err(|_| format!("it is damaged; {CURE}"))?;
        postcard::from_bytes(&bytes).map_err(|_| format!("it is damaged; {CURE}"))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Its length says enough.
impl fmt::Debug for Packed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Packed({} letters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_what_is_unpacked(value in prop::collection::vec((any::<u32>(), any::<f64>(), ".{0,9}"), 0..50)) {
            let packed = Packed::new(&value);
            let same: Vec<(u32, f64, String)> = packed.open().unwrap();
            prop_assert_eq!(format!("{value:?}"), format!("{same:?}"));
        }

        #[test]
        fn damaged_texts_are_refused(
            value in prop::collection::vec(any::<u32>(), 0..50), at in any::<prop::sample::Index>(), letter in "[ -~]",
        ) {
            let mut text = Packed::new(&value).0;
            let at = at.index(text.len());
            text.replace_range(at..=at, &letter);
            // It may happen to be another value of the same type, but it is never more than a text can say.
            if let Err(why) = Packed(text).open::<Vec<u32>>() {
                prop_assert!(why.contains("autotwin import"), "{}", why);
            }
        }
    }
}
