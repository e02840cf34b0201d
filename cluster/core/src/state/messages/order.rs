//! The order of service and of waking: which ready message is next, in lists by group, and which entry time changes next.
//!
//! [`Messages::attach`] and [`Messages::detach`] keep these, the digests and the totals true around every change.

use crate::host_set::SELF;
use crate::ids::MessageId;
use crate::time::Instant;

use super::super::condition::{Condition, Status};
use super::super::deliveries::LeaseState;
use super::super::groups::{GroupId, TypeIndex};
use super::super::slab::Slot;
use super::Messages;

/// How far a message that comes back is moved to find its place among the ready ones; order is best effort.
const RETURN_STEPS: usize = 64;

impl Messages {
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
            let entry = self.entry_mut(slot);
            entry.status = entry.condition.as_ref().map_or(Status::Ready, |condition| condition.status(now));
            woken.push(entry.id);
            self.attach(slot);
        }
        woken
    }

    /// Takes the entry out of everything that its condition and group decide.
    pub(super) fn detach(&mut self, slot: Slot) {
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
    pub(super) fn attach(&mut self, slot: Slot) {
        let share = self.share(slot);
        let entry = self.entry(slot);
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

    pub(super) fn index_group(&mut self, group: GroupId) {
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
        let entry = self.entry_mut(slot);
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
        LeaseState::Until(end) => Some(end),
        LeaseState::Released => None,
    });
    leases.chain(condition.not_before).chain(condition.expires)
}
