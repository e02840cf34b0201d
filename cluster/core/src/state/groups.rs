//! Groups: all messages of one type, priority and replica count that have the same holders.
//!
//! Who owns a message depends only on its holders, so ownership is decided once a group, never once a message: a takeover of a
//! million messages costs as much as there are groups. Each group keeps its ready messages in a linked list through
//! their entries, oldest first; the groups that this host serves are ordered by their oldest message, which makes a dequeue
//! take the oldest of all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::holders::ListId;
use crate::host_set::HostSet;
use crate::ids::Sequence;
use crate::message::Priority;

use super::condition::Status;
use super::slab::Slot;
use super::standing::Owner;

/// A message type's number on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeIndex(pub u32);

/// A group's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u32);

/// What the messages of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    /// Their type.
    pub message_type: TypeIndex,
    /// Their priority.
    pub priority: Priority,
    /// How many replicas were asked for.
    pub replicas: u8,
    /// Their holders.
    pub list: ListId,
    /// Those of the holders that have said that they lack them.
    pub lacking: HostSet,
}

/// One group.
#[derive(Debug, Clone)]
pub struct Group {
    /// What its messages have in common.
    pub key: GroupKey,
    /// Who serves them.
    pub owner: Owner,
    /// How many messages it has, by status.
    pub counts: [u32; Status::COUNT],
    pub(super) head: Slot,
    pub(super) tail: Slot,
    /// Where the last message that came back to the ready ones was put: the next one likely goes beside it.
    pub(super) returned: Slot,
    indexed: Option<Sequence>,
}

impl Group {
    /// How many messages it has with this status.
    #[must_use]
    pub fn count(&self, status: Status) -> u32 {
        self.counts[status as usize]
    }

    /// How many messages it has.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// Whether it has no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// All groups of one host.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    groups: Vec<Option<Group>>,
    free: Vec<GroupId>,
    by_key: BTreeMap<GroupKey, GroupId>,
    served: BTreeMap<TypeIndex, BTreeSet<(Reverse<Priority>, Sequence, GroupId)>>,
}

impl Groups {
    /// The group with this key, if there is one.
    #[must_use]
    pub fn find(&self, key: &GroupKey) -> Option<GroupId> {
        self.by_key.get(key).copied()
    }

    /// A new group; there must be none with this key.
    pub fn create(&mut self, key: GroupKey, owner: Owner) -> GroupId {
        let group = Group {
            key: key.clone(),
            owner,
            counts: [0; Status::COUNT],
            head: Slot::NONE,
            tail: Slot::NONE,
            returned: Slot::NONE,
            indexed: None,
        };
        let id = self.free.pop().unwrap_or_else(|| {
            self.groups.push(None);
            GroupId(self.groups.len() as u32 - 1)
        });
        self.groups[id.0 as usize] = Some(group);
        let before = self.by_key.insert(key, id);
        debug_assert!(before.is_none(), "one group a key");
        id
    }

    /// Takes an empty group away; its key comes back.
    pub fn remove(&mut self, id: GroupId) -> GroupKey {
        self.index(id, None);
        let group = self.groups[id.0 as usize].take().expect("a group in use exists");
        self.by_key.remove(&group.key);
        self.free.push(id);
        group.key
    }

    /// The group with this number.
    #[must_use]
    pub fn get(&self, id: GroupId) -> &Group {
        self.groups[id.0 as usize].as_ref().expect("a group in use exists")
    }

    pub(super) fn get_mut(&mut self, id: GroupId) -> &mut Group {
        self.groups[id.0 as usize].as_mut().expect("a group in use exists")
    }

    /// All groups.
    pub fn iter(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.groups.iter().enumerate().filter_map(|(id, group)| Some((GroupId(id as u32), group.as_ref()?)))
    }

    /// The group whose oldest ready message of this type is to be served next by this host.
    #[must_use]
    pub fn first_served(&self, message_type: TypeIndex) -> Option<GroupId> {
        self.served.get(&message_type)?.first().map(|(_, _, id)| *id)
    }

    /// Whether a group stands in the order of service, as it says itself and as the order has it.
    #[must_use]
    pub fn is_served(&self, id: GroupId) -> bool {
        let group = self.get(id);
        let order = self.served.get(&group.key.message_type);
        group.indexed.is_some_and(|sequence| {
            order.is_some_and(|order| order.contains(&(Reverse(group.key.priority), sequence, id)))
        })
    }

    /// Keeps the order of service true: `oldest` is the group's oldest ready message, if it has one.
    pub(super) fn index(&mut self, id: GroupId, oldest: Option<Sequence>) {
        let group = self.get_mut(id);
        let wanted = oldest.filter(|_| group.owner == Owner::Me);
        if group.indexed == wanted {
            return;
        }
        let before = std::mem::replace(&mut group.indexed, wanted);
        let (message_type, priority) = (group.key.message_type, Reverse(group.key.priority));
        let served = self.served.entry(message_type).or_default();
        if let Some(sequence) = before {
            served.remove(&(priority, sequence, id));
        }
        if let Some(sequence) = wanted {
            served.insert((priority, sequence, id));
        } else if served.is_empty() {
            self.served.remove(&message_type);
        }
    }
}
