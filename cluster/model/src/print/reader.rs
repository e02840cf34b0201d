//! Reads the words of a host as they are written, and keeps apart the numbers that are to be given other names.
//!
//! What a number is, is told by the word before it, and by where each kind of number begins (see [`super::first_boot`] and its like).

use std::fmt::{self, Write};

use hydraq_core::shared::Sum;

use super::{Print, Space};
use crate::node::HOSTS;

/// Parts that are left out, with all that is in them.
const DERIVED: [&str; 10] =
    ["alarms", "kinds", "names", "by_link", "digests", "boots", "now", "config", "store", "sum"];

/// What the last word says of a number that follows.
#[derive(Clone, Copy)]
enum Word {
    Other,
    /// It is left out: a frame's place in its session, a step of a synchronisation.
    Counter,
    Commit,
    Link,
    Connection,
    Boot,
    Nonce,
    Sequence,
    Some,
}

impl Word {
    fn of(token: &str) -> Word {
        match token {
            "next_sent" | "next_expected" | "first" | "steps" | "steps_best" => Word::Counter,
            "Commit" | "commit" => Word::Commit,
            "LinkId" => Word::Link,
            "connection" | "Synchronised" | "Cleared" => Word::Connection,
            "counter" | "addressed_in" | "boot" => Word::Boot,
            "nonce" => Word::Nonce,
            "Sequence" | "next_sequence" | "batch_sequence" => Word::Sequence,
            "Some" => Word::Some,
            _ => Word::Other,
        }
    }
}

/// What the last word before a colon says of what follows.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    Other,
    Id,
    ReportedIn,
}

/// What is stored as bytes, and speaks of boots.
#[derive(Clone, Copy)]
enum Stored {
    /// What was seen of each host.
    Seen,
    /// A member.
    Member,
}

/// Reads words as they are written.
pub(super) struct Reader {
    token: String,
    field: Field,
    word: Word,
    /// The two hosts that a session is of.
    pair: (u8, u8),
    depth: usize,
    /// How deep the part begins that is left out.
    skipped: Option<usize>,
    /// Whether a peer's id comes next.
    is_peer: bool,
    /// What the next bytes are, and those read so far.
    stored: Option<Stored>,
    bytes: Option<Vec<u8>>,
    words: Sum,
    numbers: Vec<(Space, u64)>,
    commits: [u64; HOSTS],
}

impl Write for Reader {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let Some(depth) = self.skipped {
            return self.skip(text, depth);
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut begin = 0;
        for (place, byte) in text.bytes().enumerate() {
            if is_word(byte) {
                continue;
            }
            self.token.push_str(&text[begin..place]);
            begin = place + 1;
            self.end_token(byte);
            self.mark(byte);
            if let Some(depth) = self.skipped {
                return self.skip(&text[begin..], depth);
            }
        }
        self.token.push_str(&text[begin..]);
        Ok(())
    }
}

impl Reader {
    /// A reader of what host `one` knows, or of what is under way between two hosts.
    pub(super) fn new(one: u8, two: u8) -> Self {
        Reader {
            token: String::new(),
            field: Field::Other,
            word: Word::Other,
            pair: (one, two),
            depth: 0,
            skipped: None,
            is_peer: false,
            stored: None,
            bytes: None,
            words: Sum::default(),
            numbers: Vec::new(),
            commits: [0; HOSTS],
        }
    }

    /// What was read.
    pub(super) fn finish(self) -> Print {
        Print { words: self.words.end(), numbers: self.numbers.into(), commits: self.commits }
    }

