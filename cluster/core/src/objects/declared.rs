//! Which attributes of a kind are in a store's index: all of them, or those that were declared.
//!
//! A declaration holds from the commit that takes it in: objects that are written from then on have the entries that it wants. The
//! objects that were there before are gone over in a pass, a slice with each commit; when it is through, the index is what was declared. Until
//! then only such attributes can be asked for as had all their entries before, and are to keep them.
//!
//! ```text
//!   declare ─▶ complete := complete ∩ wanted, pass from the beginning ─▶ slice ─▶ slice ─▶ … ─▶ complete := wanted
//! ```
//!
//! An entry that is there always agrees with its object: whoever changes one removes all its old entries, wanted or not.

use std::collections::BTreeSet;
use std::fmt;

use super::id::ObjectId;
use crate::codec::{CodecError, Put, Take, seal, unseal};

/// The keys under which it is kept in the table of small things begin with this, and go on with the kind.
pub const INDEX_KEYS: &[u8] = b"index/";

/// The first key behind all of those.
pub const INDEX_KEYS_END: &[u8] = b"index0";

/// Some attributes of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Indexed {
    /// All that objects have.
    #[default]
    All,
    /// Those with these names; objects without any are found by their kind alone.
    Only(BTreeSet<String>),
}

impl Indexed {
    /// Whether an attribute is one of them.
    #[must_use]
    pub fn contains(&self, attribute: &str) -> bool {
        match self {
            Indexed::All => true,
            Indexed::Only(names) => names.contains(attribute),
        }
    }

    /// The attributes that are both among these and among others.
    #[must_use]
    pub fn and(&self, other: &Indexed) -> Indexed {
        match (self, other) {
            (Indexed::All, some) | (some, Indexed::All) => some.clone(),
            (Indexed::Only(one), Indexed::Only(two)) => Indexed::Only(one & two),
        }
    }

    /// Reads what [`fmt::Display`] has written; `None` if it has no meaning here.
    #[must_use]
    pub fn read(text: &str) -> Option<Indexed> {
        let mut words = text.split(' ');
        match words.next()? {
            "all" if words.next().is_none() => Some(Indexed::All),
            "only" => Some(Indexed::Only(words.map(str::to_owned).collect())),
            _ => None,
        }
    }
}

/// `all`, or `only` and the names behind it: names have no spaces.
impl fmt::Display for Indexed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Indexed::All => f.write_str("all"),
            Indexed::Only(names) => {
                f.write_str("only")?;
                names.iter().try_for_each(|name| write!(f, " {name}"))
            }
        }
    }
}

/// A pass over the objects of a kind, in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pass {
    /// The last object that was gone over.
    pub after: Option<ObjectId>,
    /// How many were.
    pub done: u64,
}

/// The index of one kind, as a store has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KindIndex {
    /// The attributes that were declared.
    pub wanted: Indexed,
    /// Those of which every object has its entry.
    pub complete: Indexed,
    /// The pass that makes it what was declared, if there is one to be made.
    pub pass: Option<Pass>,
}

impl KindIndex {
    /// The key under which it is kept.
    #[must_use]
    pub fn key(kind: &str) -> Vec<u8> {
        [INDEX_KEYS, kind.as_bytes()].concat()
    }

    /// Takes in a declaration; whether it is another one.
    pub fn declare(&mut self, wanted: &Indexed) -> bool {
        if self.wanted == *wanted {
            return false;
        }
        let complete = self.complete.and(wanted);
        *self = KindIndex { wanted: wanted.clone(), complete, pass: Some(Pass::default()) };
        true
    }

    /// The pass is through.
    pub fn finish(&mut self) {
        self.complete = self.wanted.clone();
        self.pass = None;
    }

    /// The record, sealed behind its length and a CRC-32.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        seal(&mut out, |out| {
            for names in [&self.wanted, &self.complete] {
                out.put_bytes(names.to_string().as_bytes());
            }
            out.put_u8(u8::from(self.pass.is_some()));
            if let Some(pass) = &self.pass {
                out.put_u8(u8::from(pass.after.is_some()));
                out.put_u128(pass.after.unwrap_or_default().0);
                out.put_u64(pass.done);
            }
        });
        out
    }

    /// Reads a record back.
    ///
    /// # Errors
    /// It does not match its checksum, or has no meaning.
    pub fn decode(sealed: &[u8]) -> Result<KindIndex, CodecError> {
        let mut take = Take(unseal(&mut Take(sealed))?);
        let names = |text: &str| Indexed::read(text).ok_or(CodecError::Meaningless("indexed attributes"));
        let (wanted, complete) = (names(take.text()?)?, names(take.text()?)?);
        let pass = match take.bool()? {
            true => {
                let (begun, last) = (take.bool()?, ObjectId(take.u128()?));
                Some(Pass { after: begun.then_some(last), done: take.u64()? })
            }
            false => None,
        };
        Ok(KindIndex { wanted, complete, pass })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Indexed {
        Indexed::Only(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn what_was_declared_reads_back() {
        for indexed in [Indexed::All, only(&[]), only(&["a", "all", "only"])] {
            assert_eq!(Indexed::read(&indexed.to_string()), Some(indexed));
        }
        assert_eq!([Indexed::read(""), Indexed::read("all a"), Indexed::read("some")], [None, None, None]);
        let pass = Some(Pass { after: Some(ObjectId(7)), done: 3 });
        for pass in [None, Some(Pass::default()), pass] {
            let index = KindIndex { wanted: only(&["a"]), complete: Indexed::All, pass };
            assert_eq!(KindIndex::decode(&index.encode()), Ok(index));
        }
    }

    #[test]
    fn only_what_has_all_its_entries_can_be_asked_for_meanwhile() {
        let mut index = KindIndex::default();
        assert!(!index.declare(&Indexed::All), "that is so already");
        assert!(index.declare(&only(&["a", "b"])));
        assert_eq!(index.complete, only(&["a", "b"]), "both were there");
        index.finish();
        assert!(index.declare(&only(&["b", "c"])));
        assert_eq!(index.complete, only(&["b"]));
        index.finish();
        assert_eq!((index.complete, index.pass), (only(&["b", "c"]), None));
    }
}
