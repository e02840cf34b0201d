//! Requests about objects, each said once to one host.

use std::time::Duration;

use bytes::Bytes;
use hydraq_core::objects::draw::Draw;
use hydraq_core::objects::{ObjectEvent, ObjectId};
use hydraq_proto::v1;
use hydraq_proto::v1::create_object_response::Step;
use tokio::time::Instant;

use super::super::host::within;
use super::super::{ClientError, HostClient, Kind};
use super::{
    CreatedObject, NewObject, NotCreated, ObjectPage, ObjectQuery, ObjectUpdate, StoreState, StoredObject,
};
use crate::wire::objects as wire;

/// How much longer than the request itself the client waits for its answer.
const GRACE: Duration = Duration::from_secs(2);

/// How long a question to all stores may take.
const QUESTION: Duration = Duration::from_secs(10);

pub(super) fn garbled(error: &crate::wire::Invalid) -> ClientError {
    ClientError::new(Kind::Other, format!("the host's answer has no meaning: {error}"))
}

fn stored(object: Option<v1::Object>) -> Result<StoredObject, ClientError> {
    let object = object.ok_or_else(|| ClientError::new(Kind::Other, "the host's answer has no object"))?;
    let store = object.store.clone().map(|store| store.name).unwrap_or_default();
    let rolled_back = object.rolled_back;
    Ok(StoredObject { object: wire::object_in(object).map_err(|error| garbled(&error))?, store, rolled_back })
}

fn request_for(new: &NewObject, id: Option<ObjectId>, timeout: Duration) -> v1::CreateObjectRequest {
    v1::CreateObjectRequest {
        kind: new.kind.clone(),
        attributes: wire::attributes_out(&new.attributes),
        body: new.body.clone(),
        id: id.map(wire::object_id_bytes).unwrap_or_default(),
        timeout_ms: timeout.as_millis() as u64,
        here: false,
        draw_only: false,
        except: Vec::new(),
    }
}

/// A draw of an answer; none if nothing was drawn.
fn draw_in(number: u32, weights: Vec<v1::create_object_response::DrawWeight>, store: &str) -> Option<Draw> {
    let name = |host: Option<v1::HostName>| host.map(|host| host.name).unwrap_or_default();
    let weights: Vec<(String, u32)> =
        weights.into_iter().map(|weight| (name(weight.host), weight.weight)).collect();
    let chosen = weights.iter().position(|(name, _)| name == store)?;
    Some(Draw { number: u16::try_from(number).ok()?, weights, chosen })
}

