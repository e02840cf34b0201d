//! Faults on the ways between hosts that people ask for: cuts, delays and losses, one way or both.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::ids::HostId;
use hydraq_core::random::Random;

/// What is wrong with the ways to and from one peer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fault {
    /// Nothing gets out.
    pub cut_out: bool,
    /// Nothing gets in.
    pub cut_in: bool,
    /// Everything that goes out takes this much longer.
    pub delay: Duration,
    /// This share of what goes out is lost, in percent.
    pub drop_percent: u32,
}

/// All faults of a host's links.
#[derive(Debug)]
pub struct Faults {
    by_peer: Mutex<(HashMap<HostId, Fault>, Random)>,
    changes: AtomicU64,
}

impl Default for Faults {
    fn default() -> Self {
        let random = Random::new(u64::from(std::process::id()));
        Faults { by_peer: Mutex::new((HashMap::new(), random)), changes: AtomicU64::new(0) }
    }
}

impl Faults {
    /// Decides all chances from now on.
    pub fn seed(&self, seed: u64) {
        self.with(|_, random| *random = Random::new(seed));
    }

    /// Changes what is wrong with the ways to and from a peer.
    pub fn change(&self, peer: HostId, change: impl FnOnce(&mut Fault)) {
        self.with(|faults, _| change(faults.entry(peer).or_default()));
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// Mends the ways to and from a peer, or all ways.
    pub fn heal(&self, peer: Option<HostId>) {
        self.with(|faults, _| match peer {
            Some(peer) => {
                faults.remove(&peer);
            }
            None => faults.clear(),
        });
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    /// How often something was changed.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// What is wrong with the ways to and from a peer.
    #[must_use]
    pub fn get(&self, peer: HostId) -> Fault {
        self.with(|faults, _| faults.get(&peer).copied().unwrap_or_default())
    }

    /// What happens to something that goes out: nothing if it is lost, else how much longer it takes.
    #[must_use]
    pub fn outward(&self, peer: Option<HostId>) -> Option<Duration> {
        self.with(|faults, random| {
            let Some(fault) = peer.and_then(|peer| faults.get(&peer)) else { return Some(Duration::ZERO) };
            let lost = fault.cut_out || (random.below(100) as u32) < fault.drop_percent;
            (!lost).then_some(fault.delay)
        })
    }

    /// Whether something that comes in is lost.
    #[must_use]
    pub fn loses_inward(&self, peer: Option<HostId>) -> bool {
        self.with(|faults, _| peer.and_then(|peer| faults.get(&peer)).is_some_and(|fault| fault.cut_in))
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<HostId, Fault>, &mut Random) -> T) -> T {
        let mut guard = self.by_peer.lock().unwrap_or_else(PoisonError::into_inner);
        let (faults, random) = &mut *guard;
        act(faults, random)
    }
}
