//! Tailing a store's event log: from any kept position, to its end or for ever.

use hydraq_core::host::StoreView;
use hydraq_core::objects::StoreTag;
use hydraq_proto::v1;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::super::{Answers, Context};
use super::route::{Client, Tried, patience};
use crate::store::objects::{read_events, read_log};
use crate::wire::objects::event_out;
use crate::wire::{Invalid, status};

type Events = Sender<Result<v1::TailEventsResponse, Status>>;

impl Context {
    pub(super) async fn tail(
        &self,
        request: v1::TailEventsRequest,
    ) -> Result<Answers<v1::TailEventsResponse>, Status> {
        let store = self.store_named(&request.store, request.here)?;
        if !store.mine {
            let again = v1::TailEventsRequest { here: true, ..request };
            let ask = async |mut client: Client| client.tail_events(again).await;
            let events = self.at_store(&store, patience(0)?, ask).await.map_err(|tried| match tried {
                Tried::Unreached(why) => status::store_unavailable(&store.member.name, &why),
                Tried::Lost => status::store_unavailable(&store.member.name, "down"),
                Tried::Said(status) => status,
            })?;
            let name = store.member.name;
            // A connection that is lost on the way is one to a store that is down.
            let named = move |_: Status| status::store_unavailable(&name, "down");
            return Ok(Box::pin(events.map(move |events| events.map_err(&named))));
        }
        let log = self.read_here(&store, read_log).await?;
        let from = if request.from == 0 { log.tail } else { request.from };
        if !(log.tail..=log.head + 1).contains(&from) {
            let problem = Invalid::range("from", log.tail..=log.head + 1, from);
            return Err(Status::out_of_range(format!("{problem} (what the log keeps)")));
        }
        let (events, stream) = channel(4);
        let context = self.clone();
        // What is left of a store that was set aside gets no more events.
        let follow = request.follow && !store.rolled_back;
        tokio::spawn(async move { context.send_events(&store, from, follow, &events).await });
        Ok(Box::pin(ReceiverStream::new(stream)))
    }

    /// Sends events from `next` on, until there is no more, or nobody wants any.
    async fn send_events(&self, store: &StoreView, mut next: u64, follow: bool, events: &Events) {
        let mut log = self.handle.shared.stores.log();
        let name = Some(self.named(self.my_id()));
        loop {
            // What comes while the disk is read is seen as a change.
            log.borrow_and_update();
            let read = self.read_here(store, move |reader| read_events(reader, next)).await;
            let answer = match read {
                Ok(read) => match read.last() {
                    Some(last) => {
                        next = last.sequence + 1;
                        let events = read.iter().map(event_out).collect();
                        Ok(v1::TailEventsResponse { events, store: name.clone() })
                    }
                    None if !follow => return,
                    None => {
                        tokio::select! {
                            changed = log.changed() => if changed.is_err() { return },
                            () = events.closed() => return,
                        }
                        continue;
                    }
                },
                Err(status) => Err(status),
            };
            let over = answer.is_err();
            if events.send(answer).await.is_err() || over {
                return;
            }
        }
    }

    /// The store with this tag, or of the host with this name; of this one if none is named.
    fn store_named(&self, name: &str, here: bool) -> Result<StoreView, Status> {
        let views = self.handle.shared.stores.views();
        let is_tag = |view: &StoreView| StoreTag::of(view.store).to_string() == name;
        let is_it = |view: &&StoreView| {
            is_tag(view) || if name.is_empty() || here { view.mine } else { view.member.name == name }
        };
        // A host that came back with an empty disk has a namesake that was removed, and may show what is left of that one's store.
        let order = |view: &&StoreView| (!is_tag(view), view.absent == Some("removed"), view.rolled_back);
        let found = views.iter().filter(is_it).min_by_key(order);
        found.cloned().ok_or_else(|| {
            let known: Vec<&str> = views.iter().map(|view| view.member.name.as_str()).collect();
            status::invalid(&Invalid::new(
                "store",
                format!("must be one of {}, not {name:?}", known.join(", ")),
            ))
        })
    }
}
