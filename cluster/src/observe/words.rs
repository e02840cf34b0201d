//! Numbers, spans and times as people read them: the one way in which screens, plain lines and reports write them.

use super::MessageId;

/// A count with commas: `1,204`.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

/// A count in at most five characters: `9,999`, `12.3k`, `1.2M`.
#[must_use]
pub fn short_count(number: u64) -> String {
    match number {
        0..10_000 => count(number),
        10_000..100_000 => format!("{}.{}k", number / 1_000, number % 1_000 / 100),
        100_000..1_000_000 => format!("{}k", number / 1_000),
        1_000_000..100_000_000 => format!("{}.{}M", number / 1_000_000, number % 1_000_000 / 100_000),
        100_000_000..1_000_000_000 => format!("{}M", number / 1_000_000),
        _ => format!("{}G", number / 1_000_000_000),
    }
}

/// `1 message`, `2 messages`.
#[must_use]
pub fn counted(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {one}s", count(number)) }
}

/// A span in at most six characters: `0.3 s`, `42 s`, `3 m`, `2 h`, `5 d`.
#[must_use]
pub fn span(span_ms: u64) -> String {
    match span_ms {
        0..10_000 => format!("{}.{} s", span_ms / 1_000, span_ms % 1_000 / 100),
        10_000..120_000 => format!("{} s", span_ms / 1_000),
        120_000..7_200_000 => format!("{} m", span_ms / 60_000),
        7_200_000..172_800_000 => format!("{} h", span_ms / 3_600_000),
        _ => format!("{} d", span_ms / 86_400_000),
    }
}

/// What is left of a span, in whole seconds, rounded up: `28s`, `3m`, `2h`.
#[must_use]
pub fn left(left_ms: u64) -> String {
    match left_ms.div_ceil(1_000) {
        seconds @ 0..120 => format!("{seconds}s"),
        seconds @ 120..7_200 => format!("{}m", seconds / 60),
        seconds => format!("{}h", seconds / 3_600),
    }
}

/// A time measured in microseconds: `0.4 ms`, `20 ms`, `1.2 s`.
#[must_use]
pub fn microseconds(time_us: u64) -> String {
    match time_us {
        0..10_000 => format!("{}.{} ms", time_us / 1_000, time_us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", time_us / 1_000),
        _ => format!("{}.{} s", time_us / 1_000_000, time_us % 1_000_000 / 100_000),
    }
}

/// A size on disk: `812 B`, `1.2 MiB`.
#[must_use]
pub fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if size < 1_024 {
        return format!("{size} B");
    }
    let mut tenths = size * 10 / 1_024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    let unit = UNITS[unit];
    if tenths < 100 {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    } else {
        format!("{} {unit}", tenths / 10)
    }
}

/// The time of day of a moment in milliseconds of the Unix epoch, in a zone so far ahead of UTC: `12:04:28.113`.
#[must_use]
pub fn clock(at_ms: u64, ahead_of_utc_seconds: i32) -> String {
    let day_ms = 86_400_000_i64;
    let shifted = i64::try_from(at_ms).unwrap_or(0) + i64::from(ahead_of_utc_seconds) * 1_000;
    let of_day = shifted.rem_euclid(day_ms);
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// An id as it is shown in tables: its beginning and its end, `01J8ZK…7QF`.
#[must_use]
pub fn short_id(id: MessageId, ellipsis: &str) -> String {
    let text = id.to_string();
    match (text.get(..6), text.get(text.len().saturating_sub(3)..)) {
        (Some(beginning), Some(end)) => format!("{beginning}{ellipsis}{end}"),
        _ => text,
    }
}
