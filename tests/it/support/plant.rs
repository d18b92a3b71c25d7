//! Random plants: machines, people, vehicles, racks, kits, quality and energy, with a log of what is done to them.
//!
//! A plant is made of a list of numbers, its dice. Where they run out, each further one shows 0, the plainest choice: so a
//! shorter list makes a plainer plant, and `proptest` finds a plain one that still fails.

use std::fmt::Write as _;

use super::RULES;

/// The numbers that a plant is made of.
pub struct Dice<'a>(std::slice::Iter<'a, u32>);

impl<'a> Dice<'a> {
    pub fn new(numbers: &'a [u32]) -> Dice<'a> {
        Dice(numbers.iter())
    }

    /// Whether none is left.
    fn is_over(&self) -> bool {
        self.0.len() == 0
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.next().map_or(0, |&number| number as usize % count.max(1))
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Whether something unusual happens.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A text that is there with that chance.
    fn perhaps(&mut self, percent: usize, text: impl FnOnce(&mut Self) -> String) -> String {
        if self.chance(percent) { text(self) } else { String::new() }
    }
}

const FLEETS: [&str; 8] = [
    "Nearest",
    "LongestWaiting",
    "Balanced",
    "Deadline",
    "Auction()",
    "Auction(goal: Driving, loads_each: 1)",
    "Auction(goal: Latest)",
    "Auction(goal: Waiting, loads_each: 9)",
];

const CHOICES: [&str; 8] = [
    "EarliestFinish",
    "ShortestQueue",
    "Random",
    "Fastest",
    "InTurn",
    "BySpeed",
    "Bids()",
    "Bids(hour: 1, lateness: 50, energy: 3)",
];

const SKILLS: [&str; 3] = ["turn", "fix", "look"];
const SHIFTS: [&str; 3] = ["early", "late", "night"];

/// A plant and what is done to it.
pub struct Plant {
    pub scene: String,
    pub log: String,
}

/// What the parts of a plant have to know of each other.
struct Sizes {
    machines: usize,
    workers: usize,
    vehicles: usize,
    racks: usize,
    chargers: usize,
    /// How many machines, the first ones, are joined by conveyors.
    joined: usize,
    products: usize,
    assembly: bool,
    supply: bool,
}

impl Plant {
    /// A plant from the first numbers, a log from the second.
    pub fn new(numbers: &[u32], deeds: &[u32]) -> Plant {
        let dice = &mut Dice::new(numbers);
        let has_aisles = dice.chance(70);
        let (machines, assembly) = (dice.between(1, 5), dice.chance(40));
        let sizes = Sizes {
            machines,
            workers: dice.below(6),
            vehicles: if has_aisles { dice.below(9) } else { 0 },
            racks: if assembly { dice.between(1, 2) } else { dice.below(3) },
            chargers: if has_aisles { dice.below(3) } else { 0 },
            joined: if machines > 1 && dice.chance(30) { dice.between(2, machines) } else { 0 },
            products: dice.between(1, 3),
            assembly,
            supply: dice.chance(20),
        };
        let aisles = if has_aisles { aisles(dice) } else { String::new() };
        let stations = dice.chance(40);
        let mut twins = Vec::new();
        twins.extend((0..sizes.machines).map(|index| machine(dice, index, &sizes)));
        let together = shifts(dice, 40);
        twins.extend((0..sizes.workers).map(|index| worker(dice, index, &together)));
        twins.extend((0..sizes.vehicles).map(|index| vehicle(dice, index, &sizes)));
        twins.extend((0..sizes.racks).map(|index| rack(dice, index)));
        twins.extend((0..sizes.chargers).map(|index| {
            let places = dice.between(1, 2);
            format!("(name: \"c{index}\", charger: (power_kw: 3, places: {places}), {})", place(dice))
        }));
        twins.extend(conveyors(dice, &sizes));
        let mut transport = format!("rule: {}", dice.pick(&FLEETS));
        if stations && sizes.vehicles > 0 {
            twins.push(format!("(name: \"in\", station: (bays: {}), {})", dice.between(1, 2), place(dice)));
            twins.push(format!("(name: \"out\", station: (), {})", place(dice)));
            transport += ", receiving: \"in\", shipping: \"out\"";
        }
        let mut scene = format!("(run_for: \"30h\", warmup: \"{}h\",\ntwins: [\n", dice.pick(&[0, 0, 7]));
        for twin in &twins {
            let _ = writeln!(scene, "{twin},");
        }
        let _ = write!(
            scene,
            "],\nshifts: {{\"early\": (from: \"1h\", to: \"6h\", breaks: [(from: \"3h\", lasts: \"20m\")]), \
             \"late\": (from: \"5h 30m\", to: \"13h\"), \"night\": (from: \"20h\", to: \"4h\")}},\n{aisles}\n\
             transport: ({transport}),\nspares: {{\"bearing\": (stock: {}, reorder_at: {}, order: {}, \
             lead_time: Exponential(mean: \"2h\"))}},\nenergy: (tariff: [(from: \"0h\", price: 0.2), \
             (from: \"6h\", price: 0.3)], demand_price: 9),\nproducts: {{\n",
            dice.below(4),
            dice.below(3),
            dice.between(1, 3),
        );
        for index in 0..sizes.products {
            let _ = writeln!(scene, "\"p{index}\": {},", product(dice, index, &sizes));
        }
        if sizes.assembly {
            let _ = writeln!(scene, "\"whole\": {},", whole(dice, &sizes));
        }
        scene += &orders(dice, &sizes);
        scene.push(')');
        Plant { scene, log: log(&mut Dice::new(deeds), &sizes, stations && sizes.vehicles > 0, &twins) }
    }
}

/// Somewhere on 36 m by 24 m; the first choice puts all in one place.
fn place(dice: &mut Dice) -> String {
    format!("place: At(x: {}, y: {})", dice.below(36), dice.below(24))
}

fn shifts(dice: &mut Dice, percent: usize) -> String {
    dice.perhaps(percent, |dice| {
        let (first, second) = (dice.pick(&SHIFTS), dice.pick(&SHIFTS));
        if first == second { format!("shifts: [\"{first}\"]") } else { format!("shifts: [\"{first}\", \"{second}\"]") }
    })
}

/// Who does something: nobody in particular, where there are no workers.
fn staff(dice: &mut Dice, percent: usize, sizes: &Sizes) -> String {
    if sizes.workers == 0 {
        return String::new();
    }
    dice.perhaps(percent, |dice| {
        let count = if sizes.workers > 1 && dice.chance(20) { 2 } else { 1 };
        format!(", worker: (skill: \"{}\", count: {count})", dice.pick(&SKILLS))
    })
}

fn life(dice: &mut Dice, least: usize) -> String {
    let minutes = dice.between(least, 300);
    match dice.below(2) {
        0 => format!("Exponential(mean: \"{minutes}m\")"),
        _ => format!("Weibull(shape: 1.7, scale: \"{minutes}m\")"),
    }
}

fn breakdown(dice: &mut Dice, sizes: &Sizes) -> String {
    let after = life(dice, 10);
    let clock = dice.pick(&["Working", "Calendar"]);
    let repair = dice.between(0, 60);
    let restores = dice.pick(&["1", "0.5", "0"]);
    let spares = dice.perhaps(40, |dice| format!(", spares: {{\"bearing\": {}}}", dice.between(1, 2)));
    let noticed = dice.perhaps(30, |dice| {
        format!(
            ", noticed_after: {}",
            dice.pick(&["\"10m\"", "Uniform(low: \"0s\", high: \"2h\")", "Exponential(mean: \"1h\")"])
        )
    });
    let staff = staff(dice, 50, sizes);
    format!(
        ", breakdown: (after: {after}, clock: {clock}, repair: \"{repair}m\", restores: {restores}{noticed}{spares}{staff})"
    )
}

fn machine(dice: &mut Dice, index: usize, sizes: &Sizes) -> String {
    let mut text = format!("(name: \"m{index}\", machine: (capacity: {}, ", dice.between(1, 3));
    // A supply needs limited room before the machines of its first operation.
    if sizes.supply || dice.chance(50) {
        let _ = write!(text, "input_buffer: {}, ", dice.below(4));
    }
    let _ = write!(text, "output_buffer: {}, rule: {}, {}", dice.below(3), dice.pick(&RULES), shifts(dice, 25));
    let _ = write!(text, "), {}", place(dice));
    text += &dice.perhaps(40, |dice| breakdown(dice, sizes));
    text += &dice.perhaps(30, |dice| {
        let setup = format!(", setup: (otherwise: \"{}m\"", dice.below(20));
        setup + &staff(dice, 50, sizes) + ")"
    });
    text += &dice.perhaps(30, |dice| {
        let mut upkeep = format!(", wear: (life: \"{}m\"), maintenance: (takes: \"{}m\"", dice.between(30, 300), 5);
        let by_wear = dice.chance(60);
        if by_wear {
            upkeep += ", at_wear: 0.5";
        }
        if !by_wear || dice.chance(50) {
            let _ = write!(
                upkeep,
                ", every: \"{}m\", clock: {}",
                dice.between(60, 600),
                dice.pick(&["Working", "Calendar"])
            );
        }
        upkeep += dice.pick(&["", ", spares: {\"bearing\": 1}"]);
        upkeep + &staff(dice, 50, sizes) + ")"
    });
    text += &dice.perhaps(40, |dice| {
        format!(", power: (working_kw: {}, idle_kw: 1.5, off_kw: 0.25, down_kw: 0.1)", dice.between(2, 9))
    });
    // Who sleeps by itself has to save something by it.
    let saves = text.contains("power:");
    text += &dice.perhaps(30, |dice| {
        let after = format!("after: \"{}m\", ", dice.below(40));
        let after = if saves && dice.chance(40) { String::new() } else { after };
        let wake = dice.pick(&["\"4m\"", "\"0s\"", "Exponential(mean: \"9m\")"]);
        format!(", standby: ({after}wake: {wake}, ahead: {})", dice.chance(50))
    });
    text += &dice.perhaps(25, |dice| {
        format!(", thrift: (look_ahead: {}, reserve: \"{}m\")", dice.between(1, 4), dice.below(240))
    });
    text += &dice.perhaps(20, |dice| format!(", station: (bays: {})", dice.between(1, 3)));
    text + ")"
}

/// The first two have every skill and work together, for what takes two.
fn worker(dice: &mut Dice, index: usize, together: &str) -> String {
    let skills: Vec<String> =
        SKILLS.iter().filter(|_| index < 2 || dice.chance(50)).map(|skill| format!("\"{skill}\"")).collect();
    let shifts = if index < 2 { together.to_owned() } else { shifts(dice, 40) };
    format!("(name: \"w{index}\", worker: (skills: [{}], {shifts}), {})", skills.join(", "), place(dice))
}

fn vehicle(dice: &mut Dice, index: usize, sizes: &Sizes) -> String {
    let capacity = dice.between(1, 3);
    let (load, length) = (dice.pick(&["15s", "0s", "2m"]), dice.pick(&["1.2", "2.5"]));
    let mut text =
        format!("(name: \"v{index}\", vehicle: (capacity: {capacity}, load: \"{load}\", length: {length}), ");
    text += &place(dice);
    // A battery wants a charger somewhere.
    text += &dice.perhaps(if sizes.chargers > 0 { 40 } else { 0 }, |dice| {
        let (kwh, charge) = (dice.pick(&["0.4", "0.1", "2"]), dice.pick(&["0.9", "0.1"]));
        let by_price = dice.pick(&["", ", top_up_below: 0.8"]);
        format!(
            ", battery: (capacity_kwh: {kwh}, charge: {charge}, drive_kw: 0.9, idle_kw: 0.05, charge_below: 0.3{by_price})"
        )
    });
    text += &dice.perhaps(25, |dice| breakdown(dice, sizes));
    text + ")"
}

/// The first keeps all that goes to stock.
fn rack(dice: &mut Dice, index: usize) -> String {
    let keeps = dice.perhaps(if index == 0 { 0 } else { 30 }, |_| ", keeps: [\"p0\"]".to_owned());
    format!("(name: \"r{index}\", rack: (capacity: {}{keeps}, handling: \"5s\"), {})", dice.between(3, 12), place(dice))
}

/// One from each machine that is joined, so that no two lead the same way.
fn conveyors(dice: &mut Dice, sizes: &Sizes) -> Vec<String> {
    let belt = |index: usize| {
        let to = (index + dice.between(1, sizes.joined - 1)) % sizes.joined;
        let (length, speed) = (dice.between(1, 9), dice.pick(&["0.3", "0.02", "2"]));
        format!("(name: \"b{index}\", conveyor: (from: \"m{index}\", to: \"m{to}\", length: {length}, speed: {speed}))")
    };
    (0..sizes.joined).map(belt).collect()
}

/// Aisles of many shapes: a grid, a tree, or a ring, one way or both.
pub fn aisles(dice: &mut Dice) -> String {
    let step = dice.between(6, 14);
    match dice.below(4) {
        0 => {
            let (columns, rows) = (dice.between(1, 4), dice.between(1, 3));
            format!(
                "aisles: (grids: [(name: \"g\", from: (0, 0), step: ({step}, {step}), columns: {columns}, rows: {rows})]),"
            )
        }
        1 => {
            let count = dice.between(2, 8);
            let lanes: String =
                (1..count).map(|index| format!("(from: \"j{index}\", to: \"j{}\"), ", dice.below(index))).collect();
            lane_network(count, step, &lanes)
        }
        shape => {
            let count = dice.between(3, 8);
            let lane = |index: usize| {
                let to = (index + 1) % count;
                format!("(from: \"j{index}\", to: \"j{to}\", one_way: {}), ", shape == 2)
            };
            lane_network(count, step, &(0..count).map(lane).collect::<String>())
        }
    }
}

/// Junctions on a curve that puts no two in one place.
fn lane_network(count: usize, step: usize, lanes: &str) -> String {
    let junction = |index: usize| format!("\"j{index}\": ({}, {}), ", index * step, index * index * step % 37);
    let junctions: String = (0..count).map(junction).collect();
    format!("aisles: (junctions: {{{junctions}}}, lanes: [{lanes}]),")
}

fn operation(dice: &mut Dice, step: usize, steps: usize, sizes: &Sizes) -> String {
    let first = dice.below(sizes.machines);
    let mut machines = vec![first];
    for _ in 0..dice.below(3) {
        machines.push(dice.below(sizes.machines));
    }
    machines.sort_unstable();
    machines.dedup();
    let mut text = format!("(name: \"o{step}\", machines: {{");
    for machine in machines {
        let _ = write!(text, "\"m{machine}\": Exponential(mean: \"{}s\"), ", dice.below(1500) + 1);
    }
    text += "}";
    text += &dice.perhaps(50, |dice| format!(", family: \"{}\"", dice.pick(&["f0", "f1", "{colour}"])));
    text += &dice.perhaps(60, |dice| format!(", choice: {}", dice.pick(&CHOICES)));
    text += &staff(dice, 30, sizes);
    text += &dice.perhaps(30, |dice| {
        let worn = dice.perhaps(50, |_| ", worn: 0.5".to_owned());
        format!(", defects: (probability: 0.2{worn})")
    });
    text += &dice.perhaps(20, |_| ", mends: 0.7".to_owned());
    text += &dice.perhaps(20, |_| ", factors: {\"colour\": {\"red\": 1.5}}".to_owned());
    let to = dice.below(steps);
    // What others are made of comes into stock in the end.
    let is_part = sizes.assembly && step + 1 == steps;
    text += &match dice.below(6) {
        1 => {
            let rejected =
                format!(", inspect: (detects: 0.9, false_alarms: 0.1, rejected: {{\"o{to}\": 0.6, \"scrap\": 0.4}})");
            rejected + &next(dice, to, is_part)
        }
        2 if !is_part => format!(
            ", grade: (error: 0.1, grades: [(name: \"low\", next: {{\"o{to}\": 0.3, \"scrap\": 0.7}}), \
             (name: \"high\", from: 0.4, next: {{\"ship\": 1}})])"
        ),
        // Whoever passes it over has one way only.
        3 if !is_part => ", only: {\"colour\": [\"red\"]}".to_owned(),
        // What is looked at is looked at once.
        4 => ", repeat: 2".to_owned() + &next(dice, to, is_part),
        _ => next(dice, to, is_part),
    };
    text + ")"
}

fn next(dice: &mut Dice, to: usize, is_part: bool) -> String {
    if is_part {
        return ", next: {\"stock\": 0.8, \"ship\": 0.2}".to_owned();
    }
    dice.perhaps(30, |dice| {
        let (share, scrap) = (dice.below(50), dice.below(20));
        let ship = percent(100 - share - scrap);
        format!(", next: {{\"o{to}\": {}, \"scrap\": {}, \"ship\": {ship}}}", percent(share), percent(scrap))
    })
}

fn percent(value: usize) -> String {
    format!("{}", value as f64 / 100.0)
}

const OPTIONS: &str = "options: {\"colour\": {\"plain\": 0.5, \"red\": 0.5}}, measure: Normal(mean: 0.5, sd: 0.2)";

fn product(dice: &mut Dice, _: usize, sizes: &Sizes) -> String {
    let steps = dice.between(1, 4);
    let routing: Vec<String> = (0..steps).map(|step| operation(dice, step, steps, sizes)).collect();
    format!("({OPTIONS}, routing: [\n  {}])", routing.join(",\n  "))
}

/// What needs parts of others.
fn whole(dice: &mut Dice, sizes: &Sizes) -> String {
    let mut needs = format!("\"p0\": {}", dice.between(1, 2));
    if sizes.products > 1 && dice.chance(50) {
        needs += ", \"p1\": 1";
    }
    let before = dice
        .perhaps(40, |dice| format!("(name: \"before\", machines: {{\"m{}\": \"5m\"}}), ", dice.below(sizes.machines)));
    let after = dice
        .perhaps(40, |dice| format!(", (name: \"after\", machines: {{\"m{}\": \"5m\"}})", dice.below(sizes.machines)));
    let machine = dice.below(sizes.machines);
    let other = dice.below(sizes.machines);
    let other = if other == machine { String::new() } else { format!(", \"m{other}\": \"12m\"") };
    let (repeat, staff) = (dice.pick(&[1, 1, 2]), staff(dice, 30, sizes));
    format!(
        "({OPTIONS}, routing: [{before}(name: \"join\", machines: {{\"m{machine}\": \"9m\"{other}}}, needs: {{{needs}}}, \
         repeat: {repeat}{staff}){after}])"
    )
}

fn orders(dice: &mut Dice, sizes: &Sizes) -> String {
    let mut text = "},\njobs: [\n".to_owned();
    for _ in 0..dice.below(4) {
        let product = dice.below(sizes.products);
        let (count, release, priority) = (dice.between(1, 7), dice.below(120), dice.pick(&[0, 1, -1]));
        let _ = writeln!(
            text,
            "(product: \"p{product}\", count: {count}, release: \"{release}m\", priority: {priority}, due: \"9h\"),"
        );
    }
    let _ = write!(
        text,
        "],\narrivals: [(product: \"p0\", every: Exponential(mean: \"{}m\"), due_factor: 3)",
        20 + dice.below(60)
    );
    if sizes.supply {
        text += ", (product: \"p0\", limit: 100)";
    }
    if sizes.assembly {
        let _ = write!(text, ", (product: \"whole\", every: \"{}m\")", 40 + dice.below(60));
    }
    text + "]\n"
}

fn log(dice: &mut Dice, sizes: &Sizes, stations: bool, twins: &[String]) -> String {
    let groups = [
        ("m", sizes.machines),
        ("w", sizes.workers),
        ("v", sizes.vehicles),
        ("r", sizes.racks),
        ("c", sizes.chargers),
        ("b", sizes.joined),
    ];
    let mut names: Vec<String> =
        groups.iter().flat_map(|(group, count)| (0..*count).map(move |index| format!("{group}{index}"))).collect();
    if stations {
        names.extend(["in".to_owned(), "out".to_owned()]);
    }
    let breakable: Vec<&String> = names.iter().filter(|name| name.starts_with(['m', 'v'])).collect();
    // A machine can be maintained whose part says how.
    let maintained: Vec<String> = (0..sizes.machines)
        .map(|index| format!("m{index}"))
        .filter(|name| {
            twins.iter().any(|twin| twin.starts_with(&format!("(name: \"{name}\"")) && twin.contains("maintenance:"))
        })
        .collect();
    let mut log = String::new();
    while !dice.is_over() {
        // Often several at one moment.
        let minute = dice.below(90) * 20;
        let what = match dice.below(12) {
            0 | 1 => format!(r#""do": "suspend", "twin": "{}""#, names[dice.below(names.len())]),
            2 | 3 => format!(r#""do": "activate", "twin": "{}""#, names[dice.below(names.len())]),
            4 | 5 => {
                let (twin, repair) = (breakable[dice.below(breakable.len())], dice.between(0, 60));
                format!(r#""do": "breakdown", "twin": "{twin}", "with": {{"repair": "{repair}m"}}"#)
            }
            6 => {
                let product = if sizes.assembly && dice.chance(40) { "whole" } else { "p0" };
                let variant = dice.pick(&["", r#", "variant": "colour=red""#]);
                format!(r#""do": "release", "with": {{"product": "{product}", "count": 3, "priority": 1{variant}}}"#)
            }
            // What a conveyor leads to stays where it is.
            7 if sizes.joined < sizes.machines => {
                let machine = dice.between(sizes.joined, sizes.machines - 1);
                let (x, y) = (dice.below(36), dice.below(24));
                let skill = if sizes.workers > 0 { dice.pick(&["", r#", "skill": "fix""#]) } else { "" };
                format!(
                    r#""do": "relocate", "twin": "m{machine}", "with": {{"x": {x}, "y": {y}, "takes": "{}m"{skill}}}"#,
                    dice.below(90)
                )
            }
            8 if !maintained.is_empty() => {
                format!(r#""do": "maintain", "twin": "{}""#, maintained[dice.below(maintained.len())])
            }
            _ => format!(r#""do": "retire", "twin": "{}""#, names[dice.below(names.len())]),
        };
        let _ = writeln!(log, "{{\"at\": \"{minute}m\", {what}}}");
    }
    log
}
