//! The hosts on one board: what each process does, what each host told last, and what follows for its card.
//!
//! Two sources are merged. The fleet knows processes, and knows a death at once; a host knows itself, as long as it can be
//! heard. A host that cannot be heard keeps what it told last, because that is what is on its disk.

use std::collections::HashMap;

use hydraq_core::ids::HostId;

use super::ageing::same_messages;
use crate::client::sight::Told;
use crate::observe::{HostNumber, HostPicture, HostState};

/// For how long a host that is not heard any more, though its process runs, counts as it did.
const GRACE_MS: u64 = 1_500;
/// After how long a member that others speak of gets a place of its own, in milliseconds: a host that is being spawned is
/// known to them before its process is known to be ready.
const STRANGER_MS: u64 = 3_000;
/// How many rates are kept, one a second.
const RATES_MAX: usize = 60;

/// What is known of a host's process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Process {
    /// It is to be started.
    Expected,
    /// It runs.
    Running,
    /// It is stopped.
    Paused,
    /// It was killed by somebody here.
    Killed {
        /// Whether its disk was emptied, too.
        wiped: bool,
    },
    /// It ended by itself; how.
    Died(String),
    /// It has left for ever.
    Removed,
    /// It is none of ours.
    Elsewhere,
}

/// Where a host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// A URL; empty while it is not known.
    pub address: String,
    /// The id of its process.
    pub pid: Option<u32>,
    /// When that was started, in milliseconds of the Unix epoch, if that is known.
    pub started_at_ms: Option<u64>,
    /// What that does.
    pub process: Process,
    /// The bug that was planted in it, if that is known.
    pub plant: Option<String>,
}

/// One host on the board.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) number: HostNumber,
    pub(super) place: Place,
    /// What it told last.
    pub(super) told: Option<Told>,
    /// Whether it can be heard now.
    pub(super) heard: bool,
    /// When it was heard last, and by which process.
    heard_at_ms: u64,
    heard_pid: Option<u32>,
    pub(super) state: HostState,
    pub(super) since_ms: u64,
    served_before: u64,
    /// Whether it has been up before.
    was_up: bool,
    moved_before: Option<u64>,
    rates: Vec<u32>,
}

/// A host's state has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) host: HostNumber,
    pub(super) name: String,
    pub(super) before: HostState,
    pub(super) after: HostState,
    /// How long the state before lasted, in milliseconds.
    pub(super) lasted_ms: u64,
    /// Whether it was up before this.
    pub(super) is_back: bool,
    /// What is known of the process.
    pub(super) process: Process,
}

/// All hosts.
#[derive(Debug, Clone, Default)]
pub(super) struct Board {
    pub(super) entries: Vec<Entry>,
    /// Which host has, or had, which id.
    ids: HashMap<HostId, HostNumber>,
    /// Members that others speak of and that have no place yet, and since when.
    strangers: HashMap<String, u64>,
}

impl Board {
    /// Takes in where the hosts are now. New ones get the next numbers, in their order.
    pub(super) fn placed(&mut self, now_ms: u64, places: Vec<Place>) {
        for (at, place) in places.into_iter().enumerate() {
            self.strangers.remove(&place.name);
            // Mostly hosts are told of in the order of their numbers.
            let is_it = |entry: &&mut Entry| entry.place.name == place.name;
            let found = match self.entries.get(at) {
                Some(entry) if entry.place.name == place.name => self.entries.get_mut(at),
                _ => self.entries.iter_mut().find(is_it),
            };
            match found {
                Some(entry) => {
                    if entry.place.pid != place.pid {
                        entry.heard = false;
                        entry.moved_before = None;
                    }
                    entry.place = place;
                }
                None => self.add(now_ms, place),
            }
        }
    }

    fn add(&mut self, now_ms: u64, place: Place) {
        let number = HostNumber(u16::try_from(self.entries.len() + 1).unwrap_or(u16::MAX));
        self.entries.push(Entry {
            number,
            place,
            told: None,
            heard: false,
            heard_at_ms: 0,
            heard_pid: None,
            state: HostState::Starting,
            since_ms: now_ms,
            served_before: 0,
            was_up: false,
            moved_before: None,
            rates: Vec::new(),
        });
    }

