//! `autotwin parts`: the reference of all that an author can write.

use bevy_app::App;
use clap::Args;

use crate::engine::command::CommandKinds;
use crate::engine::simulation::Simulation;
use crate::engine::spelling::nearest;
use crate::record::table::Tables;
use crate::scene::expand::GroupSettings;
use crate::scene::header::Header;
use crate::scene::registry::SceneRegistry;
use crate::scene::schema::TypeSchema;
use crate::twin::readable::Readable;

use super::Exit;
use super::output::{fail, print};

/// Show what a scene can hold: every part and field with its type, unit, default, range and an example.
#[derive(Args)]
#[command(after_help = "Examples:\n  autotwin parts\n  autotwin parts machine\n  autotwin parts products")]
pub(crate) struct PartsArguments {
    /// A part, a section, `scene` or `twin`; without it, a list of all.
    name: Option<String>,
}

pub(crate) fn run(arguments: &PartsArguments, plugins: fn(&mut App)) -> Exit {
    let simulation = Simulation::new(plugins);
    let registry = simulation.world().resource::<SceneRegistry>();
    let Some(name) = arguments.name.as_deref() else {
        print(&list(&simulation, registry));
        return Exit::OK;
    };
    let page = if name == READINGS { Some(readings(&simulation)) } else { find(name, registry) };
    match page {
        Some(page) => {
            print(&page);
            Exit::OK
        }
        None => {
            let known =
                registry.parts.keys().chain(registry.sections.keys()).copied().chain(["scene", "twin", READINGS]);
            let cure = match nearest(name, known) {
                Some(other) => format!("did you mean `{other}`?"),
                None => "`autotwin parts` lists them".to_owned(),
            };
            fail(&format!("there is no part or section `{name}`; {cure}"))
        }
    }
}

/// The name of the page of what can be read.
const READINGS: &str = "readings";

/// What can be read, with what it is.
fn readings(simulation: &Simulation) -> String {
    let readable = simulation.world().resource::<Readable>();
    let of_twins = readable.quantities().map(|quantity| (quantity.name, quantity.about));
    let of_world = readable.commons().map(|common| (common.name, common.about));
    let line = |(name, about): (&str, &str)| format!("  {name:24}{about}\n");
    let mut text =
        "Of a twin, besides its own quantities and every field of its parts (`machine.capacity`):\n".to_owned();
    text.extend(of_twins.map(line));
    text += "\nOf the whole world:\n";
    text.extend(
        [("time", "seconds since the start"), ("hour", "of the day, 0 to 24"), ("weekday", "0 is the first")].map(line),
    );
    text.extend(of_world.map(line));
    text + "\nA gauge reads them, `Gauge(of: \"machine.queue\", twin: \"press-1\")`, and so do conditions, `machine.queue > 3`, \
        `of(\"press-1\", machine.queue) > 3`.\n"
}

fn find(name: &str, registry: &SceneRegistry) -> Option<String> {
    match name {
        "scene" => Some(TypeSchema::of::<Header>().reference(name)),
        "twin" => Some(TypeSchema::of::<GroupSettings>().reference(name)),
        _ => {
            let part = registry.parts.get(name).map(|part| &*part.schema);
            let schema = part.or_else(|| registry.sections.get(name).map(|section| &*section.schema))?;
            Some(schema.reference(name))
        }
    }
}

fn list(simulation: &Simulation, registry: &SceneRegistry) -> String {
    let line = |name: &str, about: String| format!("  {name:14}{about}\n");
    let mut text = "Parts of a twin:\n".to_owned();
    text.extend(registry.parts.iter().map(|(name, part)| line(name, part.schema.about())));
    text += "\nSections of a scene:\n";
    text.extend(registry.sections.iter().map(|(name, section)| line(name, section.schema.about())));
    text += "\nAlways there:\n";
    text += &line("scene", TypeSchema::of::<Header>().about());
    text += &line("twin", TypeSchema::of::<GroupSettings>().about());
    text += &line(READINGS, "What conditions and gauges can read of twins and of the world.".to_owned());
    text += "\nTables of results:\n";
    let tables = simulation.world().resource::<Tables>().infos();
    text.extend(tables.iter().map(|table| line(table.name, table.about.to_owned())));
    text += "\nCommands for --inputs:\n";
    let commands = simulation.world().resource::<CommandKinds>();
    text.extend(commands.iter().map(|command| line(command.name, command.about.to_owned())));
    text + "\n`autotwin parts NAME` says more of a part or section.\n"
}
