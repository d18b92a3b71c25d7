//! The lanes of streets, and what is said of them (<https://wiki.openstreetmap.org/wiki/Key:lanes>,
//! <https://wiki.openstreetmap.org/wiki/Key:turn>, <https://wiki.openstreetmap.org/wiki/Key:oneway>,
//! <https://wiki.openstreetmap.org/wiki/Bus_lanes>).

use super::kinds::Kind;
use super::raw::Way;
use super::remarks::Remarks;
use super::tags::{self, Tags};
use crate::city::plan::Mark;
use crate::city::streets::Class;

/// What a street is like all along.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// How many lanes lead the way the street is drawn in the plan, and back.
    pub lanes: [u32; 2],
    /// Metres.
    pub lane_width: f64,
    /// Metres a second.
    pub speed_limit: f64,
    pub rank: u8,
    pub classes: Vec<Class>,
    pub bus_lanes: [bool; 2],
    /// Where each lane leads at the street's end, from the outer one on.
    pub marks: [Vec<Mark>; 2],
    pub is_round: bool,
    /// Whether the plan draws it the other way than the file: one may drive only against the file's order of nodes.
    pub is_reversed: bool,
}

/// Which ways one may drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Both,
    /// Only as the way is drawn in the file.
    Forwards,
    /// Only against it.
    Backwards,
}

/// More lanes one way are none.
const MOST_LANES: u32 = 8;

/// A limit beyond this is none: kilometres an hour. The highest of all, in the Emirates, is 160.
const FASTEST: f64 = 160.0;

/// A limit below this is none: kilometres an hour.
const SLOWEST: f64 = 3.0;

/// How narrow and how wide a lane may be: metres.
const WIDTHS: [f64; 2] = [2.0, 4.5];

/// The names of both directions in keys.
const NAMES: [&str; 2] = ["forward", "backward"];

/// What a street is like.
pub fn form(way: &Way, kind: Kind, classes: Vec<Class>, remarks: &mut Remarks) -> Form {
    let tags = &way.tags;
    let flow = flow(way, remarks);
    let mut marks = [0, 1].map(|side| marks(way, flow, side, remarks));
    let mut lanes = lanes(way, kind, flow, marks.each_ref().map(|marks| marks.len() as u32), remarks);
    let bus_lanes = if classes.is_empty() { bus_lanes(way, flow, &mut lanes, remarks) } else { [false; 2] };
    if lanes.iter().any(|lanes| *lanes > MOST_LANES) {
        remarks.add("streets have more than 8 lanes one way, and get 8", way.id);
    }
    lanes = lanes.map(|lanes| lanes.min(MOST_LANES));
    for side in [0, 1] {
        fit_marks(way, &mut marks[side], side, lanes[side], remarks);
    }
    let mut form = Form {
        lanes,
        lane_width: lane_width(way, kind, lanes, remarks),
        speed_limit: speed(way, flow, remarks).unwrap_or(kind.speed) / 3.6,
        rank: kind.rank,
        classes,
        bus_lanes,
        marks,
        is_round: tags.is("junction", &["roundabout"]),
        is_reversed: flow == Flow::Backwards,
    };
    if form.is_reversed {
        form.lanes.reverse();
        form.bus_lanes.reverse();
        form.marks.reverse();
    }
    form
}

/// Which ways one may drive. Motorways and roundabouts need not say it.
fn flow(way: &Way, remarks: &mut Remarks) -> Flow {
    let tags = &way.tags;
    match tags.first(&["oneway:motorcar", "oneway:motor_vehicle", "oneway"]).unwrap_or_default() {
        "yes" | "true" | "1" => Flow::Forwards,
        "-1" | "reverse" => Flow::Backwards,
        "no" | "false" | "0" => Flow::Both,
        value => {
            if matches!(value, "reversible" | "alternating") {
                remarks.add("streets change their direction by the hour; they lead forwards only", way.id);
                return Flow::Forwards;
            }
            let is_implied = tags.is("highway", &["motorway"]) || tags.is("junction", &["roundabout", "circular"]);
            if is_implied { Flow::Forwards } else { Flow::Both }
        }
    }
}

