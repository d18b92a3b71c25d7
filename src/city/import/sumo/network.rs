//! Networks: `.net.xml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::city::import::Mistake;
use crate::city::import::xml::{Element, Source, Tag};
use crate::city::streets::{
    Access, Class, Control, Direction, Junction, JunctionId, Lamp, Lane, LaneId, Phase, Road, RoadId, Rule, Signals,
    SignalsId, Streets, Turn, TurnId,
};

/// A network as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its streets.
    pub streets: Streets,
    /// What was left out, and what looks wrong, in plain words.
    pub remarks: Vec<String>,
}

/// The width of a lane that does not say: metres.
const LANE_WIDTH: f64 = 3.2;

/// From how far one sees whom one has to let pass, where a connection does not say: metres.
const VISIBLE_FROM: f64 = 4.5;

/// Reads a network.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_network(path: &Path) -> Result<Network, Mistake> {
    parse(&Source::read(path)?)
}

/// A lane of any edge.
struct RawLane<'a> {
    element: Element<'a>,
    length: f64,
    speed: f64,
    line: Vec<[f64; 2]>,
}

/// A road, or something else that has lanes.
struct RawEdge<'a> {
    element: Element<'a>,
    lanes: Vec<RawLane<'a>>,
}

/// What a junction says of the turns across it.
struct RawJunction<'a> {
    element: Element<'a>,
    requests: Vec<Request>,
}

/// Which turns of its junction a turn yields to and meets: a letter for each, the last first.
struct Request {
    response: String,
    foes: String,
}

/// The elements of a network.
#[derive(Default)]
struct Raw<'a> {
    edges: Vec<RawEdge<'a>>,
    junctions: Vec<RawJunction<'a>>,
    connections: Vec<Element<'a>>,
    signals: Vec<(Element<'a>, Vec<Element<'a>>)>,
    /// The edges of roundabouts.
    round: BTreeSet<String>,
}

fn parse(source: &Source) -> Result<Network, Mistake> {
    let mut raw = Raw::default();
    let mut is_network = false;
    source.visit(|tag| {
        let Tag::Begin(element) = tag else { return Ok(()) };
        if !is_network && element.name() != "net" {
            return Err(element.mistake(format!("this is a `{}`; a network begins with `net`", element.name())));
        }
        is_network = true;
        raw.add(element.clone())
    })?;
    if !is_network {
        return Err(source.mistake(0, "there is no network in the file: it should begin with `net`".to_owned()));
    }
    raw.into_network()
}

impl<'a> Raw<'a> {
    fn add(&mut self, element: Element<'a>) -> Result<(), Mistake> {
        match element.name() {
            "edge" => self.edges.push(RawEdge { element, lanes: Vec::new() }),
            "lane" => {
                let line = element.points("shape")?;
                let (length, speed) = (element.number("length", 0.0)?, element.number("speed", 0.0)?);
                let Some(edge) = self.edges.last_mut() else {
                    return Err(element.mistake("a `lane` outside of an `edge`".to_owned()));
                };
                edge.lanes.push(RawLane { element, length, speed, line });
            }
            "junction" => self.junctions.push(RawJunction { element, requests: Vec::new() }),
            "request" => {
                let text = |attribute| element.text(attribute).map(str::to_owned);
                let request = Request { response: text("response")?, foes: text("foes")? };
                let Some(junction) = self.junctions.last_mut() else {
                    return Err(element.mistake("a `request` outside of a `junction`".to_owned()));
                };
                if element.value::<usize>("index")? != junction.requests.len() {
                    return Err(element.mistake("the `request`s of a `junction` are not in order".to_owned()));
                }
                junction.requests.push(request);
            }
            "connection" => self.connections.push(element),
            "roundabout" => self.round.extend(element.text("edges")?.split_whitespace().map(str::to_owned)),
            "tlLogic" => self.signals.push((element, Vec::new())),
            "phase" => match self.signals.last_mut() {
                Some((_, phases)) => phases.push(element),
                None => return Err(element.mistake("a `phase` outside of a `tlLogic`".to_owned())),
            },
            _ => {}
        }
        Ok(())
    }

