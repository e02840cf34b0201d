//! The client's balancer: which host gets which message.

use super::super::session::Session;
use crate::scenario::Scheme;

/// Spreads `count` messages over hosts: the places of the messages that each host gets, in order.
pub(super) async fn assign(session: &Session, hosts: &[String], count: usize) -> Vec<Vec<usize>> {
    let mut shares = vec![Vec::new(); hosts.len()];
    if hosts.is_empty() {
        return shares;
    }
    let mut loads = match session.scheme.get() {
        Scheme::LeastLoaded if hosts.len() > 1 => loads(session, hosts).await,
        _ => vec![0; hosts.len()],
    };
    let first = match session.scheme.get() {
        Scheme::RoundRobin => session.take_turns(count, hosts.len()),
        Scheme::Random | Scheme::LeastLoaded => 0,
    };
    for place in 0..count {
        let host = match session.scheme.get() {
            Scheme::RoundRobin => (first + place) % hosts.len(),
            Scheme::Random => session.lot(hosts.len()),
            Scheme::LeastLoaded => {
                let (one, other) = two_of(session, hosts.len());
                if loads[one] <= loads[other] { one } else { other }
            }
        };
        loads[host] += 1;
        shares[host].push(place);
    }
    shares
}

/// How many copies each host has; 0 for one that does not say.
async fn loads(session: &Session, hosts: &[String]) -> Vec<u64> {
    let states = session.states().await;
    let copies =
        |host: &String| states.iter().find(|(name, _)| name == host).map_or(0, |(_, state)| state.copies);
    hosts.iter().map(copies).collect()
}

/// Two different places by lot, if there are two.
fn two_of(session: &Session, places: usize) -> (usize, usize) {
    let one = session.lot(places);
    if places == 1 {
        return (one, one);
    }
    let other = session.lot(places - 1);
    (one, if other >= one { other + 1 } else { other })
}
