//! The members of the cluster as this host sees them: who they are, how the link to each stands, and what follows from it.
//!
//! Index 0 is the host itself. Members are never taken out of the table, because records and lists name them by index; a
//! removed member stays, marked.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::event::{LinkId, Suspicion};
use crate::frame::{Availability, MemberRecord};
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::ids::{Boot, Commit, HostId, MessageId};
use crate::message::MessageType;
use crate::shared::{Shared, Sum};
use crate::state::slab::Slot;
use crate::time::Instant;

use super::kinds::{Kind, Kinds};

/// The running session with a peer.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) link: LinkId,
    pub(crate) connection: u64,
    /// The number of the next frame to send, and of the next one expected.
    pub(crate) next_sent: u64,
    pub(crate) next_expected: u64,
    /// What the synchronisation of this session has come to.
    pub(crate) sync: SyncProgress,
    /// Ids of which this host has told the peer that it lacks them.
    pub(crate) told_lacking: BTreeSet<MessageId>,
}

/// How far a synchronisation is.
#[derive(Debug, Clone, Default)]
pub(crate) struct SyncProgress {
    /// The peer's digest came, and was answered with entries.
    pub(crate) digest_seen: bool,
    /// This host has said all it had to say.
    pub(crate) done_sent: bool,
    /// So has the peer.
    pub(crate) done_received: bool,
    /// How many steps were made; compared with earlier sessions.
    pub(crate) steps: u64,
    /// For each digest that was sent and whose last entries have not come: the removed hosts that the peer knew of by then.
    pub(crate) removals_told: VecDeque<HostSet>,
}

impl SyncProgress {
    /// Whether both sides have said all they had to say.
    pub(crate) fn is_done(&self) -> bool {
        self.done_sent && self.done_received
    }
}

/// A block of items that a peer has not answered yet.
#[derive(Debug, Clone)]
pub(crate) enum Block {
    /// Copies, or additions to lists.
    Copies { items: Vec<Sent>, kind: CopyKind },
    /// Leases, for this push.
    Leases { push: u64 },
    /// Tombstones, and the deletes that wait for them.
    Tombstones { deletes: Vec<u64> },
    /// An inquiry.
    Inquiry { inquiry: u64 },
    /// A forwarded request.
    Forward { forward: u64 },
}

/// A copy, or an addition to a list, as it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) id: MessageId,
    /// Where this host's own copy was then.
    pub(crate) slot: Slot,
    /// The hash of the list that was sent along.
    pub(crate) list_hash: u64,
}

/// Why copies travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CopyKind {
    /// A message, for an enqueue that waits or for a chain that passes it on.
    Copy,
    /// The owner offers what a listed holder lacks.
    Offer,
    /// Only the list of a message that the peer has.
    List,
}

/// What a hello said that may have changed until it is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    pub(crate) link: LinkId,
    pub(crate) suspected: bool,
    pub(crate) serving: bool,
    /// How often settings had been changed.
    pub(crate) settings: u64,
}

/// One member.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) id: HostId,
    pub(crate) name: String,
    pub(crate) address: String,
    /// The boot in which it had this name and address: what is said of a later one is news.
    pub(crate) addressed_in: u64,
    pub(crate) removed: bool,
    /// Who knows of its removal and has synchronised with this host since.
    pub(crate) removal_known_by: HostSet,
    /// The highest boot heard of; the nonce is known only of boots that spoke to this host.
    pub(crate) boot: Boot,
    /// The highest durable commit it has claimed.
    pub(crate) commit: Commit,
    /// The highest connection number that either side has used.
    pub(crate) connection: u64,
    pub(crate) session: Option<Session>,
    /// There has been a session with it in this boot.
    pub(crate) met: bool,
    /// Messages of which copies to it went unanswered when a session ended.
    pub(crate) loose: Vec<MessageId>,
    /// What the last hello to it said: on which link, whether it had been suspected, whether this host served.
    pub(crate) said: Option<Said>,
    pub(crate) suspected: Option<Suspicion>,
    /// Whether it says that it hears this host.
    pub(crate) hears_us: bool,
    /// It reported itself synchronised and was answered: it may own messages.
    pub(crate) admitted: bool,
    /// The session in which this host has reported itself synchronised to it.
    pub(crate) reported_in: Option<u64>,
    /// It has to let this host serve again before shared messages are served here.
    pub(crate) must_clear: bool,
    /// This host has suspected it, and may have served in its place, since they last synchronised.
    pub(crate) suspected_since_sync: bool,
    /// By when synchronising with it must have made progress, while it has to.
    pub(crate) progress_by: Option<Instant>,
    pub(crate) steps_best: u64,
    pub(crate) since: Instant,
    pub(crate) availability: Availability,
    pub(crate) blocks: BTreeMap<u64, Block>,
    /// Messages that it lacks and that this host is to offer it, in order.
    pub(crate) to_offer: BTreeSet<MessageId>,
    /// It lacks messages but takes no copies now.
    pub(crate) refuses: bool,
    /// Types of which it wants to hear when there are messages.
    pub(crate) interests: BTreeSet<MessageType>,
    /// Types of which this host has asked to hear from it.
    pub(crate) interest_sent: BTreeSet<MessageType>,
}

