//! Tombstones: the deletes that this host keeps until everybody who could have a copy has confirmed them.
//!
//! A container: it counts who confirmed and says when a tombstone can go. Whom to ask, and when this host itself may
//! confirm, is for [`crate::host`].

use std::collections::BTreeMap;

use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet};
use crate::id_map::IdMap;
use crate::ids::{MessageId, Sequence};

/// One tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Where its record is.
    pub record: Sequence,
    /// The holders, as far as they are known.
    pub holders: HolderList,
    /// How many replicas the message had.
    pub replicas: u8,
    /// Whether it waits for every member, because the holders were not known.
    pub everyone: bool,
    /// Who has confirmed.
    pub confirmed: HostSet,
    /// Who is known to keep it durably, or to have kept it.
    pub kept: HostSet,
}

impl Tombstone {
    /// The holders that have not confirmed.
    fn awaited(&self) -> HostSet {
        self.holders.hosts().filter(|host| !self.confirmed.contains(*host)).collect()
    }
}

/// All tombstones of one host.
#[derive(Debug, Clone, Default)]
pub struct Tombstones {
    by_id: IdMap<Tombstone>,
    awaited: BTreeMap<HostIndex, u64>,
}

impl Tombstones {
    /// The tombstone of `id`.
    #[must_use]
    pub fn get(&self, id: MessageId) -> Option<&Tombstone> {
        self.by_id.get(id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// All ids with a tombstone.
    #[must_use]
    pub fn ids(&self) -> Vec<MessageId> {
        self.by_id.ids().collect()
    }

    /// How many tombstones list `host` and have not been confirmed by it.
    #[must_use]
    pub fn awaiting(&self, host: HostIndex) -> u64 {
        self.awaited.get(&host).copied().unwrap_or(0)
    }

    /// Keeps a tombstone; there must be none for this id.
    pub fn insert(&mut self, id: MessageId, tombstone: Tombstone) {
        self.count(&tombstone.awaited(), 1);
        let before = self.by_id.insert(id, tombstone);
        debug_assert!(before.is_none(), "one tombstone an id");
    }

    /// Changes a tombstone; `None` if there is none.
    pub fn change<T>(&mut self, id: MessageId, change: impl FnOnce(&mut Tombstone) -> T) -> Option<T> {
        let tombstone = self.by_id.get_mut(id)?;
        let before = tombstone.awaited();
        let result = change(tombstone);
        let after = tombstone.awaited();
        if before != after {
            self.count(&before, -1);
            self.count(&after, 1);
        }
        Some(result)
    }

    /// Takes a tombstone out.
    pub fn remove(&mut self, id: MessageId) -> Option<Tombstone> {
        let tombstone = self.by_id.remove(id)?;
        self.count(&tombstone.awaited(), -1);
        Some(tombstone)
    }

    fn count(&mut self, awaited: &HostSet, change: i64) {
        for host in awaited.iter() {
            let count = self.awaited.entry(host).or_default();
            *count = count.saturating_add_signed(change);
        }
    }
}
