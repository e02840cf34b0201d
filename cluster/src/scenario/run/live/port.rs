//! The client of one host as a port of the stage.

use std::time::Duration;

use async_trait::async_trait;
use hydraq_core::ids::{MessageId, Receipt};
use hydraq_core::objects::ObjectId;

use crate::client::objects::{
    CreatedObject, NewObject, NotCreated, ObjectPage, ObjectQuery, ObjectUpdate, StoreState, StoredObject,
};
use crate::client::types::{
    DeleteTarget, Deleted, Delivery, DequeueOptions, EnqueueOptions, Enqueued, Fault, HostState, Knowledge,
    ListOptions, NewMessage, Page, TypeDepth,
};
use crate::client::{ClientError, HostClient};
use crate::scenario::run::stage::Port;

/// How long a host may take to tell its last doings.
const PATIENCE: Duration = Duration::from_secs(1);

#[async_trait(?Send)]
impl Port for HostClient {
    async fn enqueue(
        &self,
        messages: Vec<NewMessage>,
        options: &EnqueueOptions,
    ) -> Result<Vec<Enqueued>, ClientError> {
        HostClient::enqueue(self, messages, options).await
    }

    async fn dequeue(&self, options: &DequeueOptions) -> Result<Vec<Delivery>, ClientError> {
        HostClient::dequeue(self, options).await
    }

    async fn delete(&self, targets: &[DeleteTarget], timeout: Duration) -> Result<Vec<Deleted>, ClientError> {
        HostClient::delete(self, targets, timeout).await
    }

    async fn release(&self, receipts: &[Receipt]) -> Result<Vec<Result<(), ClientError>>, ClientError> {
        HostClient::release(self, receipts).await
    }

    async fn extend(
        &self,
        receipts: &[Receipt],
        lease: Duration,
    ) -> Result<Vec<Result<(), ClientError>>, ClientError> {
        HostClient::extend(self, receipts, lease).await
    }

    async fn show(&self, id: MessageId, patience: Duration) -> Result<Knowledge, ClientError> {
        HostClient::show_here(self, id, patience).await
    }

    async fn list(&self, options: &ListOptions) -> Result<Page, ClientError> {
        HostClient::list(self, options).await
    }

    async fn redrive(&self, message_type: Option<&str>, id: Option<MessageId>) -> Result<u32, ClientError> {
        HostClient::redrive(self, message_type, id).await
    }

    async fn types(&self) -> Result<Vec<TypeDepth>, ClientError> {
        HostClient::types(self, true).await
    }

    async fn state(&self, patience: Duration) -> Result<HostState, ClientError> {
        HostClient::state(self, patience).await
    }

    async fn leave(&self) -> Result<(), ClientError> {
        HostClient::leave(self).await
    }

    async fn remove(&self, host: &str) -> Result<(), ClientError> {
        HostClient::remove(self, host).await
    }

    async fn repair(&self, mode: Option<&str>, now: bool) -> Result<(), ClientError> {
        HostClient::repair(self, mode, now).await
    }

    async fn configure(&self, name: &str, value: &str) -> Result<(), ClientError> {
        HostClient::configure(self, name, value).await
    }

    async fn inject(&self, fault: &Fault) -> Result<Option<MessageId>, ClientError> {
        HostClient::inject(self, fault).await
    }

    async fn create_object(&self, new: &NewObject, timeout: Duration) -> Result<CreatedObject, NotCreated> {
        HostClient::create_object(self, new, timeout, |_, _| {}).await
    }

    async fn object(&self, id: ObjectId) -> Result<StoredObject, ClientError> {
        HostClient::object(self, id).await
    }

    async fn own_stores(&self) -> Result<Vec<StoreState>, ClientError> {
        HostClient::own_stores(self).await
    }

    async fn update_object(
        &self,
        id: ObjectId,
        update: &ObjectUpdate,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError> {
        HostClient::update_object(self, id, update, timeout).await
    }

    async fn delete_object(
        &self,
        id: ObjectId,
        expected: Option<u64>,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError> {
        HostClient::delete_object(self, id, expected, timeout).await
    }

    async fn query_objects(&self, query: &ObjectQuery) -> Result<ObjectPage, ClientError> {
        HostClient::query_objects(self, query).await
    }

    async fn events(&self, count: u32) -> Result<Vec<String>, ClientError> {
        HostClient::events(self, count, PATIENCE).await
    }
}
