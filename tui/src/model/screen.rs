//! The screens, and the panels of the first one.

use crate::keymap::Scope;

/// One screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Screen {
    /// Hosts, replicas, events.
    #[default]
    Cluster,
    /// One message.
    Message,
    /// Independent data stores.
    Stores,
    /// Faults.
    Faults,
    /// The recorded session.
    Timeline,
    /// Lessons.
    Lessons,
    /// All keys.
    Help,
}

impl Screen {
    /// All screens, in the order of their keys.
    pub const ALL: [Self; 7] =
        [Self::Cluster, Self::Message, Self::Stores, Self::Faults, Self::Timeline, Self::Lessons, Self::Help];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Cluster => "Cluster",
            Self::Message => "Message",
            Self::Stores => "Stores",
            Self::Faults => "Faults",
            Self::Timeline => "Timeline",
            Self::Lessons => "Lessons",
            Self::Help => "Help",
        }
    }

    /// Where its keys are.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Self::Cluster => Scope::Cluster,
            Self::Message => Scope::Message,
            Self::Stores => Scope::Stores,
            Self::Faults => Scope::Faults,
            Self::Timeline => Scope::Timeline,
            Self::Lessons => Scope::Lessons,
            Self::Help => Scope::Help,
        }
    }
}

/// Which panel of the cluster's screen the arrow keys move in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// The replica map.
    #[default]
    Map,
    /// The events.
    Events,
    /// The badges in the header.
    Badges,
}
