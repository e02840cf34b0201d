//! Which members are of which kind: connected, live, still to be cleared.
//!
//! It promises what asking every member would say, at the price of asking those that have changed: a host of a large cluster decides
//! who serves after every frame, and its members are a thousand. A kind follows from a peer alone, so whoever lends a peer out to be
//! changed [notes](Kinds::note) it, and the sets take it in when somebody asks.

use std::borrow::Cow;

use super::peers::Peer;
use crate::host_set::{HostIndex, HostSet, SELF};

/// What a peer can be. A host itself is of no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It can be talked to now.
    Connected,
    /// It counts as live for the choice of owners.
    Live,
    /// It has to let this host serve again, and is not suspected.
    Uncleared,
    /// It was removed for ever.
    Removed,
    /// Its synchronisation is not complete, and it is waited for.
    Unready,
    /// It must clear this host, is synchronised, and has not been told that this host is, too.
    Unreported,
    /// It is to be offered messages.
    Offered,
    /// It wants to hear when there are messages, and can be told.
    Interested,
}

const KINDS: [Kind; 8] = [
    Kind::Connected,
    Kind::Live,
    Kind::Uncleared,
    Kind::Removed,
    Kind::Unready,
    Kind::Unreported,
    Kind::Offered,
    Kind::Interested,
];

impl Kind {
    fn fits(self, peer: &Peer) -> bool {
        match self {
            Kind::Connected => peer.is_connected(),
            Kind::Live => peer.is_live(),
            Kind::Uncleared => peer.is_uncleared(),
            Kind::Removed => peer.removed,
            Kind::Unready => !peer.is_synchronised() && peer.suspected.is_none() && !peer.removed,
            Kind::Unreported => {
                let told = |connection| peer.reported_in == Some(connection);
                let session = peer.session.as_ref().map(|session| session.connection);
                peer.is_uncleared() && peer.is_synchronised() && session.is_some_and(|session| !told(session))
            }
            Kind::Offered => !peer.to_offer.is_empty(),
            Kind::Interested => peer.is_connected() && !peer.interests.is_empty(),
        }
    }
}

/// The members of each kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kinds {
    sets: [HostSet; KINDS.len()],
    /// Who may have changed since the sets were made, each once: few, as long as the sets are made anew now and then.
    touched: Vec<HostIndex>,
}

impl Kinds {
    /// Notes that a peer may change.
    pub(super) fn note(&mut self, index: HostIndex) {
        if !self.touched.contains(&index) {
            self.touched.push(index);
        }
    }

    /// Takes in what has changed; shows who may have.
    pub(super) fn refresh(&mut self, table: &[Peer], mut see: impl FnMut(usize, &Peer)) {
        for kind in KINDS {
            take_in(&mut self.sets[kind as usize], kind, &self.touched, table);
        }
        for index in self.touched.drain(..).map(|index| usize::from(index.0)) {
            see(index, &table[index]);
        }
    }

    /// A kind that is not what asking every member says; for checkers.
    pub(super) fn wrong(&self, table: &[Peer]) -> Option<Kind> {
        let fits = |kind: Kind| {
            let others = (1..table.len()).filter(move |at| kind.fits(&table[*at]));
            others.map(|at| HostIndex(at as u16)).collect::<HostSet>()
        };
        KINDS.into_iter().find(|kind| *self.of(*kind, table) != fits(*kind))
    }

    /// Who is of this kind.
    pub(super) fn of(&self, kind: Kind, table: &[Peer]) -> Cow<'_, HostSet> {
        let known = &self.sets[kind as usize];
        if self.touched.is_empty() {
            return Cow::Borrowed(known);
        }
        let mut set = known.clone();
        take_in(&mut set, kind, &self.touched, table);
        Cow::Owned(set)
    }
}

fn take_in(set: &mut HostSet, kind: Kind, touched: &[HostIndex], table: &[Peer]) {
    for index in touched.iter().copied().filter(|index| *index != SELF) {
        if table.get(usize::from(index.0)).is_some_and(|peer| kind.fits(peer)) {
            set.insert(index);
        } else {
            set.remove(index);
        }
    }
}
