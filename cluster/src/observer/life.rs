//! The life of one message, from what hosts told about it.

use std::collections::HashMap;

use super::answers::{Answers, Asked};
use super::board::Board;
use super::events::Happened;
use crate::client::sight::ToldEvent;
use crate::observe::{
    Biography, HappeningBy, HostNumber, HostPicture, Lane, Mark, MessageId, MessagePicture, MessageState,
    Step, words,
};

/// How many steps a biography has at most: the first ones and the last ones.
const STEPS_MAX: usize = 200;

/// Who the hosts are.
pub(super) trait Names {
    /// A host's name; its number if nobody knows it.
    fn name_of(&self, host: HostNumber) -> String;

    /// The host of a name.
    fn number_of(&self, name: &str) -> Option<HostNumber>;
}

/// The same from a recording: `happenings` with their times, oldest first; `hosts` and `row` as they were then.
#[must_use]
pub fn recorded_biography<'a>(
    message: MessageId,
    happenings: impl Iterator<Item = (u64, &'a HappeningBy)>,
    row: Option<&MessagePicture>,
    hosts: &[HostPicture],
) -> Biography {
    let mut answers = Answers::default();
    let happened = |(at_ms, by): (u64, &HappeningBy)| {
        let HappeningBy::Host(told) = by else {
            answers.take(at_ms, by);
            return None;
        };
        let event = ToldEvent {
            at_ms,
            kind: told.what.clone(),
            message: told.message,
            peer: told.peer.clone(),
            words: told.words.clone(),
            number: told.count,
        };
        Some(Happened { host: hosts.number_of(&told.host)?, event })
    };
    let happened: Vec<Happened> = happenings.filter_map(happened).collect();
    biography(message, happened.iter(), &answers, row, &hosts)
}

/// Puts the biography of a message together. `row` is how it stands now, if anybody knows of it.
pub(super) fn biography<'a>(
    message: MessageId,
    happened: impl Iterator<Item = &'a Happened>,
    answers: &Answers,
    row: Option<&MessagePicture>,
    names: &dyn Names,
) -> Biography {
    let mut life = Life::new(names, row);
    life.is_deleted_here = answers.about(message, Asked::Delete).is_some();
    let mut began_ms = None;
    for happened in happened {
        let is_own = happened.event.message == Some(message);
        if is_own && began_ms.is_none() {
            began_ms = Some(happened.event.at_ms);
        }
        let Some(began_ms) = began_ms else { continue };
        let at_ms = happened.event.at_ms.saturating_sub(began_ms);
        if is_own {
            life.message_step(at_ms, happened);
        } else {
            life.host_step(at_ms, happened);
        }
    }
    let enqueued = answers.about(message, Asked::Enqueue);
    let through =
        life.answered_from.map_or_else(String::new, |lane| format!(" through {}", life.lanes[lane].name));
    let summary = match enqueued {
        Some(answer) => {
            format!("enqueued by you{through}, acked after {}", words::microseconds(answer.took_us))
        }
        None => format!("enqueued{through}"),
    };
    for answer in enqueued.into_iter().chain(answers.about(message, Asked::Delete)) {
        let since_ms = answer.at_ms.saturating_sub(began_ms.unwrap_or(answer.at_ms));
        let (from, at_ms) = match answer.asked {
            // The message was stored after the command began, and clocks differ.
            Asked::Enqueue => (life.answered_from, since_ms.min(answer.took_us.div_ceil(1_000))),
            Asked::Delete => (life.deleted_from, since_ms),
        };
        if let Some(from) = from {
            life.step(at_ms, from, Some(0), "ok", Mark::None, "");
        }
    }
    let mut steps = life.steps;
    steps.sort_by_key(|step| (step.at_ms, step.label != "enqueue"));
    if steps.len() > STEPS_MAX {
        steps.drain(STEPS_MAX / 2..steps.len() - STEPS_MAX / 2);
    }
    Biography { message, summary, lanes: life.lanes, steps, why: why(row, names) }
}

