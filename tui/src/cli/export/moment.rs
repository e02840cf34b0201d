//! A moment of a recording, as it is typed: a time of day, or a time from the beginning.

use hydraq_cluster::observe::words::clock;
use hydraq_cluster::recording::Recording;

use super::super::format::duration;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// So long after the beginning, in milliseconds.
    After(u64),
    /// At this time of the day where it was recorded, in milliseconds after midnight.
    Clock(u64),
}

impl Moment {
    /// Takes `12:04`, `12:04:28`, `12:04:28.133`, or a length of time such as `3s`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.contains(':') {
            let words = || format!("{text} is no time of day, such as 12:04:28.133");
            return time_of_day(text).map(Self::Clock).ok_or_else(words);
        }
        let after = duration(text)?;
        Ok(Self::After(u64::try_from(after.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The moment in milliseconds of the Unix epoch; an error if it is not in the recording.
    pub(super) fn within(self, recording: &Recording) -> Result<u64, String> {
        // A recording has at least one update; without any there is no moment.
        let (Some(first), Some(last)) = (recording.updates.first(), recording.updates.last()) else {
            return Err("the recording is empty".to_owned());
        };
        let (first_ms, last_ms) = (first.at_ms, last.at_ms);
        let ahead_seconds = recording.header.ahead_of_utc_seconds;
        let at_ms = match self {
            Self::After(after_ms) => first_ms.saturating_add(after_ms),
            Self::Clock(clock_ms) => {
                let local_ms = first_ms.saturating_add_signed(i64::from(ahead_seconds) * 1_000);
                // Fractions of the first second need not be typed; what is earlier was on the next day.
                let later_ms = (clock_ms + DAY_MS - local_ms % DAY_MS) % DAY_MS;
                let is_just_before = later_ms > DAY_MS - 1_000;
                first_ms + if is_just_before { 0 } else { later_ms }
            }
        };
        if at_ms <= last_ms {
            return Ok(at_ms);
        }
        Err(format!(
            "that is after the end of the recording, which lasts {} ms, from {} to {}",
            last_ms - first_ms,
            clock(first_ms, ahead_seconds),
            clock(last_ms, ahead_seconds)
        ))
    }
}

fn time_of_day(text: &str) -> Option<u64> {
    let mut parts = text.split(':');
    let mut next = |below: u64| {
        let part = parts.next()?;
        let number = part.parse::<u64>().ok()?;
        (part.len() <= 2 && number < below).then_some(number)
    };
    let (hours, minutes) = (next(24)?, next(60)?);
    let seconds_ms = match parts.next() {
        None => 0,
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            let whole = whole.parse::<u64>().ok().filter(|whole| *whole < 60)?;
            let is_fraction =
                (1..=3).contains(&fraction.len()) && fraction.bytes().all(|b| b.is_ascii_digit());
            let fraction_ms = is_fraction.then(|| format!("{fraction:0<3}").parse::<u64>().ok())??;
            whole * 1_000 + fraction_ms
        }
    };
    parts.next().is_none().then_some((hours * 60 + minutes) * 60_000 + seconds_ms)
}

#[cfg(test)]
mod tests {
    use hydraq_cluster::observe::{Badges, Change, Update};

    use super::*;

    #[test]
    fn moments_are_those_of_the_recording_or_refused() {
        // From 23:59:59.500 to 0:00:02.000 where it was recorded, an hour ahead of UTC.
        let begins_ms = 10 * DAY_MS - 3_600_000 - 500;
        let at = |at_ms| Update::one(at_ms, Change::Badges(Badges::default()));
        let mut recording =
            Recording { updates: vec![at(begins_ms), at(begins_ms + 2_500)], ..Recording::default() };
        recording.header.ahead_of_utc_seconds = 3_600;
        let within = |text| Moment::parse(text).and_then(|moment| moment.within(&recording));
        for (text, after_ms) in
            [("0s", 0), ("2500ms", 2_500), ("23:59:59", 0), ("23:59:59.7", 200), ("00:00:01", 1_500)]
        {
            assert_eq!(within(text), Ok(begins_ms + after_ms), "{text}");
        }
        assert!(within("3s").is_err_and(|words| words.contains("lasts 2500 ms")));
        for text in
            ["12:00:00", "24:00:00", "1:2:3:4", "12:60", ":", "12:00:00.", "soon", "-1s", "12:00:00.1234"]
        {
            assert!(within(text).is_err(), "{text}");
        }
    }
}
