//! What this host looks like from outside: for clients, operators and the console.

use std::collections::BTreeMap;

use crate::frame::MemberRecord;
use crate::ids::{HostId, MessageId, Sequence};
use crate::message::MessageType;
use crate::state::condition::Status;
use crate::state::slab::Slot;
use crate::state::standing::Owner;

use super::Host;
use super::kinds::Kind;

/// One message type on this host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeView {
    /// Its name.
    pub name: MessageType,
    /// How many copies this host has of messages of this type.
    pub copies: u64,
    /// How many of them it owns, whatever their status.
    pub owned: u64,
    /// Of how many it is the first holder, suspected or not: summed over all hosts, each message counts once, also while
    /// several own it.
    pub first: u64,
    /// How many of those that it owns have fewer live copies than were asked for.
    pub under_replicated: u64,
    /// How many it would deliver now.
    pub served: u64,
    /// How many that it owns are leased.
    pub leased: u64,
    /// How many that it owns are delayed.
    pub delayed: u64,
    /// How many that it owns are dead.
    pub dead: u64,
    /// The oldest message that it would deliver now.
    pub oldest: Option<Sequence>,
    /// Whether it takes messages.
    pub paused_in: bool,
    /// Whether it gives messages out.
    pub paused_out: bool,
}

/// How the link to a peer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// Who.
    pub member: MemberRecord,
    /// Whether there is a session.
    pub connected: bool,
    /// Whether that session's synchronisation is complete.
    pub synchronised: bool,
    /// Why it is suspected, if it is.
    pub suspected: Option<&'static str>,
    /// Whether it counts as live: it may own messages.
    pub live: bool,
    /// Whether it is leaving.
    pub leaving: bool,
    /// Whether its store is full.
    pub full: bool,
    /// How many tombstones here wait for it.
    pub tombstones_awaited: u64,
}

/// A set of hosts that have copies of the same messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacementView {
    /// The hosts, by id: holders that have not said that they lack it.
    pub hosts: Vec<HostId>,
    /// How many of these messages this host has a copy of.
    pub copies: u64,
    /// How many of them it owns.
    pub owned: u64,
}

/// This host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostView {
    /// Who.
    pub member: MemberRecord,
    /// Whether it serves.
    pub serving: bool,
    /// Whether it is leaving.
    pub leaving: bool,
    /// Whether its store is full.
    pub full: bool,
    /// How many copies it has.
    pub copies: u64,
    /// How many messages it would deliver now.
    pub served: u64,
    /// How many messages it has leased out.
    pub leased: u64,
    /// How many messages it owns, whatever their status.
    pub owned: u64,
    /// How many of them are delayed, and how many are dead.
    pub delayed: u64,
    /// See `delayed`.
    pub dead: u64,
    /// How many messages that it owns have fewer live copies than were asked for.
    pub under_replicated: u64,
    /// How many tombstones it keeps.
    pub tombstones: u64,
    /// How many enqueues wait for replicas.
    pub enqueues_pending: u64,
    /// The links to its peers.
    pub links: Vec<LinkView>,
}

impl Host {
    /// How this host stands.
    #[must_use]
    pub fn view(&self) -> HostView {
        let types = self.type_views();
        let sum = |of: fn(&TypeView) -> u64| types.iter().map(of).sum();
        HostView {
            member: MemberRecord { boot: self.identity.boot.counter, ..self.peers.me().record() },
            serving: self.serving,
            leaving: self.leave.is_leaving(),
            full: self.full,
            copies: self.messages.len() as u64,
            served: sum(|view| view.served),
            leased: sum(|view| view.leased),
            owned: sum(|view| view.owned),
            delayed: sum(|view| view.delayed),
            dead: sum(|view| view.dead),
            under_replicated: self.under_replicated(),
            tombstones: self.tombstones.len() as u64,
            enqueues_pending: self.pending.len() as u64,
            links: self.link_views(),
        }
    }

    fn link_views(&self) -> Vec<LinkView> {
        let link = |(index, peer): (_, &super::peers::Peer)| LinkView {
            member: peer.record(),
            connected: peer.session.is_some(),
            synchronised: peer.is_synchronised(),
            suspected: peer.suspected.map(crate::event::Suspicion::words),
            live: peer.is_live(),
            leaving: peer.availability.leaving,
            full: peer.availability.full,
            tombstones_awaited: self.tombstones.awaiting(index),
        };
        self.peers.others().map(link).collect()
    }

