//! Jobs in process and jobs shipped, over time.

use maud::{Markup, html};

use crate::record::report::charts::scale::time_bins;
use crate::record::report::charts::{Axis, Bar, Bars, Line, Lines, legend};
use crate::record::report::registry::{ReportSection, Section, Sections};
use crate::record::report::{ReportError, RunData, words};

use super::rows::{self, Jobs};
use super::shares::{bin_of, mean, spread};

/// How many points a line has at most, and how many bars a chart.
const MOST_POINTS: usize = 240;
const MOST_BARS: usize = 56;

/// The section, as it is registered.
pub const SECTION: ReportSection = ReportSection {
    id: "flow",
    link: "Flow",
    title: "Work in process and throughput",
    tables: &["jobs"],
    render,
    compare: Some(compare),
};

/// Jobs in process over time.
struct InProcess {
    points: Vec<(f64, f64)>,
    steps: bool,
    /// What the points are.
    made_of: String,
}

fn render(run: &RunData) -> Section {
    let jobs = rows::jobs(run)?;
    let Some(in_process) = in_process(run, jobs.as_ref())? else { return Ok(None) };
    Ok(Some(html! {
        h3 { "Jobs in process" }
        (wip_chart(run, &in_process, 170.0, None))
        p.note { (in_process.made_of) }
        @if let Some(jobs) = &jobs { (throughput(run, jobs)) }
        @else { p.note { "Jobs shipped over time were not recorded: run with " code { "--tables jobs" } "." } }
    }))
}

/// From the metrics if they were sampled, else counted from the jobs.
fn in_process(run: &RunData, jobs: Option<&Jobs>) -> Result<Option<InProcess>, ReportError> {
    let sampled = samples(run, "work_in_process")?;
    if sampled.len() > 2 {
        let count = sampled.len();
        let points = thin_out(&sampled, run.to());
        let made_of = if points.len() < count {
            format!(
                "Sampled {} times while the run went on; shown are means of {} bins.",
                words::number(count as f64),
                points.len()
            )
        } else {
            format!("Sampled {} times while the run went on.", words::number(count as f64))
        };
        return Ok(Some(InProcess { points, steps: false, made_of }));
    }
    Ok(jobs.map(|jobs| counted(run, jobs)))
}

/// The samples of a metric of the whole world, in order of time.
fn samples(run: &RunData, metric: &str) -> Result<Vec<(f64, f64)>, ReportError> {
    let Some(table) = run.table("metrics")? else { return Ok(Vec::new()) };
    let columns = (table.floats("time"), table.texts("name"), table.texts("twin"), table.floats("value"));
    let (Some(time), Some(name), Some(twin), Some(value)) = columns else { return Ok(Vec::new()) };
    let wanted = |row: &usize| &**name.get(*row) == metric && twin.get(*row).is_empty();
    let mut samples: Vec<(f64, f64)> = (0..table.rows()).filter(wanted).map(|row| (time[row], value[row])).collect();
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(samples)
}

/// Means over bins, if there are more points than a chart can show.
fn thin_out(points: &[(f64, f64)], to: f64) -> Vec<(f64, f64)> {
    if points.len() <= MOST_POINTS {
        return points.to_vec();
    }
    let edges = time_bins(0.0, to, MOST_POINTS);
    let mut bins: Vec<Vec<f64>> = vec![Vec::new(); edges.len().saturating_sub(1)];
    for (time, value) in points {
        if let Some(bin) = bin_of(&edges, *time) {
            bins[bin].push(*value);
        }
    }
    let filled = bins.iter().enumerate().filter(|(_, values)| !values.is_empty());
    filled.map(|(bin, values)| ((edges[bin] + edges[bin + 1]) / 2.0, mean(values))).collect()
}

/// The mean number of jobs between release and end, bin by bin.
fn counted(run: &RunData, jobs: &Jobs) -> InProcess {
    let edges = time_bins(0.0, run.to(), MOST_POINTS);
    let mut bins = vec![0.0; edges.len().saturating_sub(1)];
    for job in &jobs.rows {
        let end = if job.end.is_finite() { job.end } else { run.to() };
        spread(&mut bins, &edges, job.release, end, 1.0);
    }
    let bin = |(index, sum): (usize, &f64)| (edges[index], sum / (edges[index + 1].min(run.to()) - edges[index]));
    let mut points: Vec<(f64, f64)> = bins.iter().enumerate().map(bin).collect();
    points.extend(points.last().map(|(_, value)| (run.to(), *value)));
    let step = edges.get(1).zip(edges.first()).map_or(0.0, |(second, first)| second - first);
    let made_of = format!("Counted from the jobs’ releases and ends; means over {}.", words::length(step));
    InProcess { points, steps: true, made_of }
}

