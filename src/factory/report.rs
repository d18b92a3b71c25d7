//! What the factory shows in reports: a section a file, drawn from the tables that a run recorded.

mod energy;
mod flow;
mod gantt;
mod lead;
mod palette;
mod people;
mod quality;
mod rows;
mod shares;
mod states;
mod transport;
mod upkeep;
mod whereabouts;

use bevy_app::App;

use crate::record::report::registry::Better::{self, Higher, Lower, Neither};
use crate::record::report::{ReportApp, ReportFigure, ReportSection};

/// Registers the factory's sections and figures.
pub fn register(app: &mut App) {
    app.register_report_figures(FIGURES);
    SECTIONS.iter().for_each(|section| {
        app.register_report_section(*section);
    });
}

/// The sections, in the order in which a plant manager asks for them.
const SECTIONS: &[ReportSection] = &[
    gantt::SECTION,
    states::SECTION,
    flow::SECTION,
    lead::SECTION,
    whereabouts::SECTION,
    quality::SECTION,
    energy::SECTION,
    transport::SECTION,
    people::SECTION,
    upkeep::SECTION,
];

/// A figure at the top of the page.
const fn key(indicator: &'static str, title: &'static str, about: &'static str, better: Better) -> ReportFigure {
    ReportFigure { indicator, title, about, share: false, key: true, better }
}

/// A figure in the tables only.
const fn other(indicator: &'static str, title: &'static str, about: &'static str, better: Better) -> ReportFigure {
    ReportFigure { indicator, title, about, share: false, key: false, better }
}

/// A figure that is a share.
const fn share(figure: ReportFigure) -> ReportFigure {
    ReportFigure { share: true, ..figure }
}

/// What is known of the factory's indicators. Those that a run does not have are passed over.
const FIGURES: &[ReportFigure] = &[
    key("throughput_rate", "Throughput", "jobs shipped an hour", Higher),
    key("work_in_process", "Work in process", "jobs in the factory, mean over time", Lower),
    key("flow_time", "Lead time", "release to shipping, mean", Lower),
    share(key("on_time_delivery", "On time", "of shipped jobs with a due date", Higher)),
    share(key("oee_index", "OEE", "availability × effectiveness × quality", Higher)),
    share(key("availability", "Availability", "of planned busy time", Higher)),
    share(key("effectiveness", "Effectiveness", "planned over actual working time", Higher)),
    share(key("quality_ratio", "Quality", "good of all that was produced", Higher)),
    share(key("first_pass_yield", "First-pass yield", "pass their first inspection", Higher)),
    key("energy_per_unit", "Energy per unit", "all energy over jobs shipped", Lower),
    key("peak_power", "Peak power", "highest metering interval", Lower),
    key("jobs_shipped", "Jobs shipped", "in all", Higher),
    other("tardiness", "Tardiness", "mean of shipped jobs with a due date", Lower),
    other("energy", "Energy", "of the whole plant", Lower),
    other("energy_cost", "Energy cost", "of the whole plant", Lower),
    other("demand_charge", "Demand charge", "for the peak", Lower),
    other("co2", "CO₂", "of the energy drawn", Lower),
    share(other("nee_index", "NEE index", "OEE with set-up as useful time", Higher)),
    share(other("production_process_ratio", "Production process ratio", "work over time in the factory", Higher)),
    share(other("shipped_defective_ratio", "Shipped defective", "of shipped jobs", Lower)),
    share(other("technical_efficiency", "Technical efficiency", "work over work and delays", Higher)),
    share(other("corrective_maintenance_ratio", "Corrective maintenance", "repairs of all upkeep", Lower)),
    share(other("rejection_ratio", "Rejection ratio", "of inspections", Lower)),
    share(other("worker_efficiency", "Worker efficiency", "work over attendance", Higher)),
    share(other("worker_allocation", "Worker allocation", "tasks and walks over attendance", Neither)),
    share(other("worker_utilisation", "Worker utilisation", "work over tasks and walks", Higher)),
    share(other("empty_drive_share", "Empty driving", "of all driving", Lower)),
    share(other("mean_fill", "Mean fill", "of the places", Neither)),
    other("mean_time_between_failures", "MTBF", "by ISO 22400-2: ΣTBF/(FE+1)", Higher),
    other("mean_time_to_repair", "MTTR", "by ISO 22400-2: ΣTTR/(FE+1)", Lower),
    other("mttr_observed", "MTTR, observed", "mean of the repairs that ended", Lower),
    other("jobs_released", "Jobs released", "", Neither),
    other("jobs_scrapped", "Jobs scrapped", "", Lower),
    other("jobs_unfinished", "Jobs unfinished", "still in the factory at the end", Neither),
    other("makespan", "Makespan", "when the last job was shipped", Neither),
    other("weighted_tardiness_total", "Weighted tardiness", "sum over shipped jobs", Lower),
    share(other("utilisation", "Utilisation", "working time of all slots over their time", Neither)),
    share(other("setup_ratio", "Set-up ratio", "", Lower)),
    share(other("scrap_ratio", "Scrap ratio", "", Lower)),
    share(other("rework_ratio", "Rework ratio", "", Lower)),
    share(other("allocation_efficiency", "Allocation efficiency", "", Higher)),
    share(other("utilisation_efficiency", "Utilisation efficiency", "", Higher)),
    other("waiting_time", "Waiting time", "", Lower),
    other("queue_length", "Queue length", "", Neither),
    share(other("share_setup", "In set-up", "", Lower)),
    share(other("share_working", "Working", "", Neither)),
    share(other("share_starved", "Starved", "", Neither)),
    share(other("share_blocked", "Blocked", "", Lower)),
    share(other("share_waiting", "Waiting", "", Neither)),
    share(other("share_down", "Down", "", Lower)),
    share(other("share_maintenance", "In maintenance", "", Neither)),
    share(other("share_suspended", "Suspended", "", Neither)),
    share(other("share_off", "Off", "", Neither)),
];
