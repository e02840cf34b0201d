//! Everything that an observer knows, and what of it is different from what was told last.

use std::collections::HashMap;

use super::aftermath::Falling;
use super::ageing::{same_types, same_window};
use super::board::{Board, Place};
use super::events::Log;
use super::follow::Heard;
use super::life::biography;
use super::notice::Notice;
use super::rows::Memory;
use super::stores::{Stores, draw_picture};
use crate::client::HostClient;
use crate::host::clock::wall_ms;
use crate::observe::{
    Badges, Biography, Change, Filter, HappeningBy, HeatMap, HostNumber, HostPicture, LinkPicture, MessageId,
    MessagePicture, MessageWindow, Placement, Sort, StorePicture, TypePicture, Update, WindowRequest,
};

/// What was told last; what is equal is not told again.
#[derive(Debug, Default)]
struct Sent {
    hosts: Option<Vec<HostPicture>>,
    links: Option<Vec<LinkPicture>>,
    window: Option<MessageWindow>,
    placements: Option<Vec<Placement>>,
    heat: Option<HeatMap>,
    types: Option<Vec<TypePicture>>,
    badges: Option<Badges>,
    stores: Option<Vec<StorePicture>>,
    biography: Option<Biography>,
}

/// Everything that is known.
pub(super) struct State {
    pub(super) board: Board,
    pub(super) memory: Memory,
    pub(super) request: WindowRequest,
    pub(super) window: MessageWindow,
    /// When that was looked at, and when the one that was told last was.
    window_at_ms: u64,
    sent_at_ms: u64,
    pub(super) explained: Option<MessageId>,
    /// How that message stands; none before that was looked for.
    explained_row: Option<Option<MessagePicture>>,
    /// What is to be told together with its life.
    with_biography: Vec<Change>,
    pub(super) clients: HashMap<String, HostClient>,
    log: Log,
    falling: Vec<Falling>,
    stores: Stores,
    counted: Badges,
    pending: Vec<Change>,
    sent: Sent,
    /// What happened before this is no news.
    began_ms: u64,
    last_ms: u64,
    /// Whether messages must be looked at again.
    pub(super) is_stale: bool,
    is_biography_stale: bool,
}

impl State {
    pub(super) fn new() -> Self {
        let request = WindowRequest {
            serial: 0,
            filter: Filter::default(),
            sort: Sort::Newest,
            offset: 0,
            rows: 100,
            pin: None,
        };
        Self {
            board: Board::default(),
            memory: Memory::default(),
            request,
            window: MessageWindow::default(),
            window_at_ms: 0,
            sent_at_ms: 0,
            explained: None,
            explained_row: None,
            with_biography: Vec::new(),
            clients: HashMap::new(),
            log: Log::default(),
            falling: Vec::new(),
            stores: Stores::default(),
            counted: Badges::default(),
            pending: Vec::new(),
            sent: Sent::default(),
            began_ms: wall_ms(),
            last_ms: 0,
            is_stale: false,
            is_biography_stale: false,
        }
    }

    /// The hosts that can be asked now.
    pub(super) fn clients(&self) -> Vec<(HostNumber, HostClient)> {
        let heard = self.board.heard();
        heard
            .filter_map(|(entry, _)| Some((entry.number, self.clients.get(&entry.place.name)?.clone())))
            .collect()
    }

    pub(super) fn notice(&mut self, notice: Notice) {
        let now_ms = wall_ms();
        match notice {
            // Its taker looks at processes after every notice of this kind.
            Notice::Processes => {}
            Notice::Watch(request) => {
                (self.request, self.is_stale) = (request, true);
            }
            Notice::Explain(message, with) => {
                self.explained = Some(message);
                self.explained_row = None;
                self.sent.biography = None;
                self.with_biography.extend(with.map(|change| *change));
                self.is_stale = true;
            }
            Notice::Predict(hosts) => self.pending.push(Change::BlastRadius(self.board.blast(&hosts))),
            Notice::BeforeKill(names) => {
                self.falling.extend(Falling::begin(now_ms, &names, &self.board, &mut self.log));
            }
            Notice::Done { kind, message, words, took_us } => {
                self.log.done(now_ms, kind, message, words, took_us);
            }
            Notice::Counted(badges, behind) => {
                self.log.counted(now_ms, (&self.counted, &badges), &behind);
                self.counted = badges;
            }
            Notice::Drew { draw, object } => {
                self.pending.extend(draw_picture(&self.board, now_ms, &draw, object).map(Change::Draw));
            }
            Notice::Record(true) => self.log.record(&self.board),
            Notice::Record(false) => self.log.record_no_more(),
            Notice::Begun(command) => self.commanded(now_ms, HappeningBy::Command(command)),
            Notice::Ended(result) => self.commanded(now_ms, HappeningBy::Result(result)),
            // Their taker settles.
            Notice::Settle(_) => {}
            Notice::Tell(change) => self.pending.push(change),
            Notice::Afresh => self.sent = Sent::default(),
        }
    }

    fn commanded(&mut self, now_ms: u64, by: HappeningBy) {
        self.is_biography_stale |= self.log.command(now_ms, by, self.explained);
    }

