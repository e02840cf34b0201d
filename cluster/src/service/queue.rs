//! The queue service.

use hydraq_core::ids::MessageId;
use hydraq_core::request::{EnqueueOutcome, Reply, Request as Ask, RequestError};
use hydraq_proto::v1;
use hydraq_proto::v1::queue_server::Queue;
use tonic::{Request, Response, Status, Streaming};

use super::{Answers, Context, ended, unexpected};
use crate::host::clock::wall_ms;
use crate::wire::deliveries::{dequeued, host_name};
use crate::wire::knowledge::shown;
use crate::wire::message::Intake;
use crate::wire::names::{TypeNames, id_bytes, message_id};
use crate::wire::{enqueue, queue, status};

/// An enqueue that was checked and passed on: its ids, and the answer to come.
pub(super) struct Posted<F> {
    pub(super) ids: Vec<MessageId>,
    pub(super) answer: F,
}

impl Context {
    /// Checks an enqueue and passes it on.
    pub(super) fn post_enqueue(
        &self,
        request: v1::EnqueueRequest,
    ) -> Result<Posted<impl Future<Output = Reply> + Send + 'static>, Status> {
        let mut draw_id = || self.draw_id();
        let mut intake = Intake { types: TypeNames::default(), draw_id: &mut draw_id, wall_ms: wall_ms() };
        let enqueue = enqueue::enqueue(request, &mut intake).map_err(|error| status::invalid(&error))?;
        let ids = enqueue.messages.iter().map(|message| message.id).collect();
        let bytes = enqueue.messages.iter().map(|message| message.body.len() + 256).sum();
        let answer =
            self.handle.post(Ask::Enqueue(enqueue), bytes).map_err(|error| status::refused(&error))?;
        Ok(Posted { ids, answer })
    }

    /// The answer to an enqueue; one about a single message fails as a whole.
    pub(super) fn enqueue_answer(
        &self,
        ids: &[MessageId],
        reply: Reply,
    ) -> Result<v1::EnqueueResponse, Status> {
        let Reply::Enqueued(outcomes) = reply else { return Err(unexpected(reply)) };
        match (&ids, &outcomes[..]) {
            ([_], [EnqueueOutcome::Failed(error)]) => Err(status::refused(error)),
            ([id], [EnqueueOutcome::Unknown(hosts)]) => {
                let names: Vec<String> = hosts.iter().map(|host| self.name_of(*host)).collect();
                Err(status::unknown(*id, &names))
            }
            _ => Ok(enqueue::enqueued(ids, &outcomes, &|host| self.name_of(host))),
        }
    }

    fn lease_answer(&self, ids: &[MessageId], reply: Reply) -> Result<v1::LeaseResponse, Status> {
        let Reply::Leases(results) = reply else { return Err(unexpected(reply)) };
        if let [Err(error)] = &results[..] {
            return Err(status::refused(error));
        }
        let result = |(id, result): (&MessageId, &Result<(), RequestError>)| v1::LeaseResult {
            id: id_bytes(*id),
            problem: result.as_ref().err().map(status::problem),
        };
        Ok(v1::LeaseResponse { results: ids.iter().zip(&results).map(result).collect() })
    }

    fn delete_answer(&self, ids: &[MessageId], reply: Reply) -> Result<v1::DeleteResponse, Status> {
        let Reply::Deleted(results) = reply else { return Err(unexpected(reply)) };
        if let [Err(error)] = &results[..] {
            return Err(status::refused(error));
        }
        let results = ids.iter().zip(results).map(|(id, result)| match result {
            Ok(outcome) => v1::DeleteResult {
                id: id_bytes(*id),
                gone_already: outcome.gone_already,
                unreached: outcome
                    .unreached
                    .iter()
                    .map(|host| host_name(*host, &|host| self.name_of(host)))
                    .collect(),
                problem: None,
            },
            Err(error) => v1::DeleteResult {
                id: id_bytes(*id),
                problem: Some(status::problem(&error)),
                ..Default::default()
            },
        });
        Ok(v1::DeleteResponse { results: results.collect() })
    }
}

#[tonic::async_trait]
impl Queue for Context {
    async fn enqueue(
        &self,
        request: Request<v1::EnqueueRequest>,
    ) -> Result<Response<v1::EnqueueResponse>, Status> {
        let posted = self.post_enqueue(request.into_inner())?;
        let reply = posted.answer.await;
        self.enqueue_answer(&posted.ids, reply).map(Response::new)
    }

    type EnqueueStreamStream = Answers<v1::EnqueueResponse>;

    async fn enqueue_stream(
        &self,
        request: Request<Streaming<v1::EnqueueRequest>>,
    ) -> Result<Response<Self::EnqueueStreamStream>, Status> {
        Ok(Response::new(self.clone().enqueue_all(request.into_inner())))
    }

