//! I11: with R hosts healthy there are R live copies after a while, in automatic mode; and the system itself never lowers the number
//! of copies of an undeleted message.
//!
//! Rests on: the durable images a while after the last heal, and before and after each commit that erases a copy. What a
//! host sets aside because it is unreadable, or because its disk was lost, is not lowering.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let dropped = sight.world.audit.dropped.iter().find(|dropped| {
        let life = sight.history.lives.get(&dropped.id);
        life.is_some_and(|life| {
            // Whoever has heard of its delete may drop it; so may whoever hands out what is delivered at most once.
            let deleted = life.deletes.iter().any(|delete| delete.asked <= dropped.at);
            let expired = life.expires.is_some_and(|expires| expires <= dropped.at);
            !deleted && !expired && !life.at_most_once
        })
    });
    if let Some(dropped) = dropped {
        let name = &sight.world.nodes[dropped.node].name;
        return Some(format!(
            "{name} dropped its copy of {} at {}, which nobody has deleted",
            dropped.id, dropped.at
        ));
    }
    sight.history.under_replicated.first().map(|what| format!("not repaired: {what}"))
}