    pub(super) fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Told(name, told, events) => {
                self.is_stale |= self.board.told(wall_ms(), &name, *told);
                let Some(host) = self.board.by_name(&name).map(|entry| entry.number) else { return };
                for event in events.into_iter().filter(|event| event.at_ms + 2_000 >= self.began_ms) {
                    if let Some(message) = event.message {
                        self.is_biography_stale |= self.explained == Some(message);
                        if event.kind == "finished" {
                            self.memory.finished(message);
                        }
                    }
                    self.log.told(host, &name, event);
                }
            }
            Heard::Lost(name) => self.board.lost(&name),
            Heard::Stores(states) => self.stores.told(states.unwrap_or_default()),
            Heard::Looked(looked) => {
                (self.window, self.window_at_ms) = (looked.window, wall_ms());
                if let Some((_, row)) = looked.explained.filter(|(id, _)| self.explained == Some(*id)) {
                    let row = Some(row);
                    self.is_biography_stale |= self.explained_row != row;
                    self.explained_row = row;
                }
            }
        }
    }

    /// Takes in where hosts are, and what follows from that.
    pub(super) fn settle(&mut self, places: Vec<Place>) {
        let now_ms = wall_ms();
        self.board.placed(now_ms, places);
        for turn in self.board.settle(now_ms) {
            let killed_at_ms = self.falling.iter().rev().find_map(|falling| falling.killed_at_ms(&turn.name));
            let at_ms = killed_at_ms.filter(|_| turn.after.is_gone()).unwrap_or(now_ms);
            self.log.turned(at_ms, &turn);
            (self.is_stale, self.is_biography_stale) = (true, true);
        }
    }

    /// What is different from what was told last.
    pub(super) fn update(&mut self) -> Option<Update> {
        let mut changes = Vec::new();
        let first = self.sent.hosts.is_none();
        tell(&mut changes, &mut self.sent.hosts, self.board.pictures(), Change::Hosts);
        tell(&mut changes, &mut self.sent.links, self.board.links(), Change::Links);
        tell(&mut changes, &mut self.sent.placements, self.board.placements(), Change::Placements);
        tell(&mut changes, &mut self.sent.heat, self.board.heat(), Change::Heat);
        tell(&mut changes, &mut self.sent.stores, self.stores.pictures(&self.board), Change::Stores);
        self.tell_messages(&mut changes);
        if first {
            changes.extend([Change::Lessons(Vec::new()), Change::Lesson(None)]);
        }
        changes.extend(self.log.take().into_iter().map(Change::Event));
        // After the events that badges lead to.
        let (ready, leased) = self.board.ready_and_leased();
        let badges = self.log.behind.led_to(Badges { ready, leased, ..self.counted });
        tell(&mut changes, &mut self.sent.badges, badges, Change::Badges);
        changes.extend(self.log.take_happenings().map(Change::Happened));
        self.tell_aftermaths(&mut changes);
        self.tell_life(&mut changes);
        // Answers come last: what they speak of has been told then.
        changes.append(&mut self.pending);
        self.last_ms = self.last_ms.max(wall_ms());
        (!changes.is_empty()).then_some(Update { at_ms: self.last_ms, changes })
    }

    /// Types and the window, if something but time has changed them.
    fn tell_messages(&mut self, changes: &mut Vec<Change>) {
        let types = self.board.types();
        if !self.sent.types.as_ref().is_some_and(|sent| same_types(sent, &types)) {
            tell(changes, &mut self.sent.types, types, Change::Types);
        }
        let gone_ms = self.window_at_ms.saturating_sub(self.sent_at_ms);
        if !self.sent.window.as_ref().is_some_and(|sent| same_window(sent, &self.window, gone_ms)) {
            self.sent_at_ms = self.window_at_ms;
            tell(changes, &mut self.sent.window, self.window.clone(), Change::Window);
        }
    }

    fn tell_life(&mut self, changes: &mut Vec<Change>) {
        let (Some(message), Some(row)) = (self.explained, &self.explained_row) else { return };
        if std::mem::take(&mut self.is_biography_stale) {
            let life = biography(message, self.log.kept.iter(), &self.log.answers, row.as_ref(), &self.board);
            tell(changes, &mut self.sent.biography, life, Change::Biography);
        }
        self.pending.append(&mut self.with_biography);
    }

    fn tell_aftermaths(&mut self, changes: &mut Vec<Change>) {
        let (board, log, now_ms) = (&self.board, &self.log, wall_ms());
        self.falling.retain(|falling| match falling.told(now_ms, board, log) {
            Ok(Some(aftermath)) => {
                changes.push(Change::Aftermath(aftermath));
                false
            }
            Ok(None) => true,
            Err(()) => false,
        });
    }
}

fn tell<T: Clone + PartialEq>(
    changes: &mut Vec<Change>,
    sent: &mut Option<T>,
    now: T,
    change: impl Fn(T) -> Change,
) {
    if sent.as_ref() != Some(&now) {
        *sent = Some(now.clone());
        changes.push(change(now));
    }
}
