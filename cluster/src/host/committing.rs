//! The commit thread's part of a host process: it joins, runs the host on its store, and starts it anew when the store or the disk
//! makes that necessary.
//!
//! A store that cannot be trusted any more is kept under another name, never removed.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hydraq_core::config::Config;
use hydraq_core::detector::Detector;
use hydraq_core::event::{Event, MetaKey};
use hydraq_core::frame::MemberRecord;
use tokio::runtime::Runtime;

use super::answering::Answering;
use super::clock::Clock;
use super::engine::Engine;
use super::handle::{Handle, Input};
use super::process::{HostError, Starting};
use super::runner::{Ended, Runner};
use super::set_aside;
use crate::links::{Links, Me, join};
use crate::store::redb::OpenError;
use crate::store::{Opened, ReadError, StoreError};

/// How long a joining host tries to reach a member.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// The commit thread's part.
pub(super) struct Committing {
    pub(super) starting: Starting,
    pub(super) config: Config,
    pub(super) clock: Clock,
    pub(super) links: Links,
    pub(super) handle: Handle,
    pub(super) answering: Answering,
    pub(super) detector: Arc<Mutex<Detector>>,
}

impl Committing {
    fn me(&self, opened: &Opened) -> Me {
        let record = MemberRecord {
            id: opened.host,
            name: self.starting.options.name.clone(),
            address: self.starting.address.clone(),
            boot: opened.boot.counter,
            removed: false,
        };
        Me { id: opened.host, record }
    }

    /// Learns of the members through those that were named, before anything is served.
    pub(super) fn introduce(
        &self,
        runtime: &Runtime,
        opened: &Opened,
    ) -> Result<Vec<MemberRecord>, HostError> {
        let joins = &self.starting.options.join;
        if joins.is_empty() {
            return Ok(Vec::new());
        }
        let me = self.me(opened);
        let deadline = std::time::Instant::now() + JOIN_TIMEOUT;
        loop {
            let mut problems = Vec::new();
            for address in joins {
                match runtime.block_on(join(address, &me)) {
                    Ok(records) => return Ok(records),
                    Err(problem) => problems.push(problem),
                }
            }
            // A host that has been a member before knows the others: it may be the first one to come back.
            let knows_members =
                opened.recovered.meta.iter().any(|(key, _)| matches!(key, MetaKey::Member(_)));
            if knows_members {
                return Ok(Vec::new());
            }
            if std::time::Instant::now() >= deadline {
                return Err(HostError::Join(problems.join("; ")));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs the host, and starts it anew whenever its store or its disk makes that necessary.
    pub(super) fn run(
        self,
        opened: Opened,
        joining: Vec<MemberRecord>,
        inputs: &Receiver<Input>,
    ) -> Result<(), HostError> {
        let mut opened = Some(opened);
        let mut joining = joining;
        loop {
            let next = match opened.take() {
                Some(opened) => opened,
                None => self.reopen()?,
            };
            let (ended, members) = self.run_once(next, std::mem::take(&mut joining), inputs)?;
            self.links.hang_up_all();
            self.handle.shared.set_serving(false);
            match ended {
                Ended::Stopped => return Ok(()),
                Ended::Removed => {
                    let options = &self.starting.options;
                    return Err(HostError::Removed(options.name.clone(), options.data.clone()));
                }
                Ended::DiskLost => {
                    self.set_aside("it has lost something that it had promised");
                    joining = members;
                }
                Ended::StoreFailed(StoreError::Full) => {
                    tracing::error!("the disk is full: the store is opened anew");
                }
                Ended::StoreFailed(StoreError::Failed(why)) => {
                    tracing::error!(why, "the store failed");
                    self.set_aside("its cache can no longer be trusted");
                    joining = members;
                }
            }
        }
    }

    /// How it ended, and which members it knew by then: a host that lost its disk joins through them.
    fn run_once(
        &self,
        opened: Opened,
        joining: Vec<MemberRecord>,
        inputs: &Receiver<Input>,
    ) -> Result<(Ended, Vec<MemberRecord>), HostError> {
        let me = self.me(&opened);
        let at = self.clock.now();
        self.handle.shared.set_name(me.id, &me.record.name);
        let seed = self.starting.ids.lock().unwrap_or_else(PoisonError::into_inner).nonce();
        let options = &self.starting.options;
        // The host's clock goes on from where this process has it, not from the last commit.
        let opened = Opened { clock: opened.clock.max(at), ..opened };
        let engine = Engine::start(
            opened,
            options.name.clone(),
            self.starting.address.clone(),
            self.config.clone(),
            seed,
        )
        .map_err(|error| self.unreadable(&error))?;
        let (handle, links, detector) = (self.handle.clone(), self.links.clone(), self.detector.clone());
        let (answering, suspicion) = (self.answering.clone(), self.config.suspicion);
        let mut runner = Runner::new(engine, handle, answering, self.clock, links, detector, suspicion);
        self.links.set_me(me);
        if !joining.is_empty() {
            self.handle.event(Event::Members(joining));
        }
        let ended = runner.run(inputs);
        let core = &runner.engine.core;
        let mut members = core.member_records();
        // Under its old id another process may live on: the disk of this one may be a copy.
        members.retain(|member| member.id != core.identity().id);
        Ok((ended, members))
    }

    /// A store of which not all records can be read is left as it is.
    fn unreadable(&self, error: &ReadError) -> HostError {
        let (path, why) = (self.starting.store_path(), error.to_string());
        OpenError::Damaged { path, why }.into()
    }

    fn reopen(&self) -> Result<Opened, HostError> {
        let mut tries = 0;
        loop {
            match self.starting.open() {
                Ok(opened) => return Ok(opened),
                Err(error) if tries < 60 => {
                    tries += 1;
                    tracing::error!(%error, "the store does not open");
                    std::thread::sleep(Duration::from_secs(1));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Keeps a store that cannot be trusted under another name; the host comes back as a new one.
    fn set_aside(&self, why: &str) {
        let path = self.starting.store_path();
        let aside = set_aside::free_name(&path);
        match std::fs::rename(&path, &aside) {
            Ok(()) => {
                tracing::error!(why, kept = %aside.display(), "the store was set aside; this host comes back as a new one");
            }
            Err(error) => tracing::error!(%error, "the store could not be set aside"),
        }
    }
}
