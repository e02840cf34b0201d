//! Digests: a short sum, for every peer, of which messages it shares with this host and what is known of them.
//!
//! Ids fall into the same [`BUCKETS`] on every host. For each peer and bucket a sum is kept over ids, holder lists and
//! delivery states; two hosts whose sums agree have nothing to tell each other about that bucket. The sums are wrapping
//! additions of mixed words: cheap to change, and equal by accident once in 2⁶⁴.

use std::collections::BTreeMap;
use std::fmt;

use crate::host_set::HostIndex;
use crate::id_map::{BUCKETS, bucket_of};
use crate::ids::MessageId;
use crate::random::{mix, mix_id};

/// What one message adds to the sums of each peer that is listed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The message.
    pub id: MessageId,
    /// The hash of its holder list.
    pub list_hash: u64,
    /// The hash of its delivery state.
    pub state_hash: u64,
}

impl Share {
    fn word(&self) -> u64 {
        let state = if self.state_hash == 0 { 0 } else { mix(self.state_hash ^ mix_id(self.id.0)) };
        mix(mix_id(self.id.0) ^ self.list_hash.rotate_left(21)).wrapping_add(state)
    }
}

/// The sums for every peer.
#[derive(Clone, Default)]
pub struct Digests {
    by_peer: BTreeMap<HostIndex, Box<[u64]>>,
}

/// The sums that are not zero.
impl fmt::Debug for Digests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.by_peer.keys().map(|peer| (peer, self.for_peer(*peer)))).finish()
    }
}

impl Digests {
    /// Counts `share` in for each of `peers`.
    pub fn add(&mut self, peers: impl Iterator<Item = HostIndex>, share: Share) {
        self.change(peers, share.id, |sum| sum.wrapping_add(share.word()));
    }

    /// Counts `share` out for each of `peers`.
    pub fn subtract(&mut self, peers: impl Iterator<Item = HostIndex>, share: Share) {
        self.change(peers, share.id, |sum| sum.wrapping_sub(share.word()));
    }

    /// The non-zero sums for `peer`, by bucket.
    #[must_use]
    pub fn for_peer(&self, peer: HostIndex) -> Vec<(u16, u64)> {
        let Some(sums) = self.by_peer.get(&peer) else { return Vec::new() };
        sums.iter()
            .enumerate()
            .filter(|(_, sum)| **sum != 0)
            .map(|(bucket, sum)| (bucket as u16, *sum))
            .collect()
    }

    /// The sum for `peer` in one bucket.
    #[must_use]
    pub fn bucket(&self, peer: HostIndex, bucket: u16) -> u64 {
        self.by_peer.get(&peer).and_then(|sums| sums.get(usize::from(bucket))).copied().unwrap_or(0)
    }

    fn change(&mut self, peers: impl Iterator<Item = HostIndex>, id: MessageId, change: impl Fn(u64) -> u64) {
        for peer in peers {
            let sums = self.by_peer.entry(peer).or_insert_with(|| vec![0; BUCKETS].into_boxed_slice());
            let sum = &mut sums[bucket_of(id)];
            *sum = change(*sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_come_back_to_nothing() {
        let mut digests = Digests::default();
        let share = Share { id: MessageId(42), list_hash: 3, state_hash: 0 };
        let leased = Share { state_hash: 9, ..share };
        let peers = [HostIndex(1), HostIndex(2)];
        digests.add(peers.into_iter(), share);
        digests.subtract(peers.into_iter(), share);
        digests.add(peers.into_iter(), leased);
        assert_ne!(digests.for_peer(HostIndex(1)), []);
        digests.subtract(peers.into_iter(), leased);
        assert_eq!(digests.for_peer(HostIndex(1)), []);
    }
}