/// `top` is given where several charts share a scale.
fn wip_chart(run: &RunData, in_process: &InProcess, height: f64, top: Option<f64>) -> Markup {
    let points = &in_process.points;
    let most = highest(points);
    let mean = run.figure("work_in_process").and_then(|figure| figure.value);
    let mark = mean.map(|mean| {
        (
            mean,
            if run.has_replications() {
                format!("mean of all replications {}", words::number(mean))
            } else {
                format!("mean {}", words::number(mean))
            },
        )
    });
    let about = format!(
        "Jobs in process over time: up to {}{}",
        words::number(most),
        mean.map_or_else(String::new, |mean| format!(", {} on average", words::number(mean)))
    );
    let ends = points.iter().skip(1).map(|point| point.0).chain([run.to()]);
    let tip = |((time, value), end): (&(f64, f64), f64)| {
        (*time, end, format!("{}\n{} jobs in process", words::moment(*time), words::number(*value)))
    };
    let tips = points.iter().zip(ends).map(tip).collect();
    let line = Line { class: "c0".to_owned(), title: String::new(), points: points.clone(), steps: in_process.steps };
    let (x, y) = (Axis::time(0.0, run.to()), Axis::quantity(top.unwrap_or(most)));
    Lines { about, y_title: "jobs in process".to_owned(), height, x, y, lines: vec![line], tips, mark }.render()
}

fn highest(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|point| point.1).fold(0.0, f64::max)
}

/// Jobs shipped, by product, bin by bin.
fn throughput(run: &RunData, jobs: &Jobs) -> Markup {
    let edges = time_bins(0.0, run.to(), MOST_BARS);
    let products = &jobs.products;
    let colours = products.colours();
    let mut bins = vec![vec![0.0; colours.len()]; edges.len().saturating_sub(1)];
    for job in jobs.rows.iter().filter(|job| &*job.outcome == "shipped") {
        if let Some(bin) = bin_of(&edges, job.end) {
            let colour = products.colour(job.product);
            let index = colours.iter().position(|(other, _)| *other == colour).unwrap_or(0);
            bins[bin][index] += 1.0;
        }
    }
    let sum = |counts: &[f64]| counts.iter().sum::<f64>();
    let bar = |(index, counts): (usize, &Vec<f64>)| {
        let parts: Vec<String> = colours
            .iter()
            .zip(counts)
            .filter(|(_, count)| **count > 0.0)
            .map(|((_, name), count)| format!("{name} {count}"))
            .collect();
        Bar {
            from: edges[index],
            to: edges[index + 1],
            parts: colours.iter().zip(counts).map(|((colour, _), count)| (format!("g{colour}"), *count)).collect(),
            tip: format!("from {}\n{} shipped\n{}", words::moment(edges[index]), sum(counts), parts.join("\n")),
        }
    };
    let bars: Vec<Bar> = bins.iter().enumerate().map(bar).collect();
    let most = bins.iter().map(|counts| sum(counts)).fold(0.0, f64::max);
    let step = edges.get(1).zip(edges.first()).map_or(0.0, |(second, first)| second - first);
    let total: f64 = bins.iter().map(|counts| sum(counts)).sum();
    let about = format!("Jobs shipped in each {}: up to {most}, {total} in all", words::length(step));
    let y_title = format!("jobs per {}", words::length(step));
    let x = Axis::time(0.0, edges.last().copied().unwrap_or(1.0));
    let entries: Vec<(String, String)> =
        colours.into_iter().map(|(colour, name)| (format!("g{colour}"), name)).collect();
    html! {
        h3 { "Jobs shipped" }
        (legend(entries.iter().map(|(class, name)| (class.as_str(), name.as_str()))))
        (Bars { about, y_title, height: 150.0, x, y: Axis::quantity(most), bars, gap: 0.2, marks: Vec::new() }.render())
    }
}

/// Jobs in process of each run, on one scale.
fn compare(runs: &[RunData]) -> Sections {
    let mut all = Vec::new();
    for run in runs {
        let jobs = rows::jobs(run)?;
        all.push(in_process(run, jobs.as_ref())?);
    }
    let top = all.iter().flatten().map(|one| highest(&one.points)).fold(0.0, f64::max);
    let chart =
        |(run, one): (&RunData, &Option<InProcess>)| one.as_ref().map(|one| wip_chart(run, one, 120.0, Some(top)));
    Ok(runs.iter().zip(&all).map(chart).collect())
}
