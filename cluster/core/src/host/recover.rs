//! Starting: a host is made of what its store has kept.

use std::collections::{BTreeMap, BTreeSet};

use crate::balancer::Balancer;
use crate::codec::{Put, Take};
use crate::config::Config;
use crate::event::{Effects, MetaKey, Write};
use crate::frame::{Availability, MemberRecord};
use crate::host_set::{HostSet, SELF};
use crate::id_map::IdMap;
use crate::ids::{Boot, Commit, HostId, Sequence};
use crate::message::Fingerprint;
use crate::outbox::Outbox;
use crate::random::Random;
use crate::record::{MessageRecord, Record, StateRecord};
use crate::settings::{Setting, Settings};
use crate::state::messages::{Messages, NewEntry};
use crate::state::recent::RecentIds;
use crate::state::tombstones::{Tombstone, Tombstones};
use crate::time::Instant;

use super::alarm::{Alarm, Alarms};
use super::peers::Peers;
use super::wait::Waits;
use super::{Host, Identity};

/// What a store has kept, besides its records.
#[derive(Debug, Clone, Default)]
pub struct Recovered {
    /// The small things, by name, as they were written.
    pub meta: Vec<(MetaKey, Vec<u8>)>,
    /// What was last seen of each peer, as it was written.
    pub seen: Vec<u8>,
    /// The last durable commit before this boot began to write.
    pub commit: Commit,
    /// The place above all records that were ever written.
    pub next_sequence: Sequence,
}

/// How many boots of its own a host remembers. A disk that went back in time may have begun others before it meets somebody who knows
/// what it had.
const BOOTS_KEPT: usize = 8;

/// Where the numbers of a boot begin: what is still answered to an earlier one, in a session with this one, must fit no request of
/// this one. There are enough for four months at 100,000 a second.
fn first_number(boot: Boot) -> u64 {
    boot.counter << 40
}

impl Host {
    /// A host in a new boot. `records` are those of its store, in their order; the upper bound of their number makes room for as
    /// many messages. `seed` decides all its chances.
    #[must_use]
    pub fn recover(
        config: Config,
        identity: Identity,
        recovered: Recovered,
        records: impl IntoIterator<Item = (Sequence, Record)>,
        seed: u64,
        now: Instant,
    ) -> Self {
        let mut host = Host {
            finished: RecentIds::new(config.retry_window, config.finished_ids_max),
            promised: RecentIds::new(config.retry_window, config.finished_ids_max),
            config,
            now,
            random: Random::new(seed),
            balancer: Balancer::default(),
            peers: Peers::default(),
            messages: Messages::default(),
            tombstones: Tombstones::default(),
            settings: Settings::default(),
            availability: Availability::default(),
            untold: HostSet::EMPTY,
            under_way: IdMap::default(),
            pending: IdMap::default(),
            enqueues: BTreeMap::new(),
            enqueue_bytes: 0,
            pushes: BTreeMap::new(),
            deletes: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            asking: IdMap::default(),
            forwards: BTreeMap::new(),
            lease_ops: BTreeMap::new(),
            redrives: BTreeMap::new(),
            waits: Waits::default(),
            leave: Default::default(),
            unconfirmed: BTreeSet::new(),
            alarms: Alarms::default(),
            healthy: true,
            full: false,
            admitted: false,
            serving: false,
            repair_asked: false,
            told_lacking: 0,
            probes: 0,
            commit: recovered.commit,
            boots: Vec::new(),
            next_sequence: recovered.next_sequence.0,
            batch_sequence: recovered.next_sequence.0,
            next_number: first_number(identity.boot),
            seen_stored: recovered.seen.clone(),
            outbox: Outbox::default(),
            effects: Effects::default(),
            must_commit: false,
            identity,
        };
        host.recover_members(recovered);
        let records = records.into_iter();
        host.messages.reserve(records.size_hint().1.unwrap_or(0));
        for (sequence, record) in records {
            host.recover_record(sequence, record);
        }
        host.alarms.set(now, Alarm::Sweep);
        host.restand();
        host
    }

