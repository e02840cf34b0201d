//! One moment of a cluster: what changed, with one timestamp.

use serde::{Deserialize, Serialize};

use super::{
    Aftermath, Badges, Biography, BlastRadius, CommandOutcome, DrawPicture, EventPicture, Happening, HeatMap,
    HostPicture, LessonCard, LessonPicture, LinkPicture, MessageWindow, Placement, StorePicture, TimePicture,
    TypePicture,
};

/// One thing that changed. Lists replace the list before; single things replace the one with their number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// All hosts, by number.
    Hosts(Vec<HostPicture>),
    /// One host.
    Host(HostPicture),
    /// All links that are not simply up.
    Links(Vec<LinkPicture>),
    /// The rows that were asked for.
    Window(MessageWindow),
    /// Where copies are together, most messages first.
    Placements(Vec<Placement>),
    /// All messages in a few rows.
    Heat(HeatMap),
    /// All message types, by name.
    Types(Vec<TypePicture>),
    /// Something happened.
    Event(EventPicture),
    /// The totals.
    Badges(Badges),
    /// The life of the message that was asked for.
    Biography(Biography),
    /// What a kill would do.
    BlastRadius(BlastRadius),
    /// What a kill did.
    Aftermath(Aftermath),
    /// All data stores, by host.
    Stores(Vec<StorePicture>),
    /// A store was drawn for a new object.
    Draw(DrawPicture),
    /// How virtual time stands, where hosts are simulated.
    Time(TimePicture),
    /// A command ended.
    Outcome(CommandOutcome),
    /// All lessons, by number.
    Lessons(Vec<LessonPicture>),
    /// The card of the lesson that runs; `None` when none does.
    Lesson(Option<LessonCard>),
    /// Single happenings, while a recording is made of them; a recording has lines of its own for these.
    #[serde(skip)]
    Happened(Vec<Happening>),
}

/// Everything that changed at one moment. The first one of a session is a snapshot: it has all lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// When, in milliseconds of the Unix epoch; never before the update before.
    pub at_ms: u64,
    /// What changed.
    pub changes: Vec<Change>,
}

impl Update {
    /// An update of one change.
    #[must_use]
    pub fn one(at_ms: u64, change: Change) -> Self {
        Self { at_ms, changes: vec![change] }
    }

    /// The events in it.
    pub fn events(&self) -> impl Iterator<Item = &EventPicture> {
        self.changes.iter().filter_map(|change| match change {
            Change::Event(event) => Some(event),
            _ => None,
        })
    }
}
