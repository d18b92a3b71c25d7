//! What is sent and under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::{Component, Resource, World};
use serde::{Deserialize, Serialize};

use super::link::{Link, LinkSpec, Links, Radio};
use super::log::Fate;
use super::presets;
use crate::engine::identity::{Directory, TwinId};
use crate::engine::random::{Purpose, Seed};
use crate::engine::time::{Duration, Time};
use crate::twin::life::Life;
use crate::twin::messages::Parcel;
use crate::twin::who::{Population, TwinSet};
use crate::world::physics::Physics;
use crate::world::position::Position;
use crate::world::space::{Point, distance};

const RADIO: Purpose = Purpose::new("radio");

/// What a radio remembers.
#[derive(Component, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transmitter {
    /// How many messages it has sent, one for each reader: what random numbers go by.
    pub sent: u64,
    /// From when on it may send again, by each of its links.
    pub free_at: Vec<Time>,
}

/// A message under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flight {
    /// When it arrives.
    pub arrives: Time,
    /// At whom.
    pub to: TwinId,
    /// By which link, by its number.
    link: u16,
    /// What it is.
    pub parcel: Parcel,
}

/// How messages by one link got on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many were sent, counted once for each reader.
    pub sent: u64,
    /// How many have arrived.
    pub received: u64,
    /// How many were lost.
    pub lost: u64,
    /// How many did not reach their reader.
    pub out_of_reach: u64,
    /// How many were too long.
    pub too_long: u64,
    /// How many are under way.
    pub under_way: u64,
    /// How many bytes were sent, with what links add and what was sent again.
    pub bytes: u64,
    /// How long senders were on the air.
    pub on_air: Duration,
    /// How long those that arrived were under way, all together.
    pub delay: Duration,
}

/// What is under way, and how messages by each link got on.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ether {
    /// By the moment at which they are handed over.
    in_flight: BTreeMap<Time, Vec<Flight>>,
    /// An empty list.
    #[serde(skip)]
    spare: Vec<Flight>,
    /// By link.
    tallies: Vec<Tally>,
    /// How many were for somebody with whom their sender has no link in common.
    pub no_link: u64,
}

impl Ether {
    /// Takes what is to be handed over by a moment, as it was sent.
    pub fn arrivals(&mut self, now: Time) -> Vec<Flight> {
        let mut due = match self.in_flight.first_entry() {
            Some(first) if *first.key() <= now => first.remove(),
            _ => return Vec::new(),
        };
        while let Some(next) = self.in_flight.first_entry().filter(|next| *next.key() <= now) {
            due.append(&mut next.remove());
        }
        for flight in &due {
            let tally = self.tally(flight.link);
            tally.under_way -= 1;
            tally.received += 1;
            tally.delay += flight.arrives - flight.parcel.at;
        }
        due
    }

    /// Takes an emptied list back, to spare memory.
    pub fn take_back(&mut self, emptied: Vec<Flight>) {
        self.spare = emptied;
    }

    /// A message is under way, and will be handed over at a moment.
    fn add(&mut self, handed_over: Time, flight: Flight) {
        match self.in_flight.get_mut(&handed_over) {
            Some(flights) => flights.push(flight),
            None => {
                let mut flights = std::mem::take(&mut self.spare);
                flights.push(flight);
                self.in_flight.insert(handed_over, flights);
            }
        }
    }

    fn tally(&mut self, link: u16) -> &mut Tally {
        let link = link as usize;
        if self.tallies.len() <= link {
            self.tallies.resize(link + 1, Tally::default());
        }
        &mut self.tallies[link]
    }

    /// How messages by each link got on, by the number of the link.
    pub fn tallies(&self) -> &[Tally] {
        &self.tallies
    }

    /// Counts afresh. What is under way still is.
    pub fn reset(&mut self) {
        self.no_link = 0;
        for tally in &mut self.tallies {
            *tally = Tally { sent: tally.under_way, under_way: tally.under_way, ..Tally::default() };
        }
    }

    /// How many messages are under way.
    pub fn under_way(&self) -> usize {
        self.in_flight.values().map(Vec::len).sum()
    }
}

/// The links of a world, and who has which. A cache.
#[derive(Resource, Clone, Debug, Default)]
pub struct Networks {
    /// By number.
    pub links: Vec<Link>,
    /// The different lists of links that twins have; the first is empty. They are few, and so always at hand.
    lists: Vec<Vec<u16>>,
    /// By twin: which of the lists it has.
    radios: Vec<u32>,
}

