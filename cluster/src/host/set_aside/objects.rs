//! The objects of a disk that was set aside: what is left of them is shown under the store's old id, and never changed again.
//!
//! Events that had not become messages yet, as far as that disk knows, still do, the way a client's retry would: everybody is asked
//! first, and whoever knows such a message to be there, or deleted, says so. Its id is the one that it would have had.

use std::sync::Arc;

use hydraq_core::event::Event;
use hydraq_core::ids::StoreId;
use hydraq_core::objects::{Change, Log, ObjectEvent};
use hydraq_core::request::{Attempt, Enqueue, Reply, Request};
use hydraq_core::time::Instant;

use super::super::handle::Handle;
use super::super::propagation::{event_message, is_there};
use super::PATIENCE;
use crate::store::objects::{ObjectReader, read_events, read_log};
use crate::store::{ReadError, Store};

/// The objects of one disk.
pub(super) struct Shown {
    store: StoreId,
    reader: Arc<dyn ObjectReader>,
    log: Log,
}

impl Shown {
    /// None if the store never had an object.
    pub(super) fn of(store: StoreId, disk: &dyn Store) -> Result<Option<Shown>, ReadError> {
        let reader = disk.object_reader();
        let log = read_log(&*reader)?;
        Ok((log.head > 0).then_some(Shown { store, reader, log }))
    }

    /// Opens the objects to all threads, and tells the cluster where they are.
    pub(super) fn show(&self, handle: &Handle, runtime: &tokio::runtime::Handle) {
        handle.shared.stores.show_set_aside(self.store, self.reader.clone(), self.log);
        let store = self.store;
        let untold = handle.look(move |inside| inside.engine.core.introduce_set_aside(store));
        if let Some(order) = runtime.block_on(untold).flatten() {
            handle.event(Event::Order(order));
        }
    }

    /// Has events enqueued that are no messages yet; the disk notes which are.
    pub(super) fn propagate(
        &mut self,
        disk: &mut dyn Store,
        clock: Instant,
        handle: &Handle,
        runtime: &tokio::runtime::Handle,
    ) {
        while self.log.propagated < self.log.head {
            let events = match read_events(&*self.reader, self.log.propagated + 1) {
                Ok(events) if !events.is_empty() => events,
                other => {
                    let problem = other.err();
                    tracing::error!(?problem, "events of a store that was set aside cannot be read");
                    return;
                }
            };
            let done = self.enqueue(&events, handle, runtime);
            let position = Change::Propagated(self.log.propagated + done as u64);
            match disk.commit_with(&[], &[position], clock) {
                Ok(committed) => self.log = committed.log.unwrap_or(self.log),
                Err(error) => {
                    tracing::error!(%error, "a store that was set aside takes no writes");
                    return;
                }
            }
            if done < events.len() {
                return;
            }
        }
    }

    /// Has events enqueued; how many of them, from the first one on, are or were messages then.
    fn enqueue(&self, events: &[ObjectEvent], handle: &Handle, runtime: &tokio::runtime::Handle) -> usize {
        let look = handle.look(|inside| {
            let core = &inside.engine.core;
            (core.event_replicas(), core.identity().name.clone())
        });
        let Some((replicas, name)) = runtime.block_on(look) else { return 0 };
        let message = |event| Arc::new(event_message(self.store, event, replicas, &name));
        let messages: Vec<_> = events.iter().map(message).collect();
        let bytes = messages.iter().map(|message| message.body.len() + 1024).sum();
        let enqueue = Enqueue { attempt: Attempt::Retry(None), ..Enqueue::new(messages, PATIENCE) };
        match runtime.block_on(handle.request(Request::Enqueue(enqueue), bytes)) {
            Reply::Enqueued(outcomes) => outcomes.iter().take_while(|outcome| is_there(outcome)).count(),
            _ => 0,
        }
    }
}
