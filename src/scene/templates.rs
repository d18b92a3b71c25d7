//! Commented scenes to start from, embedded in the program.

/// A scene to start from.
pub struct Template {
    /// What `autotwin new` calls it.
    pub name: &'static str,
    /// One line for the list.
    pub about: &'static str,
    /// The scene.
    pub text: &'static str,
}

/// All scenes to start from: those that the repository shows, word for word.
pub const TEMPLATES: [Template; 10] = [
    Template {
        name: "factory",
        about: "a gear plant: 14 machines, vehicles, workers in shifts, failures, quality, energy",
        text: include_str!("../../scenes/factory.ron"),
    },
    Template {
        name: "food-line",
        about: "a line with conveyors that grades what comes: low grades are used at once, high ones stored",
        text: include_str!("../../scenes/food_line.ron"),
    },
    Template {
        name: "warehouse",
        about: "robots that bring parcels between doors, stores and picking, and charge by themselves",
        text: include_str!("../../scenes/warehouse.ron"),
    },
    Template {
        name: "job-shop",
        about: "jobs with due dates on machines that can stand in for each other",
        text: include_str!("../../scenes/job_shop.ron"),
    },
    Template {
        name: "flow-line",
        about: "unreliable machines in a row with small buffers between them",
        text: include_str!("../../scenes/flow_line.ron"),
    },
    Template {
        name: "queues",
        about: "a closed network: customers that go round between queues for ever",
        text: include_str!("../../scenes/closed_network.ron"),
    },
    Template {
        name: "robots",
        about: "robots with sensors, beliefs and minds that fetch goods, give way and share chargers",
        text: include_str!("../../scenes/robots.ron"),
    },
    Template {
        name: "delivery",
        about: "robots on a street that bid for orders by radio",
        text: include_str!("../../scenes/delivery.ron"),
    },
    Template {
        name: "inspection",
        about: "drones that share the inspection of a wind farm",
        text: include_str!("../../scenes/inspection.ron"),
    },
    Template {
        name: "swarm",
        about: "drones that choose a leader and re-form when some are lost",
        text: include_str!("../../scenes/swarm.ron"),
    },
];
