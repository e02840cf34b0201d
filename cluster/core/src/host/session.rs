//! Sessions: one connection between two hosts, named by both boots and a connection number that only grows.
//!
//! Each side's first word on a link is a hello. The side that dialled numbers the session, the other one takes the number if it
//! is above all it knows. From then on frames are numbered from 1; a gap ends the session, and so does suspicion; what comes
//! twice, or on a link whose session is over, is dropped. Every session begins with a synchronisation, see [`super::sync`].
//!
//! The lower host id dials, and only while it has no session with that peer. So whoever says hello, or answers one, has done
//! with all earlier sessions of the pair: a copy that was sent in one of them has arrived by then, or never will.
//!
//! A host that is removed, a second process with a live host id, an older boot and a disk that lost something are told
//! apart here, and refused.

use crate::event::{Effect, LinkId};
use crate::frame::{Envelope, Frame, Hello, MemberRecord};
use crate::host_set::{HostIndex, SELF};
use crate::ids::{Boot, Commit, HostId};
use crate::journal::Happening;
use crate::plant::Plant;

use super::Host;
use super::peers::{Said, Session, SyncProgress};

impl Host {
    /// A link that this host dialled is open: it speaks first.
    pub(super) fn on_connected(&mut self, peer: HostId, link: LinkId) {
        let Some(index) = self.peers.find(peer).filter(|index| !self.peers.get(*index).removed) else {
            self.effects.early.push(Effect::HangUp(link));
            return;
        };
        self.hang_up(index);
        let connection = self.peers.get(index).connection + 1;
        self.say_hello(index, link, connection);
    }

    fn say_hello(&mut self, index: HostIndex, link: LinkId, connection: u64) {
        let (suspected, serving) = (self.peers.get(index).suspected_since_sync, self.serving);
        let settings = self.settings.changes();
        self.peers.get_mut(index).said = Some(Said { link, suspected, serving, settings });
        let (members, known) = (self.peers.records(), self.settings.share());
        let peer = self.peers.get(index);
        let seen = (peer.boot.nonce != 0).then_some((peer.boot, peer.commit));
        let hello = Hello {
            from: self.identity.id,
            to: peer.id,
            name: self.identity.name.clone(),
            address: self.identity.address.clone(),
            boot: self.identity.boot,
            store: self.identity.store,
            commit_at_boot: self.commit_at_boot(),
            commit: self.commit,
            connection,
            suspected_you: suspected,
            serving,
            seen_of_you: seen,
            members,
            settings: known,
        };
        self.effects.early.push(Effect::Hello(link, Box::new(hello)));
    }

    /// The other side's first word.
    pub(super) fn on_hello(&mut self, link: LinkId, hello: Hello) {
        // What was seen of a host that listened here before says nothing about this one.
        if let Some((boot, commit)) = hello.seen_of_you.filter(|_| hello.to == self.identity.id)
            && self.has_lost_something(boot, commit)
        {
            self.effects.late.push(Effect::DiskLost);
            self.effects.early.push(Effect::HangUp(link));
            return;
        }
        let record = MemberRecord {
            id: hello.from,
            name: hello.name.clone(),
            address: hello.address.clone(),
            boot: hello.boot.counter,
            removed: false,
        };
        let known = self.peers.find(hello.from);
        let unwelcome = known.filter(|index| *index != SELF && !self.may_speak(*index, &hello));
        let tells = self.identity.id > hello.from && !self.config.has(Plant::SilentRefusal);
        if let Some(index) = unwelcome.filter(|_| tells) {
            // It learns from the answer that it was removed, or that its disk has lost something, and hangs up.
            self.say_hello(index, link, hello.connection);
            return;
        }
        if hello.from == self.identity.id || unwelcome.is_some() || self.name_is_taken(&hello) {
            self.effects.early.push(Effect::HangUp(link));
            return;
        }
        self.on_members(&[record]);
        let Some(index) = self.peers.find(hello.from) else { return };
        let expected = self.peers.get(index).connection + 1;
        // The side that was dialled has the last word on the number: it may remember sessions that the other one does not.
        let dialled = self.identity.id < hello.from;
        let connection = if dialled { hello.connection } else { hello.connection.max(expected) };
        if !dialled {
            self.say_hello(index, link, connection);
        }
        self.begin_session(index, link, connection, hello);
    }

