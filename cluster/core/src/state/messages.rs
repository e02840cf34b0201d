//! Every undeleted message of which this host has a copy: found by id, ordered for service, woken by time.
//!
//! An entry costs 64 bytes and its place in the index; the content stays on disk. Whatever changes an entry goes through
//! this module, which keeps the group, the order of service, the timer, the digests and the totals true. It decides nothing
//! and knows no peer: that is for the protocol above.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashTable;

use crate::holders::{HolderList, ListId, Lists};
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::id_map::{BUCKETS, bucket_of, table_hash};
use crate::ids::{HostId, MessageId, Sequence};
use crate::message::{Fingerprint, MessageType, Priority};
use crate::time::Instant;

use super::condition::{Condition, Status};
use super::digest::{Digests, Share};
use super::groups::{Group, GroupId, GroupKey, Groups, TypeIndex};
use super::slab::{Slab, Slot};
use super::standing::{Owner, Standing};

/// How far a message that comes back is moved to find its place among the ready ones; order is best effort.
const RETURN_STEPS: usize = 64;

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
#[derive(Debug, Clone)]
pub struct Messages {
    entries: Slab<Entry>,
    by_id: Box<[HashTable<Slot>]>,
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

    /// The entry of `id`.
    #[must_use]
    pub fn find(&self, id: MessageId) -> Option<Slot> {
        self.by_id[bucket_of(id)].find(table_hash(id), |slot| self.entry(*slot).id == id).copied()
    }

    /// The entry in `slot`, which must be one that [`Self::find`] or [`Self::insert`] gave.
    #[must_use]
    pub fn entry(&self, slot: Slot) -> &Entry {
        self.entries.get(slot).expect("a slot that was given out")
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
        let mut ids: Vec<_> = self.by_id[bucket].iter().map(|slot| self.entry(*slot).id).collect();
        ids.sort_unstable();
        ids
    }

