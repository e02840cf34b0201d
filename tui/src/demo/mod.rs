//! A pretended cluster: plausible pictures without a single host, always the same for the same seed.
//!
//! For tests and benches of the console, for pictures in the documentation, and to try the console out. It follows
//! the protocol only as far as the eye does: kills, takeovers, leases and repairs look right; nothing is promised.
//! What really happens is told by an observer of real hosts.

mod commands;
mod faults;
mod life;
mod messages;
mod pictures;
mod play;
mod random;
mod run;
mod scenes;
mod stage;
mod staged;

use std::collections::VecDeque;

use hydraq_cluster::observe::{
    Aftermath, Badges, Change, DrawPicture, EventKind, EventPicture, EventSerial, HostNumber, HostPicture,
    HostState, LessonCard, LinkPicture, MessageId, Request, Update, WindowRequest,
};

use self::messages::Message;
use self::random::Random;
pub use self::run::{DemoError, run_demo};
pub use self::scenes::{boxes, screens};
pub use self::stage::Stage;
pub use self::staged::{million, staged};

/// The moment at which every demo starts: 12:04:20 UTC of some day.
const START_MS: u64 = 1_699_963_460_000;

/// The names of hosts, in their order.
const NAMES: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "xray", "yankee", "zulu",
];

/// A pretended cluster.
#[derive(Debug, Clone)]
pub struct Demo {
    random: Random,
    now_ms: u64,
    hosts: Vec<HostPicture>,
    links: Vec<LinkPicture>,
    /// The newest messages, newest first.
    messages: VecDeque<Message>,
    /// Older messages that are only made up when a window asks for them.
    older: u64,
    badges: Badges,
    serial: u64,
    watch: WindowRequest,
    explained: Option<MessageId>,
    /// What the last dequeue returned.
    taken: Vec<MessageId>,
    enqueued: u64,
    draws: Vec<DrawPicture>,
    objects: Vec<u64>,
    lesson: Option<LessonCard>,
    lessons_done: u32,
    /// A kill whose takeover is still to come: the host, when, and what was predicted.
    falling: Option<(HostNumber, u64, Aftermath)>,
    /// Changes that the next update tells.
    pending: Vec<Change>,
}

impl Demo {
    /// A cluster of so many hosts, all up and empty.
    #[must_use]
    pub fn new(seed: u64, hosts: u16) -> Self {
        let mut demo = Self {
            random: Random::new(seed),
            now_ms: START_MS,
            hosts: Vec::new(),
            links: Vec::new(),
            messages: VecDeque::new(),
            older: 0,
            badges: Badges::default(),
            serial: 0,
            watch: no_watch(),
            explained: None,
            taken: Vec::new(),
            enqueued: 0,
            draws: Vec::new(),
            objects: Vec::new(),
            lesson: None,
            lessons_done: 0,
            falling: None,
            pending: Vec::new(),
        };
        for _ in 0..hosts {
            demo.spawn();
        }
        demo
    }

    /// The pretended time, in milliseconds of the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Takes what the console asks; the next update answers.
    pub fn request(&mut self, request: Request) {
        match request {
            Request::Run(line) => self.run(&line),
            Request::Watch(watch) => self.watch = watch,
            Request::Explain(message) => self.explained = Some(message),
            Request::Predict(hosts) => {
                let blast = self.blast(&hosts);
                self.pending.push(Change::BlastRadius(blast));
            }
            Request::Lesson(lesson) => self.lesson_request(&lesson),
            // It has no hosts that could tell.
            Request::Record(_) => {}
        }
    }

    /// Lets time go by; everything that is different then.
    pub fn advance(&mut self, elapsed_ms: u64) -> Update {
        self.now_ms += elapsed_ms;
        self.settle();
        self.update()
    }

    fn spawn(&mut self) -> String {
        let number = u16::try_from(self.hosts.len() + 1).unwrap_or(u16::MAX);
        let (name, round) = (NAMES[(usize::from(number) - 1) % 26], (usize::from(number) - 1) / 26 + 1);
        let name = if round == 1 { name.to_owned() } else { format!("{name}-{round}") };
        let mut host = HostPicture::new(HostNumber(number), name.clone(), HostState::Up, self.now_ms);
        host.address = format!("http://127.0.0.1:{}", 40_000 + number);
        host.pid = Some(7_000 + u32::from(number));
        host.disk_bytes = 1_380_000;
        self.hosts.push(host);
        self.objects.push(0);
        name
    }

    fn host(&self, number: HostNumber) -> Option<&HostPicture> {
        self.hosts.get(usize::from(number.0).checked_sub(1)?)
    }

    fn is_up(&self, number: HostNumber) -> bool {
        self.host(number).is_some_and(|host| host.state.is_up())
    }

    fn event(
        &mut self,
        host: Option<HostNumber>,
        kind: EventKind,
        message: Option<MessageId>,
        words: impl Into<String>,
        took_us: Option<u64>,
    ) -> EventSerial {
        let cause = matches!(kind, EventKind::Takeover | EventKind::Suspected | EventKind::Copied)
            .then_some(EventSerial(self.serial))
            .filter(|cause| cause.0 > 0);
        self.serial += 1;
        let who =
            host.and_then(|host| self.host(host)).map_or_else(|| "you".to_owned(), |host| host.name.clone());
        let serial = EventSerial(self.serial);
        let event = EventPicture {
            serial,
            at_ms: self.now_ms,
            host,
            who,
            kind,
            message,
            words: words.into(),
            took_us,
            cause,
        };
        self.pending.push(Change::Event(event));
        serial
    }
}

fn no_watch() -> WindowRequest {
    WindowRequest {
        serial: 0,
        filter: hydraq_cluster::observe::Filter::default(),
        sort: hydraq_cluster::observe::Sort::Newest,
        offset: 0,
        rows: 100,
        pin: None,
    }
}

#[cfg(test)]
mod tests;
