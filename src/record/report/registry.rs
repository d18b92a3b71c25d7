//! What domains add to reports.

use bevy_app::App;
use bevy_ecs::prelude::Resource;
use maud::Markup;

use super::{ReportError, RunData};

/// What a section has to show; none where the run has nothing for it.
pub type Section = Result<Option<Markup>, ReportError>;

/// What a section has to show for each of several runs.
pub type Sections = Result<Vec<Option<Markup>>, ReportError>;

/// A section of a report.
#[derive(Clone, Copy)]
pub struct ReportSection {
    /// Its name in links, such as `states`.
    pub id: &'static str,
    /// Its name in the list of sections: a word or two.
    pub link: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The tables that it is drawn from; where one was not recorded, the page says so.
    pub tables: &'static [&'static str],
    /// Draws it for one run.
    pub render: fn(&RunData) -> Section,
    /// Draws it small, once for each of several runs, on the same scale; none where that makes no sense.
    pub compare: Option<fn(&[RunData]) -> Sections>,
}

/// Which way a figure is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The higher, the better.
    Higher,
    /// The lower, the better.
    Lower,
    /// That depends.
    Neither,
}

/// What a report knows of an indicator beside its name.
#[derive(Clone, Copy, Debug)]
pub struct ReportFigure {
    /// The indicator.
    pub indicator: &'static str,
    /// Its name in plain words.
    pub title: &'static str,
    /// What it says, in a few words.
    pub about: &'static str,
    /// Whether it is a share, read best as a percentage.
    pub share: bool,
    /// Whether it stands at the top of the page.
    pub key: bool,
    /// Which way it is better.
    pub better: Better,
}

/// What is registered of reports.
#[derive(Resource, Clone, Default)]
pub struct ReportRegistry {
    /// The sections, in the order of the page.
    pub sections: Vec<ReportSection>,
    /// The figures that are known, the most important first.
    pub figures: Vec<ReportFigure>,
}

/// What a plugin can add to reports.
pub trait ReportApp {
    /// Registers a section; it stands after those that were registered before, and once, however many plugins bring it.
    fn register_report_section(&mut self, section: ReportSection) -> &mut Self;
    /// Registers what is known of indicators.
    fn register_report_figures(&mut self, figures: &[ReportFigure]) -> &mut Self;
}

impl ReportApp for App {
    fn register_report_section(&mut self, section: ReportSection) -> &mut Self {
        let sections = &mut self.world_mut().get_resource_or_init::<ReportRegistry>().sections;
        if !sections.iter().any(|known| known.id == section.id) {
            sections.push(section);
        }
        self
    }

    fn register_report_figures(&mut self, figures: &[ReportFigure]) -> &mut Self {
        self.world_mut().get_resource_or_init::<ReportRegistry>().figures.extend_from_slice(figures);
        self
    }
}

impl ReportRegistry {
    /// What is known of an indicator.
    pub fn known(&self, indicator: &str) -> Option<&ReportFigure> {
        self.figures.iter().find(|figure| figure.indicator == indicator)
    }

    /// An indicator's name in plain words.
    pub fn title(&self, indicator: &str) -> String {
        self.known(indicator).map_or_else(|| super::words::words(indicator), |known| known.title.to_owned())
    }

    /// Whether an indicator is a share. Those called so are, whether they are known or not.
    pub fn is_share(&self, indicator: &str) -> bool {
        self.known(indicator).map_or_else(|| indicator.starts_with("share_"), |known| known.share)
    }

    /// An indicator's value as it is read best.
    pub fn value(&self, indicator: &str, unit: &str, value: Option<f64>) -> String {
        match value {
            None => super::words::NOTHING.to_owned(),
            Some(value) if unit.is_empty() && self.is_share(indicator) => super::words::percent(value),
            Some(value) => super::words::figure(value, unit),
        }
    }
}