    fn recover_members(&mut self, recovered: Recovered) {
        let me = MemberRecord {
            id: self.identity.id,
            name: self.identity.name.clone(),
            address: self.identity.address.clone(),
            boot: self.identity.boot.counter,
            removed: false,
        };
        self.peers.index_of(&me, self.now);
        let mut members = BTreeMap::new();
        for (key, value) in recovered.meta {
            match key {
                MetaKey::Member(index) => {
                    members.insert(index, value);
                }
                MetaKey::Setting(name) => {
                    if let Some(setting) = decode_setting(name, &value) {
                        self.settings.merge(&setting);
                    }
                }
                MetaKey::Seen => {}
            }
        }
        for value in members.values() {
            let Some(record) = decode_member(value) else { continue };
            let (index, _) = self.peers.index_of(&record, self.now);
            self.peers.get_mut(index).removed = record.removed;
            self.effects.early.push(crate::event::Effect::Member(record));
        }
        self.recover_seen(&recovered.seen);
        self.boots.push((self.identity.boot, recovered.commit));
        self.boots.drain(..self.boots.len().saturating_sub(BOOTS_KEPT));
        self.messages.set_host_ids(self.peers.ids());
        self.apply_settings();
        for index in self.peers.indexes() {
            self.expect_progress(index);
        }
    }

    fn recover_seen(&mut self, seen: &[u8]) {
        for (id, boot, commit) in decode_seen(seen) {
            match self.peers.find(id) {
                Some(SELF) => self.boots.push((boot, commit)),
                Some(index) => {
                    let peer = self.peers.get_mut(index);
                    (peer.boot, peer.commit) = (boot, commit);
                }
                None => {}
            }
        }
    }

    fn recover_record(&mut self, sequence: Sequence, record: Record) {
        match record {
            Record::Message(record) => self.recover_message(sequence, record),
            Record::State(record) => self.recover_state(sequence, record),
            Record::Tombstone(record) => {
                let tombstone = Tombstone {
                    record: sequence,
                    holders: record.holders,
                    replicas: record.replicas,
                    everyone: record.everyone,
                    confirmed: HostSet::EMPTY,
                    kept: HostSet::of(SELF),
                };
                self.unconfirmed.insert(record.id);
                self.tombstones.insert(record.id, tombstone);
            }
        }
    }

    fn recover_message(&mut self, sequence: Sequence, record: MessageRecord) {
        let new = NewEntry {
            id: record.message.id,
            sequence,
            message_type: record.message.message_type.clone(),
            priority: record.message.priority,
            replicas: record.message.replicas,
            fingerprint: Fingerprint { ..record.fingerprint },
            condition: record.condition(),
            holders: record.holders,
        };
        self.messages.insert(new, self.now);
    }

    fn recover_state(&mut self, sequence: Sequence, record: StateRecord) {
        let Some(slot) = self.messages.find(record.id) else { return };
        self.messages.merge_holders(slot, &record.holders);
        self.messages.change(slot, self.now, |condition| {
            condition.deliveries = record.deliveries;
            (condition.not_before, condition.expires) = (record.not_before, record.expires);
            condition.record = Some(sequence);
        });
    }

    /// The highest boot and commit seen of each peer go with every commit, and the boots of this host.
    pub(super) fn write_what_was_seen(&mut self, effects: &mut Effects) {
        let others = self.peers.others().filter(|(_, peer)| peer.boot.nonce != 0 && !peer.removed);
        let others = others.map(|(_, peer)| (peer.id, peer.boot, peer.commit));
        let mine = self.boots.iter().map(|(boot, commit)| (self.identity.id, *boot, *commit));
        let mut seen = Vec::new();
        for (id, boot, commit) in mine.chain(others) {
            seen.put_u128(id.0);
            seen.put_u64(boot.counter);
            seen.put_u64(boot.nonce);
            seen.put_u64(commit.0);
        }
        if seen != self.seen_stored {
            self.seen_stored.clone_from(&seen);
            effects.writes.push(Write::Meta(MetaKey::Seen, seen));
        }
    }
}

/// What was last seen of each host, as a store has kept it: its boots and the commits that go with them.
pub fn decode_seen(seen: &[u8]) -> impl Iterator<Item = (HostId, Boot, Commit)> + '_ {
    let mut take = Take(seen);
    std::iter::from_fn(move || {
        let (id, counter, nonce) = (take.u128().ok()?, take.u64().ok()?, take.u64().ok()?);
        Some((HostId(id), Boot { counter, nonce }, Commit(take.u64().ok()?)))
    })
}

fn decode_member(value: &[u8]) -> Option<MemberRecord> {
    let mut take = Take(value);
    Some(MemberRecord {
        id: HostId(take.u128().ok()?),
        name: take.text().ok()?.to_owned(),
        address: take.text().ok()?.to_owned(),
        boot: take.u64().ok()?,
        removed: take.bool().ok()?,
    })
}

fn decode_setting(name: String, value: &[u8]) -> Option<Setting> {
    let mut take = Take(value);
    Some(Setting {
        name,
        version: take.u64().ok()?,
        host: HostId(take.u128().ok()?),
        value: take.text().ok()?.to_owned(),
    })
}
