//! What can be set about a host: durations, limits and schemes, with the defaults of the design.

use std::time::Duration;

use crate::plant::Plant;

/// A host's settings that hold from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// For how long a retry of an enqueue is recognised, on any host.
    pub retry_window: Duration,
    /// After what silence of its heartbeats a peer is suspected.
    pub suspicion: Duration,
    /// How long a synchronisation may make no progress before its peer is suspected.
    pub progress_timeout: Duration,
    /// How long one try of a replication may take before another host is asked as well.
    pub try_timeout: Duration,
    /// How long a dequeue waits at most for the other holders to hear of its leases.
    pub push_timeout: Duration,
    /// How long a delete, an inquiry or a forwarded request waits for a peer that is connected but does not answer.
    pub answer_timeout: Duration,
    /// After how long without its holder a message is repaired, in automatic mode.
    pub repair_after: Duration,
    /// How often incomplete tombstones are pushed again and one bucket of digests is compared.
    pub sweep_interval: Duration,
    /// How many finished ids are remembered at most.
    pub finished_ids_max: usize,
    /// How many enqueued messages may wait for their replicas at once.
    pub enqueues_in_flight_max: usize,
    /// How many bytes of bodies may wait for their replicas at once.
    pub enqueue_bytes_in_flight_max: usize,
    /// How many requests may wait for messages at once.
    pub waiting_max: usize,
    /// How many unanswered copies an owner sends a peer that lacks messages at once.
    pub offers_in_flight_max: usize,
    /// A bug that this host is to have, to check the checkers.
    pub plant: Option<Plant>,
}

impl Config {
    /// Whether the host is to have this bug.
    #[must_use]
    pub fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            retry_window: Duration::from_secs(60),
            suspicion: Duration::from_millis(1500),
            progress_timeout: Duration::from_secs(2),
            try_timeout: Duration::from_secs(1),
            push_timeout: Duration::from_millis(50),
            answer_timeout: Duration::from_secs(3),
            repair_after: Duration::from_secs(10),
            sweep_interval: Duration::from_secs(1),
            finished_ids_max: 1 << 20,
            enqueues_in_flight_max: 100_000,
            enqueue_bytes_in_flight_max: 256 << 20,
            waiting_max: 100_000,
            offers_in_flight_max: 512,
            plant: None,
        }
    }
}

/// How the balancer picks hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Scheme {
    /// One after the other.
    #[default]
    RoundRobin,
    /// By chance.
    Random,
    /// The less loaded of two drawn by chance (Mitzenmacher: *The power of two choices in randomized load balancing*, 2001).
    LeastLoaded,
}

/// When the owner of a message makes new replicas for holders that are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RepairMode {
    /// Never.
    None,
    /// When it is told to.
    #[default]
    Manual,
    /// Once a holder has been gone for longer than `repair_after`, or was removed.
    Automatic,
}

/// How copies travel from the host that took a message to the other planned holders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Shape {
    /// From rank 0 to each, with a reduced count of 1.
    #[default]
    Star,
    /// From one to the next, with a count reduced by one each time.
    Chain,
    /// To two at a time, which split what is left.
    Tree,
}
