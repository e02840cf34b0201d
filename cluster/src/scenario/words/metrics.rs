//! The table of what `expect` can measure.

use self::Scope::{Cluster, Oracle, Requests};
use super::super::value::Kind;

/// Whom a metric is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The scenario's own requests.
    Requests,
    /// The cluster, asked when the expectation is evaluated.
    Cluster,
    /// The oracle, which compares the two.
    Oracle,
}

impl Scope {
    /// All of them, with their headings.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Requests, "of the scenario's own requests"),
        (Self::Cluster, "of the cluster, asked of every live host at that moment"),
        (Self::Oracle, "of the oracle, which knows what must be there"),
    ];
}

/// One thing that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetricWord {
    /// The word as it is typed.
    pub word: &'static str,
    /// The placeholder and kind of what stands in brackets after it, if anything does.
    pub argument: Option<(&'static str, Kind)>,
    /// How it is typed, argument included.
    pub example: &'static str,
    /// Whom it is about.
    pub scope: Scope,
    /// What it counts.
    pub meaning: &'static str,
}

const fn plain(scope: Scope, word: &'static str, meaning: &'static str) -> MetricWord {
    MetricWord { word, argument: None, example: word, scope, meaning }
}

const fn of(
    word: &'static str,
    argument: (&'static str, Kind),
    example: &'static str,
    meaning: &'static str,
) -> MetricWord {
    MetricWord { word, argument: Some(argument), example, scope: Cluster, meaning }
}

/// Everything that can be measured.
pub const METRICS: &[MetricWord] = &[
    plain(Requests, "acknowledged", "enqueues that were OK"),
    plain(Requests, "failed", "enqueues that FAILED: never delivered"),
    plain(Requests, "unknown", "enqueues whose outcome is UNKNOWN: may be delivered"),
    plain(Requests, "delivered", "deliveries"),
    plain(Requests, "distinct", "messages delivered at least once"),
    plain(Requests, "duplicates", "deliveries less messages delivered"),
    plain(
        Requests,
        "unexplained_duplicates",
        "duplicates that no fault, ended lease or release in the harness's own log explains",
    ),
    plain(Requests, "deleted", "deletes acknowledged"),
    plain(Requests, "errors", "requests that were not OK, FAILED and UNKNOWN included"),
    plain(Requests, "out_of_order", "deliveries whose body counter is below an earlier one of the type"),
    plain(Cluster, "hosts.up", "hosts running, not stopped, and serving"),
    plain(Cluster, "ready", "messages that a live host would serve now"),
    plain(Cluster, "leased", "messages dequeued, whose lease is not over"),
    plain(Cluster, "delayed", "messages whose delay is not over"),
    plain(Cluster, "dead", "messages delivered as often as they may be"),
    of("depth", ("TYPE", Kind::MessageType), "depth(orders)", "ready messages of a type"),
    plain(Cluster, "under_replicated", "undeleted messages with fewer copies on live hosts than asked for"),
    plain(Cluster, "tombstones", "tombstones on live hosts, every copy counted"),
    of("replicas", ("MESSAGE", Kind::Message), "replicas(last)", "copies of a message on live hosts"),
    of("held", ("HOST", Kind::Host), "held(alpha)", "copies on a host; 0 if the host is gone"),
    plain(Cluster, "objects", "objects in the data stores of live hosts"),
    plain(Cluster, "unpropagated", "events of these objects that are not messages of the queue yet"),
    plain(
        Cluster,
        "takeover_ms",
        "milliseconds from the last kill of an owner until another holder served; not met without such a kill",
    ),
    plain(
        Oracle,
        "lost",
        "messages acknowledged, undeleted and unexpired of which no intact copy is on any disk that was not wiped",
    ),
    plain(Oracle, "resurrected", "deliveries asked for after the delete, by a host not named as unreached"),
    plain(Oracle, "corrupt", "deliveries with other bytes than were enqueued"),
];
