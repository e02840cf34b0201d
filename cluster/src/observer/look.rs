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
use super::run::State;
use super::window::{Candidate, cut, fits, offset, sort};
use crate::client::HostClient;
use crate::client::sight::{CopiesOptions, ToldCopy};
use crate::host::clock::wall_ms;
use crate::observe::{
    Filter, HostNumber, MessageId, MessagePicture, MessageState, MessageWindow, Sort, WindowRequest,
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
    let (request, explained, clients, mut depth) = {
        let state = state.borrow();
        (state.request.clone(), state.explained, state.clients(), first_depth(&state))
    };
    let (mut answers, order) = loop {
        let answers = ask_all(&clients, &request, depth).await;
        let state = &mut *state.borrow_mut();
        learn(&mut state.memory, &answers);
        if request.filter.message_type.is_none() {
            forget(state, &answers);
        }
        let (candidates, _) = candidates(state, &request, &answers);
        let order: Vec<MessageId> = candidates.iter().map(|candidate| candidate.row.id).collect();
        let is_found = request.pin.is_none_or(|pin| order.contains(&pin.message));
        if is_found || depth >= DEPTH_MAX || answers.iter().all(|answer| answer.is_all) {
            break (answers, order);
        }
        depth = (depth * 4).min(DEPTH_MAX);
    };
    let begin = offset(&request, &order, order.len() as u64) as usize;
    let mut wanted: Vec<MessageId> =
        order.iter().skip(begin).take(request.rows.min(1_000) as usize).copied().collect();
    wanted.extend(explained.filter(|id| !wanted.contains(id)));
    ask_about(&mut answers, &wanted).await;
    learn(&mut state.borrow_mut().memory, &answers);
    read_bodies(state, &answers, &wanted).await;
    let state = state.borrow();
    let (candidates, total) = candidates(&state, &request, &answers);
    let under_replicated = state.board.under_replicated();
    let window = cut(&request, candidates, total, under_replicated);
    let explained = explained.map(|id| {
        let row = row_of(id, &answers, &state.board, &state.memory);
        (id, (!row.copies.is_empty()).then_some(row))
    });
    Looked { window, explained }
}

/// How many copies each host is asked for at first.
fn first_depth(state: &State) -> u64 {
    let request = &state.request;
    let begin = match request.pin {
        Some(_) => request.offset.max(state.window.offset) + 64,
        None => request.offset,
    };
    let depth = (begin + request.rows).clamp(32, DEPTH_MAX);
    let is_simple =
        matches!(request.sort, Sort::Newest | Sort::Oldest) && request.filter == Filter::default();
    if is_simple { depth } else { depth.max(DEPTH_SORTED) }
}

async fn ask_all(clients: &[(HostNumber, HostClient)], request: &WindowRequest, depth: u64) -> Vec<Answer> {
    let status = match request.filter.state {
        Some(MessageState::Ready) => Some(Status::Ready),
        Some(MessageState::Leased) => Some(Status::Leased),
        Some(MessageState::Delayed) => Some(Status::Delayed),
        Some(MessageState::Dead) => Some(Status::Dead),
        Some(MessageState::Deleted | MessageState::Unavailable) | None => None,
    };
    let options = CopiesOptions {
        messages_max: u32::try_from(depth).unwrap_or(u32::MAX),
        oldest_first: request.sort == Sort::Oldest,
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
    candidates
        .retain(|candidate| !candidate.row.copies.is_empty() && fits(&request.filter, &candidate.row, board));
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
