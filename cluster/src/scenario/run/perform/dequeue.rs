//! `dequeue`: asks on until it has what it wants, or nobody has anything, or the wait is over.

use std::collections::BTreeSet;
use std::time::Duration;

use super::super::oracle::DeliveryPlace;
use super::super::outcome::{Outcome, Performed};
use super::super::roles::find_on;
use super::super::session::{Held, Session};
use super::super::stage::Moment;
use crate::client::types::{Delivery, DequeueOptions};
use crate::client::{ClientError, Kind};
use crate::scenario::Dequeue;

/// How many messages one request asks for at most.
const BATCH_MAX: usize = 256;
/// How many bytes of bodies one answer should have at most.
const ANSWER_BYTES_MAX: usize = 32 << 20;
/// How long one host is asked to wait for messages before another one is asked: nobody may swallow the whole wait.
const SLICE: Duration = Duration::from_secs(1);
/// How much longer than that its answer may take: a host asks the others in turn.
const GRACE: Duration = Duration::from_secs(10);
/// How long to pause when nobody can be asked.
const PAUSE: Duration = Duration::from_millis(50);

/// What is to be dequeued.
#[derive(Debug, Clone)]
pub(in super::super) struct Wish {
    pub(in super::super) message_types: Vec<String>,
    pub(in super::super) lease: Duration,
}

/// A delivery, and where the oracle has it.
pub(in super::super) type Got = (Delivery, DeliveryPlace);

/// Dequeues messages, and keeps their receipts.
pub(super) async fn dequeue(session: &Session, command: &Dequeue) -> Performed {
    let on = find_on(session, command.on.as_ref())?;
    let mut types: Vec<String> = command.message_types.iter().map(|name| name.as_str().to_owned()).collect();
    types.dedup();
    let mut fetch = Fetch {
        session,
        wish: Wish { message_types: types, lease: command.lease },
        on,
        count: command.count as usize,
        got: Vec::new(),
        empty: BTreeSet::new(),
        answered: false,
        error: None,
    };
    fetch.run(session.now() + command.wait).await;
    if let (true, false, error) = (fetch.got.is_empty(), fetch.answered, fetch.error) {
        return Err(match error {
            Some(error) => session.failed(&error),
            None => {
                session.oracle.borrow_mut().error();
                session.nobody()
            }
        });
    }
    let mut held = session.held.borrow_mut();
    for (delivery, place) in &fetch.got {
        let receipt = delivery.receipt;
        held.insert(delivery.id, Held { receipt, delivery: *place, host: delivery.owner.clone() });
    }
    *session.last_dequeue.borrow_mut() = fetch.got.iter().map(|(delivery, _)| delivery.id).collect();
    Ok(Outcome::Dequeued(fetch.got.into_iter().map(|(delivery, _)| delivery).collect()).into())
}

/// One request to one host, which the oracle hears of.
pub(in super::super) async fn ask(
    session: &Session,
    host: &str,
    wish: &Wish,
    count: usize,
    wait: Duration,
) -> Result<Vec<Got>, ClientError> {
    let fits = ANSWER_BYTES_MAX / (session.longest_body(&wish.message_types) + 1024);
    let options = DequeueOptions {
        message_types: wish.message_types.clone(),
        messages_max: count.min(fits).clamp(1, BATCH_MAX) as u32,
        lease: wish.lease,
        wait,
    };
    let port = session.port(host)?;
    let asked = session.now();
    let late = || Err(ClientError::new(Kind::Unknown, format!("{host} did not answer in time")));
    let answer = session.within(wait + GRACE, port.dequeue(&options)).await.unwrap_or_else(late)?;
    let received = session.now();
    let mut oracle = session.oracle.borrow_mut();
    let note = |delivery: Delivery| {
        let place = oracle.delivered(&delivery, host, wish.lease, asked, received);
        (delivery, place)
    };
    Ok(answer.into_iter().map(note).collect())
}

/// A dequeue in progress.
struct Fetch<'a> {
    session: &'a Session,
    wish: Wish,
    on: Option<String>,
    count: usize,
    got: Vec<Got>,
    /// The hosts that had nothing since somebody had something.
    empty: BTreeSet<String>,
    /// Whether any host has answered.
    answered: bool,
    error: Option<ClientError>,
}

impl Fetch<'_> {
    async fn run(&mut self, deadline: Moment) {
        while self.got.len() < self.count {
            let hosts = self.session.candidates(self.on.as_deref());
            let next = hosts.iter().find(|host| !self.empty.contains(*host));
            if let Some(host) = next {
                self.ask(host, Duration::ZERO).await;
                continue;
            }
            let left = deadline - self.session.now();
            if left == Duration::ZERO {
                return;
            }
            let heard = match hosts.first() {
                Some(host) => self.ask(host, left.min(SLICE)).await,
                None => false,
            };
            if !heard {
                self.session.stage.sleep(left.min(PAUSE)).await;
            }
        }
    }

    /// Asks a host; whether it has answered.
    async fn ask(&mut self, host: &str, wait: Duration) -> bool {
        let missing = self.count - self.got.len();
        match ask(self.session, host, &self.wish, missing, wait).await {
            Ok(got) => {
                self.answered = true;
                if got.is_empty() {
                    self.empty.insert(host.to_owned());
                } else {
                    self.empty.clear();
                }
                self.got.extend(got);
                true
            }
            Err(error) => {
                self.empty.insert(host.to_owned());
                self.error = Some(error);
                false
            }
        }
    }
}
