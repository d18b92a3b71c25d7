//! Stock: what goes into racks, and the kits that come out of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::factory::orders::restock::Restocking;
use crate::factory::transport::rack::Rack;
use crate::scene::problem::Problems;

use super::{Once, Routed, Scene, complain, did_you_mean};

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    check_keeps(scene, problems);
    check_restock(scene, problems);
    for routed in scene.operations() {
        check_racks(&routed, scene, problems);
        check_kit(&routed, scene, problems);
    }
    check_circles(scene, problems);
}

/// How many jobs of a product racks can keep.
fn room_for(product: &str, scene: Scene) -> u64 {
    let racks = scene.with::<Rack>().filter(|(_, rack)| keeps(rack, product));
    racks.map(|(_, rack)| u64::from(rack.capacity)).sum()
}

fn keeps(rack: &Rack, product: &str) -> bool {
    rack.keeps.is_empty() || rack.keeps.iter().any(|kept| kept == product)
}

fn check_keeps(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    for (name, rack) in scene.with::<Rack>() {
        for (index, product) in rack.keeps.iter().enumerate() {
            if !scene.products().contains_key(product) {
                let known = scene.products().keys().map(String::as_str);
                let help = did_you_mean(product, known, "the scene has no `products`");
                let place = scene.part(name, "rack").to("keeps").to(index).place();
                once.complain(place, format!("unknown product `{product}`"), help, problems);
            }
        }
    }
}

/// What is made for stock in racks that keep a product, that product included: up to how many of each.
fn rivals<'a>(product: &str, scene: Scene<'a>) -> BTreeMap<&'a str, u32> {
    let racks: Vec<&Rack> = scene.with::<Rack>().map(|(_, rack)| rack).filter(|rack| keeps(rack, product)).collect();
    let restocked = scene.world.resource::<Restocking>().0.iter();
    let here = restocked.filter(|(other, _)| racks.iter().any(|rack| keeps(rack, other)));
    here.map(|(other, policy)| (other.as_str(), policy.up_to)).collect()
}

/// What is made for stock needs room for all of it, whatever else is made for the same racks.
fn check_restock(scene: Scene, problems: &mut Problems) {
    for (product, policy) in &scene.world.resource::<Restocking>().0 {
        let way = scene.section("restock").to(product);
        if !scene.products().contains_key(product) {
            let help =
                did_you_mean(product, scene.products().keys().map(String::as_str), "the scene has no `products`");
            complain(way.key_place(), format!("unknown product `{product}`"), help, problems);
            continue;
        }
        let room = room_for(product, scene);
        let rivals = rivals(product, scene);
        let all: u64 = rivals.values().map(|up_to| u64::from(*up_to)).sum();
        if u64::from(policy.up_to) > room {
            let message =
                format!("`{product}` is made up to {} for stock, but racks have room for {room}", policy.up_to);
            let help = "lower `up_to`, or raise the `capacity` of a rack that keeps it";
            complain(way.to("up_to").place(), message, help, problems);
        } else if all > room {
            let names: Vec<String> = rivals.keys().map(|name| format!("`{name}`")).collect();
            let message = format!(
                "{} are made for stock up to {all} in all and share racks, but those for `{product}` have room for {room}",
                names.join(", ")
            );
            let help = "one of them could take all the room: lower an `up_to`, raise a `capacity`, or give each a rack that `keeps` nothing else";
            complain(way.to("up_to").place(), message, help, problems);
        } else if policy.lot > policy.up_to {
            let message =
                format!("a lot of {} of `{product}` is more than the {} of its stock", policy.lot, policy.up_to);
            complain(way.to("lot").place(), message, "lower `lot`, or raise `up_to`", problems);
        }
    }
}

/// What goes to `stock` needs a rack.
fn check_racks(routed: &Routed, scene: Scene, problems: &mut Problems) {
    for steps in routed.steps() {
        if steps.values.contains_key("stock") && room_for(routed.name, scene) == 0 {
            let message = format!("no rack keeps `{}`, which goes to stock", routed.name);
            let help = match scene.with::<Rack>().next() {
                Some((rack, _)) => format!("add \"{}\" to what `{rack}` `keeps`", routed.name),
                None => "give a twin a part `rack`, such as rack: (capacity: 40)".to_owned(),
            };
            complain(steps.way.to("stock").key_place(), message, help, problems);
        }
    }
}

