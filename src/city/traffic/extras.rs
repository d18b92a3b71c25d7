//! What there is in a town besides streets and trips.

/// What there is in a town besides streets and trips.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// Whether fuel, energy and exhaust are counted. Of vehicles with a battery they always are.
    pub counts_energy: bool,
    /// Who looks for a quicker way when others are slow.
    pub reroute: Option<Reroute>,
}

/// Who looks for a quicker way when others are slow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reroute {
    /// What share of the drivers.
    pub share: f64,
    /// How often, from departure on: seconds.
    pub every: f64,
}
