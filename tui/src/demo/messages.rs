//! Messages of the pretended cluster.

use hydraq_cluster::observe::{CopyPicture, CopyState, HostNumber, MessageId, MessagePicture, MessageState};

use super::random::Random;
use super::{Demo, START_MS};

/// One message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) message_type: String,
    pub(super) born_ms: u64,
    pub(super) asked: u8,
    /// By rank.
    pub(super) holders: Vec<HostNumber>,
    /// The holder whose copy is under way, and when it arrives.
    pub(super) copying: Option<(HostNumber, u64)>,
    /// Who leased it out, and until when.
    pub(super) lease: Option<(HostNumber, u64)>,
    pub(super) deleted: bool,
    pub(super) deliveries: u32,
    pub(super) body: String,
    /// The owner that was told last.
    pub(super) owner: Option<HostNumber>,
}

impl Demo {
    /// Makes a message on random hosts that are up.
    pub(super) fn make_message(&mut self, message_type: &str, body: &str, asked: u8) -> Message {
        let mut up: Vec<HostNumber> = self
            .hosts
            .iter()
            .filter(|host| host.state.is_up() && !host.full)
            .map(|host| host.number)
            .collect();
        let mut holders = Vec::new();
        while holders.len() < usize::from(asked) && !up.is_empty() {
            let place = usize::try_from(self.random.below(up.len() as u64)).unwrap_or(0);
            holders.push(up.swap_remove(place));
        }
        self.enqueued += 1;
        Message {
            id: make_id(self.now_ms, &mut self.random),
            message_type: message_type.to_owned(),
            born_ms: self.now_ms,
            asked,
            owner: holders.first().copied(),
            holders,
            copying: None,
            lease: None,
            deleted: false,
            deliveries: 0,
            body: body.replace("{n}", &self.enqueued.to_string()),
        }
    }

    /// A message that is older than all that are kept: made up anew each time, always the same.
    pub(super) fn older_message(&self, index: u64) -> Message {
        let mut random = Random::new(index.wrapping_mul(31) ^ 0x00c0_ffee);
        let count = self.hosts.len() as u64;
        let first = random.below(count.max(1));
        let asked = 2 + random.below(2);
        let holder =
            |rank: u64| HostNumber(u16::try_from((first + rank * 7) % count.max(1) + 1).unwrap_or(1));
        let mut holders: Vec<HostNumber> = (0..asked).map(holder).collect();
        holders.dedup();
        let born_ms = START_MS.saturating_sub(60_000 + index * 11);
        Message {
            id: make_id(born_ms, &mut random),
            message_type: ["orders", "mails", "invoices"][usize::try_from(random.below(3)).unwrap_or(0)]
                .to_owned(),
            born_ms,
            asked: u8::try_from(holders.len()).unwrap_or(2),
            owner: holders.iter().copied().find(|holder| self.is_up(*holder)),
            holders,
            copying: None,
            lease: None,
            deleted: false,
            deliveries: 0,
            body: format!("order {index}"),
        }
    }

    /// Who serves a message: the lowest-ranked holder that is up and has it.
    pub(super) fn owner(&self, message: &Message) -> Option<HostNumber> {
        let arriving = message.copying.map(|(host, _)| host);
        message.holders.iter().copied().find(|holder| self.is_up(*holder) && Some(*holder) != arriving)
    }

    /// What a holder has of a message.
    fn copy_state(&self, message: &Message, holder: HostNumber, owner: Option<HostNumber>) -> CopyState {
        if !self.is_up(holder) {
            return CopyState::OnDeadHost;
        }
        if message.deleted {
            return CopyState::Tombstone;
        }
        if message.copying.is_some_and(|(host, _)| host == holder) {
            return CopyState::Copying;
        }
        match message.lease {
            Some((host, until_ms)) if host == holder => {
                CopyState::Leased { left_ms: until_ms.saturating_sub(self.now_ms) }
            }
            None if owner == Some(holder) => CopyState::Serving,
            _ => CopyState::Copy,
        }
    }

    /// A message as it is told.
    pub(super) fn message_picture(&self, message: &Message) -> MessagePicture {
        let owner = self.owner(message);
        let copy = |(rank, holder): (usize, &HostNumber)| CopyPicture {
            host: *holder,
            rank: u8::try_from(rank).unwrap_or(u8::MAX),
            state: self.copy_state(message, *holder, owner),
        };
        let state = match (message.deleted, owner, message.lease) {
            (true, ..) => MessageState::Deleted,
            (_, None, _) => MessageState::Unavailable,
            (_, _, Some(_)) => MessageState::Leased,
            _ => MessageState::Ready,
        };
        MessagePicture {
            id: message.id,
            message_type: message.message_type.clone(),
            age_ms: self.now_ms.saturating_sub(message.born_ms),
            asked: message.asked,
            copies: message.holders.iter().enumerate().map(copy).collect(),
            owner,
            state,
            deliveries: message.deliveries,
            priority: 0,
            body_bytes: message.body.len() as u64,
            body: message.body.clone(),
        }
    }
}

fn make_id(at_ms: u64, random: &mut Random) -> MessageId {
    let tail = (u128::from(random.next()) << 16) | u128::from(random.next() & 0xffff);
    MessageId((u128::from(at_ms) << 80) | tail)
}