    fn into_network(self) -> Result<Network, Mistake> {
        let mut remarks = Vec::new();
        let (junctions, junction_named) = self.junctions()?;
        let mut streets = Streets { junctions, ..Streets::default() };
        let lane_named = self.roads(&junction_named, &mut streets, &mut remarks)?;
        let signals_named = self.signals(&mut streets, &mut remarks)?;
        self.turns(&lane_named, &signals_named, &mut streets)?;
        Ok(Network { streets, remarks })
    }

    /// All junctions but those within junctions.
    fn junctions(&self) -> Result<(Vec<Junction>, BTreeMap<&str, JunctionId>), Mistake> {
        let mut named = BTreeMap::new();
        let mut junctions = Vec::new();
        for RawJunction { element, .. } in &self.junctions {
            if element.get("type") == Some("internal") {
                continue;
            }
            let name = element.text("id")?;
            if named.insert(name, JunctionId(junctions.len() as u32)).is_some() {
                return Err(element.mistake(format!("there are two junctions `{name}`")));
            }
            let place = [element.number("x", f64::MIN)?, element.number("y", f64::MIN)?];
            junctions.push(Junction { name: name.to_owned(), place, outline: element.points("shape")? });
        }
        Ok((junctions, named))
    }

    /// Roads and their lanes, and which lane is called how.
    fn roads(
        &self,
        junctions: &BTreeMap<&str, JunctionId>,
        streets: &mut Streets,
        remarks: &mut Vec<String>,
    ) -> Result<BTreeMap<(&str, u32), LaneId>, Mistake> {
        let mut named = BTreeMap::new();
        let mut passed_over: BTreeMap<&str, usize> = BTreeMap::new();
        for RawEdge { element, lanes } in &self.edges {
            match element.get("function") {
                None | Some("normal" | "connector") => {}
                Some("internal") => continue,
                Some(other) => {
                    *passed_over.entry(other).or_default() += 1;
                    continue;
                }
            }
            let name = element.text("id")?;
            let junction = |attribute: &str| {
                let name = element.text(attribute)?;
                junctions.get(name).copied().ok_or_else(|| element.mistake(format!("there is no junction `{name}`")))
            };
            let (from, to) = (junction("from")?, junction("to")?);
            let road = RoadId(streets.roads.len() as u32);
            let first = streets.lanes.len() as u32;
            for (number, lane) in lanes.iter().enumerate() {
                let id = LaneId(streets.lanes.len() as u32);
                if lane.length <= 0.0 || lane.speed <= 0.0 {
                    return Err(lane.element.mistake("a lane's `length` and `speed` should be above 0".to_owned()));
                }
                if named.insert((name, number as u32), id).is_some() {
                    return Err(element.mistake(format!("there are two edges `{name}`")));
                }
                streets.lanes.push(Lane {
                    road,
                    length: lane.length,
                    speed_limit: lane.speed,
                    width: lane.element.maybe_number("width", 0.0)?.unwrap_or(LANE_WIDTH),
                    access: access(&lane.element)?,
                    line: lane.line.clone(),
                    turns: 0..0,
                });
            }
            if lanes.is_empty() {
                return Err(element.mistake(format!("edge `{name}` has no lanes")));
            }
            let lanes = first..streets.lanes.len() as u32;
            let is_round = self.round.contains(name);
            streets.roads.push(Road { name: name.to_owned(), from, to, lanes, is_round });
        }
        remarks.extend(
            passed_over
                .into_iter()
                .map(|(kind, count)| format!("{count} edges are of the kind `{kind}`, which is passed over")),
        );
        Ok(named)
    }

