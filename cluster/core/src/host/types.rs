//! What is set for a message type, and what is set for the cluster: pauses, lengths, the balancer's scheme, repair.
//!
//! | setting | values |
//! |---|---|
//! | `balance` | `round-robin`, `random`, `least-loaded` |
//! | `repair` | `none`, `manual`, `auto` |
//! | `pause-in/TYPE`, `pause-out/TYPE` | `yes`, `no` |
//! | `length-max/TYPE` | a number, or `none` |

use crate::config::{RepairMode, Scheme};
use crate::message::MessageType;
use crate::request::RequestError;

use super::Host;

impl Host {
    /// Puts the settings of the cluster into force.
    pub(super) fn apply_settings(&mut self) {
        self.balancer.scheme = match self.settings.get("balance") {
            Some("random") => Scheme::Random,
            Some("least-loaded") => Scheme::LeastLoaded,
            _ => Scheme::RoundRobin,
        };
    }

    pub(super) fn repair_mode(&self) -> RepairMode {
        match self.settings.get("repair") {
            Some("none") => RepairMode::None,
            Some("auto") => RepairMode::Automatic,
            _ => RepairMode::Manual,
        }
    }

    pub(super) fn is_paused_out(&self, message_type: &MessageType) -> bool {
        !self.settings.is_empty() && self.settings.get(&format!("pause-out/{message_type}")) == Some("yes")
    }

    /// Whether a type takes `more` messages now.
    pub(super) fn type_takes(&self, message_type: &MessageType, more: usize) -> Result<(), RequestError> {
        if self.settings.is_empty() {
            return Ok(());
        }
        if self.settings.get(&format!("pause-in/{message_type}")) == Some("yes") {
            return Err(RequestError::Paused(message_type.clone()));
        }
        let limit = self
            .settings
            .get(&format!("length-max/{message_type}"))
            .and_then(|limit| limit.parse::<u64>().ok());
        let Some(limit) = limit else { return Ok(()) };
        if self.cluster_length(message_type) + more as u64 > limit {
            let what = format!("message type {message_type}");
            return Err(RequestError::Exhausted { what, limit });
        }
        Ok(())
    }

    /// How many messages of a type there are that are not dead: those served here, and what the others said last of theirs.
    fn cluster_length(&self, message_type: &MessageType) -> u64 {
        let views = self.type_views();
        let here = views.iter().find(|view| view.name == *message_type);
        let live = self.peers.others().filter(|(_, peer)| peer.is_live());
        let there = live.flat_map(|(_, peer)| &peer.availability.depths);
        let there: u64 =
            there.filter(|depth| depth.message_type == *message_type).map(|depth| depth.length).sum();
        here.map_or(0, |view| view.owned - view.dead) + there
    }
}
