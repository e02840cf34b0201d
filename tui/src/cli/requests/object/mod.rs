//! `hydraq object create|get|update|delete|query|index|events|event-replicas|events-kept|stores`, and `hydraq object check` for the
//! store of a host that is down.

mod change;
mod check;
mod index;
mod look;

use std::process::ExitCode;

use clap::Subcommand;
use hydraq_cluster::scenario::run::{Outcome, outcome_json, outcome_lines};

use super::super::USAGE;
use super::{Answer, Ask, Target, ask, heaviest};

/// What can be done with objects.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ObjectRequest {
    /// Create objects, each in a store that is drawn.
    Create(change::CreateArguments),
    /// Read an object.
    Get(look::GetArguments),
    /// Change an object.
    Update(change::UpdateArguments),
    /// Delete an object.
    Delete(change::DeleteArguments),
    /// Find objects by their attributes, in all stores.
    Query(look::QueryArguments),
    /// Declare which attributes of a kind are in the index, and show how far it is built.
    Index(index::IndexArguments),
    /// Show the events of a store.
    Events(look::EventsArguments),
    /// Set how many replicas the messages of events get, for the whole cluster.
    EventReplicas(change::EventReplicasArguments),
    /// Set for how long events are kept once they are messages, for the whole cluster: a number of them, or a time.
    EventsKept(index::EventsKeptArguments),
    /// List the stores.
    Stores(look::StoresArguments),
    /// Check the store file of a host that is down: objects, events and index entries must match.
    Check(check::CheckArguments),
}

/// Asks, and prints the answer.
pub(super) fn run(request: &ObjectRequest) -> ExitCode {
    match request {
        ObjectRequest::Create(request) => ask("object create", &request.target, request),
        ObjectRequest::Get(request) => ask("object get", &request.target, request),
        ObjectRequest::Update(request) if request.is_empty() => {
            eprintln!("hydraq object update: nothing to change: --attribute, --drop, --replace or --body");
            ExitCode::from(USAGE)
        }
        ObjectRequest::Update(request) => ask("object update", &request.target, request),
        ObjectRequest::Delete(request) => ask("object delete", &request.target, request),
        ObjectRequest::Query(request) => ask("object query", &request.target, request),
        ObjectRequest::Index(request) => ask("object index", &request.target, request),
        ObjectRequest::Events(request) => ask("object events", &request.target, request),
        ObjectRequest::EventReplicas(request) => ask("object event-replicas", &request.target, request),
        ObjectRequest::EventsKept(request) => ask("object events-kept", &request.target, request),
        ObjectRequest::Stores(request) => ask("object stores", &request.target, request),
        ObjectRequest::Check(request) => check::run(request),
    }
}

fn answer(outcome: &Outcome) -> Answer {
    Answer::new(outcome_json(outcome), outcome_lines(outcome))
}