/// How many lanes lead each way, as the way is drawn in the file.
fn lanes(way: &Way, kind: Kind, flow: Flow, marked: [u32; 2], remarks: &mut Remarks) -> [u32; 2] {
    let [all, ahead, back, middle] = ["lanes", "lanes:forward", "lanes:backward", "lanes:both_ways"].map(|key| {
        let text = way.tags.get(key)?;
        let count = tags::count(text).filter(|count| *count > 0 || key == "lanes:both_ways");
        if count.is_none() {
            remarks.add("streets have a number of lanes that cannot be, which is passed over", way.id);
        }
        count
    });
    if middle.is_some_and(|middle| middle > 0) {
        remarks.add("streets have lanes in the middle for both directions, which are left out", way.id);
    }
    let all = all.map(|all| all.saturating_sub(middle.unwrap_or(0)));
    let usual = marked.map(|marked| if marked > 0 { marked } else { kind.lanes });
    let lanes = match flow {
        Flow::Forwards => return [all.or(ahead).unwrap_or(usual[0]).max(1), 0],
        Flow::Backwards => return [0, all.or(back).unwrap_or(usual[1]).max(1)],
        Flow::Both => match (all, ahead, back) {
            (_, Some(ahead), Some(back)) => [ahead, back],
            (Some(all), Some(ahead), None) => [ahead, all.saturating_sub(ahead)],
            (Some(all), None, Some(back)) => [all.saturating_sub(back), back],
            (None, Some(ahead), None) => [ahead, usual[1]],
            (None, None, Some(back)) => [usual[0], back],
            (None, None, None) => usual,
            (Some(all), None, None) => match marked {
                [0, 0] => [all.div_ceil(2), all / 2],
                [ahead, 0] => [ahead, all.saturating_sub(ahead)],
                [_, back] => [all.saturating_sub(back), back],
            },
        },
    };
    if all == Some(1) {
        remarks.add("streets have one lane for both directions, and get one for each", way.id);
    }
    lanes.map(|lanes| lanes.max(1))
}

/// Whether the outermost lane of each direction is for buses alone. A lane against the direction of a one-way street is
/// added.
fn bus_lanes(way: &Way, flow: Flow, lanes: &mut [u32; 2], remarks: &mut Remarks) -> [bool; 2] {
    let tags = &way.tags;
    let against = match flow {
        Flow::Both => None,
        Flow::Forwards => Some(1),
        Flow::Backwards => Some(0),
    };
    let mut found = [false; 2];
    for side in [0, 1] {
        if Some(side) == against {
            let is_own = tags.is("busway", &["opposite_lane"])
                || tags.is("busway:left", &["opposite_lane"])
                || has_bus_lane_count(tags, side);
            let may_drive = tags.is("oneway:bus", &["no"]) || tags.is("oneway:psv", &["no"]);
            if is_own || may_drive {
                // What counts all lanes counts this one.
                if is_own && tags.get("lanes").is_some() && lanes[1 - side] > 1 {
                    lanes[1 - side] -= 1;
                }
                (lanes[side], found[side]) = (1, true);
            }
        } else if has_bus_lane(way, flow, side, remarks) {
            if lanes[side] == 1 && tags.first(&["lanes", "lanes:forward", "lanes:backward"]).is_none() {
                lanes[side] = 2;
            }
            found[side] = lanes[side] > 1;
            if !found[side] {
                remarks.add("streets have no lane beside their lane for buses, which is left to all", way.id);
            }
        }
    }
    found
}

/// Whether the outermost lane of a direction in which all may drive is for buses.
fn has_bus_lane(way: &Way, flow: Flow, side: usize, remarks: &mut Remarks) -> bool {
    let tags = &way.tags;
    let mut is_outermost = tags.is("busway", &["lane"]) || tags.is("busway:both", &["lane"]);
    let mut is_elsewhere = false;
    match (flow, side) {
        (Flow::Both, 0) => is_outermost |= tags.is("busway:right", &["lane"]),
        (Flow::Both, _) => is_outermost |= tags.is("busway:left", &["lane"]),
        (Flow::Forwards, _) => {
            is_outermost |= tags.is("busway:right", &["lane"]);
            is_elsewhere |= tags.is("busway:left", &["lane"]);
        }
        (Flow::Backwards, _) => {
            is_outermost |= tags.is("busway:left", &["lane"]);
            is_elsewhere |= tags.is("busway:right", &["lane"]);
        }
    }
    let plain = ["lanes:bus", "lanes:psv"].iter().filter_map(|key| tags.get(key)).filter_map(tags::count).max();
    is_outermost |= plain.unwrap_or(0) >= if flow == Flow::Both { 2 } else { 1 };
    if flow == Flow::Both && side == 0 && plain == Some(1) && !NAMES.iter().any(|name| side_of(tags, name)) {
        remarks.add("streets do not say in which direction their lane for buses leads, and it is left to all", way.id);
    }
    is_outermost |= has_bus_lane_count(tags, side);
    for key in ["bus:lanes", "psv:lanes"] {
        let text = lanes_text(tags, key, flow, side).unwrap_or_default();
        // Lanes are told from left to right.
        let mut from_outer = text.rsplit('|').map(|lane| lane.trim() == "designated");
        is_outermost |= from_outer.next().unwrap_or(false);
        is_elsewhere |= from_outer.any(|is_for_buses| is_for_buses);
    }
    if is_elsewhere {
        remarks.add("streets have lanes for buses that are not the outermost, which are left to all", way.id);
    }
    is_outermost
}

