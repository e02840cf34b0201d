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
use hydraq_core::ids::{Commit, Sequence};
use hydraq_core::message::{Content, Message};
use hydraq_core::record::Record;
use hydraq_core::request::{Delivery, Reply};
use hydraq_core::time::Instant;

use crate::store::{Opened, ReadError, Store, StoreError};

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
    #[must_use]
    pub fn start(opened: Opened, name: String, address: String, config: hydraq_core::config::Config, seed: u64) -> Self {
        let identity =
            Identity { id: opened.host, name, address, boot: opened.boot, store: opened.store_id };
        let core = Host::recover(config, identity, opened.recovered, opened.records, seed, opened.clock);
        Engine { core, store: opened.store, lazy: Vec::new() }
    }

    /// Takes one event into the batch.
    pub fn step(&mut self, now: Instant, event: Event) {
        self.core.step(now, event);
    }

    /// Closes the batch.
    pub fn prepare(&mut self, now: Instant) -> Batch {
        let mut effects = self.core.flush(now);
        let unreadable = self.read_contents(&mut effects.early, &mut effects.late, &effects.writes);
        for sequence in unreadable {
            self.core.step(now, Event::Corrupt(sequence));
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

    /// Reads a message of this host.
    ///
    /// # Errors
    /// See [`ReadError`].
    pub fn read(&self, sequence: Sequence) -> Result<Arc<Message>, ReadError> {
        self.store.read(sequence)
    }

    fn read_contents(&self, early: &mut [Effect], late: &mut [Effect], writes: &[Write]) -> Vec<Sequence> {
        let mut reader = Reader { store: &*self.store, fresh: BTreeMap::new(), unreadable: Vec::new() };
        if early.iter().chain(late.iter()).any(names_stored) {
            reader.fresh.extend(writes.iter().filter_map(|write| match write {
                Write::Append(sequence, Record::Message(record)) => Some((*sequence, record.message.clone())),
                _ => None,
            }));
            early.iter_mut().chain(late).for_each(|effect| reader.fill(effect));
        }
        reader.unreadable
    }
}

fn names_stored(effect: &Effect) -> bool {
    let stored = |content: &Content| matches!(content, Content::Stored(_));
    match effect {
        Effect::Reply(_, Reply::Dequeued(deliveries)) => deliveries.iter().any(|delivery| stored(&delivery.content)),
        Effect::Send(_, _, frames) => frames.iter().any(|frame| match frame {
            Frame::Replicate { copies, .. } => copies.iter().any(|copy| stored(&copy.content)),
            Frame::Forwarded(_, reply) => matches!(&**reply, Reply::Dequeued(deliveries) if !deliveries.is_empty()),
            _ => false,
        }),
        _ => false,
    }
}

/// Puts contents in the place of their names.
struct Reader<'a> {
    store: &'a dyn Store,
    /// Messages that this batch writes: they are not in the store yet.
    fresh: BTreeMap<Sequence, Arc<Message>>,
    unreadable: Vec<Sequence>,
}

impl Reader<'_> {
    fn fill(&mut self, effect: &mut Effect) {
        match effect {
            Effect::Reply(_, Reply::Dequeued(deliveries)) => self.fill_deliveries(deliveries),
            Effect::Send(_, _, frames) => frames.iter_mut().for_each(|frame| match frame {
                Frame::Replicate { copies, .. } => copies.iter_mut().for_each(|copy| self.fill_content(&mut copy.content)),
                Frame::Forwarded(_, reply) => {
                    if let Reply::Dequeued(deliveries) = &mut **reply {
                        self.fill_deliveries(deliveries);
                    }
                }
                _ => {}
            }),
            _ => {}
        }
    }

    fn fill_deliveries(&mut self, deliveries: &mut Vec<Delivery>) {
        deliveries.iter_mut().for_each(|delivery| self.fill_content(&mut delivery.content));
        deliveries.retain(|delivery| delivery.content != Content::Unreadable);
    }

    fn fill_content(&mut self, content: &mut Content) {
        let Content::Stored(sequence) = content else { return };
        let sequence = *sequence;
        let read = self.fresh.get(&sequence).cloned().map_or_else(|| self.store.read(sequence), Ok);
        *content = match read {
            Ok(message) => Content::Message(message),
            Err(error) => {
                if error == ReadError::Corrupt {
                    self.unreadable.push(sequence);
                }
                Content::Unreadable
            }
        };
    }
}
