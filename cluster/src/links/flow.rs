//! What flows over a link: out as frames, in as events.

use std::time::Duration;

use hydraq_core::event::{Event, LinkId};
use hydraq_core::ids::HostId;
use hydraq_proto::v1::{self, link_frame::Frame};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_stream::Stream;
use tonic::Streaming;

use super::{Links, Said, Say};
use crate::host::heartbeat::event_of;
use crate::wire::peer_in::{FromPeer, link_frame};
use crate::wire::peer_out;

/// How long the other side may take to say its first word.
const HELLO_TIMEOUT: Duration = Duration::from_secs(2);

/// The frames that leave on one link.
pub(super) struct Outgoing {
    links: Links,
    link: LinkId,
    say: UnboundedReceiver<Said>,
    /// When the frame before leaves: none overtakes another.
    leaves: Instant,
}

impl Outgoing {
    pub(super) fn new(links: Links, link: LinkId, say: UnboundedReceiver<Said>) -> Self {
        Outgoing { links, link, say, leaves: Instant::now() }
    }

    async fn next(&mut self) -> Option<v1::LinkFrame> {
        loop {
            let (said, say) = self.say.recv().await?;
            let Some(delay) = self.links.faults().outward(self.links.peer_of(self.link)) else { continue };
            if !delay.is_zero() {
                self.leaves = self.leaves.max(said + delay);
                tokio::time::sleep_until(self.leaves).await;
            }
            let frame = match say {
                Say::Hello(hello) => Frame::Hello(peer_out::hello(&hello)),
                Say::Envelope(envelope) => Frame::Envelope(peer_out::envelope(envelope)),
                Say::Heartbeat(beat) => Frame::Heartbeat(v1::Heartbeat {
                    serves: beat.serves,
                    hears_you: beat.hears_you,
                    commit_age_us: beat.commit_age.as_micros() as u64,
                }),
            };
            return Some(v1::LinkFrame { frame: Some(frame) });
        }
    }
}

/// The frames that leave on one link, as a stream.
pub(super) fn outgoing_frames(outgoing: Outgoing) -> impl Stream<Item = v1::LinkFrame> + Send + 'static {
    futures_util::stream::unfold(outgoing, |mut outgoing| async move {
        outgoing.next().await.map(|frame| (frame, outgoing))
    })
}

impl Links {
    /// Takes a link that a peer has dialled: reads from it in the background, and gives what leaves on it.
    pub fn accept(
        &self,
        incoming: Streaming<v1::LinkFrame>,
    ) -> impl Stream<Item = v1::LinkFrame> + Send + 'static {
        let (link, say) = self.open(None);
        let links = self.clone();
        let reader = self.0.runtime.spawn(async move { links.read(link, incoming).await });
        self.set_reader(link, reader.abort_handle());
        outgoing_frames(Outgoing::new(self.clone(), link, say))
    }

    /// Reads a link until it ends, and says that it is lost.
    pub(super) async fn read(&self, link: LinkId, mut incoming: Streaming<v1::LinkFrame>) {
        let mut first = true;
        loop {
            let next = incoming.message();
            let frame = if first {
                tokio::time::timeout(HELLO_TIMEOUT, next).await.unwrap_or(Ok(None))
            } else {
                next.await
            };
            let Ok(Some(frame)) = frame else { break };
            if self.faults().loses_inward(self.peer_of(link)) {
                continue;
            }
            match link_frame(frame) {
                Ok(from) => self.take(link, from, &mut first),
                Err(error) => {
                    tracing::warn!(%error, "a peer sent something that has no meaning: the link is closed");
                    break;
                }
            }
        }
        self.lost(link);
    }

    fn take(&self, link: LinkId, from: FromPeer, first: &mut bool) {
        match from {
            FromPeer::Hello(hello) => {
                let peer: HostId = hello.from;
                // Known only now: a cut must hold for the first word, too.
                if self.faults().loses_inward(Some(peer)) {
                    return;
                }
                self.set_peer(link, peer);
                *first = false;
                self.0.handle.event(Event::Hello(link, hello));
            }
            FromPeer::Envelope(envelope) => self.0.handle.event(Event::Frames(link, envelope)),
            FromPeer::Heartbeat(heartbeat) => {
                let Some(peer) = self.peer_of(link) else { return };
                let verdict = super::lock(&self.0.detector).heard(peer, heartbeat, self.0.clock.now());
                if let Some(verdict) = verdict {
                    self.0.handle.event(event_of(verdict));
                }
            }
        }
    }
}
