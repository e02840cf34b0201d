//! A set of hosts, by their local index: one word for the first 64 members, more only where there are more.

use std::fmt;

/// A host's place in this host's own table of members; 0 is the host itself. Stable for the life of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostIndex(pub u16);

/// The host itself.
pub const SELF: HostIndex = HostIndex(0);

/// A set of [`HostIndex`]es. Equal sets compare equal: there are no trailing empty words. Small, because there is one and more for each
/// message under way: what is beyond the first word is behind a pointer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HostSet {
    first: u64,
    #[expect(clippy::box_collection, reason = "a third of the size of a vector, and mostly there is none")]
    rest: Option<Box<Vec<u64>>>,
}

impl HostSet {
    /// The set of nobody.
    pub const EMPTY: HostSet = HostSet { first: 0, rest: None };

    /// The set of one.
    #[must_use]
    pub fn of(host: HostIndex) -> Self {
        [host].into_iter().collect()
    }

    /// Puts `host` in; false if it was in already.
    pub fn insert(&mut self, host: HostIndex) -> bool {
        let (word, bit) = self.word_mut(host);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }

    /// Takes `host` out; false if it was not in.
    pub fn remove(&mut self, host: HostIndex) -> bool {
        if !self.contains(host) {
            return false;
        }
        let (word, bit) = self.word_mut(host);
        *word &= !bit;
        if let Some(rest) = &mut self.rest {
            while rest.last() == Some(&0) {
                rest.pop();
            }
            if rest.is_empty() {
                self.rest = None;
            }
        }
        true
    }

    /// Whether `host` is in.
    #[must_use]
    pub fn contains(&self, host: HostIndex) -> bool {
        let (place, bit) = (usize::from(host.0) / 64, 1u64 << (host.0 % 64));
        let word = if place == 0 { self.first } else { self.rest().get(place - 1).copied().unwrap_or(0) };
        word & bit != 0
    }

    /// Whether nobody is in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first == 0 && self.rest.is_none()
    }

    /// How many are in.
    #[must_use]
    pub fn len(&self) -> usize {
        (self.first.count_ones() + self.rest().iter().map(|word| word.count_ones()).sum::<u32>()) as usize
    }

    /// All who are in, in index order.
    pub fn iter(&self) -> impl Iterator<Item = HostIndex> + '_ {
        std::iter::once(self.first).chain(self.rest().iter().copied()).enumerate().flat_map(
            |(place, word)| {
                let mut left = word;
                std::iter::from_fn(move || {
                    let bit = (left != 0).then(|| left.trailing_zeros() as u16)?;
                    left &= left - 1;
                    Some(HostIndex(place as u16 * 64 + bit))
                })
            },
        )
    }

    fn word_mut(&mut self, host: HostIndex) -> (&mut u64, u64) {
        let (place, bit) = (usize::from(host.0) / 64, 1u64 << (host.0 % 64));
        if place == 0 {
            return (&mut self.first, bit);
        }
        let rest = self.rest.get_or_insert_default();
        if rest.len() < place {
            rest.resize(place, 0);
        }
        (&mut rest[place - 1], bit)
    }

    fn rest(&self) -> &[u64] {
        self.rest.as_ref().map_or(&[], |rest| rest)
    }
}

impl FromIterator<HostIndex> for HostSet {
    fn from_iter<I: IntoIterator<Item = HostIndex>>(hosts: I) -> Self {
        let mut set = HostSet::EMPTY;
        for host in hosts {
            set.insert(host);
        }
        set
    }
}

impl Extend<HostIndex> for HostSet {
    fn extend<I: IntoIterator<Item = HostIndex>>(&mut self, hosts: I) {
        for host in hosts {
            self.insert(host);
        }
    }
}

impl fmt::Debug for HostSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|host| host.0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_behave_at_word_borders() {
        let hosts = [0u16, 63, 64, 127, 128, 999].map(HostIndex);
        let mut set: HostSet = hosts.into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), hosts);
        assert_eq!(set.len(), 6);
        for host in hosts {
            assert!(set.contains(host) && set.remove(host) && !set.remove(host));
        }
        assert_eq!(set, HostSet::EMPTY);
    }
}