    /// The message types of this host, by name.
    #[must_use]
    pub fn type_views(&self) -> Vec<TypeView> {
        let mut views: BTreeMap<MessageType, TypeView> = BTreeMap::new();
        let standing = self.messages.standing();
        for (_, group) in self.messages.groups() {
            let list = self.messages.list(group.key.list);
            let name = self.messages.type_name(group.key.message_type);
            let view = views.entry(name.clone()).or_insert_with(|| self.empty_type_view(name));
            view.copies += u64::from(group.len());
            if standing.is_first(list, &group.key.lacking) {
                view.first += u64::from(group.len());
            }
            if group.owner == Owner::Me {
                view.owned += u64::from(group.len());
                if standing.copies(list, &group.key.lacking) < usize::from(group.key.replicas) {
                    view.under_replicated += u64::from(group.len());
                }
                view.leased += u64::from(group.count(Status::Leased));
                view.delayed += u64::from(group.count(Status::Delayed));
                view.dead += u64::from(group.count(Status::Dead));
                if !view.paused_out {
                    view.served += u64::from(group.count(Status::Ready));
                }
            }
        }
        views.into_values().collect()
    }

    fn empty_type_view(&self, name: &MessageType) -> TypeView {
        let oldest = self.messages.type_index(name).and_then(|index| self.messages.next_ready(index));
        TypeView {
            name: name.clone(),
            copies: 0,
            owned: 0,
            first: 0,
            under_replicated: 0,
            served: 0,
            leased: 0,
            delayed: 0,
            dead: 0,
            oldest: oldest.map(|slot| self.messages.entry(slot).sequence),
            paused_in: self.settings.get(&format!("pause-in/{name}")) == Some("yes"),
            paused_out: self.is_paused_out(name),
        }
    }

    fn under_replicated(&self) -> u64 {
        let standing = self.messages.standing();
        let short = self.messages.groups().filter(|(_, group)| {
            let copies = standing.copies(self.messages.list(group.key.list), &group.key.lacking);
            group.owner == Owner::Me && copies < usize::from(group.key.replicas)
        });
        short.map(|(_, group)| u64::from(group.len())).sum()
    }

    /// Says what is not as it must be, for checkers.
    #[must_use]
    pub fn inconsistency(&self) -> Option<String> {
        let risen = || self.messages.iter().find(|(_, entry)| self.finished.contains(entry.id));
        let risen = || risen().map(|(_, entry)| format!("{} is here, and its delete is finished", entry.id));
        self.peers.inconsistency().or_else(|| self.messages.inconsistency(self.now)).or_else(risen)
    }

    /// The ids of all messages and of all tombstones here; for checkers.
    #[must_use]
    pub fn ids(&self) -> (Vec<MessageId>, Vec<MessageId>) {
        let messages = (0..crate::id_map::BUCKETS).flat_map(|bucket| self.messages.bucket(bucket)).collect();
        (messages, self.tombstones.ids())
    }

    /// Sets of hosts that have copies together, each with what this host has there.
    #[must_use]
    pub fn placements(&self) -> Vec<PlacementView> {
        let mut placements: BTreeMap<Vec<HostId>, (u64, u64)> = BTreeMap::new();
        for (_, group) in self.messages.groups() {
            let list = self.messages.list(group.key.list);
            let mut hosts = self.peers.ids_of(list.hosts().filter(|host| !group.key.lacking.contains(*host)));
            hosts.sort_unstable();
            let (copies, owned) = placements.entry(hosts).or_default();
            *copies += u64::from(group.len());
            *owned += if group.owner == Owner::Me { u64::from(group.len()) } else { 0 };
        }
        let view = |(hosts, (copies, owned))| PlacementView { hosts, copies, owned };
        placements.into_iter().map(view).collect()
    }

    /// The last durable commit.
    #[must_use]
    pub fn last_commit(&self) -> crate::ids::Commit {
        self.commit
    }

    /// Who the members are, by id, that this host knows of and that were not removed.
    #[must_use]
    pub fn members(&self) -> Vec<HostId> {
        self.peers.members().map(|(_, peer)| peer.id).collect()
    }

    /// How many members it knows that were not removed, without itself.
    #[must_use]
    pub fn members_count(&self) -> usize {
        self.peers.others_count()
    }

    /// Whether this host can talk to a member now.
    #[must_use]
    pub fn is_connected_with(&self, member: HostId) -> bool {
        self.peers.find(member).is_some_and(|index| self.peers.get(index).is_connected())
    }

    /// How many other members it is connected with and counts as live.
    #[must_use]
    pub fn live_count(&self) -> usize {
        let (connected, live) = (self.peers.of(Kind::Connected), self.peers.of(Kind::Live));
        connected.iter().filter(|index| live.contains(*index)).count()
    }

    /// The id of the message in a slot; for messages of errors.
    pub(super) fn id_in(&self, slot: Slot) -> MessageId {
        self.messages.entry(slot).id
    }
}
