//! What the commands share in speaking to people: errors, tables, a progress bar, Ctrl-C.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use crate::engine::clock::Clock;
use crate::engine::time::Time;
use crate::run::single::{Observer, RunError};
use crate::scene::load::SceneError;
use crate::scene::problem::{Problems, Sources, Style};

use super::Exit;

/// Prints to standard output. A reader that has gone away, as `head` does, ends the program quietly.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Prints an error of the user's.
pub(crate) fn fail(message: &str) -> Exit {
    eprintln!("error: {message}");
    Exit::BAD_INPUT
}

/// Prints all that is wrong with scenes.
pub(crate) fn print_problems(sources: &Sources, problems: &Problems) {
    let style = if std::io::stderr().is_terminal() { Style::Color } else { Style::Plain };
    eprintln!("{}", sources.render(problems, style).trim_end());
}

/// Prints what went wrong with a run.
pub(crate) fn fail_run(error: &RunError) -> Exit {
    match error {
        RunError::Scene(SceneError::Wrong(sources, problems)) => {
            print_problems(sources, problems);
            Exit::BAD_INPUT
        }
        other => fail(&other.to_string()),
    }
}

/// Lines up the columns of a table: those named in `left` to the left, the others to the right.
pub(crate) fn table(rows: &[Vec<String>], left: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| {
                let pad = " ".repeat(widths[column] - cell.chars().count());
                if left.contains(&column) { format!("{cell}{pad}") } else { format!("{pad}{cell}") }
            })
            .collect();
        text += &format!("  {}\n", cells.join("  ").trim_end());
    }
    text
}

/// A number as people read it: about four digits that count.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        _ if value.fract() == 0.0 && size < 1e15 => 0,
        _ if size >= 1000.0 => 1,
        _ if size >= 10.0 => 2,
        _ if size >= 0.1 => 4,
        _ if size >= 1e-4 => 6,
        _ => return format!("{value:.3e}"),
    };
    format!("{value:.digits$}")
}

/// Watches a run: shows progress on a terminal, and stops it on Ctrl-C.
pub(crate) struct Watch {
    interrupted: Arc<AtomicBool>,
    bar: Option<Mutex<Bar>>,
}

struct Bar {
    bar: ProgressBar,
    started: Instant,
    drawn: Instant,
}

impl Watch {
    /// Begins to watch. The bar is shown on terminals only, and for one run at a time.
    pub(crate) fn new(show: bool) -> Watch {
        let interrupted = Arc::new(AtomicBool::new(false));
        let flag = interrupted.clone();
        // A second Ctrl-C, for those in a hurry, ends the program at once.
        let handler = move || {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        };
        // Without a handler Ctrl-C ends the program without results, which is what it does by itself.
        let _ = ctrlc::set_handler(handler);
        let bar = (show && std::io::stderr().is_terminal()).then(|| Mutex::new(Bar::new()));
        Watch { interrupted, bar }
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        if let Some(Ok(bar)) = self.bar.as_ref().map(Mutex::lock) {
            bar.bar.finish_and_clear();
        }
    }
}

impl Bar {
    fn new() -> Bar {
        let bar = ProgressBar::new(1000);
        let style = ProgressStyle::with_template("{bar:30} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Bar { bar, started: Instant::now(), drawn: Instant::now() }
    }

    fn show(&mut self, clock: &Clock) {
        if self.drawn.elapsed().as_millis() < 100 {
            return;
        }
        self.drawn = Instant::now();
        let (wall, simulated) = (self.started.elapsed().as_secs_f64(), clock.now.seconds());
        let speed = simulated / wall;
        let known_end = (clock.horizon != Time::NEVER).then(|| clock.horizon.seconds());
        let left = match known_end {
            Some(end) if simulated > 0.0 => {
                self.bar.set_position((1000.0 * simulated / end) as u64);
                format!(", {:.0} s left", (end - simulated) / speed)
            }
            _ => String::new(),
        };
        let whole_seconds = crate::engine::time::Duration::from_secs(simulated as i64);
        self.bar.set_message(format!("{whole_seconds} simulated, {}x real time{left}", number(speed.round())));
    }
}

impl Observer for Watch {
    fn after_step(&self, clock: &Clock) -> bool {
        if let Some(bar) = &self.bar
            && let Ok(mut bar) = bar.try_lock()
        {
            bar.show(clock);
        }
        !self.interrupted.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_that_count() {
        let cases =
            [(12.0, "12"), (0.91234, "0.9123"), (1234.567, "1234.6"), (0.00123, "0.001230"), (1e-9, "1.000e-9")];
        cases.iter().for_each(|(value, text)| assert_eq!(number(*value), *text));
    }
}