impl Peer {
    fn new(record: &MemberRecord, now: Instant) -> Self {
        Peer {
            id: record.id,
            name: record.name.clone(),
            address: record.address.clone(),
            addressed_in: record.boot,
            removed: record.removed,
            removal_known_by: HostSet::EMPTY,
            boot: Boot { counter: record.boot, nonce: 0 },
            commit: Commit(0),
            connection: 0,
            session: None,
            met: false,
            loose: Vec::new(),
            said: None,
            suspected: None,
            hears_us: false,
            admitted: false,
            reported_in: None,
            must_clear: true,
            suspected_since_sync: false,
            progress_by: None,
            steps_best: 0,
            since: now,
            availability: Availability::default(),
            blocks: BTreeMap::new(),
            to_offer: BTreeSet::new(),
            refuses: false,
            interests: BTreeSet::new(),
            interest_sent: BTreeSet::new(),
        }
    }

    /// Whether it can be talked to now.
    pub(crate) fn is_connected(&self) -> bool {
        self.session.is_some() && self.suspected.is_none() && !self.removed
    }

    /// Whether it counts as live for the choice of owners.
    pub(crate) fn is_live(&self) -> bool {
        self.admitted && self.suspected.is_none() && !self.removed && self.hears_us
    }

    /// Whether it has to let this host serve again, and can be expected to.
    pub(crate) fn is_uncleared(&self) -> bool {
        self.must_clear && self.suspected.is_none() && !self.removed
    }

    /// Whether it takes new replicas now.
    pub(crate) fn takes_replicas(&self) -> bool {
        self.is_connected() && !self.availability.full && !self.availability.leaving
    }

    /// Whether the session's synchronisation is complete.
    pub(crate) fn is_synchronised(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.sync.is_done())
    }

    /// What members tell each other of it.
    pub(crate) fn record(&self) -> MemberRecord {
        MemberRecord {
            id: self.id,
            name: self.name.clone(),
            address: self.address.clone(),
            boot: self.addressed_in,
            removed: self.removed,
        }
    }

    /// Whether a record says of it what is so.
    fn is_as_in(&self, record: &MemberRecord) -> bool {
        record.id == self.id
            && record.boot == self.addressed_in
            && record.removed == self.removed
            && record.name == self.name
            && record.address == self.address
    }
}

/// All members.
#[derive(Debug, Clone, Default)]
pub(crate) struct Peers {
    table: Vec<Peer>,
    by_id: BTreeMap<HostId, HostIndex>,
    by_link: BTreeMap<LinkId, HostIndex>,
    kinds: Kinds,
    /// Their names' sums, by index.
    names: Vec<u64>,
    /// What is told of all members, for as long as it holds.
    records: Option<Shared<MemberRecord>>,
}

impl Peers {
    /// The index of a host that is known.
    pub(crate) fn find(&self, id: HostId) -> Option<HostIndex> {
        self.by_id.get(&id).copied()
    }

    /// The index of a host; one that is not known yet gets one.
    pub(crate) fn index_of(&mut self, record: &MemberRecord, now: Instant) -> (HostIndex, bool) {
        if let Some(index) = self.find(record.id) {
            return (index, false);
        }
        let index = HostIndex(self.table.len() as u16);
        self.table.push(Peer::new(record, now));
        self.kinds.note(index);
        self.by_id.insert(record.id, index);
        (index, true)
    }

    pub(crate) fn get(&self, index: HostIndex) -> &Peer {
        &self.table[usize::from(index.0)]
    }

