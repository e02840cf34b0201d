//! The disks that were set aside: each is read, and goes over its messages until none is left.
//!
//! What is decided about a message is the core's business; here it is asked about, put back, or dropped from the file for good.
//! The file itself stays, and what it holds of objects is shown: see [`objects`].

mod objects;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use hydraq_core::config::Config;
use hydraq_core::event::Write;
use hydraq_core::frame::MemberRecord;
use hydraq_core::host::{Fate, Host, Identity, SetAside};
use hydraq_core::ids::Sequence;
use hydraq_core::message::Message;
use hydraq_core::request::{Attempt, Enqueue, EnqueueOutcome, Reply, Request, RequestError};
use hydraq_core::time::Instant;

use self::objects::Shown;
use super::handle::Handle;
use crate::ids::IdSource;
use crate::store::redb::{self, Fresh};
use crate::store::{Loading, Store};

/// How often messages are gone over, and new files are looked for.
const INTERVAL: Duration = Duration::from_secs(1);

/// How many messages are asked about at once: what waits for long to be asked about may have been deleted and forgotten by then.
const AT_ONCE: usize = 256;

/// How much memory an old disk may use to keep pages.
const CACHE_BYTES: usize = 4 << 20;

/// How long putting a message back may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A name for a store that cannot be trusted, beside that of the host's own.
#[must_use]
pub(super) fn free_name(store: &Path) -> PathBuf {
    let names = (1..).map(|number| store.with_extension(format!("set-aside-{number}.redb")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| store.with_extension("set-aside"))
}

/// Goes over all disks that were set aside beside `store`, for as long as the host runs.
pub(super) fn keep(handle: &Handle, runtime: &tokio::runtime::Handle, store: &Path, ids: &Mutex<IdSource>) {
    let mut disks: Vec<Disk> = Vec::new();
    let mut known = BTreeSet::new();
    while !handle.shared.stopping.load(Ordering::SeqCst) {
        let serves = handle.shared.serving.load(Ordering::SeqCst);
        if serves {
            for path in set_aside(store) {
                if !known.contains(&path)
                    && let Some(disk) = Disk::open(&path, ids)
                {
                    known.insert(path);
                    disks.push(disk);
                }
            }
            for disk in &mut disks {
                disk.go_over(handle, runtime);
            }
            disks.retain(|disk| !disk.messages.is_empty() || disk.objects.is_some());
        }
        // What is left of objects is missed as soon as the host serves.
        std::thread::sleep(if serves { INTERVAL } else { INTERVAL / 20 });
    }
}

/// The files that were set aside.
fn set_aside(store: &Path) -> Vec<PathBuf> {
    let prefix = format!("{}.set-aside-", store.file_stem().unwrap_or_default().to_string_lossy());
    let Some(entries) = store.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with(&prefix) && name.ends_with(".redb")
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_one).collect()
}

/// A disk that was set aside.
struct Disk {
    path: PathBuf,
    store: Box<dyn Store>,
    messages: Vec<SetAside>,
    objects: Option<Shown>,
    clock: Instant,
}

impl Disk {
    /// None if it does not open now; it is tried again.
    fn open(path: &Path, ids: &Mutex<IdSource>) -> Option<Disk> {
        let (fresh, nonce) = {
            let mut ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
            (Fresh { host: ids.host(), store: ids.store() }, ids.nonce())
        };
        let opened = redb::open(path, CACHE_BYTES, fresh, nonce);
        let opened = opened
            .inspect_err(|error| tracing::warn!(%error, "a store that was set aside does not open"))
            .ok()?;
        let identity = Identity {
            id: opened.host,
            name: String::new(),
            address: String::new(),
            boot: opened.boot,
            store: opened.store_id,
        };
        let read = |records| {
            let mut loading = Loading::new(records);
            let config = Config::default();
            let reader = Host::recover(config, identity, opened.recovered, &mut loading, nonce, opened.clock);
            loading.finish().map(|()| reader.set_aside())
        };
        let messages = opened.store.records().and_then(read);
        let messages = messages
            .inspect_err(|error| tracing::warn!(%error, "a store that was set aside cannot be read"))
            .ok()?;
        let objects = Shown::of(opened.store_id, &*opened.store)
            .inspect_err(|error| tracing::error!(%error, "objects that were set aside cannot be read"))
            .unwrap_or_default();
        tracing::warn!(path = %path.display(), messages = messages.len(), "a store that was set aside was read");
        Some(Disk { path: path.to_owned(), store: opened.store, messages, objects, clock: opened.clock })
    }