    /// The last commit before this boot.
    fn commit_at_boot(&self) -> Commit {
        self.boots.last().map_or(Commit(0), |(_, began)| *began)
    }

    /// Whether a peer knows of commits of this host that its disk does not have.
    fn has_lost_something(&self, boot: Boot, commit: Commit) -> bool {
        if self.config.has(Plant::BootIgnored) {
            return false;
        }
        let is_other = |(mine, _): &(Boot, Commit)| mine.counter == boot.counter && mine.nonce != boot.nonce;
        let next = self.boots.iter().find(|(mine, _)| mine.counter > boot.counter);
        boot.counter > self.identity.boot.counter
            || self.boots.iter().any(is_other)
            || next.is_some_and(|(_, began)| commit > *began)
    }

    /// Whether another live member, or this host, has the name of whoever says hello.
    fn name_is_taken(&mut self, hello: &Hello) -> bool {
        let takes = |(index, peer): (HostIndex, &super::peers::Peer)| {
            peer.id != hello.from && (index == SELF || peer.is_connected())
        };
        self.peers.named(&hello.name).into_iter().any(|index| takes((index, self.peers.get(index))))
    }

    fn may_speak(&self, index: HostIndex, hello: &Hello) -> bool {
        let peer = self.peers.get(index);
        let is_clone =
            hello.boot.counter == peer.boot.counter && ![0, hello.boot.nonce].contains(&peer.boot.nonce);
        let lost = hello.boot.counter > peer.boot.counter && hello.commit_at_boot < peer.commit;
        if lost {
            return false;
        }
        !peer.removed && hello.boot.counter >= peer.boot.counter && !is_clone
    }

    fn begin_session(&mut self, index: HostIndex, link: LinkId, connection: u64, hello: Hello) {
        let said = self.peers.get(index).said.filter(|said| said.link == link);
        let Some(said) = said.filter(|said| said.suspected || !self.peers.get(index).suspected_since_sync)
        else {
            // The peer would not know that it has been suspected since this side said hello: say it again.
            self.effects.early.push(Effect::HangUp(link));
            return;
        };
        if let Some(old) = self.peers.get(index).session.as_ref().map(|session| session.link) {
            self.effects.early.push(Effect::HangUp(old));
            self.end_session(index);
        }
        self.peers.set_link(link, index);
        let serving = self.serving && said.serving;
        let peer = self.peers.get_mut(index);
        let restarted = peer.boot.nonce != 0 && peer.boot != hello.boot;
        let moved = peer.address != hello.address || peer.name != hello.name;
        (peer.name, peer.address) = (hello.name, hello.address);
        peer.addressed_in = hello.boot.counter;
        peer.boot = hello.boot;
        peer.commit = peer.commit.max(hello.commit);
        peer.connection = connection;
        peer.suspected = None;
        peer.hears_us = true;
        peer.refuses = false;
        peer.admitted = hello.serving && !peer.suspected_since_sync;
        peer.must_clear |= hello.suspected_you || !serving;
        peer.since = self.now;
        if restarted {
            peer.steps_best = 0;
        }
        let sync = SyncProgress::default();
        peer.session = Some(Session {
            link,
            connection,
            next_sent: 1,
            next_expected: 1,
            sync,
            told_lacking: Default::default(),
        });
        let id = peer.id;
        if restarted || moved {
            self.keep_member(index);
        }
        self.happened(Happening::Session(id));
        self.pass_fence(index);
        if said.settings != self.settings.changes() {
            // What was set since this side said hello was told to others only: there was no session yet.
            let all = self.settings.iter().cloned().collect();
            self.outbox.early(index).first.push(Frame::Settings(all));
        }
        if !hello.members.is_same(&self.peers.records()) {
            self.on_members(&hello.members);
        }
        // Whom the peer knows of is known here by now, too.
        self.replace_namesake(index);
        if !hello.settings.is_same(&self.settings.share()) {
            self.on_settings(&hello.settings);
        }
        self.expect_progress(index);
        self.begin_sync(index);
        self.restand();
        self.ask_again(index);
        self.ask_newcomer(index);
        self.renew_interests(index);
    }

