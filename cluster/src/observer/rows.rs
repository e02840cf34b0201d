//! One row of the replica map: what every host has of one message, from what each of them says.
//!
//! A host that answered speaks for itself. For one that cannot be asked, others name it as a holder. A message of which all
//! holders are gone is shown from memory: what was seen of it last.

use std::collections::{HashMap, HashSet, VecDeque};

use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::state::condition::Status;

use super::board::Board;
use crate::client::sight::{ToldCopy, ToldHeld};
use crate::observe::{CopyPicture, CopyState, HostNumber, HostState, MessagePicture, MessageState};

/// How many messages are remembered.
const KEPT_MAX: usize = 20_000;
/// How many characters of a body are shown.
const BODY_MAX: usize = 120;

/// What is remembered of a message.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept {
    pub(super) message_type: String,
    pub(super) asked: u8,
    pub(super) holders: Vec<HostId>,
    pub(super) enqueued_at_ms: u64,
    pub(super) priority: u8,
    pub(super) count: u32,
    /// The beginning of its body, once that was read.
    pub(super) body: Option<String>,
    pub(super) body_bytes: u32,
    is_tombstone: bool,
}

impl Kept {
    /// What can be told of a message from these copies alone.
    fn of<'a>(copies: impl Iterator<Item = &'a ToldCopy>) -> Self {
        let mut kept = Self::default();
        copies.for_each(|copy| kept.learn(copy));
        kept
    }

    fn learn(&mut self, copy: &ToldCopy) {
        if self.holders.len() <= copy.holders.len() {
            self.holders.clone_from(&copy.holders);
        }
        if copy.enqueued_at_ms > 0 {
            (self.enqueued_at_ms, self.priority) = (copy.enqueued_at_ms, copy.priority);
        }
        match &copy.held {
            Some(held) => {
                self.message_type.clone_from(&held.message_type);
                self.asked = held.replicas;
                self.count = self.count.max(held.count);
                self.body_bytes = copy.body_bytes;
                if copy.body_bytes == 0 || !copy.body.is_empty() {
                    self.body = Some(printable(&copy.body));
                }
            }
            None => self.is_tombstone = true,
        }
    }
}

/// How many ids of messages that are deleted everywhere are kept, so that late answers do not bring them back.
const FINISHED_MAX: usize = 20_000;

/// The messages that were seen lately.
#[derive(Debug, Default)]
pub(super) struct Memory {
    kept: HashMap<MessageId, Kept>,
    order: VecDeque<MessageId>,
    finished: HashSet<MessageId>,
    finished_order: VecDeque<MessageId>,
}

impl Memory {
    pub(super) fn get(&self, id: MessageId) -> Option<&Kept> {
        self.kept.get(&id)
    }

    /// Takes in what a host has of a message.
    pub(super) fn learn(&mut self, copy: &ToldCopy) {
        if self.finished.contains(&copy.id) {
            return;
        }
        if !self.kept.contains_key(&copy.id) {
            self.order.push_back(copy.id);
            while self.order.len() > KEPT_MAX {
                self.order.pop_front().and_then(|oldest| self.kept.remove(&oldest));
            }
        }
        self.kept.entry(copy.id).or_default().learn(copy);
    }

    /// A message is deleted everywhere: it is forgotten for good.
    pub(super) fn finished(&mut self, id: MessageId) {
        // Its place in the order goes when its turn comes.
        self.kept.remove(&id);
        if self.finished.insert(id) {
            self.finished_order.push_back(id);
            if self.finished_order.len() > FINISHED_MAX {
                self.finished_order.pop_front().map(|oldest| self.finished.remove(&oldest));
            }
        }
    }

    /// Keeps only those of which this is true.
    pub(super) fn retain(&mut self, stays: impl Fn(MessageId, &Kept) -> bool) {
        self.kept.retain(|id, kept| stays(*id, kept));
        let kept = &self.kept;
        self.order.retain(|id| kept.contains_key(id));
    }

    /// Messages of which all holders are gone, as far as they are remembered.
    pub(super) fn orphans(&self, board: &Board) -> Vec<MessageId> {
        let is_orphan = |kept: &Kept| {
            let hosts = board.hosts_of(&kept.holders);
            !kept.is_tombstone && !hosts.is_empty() && hosts.iter().all(|host| board.is_gone(*host))
        };
        self.kept.iter().filter(|(_, kept)| is_orphan(kept)).map(|(id, _)| *id).collect()
    }

    /// When a message was enqueued, as far as can be told: ids carry a time, too.
    pub(super) fn enqueued_at_ms(&self, id: MessageId) -> u64 {
        let known = self.get(id).map(|kept| kept.enqueued_at_ms).filter(|at_ms| *at_ms > 0);
        known.unwrap_or((id.0 >> 80) as u64)
    }
}

/// What one host says about one message.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said<'a> {
    /// This is what it has.
    Has(&'a ToldCopy),
    /// It has nothing.
    Nothing,
    /// It was not asked.
    NotAsked,
}

