//! Upkeep: failures and maintenance that would leave no time to work, and the spare parts that they take.

use std::collections::BTreeMap;

use crate::engine::distribution::{Distribution, Law};
use crate::engine::time::Duration;
use crate::factory::control::breakdown::Breakdown;
use crate::factory::control::maintenance::{Maintenance, Wear};
use crate::factory::orders::purchasing::{MOST_SPARES, SpareParts};
use crate::factory::week::WEEK;
use crate::scene::problem::Problems;

use super::{Once, Scene, Way, did_you_mean};

/// The shortest time from one failure or maintenance to the next, on average: a run with shorter ones hardly gets on.
const LEAST_LIFE: Duration = Duration::from_secs(1);

/// The greatest share of its time that a machine may stand still for repairs, or for maintenance.
const MOST_STANDSTILL: f64 = 0.99;

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    let mut once = Once::default();
    for (name, twin) in scene.twins() {
        let machine = Aged { name, scene, breakdown: twin.get(), wear: twin.get(), maintenance: twin.get() };
        machine.check_breakdown(&mut once, problems);
        machine.check_wear(&mut once, problems);
        machine.check_maintenance(&mut once, problems);
        machine.check_restored(&mut once, problems);
    }
}

/// A machine or vehicle with what an author says of how it ages.
struct Aged<'a> {
    name: &'a str,
    scene: Scene<'a>,
    breakdown: Option<&'a Breakdown>,
    wear: Option<&'a Wear>,
    maintenance: Option<&'a Maintenance>,
}

impl Aged<'_> {
    fn check_breakdown(&self, once: &mut Once, problems: &mut Problems) {
        let Some(breakdown) = self.breakdown else { return };
        let (name, way) = (self.name, self.scene.part(self.name, "breakdown"));
        let after = Duration::from_seconds(breakdown.after.mean());
        if after.is_zero() {
            let message = format!("`{name}` would fail all the time: no time passes before the next failure");
            once.complain(way.to("after").place(), message, "give `after` a time above 0", problems);
        } else if after < LEAST_LIFE {
            let message = format!("`{name}` would fail every {after} on average");
            let help = format!("give `after` a mean of {LEAST_LIFE} at least");
            once.complain(way.to("after").place(), message, help, problems);
        } else if breakdown.noticed_after.mean() > 0.0 && stands_still(breakdown.noticed_after.mean(), after) {
            let message =
                format!("`{name}` would hardly ever work: it fails every {after} on average, and nobody notices");
            let help = "make `noticed_after` shorter, or `after` longer";
            once.complain(way.to("noticed_after").place(), message, help, problems);
        } else if stands_still(breakdown.repair.mean(), after) {
            let message =
                format!("repairs would leave `{name}` hardly any time to work: it fails every {after} on average");
            let help = "make `repair` shorter, or `after` longer";
            once.complain(way.to("repair").place(), message, help, problems);
        }
        if let Some(rest) = rest_when_old(breakdown).filter(|rest| *rest < LEAST_LIFE) {
            let message = format!("`{name}` would fail ever faster: once it is a week old, every {rest}");
            let help = "repairs should take some of its age away: make `restores` greater, or `after` longer";
            once.complain(way.to("restores").place(), message, help, problems);
        }
        check_spares(&breakdown.spares, &way.to("spares"), self.scene, once, problems);
    }

    fn check_wear(&self, once: &mut Once, problems: &mut Problems) {
        if self.wear.is_some_and(|wear| wear.life < LEAST_LIFE) {
            let message = format!("`{}` would be worn out at once", self.name);
            let help = format!("give `life` a time of {LEAST_LIFE} at least");
            once.complain(self.scene.part(self.name, "wear").to("life").place(), message, help, problems);
        }
    }

    fn check_maintenance(&self, once: &mut Once, problems: &mut Problems) {
        let Some(maintenance) = self.maintenance else { return };
        let (name, way) = (self.name, self.scene.part(self.name, "maintenance"));
        let takes = maintenance.takes.mean();
        let mut due = |field: &str, every: Duration, help: &str, problems: &mut Problems| {
            let place = way.to(field).place();
            if every < LEAST_LIFE {
                let message = format!("maintenance of `{name}` would be due every {every}");
                once.complain(place, message, help, problems);
            } else if stands_still(takes, every) {
                let message =
                    format!("maintenance would leave `{name}` hardly any time to work: it is due every {every}");
                once.complain(place, message, help, problems);
            }
        };
        if let Some(every) = maintenance.every {
            due("every", every, "make `every` longer, or `takes` shorter", problems);
        }
        match (maintenance.at_wear, self.wear) {
            (None, _) if maintenance.every.is_none() && !maintenance.on_request => {
                let message = format!("maintenance of `{name}` would never be due");
                let help = "say when it is, such as every: \"1week\", at_wear: 0.8, or on_request: true";
                once.complain(way.key_place(), message, help, problems);
            }
            (Some(_), None) => {
                let message = format!("maintenance of `{name}` goes by its wear, but it has no part `wear`");
                let help = "give it one, such as wear: (life: \"200h\")";
                once.complain(way.to("at_wear").place(), message, help, problems);
            }
            (Some(limit), Some(wear)) if wear.life >= LEAST_LIFE => {
                // What one maintenance takes away of the wear has to come again before the next is due.
                let every = Duration::from_seconds(wear.life.seconds() * limit * maintenance.restores);
                let help = "make `restores`, `at_wear` or the `life` in `wear` greater, or `takes` shorter";
                due("at_wear", every, help, problems);
            }
            _ => {}
        }
        check_spares(&maintenance.spares, &way.to("spares"), self.scene, once, problems);
    }

    /// What is left of a life that was partly restored has to be known.
    fn check_restored(&self, once: &mut Once, problems: &mut Problems) {
        let Some(breakdown) = self.breakdown.filter(|breakdown| !has_known_rest(&breakdown.after)) else { return };
        let of_repair = Some(("breakdown", breakdown.restores));
        let of_maintenance = self.maintenance.map(|maintenance| ("maintenance", maintenance.restores));
        for (part, _) in of_repair.into_iter().chain(of_maintenance).filter(|(_, restores)| *restores < 1.0) {
            let message = format!("`{}` is restored in part, and the rest of its life is not known", self.name);
            let help = "make `after` of its `breakdown` Weibull or Exponential, or leave `restores` out";
            once.complain(self.scene.part(self.name, part).to("restores").place(), message, help, problems);
        }
    }
}

