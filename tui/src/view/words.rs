//! States in glyphs and words: the one place that says how each is shown.

use hydraq_cluster::observe::{
    CopyState, EventKind, HostPicture, HostState, LinkState, Mark, MessageId, words,
};

use crate::theme::{Glyphs, Role};

/// A state as it is shown: a glyph, words from long to short, and a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// One column wide.
    pub(crate) glyph: &'static str,
    /// The same in words, the longest first.
    pub(crate) words: Vec<String>,
    /// Its colour.
    pub(crate) role: Role,
}

impl Shown {
    fn new(glyph: &'static str, words: &[&str], role: Role) -> Self {
        Self { glyph, words: words.iter().map(|word| (*word).to_owned()).collect(), role }
    }

    /// The longest words that fit; empty if none do.
    pub(crate) fn fitting(&self, columns: u16) -> &str {
        let fits = |word: &&String| super::ink::width(word) <= columns;
        self.words.iter().find(fits).map_or("", String::as_str)
    }
}

/// What a host has of a message; `gone_ms` is how long ago that was true.
pub(crate) fn copy(state: Option<CopyState>, gone_ms: u64, glyphs: &Glyphs) -> Shown {
    let left = |left_ms: u64| words::left(left_ms.saturating_sub(gone_ms));
    let Some(state) = state else { return Shown::new(glyphs.not_a_holder, &[], Role::Dim) };
    match state {
        CopyState::Serving => Shown::new(glyphs.serving, &["serving", "serves"], Role::Serving),
        CopyState::Copy => Shown::new(glyphs.copy, &["copy"], Role::Copy),
        CopyState::Leased { left_ms } => {
            let left = left(left_ms);
            Shown::new(glyphs.leased, &[&format!("leased {left}"), &left], Role::Leased)
        }
        CopyState::Delayed { left_ms } => {
            Shown::new(glyphs.delayed, &[&format!("in {}", left(left_ms))], Role::Leased)
        }
        CopyState::Dead => Shown::new(glyphs.dead_letter, &["dead letter", "dead"], Role::Leased),
        CopyState::Copying => Shown::new(glyphs.copying, &["copying"], Role::Copying),
        CopyState::OnDeadHost => Shown::new(glyphs.dead, &["on dead host", "on dead", "dead"], Role::Danger),
        CopyState::OnPausedHost => {
            Shown::new(glyphs.paused, &["on paused host", "on paused", "paused"], Role::Leased)
        }
        CopyState::Missing => Shown::new(glyphs.missing, &["missing", "gone"], Role::Danger),
        CopyState::Tombstone => Shown::new(glyphs.tombstone, &["deleted"], Role::Tombstone),
        CopyState::Corrupt => Shown::new(glyphs.corrupt, &["corrupt"], Role::Danger),
    }
}

/// A state of a copy without what is counted down: its glyph, its word, and its role.
pub(crate) fn state(state: CopyState, glyphs: &Glyphs) -> Shown {
    let mut shown = copy(Some(state), 0, glyphs);
    match state {
        CopyState::Leased { .. } => shown.words = vec!["leased".to_owned()],
        CopyState::Delayed { .. } => shown.words = vec!["delayed".to_owned()],
        _ => {}
    }
    shown
}

/// All states of a copy, in the order in which a message goes through them.
pub(crate) const STATES: [CopyState; 11] = [
    CopyState::Serving,
    CopyState::Copy,
    CopyState::Leased { left_ms: 0 },
    CopyState::Delayed { left_ms: 0 },
    CopyState::Dead,
    CopyState::Copying,
    CopyState::OnDeadHost,
    CopyState::OnPausedHost,
    CopyState::Missing,
    CopyState::Tombstone,
    CopyState::Corrupt,
];

/// The glyph and the role of a host's state.
pub(crate) fn host(state: HostState, glyphs: &Glyphs) -> (&'static str, Role) {
    match state {
        HostState::Up => (glyphs.up, Role::Serving),
        HostState::Starting => (glyphs.starting, Role::Copying),
        HostState::Paused => (glyphs.paused, Role::Leased),
        HostState::Leaving => (glyphs.leaving, Role::Leased),
        HostState::Killed | HostState::Down => (glyphs.dead, Role::Danger),
        HostState::Removed => (glyphs.tombstone, Role::Dim),
    }
}

