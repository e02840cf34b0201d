//! Keys that do something to the cluster: each becomes a command line, so that a session is a list of commands.
//!
//! What cannot be taken back at once is asked for first.

use hydraq_cluster::observe::{HostNumber, HostState, LinkState, Request};

use super::input::Action;
use super::overlay::{Confirm, KillBox, Overlay, Pick};
use super::{Model, Screen};
use crate::keymap::Intent;

impl Pick {
    /// The command for what is picked.
    pub(crate) fn command(&self) -> Option<String> {
        let (_, to) = self.to.get(self.chosen)?;
        Some(format!("cut {} {to}{}", self.from.1, if self.one_way { " --one-way" } else { "" }))
    }
}

impl Model {
    /// Does what somebody wants of the cluster.
    pub(crate) fn act(&mut self, intent: Intent) -> Vec<Action> {
        if self.attached && intent.is_of_processes() {
            // Said before anything is asked: there is nothing to be decided.
            let words = "these hosts are not ours: their processes belong to whoever started them";
            self.toasts.push(self.now_ms, false, words);
            return Vec::new();
        }
        match intent {
            Intent::Dequeue => self.dequeue(),
            Intent::Delete => self.ask_delete(),
            Intent::Release => self.run("release"),
            Intent::Spawn => self.run("spawn"),
            Intent::HealAll => self.run("heal"),
            Intent::OneWay | Intent::Delay | Intent::Drop => self.act_on_link(intent),
            Intent::Cut if self.screen == Screen::Faults => self.act_on_link(intent),
            Intent::Heal if self.screen == Screen::Faults => self.act_on_link(intent),
            _ => self.act_on_host(intent),
        }
    }

    /// Dequeues one message: of the type that is filtered, else of the selected message.
    fn dequeue(&mut self) -> Vec<Action> {
        let selected = self.selected_message().map(|message| message.message_type.clone());
        let message_type = self.map.filter.message_type.clone().or(selected);
        let message_type = message_type.or_else(|| self.live.types.first().map(|each| each.name.clone()));
        match message_type {
            Some(name) => self.run(&format!("dequeue 1 --type {}", super::prompts::quote(&name))),
            None => self.run("dequeue"),
        }
    }

    fn ask_delete(&mut self) -> Vec<Action> {
        let confirm = match self.explained.filter(|_| self.screen == Screen::Message) {
            Some(message) => Confirm {
                title: "delete this message?".to_owned(),
                lines: vec![
                    format!("{message}"),
                    "It is gone from every host that can be reached.".to_owned(),
                ],
                command: format!("delete {message}"),
                verb: "delete",
            },
            None => Confirm {
                title: "delete what the last dequeue returned?".to_owned(),
                lines: vec!["Deleted stays deleted: a tombstone goes to every holder.".to_owned()],
                command: "delete".to_owned(),
                verb: "delete",
            },
        };
        self.open(Overlay::Confirm(confirm))
    }

    fn act_on_host(&mut self, intent: Intent) -> Vec<Action> {
        let Some(host) = self.selected_host() else {
            self.toasts.push(self.now_ms, false, "there is no host yet: n spawns one");
            return Vec::new();
        };
        let (number, name, state) = (host.number, host.name.clone(), host.state);
        match intent {
            Intent::Kill | Intent::Wipe => self.ask_kill(number, name, intent == Intent::Wipe),
            Intent::Restart => self.run(&format!("restart {name}")),
            Intent::Pause if state == HostState::Paused => self.run(&format!("resume {name}")),
            Intent::Pause => self.run(&format!("pause {name}")),
            Intent::Cut => self.pick_link(number, name),
            Intent::Heal => self.heal_host(number, &name),
            Intent::Free => self.run(&format!("free {name}")),
            _ => match destructive(intent, &name) {
                Some(confirm) => self.open(Overlay::Confirm(confirm)),
                None => Vec::new(),
            },
        }
    }

