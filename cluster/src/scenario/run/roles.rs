//! Which hosts a command means: names, numbers, and roles by the harness's own record.
//!
//! All hosts of one command are found before anything is done to any of them. Roles do not ask the cluster: they can be found
//! when no host lives.

use super::failure::Failure;
use super::session::Session;
use super::stage::Condition;
use crate::scenario::{HostRef, MessageRef, Role};

/// The names of the hosts that a command means, in its order.
pub(super) fn find(session: &Session, hosts: &[HostRef]) -> Result<Vec<String>, Failure> {
    let mut found: Vec<String> = Vec::new();
    // What is certain is found first, so that chance does not hit the same host.
    let certain = |host: &HostRef| !matches!(host, HostRef::Role(Role::Random));
    let named: Vec<Option<String>> = hosts
        .iter()
        .map(|host| certain(host).then(|| one(session, host)).transpose())
        .collect::<Result<_, _>>()?;
    let mut taken: Vec<String> = named.iter().flatten().cloned().collect();
    for (host, name) in hosts.iter().zip(named) {
        let name = match name {
            Some(name) => name,
            None => {
                let drawn = random(session, &taken).map_err(|failure| failure.about(&host.to_string()))?;
                taken.push(drawn.clone());
                drawn
            }
        };
        if !found.contains(&name) {
            found.push(name);
        }
    }
    Ok(found)
}

/// The two ends of a link.
pub(super) fn find_link(session: &Session, a: &HostRef, b: &HostRef) -> Result<(String, String), Failure> {
    let ends = find(session, &[a.clone(), b.clone()])?;
    match <[String; 2]>::try_from(ends) {
        Ok([a, b]) => Ok((a, b)),
        Err(ends) => Err(Failure::refused(format!("A and B are both {}", ends.join(", ")))
            .help("a link is between two different hosts")),
    }
}

/// The one host that `--on` names, if it is given.
pub(super) fn find_on(session: &Session, on: Option<&HostRef>) -> Result<Option<String>, Failure> {
    on.map(|host| find_one(session, host)).transpose()
}

/// The name of one host.
pub(super) fn find_one(session: &Session, host: &HostRef) -> Result<String, Failure> {
    let mut found = find(session, std::slice::from_ref(host))?;
    found.pop().ok_or_else(|| Failure::refused(format!("there is no host {host}")))
}

fn one(session: &Session, host: &HostRef) -> Result<String, Failure> {
    let hosts = session.stage.hosts();
    let names = || hosts.iter().map(|host| host.name.as_str()).collect::<Vec<_>>().join(", ");
    let known =
        || if hosts.is_empty() { "there are none yet".into() } else { format!("the hosts are {}", names()) };
    match host {
        HostRef::Name(name) => {
            let found = hosts.iter().find(|host| host.name == name.as_str());
            let none = || Failure::refused(format!("there is no host {name}; {}", known()));
            found.map(|host| host.name.clone()).ok_or_else(none)
        }
        HostRef::Number(number) => {
            let found = usize::try_from(*number).ok().and_then(|number| hosts.get(number.checked_sub(1)?));
            let none = || Failure::refused(format!("there is no host number {number}; {}", known()));
            found.map(|host| host.name.clone()).ok_or_else(none)
        }
        HostRef::Role(role) => of_role(session, role).map_err(|failure| failure.about(&role.to_string())),
    }
}

fn of_role(session: &Session, role: &Role) -> Result<String, Failure> {
    let lives = |host: &str| session.lives(host);
    let held = |message: MessageRef| -> Result<_, Failure> {
        let id = session.message(message)?;
        let oracle = session.oracle.borrow();
        let holders = oracle.record(id).map(|record| record.holders.clone()).unwrap_or_default();
        if holders.is_empty() {
            return Err(Failure::refused(format!("no holder of message {id} is known")));
        }
        Ok((id, holders))
    };
    match role {
        Role::Owner { message } => {
            let (id, _) = held(*message)?;
            let oracle = session.oracle.borrow();
            let owner = oracle.owner(id, &lives).map(str::to_owned);
            owner.ok_or_else(|| Failure::refused(format!("no holder of message {id} is known")))
        }
        Role::Holder { message, rank } => {
            let (id, holders) = held(*message)?;
            holders.get(usize::from(*rank)).cloned().ok_or_else(|| {
                let ranks = holders.len() - 1;
                Failure::refused(format!(
                    "message {id} has holders of rank 0 to {ranks}, none of rank {rank}"
                ))
            })
        }
        Role::Outsider { message } => {
            let (id, holders) = held(*message)?;
            let outsider = session.live().into_iter().find(|host| !holders.contains(host));
            outsider.ok_or_else(|| Failure::refused(format!("every live host holds message {id}")))
        }
        Role::Random => random(session, &[]),
    }
}

/// A live host by lot, none of `taken`.
fn random(session: &Session, taken: &[String]) -> Result<String, Failure> {
    let mut live = session.live();
    live.retain(|host| !taken.contains(host));
    if live.is_empty() {
        return Err(Failure::refused("there is no further live host"));
    }
    let place = session.lot(live.len());
    Ok(live.swap_remove(place))
}

/// Refuses what is to be done to hosts that are gone for good.
pub(super) fn none_removed(session: &Session, hosts: &[String]) -> Result<(), Failure> {
    match hosts.iter().find(|host| session.condition(host) == Some(Condition::Removed)) {
        None => Ok(()),
        Some(host) => Err(Failure::refused(format!("{host} was removed from the cluster for ever"))
            .help("`spawn` starts a new host")),
    }
}
