//! Numbers, lengths of time and sizes: how they are read, their limits, and how they are written.

use std::time::Duration;

use super::super::diagnostic::{Refusal, shown};

/// The greatest body of a message: 1 MiB.
pub const BODY_BYTES_MAX: u32 = 1 << 20;
/// The longest time that a command may name: a year of 365 days.
const DURATION_MS_MAX: u128 = 365 * 24 * 3_600_000;

const KIB: u32 = 1 << 10;
const MIB: u32 = 1 << 20;

/// The units of time, in milliseconds, the longest first.
const TIME_UNITS: [(&str, u128); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A whole number within limits, both included.
pub(super) fn number(text: &str, from: u64, to: u64) -> Result<u64, Refusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::must_be(range("a whole number", from, to), text));
    }
    match text.parse::<u64>() {
        Ok(number) if (from..=to).contains(&number) => Ok(number),
        _ => Err(Refusal::must_be(range("", from, to), text)),
    }
}

fn range(what: &str, from: u64, to: u64) -> String {
    match (what, to) {
        ("", u64::MAX) => format!("{from} or more"),
        ("", to) => format!("from {from} to {to}"),
        (what, u64::MAX) => format!("{what}, {from} or more"),
        (what, to) => format!("{what} from {from} to {to}"),
    }
}

/// 0 to 100, with or without `%`.
pub(super) fn percent(text: &str) -> Result<u64, Refusal> {
    number(text.strip_suffix('%').unwrap_or(text), 0, 100)
}

/// A text that fits into a message.
pub(super) fn body(text: &str) -> Result<&str, Refusal> {
    if text.len() <= BODY_BYTES_MAX as usize { Ok(text) } else { Err(too_many_bytes(text.len())) }
}

/// The refusal of a body of this many bytes.
pub(in super::super) fn too_many_bytes(bytes: usize) -> Refusal {
    Refusal::new(format!("must be at most 1 MiB ({BODY_BYTES_MAX} bytes), not {bytes} bytes"))
}

/// A number of bytes up to 1 MiB: `100`, `100B`, `4KiB`, `1MiB`.
///
/// # Errors
/// Says what it must be.
pub fn size(text: &str) -> Result<u32, Refusal> {
    let (digits, unit) = split_number(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => KIB,
        "mib" => MIB,
        unit => {
            let refusal = Refusal::must_be("a number of bytes, such as 100, 4KiB or 1MiB", text);
            return Err(match unit {
                "k" | "kb" | "ki" => refusal.help(format!("did you mean `{digits}KiB`?")),
                "m" | "mb" | "mi" => refusal.help(format!("did you mean `{digits}MiB`?")),
                _ => refusal,
            });
        }
    };
    if digits.is_empty() || digits.contains('.') {
        return Err(Refusal::must_be("a whole number of bytes, such as 100, 4KiB or 1MiB", text));
    }
    digits
        .parse::<u32>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|bytes| *bytes <= BODY_BYTES_MAX)
        .ok_or_else(|| {
            Refusal::new(format!("must be at most 1MiB ({BODY_BYTES_MAX} bytes), not {}", shown(text)))
        })
}

/// The shortest text that reads as this size.
pub(super) fn size_text(bytes: u32) -> String {
    match bytes {
        0 => "0".into(),
        bytes if bytes % MIB == 0 => format!("{}MiB", bytes / MIB),
        bytes if bytes % KIB == 0 => format!("{}KiB", bytes / KIB),
        bytes => bytes.to_string(),
    }
}

/// A length of time, 0 included: `250ms`, `5s`, `1.5m`, `2h`, `0`.
///
/// # Errors
/// Says what it must be.
pub fn duration(text: &str) -> Result<Duration, Refusal> {
    let (number, unit) = split_number(text);
    if number.is_empty() {
        return Err(Refusal::must_be("a duration, such as 250ms, 5s or 1m", text));
    }
    if unit.is_empty() && number.bytes().all(|byte| byte == b'0') {
        return Ok(Duration::ZERO);
    }
    let Some((_, unit_ms)) = TIME_UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(wrong_unit(text, number, unit));
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let too_long = || Refusal::must_be("at most 8760h, a year", text);
    let (Ok(whole), 1..) = (whole.parse::<u64>(), fraction.len()) else {
        let simple =
            !fraction.is_empty() && !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if simple {
            too_long()
        } else {
            Refusal::must_be("a duration, such as 250ms or 1.5s", text)
        });
    };
    let fraction = fraction.trim_end_matches('0');
    let fraction_ms = match fraction.parse::<u128>() {
        _ if fraction.is_empty() => Some(0),
        Ok(digits) if fraction.len() <= 9 => {
            let scale = 10_u128.pow(fraction.len() as u32);
            (digits * unit_ms % scale == 0).then_some(digits * unit_ms / scale)
        }
        Ok(_) | Err(_) => None,
    };
    let Some(fraction_ms) = fraction_ms else {
        return Err(Refusal::must_be("a whole number of milliseconds", text));
    };
    match u64::try_from(u128::from(whole) * unit_ms + fraction_ms) {
        Ok(total_ms) if u128::from(total_ms) <= DURATION_MS_MAX => Ok(Duration::from_millis(total_ms)),
        _ => Err(too_long()),
    }
}

/// A length of time of at least a millisecond.
///
/// # Errors
/// Says what it must be.
pub fn term(text: &str) -> Result<Duration, Refusal> {
    match duration(text)? {
        Duration::ZERO => Err(Refusal::must_be("at least 1ms", text)),
        term => Ok(term),
    }
}

/// The shortest text that reads as this duration. What is less than a millisecond is left out.
pub(super) fn duration_text(duration: Duration) -> String {
    let total_ms = duration.as_millis();
    if total_ms == 0 {
        return "0".into();
    }
    let whole = TIME_UNITS.iter().find(|(_, unit_ms)| total_ms.is_multiple_of(*unit_ms));
    whole.map(|(unit, unit_ms)| format!("{}{unit}", total_ms / unit_ms)).unwrap_or_default()
}

fn wrong_unit(text: &str, number: &str, unit: &str) -> Refusal {
    if unit.is_empty() {
        return Refusal::new(format!("must have a unit, not only {}", shown(number))).help(format!(
            "write `{number}s` for seconds, `{number}m` for minutes, `{number}ms` for milliseconds"
        ));
    }
    let refusal = Refusal::must_be("a duration, such as 250ms, 5s or 1m", text);
    let meant = match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => "ms",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        _ => return refusal.help("the units are ms, s, m and h"),
    };
    refusal.help(format!("did you mean `{number}{meant}`?"))
}

/// The leading digits and dots, and the rest.
fn split_number(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len()))
}