    /// Shows its objects; asks about every message, and does what is to be done with it.
    fn go_over(&mut self, handle: &Handle, runtime: &tokio::runtime::Handle) {
        if let Some(objects) = &mut self.objects {
            objects.propagate(&mut *self.store, self.clock, handle, runtime);
            objects.show(handle, runtime);
        }
        let look = handle.look(|inside| inside.engine.core.member_records());
        let Some(members) = runtime.block_on(look) else { return };
        let mut messages = std::mem::take(&mut self.messages);
        while !messages.is_empty() {
            if handle.shared.stopping.load(Ordering::SeqCst) {
                return;
            }
            let (mut gone, mut put_back) = (Vec::new(), 0);
            let some: Vec<SetAside> = messages.drain(..messages.len().min(AT_ONCE)).collect();
            let asked = some.iter().map(|message| handle.request(Request::Show(message.id), 256));
            let answers = runtime.block_on(join_all(asked));
            for (message, answer) in some.into_iter().zip(answers) {
                let fate = match answer {
                    Reply::Shown(told) => message.fate(&told, &members),
                    _ => Fate::Wait,
                };
                let is_back = match fate {
                    Fate::Wait => None,
                    Fate::Drop => Some(false),
                    Fate::PutBack => self.put_back(&message, &members, handle, runtime),
                };
                match is_back {
                    Some(is_back) => {
                        put_back += usize::from(is_back);
                        gone.push(message.sequence);
                    }
                    None => self.messages.push(message),
                }
            }
            // Now: a host that is killed soon must not begin anew each time.
            self.erase(&gone, put_back, messages.len());
        }
    }

    /// Enqueues a message as a retry; whether it is back, or is known to be of no use. None: that is not known yet.
    fn put_back(
        &self,
        message: &SetAside,
        members: &[MemberRecord],
        handle: &Handle,
        runtime: &tokio::runtime::Handle,
    ) -> Option<bool> {
        let read = self.store.read(&[message.sequence]).pop()?;
        let Ok(content) = read.inspect_err(|error| tracing::warn!(id = %message.id, %error, "set aside"))
        else {
            return Some(false);
        };
        let count = members.iter().filter(|member| !member.removed).count();
        let replicas = content.replicas.min(u8::try_from(count).unwrap_or(u8::MAX));
        let bytes = content.body.len();
        let enqueue = Enqueue {
            attempt: Attempt::Retry(None),
            ..Enqueue::new(vec![Arc::new(Message { replicas, ..(*content).clone() })], PATIENCE)
        };
        let Reply::Enqueued(outcomes) = runtime.block_on(handle.request(Request::Enqueue(enqueue), bytes))
        else {
            return None;
        };
        match outcomes.first()? {
            EnqueueOutcome::Ok(_) => Some(true),
            EnqueueOutcome::Failed(RequestError::Deleted(_) | RequestError::OtherContent(_)) => Some(false),
            EnqueueOutcome::Failed(_) | EnqueueOutcome::Unknown(_) => None,
        }
    }

    /// What is decided is decided for good, also after a restart.
    fn erase(&mut self, gone: &[Sequence], put_back: usize, unasked: usize) {
        if gone.is_empty() {
            return;
        }
        let writes: Vec<Write> = gone.iter().map(|sequence| Write::Erase(*sequence)).collect();
        let path = self.path.display();
        match self.store.commit(&writes, self.clock) {
            Ok(_) => tracing::warn!(
                %path,
                put_back,
                dropped = gone.len() - put_back,
                waiting = self.messages.len() + unasked,
                "went over a store that was set aside"
            ),
            Err(error) => tracing::error!(%path, %error, "a store that was set aside takes no writes"),
        }
    }
}
