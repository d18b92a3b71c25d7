//! Names of streets.

/// What streets are called after.
const AFTER: [&str; 48] = [
    "Mill", "Church", "Station", "School", "Garden", "Linden", "Oak", "Chestnut", "Maple", "Birch", "Poplar", "Elm",
    "Market", "Bridge", "Castle", "Harbour", "Meadow", "Forest", "Hill", "Spring", "Well", "Tower", "Abbey", "Bishop",
    "King", "Queen", "Prince", "Weaver", "Baker", "Smith", "Potter", "Tanner", "Cooper", "Fisher", "Miller", "Mason",
    "Rose", "Lily", "Violet", "Swan", "Heron", "Falcon", "Lark", "Fox", "Hare", "Bear", "Star", "Sun",
];

/// What local streets are.
const LOCAL: [&str; 6] = ["Street", "Lane", "Row", "Close", "Way", "Place"];

/// What arterial streets are.
const ARTERIAL: [&str; 4] = ["Avenue", "Boulevard", "Road", "Parade"];

/// Names, each given once.
pub(super) struct Names {
    next: usize,
}

impl Names {
    /// A list that begins somewhere.
    pub(super) fn from(first: usize) -> Names {
        Names { next: first % AFTER.len() }
    }

    /// The next name.
    pub(super) fn name(&mut self, is_arterial: bool) -> String {
        let number = self.next;
        // Steps that have no divisor in common with the list's length, so that neighbours are not called after like things.
        let after = AFTER[number * 19 % AFTER.len()];
        let (lap, kinds): (usize, &[&str]) = (number / AFTER.len(), if is_arterial { &ARTERIAL } else { &LOCAL });
        self.next += 1;
        match lap / kinds.len() {
            0 => format!("{after} {}", kinds[lap]),
            more => format!("{after} {} {}", kinds[lap % kinds.len()], more + 1),
        }
    }
}
