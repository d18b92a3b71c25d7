//! What an author says of a twin's look: the part `look`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use bevy_ecs::prelude::{Component, World};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::engine::identity::Directory;
use crate::engine::spelling::nearest;
use crate::scene::expand::place_for;
use crate::scene::problem::{Problem, Problems};
use crate::scene::syntax::Node;

use super::palette::Colour;
use super::registry::Looks;
use super::sight::{Form, ThingId};

/// How a twin is drawn, where it should not be drawn as its name suggests. It changes nothing else.
#[derive(Component, Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Appearance {
    /// The model, such as `lathe` for a machine; without it, the one that its name suggests.
    #[schemars(example = &"lathe")]
    pub model: Option<String>,
    /// Its colour, such as `#1f9e98` or `teal`; without it, the usual one of its kind.
    #[schemars(example = &"#1f9e98")]
    pub colour: Option<Tint>,
    /// How much larger than usual it is drawn.
    #[schemars(range(min = 0.05, max = 20.0))]
    pub size: f64,
}

impl Default for Appearance {
    fn default() -> Self {
        Appearance { model: None, colour: None, size: 1.0 }
    }
}

/// A colour as authors write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tint(pub Colour);

/// The colours that have a name.
const NAMED: [(&str, u32); 10] = [
    ("black", 0x2b3038),
    ("blue", 0x2f6fb5),
    ("green", 0x4f9d69),
    ("grey", 0x8b9197),
    ("orange", 0xee7b30),
    ("purple", 0x7a6fd0),
    ("red", 0xc8453d),
    ("teal", 0x1f9e98),
    ("white", 0xf6f6f2),
    ("yellow", 0xf2b632),
];

impl Tint {
    fn parse(text: &str) -> Option<Tint> {
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, number)| *number);
        let number = || {
            let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
            digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
        };
        named.or_else(number).map(|number| Tint(Colour::hex(number)))
    }
}

impl fmt::Display for Tint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0.0;
        write!(out, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Serialize for Tint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Tint::parse(&text).ok_or_else(|| {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            de::Error::custom(format!("`{text}` is no colour; write it as \"#1f9e98\", or one of {}", names.join(", ")))
        })
    }
}

impl JsonSchema for Tint {
    fn schema_name() -> Cow<'static, str> {
        "Tint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "x-type": "colour" })
    }
}

/// Draws those otherwise whose author says so.
pub(super) fn apply(world: &World, forms: &mut BTreeMap<ThingId, Form>) {
    let directory = world.resource::<Directory>();
    for (thing, form) in forms {
        let entity = thing.as_twin().and_then(|twin| directory.entity(twin));
        let Some(wish) = entity.and_then(|entity| world.entity(entity).get::<Appearance>()) else { continue };
        if let Some(model) = &wish.model {
            form.model = model.as_str().into();
        }
        form.colour = wish.colour.map_or(form.colour, |tint| tint.0);
        form.scale *= wish.size as f32;
    }
}

/// Whether every twin can be drawn as its author wants.
pub(super) fn check(world: &World, root: &Node, problems: &mut Problems) {
    let mut places = BTreeSet::new();
    for (_, entity, name) in world.resource::<Directory>().twins() {
        let twin = world.entity(entity);
        let Some(appearance) = twin.get::<Appearance>() else { continue };
        let complaint = match world.resource::<Looks>().of(twin) {
            None => {
                let help = "give it one, such as place: At(x: 4, y: 2), or take the part away";
                Some((["look"].as_slice(), format!("`{name}` cannot be seen: it has no place"), help.to_owned()))
            }
            Some(look) => {
                let models = (look.models)();
                let unknown = appearance.model.as_deref().filter(|model| !models.contains(model));
                unknown.map(|model| (["look", "model"].as_slice(), wrong_model(model, look.name), cure(model, &models)))
            }
        };
        // A mistake in a kind is one mistake, however many twins are of that kind.
        if let Some((path, message, help)) = complaint
            && let span = place_for(root, name, path)
            && places.insert((span.file, span.start))
        {
            problems.push(Problem { span, message, label: "here".to_owned(), help: Some(help) });
        }
    }
}

fn wrong_model(model: &str, look: &str) -> String {
    format!("no {look} looks like a `{model}`")
}

fn cure(model: &str, models: &[&str]) -> String {
    match (nearest(model, models.iter().copied()), models) {
        (Some(other), _) => format!("did you mean `{other}`?"),
        (None, []) => "take `model` away: all of them look alike".to_owned(),
        (None, models) => format!("choose one of {}", models.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Tint::parse("teal").map(|tint| tint.to_string()).as_deref(), Some("#1f9e98"));
        assert_eq!(Tint::parse("#1F9E98"), Tint::parse("teal"));
        for wrong in ["", "#", "#12345", "#12345g", "#+12345", "1f9e98", "Teal", "#1f9e980"] {
            assert_eq!(Tint::parse(wrong), None, "{wrong}");
        }
    }
}
