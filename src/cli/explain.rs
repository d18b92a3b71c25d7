//! `autotwin explain`: says why a twin did what it did.

use std::path::PathBuf;

use bevy_app::App;
use clap::Args;

use crate::engine::parallel::Pool;
use crate::engine::time::{Duration, Time};
use crate::run::explain::{Explanation, Question, explain};
use crate::twin::minds::Weighed;
use crate::twin::step::trace::{Decision, Deed, Known};

use super::Exit;
use super::output::{Watch, fail, fail_run, number, print, table};

/// Say what a twin of a run perceived and believed at a moment, what it weighed, what it chose, and what came of it.
#[derive(Args)]
#[command(after_help = "Example:\n  \
    autotwin run scenes/robots.ron --out runs/robots\n  \
    autotwin explain runs/robots robot-2 --at 3h12m\n\n\
    What `record: (reasons: [..])` or `--reasons` had recorded is read; else the run is made again up to that moment.")]
pub(crate) struct ExplainArguments {
    /// The run folder.
    folder: PathBuf,
    /// The name of the twin.
    twin: String,
    /// The moment, in simulated time; without it, the end of the run.
    #[arg(long, value_name = "TIME", value_parser = Duration::parse)]
    at: Option<Duration>,
    /// Of several replications which one, from 1.
    #[arg(long, default_value_t = 1)]
    replication: u64,
    /// How many threads to use; 0 for one each core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

pub(crate) fn run(arguments: &ExplainArguments, plugins: fn(&mut App)) -> Exit {
    let pool = match Pool::new(arguments.threads) {
        Ok(pool) => pool,
        Err(error) => return fail(&error),
    };
    let question = Question {
        twin: arguments.twin.clone(),
        at: arguments.at.map(|at| Time::ZERO + at),
        replication: arguments.replication,
    };
    let watch = Watch::new(true);
    let result = explain(&arguments.folder, &question, plugins, &pool, &watch);
    watch.finish();
    match result {
        Ok(explanation) => {
            print(&describe(&question.twin, &explanation));
            Exit::OK
        }
        Err(error) => fail_run(&error),
    }
}

/// How many of the deeds that are over are listed.
const MOST_OVER: usize = 5;

/// A moment to the millisecond: nobody reads more.
fn moment(at: Time) -> Time {
    const MILLISECOND: i64 = 1_000_000;
    Time::from_nanos((at.nanos() + MILLISECOND / 2) / MILLISECOND * MILLISECOND)
}

fn describe(twin: &str, explanation: &Explanation) -> String {
    let Explanation { at, seed, turn, last, is_recorded, .. } = explanation;
    let at = moment(*at);
    let source = if *is_recorded { "as recorded" } else { "run again" };
    let mut text = format!("{twin} at {at} (seed {seed}, {source})\n");
    let now: Vec<Vec<String>> = explanation.under_way().map(deed_row).collect();
    text += "\nwhat it does\n";
    text += &if now.is_empty() { "  nothing\n".to_owned() } else { table(&now, &[0, 1, 2]) };
    match turn {
        None => text += "\nit has not wanted anything up to then\n",
        Some(turn) => {
            text += &format!("\nwhy: what it decided at {}\n", moment(turn.at));
            text += &describe_decision(turn);
            let came: Vec<Vec<String>> = explanation.came_of_it().map(deed_row).collect();
            if !came.is_empty() {
                text += &format!("what came of it\n{}", table(&came, &[0, 1, 2]));
            }
        }
    }
    if let Some(last) = last {
        text +=
            &format!("\nsince then nothing has changed its mind; the last time it looked, at {}\n", moment(last.at));
        text += &describe_decision(last);
    }
    let over: Vec<Vec<String>> = explanation.over().take(MOST_OVER).map(deed_row).collect();
    if !over.is_empty() {
        text += &format!("\nwhat it did before, the last first\n{}", table(&over, &[0, 1, 2]));
    }
    text
}

fn describe_decision(decision: &Decision) -> String {
    let mut text = String::new();
    let mut list = |title: &str, items: &[String]| {
        if !items.is_empty() {
            text += &format!("{title}\n  {}\n", items.join("; "));
        }
    };
    list("it was doing", &decision.doing);
    list("it had been told", &decision.outcomes);
    for (title, is_belief) in [("it perceived", false), ("it believed", true)] {
        let rows: Vec<Vec<String>> =
            decision.known.iter().filter(|known| known.is_belief == is_belief).map(known_row).collect();
        if !rows.is_empty() {
            text += &format!("{title}\n{}", table(&rows, &[0, 1, 2]));
        }
    }
    let weighed: Vec<Vec<String>> = decision.weighed.iter().map(weighed_row).collect();
    if !weighed.is_empty() {
        text += &format!("it weighed\n{}", table(&weighed, &[0, 1, 3]));
    }
    let wanted: Vec<String> = decision.wanted.iter().map(ToString::to_string).collect();
    let wanted = if wanted.is_empty() { "nothing new".to_owned() } else { wanted.join("; ") };
    text + &format!("it wanted\n  {wanted}\n")
}

fn known_row(known: &Known) -> Vec<String> {
    let age = known.age.filter(|age| *age > 0.0).map_or(String::new(), |age| format!("{} s ago", number(age)));
    vec![known.name.clone(), known.value.clone(), age]
}

fn weighed_row(weighed: &Weighed) -> Vec<String> {
    let mark = match weighed {
        Weighed { is_chosen: true, .. } => "->",
        Weighed { is_possible: true, .. } => "+",
        _ => "-",
    };
    let score = weighed.score.map_or(String::new(), number);
    vec![mark.to_owned(), weighed.name.clone(), score, weighed.why.clone()]
}

fn deed_row(deed: &Deed) -> Vec<String> {
    let end = match &deed.end {
        None => "goes on".to_owned(),
        Some(end) => {
            let action = match end.action.as_str() {
                "" => String::new(),
                action if action == deed.course => String::new(),
                action => format!(" (at `{action}`)"),
            };
            format!("{} at {}{action}", end.outcome.describe(), moment(end.at))
        }
    };
    vec![deed.course.clone(), format!("since {}", moment(deed.from)), end]
}
