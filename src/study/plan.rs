//! The file of a study, and what follows from it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use crate::engine::time::Duration;
use crate::run::single::RunError;
use crate::scene::check::reading_problem;
use crate::scene::load::{self, SceneError};
use crate::scene::problem::{Problem, Problems, Sources};
use crate::scene::schema::{Formats, TypeSchema};
use crate::scene::syntax::de::from_node;
use crate::scene::syntax::parse::{Limits, parse};
use crate::scene::syntax::{Node, Span, print};
use crate::scene::tree;

use super::design::{self, Design, MOST_DIMENSIONS, MOST_POINTS};
use super::factors::{Factor, Level};

/// What the file of a study says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// What it is called; without it, as its file.
    #[serde(default)]
    pub name: String,
    /// The scene; its path is relative to the file of the study.
    pub scene: String,
    /// What is varied: a path into the scene, as `--set` takes it, and the values that are set there.
    #[schemars(length(min = 1))]
    pub factors: BTreeMap<String, Factor>,
    /// Which combinations of values are tried.
    #[serde(default)]
    pub design: Design,
    /// How often each is run, with seeds of its own: the least, if `until` is given.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replications: u32,
    /// Repeats a point until its mean is known well enough.
    #[serde(default)]
    pub until: Option<Until>,
    /// The indicators that are kept: NAME of the world, or NAME/TWIN. Without it, all of the world.
    #[serde(default)]
    pub indicators: Option<Vec<String>>,
    /// Where random numbers start; without it, as the scene says.
    #[serde(default)]
    pub seed: Option<u64>,
    /// How long each run is; without it, as the scene says.
    #[serde(default)]
    #[schemars(example = &"8h")]
    pub run_for: Option<Duration>,
    /// How much of the start is left out of the indicators; without it, as the scene says.
    #[serde(default)]
    pub warmup: Option<Duration>,
}

fn one() -> u32 {
    1
}

/// When a point has been repeated often enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// The indicator that should be known.
    pub indicator: String,
    /// How well: half of the width of its mean's 95 % interval, as a share of the mean.
    #[schemars(range(min = 0.000_001, max = 1.0))]
    pub within: f64,
    /// How often a point is repeated at most.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub most: u32,
}

/// A study that can be made.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What its file says.
    pub study: Study,
    /// The text of its file.
    pub text: String,
    /// The scene, with what it includes, in one text.
    pub scene_text: String,
    /// Where the scene's file is: what messages name.
    pub scene: PathBuf,
    /// Where random numbers start.
    pub seed: u64,
    /// The points, each with a value for each factor; none of a search.
    pub points: Vec<Vec<Level>>,
    /// By which the runs of this study are told from those of another.
    pub id: String,
}

impl Plan {
    /// Reads a study and its scene.
    ///
    /// # Errors
    /// The unreadable file, or all that is wrong with the study, or with the form of its scene.
    pub fn read(path: &Path) -> Result<Plan, RunError> {
        let shown = path.display().to_string();
        let text = load::read_text(path).map_err(|why| SceneError::Unreadable { path: shown.clone(), why })?;
        let mut sources = Sources::default();
        let file = sources.add(shown, text.clone());
        let mut problems = Problems::new();
        let study = match parse(&text, file, &Limits::default()) {
            Ok(root) => check(&root, &sources, &mut problems),
            Err(errors) => {
                errors.into_iter().for_each(|error| problems.push(error.into()));
                None
            }
        };
        let Some(mut study) = study.filter(|_| problems.is_empty()) else {
            return Err(SceneError::Wrong(sources, problems).into());
        };
        if study.name.is_empty() {
            study.name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        }
        let scene = path.parent().unwrap_or(Path::new("")).join(&study.scene);
        let tree = load::load(&scene, &[])?;
        let seed = study.seed.or_else(|| from_node(tree.root.get("seed")?).ok()).unwrap_or(1);
        let scene_text = print::print(&tree.root);
        let factors: Vec<&Factor> = study.factors.values().collect();
        let points = design::points(&study.design, &factors, seed);
        let id = id(&study, &scene_text, seed);
        Ok(Plan { study, text, scene_text, scene, seed, points, id })
    }

    /// What is set in the scene at a point, as `--set` takes it.
    pub fn sets(&self, point: &[Level]) -> Vec<String> {
        self.study.factors.keys().zip(point).map(|(path, level)| format!("{path}={level}")).collect()
    }

