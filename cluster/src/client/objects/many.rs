//! Requests about objects to several hosts: to one after the other, until one can.

use std::time::Duration;

use tokio::time::Instant;

use super::super::balance::{PAUSE, TRIES};
use super::super::{Client, ClientError, HostClient, Kind};
use super::{CreatedObject, NewObject, NotCreated};

impl Client {
    /// Asks one host after the other until one is reached that can; each of them once.
    ///
    /// # Errors
    /// What the last one said.
    pub async fn one_pass<T>(
        &self,
        ask: impl AsyncFn(&HostClient) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut tries = self.hosts().len();
        loop {
            tries -= 1;
            match ask(self.next_host()).await {
                Err(error) if matches!(error.kind, Kind::Unavailable | Kind::Unreachable) && tries > 0 => {}
                answer => return answer,
            }
        }
    }

    /// Makes an object: with the id that the first try was told, as long as one may have made it.
    ///
    /// # Errors
    /// It was refused, or its outcome is still not known when the time is up.
    pub async fn create_object(
        &self,
        mut new: NewObject,
        timeout: Duration,
    ) -> Result<CreatedObject, NotCreated> {
        let deadline = Instant::now() + timeout;
        let (given, mut pause) = (new.id, PAUSE.start);
        let mut tries = self.hosts().len() * TRIES;
        loop {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
            let failed = match self.next_host().create_object(&new, left, |_, _| {}).await {
                Ok(created) => return Ok(created),
                Err(failed) => failed,
            };
            let may_be_there = failed.error.kind == Kind::Unknown || (given.is_none() && new.id.is_some());
            let is_absent = matches!(failed.error.kind, Kind::Unavailable | Kind::Unreachable);
            let again = failed.error.kind == Kind::Unknown || is_absent;
            tries = tries.saturating_sub(1);
            if !again || (tries == 0 && !may_be_there) || Instant::now() + pause >= deadline {
                let kind = if is_absent && may_be_there { Kind::Unknown } else { failed.error.kind };
                return Err(NotCreated { error: ClientError { kind, ..failed.error }, ..failed });
            }
            if may_be_there {
                new.id = failed.id;
            }
            self.rest(&mut pause).await;
        }
    }
}
