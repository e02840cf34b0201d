//! Totals over all hosts: where copies are together, message types, links, and what a kill would do.
//!
//! Every host counts its own copies, so a message is told of once by each of its holders. Of the hosts that tell of one set,
//! the highest number is taken: they differ only for as long as news travels. Sets of which no host lives are remembered
//! from what their hosts told last.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Board, Entry};
use crate::client::sight::{Told, ToldLink};
use crate::observe::{
    BlastRadius, CONNECTING_TOLD_MAX, HostNumber, LinkPicture, LinkState, Placement, TypePicture,
};

/// How many sets are told.
const PLACEMENTS_MAX: usize = 64;
/// Within how many milliseconds other hosts should serve what a killed one served.
const TAKEOVER_GOAL_MS: u64 = 250;

impl Board {
    /// All sets of hosts that have copies together, with the messages of each.
    pub(super) fn sets(&self) -> BTreeMap<Vec<HostNumber>, u64> {
        let mut sets: BTreeMap<Vec<HostNumber>, u64> = BTreeMap::new();
        let tellers = self.entries.iter().filter(|entry| entry.told.is_some());
        let (live, silent): (Vec<&Entry>, Vec<&Entry>) =
            tellers.partition(|entry| entry.heard && self.is_live(entry.number));
        for entry in &live {
            self.count_sets(entry, &mut sets, |_| true);
        }
        for entry in &silent {
            // What a live host could tell, it has told.
            let is_forgotten = |set: &[HostNumber]| {
                !set.is_empty() && set.iter().all(|host| silent.iter().any(|entry| entry.number == *host))
            };
            self.count_sets(entry, &mut sets, is_forgotten);
        }
        sets.remove(&Vec::new());
        sets
    }

    fn count_sets(
        &self,
        entry: &Entry,
        sets: &mut BTreeMap<Vec<HostNumber>, u64>,
        counts: impl Fn(&[HostNumber]) -> bool,
    ) {
        let mut own: BTreeMap<Vec<HostNumber>, u64> = BTreeMap::new();
        for placement in entry.told.iter().flat_map(|told| &told.placements) {
            *own.entry(self.hosts_of(&placement.hosts)).or_default() += placement.messages;
        }
        for (set, messages) in own.into_iter().filter(|(set, _)| counts(set)) {
            let known = sets.entry(set).or_default();
            *known = (*known).max(messages);
        }
    }

    /// Where copies are together, most messages first.
    pub(super) fn placements(&self) -> Vec<Placement> {
        let sets = self.sets().into_iter();
        let mut placements: Vec<Placement> = sets
            .filter(|(_, messages)| *messages > 0)
            .map(|(hosts, messages)| Placement { hosts, messages })
            .collect();
        placements.sort_by(|one, other| {
            other.messages.cmp(&one.messages).then_with(|| one.hosts.cmp(&other.hosts))
        });
        placements.truncate(PLACEMENTS_MAX);
        placements
    }

    /// Messages of which no live host has a copy.
    pub(super) fn unavailable(&self) -> u64 {
        let sets = self.sets().into_iter();
        sets.filter(|(set, _)| set.iter().all(|host| self.is_gone(*host))).map(|(_, messages)| messages).sum()
    }

    /// All messages that are not deleted.
    pub(super) fn messages(&self) -> u64 {
        self.sets().values().sum()
    }

    /// Messages with fewer live copies than were asked for.
    pub(super) fn under_replicated(&self) -> u64 {
        let told = self.heard().map(|(_, told)| told.under_replicated).sum::<u64>();
        if !self.is_divided() {
            return told + self.unavailable();
        }
        // Hosts do not count the other side of a cut as live, but it is.
        let sets = self.sets().into_iter();
        let is_hit = |set: &[HostNumber]| set.iter().any(|host| self.is_gone(*host));
        let hit = sets.filter(|(set, _)| is_hit(set)).map(|(_, messages)| messages).sum();
        (told + self.unavailable()).min(hit)
    }

    /// Messages ready and leased. Every message has one owner, so what hosts say can be added up, unless they do not all see each
    /// other: what several own then counts once, as far as the totals of their sets tell.
    pub(super) fn ready_and_leased(&self) -> (u64, u64) {
        let (too_many, owners) = self.owned_twice();
        let once = |number: fn(&Told) -> u64, too_many: u64| {
            let all: u64 = self.heard().map(|(_, told)| number(told)).sum();
            let theirs = || self.heard().filter(|(entry, _)| owners.contains(&entry.number));
            let numbers = || theirs().map(|(_, told)| number(told));
            let twice = too_many.min(numbers().sum::<u64>() - numbers().max().unwrap_or(0));
            (all - twice, too_many - twice)
        };
        let (ready, rest) = once(|told| told.ready, too_many);
        (ready, once(|told| told.leased, rest).0)
    }

    /// By how much more messages are owned than there are, and by whom.
    fn owned_twice(&self) -> (u64, BTreeSet<HostNumber>) {
        // While all see each other, hosts only tell of different moments.
        if !self.is_divided() {
            return Default::default();
        }
        let mut owned: BTreeMap<Vec<HostNumber>, (u64, Vec<HostNumber>)> = BTreeMap::new();
        for (entry, told) in self.heard() {
            for placement in told.placements.iter().filter(|placement| placement.owned > 0) {
                let (messages, by) = owned.entry(self.hosts_of(&placement.hosts)).or_default();
                *messages += placement.owned;
                by.push(entry.number);
            }
        }
        let (sets, mut too_many, mut owners) = (self.sets(), 0, BTreeSet::new());
        for (set, (messages, by)) in owned {
            let twice = messages.saturating_sub(sets.get(&set).copied().unwrap_or(messages));
            if twice > 0 {
                too_many += twice;
                owners.extend(by);
            }
        }
        (too_many, owners)
    }

