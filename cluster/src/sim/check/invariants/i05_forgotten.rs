//! I5: a tombstone goes only when nobody can have a copy any more.
//!
//! Rests on: the durable images of all hosts at the moment at which a tombstone is forgotten; what is left at the end.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    // A retry that reached nobody else made a copy that no holder knows of: whoever remembers the delete tells its host later.
    let one_try = |id| sight.history.lives.get(id).is_none_or(|life| life.tries == 1);
    let forgotten = sight.world.audit.forgotten.iter().filter(|forgotten| one_try(&forgotten.id));
    forgotten.into_iter().find_map(|forgotten| {
        let copies = &forgotten.copies_on;
        let name = |node: &usize| sight.world.nodes[*node].name.clone();
        (!copies.is_empty()).then(|| {
            let copies: Vec<String> = copies.iter().map(name).collect();
            let (who, id, at) = (name(&forgotten.node), forgotten.id, forgotten.at);
            format!(
                "{who} forgot the tombstone of {id} at {at}, but these disks have a copy: {}",
                copies.join(", ")
            )
        })
    })
}