    /// All entries, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.entries.iter()
    }

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
        let entries = &self.entries;
        let hash = |slot: &Slot| entries.get(*slot).map_or(0, |entry| table_hash(entry.id));
        self.by_id[bucket_of(new.id)].insert_unique(table_hash(new.id), slot, hash);
        self.attach(slot);
        slot
    }

    /// Takes a copy out.
    pub fn remove(&mut self, slot: Slot) -> Option<Entry> {
        self.entries.get(slot)?;
        self.detach(slot);
        let entry = self.entries.remove(slot)?;
        self.body_bytes -= u64::from(entry.fingerprint.length);
        if let Ok(found) =
            self.by_id[bucket_of(entry.id)].find_entry(table_hash(entry.id), |other| *other == slot)
        {
            found.remove();
        }
        self.leave_group(entry.group);
        Some(entry)
    }

    /// Changes what changes about the entry in `slot`.
    pub fn change<T>(&mut self, slot: Slot, now: Instant, change: impl FnOnce(&mut Condition) -> T) -> T {
        self.detach(slot);
        let entry = self.entries.get_mut(slot).expect("a slot that was given out");
        let mut condition = entry.condition.take().unwrap_or_default();
        let result = change(&mut condition);
        entry.status = condition.status(now);
        entry.condition = (!condition.is_default()).then_some(condition);
        self.attach(slot);
        result
    }

    /// Notes where the durable record of an entry's condition is.
    pub fn set_record(&mut self, slot: Slot, record: Option<Sequence>) {
        let entry = self.entries.get_mut(slot).expect("a slot that was given out");
        let mut condition = entry.condition.take().unwrap_or_default();
        condition.record = record;
        entry.condition = (!condition.is_default()).then_some(condition);
    }

    /// Moves an entry to another place in this host's order: its record was written anew.
    pub fn set_sequence(&mut self, slot: Slot, sequence: Sequence) {
        self.detach(slot);
        self.entries.get_mut(slot).expect("a slot that was given out").sequence = sequence;
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

    /// The message of this type that this host is to deliver next.
    #[must_use]
    pub fn next_ready(&self, message_type: TypeIndex) -> Option<Slot> {
        self.groups.first_served(message_type).map(|id| self.groups.get(id).head)
    }

    /// When the next entry's status changes, or the next one expires, by itself.
    #[must_use]
    pub fn next_timer(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Brings the statuses that time has changed up to date, at most `limit` of them; says which.
    pub fn wake(&mut self, now: Instant, limit: usize) -> Vec<MessageId> {
        let mut woken = Vec::new();
        while woken.len() < limit
            && let Some((at, slot)) = self.timers.first().copied()
            && at <= now
        {
            self.detach(slot);
            self.timers.remove(&(at, slot));
            let entry = self.entries.get_mut(slot).expect("a timer's entry exists");
            entry.status = entry.condition.as_ref().map_or(Status::Ready, |condition| condition.status(now));
            woken.push(entry.id);
            self.attach(slot);
        }
        woken
    }

    /// What the entry in `slot` adds to a digest.
    #[must_use]
    pub fn share(&self, slot: Slot) -> Share {
        let entry = self.entry(slot);
        let id_of = |host: HostIndex| self.host_ids[usize::from(host.0)];
        let state_hash = entry.condition.as_ref().map_or(0, |condition| condition.deliveries.hash(id_of));
        Share { id: entry.id, list_hash: self.lists.hash(self.groups.get(entry.group).key.list), state_hash }
    }

    /// Says what is not as it must be, for checkers: every ready entry stands in its group's list once, and the order of
    /// service knows the head of every group that this host serves.
    #[must_use]
    pub fn inconsistency(&self, now: Instant) -> Option<String> {
        let timed = |(slot, entry): (Slot, &Entry)| {
            let condition = entry.condition_ref()?;
            let due = condition.next_change(entry.status);
            let late =
                entry.status != condition.status(now) && self.timers.first().is_none_or(|(at, _)| *at > now);
            let timed = due == Instant::NEVER || self.timers.contains(&(due, slot));
            (late || !timed).then(|| format!("{} waits for no timer: {condition:?}", entry.id))
        };
        if let Some(what) = self.entries.iter().find_map(timed) {
            return Some(what);
        }
        let mut ready: BTreeMap<GroupId, u32> = BTreeMap::new();
        for (_, entry) in self.entries.iter().filter(|(_, entry)| entry.status == Status::Ready) {
            *ready.entry(entry.group).or_default() += 1;
        }
        self.groups.iter().find_map(|(id, group)| {
            let (mut slot, mut length, mut previous) = (group.head, 0, Slot::NONE);
            while let Some(entry) = self.entries.get(slot) {
                if entry.group != id || entry.previous != previous || entry.status != Status::Ready {
                    return Some(format!("{} stands wrongly in the list of its group", entry.id));
                }
                (previous, slot, length) = (slot, entry.next, length + 1);
            }
            let expected = ready.get(&id).copied().unwrap_or(0);
            if length != expected || group.tail != previous || group.count(Status::Ready) != expected {
                return Some(format!("a group's list has {length} entries, but {expected} are ready"));
            }
            let served = self.groups.is_served(id);
            let should = group.owner == Owner::Me && length > 0;
            (served != should).then(|| format!("a group is served: {served}, should be: {should}"))
        })
    }

    fn regroup(&mut self, slot: Slot, key: GroupKey) {
        self.detach(slot);
        let group = self.join_group(key);
        let entry = self.entries.get_mut(slot).expect("a slot that was given out");
        let before = std::mem::replace(&mut entry.group, group);
        self.leave_group(before);
        self.attach(slot);
    }

    /// Takes the entry out of everything that its condition and group decide.
    fn detach(&mut self, slot: Slot) {
        let share = self.share(slot);
        let entry = self.entries.get(slot).expect("a slot that was given out");
        let (group, status) = (entry.group, entry.status);
        if let Some(condition) = &entry.condition {
            // The timer was set by an earlier reading of the clock: look for it by what can have been chosen then.
            for at in timer_candidates(condition) {
                self.timers.remove(&(at, slot));
            }
        }
        let list = self.lists.get(self.groups.get(group).key.list);
        self.digests.subtract(list.hosts().filter(|host| *host != SELF), share);
        self.groups.get_mut(group).counts[status as usize] -= 1;
        if status == Status::Ready {
            self.unlink(slot, group);
        }
    }

    /// The reverse of [`Self::detach`].
    fn attach(&mut self, slot: Slot) {
        let share = self.share(slot);
        let entry = self.entries.get(slot).expect("a slot that was given out");
        let (group, status) = (entry.group, entry.status);
        let timer =
            entry.condition.as_ref().map_or(Instant::NEVER, |condition| condition.next_change(status));
        if timer != Instant::NEVER {
            self.timers.insert((timer, slot));
        }
        let list = self.lists.get(self.groups.get(group).key.list);
        self.digests.add(list.hosts().filter(|host| *host != SELF), share);
        self.groups.get_mut(group).counts[status as usize] += 1;
        if status == Status::Ready {
            self.link(slot, group);
        }
    }

    /// The group with this key, which takes over the caller's use of the key's list.
    fn join_group(&mut self, key: GroupKey) -> GroupId {
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

    fn index_group(&mut self, group: GroupId) {
        let head = self.groups.get(group).head;
        let oldest = self.entries.get(head).map(|entry| entry.sequence);
        self.groups.index(group, oldest);
    }

    /// Links a ready entry in, in the order of sequences as far as a few steps allow.
    fn link(&mut self, slot: Slot, group: GroupId) {
        let sequence = self.entry(slot).sequence;
        let (head, tail, returned) = {
            let group = self.groups.get(group);
            (group.head, group.tail, group.returned)
        };
        let is_before =
            |messages: &Self, other: Slot| other != Slot::NONE && messages.entry(other).sequence < sequence;
        let mut previous = if tail == Slot::NONE || is_before(self, tail) {
            tail
        } else if is_before(self, returned) {
            returned
        } else {
            Slot::NONE
        };
        if previous != tail {
            for _ in 0..RETURN_STEPS {
                let next = if previous == Slot::NONE { head } else { self.entry(previous).next };
                if !is_before(self, next) {
                    break;
                }
                previous = next;
            }
            self.groups.get_mut(group).returned = slot;
        }
        let next = if previous == Slot::NONE { head } else { self.entry(previous).next };
        self.join(group, previous, slot);
        self.join(group, slot, next);
        if previous == Slot::NONE {
            self.index_group(group);
        }
    }

    fn unlink(&mut self, slot: Slot, group: GroupId) {
        let (previous, next) = (self.entry(slot).previous, self.entry(slot).next);
        self.join(group, previous, next);
        let group_ref = self.groups.get_mut(group);
        if group_ref.returned == slot {
            group_ref.returned = previous;
        }
        if previous == Slot::NONE {
            self.index_group(group);
        }
        let entry = self.entries.get_mut(slot).expect("a slot that was given out");
        (entry.previous, entry.next) = (Slot::NONE, Slot::NONE);
    }

    /// Makes `next` follow `previous`; `NONE` stands for the end on that side.
    fn join(&mut self, group: GroupId, previous: Slot, next: Slot) {
        match self.entries.get_mut(previous) {
            Some(entry) => entry.next = next,
            None => self.groups.get_mut(group).head = next,
        }
        match self.entries.get_mut(next) {
            Some(entry) => entry.previous = previous,
            None => self.groups.get_mut(group).tail = previous,
        }
    }
}

fn timer_candidates(condition: &Condition) -> impl Iterator<Item = Instant> + '_ {
    let leases = condition.deliveries.lines.iter().filter_map(|line| match line.state {
        super::deliveries::LeaseState::Until(end) => Some(end),
        super::deliveries::LeaseState::Released => None,
    });
    leases.chain(condition.not_before).chain(condition.expires)
}
