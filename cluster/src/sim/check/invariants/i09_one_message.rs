//! I9: one id, one message: where nothing is wrong, an id that is used again with another body is refused, and all disks have the
//! same message under an id.
//!
//! Rests on: the outcomes that clients saw for ids that they used twice; the durable images at the end of the faults. The numbers of
//! events are used again by a store whose disk went back in time, until it is told so.

use super::Sight;

pub(super) fn check(sight: &Sight<'_>) -> Option<String> {
    let accepted = sight.history.impostors.iter().find(|(_, asked, at)| sight.is_quiet(*asked, *at));
    if let Some((id, asked, _)) = accepted {
        return Some(format!("{id} was used again at {asked} with another body, and accepted"));
    }
    sight
        .world
        .audit
        .two_of_one_id
        .iter()
        .find(|(at, id)| !sight.history.may_be_two(*id, *at))
        .map(|(at, id)| format!("at {at} two disks had different messages {id}"))
}
