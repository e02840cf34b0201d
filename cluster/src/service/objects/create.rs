//! Creating: a store is drawn, the client is told the id, the store is tried.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use hydraq_core::host::{NOT_SYNCHRONISED, StoreView};
use hydraq_core::objects::draw::{Candidate, Draw, draw, why_none};
use hydraq_core::objects::{Change, ObjectId, StoreTag};
use hydraq_proto::v1;
use tokio::sync::mpsc::{Sender, channel};
use tokio::time::{Instant, timeout_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use super::super::{Answers, Context};
use super::route::{Client, Tried, patience, told};
use crate::host::clock::wall_ms;
use crate::wire::{objects as wire, status};

type Step = v1::create_object_response::Step;
type Steps = Sender<Result<v1::CreateObjectResponse, Status>>;

/// How often ids may be drawn that happen to be in use already.
const COLLISIONS_MAX: usize = 3;

impl Context {
    /// Makes an object; what is answered on the way goes through a stream.
    pub(super) fn create_object(
        &self,
        request: v1::CreateObjectRequest,
    ) -> Result<Answers<v1::CreateObjectResponse>, Status> {
        let limit = patience(request.timeout_ms)?;
        let change = wire::create(request.clone(), wall_ms()).map_err(|error| status::invalid(&error))?;
        let (steps, stream) = channel(4);
        let context = self.clone();
        tokio::spawn(async move {
            let answer = match &change {
                Change::Create { id, .. } if *id != ObjectId::default() => {
                    context.create_again(*id, &change, &request, limit, &steps).await
                }
                _ => context.create_anew(change, &request, limit, &steps).await,
            };
            let answer = answer.map(|created| step(Step::Created(created)));
            // Whoever asked may be gone; the object is there all the same.
            let _ = steps.send(answer).await;
        });
        Ok(Box::pin(ReceiverStream::new(stream)))
    }

    /// A try with an id goes to the store that it names, and to no other.
    async fn create_again(
        &self,
        id: ObjectId,
        change: &Change,
        request: &v1::CreateObjectRequest,
        limit: Duration,
        steps: &Steps,
    ) -> Result<v1::create_object_response::Created, Status> {
        let store = self.store_to_change(id, request.here)?;
        if !request.here {
            self.tell_drawn(steps, id, &store, None).await;
        }
        let tried = self.create_at(&store, id, change.clone(), request, limit).await;
        tried.map_err(|tried| tried.into_status(id, &store.member.name))
    }

    /// Draws a store; another one if it certainly took nothing. While none takes any, but one is about to, it waits for that.
    async fn create_anew(
        &self,
        change: Change,
        request: &v1::CreateObjectRequest,
        limit: Duration,
        steps: &Steps,
    ) -> Result<v1::create_object_response::Created, Status> {
        let deadline = Instant::now() + limit;
        let (mut failed, mut collisions) = (BTreeMap::new(), 0);
        let mut watched = self.handle.shared.stores.watch_views();
        loop {
            let views = watched.borrow_and_update().clone();
            let stores: Vec<&StoreView> =
                views.iter().filter(|view| view.absent != Some("removed") && !view.rolled_back).collect();
            let candidates: Vec<Candidate> =
                stores.iter().map(|store| self.candidate(store, failed.get(&store.store).copied())).collect();
            let number = self.ids.lock().unwrap_or_else(PoisonError::into_inner).number();
            let Some((place, how)) = draw(&candidates, number) else {
                let is_coming = stores.iter().any(|store| store.absent == Some(NOT_SYNCHRONISED));
                if is_coming && matches!(timeout_at(deadline, watched.changed()).await, Ok(Ok(()))) {
                    failed.clear();
                    continue;
                }
                return Err(status::no_store(why_none(&candidates)));
            };
            let store = stores[place];
            let id = {
                let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
                ids.object(StoreTag::of(store.store), number)
            };
            self.tell_drawn(steps, id, store, Some(how)).await;
            let left = deadline.saturating_duration_since(Instant::now());
            match self.create_at(store, id, with_id(&change, id), request, left).await {
                Ok(created) => return Ok(created),
                Err(tried) if took_nothing(&tried) => {
                    let is_down = matches!(tried, Tried::Unreached(_));
                    failed.insert(store.store, if is_down { "down" } else { "not taking any" });
                }
                Err(Tried::Said(status))
                    if status.code() == Code::AlreadyExists && collisions < COLLISIONS_MAX =>
                {
                    collisions += 1;
                }
                Err(tried) => return Err(tried.into_status(id, &store.member.name)),
            }
        }
    }

    /// What is known of a store for the draw; `failed` says why it has just taken nothing, if it was tried.
    pub(super) fn candidate(&self, store: &StoreView, failed: Option<&'static str>) -> Candidate {
        let fault = self.links.faults().get(store.member.id);
        let cut = !store.mine && (fault.cut_in || fault.cut_out);
        let absent = store.absent.or(failed).or(cut.then_some("down"));
        let commit = self.handle.shared.stores.commit_of(StoreTag::of(store.store));
        Candidate { name: store.member.name.clone(), absent, commit }
    }

    async fn tell_drawn(&self, steps: &Steps, id: ObjectId, store: &StoreView, how: Option<Draw>) {
        let weight = |(name, weight): &(String, u32)| v1::create_object_response::DrawWeight {
            host: Some(v1::HostName { id: Bytes::new(), name: name.clone() }),
            weight: *weight,
        };
        let drawn = v1::create_object_response::Drawn {
            id: wire::object_id_bytes(id),
            store: Some(self.named(store.member.id)),
            how: how.as_ref().map(ToString::to_string).unwrap_or_default(),
            number: how.as_ref().map_or(0, |how| u32::from(how.number)),
            weights: how.iter().flat_map(|how| how.weights.iter().map(weight)).collect(),
        };
        // Whoever asked may be gone.
        let _ = steps.send(Ok(step(Step::Drawn(drawn)))).await;
    }

    /// Tries a store.
    async fn create_at(
        &self,
        store: &StoreView,
        id: ObjectId,
        change: Change,
        request: &v1::CreateObjectRequest,
        limit: Duration,
    ) -> Result<v1::create_object_response::Created, Tried> {
        let stores = &self.handle.shared.stores;
        let tag = StoreTag::of(store.store);
        if store.mine {
            let applied = self.change_here(store, change).await.map_err(Tried::Said)?;
            let commit = stores.commit_of(tag).unwrap_or_default();
            return Ok(v1::create_object_response::Created {
                object: Some(self.object_of(store, &applied.object)),
                sequence: applied.sequence,
                commit_us: commit.as_micros() as u64,
            });
        }
        let again = v1::CreateObjectRequest { id: wire::object_id_bytes(id), here: true, ..request.clone() };
        let ask = async |mut client: Client| client.create(again).await;
        let began = Instant::now();
        let mut answers = self.at_store(store, limit, ask).await?;
        let left = limit.min(Duration::from_secs(3)).saturating_sub(began.elapsed());
        match tokio::time::timeout(left, answers.message()).await {
            Ok(Ok(Some(v1::CreateObjectResponse { step: Some(Step::Created(created)) }))) => {
                stores.note_commit(tag, Duration::from_micros(created.commit_us));
                Ok(created)
            }
            Ok(Err(status)) => Err(told(status)),
            Ok(Ok(_)) | Err(_) => Err(Tried::Lost),
        }
    }
}

/// Whether a store certainly took nothing, so that another one can be drawn.
fn took_nothing(tried: &Tried) -> bool {
    match tried {
        Tried::Unreached(_) => true,
        Tried::Lost => false,
        Tried::Said(status) => matches!(status.code(), Code::Unavailable | Code::ResourceExhausted),
    }
}

fn with_id(change: &Change, drawn: ObjectId) -> Change {
    let mut change = change.clone();
    if let Change::Create { id, .. } = &mut change {
        *id = drawn;
    }
    change
}

fn step(step: Step) -> v1::CreateObjectResponse {
    v1::CreateObjectResponse { step: Some(step) }
}