    fn signals(&self, streets: &mut Streets, remarks: &mut Vec<String>) -> Result<BTreeMap<&str, SignalsId>, Mistake> {
        let mut named: BTreeMap<&str, SignalsId> = BTreeMap::new();
        for (element, phases) in &self.signals {
            let name = element.text("id")?;
            let signals = read_signals(element, phases, remarks)?;
            match named.get(name) {
                // Of several programmes the last one runs.
                Some(known) => streets.signals[known.index()] = signals,
                None => {
                    named.insert(name, SignalsId(streets.signals.len() as u32));
                    streets.signals.push(signals);
                }
            }
        }
        Ok(named)
    }

    fn turns(
        &self,
        lanes: &BTreeMap<(&str, u32), LaneId>,
        signals: &BTreeMap<&str, SignalsId>,
        streets: &mut Streets,
    ) -> Result<(), Mistake> {
        let inner = self.inner_lanes()?;
        let next_inner = self.next_inner()?;
        let lane_counts = self.lane_counts();
        let mut found: Vec<(LaneId, usize, Turn)> = Vec::new();
        for (number, element) in self.connections.iter().enumerate() {
            let ends = [("from", "fromLane"), ("to", "toLane")]
                .map(|(edge, lane)| Ok::<_, Mistake>(lanes.get(&(element.text(edge)?, element.value(lane)?)).copied()));
            let [from, to] = ends;
            let (Some(from), Some(to)) = (from?, to?) else {
                check_ends(element, &lane_counts)?;
                continue;
            };
            let mut parts = Vec::new();
            let mut via = element.get("via");
            while let Some(name) = via {
                let part: &&RawLane =
                    inner.get(name).ok_or_else(|| element.mistake(format!("there is no lane `{name}`")))?;
                if parts.len() > 8 {
                    return Err(element.mistake(format!("the way across the junction by `{name}` has no end")));
                }
                parts.push(*part);
                via = next_inner.get(name).copied();
            }
            let mut line: Vec<[f64; 2]> = parts.iter().flat_map(|part| part.line.iter().copied()).collect();
            line.dedup();
            let slowest = parts.iter().map(|part| part.speed).fold(f64::INFINITY, f64::min);
            let lamp = match (element.get("tl"), element.maybe("linkIndex")?) {
                (Some(name), Some(lamp)) => {
                    let signals = signals.get(name).copied();
                    let signals = signals.ok_or_else(|| element.mistake(format!("there are no signals `{name}`")))?;
                    let short = streets.signals[signals.index()]
                        .phases
                        .iter()
                        .any(|phase| phase.lamps.len() <= usize::from(lamp));
                    if short {
                        return Err(element.mistake(format!("signals `{name}` have no lamp {lamp} in some phase")));
                    }
                    Some((signals, lamp))
                }
                _ => None,
            };
            found.push((
                from,
                number,
                Turn {
                    from,
                    to,
                    junction: streets.roads[streets.lane(from).road.index()].to,
                    length: parts.iter().map(|part| part.length).sum(),
                    speed_limit: slowest.min(streets.lane(from).speed_limit.max(streets.lane(to).speed_limit)),
                    line,
                    direction: direction(element)?,
                    rule: rule(element)?,
                    signals: lamp,
                    yields_to: Vec::new(),
                    meets: Vec::new(),
                    waits_at: (parts.len() > 1).then(|| parts[0].length),
                    visible_from: element.maybe_number("visibility", 0.0)?.unwrap_or(VISIBLE_FROM),
                    keeps_clear: !matches!(element.get("keepClear"), Some("0" | "false" | "no" | "off")),
                },
            ));
        }
        found.sort_by_key(|(from, number, _)| (*from, *number));
        let turn_of: BTreeMap<usize, TurnId> =
            found.iter().enumerate().map(|(turn, (_, number, _))| (*number, TurnId(turn as u32))).collect();
        streets.turns = found.into_iter().map(|(_, _, turn)| turn).collect();
        for (number, turn) in streets.turns.iter().enumerate() {
            let range = &mut streets.lanes[turn.from.index()].turns;
            *range = if range.start == range.end {
                number as u32..number as u32 + 1
            } else {
                range.start..number as u32 + 1
            };
        }
        for links in self.links()? {
            for (link, number) in links.connections.iter().enumerate() {
                let Some(turn) = turn_of.get(number) else { continue };
                let marked = |letters: &str| {
                    let letters = letters.bytes().rev().enumerate().filter(|(_, letter)| *letter == b'1');
                    let others = letters.filter_map(|(other, _)| links.connections.get(other));
                    others.filter_map(|number| turn_of.get(number).copied()).collect()
                };
                let request = &links.junction.requests[link];
                let turn = &mut streets.turns[turn.index()];
                (turn.yields_to, turn.meets) = (marked(&request.response), marked(&request.foes));
            }
        }
        Ok(())
    }

