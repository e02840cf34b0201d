//! A planted bug: the event of a change is written in the commit after that of the object.

use hydraq_core::objects::{Change, ObjectEvent, Outcome, What};

/// Events that are late.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// What the changes of the commit under way are.
    asked: Vec<What>,
    late: Vec<Change>,
}

impl Apart {
    /// Whether some wait for a commit.
    pub(super) fn waits(&self) -> bool {
        !self.late.is_empty()
    }

    /// Takes the events away from the changes of a commit; behind them come those that are late.
    pub(super) fn part(&mut self, changes: Vec<Change>) -> Vec<Change> {
        self.asked = changes.iter().map(what).collect();
        let eventless = changes.into_iter().map(|change| Change::Eventless(Box::new(change)));
        eventless.chain(self.late.drain(..)).collect()
    }

    /// Notes the events of what a commit has changed.
    pub(super) fn note(&mut self, outcomes: &[Outcome]) {
        for (what, outcome) in self.asked.drain(..).zip(outcomes) {
            let Ok(Some(applied)) = outcome else { continue };
            let object = &applied.object;
            let event = ObjectEvent {
                sequence: 0,
                what,
                id: object.id,
                kind: object.kind.clone(),
                before: object.version - 1,
                after: object.version,
                attributes: object.attributes.clone(),
                at_ms: object.changed_at_ms,
            };
            // Nothing was done for one that had been made before.
            if applied.sequence > 0 {
                self.late.push(Change::Event(Box::new(event)));
            }
        }
    }
}

fn what(change: &Change) -> What {
    match change {
        Change::Create { .. } => What::Created,
        Change::Delete { .. } => What::Deleted,
        _ => What::Updated,
    }
}
