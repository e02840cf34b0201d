//! One enqueue request: tried on one host after the other until every message of it has an outcome.
//!
//! A try that may have stored a message is followed by others only with the same id, marked as retries. A pinned request is
//! tried nowhere else, and never again once a try may have stored something.

use std::time::Duration;

use hydraq_core::config::Shape as CoreShape;

use super::super::oracle::record::Verdict;
use super::super::outcome::Sent;
use super::super::session::Session;
use crate::client::types::{EnqueueOptions as Wire, Enqueued, NewMessage, Outcome};
use crate::client::{ClientError, Kind};
use crate::scenario::{EnqueueOptions, Shape};

/// One request, until every message of it has an outcome.
pub(super) struct Request<'a> {
    session: &'a Session,
    wire: Wire,
    on: Option<&'a str>,
    first: &'a str,
    open: Vec<Open>,
    /// What became of the messages that have an outcome.
    pub(super) sent: Vec<Sent>,
    /// How many messages were in the last try.
    asked: usize,
}

/// A message without an outcome yet.
struct Open {
    message: NewMessage,
    tries: u32,
    /// Whether a try may have stored it, and which hosts have confirmed that.
    stored: Option<Vec<String>>,
    /// Whether it was tried again after that.
    retried: bool,
    error: Option<ClientError>,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        session: &'a Session,
        options: &EnqueueOptions,
        on: Option<&'a str>,
        first: &'a str,
        messages: &[NewMessage],
    ) -> Self {
        let shape = match options.shape {
            Shape::Star => CoreShape::Star,
            Shape::Chain => CoreShape::Chain,
            Shape::Tree => CoreShape::Tree,
        };
        let wire = Wire {
            shape,
            timeout: options.timeout,
            replicas_min: options.min_replicas,
            asynchronous: options.is_async,
            // Whoever picks the id may have used it before.
            retry: options.id.is_some(),
        };
        let open = |message: &NewMessage| Open {
            message: message.clone(),
            tries: 0,
            stored: None,
            retried: false,
            error: None,
        };
        let open = messages.iter().map(open).collect();
        Self { session, wire, on, first, open, sent: Vec::new(), asked: 0 }
    }

    /// Runs it, until every message has an outcome or it [is too much](Self::is_too_much).
    pub(super) async fn run(&mut self) {
        let deadline = self.session.now() + self.wire.timeout;
        loop {
            let mut pause = None;
            for host in self.hosts() {
                self.wire.timeout = (deadline - self.session.now()).max(Duration::from_millis(1));
                self.try_on(&host).await;
                pause = pause.max(self.open.iter().filter_map(|open| open.error.as_ref()?.retry_after).max());
                if self.open.is_empty() || self.is_too_much() {
                    return;
                }
                if self.session.now() >= deadline || (self.on.is_some() && self.may_be_stored()) {
                    return self.give_up();
                }
            }
            match pause {
                Some(pause) if self.session.now() + pause < deadline => self.session.stage.sleep(pause).await,
                _ => return self.give_up(),
            }
        }
    }

    /// The hosts to ask, in order.
    fn hosts(&self) -> Vec<String> {
        if let Some(on) = self.on {
            return vec![on.to_owned()];
        }
        let mut live = self.session.live();
        let first = live.iter().position(|host| host == self.first).unwrap_or(0);
        if !live.is_empty() {
            live.rotate_left(first);
        }
        live
    }

    /// Tries all open messages once.
    async fn try_on(&mut self, host: &str) {
        for open in &mut self.open {
            open.tries += 1;
            open.retried |= open.stored.is_some();
        }
        let messages: Vec<NewMessage> = self.open.iter().map(|open| open.message.clone()).collect();
        self.asked = messages.len();
        let answer = match self.session.port(host) {
            Ok(port) => port.enqueue(messages, &self.wire).await,
            Err(error) => Err(error),
        };
        self.wire.retry = true;
        match answer {
            Ok(results) => {
                for (open, result) in std::mem::take(&mut self.open).into_iter().zip(results) {
                    self.take(open, result);
                }
            }
            Err(error) => {
                for open in std::mem::take(&mut self.open) {
                    self.refuse(open, &error);
                }
            }
        }
    }

    fn take(&mut self, mut open: Open, result: Enqueued) {
        match result.outcome {
            Outcome::Ok(hosts) => self.settle(&open, Verdict::Acknowledged, hosts, None),
            Outcome::Failed(error) => self.refuse(open, &error),
            Outcome::Unknown(hosts) => {
                open.stored = Some(hosts);
                open.error = None;
                self.open.push(open);
            }
        }
    }

    /// A message was refused: for good, or by this host.
    fn refuse(&mut self, mut open: Open, error: &ClientError) {
        let by_this_host = matches!(error.kind, Kind::Unavailable | Kind::Unreachable);
        // Whoever has no room for a batch may have it for a part.
        let by_its_size = error.kind == Kind::Exhausted && self.asked > 1 && open.tries == 1;
        if by_this_host || by_its_size {
            open.error = Some(error.clone());
            return self.open.push(open);
        }
        match open.stored.clone() {
            Some(hosts) => self.settle(&open, Verdict::Unknown, hosts, Some(error.clone())),
            None => self.settle(&open, Verdict::Failed, Vec::new(), Some(error.clone())),
        }
    }

    /// Whether some open message may have been stored by a try.
    fn may_be_stored(&self) -> bool {
        self.open.iter().any(|open| open.stored.is_some())
    }

    /// Whether the request was refused because there are too many messages in it.
    pub(super) fn is_too_much(&self) -> bool {
        let exhausted = |open: &Open| {
            open.tries == 1 && open.error.as_ref().is_some_and(|error| error.kind == Kind::Exhausted)
        };
        self.sent.is_empty() && self.open.len() > 1 && self.open.iter().all(exhausted)
    }

    /// Nobody can do more about the open messages.
    fn give_up(&mut self) {
        for open in std::mem::take(&mut self.open) {
            let error = open.error.clone();
            match &open.stored {
                Some(hosts) => self.settle(&open, Verdict::Unknown, hosts.clone(), error),
                None => {
                    let nobody = || ClientError::new(Kind::Unreachable, "no host is up");
                    self.settle(&open, Verdict::Failed, Vec::new(), Some(error.unwrap_or_else(nobody)));
                }
            }
        }
    }

    fn settle(&mut self, open: &Open, verdict: Verdict, hosts: Vec<String>, error: Option<ClientError>) {
        let (tries, retried) = (open.tries, open.retried);
        self.sent.push(Sent { id: open.message.id, verdict, hosts, tries, retried, error });
    }
}
