//! Numbers as people read them: three digits that count, with a unit of a fitting size.

/// Between a number and its unit, and between thousands: narrow, and no place for a line to break.
const THIN: char = '\u{202f}';

/// What stands for a figure that there is not.
pub const NOTHING: &str = "–";

/// A number with about three digits that count; whole numbers in full.
pub fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e12 { grouped(&format!("{value}")) } else { decimal(value) }
}

/// A number with three digits that count, whole or not, so that those of a column line up; 0 is `0`.
pub fn decimal(value: f64) -> String {
    let size = value.abs();
    let digits = match size {
        _ if !value.is_finite() => return NOTHING.to_owned(),
        0.0 => 0,
        _ if !(1e-4..1e12).contains(&size) => return format!("{value:.2e}"),
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.9995 => 2,
        _ if size >= 0.09995 => 3,
        _ if size >= 0.009_995 => 4,
        _ => 5,
    };
    grouped(&format!("{value:.digits$}"))
}

/// Puts a thin space between thousands, from 10 000 on, and writes a minus as one.
fn grouped(text: &str) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("−", rest));
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut result = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.len() - index;
        if index > 0 && left.is_multiple_of(3) && whole.len() > 4 {
            result.push(THIN);
        }
        result.push(digit);
    }
    if let Some(fraction) = fraction {
        result.push('.');
        result.push_str(fraction);
    }
    result
}

/// A number and its unit. Seconds become minutes, hours or days where there are many.
pub fn figure(value: f64, unit: &str) -> String {
    match unit {
        _ if !value.is_finite() => NOTHING.to_owned(),
        "" => number(value),
        "s" => length(value),
        unit => format!("{}{THIN}{unit}", number(value)),
    }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = usize::from(percent.round() != percent);
    if share.is_finite() { format!("{}{THIN}%", grouped(&format!("{percent:.digits$}"))) } else { NOTHING.to_owned() }
}

/// A percentage without its sign, for narrow places.
pub fn short_percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = if percent.abs() < 9.995 && percent.round() != percent { 1 } else { 0 };
    grouped(&format!("{percent:.digits$}"))
}

/// The unit in which lengths of time about as long as this one are read best: its name, and its seconds.
pub fn unit_of_time(seconds: f64) -> (&'static str, f64) {
    let whole = |size: f64| seconds != 0.0 && seconds % size == 0.0;
    match seconds.abs() {
        _ if whole(86_400.0) => ("d", 86_400.0),
        size if size >= 172_800.0 => ("d", 86_400.0),
        size if size >= 5_400.0 || whole(3_600.0) => ("h", 3_600.0),
        size if size >= 120.0 || whole(60.0) => ("min", 60.0),
        _ => ("s", 1.0),
    }
}

/// A length of time.
pub fn length(seconds: f64) -> String {
    let (unit, size) = unit_of_time(seconds);
    if seconds.is_finite() { format!("{}{THIN}{unit}", number(seconds / size)) } else { NOTHING.to_owned() }
}

/// A moment, counted from the start: `day 3, 06:30`, or `06:30` on the first day.
pub fn moment(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NOTHING.to_owned();
    }
    let day = (seconds / 86_400.0).floor();
    let clock = clock(seconds);
    if day == 0.0 { clock } else { format!("day {}, {clock}", number(day + 1.0)) }
}

/// The time of the day of a moment: `06:30`, with seconds where they are not zero.
pub fn clock(seconds: f64) -> String {
    let within = seconds.rem_euclid(86_400.0).floor() as u64;
    let (hours, minutes, rest) = (within / 3_600, within / 60 % 60, within % 60);
    if rest == 0 { format!("{hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}:{rest:02}") }
}

/// A name such as `flow_time` in words.
pub fn words(name: &str) -> String {
    let mut text = name.replace('_', " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// `1 job`, `2 jobs`.
pub fn count(how_many: usize, thing: &str) -> String {
    let s = if how_many == 1 { "" } else { "s" };
    format!("{}\u{a0}{thing}{s}", number(how_many as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let cases = [
            (0.0, "0"),
            (1234.0, "1234"),
            (1_234_567.0, "1\u{202f}234\u{202f}567"),
            (1234.567, "1235"),
            (12.345, "12.3"),
            (-1.2345, "−1.23"),
            (0.12345, "0.123"),
            (0.001_234_5, "0.00123"),
            (1e-9, "1.00e-9"),
            (f64::NAN, "–"),
        ];
        cases.iter().for_each(|(value, text)| assert_eq!(number(*value), *text));
    }

    #[test]
    fn lengths_and_moments_have_fitting_units() {
        assert_eq!(length(12.0), "12\u{202f}s");
        assert_eq!(length(12_181.0), "3.38\u{202f}h");
        assert_eq!((length(3_600.0), length(2_760.0)), ("1\u{202f}h".to_owned(), "46\u{202f}min".to_owned()));
        assert_eq!(length(604_800.0), "7\u{202f}d");
        assert_eq!(moment(23_400.0), "06:30");
        assert_eq!(moment(2.0 * 86_400.0 + 61.0), "day 3, 00:01:01");
        assert_eq!((percent(0.8636), short_percent(0.008)), ("86.4\u{202f}%".to_owned(), "0.8".to_owned()));
        assert_eq!(words("flow_time"), "Flow time");
    }
}