impl Networks {
    /// Finds out which links there are and who has them.
    pub fn rebuild(world: &mut World) {
        let links = world.get_resource::<Links>().cloned().unwrap_or_default();
        let (directory, population) = (world.resource::<Directory>(), world.resource::<Population>());
        // The numbers of links are state: they depend on the scene alone, and not on who lives. A kind of link is as it is, unless
        // the scene has one of its name.
        let kinds = presets::PRESETS.iter().map(|preset| preset.name.to_owned());
        let others = kinds.filter(|name| !links.0.contains_key(name));
        let names: Vec<String> = links.0.keys().cloned().chain(others).collect();
        let mut networks = Networks { lists: vec![Vec::new()], ..Networks::default() };
        for (twin, entity, _) in directory.twins() {
            let Some(radio) = world.entity(entity).get::<Radio>() else { continue };
            let number = |name: &String| names.iter().position(|other| other == name);
            let numbers: Vec<u16> = radio.0.iter().filter_map(number).map(|number| number as u16).collect();
            let known = networks.lists.iter().position(|list| *list == numbers);
            let list = known.unwrap_or_else(|| {
                networks.lists.push(numbers);
                networks.lists.len() - 1
            });
            let id = twin.0 as usize;
            if networks.radios.len() <= id {
                networks.radios.resize(id + 1, 0);
            }
            networks.radios[id] = list as u32;
        }
        networks.links = names.iter().map(|name| link(name, &links, directory, population)).collect();
        world.insert_resource(networks);
    }

    /// A twin leaves, and is not heard any more.
    pub fn forget(&mut self, twin: TwinId) {
        self.radios.get_mut(twin.0 as usize).into_iter().for_each(|list| *list = 0);
    }

    /// Whether anybody has a link.
    pub fn is_used(&self, link: usize) -> bool {
        let has = |list: &u32| self.lists[*list as usize].contains(&(link as u16));
        self.radios.iter().any(has)
    }

    /// The links of a twin, the one that it likes best first; none if it has no radio.
    pub fn of(&self, twin: TwinId) -> &[u16] {
        let list = self.radios.get(twin.0 as usize).map(|list| *list as usize);
        list.and_then(|list| self.lists.get(list)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn link(name: &str, links: &Links, directory: &Directory, population: &Population) -> Link {
    let as_it_is = LinkSpec { like: Some(name.to_owned()), ..LinkSpec::default() };
    let spec = links.0.get(name).unwrap_or(&as_it_is);
    let mut stations: Vec<TwinId> = spec.stations.iter().flat_map(|who| population.find(directory, who)).collect();
    stations.sort_unstable();
    stations.dedup();
    Link::new(name, spec, (!spec.stations.is_empty()).then(|| Arc::new(TwinSet::new(stations))))
}

/// Gives radios what they remember, before the first step.
pub fn begin(world: &mut World) {
    Networks::rebuild(world);
    let directory = world.resource::<Directory>();
    let radios: Vec<_> = directory.twins().map(|(twin, entity, _)| (twin, entity)).collect();
    for (twin, entity) in radios {
        let links = world.resource::<Networks>().of(twin).len();
        if links > 0 {
            let transmitter = Transmitter { sent: 0, free_at: vec![Time::ZERO; links] };
            world.entity_mut(entity).insert(transmitter);
        }
    }
    let links = world.resource::<Networks>().links.len();
    world.resource_mut::<Ether>().tallies = vec![Tally::default(); links];
}

/// Somebody at the end of a link: who, and where if anywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// Who.
    pub twin: TwinId,
    /// Where.
    pub at: Option<Point>,
}

/// The ether at a moment, to send by.
pub struct Air<'a> {
    /// Now.
    pub now: Time,
    /// The seed of the run.
    pub seed: Seed,
    /// The links.
    pub networks: &'a Networks,
    /// The bodies that stand in the way, if there are any.
    pub physics: Option<&'a Physics>,
    /// By link: the stations at work, and where they are.
    pub stations: Vec<Vec<(TwinId, Point)>>,
}

/// What a message got on the air with: for one reader.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sent {
    /// By which link, by its number.
    pub link: Option<u16>,
    /// The mean signal: dBm.
    pub signal_dbm: Option<f64>,
    /// How often it was sent.
    pub tries: u32,
    /// What became of it.
    pub fate: Fate,
}

/// One way from somebody to somebody.
struct Hop {
    signal_dbm: f64,
    distance: f64,
}

/// A way by a link: its number, and the one or two hops.
type Way = (u16, Hop, Option<Hop>);

/// The sending of one letter by one link, for all its readers: it goes on the air once.
pub struct Slot {
    link: u16,
    begins: Time,
    most_tries: u32,
}

