//! One host of the model: the real core, and a disk that is a plain value.
//!
//! A host takes what waits for it as one batch and commits at once; a crash comes between two batches, or takes a commit with it of
//! which the early effects have left already. Time stands still: no lease ends and no alarm rings unless the model lets it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hydraq_core::config::Config;
use hydraq_core::event::{Effect, Event, MetaKey, Write};
use hydraq_core::frame::{Frame, MemberRecord};
use hydraq_core::host::{Host, Identity, Recovered};
use hydraq_core::ids::{Boot, Commit, HostId, Sequence, StoreId};
use hydraq_core::message::{Content, Message};
use hydraq_core::plant::Plant;
use hydraq_core::random::mix;
use hydraq_core::record::Record;
use hydraq_core::request::Reply;
use hydraq_core::time::Instant;

use crate::print::{Print, first_boot, first_commit, first_sequence};

/// How many hosts there are.
pub const HOSTS: usize = 3;

/// Their names.
const NAMES: [&str; HOSTS] = ["alpha", "bravo", "charlie"];

/// The id of a host.
#[must_use]
pub fn host_id(node: usize) -> HostId {
    HostId(node as u128 + 1)
}

/// How a host is introduced to the others.
#[must_use]
pub fn member(node: usize) -> MemberRecord {
    let (name, address) = (NAMES[node].to_owned(), NAMES[node].to_owned());
    MemberRecord { id: host_id(node), name, address, boot: 0, removed: false }
}

/// What is durable on one host.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    /// Its records.
    pub records: BTreeMap<Sequence, Record>,
    meta: BTreeMap<MetaKey, Vec<u8>>,
    commit: u64,
    boot: u64,
    next_sequence: u64,
}

impl Disk {
    fn write(&mut self, writes: Vec<Write>) -> Commit {
        for write in writes {
            match write {
                Write::Append(sequence, record) => {
                    self.next_sequence = self.next_sequence.max(sequence.0 + 1);
                    self.records.insert(sequence, record);
                }
                Write::Erase(sequence) => {
                    self.records.remove(&sequence);
                }
                Write::Meta(key, value) => {
                    self.meta.insert(key, value);
                }
            }
        }
        self.commit += 1;
        Commit(self.commit)
    }
}

/// A host: what is durable, and its process while it runs. Copies share both until one of them changes.
#[derive(Debug, Clone)]
pub struct Node {
    number: usize,
    /// The bug that it is started with, if it is to have one.
    plant: Option<Plant>,
    /// What is durable.
    pub disk: Arc<Disk>,
    process: Option<Arc<Process>>,
    /// What tells this state of the host from others.
    print: Print,
    is_new: bool,
}

#[derive(Debug, Clone)]
struct Process {
    core: Host,
    /// Writes that nothing waits for, until the next commit.
    lazy: Vec<Write>,
}

impl Node {
    /// A host that was never started.
    #[must_use]
    pub fn new(number: usize, plant: Option<Plant>) -> Self {
        let (commit, boot, next_sequence) =
            (first_commit(number), first_boot(number), first_sequence(number));
        let disk = Arc::new(Disk { commit, boot, next_sequence, ..Disk::default() });
        Node { number, plant, disk, process: None, print: Print::default(), is_new: true }
    }

    /// The core, while the host runs.
    #[must_use]
    pub fn core(&self) -> Option<&Host> {
        self.process.as_ref().map(|process| &process.core)
    }

