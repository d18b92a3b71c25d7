//! Tells whoever watches what there is to be seen of a plant.
//!
//! What was touched in a moment is looked at once, when the moment is over.

use std::sync::Arc;

use bevy_ecs::prelude::{Entity, Res, ResMut, Resource, World};
use bevy_ecs::system::{RunSystemOnce, SystemParam};

use crate::engine::identity::{Directory, TwinId};
use crate::engine::time::Time;
use crate::factory::calls::Task;
use crate::factory::energy::battery::BatteryState;
use crate::factory::floor::{Floor, FloorParam, sort_and_dedup};
use crate::factory::jobs::{Job, JobRef, Place};
use crate::factory::machine::{Machine, MachineState, Phase};
use crate::factory::people::worker::{Assignment, Doing, Worker, WorkerState};
use crate::factory::plan::Plan;
use crate::factory::transport::conveyor::{Conveyor, ConveyorState};
use crate::factory::transport::network::SpotId;
use crate::factory::transport::rack::Rack;
use crate::factory::transport::traffic::{Course, MoverId};
use crate::factory::transport::vehicle::{Vehicle, VehicleState};
use crate::look::palette::{self, Colour};
use crate::look::registry::Looks;
use crate::look::sight::{Form, Motion, Show, Sight, Sights, ThingId, Value};

use super::layout::{Kind, Layout, Pose};
use super::{BUILDING, JOBS, berth, goods, hall, machines};

/// The words for what workers do.
const TASKS: [Task; 4] = [Task::Setup(0), Task::Operation(0), Task::Repair, Task::Maintenance];

/// What was touched in this moment.
#[derive(Resource, Default)]
pub(super) struct Touched {
    twins: Vec<TwinId>,
    jobs: Vec<JobRef>,
}

/// What the floor needs of the world in order to be seen.
#[derive(SystemParam)]
pub(in crate::factory) struct ViewParam<'w> {
    sights: ResMut<'w, Sights>,
    touched: ResMut<'w, Touched>,
    layout: Res<'w, Layout>,
}

impl ViewParam<'_> {
    /// To be seen during one call of a system.
    pub fn view(&mut self) -> View<'_> {
        View {
            is_watched: self.sights.is_watched(),
            sights: &mut self.sights,
            touched: &mut self.touched,
            layout: &self.layout,
        }
    }
}

/// Where the floor tells what can be seen of it.
pub(in crate::factory) struct View<'a> {
    is_watched: bool,
    sights: &'a mut Sights,
    touched: &'a mut Touched,
    layout: &'a Layout,
}

impl View<'_> {
    /// Notes that a twin looks different.
    pub fn touch(&mut self, twin: TwinId) {
        if self.is_watched {
            self.touched.twins.push(twin);
        }
    }

    fn touch_job(&mut self, job: JobRef) {
        if self.is_watched {
            self.touched.jobs.push(job);
        }
    }

    /// Says that a job has left.
    pub fn gone(&mut self, job: &Job, now: Time) {
        self.sights.go(now, thing_of(job));
    }
}

fn thing_of(job: &Job) -> ThingId {
    ThingId::other(JOBS, job.id)
}

fn task_word(task: Task) -> Value {
    let word = TASKS.iter().position(|other| other.name() == task.name());
    Value::Word(word.unwrap_or_default() as u32)
}

fn count(number: usize) -> Value {
    Value::Number(number as f32)
}

fn twin_value(twin: Option<TwinId>) -> Value {
    twin.map_or(Value::None, |twin| Value::Thing(ThingId::twin(twin)))
}

/// How a plant shows what there is.
pub(super) const SHOW: Show = Show { forms, looks };

fn forms(world: &mut World) -> Vec<(ThingId, Form)> {
    let layout = Layout::of(world);
    let twins = world.resource::<Directory>().twins();
    let of_twins = twins
        .filter_map(|(twin, entity, name)| Some((ThingId::twin(twin), form_of(world, &layout, entity, name.clone())?)));
    let building = (0..).zip(hall::forms(world, &layout));
    let forms = of_twins.chain(building.map(|(number, form)| (ThingId::other(BUILDING, number), form))).collect();
    world.insert_resource(layout);
    forms
}

