//! I13: the delivery counts of one owner never fall, and no owner delivers a message more often than its maximum.
//!
//! Rests on: the counts and leases that clients saw with their deliveries. A redrive of the dead starts anew. Both sides of a cut
//! count for themselves, so a count that was merged may be above the maximum.

use super::Sight;
use crate::sim::check::history::Life;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let redrives = &sight.history.redrives;
    sight.history.lives.iter().find_map(|(id, life)| {
        let dies = life.deliveries_max.is_some();
        let fallen = if dies && !redrives.is_empty() { None } else { fallen(life) };
        let too_often = too_often(life, redrives);
        let what = fallen.map(|how| format!("the delivery count of {id} fell: {how}"));
        what.or_else(|| too_often.map(|how| format!("{id} was delivered too often: {how}")))
    })
}

fn fallen(life: &Life) -> Option<String> {
    life.deliveries.iter().enumerate().find_map(|(place, first)| {
        let fell = life.deliveries[place + 1..].iter().find(|second| {
            let (earlier, later) = (first.receipt, second.receipt);
            earlier.owner == later.owner && earlier.lease < later.lease && second.count < first.count
        })?;
        Some(format!("{first:?}, {fell:?}"))
    })
}

fn too_often(life: &Life, redrives: &[u64]) -> Option<String> {
    let most = life.deliveries_max? as usize;
    life.deliveries.iter().enumerate().find_map(|(place, last)| {
        let lives = 1 + redrives.iter().filter(|at| **at <= last.at).count();
        let by_owner =
            life.deliveries[..=place].iter().filter(|seen| seen.receipt.owner == last.receipt.owner);
        let count = by_owner.count();
        (count > most * lives)
            .then(|| format!("{count} times by one owner, of {most} in each of {lives} lives: {last:?}"))
    })
}
