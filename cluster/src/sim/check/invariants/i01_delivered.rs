//! I1: acknowledged and not deleted means delivered in the final drain, unless all its durable holders were lost for good.
//!
//! Rests on: the acknowledgements and deliveries that clients saw; the disks that were lost.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    sight.history.lives.iter().find_map(|(id, life)| {
        let delivered = life.deliveries.iter().any(|seen| seen.drain);
        (life.is_owed() && !life.lost_disks && !delivered).then(|| {
            let at = life.acknowledged.unwrap_or_default();
            format!("{id} was acknowledged at {at} and never delivered in the drain: {life:?}")
        })
    })
}
