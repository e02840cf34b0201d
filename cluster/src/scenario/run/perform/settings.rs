//! Commands that set how the cluster behaves, or have it set things right.

use std::time::Duration;

use futures_util::future::join_all;

use super::super::failure::Failure;
use super::super::outcome::{Outcome, Performed};
use super::super::session::Session;
use super::super::stage::Condition;
use crate::client::types::HostState;
use crate::scenario::{Balance, LengthLimit, LimitType, OneType, Redrive, RedriveTarget, Repair};

/// How long it may take until hosts have noticed who is gone; silence takes 1.5 s.
const NOTICE_LIMIT: Duration = Duration::from_secs(5);
/// How often is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Has a message type taken and given out no more, or again.
pub(super) async fn pause_type(session: &Session, command: &OneType, pause: bool) -> Performed {
    let (name, value) = (command.message_type.as_str(), if pause { "yes" } else { "no" });
    set(session, &format!("pause-in/{name}"), value).await?;
    set(session, &format!("pause-out/{name}"), value).await?;
    Ok(Outcome::Set { name: format!("pause/{name}"), value: value.into() }.into())
}

/// Limits how many messages of a type there are.
pub(super) async fn limit_type(session: &Session, command: &LimitType) -> Performed {
    let name = format!("length-max/{}", command.message_type.as_str());
    let value = match command.limit {
        LengthLimit::None => "none".to_owned(),
        LengthLimit::AtMost(length) => length.to_string(),
    };
    set(session, &name, &value).await?;
    Ok(Outcome::Set { name, value }.into())
}

/// Has hosts picked in another way, by the hosts and by the client.
pub(super) async fn balance(session: &Session, command: &Balance) -> Performed {
    let value = command.scheme.word().to_owned();
    set(session, "balance", &value).await?;
    session.scheme.set(command.scheme);
    Ok(Outcome::Set { name: "balance".into(), value }.into())
}

/// Sets when lost replicas are made anew, or has them made now.
pub(super) async fn repair(session: &Session, command: &Repair) -> Performed {
    if let Some(mode) = command.mode {
        let value = mode.word().to_owned();
        set(session, "repair", &value).await?;
        return Ok(Outcome::Set { name: "repair".into(), value }.into());
    }
    wait_until_noticed(session).await;
    // Each host repairs what it owns.
    let live = session.live();
    let asked = live.iter().map(async |host| session.port(host)?.repair(None, true).await);
    let answers = join_all(asked).await;
    if let Some(error) = answers.iter().find_map(|answer| answer.as_ref().err()) {
        return Err(session.failed(error));
    }
    if live.is_empty() {
        return Err(nobody(session));
    }
    Ok(Outcome::Repaired(live).into())
}

/// Makes dead messages ready again.
pub(super) async fn redrive(session: &Session, command: &Redrive) -> Performed {
    let (message_type, id) = match &command.target {
        RedriveTarget::All => (None, None),
        RedriveTarget::Type(name) => (Some(name.as_str()), None),
        RedriveTarget::Message(message) => (None, Some(session.message(*message)?)),
    };
    let live = session.live();
    if live.is_empty() {
        return Err(nobody(session));
    }
    session.oracle.borrow_mut().redriven(session.now(), |record| {
        let of_type = |name: &str| record.intent.as_ref().is_some_and(|intent| intent.message_type == name);
        id.is_none_or(|id| record.id == id) && message_type.is_none_or(of_type)
    });
    // Each host tells those that it can reach; in a divided cluster that is not everybody.
    let (mut messages, mut refusal) = (None, None);
    for host in &live {
        let answer = match session.port(host) {
            Ok(port) => port.redrive(message_type, id).await,
            Err(error) => Err(error),
        };
        match answer {
            Ok(more) => messages = Some(messages.unwrap_or(0) + more),
            Err(error) => refusal = Some(error),
        }
    }
    match (messages, refusal) {
        (Some(messages), _) => Ok(Outcome::Redriven(messages).into()),
        (None, Some(error)) => Err(session.failed(&error)),
        (None, None) => Err(nobody(session)),
    }
}

/// Sets something on all live hosts, so that it holds everywhere when the command is done.
async fn set(session: &Session, name: &str, value: &str) -> Result<(), Failure> {
    let live = session.live();
    let asked = live.iter().map(async |host| session.port(host)?.configure(name, value).await);
    let answers = join_all(asked).await;
    if answers.iter().any(Result::is_ok) {
        return Ok(());
    }
    Err(match answers.into_iter().find_map(Result::err) {
        Some(error) => session.failed(&error),
        None => nobody(session),
    })
}

fn nobody(session: &Session) -> Failure {
    session.oracle.borrow_mut().error();
    session.nobody()
}

/// Waits until all live hosts know of those that are gone.
async fn wait_until_noticed(session: &Session) {
    let deadline = session.now() + NOTICE_LIMIT;
    let gone = |host: &str| !matches!(session.condition(host), Some(Condition::Up));
    let unaware = |state: &HostState| {
        let mut links = state.links.iter();
        links.any(|link| gone(&link.peer) && !link.removed && (link.live || link.connected))
    };
    while session.now() < deadline {
        if !session.states().await.iter().any(|(_, state)| unaware(state)) {
            return;
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}
