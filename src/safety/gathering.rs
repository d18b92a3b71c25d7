//! The rule that not too many gather.
//!
//! A person is *crowded* if there are at least so many persons nearer than `within`, that one included. A gathering is a cluster
//! by density (see [`dbscan`](super::dbscan)) in which somebody is crowded: all crowded persons who are near each other, one by the
//! other, and whoever is near one of them. It goes on for as long as there is a cluster of at least `release` persons with somebody
//! in it who was in it before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::apart::squared;
use super::dbscan::clusters;
use super::sight::{Crowd, Places};
use crate::engine::identity::TwinId;
use crate::engine::parallel::Pool;
use crate::engine::time::Duration;
use crate::world::space::Space;

/// How many may gather.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gathering {
    /// So many are too many.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub people: u32,
    /// How near they are to one of them.
    #[schemars(range(min = 1e-3, max = 1000), extend("x-unit" = "m"))]
    pub within: f64,
    /// With fewer than so many it is over; without it, one less than `people`.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub release: Option<u32>,
    /// How long it has to last before it is warned of.
    #[schemars(example = &"30s")]
    pub lasts: Duration,
}

impl Default for Gathering {
    /// 10 persons within 3 m of one of them, at once.
    fn default() -> Self {
        Gathering { people: 10, within: 3.0, release: None, lasts: Duration::ZERO }
    }
}

impl Gathering {
    /// How many persons near one of them it takes for a gathering to go on.
    pub fn release(&self) -> u32 {
        self.release.unwrap_or(self.people - 1).clamp(2, self.people)
    }
}

/// How many persons one thread looks at in one go.
const PIECE: usize = 512;

/// All clusters in which a gathering could go on, and whether somebody is crowded there. By the first of those who make them.
pub(super) fn crowds(rule: &Gathering, persons: &[TwinId], places: &Places, space: &Space, pool: &Pool) -> Vec<Crowd> {
    let counts = map(persons, pool, |person| count(rule.within, person, places, space));
    let release = rule.release();
    if counts.iter().all(|count| *count < release) {
        return Vec::new();
    }
    let near = near_dense(rule, persons, &counts, places, space, pool);
    let found = clusters(&near, release);
    let crowd = |members: Vec<usize>| Crowd {
        is_breach: members.iter().any(|member| counts[*member] >= rule.people),
        members: members.into_iter().map(|member| persons[member]).collect(),
    };
    found.members().into_iter().map(crowd).collect()
}

/// Who is near whom, as far as it matters: whoever has enough others near, with all of them; and whoever has not, with the former.
fn near_dense(
    rule: &Gathering,
    persons: &[TwinId],
    counts: &[u32],
    places: &Places,
    space: &Space,
    pool: &Pool,
) -> Vec<Vec<u32>> {
    let number = number_by_id(persons);
    let is_dense = |one: usize| counts[one] >= rule.release();
    let dense: Vec<TwinId> = (0..persons.len()).filter(|one| is_dense(*one)).map(|one| persons[one]).collect();
    let lists = map(&dense, pool, |person| {
        let mut others = Vec::new();
        visit(rule.within, person, places, space, |other| others.push(number[other.0 as usize]));
        others.sort_unstable();
        others
    });
    let mut near: Vec<Vec<u32>> = vec![Vec::new(); persons.len()];
    for (person, others) in dense.iter().zip(lists) {
        let this = number[person.0 as usize];
        others.iter().filter(|other| !is_dense(**other as usize)).for_each(|other| near[*other as usize].push(this));
        near[this as usize] = others;
    }
    near
}

fn map<R: Send + Clone>(persons: &[TwinId], pool: &Pool, work: impl Fn(TwinId) -> R + Send + Sync) -> Vec<R> {
    let pieces: Vec<&[TwinId]> = persons.chunks(PIECE).collect();
    pool.map(&pieces, |piece| piece.iter().map(|person| work(*person)).collect::<Vec<R>>()).concat()
}

/// By id: where a person stands in the list.
fn number_by_id(persons: &[TwinId]) -> Vec<u32> {
    let mut numbers = vec![u32::MAX; persons.last().map_or(0, |last| last.0 as usize + 1)];
    (0..).zip(persons).for_each(|(number, person)| numbers[person.0 as usize] = number);
    numbers
}

fn count(within: f64, person: TwinId, places: &Places, space: &Space) -> u32 {
    let mut count = u32::from(places.of(person).is_some());
    visit(within, person, places, space, |_| count += 1);
    count
}

/// Everybody else who is nearer than that.
fn visit(within: f64, person: TwinId, places: &Places, space: &Space, mut visit: impl FnMut(TwinId)) {
    let Some(here) = places.of(person) else { return };
    let (eye, reach) = (space.eye(here), space.reach_squared(within));
    for other in space.around(here, within).flatten() {
        if other.twin() == person || other.squared_distance(&eye) > reach {
            continue;
        }
        if places.of(other.twin()).is_some_and(|there| squared(here, there) < within * within) {
            visit(other.twin());
        }
    }
}
