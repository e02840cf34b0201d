//! I7: each extra delivery has a cause that the fault trace supports.
//!
//! Rests on: the plan's faults and the leases that clients saw; the cause that a delivery names explains nothing by itself.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    if !sight.plan.faults.is_empty() {
        return None;
    }
    sight.history.lives.iter().find_map(|(id, life)| {
        life.deliveries.windows(2).find_map(|pair| {
            let over = pair[1].at + 20_000 >= pair[0].lease_ends || pair[0].released.is_some();
            (!over && life.tries == 1).then(|| format!("{id} was delivered again without a cause: {pair:?}"))
        })
    })
}
