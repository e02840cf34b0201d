//! The data stores of the cluster, as this host knows of them: whose they are, and whether they take new objects.
//!
//! Which store a host has is a setting of the cluster, so that everybody keeps it, also of a host that is down.

use crate::event::Order;
use crate::frame::MemberRecord;
use crate::host_set::SELF;
use crate::ids::{HostId, StoreId};
use crate::plant::Plant;

use super::Host;

/// The settings that say which store a host has begin with this, and go on with the host's id.
const STORE_SETTING: &str = "store/";

/// Why a host that has just started takes nothing: it passes, without anybody's doing.
pub const NOT_SYNCHRONISED: &str = "not synchronised yet";

/// Why nothing is said of the store of a member: which one that is has not been heard yet.
const NOT_KNOWN: &str = "not known yet";

/// One store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreView {
    /// Which; 0 if that is not known yet: then no id names it, but its host can be asked.
    pub store: StoreId,
    /// Its host.
    pub member: MemberRecord,
    /// Whether it is this host's.
    pub mine: bool,
    /// Why it takes no new objects now, if it does not.
    pub absent: Option<&'static str>,
}

impl Host {
    /// Says, once for each store, which one this host has; `None` if all know already.
    #[must_use]
    pub fn introduce_store(&self) -> Option<Order> {
        let (name, value) = (format!("{STORE_SETTING}{}", self.identity.id), self.identity.store.to_string());
        (self.settings.get(&name) != Some(&value)).then_some(Order::Set(name, value))
    }

    /// All stores that are known, also those of removed hosts, by the names of their hosts; and those of members that have not said
    /// which one they have: what is in them must not be taken for missing.
    #[must_use]
    pub fn stores(&self) -> Vec<StoreView> {
        let told = self.settings.iter().filter_map(|setting| {
            let host: HostId = setting.name.strip_prefix(STORE_SETTING)?.parse().ok()?;
            Some((host, setting.value.parse().ok()?))
        });
        let others = told.filter(|(host, _)| *host != self.identity.id);
        let mut stores: Vec<StoreView> =
            others.filter_map(|(host, store)| self.store_of(host, store)).collect();
        let untold = self.peers.others().filter(|(_, peer)| {
            !peer.removed && self.settings.get(&format!("{STORE_SETTING}{}", peer.id)).is_none()
        });
        stores.extend(untold.map(|(_, peer)| StoreView {
            store: StoreId::default(),
            member: peer.record(),
            mine: false,
            absent: Some(if peer.is_connected() { NOT_KNOWN } else { "down" }),
        }));
        stores.push(StoreView {
            store: self.identity.store,
            member: self.peers.me().record(),
            mine: true,
            absent: self.refuses_objects(),
        });
        stores.sort_by(|one, other| (&one.member.name, one.store).cmp(&(&other.member.name, other.store)));
        stores
    }

    fn store_of(&self, host: HostId, store: StoreId) -> Option<StoreView> {
        let peer = self.peers.get(self.peers.find(host)?);
        let absent = if peer.removed {
            Some("removed")
        } else if !peer.is_connected() {
            Some("down")
        } else if !peer.is_live() {
            Some(NOT_SYNCHRONISED)
        } else if peer.availability.leaving {
            Some("leaving")
        } else if peer.availability.full {
            Some("full")
        } else {
            None
        };
        let mine = self.config.has(Plant::PredecessorAnswered) && peer.record().name == self.identity.name;
        Some(StoreView { store, member: peer.record(), mine, absent })
    }

    /// Why this host's store takes no new objects now, if it does not.
    #[must_use]
    pub fn refuses_objects(&self) -> Option<&'static str> {
        if !self.healthy {
            Some("not able to write to its store")
        } else if self.peers.get(SELF).removed {
            Some("removed")
        } else if !self.serving {
            Some(NOT_SYNCHRONISED)
        } else if self.leave.is_leaving() {
            Some("leaving")
        } else if self.full {
            Some("full")
        } else {
            None
        }
    }

    /// How many replicas the message of an event gets: as many as are set, 2 by default, but not more than there are hosts that
    /// take replicas now.
    #[must_use]
    pub fn event_replicas(&self) -> u8 {
        let asked = self.settings.get("event-replicas").and_then(|value| value.parse().ok()).unwrap_or(2u8);
        let able = 1 + self.peers.others().filter(|(_, peer)| peer.takes_replicas()).count();
        asked.clamp(1, u8::try_from(able).unwrap_or(u8::MAX))
    }
}
