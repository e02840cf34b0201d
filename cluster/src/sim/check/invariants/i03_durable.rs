//! I3: at the acknowledgement, as many distinct disks as were promised have the message and the list that names them.
//!
//! Rests on: the durable images at the moment at which the acknowledgement left; where there are real store files, what each has when it
//! is opened again, against what was committed.

use super::Sight;
use crate::sim::audit::Acknowledged;
use crate::sim::check::history::Life;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    for node in &sight.world.nodes {
        if let Some(what) = node.disk.differences().first() {
            return Some(format!("the store file of {} is not what was committed: {what}", node.name));
        }
    }
    sight.world.audit.acknowledged.iter().find_map(|acknowledged| {
        let life = sight.history.lives.get(&acknowledged.id)?;
        let excused = gone_before(sight, life, acknowledged);
        if acknowledged.knew_of_a_loss {
            let (id, at, hosts) = (acknowledged.id, acknowledged.at, &acknowledged.hosts);
            return Some(format!("{id} was acknowledged at {at} with a host known to be removed: {hosts:?}"));
        }
        let short = acknowledged.durable < usize::from(life.promised);
        (short && !excused).then(|| {
            format!(
                "{} was acknowledged at {} with {} promised, but {} disk(s) had it: {:?}",
                acknowledged.id, acknowledged.at, life.promised, acknowledged.durable, acknowledged.hosts
            )
        })
    })
}

/// Whether somebody asked for its end, or a disk that had it was lost or went back in time, before the acknowledgement left: then
/// nothing has to be there any more. Who answers cannot know of such a loss at once.
fn gone_before(sight: &Sight<'_>, life: &Life, acknowledged: &Acknowledged) -> bool {
    let (id, at) = (acknowledged.id, acknowledged.at);
    let audit = &sight.world.audit;
    life.deletes.iter().any(|delete| delete.asked <= at)
        || life.expires.is_some_and(|expires| expires <= at)
        || life.at_most_once && audit.handed_out.iter().any(|handed| handed.id == id && handed.at <= at)
        || sight
            .history
            .rolled_back
            .iter()
            .any(|(host, lost)| *lost <= at && acknowledged.hosts.contains(host))
        || audit.lost_disks.iter().any(|lost| lost.at <= at && lost.messages.contains(&id))
}
