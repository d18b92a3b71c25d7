//! What must hold of the traffic at the end of every moment.

use super::{Motion, Mover, MoverId, Traffic, View};
use crate::engine::time::Time;
use crate::factory::transport::network::{Network, SpotId, ZoneId};

impl Traffic {
    /// Holds the zones' and the spots' lists against the movers' own word, and the plan against the aisles.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn audit(&self, network: &Network, now: Time) -> Result<(), String> {
        let mut held = vec![None; self.holders.len()];
        for mover in self.movers() {
            if let Some(m) = self.get(mover) {
                self.audit_mover(network, mover, m, now).map_err(|what| format!("{mover:?}: {what}"))?;
                for zone in m.held() {
                    if let Some(other) = held[zone.0 as usize].replace(mover).filter(|other| *other != mover) {
                        return Err(format!("{mover:?} and {other:?} both hold {zone:?}"));
                    }
                }
            }
        }
        if held != self.holders {
            return Err("the list of holders is not what the movers hold".to_owned());
        }
        for (spot, claims) in (0..).map(SpotId).zip(&self.claims) {
            if network.spot(spot).is_none_or(|known| claims.len() > known.capacity as usize) {
                return Err(format!("{spot:?} is claimed by {claims:?}"));
            }
        }
        let view = View { network, movers: &self.movers, holders: &self.holders };
        if view.works(&self.plan) { Ok(()) } else { Err(format!("the plan {:?} does not work", self.plan)) }
    }

    fn audit_mover(&self, network: &Network, mover: MoverId, m: &Mover, now: Time) -> Result<(), String> {
        for spot in m.spot.into_iter().chain([m.to, m.home]) {
            if !self.claimants(spot).contains(&mover) {
                return Err(format!("it has no place in {spot:?}"));
            }
        }
        if m.spot.is_none() && m.passed == 0 {
            return Err("it is nowhere".to_owned());
        }
        let Motion::Rolling(leg) = m.motion else {
            return if m.motion == Motion::Standing { Ok(()) } else { Err("it has not been told how to go on".into()) };
        };
        if m.passed < m.route.len() && m.granted <= m.passed {
            return Err(format!("it rolls into {:?}, which it was not granted", ZoneId(m.route[m.passed].0)));
        }
        let (way, speed) = m.at(now);
        let hop = m.hop(network, m.passed);
        if leg.until < now || way > hop.length + 1e-6 {
            return Err(format!("it is {way} m along a hop of {} m", hop.length));
        }
        if speed > hop.limit + 1e-6 {
            return Err(format!("it drives {speed} m/s where {} are allowed", hop.limit));
        }
        Ok(())
    }
}