/// What a host does, in words: `up`, `killed 3 s ago`, `up, disk full`.
pub(crate) fn host_phrase(host: &HostPicture, now_ms: u64) -> String {
    let word = host.state.word();
    let since = words::span(now_ms.saturating_sub(host.since_ms) / 1_000 * 1_000);
    let since = since.replace(".0 s", " s");
    match host.state {
        HostState::Up if host.full => format!("{word}, disk full"),
        HostState::Up => word.to_owned(),
        HostState::Starting | HostState::Leaving => format!("{word}, {since}"),
        HostState::Paused => format!("{word} {since}"),
        HostState::Killed | HostState::Down | HostState::Removed => format!("{word} {since} ago"),
    }
}

/// How a link stands.
pub(crate) fn link(state: LinkState, glyphs: &Glyphs) -> Shown {
    match state {
        LinkState::Up => Shown::new(glyphs.up, &["up"], Role::Serving),
        LinkState::Connecting => Shown::new(glyphs.starting, &["connecting", "connect"], Role::Copying),
        LinkState::Suspected => Shown::new(glyphs.dead, &["suspected", "suspect"], Role::Danger),
        LinkState::Cut => Shown::new(glyphs.cut, &["cut"], Role::Danger),
        LinkState::Delayed { by_ms } => {
            let by = if by_ms < 1_000 { format!("{by_ms} ms") } else { words::span(by_ms) };
            Shown::new(glyphs.delayed, &[&format!("slow {by}"), &by], Role::Leased)
        }
        LinkState::Lossy { percent } => {
            Shown::new(glyphs.corrupt, &[&format!("loses {percent}%"), &format!("-{percent}%")], Role::Leased)
        }
    }
}

/// The glyph and the role of an event.
pub(crate) fn event(kind: EventKind, glyphs: &Glyphs) -> (&'static str, Role) {
    match kind {
        EventKind::Started | EventKind::Resumed | EventKind::Trusted => (glyphs.up, Role::Serving),
        EventKind::Takeover => (glyphs.serving, Role::Serving),
        EventKind::Enqueued | EventKind::Copied => (glyphs.copy, Role::Copy),
        EventKind::Leased => (glyphs.leased, Role::Leased),
        EventKind::Paused => (glyphs.paused, Role::Leased),
        EventKind::Membership => (glyphs.leaving, Role::Leased),
        EventKind::Duplicate => (glyphs.delayed, Role::Leased),
        EventKind::Deleted => (glyphs.tombstone, Role::Tombstone),
        EventKind::Killed | EventKind::Down => (glyphs.dead, Role::Danger),
        EventKind::Link => (glyphs.cut, Role::Danger),
        EventKind::Healed => (glyphs.arrow_both, Role::Serving),
        EventKind::Suspected
        | EventKind::Disk
        | EventKind::Lost
        | EventKind::Resurrected
        | EventKind::Refused => (glyphs.corrupt, Role::Danger),
        EventKind::Note => (glyphs.cursor, Role::Strong),
    }
}

/// The glyph and the role of the end of a step in a message's life.
pub(crate) fn mark(mark: Mark, glyphs: &Glyphs) -> Option<(&'static str, Role)> {
    Some(match mark {
        Mark::None => return None,
        Mark::Serving => (glyphs.serving, Role::Serving),
        Mark::Copy => (glyphs.copy, Role::Copy),
        Mark::Copying => (glyphs.copying, Role::Copying),
        Mark::Leased => (glyphs.leased, Role::Leased),
        Mark::Delayed => (glyphs.delayed, Role::Leased),
        Mark::Gone => (glyphs.dead, Role::Danger),
        Mark::Back => (glyphs.up, Role::Serving),
        Mark::Tombstone => (glyphs.tombstone, Role::Tombstone),
        Mark::Corrupt => (glyphs.corrupt, Role::Danger),
        Mark::Lost => (glyphs.cut, Role::Danger),
    })
}

/// An id as it is shown in tables.
pub(crate) fn short_id(id: MessageId, glyphs: &Glyphs) -> String {
    words::short_id(id, glyphs.ellipsis)
}

/// A host's name in few columns: `alpha`, `alp`, `al`; a number at its end is kept.
pub(crate) fn short_name(name: &str, columns: u16) -> String {
    let columns = usize::from(columns);
    if name.chars().count() <= columns {
        return name.to_owned();
    }
    match name.rsplit_once('-') {
        Some((stem, number))
            if number.len() < columns && number.bytes().all(|each| each.is_ascii_digit()) =>
        {
            let stem: String = stem.chars().take(columns - number.len()).collect();
            format!("{stem}{number}")
        }
        _ => name.chars().take(columns).collect(),
    }
}
