//! Haulage: the transports that have been asked for and not yet done.

use bevy_ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::engine::identity::TwinId;
use crate::engine::time::Time;
use crate::factory::jobs::JobRef;
use crate::factory::plan::Plan;

use super::network::SpotId;

/// Where a transport lies in [`Haulage`]. Used again for another once this one is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderRef(pub u32);

/// Where a job is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// To the input buffer of a machine, for its next operation there: the machine, and its place among those eligible.
    Machine(TwinId, u32),
    /// Into a rack.
    Rack(TwinId),
    /// To a machine, as a part of the kit of a job that is assembled there.
    Kit(TwinId, JobRef),
    /// Out of the factory, by way of the shipping station.
    Out(TwinId),
}

impl Destination {
    /// The twin where the way ends.
    pub fn twin(self) -> TwinId {
        match self {
            Destination::Machine(twin, _)
            | Destination::Rack(twin)
            | Destination::Kit(twin, _)
            | Destination::Out(twin) => twin,
        }
    }
}

/// One job that has to be brought from one place to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransportOrder {
    /// Transports are numbered in the order in which they were asked for.
    pub number: u64,
    /// What is to be brought.
    pub job: JobRef,
    /// From where.
    pub from: TwinId,
    /// To where; none while the job waits on the vehicle for a place to go to.
    pub to: Option<Destination>,
    /// When it was asked for.
    pub requested: Time,
    /// The vehicle that was given it, and when.
    pub vehicle: Option<(TwinId, Time)>,
    /// When the job was on the vehicle.
    pub loaded: Option<Time>,
}

/// All transports under way, and the vehicles that wait for a bay.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Haulage {
    slots: Vec<Option<TransportOrder>>,
    free: Vec<u32>,
    /// Transports that no vehicle has been given yet, oldest first.
    pub open: Vec<OrderRef>,
    /// Vehicles that wait for a place in a bay, longest first.
    pub queue: Vec<(SpotId, TwinId)>,
    /// Whether free vehicles and open transports have to be matched anew.
    pub changed: bool,
    /// Whether a place in a bay may have become free.
    pub freed: bool,
    /// Whether somebody has moved, so that vehicles that wait for zones can ask again.
    pub traffic_changed: bool,
    /// How many were asked for since the start.
    pub requested: u64,
}

impl Haulage {
    /// Takes a new transport in. Its `number` is set here.
    pub fn insert(&mut self, mut order: TransportOrder) -> OrderRef {
        order.number = self.requested;
        self.requested += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[index as usize] = Some(order);
        self.open.push(OrderRef(index));
        self.changed = true;
        OrderRef(index)
    }

    /// A transport.
    pub fn get(&self, order: OrderRef) -> Option<&TransportOrder> {
        self.slots.get(order.0 as usize)?.as_ref()
    }

    /// A transport, to change.
    pub fn get_mut(&mut self, order: OrderRef) -> Option<&mut TransportOrder> {
        self.slots.get_mut(order.0 as usize)?.as_mut()
    }

    /// A transport waits for a vehicle again.
    pub fn reopen(&mut self, order: OrderRef) {
        let number = |order: &OrderRef| self.get(*order).map(|order| order.number);
        let place = self.open.partition_point(|other| number(other) < number(&order));
        self.open.insert(place, order);
        self.changed = true;
    }

    /// Takes a transport out that is done or called off.
    pub fn remove(&mut self, order: OrderRef) -> Option<TransportOrder> {
        let removed = self.slots.get_mut(order.0 as usize)?.take()?;
        self.free.push(order.0);
        self.open.retain(|&other| other != order);
        Some(removed)
    }

    /// All transports under way.
    pub fn iter(&self) -> impl Iterator<Item = (OrderRef, &TransportOrder)> {
        let slots = self.slots.iter().enumerate();
        slots.filter_map(|(index, order)| order.as_ref().map(|order| (OrderRef(index as u32), order)))
    }
}

/// Where vehicles can stand off the aisles, in the order in which the places were made; a place's index is its spot's id.
/// Twins that move get new ones; the last of a twin counts.
#[derive(Resource, Clone, Debug, Default, Serialize, Deserialize)]
pub struct Sites(pub Vec<Site>);

/// One such place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Whose it is.
    pub twin: TwinId,
    /// The junction beside which it lies.
    pub junction: String,
    /// Where it lies: metres.
    pub place: (f64, f64),
    /// How many vehicles can stand there.
    pub places: u32,
    /// How far it lies from the middle of the junction at least, so that nobody who stands there reaches into it: the
    /// length of the longest vehicle when it was made, in metres.
    pub clear: f64,
}

/// Where a transport ends.
pub fn goal_of(order: OrderRef, haulage: &Haulage, plan: &Plan) -> Option<SpotId> {
    plan.spot_of(haulage.get(order)?.to?.twin())
}

/// Those of a vehicle's transports that end at a spot.
pub fn bound_for<'a>(
    spot: SpotId,
    orders: &'a [OrderRef],
    haulage: &'a Haulage,
    plan: &'a Plan,
) -> impl Iterator<Item = OrderRef> + 'a {
    orders.iter().copied().filter(move |&order| goal_of(order, haulage, plan) == Some(spot))
}