/// Whether it is said how many lanes for buses lead in a direction of this name.
fn side_of(tags: &Tags, name: &str) -> bool {
    ["bus", "psv"].iter().any(|who| tags.get(&format!("lanes:{who}:{name}")).is_some())
}

/// Whether there are lanes for buses in a direction, by their number.
fn has_bus_lane_count(tags: &Tags, side: usize) -> bool {
    let counts = ["bus", "psv"].map(|who| tags.get(&format!("lanes:{who}:{}", NAMES[side])).and_then(tags::count));
    counts.iter().any(|count| count.is_some_and(|count| count > 0))
}

/// What a key says of the lanes of a direction, one after the other. In one-way streets it need not name the direction.
fn lanes_text<'a>(tags: &'a Tags, key: &str, flow: Flow, side: usize) -> Option<&'a str> {
    let is_only = matches!((flow, side), (Flow::Forwards, 0) | (Flow::Backwards, 1));
    tags.get(&format!("{key}:{}", NAMES[side])).or_else(|| tags.get(key).filter(|_| is_only))
}

/// Where the lanes of a direction lead, from the outer one on.
fn marks(way: &Way, flow: Flow, side: usize, remarks: &mut Remarks) -> Vec<Mark> {
    if side == 0 && flow == Flow::Both && way.tags.get("turn:lanes").is_some() {
        remarks.add("streets with two directions do not say to which their arrows belong, which are left out", way.id);
    }
    let may_drive = !matches!((flow, side), (Flow::Forwards, 1) | (Flow::Backwards, 0));
    let text = lanes_text(&way.tags, "turn:lanes", flow, side).filter(|_| may_drive);
    text.map_or(Vec::new(), |text| text.rsplit('|').map(|lane| mark(way, lane, remarks)).collect())
}

/// What the arrow on a lane says. A lane without one, or that merges into another, leads straight on as far as is said.
fn mark(way: &Way, lane: &str, remarks: &mut Remarks) -> Mark {
    let mut mark = Mark::default();
    // Some write a colon or a comma by mistake.
    for turn in lane.split([';', ':', ',']) {
        match turn.trim() {
            "" | "none" => {}
            "through" | "merge_to_left" | "merge_to_right" | "merge_left" | "merge_right" => mark.straight = true,
            "left" | "slight_left" | "sharp_left" | "reverse" => mark.left = true,
            "right" | "slight_right" | "sharp_right" => mark.right = true,
            _ => remarks.add("streets have arrows that are not known, which are passed over", way.id),
        }
    }
    mark
}

/// Leaves out the marks of lanes for bicycles, and all if there are not as many as lanes or none says anything.
fn fit_marks(way: &Way, marks: &mut Vec<Mark>, side: usize, lanes: u32, remarks: &mut Remarks) {
    if marks.len() != lanes as usize {
        let keys = [format!("bicycle:lanes:{}", NAMES[side]), "bicycle:lanes".to_owned()];
        let bicycles = way.tags.first(&[&keys[0], &keys[1]]).unwrap_or_default();
        let mut for_bicycles = bicycles.rsplit('|').map(|lane| lane.trim() == "designated");
        let cars: Vec<Mark> = marks.iter().copied().filter(|_| !for_bicycles.next().unwrap_or(false)).collect();
        if cars.len() != lanes as usize && !marks.is_empty() {
            remarks.add("streets have not as many arrows as lanes, and the arrows are left out", way.id);
        }
        *marks = if cars.len() == lanes as usize { cars } else { Vec::new() };
    }
    if marks.iter().all(|mark| *mark == Mark::default()) {
        marks.clear();
    }
}

