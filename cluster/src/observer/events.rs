//! What happened, in the order of time and with causes: from what hosts tell, and from what the board sees.

use std::collections::{HashMap, VecDeque};

use super::answers::Answers;
use super::badges::BadgeEvents;
use super::board::{Board, Process, Turn};
use super::happenings::Happenings;
use super::life::Names;
use crate::client::sight::ToldEvent;
use crate::observe::{
    EventKind, EventPicture, EventSerial, Happening, HappeningBy, HostNumber, HostState, MessageId, words,
};

/// How many happenings around single messages are kept for their biographies.
const KEPT_MAX: usize = 65_536;
/// From how many on events of one kind are told as one.
const TOGETHER_FROM: usize = 4;

/// Who tells what the harness has counted.
const JUDGE: &str = "hydraq";

/// Something that happened on a host to a message, or to a host.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    pub(super) host: HostNumber,
    pub(super) event: ToldEvent,
}

/// An event that waits to be told.
#[derive(Debug, Clone)]
struct Draft {
    at_ms: u64,
    host: Option<HostNumber>,
    who: String,
    kind: EventKind,
    message: Option<MessageId>,
    words: String,
    took_us: Option<u64>,
    /// The host that it follows from, if it follows from what was done to one.
    about: Option<String>,
}

/// All that has happened.
#[derive(Debug, Default)]
pub(super) struct Log {
    drafts: Vec<Draft>,
    serial: u64,
    /// The last thing that was done to each host, when, and whether it stopped the host.
    done_to: HashMap<String, (EventSerial, u64, bool)>,
    /// Who suspects whom.
    suspected: HashMap<(String, String), EventSerial>,
    /// What happened to messages and hosts, oldest first.
    pub(super) kept: VecDeque<Happened>,
    /// Messages taken over from each host since it went, and when the last of them was.
    pub(super) taken_over: HashMap<String, (u64, u64)>,
    /// The events that badges lead to.
    pub(super) behind: BadgeEvents,
    happenings: Happenings,
    /// What somebody here was answered.
    pub(super) answers: Answers,
}

impl Log {
    /// A host tells what happened on it.
    pub(super) fn told(&mut self, host: HostNumber, name: &str, event: ToldEvent) {
        if event.kind == "takes-over"
            && let Some(peer) = &event.peer
        {
            let (messages, at_ms) = self.taken_over.entry(peer.clone()).or_default();
            (*messages, *at_ms) = (*messages + event.number, (*at_ms).max(event.at_ms));
        }
        if let Some((kind, follows)) = meaning(&event) {
            self.drafts.push(Draft {
                at_ms: event.at_ms,
                host: Some(host),
                who: name.to_owned(),
                kind,
                message: event.message,
                words: shortened(&event.words, event.message),
                took_us: None,
                about: event.peer.clone().filter(|_| follows),
            });
        }
        self.keep(host, name, event);
    }

    fn keep(&mut self, host: HostNumber, name: &str, event: ToldEvent) {
        self.happenings.host(name, &event);
        if self.kept.len() >= KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(Happened { host, event });
    }

    /// The board has seen a host do something else.
    pub(super) fn turned(&mut self, at_ms: u64, turn: &Turn) {
        let Some((kind, words)) = in_words(turn) else { return };
        let took_us = (turn.before == HostState::Starting && turn.after == HostState::Up)
            .then_some(turn.lasted_ms * 1_000);
        if kind == EventKind::Killed || kind == EventKind::Down {
            self.taken_over.remove(&turn.name);
        }
        let told =
            ToldEvent { at_ms, kind: word(kind).to_owned(), words: words.clone(), ..ToldEvent::default() };
        self.keep(turn.host, &turn.name, told);
        self.drafts.push(Draft {
            at_ms,
            host: Some(turn.host),
            who: turn.name.clone(),
            kind,
            message: None,
            words,
            took_us,
            about: None,
        });
    }

    /// Somebody here did something.
    pub(super) fn done(
        &mut self,
        at_ms: u64,
        kind: EventKind,
        message: Option<MessageId>,
        words: String,
        took_us: Option<u64>,
    ) {
        let who = "you".to_owned();
        self.drafts.push(Draft { at_ms, host: None, who, kind, message, words, took_us, about: None });
    }

    /// The harness has counted something that breaks a promise, or that needs an explanation.
    pub(super) fn judged(&mut self, at_ms: u64, kind: EventKind, message: Option<MessageId>, words: String) {
        let who = JUDGE.to_owned();
        self.drafts.push(Draft { at_ms, host: None, who, kind, message, words, took_us: None, about: None });
    }

    /// Single happenings are wanted from now on, and those that are kept.
    pub(super) fn record(&mut self, board: &Board) {
        let kept = self.kept.iter().map(|happened| (board.name_of(happened.host), &happened.event));
        self.happenings.begin(kept);
    }

    /// Single happenings are not wanted any more.
    pub(super) fn record_no_more(&mut self) {
        self.happenings.end();
    }

    /// A command begins, or has ended; whether this message has been acknowledged by it.
    pub(super) fn command(&mut self, at_ms: u64, by: HappeningBy, about: Option<MessageId>) -> bool {
        let is_about = self.answers.take(at_ms, &by).iter().any(|message| about == Some(*message));
        self.happenings.command(Happening { at_ms, by });
        is_about
    }

    /// The happenings that are to be told, if there are any.
    pub(super) fn take_happenings(&mut self) -> Option<Vec<Happening>> {
        self.happenings.take()
    }

    /// What is to be told now, in the order of time, with numbers and causes.
    pub(super) fn take(&mut self) -> Vec<EventPicture> {
        let mut drafts = together(std::mem::take(&mut self.drafts));
        drafts.sort_by_key(|draft| draft.at_ms);
        drafts.into_iter().filter_map(|draft| self.finish(draft)).collect()
    }

