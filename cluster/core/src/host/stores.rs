//! The data stores of the cluster, as this host knows of them: whose they are, and whether they take new objects.
//!
//! Which store a host has is a setting of the cluster, so that everybody keeps it, also of a host that is down. So is where a store
//! is read whose disk lost something: its host is gone for good, another one on the same disk shows what is left.

use crate::event::Order;
use crate::frame::MemberRecord;
use crate::host_set::SELF;
use crate::ids::{HostId, StoreId};
use crate::objects::Indexed;
use crate::objects::log::{KEEP_DEFAULT, Keep};
use crate::plant::Plant;
use crate::settings::{Setting, Settings};

use super::Host;

/// The settings that say which store a host has begin with this, and go on with the host's id.
const STORE_SETTING: &str = "store/";

/// The settings that say which host shows a store that was set aside begin with this, and go on with the store's id.
const SET_ASIDE_SETTING: &str = "set-aside/";

/// The settings that say which attributes are in the index begin with this, and go on with the kind.
const INDEX_SETTING: &str = "index/";

/// The setting that says for how long events are kept.
pub const EVENTS_KEPT_SETTING: &str = "events-kept";

/// Declares which attributes of a kind are in the index of every store.
#[must_use]
pub fn declare_index(kind: &str, wanted: &Indexed) -> Order {
    Order::Set(format!("{INDEX_SETTING}{kind}"), wanted.to_string())
}

/// What a new host sets to say which store it has.
#[must_use]
pub fn store_setting(host: HostId, store: StoreId) -> Setting {
    Settings::default().next(&format!("{STORE_SETTING}{host}"), store.to_string(), host)
}

/// Why a store takes nothing whose disk lost something: what is left of it can be read.
pub const ROLLED_BACK: &str = "rolled back";

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
    /// Whether its disk lost something: it can be read, and is never changed again.
    pub rolled_back: bool,
    /// Why it takes no new objects now, if it does not.
    pub absent: Option<&'static str>,
}

impl Host {
    /// Says, once for each store, which one this host has; `None` if all know already.
    #[must_use]
    pub fn introduce_store(&self) -> Option<Order> {
        let Setting { name, value, .. } = store_setting(self.identity.id, self.identity.store);
        (self.settings.get(&name) != Some(&value)).then_some(Order::Set(name, value))
    }

    /// Says, once, that this host shows a store that was set aside; `None` if all know already.
    #[must_use]
    pub fn introduce_set_aside(&self, store: StoreId) -> Option<Order> {
        let (name, value) = (format!("{SET_ASIDE_SETTING}{store}"), self.identity.id.to_string());
        (self.settings.get(&name) != Some(&value)).then_some(Order::Set(name, value))
    }

    /// All stores that are known, also those of removed hosts, by the names of their hosts; and those of members that have not said
    /// which one they have: what is in them must not be taken for missing. What was set aside of a store that is in use all the same
    /// (its disk was copied) does not count.
    #[must_use]
    pub fn stores(&self) -> Vec<StoreView> {
        let mut stores = self.own_stores();
        for aside in self.stores_set_aside() {
            let is_it = |view: &StoreView| view.store == aside.store;
            if !stores.iter().any(|view| is_it(view) && view.absent != Some("removed")) {
                stores.retain(|view| !is_it(view));
                stores.push(aside);
            }
        }
        stores.sort_by(|one, other| (&one.member.name, one.store).cmp(&(&other.member.name, other.store)));
        stores
    }

    /// The store of each host, under the id that it has now.
    fn own_stores(&self) -> Vec<StoreView> {
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
            rolled_back: false,
            absent: Some(if peer.is_connected() { NOT_KNOWN } else { "down" }),
        }));
        stores.push(StoreView {
            store: self.identity.store,
            member: self.peers.me().record(),
            mine: true,
            rolled_back: false,
            absent: self.refuses_objects(),
        });
        stores
    }

    /// The stores that were set aside, and are shown by a host that is still a member.
    fn stores_set_aside(&self) -> Vec<StoreView> {
        let view = |store: StoreId, host: HostId| {
            if host == self.identity.id {
                let (member, absent) = (self.peers.me().record(), Some(ROLLED_BACK));
                return Some(StoreView { store, member, mine: true, rolled_back: true, absent });
            }
            let view = self.store_of(host, store).filter(|view| view.absent != Some("removed"))?;
            let absent = view.absent.filter(|why| *why == "down").or(Some(ROLLED_BACK));
            Some(StoreView { rolled_back: true, absent, ..view })
        };
        let told = self.settings.iter().filter_map(|setting| {
            let store = setting.name.strip_prefix(SET_ASIDE_SETTING)?.parse().ok()?;
            view(store, setting.value.parse().ok()?)
        });
        told.collect()
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
        Some(StoreView { store, member: peer.record(), mine, rolled_back: false, absent })
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

    /// How many settings were taken in since the start: as long as it stays the same, so do all of them.
    #[must_use]
    pub fn settings_changes(&self) -> u64 {
        self.settings.changes()
    }

    /// The kinds for which attributes were declared, and which.
    pub fn declared_indexes(&self) -> impl Iterator<Item = (String, Indexed)> {
        self.settings.iter().filter_map(|setting| {
            let kind = setting.name.strip_prefix(INDEX_SETTING)?.to_owned();
            Some((kind, Indexed::read(&setting.value)?))
        })
    }

    /// For how long events are kept that are messages already.
    #[must_use]
    pub fn events_kept(&self) -> Keep {
        self.settings.get(EVENTS_KEPT_SETTING).and_then(Keep::read).unwrap_or(KEEP_DEFAULT)
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
