//! What is said of elements, and how to read lengths, speeds and counts
//! (<https://wiki.openstreetmap.org/wiki/Map_features/Units>, <https://wiki.openstreetmap.org/wiki/Key:maxspeed>).

/// Keys and their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags(Vec<(Box<str>, Box<str>)>);

impl Tags {
    /// Adds what is said; of two values of a key the first counts.
    pub fn add(&mut self, key: &str, value: &str) {
        self.0.push((key.into(), value.trim().into()));
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| **known == *key).map(|(_, value)| &**value)
    }

    /// The value of a key, or nothing.
    pub fn text(&self, key: &str) -> &str {
        self.get(key).unwrap_or_default()
    }

    /// The value of the first of these keys that has one.
    pub fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.get(key))
    }

    /// Whether a key has one of these values.
    pub fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }

    /// All keys and their values.
    #[cfg(test)]
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// Whether nothing is said but by these keys.
    pub fn only(&self, keys: &[&str]) -> bool {
        self.0.iter().all(|(key, _)| keys.contains(&&**key))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Tags {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Tags {
        let mut tags = Tags::default();
        pairs.into_iter().for_each(|(key, value)| tags.add(key, value));
        tags
    }
}

/// A length in metres: `12`, `12.5 m`, `12,5`, `0.3 km`, `40 ft`, `7'4"`.
pub fn length(text: &str) -> Option<f64> {
    const FOOT: f64 = 0.3048;
    const INCH: f64 = 0.0254;
    if let Some((feet, inches)) = text.split_once('\'') {
        let inches = inches.trim().trim_end_matches('"').trim();
        let inches = if inches.is_empty() { 0.0 } else { number(inches)? };
        return Some(number(feet)? * FOOT + inches * INCH);
    }
    let (value, unit) = with_unit(text)?;
    let unit = match unit {
        "" | "m" | "metre" | "metres" | "meter" | "meters" => 1.0,
        "cm" => 0.01,
        "km" => 1000.0,
        "ft" | "feet" => FOOT,
        "in" | "\"" => INCH,
        _ => return None,
    };
    Some(value * unit)
}

/// How much one drives at walking pace: kilometres an hour. German courts take from 4 to 7, sometimes to 10.
const WALK: f64 = 7.0;

/// What one may drive where there is no limit: kilometres an hour. The speed that is advised on German motorways
/// (Autobahn-Richtgeschwindigkeits-Verordnung, section 1).
pub const NO_LIMIT: f64 = 130.0;

/// A speed in kilometres an hour: `50`, `50 km/h`, `30 mph`, `walk`, `none`, `DE:urban`, `DE:zone:30`. Of several, as
/// in `50;30`, the first.
pub fn speed(text: &str) -> Option<f64> {
    let text = text.split(';').next().unwrap_or_default().trim();
    if let Some((country, zone)) = text.split_once(':') {
        return speed_of_zone(country.trim(), zone.trim());
    }
    match text {
        "walk" | "walking_pace" => return Some(WALK),
        "none" | "unlimited" => return Some(NO_LIMIT),
        _ => {}
    }
    let (value, unit) = with_unit(text)?;
    let unit = match unit {
        "" | "km/h" | "kmh" | "kph" | "kmph" => 1.0,
        "mph" => 1.609_344,
        "knots" | "kn" => 1.852,
        _ => return None,
    };
    Some(value * unit)
}

/// The limits in towns, out of towns and on motorways: kilometres an hour. From
/// <https://wiki.openstreetmap.org/wiki/Default_speed_limits>, for cars.
const COUNTRIES: [(&str, [f64; 3]); 14] = [
    ("AT", [50.0, 100.0, 130.0]),
    ("BE", [50.0, 90.0, 120.0]),
    ("CH", [50.0, 80.0, 120.0]),
    ("CZ", [50.0, 90.0, 130.0]),
    ("DE", [50.0, 100.0, NO_LIMIT]),
    ("DK", [50.0, 80.0, 130.0]),
    ("ES", [50.0, 90.0, 120.0]),
    ("FR", [50.0, 80.0, 130.0]),
    ("GB", [48.280_32, 96.560_64, 112.654_08]),
    ("IT", [50.0, 90.0, 130.0]),
    ("NL", [50.0, 80.0, 130.0]),
    ("PL", [50.0, 90.0, 140.0]),
    ("SE", [50.0, 70.0, 110.0]),
    ("UK", [48.280_32, 96.560_64, 112.654_08]),
];

/// The limit of a zone of a country.
fn speed_of_zone(country: &str, zone: &str) -> Option<f64> {
    let limits = COUNTRIES.iter().find(|(code, _)| *code == country).map(|(_, limits)| limits);
    match zone {
        "urban" => limits.map(|limits| limits[0]),
        "rural" | "nsl_single" => limits.map(|limits| limits[1]),
        "motorway" | "nsl_dual" => limits.map(|limits| limits[2]),
        "living_street" | "walk" => Some(WALK),
        "bicycle_road" => Some(30.0),
        _ => number(zone.strip_prefix("zone").unwrap_or(zone).trim_start_matches(':')),
    }
}

/// A whole number of things; parts are dropped, and of several, as in `2;3`, the first is taken.
pub fn count(text: &str) -> Option<u32> {
    let value = number(text.split(';').next().unwrap_or_default())?;
    (value >= 0.0).then(|| value.min(f64::from(u32::MAX)) as u32)
}

/// A finite number, with a point or a comma.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    // Rust would also read "inf", "nan" and "1e9".
    if !text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '+')) {
        return None;
    }
    text.replace(',', ".").parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number and what follows it.
fn with_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|letter: char| !(letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '+')));
    let (value, unit) = text.split_at(end.unwrap_or(text.len()));
    Some((number(value)?, unit.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_with_their_units() {
        let near = |text, metres: f64| assert!((length(text).unwrap() - metres).abs() < 1e-9, "{text}");
        near("12", 12.0);
        near(" 12.5 m", 12.5);
        near("12,5", 12.5);
        near("0.3 km", 300.0);
        near("40 ft", 12.192);
        near("7'4\"", 2.2352);
        near("7'", 2.1336);
        for text in ["", "high", "nan", "inf", "1e9", "12 parsecs", "'", "1.2.3", "--1"] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn speeds_are_read_with_their_units_and_zones() {
        let near = |text, speed_is: f64| assert!((speed(text).unwrap() - speed_is).abs() < 1e-9, "{text}");
        near("50", 50.0);
        near("50 km/h", 50.0);
        near("30 mph", 48.280_32);
        near("30mph", 48.280_32);
        near("10 knots", 18.52);
        near("50;30", 50.0);
        near("walk", 7.0);
        near("none", 130.0);
        near("DE:urban", 50.0);
        near("CH:rural", 80.0);
        near("DE:motorway", 130.0);
        near("DE:zone:30", 30.0);
        near("DE:zone30", 30.0);
        near("DE:20", 20.0);
        near("AT:living_street", 7.0);
        for text in ["", "signals", "variable", "fast", "XX:urban", "DE:", ":", "nan", "50 furlongs"] {
            assert_eq!(speed(text), None, "{text}");
        }
    }

    #[test]
    fn counts_are_whole() {
        assert_eq!(["2", "1.5", "2;3", "0", "99999999999"].map(count), [2, 1, 2, 0, u32::MAX].map(Some));
        assert_eq!(["", "two", "-1", "nan"].map(count), [None; 4]);
    }
}