/// The row of a message.
pub(super) fn row(
    id: MessageId,
    now_ms: u64,
    said: &[(HostNumber, Said<'_>)],
    board: &Board,
    memory: &Memory,
) -> MessagePicture {
    let copies: Vec<(HostNumber, &ToldCopy)> =
        said.iter().filter_map(|(host, said)| Some((*host, has(*said)?))).collect();
    // A message that was said to be gone everywhere is forgotten; a copy that shows up all the same speaks for itself.
    let kept = memory.get(id).cloned().unwrap_or_else(|| Kept::of(copies.iter().map(|(_, copy)| *copy)));
    let lists = copies.iter().map(|(_, copy)| &copy.holders);
    let holders = lists.max_by_key(|list| list.len()).unwrap_or(&kept.holders);
    let knows_only_tombstone = copies.is_empty() && kept.is_tombstone;
    let deleted = knows_only_tombstone || copies.iter().any(|(_, copy)| copy.held.is_none());
    let held: Vec<(HostNumber, &ToldHeld)> =
        copies.iter().filter_map(|(host, copy)| Some((*host, copy.held.as_ref()?))).collect();
    let mut pictures: Vec<CopyPicture> = Vec::new();
    for (rank, holder) in holders.iter().enumerate() {
        let Some(host) = board.host_of(*holder) else { continue };
        if pictures.iter().any(|copy| copy.host == host) {
            continue;
        }
        let state = match board.is_current(*holder) {
            true => state_on(host, *holder, &held, said, deleted, board),
            // It was there under an id that is no more.
            false if holders.iter().any(|other| board.host_of(*other) == Some(host) && other != holder) => {
                continue;
            }
            false => CopyState::Missing,
        };
        pictures.push(CopyPicture { host, rank: u8::try_from(rank).unwrap_or(u8::MAX), state });
    }
    // Hosts that keep a tombstone for others.
    for (host, _) in copies.iter().filter(|(_, copy)| copy.held.is_none()) {
        if !pictures.iter().any(|copy| copy.host == *host) {
            let rank = u8::try_from(pictures.len()).unwrap_or(u8::MAX);
            pictures.push(CopyPicture { host: *host, rank, state: CopyState::Tombstone });
        }
    }
    let owning = held.iter().find(|(host, held)| board.owns(*host, held));
    let state = match owning {
        _ if deleted => MessageState::Deleted,
        Some((_, held)) => in_words(held.status),
        None if pictures.iter().any(|copy| copy.state.is_live()) => MessageState::Ready,
        None => MessageState::Unavailable,
    };
    MessagePicture {
        id,
        message_type: kept.message_type,
        age_ms: now_ms.saturating_sub(memory.enqueued_at_ms(id)),
        asked: kept.asked,
        copies: pictures,
        owner: owning.map(|(host, _)| *host).filter(|_| !deleted),
        state,
        deliveries: kept.count,
        priority: kept.priority.into(),
        body: kept.body.unwrap_or_default(),
        body_bytes: kept.body_bytes.into(),
    }
}

fn has<'a>(said: Said<'a>) -> Option<&'a ToldCopy> {
    if let Said::Has(copy) = said { Some(copy) } else { None }
}

impl Board {
    /// Whether the host that told this owns the message.
    fn owns(&self, host: HostNumber, held: &ToldHeld) -> bool {
        held.owner.is_some_and(|owner| self.is_current(owner) && self.host_of(owner) == Some(host))
    }
}

/// What a holder has.
fn state_on(
    host: HostNumber,
    id: HostId,
    held: &[(HostNumber, &ToldHeld)],
    said: &[(HostNumber, Said<'_>)],
    deleted: bool,
    board: &Board,
) -> CopyState {
    match board.entry(host).map(|entry| entry.state) {
        Some(HostState::Paused) => return CopyState::OnPausedHost,
        Some(state) if !state.is_gone() => {}
        _ => return CopyState::OnDeadHost,
    }
    let lacks = held.iter().any(|(_, held)| held.lacking.contains(&id));
    match said.iter().find(|(who, _)| *who == host).map_or(Said::NotAsked, |(_, said)| *said) {
        Said::Has(ToldCopy { held: None, .. }) => CopyState::Tombstone,
        Said::Has(ToldCopy { held: Some(held), .. }) if held.corrupt => CopyState::Corrupt,
        Said::Has(ToldCopy { held: Some(held), .. }) if board.owns(host, held) => match held.status {
            Status::Ready => CopyState::Serving,
            Status::Leased => CopyState::Leased { left_ms: held.remaining_ms },
            Status::Delayed => CopyState::Delayed { left_ms: held.remaining_ms },
            Status::Dead => CopyState::Dead,
        },
        Said::Has(_) => CopyState::Copy,
        // What it had is deleted, and it has forgotten that already.
        Said::Nothing if deleted => CopyState::Tombstone,
        // Its owner offers it to every live holder that lacks it.
        Said::Nothing => CopyState::Copying,
        Said::NotAsked if lacks => CopyState::Missing,
        Said::NotAsked if board.entry(host).is_some_and(|entry| entry.state == HostState::Starting) => {
            CopyState::Copying
        }
        Said::NotAsked => CopyState::Copy,
    }
}

fn in_words(status: Status) -> MessageState {
    match status {
        Status::Ready => MessageState::Ready,
        Status::Leased => MessageState::Leased,
        Status::Delayed => MessageState::Delayed,
        Status::Dead => MessageState::Dead,
    }
}

/// The beginning of a body, in characters that take one place each.
fn printable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.chars().take(BODY_MAX).map(|each| if each.is_control() { ' ' } else { each }).collect()
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