/// The letter of one sender, being sent to one reader after the other.
pub struct Sending<'a> {
    air: &'a Air<'a>,
    from: End,
    transmitter: &'a mut Transmitter,
    bytes: u32,
    slots: Vec<Slot>,
}

impl<'a> Air<'a> {
    /// Begins to send a letter of so many bytes. `slots` is an empty list, which comes back in the end.
    pub fn send(&'a self, from: End, transmitter: &'a mut Transmitter, bytes: u32, slots: Vec<Slot>) -> Sending<'a> {
        Sending { air: self, from, transmitter, bytes, slots }
    }

    fn link(&self, number: u16) -> &Link {
        &self.networks.links[number as usize]
    }

    fn hop(&self, link: &Link, from: End, to: End) -> Option<Hop> {
        if link.wired {
            return Some(Hop { signal_dbm: link.power_dbm, distance: 0.0 });
        }
        let (here, there) = (from.at?, to.at?);
        let bodies = self.physics.filter(|_| link.obstacle_db > 0.0);
        let obstacles = bodies.map_or(0, |physics| physics.bodies_between([from.twin, to.twin], here, there));
        let distance = distance(here, there);
        Some(Hop { signal_dbm: link.signal_dbm(distance, obstacles), distance })
    }

    /// The way from one to the other, by way of the stations nearest to each, if the link has some. None if there is no way.
    fn way(&self, number: u16, from: End, to: End) -> Option<(Hop, Option<Hop>)> {
        let link = self.link(number);
        let Some(set) = &link.stations else { return Some((self.hop(link, from, to)?, None)) };
        let nearest = |end: End| -> Option<End> {
            if set.contains(end.twin) {
                return Some(end);
            }
            let stations = &self.stations[number as usize];
            // Through cables any will do.
            let far = |at: &Point| end.at.map_or(0.0, |here| distance(here, *at));
            let best = stations.iter().min_by(|a, b| far(&a.1).total_cmp(&far(&b.1)).then(a.0.cmp(&b.0)));
            best.map(|(twin, at)| End { twin: *twin, at: Some(*at) })
        };
        let (up, down) = (nearest(from)?, nearest(to)?);
        match (up.twin == from.twin, down.twin == to.twin) {
            // Stations reach each other by their own network.
            (true, true) => Some((Hop { signal_dbm: link.power_dbm, distance: 0.0 }, None)),
            (true, false) => Some((self.hop(link, down, to)?, None)),
            (false, true) => Some((self.hop(link, from, up)?, None)),
            (false, false) => Some((self.hop(link, from, up)?, Some(self.hop(link, down, to)?))),
        }
    }
}

/// Nothing that is so unlikely ever gets through.
const NEVER: f64 = 1.0 - 1e-12;

