//! Commands that start, hit and dismiss hosts, or their disks.

use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::ids::MessageId;

use super::super::failure::{Failure, FailureKind};
use super::super::meeting;
use super::super::oracle::faults::FaultKind;
use super::super::outcome::{Outcome, Performed};
use super::super::roles::{find, find_one, none_removed};
use super::super::session::{PATIENCE, Session};
use super::super::stage::{Condition, Moment};
use crate::client::ClientError;
use crate::client::types::Fault;
use crate::scenario::{Corrupt, HostName, Hosts, OneHost, Spawn};

/// How long a host may take to give its copies away and go.
const LEAVE_LIMIT: Duration = Duration::from_secs(30);
/// How long it may take until all live hosts know that another one was removed.
const REMOVE_LIMIT: Duration = Duration::from_secs(10);
/// How often is looked whether something has come true.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Starts hosts, and waits until all live hosts see each other.
pub(super) async fn spawn(session: &Session, command: &Spawn) -> Performed {
    let name = command.name.as_ref().map(HostName::as_str);
    let hosts = match &command.plant {
        Some(plant) => session.stage.spawn_planted(command.count, name, plant.as_str()).await?,
        None => session.stage.spawn(command.count, name).await?,
    };
    meeting::wait_until_met(session).await?;
    Ok(Outcome::Hosts { verb: "spawned", hosts }.into())
}

/// Kills hosts, all at one moment.
pub(super) async fn kill(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    let running: Vec<String> = hosts.iter().filter(|host| runs(session, host)).cloned().collect();
    let bereaved = session.takeover.prepare(session, &running);
    begin(session, FaultKind::Kill, &running);
    session.about_to_kill(&running);
    let killed_at = session.stage.kill(&hosts).await?;
    session.takeover.watch(session, bereaved, killed_at);
    Ok(Outcome::Hosts { verb: "killed", hosts }.into())
}

/// Starts killed hosts again, and waits until they serve.
pub(super) async fn restart(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    none_removed(session, &hosts)?;
    if let Some(paused) = hosts.iter().find(|host| session.condition(host) == Some(Condition::Paused)) {
        let refusal = Failure::refused(format!("{paused} is paused: it runs, and cannot be started"));
        return Err(refusal.help(format!("`resume {paused}` lets it go on")));
    }
    restart_hosts(session, &hosts).await?;
    Ok(Outcome::Hosts { verb: "restarted", hosts }.into())
}

/// Starts those of these hosts again that are down.
pub(in super::super) async fn restart_hosts(session: &Session, hosts: &[String]) -> Result<(), Failure> {
    let down: Vec<String> = hosts.iter().filter(|host| !session.lives(host)).cloned().collect();
    begin(session, FaultKind::Restart, &down);
    session.stage.restart(hosts).await?;
    let now = session.now();
    for host in &down {
        for kind in [FaultKind::Kill, FaultKind::Wipe, FaultKind::RollBack, FaultKind::Restart] {
            session.oracle.borrow_mut().faults.end(kind, &[host], now);
        }
        redo_faults(session, host).await?;
    }
    Ok(())
}

/// Stops hosts, all at one moment.
pub(super) async fn pause(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    none_removed(session, &hosts)?;
    let running: Vec<String> = hosts.iter().filter(|host| session.lives(host)).cloned().collect();
    let began = session.now();
    session.stage.pause(&hosts).await?;
    for host in &running {
        session.oracle.borrow_mut().faults.begin(FaultKind::Pause, &[host], began);
    }
    Ok(Outcome::Hosts { verb: "paused", hosts }.into())
}

/// Lets stopped hosts go on.
pub(super) async fn resume(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    none_removed(session, &hosts)?;
    session.stage.resume(&hosts).await?;
    for host in &hosts {
        session.oracle.borrow_mut().faults.end(FaultKind::Pause, &[host], session.now());
        redo_faults(session, host).await?;
    }
    Ok(Outcome::Hosts { verb: "resumed", hosts }.into())
}

/// Kills hosts, all at one moment, and empties their disks, or puts them back in time.
pub(super) async fn harm_disks(session: &Session, command: &Hosts, harm: FaultKind) -> Performed {
    let hosts = find(session, &command.hosts)?;
    none_removed(session, &hosts)?;
    let running: Vec<String> = hosts.iter().filter(|host| runs(session, host)).cloned().collect();
    let bereaved = session.takeover.prepare(session, &running);
    begin(session, harm, &hosts);
    session.about_to_kill(&running);
    let (verb, killed_at) = match harm {
        FaultKind::RollBack => ("rolled back", session.stage.roll_back(&hosts).await?),
        _ => ("wiped", session.stage.wipe(&hosts).await?),
    };
    session.takeover.watch(session, bereaved, killed_at);
    for host in &hosts {
        session.full.borrow_mut().remove(host);
    }
    Ok(Outcome::Hosts { verb, hosts }.into())
}

/// Lets hosts leave, and waits until they are gone.
pub(super) async fn leave(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    none_removed(session, &hosts)?;
    begin(session, FaultKind::Leave, &hosts);
    let asked = hosts.iter().map(async |host| match session.port(host) {
        Ok(port) => port.leave().await.map_err(|error| session.failed(&error)),
        Err(error) => Err(session.failed(&error)),
    });
    join_all(asked).await.into_iter().collect::<Result<Vec<()>, Failure>>()?;
    let deadline = session.now() + LEAVE_LIMIT;
    for host in &hosts {
        wait_until_gone(session, host, deadline).await?;
        session.stage.note_removed(host);
    }
    wait_until_removed(session, &hosts).await?;
    Ok(Outcome::Hosts { verb: "left", hosts }.into())
}

