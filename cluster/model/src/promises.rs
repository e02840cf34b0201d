//! What clients asked for and were told, and what that promises.

use hydraq_core::ids::{HostId, Receipt, RequestId};
use hydraq_core::message::Content;
use hydraq_core::record::Record;
use hydraq_core::request::{Delivery, EnqueueOutcome, Knowledge, Reply};

use crate::explore::message_id;
use crate::node::{HOSTS, host_id};
use crate::world::World;

/// Where the numbers of requests for deliveries begin; each host has its own.
const DEQUEUES: u64 = 1000;

/// What clients know of one message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct MessageKnown {
    /// Whether it was sent.
    pub is_sent: bool,
    /// Whether it was acknowledged.
    pub is_acknowledged: bool,
    /// How often it was delivered.
    pub deliveries: u8,
    /// Which host gave the newest delivery to its client, and its receipt.
    pub delivered_by: Option<(usize, Receipt)>,
    /// Whether its delete was asked for.
    pub delete_asked: bool,
    /// Whether that was acknowledged, and which hosts were not reached.
    pub deleted: Option<Vec<HostId>>,
}

/// What all clients know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Clients {
    /// The messages.
    pub messages: [MessageKnown; 2],
    /// Requests for deliveries that are not answered: the host, and which messages were deleted when it was asked.
    asked: Vec<(RequestId, usize, [bool; 2])>,
    next: u64,
    /// Whether anything has gone wrong so far.
    pub had_fault: bool,
    /// The first promise that was broken, in words.
    pub broken: Option<&'static str>,
}

impl Clients {
    /// Notes that a host is asked for a delivery.
    pub fn dequeues(&mut self, node: usize) -> RequestId {
        self.next += 1;
        let request = RequestId(DEQUEUES + self.next);
        let deleted = [0, 1].map(|message: usize| self.messages[message].deleted.is_some());
        self.asked.push((request, node, deleted));
        request
    }

    /// Takes answers.
    pub fn take(&mut self, replies: Vec<(RequestId, Reply)>) {
        for (request, reply) in replies {
            match reply {
                Reply::Enqueued(outcomes) => {
                    if let [EnqueueOutcome::Ok(holders)] = &outcomes[..] {
                        let message = &mut self.messages[request.0 as usize];
                        message.is_acknowledged = true;
                        // One that is delivered and deleted before it has its replicas needs them no more.
                        let is_enough = holders.len() >= 2 || message.delete_asked;
                        self.expect(is_enough, "an acknowledgement names fewer than two holders");
                    }
                }
                Reply::Dequeued(deliveries) => self.delivered(request, &deliveries),
                Reply::Deleted(outcomes) => {
                    let message = (request.0 - 100) as usize;
                    if let [Ok(outcome)] = &outcomes[..] {
                        self.messages[message].deleted = Some(outcome.unreached.clone());
                    }
                }
                _ => {}
            }
        }
    }

    fn delivered(&mut self, request: RequestId, deliveries: &[Delivery]) {
        let Some(place) = self.asked.iter().position(|(asked, ..)| *asked == request) else { return };
        let (_, node, deleted) = self.asked.remove(place);
        for delivery in deliveries {
            let number = (delivery.receipt.message.0 - 1) as usize;
            let owner = delivery.receipt.owner;
            let Content::Message(message) = &delivery.content else { continue };
            self.expect(message.body[..] == [number as u8; 4], "a delivery has other bytes");
            let known = &mut self.messages[number];
            known.deliveries += 1;
            known.delivered_by = Some((node, delivery.receipt));
            let (is_again, unreached) = (known.deliveries > 1, known.deleted.clone().unwrap_or_default());
            self.expect(!is_again || self.had_fault, "a second delivery has no cause");
            if deleted[number] {
                self.expect(unreached.contains(&owner), "a host delivers what it was told is deleted");
            }
        }
    }

    fn expect(&mut self, holds: bool, broken: &'static str) {
        if !holds {
            self.broken.get_or_insert(broken);
        }
    }

    /// Whether every acknowledged message of which no delete was asked for is on two disks, with a list that names both.
    #[must_use]
    pub fn is_kept(&self, world: &World) -> bool {
        let messages = self.messages.iter().zip(0u8..);
        let kept = messages.filter(|(message, _)| message.is_acknowledged && !message.delete_asked);
        kept.into_iter().all(|(_, number)| copies(world, number) >= 2)
    }

    /// Whether, once everything is mended, what was acknowledged is served once, and what was deleted is nowhere.
    #[must_use]
    pub fn has_converged(&self, world: &World) -> bool {
        self.messages.iter().zip(0u8..).all(|(message, number)| {
            let serving = (0..HOSTS).filter(|node| serves(world, *node, number)).count();
            let tombstones = (0..HOSTS).filter(|node| has_tombstone(world, *node, number)).count();
            if message.deleted.is_some() {
                copies(world, number) == 0 && tombstones == 0
            } else if message.is_acknowledged && !message.delete_asked {
                serving == 1 && tombstones == 0
            } else {
                serving <= 1 && tombstones == 0
            }
        })
    }
}

/// On how many disks a message is.
fn copies(world: &World, number: u8) -> usize {
    let is_it = |record: &Record| matches!(record, Record::Message(_)) && record.id() == message_id(number);
    world.nodes.iter().filter(|node| node.disk.records.values().any(is_it)).count()
}

/// Whether a host has a message and takes itself for its owner.
fn serves(world: &World, node: usize, number: u8) -> bool {
    let Some(core) = world.nodes[node].core() else { return false };
    matches!(core.knowledge(message_id(number)), Knowledge::Held(held) if held.owner == Some(host_id(node)))
}

fn has_tombstone(world: &World, node: usize, number: u8) -> bool {
    world.nodes[node].core().is_some_and(|core| core.ids().1.contains(&message_id(number)))
}
