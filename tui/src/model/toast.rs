//! Short notices: how a command ended, what was refused, where a file went.

/// How long a good notice stays, in milliseconds.
const GOOD_MS: u64 = 4_000;
/// How long a bad one stays, in milliseconds.
const BAD_MS: u64 = 12_000;
/// The most that are kept.
const TOASTS_MAX: usize = 4;

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    /// Whether it is good news.
    pub(crate) good: bool,
    /// What it says.
    pub(crate) words: String,
    /// Until when it stays.
    ends_ms: u64,
}

/// All notices, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Toasts(Vec<Toast>);

impl Toasts {
    /// Shows a notice.
    pub(crate) fn push(&mut self, now_ms: u64, good: bool, words: impl Into<String>) {
        if good {
            self.0.retain(|toast| !toast.good);
        }
        if self.0.len() >= TOASTS_MAX {
            self.0.remove(0);
        }
        let ends_ms = now_ms + if good { GOOD_MS } else { BAD_MS };
        self.0.push(Toast { good, words: words.into(), ends_ms });
    }

    /// Takes away what has stayed long enough.
    pub(crate) fn expire(&mut self, now_ms: u64) {
        self.0.retain(|toast| toast.ends_ms > now_ms);
    }

    /// Takes away the bad ones; whether there were any.
    pub(crate) fn dismiss(&mut self) -> bool {
        let before = self.0.len();
        self.0.retain(|toast| toast.good);
        self.0.len() < before
    }

    /// In how many milliseconds the next one ends.
    pub(crate) fn next_end(&self, now_ms: u64) -> Option<u64> {
        self.0.iter().map(|toast| toast.ends_ms.saturating_sub(now_ms)).min()
    }

    /// The newest good one.
    pub(crate) fn good(&self) -> Option<&Toast> {
        self.0.iter().rev().find(|toast| toast.good)
    }

    /// The bad ones, oldest first.
    pub(crate) fn bad(&self) -> impl Iterator<Item = &Toast> {
        self.0.iter().filter(|toast| !toast.good)
    }
}
