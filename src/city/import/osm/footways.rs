//! Ways for those who walk or cycle, and where they cross streets
//! (<https://wiki.openstreetmap.org/wiki/Key:footway>, <https://wiki.openstreetmap.org/wiki/Key:crossing>).

use super::ground::Ground;
use super::raw::Way;
use super::remarks::Remarks;
use super::tags::{self, Tags};
use super::{NodeId, WayId, scenery};

/// A way for those who walk or cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct Footway {
    /// The way that shows it; several have the same where the file lacks nodes in between.
    pub id: WayId,
    /// What it is.
    pub kind: FootwayKind,
    /// How wide it is: metres; as usual for its kind, if the file does not say.
    pub width: f64,
    /// Its middle. Ways that share a node of the file share its point to the last bit.
    pub line: Vec<[f64; 2]>,
}

/// What a way for those who walk or cycle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FootwayKind {
    /// For those who walk.
    Footway,
    /// Beside a street.
    Sidewalk,
    /// Across a street.
    Crossing,
    /// A trodden or narrow path.
    Path,
    /// A street for those who walk.
    Pedestrian,
    /// Stairs.
    Steps,
    /// For those who cycle.
    Cycleway,
}

/// Where those who walk cross a street.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The node that shows it.
    pub id: NodeId,
    /// Where it is, on the middle of the street.
    pub place: [f64; 2],
    /// Who goes first there.
    pub kind: CrossingKind,
    /// Whether there is an island in the midst of the street.
    pub has_island: bool,
}

/// Who goes first where those who walk cross a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CrossingKind {
    /// Signals say so.
    Signals,
    /// Those who walk: a zebra or other marks are on the street.
    Marked,
    /// Those who drive, or nothing is said.
    Unmarked,
}

/// A width beyond this is none: metres.
const WIDEST: f64 = 30.0;

/// All ways for those who walk or cycle.
pub fn footways(ground: &Ground, remarks: &mut Remarks) -> Vec<Footway> {
    let mut found = Vec::new();
    for way in &ground.raw.ways {
        let Some(kind) = kind(&way.tags) else { continue };
        if scenery::is_square(&way.tags) {
            continue;
        }
        if !may_walk_or_cycle(&way.tags) {
            remarks.add("footways and cycleways are closed to the public and left out", way.id);
            continue;
        }
        let width = width(way, kind, remarks);
        let runs = ground.runs(way, remarks);
        found.extend(runs.iter().map(|run| Footway { id: way.id, kind, width, line: ground.line(run) }));
    }
    found
}

/// All nodes where those who walk cross a street.
pub fn crossings(ground: &Ground) -> Vec<Crossing> {
    let found = ground.nodes().filter_map(|(spot, node)| {
        let kind = crossing_kind(&node.tags)?;
        let has_island = node.tags.is("crossing:island", &["yes"]) || node.tags.is("crossing", &["island"]);
        Some(Crossing { id: node.id, place: ground.place(spot), kind, has_island })
    });
    found.collect()
}

fn kind(tags: &Tags) -> Option<FootwayKind> {
    let kind = match tags.get("highway")? {
        "footway" => FootwayKind::Footway,
        "path" | "bridleway" => FootwayKind::Path,
        "pedestrian" => FootwayKind::Pedestrian,
        "steps" => FootwayKind::Steps,
        "cycleway" => FootwayKind::Cycleway,
        _ => return None,
    };
    let is = |value| ["footway", "path", "cycleway"].iter().any(|key| tags.is(key, &[value]));
    Some(match kind {
        FootwayKind::Footway | FootwayKind::Path | FootwayKind::Cycleway if is("crossing") => FootwayKind::Crossing,
        FootwayKind::Footway | FootwayKind::Path if is("sidewalk") => FootwayKind::Sidewalk,
        kind => kind,
    })
}

fn may_walk_or_cycle(tags: &Tags) -> bool {
    let allows = |key| tags.get(key).is_some_and(|value| !matches!(value, "no" | "private"));
    !tags.is("access", &["no", "private"]) || allows("foot") || allows("bicycle")
}

