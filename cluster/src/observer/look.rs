//! Looking at messages: asks all hosts for what the window needs, and makes its rows.
//!
//! First every host names its newest (or oldest) copies, as many as the window may need; merged by time they say which
//! messages stand in it. Then each host is asked about those of them that it has not named, and somebody about bodies
//! that were never read. Between the questions nothing is held, so that the observer goes on meanwhile.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::state::condition::Status;

use super::board::Board;
use super::rows::{Memory, Said, row};
use super::state::State;
use super::window::{Candidate, Stretch, host_named, sort};
use crate::client::HostClient;
use crate::client::sight::{CopiesOptions, ToldCopy};
use crate::host::clock::wall_ms;
use crate::observe::{
    Filter, HostNumber, MessageId, MessagePicture, MessageState, MessageWindow, Pin, Sort, WindowRequest,
};

/// How long a host may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// The most copies that one host is asked for.
const DEPTH_MAX: u64 = 10_000;
/// How many copies are asked for where the order needs more than the window.
const DEPTH_SORTED: u64 = 2_000;
/// How many bytes of each body are read.
const BODY_BYTES: u32 = 160;

/// What one host has answered.
struct Answer {
    host: HostNumber,
    client: HostClient,
    copies: HashMap<MessageId, ToldCopy>,
    /// Whether it has named everything that it has.
    is_all: bool,
    /// Messages that it was asked about by their ids.
    asked: BTreeSet<MessageId>,
}

impl Answer {
    fn said(&self, id: MessageId) -> (HostNumber, Said<'_>) {
        let said = match self.copies.get(&id) {
            Some(copy) => Said::Has(copy),
            None if self.is_all || self.asked.contains(&id) => Said::Nothing,
            None => Said::NotAsked,
        };
        (self.host, said)
    }
}

/// What a look has found.
pub(super) struct Looked {
    /// The window.
    pub(super) window: MessageWindow,
    /// The message whose life is told, and its row, if any host has something of it.
    pub(super) explained: Option<(MessageId, Option<MessagePicture>)>,
}

/// Looks once.
pub(super) async fn look(state: &Rc<RefCell<State>>) -> Looked {
    let (request, explained, clients, mut reach) = {
        let state = state.borrow();
        (state.request.clone(), state.explained, state.clients(), first_reach(&state))
    };
    let (mut answers, stretch) = loop {
        let answers = ask_all(&clients, &request, reach).await;
        let state = &mut *state.borrow_mut();
        learn(&mut state.memory, &answers);
        if request.filter.message_type.is_none() {
            forget(state, &answers);
        }
        let stretch = stretch(state, &request, &answers, reach);
        let is_pinned = |pin: Pin| stretch.candidates.iter().any(|one| one.row.id == pin.message);
        let is_found = request.pin.is_none_or(is_pinned);
        if is_found || reach.depth >= DEPTH_MAX || answers.iter().all(|answer| answer.is_all) {
            break (answers, stretch);
        }
        reach.depth = (reach.depth * 4).min(DEPTH_MAX);
    };
    let mut wanted: Vec<MessageId> = stretch.wanted(&request).map(|candidate| candidate.row.id).collect();
    wanted.extend(explained.filter(|id| !wanted.contains(id)));
    ask_about(&mut answers, &wanted).await;
    learn(&mut state.borrow_mut().memory, &answers);
    read_bodies(state, &answers, &wanted).await;
    let state = state.borrow();
    let stretch = self::stretch(&state, &request, &answers, reach);
    let window = stretch.window(&request, state.board.under_replicated());
    let explained = explained.map(|id| {
        let row = row_of(id, &answers, &state.board, &state.memory);
        (id, (!row.copies.is_empty()).then_some(row))
    });
    Looked { window, explained }
}

/// How far hosts are asked, and from which end of the order.
#[derive(Debug, Clone, Copy)]
struct Reach {
    depth: u64,
    from_the_end: bool,
}

/// How far each host is asked at first. The second half of a long list is reached from its end.
fn first_reach(state: &State) -> Reach {
    let request = &state.request;
    let (slack, known) = if request.pin.is_some() { (64, state.window.offset) } else { (0, 0) };
    let begin = request.offset.max(known) + slack;
    let total = state.board.messages();
    let is_simple =
        matches!(request.sort, Sort::Newest | Sort::Oldest) && request.filter == Filter::default();
    let from_the_end = is_simple && total > DEPTH_MAX && request.offset > total / 2;
    let depth = match (from_the_end, is_simple) {
        (true, _) => total.saturating_sub(request.offset) + 64,
        (false, true) => begin + request.rows,
        (false, false) => (begin + request.rows).max(DEPTH_SORTED),
    };
    Reach { depth: depth.clamp(32, DEPTH_MAX), from_the_end }
}

/// The messages that hosts have named, in order, with their place among all.
fn stretch(state: &State, request: &WindowRequest, answers: &[Answer], reach: Reach) -> Stretch {
    let (mut candidates, total) = candidates(state, request, answers);
    if !reach.from_the_end || answers.iter().all(|answer| answer.is_all) {
        return Stretch { candidates, before: 0, total };
    }
    // Further from the end some hosts have named theirs, and some have not.
    let extra = candidates.len().saturating_sub(usize::try_from(reach.depth).unwrap_or(usize::MAX));
    candidates.drain(..extra);
    let before = total.saturating_sub(candidates.len() as u64);
    Stretch { candidates, before, total }
}

