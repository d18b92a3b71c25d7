//! Options: their shares, and the operations and orders that name them and their choices.

use std::collections::BTreeMap;

use crate::factory::orders::demand::{Arrivals, JobOrders};
use crate::factory::orders::restock::Restocking;
use crate::factory::product::Product;
use crate::factory::variants::{MOST_FAMILIES, MOST_VARIANTS};
use crate::scene::problem::Problems;
use crate::scene::syntax::Span;

use super::products::Shares;
use super::{Routed, Scene, Way, complain, did_you_mean};

/// The most by which a choice may make an operation longer.
const LARGEST_FACTOR: f64 = 1e6;

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    for (name, product) in scene.products() {
        check_options(product, &scene.section("products").to(name).to("options"), problems);
    }
    for routed in scene.operations() {
        check_only(&routed, problems);
        check_factors(&routed, problems);
        check_family(&routed, problems);
    }
    let way = |section: &str, index: usize| scene.section(section).to(index).to("options");
    for (index, order) in scene.world.resource::<JobOrders>().0.iter().enumerate() {
        check_chosen(&order.product, &order.options, &way("jobs", index), scene, problems);
    }
    for (index, arrival) in scene.world.resource::<Arrivals>().0.iter().enumerate() {
        check_chosen(&arrival.product, &arrival.options, &way("arrivals", index), scene, problems);
    }
    for (product, policy) in &scene.world.resource::<Restocking>().0 {
        let way = scene.section("restock").to(product).to("options");
        check_chosen(product, &policy.options, &way, scene, problems);
    }
}

fn check_options(product: &Product, way: &Way, problems: &mut Problems) {
    for (name, choices) in &product.options {
        let way = way.to(name);
        if choices.is_empty() {
            let message = format!("the option `{name}` has no choices");
            complain(way.place(), message, "list some, such as {\"plain\": 0.7, \"red\": 0.3}", problems);
        } else {
            let what = format!("the shares of `{name}`");
            Shares { what, one: "a share", values: choices, rest: None, way }.check(problems);
        }
    }
    let count = product.options.values().fold(1_u64, |count, choices| count.saturating_mul(choices.len() as u64));
    if count > MOST_VARIANTS {
        let message = format!("the product has more than {MOST_VARIANTS} variants");
        complain(way.key_place(), message, "have fewer options, or fewer choices", problems);
    }
}

/// The choices of an option; complains if the product has none of that name.
fn find_option<'a>(
    product: (&str, &'a Product),
    option: &str,
    place: impl FnOnce() -> Span,
    problems: &mut Problems,
) -> Option<&'a BTreeMap<String, f64>> {
    let (name, product) = product;
    let found = product.options.get(option);
    if found.is_none() {
        let known = product.options.keys().map(String::as_str);
        let help = did_you_mean(option, known, "the product has no `options`");
        complain(place(), format!("`{name}` has no option `{option}`"), help, problems);
    }
    found
}

fn check_choice(
    option: (&str, &BTreeMap<String, f64>),
    choice: &str,
    place: impl FnOnce() -> Span,
    problems: &mut Problems,
) {
    let (name, choices) = option;
    if !choices.contains_key(choice) {
        let help = did_you_mean(choice, choices.keys().map(String::as_str), "it has none");
        complain(place(), format!("the option `{name}` has no choice `{choice}`"), help, problems);
    }
}

fn check_only(routed: &Routed, problems: &mut Problems) {
    let (operation, way) = (routed.operation, routed.way.to("only"));
    for (option, wanted) in &operation.only {
        let way = way.to(option);
        let Some(choices) = find_option((routed.name, routed.product), option, || way.key_place(), problems) else {
            continue;
        };
        for (index, choice) in wanted.iter().enumerate() {
            check_choice((option, choices), choice, || way.to(index).place(), problems);
        }
        if wanted.is_empty() {
            let message = format!("no job ever needs `{}`: `only` lists no choice of `{option}`", operation.name);
            complain(way.place(), message, "list the choices that need it", problems);
        }
    }
    if operation.only.is_empty() {
        return;
    }
    let several = operation.next.as_ref().is_some_and(|next| next.len() > 1);
    if several || operation.inspect.is_some() || operation.grade.is_some() {
        let message = format!("jobs that do not need `{}` would not know where to go", operation.name);
        let help = "an operation with `only` has one way on; let the next operation decide, inspect or grade";
        complain(way.key_place(), message, help, problems);
    }
}

fn check_factors(routed: &Routed, problems: &mut Problems) {
    for (option, factors) in &routed.operation.factors {
        let way = routed.way.to("factors").to(option);
        let Some(choices) = find_option((routed.name, routed.product), option, || way.key_place(), problems) else {
            continue;
        };
        for (choice, factor) in factors {
            check_choice((option, choices), choice, || way.to(choice).key_place(), problems);
            if !(*factor > 0.0 && *factor <= LARGEST_FACTOR) {
                let message = format!("a factor should be more than 0, and at most {LARGEST_FACTOR}, but is {factor}");
                complain(way.to(choice).place(), message, "1.2 makes it a fifth longer", problems);
            }
        }
    }
}

fn check_family(routed: &Routed, problems: &mut Problems) {
    let way = || routed.way.to("family").place();
    let mut families = 1_u64;
    for option in braced(&routed.operation.family) {
        let choices = find_option((routed.name, routed.product), option, way, problems);
        families = families.saturating_mul(choices.map_or(1, |choices| choices.len() as u64));
    }
    if families > MOST_FAMILIES {
        let message = format!("`{}` has more than {MOST_FAMILIES} set-up families", routed.operation.name);
        complain(way(), message, "name fewer options in `family`", problems);
    }
}

/// What a text names in braces, each once.
fn braced(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    names.collect::<std::collections::BTreeSet<_>>().into_iter()
}

/// The choices of an order. An unknown product is complained of elsewhere.
fn check_chosen(name: &str, chosen: &BTreeMap<String, String>, way: &Way, scene: Scene, problems: &mut Problems) {
    let Some(product) = scene.products().get(name) else { return };
    for (option, choice) in chosen {
        let way = way.to(option);
        if let Some(choices) = find_option((name, product), option, || way.key_place(), problems) {
            check_choice((option, choices), choice, || way.place(), problems);
        }
    }
}
