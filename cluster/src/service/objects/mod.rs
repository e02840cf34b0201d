//! The service of objects: any host takes any request, and passes it on to the host of the store that the object's id names.
//!
//! A store that cannot be reached is told as unavailable, by name; that there is no such object is only said by its store.

mod create;
mod disturbed;
mod index;
mod query;
mod route;
mod stores;
mod tail;

use hydraq_core::objects::{ObjectError, Row};
use hydraq_proto::v1;
use hydraq_proto::v1::objects_server::{Objects, ObjectsServer};
use tonic::{Request, Response, Status};

use super::{Answers, Context};
use crate::host::clock::wall_ms;
use crate::wire::limits::GRPC_BYTES_MAX;
use crate::wire::{objects as wire, status};

pub use route::Ways;
use route::{Tried, patience};

/// The service, behind the links of its host.
pub type Server = disturbed::Answering<ObjectsServer<Context>>;

/// The service of a host.
#[must_use]
pub fn server(context: Context) -> Server {
    let links = context.links.clone();
    let server = ObjectsServer::new(context).max_decoding_message_size(GRPC_BYTES_MAX);
    disturbed::Answering::new(server, links)
}

#[tonic::async_trait]
impl Objects for Context {
    type CreateStream = Answers<v1::CreateObjectResponse>;

    async fn create(
        &self,
        request: Request<v1::CreateObjectRequest>,
    ) -> Result<Response<Self::CreateStream>, Status> {
        self.create_object(request.into_inner()).map(Response::new)
    }

    async fn get(
        &self,
        request: Request<v1::GetObjectRequest>,
    ) -> Result<Response<v1::GetObjectResponse>, Status> {
        let request = request.into_inner();
        let id = wire::object_id("id", &request.id).map_err(|error| status::invalid(&error))?;
        let store = self.store_of(id, request.here)?;
        if !store.mine {
            let again = v1::GetObjectRequest { here: true, ..request };
            let ask = async |mut client: route::Client| client.get(again).await;
            return match self.at_store(&store, patience(0)?, ask).await {
                Ok(answer) => Ok(Response::new(answer)),
                // Nothing is changed by looking, so nothing stays unknown.
                Err(Tried::Unreached(why)) => Err(status::store_unavailable(&store.member.name, &why)),
                Err(Tried::Lost) => Err(status::store_unavailable(&store.member.name, "down")),
                Err(Tried::Said(status)) => Err(status),
            };
        }
        let row = self.read_here(&store, move |reader| crate::store::objects::read_row(reader, id)).await?;
        match row {
            Some(Row::Object(object)) => {
                let object = self.object_of(&store, &object);
                Ok(Response::new(v1::GetObjectResponse { object: Some(object) }))
            }
            _ => Err(status::object_refused(&ObjectError::NotFound(id), &store.member.name)),
        }
    }

    async fn update(
        &self,
        request: Request<v1::UpdateObjectRequest>,
    ) -> Result<Response<v1::UpdateObjectResponse>, Status> {
        let request = request.into_inner();
        let change = wire::update(request.clone(), wall_ms()).map_err(|error| status::invalid(&error))?;
        let id = wire::object_id("id", &request.id).map_err(|error| status::invalid(&error))?;
        let (store, limit) = (self.store_to_change(id, request.here)?, patience(request.timeout_ms)?);
        if store.mine {
            let applied = self.change_here(&store, change).await?;
            let object = Some(self.object_of(&store, &applied.object));
            return Ok(Response::new(v1::UpdateObjectResponse { object, sequence: applied.sequence }));
        }
        let again = v1::UpdateObjectRequest { here: true, ..request };
        let ask = async |mut client: route::Client| client.update(again).await;
        let answer = self.at_store(&store, limit, ask).await;
        answer.map(Response::new).map_err(|tried| tried.into_status(id, &store.member.name))
    }

    async fn delete(
        &self,
        request: Request<v1::DeleteObjectRequest>,
    ) -> Result<Response<v1::DeleteObjectResponse>, Status> {
        let request = request.into_inner();
        let change = wire::delete(&request, wall_ms()).map_err(|error| status::invalid(&error))?;
        let id = wire::object_id("id", &request.id).map_err(|error| status::invalid(&error))?;
        let (store, limit) = (self.store_to_change(id, request.here)?, patience(request.timeout_ms)?);
        if store.mine {
            let applied = self.change_here(&store, change).await?;
            let object = Some(self.object_of(&store, &applied.object));
            return Ok(Response::new(v1::DeleteObjectResponse { object, sequence: applied.sequence }));
        }
        let again = v1::DeleteObjectRequest { here: true, ..request };
        let ask = async |mut client: route::Client| client.delete(again).await;
        let answer = self.at_store(&store, limit, ask).await;
        answer.map(Response::new).map_err(|tried| tried.into_status(id, &store.member.name))
    }

    async fn query(
        &self,
        request: Request<v1::QueryObjectsRequest>,
    ) -> Result<Response<v1::QueryObjectsResponse>, Status> {
        self.query_objects(request.into_inner()).await.map(Response::new)
    }

    async fn index(&self, request: Request<v1::IndexRequest>) -> Result<Response<v1::IndexResponse>, Status> {
        self.index_objects(request.into_inner()).await.map(Response::new)
    }

    type TailEventsStream = Answers<v1::TailEventsResponse>;

    async fn tail_events(
        &self,
        request: Request<v1::TailEventsRequest>,
    ) -> Result<Response<Self::TailEventsStream>, Status> {
        self.tail(request.into_inner()).await.map(Response::new)
    }

    async fn stores(
        &self,
        request: Request<v1::StoresRequest>,
    ) -> Result<Response<v1::StoresResponse>, Status> {
        self.all_stores(request.get_ref().here).await.map(Response::new)
    }
}