    pub(crate) fn get_mut(&mut self, index: HostIndex) -> &mut Peer {
        self.kinds.note(index);
        &mut self.table[usize::from(index.0)]
    }

    /// The peer whose session runs on this link.
    pub(crate) fn on_link(&self, link: LinkId) -> Option<HostIndex> {
        self.by_link.get(&link).copied()
    }

    pub(crate) fn set_link(&mut self, link: LinkId, index: HostIndex) {
        self.by_link.insert(link, index);
    }

    pub(crate) fn forget_link(&mut self, link: LinkId) {
        self.by_link.remove(&link);
    }

    /// The host itself.
    pub(crate) fn me(&self) -> &Peer {
        self.get(SELF)
    }

    /// All members but the host itself, in index order, removed ones included.
    pub(crate) fn others(&self) -> impl Iterator<Item = (HostIndex, &Peer)> + Clone {
        self.table.iter().enumerate().skip(1).map(|(index, peer)| (HostIndex(index as u16), peer))
    }

    /// All members that were not removed, the host itself included.
    pub(crate) fn members(&self) -> impl Iterator<Item = (HostIndex, &Peer)> {
        let all = self.table.iter().enumerate().map(|(index, peer)| (HostIndex(index as u16), peer));
        all.filter(|(_, peer)| !peer.removed)
    }

    /// How many members there are besides the host itself.
    pub(crate) fn others_count(&self) -> usize {
        self.table.len() - 1 - self.of(Kind::Removed).len()
    }

    /// Those that can be talked to now.
    pub(crate) fn connected(&self) -> HostSet {
        self.of(Kind::Connected).into_owned()
    }

    /// Those of a kind.
    pub(crate) fn of(&self, kind: Kind) -> Cow<'_, HostSet> {
        self.kinds.of(kind, &self.table)
    }

    /// Says what is not as it must be, for checkers.
    pub(super) fn inconsistency(&self) -> Option<String> {
        let wrong = self.kinds.wrong(&self.table)?;
        Some(format!("other peers are {wrong:?} than are known to be"))
    }

    /// Takes in what has changed, so that asking is cheap.
    pub(crate) fn refresh(&mut self) {
        self.names.resize(self.table.len(), 0);
        let (names, records) = (&mut self.names, &mut self.records);
        self.kinds.refresh(&self.table, |index, peer| {
            names[index] = name_sum(&peer.name);
            let told = records.as_ref().map(|records| records.get(index));
            if told.is_some_and(|told| !told.is_some_and(|record| peer.is_as_in(record))) {
                *records = None;
            }
        });
    }

    /// What is told of all members, this host first.
    pub(crate) fn each_record(&self) -> impl Iterator<Item = MemberRecord> + '_ {
        self.table.iter().map(Peer::record)
    }

    /// The same as a list that is made anew only after a change.
    pub(crate) fn records(&mut self) -> Shared<MemberRecord> {
        self.refresh();
        if let Some(records) = &self.records {
            return records.clone();
        }
        let records: Shared<MemberRecord> = self.each_record().collect();
        self.records.insert(records).clone()
    }

    /// All who have this name, the host itself included.
    pub(crate) fn named(&mut self, name: &str) -> Vec<HostIndex> {
        self.refresh();
        let sum = name_sum(name);
        let alike = self.names.iter().enumerate().filter(|(_, known)| **known == sum);
        let alike = alike.map(|(index, _)| HostIndex(index as u16));
        alike.filter(|index| self.get(*index).name == name).collect()
    }

    /// The indexes of all peers, for loops that change them.
    pub(crate) fn indexes(&self) -> Vec<HostIndex> {
        self.others().map(|(index, _)| index).collect()
    }

    pub(crate) fn id(&self, index: HostIndex) -> HostId {
        self.get(index).id
    }

    /// The ids of all members by index.
    pub(crate) fn ids(&self) -> Vec<HostId> {
        self.table.iter().map(|peer| peer.id).collect()
    }

    pub(crate) fn ids_of(&self, hosts: impl IntoIterator<Item = HostIndex>) -> Vec<HostId> {
        hosts.into_iter().map(|host| self.id(host)).collect()
    }

    pub(crate) fn indexes_of(&self, ids: &[HostId]) -> HostSet {
        ids.iter().filter_map(|id| self.find(*id)).collect()
    }
}

fn name_sum(name: &str) -> u64 {
    Sum::default().text(name).end()
}