struct Life<'a> {
    names: &'a dyn Names,
    lanes: Vec<Lane>,
    steps: Vec<Step>,
    /// Lanes of hosts that are gone at this point of the story.
    gone: Vec<usize>,
    /// Lanes of hosts that have served the message: only from them can it be taken over.
    served: Vec<usize>,
    /// The lane of the host that took its enqueue.
    answered_from: Option<usize>,
    /// Whether somebody here deleted it.
    is_deleted_here: bool,
    /// The lane of the first host that had its tombstone.
    deleted_from: Option<usize>,
    /// Why a lane's host suspects the host of a name.
    suspicions: HashMap<(usize, String), String>,
    /// Lanes of its holders, by rank, as far as they are known: only the first one that is there takes it over.
    ranked: Vec<usize>,
}

impl<'a> Life<'a> {
    fn new(names: &'a dyn Names, row: Option<&MessagePicture>) -> Self {
        let mut life = Self {
            names,
            lanes: vec![Lane { host: None, name: "you".to_owned() }],
            steps: Vec::new(),
            gone: Vec::new(),
            served: Vec::new(),
            answered_from: None,
            is_deleted_here: false,
            deleted_from: None,
            suspicions: HashMap::new(),
            ranked: Vec::new(),
        };
        for copy in row.iter().flat_map(|row| &row.copies) {
            let lane = life.lane(copy.host);
            life.ranked.push(lane);
        }
        life
    }

    fn lane(&mut self, host: HostNumber) -> usize {
        if let Some(place) = self.lanes.iter().position(|lane| lane.host == Some(host)) {
            return place;
        }
        self.lanes.push(Lane { host: Some(host), name: self.names.name_of(host) });
        self.lanes.len() - 1
    }

    fn step(&mut self, at_ms: u64, from: usize, to: Option<usize>, label: &str, mark: Mark, note: &str) {
        let (label, note) = (label.to_owned(), note.to_owned());
        self.steps.push(Step { at_ms, from, to, label, mark, note, because: None });
    }

    /// Something happened to the message itself.
    fn message_step(&mut self, at_ms: u64, happened: &Happened) {
        let here = self.lane(happened.host);
        let named = happened.event.peer.as_ref().and_then(|name| self.names.number_of(name));
        let peer = named.map(|host| self.lane(host));
        match (&*happened.event.kind, peer) {
            // A story begins with it, whatever a clock says: first copies may be stored before the initial replica is.
            ("stored", None) => {
                self.served.push(here);
                self.answered_from.get_or_insert(here);
                self.step(0, 0, Some(here), "enqueue", Mark::Serving, "stored");
            }
            ("stored", Some(from)) => self.step(at_ms, from, Some(here), "copy", Mark::Copy, "stored"),
            ("copies" | "further-try", Some(to)) => {
                self.step(at_ms, here, Some(to), "offers a copy", Mark::Copying, "");
            }
            ("delivered", _) => {
                let note = match happened.event.number {
                    0 | 1 => "leased".to_owned(),
                    times => format!("leased, delivery {times}"),
                };
                self.step(at_ms, here, Some(0), "deliver", Mark::Leased, &note);
            }
            ("deleted", _) if self.is_deleted_here && self.deleted_from.is_none() => {
                self.deleted_from = Some(here);
                self.step(at_ms, 0, Some(here), "delete", Mark::Tombstone, "deleted");
            }
            ("deleted", _) => self.step(at_ms, here, None, "", Mark::Tombstone, "deleted"),
            ("finished", _) => {
                self.step(at_ms, here, None, "", Mark::None, "forgotten: every holder knows");
            }
            ("corrupt", _) => self.step(at_ms, here, None, "", Mark::Corrupt, "damaged, set aside"),
            _ => {}
        }
    }

    /// Whether messages that one host takes over from another may include this one.
    fn may_take_over(&self, here: usize, from: usize) -> bool {
        let mut before = self.ranked.iter().take_while(|lane| **lane != here);
        let is_out = |lane: &usize| *lane == from || self.gone.contains(lane);
        (self.served.is_empty() || self.served.contains(&from)) && before.all(is_out)
    }

