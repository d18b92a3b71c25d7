//! Variants: what a customer chooses of a product, down to lots of one, and what that changes.
//!
//! A job's variant is one number: its choice of each option, as digits of a number with mixed radix. The space of
//! variants can so be as large as a customer likes and costs eight bytes a job.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::random::{Purpose, Seed};

use super::product::{Operation, Product};

const OPTION: Purpose = Purpose::new("factory.option");

/// The most variants that one product may have, and the most families that one operation may have.
pub const MOST_VARIANTS: u64 = 1 << 62;
/// See [`MOST_VARIANTS`].
pub const MOST_FAMILIES: u64 = 10_000;

/// An option with its names resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct OptionPlan {
    /// Its name.
    pub name: Arc<str>,
    /// Its choices with their cumulated shares, in alphabetical order.
    pub choices: Vec<(Arc<str>, f64)>,
    /// The worth of its digit in a variant.
    radix: u64,
}

impl OptionPlan {
    /// The choice of a variant, as an index.
    pub fn choice(&self, variant: u64) -> usize {
        (variant / self.radix % self.choices.len() as u64) as usize
    }

    /// A choice's index by its name.
    pub fn find(&self, choice: &str) -> Option<usize> {
        self.choices.iter().position(|(name, _)| **name == *choice)
    }
}

/// The options of a product, in alphabetical order.
pub fn options(product: &Product) -> Vec<OptionPlan> {
    let mut radix = 1;
    let compile = |(name, choices): (&String, &BTreeMap<String, f64>)| {
        let mut sum = 0.0;
        let mut compiled: Vec<(Arc<str>, f64)> = choices
            .iter()
            .map(|(choice, share)| {
                sum += share;
                (choice.as_str().into(), sum)
            })
            .collect();
        if let Some(last) = compiled.last_mut() {
            last.1 = 1.0;
        }
        let plan = OptionPlan { name: name.as_str().into(), choices: compiled, radix };
        radix = radix.saturating_mul(plan.choices.len() as u64);
        plan
    };
    product.options.iter().filter(|(_, choices)| !choices.is_empty()).map(compile).collect()
}

/// The variant of a job: what its order names, and a draw for each option that it leaves open.
pub fn draw(options: &[OptionPlan], named: &BTreeMap<String, String>, job: u64, seed: Seed) -> u64 {
    let digit = |(index, option): (usize, &OptionPlan)| {
        let choice = named.get(&*option.name).and_then(|choice| option.find(choice)).unwrap_or_else(|| {
            let u = seed.stream(job, OPTION, index as u64).uniform();
            option.choices.iter().position(|(_, cumulated)| u < *cumulated).unwrap_or_default()
        });
        choice as u64 * option.radix
    };
    options.iter().enumerate().map(digit).sum()
}

/// A variant in words, such as `colour=red size=large`; empty where there is nothing to choose.
pub fn describe(options: &[OptionPlan], variant: u64) -> String {
    let words: Vec<String> =
        options.iter().map(|option| format!("{}={}", option.name, option.choices[option.choice(variant)].0)).collect();
    words.join(" ")
}

/// How an operation depends on a job's variant.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantPlan {
    /// Options with, for each choice, whether it needs the operation.
    only: Vec<(OptionPlan, Vec<bool>)>,
    /// Options with, for each choice, how much longer it takes.
    factors: Vec<(OptionPlan, Vec<f64>)>,
    /// The options that the family is named after, and the family of each combination of their choices.
    families: Option<(Vec<OptionPlan>, Vec<Option<u32>>)>,
}

impl VariantPlan {
    /// Whether a variant needs the operation.
    pub fn applies(&self, variant: u64) -> bool {
        self.only.iter().all(|(option, wanted)| wanted[option.choice(variant)])
    }

    /// Whether there may be variants that do not need the operation.
    pub fn may_be_passed_over(&self) -> bool {
        !self.only.is_empty()
    }

    /// How much longer the operation takes for a variant.
    pub fn factor(&self, variant: u64) -> f64 {
        self.factors.iter().map(|(option, factors)| factors[option.choice(variant)]).product()
    }

    /// The set-up family of a variant, where the family depends on it.
    pub fn family(&self, variant: u64) -> Option<u32> {
        let (options, families) = self.families.as_ref()?;
        let index = options.iter().fold(0, |index, option| index * option.choices.len() + option.choice(variant));
        families[index]
    }
}