/// How wide lanes are: metres.
fn lane_width(way: &Way, kind: Kind, lanes: [u32; 2], remarks: &mut Remarks) -> f64 {
    let Some(text) = way.tags.first(&["width:carriageway", "width"]) else { return kind.lane_width };
    let width = tags::length(text).filter(|width| (1.0..=60.0).contains(width));
    if width.is_none() {
        remarks.add("streets have a width that cannot be, which is passed over", way.id);
    }
    width.map_or(kind.lane_width, |width| (width / f64::from(lanes[0] + lanes[1])).clamp(WIDTHS[0], WIDTHS[1]))
}

/// How fast one may drive, if it is said: kilometres an hour.
fn speed(way: &Way, flow: Flow, remarks: &mut Remarks) -> Option<f64> {
    let tags = &way.tags;
    let mut read = |text: &str| {
        let speed = tags::speed(text).filter(|speed| (SLOWEST..=FASTEST).contains(speed));
        if speed.is_none() {
            remarks.add("streets have a speed limit that cannot be read, and get that of their kind", way.id);
        }
        speed
    };
    if let Some(text) = tags.get("maxspeed") {
        return read(text);
    }
    let [ahead, back] = ["maxspeed:forward", "maxspeed:backward"].map(|key| tags.get(key).and_then(&mut read));
    if flow == Flow::Both && ahead.is_some() && back.is_some() && ahead != back {
        remarks.add("streets have another speed limit each way, and get the higher one for both", way.id);
    }
    let said = match flow {
        Flow::Both => ahead.into_iter().chain(back).reduce(f64::max),
        Flow::Forwards => ahead,
        Flow::Backwards => back,
    };
    // These tell where a limit comes from, and sometimes with it which one it is.
    let by_zone = || {
        let keys = ["maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic"];
        keys.iter().filter_map(|key| tags.get(key)).find_map(tags::speed)
    };
    said.or_else(by_zone).filter(|speed| (SLOWEST..=FASTEST).contains(speed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::import::osm::WayId;
    use crate::city::import::osm::kinds::kind_of;

    /// What a street with these tags is like, and how many remarks there are.
    fn of(pairs: &[(&str, &str)]) -> (Form, usize) {
        let mut remarks = Remarks::default();
        let mut tags: Tags = pairs.iter().copied().collect();
        if tags.get("highway").is_none() {
            tags.add("highway", "tertiary");
        }
        let kind = kind_of(&tags).unwrap();
        let form = form(&Way { id: WayId(1), nodes: Vec::new(), tags }, kind, Vec::new(), &mut remarks);
        (form, remarks.texts().len())
    }

    #[test]
    fn lanes_are_shared_out() {
        let lanes = |pairs: &[(&str, &str)]| of(pairs).0.lanes;
        assert_eq!(lanes(&[]), [1, 1]);
        assert_eq!(lanes(&[("lanes", "2")]), [1, 1]);
        assert_eq!(lanes(&[("lanes", "1")]), [1, 1]);
        assert_eq!(lanes(&[("lanes", "3")]), [2, 1]);
        assert_eq!(lanes(&[("lanes", "3"), ("lanes:backward", "2")]), [1, 2]);
        assert_eq!(lanes(&[("lanes", "3"), ("turn:lanes:backward", "left|right")]), [1, 2]);
        assert_eq!(lanes(&[("lanes:forward", "3")]), [3, 1]);
        assert_eq!(lanes(&[("lanes", "3"), ("lanes:both_ways", "1")]), [1, 1]);
        assert_eq!(lanes(&[("lanes", "2"), ("oneway", "yes")]), [2, 0]);
        assert_eq!(lanes(&[("oneway", "yes"), ("turn:lanes", "left|through|right")]), [3, 0]);
        assert_eq!(lanes(&[("highway", "motorway")]), [2, 0]);
        assert_eq!(lanes(&[("highway", "motorway"), ("oneway", "no")]), [2, 2]);
        assert_eq!(lanes(&[("junction", "roundabout")]), [1, 0]);
        let (reversed, _) = of(&[("oneway", "-1"), ("lanes", "2")]);
        assert_eq!((reversed.lanes, reversed.is_reversed), ([2, 0], true));
    }

    #[test]
    fn absurd_values_are_told_and_passed_over() {
        let (form, remarks) = of(&[("lanes", "1000")]);
        assert_eq!((form.lanes, remarks), ([8, 8], 1));
        let (form, remarks) = of(&[("lanes", "many"), ("maxspeed", "9000"), ("width", "99999999")]);
        assert_eq!((form.lanes, form.speed_limit, form.lane_width, remarks), ([1, 1], 50.0 / 3.6, 3.0, 3));
        let (form, remarks) = of(&[("maxspeed", "0"), ("oneway", "reversible")]);
        assert_eq!((form.lanes, form.speed_limit, remarks), ([1, 0], 50.0 / 3.6, 2));
    }

    #[test]
    fn speeds_are_those_of_the_street_or_its_zone() {
        let speed = |pairs: &[(&str, &str)]| of(pairs).0.speed_limit * 3.6;
        let near = |pairs: &[(&str, &str)], wanted: f64| assert!((speed(pairs) - wanted).abs() < 1e-9, "{pairs:?}");
        near(&[("maxspeed", "30")], 30.0);
        near(&[("maxspeed:forward", "30"), ("maxspeed:backward", "50")], 50.0);
        near(&[("maxspeed:forward", "30"), ("maxspeed:backward", "50"), ("oneway", "yes")], 30.0);
        near(&[("source:maxspeed", "DE:rural")], 100.0);
        near(&[("source:maxspeed", "sign")], 50.0);
        near(&[("highway", "motorway")], 130.0);
    }

    #[test]
    fn arrows_are_told_from_the_outer_lane_on() {
        let [left, straight, right] = [(true, false, false), (false, true, false), (false, false, true)]
            .map(|(left, straight, right)| Mark { left, straight, right });
        let (form, _) = of(&[("oneway", "yes"), ("turn:lanes", "left|through;right|slight_right")]);
        assert_eq!(form.marks[0], [right, Mark { straight: true, ..right }, left]);
        let (form, _) = of(&[("lanes", "3"), ("turn:lanes:backward", "left|through")]);
        assert_eq!(form.marks, [vec![], vec![straight, left]]);
        let (form, remarks) = of(&[("oneway", "yes"), ("lanes", "2"), ("turn:lanes", "left|through|right")]);
        assert_eq!((&form.marks[0], remarks), (&vec![], 1));
        let bicycle = ("bicycle:lanes", "no|designated|no");
        let (form, remarks) = of(&[("oneway", "yes"), ("lanes", "2"), ("turn:lanes", "left|through|right"), bicycle]);
        assert_eq!((&form.marks[0], remarks), (&vec![right, left], 0));
        let (form, remarks) = of(&[("oneway", "yes"), ("turn:lanes", "none||"), ("lanes", "3")]);
        assert_eq!((&form.marks[0], remarks), (&vec![], 0));
        let (form, _) = of(&[("oneway", "-1"), ("turn:lanes", "left|through")]);
        assert_eq!(form.marks[0], [straight, left]);
    }

    #[test]
    fn the_outermost_lane_may_be_for_buses() {
        let lanes = |pairs: &[(&str, &str)]| (of(pairs).0.lanes, of(pairs).0.bus_lanes);
        assert_eq!(lanes(&[("lanes", "4"), ("busway", "lane")]), ([2, 2], [true, true]));
        assert_eq!(lanes(&[("busway:right", "lane")]), ([2, 1], [true, false]));
        assert_eq!(lanes(&[("lanes", "2"), ("busway", "lane")]), ([1, 1], [false, false]));
        assert_eq!(
            lanes(&[("oneway", "yes"), ("lanes", "2"), ("bus:lanes", "no|designated")]),
            ([2, 0], [true, false])
        );
        assert_eq!(
            lanes(&[("oneway", "yes"), ("lanes", "2"), ("bus:lanes", "designated|no")]),
            ([2, 0], [false, false])
        );
        assert_eq!(lanes(&[("lanes", "3"), ("lanes:psv:forward", "1")]), ([2, 1], [true, false]));
        assert_eq!(lanes(&[("oneway", "yes"), ("lanes", "3"), ("busway", "opposite_lane")]), ([2, 1], [false, true]));
        assert_eq!(lanes(&[("oneway", "yes"), ("oneway:bus", "no")]), ([1, 1], [false, true]));
    }
}
