//! What a store does by itself, beside what it is asked for: indexes become what was declared, and old events go.
//!
//! Both are done in slices, one with each commit, and whatever is asked for goes with the same commits: nothing waits for them. For how
//! long an event is kept is counted by the host's own clock, from when it became a message or from the last start, whichever is later.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use hydraq_core::host::Host;
use hydraq_core::objects::log::{KEEP_DEFAULT, Keep};
use hydraq_core::objects::{Change, KindIndex, Log};
use hydraq_core::time::Instant;

use crate::store::objects::{ObjectReader, read_kinds};

/// Into how many parts the time is divided for which events are kept: they go that much later at most.
const TIME_PARTS: u32 = 16;

/// What a store has to do by itself.
#[derive(Debug)]
pub(super) struct Upkeep {
    /// The kinds for which attributes were declared, as the store has them.
    kinds: BTreeMap<String, KindIndex>,
    /// How many settings had been taken in when they were looked at last.
    settings_seen: Option<u64>,
    declared: Vec<Change>,
    /// Whether the store takes such writes now.
    is_able: bool,
    /// Whether the commit under way has something of it.
    is_asked: bool,
    keep: Keep,
    /// Events up to these had become messages by these times.
    marks: VecDeque<(Instant, u64)>,
}

impl Upkeep {
    pub(super) fn new(reader: &dyn ObjectReader) -> Self {
        let mut upkeep = Upkeep {
            kinds: BTreeMap::new(),
            settings_seen: None,
            declared: Vec::new(),
            is_able: false,
            is_asked: false,
            keep: KEEP_DEFAULT,
            marks: VecDeque::new(),
        };
        upkeep.read(reader);
        upkeep
    }

    fn read(&mut self, reader: &dyn ObjectReader) {
        match read_kinds(reader) {
            Ok(kinds) => self.kinds = kinds,
            Err(error) => tracing::error!(%error, "what was declared of indexes cannot be read"),
        }
    }

    /// Looks at what is set for the cluster.
    pub(super) fn look(&mut self, core: &Host, log: Log, now: Instant) {
        // Where there is no room a commit would fail, and nobody has asked for this one.
        self.is_able = core.refuses_objects().is_none_or(|why| why == "leaving");
        // While a declaration is under way, what the store has is not known.
        if !self.is_asked && self.settings_seen != Some(core.settings_changes()) {
            self.settings_seen = Some(core.settings_changes());
            self.keep = core.events_kept();
            let is_new = |(kind, wanted): &(String, _)| match self.kinds.get(kind) {
                Some(index) => index.wanted != *wanted,
                None => KindIndex::default().wanted != *wanted,
            };
            let declare = |(kind, wanted)| Change::Declare { kind, wanted };
            self.declared = core.declared_indexes().filter(is_new).map(declare).collect();
        }
        self.note_position(log, now);
    }

    /// Notes up to where events are messages now.
    fn note_position(&mut self, log: Log, now: Instant) {
        let Keep::Time(time) = self.keep else {
            self.marks.clear();
            return;
        };
        let part = (time.as_micros() as u64 / u64::from(TIME_PARTS)).max(1);
        let at = Instant(now.0.div_ceil(part) * part);
        match self.marks.back_mut() {
            Some((_, position)) if *position == log.propagated => {}
            Some((last, position)) if *last == at => *position = log.propagated,
            _ => self.marks.push_back((at, log.propagated)),
        }
    }

    /// The first event that is to be kept.
    fn keep_from(&self, log: Log, now: Instant) -> u64 {
        match self.keep {
            Keep::Events(count) => (log.propagated + 1).saturating_sub(count),
            Keep::Time(time) => {
                let is_over = |mark: &&(Instant, u64)| mark.0 + time <= now;
                self.marks.iter().rev().find(is_over).map_or(0, |(_, position)| position + 1)
            }
        }
    }

    /// How long until something is to be done.
    pub(super) fn patience(&self, log: Log, now: Instant) -> Duration {
        if !self.is_able {
            return Duration::MAX;
        }
        let is_building = self.kinds.values().any(|index| index.pass.is_some());
        if is_building || !self.declared.is_empty() || self.keep_from(log, now) > log.tail {
            return Duration::ZERO;
        }
        let Keep::Time(time) = self.keep else { return Duration::MAX };
        let next = self.marks.iter().find(|(_, position)| *position >= log.tail);
        next.map_or(Duration::MAX, |(at, _)| (*at + time).since(now))
    }

    /// What belongs into the next commit.
    pub(super) fn changes(&mut self, log: Log, now: Instant) -> Vec<Change> {
        if !self.is_able {
            return Vec::new();
        }
        let mut changes = std::mem::take(&mut self.declared);
        let building = self.kinds.iter().find(|(_, index)| index.pass.is_some());
        changes.extend(building.map(|(kind, _)| Change::Build(kind.clone())));
        self.is_asked = !changes.is_empty();
        let keep_from = self.keep_from(log, now);
        if keep_from > log.tail {
            changes.push(Change::Trim(keep_from));
        }
        changes
    }

    /// The commit was made.
    pub(super) fn committed(&mut self, reader: &dyn ObjectReader) {
        if std::mem::take(&mut self.is_asked) {
            self.read(reader);
        }
    }
}