    /// A host has told how it stands. Whether anything is different from before.
    pub(super) fn told(&mut self, now_ms: u64, name: &str, told: Told) -> bool {
        let known: Vec<(HostId, String, String)> = told
            .links
            .iter()
            .filter(|link| !link.removed && !self.ids.contains_key(&link.id))
            .map(|link| (link.id, link.name.clone(), link.address.clone()))
            .collect();
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.place.name == name) else {
            return false;
        };
        self.ids.insert(told.id, entry.number);
        let changed = !entry.heard || !entry.told.as_ref().is_some_and(|before| same_messages(before, &told));
        (entry.heard, entry.heard_at_ms, entry.heard_pid) = (true, now_ms, entry.place.pid);
        entry.told = Some(told);
        for (id, name, address) in known {
            self.spoken_of(now_ms, id, &name, &address);
        }
        changed
    }

    /// Somebody counts this host among the members.
    fn spoken_of(&mut self, now_ms: u64, id: HostId, name: &str, address: &str) {
        if self.ids.contains_key(&id) {
            return;
        }
        if let Some(entry) = self.entries.iter().find(|entry| entry.place.name == name) {
            self.ids.insert(id, entry.number);
            return;
        }
        let are_all_elsewhere = self.entries.iter().all(|entry| entry.place.process == Process::Elsewhere);
        let since = *self.strangers.entry(name.to_owned()).or_insert(now_ms);
        if are_all_elsewhere || since + STRANGER_MS <= now_ms {
            self.strangers.remove(name);
            let (name, address) = (name.to_owned(), address.to_owned());
            self.add(
                now_ms,
                Place {
                    name,
                    address,
                    pid: None,
                    started_at_ms: None,
                    process: Process::Elsewhere,
                    plant: None,
                },
            );
            let number = self.entries.last().map_or(HostNumber(0), |entry| entry.number);
            self.ids.insert(id, number);
        }
    }

    /// A host is not heard any more.
    pub(super) fn lost(&mut self, name: &str) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.place.name == name) {
            entry.heard = false;
        }
    }

    /// What hosts do now; those that do something else than before.
    pub(super) fn settle(&mut self, now_ms: u64) -> Vec<Turn> {
        let mut turns = Vec::new();
        for entry in &mut self.entries {
            let after = state(entry, now_ms);
            if after == entry.state {
                continue;
            }
            let before = std::mem::replace(&mut entry.state, after);
            let is_back = entry.was_up;
            entry.was_up |= after == HostState::Up;
            if before == HostState::Starting && entry.place.started_at_ms.is_some() {
                entry.since_ms = entry.place.started_at_ms.unwrap_or(entry.since_ms).min(now_ms);
            }
            let lasted_ms = now_ms.saturating_sub(std::mem::replace(&mut entry.since_ms, now_ms));
            if after.is_gone() {
                let served = |told: &Told| told.ready + told.leased + told.delayed + told.dead;
                let served = entry.told.as_ref().map_or(0, served);
                entry.served_before = if before.is_gone() { entry.served_before } else { served };
                (entry.heard, entry.moved_before) = (false, None);
            } else if after.is_up() {
                entry.served_before = 0;
            }
            turns.push(Turn {
                host: entry.number,
                name: entry.place.name.clone(),
                before,
                after,
                lasted_ms,
                is_back,
                process: entry.place.process.clone(),
            });
        }
        turns
    }

    /// A second has passed.
    pub(super) fn count_rates(&mut self) {
        for entry in &mut self.entries {
            let total = entry.told.as_ref().filter(|_| entry.heard).map(|told| told.moved_total);
            let moved = match (entry.moved_before, total) {
                (Some(before), Some(total)) => total.saturating_sub(before),
                _ => 0,
            };
            entry.moved_before = total;
            entry.rates.push(u32::try_from(moved).unwrap_or(u32::MAX));
            let extra = entry.rates.len().saturating_sub(RATES_MAX);
            entry.rates.drain(..extra);
            // Quiet hosts have no history: then nothing changes, and nothing is drawn.
            if entry.rates.iter().all(|rate| *rate == 0) {
                entry.rates.clear();
            }
        }
    }

    pub(super) fn entry(&self, number: HostNumber) -> Option<&Entry> {
        self.entries.get(usize::from(number.0).checked_sub(1)?)
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.place.name == name)
    }

    /// The host that has or had this id.
    pub(super) fn host_of(&self, id: HostId) -> Option<HostNumber> {
        self.ids.get(&id).copied()
    }

    /// Whether this is the id under which its host lives now, as far as it has told.
    pub(super) fn is_current(&self, id: HostId) -> bool {
        let entry = self.host_of(id).and_then(|number| self.entry(number));
        entry.is_some_and(|entry| {
            let wiped = entry.place.process == Process::Killed { wiped: true };
            !wiped
                && entry.state != HostState::Removed
                && entry.told.as_ref().is_none_or(|told| told.id == id)
        })
    }

    /// Whether copies on this host cannot be reached now.
    pub(super) fn is_gone(&self, number: HostNumber) -> bool {
        self.entry(number).is_none_or(|entry| entry.state.is_gone())
    }

    /// Whether messages can be served from here now: paused hosts do nothing.
    pub(super) fn is_live(&self, number: HostNumber) -> bool {
        self.entry(number).is_some_and(|entry| !entry.state.is_gone() && entry.state != HostState::Paused)
    }

    /// The hosts that are heard now, with what they told last.
    pub(super) fn heard(&self) -> impl Iterator<Item = (&Entry, &Told)> {
        let heard = self.entries.iter().filter(|entry| entry.heard && self.is_live(entry.number));
        heard.filter_map(|entry| Some((entry, entry.told.as_ref()?)))
    }

    /// The hosts of a set of ids, by number, each once; removed ones are skipped.
    pub(super) fn hosts_of(&self, ids: &[HostId]) -> Vec<HostNumber> {
        let ids = ids.iter().filter(|id| self.is_current(**id));
        let mut hosts: Vec<HostNumber> = ids.filter_map(|id| self.host_of(*id)).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// The hosts' cards.
    pub(super) fn pictures(&self) -> Vec<HostPicture> {
        let mut awaited: HashMap<&str, u64> = HashMap::new();
        let links = self.heard().flat_map(|(_, told)| &told.links);
        for link in links.filter(|link| link.tombstones_awaited > 0 && !link.removed) {
            let most = awaited.entry(&link.name).or_default();
            *most = (*most).max(link.tombstones_awaited);
        }
        let awaited = |entry: &Entry| awaited.get(entry.place.name.as_str()).copied().unwrap_or(0);
        self.entries.iter().map(|entry| Self::picture(entry, awaited(entry))).collect()
    }

    fn picture(entry: &Entry, tombstones_awaited: u64) -> HostPicture {
        let mut picture =
            HostPicture::new(entry.number, entry.place.name.clone(), entry.state, entry.since_ms);
        picture.address = entry.place.address.clone();
        picture.pid = entry.place.pid.filter(|_| !entry.state.is_gone());
        picture.served_before = entry.served_before;
        picture.plant.clone_from(&entry.place.plant);
        picture.rate_history = entry.rates.clone();
        picture.tombstones_awaited = tombstones_awaited;
        let Some(told) = &entry.told else { return picture };
        if entry.place.process != (Process::Killed { wiped: true }) {
            picture.copies = told.copies;
            picture.tombstones = told.tombstones;
            picture.disk_bytes = told.disk_bytes;
        }
        if entry.state.is_up() || entry.state == HostState::Starting {
            picture.serving = if entry.heard { told.ready } else { 0 };
            picture.leased = told.leased;
            picture.delayed = told.delayed;
            picture.dead = told.dead;
            picture.under_replicated = told.under_replicated;
            picture.per_second = entry.rates.last().copied().unwrap_or(0).into();
            picture.commit_us = told.commit_us;
            picture.full = told.full;
        }
        picture
    }
}

/// What a host does now.
fn state(entry: &Entry, now_ms: u64) -> HostState {
    match &entry.place.process {
        Process::Expected => HostState::Starting,
        Process::Paused => HostState::Paused,
        Process::Killed { .. } => HostState::Killed,
        Process::Died(_) => HostState::Down,
        Process::Removed => HostState::Removed,
        Process::Running | Process::Elsewhere if entry.heard => match &entry.told {
            Some(told) if told.serving && told.leaving => HostState::Leaving,
            Some(told) if told.serving => HostState::Up,
            _ => HostState::Starting,
        },
        // Silent for a moment: mostly its process is about to be found dead.
        _ if entry.heard_pid == entry.place.pid
            && entry.heard_at_ms > 0
            && now_ms < entry.heard_at_ms + GRACE_MS =>
        {
            entry.state
        }
        Process::Running => HostState::Starting,
        Process::Elsewhere if now_ms < entry.since_ms + GRACE_MS && entry.heard_at_ms == 0 => {
            HostState::Starting
        }
        Process::Elsewhere => HostState::Down,
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