    /// The lanes within junctions, by name.
    fn inner_lanes(&self) -> Result<BTreeMap<&str, &RawLane<'a>>, Mistake> {
        let inner = self.edges.iter().filter(|edge| edge.element.get("function") == Some("internal"));
        inner.flat_map(|edge| &edge.lanes).map(|lane| Ok((lane.element.text("id")?, lane))).collect()
    }

    /// Which lane within a junction comes after which, where a way across has several parts.
    fn next_inner(&self) -> Result<BTreeMap<String, &str>, Mistake> {
        let mut next = BTreeMap::new();
        for element in
            self.connections.iter().filter(|element| element.get("from").is_some_and(|from| from.starts_with(':')))
        {
            if let Some(via) = element.get("via") {
                next.insert(format!("{}_{}", element.text("from")?, element.text("fromLane")?), via);
            }
        }
        Ok(next)
    }

    /// How many lanes each edge has, those within junctions among them.
    fn lane_counts(&self) -> BTreeMap<&str, usize> {
        self.edges.iter().filter_map(|edge| Some((edge.element.get("id")?, edge.lanes.len()))).collect()
    }

    /// The connections across each junction, in the order in which its requests are.
    fn links(&self) -> Result<Vec<Links<'_, 'a>>, Mistake> {
        let mut from: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (number, element) in self.connections.iter().enumerate() {
            from.entry(format!("{}_{}", element.text("from")?, element.text("fromLane")?)).or_default().push(number);
        }
        let mut all = Vec::new();
        for junction in self.junctions.iter().filter(|junction| !junction.requests.is_empty()) {
            let lanes = junction.element.text("incLanes")?.split_whitespace();
            let connections: Vec<usize> = lanes.filter_map(|lane| from.get(lane)).flatten().copied().collect();
            if connections.len() != junction.requests.len() {
                return Err(junction.element.mistake(format!(
                    "{} connections lead across junction `{}`, which has {} `request`s",
                    connections.len(),
                    junction.element.text("id")?,
                    junction.requests.len()
                )));
            }
            all.push(Links { junction, connections });
        }
        Ok(all)
    }
}

/// The connections across a junction, in the order of its requests.
struct Links<'n, 'a> {
    junction: &'n RawJunction<'a>,
    connections: Vec<usize>,
}

/// A connection whose ends are no lanes of roads should be of lanes within junctions, or for people on foot.
fn check_ends(element: &Element, lane_counts: &BTreeMap<&str, usize>) -> Result<(), Mistake> {
    for (edge, lane) in [("from", "fromLane"), ("to", "toLane")] {
        let (name, number) = (element.text(edge)?, element.value::<usize>(lane)?);
        if lane_counts.get(name).is_none_or(|count| *count <= number) {
            return Err(element.mistake(format!("there is no lane {number} of an edge `{name}`")));
        }
    }
    Ok(())
}

fn access(lane: &Element) -> Result<Access, Mistake> {
    let classes = |text: &str| {
        let known = |name: &str| {
            Class::named(name).ok_or_else(|| lane.mistake(format!("there is no class of vehicles `{name}`")))
        };
        text.split_whitespace().filter(|name| *name != "all").map(known).collect::<Result<Vec<Class>, Mistake>>()
    };
    Ok(match (lane.get("allow"), lane.get("disallow")) {
        (Some("all"), _) | (None, None | Some("")) => Access::ALL,
        (Some(allowed), _) => Access::only(classes(allowed)?),
        (None, Some("all")) => Access::only([]),
        (None, Some(barred)) => Access::all_but(classes(barred)?),
    })
}