/// The set-up family of an operation that has only one, and how the operation depends on variants, if it does.
pub fn compile(
    operation: &Operation,
    options: &[OptionPlan],
    families: &[Arc<str>],
) -> (Option<u32>, Option<VariantPlan>) {
    let find = |family: &str| families.binary_search_by(|other| (**other).cmp(family)).ok().map(|f| f as u32);
    let named = named_options(&operation.family, options);
    let by_variant = (!named.is_empty()).then(|| {
        let families = all_families(&operation.family, &named).iter().map(|family| find(family)).collect();
        (named, families)
    });
    let option = |name: &str| options.iter().find(|option| *option.name == *name).cloned();
    let only: Vec<(OptionPlan, Vec<bool>)> = operation
        .only
        .iter()
        .filter_map(|(name, wanted)| {
            let option = option(name)?;
            let applies = option.choices.iter().map(|(choice, _)| wanted.iter().any(|w| **w == **choice)).collect();
            Some((option, applies))
        })
        .collect();
    let factors: Vec<(OptionPlan, Vec<f64>)> = operation
        .factors
        .iter()
        .filter_map(|(name, factors)| {
            let option = option(name)?;
            let each =
                option.choices.iter().map(|(choice, _)| factors.get(&**choice).copied().unwrap_or(1.0)).collect();
            Some((option, each))
        })
        .collect();
    let depends = by_variant.is_some() || !only.is_empty() || !factors.is_empty();
    let plan = depends.then_some(VariantPlan { only, factors, families: by_variant });
    (if plan.as_ref().is_some_and(|p| p.families.is_some()) { None } else { find(&operation.family) }, plan)
}

/// All families that an operation can have: those of its pattern, or the one that it names.
pub fn families(pattern: &str, product: &Product) -> Vec<String> {
    if pattern.is_empty() { Vec::new() } else { all_families(pattern, &named_options(pattern, &options(product))) }
}

/// All families of a pattern; none where they are more than the check allows.
fn all_families(pattern: &str, named: &[OptionPlan]) -> Vec<String> {
    let count = named.iter().fold(1_u64, |count, option| count.saturating_mul(option.choices.len() as u64));
    if count > MOST_FAMILIES { Vec::new() } else { combine(pattern, named) }
}

/// The options that a pattern names in braces, in their order.
fn named_options(pattern: &str, options: &[OptionPlan]) -> Vec<OptionPlan> {
    options.iter().filter(|option| pattern.contains(&format!("{{{}}}", option.name))).cloned().collect()
}

/// The pattern with every combination of choices put in; the last option changes fastest.
fn combine(pattern: &str, options: &[OptionPlan]) -> Vec<String> {
    options.iter().fold(vec![pattern.to_owned()], |patterns, option| {
        let braced = format!("{{{}}}", option.name);
        let choices = || option.choices.iter().map(|(choice, _)| choice);
        patterns.iter().flat_map(|pattern| choices().map(|choice| pattern.replace(&braced, choice))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product() -> Product {
        serde_json::from_str(
            r#"{"options": {"colour": {"blue": 0.2, "red": 0.8}, "size": {"l": 0.5, "m": 0.25, "s": 0.25}}, "routing": [
                {"name": "paint", "machines": {"booth": "5m"}, "family": "{size}/{colour}",
                 "only": {"size": ["l", "m"]}, "factors": {"colour": {"red": 1.5}, "size": {"l": 2.0}}}]}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_variant_says_what_each_option_is() {
        let (product, named) = (product(), [("colour".to_owned(), "red".to_owned())].into());
        let options = options(&product);
        let mut sizes = [0.0; 3];
        for job in 0..4000 {
            let variant = draw(&options, &named, job, Seed(1));
            assert!(describe(&options, variant).starts_with("colour=red size="));
            sizes[options[1].choice(variant)] += 1.0 / 4000.0;
        }
        assert!((sizes[0] - 0.5_f64).abs() < 0.03 && (sizes[2] - 0.25_f64).abs() < 0.03, "{sizes:?}");
    }

    #[test]
    fn an_operation_follows_the_variant() {
        let product = product();
        let options = options(&product);
        let all = families("{size}/{colour}", &product);
        assert_eq!(all, ["l/blue", "m/blue", "s/blue", "l/red", "m/red", "s/red"]);
        let mut families: Vec<Arc<str>> = all.iter().map(|name| name.as_str().into()).collect();
        families.sort();
        let (fixed, plan) = compile(&product.routing[0], &options, &families);
        let plan = plan.unwrap();
        let pick = |colour: &str, size: &str| {
            let named = [("colour".to_owned(), colour.to_owned()), ("size".to_owned(), size.to_owned())].into();
            draw(&options, &named, 0, Seed(1))
        };
        assert_eq!(fixed, None);
        assert_eq!(plan.family(pick("red", "m")).map(|f| &*families[f as usize]), Some("m/red"));
        assert_eq!(plan.factor(pick("red", "l")), 3.0);
        assert!(plan.applies(pick("blue", "m")) && !plan.applies(pick("blue", "s")));
    }
}
