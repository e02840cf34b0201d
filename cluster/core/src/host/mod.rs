//! One queue host as a state machine: everything it knows, one event at a time.
//!
//! There is one owner of all state and no lock, no clock, no I/O: [`Host::step`] takes the time and an event and changes the
//! state; [`Host::flush`] says what is to be done about all events since the last flush, as [`Effects`]. A real host,
//! the simulator and the golden scripts drive this same code. One owner is enough, because the disk decides the pace: all
//! that happens during one commit is one batch for the next.
//!
//! The modules below are one concern each. They add methods to [`Host`], call each other through few of them, and never
//! reach into each other's tables:
//!
//! ```text
//!  session ── hello, frames, loss ──┐
//!  sync ───── digests, entries ─────┤      enqueue ─▶ copies ─▶ holders elsewhere
//!  admission  who serves ───────────┼────▶ retry ──▶ inquiry    delete ─▶ tombstone
//!  offers ─── copies that lack ─────┤      dequeue ─▶ push       wait ──▶ forward
//!  repair, leave ───────────────────┘
//! ```

mod admission;
mod alarm;
mod copies;
mod delete;
mod dequeue;
mod describe;
mod enqueue;
mod expiry;
mod forward;
mod further;
mod inquiry;
mod kinds;
mod leases;
mod leave;
mod membership;
mod offers;
mod outcome;
pub(crate) mod peers;
mod placement;
mod portable;
mod receive;
mod recover;
mod redrive;
mod repair;
mod retry;
mod session;
mod set_aside;
mod stores;
mod sync;
mod tombstone;
mod types;
mod unlisted;
mod views;
mod wait;

use std::collections::BTreeMap;

use crate::balancer::Balancer;
use crate::config::Config;
use crate::event::{Effect, Effects, Event, MetaKey, Order, Write};
use crate::frame::{Availability, Envelope, Frame};
use crate::host_set::{HostIndex, HostSet};
use crate::id_map::IdMap;
use crate::ids::{Boot, Commit, HostId, RequestId, Sequence, StoreId};
use crate::journal::Happening;
use crate::outbox::Outbox;
use crate::plant::Plant;
use crate::random::Random;
use crate::record::Record;
use crate::request::{Reply, Request};
use crate::settings::Settings;
use crate::state::messages::Messages;
use crate::state::recent::RecentIds;
use crate::state::tombstones::Tombstones;
use crate::time::Instant;

use alarm::{Alarm, Alarms};
use delete::DeleteOp;
use dequeue::Push;
use forward::Forward;
use inquiry::Inquiry;
use leases::LeaseOp;
use outcome::{EnqueueOp, Pending};
use peers::Peers;
use redrive::RedriveOp;
use wait::Waits;

pub use recover::{Recovered, decode_seen};
pub use set_aside::{Fate, SetAside};
pub use stores::{
    EVENTS_KEPT_SETTING, NOT_SYNCHRONISED, ROLLED_BACK, StoreView, declare_index, store_setting,
};
pub use views::{HostView, LinkView, TypeView};

/// Who a host is in this boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id, kept in its store.
    pub id: HostId,
    /// Its name.
    pub name: String,
    /// Where it listens, as a URL.
    pub address: String,
    /// This boot.
    pub boot: Boot,
    /// Its store.
    pub store: StoreId,
}

/// For whom something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A client of this host.
    Client(RequestId),
    /// A peer, under this block number.
    Peer(HostIndex, u64),
    /// The host itself: nobody waits for the answer.
    Nobody,
}

/// One queue host.
#[derive(Debug, Clone)]
pub struct Host {
    config: Config,
    identity: Identity,
    now: Instant,
    random: Random,
    balancer: Balancer,

    peers: Peers,
    messages: Messages,
    tombstones: Tombstones,
    finished: RecentIds,
    promised: RecentIds,
    settings: Settings,
    /// How this host stands, as it last told, and whom it has not told since.
    availability: Availability,
    untold: HostSet,

    /// Whom copies of a message may be under way to.
    under_way: IdMap<HostSet>,
    pending: IdMap<Pending>,
    enqueues: BTreeMap<u64, EnqueueOp>,
    enqueue_bytes: usize,
    pushes: BTreeMap<u64, Push>,
    deletes: BTreeMap<u64, DeleteOp>,
    inquiries: BTreeMap<u64, Inquiry>,
    asking: IdMap<u64>,
    forwards: BTreeMap<u64, Forward>,
    lease_ops: BTreeMap<u64, LeaseOp>,
    redrives: BTreeMap<u64, RedriveOp>,
    waits: Waits,
    leave: leave::Leave,
    unconfirmed: std::collections::BTreeSet<crate::ids::MessageId>,
    alarms: Alarms,

