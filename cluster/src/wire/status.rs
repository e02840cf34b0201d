//! Refusals as gRPC statuses, with google.rpc details, and as problems of single things within a request.

use std::time::Duration;

use hydraq_core::ids::MessageId;
use hydraq_core::objects::{ObjectError, ObjectId, StoreTag};
use hydraq_core::request::RequestError;
use hydraq_proto::v1;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::Invalid;

/// The code of a refusal, and after how long it may be worth trying again.
#[must_use]
pub fn code_of(error: &RequestError) -> (Code, Option<Duration>) {
    let soon = Some(Duration::from_millis(100));
    match error {
        RequestError::TooManyReplicas { .. }
        | RequestError::StaleReceipt { .. }
        | RequestError::NoSuchLease(_) => (Code::FailedPrecondition, None),
        RequestError::Deleted(_) | RequestError::OtherContent(_) => (Code::AlreadyExists, None),
        RequestError::Exhausted { .. } => (Code::ResourceExhausted, soon),
        RequestError::Unavailable { .. } | RequestError::Unreachable { .. } => (Code::Unavailable, soon),
        // Somebody has paused it: trying again does not help before somebody resumes it.
        RequestError::Paused(_) => (Code::Unavailable, None),
        RequestError::NotFound(_) => (Code::NotFound, None),
        RequestError::Timeout(_) => (Code::DeadlineExceeded, None),
    }
}

/// A refusal of one thing among several.
#[must_use]
pub fn problem(error: &RequestError) -> v1::Problem {
    let (code, retry) = code_of(error);
    v1::Problem {
        code: code.into(),
        message: error.to_string(),
        retry_after_ms: retry.map_or(0, |retry| retry.as_millis() as u64),
    }
}

/// A refusal of a whole request.
#[must_use]
pub fn refused(error: &RequestError) -> Status {
    let (code, retry) = code_of(error);
    let mut details = ErrorDetails::new();
    if let Some(retry) = retry {
        details.set_retry_info(Some(retry));
    }
    match error {
        RequestError::TooManyReplicas { asked, members } => {
            details.add_precondition_failure_violation(
                "REPLICAS",
                format!("{members} members"),
                format!("{asked} replicas"),
            );
        }
        RequestError::StaleReceipt { shown, newest } => {
            details.add_precondition_failure_violation(
                "RECEIPT",
                format!("lease {newest} is known"),
                format!("lease {shown} was shown"),
            );
        }
        RequestError::NoSuchLease(receipt) => {
            details.add_precondition_failure_violation("RECEIPT", receipt.clone(), "there is no such lease");
        }
        RequestError::Deleted(id) | RequestError::OtherContent(id) | RequestError::NotFound(id) => {
            details.set_resource_info("message", id.to_string(), "", error.to_string());
        }
        RequestError::Exhausted { what, limit } => {
            details.add_quota_failure_violation(what.clone(), format!("{limit} is the limit"));
        }
        RequestError::Unavailable { host, .. } | RequestError::Unreachable { host } => {
            details.set_resource_info("host", host.clone(), "", error.to_string());
        }
        RequestError::Paused(message_type) => {
            details.set_resource_info("message type", message_type.as_ref(), "", error.to_string());
        }
        RequestError::Timeout(_) => {}
    }
    Status::with_error_details(code, error.to_string(), details)
}

/// A field that is out of range or missing.
#[must_use]
pub fn invalid(error: &Invalid) -> Status {
    let details = ErrorDetails::with_bad_request_violation(error.field.clone(), error.what.clone());
    Status::with_error_details(Code::InvalidArgument, error.to_string(), details)
}

