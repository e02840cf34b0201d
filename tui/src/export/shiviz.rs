//! What happened, with vector clocks: for ShiViz, which draws who followed from whom.
//!
//! The file is as ShiViz takes it: a regular expression that reads an event, an empty line (there is one execution), the events.
//! An event's clock has how many events of each host it follows from, its own one included; a happening follows from the one
//! before it on its host, and from its causes.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use hydraq_cluster::observe::HappeningBy;
use hydraq_cluster::observe::words::clock;
use hydraq_cluster::recording::{Causal, Recording};

/// How ShiViz reads an event.
const EXPRESSION: &str = r"(?<host>\S*) (?<clock>{.*})\n(?<time>\S*) (?<event>.*)";

/// How many events of each host.
type Clock<'a> = BTreeMap<&'a str, u64>;

/// The happenings of a recording as a log for ShiViz.
#[must_use]
pub fn shiviz(recording: &Recording) -> String {
    let mut written = format!("{EXPRESSION}\n\n");
    let mut newest: HashMap<&str, Clock<'_>> = HashMap::new();
    let mut clocks: HashMap<u64, Clock<'_>> = HashMap::new();
    for happening in &recording.happenings {
        let host = happening.host();
        let mut own = newest.get(host).cloned().unwrap_or_default();
        *own.entry(host).or_default() += 1;
        for cause in happening.causes.iter().filter_map(|cause| clocks.get(cause)) {
            for (name, count) in cause {
                let known = own.entry(name).or_default();
                *known = (*known).max(*count);
            }
        }
        let time = clock(happening.at_ms, recording.header.ahead_of_utc_seconds);
        // A map of names and numbers can always be written.
        let counts = serde_json::to_string(&own).unwrap_or_default();
        let _ = writeln!(written, "{} {counts}\n{time} {}", host, on_one_line(happening));
        clocks.insert(happening.id, own.clone());
        newest.insert(host, own);
    }
    written
}

fn on_one_line(happening: &Causal<HappeningBy>) -> String {
    happening.words().split_whitespace().collect::<Vec<_>>().join(" ")
}