    /// Something happened to a host that takes part.
    fn host_step(&mut self, at_ms: u64, happened: &Happened) {
        let Some(here) = self.lanes.iter().position(|lane| lane.host == Some(happened.host)) else { return };
        match &*happened.event.kind {
            "gone" => {
                self.gone.push(here);
                self.step(at_ms, here, None, "", Mark::Gone, &happened.event.words);
            }
            "back" if self.gone.contains(&here) => {
                self.gone.retain(|lane| *lane != here);
                self.step(at_ms, here, None, "", Mark::Back, "is back");
            }
            "suspects" => {
                if let (Some(peer), Some(why)) =
                    (&happened.event.peer, happened.event.words.strip_prefix("suspects "))
                {
                    self.suspicions.insert((here, peer.clone()), why.to_owned());
                }
            }
            "takes-over" if happened.event.number > 0 => {
                let peer = happened.event.peer.as_ref().and_then(|name| self.names.number_of(name));
                let from = self.lanes.iter().position(|lane| lane.host.is_some() && lane.host == peer);
                if !from.is_some_and(|from| self.may_take_over(here, from)) {
                    return;
                }
                self.served.push(here);
                if self.gone.contains(&here) {
                    self.gone.retain(|lane| *lane != here);
                    self.step(at_ms, here, None, "", Mark::Back, "is back");
                    self.step(at_ms, here, None, "", Mark::Serving, "serves it again");
                } else {
                    self.step(at_ms, here, None, "", Mark::Serving, "takes over");
                    let suspicion = happened.event.peer.clone().map(|peer| (here, peer));
                    let because = suspicion.and_then(|suspicion| self.suspicions.get(&suspicion).cloned());
                    if let Some(step) = self.steps.last_mut() {
                        step.because = because;
                    }
                }
            }
            _ => {}
        }
    }
}

impl Names for Board {
    fn name_of(&self, host: HostNumber) -> String {
        self.entry(host).map_or_else(|| host.to_string(), |entry| entry.place.name.clone())
    }

    fn number_of(&self, name: &str) -> Option<HostNumber> {
        self.by_name(name).map(|entry| entry.number)
    }
}

impl Names for &[HostPicture] {
    fn name_of(&self, host: HostNumber) -> String {
        let known = self.iter().find(|picture| picture.number == host);
        known.map_or_else(|| host.to_string(), |picture| picture.name.clone())
    }

    fn number_of(&self, name: &str) -> Option<HostNumber> {
        self.iter().find(|picture| picture.name == name).map(|picture| picture.number)
    }
}

/// Why a message is not delivered now, or that it would be.
fn why(row: Option<&MessagePicture>, names: &dyn Names) -> String {
    let Some(row) = row else { return "no host knows of it any more: it was deleted everywhere".into() };
    let owner = row.owner.map(|owner| names.name_of(owner));
    let left_ms = row.copies.iter().find_map(|copy| match copy.state {
        crate::observe::CopyState::Leased { left_ms } | crate::observe::CopyState::Delayed { left_ms } => {
            Some(left_ms)
        }
        _ => None,
    });
    let left = words::left(left_ms.unwrap_or(0));
    match (row.state, owner) {
        (MessageState::Ready, Some(owner)) => format!("it would be: {owner} serves it to the next dequeue"),
        (MessageState::Ready, None) => "its holders are about to find out who serves it".into(),
        (MessageState::Leased, owner) => {
            let through = owner.map_or_else(String::new, |owner| format!(" through {owner}"));
            format!("leased{through}, {left} left; then it comes back, unless it is deleted")
        }
        (MessageState::Delayed, _) => format!("delayed: it may be delivered in {left}"),
        (MessageState::Dead, _) => "dead: it was delivered as often as it may be; redrive it".into(),
        (MessageState::Deleted, _) => {
            "deleted: its tombstone waits until every holder knows, so that it stays deleted".into()
        }
        (MessageState::Unavailable, _) => {
            "every host with a copy is down: it waits until one of them is back".into()
        }
    }
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
