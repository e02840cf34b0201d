//! What has happened to a message by way of deliveries: leases and counts, kept for each owner, merged without loss.
//!
//! Each host that ever delivered the message has its own line: the number and the end of its newest lease, and how often it
//! delivered. Lines of different owners never replace each other, so both sides of a partition keep their leases; the
//! message is invisible until the last one ends. A line merges with a newer or older copy of itself: counts by maximum, leases by
//! (boot, number, extension), and a lease heard of again is never lengthened. The boot is there because others hear of a
//! lease before it is durable: an owner that crashes in between gives its number, or a lower one, to another lease. The
//! lines belong to an *epoch*, which only a redrive ends: older epochs are ignored.
//!
//! This differs from a version that grows with every release and death: a release ends one owner's lease, for all who
//! hear of it, without touching what other owners know; death follows from the counts and needs no record.

use crate::host_set::HostIndex;
use crate::ids::{HostId, LeaseNumber};
use crate::random::{mix, mix_id};
use crate::time::Instant;

/// How a lease stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// It runs until then, if it is not extended.
    Until(Instant),
    /// Its consumer, or the owner on its behalf, gave it back.
    Released,
}

/// One owner's line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerLine<H> {
    /// Who delivered.
    pub owner: H,
    /// The number of its newest lease.
    pub lease: LeaseNumber,
    /// The boot counter of the owner when it gave that lease, or extended it.
    pub boot: u64,
    /// How often that lease was extended.
    pub extension: u16,
    /// How often it delivered in this epoch.
    pub count: u32,
    /// How its newest lease stands.
    pub state: LeaseState,
}

impl<H> OwnerLine<H> {
    /// What tells a newer copy of a line from an older one.
    fn age(&self) -> (u64, LeaseNumber, u16) {
        (self.boot, self.lease, self.extension)
    }
}

/// All lines of one message, with their epoch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deliveries {
    /// Grows with every redrive.
    pub epoch: u32,
    /// The lines, in no particular order; at most one an owner.
    pub lines: Vec<OwnerLine<HostIndex>>,
}

impl Deliveries {
    /// Whether nothing has happened yet.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.epoch == 0 && self.lines.is_empty()
    }

    /// How often the message was delivered in this epoch, by everybody.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.count))
    }

    /// The highest lease number known; 0 if there never was a lease.
    #[must_use]
    pub fn lease_highest(&self) -> LeaseNumber {
        self.lines.iter().map(|line| line.lease).max().unwrap_or_default()
    }

    /// When the last running lease ends, if one still runs at `now`.
    #[must_use]
    pub fn leased_until(&self, now: Instant) -> Option<Instant> {
        self.last_end().filter(|end| *end > now)
    }

    /// When the last lease ends, or ended, that was not given back.
    #[must_use]
    pub fn last_end(&self) -> Option<Instant> {
        let ends = self.lines.iter().filter_map(|line| match line.state {
            LeaseState::Until(end) => Some(end),
            LeaseState::Released => None,
        });
        ends.max()
    }

    /// Whether the newest lease was given back rather than left to expire.
    #[must_use]
    pub fn last_was_released(&self) -> bool {
        self.lines.iter().max_by_key(|line| line.lease).is_some_and(|line| line.state == LeaseState::Released)
    }

    /// A new lease by `owner`, in its boot `boot`: one above the highest number, and one delivery more.
    pub fn lease(&mut self, owner: HostIndex, boot: u64, until: Instant) -> LeaseNumber {
        let lease = LeaseNumber(self.lease_highest().0.saturating_add(1));
        let state = LeaseState::Until(until);
        match self.line_mut(owner) {
            Some(line) => {
                let count = line.count.saturating_add(1);
                *line = OwnerLine { owner, lease, boot, extension: 0, count, state };
            }
            None => self.lines.push(OwnerLine { owner, lease, boot, extension: 0, count: 1, state }),
        }
        lease
    }

    /// Ends this lease, if it is known and runs; whether that changed anything. Another owner's lease of the same number stays.
    pub fn release(&mut self, owner: HostIndex, lease: LeaseNumber, now: Instant) -> bool {
        let line = self.line_mut(owner).filter(|line| line.lease == lease);
        let Some(line) = line.filter(|line| matches!(line.state, LeaseState::Until(end) if end > now)) else {
            return false;
        };
        line.state = LeaseState::Released;
        true
    }

    /// Lets this lease run at least until `until`; false if it is not known, or a newer one is.
    ///
    /// It never ends sooner for that: a request that was under way for long must not take back what a later one has given.
    /// `boot` is the owner's, if it is the owner that extends its own lease.
    pub fn extend(
        &mut self,
        owner: HostIndex,
        lease: LeaseNumber,
        boot: Option<u64>,
        until: Instant,
    ) -> bool {
        if lease != self.lease_highest() {
            return false;
        }
        let Some(line) = self.line_mut(owner).filter(|line| line.lease == lease) else { return false };
        line.extension = line.extension.saturating_add(1);
        line.boot = boot.unwrap_or(line.boot);
        line.state = match line.state {
            LeaseState::Until(end) => LeaseState::Until(end.max(until)),
            LeaseState::Released => LeaseState::Until(until),
        };
        true
    }

    /// Starts a new epoch, at the word of `owner` in its boot `boot`: no leases, no counts. The highest lease number is kept, so
    /// that no receipt of an earlier epoch passes for one of this.
    pub fn redrive(&mut self, owner: HostIndex, boot: u64) {
        let lease = self.lease_highest();
        let line = OwnerLine { owner, lease, boot, extension: 0, count: 0, state: LeaseState::Released };
        let lines = if lease.0 == 0 { Vec::new() } else { vec![line] };
        *self = Deliveries { epoch: self.epoch.saturating_add(1), lines };
    }

    /// Takes in what somebody else knows; whether that changed anything.
    pub fn merge(&mut self, other: &Deliveries) -> bool {
        if other.epoch != self.epoch {
            let newer = other.epoch > self.epoch;
            if newer {
                *self = other.clone();
            }
            return newer;
        }
        let mut changed = false;
        for theirs in &other.lines {
            match self.line_mut(theirs.owner) {
                Some(ours) => changed |= merge_line(ours, theirs),
                None => {
                    self.lines.push(*theirs);
                    changed = true;
                }
            }
        }
        changed
    }

    /// A hash of what must agree between hosts, the same on every host: everything but the time that remains.
    #[must_use]
    pub fn hash(&self, id_of: impl Fn(HostIndex) -> HostId) -> u64 {
        if self.is_default() {
            return 0;
        }
        self.lines.iter().fold(mix(u64::from(self.epoch) + 1), |hash, line| {
            let lease = u64::from(line.lease.0) << 32 | u64::from(line.extension) << 1;
            let released = u64::from(line.state == LeaseState::Released);
            hash.wrapping_add(mix(mix_id(id_of(line.owner).0)
                ^ mix(lease | released)
                ^ mix(line.boot)
                ^ u64::from(line.count).rotate_left(17)))
        })
    }

    fn line_mut(&mut self, owner: HostIndex) -> Option<&mut OwnerLine<HostIndex>> {
        self.lines.iter_mut().find(|line| line.owner == owner)
    }
}

