//! Measuring what `expect` asks for, anew each time: nothing is kept from one evaluation to the next.
//!
//! What is of the scenario's own requests comes from the oracle; what is of the cluster is asked of every live host at that
//! moment, and one that does not answer in time counts as not there; what is lost is found by reading bodies back.

mod census;
mod copies;
pub(super) mod losses;

use hydraq_core::state::condition::Status;

use super::failure::Failure;
use super::roles::find_one;
use super::session::Session;
use crate::scenario::Metric;

/// The value of a metric now; none if it has none.
pub(super) async fn evaluate(session: &Session, metric: &Metric) -> Result<Option<u64>, Failure> {
    let counts = session.oracle.borrow().counts();
    Ok(Some(match metric {
        Metric::Acknowledged => counts.acknowledged,
        Metric::Failed => counts.failed,
        Metric::Unknown => counts.unknown,
        Metric::Delivered => counts.delivered,
        Metric::Distinct => counts.distinct,
        Metric::Duplicates => counts.duplicates(),
        Metric::UnexplainedDuplicates => session.oracle.borrow().unexplained().len() as u64,
        Metric::Deleted => counts.deleted,
        Metric::Errors => counts.errors,
        Metric::OutOfOrder => counts.out_of_order,
        Metric::HostsUp => census::serving(session).await.len() as u64,
        Metric::Ready => census::messages(session, Status::Ready, None).await,
        Metric::Leased => census::messages(session, Status::Leased, None).await,
        Metric::Delayed => census::messages(session, Status::Delayed, None).await,
        Metric::Dead => census::messages(session, Status::Dead, None).await,
        Metric::Depth(message_type) => {
            census::messages(session, Status::Ready, Some(message_type.as_str())).await
        }
        Metric::UnderReplicated => copies::under_replicated(session).await,
        Metric::Tombstones => session.states().await.iter().map(|(_, state)| state.tombstones).sum(),
        Metric::Replicas(message) => copies::replicas(session, session.message(*message)?).await,
        Metric::Held(host) => {
            let host = find_one(session, host)?;
            let states = session.states().await;
            states.iter().find(|(name, _)| *name == host).map_or(0, |(_, state)| state.copies)
        }
        Metric::Objects => census::stores(session).await.iter().map(|store| store.objects).sum(),
        Metric::Unpropagated => {
            let stores = census::stores(session).await;
            stores.iter().map(|store| store.events_head.saturating_sub(store.propagated)).sum()
        }
        Metric::TakeoverMs => return Ok(session.takeover.value(session).await),
        Metric::Lost => losses::lost(session).await.len() as u64,
        Metric::Resurrected => session.oracle.borrow().resurrected().len() as u64,
        Metric::Corrupt => counts.corrupt,
    }))
}
