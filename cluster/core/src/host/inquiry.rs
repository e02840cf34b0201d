//! Inquiries: asking all live hosts what they know of some messages.
//!
//! Four things need to ask: a retry, before anything is stored; a delete whose holders are not known here; a release or an
//! extension whose owner is not known here; and a client who wants to see a message. An inquiry ends when everybody has answered, was lost, or has had its time.

use crate::frame::Frame;
use crate::host_set::{HostIndex, HostSet};
use crate::ids::MessageId;
use crate::request::{DeleteTarget, Enqueue, Knowledge, Reply};
use crate::time::Instant;

use super::alarm::Alarm;
use super::peers::Block;
use super::{Host, Origin};

/// What an inquiry is for.
#[derive(Debug, Clone)]
pub(super) enum Purpose {
    /// An enqueue that may have been tried before.
    Retry { op: u64, enqueue: Box<Enqueue> },
    /// A delete of messages that are not known here, and of others that may have more holders than are.
    Delete { op: u64, targets: Vec<DeleteTarget>, open: Vec<MessageId> },
    /// Receipts, by their places in a release or an extension, whose messages are not known here.
    Leases { op: u64, places: Vec<usize> },
    /// A client wants to see it.
    Show { origin: Origin },
}

/// A running inquiry.
#[derive(Debug, Clone)]
pub(super) struct Inquiry {
    ids: Vec<MessageId>,
    purpose: Purpose,
    waiting: HostSet,
    answers: Vec<(HostIndex, Vec<Knowledge>)>,
    /// Hosts with a lower id that ask the same for a retry of their own: they go on with it.
    pub(super) yield_to: Option<HostIndex>,
    alarm: Instant,
}

impl Host {
    /// Asks everybody about `ids`, under a fresh number.
    pub(super) fn inquire(&mut self, number: u64, ids: Vec<MessageId>, retry: bool, purpose: Purpose) {
        let waiting = self.peers.connected();
        for peer in waiting.iter() {
            self.ask(peer, number, ids.clone(), retry);
        }
        if retry {
            for id in &ids {
                self.asking.insert(*id, number);
            }
        }
        let alarm = self.now + self.config.answer_timeout;
        self.alarms.set(alarm, Alarm::Inquiry(number));
        let is_alone = waiting.is_empty();
        self.inquiries
            .insert(number, Inquiry { ids, purpose, waiting, answers: Vec::new(), yield_to: None, alarm });
        if is_alone {
            self.finish_inquiry(number);
        }
    }

    fn ask(&mut self, peer: HostIndex, inquiry: u64, ids: Vec<MessageId>, retry: bool) {
        let block = self.number();
        self.peers.get_mut(peer).blocks.insert(block, Block::Inquiry { inquiry });
        self.outbox.early(peer).rest.push(Frame::Inquire { block, retry, ids });
    }

    /// Asks a host that has connected while inquiries run, too: it may be the one that has the message.
    pub(super) fn ask_newcomer(&mut self, peer: HostIndex) {
        let mut unasked = Vec::new();
        for (number, inquiry) in &mut self.inquiries {
            if inquiry.answers.iter().all(|(host, _)| *host != peer) {
                inquiry.waiting.insert(peer);
                let retry = matches!(inquiry.purpose, Purpose::Retry { .. });
                unasked.push((*number, inquiry.ids.clone(), retry));
            }
        }
        for (number, ids, retry) in unasked {
            self.ask(peer, number, ids, retry);
        }
    }

    /// A peer asks what this host knows.
    pub(super) fn on_inquire(&mut self, from: HostIndex, block: u64, retry: bool, ids: &[MessageId]) {
        let knowledge = ids.iter().map(|id| self.answer_inquiry(from, retry, *id)).collect();
        // After the commit: "held" is about what is durable.
        self.outbox.late(from).rest.push(Frame::Known(block, knowledge));
    }

    fn answer_inquiry(&mut self, from: HostIndex, retry: bool, id: MessageId) -> Knowledge {
        let knowledge = self.knowledge(id);
        if !retry || !matches!(knowledge, Knowledge::NotHere) {
            return knowledge;
        }
        let Some(number) = self.asking.get(id).copied() else {
            self.promised.insert(id, self.now);
            return knowledge;
        };
        if self.peers.id(from) < self.identity.id
            && let Some(inquiry) = self.inquiries.get_mut(&number)
        {
            inquiry.yield_to = Some(from);
        }
        Knowledge::Asking
    }

    pub(super) fn on_known(&mut self, from: HostIndex, block: u64, knowledge: Vec<Knowledge>) {
        if let Some(Block::Inquiry { inquiry }) = self.peers.get_mut(from).blocks.remove(&block) {
            self.inquiry_answered(inquiry, from, Some(knowledge));
        }
    }

    /// A peer has answered, or never will.
    pub(super) fn inquiry_answered(
        &mut self,
        number: u64,
        from: HostIndex,
        knowledge: Option<Vec<Knowledge>>,
    ) {
        let Some(inquiry) = self.inquiries.get_mut(&number) else { return };
        match knowledge {
            Some(knowledge) if knowledge.len() == inquiry.ids.len() => {
                inquiry.waiting.remove(from);
                inquiry.answers.push((from, knowledge));
            }
            _ => {
                inquiry.waiting.remove(from);
            }
        }
        if inquiry.waiting.is_empty() {
            self.finish_inquiry(number);
        }
    }

    /// Goes on with whatever the inquiry was for.
    pub(super) fn finish_inquiry(&mut self, number: u64) {
        let Some(inquiry) = self.inquiries.remove(&number) else { return };
        self.alarms.cancel(inquiry.alarm, Alarm::Inquiry(number));
        let answered: HostSet = inquiry.answers.iter().map(|(host, _)| *host).collect();
        let others = self.peers.others().filter(|(host, peer)| !peer.removed && !answered.contains(*host));
        let silent: HostSet = others.map(|(host, _)| host).collect();
        match inquiry.purpose {
            Purpose::Retry { op, enqueue } => {
                for id in &inquiry.ids {
                    self.asking.remove(*id);
                }
                self.retry_inquired(op, &enqueue, &inquiry.answers, &silent, inquiry.yield_to);
            }
            Purpose::Delete { op, targets, open } => {
                self.delete_inquired(op, &targets, &open, &inquiry.answers, &silent);
            }
            Purpose::Leases { op, places } => self.leases_inquired(op, &places, &inquiry.answers),
            Purpose::Show { origin } => {
                let answers = inquiry
                    .answers
                    .into_iter()
                    .filter_map(|(host, mut knowledge)| Some((self.peers.id(host), knowledge.pop()?)));
                let mine = inquiry.ids.first().map(|id| (self.identity.id, self.knowledge(*id)));
                let shown = mine.into_iter().chain(answers).collect();
                self.reply(origin, Reply::Shown(shown));
            }
        }
    }
}
