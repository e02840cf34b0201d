//! Creating: a store is drawn, the client is told the id, the store is tried.
//!
//! A client that must not lose the id with this host asks for the draw alone, and comes back with what was drawn.

use std::collections::BTreeMap;
use std::pin::pin;
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
use crate::wire::{Invalid, objects as wire, status};

type Step = v1::create_object_response::Step;
type Steps = Sender<Result<v1::CreateObjectResponse, Status>>;

/// Hosts whose stores took nothing, and why.
type Failed = BTreeMap<String, &'static str>;

/// How often ids may be drawn that happen to be in use already.
const COLLISIONS_MAX: usize = 3;

/// How many hosts a request may leave out of the draw: as many as a cluster may have.
const EXCEPT_MAX: usize = 255;

impl Context {
    /// Makes an object; what is answered on the way goes through a stream.
    pub(super) fn create_object(
        &self,
        request: v1::CreateObjectRequest,
    ) -> Result<Answers<v1::CreateObjectResponse>, Status> {
        let limit = patience(request.timeout_ms)?;
        let change = wire::create(request.clone(), wall_ms()).map_err(|error| status::invalid(&error))?;
        if request.draw_only && !request.id.is_empty() {
            let why = "must not be set with an id: its store is known";
            return Err(status::invalid(&Invalid::new("draw_only", why)));
        }
        if request.except.len() > EXCEPT_MAX {
            let why = format!("must be at most {EXCEPT_MAX} names, not {}", request.except.len());
            return Err(status::invalid(&Invalid::new("except", why)));
        }
        // No room for a second step: the store is tried once the first one is on its way.
        let (steps, stream) = channel(1);
        let context = self.clone();
        tokio::spawn(async move {
            let answer = match &change {
                Change::Create { id, .. } if *id != ObjectId::default() => {
                    context.create_again(*id, &change, &request, limit, &steps).await
                }
                _ => context.create_anew(change, &request, limit, &steps).await,
            };
            let answer = answer.map(|created| created.map(|created| step(Step::Created(created))));
            if let Some(answer) = answer.transpose() {
                // Whoever asked may be gone; the object is there all the same.
                let _ = steps.send(answer).await;
            }
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
    ) -> Result<Option<v1::create_object_response::Created>, Status> {
        let store = self.store_to_change(id, request.here)?;
        if !request.here {
            self.tell_drawn(steps, id, &store, None).await;
        }
        let tried = self.create_at(&store, id, change.clone(), request, limit).await;
        tried.map(Some).map_err(|tried| tried.into_status(id, &store.member.name))
    }

    /// Draws a store and tries it, unless only the draw is asked for; draws another one if it certainly took nothing.
    async fn create_anew(
        &self,
        change: Change,
        request: &v1::CreateObjectRequest,
        limit: Duration,
        steps: &Steps,
    ) -> Result<Option<v1::create_object_response::Created>, Status> {
        let deadline = Instant::now() + limit;
        let took_none = request.except.iter().map(|name| (name.clone(), "not taking any"));
        let (mut failed, mut collisions) = (took_none.collect::<Failed>(), 0);
        loop {
            let (store, id, how) = self.draw_store(&mut failed, deadline).await?;
            self.tell_drawn(steps, id, &store, Some(how)).await;
            if request.draw_only {
                return Ok(None);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.create_at(&store, id, with_id(&change, id), request, left).await {
                Ok(created) => return Ok(Some(created)),
                Err(tried) if took_nothing(&tried) => {
                    let is_down = matches!(tried, Tried::Unreached(_));
                    failed.insert(store.member.name.clone(), if is_down { "down" } else { "not taking any" });
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

    /// Draws a store, and an id in it. While none takes any, but one is about to, it waits for that.
    async fn draw_store(
        &self,
        failed: &mut Failed,
        deadline: Instant,
    ) -> Result<(StoreView, ObjectId, Draw), Status> {
        let known = &self.handle.shared.stores;
        loop {
            // Before the look, so that no change goes by in between.
            let mut changed = pin!(known.changed());
            changed.as_mut().enable();
            let views = known.views();
            let stores: Vec<&StoreView> =
                views.iter().filter(|view| view.absent != Some("removed") && !view.rolled_back).collect();
            let failure = |store: &StoreView| failed.get(&store.member.name).copied();
            let candidates: Vec<Candidate> =
                stores.iter().map(|store| self.candidate(store, failure(store))).collect();
            let drawn = {
                let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
                let number = ids.number();
                draw(&candidates, number).map(|(place, how)| {
                    (stores[place].clone(), ids.object(StoreTag::of(stores[place].store), number), how)
                })
            };
            if let Some(drawn) = drawn {
                return Ok(drawn);
            }
            let is_coming = stores.iter().any(|store| store.absent == Some(NOT_SYNCHRONISED));
            if !is_coming || timeout_at(deadline, changed).await.is_err() {
                return Err(status::no_store(why_none(&candidates)));
            }
            failed.clear();
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
        let _ = steps.reserve().await;
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
        let again = v1::CreateObjectRequest {
            id: wire::object_id_bytes(id),
            here: true,
            except: Vec::new(),
            ..request.clone()
        };
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
