//! Numbers.

use super::super::Value;
use super::complain::{remedy, shorten};
use super::{Halt, Parser, Step};

/// The numbers that are written as words.
pub(super) fn special(word: &str) -> Option<f64> {
    match word {
        "inf" | "inff32" | "inff64" => Some(f64::INFINITY),
        "NaN" | "NaNf32" | "NaNf64" => Some(f64::NAN),
        _ => None,
    }
}

/// Why a number cannot be taken.
#[derive(Debug, PartialEq)]
enum Fault {
    /// It is no number at all.
    Shape,
    /// It does not fit the type named behind it.
    Range(String),
}

impl Parser<'_> {
    pub(super) fn number(&mut self) -> Step<Value> {
        let start = self.pos;
        let end = self.number_end(start);
        let token = self.slice(start, end);
        if let Some(value) = small(token)
            && self.ends_token(end)
        {
            self.pos = end;
            return Ok(value);
        }
        if !self.ends_token(end) {
            return Err(self.unquoted(start));
        }
        match classify(token) {
            Ok(value) => {
                self.pos = end;
                Ok(value)
            }
            Err(fault) => Err(self.bad_number(start, end, fault)),
        }
    }

    fn number_end(&self, start: usize) -> usize {
        let signed = matches!(self.byte(start), Some(b'+' | b'-'));
        let digits = start + usize::from(signed);
        let hex = self.rest(digits).starts_with("0x");
        let mut end = digits;
        while let Some(byte) = self.byte(end) {
            let exponent_sign = matches!(byte, b'+' | b'-')
                && !hex
                && end > digits
                && matches!(self.byte(end - 1), Some(b'e' | b'E'))
                && self.byte(digits).is_some_and(|b| !b.is_ascii_alphabetic());
            let part = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
            if !part && !exponent_sign {
                break;
            }
            end += 1;
        }
        end
    }

    fn bad_number(&mut self, start: usize, end: usize, fault: Fault) -> Halt {
        let span = self.span(start, end.max(start + 1));
        let text = span.text(self.text);
        self.pos = self.past_stray_quote(end.max(start + 1));
        match fault {
            Fault::Range(range) => self.fail(
                span,
                format!("`{}` is out of range", shorten(text)),
                &range,
                Some("leave out the type behind the number".to_owned()),
            ),
            Fault::Shape if self.slice(start, end).contains("..") => self.fail(
                span,
                format!("`{}` is not a number", shorten(text)),
                "ranges are not supported",
                Some("give the two ends as a tuple, as in `(1, 5)`".to_owned()),
            ),
            Fault::Shape => self.fail(
                span,
                format!("`{}` is not a number", shorten(text)),
                "neither a number nor a text",
                Some(format!("put text, such as a value with its unit, in double quotes: {}", remedy(text))),
            ),
        }
    }
}

/// A short run of digits, which nearly all whole numbers are.
fn small(token: &str) -> Option<Value> {
    let (negative, digits) = match token.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, token),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut number = 0_i64;
    for byte in digits.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + i64::from(byte - b'0');
    }
    Some(Value::Int(if negative { -number } else { number }))
}

fn classify(token: &str) -> Result<Value, Fault> {
    let (negative, body) = match token.as_bytes().first() {
        Some(b'-') => (true, token.get(1..)),
        Some(b'+') => (false, token.get(1..)),
        _ => (false, Some(token)),
    };
    let body = body.unwrap_or_default();
    if let Some(number) = special(body) {
        return Ok(Value::Float(if negative { -number } else { number }));
    }
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    for (prefix, radix) in radix {
        if let Some(digits) = body.strip_prefix(prefix) {
            return whole(digits, radix, negative);
        }
    }
    if body.ends_with("f32") || body.ends_with("f64") || body.contains(['.', 'e', 'E']) {
        return float(body, negative);
    }
    whole(body, 10, negative)
}

/// A whole number, perhaps with its type behind it.
fn whole(text: &str, radix: u32, negative: bool) -> Result<Value, Fault> {
    let type_at = text.find(['i', 'u']).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(type_at);
    if digits.is_empty() || digits.starts_with('_') {
        return Err(Fault::Shape);
    }
    let mut size = Some(0_u128);
    for letter in digits.chars().filter(|letter| *letter != '_') {
        let digit = letter.to_digit(radix).ok_or(Fault::Shape)?;
        size = size
            .and_then(|size| size.checked_mul(u128::from(radix)))
            .and_then(|size| size.checked_add(u128::from(digit)));
    }
    let number = size.and_then(|size| i128::try_from(size).ok()).map(|size| if negative { -size } else { size });
    if let Some((low, high)) = bounds(suffix)?
        && !number.is_some_and(|number| (low..=high).contains(&number))
    {
        let range = format!("{suffix} goes from {low} to {high}");
        return Err(Fault::Range(range));
    }
    match number {
        Some(number) => Ok(i64::try_from(number)
            .map(Value::Int)
            .or_else(|_| u64::try_from(number).map(Value::UInt))
            .unwrap_or(Value::Float(to_float(number)))),
        // Too large even for that: as a decimal number it still has a value.
        None if radix == 10 => float(digits, negative),
        None => Err(Fault::Range("too large a number".to_owned())),
    }
}

