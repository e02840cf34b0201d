//! How far the local time is ahead of UTC.

use std::process::{Command, Stdio};

/// How far the local time is ahead of UTC now, in seconds, as the system's `date` tells; 0 if it does not.
///
/// The standard library does not know time zones, and one number a session needs no library for them.
#[must_use]
pub fn ahead_of_utc_seconds() -> i32 {
    let told = Command::new("date").arg("+%z").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let told = told.ok().filter(|output| output.status.success());
    told.and_then(|output| offset(String::from_utf8(output.stdout).ok()?.trim())).unwrap_or(0)
}

/// Reads `+0200` or `-0330`.
fn offset(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=14).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 3_600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn offsets_are_read() {
        assert_eq!(["+0200", "-0330", "+0000"].map(offset), [Some(7_200), Some(-12_600), Some(0)]);
        assert_eq!(["", "0200", "+99", "+ab00"].map(offset), [None; 4]);
    }
}