fn goes_to_stock(product: &str, scene: Scene) -> bool {
    if scene.world.resource::<Restocking>().0.contains_key(product) {
        return true;
    }
    let leads_there = |routed: &Routed| routed.steps().iter().any(|s| s.values.get("stock").is_some_and(|p| *p > 0.0));
    scene.operations().filter(|routed| routed.name == product).any(|routed| leads_there(&routed))
}

fn check_kit(routed: &Routed, scene: Scene, problems: &mut Problems) {
    let (name, way) = (&routed.operation.name, routed.way.to("needs"));
    let before = problems.len();
    for (part, &count) in &routed.operation.needs {
        if !scene.products().contains_key(part) {
            let known = scene.products().keys().map(String::as_str);
            let help = did_you_mean(part, known, "the scene has no `products`");
            complain(way.to(part).key_place(), format!("unknown product `{part}`"), help, problems);
        } else if count == 0 {
            let message = format!("`{name}` needs 0 of `{part}`");
            complain(way.to(part).place(), message, "give a number above 0, or leave it out", problems);
        } else if !goes_to_stock(part, scene) {
            let message = format!("`{name}` needs `{part}`, which never comes into stock");
            let help = format!(
                "let an operation of `{part}` lead there, such as next: {{\"stock\": 1}}, or name it in `restock`"
            );
            complain(way.to(part).key_place(), message, help, problems);
        } else if u64::from(count) > room_for(part, scene) {
            let room = room_for(part, scene);
            let message =
                format!("`{name}` needs {count} of `{part}`, but there is room for no more than {room} in racks");
            complain(way.to(part).place(), message, "lower the number, or raise the `capacity` of a rack", problems);
        }
    }
    if problems.len() == before {
        check_kit_size(routed, scene, problems);
    }
}

/// A kit is taken out of stock as a whole, and so must fit into it as a whole.
fn check_kit_size(routed: &Routed, scene: Scene, problems: &mut Problems) {
    let needs = &routed.operation.needs;
    let size: u64 = needs.values().map(|&count| u64::from(count)).sum();
    let racks = scene.with::<Rack>().filter(|(_, rack)| needs.keys().any(|part| keeps(rack, part)));
    let room: u64 = racks.map(|(_, rack)| u64::from(rack.capacity)).sum();
    if size > room {
        let message =
            format!("the kit for `{}` has {size} parts, but there is room for {room} in racks", routed.operation.name);
        let help = "raise the `capacity` of a rack, or assemble in two operations";
        complain(routed.way.to("needs").place(), message, help, problems);
    }
}

/// Nothing can be made of itself.
fn check_circles(scene: Scene, problems: &mut Problems) {
    let mut told = BTreeSet::new();
    for product in scene.products().keys() {
        if told.contains(product.as_str()) {
            continue;
        }
        let Some(circle) = circle_from(product, scene) else { continue };
        let names: Vec<String> = circle.iter().copied().chain([product]).map(|name| format!("`{name}`")).collect();
        let message = format!("{} needs itself: {}", names[0], names.join(" needs "));
        let needs =
            |routed: &Routed| routed.name == product && routed.operation.needs.contains_key(circle[1 % circle.len()]);
        let way = scene.operations().find(needs).map(|routed| routed.way.to("needs"));
        let way = way.unwrap_or_else(|| scene.section("products").to(product));
        complain(way.place(), message, "take one of these needs out", problems);
        told.extend(circle.iter().map(|name| name.as_str()));
    }
}

/// Products from one on, each of which needs the next, and the last the first again.
fn circle_from<'a>(first: &'a String, scene: Scene<'a>) -> Option<Vec<&'a String>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![vec![first]];
    while let Some(path) = open.pop() {
        let last = path[path.len() - 1];
        let routing = scene.products().get(last).map_or(&[][..], |product| &product.routing);
        for part in routing.iter().flat_map(|operation| operation.needs.keys()) {
            if part == first {
                return Some(path);
            }
            if seen.insert(part) {
                open.push(path.iter().copied().chain([part]).collect());
            }
        }
    }
    None
}
