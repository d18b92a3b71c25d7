//! How likely something is, by a model that was trained on data: boosted decision trees (J. H. Friedman, "Greedy function
//! approximation: a gradient boosting machine", Annals of Statistics 29, 2001), which `autotwin train` writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Belief, Moment, Said};

/// Trained models by name, for beliefs of the kind `Classifier`. `autotwin train` writes them, to be included in a scene.
#[derive(Resource, Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Classifiers(pub BTreeMap<String, Arc<Model>>);

/// A trained model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it says how likely it is.
    pub target: String,
    /// What it goes by, in order.
    pub features: Vec<Feature>,
    /// From which probability on it says yes.
    #[schemars(range(min = 0, max = 1))]
    pub threshold: f64,
    /// The logarithm of the odds before any tree has been asked.
    pub base: f64,
    /// The trees, each as a list of nodes with the root first.
    pub trees: Vec<Vec<TreeNode>>,
    /// How good it was on data that it had not seen: each measure by its name.
    #[serde(default)]
    pub metrics: BTreeMap<String, f64>,
}

/// Something that a model goes by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name: that of the column that it was trained on.
    pub name: String,
    /// Where it is a word: the words, the first of which stands for 0, the next for 1, and so on.
    #[serde(default)]
    pub words: Vec<String>,
    /// The share of all that the trees gained that they gained by it.
    #[serde(default)]
    pub importance: f64,
}

/// A node of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum TreeNode {
    /// Goes on at another node: (feature, split, where the feature is below the split, where it is not, where it is not
    /// known).
    Split(u16, f64, u32, u32, u32),
    /// Adds to the logarithm of the odds.
    Leaf(f64),
}

impl Model {
    /// What is wrong with it, if anything: nodes that lead nowhere or back.
    pub fn check(&self) -> Result<(), String> {
        for (number, tree) in self.trees.iter().enumerate() {
            for (place, node) in tree.iter().enumerate() {
                let TreeNode::Split(feature, _, low, high, missing) = *node else { continue };
                if feature as usize >= self.features.len() {
                    return Err(format!(
                        "node {place} of tree {number} asks for feature {feature}, of which there are {}",
                        self.features.len()
                    ));
                }
                // Children stand behind their parents, so that every walk ends.
                if [low, high, missing].iter().any(|child| *child as usize <= place || *child as usize >= tree.len()) {
                    return Err(format!("node {place} of tree {number} leads to a node that is not behind it"));
                }
            }
            if tree.is_empty() {
                return Err(format!("tree {number} has no nodes"));
            }
        }
        Ok(())
    }

    /// How likely it is, by the features in their order; NaN for one that is not known.
    pub fn probability(&self, features: &[f64]) -> f64 {
        // Added up in the order of the trainer, so that both say the same to the last bit.
        let odds = self.trees.iter().fold(self.base, |odds, tree| odds + ask(tree, features));
        1.0 / (1.0 + libm::exp(-odds))
    }
}

fn ask(tree: &[TreeNode], features: &[f64]) -> f64 {
    let mut place = 0;
    loop {
        match tree.get(place) {
            Some(&TreeNode::Split(feature, split, low, high, missing)) => {
                let value = features.get(feature as usize).copied().unwrap_or(f64::NAN);
                place = match () {
                    () if value.is_nan() => missing,
                    () if value < split => low,
                    () => high,
                } as usize;
            }
            Some(&TreeNode::Leaf(weight)) => return weight,
            None => return 0.0,
        }
    }
}

/// How likely something is.
pub struct Classifier {
    /// The model.
    pub model: Arc<Model>,
    /// For each of its features, which input says it; none if nobody does.
    pub order: Vec<Option<usize>>,
}

/// The most features that a model may have.
pub const MOST_FEATURES: usize = 64;

impl Belief for Classifier {
    fn says(&self) -> Vec<Said> {
        vec![Said::number(""), Said::truth("is")]
    }

    fn update(&self, moment: Moment, inputs: &[f64], _: &mut [f64], says: &mut [f64]) {
        if !moment.is_news {
            return;
        }
        let mut features = [f64::NAN; MOST_FEATURES];
        for (feature, input) in features.iter_mut().zip(&self.order) {
            *feature = input.and_then(|input| inputs.get(input).copied()).unwrap_or(f64::NAN);
        }
        let probability = self.model.probability(&features[..self.order.len().min(MOST_FEATURES)]);
        says.copy_from_slice(&[probability, f64::from(u8::from(probability >= self.model.threshold))]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::is_near;
    use super::*;

    fn model() -> Model {
        use TreeNode::{Leaf, Split};
        let feature = |name: &str| Feature { name: name.to_owned(), words: Vec::new(), importance: 0.5 };
        Model {
            target: "t".to_owned(),
            features: vec![feature("a"), feature("b")],
            threshold: 0.4,
            base: -1.0,
            trees: vec![
                vec![Split(0, 2.0, 1, 2, 2), Leaf(-0.5), Split(1, 0.0, 3, 4, 3), Leaf(0.25), Leaf(2.0)],
                vec![Leaf(0.5)],
            ],
            metrics: BTreeMap::new(),
        }
    }

    #[test]
    fn trees_add_up() {
        let odds = |features: &[f64]| {
            let p = model().probability(features);
            (p / (1.0 - p)).ln()
        };
        is_near(odds(&[1.0, 5.0]), -1.0);
        is_near(odds(&[2.0, 5.0]), 1.5);
        is_near(odds(&[f64::NAN, f64::NAN]), -0.25);
        let classifier = Classifier { model: Arc::new(model()), order: vec![Some(1), None] };
        let moment = Moment { now: crate::engine::time::Time::ZERO, since_last: None, is_news: true };
        let mut says = [f64::NAN; 2];
        classifier.update(moment, &[0.0, 7.0], &mut [], &mut says);
        assert_eq!(says[1], 1.0, "the second input says the first feature, and nobody the second");
    }

    #[test]
    fn trees_that_lead_nowhere_are_refused() {
        let mut broken = model();
        assert_eq!(broken.check(), Ok(()));
        broken.trees[0][2] = TreeNode::Split(1, 0.0, 0, 4, 3);
        assert!(broken.check().is_err_and(|why| why.contains("not behind it")));
        broken.trees[0][2] = TreeNode::Split(2, 0.0, 3, 4, 3);
        assert!(broken.check().is_err_and(|why| why.contains("feature 2")));
    }
}
