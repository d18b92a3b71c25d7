//! Text as words, numbers and signs.

use std::ops::Range;

use super::ExpressionError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    /// A name, with the points in it.
    Name(&'a str),
    /// What stands between quotes.
    Text(&'a str),
    Sign(&'static str),
}

/// Longer ones first.
const SIGNS: [&str; 13] = ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")", ","];

/// Other ways to write them, and how they are written here.
const FOREIGN: [(&str, &str); 6] = [("&&", "and"), ("||", "or"), ("=", "=="), ("!", "not"), ("&", "and"), ("|", "or")];

/// Units of numbers, with what they are in SI units.
const UNITS: [(&str, f64); 6] = [("%", 0.01), ("ms", 1e-3), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0)];

/// The tokens of a text, with their places.
///
/// # Errors
/// Where something is no token.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, Range<usize>)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (token, end) = token(text, at, first)?;
        tokens.push((token, at..end));
        at = end;
    }
    Ok(tokens)
}

fn token(text: &str, at: usize, first: char) -> Result<(Token<'_>, usize), ExpressionError> {
    let rest = &text[at..];
    if first.is_ascii_digit() || (first == '.' && rest[1..].starts_with(|next: char| next.is_ascii_digit())) {
        return number(text, at);
    }
    if is_of_name(first) {
        let end = at + length(rest, |c| is_of_name(c) || c == '.');
        return Ok((Token::Name(&text[at..end]), end));
    }
    if first == '"' || first == '\'' {
        let inside = &rest[1..];
        let Some(length) = inside.find(first) else {
            let error = ExpressionError::new(at..text.len(), "this word has no end");
            return Err(error.help(format!("write {first} behind it")));
        };
        return Ok((Token::Text(&inside[..length]), at + length + 2));
    }
    if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        return Ok((Token::Sign(sign), at + sign.len()));
    }
    let error = |length: usize| {
        ExpressionError::new(at..at + length, format!("`{}` means nothing here", &rest[..length].escape_debug()))
    };
    Err(match FOREIGN.into_iter().find(|(sign, _)| rest.starts_with(sign)) {
        Some((sign, ours)) => error(sign.len()).help(format!("write `{ours}`")),
        None => error(first.len_utf8()).help(format!("signs are {}", SIGNS.map(|sign| format!("`{sign}`")).join(" "))),
    })
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// A number, with its unit right behind it.
fn number(text: &str, at: usize) -> Result<(Token<'_>, usize), ExpressionError> {
    let rest = &text[at..];
    let digits = |from: usize| from + length(&rest[from..], |c| c.is_ascii_digit() || c == '_');
    let mut end = digits(0);
    if rest[end..].starts_with('.') {
        end = digits(end + 1);
    }
    let exponent = rest[end..].strip_prefix(['e', 'E']).map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    if let Some(power) = exponent.filter(|power| power.starts_with(|c: char| c.is_ascii_digit())) {
        end = digits(rest.len() - power.len());
    }
    let unit_end = end + if rest[end..].starts_with('%') { 1 } else { length(&rest[end..], is_of_name) };
    let (digits, unit, place) = (rest[..end].replace('_', ""), &rest[end..unit_end], at..at + unit_end);
    let error = |message: String| ExpressionError::new(place.clone(), message);
    let number = match digits.parse::<f64>() {
        Ok(number) if number.is_finite() => number,
        Ok(_) => return Err(error("this number is too large".to_owned()).help("the largest is about 1.8e308")),
        Err(_) => return Err(error(format!("`{}` is no number", &rest[..unit_end]))),
    };
    match UNITS.into_iter().find(|(name, _)| *name == unit) {
        _ if unit.is_empty() => Ok((Token::Number(number), at + end)),
        // 20 % is 0.2 to the last bit, and 20 times 0.01 would not be.
        Some(("%", _)) => Ok((Token::Number(number / 100.0), at + unit_end)),
        Some((_, size)) => Ok((Token::Number(number * size), at + unit_end)),
        None => Err(error(format!("numbers have no unit `{unit}`")).help(match unit {
            "m" => "write metres without a unit, and minutes as `min`".to_owned(),
            _ => {
                let units = UNITS.map(|(name, _)| format!("`{name}`")).join(", ");
                format!("units are {units}; write all else in SI units, without one")
            }
        })),
    }
}