/// A refusal of a store.
#[must_use]
pub fn object_refused(error: &ObjectError, store: &str) -> Status {
    let mut details = ErrorDetails::new();
    let message = format!("{error} (store of {store})");
    let code = match error {
        ObjectError::NotFound(id) => {
            details.set_resource_info("object", id.to_string(), store, message.clone());
            Code::NotFound
        }
        ObjectError::WrongVersion { expected, current, .. } => {
            let (current, expected) =
                (format!("version {current}"), format!("version {expected} was expected"));
            details.add_precondition_failure_violation("VERSION", current, expected);
            Code::FailedPrecondition
        }
        ObjectError::Deleted(id) | ObjectError::OtherContent(id) => {
            details.set_resource_info("object", id.to_string(), store, message.clone());
            Code::AlreadyExists
        }
        ObjectError::TooManyAttributes { .. } => {
            details.add_bad_request_violation("attributes", message.clone());
            Code::InvalidArgument
        }
        ObjectError::Corrupt(_) | ObjectError::IndexCorrupt(_) | ObjectError::LogCorrupt => Code::DataLoss,
    };
    Status::with_error_details(code, message, details)
}

/// A query for which there is no index, or not all of it yet.
#[must_use]
pub fn not_indexed(why: &str, store: &str) -> Status {
    let message = format!("{why} (store of {store})");
    let mut details = ErrorDetails::new();
    details.add_precondition_failure_violation("INDEX", store, message.clone());
    Status::with_error_details(Code::FailedPrecondition, message, details)
}

/// A store that takes no request now; nothing was done.
#[must_use]
pub fn store_unavailable(store: &str, why: &str) -> Status {
    let message = format!("the store of {store} is {why}");
    let mut details = ErrorDetails::new();
    details.set_resource_info("store", store, "", message.clone());
    if why != "removed" {
        details.set_retry_info(Some(Duration::from_millis(100)));
    }
    Status::with_error_details(Code::Unavailable, message, details)
}

/// A change of what is left of a store whose disk lost something; nothing was done.
#[must_use]
pub fn store_rolled_back(host: &str, store: StoreTag) -> Status {
    let what = "its objects can be read, and are never changed again";
    let message = format!("store {store} of {host} was rolled back: {what}");
    let mut details = ErrorDetails::new();
    details.set_resource_info("store", store.to_string(), host, message.clone());
    Status::with_error_details(Code::Unavailable, message, details)
}

/// Nothing can be created anywhere now.
#[must_use]
pub fn no_store(why: String) -> Status {
    let mut details = ErrorDetails::new();
    details.set_retry_info(Some(Duration::from_millis(100)));
    Status::with_error_details(Code::Unavailable, why, details)
}

/// A store that nobody knows, or that a disk had before it lost something: nobody can say anything of its objects.
#[must_use]
pub fn unknown_store(id: ObjectId) -> Status {
    let message = format!("object {id} is in store {}, which is unknown or retired", id.store());
    let mut details = ErrorDetails::new();
    details.set_resource_info("store", id.store().to_string(), "", message.clone());
    Status::with_error_details(Code::Unavailable, message, details)
}

/// A change whose outcome is not known.
#[must_use]
pub fn change_unknown(id: ObjectId, store: &str) -> Status {
    let message = format!("object {id}: the outcome is unknown: the store of {store} has not answered");
    let mut details = ErrorDetails::new();
    details.set_resource_info("object", id.to_string(), store, message.clone());
    Status::with_error_details(Code::DeadlineExceeded, message, details)
}

/// An outcome that stayed unknown at the deadline.
#[must_use]
pub fn unknown(id: MessageId, confirmed: &[String]) -> Status {
    let by = if confirmed.is_empty() { "nobody".to_owned() } else { confirmed.join(", ") };
    let message = format!("message {id}: the outcome is unknown at the deadline; confirmed by {by}");
    let mut details = ErrorDetails::new();
    details.set_resource_info("message", id.to_string(), "", format!("confirmed by {by}"));
    for host in confirmed {
        details.add_precondition_failure_violation("CONFIRMED", host.clone(), "has the message on disk");
    }
    Status::with_error_details(Code::DeadlineExceeded, message, details)
}
