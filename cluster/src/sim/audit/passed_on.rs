//! Answers to enqueues that one host passes on for another: who counted the copies, and what that one knew.

use hydraq_core::frame::Frame;
use hydraq_core::ids::{HostId, MessageId};
use hydraq_core::request::{EnqueueOutcome, Reply, Request};

use super::Audit;
use crate::sim::node::Node;

impl Audit {
    /// Whether who counted these copies knew by then that one of them was lost. Who passes another host's answer on has not counted, even
    /// if it has a copy itself: the answer was good when it was given, and may have taken its time.
    pub(super) fn knew_of_a_loss(
        &self,
        by: HostId,
        id: MessageId,
        hosts: &[HostId],
        came_to_it: u64,
    ) -> bool {
        if let Some((_, knew)) = self.told.get(&(by, id)).filter(|(told, _)| told == hosts) {
            return *knew;
        }
        let mut removed = hosts.iter().filter_map(|host| self.removed.get(&(by, *host)));
        hosts.contains(&by) && removed.any(|removed| *removed < came_to_it)
    }

    /// Notes enqueues that one host asks another one to do, and what it is told of them.
    pub(in crate::sim) fn passed_on(&mut self, from: &Node, to: HostId, frames: &[Frame]) {
        let came_to_it = from.process.as_ref().map_or(u64::MAX, |process| process.batch_began);
        for frame in frames {
            match frame {
                Frame::Forward(block, request) => {
                    if let Request::Enqueue(enqueue) = &**request
                        && let [message] = &enqueue.messages[..]
                    {
                        self.asked.insert((from.id, *block), message.id);
                    }
                }
                Frame::Forwarded(block, reply) => {
                    if let Reply::Enqueued(outcomes) = &**reply
                        && let [EnqueueOutcome::Ok(hosts)] = &outcomes[..]
                        && let Some(id) = self.asked.remove(&(to, *block))
                    {
                        let knew = self.knew_of_a_loss(from.id, id, hosts, came_to_it);
                        self.told.insert((to, id), (hosts.clone(), knew));
                    }
                }
                _ => {}
            }
        }
    }
}