    /// Whether the host runs.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.process.is_some()
    }

    /// Ends the process; what was not durable is gone.
    pub fn crash(&mut self) {
        self.process = None;
        self.is_new = true;
    }

    /// Starts a process on what the disk has.
    pub fn start(&mut self, now: Instant) -> Vec<Effect> {
        let disk = Arc::make_mut(&mut self.disk);
        disk.boot += 1;
        let commit = Commit(disk.commit);
        disk.commit += 1;
        let number = self.number as u64;
        let boot = Boot { counter: disk.boot, nonce: mix(number << 8 | disk.boot) | 1 };
        let MemberRecord { id, name, address, .. } = member(self.number);
        let identity = Identity { id, name, address, boot, store: StoreId(id.0) };
        let recovered = Recovered {
            meta: disk.meta.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
            seen: disk.meta.get(&MetaKey::Seen).cloned().unwrap_or_default(),
            commit,
            next_sequence: Sequence(disk.next_sequence),
        };
        let records = disk.records.clone();
        let config = Config { plant: self.plant, ..Config::default() };
        let core = Host::recover(config, identity, recovered, records, number, now);
        self.process = Some(Arc::new(Process { core, lazy: Vec::new() }));
        let others = (0..HOSTS).filter(|other| *other != self.number).map(member).collect();
        self.batch(now, [Event::Members(others)], true)
    }

    /// Takes events as one batch; says what leaves. Without `commits`, the power is cut before the commit: only what is early leaves.
    pub fn batch(
        &mut self,
        now: Instant,
        events: impl IntoIterator<Item = Event>,
        commits: bool,
    ) -> Vec<Effect> {
        let Some(process) = self.process.as_mut().map(Arc::make_mut) else { return Vec::new() };
        self.is_new = true;
        for event in events {
            process.core.step(now, event);
        }
        let mut effects = process.core.flush(now);
        let all = effects.early.iter_mut().chain(effects.late.iter_mut());
        all.for_each(|effect| fill(effect, &self.disk, &effects.writes));
        process.lazy.append(&mut effects.writes);
        let mut leaving = effects.early;
        if commits {
            if effects.urgent {
                let commit = Arc::make_mut(&mut self.disk).write(std::mem::take(&mut process.lazy));
                process.core.committed(commit);
            }
            leaving.append(&mut effects.late);
        }
        leaving
    }

    /// Numbers frames for the session in which they were said, if it is not over.
    pub fn seal(
        &mut self,
        peer: HostId,
        connection: u64,
        frames: Vec<Frame>,
    ) -> Option<(hydraq_core::event::LinkId, hydraq_core::frame::Envelope)> {
        Arc::make_mut(self.process.as_mut()?).core.seal(peer, connection, frames)
    }

    /// Looks at what the host has become, after all that was done to it.
    pub fn look(&mut self) {
        if !std::mem::take(&mut self.is_new) {
            return;
        }
        // Whatever the host knows is in these words; two hosts with the same words do the same.
        self.print = Print::of(self.number, self.number, &(&self.process, &self.disk));
    }

    /// What tells this state of the host from others.
    #[must_use]
    pub fn print(&self) -> &Print {
        &self.print
    }

    /// Its last boot, and its last commit.
    #[must_use]
    pub fn boot_and_commit(&self) -> (u64, u64) {
        (self.disk.boot, self.disk.commit)
    }
}

/// Puts contents in the place of their names, as a host's engine does.
fn fill(effect: &mut Effect, disk: &Disk, writes: &[Write]) {
    let see = |content: &mut Content| {
        let Content::Stored(wanted) = content else { return };
        let fresh = writes.iter().find_map(|write| match write {
            Write::Append(sequence, record) if sequence == wanted => message(record),
            _ => None,
        });
        let found = fresh.or_else(|| disk.records.get(wanted).and_then(message));
        *content = found.map_or(Content::Unreadable, Content::Message);
    };
    match effect {
        Effect::Reply(_, Reply::Dequeued(deliveries)) => {
            deliveries.iter_mut().for_each(|delivery| see(&mut delivery.content));
        }
        Effect::Send(_, _, frames) => frames.iter_mut().for_each(|frame| match frame {
            Frame::Replicate { copies, .. } => copies.iter_mut().for_each(|copy| see(&mut copy.content)),
            Frame::Forwarded(_, reply) => {
                if let Reply::Dequeued(deliveries) = &mut **reply {
                    deliveries.iter_mut().for_each(|delivery| see(&mut delivery.content));
                }
            }
            _ => {}
        }),
        _ => {}
    }
}

fn message(record: &Record) -> Option<Arc<Message>> {
    match record {
        Record::Message(record) => Some(record.message.clone()),
        _ => None,
    }
}
