//! Where replicas are to go: the holders of a new message, in rank order, and who takes over a whole request.
//!
//! It reads the balancer and the availability table and stores nothing.

use crate::balancer::Candidate;
use crate::config::Shape;
use crate::host_set::{HostIndex, HostSet, SELF};
use crate::request::{Enqueue, EnqueueOutcome, Reply, Request};

use super::forward::Then;
use super::{Host, Origin};

impl Host {
    /// A full or leaving host names another one as rank 0; that one stores or refuses, and names no other.
    pub(super) fn place_elsewhere(&mut self, origin: Origin, enqueue: Enqueue) {
        let chosen = if enqueue.placed { None } else { self.pick(1, &HostSet::EMPTY).first().copied() };
        match chosen {
            Some(peer) => {
                let within = enqueue.timeout;
                let then = Then::Placed { origin, messages: enqueue.messages.len() };
                // Its answer, which names those that have confirmed, is to be here by the deadline.
                let timeout = within * 9 / 10;
                self.forward(
                    peer,
                    Request::Enqueue(Enqueue { placed: true, timeout, ..enqueue }),
                    within,
                    then,
                );
            }
            None => {
                let error = if self.full { self.store_full() } else { self.not_serving() };
                let outcomes =
                    enqueue.messages.iter().map(|_| EnqueueOutcome::Failed(error.clone())).collect();
                self.reply(origin, Reply::Enqueued(outcomes));
            }
        }
    }

    /// The holders of a new message in rank order: this host, those that the balancer picks, and as a last resort members that
    /// are not live, which get theirs by offers.
    pub(super) fn plan(&mut self, replicas: usize, also: &HostSet) -> Vec<HostIndex> {
        let mut planned = vec![SELF];
        planned.extend(self.pick(replicas - 1, &HostSet::of(SELF)));
        let missing = replicas.saturating_sub(planned.len());
        let absent =
            |host: &HostIndex| !planned.contains(host) && !self.peers.get(*host).availability.leaving;
        let rest: Vec<HostIndex> =
            self.peers.members().map(|(host, _)| host).filter(absent).take(missing).collect();
        planned.extend(rest);
        let listed: HostSet = planned.iter().copied().collect();
        planned.extend(also.iter().filter(|host| !listed.contains(*host)));
        planned
    }

    /// Picks hosts that take replicas now, but none of `without`.
    pub(super) fn pick(&mut self, count: usize, without: &HostSet) -> Vec<HostIndex> {
        if count == 0 {
            return Vec::new();
        }
        let able =
            self.peers.others().filter(|(host, peer)| peer.takes_replicas() && !without.contains(*host));
        let candidates: Vec<Candidate> = able
            .map(|(host, peer)| Candidate { host, load: peer.availability.copies + peer.blocks.len() as u64 })
            .collect();
        self.balancer.pick(&candidates, count, &mut self.random)
    }
}

/// Whom to send a copy, and with what reduced replica count, so that all of `hosts` get one.
pub(super) fn parts(hosts: &[HostIndex], shape: Shape) -> Vec<(HostIndex, u8)> {
    match shape {
        Shape::Star => hosts.iter().map(|host| (*host, 1)).collect(),
        Shape::Chain => hosts.first().map(|host| (*host, hosts.len() as u8)).into_iter().collect(),
        Shape::Tree => {
            let (left, right) = hosts.split_at(hosts.len().div_ceil(2));
            [left, right].into_iter().filter_map(|half| Some((*half.first()?, half.len() as u8))).collect()
        }
    }
}
