//! The engine: the core and its store, one batch at a time.
//!
//! ```text
//!   step · step · step ─▶ prepare ─▶ early effects leave
//!                            │
//!                            ▼
//!                         commit (if something waits for it) ─▶ late effects leave
//! ```
//!
//! Real hosts and simulated ones share it. Contents that the core names by their place in the store are read here, before the
//! commit, because the commit may erase them; one that is unreadable is left out, and the core is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use hydraq_core::event::{Effect, Event, Write};
use hydraq_core::frame::Frame;
use hydraq_core::host::{Host, Identity};
use hydraq_core::ids::{Commit, Receipt, Sequence};
use hydraq_core::message::{Content, Message};
use hydraq_core::objects::Change;
use hydraq_core::plant::Plant;
use hydraq_core::record::Record;
use hydraq_core::request::{Delivery, Reply};
use hydraq_core::time::Instant;

use crate::store::{Committed, Loading, Opened, ReadError, Store, StoreError};

/// A host and its store.
pub struct Engine {
    /// The state machine.
    pub core: Host,
    store: Box<dyn Store>,
    /// Writes that nothing waits for, until the next commit.
    lazy: Vec<Write>,
}

/// What a batch has led to.
#[derive(Debug, Default)]
pub struct Batch {
    /// What leaves at once.
    pub early: Vec<Effect>,
    /// What leaves after the commit.
    pub late: Vec<Effect>,
    /// What the commit makes durable; empty if none is needed now.
    pub writes: Vec<Write>,
}

impl Engine {
    /// Makes a host of what a store has kept. `seed` decides all its chances.
    ///
    /// # Errors
    /// The disk does not give all records.
    pub fn start(
        opened: Opened,
        name: String,
        address: String,
        config: hydraq_core::config::Config,
        seed: u64,
    ) -> Result<Self, ReadError> {
        let identity = Identity { id: opened.host, name, address, boot: opened.boot, store: opened.store_id };
        let mut loading = Loading::new(opened.store.records()?);
        let core = Host::recover(config, identity, opened.recovered, &mut loading, seed, opened.clock);
        loading.finish()?;
        Ok(Engine { core, store: opened.store, lazy: Vec::new() })
    }

    /// Takes one event into the batch.
    pub fn step(&mut self, now: Instant, event: Event) {
        self.core.step(now, event);
    }

    /// Closes the batch.
    pub fn prepare(&mut self, now: Instant) -> Batch {
        let mut effects = self.core.flush(now);
        let unreadable = self.read_contents(&mut effects.early, &mut effects.late, &effects.writes);
        for sequence in unreadable.records {
            self.core.step(now, Event::Corrupt(sequence));
        }
        if !unreadable.deliveries.is_empty() {
            self.core.step(now, Event::NotHandedOut(unreadable.deliveries));
        }
        self.lazy.append(&mut effects.writes);
        let writes = if effects.urgent { std::mem::take(&mut self.lazy) } else { Vec::new() };
        Batch { early: effects.early, late: effects.late, writes }
    }

    /// Whether writes wait for a commit that nothing has needed yet.
    #[must_use]
    pub fn has_lazy_writes(&self) -> bool {
        !self.lazy.is_empty()
    }

    /// Takes the writes that nothing waits for, to commit them now.
    pub fn take_lazy_writes(&mut self) -> Vec<Write> {
        std::mem::take(&mut self.lazy)
    }

    /// Makes the writes of a batch durable.
    ///
    /// # Errors
    /// After any error the store must be opened anew.
    pub fn commit(&mut self, writes: &[Write], now: Instant) -> Result<Commit, StoreError> {
        let commit = self.store.commit(writes, now)?;
        self.core.committed(commit);
        Ok(commit)
    }

    /// The same, with changes of objects in the same transaction.
    ///
    /// # Errors
    /// After any error the store must be opened anew.
    pub fn commit_with(
        &mut self,
        writes: &[Write],
        changes: &[Change],
        now: Instant,
    ) -> Result<Committed, StoreError> {
        let committed = self.store.commit_with(writes, changes, now)?;
        self.core.committed(committed.commit);
        Ok(committed)
    }

