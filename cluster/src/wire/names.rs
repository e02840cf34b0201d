//! Ids, receipts and names.

use std::sync::Arc;

use bytes::Bytes;
use hydraq_core::ids::{HostId, LeaseNumber, MessageId, Receipt};
use hydraq_core::message::MessageType;
use hydraq_proto::v1;

use super::Invalid;
use super::limits::TYPE_BYTES_MAX;

/// A message id: 16 bytes, or the 26 characters of its ULID.
pub fn message_id(field: &str, bytes: &[u8]) -> Result<MessageId, Invalid> {
    if let Some(id) = MessageId::from_bytes(bytes) {
        return Ok(id);
    }
    let text = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
    text.ok_or_else(|| {
        Invalid::new(field, format!("must be 16 bytes or a ULID of 26 characters, not {} bytes", bytes.len()))
    })
}

/// A host id: 16 bytes.
pub fn host_id(field: &str, bytes: &[u8]) -> Result<HostId, Invalid> {
    HostId::from_bytes(bytes)
        .ok_or_else(|| Invalid::new(field, format!("must be 16 bytes, not {}", bytes.len())))
}

/// Host ids behind each other.
pub fn host_ids(field: &str, bytes: &[u8]) -> Result<Vec<HostId>, Invalid> {
    bytes.chunks(16).map(|chunk| host_id(field, chunk)).collect()
}

/// The bytes of an id.
#[must_use]
pub fn id_bytes(id: MessageId) -> Bytes {
    Bytes::copy_from_slice(&id.to_bytes())
}

/// The bytes of a host id.
#[must_use]
pub fn host_bytes(id: HostId) -> Bytes {
    Bytes::copy_from_slice(&id.to_bytes())
}

/// Host ids behind each other.
#[must_use]
pub fn hosts_bytes(ids: &[HostId]) -> Bytes {
    ids.iter().flat_map(|id| id.to_bytes()).collect::<Vec<u8>>().into()
}

/// A receipt.
pub fn receipt(field: &str, receipt: &v1::Receipt) -> Result<Receipt, Invalid> {
    Ok(Receipt {
        message: message_id("message", &receipt.message).map_err(|error| error.within(field))?,
        owner: host_id("owner", &receipt.owner).map_err(|error| error.within(field))?,
        boot: receipt.boot,
        lease: LeaseNumber(receipt.lease),
    })
}

/// A receipt, as it travels.
#[must_use]
pub fn receipt_out(receipt: &Receipt) -> v1::Receipt {
    v1::Receipt {
        message: id_bytes(receipt.message),
        owner: host_bytes(receipt.owner),
        boot: receipt.boot,
        lease: receipt.lease.0,
    }
}

/// Remembers the last type's name, because neighbours mostly have the same.
#[derive(Debug, Default)]
pub struct TypeNames {
    last: Option<MessageType>,
}

impl TypeNames {
    /// The name of a message type: 1 to 128 bytes, printable, without spaces.
    pub fn check(&mut self, field: &str, name: &str) -> Result<MessageType, Invalid> {
        if let Some(last) = self.last.as_ref().filter(|last| ***last == *name) {
            return Ok(last.clone());
        }
        let printable = name.chars().all(|c| !c.is_control() && !c.is_whitespace());
        if name.is_empty() || name.len() > TYPE_BYTES_MAX || !printable {
            let shown: String = name.chars().take(40).collect();
            let limit = format!(
                "must be 1 to {TYPE_BYTES_MAX} bytes of printable characters without spaces, not {shown:?}"
            );
            return Err(Invalid::new(field, limit));
        }
        let name: MessageType = Arc::from(name);
        self.last = Some(name.clone());
        Ok(name)
    }
}
