//! I13: the delivery counts of one owner never fall, and nothing is delivered more often than its maximum.
//!
//! Rests on: the counts and leases that clients saw with their deliveries. A redrive starts anew, so what was redriven is left out.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let lives = sight.history.lives.iter().filter(|(_, life)| life.redriven.is_empty());
    lives.into_iter().find_map(|(id, life)| {
        let most = life.deliveries_max.unwrap_or(u32::MAX);
        if let Some(seen) = life.deliveries.iter().find(|seen| seen.count > most) {
            return Some(format!("{id} was delivered more often than {most} times: {seen:?}"));
        }
        life.deliveries.iter().enumerate().find_map(|(place, first)| {
            let fell = life.deliveries[place + 1..].iter().find(|second| {
                let (earlier, later) = (first.receipt, second.receipt);
                earlier.owner == later.owner && earlier.lease < later.lease && second.count <= first.count
            })?;
            Some(format!("the delivery count of {id} fell: {first:?}, {fell:?}"))
        })
    })
}