fn width(way: &Way, kind: FootwayKind, remarks: &mut Remarks) -> f64 {
    let said = way.tags.first(&["width", "est_width"]).map(tags::length);
    match said {
        Some(Some(width)) if width > 0.0 && width <= WIDEST => return width,
        Some(_) => remarks.add("footways and cycleways have a width that cannot be, which is passed over", way.id),
        None => {}
    }
    usual_width(kind)
}

/// How wide a way of a kind is: metres. Chosen near the German guidelines: 2.5 for a sidewalk (RASt 06), 4 for a
/// crossing (R-FGÜ 2001), 2 for a cycleway of one direction (ERA 2010).
fn usual_width(kind: FootwayKind) -> f64 {
    match kind {
        FootwayKind::Footway | FootwayKind::Steps | FootwayKind::Cycleway => 2.0,
        FootwayKind::Sidewalk => 2.5,
        FootwayKind::Crossing | FootwayKind::Pedestrian => 4.0,
        FootwayKind::Path => 1.2,
    }
}

/// What a node is as a crossing. One with signals may be `highway=traffic_signals` and say by `crossing` that it is
/// one.
fn crossing_kind(tags: &Tags) -> Option<CrossingKind> {
    let crossing = tags.text("crossing");
    match tags.get("highway")? {
        "crossing" => {}
        "traffic_signals" if !matches!(crossing, "" | "no") => {}
        _ => return None,
    }
    Some(match crossing {
        _ if has_crossing_signals(tags) => CrossingKind::Signals,
        "zebra" | "marked" | "uncontrolled" => CrossingKind::Marked,
        _ if tags.get("crossing_ref") == Some("zebra") => CrossingKind::Marked,
        _ if tags.get("crossing:markings").is_some_and(|marks| marks != "no") => CrossingKind::Marked,
        _ => CrossingKind::Unmarked,
    })
}

/// Whether a node is a crossing with signals.
pub fn has_crossing_signals(tags: &Tags) -> bool {
    tags.is("crossing", &["traffic_signals", "pedestrian_signals", "toucan", "puffin", "pelican"])
        || tags.is("crossing:signals", &["yes"])
        || tags.is("highway", &["traffic_signals"]) && tags.get("crossing").is_some_and(|value| value != "no")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_several_tags() {
        let of = |pairs: &[(&str, &str)]| kind(&pairs.iter().copied().collect());
        assert_eq!(of(&[("highway", "footway")]), Some(FootwayKind::Footway));
        assert_eq!(of(&[("highway", "footway"), ("footway", "crossing")]), Some(FootwayKind::Crossing));
        assert_eq!(of(&[("highway", "cycleway"), ("cycleway", "crossing")]), Some(FootwayKind::Crossing));
        assert_eq!(of(&[("highway", "footway"), ("footway", "sidewalk")]), Some(FootwayKind::Sidewalk));
        assert_eq!(of(&[("highway", "residential")]), None);
    }

    #[test]
    fn crossings_say_who_goes_first() {
        let of = |pairs: &[(&str, &str)]| crossing_kind(&pairs.iter().copied().collect());
        assert_eq!(of(&[("highway", "crossing"), ("crossing", "traffic_signals")]), Some(CrossingKind::Signals));
        assert_eq!(of(&[("highway", "crossing"), ("crossing", "zebra")]), Some(CrossingKind::Marked));
        assert_eq!(of(&[("highway", "crossing"), ("crossing", "unmarked")]), Some(CrossingKind::Unmarked));
        assert_eq!(of(&[("highway", "crossing")]), Some(CrossingKind::Unmarked));
        assert_eq!(of(&[("highway", "traffic_signals"), ("crossing", "yes")]), Some(CrossingKind::Signals));
        assert_eq!((of(&[("highway", "traffic_signals")]), of(&[("highway", "stop")])), (None, None));
    }
}
