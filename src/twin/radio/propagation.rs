//! How a signal fades on its way, and how likely a message is lost.
//!
//! Path loss is that of free space over the first metre (Friis 1946, "A note on a simple transmission formula") and grows with the
//! logarithm of distance from there on: `PL(d) = 20 log₁₀(4π·1 m·f/c) + 10 n log₁₀(d / 1 m)`, where n is 2 in free space and 2.7 to 6
//! among obstacles (Rappaport, *Wireless Communications*, 2nd ed. 2002, 4.9 and table 4.2). Each obstacle on the way takes
//! its toll besides, as in the partition loss of the same book (4.11).
//!
//! What arrives is the mean signal. Around it the signal *fades*: by nothing, so that whatever is above the sensitivity is
//! received; by Rayleigh's law, where no path is straight, `P(loss) = 1 - exp(-10^(-M/10))` with a margin of M dB; or
//! log-normally, `P(loss) = Q(M/σ)` (Goldsmith, *Wireless Communications*, 2005, 6.3.2 and 2.10).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The speed of light: m/s.
pub const LIGHT: f64 = 299_792_458.0;
/// Nearer than this the laws of far fields say nothing: metres.
const NEAREST: f64 = 0.01;

/// How a signal varies around its mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Fading {
    /// Not at all.
    #[default]
    Steady,
    /// By Rayleigh's law: many paths, none of them straight.
    Rayleigh,
    /// Log-normally.
    LogNormal {
        /// The standard deviation: 4 to 12 dB are usual.
        #[schemars(range(min = 1e-3, max = 100), extend("x-unit" = "dB"))]
        sd_db: f64,
    },
}

/// What a signal loses over the first metre in free space: dB, at a frequency in Hz.
pub fn first_metre_db(frequency: f64) -> f64 {
    20.0 * libm::log10(4.0 * std::f64::consts::PI * frequency / LIGHT)
}

/// What it loses over a distance (metres), with an exponent: dB.
pub fn path_loss_db(frequency: f64, exponent: f64, distance: f64) -> f64 {
    first_metre_db(frequency) + beyond_db(exponent, distance)
}

/// What it loses beyond the first metre (less, if nearer): dB.
pub fn beyond_db(exponent: f64, distance: f64) -> f64 {
    10.0 * exponent * libm::log10(distance.max(NEAREST))
}

/// A power in mW as dBm.
pub fn dbm(milliwatts: f64) -> f64 {
    10.0 * libm::log10(milliwatts)
}

/// How likely a message is lost whose mean signal is so many dB above what the receiver needs.
pub fn outage(fading: Fading, margin_db: f64) -> f64 {
    match fading {
        Fading::Steady => f64::from(u8::from(margin_db < 0.0)),
        // 10^x as e^(x ln 10): a third of the time.
        Fading::Rayleigh => -libm::expm1(-libm::exp(-margin_db * (std::f64::consts::LN_10 / 10.0))),
        Fading::LogNormal { sd_db } => libm::erfc(margin_db / sd_db / std::f64::consts::SQRT_2) / 2.0,
    }
}

/// No less than [`outage`], and found without exponentials: `1 - e^(-x) <= x`, and x halves at least with each 3.0103 dB of margin.
pub fn most_outage(fading: Fading, margin_db: f64) -> f64 {
    match fading {
        Fading::Steady => outage(fading, margin_db),
        Fading::Rayleigh => 1.0 / (1_u64 << (margin_db / 3.0103).clamp(0.0, 60.0) as u32) as f64,
        Fading::LogNormal { .. } => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rules of thumb of radio planners.
    #[test]
    fn rules_of_thumb_hold() {
        // 2.4 GHz loses 8.5 dB more than 900 MHz.
        assert!((path_loss_db(2.4e9, 2.0, 50.0) - path_loss_db(9e8, 2.0, 50.0) - 8.52).abs() < 0.005);
        // Twice the range needs four times the power.
        let far = path_loss_db(2.4e9, 2.0, 200.0) - path_loss_db(2.4e9, 2.0, 100.0);
        assert!((far - dbm(4.0)).abs() < 1e-9, "{far}");
        // The wavelength of 2.4 GHz is 12.5 cm: 40.05 dB over the first metre, as in any table.
        assert!((first_metre_db(2.4e9) - 40.05).abs() < 0.005);
        assert!((dbm(100.0) - 20.0).abs() < 1e-12);
    }

    #[test]
    fn outage_has_its_known_values() {
        let near = |value: f64, expected: f64| assert!((value - expected).abs() < 5e-5, "{value} for {expected}");
        near(outage(Fading::Steady, 0.0), 0.0);
        near(outage(Fading::Steady, -1e-9), 1.0);
        // A margin of 10 dB loses 9.5 % under Rayleigh's law, 20 dB 1 %.
        near(outage(Fading::Rayleigh, 10.0), 0.09516);
        near(outage(Fading::Rayleigh, 20.0), 0.00995);
        near(outage(Fading::Rayleigh, 0.0), 0.63212);
        // Q(1) and Q(2) of the normal law.
        near(outage(Fading::LogNormal { sd_db: 8.0 }, 8.0), 0.15866);
        near(outage(Fading::LogNormal { sd_db: 4.0 }, 8.0), 0.02275);
        near(outage(Fading::LogNormal { sd_db: 4.0 }, -8.0), 0.97725);
    }

    proptest! {
        #[test]
        fn the_most_outage_is_no_less_than_it_is(margin_db in -300.0..300.0_f64, sd_db in 0.1..20.0_f64) {
            for fading in [Fading::Steady, Fading::Rayleigh, Fading::LogNormal { sd_db }] {
                prop_assert!(most_outage(fading, margin_db) >= outage(fading, margin_db));
            }
        }
    }
}