    async fn dequeue(
        &self,
        request: Request<v1::DequeueRequest>,
    ) -> Result<Response<v1::DequeueResponse>, Status> {
        let dequeue = queue::dequeue(request.get_ref()).map_err(|error| status::invalid(&error))?;
        match self.handle.request(Ask::Dequeue(dequeue), 256).await {
            Reply::Dequeued(deliveries) => {
                Ok(Response::new(dequeued(&deliveries, &|host| self.name_of(host))))
            }
            other => Err(unexpected(other)),
        }
    }

    type DequeueStreamStream = Answers<v1::DequeueResponse>;

    async fn dequeue_stream(
        &self,
        request: Request<Streaming<v1::DequeueStreamRequest>>,
    ) -> Result<Response<Self::DequeueStreamStream>, Status> {
        self.clone().dequeue_all(request.into_inner()).await.map(Response::new)
    }

    async fn delete(
        &self,
        request: Request<v1::DeleteRequest>,
    ) -> Result<Response<v1::DeleteResponse>, Status> {
        let delete = queue::delete(request.get_ref()).map_err(|error| status::invalid(&error))?;
        let ids: Vec<MessageId> = delete.targets.iter().map(|target| target.id).collect();
        let reply = self.handle.request(Ask::Delete(delete), ids.len() * 64).await;
        self.delete_answer(&ids, reply).map(Response::new)
    }

    async fn release(
        &self,
        request: Request<v1::ReleaseRequest>,
    ) -> Result<Response<v1::LeaseResponse>, Status> {
        let receipts =
            queue::receipts(&request.get_ref().receipts).map_err(|error| status::invalid(&error))?;
        let ids: Vec<MessageId> = receipts.iter().map(|receipt| receipt.message).collect();
        let reply = self.handle.request(Ask::Release(receipts), ids.len() * 64).await;
        self.lease_answer(&ids, reply).map(Response::new)
    }

    async fn extend(
        &self,
        request: Request<v1::ExtendRequest>,
    ) -> Result<Response<v1::LeaseResponse>, Status> {
        let receipts =
            queue::receipts(&request.get_ref().receipts).map_err(|error| status::invalid(&error))?;
        let lease = queue::lease(request.get_ref().lease_ms).map_err(|error| status::invalid(&error))?;
        let ids: Vec<MessageId> = receipts.iter().map(|receipt| receipt.message).collect();
        let reply = self.handle.request(Ask::Extend(receipts, lease), ids.len() * 64).await;
        self.lease_answer(&ids, reply).map(Response::new)
    }

    async fn show(&self, request: Request<v1::ShowRequest>) -> Result<Response<v1::ShowResponse>, Status> {
        let id = message_id("id", &request.get_ref().id).map_err(|error| status::invalid(&error))?;
        let name_of = |host| self.name_of(host);
        if request.get_ref().here {
            let known = self.handle.look(move |inside| inside.engine.core.knowledge(id)).await;
            let hosts = vec![shown(self.my_id(), &known.ok_or_else(ended)?, &name_of)];
            return Ok(Response::new(v1::ShowResponse { hosts, silent: Vec::new() }));
        }
        let reply = self.handle.request(Ask::Show(id), 64).await;
        let Reply::Shown(knowledge) = reply else { return Err(unexpected(reply)) };
        let members = self.handle.look(|inside| inside.engine.core.members()).await.unwrap_or_default();
        let answered =
            |host: &hydraq_core::ids::HostId| knowledge.iter().any(|(answered, _)| answered == host);
        let silent =
            members.iter().filter(|host| !answered(host)).map(|host| host_name(*host, &name_of)).collect();
        let hosts = knowledge.iter().map(|(host, known)| shown(*host, known, &name_of)).collect();
        Ok(Response::new(v1::ShowResponse { hosts, silent }))
    }

    async fn list(&self, request: Request<v1::ListRequest>) -> Result<Response<v1::ListResponse>, Status> {
        self.list_messages(request.into_inner()).await.map(Response::new)
    }

    async fn redrive(
        &self,
        request: Request<v1::RedriveRequest>,
    ) -> Result<Response<v1::RedriveResponse>, Status> {
        let redrive = queue::redrive(request.get_ref()).map_err(|error| status::invalid(&error))?;
        match self.handle.request(Ask::Redrive(redrive), 64).await {
            Reply::Redriven(messages) => Ok(Response::new(v1::RedriveResponse { messages })),
            other => Err(unexpected(other)),
        }
    }

    async fn types(&self, request: Request<v1::TypesRequest>) -> Result<Response<v1::TypesResponse>, Status> {
        self.all_types(request.get_ref().here).await.map(Response::new)
    }
}