impl Sending<'_> {
    /// Sends it to one reader. `by` is the link that it must take, if any.
    pub fn to(&mut self, to: End, by: Option<&str>) -> Sent {
        self.transmitter.sent += 1;
        let (own, others) = (self.air.networks.of(self.from.twin), self.air.networks.of(to.twin));
        let named = |number: u16| by.is_none_or(|by| *self.air.link(number).name == *by);
        let nothing = |link, fate| Sent { link, signal_dbm: None, tries: 0, fate };
        let weakest =
            |(_, up, down): &Way| down.as_ref().map_or(up.signal_dbm, |down| down.signal_dbm.min(up.signal_dbm));
        let (mut first, mut fits, mut way): (Option<u16>, bool, Option<Way>) = (None, false, None);
        for number in own.iter().copied().filter(|number| others.contains(number) && named(*number)) {
            first = first.or(Some(number));
            if self.bytes > self.air.link(number).most_bytes {
                continue;
            }
            fits = true;
            let Some((up, down)) = self.air.way(number, self.from, to) else { continue };
            // The first by which the mean signal is strong enough all the way; else the first.
            let other = (number, up, down);
            let carries = self.air.link(number).carries(weakest(&other));
            if carries || way.is_none() {
                way = Some(other);
            }
            if carries {
                break;
            }
        }
        if first.is_none() {
            return nothing(None, Fate::NoLink);
        }
        let Some(way) = &way else {
            return nothing(first, if fits { Fate::OutOfReach } else { Fate::TooLong });
        };
        let signal_dbm = Some(weakest(way));
        let (number, up, down) = way;
        let link = self.air.link(*number);
        let begins = self.slot(*number);
        let mut random = self.air.seed.stream(self.from.twin.0, RADIO, self.transmitter.sent);
        let first_hop = link.tries_until_received(up.signal_dbm, &mut random);
        let second_hop = match (first_hop, down) {
            (Some(_), Some(down)) => link.tries_until_received(down.signal_dbm, &mut random),
            _ => Some(0),
        };
        let on_air = first_hop.unwrap_or(link.tries);
        self.note_tries(*number, on_air);
        let (Some(first_hop), Some(second_hop)) = (first_hop, second_hop) else {
            let hopeless =
                [Some(up), down.as_ref()].into_iter().flatten().any(|hop| link.loss_at(hop.signal_dbm) >= NEVER);
            let fate = if hopeless && link.loss < 1.0 { Fate::OutOfReach } else { Fate::Lost };
            return Sent { link: Some(*number), signal_dbm, tries: on_air, fate };
        };
        let sending = f64::from(first_hop + second_hop) * link.air_time(self.bytes);
        let under_way = link.propagation(up.distance + down.as_ref().map_or(0.0, |down| down.distance));
        let latency = link.latency.sample(&mut random);
        let arrives = begins + Duration::from_seconds(sending + under_way) + latency;
        Sent { link: Some(*number), signal_dbm, tries: first_hop + second_hop, fate: Fate::Arrives(arrives) }
    }

    /// From when on the letter is on the air by a link.
    fn slot(&mut self, link: u16) -> Time {
        if let Some(slot) = self.slots.iter().find(|slot| slot.link == link) {
            return slot.begins;
        }
        let place = self.place(link);
        let begins = self.transmitter.free_at.get(place).copied().unwrap_or(self.air.now).max(self.air.now);
        self.slots.push(Slot { link, begins, most_tries: 0 });
        begins
    }

    fn place(&self, link: u16) -> usize {
        self.air.networks.of(self.from.twin).iter().position(|other| *other == link).unwrap_or(usize::MAX)
    }

    fn note_tries(&mut self, link: u16, tries: u32) {
        let slot = self.slots.iter_mut().find(|slot| slot.link == link);
        slot.into_iter().for_each(|slot| slot.most_tries = slot.most_tries.max(tries));
    }

    /// It is sent to all: the transmitter is busy as long as that takes, and as its share of time says.
    pub fn finish(mut self, ether: &mut Ether) -> Vec<Slot> {
        for slot in &self.slots {
            let link = self.air.link(slot.link);
            let sending = f64::from(slot.most_tries) * link.air_time(self.bytes);
            let place = self.place(slot.link);
            if let Some(free_at) = self.transmitter.free_at.get_mut(place) {
                *free_at = slot.begins + Duration::from_seconds(sending / link.duty_cycle);
            }
            let tally = ether.tally(slot.link);
            tally.on_air += Duration::from_seconds(sending);
            tally.bytes += u64::from(slot.most_tries) * u64::from(self.bytes.saturating_add(link.overhead_bytes));
        }
        self.slots.clear();
        self.slots
    }
}

impl Ether {
    /// What was sent is counted, and is under way if it arrives: it is handed over at `handed_over` of its arrival.
    pub fn take(
        &mut self,
        sent: &Sent,
        to: TwinId,
        mut parcel: impl FnMut() -> Option<Parcel>,
        handed_over: impl Fn(Time) -> Time,
    ) -> Option<Time> {
        let Some(link) = sent.link else {
            self.no_link += 1;
            return None;
        };
        let tally = self.tally(link);
        tally.sent += 1;
        match sent.fate {
            Fate::Lost => tally.lost += 1,
            Fate::OutOfReach | Fate::NoLink => tally.out_of_reach += 1,
            Fate::TooLong => tally.too_long += 1,
            Fate::Arrives(arrives) => {
                let parcel = parcel()?;
                let tally = self.tally(link);
                tally.under_way += 1;
                let at = handed_over(arrives);
                self.add(at, Flight { arrives, to, link, parcel });
                return Some(at);
            }
        }
        None
    }
}

/// The stations of each link that are at work, and where they are.
pub fn stations(
    networks: &Networks,
    find: impl Fn(TwinId) -> Option<(Position, Option<Life>)>,
) -> Vec<Vec<(TwinId, Point)>> {
    let at_work = |twin: &TwinId| {
        let (position, life) = find(*twin)?;
        let is_active = life.is_none_or(|life| life == Life::Active);
        is_active.then_some((*twin, [position.x, position.y, position.z]))
    };
    let of = |link: &Link| link.stations.iter().flat_map(|set| set.twins().iter().filter_map(at_work)).collect();
    networks.links.iter().map(of).collect()
}
