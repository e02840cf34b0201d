//! The promises in numbers, for the console: from the harness's own record.

use hydraq_core::ids::MessageId;

use super::metrics::losses;
use super::oracle::faults::FaultKind;
use super::session::Session;
use crate::observe::{Badges, Behind};

impl Session {
    /// What was counted so far, with what is behind it. What hosts know is left at 0, and so is what is lost.
    #[must_use]
    pub fn badges(&self) -> (Badges, Behind) {
        let oracle = self.oracle.borrow();
        let (counts, unexplained, resurrected) =
            (oracle.counts(), oracle.unexplained(), oracle.resurrected());
        let badges = Badges {
            acknowledged: counts.acknowledged,
            resurrected: resurrected.len() as u64,
            duplicates: counts.duplicates(),
            explained: counts.duplicates().saturating_sub(unexplained.len() as u64),
            ..Badges::default()
        };
        let behind = Behind {
            lost: None,
            resurrected: resurrected.last().map(|delivery| delivery.message),
            duplicate: oracle.last_redelivered(),
            unexplained: unexplained.last().map(|delivery| delivery.message),
        };
        (badges, behind)
    }

    /// Something that grows whenever [`Self::badges`] may have changed.
    #[must_use]
    pub fn activity(&self) -> u64 {
        let counts = self.oracle.borrow().counts();
        counts.acknowledged + counts.delivered + counts.deleted + counts.errors
    }

    /// The messages that are lost now. Looks at disks only if one was emptied, damaged or given up.
    pub async fn lost(&self) -> Vec<MessageId> {
        let harmful = |kind: FaultKind| {
            matches!(
                kind,
                FaultKind::Wipe
                    | FaultKind::RollBack
                    | FaultKind::Remove
                    | FaultKind::Leave
                    | FaultKind::Corrupt
            )
        };
        let is_harmed = self.oracle.borrow().faults.all().iter().any(|fault| harmful(fault.kind));
        if is_harmed { losses::lost(self).await } else { Vec::new() }
    }
}
