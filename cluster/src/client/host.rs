//! A client of one host: each request once, no retries.

use std::time::Duration;

use hydraq_core::ids::{MessageId, Receipt};
use hydraq_proto::v1;
use hydraq_proto::v1::cluster_client::ClusterClient;
use hydraq_proto::v1::objects_client::ObjectsClient;
use hydraq_proto::v1::queue_client::QueueClient;
use tonic::transport::Endpoint;

use super::convert;
use super::types::{
    DeleteTarget, Deleted, Delivery, DequeueOptions, EnqueueOptions, Enqueued, Fault, HostKnowledge,
    HostState, Knowledge, ListOptions, NewMessage, Outcome, Page, TypeDepth,
};
use super::way::{Dialler, Way};
use super::{ClientError, Kind};
use crate::wire::limits::GRPC_BYTES_MAX;
use crate::wire::names::{id_bytes, receipt_out};

/// How much longer than the request itself the client waits for its answer.
const GRACE: Duration = Duration::from_secs(2);

/// How long a short question may take.
const SHORT: Duration = Duration::from_secs(5);

/// A client of one host; clones share its connection, which is opened when it is first used.
#[derive(Debug, Clone)]
pub struct HostClient {
    address: String,
    way: Way,
}

impl HostClient {
    /// A client of the host at this URL.
    ///
    /// # Errors
    /// The address is not a URL.
    pub fn new(address: &str) -> Result<Self, ClientError> {
        let bad = || {
            ClientError::new(
                Kind::Invalid,
                format!("--to must be a URL such as http://127.0.0.1:7001, not {address:?}"),
            )
        };
        let endpoint = Endpoint::from_shared(address.to_owned()).map_err(|_| bad())?;
        if !address.contains("://") {
            return Err(bad());
        }
        let channel = endpoint
            .tcp_nodelay(true)
            .connect_timeout(Duration::from_secs(2))
            .initial_stream_window_size(8 << 20)
            .initial_connection_window_size(16 << 20)
            .connect_lazy();
        Ok(HostClient { address: address.to_owned(), way: Way::Network(channel) })
    }

    /// A client of the host at this address, reached as `dialler` says.
    ///
    /// # Errors
    /// The address is not a URL, where it must be one.
    pub fn through(dialler: &Dialler, address: &str) -> Result<Self, ClientError> {
        match dialler {
            Dialler::Network => Self::new(address),
            Dialler::Inside(board) => {
                let way = Way::Inside(board.clone(), address.to_owned());
                Ok(HostClient { address: address.to_owned(), way })
            }
        }
    }

    /// Where it leads.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The queue service.
    pub(crate) fn queue(&self) -> QueueClient<Way> {
        QueueClient::new(self.way.clone())
            .max_decoding_message_size(GRPC_BYTES_MAX)
            .max_encoding_message_size(GRPC_BYTES_MAX)
    }

    /// The service of objects.
    pub(crate) fn objects(&self) -> ObjectsClient<Way> {
        ObjectsClient::new(self.way.clone())
            .max_decoding_message_size(GRPC_BYTES_MAX)
            .max_encoding_message_size(GRPC_BYTES_MAX)
    }

    /// The cluster service.
    pub(crate) fn cluster(&self) -> ClusterClient<Way> {
        ClusterClient::new(self.way.clone()).max_decoding_message_size(GRPC_BYTES_MAX)
    }

    /// Enqueues messages. A connection that is lost in the meantime leaves the outcome unknown.
    ///
    /// # Errors
    /// The request as a whole was refused: nothing was stored.
    pub async fn enqueue(
        &self,
        messages: Vec<NewMessage>,
        options: &EnqueueOptions,
    ) -> Result<Vec<Enqueued>, ClientError> {
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let request = convert::enqueue_request(messages, options);
        match within(options.timeout + GRACE, self.queue().enqueue(request)).await {
            Ok(response) => convert::enqueued(&response),
            Err(error) => match (&ids[..], error.kind) {
                ([id], Kind::Unknown) => {
                    Ok(vec![Enqueued { id: *id, outcome: Outcome::Unknown(error.confirmed) }])
                }
                (_, Kind::Unknown) => Ok(ids
                    .into_iter()
                    .map(|id| Enqueued { id, outcome: Outcome::Unknown(Vec::new()) })
                    .collect()),
                _ => Err(error),
            },
        }
    }

