//! Energy: tariffs, and batteries that somebody has to charge.

use crate::engine::time::{Duration, Time};
use crate::factory::control::standby::Standby;
use crate::factory::dispatch::thrift::Thrift;
use crate::factory::energy::battery::{Battery, Charger};
use crate::factory::energy::power::Power;
use crate::factory::energy::tariff::{EnergySettings, Tariff};
use crate::factory::machine::Machine;
use crate::scene::problem::Problems;

use super::{Once, Scene, complain};

/// The longest that charging may take.
const LONGEST_CHARGE: Duration = Duration::from_secs(7 * 24 * 3600);

pub(super) fn check(scene: Scene, problems: &mut Problems) {
    for problem in scene.world.resource::<EnergySettings>().problems() {
        let way = problem.path().iter().fold(scene.section("energy"), |way, step| way.to(step));
        complain(way.place(), problem.to_string(), problem.help(), problems);
    }
    let mut once = Once::default();
    for (name, battery) in scene.with::<Battery>() {
        check_battery(name, battery, scene, &mut once, problems);
    }
    check_standby(scene, &mut once, problems);
    check_prices(scene, &mut once, problems);
}

/// Whoever sleeps by itself has to save something by it.
fn check_standby(scene: Scene, once: &mut Once, problems: &mut Problems) {
    for (name, twin) in scene.twins().filter(|(_, twin)| twin.contains::<Machine>()) {
        let Some(standby) = twin.get::<Standby>() else { continue };
        if standby.patience(twin.get::<Power>()).is_none() {
            let message = format!("`{name}` would never go to stand-by: it would save no energy there");
            let help = "let its `power` draw less in stand-by (`standby_kw`, or else `off_kw`) than idle (`idle_kw`), or say `after`";
            once.complain(scene.part(name, "standby").key_place(), message, help, problems);
        }
    }
}

/// Whoever waits for cheaper energy needs hours in which it is cheaper.
fn check_prices(scene: Scene, once: &mut Once, problems: &mut Problems) {
    let tariff = Tariff::of(scene.world.resource::<EnergySettings>());
    if tariff.next_change(Time::ZERO) < Time::NEVER {
        return;
    }
    let machines = scene.with::<Thrift>().map(|(name, _)| (name, scene.part(name, "thrift").key_place()));
    let by_price = scene.with::<Battery>().filter(|(_, battery)| battery.top_up_below.is_some());
    let vehicles = by_price.map(|(name, _)| (name, scene.part(name, "battery").to("top_up_below").place()));
    for (name, place) in machines.chain(vehicles) {
        let message = format!("`{name}` would wait for cheaper energy, but energy always costs the same");
        let help =
            "write a tariff, such as energy: (tariff: [(from: \"6h\", price: 0.3), (from: \"22h\", price: 0.18)])";
        once.complain(place, message, help, problems);
    }
}

fn check_battery(name: &str, battery: &Battery, scene: Scene, once: &mut Once, problems: &mut Problems) {
    let way = scene.part(name, "battery");
    if let Err(problem) = battery.check() {
        return once.complain(way.to(problem.field()).place(), problem.to_string(), problem.help(), problems);
    }
    if scene.with::<Charger>().next().is_none() {
        let message = format!("nothing charges the battery of `{name}`");
        let help = "give a twin a part `charger`, such as charger: (power_kw: 3)";
        return once.complain(way.key_place(), message, help, problems);
    }
    let power_for = |charger: &Charger| charger.power().share(battery.efficiency).kw();
    let weakest = scene.with::<Charger>().min_by(|a, b| a.1.power().cmp(&b.1.power()));
    let energy = (battery.level_at(battery.charge_to) - battery.level_at(battery.charge_below)).kwh();
    let hours = weakest.map_or(0.0, |(_, charger)| energy / power_for(charger));
    if let Some((charger, _)) = weakest.filter(|_| hours * 3600.0 > LONGEST_CHARGE.seconds()) {
        let takes = Duration::from_secs((hours as i64).saturating_mul(3600));
        let message = format!("`{charger}` would take {takes} to charge the battery of `{name}`");
        let help = "give the charger more `power_kw`, or the battery less `capacity_kwh`";
        once.complain(way.to("capacity_kwh").place(), message, help, problems);
    }
}
