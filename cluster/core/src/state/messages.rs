//! Every undeleted message of which this host has a copy: found by id, ordered for service, woken by time.
//!
//! An entry costs 64 bytes and its place in the index; the content stays on disk. Whatever changes an entry goes through
//! this module, which keeps the group, the order of service, the timer, the digests and the totals true. It decides nothing
//! and knows no peer: that is for the protocol above.

mod change;
mod check;
mod order;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hashbrown::HashTable;

use crate::holders::{HolderList, ListId, Lists};
use crate::host_set::HostIndex;
use crate::id_map::{BUCKETS, bucket_of, table_hash};
use crate::ids::{HostId, MessageId, Sequence};
use crate::message::{Fingerprint, MessageType, Priority};
use crate::time::Instant;

use super::condition::{Condition, Status};
use super::digest::{Digests, Share};
use super::groups::{Group, GroupId, Groups, TypeIndex};
use super::slab::{Slab, Slot};
use super::standing::Standing;

/// One copy.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whose copy it is.
    pub id: MessageId,
    /// Where it stands in this host's own order, and in its store.
    pub sequence: Sequence,
    /// With whom it shares its holders.
    pub group: GroupId,
    /// What its content is known by.
    pub fingerprint: Fingerprint,
    /// Whether it could be delivered now.
    pub status: Status,
    condition: Option<Box<Condition>>,
    previous: Slot,
    next: Slot,
}

impl Entry {
    /// What changes about it.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.condition.as_deref().cloned().unwrap_or_default()
    }

    /// What changes about it, if that is anything but the default.
    #[must_use]
    pub fn condition_ref(&self) -> Option<&Condition> {
        self.condition.as_deref()
    }
}

/// What is needed to put a copy in.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Whose copy.
    pub id: MessageId,
    /// Its place in this host's order; above that of every entry that is in.
    pub sequence: Sequence,
    /// Its type's name.
    pub message_type: MessageType,
    /// Its priority.
    pub priority: Priority,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// What its content is known by.
    pub fingerprint: Fingerprint,
    /// Its holders.
    pub holders: HolderList,
    /// What changes about it.
    pub condition: Condition,
}

/// All copies of one host.
#[derive(Clone)]
pub struct Messages {
    entries: Slab<Entry>,
    /// Each with the hash of its id: a table grows without looking at entries.
    by_id: Box<[HashTable<(u32, Slot)>]>,
    groups: Groups,
    lists: Lists,
    types: Vec<MessageType>,
    types_by_name: BTreeMap<MessageType, TypeIndex>,
    timers: BTreeSet<(Instant, Slot)>,
    digests: Digests,
    standing: Standing,
    host_ids: Vec<HostId>,
    body_bytes: u64,
}

/// Everything but the index, which follows from the entries.
impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut all = f.debug_struct("Messages");
        all.field("entries", &self.entries).field("groups", &self.groups).field("lists", &self.lists);
        all.field("types", &self.types).field("timers", &self.timers).field("digests", &self.digests);
        all.field("standing", &self.standing).field("body_bytes", &self.body_bytes).finish_non_exhaustive()
    }
}

impl Default for Messages {
    fn default() -> Self {
        Messages {
            entries: Slab::default(),
            by_id: (0..BUCKETS).map(|_| HashTable::new()).collect(),
            groups: Groups::default(),
            lists: Lists::default(),
            types: Vec::new(),
            types_by_name: BTreeMap::new(),
            timers: BTreeSet::new(),
            digests: Digests::default(),
            standing: Standing::default(),
            host_ids: Vec::new(),
            body_bytes: 0,
        }
    }
}

impl Messages {
    /// Tells the global ids of the members, by index; needed before any list that names them.
    pub fn set_host_ids(&mut self, host_ids: Vec<HostId>) {
        self.host_ids = host_ids;
    }

    /// Tells the global id of a member; those below it must be known.
    pub fn set_host_id(&mut self, index: HostIndex, id: HostId) {
        let index = usize::from(index.0);
        self.host_ids.resize(self.host_ids.len().max(index + 1), HostId(0));
        self.host_ids[index] = id;
    }

