//! Messages: the window of rows that was asked for, and totals over all of them.

use serde::{Deserialize, Serialize};

use super::words::count;
use super::{HostNumber, MessageId, MessageState, ulid_text};

/// What one host has of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CopyState {
    /// The owner's copy: this host serves the message.
    Serving,
    /// A copy that stands by.
    Copy,
    /// Handed out to a consumer, by this host or as told by the owner.
    Leased {
        /// Milliseconds until the lease ends.
        left_ms: u64,
    },
    /// Not to be delivered yet.
    Delayed {
        /// Milliseconds until it may be.
        left_ms: u64,
    },
    /// Delivered too often: it waits for a redrive.
    Dead,
    /// On its way to this host.
    Copying,
    /// On the disk of a host that is down.
    OnDeadHost,
    /// On a host that is stopped, and answers nobody.
    OnPausedHost,
    /// It was here, and is not any more.
    Missing,
    /// Deleted; the tombstone waits until every holder knows.
    Tombstone,
    /// Damaged on disk and set aside.
    Corrupt,
}

impl CopyState {
    /// Whether this is an undamaged copy on a live host.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Serving | Self::Copy | Self::Leased { .. } | Self::Delayed { .. } | Self::Dead)
    }
}

/// One holder's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyPicture {
    /// The holder.
    pub host: HostNumber,
    /// Its rank; 0 holds the initial replica.
    pub rank: u8,
    /// What it has.
    pub state: CopyState,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePicture {
    /// Its id.
    #[serde(with = "ulid_text")]
    pub id: MessageId,
    /// Its type.
    pub message_type: String,
    /// How old it is, in milliseconds.
    pub age_ms: u64,
    /// How many replicas were asked for.
    pub asked: u8,
    /// What each holder has, by rank. Hosts that are not listed are no holders.
    pub copies: Vec<CopyPicture>,
    /// Who serves it, if anybody does.
    pub owner: Option<HostNumber>,
    /// What it is in.
    pub state: MessageState,
    /// How often it was delivered.
    pub deliveries: u32,
    /// Its priority; higher goes first.
    pub priority: i32,
    /// The beginning of its body, in printable characters.
    pub body: String,
    /// The length of its body, in bytes.
    pub body_bytes: u64,
}

impl MessagePicture {
    /// What a host has of it; `None` if that host is no holder.
    #[must_use]
    pub fn on(&self, host: HostNumber) -> Option<CopyState> {
        self.copies.iter().find(|copy| copy.host == host).map(|copy| copy.state)
    }

    /// How many undamaged copies live hosts have.
    #[must_use]
    pub fn live_copies(&self) -> usize {
        self.copies.iter().filter(|copy| copy.state.is_live()).count()
    }

    /// Whether it has fewer live copies than were asked for. A deleted message has none, and needs none.
    #[must_use]
    pub fn is_under_replicated(&self) -> bool {
        self.state != MessageState::Deleted && self.live_copies() < usize::from(self.asked)
    }
}

/// The rows that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageWindow {
    /// The serial number of the request that it answers.
    pub serial: u64,
    /// How many messages fit the filter.
    pub total: u64,
    /// How many of them have fewer live copies than were asked for.
    pub under_replicated: u64,
    /// The place of the first row among them, from 0.
    pub offset: u64,
    /// The rows, in the order that was asked for.
    pub rows: Vec<MessagePicture>,
}

/// How many messages have their copies on exactly these hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// The hosts, by number.
    pub hosts: Vec<HostNumber>,
    /// The messages.
    pub messages: u64,
}

/// All messages that fit the filter, in a few rows: for when there are far more of them than lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatMap {
    /// The rows, the types with the most messages first; at most 48.
    pub rows: Vec<HeatRow>,
}

impl HeatMap {
    /// As many rows as there is room for: the last of them sums up all further types.
    #[must_use]
    pub fn fitted(mut self, rows_max: usize) -> Self {
        if self.rows.len() > rows_max && rows_max > 0 {
            let further = self.rows.split_off(rows_max - 1);
            self.rows.extend(further.into_iter().reduce(HeatRow::and));
        }
        self
    }
}

/// Some of the messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatRow {
    /// Their type; how many types it stands for if that is more than one.
    pub label: String,
    /// How many types they are of.
    #[serde(default = "one_type")]
    pub types: u64,
    /// How many they are.
    pub messages: u64,
    /// How many of them have fewer live copies than were asked for.
    pub under_replicated: u64,
    /// What each host has of them.
    pub cells: Vec<HeatCell>,
}

const fn one_type() -> u64 {
    1
}

impl HeatRow {
    /// Both rows as one.
    fn and(mut self, other: Self) -> Self {
        self.types += other.types;
        self.label = format!("{} more types", count(self.types));
        self.messages += other.messages;
        self.under_replicated += other.under_replicated;
        for cell in other.cells {
            match self.cells.iter_mut().find(|mine| mine.host == cell.host) {
                Some(mine) => {
                    (mine.copies, mine.serving) = (mine.copies + cell.copies, mine.serving + cell.serving);
                }
                None => self.cells.push(cell),
            }
        }
        self
    }
}

/// What one host has of one [`HeatRow`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeatCell {
    /// The host.
    pub host: HostNumber,
    /// Its copies, serving ones included.
    pub copies: u64,
    /// How many of these it serves.
    pub serving: u64,
}

/// One message type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypePicture {
    /// Its name.
    pub name: String,
    /// Messages that could be delivered now.
    pub ready: u64,
    /// Messages handed out.
    pub leased: u64,
    /// Messages that wait for their delay.
    pub delayed: u64,
    /// Messages delivered too often.
    pub dead: u64,
    /// The age of the oldest ready one, in milliseconds.
    pub oldest_ms: u64,
    /// Whether it takes no messages.
    pub paused_in: bool,
    /// Whether it gives none out.
    pub paused_out: bool,
}