impl HostClient {
    /// Makes an object. `told` hears the id and its store before that is tried, so that the id is known whatever dies under the request.
    ///
    /// # Errors
    /// It was refused, or its outcome is not known.
    pub async fn create_object(
        &self,
        new: &NewObject,
        timeout: Duration,
        mut told: impl FnMut(ObjectId, &str),
    ) -> Result<CreatedObject, NotCreated> {
        let deadline = Instant::now() + timeout;
        let mut except = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            let (id, store, draw) = match new.id {
                Some(id) => (id, String::new(), None),
                None => self.draw_object(new, &except, left).await?,
            };
            if new.id.is_none() {
                told(id, &store);
            }
            match self.create_drawn(new, id, left).await {
                Ok((stored, sequence)) => return Ok(CreatedObject { stored, draw, sequence }),
                // The store certainly took nothing, and no earlier try had this id.
                Err(error)
                    if error.kind == Kind::Unavailable && new.id.is_none() && Instant::now() < deadline =>
                {
                    except.push(store);
                }
                Err(error) => return Err(NotCreated { id: Some(id), error }),
            }
        }
    }

    /// Has a store drawn, and the id of an object to be made there.
    async fn draw_object(
        &self,
        new: &NewObject,
        except: &[String],
        timeout: Duration,
    ) -> Result<(ObjectId, String, Option<Draw>), NotCreated> {
        let request = v1::CreateObjectRequest {
            draw_only: true,
            except: except.to_vec(),
            body: Bytes::new(),
            ..request_for(new, None, timeout)
        };
        let answer = async {
            let mut steps = self.objects().create(request).await?.into_inner();
            match steps.message().await? {
                Some(v1::CreateObjectResponse { step: Some(Step::Drawn(drawn)) }) => {
                    Ok(tonic::Response::new(drawn))
                }
                _ => Err(tonic::Status::aborted("the answer ended too early")),
            }
        };
        let drawn = within(timeout + GRACE, answer).await.map_err(|error| match error.kind {
            // No store was tried.
            Kind::Unknown => ClientError { kind: Kind::Unreachable, ..error },
            _ => error,
        });
        let drawn = drawn.and_then(|drawn| {
            let id = wire::object_id("id", &drawn.id).map_err(|error| garbled(&error))?;
            let store = drawn.store.map(|store| store.name).unwrap_or_default();
            let how = draw_in(drawn.number, drawn.weights, &store);
            Ok((id, store, how))
        });
        drawn.map_err(|error| NotCreated { id: None, error })
    }

    /// Makes an object in the store that its id names.
    async fn create_drawn(
        &self,
        new: &NewObject,
        id: ObjectId,
        timeout: Duration,
    ) -> Result<(StoredObject, u64), ClientError> {
        let request = request_for(new, Some(id), timeout);
        let answer = async {
            let mut steps = self.objects().create(request).await?.into_inner();
            while let Some(step) = steps.message().await? {
                if let Some(Step::Created(created)) = step.step {
                    return Ok(tonic::Response::new(created));
                }
            }
            Err(tonic::Status::aborted("the answer ended too early"))
        };
        let created = within(timeout + GRACE, answer).await?;
        Ok((stored(created.object)?, created.sequence))
    }

    /// Reads an object.
    ///
    /// # Errors
    /// There is none, or its store does not answer.
    pub async fn object(&self, id: ObjectId) -> Result<StoredObject, ClientError> {
        let request = v1::GetObjectRequest { id: wire::object_id_bytes(id), here: false };
        stored(within(QUESTION, self.objects().get(request)).await?.object)
    }

    /// Changes an object.
    ///
    /// # Errors
    /// It was refused, its store does not answer, or the outcome is not known.
    pub async fn update_object(
        &self,
        id: ObjectId,
        update: &ObjectUpdate,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError> {
        let request = v1::UpdateObjectRequest {
            id: wire::object_id_bytes(id),
            expected_version: update.expected.unwrap_or(0),
            attributes: wire::attributes_out(&update.attributes),
            drop: update.drop.clone(),
            replace: update.replace,
            body: update.body.clone(),
            timeout_ms: timeout.as_millis() as u64,
            here: false,
        };
        stored(within(timeout + GRACE, self.objects().update(request)).await?.object)
    }

    /// Deletes an object; says what it was.
    ///
    /// # Errors
    /// It was refused, its store does not answer, or the outcome is not known.
    pub async fn delete_object(
        &self,
        id: ObjectId,
        expected: Option<u64>,
        timeout: Duration,
    ) -> Result<StoredObject, ClientError> {
        let request = v1::DeleteObjectRequest {
            id: wire::object_id_bytes(id),
            expected_version: expected.unwrap_or(0),
            timeout_ms: timeout.as_millis() as u64,
            here: false,
        };
        stored(within(timeout + GRACE, self.objects().delete(request)).await?.object)
    }

    /// A page of objects.
    ///
    /// # Errors
    /// The host refused, or a store did not answer though all must.
    pub async fn query_objects(&self, query: &ObjectQuery) -> Result<ObjectPage, ClientError> {
        let request = v1::QueryObjectsRequest {
            kind: query.kind.clone(),
            conditions: query.conditions.iter().map(wire::condition_out).collect(),
            order_by: query.order_by.clone().unwrap_or_default(),
            objects_max: query.objects_max,
            cursor: query.cursor.clone(),
            strict: query.strict,
            here: false,
        };
        let answer = within(QUESTION, self.objects().query(request)).await?;
        let objects = answer.found.into_iter().map(|found| stored(found.object));
        Ok(ObjectPage {
            objects: objects.collect::<Result<_, ClientError>>()?,
            cursor: answer.cursor,
            silent: answer.silent.into_iter().map(|host| host.name).collect(),
        })
    }

    /// Shows the events of a store from a position on, until `seen` says that it is enough; with `follow` also those to come.
    ///
    /// # Errors
    /// The log does not keep that position, or the store does not answer.
    pub async fn tail_events(
        &self,
        store: &str,
        from: u64,
        follow: bool,
        mut seen: impl FnMut(ObjectEvent, &str) -> bool,
    ) -> Result<(), ClientError> {
        let request = v1::TailEventsRequest { store: store.to_owned(), from, follow, here: false };
        let mut events = within(QUESTION, self.objects().tail_events(request)).await?;
        while let Some(answer) = events.message().await.map_err(ClientError::from)? {
            let store = answer.store.map(|store| store.name).unwrap_or_default();
            for event in answer.events {
                if !seen(wire::event_in(event).map_err(|error| garbled(&error))?, &store) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How the stores stand.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn stores(&self) -> Result<Vec<StoreState>, ClientError> {
        self.ask_stores(false).await
    }

    /// How the host's own store stands, and what is left of those that were set aside on its disk.
    ///
    /// # Errors
    /// The host refused, or could not be reached.
    pub async fn own_stores(&self) -> Result<Vec<StoreState>, ClientError> {
        self.ask_stores(true).await
    }

    async fn ask_stores(&self, here: bool) -> Result<Vec<StoreState>, ClientError> {
        let answer = within(QUESTION, self.objects().stores(v1::StoresRequest { here })).await?;
        let state = |state: v1::StoreState| StoreState {
            host: state.host.map(|host| host.name).unwrap_or_default(),
            tag: state.tag,
            absent: Some(state.absent).filter(|absent| !absent.is_empty()),
            weight: state.weight,
            answered: state.answered,
            objects: state.objects,
            events_head: state.events_head,
            propagated: state.propagated,
            events_tail: state.events_tail,
            commit_us: state.commit_us,
        };
        Ok(answer.stores.into_iter().map(state).collect())
    }
}
