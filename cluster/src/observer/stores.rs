//! The data stores, from what the hosts say of them. Of one that does not answer, what it said last is shown.

use std::collections::BTreeMap;
use std::time::Duration;

use hydraq_core::host::ROLLED_BACK;
use hydraq_core::objects::draw::Draw;

use super::board::Board;
use super::state::State;
use crate::client::objects::StoreState;
use crate::observe::{DrawPicture, StorePicture};

/// How often hosts are asked while they do something.
pub(super) const ASK_EVERY: Duration = Duration::from_millis(500);
/// The same while nothing changes: every host answers, and what nobody touches costs nothing.
pub(super) const ASK_SELDOM: Duration = Duration::from_secs(2);

/// How the stores stood when they were last heard of, by the names of their hosts, and their own.
#[derive(Debug, Default)]
pub(super) struct Stores {
    last: BTreeMap<(String, String), StoreState>,
}

impl Stores {
    /// Takes in what a host says of all stores.
    pub(super) fn told(&mut self, states: Vec<StoreState>) {
        let mut before = std::mem::take(&mut self.last);
        for state in states {
            let place = (state.host.clone(), state.tag.clone());
            let known = before.remove(&place).filter(|_| !state.answered);
            let state = match known {
                Some(known) => StoreState { absent: state.absent, weight: state.weight, ..known },
                None => state,
            };
            self.last.insert(place, state);
        }
    }

    /// The stores of hosts that are there.
    pub(super) fn pictures(&self, board: &Board) -> Vec<StorePicture> {
        let picture = |state: &StoreState| {
            let host = board.by_name(&state.host)?.number;
            let is_gone = board.is_gone(host);
            Some(StorePicture {
                host,
                store: state.tag.clone(),
                available: state.absent.is_none() && !is_gone,
                weight: if is_gone { 0 } else { state.weight },
                objects: state.objects,
                events_head: state.events_head,
                propagated: state.propagated,
                events_tail: state.events_tail,
                note: state.absent.clone().or_else(|| is_gone.then(|| "down".to_owned())),
            })
        };
        let mut pictures: Vec<StorePicture> = self.last.values().filter_map(picture).collect();
        // What is left of a store that was set aside comes behind the one that its host has now.
        pictures.sort_by_key(|picture| (picture.host, picture.note.as_deref() == Some(ROLLED_BACK)));
        pictures
    }
}

/// A draw as the console shows it; none if a host is not known here.
pub(super) fn draw_picture(board: &Board, at_ms: u64, draw: &Draw, object: String) -> Option<DrawPicture> {
    let weights: Option<Vec<_>> =
        draw.weights.iter().map(|(name, weight)| Some((board.by_name(name)?.number, *weight))).collect();
    let weights = weights?;
    let total: u32 = weights.iter().map(|(_, weight)| weight).sum();
    let number = (u64::from(draw.number) * u64::from(total)) >> 16;
    let chosen = weights.get(draw.chosen)?.0;
    Some(DrawPicture { at_ms, number: number as u32, weights, chosen, object })
}

/// Asks the first host that answers.
pub(super) async fn ask(state: &std::cell::RefCell<State>) -> Option<Vec<StoreState>> {
    let clients = state.borrow().clients();
    for (_, client) in clients {
        if let Ok(stores) = client.stores().await {
            return Some(stores);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(host: &str, tag: &str, objects: Option<u64>) -> StoreState {
        StoreState {
            host: host.into(),
            tag: tag.into(),
            absent: objects.is_none().then(|| "down".to_owned()),
            answered: objects.is_some(),
            objects: objects.unwrap_or(0),
            ..StoreState::default()
        }
    }

    #[test]
    fn a_store_that_does_not_answer_is_shown_as_it_was_and_another_one_as_it_is() {
        let mut stores = Stores::default();
        stores.told(vec![state("alpha", "1", Some(7)), state("bravo", "2", Some(9))]);
        stores.told(vec![state("alpha", "1", None), state("bravo", "3", None)]);
        let shown: Vec<_> = stores
            .last
            .values()
            .map(|store| (&*store.host, store.objects, store.absent.as_deref()))
            .collect();
        let down = Some("down");
        // One is down, with what it had; the disk of the other is another one now.
        assert_eq!(shown, [("alpha", 7, down), ("bravo", 0, down)]);
    }
}