    /// The store, to look at.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The store, for upkeep and for faults that are asked for.
    pub fn store_mut(&mut self) -> &mut dyn Store {
        &mut *self.store
    }

    /// Puts contents in the place of their names; says which could not be read.
    fn read_contents(&self, early: &mut [Effect], late: &mut [Effect], writes: &[Write]) -> Unreadable {
        let mut named = Vec::new();
        let mut collect = |content: &mut Content| {
            if let Content::Stored(sequence) = content {
                named.push(*sequence);
            }
        };
        early.iter_mut().chain(late.iter_mut()).for_each(|effect| each_content(effect, &mut collect));
        if named.is_empty() {
            return Unreadable::default();
        }
        // What this batch writes is not in the store yet.
        let fresh: BTreeMap<Sequence, Arc<Message>> = writes.iter().filter_map(appended_message).collect();
        named.retain(|sequence| !fresh.contains_key(sequence));
        named.sort_unstable();
        named.dedup();
        let read = self.store.read(&named).into_iter().map(|result| match result {
            Err(ReadError::Damaged(message)) if self.core.has_plant(Plant::ChecksumIgnored) => Ok(message),
            result => result,
        });
        let read: Vec<_> = read.collect();
        let is_corrupt =
            |result: &Result<_, _>| matches!(result, Err(ReadError::Corrupt | ReadError::Damaged(_)));
        let corrupt = named.iter().zip(&read).filter(|(_, result)| is_corrupt(result));
        let records = corrupt.map(|(sequence, _)| *sequence).collect();
        let mut unreadable = Unreadable { records, deliveries: Vec::new() };
        let mut found = fresh;
        found.extend(named.iter().zip(read).filter_map(|(sequence, result)| Some((*sequence, result.ok()?))));
        let mut fill = |content: &mut Content| {
            if let Content::Stored(sequence) = content {
                *content = found.get(sequence).cloned().map_or(Content::Unreadable, Content::Message);
            }
        };
        early.iter_mut().chain(late.iter_mut()).for_each(|effect| {
            each_content(effect, &mut fill);
            leave_out_unreadable(effect, &mut unreadable.deliveries);
        });
        unreadable
    }
}

/// What could not be read for a batch.
#[derive(Debug, Default)]
struct Unreadable {
    /// The records.
    records: Vec<Sequence>,
    /// The deliveries that nobody gets for that.
    deliveries: Vec<Receipt>,
}

fn appended_message(write: &Write) -> Option<(Sequence, Arc<Message>)> {
    match write {
        Write::Append(sequence, Record::Message(record)) => Some((*sequence, record.message.clone())),
        _ => None,
    }
}

/// Shows every content that an effect carries.
fn each_content(effect: &mut Effect, see: &mut impl FnMut(&mut Content)) {
    let deliveries = |reply: &mut Reply, see: &mut dyn FnMut(&mut Content)| {
        if let Reply::Dequeued(deliveries) = reply {
            deliveries.iter_mut().for_each(|delivery| see(&mut delivery.content));
        }
    };
    match effect {
        Effect::Reply(_, reply) => deliveries(reply, see),
        Effect::Send(_, _, frames) => frames.iter_mut().for_each(|frame| match frame {
            Frame::Replicate { copies, .. } => copies.iter_mut().for_each(|copy| see(&mut copy.content)),
            Frame::Forwarded(_, reply) => deliveries(reply, see),
            _ => {}
        }),
        _ => {}
    }
}

/// A delivery whose message cannot be read is none, and is noted; a copy's receiver is told instead.
fn leave_out_unreadable(effect: &mut Effect, left_out: &mut Vec<Receipt>) {
    let mut readable = |delivery: &Delivery| {
        let readable = delivery.content != Content::Unreadable;
        if !readable {
            left_out.push(delivery.receipt);
        }
        readable
    };
    match effect {
        Effect::Reply(_, Reply::Dequeued(deliveries)) => deliveries.retain(&mut readable),
        Effect::Send(_, _, frames) => frames.iter_mut().for_each(|frame| {
            if let Frame::Forwarded(_, reply) = frame
                && let Reply::Dequeued(deliveries) = &mut **reply
            {
                deliveries.retain(&mut readable);
            }
        }),
        _ => {}
    }
}
