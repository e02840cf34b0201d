//! I14: one process serves a disk, and boots never go back.
//!
//! Rests on: what every start found on its disk. A disk that was put back to an earlier state says so by its boot: the host
//! may go on under its id only until it hears of that.

use std::collections::BTreeMap;

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let mut last = BTreeMap::new();
    for start in &sight.world.audit.starts {
        if start.doubled {
            return Some(format!("host {} was started twice at {}", start.host, start.at));
        }
        let before = last.insert((start.node, start.host), start.boot);
        let rolled_back =
            sight.history.rolled_back.iter().any(|(host, at)| *host == start.host && *at <= start.at);
        if let Some(before) = before.filter(|before| *before >= start.boot && !rolled_back) {
            let (host, at, boot) = (start.host, start.at, start.boot);
            return Some(format!("host {host} started at {at} as boot {boot}, after boot {before}"));
        }
        let elsewhere = last.keys().find(|(node, host)| *host == start.host && *node != start.node);
        if let Some((node, host)) = elsewhere {
            return Some(format!("host {host} has the disks of both {node} and {}", start.node));
        }
    }
    None
}
