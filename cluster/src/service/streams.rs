//! The two streams of the queue service: messages in, as fast as they are taken; messages out, as fast as credits allow.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use hydraq_core::request::{Dequeue, Reply, Request as Ask};
use hydraq_proto::v1;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::{Answers, Context, unexpected};
use crate::wire::deliveries::dequeued;
use crate::wire::{Invalid, queue, status};

/// How many requests of one stream may wait for their answers.
const REQUESTS_IN_FLIGHT: usize = 256;

/// How many messages one push carries at most.
const PUSH_MESSAGES: u32 = 1024;

/// How long a push may wait for a message before it is asked for anew.
const PUSH_WAIT: Duration = Duration::from_secs(30);

impl Context {
    /// Passes on every request of a stream as it comes, and answers each once it can.
    pub(super) fn enqueue_all(
        self,
        mut requests: Streaming<v1::EnqueueRequest>,
    ) -> Answers<v1::EnqueueResponse> {
        let (answers, stream) = channel(REQUESTS_IN_FLIGHT);
        tokio::spawn(async move {
            let mut waiting = FuturesOrdered::new();
            let mut open = true;
            while open || !waiting.is_empty() {
                tokio::select! {
                    request = requests.message(), if open && waiting.len() < REQUESTS_IN_FLIGHT => match request {
                        Ok(Some(request)) => match self.post_enqueue(request) {
                            Ok(posted) => waiting.push_back(async move { (posted.ids, posted.answer.await) }),
                            // What is wrong with one request ends the stream: nobody could tell which one it was.
                            Err(status) => {
                                let _ = answers.send(Err(status)).await;
                                return;
                            }
                        },
                        Ok(None) | Err(_) => open = false,
                    },
                    Some((ids, reply)) = waiting.next() => {
                        if answers.send(self.stream_answer(&ids, reply)).await.is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Box::pin(ReceiverStream::new(stream))
    }

    /// Within a stream each message's outcome stands in its result, so that one refusal does not end it.
    fn stream_answer(
        &self,
        ids: &[hydraq_core::ids::MessageId],
        reply: Reply,
    ) -> Result<v1::EnqueueResponse, Status> {
        match reply {
            Reply::Enqueued(outcomes) => {
                Ok(crate::wire::enqueue::enqueued(ids, &outcomes, &|host| self.name_of(host)))
            }
            other => Err(unexpected(other)),
        }
    }

    /// Pushes messages to a consumer as it gives credits.
    pub(super) async fn dequeue_all(
        self,
        mut requests: Streaming<v1::DequeueStreamRequest>,
    ) -> Result<Answers<v1::DequeueResponse>, Status> {
        let first = requests.message().await?.unwrap_or_default();
        let start = first.start.ok_or_else(|| {
            status::invalid(&Invalid::new(
                "start",
                "must say, in the first message of the stream, what to deliver",
            ))
        })?;
        let dequeue = queue::dequeue(&start).map_err(|error| status::invalid(&error))?;
        let (answers, stream) = channel(16);
        let push =
            Push { context: self, dequeue: Dequeue { wait: PUSH_WAIT, ..dequeue }, credits: first.credits };
        tokio::spawn(push.run(requests, answers));
        Ok(Box::pin(ReceiverStream::new(stream)))
    }
}

/// One consumer's stream.
struct Push {
    context: Context,
    dequeue: Dequeue,
    credits: u32,
}

impl Push {
    async fn run(
        mut self,
        mut requests: Streaming<v1::DequeueStreamRequest>,
        answers: Sender<Result<v1::DequeueResponse, Status>>,
    ) {
        let mut open = true;
        loop {
            while self.credits == 0 {
                match requests.message().await {
                    Ok(Some(more)) => self.credits = self.credits.saturating_add(more.credits),
                    Ok(None) | Err(_) => return,
                }
            }
            let messages_max = self.credits.min(PUSH_MESSAGES);
            let ask = Ask::Dequeue(Dequeue { messages_max, ..self.dequeue.clone() });
            let reply = self.context.handle.request(ask, 256);
            tokio::pin!(reply);
            let reply = loop {
                tokio::select! {
                    reply = &mut reply => break reply,
                    more = requests.message(), if open => match more {
                        Ok(Some(more)) => self.credits = self.credits.saturating_add(more.credits),
                        // The consumer has said all it wants; it gets what it has credits for.
                        Ok(None) => open = false,
                        Err(_) => return,
                    },
                    () = answers.closed() => return,
                }
            };
            let answer = match reply {
                Reply::Dequeued(deliveries) if deliveries.is_empty() => continue,
                Reply::Dequeued(deliveries) => {
                    self.credits = self.credits.saturating_sub(deliveries.len() as u32);
                    Ok(dequeued(&deliveries, &|host| self.context.name_of(host)))
                }
                other => Err(unexpected(other)),
            };
            let failed = answer.is_err();
            if answers.send(answer).await.is_err() || failed || (!open && self.credits == 0) {
                return;
            }
        }
    }
}
