//! I3: at the acknowledgement, as many distinct disks as were promised have the message and the list that names them.
//!
//! Rests on: the durable images at the moment at which the acknowledgement left; where there are real store files, what each has when it
//! is opened again, against what was committed.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    for node in &sight.world.nodes {
        if let Some(what) = node.disk.differences().first() {
            return Some(format!("the store file of {} is not what was committed: {what}", node.name));
        }
    }
    sight.world.audit.acknowledged.iter().find_map(|acknowledged| {
        let life = sight.history.lives.get(&acknowledged.id)?;
        // Deleted, expired or lost in the meantime: nothing has to be there any more.
        let excused = life.delete_asked() || life.expires.is_some() || life.at_most_once || life.lost_disks;
        let short = acknowledged.durable < usize::from(life.promised);
        (short && !excused).then(|| {
            format!(
                "{} was acknowledged at {} with {} promised, but {} disk(s) had it: {:?}",
                acknowledged.id, acknowledged.at, life.promised, acknowledged.durable, acknowledged.hosts
            )
        })
    })
}