fn to_float(number: i128) -> f64 {
    number as f64
}

type Bounds = (i128, i128);

/// The range of the type named behind a whole number, none without one.
fn bounds(suffix: &str) -> Result<Option<Bounds>, Fault> {
    let range = match suffix {
        "" => return Ok(None),
        "i8" => (i8::MIN.into(), i8::MAX.into()),
        "i16" => (i16::MIN.into(), i16::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "i128" => (i64::MIN.into(), i64::MAX.into()),
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "u128" => (0, u64::MAX.into()),
        _ => return Err(Fault::Shape),
    };
    Ok(Some(range))
}

/// A number with a point, an exponent or a float type behind it.
fn float(body: &str, negative: bool) -> Result<Value, Fault> {
    let (digits, single) = match (body.strip_suffix("f32"), body.strip_suffix("f64")) {
        (Some(digits), _) => (digits, true),
        (None, Some(digits)) => (digits, false),
        (None, None) => (body, false),
    };
    let number = match digits.contains('_') {
        true => without_underscores(digits)?.parse::<f64>(),
        false => digits.parse::<f64>(),
    };
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-' | b'_');
    let Ok(number) = number else {
        return Err(Fault::Shape);
    };
    if !digits.bytes().all(plain) {
        return Err(Fault::Shape);
    }
    if single && number > f64::from(f32::MAX) {
        return Err(Fault::Range("f32 goes up to 3.4028235e38".to_owned()));
    }
    Ok(Value::Float(if negative { -number } else { number }))
}

/// Underscores may stand between digits, but not first or behind the point.
fn without_underscores(digits: &str) -> Result<String, Fault> {
    let mut plain = String::with_capacity(digits.len());
    let mut allowed = false;
    for letter in digits.chars() {
        match letter {
            '_' if allowed => continue,
            '_' => return Err(Fault::Shape),
            '.' => allowed = false,
            '0'..='9' | 'e' | 'E' => allowed = true,
            _ => {}
        }
        plain.push(letter);
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_read() {
        for (text, value) in [
            ("0", Value::Int(0)),
            ("+7", Value::Int(7)),
            ("-1_000", Value::Int(-1000)),
            ("0xFF", Value::Int(255)),
            ("0o17", Value::Int(15)),
            ("0b1010_1010", Value::Int(170)),
            ("255u8", Value::Int(255)),
            ("-128i8", Value::Int(-128)),
            ("0xFFu8", Value::Int(255)),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("-9223372036854775808", Value::Int(i64::MIN)),
            ("9223372036854775808", Value::UInt(1 << 63)),
            ("18446744073709551615u64", Value::UInt(u64::MAX)),
            ("18446744073709551616", Value::Float(18_446_744_073_709_551_616.0)),
        ] {
            assert_eq!(classify(text), Ok(value.clone()), "{text}");
            if let Some(quick) = small(text) {
                assert_eq!(quick, value, "{text}");
            }
        }
    }

    #[test]
    fn floats_are_read() {
        for (text, number) in [
            ("1.5", 1.5),
            (".5", 0.5),
            ("-.5", -0.5),
            ("1.", 1.0),
            ("+1e3", 1e3),
            ("1E-3", 1e-3),
            ("1_000.25_5", 1000.255),
            ("2f32", 2.0),
            ("2.5f64", 2.5),
            ("-inf", f64::NEG_INFINITY),
            ("inff32", f64::INFINITY),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(classify(text), Ok(Value::Float(number)), "{text}");
        }
        assert!(matches!(classify("-NaN"), Ok(Value::Float(n)) if n.is_nan()));
    }

    #[test]
    fn what_is_no_number_is_told_apart() {
        for text in [
            "", "-", "+", "-0x_f", ".", "-_1", "1._5", "1e", "1.2.3", "4h", "1f", "0x", "0b2", "0xg", "1i9", "1..5",
            "e5", "0X1F", "1u", "--1", "infinity", "1.5i32", "1f32f32",
        ] {
            assert_eq!(classify(text), Err(Fault::Shape), "{text}");
        }
    }

    #[test]
    fn types_behind_a_number_are_checked() {
        for text in ["256u8", "-1u8", "128i8", "0x1ffu8", "1e39f32", "99999999999999999999999i64"] {
            assert!(matches!(classify(text), Err(Fault::Range(_))), "{text}");
        }
    }
}