    /// Makes room in the index for so many more entries, so that it does not grow bit by bit.
    pub fn reserve(&mut self, count: usize) {
        let each = count / BUCKETS;
        if each == 0 {
            return;
        }
        self.by_id.iter_mut().for_each(|table| table.reserve(each, spread));
    }

    /// The entry of `id`.
    #[must_use]
    pub fn find(&self, id: MessageId) -> Option<Slot> {
        let key = (table_hash(id) as u32, Slot::NONE);
        let is_it = |(hash, slot): &(u32, Slot)| *hash == key.0 && self.entry(*slot).id == id;
        self.by_id[bucket_of(id)].find(spread(&key), is_it).map(|(_, slot)| *slot)
    }

    /// The same, if the entry was in `slot` before: there is no need to look for it then.
    #[must_use]
    pub fn find_again(&self, id: MessageId, slot: Slot) -> Option<Slot> {
        if self.entries.get(slot).is_some_and(|entry| entry.id == id) { Some(slot) } else { self.find(id) }
    }

    /// The entry in `slot`, which must be one that [`Self::find`] or [`Self::insert`] gave.
    #[must_use]
    pub fn entry(&self, slot: Slot) -> &Entry {
        self.entries.get(slot).expect("a slot that was given out")
    }

    fn entry_mut(&mut self, slot: Slot) -> &mut Entry {
        self.entries.get_mut(slot).expect("a slot that was given out")
    }

    /// The group of the entry in `slot`.
    #[must_use]
    pub fn group(&self, slot: Slot) -> &Group {
        self.groups.get(self.entry(slot).group)
    }

    /// The group with this number.
    #[must_use]
    pub fn group_by_id(&self, group: GroupId) -> &Group {
        self.groups.get(group)
    }

    /// The holders of the entry in `slot`.
    #[must_use]
    pub fn holders(&self, slot: Slot) -> &HolderList {
        self.lists.get(self.group(slot).key.list)
    }

    /// A hash of them that is the same on every host.
    #[must_use]
    pub fn list_hash(&self, slot: Slot) -> u64 {
        self.lists.hash(self.group(slot).key.list)
    }

    /// The list with this number.
    #[must_use]
    pub fn list(&self, list: ListId) -> &HolderList {
        self.lists.get(list)
    }

    /// All groups.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.groups.iter()
    }

    /// The name of a type.
    #[must_use]
    pub fn type_name(&self, message_type: TypeIndex) -> &MessageType {
        &self.types[message_type.0 as usize]
    }

    /// The number of a type, if this host has ever had a message of it.
    #[must_use]
    pub fn type_index(&self, name: &str) -> Option<TypeIndex> {
        self.types_by_name.get(name).copied()
    }

    /// What ownership depends on.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The digests for every peer.
    #[must_use]
    pub fn digests(&self) -> &Digests {
        &self.digests
    }

    /// How many copies are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no copy is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes of all bodies.
    #[must_use]
    pub fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// The ids in one bucket, in order.
    #[must_use]
    pub fn bucket(&self, bucket: usize) -> Vec<MessageId> {
        let mut ids: Vec<_> = self.by_id[bucket].iter().map(|(_, slot)| self.entry(*slot).id).collect();
        ids.sort_unstable();
        ids
    }

    /// All entries, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.entries.iter()
    }

    /// What the entry in `slot` adds to a digest.
    #[must_use]
    pub fn share(&self, slot: Slot) -> Share {
        let entry = self.entry(slot);
        let id_of = |host: HostIndex| self.host_ids[usize::from(host.0)];
        let state_hash = entry.condition.as_ref().map_or(0, |condition| condition.deliveries.hash(id_of));
        Share { id: entry.id, list_hash: self.lists.hash(self.groups.get(entry.group).key.list), state_hash }
    }
}

/// The hash that is kept, as a table wants it: it places by the low bits and tells apart by the high ones.
fn spread((hash, _): &(u32, Slot)) -> u64 {
    u64::from(*hash) | u64::from(*hash) << 32
}
