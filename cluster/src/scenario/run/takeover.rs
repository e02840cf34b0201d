//! How long it takes until another holder serves what a killed owner served.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::oracle::record::Record;
use super::session::Session;
use super::stage::{Moment, Port, Stage};
use crate::client::types::Knowledge;

/// How often the heirs are asked.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long an heir may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// After how long nobody is expected to take over any more.
const LIMIT: Duration = Duration::from_secs(30);

/// A message whose owner is about to be killed, and its other live holders.
#[derive(Debug)]
pub(super) struct Bereaved {
    message: MessageId,
    heirs: Vec<String>,
}

/// What was measured after the last kill of an owner.
#[derive(Debug, Default)]
struct Measure {
    took: Cell<Option<Duration>>,
    is_over: Cell<bool>,
}

/// The last measurement.
#[derive(Debug, Default)]
pub(super) struct Takeover {
    last: RefCell<Option<Rc<Measure>>>,
}

impl Takeover {
    /// Before hosts are killed: a message that one of them owns, by the harness's record, and that others could serve then.
    pub(super) fn prepare(&self, session: &Session, killed: &[String]) -> Option<Bereaved> {
        let (oracle, now) = (session.oracle.borrow(), session.now());
        let live = session.live();
        let lives = |host: &str| live.iter().any(|name| name == host);
        let records: Vec<&Record> = oracle.records().collect();
        records.into_iter().rev().find_map(|record| {
            let is_there =
                record.is_acknowledged() && !record.may_be_deleted() && !record.may_be_expired(now);
            let owner = oracle.owner(record.id, &lives)?;
            if !is_there || !lives(owner) || !killed.iter().any(|host| host == owner) {
                return None;
            }
            let heir = |host: &&String| lives(host) && !killed.contains(host);
            let heirs: Vec<String> = record.holders.iter().filter(heir).cloned().collect();
            (!heirs.is_empty()).then_some(Bereaved { message: record.id, heirs })
        })
    }

    /// Watches in the background until an heir serves.
    pub(super) fn watch(&self, session: &Session, bereaved: Option<Bereaved>, killed_at: Moment) {
        let Some(bereaved) = bereaved else { return };
        let measure = Rc::new(Measure::default());
        *self.last.borrow_mut() = Some(measure.clone());
        let port = |heir: &String| Some((heir.clone(), session.port(heir).ok()?));
        let heirs: Vec<(String, Rc<dyn Port>)> = bereaved.heirs.iter().filter_map(port).collect();
        let stage = session.stage.clone();
        let task = async move {
            let served_at = served_at(&*stage, bereaved.message, &heirs, killed_at + LIMIT).await;
            measure.took.set(served_at.map(|at| at - killed_at));
            measure.is_over.set(true);
        };
        // It ends by itself, at the latest with the run.
        drop(session.stage.start(Box::pin(task)));
    }

    /// The time from the last kill of an owner until another holder served, in milliseconds, rounded up; waited for while
    /// it is being measured. None where no owner was killed, or nobody took over.
    pub(super) async fn value(&self, session: &Session) -> Option<u64> {
        let measure = self.last.borrow().clone()?;
        while !measure.is_over.get() {
            session.stage.sleep(LOOK_EVERY).await;
        }
        let took = measure.took.get()?;
        Some(u64::try_from(took.as_micros().div_ceil(1000)).unwrap_or(u64::MAX))
    }
}

/// When an heir first said that it owns the message, or that it was deleted: then somebody has served it.
async fn served_at(
    stage: &dyn Stage,
    message: MessageId,
    heirs: &[(String, Rc<dyn Port>)],
    deadline: Moment,
) -> Option<Moment> {
    while stage.now() < deadline {
        let asked = heirs.iter().map(async |(heir, port)| match port.show(message, PATIENCE).await {
            Ok(Knowledge::Copy(copy)) => copy.owner.as_ref() == Some(heir),
            Ok(Knowledge::Deleted { .. }) => true,
            _ => false,
        });
        if join_all(asked).await.contains(&true) {
            return Some(stage.now());
        }
        stage.sleep(LOOK_EVERY).await;
    }
    None
}
