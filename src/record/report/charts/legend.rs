//! What the colours and patterns of a chart mean.

use maud::{Markup, html};

/// A legend: for each entry its class and what it means.
pub fn legend<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    html! {
        ul.legend {
            @for (class, meaning) in entries { li { (swatch(class)) (meaning) } }
        }
    }
}

/// A patch of the colour and pattern of a class.
pub fn swatch(class: &str) -> Markup {
    html! {
        svg.swatch width="14" height="14" aria-hidden="true" {
            rect class=(class) width="14" height="14" rx="2" {}
        }
    }
}