/// How long a machine that is a week old lives on average until it fails, if its repairs leave it as old as it was.
fn rest_when_old(breakdown: &Breakdown) -> Option<Duration> {
    const HARDLY: f64 = 0.01;
    match breakdown.after.law() {
        Law::Weibull { shape, scale } if *shape > 1.0 && breakdown.restores < HARDLY => {
            let failures_per_second =
                shape / scale.seconds() * libm::pow(WEEK.seconds() / scale.seconds(), shape - 1.0);
            Some(Duration::from_seconds(1.0 / failures_per_second))
        }
        _ => None,
    }
}

/// Whether what recurs after such a time takes so long that hardly any time is left between.
fn stands_still(takes: f64, every: Duration) -> bool {
    takes > MOST_STANDSTILL * (takes + every.seconds())
}

fn has_known_rest(after: &Distribution<Duration>) -> bool {
    matches!(after.law(), Law::Weibull { .. } | Law::Exponential { .. })
}

/// Spare parts should be known and counted. However many are needed, as many are bought: what is waited for counts as
/// gone.
fn check_spares(spares: &BTreeMap<String, u32>, way: &Way, scene: Scene, once: &mut Once, problems: &mut Problems) {
    let known = &scene.world.resource::<SpareParts>().0;
    for (part, count) in spares {
        if !known.contains_key(part) {
            let help = did_you_mean(part, known.keys().map(String::as_str), "the scene has no `spares`");
            once.complain(way.to(part).key_place(), format!("unknown spare part `{part}`"), help, problems);
        } else if !(1..=MOST_SPARES).contains(count) {
            let message = format!("of a spare part, 1 to {MOST_SPARES} can be needed at a time, but not {count}");
            once.complain(way.to(part).place(), message, "give another number, or leave the part out", problems);
        }
    }
}
