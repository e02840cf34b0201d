//! Which attributes are in the index: declared for the whole cluster, built by every store, and how far each is.

use futures_util::future::join_all;
use hydraq_core::event::Event;
use hydraq_core::host::{StoreView, declare_index};
use hydraq_core::objects::Indexed;
use hydraq_proto::v1;
use tonic::Status;

use super::super::members::PATIENCE;
use super::super::{Context, ended};
use super::route::Client;
use crate::store::objects::read_indexes;
use crate::wire::objects::{index, indexed_out};
use crate::wire::status;

impl Context {
    pub(super) async fn index_objects(&self, request: v1::IndexRequest) -> Result<v1::IndexResponse, Status> {
        let declared = index(&request).map_err(|error| status::invalid(&error))?;
        let views = self.handle.shared.stores.views();
        if request.here {
            return self.index_here(&views, request.kind).await;
        }
        if let Some(wanted) = declared {
            self.handle.event(Event::Order(declare_index(&request.kind, &wanted)));
        }
        let look = self.handle.look(|inside| inside.engine.core.declared_indexes().collect::<Vec<_>>());
        let mut kinds = look.await.ok_or_else(ended)?;
        if !request.kind.is_empty() {
            let known = kinds.into_iter().find(|(kind, _)| *kind == request.kind);
            kinds = vec![known.unwrap_or((request.kind.clone(), Indexed::All))];
        }
        let is_asked = |view: &&StoreView| view.absent != Some("removed") && !view.rolled_back;
        let stores: Vec<&StoreView> = views.iter().filter(is_asked).collect();
        let asked = join_all(stores.iter().map(|store| self.index_at(store, &request.kind))).await;
        let answers: Vec<_> = stores.into_iter().zip(asked).collect();
        let silent = answers.iter().filter(|(_, answer)| answer.is_none());
        let silent = silent.map(|(store, _)| self.named(store.member.id)).collect();
        let kinds = kinds.into_iter().map(|(kind, wanted)| self.merged_index(kind, &wanted, &answers));
        Ok(v1::IndexResponse { kinds: kinds.collect(), silent })
    }

    /// How one kind is indexed in all stores that answered. One that has not heard of the declaration yet is not complete.
    fn merged_index(
        &self,
        kind: String,
        wanted: &Indexed,
        answers: &[(&StoreView, Option<v1::IndexResponse>)],
    ) -> v1::KindIndex {
        let declared = indexed_out(wanted);
        let told = answers.iter().filter_map(|(store, answer)| Some((store, answer.as_ref()?)));
        let stores = told.map(|(store, answer)| {
            let known = answer.kinds.iter().find(|index| index.kind == kind);
            let state = known.and_then(|index| index.stores.first()).cloned().unwrap_or_default();
            let is_heard = match known {
                Some(index) => index.declared.as_ref() == Some(&declared),
                None => *wanted == Indexed::All,
            };
            let complete = is_heard && (known.is_none() || state.complete);
            v1::StoreIndex { store: Some(self.named(store.member.id)), complete, ..state }
        });
        let stores = stores.collect();
        v1::KindIndex { kind, stores, declared: Some(declared) }
    }

    /// How this host's own store is indexed.
    async fn index_here(&self, views: &[StoreView], kind: String) -> Result<v1::IndexResponse, Status> {
        let mine = views.iter().find(|view| view.mine && !view.rolled_back).ok_or_else(ended)?;
        let states = self.read_here(mine, move |reader| read_indexes(reader, &kind)).await?;
        let kinds = states.into_iter().map(|state| v1::KindIndex {
            kind: state.kind,
            declared: Some(indexed_out(&state.index.wanted)),
            stores: vec![v1::StoreIndex {
                store: Some(self.named(mine.member.id)),
                complete: state.index.pass.is_none(),
                done: state.index.pass.map_or(0, |pass| pass.done),
                left: state.left,
            }],
        });
        Ok(v1::IndexResponse { kinds: kinds.collect(), silent: Vec::new() })
    }

    async fn index_at(&self, store: &StoreView, kind: &str) -> Option<v1::IndexResponse> {
        if store.mine {
            return self.index_here(std::slice::from_ref(store), kind.to_owned()).await.ok();
        }
        let request = v1::IndexRequest { kind: kind.to_owned(), declare: None, here: true };
        let ask = async |mut client: Client| client.index(request).await;
        self.at_store(store, PATIENCE * 4, ask).await.ok()
    }
}
