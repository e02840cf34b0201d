//! Virtual time, where hosts are simulated: how it stands, and what can be said to it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How virtual time stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimePicture {
    /// How fast it is meant to go, in percent of real time.
    pub percent: u32,
    /// Whether it is held.
    pub held: bool,
    /// How much of it is over, in milliseconds.
    pub elapsed_ms: u64,
}

impl TimePicture {
    /// Its speed as people say it: `0.1x`, `2x`.
    #[must_use]
    pub fn speed(&self) -> String {
        match (self.percent / 100, self.percent % 100) {
            (whole, 0) => format!("{whole}x"),
            (whole, part) if part % 10 == 0 => format!("{whole}.{}x", part / 10),
            (whole, part) => format!("{whole}.{part:02}x"),
        }
    }
}

/// What can be said to virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeCommand {
    /// Stand still; go on if it does already.
    Hold,
    /// Go on.
    GoOn,
    /// Stand still, but for so much.
    Step(Duration),
    /// The next higher speed.
    Faster,
    /// The next lower speed.
    Slower,
    /// This speed, in percent of real time.
    Speed(u32),
}

/// How much a step is, if nothing else is said.
const STEP: Duration = Duration::from_millis(1);
/// The longest step.
const STEP_MAX: Duration = Duration::from_secs(3_600);
/// What can be said, in words.
const USAGE: &str = "`time hold`, `time on`, `time step 10ms`, `time faster`, `time slower`, or a speed from `time 0.1x` to `time 100x`";

impl TimeCommand {
    /// Whether a line is meant for virtual time.
    #[must_use]
    pub fn is_meant_by(line: &str) -> bool {
        line.split_whitespace().next() == Some("time")
    }

    /// Reads a line such as `time 10x`.
    ///
    /// # Errors
    /// What can be said instead.
    pub fn parse(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        let command = match words[..] {
            ["hold"] => Some(Self::Hold),
            ["on"] => Some(Self::GoOn),
            ["step"] => Some(Self::Step(STEP)),
            ["step", step] => duration(step).filter(|step| *step <= STEP_MAX).map(Self::Step),
            ["faster"] => Some(Self::Faster),
            ["slower"] => Some(Self::Slower),
            [speed] => speed
                .strip_suffix('x')
                .and_then(|number| number.parse::<f64>().ok())
                .filter(|number| (0.1..=100.0).contains(number))
                .map(|number| Self::Speed((number * 100.0).round() as u32)),
            _ => None,
        };
        command.ok_or_else(|| format!("this says nothing to time; it knows {USAGE}"))
    }
}

fn duration(text: &str) -> Option<Duration> {
    let unit_at = text.find(|each: char| each.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let number: u64 = number.parse().ok()?;
    let unit_us = match unit {
        "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "m" => 60_000_000,
        _ => return None,
    };
    number.checked_mul(unit_us).filter(|us| *us > 0).map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_time_is_understood() {
        let said = |line| TimeCommand::parse(line).ok();
        assert_eq!(said("time 0.1x"), Some(TimeCommand::Speed(10)));
        assert_eq!(said("time 100x"), Some(TimeCommand::Speed(10_000)));
        assert_eq!(said("time step"), Some(TimeCommand::Step(Duration::from_millis(1))));
        assert_eq!(said("time step 250us"), Some(TimeCommand::Step(Duration::from_micros(250))));
        for wrong in [
            "time",
            "time 0x",
            "time 101x",
            "time step 0ms",
            "time step 2h",
            "time NaNx",
            "time step 99999999999m",
        ] {
            assert_eq!(said(wrong), None, "{wrong}");
        }
        assert!(TimeCommand::is_meant_by(" time hold"));
        assert!(!TimeCommand::is_meant_by("timer"));
    }

    #[test]
    fn speeds_are_shown_as_they_are_said() {
        let shown = |percent| TimePicture { percent, held: false, elapsed_ms: 0 }.speed();
        assert_eq!([10, 25, 100, 250, 10_000].map(shown), ["0.1x", "0.25x", "1x", "2.5x", "100x"]);
    }
}