fn direction(connection: &Element) -> Result<Direction, Mistake> {
    Ok(match connection.text("dir")? {
        "s" => Direction::Straight,
        "r" | "R" => Direction::Right,
        "l" | "L" => Direction::Left,
        "t" | "T" => Direction::Back,
        other => return Err(connection.mistake(format!("`dir` is `{other}`; it should be one of s, r, R, l, L, t, T"))),
    })
}

fn rule(connection: &Element) -> Result<Rule, Mistake> {
    Ok(match connection.text("state")? {
        "M" | "O" | "-" => Rule::Major,
        "m" | "o" | "=" => Rule::Minor,
        "s" => Rule::Stop,
        "w" => Rule::AllStop,
        "Z" => Rule::Zipper,
        other => {
            let message = format!("`state` is `{other}`; it should be one of M, m, O, o, =, s, w, Z, -");
            return Err(connection.mistake(message));
        }
    })
}

/// Signals and their programme.
pub(super) fn read_signals(
    element: &Element,
    phases: &[Element],
    remarks: &mut Vec<String>,
) -> Result<Signals, Mistake> {
    let name = element.text("id")?.to_owned();
    let control = match element.get("type") {
        None | Some("static") => Control::Fixed,
        Some("actuated" | "delay_based") => Control::Actuated,
        Some(other) => {
            remarks.push(format!("signals `{name}` are of the kind `{other}`: they run by the clock here"));
            Control::Fixed
        }
    };
    let phases = phases.iter().map(read_phase).collect::<Result<Vec<Phase>, Mistake>>()?;
    let lamps = phases.first().map_or(0, |phase| phase.lamps.len());
    if phases.is_empty() || phases.iter().any(|phase| phase.lamps.len() != lamps) {
        return Err(element.mistake(format!("the phases of signals `{name}` should be some, all with as many lamps")));
    }
    if phases.iter().map(|phase| phase.lasts).sum::<f64>() <= 0.0 {
        return Err(element.mistake(format!("the phases of signals `{name}` should last some time")));
    }
    Ok(Signals { name, control, offset: element.maybe_number("offset", f64::MIN)?.unwrap_or(0.0), phases })
}