    /// Frames on a link: taken if they belong to the running session and are the next ones.
    pub(super) fn on_envelope(&mut self, link: LinkId, envelope: Envelope) {
        let Some(index) = self.peers.on_link(link) else { return };
        let peer = self.peers.get_mut(index);
        let Some(session) = peer.session.as_mut().filter(|session| session.connection == envelope.connection)
        else {
            return;
        };
        let (expected, count) = (session.next_expected, envelope.frames.len() as u64);
        if envelope.first > expected || envelope.boot != peer.boot.counter {
            self.hang_up(index);
            return;
        }
        session.next_expected = expected.max(envelope.first + count);
        peer.commit = peer.commit.max(envelope.commit);
        let repeated = (expected - envelope.first).min(count) as usize;
        for frame in envelope.frames.into_iter().skip(repeated) {
            self.on_frame(index, frame);
            if self.peers.on_link(link).is_none() {
                return;
            }
        }
    }

    fn on_frame(&mut self, from: HostIndex, frame: Frame) {
        match frame {
            Frame::Members(records) => self.on_members(&records),
            Frame::Settings(settings) => self.on_settings(&settings),
            Frame::Availability(availability) => self.on_availability(from, availability),
            Frame::Replicate { block, origin, lists, copies } => {
                self.on_replicate(from, block, origin, &lists, copies);
            }
            Frame::Lists { block, lists, items } => self.on_lists(from, block, &lists, &items),
            Frame::Stored { block, refused } => self.on_stored(from, block, &refused),
            Frame::Confirm(items) => self.on_confirm(from, &items),
            Frame::Leases { block, items } => self.on_leases_pushed(from, block, &items),
            Frame::LeasesHeard(block) => self.on_leases_heard(from, block),
            Frame::Tombstones { block, lists, items } => self.on_tombstones(from, block, &lists, items),
            Frame::Kept { block, lists, items } => self.on_kept(from, block, &lists, items),
            Frame::Finished(ids) => self.on_finished(&ids),
            Frame::Digest { sums, only, answer } => self.on_digest(from, &sums, only, answer),
            Frame::Entries { items, last } => self.on_entries(from, &items, last),
            Frame::Lacks { ids, refuses } => self.on_lacks(from, &ids, refuses),
            Frame::Has(ids) => self.on_has(from, &ids),
            Frame::Knows { lists, items } => self.on_knows(from, &lists, &items),
            Frame::SyncDone => self.on_sync_done(from),
            Frame::Synchronised(round) => self.on_synchronised(from, round),
            Frame::Cleared(round) => self.on_cleared(from, round),
            Frame::StopsServing => self.on_stops_serving(from),
            Frame::Inquire { block, retry, ids } => self.on_inquire(from, block, retry, &ids),
            Frame::Known(block, knowledge) => self.on_known(from, block, knowledge),
            Frame::Forward(block, request) => self.on_request(super::Origin::Peer(from, block), *request),
            Frame::Forwarded(block, reply) => self.on_forwarded(from, block, *reply),
            Frame::Interest(types) => self.on_interest(from, types),
            Frame::Ready(types) => self.on_ready(from, &types),
        }
    }

    /// Whether a session runs on this link.
    #[must_use]
    pub fn has_session_on(&self, link: LinkId) -> bool {
        self.peers.on_link(link).is_some()
    }

    /// A link is gone: so is its session, but nobody is suspected for that.
    pub(super) fn on_disconnected(&mut self, link: LinkId) {
        if let Some(index) = self.peers.on_link(link) {
            self.end_session(index);
            self.restand();
        }
    }

    /// Ends the session with a peer from this side.
    pub(super) fn hang_up(&mut self, index: HostIndex) {
        if let Some(link) = self.peers.get(index).session.as_ref().map(|session| session.link) {
            self.effects.early.push(Effect::HangUp(link));
            self.end_session(index);
        }
    }

    /// Forgets a session and whatever was meant for it.
    pub(super) fn end_session(&mut self, index: HostIndex) {
        let peer = self.peers.get_mut(index);
        let Some(session) = peer.session.take() else { return };
        peer.steps_best = peer.steps_best.max(session.sync.steps);
        peer.to_offer.clear();
        peer.interests.clear();
        peer.interest_sent.clear();
        let (id, blocks) = (peer.id, std::mem::take(&mut peer.blocks));
        self.told_lacking -= session.told_lacking.len() as u64;
        self.peers.forget_link(session.link);
        self.outbox.forget(index);
        self.happened(Happening::SessionEnded(id));
        self.messages.forget_lacking(index);
        for (number, block) in blocks {
            self.block_lost(index, number, block);
        }
        self.expect_progress(index);
    }
}
