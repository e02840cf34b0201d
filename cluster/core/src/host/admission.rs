//! Who serves: suspicion, being let serve, and handing back.
//!
//! After its start a host serves nothing until it is *admitted*: synchronised with every peer that it does not suspect, and
//! cleared by each, which means that the peer has stopped serving what this host owns. After a wrong suspicion only that
//! pair goes through the same, and only their shared messages wait. Suspicion is this host's own opinion of a link; it decides
//! who serves and who is picked, and never drops a replica or a tombstone.
//!
//! ```text
//!   start ──▶ synchronise with each ──▶ "synchronised" to each ──▶ "cleared" by each ──▶ serves
//!                      │ no progress for 2 s: suspect that one, go on without it
//! ```

use std::borrow::Cow;

use crate::event::{Effect, Suspicion};
use crate::frame::{Availability, Depth, Frame};
use crate::host_set::{HostIndex, HostSet};
use crate::ids::HostId;
use crate::journal::Happening;
use crate::plant::Plant;
use crate::state::groups::GroupId;
use crate::state::standing::{Owner, Standing};

use super::Host;
use super::alarm::Alarm;
use super::kinds::Kind;
use super::views::TypeView;

impl Host {
    /// Decides anew who serves what, after anything that this depends on has changed.
    pub(super) fn restand(&mut self) {
        self.peers.refresh();
        self.admit();
        let (live, uncleared, removed) = (self.live(), self.uncleared(), self.peers.of(Kind::Removed));
        let known = self.messages.standing();
        let stands = known.serving == self.serving
            && (&known.live, &known.uncleared, &known.removed) == (&*live, &*uncleared, &*removed);
        if !stands {
            let (live, uncleared, removed) =
                (live.into_owned(), uncleared.into_owned(), removed.into_owned());
            let standing = Standing { serving: self.serving, live, uncleared, removed };
            let changed = self.messages.set_standing(standing);
            self.narrate_ownership(&changed);
            self.offer_what_is_lacking(&changed);
        }
        self.report_synchronised();
    }

