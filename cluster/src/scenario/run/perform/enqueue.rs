//! `enqueue`.

use super::super::failure::{FailureKind, kind_of};
use super::super::oracle::record::Verdict;
use super::super::outcome::{Done, Outcome, Performed, Sent, failure_of};
use super::super::roles::find_on;
use super::super::session::Session;
use super::send::{draw, send};
use crate::scenario::Enqueue;

/// Enqueues messages.
pub(super) async fn enqueue(session: &Session, command: &Enqueue) -> Performed {
    let on = find_on(session, command.options.on.as_ref())?;
    let drafts = draw(session, &command.options, command.count);
    let sent = send(session, &command.options, on.as_deref(), &drafts).await;
    let stored = |sent: &&Sent| sent.verdict != Verdict::Failed;
    if let Some(last) = sent.iter().rev().find(stored) {
        session.oracle.borrow_mut().set_last(last.id);
    }
    let failure = failure_of("acknowledged", sent.len(), sent.iter().filter_map(trouble));
    Ok(Done { outcome: Outcome::Enqueued(sent), failure })
}

/// What is wrong about one message, if anything is.
fn trouble(sent: &Sent) -> Option<(FailureKind, &str)> {
    let words = sent.error.as_ref().map(|error| error.message.as_str());
    match sent.verdict {
        Verdict::Acknowledged => None,
        Verdict::Unknown => {
            Some((FailureKind::Unknown, words.unwrap_or("too few hosts confirmed it before the time was up")))
        }
        Verdict::Failed => {
            let kind = sent.error.as_ref().map_or(FailureKind::Refused, kind_of);
            // A failed enqueue is known to have failed, whatever became of its last try.
            Some((kind.max(FailureKind::Unavailable), words.unwrap_or("it failed")))
        }
    }
}
