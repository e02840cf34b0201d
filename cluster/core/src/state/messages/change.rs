//! Every change of the copies that are kept: each takes the entry out of what its state decides, changes it, and puts it back.

use crate::holders::{HolderList, ListId};
use crate::host_set::{HostIndex, HostSet};
use crate::id_map::{bucket_of, table_hash};
use crate::ids::Sequence;
use crate::message::MessageType;
use crate::time::Instant;

use super::super::condition::Condition;
use super::super::groups::{GroupId, GroupKey, TypeIndex};
use super::super::slab::Slot;
use super::super::standing::{Owner, Standing};
use super::{Entry, Messages, NewEntry, spread};

impl Messages {
    /// Puts a copy in; there must be none with this id.
    pub fn insert(&mut self, new: NewEntry, now: Instant) -> Slot {
        let list = self.intern(new.holders);
        let message_type = self.intern_type(&new.message_type);
        let lacking = HostSet::EMPTY;
        let key = GroupKey { message_type, priority: new.priority, replicas: new.replicas, list, lacking };
        let group = self.join_group(key);
        let entry = Entry {
            id: new.id,
            sequence: new.sequence,
            group,
            fingerprint: new.fingerprint,
            status: new.condition.status(now),
            condition: (!new.condition.is_default()).then(|| Box::new(new.condition)),
            previous: Slot::NONE,
            next: Slot::NONE,
        };
        self.body_bytes += u64::from(entry.fingerprint.length);
        let slot = self.entries.insert(entry);
        let key = (table_hash(new.id) as u32, slot);
        self.by_id[bucket_of(new.id)].insert_unique(spread(&key), key, spread);
        self.attach(slot);
        slot
    }

    /// Takes a copy out.
    pub fn remove(&mut self, slot: Slot) -> Option<Entry> {
        self.entries.get(slot)?;
        self.detach(slot);
        let entry = self.entries.remove(slot)?;
        self.body_bytes -= u64::from(entry.fingerprint.length);
        let key = (table_hash(entry.id) as u32, slot);
        if let Ok(found) = self.by_id[bucket_of(entry.id)].find_entry(spread(&key), |other| *other == key) {
            found.remove();
        }
        self.leave_group(entry.group);
        Some(entry)
    }

    /// Changes what changes about the entry in `slot`.
    pub fn change<T>(&mut self, slot: Slot, now: Instant, change: impl FnOnce(&mut Condition) -> T) -> T {
        self.detach(slot);
        let entry = self.entry_mut(slot);
        let mut condition = entry.condition.take().unwrap_or_default();
        let result = change(&mut condition);
        entry.status = condition.status(now);
        entry.condition = (!condition.is_default()).then_some(condition);
        self.attach(slot);
        result
    }

    /// Notes where the durable record of an entry's condition is.
    pub fn set_record(&mut self, slot: Slot, record: Option<Sequence>) {
        let entry = self.entry_mut(slot);
        let mut condition = entry.condition.take().unwrap_or_default();
        condition.record = record;
        entry.condition = (!condition.is_default()).then_some(condition);
    }

    /// Moves an entry to another place in this host's order: its record was written anew.
    pub fn set_sequence(&mut self, slot: Slot, sequence: Sequence) {
        self.detach(slot);
        self.entry_mut(slot).sequence = sequence;
        self.attach(slot);
    }

    /// Merges `holders` into the list of the entry in `slot`; whether that changed it.
    pub fn merge_holders(&mut self, slot: Slot, holders: &HolderList) -> bool {
        let merged = self.ranked(self.holders(slot).merged(holders));
        if merged == *self.holders(slot) {
            return false;
        }
        let list = self.intern(merged);
        let key = GroupKey { list, ..self.group(slot).key.clone() };
        self.regroup(slot, key);
        true
    }

    /// Notes that `host` has said that it lacks the message, or that it has it after all; whether that is news.
    pub fn set_lacking(&mut self, slot: Slot, host: HostIndex, lacks: bool) -> bool {
        let group = self.group(slot);
        if group.key.lacking.contains(host) == lacks {
            return false;
        }
        let mut key = group.key.clone();
        if lacks {
            key.lacking.insert(host);
        } else {
            key.lacking.remove(host);
        }
        self.lists.retain(key.list);
        self.regroup(slot, key);
        true
    }

    /// Forgets everything that `host` has said that it lacks: its session is over.
    pub fn forget_lacking(&mut self, host: HostIndex) {
        let concerned: Vec<GroupId> = self
            .groups
            .iter()
            .filter(|(_, group)| group.key.lacking.contains(host))
            .map(|(id, _)| id)
            .collect();
        if concerned.is_empty() {
            return;
        }
        let slots: Vec<Slot> =
            self.iter().filter(|(_, entry)| concerned.contains(&entry.group)).map(|(slot, _)| slot).collect();
        for slot in slots {
            self.set_lacking(slot, host, false);
        }
    }

    /// Sets what ownership depends on and decides it anew for every group. Says which groups changed hands.
    pub fn set_standing(&mut self, standing: Standing) -> Vec<(GroupId, Owner)> {
        self.standing = standing;
        let mut changed = Vec::new();
        let ids: Vec<GroupId> = self.groups.iter().map(|(id, _)| id).collect();
        for id in ids {
            let group = self.groups.get(id);
            let owner = self.standing.owner(self.lists.get(group.key.list), &group.key.lacking);
            if owner != group.owner {
                changed.push((id, group.owner));
                self.groups.get_mut(id).owner = owner;
                self.index_group(id);
            }
        }
        changed
    }

    fn regroup(&mut self, slot: Slot, key: GroupKey) {
        self.detach(slot);
        let group = self.join_group(key);
        let entry = self.entry_mut(slot);
        let before = std::mem::replace(&mut entry.group, group);
        self.leave_group(before);
        self.attach(slot);
    }

    /// The group with this key, which takes over the caller's use of the key's list.
    pub(super) fn join_group(&mut self, key: GroupKey) -> GroupId {
        if let Some(group) = self.groups.find(&key) {
            self.lists.release(key.list);
            return group;
        }
        let owner = self.standing.owner(self.lists.get(key.list), &key.lacking);
        self.groups.create(key, owner)
    }

    fn leave_group(&mut self, group: GroupId) {
        if self.groups.get(group).is_empty() {
            let key = self.groups.remove(group);
            self.lists.release(key.list);
        }
    }

    /// A list in the rank order that all hosts agree on.
    fn ranked(&self, holders: HolderList) -> HolderList {
        holders.ranked(|host| self.host_ids[usize::from(host.0)])
    }

    fn intern(&mut self, holders: HolderList) -> ListId {
        let holders = self.ranked(holders);
        let host_ids = &self.host_ids;
        self.lists.intern(holders, |host| host_ids[usize::from(host.0)])
    }

    fn intern_type(&mut self, name: &MessageType) -> TypeIndex {
        if let Some(index) = self.types_by_name.get(name) {
            return *index;
        }
        let index = TypeIndex(self.types.len() as u32);
        self.types.push(name.clone());
        self.types_by_name.insert(name.clone(), index);
        index
    }
}