    /// Leaves out what is deeper than `from`.
    fn skip(&mut self, text: &str, from: usize) -> fmt::Result {
        for (place, byte) in text.bytes().enumerate() {
            match byte {
                b'{' | b'[' | b'(' => self.depth += 1,
                b'}' | b']' | b')' if self.depth > from => self.depth -= 1,
                b'}' | b']' | b')' | b',' if self.depth == from => {
                    self.skipped = None;
                    return self.write_str(&text[place..]);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn mark(&mut self, byte: u8) {
        match byte {
            b'{' | b'[' | b'(' => self.depth += 1,
            b'}' | b']' | b')' => self.depth = self.depth.saturating_sub(1),
            _ => return,
        }
        if byte == b'[' && self.stored.is_some() {
            self.bytes = Some(Vec::new());
        }
        if byte == b']'
            && let (Some(bytes), Some(stored)) = (self.bytes.take(), self.stored.take())
        {
            match stored {
                Stored::Seen => self.seen(&bytes),
                Stored::Member => self.member(&bytes),
            }
        }
        self.take(u64::from(byte) << 32);
    }

    fn take(&mut self, word: u64) {
        self.words = self.words.word(word);
    }

    fn end_token(&mut self, after: u8) {
        if self.token.is_empty() {
            return;
        }
        let token = std::mem::take(&mut self.token);
        // An id is written as 26 characters, and may look like a number.
        let is_id = token.len() == 26;
        match token.parse::<u64>() {
            Ok(number) if !is_id => self.number(number),
            _ => self.text(&token, is_id, after),
        }
        self.token = token;
        self.token.clear();
    }

    fn text(&mut self, token: &str, is_id: bool, after: u8) {
        self.words = self.words.text(token);
        if is_id && self.is_peer && self.field == Field::Id {
            self.pair.1 = token.bytes().last().map_or(0, |last| last.wrapping_sub(b'1'));
            self.is_peer = false;
        }
        match token {
            "Peer" => self.is_peer = true,
            "seen_stored" | "Seen" => self.stored = Some(Stored::Seen),
            "Member" => self.stored = Some(Stored::Member),
            _ => {}
        }
        if after == b':' {
            self.skipped = DERIVED.contains(&token).then_some(self.depth);
            self.field = match token {
                "id" => Field::Id,
                "reported_in" => Field::ReportedIn,
                _ => Field::Other,
            };
        }
        self.word = Word::of(token);
    }

    fn number(&mut self, number: u64) {
        if let Some(bytes) = &mut self.bytes {
            bytes.push(number as u8);
            return;
        }
        let (one, two) = self.pair;
        let session = Space::Connection(one.min(two), one.max(two));
        let owner = (number >> 46) as u8;
        match self.word {
            Word::Counter => {}
            Word::Commit => self.commit(number),
            Word::Link => self.name(Space::Link, number),
            Word::Connection if number > 0 => self.name(session, number),
            Word::Some if self.field == Field::ReportedIn => self.name(session, number),
            Word::Boot if number > 0 => self.boot(number),
            Word::Nonce => self.take(u64::from(number > 0)),
            Word::Sequence if number >> 36 > 0 && number >> 40 == 0 => {
                self.name(Space::Sequence((number >> 36) as u8), number);
            }
            _ if number >> 40 > 0 && usize::from(owner) < HOSTS => self.name(Space::Number(owner), number),
            _ => self.take(number),
        }
    }

    /// Keeps a number apart, to be given another name.
    fn name(&mut self, space: Space, number: u64) {
        self.numbers.push((space, number));
        self.take(u64::MAX);
    }

    fn boot(&mut self, counter: u64) {
        self.name(Space::Boot((counter / 64) as u8), counter);
    }

    fn commit(&mut self, commit: u64) {
        if let Some(seen) = (commit >> 33).checked_sub(1).and_then(|host| self.commits.get_mut(host as usize))
        {
            *seen = commit.max(*seen);
        }
    }

    /// What was seen of hosts, as it is stored: id, boot, commit. It is written anew when it has changed, so that is told, too. Of the boots of the
    /// host itself only the last one is.
    fn seen(&mut self, bytes: &[u8]) {
        let mut own = None;
        for one in bytes.chunks_exact(40) {
            let [host, counter, nonce, commit] = [0, 16, 24, 32].map(|place| word(one, place));
            if host == u64::from(self.pair.0) + 1 {
                own = Some(counter);
                continue;
            }
            let is_newest = self.commits[host as usize - 1] == commit;
            self.take(host << 2 | u64::from(is_newest) << 1 | u64::from(nonce > 0));
            self.commit(commit);
            self.boot(counter);
        }
        own.into_iter().for_each(|counter| self.boot(counter));
    }

    /// A member, as it is stored: the boot in which it had its address stands before the last byte.
    fn member(&mut self, bytes: &[u8]) {
        let Some(place) = bytes.len().checked_sub(9) else { return };
        bytes[..place].iter().chain(bytes.last()).for_each(|byte| self.take(u64::from(*byte)));
        match word(bytes, place) {
            0 => self.take(0),
            counter => self.boot(counter),
        }
    }
}

fn word(bytes: &[u8], place: usize) -> u64 {
    u64::from_le_bytes(bytes[place..place + 8].try_into().expect("there are eight bytes"))
}
