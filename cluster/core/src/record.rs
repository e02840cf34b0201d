//! The durable records of a host, and how they stand on disk.
//!
//! Three kinds: a message as it was stored, what has changed about a message since, and a tombstone. Each is sealed behind its
//! length and a CRC-32; a message's body stands apart from its record, with a checksum of its own in it, so that a start reads no
//! bodies. Host indexes in records are those of the same store's members; deadlines are readings of its clock.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::codec::{CodecError, Put, Take, seal, unseal};
use crate::holders::{Holder, HolderList};
use crate::host_set::HostIndex;
use crate::ids::{LeaseNumber, MessageId};
use crate::message::{Fingerprint, Message, Priority};
use crate::state::condition::Condition;
use crate::state::deliveries::{Deliveries, LeaseState, OwnerLine};
use crate::time::Instant;

/// One durable record.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A message, as it was stored.
    Message(MessageRecord),
    /// What has changed about a message since; the newest one of a message holds.
    State(StateRecord),
    /// A message was deleted.
    Tombstone(TombstoneRecord),
}

/// A message, as it was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRecord {
    /// The message. After a start its body is empty here: see `fingerprint`.
    pub message: Arc<Message>,
    /// What its content is known by.
    pub fingerprint: Fingerprint,
    /// Its holders at that time.
    pub holders: HolderList,
    /// When its delay ends.
    pub not_before: Option<Instant>,
    /// When it expires.
    pub expires: Option<Instant>,
}

/// What has changed about a message.
#[derive(Debug, Clone, PartialEq)]
pub struct StateRecord {
    /// Which.
    pub id: MessageId,
    /// Its holders now.
    pub holders: HolderList,
    /// Leases and counts.
    pub deliveries: Deliveries,
    /// When its delay ends.
    pub not_before: Option<Instant>,
    /// When it expires.
    pub expires: Option<Instant>,
}

/// A message was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TombstoneRecord {
    /// Which.
    pub id: MessageId,
    /// Its holders, as far as they are known.
    pub holders: HolderList,
    /// How many replicas it had.
    pub replicas: u8,
    /// Whether every member must confirm, because the holders were not known.
    pub everyone: bool,
}

const MESSAGE: u8 = 1;
const STATE: u8 = 2;
const TOMBSTONE: u8 = 3;

impl Record {
    /// Whose record it is.
    #[must_use]
    pub fn id(&self) -> MessageId {
        match self {
            Record::Message(record) => record.message.id,
            Record::State(record) => record.id,
            Record::Tombstone(record) => record.id,
        }
    }

    /// Appends the sealed record to `out`; a body is not part of it.
    pub fn encode(&self, out: &mut Vec<u8>) {
        seal(out, |out| match self {
            Record::Message(record) => encode_message(out, record),
            Record::State(record) => {
                out.put_u8(STATE);
                out.put_u128(record.id.0);
                put_holders(out, &record.holders);
                put_deliveries(out, &record.deliveries);
                out.put_option(record.not_before.map(|at| at.0));
                out.put_option(record.expires.map(|at| at.0));
            }
            Record::Tombstone(record) => {
                out.put_u8(TOMBSTONE);
                out.put_u128(record.id.0);
                put_holders(out, &record.holders);
                out.put_u8(record.replicas);
                out.put_u8(u8::from(record.everyone));
            }
        });
    }

    /// Takes one sealed record from the front of `take`.
    pub fn decode(take: &mut Take<'_>) -> Result<Record, CodecError> {
        let mut take = Take(unseal(take)?);
        let take = &mut take;
        match take.u8()? {
            MESSAGE => decode_message(take).map(Record::Message),
            STATE => Ok(Record::State(StateRecord {
                id: MessageId(take.u128()?),
                holders: take_holders(take)?,
                deliveries: take_deliveries(take)?,
                not_before: take.option()?.map(Instant),
                expires: take.option()?.map(Instant),
            })),
            TOMBSTONE => Ok(Record::Tombstone(TombstoneRecord {
                id: MessageId(take.u128()?),
                holders: take_holders(take)?,
                replicas: take.u8()?,
                everyone: take.bool()?,
            })),
            _ => Err(CodecError::Meaningless("kind of record")),
        }
    }
}

impl MessageRecord {
    /// What changes about the message, as it was when it was stored.
    #[must_use]
    pub fn condition(&self) -> Condition {
        Condition {
            not_before: self.not_before,
            expires: self.expires,
            deliveries_max: self.message.deliveries_max,
            at_most_once: self.message.at_most_once,
            ..Condition::default()
        }
    }

    /// The message with its body, as it was read beside the record.
    #[must_use]
    pub fn with_body(self, body: Bytes) -> Message {
        Message { body, ..Arc::unwrap_or_clone(self.message) }
    }
}

