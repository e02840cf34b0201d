//! The other requests of clients, checked.

use std::time::Duration;

use hydraq_core::ids::Receipt;
use hydraq_core::message::MessageType;
use hydraq_core::request::{Delete, DeleteTarget, Dequeue, Redrive};
use hydraq_proto::v1;

use super::limits::{BATCH_MAX, DELETE_TIMEOUT_DEFAULT, LEASE_DEFAULT, LEASE_MS, TYPES_MAX, WAIT_MS};
use super::names::{TypeNames, message_id, receipt};
use super::{Invalid, in_range};

/// A dequeue.
pub fn dequeue(request: &v1::DequeueRequest) -> Result<Dequeue, Invalid> {
    if !(1..=TYPES_MAX).contains(&request.types.len()) {
        return Err(Invalid::range("types", 1..=TYPES_MAX as u64, request.types.len() as u64));
    }
    let mut names = TypeNames::default();
    let message_types: Result<Vec<MessageType>, Invalid> =
        request.types.iter().map(|name| names.check("types", name)).collect();
    let messages_max = match request.messages_max {
        0 => 1,
        max => in_range("messages_max", u64::from(max), 1..=BATCH_MAX as u64)? as u32,
    };
    Ok(Dequeue {
        message_types: message_types?,
        messages_max,
        lease: lease(request.lease_ms)?,
        wait: Duration::from_millis(in_range("wait_ms", request.wait_ms, WAIT_MS)?),
        forwarded: false,
    })
}

/// A lease's length.
pub fn lease(lease_ms: u64) -> Result<Duration, Invalid> {
    match lease_ms {
        0 => Ok(LEASE_DEFAULT),
        ms => in_range("lease_ms", ms, LEASE_MS).map(Duration::from_millis),
    }
}

/// A delete.
pub fn delete(request: &v1::DeleteRequest) -> Result<Delete, Invalid> {
    if !(1..=BATCH_MAX).contains(&request.targets.len()) {
        return Err(Invalid::range("targets", 1..=BATCH_MAX as u64, request.targets.len() as u64));
    }
    let target = |(place, target): (usize, &v1::DeleteTarget)| match &target.target {
        Some(v1::delete_target::Target::Receipt(shown)) => {
            let shown =
                receipt("receipt", shown).map_err(|error| error.within(&format!("targets[{place}]")))?;
            Ok(DeleteTarget { id: shown.message, lease: Some(shown.lease) })
        }
        Some(v1::delete_target::Target::Id(id)) => {
            let id = message_id("id", id).map_err(|error| error.within(&format!("targets[{place}]")))?;
            Ok(DeleteTarget { id, lease: None })
        }
        None => Err(Invalid::new(format!("targets[{place}]"), "must name a receipt or an id")),
    };
    let targets: Result<Vec<DeleteTarget>, Invalid> =
        request.targets.iter().enumerate().map(target).collect();
    let timeout = match in_range("timeout_ms", request.timeout_ms, WAIT_MS)? {
        0 => DELETE_TIMEOUT_DEFAULT,
        ms => Duration::from_millis(ms),
    };
    Ok(Delete { targets: targets?, timeout })
}

/// The receipts of a release or an extension.
pub fn receipts(receipts: &[v1::Receipt]) -> Result<Vec<Receipt>, Invalid> {
    if !(1..=BATCH_MAX).contains(&receipts.len()) {
        return Err(Invalid::range("receipts", 1..=BATCH_MAX as u64, receipts.len() as u64));
    }
    receipts.iter().enumerate().map(|(place, shown)| receipt(&format!("receipts[{place}]"), shown)).collect()
}

/// A redrive.
pub fn redrive(request: &v1::RedriveRequest) -> Result<Redrive, Invalid> {
    match &request.what {
        Some(v1::redrive_request::What::Id(id)) => Ok(Redrive::Message(message_id("id", id)?)),
        Some(v1::redrive_request::What::Type(name)) if !name.is_empty() => {
            Ok(Redrive::Type(Some(TypeNames::default().check("type", name)?)))
        }
        _ => Ok(Redrive::Type(None)),
    }
}