fn read_phase(element: &Element) -> Result<Phase, Mistake> {
    let lasts = element.number("duration", 0.0)?;
    let [least, most] = [element.maybe_number("minDur", 0.0)?, element.maybe_number("maxDur", 0.0)?];
    // Without a most time a phase with a least one may go on for ever, as SUMO documents it.
    let most = most.unwrap_or(if least.is_some() { f64::MAX } else { lasts });
    let lamp = |letter: char| {
        Ok(match letter {
            'r' => Lamp::Red,
            'y' | 'Y' => Lamp::Amber,
            'u' => Lamp::RedAmber,
            'G' => Lamp::Green,
            'g' => Lamp::GreenYielding,
            's' => Lamp::RedArrow,
            'o' | 'O' => Lamp::Off,
            other => {
                let message = format!("a lamp shows `{other}`; it should be one of r, y, u, g, G, s, o, O");
                return Err(element.mistake(message));
            }
        })
    };
    let lamps = element.text("state")?.chars().map(lamp).collect::<Result<Vec<Lamp>, Mistake>>()?;
    Ok(Phase { lasts, between: [least.unwrap_or(lasts), most], lamps })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crossroads: from the west one lane that leads straight on and left, from the north one that has to wait.
    const NETWORK: &str = r#"<net version="1.20">
    <edge id=":c_0" function="internal"><lane id=":c_0_0" index="0" speed="13.9" length="9.0" shape="-4,0 5,0"/></edge>
    <edge id=":c_1" function="internal"><lane id=":c_1_0" index="0" speed="6.5" length="4.0" shape="-4,0 -1,1"/></edge>
    <edge id=":c_3" function="internal"><lane id=":c_3_0" index="0" speed="6.5" length="5.0" shape="-1,1 0,5"/></edge>
    <edge id=":c_2" function="internal"><lane id=":c_2_0" index="0" speed="5.0" length="8.0" shape="0,5 5,0"/></edge>
    <edge id="west" from="w" to="c">
        <lane id="west_0" index="0" disallow="bus tram" speed="13.9" length="96.0" shape="-100,0 -4,0"/>
        <lane id="west_1" index="1" allow="bus" speed="13.9" length="96.0" width="3.5" shape="-100,3 -4,3"/>
    </edge>
    <edge id="east" from="c" to="e"><lane id="east_0" index="0" speed="20" length="95.0" shape="5,0 100,0"/></edge>
    <edge id="north" from="n" to="c"><lane id="north_0" index="0" speed="8" length="95.0" shape="0,100 0,5"/></edge>
    <edge id="away" from="c" to="n"><lane id="away_0" index="0" speed="8" length="95.0" shape="0,5 0,100"/></edge>
    <edge id=":c_c0" function="crossing"><lane id=":c_c0_0" index="0" speed="1" length="8.0" shape="5,4 5,-4"/></edge>
    <tlLogic id="lights" type="static" programID="0" offset="5">
        <phase duration="20" state="GGr"/><phase duration="3" state="yyr" minDur="2" maxDur="4"/><phase duration="10" state="rsu"/>
    </tlLogic>
    <junction id="w" type="dead_end" x="-100" y="0" incLanes="" intLanes="" shape=""/>
    <junction id="c" type="traffic_light" x="0" y="0" incLanes="west_0 north_0" intLanes=":c_0_0 :c_3_0 :c_2_0" shape="-4,-4 5,5">
        <request index="0" response="000" foes="100" cont="0"/>
        <request index="1" response="000" foes="000" cont="1"/>
        <request index="2" response="001" foes="001" cont="0"/>
    </junction>
    <junction id="e" type="dead_end" x="100" y="0" incLanes="east_0" intLanes="" shape=""/>
    <junction id="n" type="dead_end" x="0" y="100" incLanes="" intLanes="" shape=""/>
    <junction id=":c_3_0" type="internal" x="-1" y="1" incLanes=":c_1_0" intLanes=""/>
    <connection from="west" to="east" fromLane="0" toLane="0" via=":c_0_0" tl="lights" linkIndex="0" dir="s" state="O"/>
    <connection from="north" to="east" fromLane="0" toLane="0" via=":c_2_0" tl="lights" linkIndex="2" dir="L" state="o"/>
    <connection from="west" to="away" fromLane="0" toLane="0" via=":c_1_0" tl="lights" linkIndex="1" dir="l" state="o"/>
    <connection from=":c_0" to="east" fromLane="0" toLane="0" dir="s" state="M"/>
    <connection from=":c_1" to="away" fromLane="0" toLane="0" via=":c_3_0" dir="l" state="m"/>
    <connection from=":c_3" to="away" fromLane="0" toLane="0" dir="l" state="M"/>
    <connection from=":c_2" to="east" fromLane="0" toLane="0" dir="s" state="M"/>
</net>
"#;

    #[test]
    fn a_network_is_what_its_file_says() {
        let Network { streets, remarks } = parse(&Source::of("cross.net.xml", NETWORK)).unwrap();
        let names: Vec<&str> = streets.roads.iter().map(|road| &*road.name).collect();
        assert_eq!(names, ["west", "east", "north", "away"]);
        assert_eq!((streets.junctions.len(), streets.lanes.len(), streets.turns.len()), (4, 5, 3));
        assert_eq!(remarks, ["1 edges are of the kind `crossing`, which is passed over"]);
        let [car, bus] = ["passenger", "bus"].map(|name| Class::named(name).unwrap());
        let open = |lane: usize| [car, bus].map(|class| streets.lanes[lane].access.allows(class));
        assert_eq!((open(0), open(1), open(2)), ([true, false], [false, true], [true, true]));
        assert_eq!((streets.lanes[0].width, streets.lanes[1].width), (LANE_WIDTH, 3.5));
        // By the lane from which they lead, and in the order of the file.
        let [on, left, across] = &streets.turns[..] else { panic!("there are three turns") };
        assert_eq!((on.from, on.to, on.length, on.waits_at), (LaneId(0), LaneId(2), 9.0, None));
        assert_eq!((left.from, left.to, left.length, left.waits_at), (LaneId(0), LaneId(4), 9.0, Some(4.0)));
        assert_eq!((left.direction, left.rule, left.speed_limit), (Direction::Left, Rule::Minor, 6.5));
        assert_eq!(left.line, [[-4.0, 0.0], [-1.0, 1.0], [0.0, 5.0]]);
        assert_eq!((across.from, across.signals), (LaneId(3), Some((SignalsId(0), 2))));
        // Requests go by the junction's lanes, and letters from the last turn on.
        assert_eq!((&across.yields_to, &on.meets), (&vec![TurnId(0)], &vec![TurnId(2)]));
        assert_eq!(streets.turns_from(LaneId(0)).collect::<Vec<_>>(), [TurnId(0), TurnId(1)]);
        assert_eq!(streets.turns_from(LaneId(1)).count(), 0);
        let after: Vec<RoadId> = streets.roads_after(RoadId(0), car).collect();
        assert_eq!(after, [RoadId(1), RoadId(3)]);
        let signals = &streets.signals[0];
        assert_eq!((signals.control, signals.offset, signals.phases.len()), (Control::Fixed, 5.0, 3));
        assert_eq!(signals.phases[1].between, [2.0, 4.0]);
        assert_eq!(signals.phases[2].lamps, [Lamp::Red, Lamp::RedArrow, Lamp::RedAmber]);
    }

    /// Each mistake is told with its place and what should be there.
    #[test]
    fn broken_networks_are_refused_at_their_place() {
        let broken = |what: &str, by: &str| {
            let text = NETWORK.replacen(what, by, 1);
            assert_ne!(text, NETWORK, "{what}");
            parse(&Source::of("cross.net.xml", &text)).expect_err("it is broken").to_string()
        };
        insta::assert_snapshot!(
            [
                broken("<net ", "<routes "),
                broken(NETWORK, ""),
                broken("length=\"96.0\"", "length=\"long\""),
                broken("length=\"96.0\"", "length=\"-1\""),
                broken("length=\"96.0\"", "length=\"0\""),
                broken("length=\"96.0\" ", ""),
                broken("shape=\"-100,0 -4,0\"", "shape=\"-100 -4,0\""),
                broken("disallow=\"bus tram\"", "disallow=\"bus zeppelin\""),
                broken("from=\"w\" to=\"c\"", "from=\"w\" to=\"nowhere\""),
                broken("edge id=\"east\"", "edge id=\"west\""),
                broken("junction id=\"e\"", "junction id=\"w\""),
                broken("from=\"west\" to=\"east\" fromLane=\"0\"", "from=\"west\" to=\"east\" fromLane=\"7\""),
                broken("via=\":c_0_0\"", "via=\":c_9_0\""),
                broken("dir=\"L\"", "dir=\"up\""),
                broken("state=\"o\"", "state=\"?\""),
                broken("tl=\"lights\"", "tl=\"night\""),
                broken("linkIndex=\"2\"", "linkIndex=\"3\""),
                broken("state=\"yyr\"", "state=\"yyx\""),
                broken("state=\"yyr\"", "state=\"yy\""),
                broken("<request index=\"0\" response=\"000\" foes=\"100\" cont=\"0\"/>", ""),
                broken("<request index=\"2\" response=\"001\" foes=\"001\" cont=\"0\"/>", ""),
                broken("</net>", ""),
                broken("</junction>", "</crossroads>"),
                broken("via=\":c_3_0\"", "via=\":c_1_0\""),
            ]
            .join("\n")
        );
    }
}
