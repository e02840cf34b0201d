//! A client of several hosts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use hydraq_core::ids::MessageId;
use hydraq_core::random::Random;
use tokio::time::Instant;

use super::types::{
    DeleteTarget, Deleted, Delivery, DequeueOptions, EnqueueOptions, Enqueued, NewMessage, Outcome,
};
use super::{ClientError, HostClient, Kind};
use crate::ids::IdSource;

/// How long to pause before the first further try; doubled for each, with jitter, up to the second.
pub(super) const PAUSE: std::ops::Range<Duration> = Duration::from_millis(20)..Duration::from_secs(1);

/// How often each host is asked before all are given up.
pub(super) const TRIES: usize = 3;

/// A client of several hosts; clones share its state.
#[derive(Debug, Clone)]
pub struct Client {
    hosts: Arc<Vec<HostClient>>,
    turn: Arc<AtomicUsize>,
    ids: Arc<Mutex<IdSource>>,
    random: Arc<Mutex<Random>>,
}

impl Client {
    /// A client of these hosts, at least one.
    ///
    /// # Errors
    /// There is none, an address is not a URL, or the operating system gives no random numbers.
    pub fn new(addresses: &[String]) -> Result<Self, ClientError> {
        if addresses.is_empty() {
            return Err(ClientError::new(Kind::Invalid, "at least one host is needed: --to URL"));
        }
        let hosts: Result<Vec<HostClient>, ClientError> =
            addresses.iter().map(|address| HostClient::new(address)).collect();
        let system = |error: getrandom::Error| ClientError::new(Kind::Other, error.to_string());
        Ok(Client {
            hosts: Arc::new(hosts?),
            turn: Arc::default(),
            ids: Arc::new(Mutex::new(IdSource::from_system().map_err(system)?)),
            random: Arc::new(Mutex::new(Random::new(getrandom::u64().map_err(system)?))),
        })
    }

    /// A fresh message id.
    #[must_use]
    pub fn draw_id(&self) -> MessageId {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).draw()
    }

    /// The host whose turn it is.
    #[must_use]
    pub fn next_host(&self) -> &HostClient {
        &self.hosts[self.turn.fetch_add(1, Ordering::Relaxed) % self.hosts.len()]
    }

    /// All hosts.
    #[must_use]
    pub fn hosts(&self) -> &[HostClient] {
        &self.hosts
    }

    /// Enqueues one message; tries other hosts for as long as the timeout lasts, as one message.
    ///
    /// # Errors
    /// It was refused, or no host could be reached: nothing was stored.
    pub async fn enqueue(
        &self,
        message: NewMessage,
        options: &EnqueueOptions,
    ) -> Result<Enqueued, ClientError> {
        let deadline = Instant::now() + options.timeout;
        let mut options = options.clone();
        // Who confirmed it in a try that may have stored it.
        let mut stored: Option<Vec<String>> = None;
        let (mut pause, mut tries) = (PAUSE.start, self.hosts.len() * TRIES);
        loop {
            options.timeout =
                deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            let host = self.next_host();
            let answer = host.enqueue(vec![message.clone()], &options).await;
            tries -= 1;
            let is_over = tries == 0 || Instant::now() + pause >= deadline;
            let refusal = match answer.map(|mut results| results.pop().map(|result| result.outcome)) {
                Ok(Some(Outcome::Ok(hosts))) => {
                    return Ok(Enqueued { id: message.id, outcome: Outcome::Ok(hosts) });
                }
                Ok(Some(Outcome::Unknown(hosts))) => {
                    stored = Some(hosts);
                    None
                }
                Ok(Some(Outcome::Failed(error))) | Err(error) => Some(named(host, error)),
                Ok(None) => None,
            };
            let is_final = refusal.as_ref().is_some_and(|error| !is_worth_another_try(error));
            if is_over || is_final {
                return match (stored, refusal) {
                    (None, Some(error)) => Err(error),
                    (hosts, _) => {
                        Ok(Enqueued { id: message.id, outcome: Outcome::Unknown(hosts.unwrap_or_default()) })
                    }
                };
            }
            options.retry = true;
            self.rest(&mut pause).await;
        }
    }

    /// Enqueues messages, each on the host whose turn it is, `in_flight` at once; says what became of each, in their order.
    pub async fn enqueue_all(
        &self,
        messages: Vec<NewMessage>,
        options: &EnqueueOptions,
        in_flight: usize,
    ) -> Vec<(MessageId, Outcome)> {
        let enqueued = messages.into_iter().map(async |message| {
            let id = message.id;
            match self.enqueue(message, options).await {
                Ok(enqueued) => (id, enqueued.outcome),
                Err(error) if error.kind == Kind::Unknown => (id, Outcome::Unknown(error.confirmed)),
                Err(error) => (id, Outcome::Failed(error)),
            }
        });
        futures_util::stream::iter(enqueued).buffered(in_flight.max(1)).collect().await
    }

    /// Hands messages out, from the first host that can.
    ///
    /// # Errors
    /// No host can.
    pub async fn dequeue(&self, options: &DequeueOptions) -> Result<Vec<Delivery>, ClientError> {
        self.first_that_can(async |host| host.dequeue(options).await).await
    }

    /// Deletes messages, through the first host that can.
    ///
    /// # Errors
    /// No host can.
    pub async fn delete(
        &self,
        targets: &[DeleteTarget],
        timeout: Duration,
    ) -> Result<Vec<Deleted>, ClientError> {
        self.first_that_can(async |host| host.delete(targets, timeout).await).await
    }

    /// Asks one host after the other until one can; all of them three times.
    ///
    /// # Errors
    /// What the last one said.
    pub async fn first_that_can<T>(
        &self,
        ask: impl AsyncFn(&HostClient) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let (mut pause, mut tries) = (PAUSE.start, self.hosts.len() * TRIES);
        loop {
            tries -= 1;
            let host = self.next_host();
            match ask(host).await {
                Err(error) if error.is_retryable() && tries > 0 => self.rest(&mut pause).await,
                answer => return answer.map_err(|error| named(host, error)),
            }
        }
    }

    /// Pauses for half to all of `pause`, and doubles it.
    pub(super) async fn rest(&self, pause: &mut Duration) {
        let share = self.random.lock().unwrap_or_else(PoisonError::into_inner).unit();
        tokio::time::sleep(pause.mul_f64(0.5 + share / 2.0)).await;
        *pause = (*pause * 2).min(PAUSE.end);
    }
}

/// Whether another host, or the same one a little later, may take what was refused. Where there is no room, or a type is paused,
/// it is so everywhere.
fn is_worth_another_try(error: &ClientError) -> bool {
    match error.kind {
        Kind::Unavailable => error.retry_after.is_some(),
        kind => kind == Kind::Unreachable,
    }
}

/// Who cannot be reached is told by its address: it has told no name.
fn named(host: &HostClient, mut error: ClientError) -> ClientError {
    if error.kind == Kind::Unreachable {
        error.message = format!("{}: {}", host.address(), error.message);
    }
    error
}
