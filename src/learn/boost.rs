//! Grows boosted trees of a table's rows, and lays them out as a world's belief asks them.

use std::collections::BTreeMap;

use forust_ml::tree::Tree;
use forust_ml::{GradientBooster, Matrix};

use super::table::{Column, Table};
use crate::twin::beliefs::classifier::{Feature, Model, TreeNode};

/// How trees are grown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// How many trees.
    pub trees: usize,
    /// How many questions deep a tree may be.
    pub depth: usize,
    /// How much of each tree's answer counts: from above 0 to 1. The smaller, the more trees are needed.
    pub rate: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Growth { trees: 200, depth: 6, rate: 0.1 }
    }
}

/// Trains a model on some rows of a table, both answers among them. Its threshold is 0.5 and its metrics are empty: those
/// are to be found with rows that it has not seen.
///
/// # Errors
/// What the trainer says, of options that it cannot use.
pub fn grow(table: &Table, rows: &[usize], growth: &Growth) -> Result<Model, String> {
    let mut booster = booster(growth);
    let values: Vec<f64> =
        table.features.iter().flat_map(|column| rows.iter().map(|row| column.values[*row])).collect();
    let answers: Vec<f64> = rows.iter().map(|row| f64::from(u8::from(table.answers[*row]))).collect();
    booster
        .fit_unweighted(&Matrix::new(&values, rows.len(), table.features.len()), &answers, None)
        .map_err(|error| error.to_string())?;
    Ok(model(table, &booster))
}

/// How likely a model says it is, of each of these rows.
pub fn scores(model: &Model, table: &Table, rows: &[usize]) -> Vec<f64> {
    let mut features = vec![f64::NAN; table.features.len()];
    let score = |row: &usize| {
        features.iter_mut().zip(&table.features).for_each(|(feature, column)| *feature = column.values[*row]);
        model.probability(&features)
    };
    rows.iter().map(score).collect()
}

/// Nothing here is left to chance: all rows and all columns are asked for each tree. Its own loops run on one thread, so
/// that sums are always made in one order; the trainings of a validation share the threads instead.
fn booster(growth: &Growth) -> GradientBooster {
    GradientBooster::default()
        .set_iterations(growth.trees)
        .set_max_depth(growth.depth)
        .set_learning_rate(growth.rate as f32)
        .set_initialize_base_score(true)
        .set_parallel(false)
}

fn model(table: &Table, booster: &GradientBooster) -> Model {
    let features = table.features.iter().zip(importances(table.features.len(), booster));
    let features = features.map(|(column, importance)| {
        let Column { name, words, .. } = column.clone();
        Feature { name, words, importance }
    });
    Model {
        target: table.target.clone(),
        features: features.collect(),
        threshold: 0.5,
        base: booster.base_score,
        trees: booster.trees.iter().map(nodes).collect(),
        metrics: BTreeMap::new(),
    }
}

/// A tree's nodes. The trainer's are numbered by their places, children behind their parents.
fn nodes(tree: &Tree) -> Vec<TreeNode> {
    let nodes = tree.nodes.iter().map(|node| {
        if node.is_leaf {
            return TreeNode::Leaf(f64::from(node.weight_value));
        }
        let [low, high, missing] = [node.left_child, node.right_child, node.missing_node].map(|child| child as u32);
        TreeNode::Split(node.split_feature as u16, node.split_value, low, high, missing)
    });
    nodes.collect()
}

/// The share of each feature in what all splits gained; nothing where nothing was gained.
fn importances(features: usize, booster: &GradientBooster) -> Vec<f64> {
    let mut gains = vec![0.0; features];
    for node in booster.trees.iter().flat_map(|tree| &tree.nodes).filter(|node| !node.is_leaf) {
        gains[node.split_feature] += f64::from(node.split_gain);
    }
    let total: f64 = gains.iter().sum();
    gains.iter().map(|gain| if total > 0.0 { gain / total } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Purpose, Seed};

    /// Rows of chance: a number, a number that is often unknown, one that is always the same, one that is never known
    /// and a word. The answer hangs on the first two and on whether the second is known.
    fn table(rows: usize) -> Table {
        let draw = |row: usize, what: u64| Seed(5).stream(row as u64, Purpose::new("test"), what).uniform();
        let column = |name: &str, words: &[&str], value: &dyn Fn(usize) -> f64| Column {
            name: name.to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            values: (0..rows).map(value).collect(),
        };
        let gap = |row| if draw(row, 1) < 0.3 { f64::NAN } else { 1e6 * draw(row, 2) };
        Table {
            target: "t".to_owned(),
            answers: (0..rows)
                .map(|row| draw(row, 0) > 0.7 && (gap(row).is_nan() || gap(row) >= 4e5) || draw(row, 4) < 0.05)
                .collect(),
            features: vec![
                column("a", &[], &|row| draw(row, 0)),
                column("b", &[], &gap),
                column("same", &[], &|_| 3.0),
                column("never", &[], &|_| f64::NAN),
                column("word", &["x", "y", "z"], &|row| (3.0 * draw(row, 3)).floor()),
                column("far", &[], &|row| if row % 9 == 0 { -1.7e308 } else { 1.7e308 }),
            ],
        }
    }

    #[test]
    fn the_world_asks_the_trees_as_the_trainer_does() {
        let table = table(3_000);
        let seen: Vec<usize> = (0..2_000).collect();
        let growth = Growth { trees: 40, ..Growth::default() };
        let model = grow(&table, &seen, &growth).unwrap();
        assert_eq!(model.check(), Ok(()));
        let mut booster = booster(&growth);
        let all: Vec<f64> = table.features.iter().flat_map(|column| column.values.clone()).collect();
        let some: Vec<f64> = table.features.iter().flat_map(|column| column.values[..2_000].to_vec()).collect();
        let answers: Vec<f64> = table.answers[..2_000].iter().map(|answer| f64::from(u8::from(*answer))).collect();
        booster.fit_unweighted(&Matrix::new(&some, 2_000, 6), &answers, None).unwrap();
        let odds = booster.predict(&Matrix::new(&all, 3_000, 6), false);
        let rows: Vec<usize> = (0..3_000).collect();
        let expected: Vec<f64> = odds.iter().map(|odds| 1.0 / (1.0 + libm::exp(-odds))).collect();
        assert_eq!(scores(&model, &table, &rows), expected, "not only nearly");
        let unknown = |row: usize| table.features[1].values[row].is_nan();
        assert!((0..3_000).filter(|row| unknown(*row)).count() > 500, "many rows go where the feature is not known");
    }

    #[test]
    fn importance_is_a_share_of_what_helps() {
        let table = table(2_000);
        let rows: Vec<usize> = (0..2_000).collect();
        let model = grow(&table, &rows, &Growth { trees: 20, ..Growth::default() }).unwrap();
        let shares: Vec<f64> = model.features.iter().map(|feature| feature.importance).collect();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(shares[0] > 0.3 && shares[1] > 0.2 && shares[4] < 0.1, "{shares:?}");
        assert_eq!((shares[2], shares[3]), (0.0, 0.0));
    }

    #[test]
    fn answers_are_learned() {
        let table = table(2_000);
        let rows: Vec<usize> = (0..2_000).collect();
        let (seen, unseen) = rows.split_at(1_000);
        let model = grow(&table, seen, &Growth::default()).unwrap();
        let right = scores(&model, &table, unseen).into_iter().zip(unseen);
        let right = right.filter(|(score, row)| (*score > 0.5) == table.answers[**row]).count();
        assert!(right > 900, "{right} of 1000, of which 950 can be known");
    }
}