fn merge_line(ours: &mut OwnerLine<HostIndex>, theirs: &OwnerLine<HostIndex>) -> bool {
    let before = *ours;
    ours.count = ours.count.max(theirs.count);
    match theirs.age().cmp(&ours.age()) {
        std::cmp::Ordering::Greater => *ours = OwnerLine { count: ours.count, ..*theirs },
        std::cmp::Ordering::Equal => {
            ours.state = match (ours.state, theirs.state) {
                (LeaseState::Until(a), LeaseState::Until(b)) => LeaseState::Until(a.min(b)),
                _ => LeaseState::Released,
            };
        }
        std::cmp::Ordering::Less => {}
    }
    *ours != before
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const NOW: Instant = Instant(1_000_000);
    const A: HostIndex = HostIndex(0);
    const B: HostIndex = HostIndex(1);

    #[test]
    fn leases_of_two_owners_stand_side_by_side() {
        let (mut left, mut right) = (Deliveries::default(), Deliveries::default());
        let on_left = left.lease(A, 1, NOW + Duration::from_secs(30));
        right.lease(B, 1, NOW + Duration::from_secs(20));
        assert!(left.release(A, on_left, NOW));
        assert!(left.merge(&right) && right.merge(&left));
        assert_eq!(
            left.leased_until(NOW),
            Some(NOW + Duration::from_secs(20)),
            "the other side's lease holds"
        );
        assert_eq!((left.count(), right.count()), (2, 2));
        let id_of = |host: HostIndex| HostId(u128::from(host.0));
        assert_eq!(left.hash(id_of), right.hash(id_of));
    }

    #[test]
    fn a_lease_heard_of_again_is_never_lengthened() {
        let mut deliveries = Deliveries::default();
        let lease = deliveries.lease(A, 1, NOW + Duration::from_secs(5));
        let mut late = deliveries.clone();
        late.lines[0].state = LeaseState::Until(NOW + Duration::from_secs(9));
        assert!(!deliveries.merge(&late));
        assert!(late.extend(A, lease, None, NOW + Duration::from_secs(60)) && deliveries.merge(&late));
        assert_eq!(deliveries.leased_until(NOW), Some(NOW + Duration::from_secs(60)));
    }

    #[test]
    fn what_an_owner_said_in_an_earlier_boot_and_has_forgotten_is_no_news() {
        let mut heard = Deliveries::default();
        heard.lease(A, 1, NOW);
        heard.lease(A, 1, NOW + Duration::from_secs(1));
        let mut after = Deliveries::default();
        after.lease(A, 2, NOW + Duration::from_secs(60));
        assert!(after.merge(&heard), "it has delivered more often than it knows");
        assert_eq!((after.leased_until(NOW), after.count()), (Some(NOW + Duration::from_secs(60)), 2));
        assert!(heard.merge(&after) && heard == after);
    }

    #[test]
    fn a_count_never_shrinks_not_even_at_the_word_of_a_later_boot() {
        let (mut heard, mut later) = (Deliveries::default(), Deliveries::default());
        heard.lease(A, 1, NOW);
        heard.lease(A, 1, NOW);
        later.lease(A, 2, NOW + Duration::from_secs(60));
        assert!(heard.merge(&later));
        assert_eq!((heard.count(), heard.lines[0].boot), (2, 2));
    }

    #[test]
    fn the_hash_is_the_same_in_any_order_and_changes_with_whatever_is_compared() {
        let id_of = |host: HostIndex| HostId((u128::from(host.0) + 1) << 64);
        let state = LeaseState::Until(NOW);
        let line = OwnerLine { owner: A, lease: LeaseNumber(1), boot: 1, extension: 0, count: 1, state };
        let of = |epoch: u32, lines: &[OwnerLine<HostIndex>]| {
            Deliveries { epoch, lines: lines.to_vec() }.hash(id_of)
        };
        let mut hashes = vec![of(0, &[]), of(1, &[]), of(2, &[]), of(1, &[line]), of(2, &[line])];
        hashes.push(of(0, &[OwnerLine { state: LeaseState::Released, ..line }]));
        hashes.push(of(0, &[OwnerLine { owner: B, ..line }]));
        hashes.extend((1..64).map(|count| of(0, &[OwnerLine { count, ..line }])));
        hashes.extend((2..64).map(|boot| of(0, &[OwnerLine { boot, ..line }])));
        hashes.extend((1..64).map(|extension| of(0, &[OwnerLine { extension, ..line }])));
        hashes.extend((2..64).map(|lease| of(0, &[OwnerLine { lease: LeaseNumber(lease), ..line }])));
        let different: std::collections::BTreeSet<u64> = hashes.iter().copied().collect();
        assert_eq!(different.len(), hashes.len());
        assert!(of(0, &[]) == 0 && !different.contains(&1));
        let other = OwnerLine { owner: B, count: 3, ..line };
        assert_eq!(of(0, &[line, other]), of(0, &[other, line]));
        let later = OwnerLine { state: LeaseState::Until(NOW + Duration::from_secs(1)), ..line };
        assert_eq!(of(0, &[line]), of(0, &[later]), "what remains of a lease is no difference");
    }

    #[test]
    fn a_redrive_wins_over_everything_older() {
        let mut deliveries = Deliveries::default();
        deliveries.lease(A, 1, NOW + Duration::from_secs(5));
        let old = deliveries.clone();
        deliveries.redrive(B, 1);
        assert!(!deliveries.merge(&old));
        let mut heard = old.clone();
        assert!(heard.merge(&deliveries) && heard == deliveries, "whoever hears of it takes it over");
        assert_eq!((deliveries.count(), deliveries.leased_until(NOW)), (0, None));
        let lease = deliveries.lease(A, 1, NOW + Duration::from_secs(5));
        assert!(lease > old.lease_highest(), "a receipt of the time before is stale");
        assert_eq!(deliveries.count(), 1);
    }

    #[test]
    fn only_what_was_never_touched_is_the_default() {
        let mut deliveries = Deliveries::default();
        assert!(deliveries.is_default());
        deliveries.redrive(A, 1);
        assert!(!deliveries.is_default() && deliveries.lines.is_empty(), "an epoch of its own");
        let mut leased = Deliveries::default();
        leased.lease(A, 1, NOW);
        assert!(!leased.is_default() && leased.epoch == 0, "a line of its own");
    }

    #[test]
    fn a_lease_is_over_at_its_end_and_the_newest_one_says_how() {
        let mut deliveries = Deliveries::default();
        assert!(!deliveries.last_was_released());
        let end = NOW + Duration::from_secs(5);
        let lease = deliveries.lease(A, 1, end);
        assert_eq!(deliveries.leased_until(end), None, "it ends at its end");
        assert!(!deliveries.last_was_released());
        assert!(deliveries.release(A, lease, NOW) && deliveries.last_was_released());
        deliveries.lease(B, 1, end);
        assert!(!deliveries.last_was_released(), "the newer lease runs");
    }
}
