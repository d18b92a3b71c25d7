//! Registers the safety watch: its section and parts, tables, events and commands.

use bevy_app::{App, Plugin};
use bevy_ecs::prelude::{In, IntoScheduleConfigs as _, Resource, World};

use super::alarms::{self, Alarms};
use super::encounters::{self, Encounters};
use super::falls::{self, Fallen, Falls};
use super::incidents::{self, Incidents};
use super::readings::{self, Guarded, News};
use super::replay::{self, Samples};
use super::review::{self, Reviews};
use super::settings::Safety;
use super::sight::{self, Places, Sighted, Watched};
use super::tables::{AdviceRow, IncidentRow, LogRow};
use super::watch::{self, Looks};
use super::wearable::{self, Chargers, Wearable, Worn};
use super::{check, commands, indicators, redraw, report};
use crate::engine::fork::copy_cache;
use crate::engine::queue::{Event, EventKind};
use crate::engine::simulation::EngineApp;
use crate::engine::stage::Stage;
use crate::record::indicators::IndicatorApp;
use crate::record::table::TableApp;
use crate::scene::registry::SceneApp;
use crate::twin::life::LifeApp;
use crate::twin::messages::deliver;
use crate::twin::step::settle::settle;
use crate::world::whereabouts::Locators;

/// The kinds of events of the safety watch.
#[derive(Resource, Clone, Copy)]
pub struct Happenings {
    /// Somebody falls.
    pub fall: EventKind,
    /// Somebody gets up by itself.
    pub recover: EventKind,
    /// A wearable gives the alarm about a fall.
    pub notice: EventKind,
    /// A wearable takes something else for a fall.
    pub mistake: EventKind,
    /// An alarm's next step.
    pub escalate: EventKind,
    /// Somebody answers who is no twin.
    pub answer: EventKind,
}

/// Distances, gatherings, wearables, falls, alarms, incidents.
pub struct SafetyPlugin;

impl Plugin for SafetyPlugin {
    fn build(&self, app: &mut App) {
        let [fall, recover, notice, mistake, escalate, answer] = app.register_events(handle);
        app.insert_resource(Happenings { fall, recover, notice, mistake, escalate, answer })
            .register_section::<Safety>("safety")
            .register_part::<Wearable>("wearable")
            .register_part::<Falls>("falls")
            .register_check(check::check)
            .register_redraw(redraw::redraw)
            .register_state_part::<Guarded>("guarded")
            .register_state_part::<Worn>("worn")
            .register_state_part::<Fallen>("fallen")
            .init_state::<Looks>("safety_looks")
            .init_state::<Encounters>("encounters")
            .init_state::<Incidents>("incidents")
            .init_state::<Alarms>("alarms")
            .init_state::<Samples>("safety_samples")
            .init_state::<Reviews>("safety_reviews")
            .init_resource::<Locators>()
            .init_resource::<Watched>()
            .init_resource::<Chargers>()
            .init_resource::<Places>()
            .init_resource::<Sighted>()
            .init_resource::<News>()
            .register_cache(Watched::rebuild, &[copy_cache::<Watched>])
            .register_cache(Chargers::rebuild, &[copy_cache::<Chargers>])
            .register_audit(incidents::audit)
            .on_start(watch::begin)
            .on_life_change(falls::on_life_change)
            .register_command(commands::ACKNOWLEDGE)
            .register_command(commands::HELP)
            .register_command(commands::REARRANGE)
            .register_command(commands::APPLY_MEASURES)
            .register_table::<IncidentRow>()
            .register_table::<LogRow>()
            .register_table::<AdviceRow>()
            .register_last_rows(incidents::last_rows)
            .register_last_rows(review::last_rows)
            .register_indicators(indicators::compute, indicators::reset)
            .add_step_systems(
                Stage::Settle,
                (
                    sight::locate,
                    sight::sight,
                    encounters::judge,
                    readings::tell,
                    wearable::wear,
                    incidents::close_unreviewed,
                    replay::sample,
                    review::review,
                    watch::note_look,
                )
                    .chain()
                    .run_if(watch::is_due)
                    .after(settle)
                    .before(deliver),
            )
            .add_step_systems(Stage::Settle, incidents::write.after(watch::note_look));
        readings::register(app);
        report::register(app);
    }
}

/// What happens between two looks.
fn handle(In(event): In<Event>, world: &mut World) {
    let kinds = *world.resource::<Happenings>();
    let happen = match event.kind {
        kind if kind == kinds.fall => falls::fall,
        kind if kind == kinds.recover => falls::recover,
        kind if kind == kinds.notice => falls::notice,
        kind if kind == kinds.mistake => falls::mistake,
        kind if kind == kinds.escalate => alarms::escalate,
        _ => alarms::answer,
    };
    happen(world, event);
}