    fn ask_kill(&mut self, host: HostNumber, name: String, wipes: bool) -> Vec<Action> {
        self.overlay = Some(Overlay::Kill(KillBox { host, name, wipes, blast: None }));
        vec![Action::Ask(Request::Predict(vec![host]))]
    }

    fn pick_link(&mut self, host: HostNumber, name: String) -> Vec<Action> {
        let others =
            self.live.hosts.iter().filter(|other| other.number != host && other.state != HostState::Removed);
        let to: Vec<_> = others.map(|other| (other.number, other.name.clone())).collect();
        if to.is_empty() {
            self.toasts.push(self.now_ms, false, "a link needs two hosts: n spawns one");
            return Vec::new();
        }
        self.open(Overlay::Pick(Pick { from: (host, name), to, chosen: 0, one_way: false }))
    }

    /// Heals every link of a host that something was done to.
    fn heal_host(&mut self, host: HostNumber, name: &str) -> Vec<Action> {
        let harmed = |state: LinkState| {
            matches!(state, LinkState::Cut | LinkState::Delayed { .. } | LinkState::Lossy { .. })
        };
        let mut others: Vec<HostNumber> = Vec::new();
        for link in self.live.links.iter().filter(|link| harmed(link.state)) {
            let other = if link.from == host { link.to } else { link.from };
            if (link.from == host || link.to == host) && !others.contains(&other) {
                others.push(other);
            }
        }
        if others.is_empty() {
            self.toasts.push(self.now_ms, true, format!("no link of {name} is cut, slow or lossy"));
        }
        let lines: Vec<String> =
            others.iter().map(|other| format!("heal {name} {}", self.live.host_name(*other))).collect();
        lines.iter().flat_map(|line| self.run(line)).collect()
    }

    fn act_on_link(&mut self, intent: Intent) -> Vec<Action> {
        let Some((from, to)) = self.selected_link() else {
            self.toasts.push(
                self.now_ms,
                false,
                "pick a link first: up and down the sender, left and right the receiver",
            );
            return Vec::new();
        };
        let (from, to) = (self.live.host_name(from), self.live.host_name(to));
        let confirm =
            |title: String, command: String, verb| Confirm { title, lines: Vec::new(), command, verb };
        match intent {
            Intent::Heal => return self.run(&format!("heal {from} {to}")),
            Intent::Delay => return self.run(&format!("delay {from} {to} 200ms")),
            Intent::Drop => return self.run(&format!("drop {from} {to} 30")),
            _ => {}
        }
        let asked = if intent == Intent::OneWay {
            confirm(
                format!("cut the link from {from} to {to}, one way?"),
                format!("cut {from} {to} --one-way"),
                "cut",
            )
        } else {
            confirm(
                format!("cut the link between {from} and {to}, both ways?"),
                format!("cut {from} {to}"),
                "cut",
            )
        };
        self.open(Overlay::Confirm(asked))
    }

    /// The link that is selected: sender and receiver.
    pub(crate) fn selected_link(&self) -> Option<(HostNumber, HostNumber)> {
        let from = self.selected_host()?.number;
        let others = || self.picture().hosts.iter().map(|host| host.number).filter(|number| *number != from);
        let to = self.peer.filter(|peer| others().any(|other| other == *peer)).or_else(|| others().next())?;
        Some((from, to))
    }
}

/// The question before something that cannot be taken back.
fn destructive(intent: Intent, name: &str) -> Option<Confirm> {
    let (title, line, command, verb) = match intent {
        Intent::Leave => {
            ("let go", "It gives its copies to others first, then it is removed.", "leave", "leave")
        }
        Intent::Fill => {
            ("fill the disk of", "It refuses new messages; leases and deletes go on.", "fill", "fill")
        }
        Intent::Corrupt => {
            ("damage a message on", "The copy is found out, set aside and fetched anew.", "corrupt", "damage")
        }
        _ => return None,
    };
    let command = format!("{command} {name}");
    Some(Confirm { title: format!("{title} {name}?"), lines: vec![line.to_owned()], command, verb })
}

#[cfg(test)]
#[path = "acts_tests.rs"]
mod tests;
