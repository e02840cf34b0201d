//! The observer: follows every host of a cluster, and makes one picture of what they say.
//!
//! ```text
//!   fleet ──(processes)──┐
//!   Watch of host 1 ─────┤                                        ┌─▶ host cards, links, placements, types
//!   Watch of host … ─────┼──▶ board, log ──▶ what is different ───┼─▶ events, with causes
//!   Copies of all hosts ─┘    memory         now, at most 30      ├─▶ the window that was asked for
//!                                            times a second       └─▶ biography, aftermath
//! ```
//!
//! It promises:
//! - What it tells is merged from the hosts' own words, and from what is known of their processes; it invents nothing.
//! - A host that dies is told at once, with its copies; one that comes back is followed again at once.
//! - Nothing is told while nothing changes. Of messages only the window that was asked for is fetched, so a million of them
//!   cost no more than a screenful; totals come from the hosts' own counts.
//!
//! It leaves out everything that is done to a cluster, and rows that are more than 10,000 from either end of their order.
//!
//! The modules beside [`run`] are pure: they take plain data and a time, and are tested on these.

mod aftermath;
mod ageing;
mod answers;
mod badges;
mod board;
mod events;
mod follow;
mod happenings;
mod heat;
mod life;
mod look;
mod notice;
mod rows;
mod run;
mod settling;
mod state;
mod stores;
mod totals;
mod window;

pub use board::{Place, Process};
pub use follow::Roster;
pub use life::recorded_biography;
pub use notice::Notice;
pub use run::Observer;

#[cfg(test)]
mod support;