    /// Hands messages out.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn dequeue(&self, options: &DequeueOptions) -> Result<Vec<Delivery>, ClientError> {
        let request = convert::dequeue_request(options);
        // Asking the owners elsewhere, one after the other, may take a while when some of them are gone.
        let response = within(options.wait + GRACE * 10, self.queue().dequeue(request)).await?;
        convert::deliveries(response)
    }

    /// Deletes messages.
    ///
    /// # Errors
    /// The request as a whole was refused, or its outcome is not known.
    pub async fn delete(
        &self,
        targets: &[DeleteTarget],
        timeout: Duration,
    ) -> Result<Vec<Deleted>, ClientError> {
        let target = |target: &DeleteTarget| v1::DeleteTarget {
            target: Some(match target {
                DeleteTarget::Receipt(receipt) => v1::delete_target::Target::Receipt(receipt_out(receipt)),
                DeleteTarget::Id(id) => v1::delete_target::Target::Id(id_bytes(*id)),
            }),
        };
        let targets = targets.iter().map(target).collect();
        let request = v1::DeleteRequest { targets, timeout_ms: timeout.as_millis() as u64 };
        let response = within(timeout + GRACE * 2, self.queue().delete(request)).await?;
        convert::deleted(&response)
    }

    /// Ends leases before their time.
    ///
    /// # Errors
    /// The request as a whole was refused.
    pub async fn release(&self, receipts: &[Receipt]) -> Result<Vec<Result<(), ClientError>>, ClientError> {
        let request = v1::ReleaseRequest { receipts: receipts.iter().map(receipt_out).collect() };
        let response = within(SHORT, self.queue().release(request)).await?;
        Ok(convert::lease_results(&response))
    }

    /// Lets leases run for so long from now.
    ///
    /// # Errors
    /// The request as a whole was refused.
    pub async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Result<(), ClientError>>, ClientError> {
        let receipts = receipts.iter().map(receipt_out).collect();
        let request = v1::ExtendRequest { receipts, lease_ms: lease.as_millis() as u64 };
        let response = within(SHORT, self.queue().extend(request)).await?;
        Ok(convert::lease_results(&response))
    }

    /// What every host knows of a message.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn show(&self, id: MessageId) -> Result<Vec<HostKnowledge>, ClientError> {
        let request = v1::ShowRequest { id: id_bytes(id), here: false };
        convert::knowledge(within(SHORT, self.queue().show(request)).await?)
    }

    /// What this very host knows of a message.
    ///
    /// # Errors
    /// It did not answer within `patience`.
    pub async fn show_here(&self, id: MessageId, patience: Duration) -> Result<Knowledge, ClientError> {
        let request = v1::ShowRequest { id: id_bytes(id), here: true };
        let mut known = convert::knowledge(within(patience, self.queue().show(request)).await?)?;
        Ok(known.pop().map_or(Knowledge::Nothing, |known| known.knowledge))
    }

    /// A page of messages, without consuming them.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn list(&self, options: &ListOptions) -> Result<Page, ClientError> {
        let response = within(SHORT * 2, self.queue().list(convert::list_request(options))).await?;
        convert::page(response)
    }

    /// Makes dead messages ready again: one, those of a type, or all. Says how many.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn redrive(
        &self,
        message_type: Option<&str>,
        id: Option<MessageId>,
    ) -> Result<u32, ClientError> {
        let what = match id {
            Some(id) => v1::redrive_request::What::Id(id_bytes(id)),
            None => v1::redrive_request::What::Type(message_type.unwrap_or_default().to_owned()),
        };
        Ok(within(SHORT, self.queue().redrive(v1::RedriveRequest { what: Some(what) })).await?.messages)
    }

    /// The message types of the cluster, or only what this host owns of them.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn types(&self, here: bool) -> Result<Vec<TypeDepth>, ClientError> {
        let response = within(SHORT, self.queue().types(v1::TypesRequest { here })).await?;
        Ok(response.types.into_iter().map(convert::type_depth).collect())
    }

    /// How all hosts stand, and which did not answer.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn hosts(&self) -> Result<(Vec<HostState>, Vec<String>), ClientError> {
        let response = within(SHORT, self.cluster().hosts(v1::HostsRequest { here: false })).await?;
        let silent = response.silent.into_iter().filter(|host| !host.removed);
        let silent = silent.map(|silent| silent.host.map(|host| host.name).unwrap_or_default()).collect();
        Ok((response.hosts.into_iter().map(convert::host_state).collect(), silent))
    }

    /// How this very host stands.
    ///
    /// # Errors
    /// It did not answer within `patience`.
    pub async fn state(&self, patience: Duration) -> Result<HostState, ClientError> {
        let mut response = within(patience, self.cluster().hosts(v1::HostsRequest { here: true })).await?;
        let state = response.hosts.pop().map(convert::host_state);
        state.ok_or_else(|| ClientError::new(Kind::Other, "the host says nothing of itself"))
    }

    /// Lets the host give its copies away and go.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn leave(&self) -> Result<(), ClientError> {
        within(SHORT, self.cluster().leave(v1::LeaveRequest {})).await.map(|_| ())
    }

    /// Removes a member for ever.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn remove(&self, host: &str) -> Result<(), ClientError> {
        within(SHORT, self.cluster().remove(v1::RemoveRequest { host: host.to_owned() })).await.map(|_| ())
    }

    /// Sets when repair is done, if a mode is given, and repairs now, if asked to.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn repair(&self, mode: Option<&str>, now: bool) -> Result<(), ClientError> {
        let request = v1::RepairRequest { mode: mode.unwrap_or_default().to_owned(), now };
        within(SHORT, self.cluster().repair(request)).await.map(|_| ())
    }

    /// Sets something for the whole cluster.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn configure(&self, name: &str, value: &str) -> Result<(), ClientError> {
        let request = v1::ConfigureRequest { name: name.to_owned(), value: value.to_owned() };
        within(SHORT, self.cluster().configure(request)).await.map(|_| ())
    }

    /// The last things that have happened on this host, in words, oldest first; at most `count`.
    ///
    /// # Errors
    /// It did not answer within `patience`.
    pub async fn events(&self, count: u32, patience: Duration) -> Result<Vec<String>, ClientError> {
        let total = self.first_sight(u64::MAX, patience).await?.events_total;
        let from = (total + 1).saturating_sub(u64::from(count));
        let sight = self.first_sight(from, patience).await?;
        Ok(sight.events.into_iter().map(|event| event.words).collect())
    }

    /// The first update for a watcher.
    async fn first_sight(
        &self,
        events_from: u64,
        patience: Duration,
    ) -> Result<v1::WatchResponse, ClientError> {
        let mut cluster = self.cluster();
        let request = v1::WatchRequest { events_from, ..v1::WatchRequest::default() };
        let first = async {
            let mut updates = cluster.watch(request).await?.into_inner();
            let update = updates.message().await?;
            update.map(tonic::Response::new).ok_or_else(|| tonic::Status::unavailable("the host has ended"))
        };
        within(patience, first).await
    }

    /// Does harm. Says which message was corrupted, if it was that.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn inject(&self, fault: &Fault) -> Result<Option<MessageId>, ClientError> {
        let request = v1::InjectRequest { fault: Some(convert::fault(fault)) };
        let response = within(SHORT, self.cluster().inject(request)).await?;
        Ok(MessageId::from_bytes(&response.message))
    }
}

/// The answer to a request, if it comes in time.
pub(super) async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = Result<tonic::Response<T>, tonic::Status>>,
) -> Result<T, ClientError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map(tonic::Response::into_inner).map_err(ClientError::from),
        Err(_) => {
            Err(ClientError::new(Kind::Unknown, format!("no answer within {} ms", patience.as_millis())))
        }
    }
}
