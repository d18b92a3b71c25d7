//! What can be said of a thing in words: for its card, and for whoever reads instead of looks.

use crate::engine::time::Time;
use crate::look::registry::{StateLook, ValueKind};
use crate::look::sight::{Motion, ThingId, Value};

use super::cast::Member;
use super::source::Source;
use super::stage::Stage;

/// What is said of a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// What it is: its look, and the model where that says more.
    pub kind: String,
    /// Its state.
    pub state: Option<StateFact>,
    /// Its values, each with its word.
    pub values: Vec<(&'static str, Fact)>,
    /// What it is in, and what is in it.
    pub relations: Vec<(&'static str, ThingId, String)>,
    /// How many of those are left out.
    pub others: usize,
}

/// The state of a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct StateFact {
    /// The word for it.
    pub name: &'static str,
    /// Its colour.
    pub colour: crate::look::palette::Colour,
    /// Since when.
    pub since: Time,
}

/// A value in words.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// As a text.
    Text(String),
    /// A share, from 0 to 1.
    Share(f32),
    /// Another thing, with its name.
    Thing(ThingId, String),
}

/// The most relations that are told.
const RELATIONS: usize = 12;

/// What can be said of a thing now.
pub fn facts(stage: &Stage, source: &Source, member: &Member) -> Facts {
    let look = stage.looks.get(&member.form.look);
    let name_of = |thing: ThingId| stage.cast.find(thing).map(|other| other.form.name.to_string());
    let state = look.and_then(|look| look.states.get(member.sight.state as usize));
    let state = state.map(|&StateLook { name, colour, .. }| StateFact { name, colour, since: member.since });
    let values = look.map_or(&[] as &[_], |look| look.values).iter().zip(member.sight.values);
    let values = values.filter_map(|(look, value)| {
        let fact = match (value, look.kind) {
            (Value::None, _) => return None,
            (Value::Thing(thing), _) => Fact::Thing(thing, name_of(thing)?),
            (Value::Word(word), _) => Fact::Text(source.word(member.id, &member.form.look, word)?.to_owned()),
            (Value::Ramp { .. }, _) | (Value::Number(_), ValueKind::Share) => {
                Fact::Share(value.number(stage.now)?.clamp(0.0, 1.0))
            }
            (Value::Number(number), ValueKind::Moment) => Fact::Text(due(f64::from(number), stage.now)),
            (Value::Number(number), ValueKind::Quantity { unit, .. }) => Fact::Text(format!("{number:.1} {unit}")),
            (Value::Number(number), _) => Fact::Text(format!("{number}")),
        };
        Some((look.name, fact))
    });
    let speed =
        speed(&member.sight.motion, stage.now).map(|speed| ("speed", Fact::Text(format!("{:.0} km/h", speed * 3.6))));
    let host = match member.sight.motion {
        Motion::Within { host, .. } => name_of(host).map(|name| ("in", host, name)),
        _ => None,
    };
    let guests = stage.cast.guests(member.id).filter_map(|guest| Some(("holds", guest, name_of(guest)?)));
    let mut relations: Vec<_> = host.into_iter().chain(guests).collect();
    let others = relations.len().saturating_sub(RELATIONS);
    relations.truncate(RELATIONS);
    let (look_name, model) = (&member.form.look, &member.form.model);
    let kind = if look_name == model { look_name.to_string() } else { format!("{look_name} · {model}") };
    Facts { name: member.form.name.to_string(), kind, state, values: values.chain(speed).collect(), relations, others }
}

/// How fast somebody goes at a moment, if he does: metres a second.
fn speed(motion: &Motion, now: Time) -> Option<f32> {
    let Motion::Goes { since, until, speeds: [from, to], .. } = motion else { return None };
    let share = ((now - *since).seconds() / (*until - *since).seconds().max(1e-9)).clamp(0.0, 1.0) as f32;
    Some(from + (to - from) * share)
}

impl Facts {
    /// All of it as lines of text.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} ({})", self.name, self.kind)];
        if let Some(state) = &self.state {
            lines.push(format!("state: {} since {}", state.name, clock(state.since)));
        }
        for (name, fact) in &self.values {
            let text = match fact {
                Fact::Text(text) | Fact::Thing(_, text) => text.clone(),
                Fact::Share(share) => format!("{:.0} %", share * 100.0),
            };
            lines.push(format!("{name}: {text}"));
        }
        lines.extend(self.relations.iter().map(|(how, _, name)| format!("{how}: {name}")));
        lines
    }
}

/// A moment and how far off it is.
fn due(seconds: f64, now: Time) -> String {
    let left = seconds - now.seconds();
    let when = clock(Time::from_nanos((seconds * 1e9) as i64));
    if left >= 0.0 { format!("{when}, in {}", length(left)) } else { format!("{when}, {} late", length(-left)) }
}

/// A moment as day of the week and time of day: runs begin on a Monday at midnight.
pub fn clock(time: Time) -> String {
    let seconds = time.nanos().div_euclid(1_000_000_000);
    let (day, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.rem_euclid(7) as usize];
    let week = if day >= 7 { format!("week {} ", day / 7 + 1) } else { String::new() };
    format!("{week}{name} {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// A length of time as people say it.
pub fn length(seconds: f64) -> String {
    match seconds {
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 100.0 => format!("{s:.0} s"),
        s if s < 6_000.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::time::Duration;

    #[test]
    fn moments_and_lengths_read_well() {
        let at = |seconds| Time::ZERO + Duration::from_secs(seconds);
        assert_eq!(clock(at(0)), "Mon 00:00:00");
        assert_eq!(clock(at(86_400 + 3_600 * 9 + 61)), "Tue 09:01:01");
        assert_eq!(clock(at(8 * 86_400)), "week 2 Tue 00:00:00");
        assert_eq!(
            [1.25, 75.0, 600.0, 9_000.0, 200_000.0].map(length),
            ["1.2 s", "75 s", "10 min", "2.5 h", "2.3 days"]
        );
        assert_eq!(due(3_600.0, at(0)), "Mon 01:00:00, in 60 min");
    }
}
