//! The life of one message, from what hosts told about it.

use super::board::Board;
use super::events::Happened;
use crate::client::sight::ToldEvent;
use crate::observe::{
    Biography, HostHappening, HostNumber, HostPicture, Lane, Mark, MessageId, MessagePicture, MessageState,
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
    happenings: impl Iterator<Item = (u64, &'a HostHappening)>,
    row: Option<&MessagePicture>,
    hosts: &[HostPicture],
) -> Biography {
    let happened = |(at_ms, told): (u64, &HostHappening)| {
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
    biography(message, happened.iter(), row, &hosts)
}

/// Puts the biography of a message together. `row` is how it stands now, if anybody knows of it.
pub(super) fn biography<'a>(
    message: MessageId,
    happened: impl Iterator<Item = &'a Happened>,
    row: Option<&MessagePicture>,
    names: &dyn Names,
) -> Biography {
    let mut life = Life::new(names, row);
    let mut began_ms = None;
    let mut enqueued_through = None;
    for happened in happened {
        let is_own = happened.event.message == Some(message);
        if is_own && began_ms.is_none() {
            began_ms = Some(happened.event.at_ms);
        }
        let Some(began_ms) = began_ms else { continue };
        let at_ms = happened.event.at_ms.saturating_sub(began_ms);
        if is_own {
            if happened.event.kind == "stored" && happened.event.peer.is_none() {
                enqueued_through.get_or_insert_with(|| names.name_of(happened.host));
            }
            life.message_step(at_ms, happened);
        } else {
            life.host_step(at_ms, happened);
        }
    }
    let mut steps = life.steps;
    steps.sort_by_key(|step| (step.at_ms, step.label != "enqueue"));
    if steps.len() > STEPS_MAX {
        steps.drain(STEPS_MAX / 2..steps.len() - STEPS_MAX / 2);
    }
    let through = enqueued_through.map_or_else(String::new, |host| format!(" through {host}"));
    let summary = match row {
        Some(row) => format!("enqueued {} ago{through}", words::span(row.age_ms)),
        None => format!("enqueued{through}"),
    };
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
