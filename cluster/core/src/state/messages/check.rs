//! What must hold between the entries and everything that is kept beside them, for checkers.

use std::collections::BTreeMap;

use crate::time::Instant;

use super::super::condition::Status;
use super::super::groups::GroupId;
use super::super::slab::Slot;
use super::super::standing::Owner;
use super::{Entry, Messages};

impl Messages {
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
}
