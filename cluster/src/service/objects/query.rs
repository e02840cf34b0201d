//! Queries: every store is asked for its part, and the parts are merged in order.

use futures_util::future::join_all;
use hydraq_core::host::StoreView;
use hydraq_core::objects::query::Query;
use hydraq_proto::v1;
use tonic::{Code, Status};

use super::super::Context;
use super::super::members::PATIENCE;
use super::route::{Client, Tried};
use crate::store::objects::read_page;
use crate::wire::objects::{cursor_out, query};
use crate::wire::status;

/// How many bytes of bodies one answer has at most, unless a single one is longer.
const ANSWER_BODY_BYTES: usize = 16 << 20;

impl Context {
    pub(super) async fn query_objects(
        &self,
        request: v1::QueryObjectsRequest,
    ) -> Result<v1::QueryObjectsResponse, Status> {
        let checked = query(request.clone()).map_err(|error| status::invalid(&error))?;
        let limit = checked.limit;
        if request.here {
            return Ok(self.query_here(&checked).await?.page(limit));
        }
        let views = self.handle.shared.stores.views();
        // A host that is asked also tells what is left of stores that were set aside.
        let is_asked = |view: &&StoreView| view.absent != Some("removed") && !view.rolled_back;
        let stores: Vec<&StoreView> = views.iter().filter(is_asked).collect();
        let asked = stores.iter().map(|store| self.query_at(store, &request));
        let mut merged = Merged::default();
        for (store, answer) in stores.iter().zip(join_all(asked).await) {
            match answer? {
                Some(answer) => merged.add(answer),
                None if request.strict => {
                    return Err(status::store_unavailable(
                        &store.member.name,
                        store.absent.unwrap_or("silent"),
                    ));
                }
                None => merged.silent.push(self.named(store.member.id)),
            }
        }
        Ok(merged.page(limit))
    }

    /// What this host's stores have: its own one, and what is left of those that were set aside on its disk.
    async fn query_here(&self, query: &Query) -> Result<Merged, Status> {
        let views = self.handle.shared.stores.views();
        let mut merged = Merged::default();
        for store in views.iter().filter(|view| view.mine) {
            let asked = query.clone();
            let page = self.read_here(store, move |reader| read_page(reader, &asked)).await?;
            let found = page.found.into_iter().map(|found| v1::FoundObject {
                object: Some(self.object_of(store, &found.object)),
                place: found.place.into(),
            });
            let cursor = page.walked_to.as_deref().map(cursor_out).unwrap_or_default();
            merged.add(v1::QueryObjectsResponse { found: found.collect(), cursor, silent: Vec::new() });
        }
        Ok(merged)
    }

    /// A store's part; none if it does not answer in time. That there is no index for the query is an answer: then there is no whole
    /// one, and a part would look like it.
    async fn query_at(
        &self,
        store: &StoreView,
        request: &v1::QueryObjectsRequest,
    ) -> Result<Option<v1::QueryObjectsResponse>, Status> {
        let here = v1::QueryObjectsRequest { here: true, ..request.clone() };
        let answer = if store.mine {
            Box::pin(self.query_objects(here)).await.map_err(Tried::Said)
        } else {
            let ask = async |mut client: Client| client.query(here).await;
            self.at_store(store, PATIENCE * 4, ask).await
        };
        match answer {
            Err(Tried::Said(status)) if status.code() == Code::FailedPrecondition => Err(status),
            answer => Ok(answer.ok()),
        }
    }
}

/// The parts of all stores that have answered.
#[derive(Default)]
struct Merged {
    found: Vec<v1::FoundObject>,
    /// Up to where every store has said all that it has; none: all of it.
    complete_to: Option<String>,
    silent: Vec<v1::HostName>,
}

impl Merged {
    fn add(&mut self, answer: v1::QueryObjectsResponse) {
        self.found.extend(answer.found);
        if !answer.cursor.is_empty() {
            // Cursors are places in hexadecimal digits: they sort as places do.
            let earlier = self.complete_to.take().filter(|known| *known < answer.cursor);
            self.complete_to = Some(earlier.unwrap_or(answer.cursor));
        }
    }

    /// How many objects go into one answer by the size of their bodies: at least one.
    fn fitting(&self) -> usize {
        let bodies =
            self.found.iter().map(|found| found.object.as_ref().map_or(0, |object| object.body.len()));
        let sums = bodies.scan(0, |sum, bytes| {
            *sum += bytes;
            Some(*sum)
        });
        sums.take_while(|sum| *sum <= ANSWER_BODY_BYTES).count().max(1)
    }

    /// The first `limit` objects, as far as no store may have another one in between.
    fn page(mut self, limit: usize) -> v1::QueryObjectsResponse {
        self.found.sort_by(|one, other| one.place.cmp(&other.place));
        let mut cursor = self.complete_to.take().unwrap_or_default();
        if !cursor.is_empty() {
            self.found.retain(|found| cursor_out(&found.place) <= cursor);
        }
        let fitting = self.fitting().min(limit);
        if self.found.len() > fitting {
            self.found.truncate(fitting);
            cursor = self.found.last().map(|last| cursor_out(&last.place)).unwrap_or_default();
        }
        v1::QueryObjectsResponse { found: self.found, cursor, silent: self.silent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(places: &[u8], cursor: &str) -> v1::QueryObjectsResponse {
        let found = |place: &u8| v1::FoundObject { object: None, place: vec![*place].into() };
        let found = places.iter().map(found).collect();
        v1::QueryObjectsResponse { found, cursor: cursor.into(), silent: Vec::new() }
    }

    fn merged(parts: Vec<v1::QueryObjectsResponse>, limit: usize) -> (Vec<u8>, String) {
        let mut merged = Merged::default();
        parts.into_iter().for_each(|part| merged.add(part));
        let page = merged.page(limit);
        (page.found.iter().map(|found| found.place[0]).collect(), page.cursor)
    }

    #[test]
    fn parts_are_merged_in_order_and_never_beyond_what_all_stores_have_said() {
        assert_eq!(merged(vec![part(&[1, 4], ""), part(&[2, 3], "")], 9), (vec![1, 2, 3, 4], String::new()));
        assert_eq!(merged(vec![part(&[1, 4], ""), part(&[2, 3], "")], 3), (vec![1, 2, 3], "03".into()));
        assert_eq!(merged(vec![part(&[1, 4], "04"), part(&[2], "02")], 9), (vec![1, 2], "02".into()));
        assert_eq!(merged(vec![part(&[], "05"), part(&[7], "")], 9), (vec![], "05".into()));
    }
}
