//! What is to be said to each peer at the end of a batch, put together so that many small things leave in few frames.
//!
//! Each peer has two lanes: what may leave before the commit, and what must wait for it. Within a lane frames leave in a
//! fixed order of kinds, chosen so that whatever a frame speaks of has been said before: members, copies, lists, leases,
//! tombstones, and then everything else in the order in which it came up.

use std::collections::BTreeMap;

use crate::frame::{Copy, Frame, GlobalDeliveries, KeptItem, TombstoneItem};
use crate::holders::GlobalList;
use crate::host::peers::CopyKind;
use crate::host_set::HostIndex;
use crate::ids::{HostId, MessageId};

/// Holder lists of one frame, each once.
#[derive(Debug, Clone, Default)]
pub(crate) struct ListTable {
    lists: Vec<GlobalList>,
    places: BTreeMap<u64, u16>,
}

impl ListTable {
    /// The lists, by place.
    pub(crate) fn into_lists(self) -> Vec<GlobalList> {
        self.lists
    }

    /// The place of the list with this hash; `list` gives it if it is not there yet.
    pub(crate) fn place(&mut self, hash: u64, list: impl FnOnce() -> GlobalList) -> u16 {
        *self.places.entry(hash).or_insert_with(|| {
            self.lists.push(list());
            self.lists.len() as u16 - 1
        })
    }
}

/// Copies for one peer on behalf of one origin.
#[derive(Debug, Clone)]
pub(crate) struct CopyBatch {
    pub(crate) block: u64,
    pub(crate) origin: HostId,
    pub(crate) kind: CopyKind,
    pub(crate) lists: ListTable,
    pub(crate) copies: Vec<Copy>,
    pub(crate) bytes: usize,
}

/// A numbered block of items that share a table of holder lists.
type ListedBlock<T> = (u64, ListTable, Vec<T>);

/// What is to be said to one peer, before or after the commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lane {
    pub(crate) first: Vec<Frame>,
    pub(crate) copies: Vec<CopyBatch>,
    pub(crate) list_block: Option<ListedBlock<(MessageId, u16)>>,
    pub(crate) leases: Vec<(u64, Vec<(MessageId, GlobalDeliveries)>)>,
    pub(crate) tombstones: Option<ListedBlock<TombstoneItem>>,
    pub(crate) confirms: Vec<(MessageId, u64)>,
    pub(crate) kept: Vec<ListedBlock<KeptItem>>,
    pub(crate) finished: Vec<MessageId>,
    pub(crate) has: Vec<MessageId>,
    pub(crate) rest: Vec<Frame>,
}

impl Lane {
    /// The frames of this lane, in order.
    fn into_frames(self) -> Vec<Frame> {
        let mut frames = self.first;
        for batch in self.copies {
            let CopyBatch { block, origin, lists, copies, .. } = batch;
            frames.push(Frame::Replicate { block, origin, lists: lists.into_lists(), copies });
        }
        if let Some((block, lists, items)) = self.list_block {
            frames.push(Frame::Lists { block, lists: lists.into_lists(), items });
        }
        frames.extend(self.leases.into_iter().map(|(block, items)| Frame::Leases { block, items }));
        if let Some((block, lists, items)) = self.tombstones {
            frames.push(Frame::Tombstones { block, lists: lists.into_lists(), items });
        }
        if !self.confirms.is_empty() {
            frames.push(Frame::Confirm(self.confirms));
        }
        frames.extend(self.kept.into_iter().map(|(block, lists, items)| Frame::Kept {
            block,
            lists: lists.into_lists(),
            items,
        }));
        if !self.finished.is_empty() {
            frames.push(Frame::Finished(self.finished));
        }
        frames.extend(self.rest);
        if !self.has.is_empty() {
            frames.push(Frame::Has(self.has));
        }
        frames
    }
}

/// What is to be said to everybody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    early: BTreeMap<HostIndex, Lane>,
    late: BTreeMap<HostIndex, Lane>,
}

impl Outbox {
    /// The lane to `peer` of what may leave before the commit.
    pub(crate) fn early(&mut self, peer: HostIndex) -> &mut Lane {
        self.early.entry(peer).or_default()
    }

    /// The lane to `peer` of what must wait for the commit.
    pub(crate) fn late(&mut self, peer: HostIndex) -> &mut Lane {
        self.late.entry(peer).or_default()
    }

    /// Forgets everything to `peer`: its session is over.
    pub(crate) fn forget(&mut self, peer: HostIndex) {
        self.early.remove(&peer);
        self.late.remove(&peer);
    }

    /// Everything, by peer: before and after the commit.
    pub(crate) fn take(&mut self) -> [Vec<(HostIndex, Vec<Frame>)>; 2] {
        [&mut self.early, &mut self.late].map(|lanes| {
            let lanes = std::mem::take(lanes);
            lanes.into_iter().map(|(peer, lane)| (peer, lane.into_frames())).collect()
        })
    }
}
