//! One request to a cluster: asked, answered, printed.
//!
//! Any host takes any request; of several that are named, one that can is asked. The exit status says what came of it: 0 done,
//! 1 refused or failed, 2 the outcome is not known, 3 no host could be reached, 64 wrong usage.

mod dequeue;
mod enqueue;
mod look;
mod object;
mod operate;
mod settle;

use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand};
use hydraq_cluster::client::{Client, ClientError, Kind};
use hydraq_cluster::report::json;
use serde_json::{Value, json as shape};

use super::USAGE;
use super::format::{Format, print_json, print_lines};

/// The requests that there are.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Put messages into the queue.
    Enqueue(enqueue::EnqueueArguments),
    /// Take messages.
    Dequeue(dequeue::DequeueArguments),
    /// Delete messages: they are done.
    Delete(settle::DeleteArguments),
    /// Give messages back before their lease ends.
    Release(settle::ReleaseArguments),
    /// Let leases last so long from now on.
    Extend(settle::ExtendArguments),
    /// Show what every host knows of a message.
    Show(look::ShowArguments),
    /// List messages without taking them.
    List(look::ListArguments),
    /// List the message types with their depths.
    Types(look::TypesArguments),
    /// List the hosts, each as it sees itself.
    Hosts(look::HostsArguments),
    /// Objects in independent data stores.
    #[command(subcommand)]
    Object(object::ObjectRequest),
    /// Let the host that is asked give its copies away and leave.
    Leave(operate::LeaveArguments),
    /// Strike a host that is gone for good.
    Remove(operate::RemoveArguments),
    /// Make lost replicas anew, or set when that is done.
    Repair(operate::RepairArguments),
    /// Make dead messages ready again.
    Redrive(operate::RedriveArguments),
    /// Set how hosts are picked.
    Balance(operate::BalanceArguments),
    /// Take no messages of a type, and give none out.
    PauseType(operate::TypeArguments),
    /// Take and give out messages of a type again.
    ResumeType(operate::TypeArguments),
    /// Refuse messages of a type once so many are there.
    LimitType(operate::LimitArguments),
}

/// Whom to ask, and how to answer.
#[derive(Debug, Args)]
pub(super) struct Target {
    /// A host, as a URL such as http://127.0.0.1:7001; several to choose from.
    #[arg(long, value_name = "URL", required = true)]
    to: Vec<String>,
    /// The form of the answer.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What a request came to.
struct Answer {
    /// What is printed for programs.
    result: Value,
    /// What is printed for people.
    lines: Vec<String>,
    /// What went wrong, if anything did.
    error: Option<ClientError>,
}

impl Answer {
    fn new(result: Value, lines: Vec<String>) -> Self {
        Self { result, lines, error: None }
    }
}

/// Asks, and prints the answer.
pub(super) fn run(request: &Request) -> ExitCode {
    match request {
        Request::Enqueue(request) => match request.checked() {
            Ok(checked) => ask("enqueue", &request.target, &checked),
            Err(problem) => {
                eprintln!("hydraq enqueue: {problem}");
                ExitCode::from(USAGE)
            }
        },
        Request::Dequeue(request) => ask("dequeue", &request.target, request),
        Request::Delete(request) => ask("delete", &request.target, request),
        Request::Release(request) => ask("release", &request.target, request),
        Request::Extend(request) => ask("extend", &request.target, request),
        Request::Show(request) => ask("show", &request.target, request),
        Request::List(request) => ask("list", &request.target, request),
        Request::Types(request) => ask("types", &request.target, request),
        Request::Hosts(request) => ask("hosts", &request.target, request),
        Request::Object(request) => object::run(request),
        Request::Leave(request) => ask("leave", &request.target, request),
        Request::Remove(request) => ask("remove", &request.target, request),
        Request::Repair(request) => ask("repair", &request.target, request),
        Request::Redrive(request) => ask("redrive", &request.target, request),
        Request::Balance(request) => ask("balance", &request.target, request),
        Request::PauseType(request) => ask("pause-type", &request.target, &request.pause(true)),
        Request::ResumeType(request) => ask("resume-type", &request.target, &request.pause(false)),
        Request::LimitType(request) => ask("limit-type", &request.target, request),
    }
}

/// A request that can be asked.
trait Ask {
    /// Asks it.
    async fn ask(&self, client: &Client) -> Result<Answer, ClientError>;
}

fn ask(command: &str, target: &Target, request: &impl Ask) -> ExitCode {
    super::start_log("error");
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("hydraq {command}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let began = Instant::now();
    let answered = runtime.block_on(async {
        let client = Client::new(&target.to)?;
        request.ask(&client).await
    });
    let mut answer =
        answered.unwrap_or_else(|error| Answer { result: shape!({}), lines: Vec::new(), error: Some(error) });
    if let Some(error) = &answer.error {
        answer.result["error"] = json::error(error);
    }
    match target.format {
        Format::Json => print_json(&shape!({
            "command": command,
            "ok": answer.error.is_none(),
            "elapsed_ms": json::millis(began.elapsed()),
            "result": answer.result,
        })),
        Format::Text => print_lines(&answer.lines),
    }
    match &answer.error {
        None => ExitCode::SUCCESS,
        Some(error) => {
            eprintln!("hydraq {command}: {error}");
            ExitCode::from(status(error))
        }
    }
}

/// The exit status that an error leads to.
fn status(error: &ClientError) -> u8 {
    match error.kind {
        Kind::Unknown => 2,
        Kind::Unreachable => 3,
        // Only the command line can have it wrong: what hosts are asked was checked.
        Kind::Invalid if error.message.starts_with("--to ") => USAGE,
        _ => 1,
    }
}

/// Of several errors the one that the exit status is to tell: a refusal before what is unknown before nobody there.
fn heaviest(errors: impl Iterator<Item = ClientError>) -> Option<ClientError> {
    errors.max_by_key(|error| match error.kind {
        Kind::Unreachable => 0,
        Kind::Unknown => 1,
        _ => 2,
    })
}