    /// Whether the store takes writes.
    healthy: bool,
    full: bool,
    /// Whether this host has been let serve since it started, or since it ran late.
    admitted: bool,
    serving: bool,
    /// Whether an operator has asked for a repair that is not complete.
    repair_asked: bool,
    told_lacking: u64,
    probes: u32,

    commit: Commit,
    /// The last boots of this disk, this one included, each with the commit before it began to write.
    boots: Vec<(Boot, Commit)>,
    next_sequence: u64,
    /// The first place that this batch writes to; whatever is below is durable.
    batch_sequence: u64,
    next_number: u64,
    seen_stored: Vec<u8>,

    outbox: Outbox,
    effects: Effects,
    /// Whether a commit is needed though nothing late waits for it.
    must_commit: bool,
}

impl Host {
    /// Takes one event. What follows from it is said by the next [`Self::flush`].
    pub fn step(&mut self, now: Instant, event: Event) {
        self.now = self.now.max(now);
        match event {
            Event::Request(request, what) => self.on_request(Origin::Client(request), what),
            Event::Cancelled(request) => self.on_cancelled(request),
            Event::Order(order) => self.on_order(order),
            Event::Members(records) => self.on_members(&records),
            Event::Settings(settings) => self.on_settings(&settings),
            Event::Connected(peer, link) => self.on_connected(peer, link),
            Event::Hello(link, hello) => self.on_hello(link, hello),
            Event::Frames(link, envelope) => self.on_envelope(link, envelope),
            Event::Disconnected(link) => self.on_disconnected(link),
            Event::Suspect(peer, why) => self.on_suspect(peer, why),
            Event::HearsUs(peer, hears_us) => self.on_hears_us(peer, hears_us),
            Event::RanLate(_) => self.on_ran_late(),
            Event::Full(full) => self.on_full(full),
            Event::Healthy(healthy) => self.on_healthy(healthy),
            Event::Corrupt(sequence) => self.on_corrupt(sequence),
            Event::NotHandedOut(receipts) => self.on_not_handed_out(&receipts),
            Event::Tick => {}
        }
    }

    /// What is to be done about everything since the last flush.
    pub fn flush(&mut self, now: Instant) -> Effects {
        self.now = self.now.max(now);
        self.peers.refresh();
        self.ring_alarms();
        self.wake_messages();
        self.serve_waits();
        self.send_offers();
        let [early, late] = self.outbox.take();
        for (peer, frames) in early {
            self.send(peer, frames, false);
        }
        for (peer, frames) in late {
            self.send(peer, frames, true);
        }
        self.batch_sequence = self.next_sequence;
        let mut effects = std::mem::take(&mut self.effects);
        // What is late rests on what was appended. Erased records may come back after a crash: nothing waits for that.
        effects.urgent = self.must_commit;
        self.must_commit = false;
        if self.config.has(Plant::AckBeforeFsync) {
            effects.early.append(&mut effects.late);
        }
        if !effects.writes.is_empty() {
            self.write_what_was_seen(&mut effects);
        }
        effects
    }

    /// When the next flush is due though nothing happens.
    #[must_use]
    pub fn next_deadline(&self) -> Instant {
        let alarm = self.alarms.next().unwrap_or(Instant::NEVER);
        alarm.min(self.messages.next_timer().unwrap_or(Instant::NEVER))
    }

    /// Whether any lease, delay or life runs: then the host's clock must be kept, at least once a second.
    #[must_use]
    pub fn has_timers(&self) -> bool {
        self.messages.next_timer().is_some()
    }

    /// Tells the host that all writes of the last flush are durable, as this commit.
    pub fn committed(&mut self, commit: Commit) {
        self.commit = commit;
    }

    /// Numbers frames for the session in which they were said; `None` if that is over.
    pub fn seal(
        &mut self,
        peer: HostId,
        connection: u64,
        frames: Vec<Frame>,
    ) -> Option<(crate::event::LinkId, Envelope)> {
        let index = self.peers.find(peer)?;
        let (boot, commit) = (self.identity.boot.counter, self.commit);
        let session =
            self.peers.get_mut(index).session.as_mut().filter(|session| session.connection == connection)?;
        let first = session.next_sent;
        session.next_sent += frames.len() as u64;
        Some((session.link, Envelope { connection, boot, commit, first, frames }))
    }

