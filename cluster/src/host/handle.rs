//! The way into a running host: requests, events and looks, each taken by the commit thread in its turn.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, PoisonError, RwLock};

use hydraq_core::event::Event;
use hydraq_core::ids::{HostId, RequestId};
use hydraq_core::objects::Change;
use hydraq_core::request::{Reply, Request, RequestError};
use tokio::sync::{Notify, oneshot};

use super::engine::Engine;
use super::recorder::Recorder;
use super::stores::{ChangeAnswer, ChangeAsker, ChangeRefusal, Stores};

/// How many bytes of requests may wait for the commit thread.
const WAITING_BYTES_MAX: usize = 256 << 20;

/// A look at the host, between two batches.
pub type Look = Box<dyn FnOnce(&mut Inside<'_>) + Send>;

/// What a look sees.
pub struct Inside<'a> {
    /// The host and its store.
    pub engine: &'a mut Engine,
    /// What has happened.
    pub recorder: &'a mut Recorder,
}

/// What the commit thread takes.
pub enum Input {
    /// A client's request.
    Request(RequestId, Request, oneshot::Sender<Reply>, Waiting),
    /// Something that happened.
    Event(Event),
    /// A change of an object in this host's store.
    Change(Change, ChangeAsker, Waiting),
    /// Somebody wants to look.
    Look(Look),
    /// The host shall end.
    Stop,
}

/// What all threads of a host share.
#[derive(Debug, Default)]
pub struct Shared {
    /// Whether the host serves; changed by [`Shared::set_serving`].
    pub serving: AtomicBool,
    /// Told of each change of that; one may wait.
    pub serving_changed: Notify,
    /// Whether it has to end.
    pub stopping: AtomicBool,
    /// When the last commit ended, and when the one under way began, by the process clock in microseconds; 0: none.
    pub committed_at: AtomicU64,
    /// See `committed_at`.
    pub committing_since: AtomicU64,
    /// Counts the batches that changed something.
    pub changes: AtomicU64,
    waiting_bytes: AtomicUsize,
    next_request: AtomicU64,
    names: RwLock<BTreeMap<HostId, String>>,
    /// The data stores.
    pub stores: Stores,
}

impl Shared {
    /// The name of a host; its id if it has none.
    #[must_use]
    pub fn name_of(&self, host: HostId) -> String {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(&host).cloned().unwrap_or_else(|| host.to_string())
    }

    /// Says whether the host serves.
    pub fn set_serving(&self, serving: bool) {
        self.serving.store(serving, Ordering::SeqCst);
        self.serving_changed.notify_one();
    }

    /// Learns the name of a host.
    pub fn set_name(&self, host: HostId, name: &str) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        if names.get(&host).is_none_or(|known| known != name) {
            names.insert(host, name.to_owned());
        }
    }
}

/// A way into a running host; clones lead to the same one.
#[derive(Clone)]
pub struct Handle {
    sender: Sender<Input>,
    /// What all threads of the host share.
    pub shared: Arc<Shared>,
}

