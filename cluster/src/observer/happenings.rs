//! Single happenings for a recording: told only while somebody wants them.

use std::collections::VecDeque;

use crate::client::sight::ToldEvent;
use crate::observe::{Happening, HappeningBy, HostHappening};

/// How many commands and results are kept for a recording that begins later.
const COMMANDS_MAX: usize = 20_000;
/// How many messages each of these names.
const MESSAGES_MAX: usize = 64;

/// What waits to be told, if anybody wants it.
#[derive(Debug, Default)]
pub(super) struct Happenings {
    /// None while nobody wants any.
    pending: Option<Vec<Happening>>,
    commands: VecDeque<Happening>,
}

impl Happenings {
    /// They are wanted from now on; those of hosts that are kept are given. A second wish changes nothing.
    pub(super) fn begin<'a>(&mut self, kept: impl Iterator<Item = (String, &'a ToldEvent)>) {
        if self.pending.is_none() {
            let hosts = kept.map(|(name, event)| happening(&name, event));
            self.pending = Some(hosts.chain(self.commands.drain(..)).collect());
        }
    }

    /// They are not wanted any more.
    pub(super) fn end(&mut self) {
        self.pending = None;
    }

    /// A host told something.
    pub(super) fn host(&mut self, name: &str, event: &ToldEvent) {
        if let Some(pending) = &mut self.pending {
            pending.push(happening(name, event));
        }
    }

    /// A command began or ended.
    pub(super) fn command(&mut self, happening: Happening) {
        match &mut self.pending {
            Some(pending) => pending.push(happening),
            None => {
                let happening = without_details(happening);
                if self.commands.len() >= COMMANDS_MAX {
                    self.commands.pop_front();
                }
                self.commands.push_back(happening);
            }
        }
    }

    /// What is to be told.
    pub(super) fn take(&mut self) -> Option<Vec<Happening>> {
        self.pending.as_mut().map(std::mem::take).filter(|pending| !pending.is_empty())
    }
}

/// A command without what makes a long session's memory grow.
fn without_details(mut happening: Happening) -> Happening {
    if let HappeningBy::Result(result) = &mut happening.by {
        result.result = serde_json::Value::Null;
        result.messages.truncate(MESSAGES_MAX);
    }
    happening
}

fn happening(host: &str, event: &ToldEvent) -> Happening {
    let told = HostHappening {
        host: host.to_owned(),
        what: event.kind.clone(),
        message: event.message,
        peer: event.peer.clone(),
        count: event.number,
        words: event.words.clone(),
    };
    Happening { at_ms: event.at_ms, by: HappeningBy::Host(told) }
}
