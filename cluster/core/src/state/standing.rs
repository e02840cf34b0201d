//! Who owns a message: the one rule, and all it depends on.
//!
//! *The owner is the lowest-ranked live holder that has not said, in its current session, that it lacks the message.* A peer
//! counts as live while this host takes it to serve: it has reported itself synchronised and was answered, it says that
//! it hears this host, and it is not suspected. The host itself counts while it serves, and serves a message only
//! if no listed peer has still to clear it, that is, might have taken the message over in the meantime.

use crate::holders::HolderList;
use crate::host_set::{HostIndex, HostSet, SELF};

/// Who serves a message now, as far as this host knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// This host.
    Me,
    /// That one.
    Peer(HostIndex),
    /// Nobody that is known to serve it.
    Nobody,
}

/// What the choice of an owner depends on, for all messages at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Whether this host serves: it is synchronised and its store is healthy.
    pub serving: bool,
    /// The peers that count as live.
    pub live: HostSet,
    /// The peers that may have taken over from this host and have not handed back yet.
    pub uncleared: HostSet,
    /// The hosts that were removed for ever.
    pub removed: HostSet,
}

impl Standing {
    /// The owner of messages with this list, of which the hosts in `lacking` have said that they lack them.
    #[must_use]
    pub fn owner(&self, list: &HolderList, lacking: &HostSet) -> Owner {
        for host in self.candidates(list, lacking) {
            if host != SELF {
                if self.live.contains(host) {
                    return Owner::Peer(host);
                }
            } else if self.serving {
                let waits = list.hosts().any(|listed| self.uncleared.contains(listed));
                return if waits { Owner::Nobody } else { Owner::Me };
            }
        }
        Owner::Nobody
    }

    /// Whether a lower-ranked holder than this host may have delivered the message: it is listed, was not removed and
    /// has not said that it lacks it.
    #[must_use]
    pub fn stands_in(&self, list: &HolderList, lacking: &HostSet) -> bool {
        self.candidates(list, lacking).next().is_some_and(|first| first != SELF)
    }

    /// How many hosts are live, listed and not known to lack the message: its copies that can be used now.
    #[must_use]
    pub fn copies(&self, list: &HolderList, lacking: &HostSet) -> usize {
        self.candidates(list, lacking).filter(|host| *host == SELF || self.live.contains(*host)).count()
    }

    /// Whether this host is the first of those that are listed and not known to lack the message, whoever is live.
    #[must_use]
    pub fn is_first(&self, list: &HolderList, lacking: &HostSet) -> bool {
        self.candidates(list, lacking).next() == Some(SELF)
    }

    fn candidates<'a>(
        &'a self,
        list: &'a HolderList,
        lacking: &'a HostSet,
    ) -> impl Iterator<Item = HostIndex> + 'a {
        list.hosts().filter(move |host| !self.removed.contains(*host) && !lacking.contains(*host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(hosts: &[u16]) -> HostSet {
        hosts.iter().map(|host| HostIndex(*host)).collect()
    }

    #[test]
    fn the_lowest_ranked_live_holder_that_has_it_is_the_owner() {
        let list = HolderList::planned(&[HostIndex(2), HostIndex(0), HostIndex(1)]);
        let mut standing = Standing { serving: true, live: set(&[1, 2]), ..Standing::default() };
        assert_eq!(standing.owner(&list, &HostSet::EMPTY), Owner::Peer(HostIndex(2)));
        assert_eq!(standing.owner(&list, &set(&[2])), Owner::Me, "rank 0 said that it lacks it");
        standing.live.remove(HostIndex(2));
        assert_eq!(standing.owner(&list, &HostSet::EMPTY), Owner::Me, "rank 0 is suspected");
        assert!(!standing.is_first(&list, &HostSet::EMPTY) && standing.is_first(&list, &set(&[2])));
        assert!(standing.stands_in(&list, &HostSet::EMPTY), "and may have delivered it");
        standing.uncleared = set(&[1]);
        assert_eq!(standing.owner(&list, &HostSet::EMPTY), Owner::Nobody, "host 1 may serve it still");
        standing.serving = false;
        assert_eq!(standing.owner(&list, &HostSet::EMPTY), Owner::Peer(HostIndex(1)));
    }
}