    /// Who this host is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether it has this bug.
    #[must_use]
    pub fn has_plant(&self, plant: Plant) -> bool {
        self.config.has(plant)
    }

    /// What it does with a request, whoever asks.
    fn on_request(&mut self, origin: Origin, request: Request) {
        match request {
            Request::Enqueue(enqueue) => self.on_enqueue(origin, enqueue),
            Request::Dequeue(dequeue) => self.on_dequeue(origin, dequeue),
            Request::Delete(delete) => self.on_delete(origin, delete),
            Request::Release(receipts) => self.on_leases(origin, receipts, None),
            Request::Extend(receipts, lease) => self.on_leases(origin, receipts, Some(lease)),
            Request::Show(id) => self.on_show(origin, id),
            Request::Redrive(redrive) => self.on_redrive(origin, redrive),
            Request::Relay(peer, request) => self.on_relay(origin, peer, *request),
        }
    }

    fn on_order(&mut self, order: Order) {
        match order {
            Order::Leave => self.start_leaving(),
            Order::Remove(host) => self.remove_member(host),
            Order::Repair => self.repair_now(),
            Order::Set(name, value) => self.set(name, value),
        }
    }

    fn on_cancelled(&mut self, request: RequestId) {
        self.cancel_wait(Origin::Client(request));
    }

    fn ring_alarms(&mut self) {
        while let Some(alarm) = self.alarms.due(self.now) {
            match alarm {
                Alarm::Enqueue(op) => self.on_enqueue_alarm(op),
                Alarm::Push(push) => self.finish_push(push),
                Alarm::Delete(op) => self.on_delete_alarm(op),
                Alarm::Inquiry(inquiry) => self.finish_inquiry(inquiry),
                Alarm::Forward(forward) => self.on_forward_timeout(forward),
                Alarm::Wait(wait) => self.on_wait_deadline(wait),
                Alarm::Progress(peer) => self.on_progress_deadline(peer),
                Alarm::Sweep => self.sweep(),
            }
        }
    }

    /// What is done now and then, whatever happens.
    fn sweep(&mut self) {
        self.alarms.set(self.now + self.config.sweep_interval, Alarm::Sweep);
        self.tell_availability();
        self.spread_removals();
        self.push_tombstones_again();
        self.compare_next_bucket();
        self.repair_as_set();
        self.go_on_leaving();
    }

    /// Answers `origin`. What rests on writes of this batch leaves after them.
    fn reply(&mut self, origin: Origin, reply: Reply) {
        match origin {
            Origin::Client(request) => self.effects.late.push(Effect::Reply(request, reply)),
            Origin::Peer(peer, block) => {
                self.outbox.late(peer).rest.push(Frame::Forwarded(block, Box::new(reply)));
            }
            Origin::Nobody => {}
        }
    }

    fn happened(&mut self, what: Happening) {
        self.effects.happened(what);
    }

    /// Appends a record for which something waits, in this batch or a later one.
    fn append(&mut self, record: Record) -> Sequence {
        self.must_commit = true;
        let sequence = Sequence(self.next_sequence);
        self.next_sequence += 1;
        self.effects.writes.push(Write::Append(sequence, record));
        sequence
    }

    /// Whether a record was written by an earlier batch, and so is on the disk.
    fn is_durable(&self, sequence: Sequence) -> bool {
        sequence.0 < self.batch_sequence
    }

    /// Erases a record, with the next commit that is needed anyway.
    fn erase(&mut self, sequence: Sequence) {
        self.effects.writes.push(Write::Erase(sequence));
    }

    fn write_meta(&mut self, key: MetaKey, value: Vec<u8>) {
        self.must_commit = true;
        self.effects.writes.push(Write::Meta(key, value));
    }

    /// A number that this host has not used, in no boot: for blocks, operations and rounds alike.
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn send(&mut self, peer: HostIndex, frames: Vec<Frame>, late: bool) {
        let peer = self.peers.get(peer);
        if let Some(session) = &peer.session
            && !frames.is_empty()
        {
            let effect = Effect::Send(peer.id, session.connection, frames);
            if late { self.effects.late.push(effect) } else { self.effects.early.push(effect) }
        }
    }
}
