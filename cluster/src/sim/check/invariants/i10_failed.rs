//! I10: FAILED means that the message is never delivered.
//!
//! Rests on: the outcomes and deliveries that clients saw.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.history.lives.iter().find_map(|(id, life)| {
        let only_failed = life.failed && !life.unknown && life.acknowledged.is_none();
        (only_failed && !life.deliveries.is_empty()).then(|| format!("{id} FAILED and was delivered: {life:?}"))
    })
}