    fn finish(&mut self, draft: Draft) -> Option<EventPicture> {
        let serial = EventSerial(self.serial + 1);
        let (mut took_us, mut cause) = (draft.took_us, None);
        if let Some(peer) = &draft.about {
            let done = self.done_to.get(peer).copied();
            let suspicion = (draft.who.clone(), peer.clone());
            let suspected = self.suspected.get(&suspicion).copied();
            let stopped = done.filter(|(_, at_ms, stopped)| *stopped && *at_ms <= draft.at_ms);
            cause = done.map(|(serial, ..)| serial);
            match draft.kind {
                // A host that gets back what it owns: the other one tells that it hands it back.
                EventKind::Takeover if suspected.is_none() && stopped.is_none() => return None,
                EventKind::Takeover => {
                    cause = suspected.or(cause);
                    took_us = stopped.map(|(_, at_ms, _)| (draft.at_ms - at_ms) * 1_000);
                }
                EventKind::Suspected => {
                    self.suspected.insert(suspicion, serial);
                }
                EventKind::Trusted => {
                    self.suspected.remove(&suspicion);
                }
                _ => {}
            }
        } else if let Some(stops) = stops(draft.kind) {
            self.done_to.insert(draft.who.clone(), (serial, draft.at_ms, stops));
            if !stops {
                self.suspected.retain(|(_, peer), _| *peer != draft.who);
            }
        }
        self.serial += 1;
        self.behind.note(serial, draft.kind, draft.who == JUDGE);
        Some(EventPicture {
            serial,
            at_ms: draft.at_ms,
            host: draft.host,
            who: draft.who,
            kind: draft.kind,
            message: draft.message,
            words: draft.words,
            took_us,
            cause,
        })
    }
}

/// Whether this stops a host, or lets it go on; none if it is neither.
fn stops(kind: EventKind) -> Option<bool> {
    match kind {
        EventKind::Killed | EventKind::Down | EventKind::Paused => Some(true),
        EventKind::Started | EventKind::Resumed => Some(false),
        _ => None,
    }
}

/// What kind of event it is, and whether it follows from what was done to its peer; none if single messages come and go.
fn meaning(event: &ToldEvent) -> Option<(EventKind, bool)> {
    Some(match &*event.kind {
        "suspects" => (EventKind::Suspected, true),
        "takes-over" if event.number > 0 => (EventKind::Takeover, true),
        "hands-back" if event.number > 0 => (EventKind::Trusted, true),
        "copies" => (EventKind::Copied, true),
        "further-try" => (EventKind::Copied, false),
        "delivered" if event.number > 1 => (EventKind::Duplicate, false),
        "corrupt" => (EventKind::Disk, false),
        "leaving" | "removed" => (EventKind::Membership, false),
        _ => return None,
    })
}

fn in_words(turn: &Turn) -> Option<(EventKind, String)> {
    Some(match (turn.after, &turn.process) {
        (HostState::Killed, Process::Killed { wiped: true }) => {
            (EventKind::Killed, "killed by you, and its disk emptied".into())
        }
        (HostState::Killed, _) => (EventKind::Killed, "killed by you (SIGKILL)".into()),
        (HostState::Down, Process::Died(how)) => (EventKind::Down, format!("went down by itself: {how}")),
        (HostState::Down, _) => (EventKind::Down, "does not answer".into()),
        (HostState::Paused, _) => (EventKind::Paused, "paused by you (SIGSTOP)".into()),
        (HostState::Up, _) if turn.before == HostState::Paused => {
            (EventKind::Resumed, "goes on (SIGCONT)".into())
        }
        (HostState::Up, _) if turn.is_back => (EventKind::Started, "is back and synchronised".into()),
        (HostState::Up, _) => (EventKind::Started, "is up and synchronised".into()),
        (HostState::Removed, _) => (EventKind::Membership, "is no member any more".into()),
        _ => return None,
    })
}

/// The word for what happened to a host, for biographies.
fn word(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Killed | EventKind::Down => "gone",
        EventKind::Paused => "paused",
        EventKind::Started | EventKind::Resumed => "back",
        _ => "other",
    }
}

/// Of many events of one kind on one host, one that says how many there are.
fn together(drafts: Vec<Draft>) -> Vec<Draft> {
    let alike = |draft: &Draft| {
        let verb = match draft.kind {
            EventKind::Copied if draft.about.is_some() => "copies",
            EventKind::Copied => "picks another host for",
            EventKind::Duplicate => "delivers again",
            _ => return None,
        };
        draft.message.map(|_| (draft.who.clone(), verb, draft.about.clone()))
    };
    let mut counts: HashMap<_, usize> = HashMap::new();
    for draft in &drafts {
        *counts.entry(alike(draft)).or_default() += 1;
    }
    let mut told = Vec::new();
    for mut draft in drafts {
        let key = alike(&draft);
        match counts.get(&key).copied() {
            Some(count) if count >= TOGETHER_FROM && key.is_some() => {
                // The first of them speaks for all.
                counts.insert(key.clone(), 0);
                let (_, verb, peer) = key.unwrap_or_default();
                let to = peer.map_or_else(String::new, |peer| format!(" to {peer}"));
                draft.words = format!("{verb} {}{to}", words::counted(count as u64, "message"));
                draft.message = None;
                told.push(draft);
            }
            Some(0) if key.is_some() => {}
            _ => told.push(draft),
        }
    }
    told
}

/// The same with its message's id as tables show it.
fn shortened(words: &str, message: Option<MessageId>) -> String {
    match message {
        Some(id) => words.replace(&id.to_string(), &words::short_id(id, "…")),
        None => words.to_owned(),
    }
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