    /// Who counts as live for the choice of owners.
    fn live(&self) -> Cow<'_, HostSet> {
        let nobody = self.config.has(Plant::TakeoverWithoutSuspicion);
        if nobody { Cow::Owned(HostSet::EMPTY) } else { self.peers.of(Kind::Live) }
    }

    /// Who may have taken over from this host and has not handed back yet.
    fn uncleared(&self) -> Cow<'_, HostSet> {
        let nobody = self.config.has(Plant::ServeBeforeSync);
        if nobody { Cow::Owned(HostSet::EMPTY) } else { self.peers.of(Kind::Uncleared) }
    }

    /// Starts to serve, or stops, if the time for it has come.
    fn admit(&mut self) {
        self.admitted |= self.uncleared().is_empty();
        let serving = self.admitted && self.healthy && !self.peers.me().removed;
        if serving == self.serving {
            return;
        }
        self.serving = serving;
        self.happened(Happening::Serves(serving));
        self.effects.early.push(Effect::Serving(serving));
        if !serving {
            for peer in self.peers.connected().iter() {
                self.outbox.early(peer).rest.push(Frame::StopsServing);
            }
        }
    }

    /// Tells those who must clear this host that it is synchronised, once it is.
    fn report_synchronised(&mut self) {
        let waits = !self.admitted && !self.peers.of(Kind::Unready).is_empty();
        if !self.healthy || waits || self.uncleared().is_empty() {
            return;
        }
        for index in self.peers.of(Kind::Unreported).into_owned().iter() {
            let session = self.peers.get(index).session.as_ref();
            let Some(connection) = session.map(|session| session.connection) else { continue };
            self.peers.get_mut(index).reported_in = Some(connection);
            self.outbox.early(index).rest.push(Frame::Synchronised(connection));
            self.expect_progress(index);
        }
    }

    /// A peer is synchronised with everybody: it may own messages from now on, and this host stops serving those.
    pub(super) fn on_synchronised(&mut self, from: HostIndex, round: u64) {
        let peer = self.peers.get_mut(from);
        (peer.admitted, peer.suspected_since_sync) = (true, false);
        self.restand();
        self.outbox.early(from).rest.push(Frame::Cleared(round));
    }

    /// A peer has stopped serving what this host owns.
    pub(super) fn on_cleared(&mut self, from: HostIndex, round: u64) {
        let peer = self.peers.get_mut(from);
        if peer.session.as_ref().is_some_and(|session| session.connection == round) {
            peer.must_clear = false;
            self.expect_progress(from);
            self.restand();
        }
    }

    /// A peer's store is unhealthy, or it ran late: it owns nothing until it is synchronised again.
    pub(super) fn on_stops_serving(&mut self, from: HostIndex) {
        self.peers.get_mut(from).admitted = false;
        self.restand();
    }

    /// A peer says whether it hears this host; one that does not may have taken over already.
    pub(super) fn on_hears_us(&mut self, peer: HostId, hears_us: bool) {
        if let Some(index) = self.peers.find(peer) {
            self.peers.get_mut(index).hears_us = hears_us;
            self.restand();
        }
    }

    /// Nothing was heard of a peer, or its address refuses connections.
    pub(super) fn on_suspect(&mut self, peer: HostId, why: Suspicion) {
        if let Some(index) = self.peers.find(peer) {
            self.suspect(index, why);
        }
    }

    pub(super) fn suspect(&mut self, index: HostIndex, why: Suspicion) {
        let peer = self.peers.get_mut(index);
        if peer.suspected.is_some() || peer.removed {
            return;
        }
        peer.suspected = Some(why);
        peer.suspected_since_sync = true;
        peer.admitted = false;
        peer.since = self.now;
        let id = peer.id;
        self.happened(Happening::Suspects(id, why));
        self.hang_up(index);
        self.expect_progress(index);
        self.give_up_on(index);
        self.restand();
        self.compare_with_everybody();
    }

    /// This host was stopped for so long that others may have taken over: it serves nothing until it knows better.
    pub(super) fn on_ran_late(&mut self) {
        self.admitted = false;
        for index in self.peers.indexes() {
            self.hang_up(index);
            let peer = self.peers.get_mut(index);
            peer.must_clear = true;
            // That nothing came while this host was stopped is no lack of progress.
            if let Some(at) = peer.progress_by.take() {
                self.alarms.cancel(at, Alarm::Progress(index));
            }
            self.expect_progress(index);
        }
        self.restand();
    }

    /// The store takes writes, or does not.
    pub(super) fn on_healthy(&mut self, healthy: bool) {
        if self.healthy != healthy {
            self.healthy = healthy;
            if healthy {
                // Others have served in its place meanwhile.
                return self.on_ran_late();
            }
            self.admitted = false;
            self.restand();
        }
    }

    /// Sets, moves or ends the deadline by which synchronising with a peer must have made progress.
    ///
    /// Time without a session counts, and so does time in earlier ones: only getting further than ever before moves it.
    pub(super) fn expect_progress(&mut self, index: HostIndex) {
        let peer = self.peers.get_mut(index);
        // Who has said all that it knows cannot clear this host before that has reported itself: it waits for others then.
        let reported =
            peer.session.as_ref().is_some_and(|session| peer.reported_in == Some(session.connection));
        let unclear = !peer.is_synchronised() || peer.must_clear && reported;
        let waits = peer.suspected.is_none() && !peer.removed && unclear;
        let further = peer.session.as_ref().map_or(0, |session| session.sync.steps) > peer.steps_best;
        if let Some(session) = &peer.session {
            peer.steps_best = peer.steps_best.max(session.sync.steps);
        }
        if waits && peer.progress_by.is_some() && !further {
            return;
        }
        if let Some(at) = peer.progress_by.take() {
            self.alarms.cancel(at, Alarm::Progress(index));
        }
        if waits {
            let at = self.now + self.config.progress_timeout;
            peer.progress_by = Some(at);
            self.alarms.set(at, Alarm::Progress(index));
        } else {
            peer.steps_best = 0;
        }
    }

    pub(super) fn on_progress_deadline(&mut self, index: HostIndex) {
        self.peers.get_mut(index).progress_by = None;
        self.suspect(index, Suspicion::NoProgress);
    }

    /// The store is full, or has room again: enqueues and copies are refused, or taken.
    pub(super) fn on_full(&mut self, full: bool) {
        if self.full != full {
            self.full = full;
            self.tell_availability();
        }
    }

    /// Tells everybody how this host stands.
    pub(super) fn tell_availability(&mut self) {
        let depth = |view: TypeView| {
            let length = view.owned - view.dead;
            (length > 0).then_some(Depth { message_type: view.name, ready: view.served, length })
        };
        let mut depths: Vec<Depth> = self.type_views().into_iter().filter_map(depth).collect();
        depths.sort_by_key(|depth| std::cmp::Reverse((depth.ready, depth.length)));
        depths.truncate(64);
        let (leaving, copies) = (self.leave.is_leaving(), self.messages.len() as u64);
        let availability = Availability { leaving, full: self.full, copies, depths };
        let connected = self.peers.of(Kind::Connected);
        if self.availability != availability {
            self.untold = connected.into_owned();
            self.availability = availability;
        } else if self.untold.is_empty() {
            return;
        }
        for index in std::mem::take(&mut self.untold).iter() {
            if self.peers.get(index).is_connected() {
                self.outbox.early(index).rest.push(Frame::Availability(self.availability.clone()));
            }
        }
    }

    /// A peer says how it stands.
    pub(super) fn on_availability(&mut self, from: HostIndex, availability: Availability) {
        let takes = !availability.full && !availability.leaving;
        let peer = self.peers.get_mut(from);
        if takes {
            peer.refuses = false;
        }
        peer.availability = availability;
    }

    fn narrate_ownership(&mut self, changed: &[(GroupId, Owner)]) {
        let mut sums = std::collections::BTreeMap::<(Owner, Owner), u64>::new();
        for (id, before) in changed {
            let group = self.messages.group_by_id(*id);
            *sums.entry((*before, group.owner)).or_default() += u64::from(group.len());
        }
        for ((before, after), messages) in sums {
            let what = match (before, after) {
                (Owner::Peer(from), Owner::Me) => {
                    Happening::TakesOver { from: Some(self.peers.id(from)), messages }
                }
                (Owner::Nobody, Owner::Me) => Happening::TakesOver { from: None, messages },
                (Owner::Me, Owner::Peer(to)) => Happening::HandsBack { to: self.peers.id(to), messages },
                _ => continue,
            };
            self.happened(what);
        }
    }
}
