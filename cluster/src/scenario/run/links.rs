//! What was done to links, so that it can be done again to a host that comes back, and be mended.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::client::types::Fault;

/// What is wrong with the link between two hosts, named in the order of the alphabet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct LinkFault {
    /// What the first sends is lost.
    pub(super) cut_forth: bool,
    /// What the second sends is lost.
    pub(super) cut_back: bool,
    /// How much longer everything takes.
    pub(super) delay: Duration,
    /// How much is lost, in percent.
    pub(super) percent: u8,
}

/// All links with which something is wrong.
#[derive(Debug, Default)]
pub(super) struct Links {
    faults: BTreeMap<(String, String), LinkFault>,
}

impl Links {
    /// Changes what is wrong with a link. `a` is the first host for `change`, whatever its name.
    pub(super) fn change(&mut self, a: &str, b: &str, change: impl FnOnce(&mut LinkFault, bool)) {
        let forth = a < b;
        let key = if forth { (a.to_owned(), b.to_owned()) } else { (b.to_owned(), a.to_owned()) };
        change(self.faults.entry(key).or_default(), forth);
    }

    /// A link is mended.
    pub(super) fn heal(&mut self, a: &str, b: &str) {
        self.faults.retain(|(first, second), _| !(first == a && second == b || first == b && second == a));
    }

    /// All links are mended. Says which were not.
    pub(super) fn heal_all(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.faults).into_keys().collect()
    }

    /// Whether something is wrong with the link between two hosts.
    pub(super) fn is_disturbed(&self, a: &str, b: &str) -> bool {
        let meant =
            |(first, second): &(String, String)| first == a && second == b || first == b && second == a;
        self.faults.iter().any(|(link, fault)| meant(link) && *fault != LinkFault::default())
    }

    /// What has to be asked of a host for its own end of its links.
    pub(super) fn of(&self, host: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for ((first, second), fault) in &self.faults {
            let is_first = first == host;
            if !is_first && second != host {
                continue;
            }
            let peer = if is_first { second.clone() } else { first.clone() };
            let (outwards, inwards) =
                if is_first { (fault.cut_forth, fault.cut_back) } else { (fault.cut_back, fault.cut_forth) };
            if outwards || inwards {
                faults.push(Fault::Cut { peer: peer.clone(), outwards, inwards });
            }
            if fault.delay > Duration::ZERO {
                faults.push(Fault::Delay { peer: peer.clone(), delay: fault.delay });
            }
            if fault.percent > 0 {
                faults.push(Fault::Drop { peer, percent: u32::from(fault.percent) });
            }
        }
        faults
    }
}
