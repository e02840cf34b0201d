//! Links: the connections between this host and its peers, one bidirectional stream each.
//!
//! The host with the lower id dials. The other one, as long as it has no link, looks whether the peer's address still
//! answers, and introduces itself there, so that a peer that has moved or has forgotten it learns of it. A connection that
//! is refused is told to the core at once; one that is lost is told, and dialled again at once. Faults that are asked for
//! are done here, on the way in and on the way out, where a real network does them.

mod dial;
pub mod faults;
mod flow;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hydraq_core::detector::{Detector, Heartbeat};
use hydraq_core::event::{Event, LinkId};
use hydraq_core::frame::{Envelope, Hello, MemberRecord};
use hydraq_core::ids::HostId;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::host::clock::Clock;
use crate::host::handle::Handle;
use faults::Faults;

pub use dial::join;

/// Something to be said on a link.
#[derive(Debug)]
pub enum Say {
    /// The first word.
    Hello(Box<Hello>),
    /// Frames.
    Envelope(Envelope),
    /// That this host lives.
    Heartbeat(Heartbeat),
}

/// The same, with when it was said.
type Said = (tokio::time::Instant, Say);

#[derive(Debug)]
struct OpenLink {
    peer: Option<HostId>,
    out: UnboundedSender<Said>,
    /// Whoever reads from it.
    reader: Option<AbortHandle>,
}

/// A member, as the links know it.
#[derive(Debug)]
struct Known {
    address: Mutex<String>,
    /// Wakes the task that looks after it.
    wake: Notify,
}

/// Who this host is, for its links.
#[derive(Debug, Clone)]
pub struct Me {
    /// Its id.
    pub id: HostId,
    /// What it says of itself when it introduces itself.
    pub record: MemberRecord,
}

struct Inner {
    handle: Handle,
    clock: Clock,
    detector: Arc<Mutex<Detector>>,
    runtime: tokio::runtime::Handle,
    me: Mutex<Option<Me>>,
    open: Mutex<HashMap<LinkId, OpenLink>>,
    known: Mutex<BTreeMap<HostId, (Arc<Known>, AbortHandle)>>,
    next_link: AtomicU64,
    faults: Faults,
}

/// All links of a host; clones share them.
#[derive(Clone)]
pub struct Links(Arc<Inner>);

impl Links {
    /// No links yet. Tasks run on `runtime`.
    #[must_use]
    pub fn new(
        handle: Handle,
        clock: Clock,
        detector: Arc<Mutex<Detector>>,
        runtime: tokio::runtime::Handle,
    ) -> Self {
        Links(Arc::new(Inner {
            handle,
            clock,
            detector,
            runtime,
            me: Mutex::new(None),
            open: Mutex::new(HashMap::new()),
            known: Mutex::new(BTreeMap::new()),
            next_link: AtomicU64::new(1),
            faults: Faults::default(),
        }))
    }

    /// Says who this host is, in this boot; peers that were learned of before are dialled from now on.
    pub fn set_me(&self, me: Me) {
        *lock(&self.0.me) = Some(me);
        for (known, _) in lock(&self.0.known).values() {
            known.wake.notify_one();
        }
    }

    /// Who this host is.
    #[must_use]
    pub fn me(&self) -> Option<Me> {
        lock(&self.0.me).clone()
    }

    /// The faults on the ways to and from peers.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Learns of a member, of its address, or that it was removed.
    pub fn learn(&self, record: MemberRecord) {
        let mut known = lock(&self.0.known);
        if record.removed {
            if let Some((_, task)) = known.remove(&record.id) {
                task.abort();
            }
            return;
        }
        if let Some((known, _)) = known.get(&record.id) {
            *lock(&known.address) = record.address;
            known.wake.notify_one();
            return;
        }
        let one = Arc::new(Known { address: Mutex::new(record.address), wake: Notify::new() });
        let task = self.0.runtime.spawn(dial::look_after(self.clone(), record.id, one.clone()));
        known.insert(record.id, (one, task.abort_handle()));
    }

    /// Opens a link; what is said on it comes out of the receiver.
    fn open(&self, peer: Option<HostId>) -> (LinkId, UnboundedReceiver<Said>) {
        let link = LinkId(self.0.next_link.fetch_add(1, Ordering::Relaxed));
        let (out, say) = unbounded_channel();
        lock(&self.0.open).insert(link, OpenLink { peer, out, reader: None });
        (link, say)
    }

    fn set_reader(&self, link: LinkId, reader: AbortHandle) {
        match lock(&self.0.open).get_mut(&link) {
            Some(open) => open.reader = Some(reader),
            None => reader.abort(),
        }
    }

    /// Notes whose link it is.
    fn set_peer(&self, link: LinkId, peer: HostId) {
        if let Some(open) = lock(&self.0.open).get_mut(&link) {
            open.peer = Some(peer);
        }
    }

    fn peer_of(&self, link: LinkId) -> Option<HostId> {
        lock(&self.0.open).get(&link).and_then(|open| open.peer)
    }

    fn is_linked(&self, peer: HostId) -> bool {
        lock(&self.0.open).values().any(|open| open.peer == Some(peer))
    }

    /// Says frames on a link; they are lost if it is closed.
    pub fn send_envelope(&self, link: LinkId, envelope: Envelope) {
        self.say(link, Say::Envelope(envelope));
    }

    /// Says the first word on a link.
    pub fn send_hello(&self, link: LinkId, hello: Box<Hello>) {
        self.say(link, Say::Hello(hello));
    }

    fn say(&self, link: LinkId, say: Say) {
        if let Some(open) = lock(&self.0.open).get(&link) {
            // A link whose stream has ended is about to be reported as lost.
            let _ = open.out.send((tokio::time::Instant::now(), say));
        }
    }

    /// Sends the heartbeats that there are on links whose peer is known. They go over to the network thread together: each by itself
    /// would wake it.
    pub fn send_heartbeats(&self, mut heartbeat: impl FnMut(HostId) -> Option<Heartbeat>) {
        let now = tokio::time::Instant::now();
        let mut beats = Vec::new();
        for open in lock(&self.0.open).values() {
            if let Some(beat) = open.peer.and_then(&mut heartbeat) {
                beats.push((open.out.clone(), beat));
            }
        }
        if !beats.is_empty() {
            self.0.runtime.spawn(async move {
                for (out, beat) in beats {
                    let _ = out.send((now, Say::Heartbeat(beat)));
                }
            });
        }
    }

    /// Closes a link from this side. What was said before still leaves.
    pub fn hang_up(&self, link: LinkId) {
        let Some(open) = lock(&self.0.open).remove(&link) else { return };
        if let Some(reader) = open.reader {
            reader.abort();
        }
        self.wake(open.peer);
    }

    /// Closes all links.
    pub fn hang_up_all(&self) {
        let links: Vec<LinkId> = lock(&self.0.open).keys().copied().collect();
        links.into_iter().for_each(|link| self.hang_up(link));
    }

    /// A link's stream has ended.
    fn lost(&self, link: LinkId) {
        if let Some(open) = lock(&self.0.open).remove(&link) {
            self.0.handle.event(Event::Disconnected(link));
            self.wake(open.peer);
        }
    }

    fn wake(&self, peer: Option<HostId>) {
        let known = lock(&self.0.known);
        if let Some((known, _)) = peer.and_then(|peer| known.get(&peer)) {
            known.wake.notify_one();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