fn looks(world: &mut World, first: bool) {
    if first {
        let operations = world.resource::<Plan>().products.iter().flat_map(|product| &product.operations);
        let operations: Vec<Arc<str>> = operations.map(|operation| operation.name.clone()).collect();
        let mut sights = world.resource_mut::<Sights>();
        sights.set_words("job", operations);
        sights.set_words("worker", TASKS.iter().map(|task| Arc::from(task.name())).collect());
    }
    // Only a missing resource could make this fail, and the plugin put all of them in.
    let _ = world.run_system_once(move |mut param: FloorParam| {
        let mut floor = param.floor();
        let now = floor.clock.now;
        let building = (0..hall::PARTS).map(|number| ThingId::other(BUILDING, number));
        let still = Sight::still(Motion::stands(0.0, 0.0, 0.0));
        for thing in building.filter(|thing| floor.view.sights.lasting(*thing).is_some()).collect::<Vec<_>>() {
            floor.view.sights.look(now, thing, &still);
        }
        let twins: Vec<TwinId> = floor.directory.twins().map(|(twin, ..)| twin).collect();
        twins.into_iter().for_each(|twin| floor.view.touch(twin));
        let jobs: Vec<JobRef> = floor.jobs.iter().map(|(job, _)| job).collect();
        for job in jobs {
            if first {
                floor.show_new(job);
            } else {
                floor.view.touch_job(job);
            }
        }
        floor.show_touched();
    });
}

fn form_of(world: &World, layout: &Layout, entity: Entity, name: Arc<str>) -> Option<Form> {
    let parts = world.entity(entity);
    let look = world.resource::<Looks>().of(parts)?.name;
    let plan = world.resource::<Plan>();
    let id = *parts.get::<TwinId>()?;
    let small = layout.scale as f32;
    let (model, numbers, colour, scale) = match look {
        "machine" => {
            let slots = parts.get::<Machine>()?.capacity as f32;
            (machines::kind_of(&name), vec![slots], palette::TEAL, small)
        }
        "vehicle" => {
            let vehicle = parts.get::<Vehicle>()?;
            ("carrier", vec![vehicle.length as f32, vehicle.capacity as f32], palette::SAFETY_YELLOW, 1.0)
        }
        "worker" => {
            let skin = (id.0 as usize % palette::SKINS.len()) as f32;
            ("person", vec![skin], worker_colour(parts.get::<Worker>()?, plan), 1.0)
        }
        "rack" => ("rack", vec![parts.get::<Rack>()?.capacity as f32], palette::BLUE, small),
        "conveyor" => ("belt", belt_of(world, layout, parts.get::<Conveyor>()?)?, palette::TEAL, 1.0),
        "station" if plan.shipping == Some(id) => ("shipping", Vec::new(), palette::TEAL, small),
        "station" => ("receiving", Vec::new(), palette::BLUE, small),
        "charger" => ("post", Vec::new(), palette::TEAL, small),
        _ => return None,
    };
    Some(Form { name, look: look.into(), model: model.into(), numbers, colour, scale })
}

/// What the model of a conveyor needs to know: how far apart its machines are, how large they are drawn, and how many jobs
/// it holds.
fn belt_of(world: &World, layout: &Layout, conveyor: &Conveyor) -> Option<Vec<f32>> {
    let place = |name: &str| Some(layout.pose(world.resource::<Directory>().find(name)?)?.place);
    let (from, to) = (place(&conveyor.from)?, place(&conveyor.to)?);
    let far = libm::hypot(to.0 - from.0, to.1 - from.1);
    Some([far, layout.scale, conveyor.capacity() as f64].map(|number| number as f32).to_vec())
}

/// People wear the colour of the first of their skills.
fn worker_colour(worker: &Worker, plan: &Plan) -> Colour {
    let skill = worker.skills.first().and_then(|skill| plan.skills.iter().position(|other| **other == **skill));
    palette::of_kind(skill.unwrap_or_default())
}

