//! Failure detection: heartbeats on the links, and each host's own opinion of who is silent.
//!
//! It runs beside the host, on a thread of its own, so that a commit that takes long silences nobody. A peer is suspected when
//! its heartbeats stop on a link that is open; what a refused or lost connection means is for the host. Hearing is never passed
//! on as hearsay: a heartbeat says only whether its sender serves, whether it hears the receiver, and how old its last commit is.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ids::HostId;
use crate::time::Instant;

/// With more peers than these, each gets a heartbeat only at every second tick, unless there is news: the cost grows with the square of
/// the hosts.
const PEERS_EACH_TICK_MAX: usize = 24;

/// What one host tells another to show that it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heartbeat {
    /// Whether the sender serves.
    pub serves: bool,
    /// Whether the sender has heard the receiver within the suspicion time.
    pub hears_you: bool,
    /// How long ago the sender's last commit ended, or, if one is under way, began.
    pub commit_age: Duration,
}

/// What the detector has come to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was heard of this peer for the suspicion time.
    Silent(HostId),
    /// Whether this peer says that it hears this host, at the beginning of a session and whenever that changes.
    HearsUs(HostId, bool),
    /// The detector itself ran late by so much: the host may have been suspected.
    RanLate(Duration),
}

#[derive(Debug)]
struct Watched {
    heard: Instant,
    /// What was last said of it; nothing was since the session began.
    hears_us: Option<bool>,
    /// What it was last told: whether this host serves, and hears it.
    told: Option<(bool, bool)>,
}

/// Watches the peers on open links.
#[derive(Debug)]
pub struct Detector {
    suspicion: Duration,
    peers: BTreeMap<HostId, Watched>,
    ticked: Option<Instant>,
    ticks: u64,
}

impl Detector {
    /// Suspects peers after this silence.
    #[must_use]
    pub fn new(suspicion: Duration) -> Self {
        Detector { suspicion, peers: BTreeMap::new(), ticked: None, ticks: 0 }
    }

    /// How often [`Self::tick`] wants to be called, and heartbeats to be sent.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.suspicion / 5
    }

    /// A session with a peer began.
    pub fn opened(&mut self, peer: HostId, now: Instant) {
        self.peers.insert(peer, Watched { heard: now, hears_us: None, told: None });
    }

    /// The session with a peer is over.
    pub fn closed(&mut self, peer: HostId) {
        self.peers.remove(&peer);
    }

    /// A heartbeat of a peer.
    pub fn heard(&mut self, peer: HostId, heartbeat: Heartbeat, now: Instant) -> Option<Verdict> {
        let watched = self.peers.get_mut(&peer)?;
        watched.heard = now;
        let changed = watched.hears_us != Some(heartbeat.hears_you);
        watched.hears_us = Some(heartbeat.hears_you);
        changed.then_some(Verdict::HearsUs(peer, heartbeat.hears_you))
    }

    /// Looks who has been silent for too long, and whether this call itself comes late.
    pub fn tick(&mut self, now: Instant) -> Vec<Verdict> {
        let late =
            self.ticked.map_or(Duration::ZERO, |ticked| (now - ticked).saturating_sub(self.interval()));
        self.ticked = Some(now);
        self.ticks += 1;
        if late > self.interval() {
            // Nobody has heard of this host for a while: none waits for its turn.
            self.peers.values_mut().for_each(|watched| watched.told = None);
        }
        if late > self.suspicion / 2 {
            // Silence while nobody listened means nothing.
            self.peers.values_mut().for_each(|watched| watched.heard = now);
            return vec![Verdict::RanLate(late)];
        }
        let silent = |watched: &Watched| now - watched.heard >= self.suspicion;
        self.peers
            .iter()
            .filter(|(_, watched)| silent(watched))
            .map(|(peer, _)| Verdict::Silent(*peer))
            .collect()
    }

    /// By how much the next tick is late already; more than half the suspicion time means that this host was stopped.
    #[must_use]
    pub fn lateness(&self, now: Instant) -> Duration {
        self.ticked.map_or(Duration::ZERO, |ticked| (now - ticked).saturating_sub(self.interval()))
    }

    /// The heartbeat for a peer at this tick; none if it can do without, because there are many peers, and it is not this one's turn.
    pub fn heartbeat(
        &mut self,
        peer: HostId,
        serves: bool,
        commit_age: Duration,
        now: Instant,
    ) -> Option<Heartbeat> {
        let are_many = self.peers.len() > PEERS_EACH_TICK_MAX;
        let Some(watched) = self.peers.get_mut(&peer) else {
            return Some(Heartbeat { serves, hears_you: false, commit_age });
        };
        let hears_you = now - watched.heard < self.suspicion;
        let is_news = watched.told.replace((serves, hears_you)) != Some((serves, hears_you));
        let turn = self.ticks % 2 == peer.0 as u64 % 2;
        (turn || is_news || !are_many).then_some(Heartbeat { serves, hears_you, commit_age })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: HostId = HostId(7);

    fn at(ms: u64) -> Instant {
        Instant(ms * 1000)
    }

    #[test]
    fn silence_is_suspected_and_a_stopped_host_blames_itself() {
        let mut detector = Detector::new(Duration::from_millis(1500));
        detector.opened(PEER, at(0));
        for ms in (0..1500).step_by(300) {
            assert_eq!(detector.tick(at(ms)), []);
        }
        assert_eq!(detector.tick(at(1500)), [Verdict::Silent(PEER)]);
        let heartbeat = detector.heartbeat(PEER, true, Duration::ZERO, at(1500));
        assert!(heartbeat.is_some_and(|heartbeat| !heartbeat.hears_you));
        detector.opened(PEER, at(1800));
        assert!(matches!(detector.tick(at(5000))[..], [Verdict::RanLate(_)]));
        assert_eq!(detector.tick(at(5300)), []);
    }

    #[test]
    fn many_peers_get_a_heartbeat_at_every_second_tick_and_news_at_once() {
        let mut detector = Detector::new(Duration::from_millis(1500));
        let peers = || (1..=64).map(HostId);
        peers().for_each(|peer| detector.opened(peer, at(0)));
        let mut beats = |serves: bool, ms: u64| -> Vec<HostId> {
            detector.tick(at(ms));
            let beat = |peer: &HostId| detector.heartbeat(*peer, serves, Duration::ZERO, at(ms)).is_some();
            peers().filter(beat).collect()
        };
        assert_eq!(beats(false, 0).len(), 64, "the first one is news");
        assert_eq!(beats(true, 300).len(), 64, "so is that it serves");
        let (one, other) = (beats(true, 600), beats(true, 900));
        assert_eq!((one.len(), other.len(), beats(true, 1200)), (32, 32, one));
        assert_eq!(beats(true, 1500).len(), 64, "so is that nobody is heard any more");
        assert_eq!(beats(true, 1800).len(), 32);
        assert_eq!(beats(true, 9900).len(), 64, "nobody waits after a stop");
        assert_eq!(beats(true, 10_200).len(), 32);
        assert_eq!(beats(true, 10_900).len(), 64, "nor after a tick that came late");
    }

    #[test]
    fn only_changes_of_hearing_are_said() {
        let mut detector = Detector::new(Duration::from_millis(1500));
        detector.opened(PEER, at(0));
        let deaf = Heartbeat::default();
        assert_eq!(detector.heard(PEER, deaf, at(1)), Some(Verdict::HearsUs(PEER, false)));
        assert_eq!(detector.heard(PEER, deaf, at(2)), None);
    }
}
