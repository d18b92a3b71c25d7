//! What kinds of links there are, as their standards and makers have them.
//!
//! Ranges, rates and latencies are those that surveys of the Internet of Things give for each technology. Latencies are of the network
//! besides the time of sending; where no figure is published it is 0, and a scene can say more. What a device needs to receive
//! follows from the range: the mean signal over a clear path of that length.

use super::link::Links;

/// A kind of link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// What scenes call it.
    pub name: &'static str,
    /// MHz.
    pub frequency_mhz: f64,
    /// The power of sending: mW.
    pub power_mw: f64,
    /// How far a clear signal carries: metres.
    pub range: f64,
    /// By which exponent of distance it fades.
    pub exponent: f64,
    /// kbit/s.
    pub rate_kbit_s: f64,
    /// Between which two lengths of time a message takes besides being sent: seconds.
    pub latency: (f64, f64),
    /// The share of time in which it may send.
    pub duty_cycle: f64,
    /// How many bytes are sent beside those of the message.
    pub overhead_bytes: u32,
    /// How long a message can be: bytes.
    pub most_bytes: u32,
    /// Whether it goes through a cable.
    pub wired: bool,
    /// Where the figures are from.
    pub source: &'static str,
}

/// A link of no kind in particular.
pub const PLAIN: Preset = Preset {
    name: "",
    frequency_mhz: 2400.0,
    power_mw: 100.0,
    range: 100.0,
    exponent: 2.0,
    rate_kbit_s: 1000.0,
    latency: (0.0, 0.0),
    duty_cycle: 1.0,
    overhead_bytes: 0,
    most_bytes: u32::MAX,
    wired: false,
    source: "",
};

/// All of them.
pub const PRESETS: [Preset; 13] = [
    Preset {
        name: "wifi-n",
        rate_kbit_s: 300e3,
        latency: (0.002, 0.2),
        source: "IEEE 802.11n at 2.4 GHz and 100 mW; no quality of service, hence 2 to 200 ms",
        ..PLAIN
    },
    Preset {
        name: "wifi-ac",
        frequency_mhz: 5000.0,
        rate_kbit_s: 1.3e6,
        latency: (0.002, 0.2),
        source: "IEEE 802.11ac at 5 GHz",
        ..PLAIN
    },
    Preset {
        name: "bluetooth",
        rate_kbit_s: 2e3,
        source: "Bluetooth class 1 (100 mW, 100 m); class 2 has 2.5 mW and 10 m, class 3 1 mW and 1 m",
        ..PLAIN
    },
    Preset {
        name: "ble",
        power_mw: 10.0,
        range: 32.0,
        rate_kbit_s: 2e3,
        latency: (0.0, 0.0075),
        source: "Bluetooth LE with 10 mW; its range is that of class 1 by the square law; a message waits for the next \
                 connection event, 7.5 ms apart at the least (Bluetooth Core 5)",
        ..PLAIN
    },
    Preset {
        name: "zigbee",
        power_mw: 1.0,
        rate_kbit_s: 250.0,
        most_bytes: 127,
        source: "IEEE 802.15.4 at 2.4 GHz: frames of 127 bytes",
        ..PLAIN
    },
    Preset {
        name: "nfc",
        frequency_mhz: 13.56,
        power_mw: 200.0,
        range: 0.1,
        exponent: 6.0,
        rate_kbit_s: 424.0,
        source: "ISO/IEC 18092; near fields fade with the sixth power of distance",
        ..PLAIN
    },
    Preset {
        name: "lte-m",
        frequency_mhz: 900.0,
        power_mw: 200.0,
        range: 11e3,
        rate_kbit_s: 1e3,
        latency: (0.010, 0.015),
        source: "3GPP release 13, category M1, 23 dBm",
        ..PLAIN
    },
    Preset {
        name: "nb-iot",
        frequency_mhz: 900.0,
        power_mw: 200.0,
        range: 15e3,
        rate_kbit_s: 150.0,
        latency: (1.6, 10.0),
        source: "3GPP release 13, category NB1, 23 dBm",
        ..PLAIN
    },
    Preset {
        name: "lora",
        frequency_mhz: 868.0,
        power_mw: 25.0,
        range: 11e3,
        rate_kbit_s: 10.0,
        duty_cycle: 0.01,
        overhead_bytes: 13,
        most_bytes: 222,
        source: "LoRaWAN 1.0 regional parameters EU868, 14 dBm; 1 % of the time by ETSI EN 300 220",
        ..PLAIN
    },
    Preset {
        name: "sigfox",
        frequency_mhz: 868.0,
        power_mw: 25.0,
        range: 13e3,
        rate_kbit_s: 0.1,
        duty_cycle: 0.01,
        overhead_bytes: 14,
        most_bytes: 12,
        source: "Sigfox RC1: 100 bit/s, 12 bytes a message in frames of 26; 1 % of the time by ETSI EN 300 220",
        ..PLAIN
    },
    Preset {
        name: "4g",
        frequency_mhz: 1800.0,
        power_mw: 200.0,
        range: 5e3,
        rate_kbit_s: 1e6,
        latency: (0.020, 0.060),
        source: "LTE, 23 dBm; cells of 5 km are what its requirements are for (3GPP TR 25.913)",
        ..PLAIN
    },
    Preset {
        name: "5g",
        frequency_mhz: 3500.0,
        power_mw: 200.0,
        range: 200.0,
        rate_kbit_s: 20e6,
        latency: (0.001, 0.001),
        source: "IMT-2020: 20 Gbit/s, 1 ms; sites 200 m apart as in the dense city of 3GPP TR 38.913",
        ..PLAIN
    },
    Preset {
        name: "tsn",
        rate_kbit_s: 10e6,
        latency: (0.001, 0.001),
        wired: true,
        source: "IEEE 802.1 time-sensitive networking over a cable",
        ..PLAIN
    },
];

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The names of all links that radios can have: those of the scene and the presets.
pub fn names(links: &Links) -> Vec<&str> {
    links.0.keys().map(String::as_str).chain(PRESETS.iter().map(|preset| preset.name)).collect()
}
