//! The promises in numbers, for the console: from the harness's own record.

use super::metrics::losses;
use super::oracle::faults::FaultKind;
use super::session::Session;
use crate::observe::Badges;

impl Session {
    /// What was counted so far. `lost` and what hosts know is left at 0.
    #[must_use]
    pub fn badges(&self) -> Badges {
        let oracle = self.oracle.borrow();
        let (counts, unexplained) = (oracle.counts(), oracle.unexplained().len() as u64);
        Badges {
            acknowledged: counts.acknowledged,
            resurrected: oracle.resurrected().len() as u64,
            duplicates: counts.duplicates(),
            explained: counts.duplicates().saturating_sub(unexplained),
            ..Badges::default()
        }
    }

    /// Something that grows whenever [`Self::badges`] may have changed.
    #[must_use]
    pub fn activity(&self) -> u64 {
        let counts = self.oracle.borrow().counts();
        counts.acknowledged + counts.delivered + counts.deleted + counts.errors
    }

    /// How many messages are lost now. Looks at disks only if one was emptied, damaged or given up.
    pub async fn lost(&self) -> u64 {
        let harmful = |kind: FaultKind| {
            matches!(kind, FaultKind::Wipe | FaultKind::Remove | FaultKind::Leave | FaultKind::Corrupt)
        };
        let is_harmed = self.oracle.borrow().faults.all().iter().any(|fault| harmful(fault.kind));
        if is_harmed { losses::lost(self).await.len() as u64 } else { 0 }
    }
}