/// Memory of a request, counted for as long as it waits for the commit thread, or somebody waits for its answer.
#[derive(Clone)]
pub struct Waiting(#[expect(dead_code, reason = "it counts by being there")] Arc<WaitingBytes>);

struct WaitingBytes {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Drop for WaitingBytes {
    fn drop(&mut self) {
        self.shared.waiting_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Tells the host that a client has gone away, if it goes before its answer came.
struct Gone {
    handle: Handle,
    request: Option<RequestId>,
    _waiting: Waiting,
}

impl Drop for Gone {
    fn drop(&mut self) {
        if let Some(request) = self.request {
            self.handle.event(Event::Cancelled(request));
        }
    }
}

impl Handle {
    /// A way in through `sender`.
    #[must_use]
    pub fn new(sender: Sender<Input>, shared: Arc<Shared>) -> Self {
        Handle { sender, shared }
    }

    /// Asks for something and waits for the answer. `bytes` is about how much memory the request takes.
    pub async fn request(&self, request: Request, bytes: usize) -> Reply {
        match self.post(request, bytes) {
            Ok(answer) => answer.await,
            Err(error) => Reply::Refused(error),
        }
    }

    /// Asks for something; the answer can be waited for later.
    ///
    /// # Errors
    /// Too much is waiting for the commit thread already.
    pub fn post(
        &self,
        request: Request,
        bytes: usize,
    ) -> Result<impl Future<Output = Reply> + Send + 'static, RequestError> {
        let waiting = self.count(bytes)?;
        let id = RequestId(self.shared.next_request.fetch_add(1, Ordering::Relaxed) + 1);
        let (answer, answered) = oneshot::channel();
        let _ = self.sender.send(Input::Request(id, request, answer, waiting.clone()));
        // Made now: an answer that nobody has begun to wait for can be given up, too.
        let gone = Gone { handle: self.clone(), request: Some(id), _waiting: waiting };
        Ok(async move {
            let mut gone = gone;
            let reply = answered.await;
            gone.request = None;
            // The sender is dropped when the host ends, or starts anew, before it could answer.
            reply.unwrap_or_else(|_| {
                Reply::Refused(RequestError::Timeout("the host ended or started anew".into()))
            })
        })
    }

    /// Has an object in this host's store changed; `bytes` is about how much memory that takes.
    pub async fn change(&self, change: Change, bytes: usize) -> Result<ChangeAnswer, RequestError> {
        let waiting = self.count(bytes)?;
        let (asker, answered) = oneshot::channel();
        let _ = self.sender.send(Input::Change(change, asker, waiting.clone()));
        let answer = answered.await;
        drop(waiting);
        // The asker is dropped when the host ends, or starts anew, before it could answer.
        Ok(answer.unwrap_or(Err(ChangeRefusal::Unknown)))
    }

    /// Counts memory that waits for the commit thread, unless there is too much of it.
    fn count(&self, bytes: usize) -> Result<Waiting, RequestError> {
        let before = self.shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        let waiting = Waiting(Arc::new(WaitingBytes { shared: self.shared.clone(), bytes }));
        if before + bytes > WAITING_BYTES_MAX {
            let limit = WAITING_BYTES_MAX as u64;
            return Err(RequestError::Exhausted { what: "the queue of requests".into(), limit });
        }
        Ok(waiting)
    }

    /// Tells the host that something happened.
    pub fn event(&self, event: Event) {
        // A host that has ended needs to be told nothing.
        let _ = self.sender.send(Input::Event(event));
    }

    /// Looks at the host, between two batches; none if it has ended.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Inside<'_>) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let look: Look = Box::new(move |inside| {
            let _ = answer.send(look(inside));
        });
        self.sender.send(Input::Look(look)).ok()?;
        answered.await.ok()
    }

    /// Lets the host end.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        let _ = self.sender.send(Input::Stop);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use hydraq_core::ids::MessageId;

    use super::*;

    const LARGE: usize = 1 << 20;

    #[test]
    fn who_gives_up_waiting_leaves_nothing_behind() {
        let (sender, inputs) = std::sync::mpsc::channel();
        let handle = Handle::new(sender, Arc::new(Shared::default()));
        let ask = || handle.post(Request::Show(MessageId(1)), LARGE);
        for number in 0..WAITING_BYTES_MAX / LARGE {
            let mut answer = Box::pin(ask().expect("little waits"));
            if number % 2 == 0 {
                assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
        }
        assert!(ask().is_err(), "nobody waits for them any more, but they still wait");
        let cancelled = inputs.try_iter().filter(|input| matches!(input, Input::Event(Event::Cancelled(_))));
        assert_eq!(cancelled.count(), WAITING_BYTES_MAX / LARGE);
        let kept: Vec<_> = (0..WAITING_BYTES_MAX / LARGE).map(|_| ask()).collect();
        assert!(kept.iter().all(Result::is_ok));
        drop(inputs);
        assert!(ask().is_err(), "they were taken, and somebody waits for their answers");
        drop(kept);
        assert!(ask().is_ok());
    }
}