async fn ask_all(clients: &[(HostNumber, HostClient)], request: &WindowRequest, reach: Reach) -> Vec<Answer> {
    let status = match request.filter.state {
        Some(MessageState::Ready) => Some(Status::Ready),
        Some(MessageState::Leased) => Some(Status::Leased),
        Some(MessageState::Delayed) => Some(Status::Delayed),
        Some(MessageState::Dead) => Some(Status::Dead),
        Some(MessageState::Deleted | MessageState::Unavailable) | None => None,
    };
    let options = CopiesOptions {
        messages_max: u32::try_from(reach.depth).unwrap_or(u32::MAX),
        oldest_first: (request.sort == Sort::Oldest) != reach.from_the_end,
        message_type: request.filter.message_type.clone(),
        status,
        ..CopiesOptions::default()
    };
    let asked = clients.iter().map(async |(host, client)| {
        let (copies, all) = client.copies(&options, PATIENCE).await.ok()?;
        let copies = copies.into_iter().map(|copy| (copy.id, copy)).collect();
        // A copy in another state is there all the same.
        let is_all = all && options.status.is_none();
        Some(Answer { host: *host, client: client.clone(), copies, is_all, asked: BTreeSet::new() })
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Asks each host about those of the messages that it has not named.
async fn ask_about(answers: &mut [Answer], wanted: &[MessageId]) {
    let asked = answers.iter_mut().map(async |answer| {
        let unnamed = wanted.iter().filter(|id| matches!(answer.said(**id).1, Said::NotAsked));
        let ids: Vec<MessageId> = unnamed.copied().collect();
        if ids.is_empty() {
            return;
        }
        let options = CopiesOptions { ids: ids.clone(), ..CopiesOptions::default() };
        if let Ok((copies, _)) = answer.client.copies(&options, PATIENCE).await {
            answer.copies.extend(copies.into_iter().map(|copy| (copy.id, copy)));
            answer.asked.extend(ids);
        }
    });
    join_all(asked).await;
}

/// Reads the beginnings of bodies that were never read, each on one host that has it.
async fn read_bodies(state: &Rc<RefCell<State>>, answers: &[Answer], wanted: &[MessageId]) {
    let mut unread: HashMap<usize, Vec<MessageId>> = HashMap::new();
    {
        let state = state.borrow();
        let is_unread = |id: &&MessageId| state.memory.get(**id).is_some_and(|kept| kept.body.is_none());
        for id in wanted.iter().filter(is_unread) {
            let has_copy = |answer: &Answer| answer.copies.get(id).is_some_and(|copy| copy.held.is_some());
            if let Some(place) = answers.iter().position(has_copy) {
                unread.entry(place).or_default().push(*id);
            }
        }
    }
    let asked = unread.into_iter().map(async |(place, ids)| {
        let options = CopiesOptions { ids, body_bytes_max: BODY_BYTES, ..CopiesOptions::default() };
        answers[place].client.copies(&options, PATIENCE).await
    });
    let read = join_all(asked).await;
    let memory = &mut state.borrow_mut().memory;
    for copy in read.iter().flatten().flat_map(|(copies, _)| copies) {
        memory.learn(copy);
    }
}

fn learn(memory: &mut Memory, answers: &[Answer]) {
    for copy in answers.iter().flat_map(|answer| answer.copies.values()) {
        memory.learn(copy);
    }
}

/// What no host has any more, though all were asked for all that they have, is forgotten.
fn forget(state: &mut State, answers: &[Answer]) {
    if !answers.iter().all(|answer| answer.is_all) {
        return;
    }
    let has = |id: MessageId| answers.iter().any(|answer| answer.copies.contains_key(&id));
    let answered = |host: HostNumber| answers.iter().any(|answer| answer.host == host);
    let board = &state.board;
    state.memory.retain(|id, kept| has(id) || !board.hosts_of(&kept.holders).into_iter().all(answered));
}

/// All messages that fit, as far as they were named, in order; and how many there are in all.
fn candidates(state: &State, request: &WindowRequest, answers: &[Answer]) -> (Vec<Candidate>, u64) {
    let (board, memory) = (&state.board, &state.memory);
    let named = answers.iter().flat_map(|answer| answer.copies.keys().copied());
    let mut ids: BTreeSet<MessageId> = named.collect();
    ids.extend(memory.orphans(board));
    let candidate = |id: &MessageId| Candidate {
        enqueued_at_ms: memory.enqueued_at_ms(*id),
        row: row_of(*id, answers, board, memory),
    };
    let mut candidates: Vec<Candidate> = ids.iter().map(candidate).collect();
    let unavailable =
        candidates.iter().filter(|candidate| candidate.row.state == MessageState::Unavailable).count();
    candidates.retain(|candidate| {
        !candidate.row.copies.is_empty()
            && request.filter.fits(&candidate.row, |name| host_named(board, name))
    });
    sort(&mut candidates, request.sort);
    let mut total = candidates.len() as u64;
    if request.filter == Filter::default() {
        total += board.unavailable().saturating_sub(unavailable as u64);
        if !answers.iter().all(|answer| answer.is_all) {
            total = total.max(board.messages());
        }
    } else if request.filter == only_type(&request.filter) {
        let types = board.types().into_iter();
        let mut of_type = types.filter(|each| Some(&each.name) == request.filter.message_type.as_ref());
        total =
            total.max(of_type.next().map_or(0, |each| each.ready + each.leased + each.delayed + each.dead));
    }
    (candidates, total)
}

fn only_type(filter: &Filter) -> Filter {
    Filter { message_type: filter.message_type.clone(), ..Filter::default() }
}

fn row_of(id: MessageId, answers: &[Answer], board: &Board, memory: &Memory) -> MessagePicture {
    let said: Vec<(HostNumber, Said<'_>)> = answers.iter().map(|answer| answer.said(id)).collect();
    row(id, wall_ms(), &said, board, memory)
}
