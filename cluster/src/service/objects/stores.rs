//! How the stores stand.

use futures_util::future::join_all;
use hydraq_core::host::StoreView;
use hydraq_core::objects::StoreTag;
use hydraq_proto::v1;
use tonic::Status;

use super::super::Context;
use super::super::members::PATIENCE;
use super::route::Client;

impl Context {
    /// This host's stores, or all that are not removed.
    pub(super) async fn all_stores(&self, here: bool) -> Result<v1::StoresResponse, Status> {
        let views = self.handle.shared.stores.views();
        let wanted = views.iter().filter(|view| view.mine || (!here && view.absent != Some("removed")));
        let stores = join_all(wanted.map(|view| self.store_state(view))).await;
        Ok(v1::StoresResponse { stores })
    }

    async fn store_state(&self, store: &StoreView) -> v1::StoreState {
        let candidate = self.candidate(store, None);
        let known = v1::StoreState {
            host: Some(self.named(store.member.id)),
            tag: StoreTag::of(store.store).to_string(),
            absent: candidate.absent.unwrap_or_default().to_owned(),
            weight: candidate.weight(),
            commit_us: candidate.commit.map_or(0, |commit| commit.as_micros() as u64),
            ..Default::default()
        };
        if store.mine {
            let stores = &self.handle.shared.stores;
            let log = match store.rolled_back {
                true => stores.set_aside(store.store).map(|(_, log)| log).unwrap_or_default(),
                false => *stores.log().borrow(),
            };
            return v1::StoreState {
                answered: true,
                objects: log.objects,
                events_head: log.head,
                propagated: log.propagated,
                events_tail: log.tail,
                ..known
            };
        }
        let ask = async |mut client: Client| client.stores(v1::StoresRequest { here: true }).await;
        let answer = self.at_store(store, PATIENCE, ask).await.ok();
        let is_it = |state: &v1::StoreState| state.tag == known.tag;
        match answer.and_then(|answer| answer.stores.into_iter().find(is_it)) {
            Some(told) => v1::StoreState { absent: known.absent, weight: known.weight, ..told },
            None => known,
        }
    }
}
