//! A client of several hosts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::ids::MessageId;
use hydraq_core::random::Random;
use tokio::time::Instant;

use super::types::{
    DeleteTarget, Deleted, Delivery, DequeueOptions, EnqueueOptions, Enqueued, NewMessage, Outcome,
};
use super::{ClientError, HostClient, Kind};
use crate::ids::IdSource;

/// How long to pause before the first further try; doubled for each, with jitter, up to the second.
const PAUSE: std::ops::Range<Duration> = Duration::from_millis(20)..Duration::from_secs(1);

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
    /// It was refused for good.
    pub async fn enqueue(
        &self,
        message: NewMessage,
        options: &EnqueueOptions,
    ) -> Result<Enqueued, ClientError> {
        let deadline = Instant::now() + options.timeout;
        let mut options = options.clone();
        let (mut pause, mut outcome) = (PAUSE.start, Outcome::Unknown(Vec::new()));
        loop {
            options.timeout =
                deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            let answer = self.next_host().enqueue(vec![message.clone()], &options).await;
            let error = match answer {
                Ok(mut results) => match results.pop() {
                    Some(Enqueued { outcome: Outcome::Ok(hosts), id }) => {
                        return Ok(Enqueued { id, outcome: Outcome::Ok(hosts) });
                    }
                    Some(Enqueued { outcome: Outcome::Unknown(hosts), .. }) => {
                        outcome = Outcome::Unknown(hosts);
                        None
                    }
                    Some(Enqueued { outcome: Outcome::Failed(error), .. }) => Some(error),
                    None => None,
                },
                Err(error) => Some(error),
            };
            if let Some(error) =
                error.filter(|error| !error.is_retryable() || Instant::now() + pause >= deadline)
            {
                // Only what was never tried otherwise is known to have failed.
                return if options.retry && error.is_retryable() {
                    Ok(Enqueued { id: message.id, outcome })
                } else {
                    Err(error)
                };
            }
            if Instant::now() + pause >= deadline {
                return Ok(Enqueued { id: message.id, outcome });
            }
            options.retry = true;
            self.rest(&mut pause).await;
        }
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
        let (mut pause, mut tries) = (PAUSE.start, self.hosts.len() * 3);
        loop {
            tries -= 1;
            match ask(self.next_host()).await {
                Err(error) if error.is_retryable() && tries > 0 => self.rest(&mut pause).await,
                answer => return answer,
            }
        }
    }

    /// Pauses for half to all of `pause`, and doubles it.
    async fn rest(&self, pause: &mut Duration) {
        let share = self.random.lock().unwrap_or_else(PoisonError::into_inner).unit();
        tokio::time::sleep(pause.mul_f64(0.5 + share / 2.0)).await;
        *pause = (*pause * 2).min(PAUSE.end);
    }
}