    /// The paths of the factors, in the order of the values of a point.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.study.factors.keys().map(String::as_str)
    }
}

/// Of all that the results of a study depend on.
fn id(study: &Study, scene: &str, seed: u64) -> String {
    let mut hash = Xxh3::new();
    for part in [&*serde_json::to_string(study).unwrap_or_default(), scene, env!("CARGO_PKG_VERSION")] {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    hash.update(&seed.to_le_bytes());
    format!("{:032x}", hash.digest128())
}

struct Lines<'a>(&'a Sources);

impl Formats for Lines<'_> {
    fn check(&self, format: &str, node: &Node) -> Result<(), (String, Option<String>)> {
        if format == "duration" {
            let cure = Some("write it like \"8h 30m\" or \"90s\"".to_owned());
            from_node::<Duration>(node).map_err(|error| (error.message, cure))?;
        }
        Ok(())
    }

    fn line(&self, span: Span) -> Option<usize> {
        self.0.position(span).map(|(line, _)| line)
    }
}

fn check(root: &Node, sources: &Sources, problems: &mut Problems) -> Option<Study> {
    TypeSchema::of::<Study>().check(root, "study", &Lines(sources), problems);
    if !problems.is_empty() {
        return None;
    }
    let study: Study = match from_node(root) {
        Ok(study) => study,
        Err(error) => {
            problems.push(reading_problem(error, root.span));
            return None;
        }
    };
    let mut complain = |path: &[&str], message: String, help: &str| {
        let (span, help) = (tree::place(root, path), Some(help.to_owned()));
        problems.push(Problem { span, message, label: "here".to_owned(), help });
    };
    for (path, factor) in &study.factors {
        if let Factor::Range { from, to, whole, .. } = factor {
            if from.partial_cmp(to) != Some(Ordering::Less) || !(to - from).is_finite() {
                complain(
                    &["factors", path],
                    "a range should go from a lower to a higher number".to_owned(),
                    "exchange the two",
                );
            } else if *whole && (from.fract(), to.fract()) != (0.0, 0.0) {
                complain(
                    &["factors", path],
                    "a range of whole numbers should begin and end with one".to_owned(),
                    "round them",
                );
            }
        }
        if let Factor::Range { from, to, steps: Some(steps), whole: true } = factor
            && f64::from(*steps) > to - from + 1.0
        {
            let message = format!("there are not {steps} whole numbers from {from} to {to}");
            complain(&["factors", path], message, "lower `steps`, or leave it out for all of them");
        }
        if study.design == Design::All && factor.count().is_none() {
            let help = "give `steps`, or choose a design such as Latin(points: 100)";
            complain(&["factors", path], format!("`{path}` can be any number, of which there is no end"), help);
        }
        if matches!(study.design, Design::Calibrate(_)) && !matches!(factor, Factor::Range { .. }) {
            let help = "write Range(from: .., to: ..)";
            complain(&["factors", path], format!("`{path}` is not a range, in which alone can be searched"), help);
        }
    }
    let count = study.factors.values().map(|factor| factor.count().unwrap_or(1));
    let all = count.fold(1_usize, usize::saturating_mul);
    if study.design == Design::All && all > MOST_POINTS {
        let help = "choose a design such as Sobol(points: 1024)";
        complain(&["factors"], format!("there are {all} combinations, and {MOST_POINTS} are the most"), help);
    }
    let dimensions = match study.design {
        Design::Sobol { .. } | Design::Calibrate(_) => study.factors.len(),
        Design::Indices { .. } => 2 * study.factors.len(),
        _ => 0,
    };
    if dimensions > MOST_DIMENSIONS {
        complain(
            &["factors"],
            format!("there are {} factors", study.factors.len()),
            "Sobol's sequence has 256 dimensions",
        );
    }
    if let Design::Calibrate(search) = &study.design {
        if search.targets.is_empty() {
            complain(&["design"], "there is nothing to be met".to_owned(), "name an indicator in `targets`");
        }
        for (indicator, target) in &search.targets {
            if target.error <= 0.0 || !target.error.is_finite() || !target.value.is_finite() {
                let help = "give the error of the measurement, above 0";
                complain(&["design"], format!("the error of `{indicator}` is not above 0"), help);
            }
        }
    }
    if study.until.as_ref().is_some_and(|until| until.most < study.replications) {
        complain(&["until"], "`most` is less than `replications`".to_owned(), "raise it");
    }
    Some(study)
}
