//! Commands that disturb links: each is asked of both ends.

use std::time::Duration;

use super::super::failure::{Failure, FailureKind};
use super::super::links::LinkFault;
use super::super::oracle::faults::FaultKind;
use super::super::outcome::{Outcome, Performed};
use super::super::roles::find_link;
use super::super::session::Session;
use super::super::stage::Condition;
use super::hosts::inject;
use crate::client::types::Fault;
use crate::scenario::{Cut, DelayLink, DropFrames, Heal};

/// Cuts a link, or what one end sends.
pub(super) async fn cut(session: &Session, command: &Cut) -> Performed {
    let (a, b) = find_link(session, &command.link.a, &command.link.b)?;
    let one_way = command.one_way;
    session.oracle.borrow_mut().faults.begin(FaultKind::Cut, &[&a, &b], session.now());
    let at_a = Fault::Cut { peer: b.clone(), outwards: true, inwards: !one_way };
    let at_b = Fault::Cut { peer: a.clone(), outwards: !one_way, inwards: true };
    at_both_ends(session, &a, at_a, &b, at_b).await?;
    change(session, &a, &b, |link, forth| {
        link.cut_forth |= forth || !one_way;
        link.cut_back |= !forth || !one_way;
    });
    let how = if one_way { format!("what {a} sends is lost") } else { String::new() };
    Ok(Outcome::Link { verb: "cut", ends: Some((a, b)), how }.into())
}

/// Slows a link down; a delay of nothing ends that.
pub(super) async fn delay(session: &Session, command: &DelayLink) -> Performed {
    let (a, b) = find_link(session, &command.link.a, &command.link.b)?;
    let delay = command.delay;
    let fault = |peer: &str| Fault::Delay { peer: peer.to_owned(), delay };
    begin_or_end(session, FaultKind::Delay, &a, &b, delay > Duration::ZERO);
    at_both_ends(session, &a, fault(&b), &b, fault(&a)).await?;
    change(session, &a, &b, |link, _| link.delay = delay);
    let how = format!("by {} ms", delay.as_millis());
    Ok(Outcome::Link { verb: "slowed down", ends: Some((a, b)), how }.into())
}

/// Loses a part of what is sent over a link; none of it ends that.
pub(super) async fn drop(session: &Session, command: &DropFrames) -> Performed {
    let (a, b) = find_link(session, &command.link.a, &command.link.b)?;
    let percent = command.percent;
    let fault = |peer: &str| Fault::Drop { peer: peer.to_owned(), percent: u32::from(percent) };
    begin_or_end(session, FaultKind::Drop, &a, &b, percent > 0);
    at_both_ends(session, &a, fault(&b), &b, fault(&a)).await?;
    change(session, &a, &b, |link, _| link.percent = percent);
    let how = format!("{percent} % of what is sent is lost");
    Ok(Outcome::Link { verb: "disturbed", ends: Some((a, b)), how }.into())
}

/// Mends a link, or all.
pub(super) async fn heal(session: &Session, command: &Heal) -> Performed {
    let ends = match &command.link {
        Some(link) => Some(find_link(session, &link.a, &link.b)?),
        None => None,
    };
    let mended = match &ends {
        Some((a, b)) => {
            session.links.borrow_mut().heal(a, b);
            let fault = |peer: &str| Fault::Heal(Some(peer.to_owned()));
            at_both_ends(session, a, fault(b), b, fault(a)).await?;
            vec![(a.clone(), b.clone())]
        }
        None => {
            let mended = session.links.borrow_mut().heal_all();
            for host in session.live() {
                inject(session, &host, &Fault::Heal(None)).await?;
            }
            mended
        }
    };
    for (a, b) in &mended {
        for kind in [FaultKind::Cut, FaultKind::Delay, FaultKind::Drop] {
            session.oracle.borrow_mut().faults.end(kind, &[a, b], session.now());
        }
    }
    Ok(Outcome::Link { verb: "healed", ends, how: String::new() }.into())
}

fn begin_or_end(session: &Session, kind: FaultKind, a: &str, b: &str, begins: bool) {
    let (mut oracle, now) = (session.oracle.borrow_mut(), session.now());
    if begins {
        oracle.faults.begin(kind, &[a, b], now);
    } else {
        oracle.faults.end(kind, &[a, b], now);
    }
}

fn change(session: &Session, a: &str, b: &str, change: impl FnOnce(&mut LinkFault, bool)) {
    session.links.borrow_mut().change(a, b, change);
}

/// Asks both ends, as far as they are up. One that is not is asked when it is back.
async fn at_both_ends(session: &Session, a: &str, at_a: Fault, b: &str, at_b: Fault) -> Result<(), Failure> {
    let mut asked = 0;
    for (host, fault) in [(a, at_a), (b, at_b)] {
        match session.condition(host) {
            Some(Condition::Up) => {
                inject(session, host, &fault).await?;
                asked += 1;
            }
            Some(Condition::Removed) => {
                return Err(Failure::refused(format!("{host} was removed from the cluster for ever")));
            }
            _ => {}
        }
    }
    if asked == 0 {
        let message = format!("neither {a} nor {b} is up");
        return Err(Failure::new(FailureKind::Unavailable, message));
    }
    Ok(())
}