    /// Whether hosts that live do not all see each other.
    pub(super) fn is_divided(&self) -> bool {
        let is_apart = |link: &ToldLink| {
            let state = if link.cut_in { Some(LinkState::Cut) } else { outwards(link) };
            !link.removed
                && matches!(state, Some(LinkState::Cut | LinkState::Suspected | LinkState::Connecting))
                && self.host_of(link.id).is_some_and(|peer| self.is_live(peer))
        };
        self.heard().flat_map(|(_, told)| &told.links).any(is_apart)
    }

    /// All message types, by name.
    pub(super) fn types(&self) -> Vec<TypePicture> {
        let mut types: BTreeMap<&str, TypePicture> = BTreeMap::new();
        for depth in self.heard().flat_map(|(_, told)| &told.types) {
            let sum = types.entry(&depth.message_type).or_insert_with(|| TypePicture {
                name: depth.message_type.clone(),
                ready: 0,
                leased: 0,
                delayed: 0,
                dead: 0,
                oldest_ms: 0,
                paused_in: false,
                paused_out: false,
            });
            sum.ready += depth.ready;
            sum.leased += depth.leased;
            sum.delayed += depth.delayed;
            sum.dead += depth.dead;
            sum.oldest_ms = sum.oldest_ms.max(depth.oldest_age.as_millis() as u64 / 1_000 * 1_000);
            sum.paused_in |= depth.paused_in;
            sum.paused_out |= depth.paused_out;
        }
        types.into_values().collect()
    }

    /// All links that are not simply up, as their live ends see them; of those that are being made, at most
    /// [`CONNECTING_TOLD_MAX`] ways.
    pub(super) fn links(&self) -> Vec<LinkPicture> {
        let mut links: BTreeMap<(HostNumber, HostNumber), LinkState> = BTreeMap::new();
        let mut connecting = 0;
        for (entry, told) in self.heard() {
            for link in told.links.iter().filter(|link| !link.removed) {
                let Some(peer) = self.host_of(link.id).filter(|peer| *peer != entry.number) else { continue };
                let way = (entry.number, peer);
                let state = outwards(link);
                connecting += usize::from(state == Some(LinkState::Connecting));
                let is_one_of_many = state == Some(LinkState::Connecting) && connecting > CONNECTING_TOLD_MAX;
                if let Some(state) = state.filter(|_| !is_one_of_many) {
                    let known = links.entry(way).or_insert(state);
                    *known = if *known == LinkState::Cut { LinkState::Cut } else { state };
                }
                if link.cut_in {
                    links.insert((peer, entry.number), LinkState::Cut);
                }
            }
        }
        links.into_iter().map(|((from, to), state)| LinkPicture { from, to, state }).collect()
    }

    /// What a kill of these hosts would do.
    pub(super) fn blast(&self, hosts: &[HostNumber]) -> BlastRadius {
        let mut blast = BlastRadius {
            hosts: hosts.to_vec(),
            takeover_goal_ms: TAKEOVER_GOAL_MS,
            ..BlastRadius::default()
        };
        let stays = |host: &HostNumber| self.is_live(*host) && !hosts.contains(host);
        for (entry, told) in self.heard().filter(|(entry, _)| hosts.contains(&entry.number)) {
            blast.leased_through += told.leased;
            for placement in &told.placements {
                let others = self.hosts_of(&placement.hosts);
                if others.iter().any(|host| *host != entry.number && stays(host)) {
                    blast.owner_changes += placement.owned;
                }
            }
        }
        for (set, messages) in self.sets() {
            if set.iter().all(|host| hosts.contains(host)) {
                blast.only_disk += messages;
            }
            let is_hit = set.iter().any(|host| hosts.contains(host) && self.is_live(*host));
            match set.iter().filter(|host| stays(host)).count() {
                0 if is_hit => blast.only_copy_here += messages,
                1 if is_hit => blast.fall_to_one += messages,
                _ => {}
            }
        }
        blast
    }

    /// What the end of these hosts has done to copies that stood in these sets, as hosts stand now.
    pub(super) fn damage(&self, sets: &BTreeMap<Vec<HostNumber>, u64>, hosts: &[HostNumber]) -> (u64, u64) {
        let (mut fell_to_one, mut only_there) = (0, 0);
        for (set, messages) in sets {
            let is_hit = set.iter().any(|host| hosts.contains(host));
            match set.iter().filter(|host| self.is_live(**host)).count() {
                0 if is_hit => only_there += messages,
                1 if is_hit => fell_to_one += messages,
                _ => {}
            }
        }
        (fell_to_one, only_there)
    }
}

/// How the way to a peer stands, if it is not simply up. What was done on purpose stands before what follows from it.
fn outwards(link: &ToldLink) -> Option<LinkState> {
    if link.cut_out {
        return Some(LinkState::Cut);
    }
    if link.drop_percent > 0 {
        return Some(LinkState::Lossy { percent: link.drop_percent.try_into().unwrap_or(100) });
    }
    if link.delay_ms > 0 {
        return Some(LinkState::Delayed { by_ms: link.delay_ms });
    }
    match (&link.suspected, link.connected) {
        (Some(_), _) => Some(LinkState::Suspected),
        (None, false) => Some(LinkState::Connecting),
        (None, true) => None,
    }
}

#[cfg(test)]
#[path = "totals_tests.rs"]
mod tests;