/// Removes hosts for ever, through any other live host.
pub(super) async fn remove(session: &Session, command: &Hosts) -> Performed {
    let hosts = find(session, &command.hosts)?;
    begin(session, FaultKind::Remove, &hosts);
    for host in &hosts {
        let others: Vec<String> =
            session.candidates(None).into_iter().filter(|other| !hosts.contains(other)).collect();
        if others.is_empty() {
            return Err(Failure::refused(format!("no other host is up that could remove {host}")));
        }
        let ask = async |_: &str, port: std::rc::Rc<dyn super::super::stage::Port>| port.remove(host).await;
        let removed = session.through(others, REMOVE_LIMIT, true, ask).await;
        removed.map_err(|error| session.failed(&error))?;
        session.stage.note_removed(host);
    }
    wait_until_removed(session, &hosts).await?;
    Ok(Outcome::Hosts { verb: "removed", hosts }.into())
}

/// Fills a host's disk.
pub(super) async fn fill(session: &Session, command: &OneHost) -> Performed {
    let host = find_one(session, &command.host)?;
    let began = session.now();
    inject(session, &host, &Fault::Full(true)).await?;
    session.oracle.borrow_mut().faults.begin(FaultKind::Fill, &[&host], began);
    session.full.borrow_mut().insert(host.clone());
    Ok(Outcome::Hosts { verb: "filled", hosts: vec![host] }.into())
}

/// Gives a host's disk its room back.
pub(super) async fn free(session: &Session, command: &OneHost) -> Performed {
    let host = find_one(session, &command.host)?;
    inject(session, &host, &Fault::Full(false)).await?;
    session.oracle.borrow_mut().faults.end(FaultKind::Fill, &[&host], session.now());
    session.full.borrow_mut().remove(&host);
    Ok(Outcome::Hosts { verb: "freed", hosts: vec![host] }.into())
}

/// Flips a byte of a copy on a host's disk.
pub(super) async fn corrupt(session: &Session, command: &Corrupt) -> Performed {
    let host = find_one(session, &command.host)?;
    let message = command.message.map(|message| session.message(message)).transpose()?;
    begin(session, FaultKind::Corrupt, std::slice::from_ref(&host));
    let hit: Option<MessageId> = inject(session, &host, &Fault::Corrupt(message)).await?;
    Ok(Outcome::Corrupted { host, message: hit.or(message) }.into())
}

/// Asks a host to do harm to itself.
pub(super) async fn inject(
    session: &Session,
    host: &str,
    fault: &Fault,
) -> Result<Option<MessageId>, Failure> {
    let failed = |error: ClientError| session.failed(&error).about(host);
    let port = session.port(host).map_err(failed)?;
    port.inject(fault).await.map_err(failed)
}

/// A host that has a new process, or goes on, is as disturbed as it was.
async fn redo_faults(session: &Session, host: &str) -> Result<(), Failure> {
    // One that was stopped still has what was mended meanwhile.
    let mut faults = vec![Fault::Heal(None)];
    faults.extend(session.links.borrow().of(host));
    faults.extend(session.full.borrow().contains(host).then_some(Fault::Full(true)));
    for fault in faults {
        inject(session, host, &fault).await?;
    }
    Ok(())
}

fn runs(session: &Session, host: &str) -> bool {
    matches!(session.condition(host), Some(Condition::Up | Condition::Paused))
}

fn begin(session: &Session, kind: FaultKind, hosts: &[String]) {
    let now: Moment = session.now();
    for host in hosts {
        session.oracle.borrow_mut().faults.begin(kind, &[host], now);
    }
}

/// Waits until a host that leaves has ended, or says nothing more.
async fn wait_until_gone(session: &Session, host: &str, deadline: Moment) -> Result<(), Failure> {
    loop {
        match session.condition(host) {
            Some(Condition::Up | Condition::Paused) => {}
            _ => return Ok(()),
        }
        if session.now() >= deadline {
            let copies = match session.port(host) {
                Ok(port) => port.state(PATIENCE).await.map_or(0, |state| state.copies),
                Err(_) => 0,
            };
            let message = format!(
                "{host} has not left after {} s: it still has {copies} copies",
                LEAVE_LIMIT.as_secs()
            );
            return Err(Failure::new(FailureKind::Unavailable, message)
                .help("a host leaves once hosts that stay have taken all of its copies over"));
        }
        session.stage.sleep(LOOK_EVERY).await;
    }
}

/// Waits until no live host counts these hosts among its members.
async fn wait_until_removed(session: &Session, hosts: &[String]) -> Result<(), Failure> {
    let deadline = session.now() + REMOVE_LIMIT;
    loop {
        let states = session.states().await;
        let unaware = states.iter().find(|(name, state)| {
            let mut links = state.links.iter();
            !hosts.contains(name) && links.any(|link| hosts.contains(&link.peer) && !link.removed)
        });
        match unaware {
            None => return Ok(()),
            // A part of the cluster that is cut off learns of it later.
            Some(_) if session.now() >= deadline => return Ok(()),
            Some(_) => session.stage.sleep(LOOK_EVERY).await,
        }
    }
}
