//! The two streams of the queue: messages in, pipelined; messages out, as credits allow.
//!
//! Each call of [`HostClient::enqueue_stream`] and [`HostClient::dequeue_stream`] opens one stream to one host, and gives its two ends.
//! Nothing is tried again: a stream that ends early says why, and what was said on it and not answered has an unknown outcome.

use futures_util::stream::unfold;
use hydraq_proto::v1;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_stream::Stream;
use tonic::Streaming;

use super::convert;
use super::types::{Delivery, DequeueOptions, EnqueueOptions, Enqueued, NewMessage};
use super::{ClientError, HostClient};

/// The sending end of a stream of enqueues. Whoever uses it keeps count of what is in flight: it takes whatever it is given.
#[derive(Debug)]
pub struct EnqueueSender {
    requests: UnboundedSender<v1::EnqueueRequest>,
    options: EnqueueOptions,
}

/// The answering end of a stream of enqueues.
#[derive(Debug)]
pub struct EnqueueAnswers(Streaming<v1::EnqueueResponse>);

/// The answer to one request of a stream of enqueues.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acknowledged {
    /// How many of its messages are stored as asked for.
    pub ok: usize,
    /// All its other messages, and what became of them.
    pub troubled: Vec<Enqueued>,
}

/// The sending end of a stream of deliveries: it gives credits.
#[derive(Debug)]
pub struct Credits(UnboundedSender<v1::DequeueStreamRequest>);

/// The receiving end of a stream of deliveries.
#[derive(Debug)]
pub struct Deliveries(Streaming<v1::DequeueResponse>);

impl HostClient {
    /// Opens a stream of enqueues; all of them get the same options. Answers come in the order of the requests.
    ///
    /// # Errors
    /// The host cannot be reached, or refuses the stream.
    pub async fn enqueue_stream(
        &self,
        options: &EnqueueOptions,
    ) -> Result<(EnqueueSender, EnqueueAnswers), ClientError> {
        let (requests, stream) = unbounded_channel();
        let answers = self.queue().enqueue_stream(received(stream)).await?.into_inner();
        Ok((EnqueueSender { requests, options: options.clone() }, EnqueueAnswers(answers)))
    }

    /// Opens a stream of deliveries, with credits for so many messages.
    ///
    /// # Errors
    /// The host cannot be reached, or refuses what is asked for.
    pub async fn dequeue_stream(
        &self,
        options: &DequeueOptions,
        credits: u32,
    ) -> Result<(Credits, Deliveries), ClientError> {
        let start = convert::dequeue_request(options);
        let (requests, stream) = unbounded_channel();
        // The receiver is held here: this cannot fail.
        let _ = requests.send(v1::DequeueStreamRequest { start: Some(start), credits });
        let deliveries = self.queue().dequeue_stream(received(stream)).await?.into_inner();
        Ok((Credits(requests), Deliveries(deliveries)))
    }
}

impl EnqueueSender {
    /// Says one request. If the stream has ended, the answering end tells why.
    pub fn send(&self, messages: Vec<NewMessage>) {
        let _ = self.requests.send(convert::enqueue_request(messages, &self.options));
    }
}

impl EnqueueAnswers {
    /// The answer to the oldest request that has none yet; none once the stream has ended.
    ///
    /// # Errors
    /// A request had a field out of range, or the host has gone: whatever is not answered has an unknown outcome.
    pub async fn next(&mut self) -> Result<Option<Acknowledged>, ClientError> {
        self.0.message().await?.map(acknowledged).transpose()
    }
}

impl Credits {
    /// Lets the host send so many more messages. If the stream has ended, the receiving end tells why.
    pub fn give(&self, credits: u32) {
        let _ = self.0.send(v1::DequeueStreamRequest { start: None, credits });
    }
}

impl Deliveries {
    /// The next messages, at least one; none once the stream has ended.
    ///
    /// # Errors
    /// The host has gone.
    pub async fn next(&mut self) -> Result<Option<Vec<Delivery>>, ClientError> {
        self.0.message().await?.map(convert::deliveries).transpose()
    }
}

fn acknowledged(mut response: v1::EnqueueResponse) -> Result<Acknowledged, ClientError> {
    let all = response.results.len();
    response.results.retain(|result| result.outcome() != v1::Outcome::Ok);
    let ok = all - response.results.len();
    Ok(Acknowledged { ok, troubled: convert::enqueued(&response)? })
}

fn received<T: Send + 'static>(receiver: UnboundedReceiver<T>) -> impl Stream<Item = T> + Send + 'static {
    unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|item| (item, receiver)) })
}