fn encode_message(out: &mut Vec<u8>, record: &MessageRecord) {
    let message = &record.message;
    out.put_u8(MESSAGE);
    out.put_u128(message.id.0);
    out.put_bytes(message.message_type.as_bytes());
    out.put_u8(message.replicas);
    out.put_u8(message.priority.0);
    out.put_u64(message.enqueued_at_ms);
    out.put_u32(record.fingerprint.body_crc);
    out.put_u32(record.fingerprint.rest_crc);
    out.put_u32(record.fingerprint.length);
    put_holders(out, &record.holders);
    // Most messages ask for nothing special: one byte says so.
    let micros = |duration: Option<Duration>| duration.map(|duration| duration.as_micros() as u64);
    let options = [
        micros(message.delay),
        micros(message.time_to_live),
        message.deliveries_max.map(u64::from),
        record.not_before.map(|at| at.0),
        record.expires.map(|at| at.0),
    ];
    let present =
        options.iter().enumerate().fold(0u8, |bits, (bit, value)| bits | u8::from(value.is_some()) << bit);
    out.put_u8(present | u8::from(message.at_most_once) << 7);
    for value in options.into_iter().flatten() {
        out.put_u64(value);
    }
    out.put_u16(message.attributes.len() as u16);
    for (name, value) in &message.attributes {
        out.put_bytes(name.as_bytes());
        out.put_bytes(value.as_bytes());
    }
}

fn decode_message(take: &mut Take<'_>) -> Result<MessageRecord, CodecError> {
    let id = MessageId(take.u128()?);
    let message_type = Arc::from(take.text()?);
    let (replicas, priority, enqueued_at_ms) = (take.u8()?, Priority(take.u8()?), take.u64()?);
    let fingerprint = Fingerprint { body_crc: take.u32()?, rest_crc: take.u32()?, length: take.u32()? };
    let holders = take_holders(take)?;
    let present = take.u8()?;
    let mut option = |bit: u8| if present & (1 << bit) == 0 { Ok(None) } else { take.u64().map(Some) };
    let (delay, time_to_live, deliveries_max) = (option(0)?, option(1)?, option(2)?);
    let (not_before, expires) = (option(3)?.map(Instant), option(4)?.map(Instant));
    let mut attributes = Vec::new();
    for _ in 0..take.u16()? {
        attributes.push((take.text()?.to_owned(), take.text()?.to_owned()));
    }
    let message = Arc::new(Message {
        id,
        message_type,
        body: Bytes::new(),
        attributes,
        replicas,
        priority,
        delay: delay.map(Duration::from_micros),
        time_to_live: time_to_live.map(Duration::from_micros),
        deliveries_max: deliveries_max.map(|max| max as u32),
        at_most_once: present & 0x80 != 0,
        enqueued_at_ms,
    });
    Ok(MessageRecord { message, fingerprint, holders, not_before, expires })
}

fn put_holders(out: &mut Vec<u8>, holders: &HolderList) {
    out.put_u16(holders.len() as u16);
    for entry in holders.entries() {
        out.put_u16(entry.version);
        out.put_u8(entry.place);
        out.put_u16(entry.host.0);
    }
}

fn take_holders(take: &mut Take<'_>) -> Result<HolderList, CodecError> {
    let count = take.u16()?;
    let entries: Result<Vec<_>, CodecError> = (0..count)
        .map(|_| Ok(Holder { version: take.u16()?, place: take.u8()?, host: HostIndex(take.u16()?) }))
        .collect();
    Ok(HolderList::of(entries?))
}

fn put_deliveries(out: &mut Vec<u8>, deliveries: &Deliveries) {
    out.put_u32(deliveries.epoch);
    out.put_u16(deliveries.lines.len() as u16);
    for line in &deliveries.lines {
        out.put_u16(line.owner.0);
        out.put_u32(line.lease.0);
        out.put_u64(line.boot);
        out.put_u16(line.extension);
        out.put_u32(line.count);
        out.put_option(match line.state {
            LeaseState::Until(end) => Some(end.0),
            LeaseState::Released => None,
        });
    }
}

fn take_deliveries(take: &mut Take<'_>) -> Result<Deliveries, CodecError> {
    let epoch = take.u32()?;
    let count = take.u16()?;
    let lines: Result<Vec<_>, CodecError> = (0..count)
        .map(|_| {
            Ok(OwnerLine {
                owner: HostIndex(take.u16()?),
                lease: LeaseNumber(take.u32()?),
                boot: take.u64()?,
                extension: take.u16()?,
                count: take.u32()?,
                state: take.option()?.map_or(LeaseState::Released, |end| LeaseState::Until(Instant(end))),
            })
        })
        .collect();
    Ok(Deliveries { epoch, lines: lines? })
}
