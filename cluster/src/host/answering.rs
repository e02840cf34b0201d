//! The way back from the commit thread to those who wait for answers.
//!
//! All answers of a batch cross over together, with one wake-up of the network thread; each by itself would cost one. What
//! nobody waits for any more is given back.

use hydraq_core::event::Event;
use hydraq_core::ids::RequestId;
use hydraq_core::request::{Reply, Request};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::handle::Handle;

/// An answer, and who waits for it.
pub type Answer = (oneshot::Sender<Reply>, Reply);

/// The commit thread's end.
#[derive(Debug, Clone)]
pub struct Answering(UnboundedSender<Vec<Answer>>);

impl Answering {
    /// A way back, and what [`hand_over`] needs of it.
    #[must_use]
    pub fn new() -> (Self, UnboundedReceiver<Vec<Answer>>) {
        let (sender, receiver) = unbounded_channel();
        (Answering(sender), receiver)
    }

    /// Sends the answers of a batch.
    pub fn send(&self, answers: Vec<Answer>) {
        // A network thread that has ended has nobody left who waits.
        let _ = self.0.send(answers);
    }
}

/// Hands answers over on the network thread, for as long as the commit thread sends any.
pub async fn hand_over(mut answers: UnboundedReceiver<Vec<Answer>>, handle: Handle) {
    while let Some(batch) = answers.recv().await {
        for (asker, reply) in batch {
            if let Err(unheard) = asker.send(reply) {
                give_back(&handle, unheard);
            }
        }
    }
}

/// Messages for a client that has gone away are released at once.
pub fn give_back(handle: &Handle, unheard: Reply) {
    if let Reply::Dequeued(deliveries) = unheard
        && !deliveries.is_empty()
    {
        let receipts = deliveries.into_iter().map(|delivery| delivery.receipt).collect();
        handle.event(Event::Request(RequestId(0), Request::Release(receipts)));
    }
}