/// A job is called after its product and its number.
fn job_form(job: &Job, plan: &Plan) -> Form {
    let product = &plan.products[job.product as usize];
    Form {
        name: format!("{} {}", product.name, job.id).into(),
        look: "job".into(),
        model: goods::kind_of(&product.name).into(),
        numbers: Vec::new(),
        colour: palette::of_kind(job.product as usize),
        scale: 1.0,
    }
}

/// The twin that looks different by a job that is there.
fn host_of(place: Place) -> Option<TwinId> {
    match place {
        Place::Yard | Place::Output(_) => None,
        Place::Queue(host) | Place::Slot(host, _) | Place::Kit(host) => Some(host),
        Place::Vehicle(host) | Place::Conveyor(host) | Place::Rack(host) => Some(host),
    }
}

impl Floor<'_, '_, '_> {
    /// Notes that a job goes to another place: it and both hosts look different then.
    pub(in crate::factory) fn touch_move(&mut self, job: JobRef, to: Place) {
        if self.view.is_watched {
            let from = self.jobs.get(job).place;
            self.view.touch_job(job);
            [host_of(from), host_of(to)].into_iter().flatten().for_each(|host| self.view.touch(host));
        }
    }

    /// Shows that a vehicle drives on. That it goes straight on evenly is no news; and whatever changes its way later in this
    /// moment is shown by itself.
    pub(in crate::factory) fn show_driving(&mut self, vehicle: TwinId, mover: MoverId) {
        if self.view.is_watched
            && !self.traffic.goes_on_evenly(self.network, mover)
            && !self.view.touched.twins.contains(&vehicle)
        {
            let motion = self.driving(vehicle, mover);
            self.view.sights.move_on(self.clock.now, ThingId::twin(vehicle), &motion);
        }
    }

    /// Notes that all jobs on a conveyor move differently.
    pub(in crate::factory) fn touch_belt(&mut self, conveyor: TwinId) {
        if self.view.is_watched
            && let Some((_, state)) = self.directory.entity(conveyor).and_then(|entity| self.belts.get(entity).ok())
        {
            state.riding.iter().for_each(|riding| self.view.touched.jobs.push(riding.job));
            self.view.touch(conveyor);
        }
    }

    /// Shows a job that was not there before.
    pub(in crate::factory) fn show_new(&mut self, job: JobRef) {
        if self.view.is_watched {
            let new = self.jobs.get(job);
            self.view.sights.come(self.clock.now, thing_of(new), job_form(new, self.plan));
            self.view.touch_job(job);
        }
    }

    /// Shows what was touched in this moment.
    pub(in crate::factory) fn show_touched(&mut self) {
        if !self.view.touched.twins.is_empty() || !self.view.touched.jobs.is_empty() {
            self.show_changed();
        }
    }

    fn show_changed(&mut self) {
        let now = self.clock.now;
        let mut twins = std::mem::take(&mut self.view.touched.twins);
        sort_and_dedup(&mut twins);
        for twin in twins.drain(..) {
            if let Some(sight) = self.sight_of_twin(twin) {
                self.view.sights.look(now, ThingId::twin(twin), &sight);
            }
        }
        self.view.touched.twins = twins;
        let mut jobs = std::mem::take(&mut self.view.touched.jobs);
        if jobs.len() > 1 {
            jobs.sort_unstable();
            jobs.dedup();
        }
        for job in jobs.drain(..) {
            if let Some((thing, sight)) = self.jobs.find(job).map(|found| (thing_of(found), self.sight_of_job(found))) {
                self.view.sights.look(now, thing, &sight);
            }
        }
        self.view.touched.jobs = jobs;
    }

    fn sight_of_twin(&self, twin: TwinId) -> Option<Sight> {
        let entity = self.directory.entity(twin)?;
        match self.view.layout.kind(twin)? {
            Kind::Machine => self.states.get(entity).ok().map(|state| self.sight_of_machine(twin, state)),
            Kind::Worker => self.workers.get(entity).ok().map(|(_, state)| self.sight_of_worker(twin, state)),
            Kind::Belt => self.belts.get(entity).ok().map(|(_, state)| self.sight_of_conveyor(twin, state)),
            Kind::Charger => Some(self.sight_of_charger(twin)),
            Kind::Station => Some(Sight::still(self.view.layout.standing(twin))),
            Kind::Rack => self.racks.get(entity).ok().map(|(_, state)| {
                let values = [count(state.held.len()), count(state.incoming as usize), Value::None, Value::None];
                Sight { values, ..Sight::still(self.view.layout.standing(twin)) }
            }),
            Kind::Vehicle => {
                let (_, state, _, level) = self.vehicles.get(entity).ok()?;
                Some(self.sight_of_vehicle(twin, state, level.map(charge_of)))
            }
        }
    }

    fn sight_of_machine(&self, twin: TwinId, state: &MachineState) -> Sight {
        let slots = || state.slots.iter().filter(|slot| slot.phase != Phase::Idle);
        let job = slots().next().and_then(|slot| self.jobs.find(slot.job));
        let crew = slots().filter_map(|slot| slot.crew.as_ref()?.workers.first().copied()).next();
        let values = [
            job.map_or(Value::None, |job| Value::Thing(thing_of(job))),
            count(state.queue.len() + state.kitting.len()),
            count(state.tally.operations as usize),
            twin_value(crew),
        ];
        Sight { motion: self.view.layout.standing(twin), state: state.standing.condition as u8, values }
    }

    fn sight_of_vehicle(&self, twin: TwinId, state: &VehicleState, charge: Option<Value>) -> Sight {
        let motion = self.driving(twin, state.mover);
        let goal = state.goal.or_else(|| self.traffic.standing_at(state.mover));
        let values = [
            twin_value(goal.and_then(|spot| self.plan.owner_of(spot)).filter(|owner| *owner != twin)),
            count(state.load.len()),
            charge.unwrap_or_default(),
            count(state.delivered as usize),
        ];
        Sight { motion, state: state.motion as u8, values }
    }

    fn driving(&self, twin: TwinId, mover: MoverId) -> Motion {
        if let Some(spot) = self.traffic.standing_at(mover) {
            let Pose { place: (x, y), heading } = self.bay(mover, spot);
            return Motion::stands(x, y, heading);
        }
        let point = |(x, y): (f64, f64)| [x as f32, y as f32, 0.0];
        match self.traffic.course(self.network, mover, |spot| self.bay(mover, spot).place) {
            None => self.view.layout.standing(twin),
            Some(Course { to, before, leg: None, .. }) => Motion::stands(to.0, to.1, before.1.atan2(before.0)),
            Some(Course { from, to, before, leg: Some((since, until, speeds)) }) => Motion::Goes {
                from: point(from),
                to: point(to),
                since,
                until,
                speeds: speeds.map(|speed| speed as f32),
                before: [before.0 as f32, before.1 as f32],
            },
        }
    }

    /// How a vehicle stands in a spot.
    fn bay(&self, mover: MoverId, spot: SpotId) -> Pose {
        let rank = self.traffic.claimants(spot).iter().position(|&other| other == mover).unwrap_or_default();
        self.view.layout.bay(spot, rank, self.traffic.home(mover) == Some(spot))
    }

    fn sight_of_worker(&self, twin: TwinId, state: &WorkerState) -> Sight {
        let layout = self.view.layout;
        let standing = |place| {
            let Pose { place: (x, y), heading } = layout.beside(place, twin);
            Motion::stands(x, y, heading)
        };
        let motion = match &state.task {
            Some(task) if !task.arrived => walk(task, twin, layout),
            Some(task) => standing(task.to),
            None if matches!(state.doing, Doing::Off | Doing::Suspended) => Motion::Hidden,
            None => standing(state.place),
        };
        let task = state.task.as_ref();
        let values = [
            twin_value(task.map(|task| task.at)),
            task.map_or(Value::None, |task| task_word(task.task)),
            count(state.tasks as usize),
            Value::None,
        ];
        Sight { motion, state: state.doing as u8, values }
    }

    fn sight_of_charger(&self, twin: TwinId) -> Sight {
        let spot = self.plan.spot_of(twin);
        let charging = |id: &&TwinId| {
            let state = self.directory.entity(**id).and_then(|entity| self.vehicles.get(entity).ok());
            state.is_some_and(|(_, state, ..)| {
                state.handling == Some(crate::factory::transport::vehicle::Handling::Charging)
                    && self.traffic.standing_at(state.mover) == spot
            })
        };
        let vehicle = spot.and_then(|_| self.plan.vehicles.iter().find(charging).copied());
        let values = [twin_value(vehicle), Value::None, Value::None, Value::None];
        Sight { motion: self.view.layout.standing(twin), state: u8::from(vehicle.is_some()), values }
    }

    fn sight_of_conveyor(&self, twin: TwinId, state: &ConveyorState) -> Sight {
        let standing = match () {
            () if state.down => 1,
            () if state.suspended => 2,
            () => 0,
        };
        let values = [count(state.riding.len()), count(state.carried as usize), Value::None, Value::None];
        Sight { motion: self.view.layout.standing(twin), state: standing, values }
    }

    fn sight_of_job(&self, job: &Job) -> Sight {
        let within = |host: TwinId, berth: u8| Motion::Within {
            host: ThingId::twin(host),
            berth,
            since: job.since,
            until: job.since,
        };
        // In the order of the look's states.
        let (state, motion) = match job.place {
            Place::Yard => (0, self.plan.receiving.map_or(Motion::Hidden, |yard| within(yard, berth::IN))),
            Place::Queue(host) => (1, within(host, berth::IN)),
            Place::Slot(host, _) => (2, within(host, berth::WORK)),
            Place::Output(host) => (3, within(host, berth::OUT)),
            Place::Vehicle(host) => (4, within(host, berth::IN)),
            Place::Conveyor(host) => (5, self.ride_of(job, host)),
            Place::Rack(host) => (6, within(host, berth::IN)),
            Place::Kit(host) => (7, within(host, berth::IN)),
        };
        let product = &self.plan.products[job.product as usize];
        let due = if job.due == Time::NEVER { Value::None } else { Value::Number(job.due.seconds() as f32) };
        let values =
            [Value::Word(product.first_operation + job.operation), due, count(job.visit as usize), Value::None];
        Sight { motion, state, values }
    }

    fn ride_of(&self, job: &Job, conveyor: TwinId) -> Motion {
        let belt = self.directory.entity(conveyor).and_then(|entity| self.belts.get(entity).ok());
        let riding = belt.and_then(|(_, state)| {
            state.riding.iter().find(|riding| self.jobs.find(riding.job).is_some_and(|other| other.id == job.id))
        });
        let until = riding.map_or(job.since, |riding| riding.arrives);
        Motion::Within { host: ThingId::twin(conveyor), berth: berth::IN, since: job.since, until }
    }
}

/// The charge rises or falls evenly until it is told anew.
fn charge_of(level: &BatteryState) -> Value {
    let (start, rate) = level.ramp();
    Value::Ramp { start, rate: rate as f32 }
}

/// On the way to work: from beside one machine to beside another.
fn walk(task: &Assignment, twin: TwinId, layout: &Layout) -> Motion {
    let [from, to] = [task.from, task.to].map(|place| layout.beside(place, twin));
    let point = |pose: Pose| [pose.place.0 as f32, pose.place.1 as f32, 0.0];
    let far = (to.place.0 - from.place.0).hypot(to.place.1 - from.place.1);
    let speed = far / (task.arrives - task.assigned).seconds().max(1e-9);
    Motion::Goes {
        from: point(from),
        to: point(to),
        since: task.assigned,
        until: task.arrives,
        speeds: [speed as f32; 2],
        before: [from.heading.cos() as f32, from.heading.sin() as f32],
    }
}
