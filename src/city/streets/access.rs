//! Who may use a lane.

use serde::{Deserialize, Serialize};

/// A kind of road user, as far as the law tells them apart. The names are those of SUMO's vehicle classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub struct Class(u8);

/// The names, in the order of their bits.
const NAMES: [&str; 34] = [
    "private",
    "emergency",
    "authority",
    "army",
    "vip",
    "pedestrian",
    "passenger",
    "hov",
    "taxi",
    "bus",
    "coach",
    "delivery",
    "truck",
    "trailer",
    "motorcycle",
    "moped",
    "bicycle",
    "evehicle",
    "tram",
    "rail_urban",
    "rail",
    "rail_electric",
    "rail_fast",
    "ship",
    "container",
    "cable_car",
    "subway",
    "aircraft",
    "wheelchair",
    "scooter",
    "drone",
    "custom1",
    "custom2",
    "ignoring",
];

impl Class {
    /// Cars.
    pub const PASSENGER: Class = Class(6);
    /// Who may go everywhere.
    pub const IGNORING: Class = Class(33);

    /// The class of this name.
    pub fn named(name: &str) -> Option<Class> {
        NAMES.iter().position(|known| *known == name).map(|number| Class(number as u8))
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.into_iter()
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl From<Class> for &'static str {
    fn from(class: Class) -> &'static str {
        class.name()
    }
}

impl TryFrom<String> for Class {
    type Error = String;

    fn try_from(name: String) -> Result<Class, String> {
        Class::named(&name).ok_or_else(|| format!("there is no class of vehicles `{name}`"))
    }
}

/// Who may use a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access(u64);

impl Access {
    /// Everybody.
    pub const ALL: Access = Access((1 << NAMES.len()) - 1);

    /// Only these classes, and who may go everywhere.
    pub fn only(classes: impl IntoIterator<Item = Class>) -> Access {
        Access(classes.into_iter().fold(1 << Class::IGNORING.0, |bits, class| bits | 1 << class.0))
    }

    /// Everybody but these classes.
    pub fn all_but(classes: impl IntoIterator<Item = Class>) -> Access {
        Access(classes.into_iter().fold(Access::ALL.0, |bits, class| bits & !(1 << class.0)) | 1 << Class::IGNORING.0)
    }

    /// Whether a class may.
    #[inline]
    pub fn allows(self, class: Class) -> bool {
        self.0 >> class.0 & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_open_to_whom_they_say() {
        let [bus, car] = ["bus", "passenger"].map(|name| Class::named(name).unwrap());
        assert_eq!((car, bus.name()), (Class::PASSENGER, "bus"));
        assert!(Access::ALL.allows(car) && Access::ALL.allows(Class::IGNORING));
        assert!(Access::only([bus]).allows(bus) && !Access::only([bus]).allows(car));
        assert!(Access::all_but([bus]).allows(car) && !Access::all_but([bus]).allows(bus));
        assert!(Access::only([bus]).allows(Class::IGNORING) && Access::only([]).allows(Class::IGNORING));
        assert_eq!(Class::named("hovercraft"), None);
    }
}
