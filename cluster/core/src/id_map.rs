//! A map from message ids that is fast and has no order: it can be asked, not walked, unless sorted.
//!
//! Sharded by the same buckets on every host (see [`crate::state::digest`]), so that one bucket can be listed for a peer, and
//! so that growth never stops a host for longer than one shard takes.

use std::fmt;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::ids::MessageId;
use crate::random::mix_id;

/// How many buckets the ids fall into; the same on every host, because digests are compared bucket by bucket.
pub const BUCKETS: usize = 1024;

/// The bucket of an id; the same on every host.
#[must_use]
pub fn bucket_of(id: MessageId) -> usize {
    mix_id(id.0) as usize % BUCKETS
}

/// Where an id belongs within its bucket's table. All ids of a bucket agree in the low bits of their mix, by which a table would
/// put them all in one place: higher bits are folded over them.
pub(crate) fn table_hash(id: MessageId) -> u64 {
    let mixed = mix_id(id.0);
    mixed ^ (mixed >> BUCKETS.trailing_zeros())
}

/// A map from message ids to values. One that was never used has no shards, and a copy of an empty one has none.
pub struct IdMap<V> {
    shards: Box<[HashTable<(MessageId, V)>]>,
    len: usize,
}

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        IdMap { shards: Box::default(), len: 0 }
    }
}

impl<V: Clone> Clone for IdMap<V> {
    fn clone(&self) -> Self {
        if self.is_empty() { IdMap::default() } else { IdMap { shards: self.shards.clone(), len: self.len } }
    }
}

/// What is there, in the order of the ids; never the empty shards.
impl<V: fmt::Debug> fmt::Debug for IdMap<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut entries: Vec<_> = self.shards.iter().flatten().map(|(id, value)| (id, value)).collect();
        entries.sort_unstable_by_key(|(id, _)| **id);
        f.debug_map().entries(entries).finish()
    }
}

impl<V> IdMap<V> {
    /// The value of `id`.
    #[must_use]
    pub fn get(&self, id: MessageId) -> Option<&V> {
        if self.is_empty() {
            return None;
        }
        self.shards.get(bucket_of(id))?.find(table_hash(id), |(key, _)| *key == id).map(|(_, value)| value)
    }

    /// The value of `id`, to change it.
    pub fn get_mut(&mut self, id: MessageId) -> Option<&mut V> {
        if self.is_empty() {
            return None;
        }
        let shard = self.shards.get_mut(bucket_of(id))?;
        shard.find_mut(table_hash(id), |(key, _)| *key == id).map(|(_, value)| value)
    }

    /// Whether `id` has a value.
    #[must_use]
    pub fn contains(&self, id: MessageId) -> bool {
        self.get(id).is_some()
    }

    /// Gives `id` a value; the one it had comes back.
    pub fn insert(&mut self, id: MessageId, value: V) -> Option<V> {
        if self.shards.is_empty() {
            self.shards = (0..BUCKETS).map(|_| HashTable::new()).collect();
        }
        match entry(&mut self.shards, id) {
            Entry::Occupied(mut old) => Some(std::mem::replace(&mut old.get_mut().1, value)),
            Entry::Vacant(place) => {
                self.len += 1;
                place.insert((id, value));
                None
            }
        }
    }

    /// The value of `id`, to change it; that of `fresh` if it had none.
    pub fn get_or_insert_with(&mut self, id: MessageId, fresh: impl FnOnce() -> V) -> &mut V {
        if self.shards.is_empty() {
            self.shards = (0..BUCKETS).map(|_| HashTable::new()).collect();
        }
        match entry(&mut self.shards, id) {
            Entry::Occupied(entry) => &mut entry.into_mut().1,
            Entry::Vacant(place) => {
                self.len += 1;
                &mut place.insert((id, fresh())).into_mut().1
            }
        }
    }

    /// Changes the value of `id`, if it has one, and takes it out unless `change` says that it stays.
    pub fn retain(&mut self, id: MessageId, change: impl FnOnce(&mut V) -> bool) {
        let Some(shard) = self.shards.get_mut(bucket_of(id)) else { return };
        let Ok(mut entry) = shard.find_entry(table_hash(id), |(key, _)| *key == id) else { return };
        if !change(&mut entry.get_mut().1) {
            entry.remove();
            self.len -= 1;
        }
    }

    /// Takes the value of `id` out.
    pub fn remove(&mut self, id: MessageId) -> Option<V> {
        if self.is_empty() {
            return None;
        }
        let shard = self.shards.get_mut(bucket_of(id))?;
        let entry = shard.find_entry(table_hash(id), |(key, _)| *key == id).ok()?;
        self.len -= 1;
        Some(entry.remove().0.1)
    }

    /// How many ids have a value.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no id has a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All ids of one bucket, in order.
    #[must_use]
    pub fn bucket(&self, bucket: usize) -> Vec<MessageId> {
        let shard = self.shards.get(bucket).into_iter().flatten();
        let mut ids: Vec<_> = shard.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids
    }

    /// All ids, bucket by bucket, in order within each.
    pub fn ids(&self) -> impl Iterator<Item = MessageId> + '_ {
        let buckets = if self.is_empty() { 0 } else { BUCKETS };
        (0..buckets).flat_map(|bucket| self.bucket(bucket))
    }
}

fn entry<V>(shards: &mut [HashTable<(MessageId, V)>], id: MessageId) -> Entry<'_, (MessageId, V)> {
    let hash_of = |(key, _): &(MessageId, V)| table_hash(*key);
    shards[bucket_of(id)].entry(table_hash(id), |(key, _)| *key == id, hash_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_it_is_given() {
        let mut map = IdMap::default();
        for n in 0..10_000u128 {
            assert_eq!(map.insert(MessageId(n * 7), n), None);
        }
        assert_eq!(map.insert(MessageId(7), 99), Some(1));
        assert_eq!(map.remove(MessageId(14)), Some(2));
        assert_eq!((map.get(MessageId(7)), map.get(MessageId(14)), map.len()), (Some(&99), None, 9_999));
        assert_eq!(map.ids().count(), 9_999);
        *map.get_or_insert_with(MessageId(14), || 5) += 1;
        *map.get_or_insert_with(MessageId(14), || 5) += 1;
        assert_eq!((map.get(MessageId(14)), map.len()), (Some(&7), 10_000));
        map.retain(MessageId(14), |value| {
            *value = 8;
            true
        });
        assert_eq!((map.get(MessageId(14)), map.len()), (Some(&8), 10_000));
        map.retain(MessageId(14), |_| false);
        map.retain(MessageId(14), |_| unreachable!("there is none"));
        assert_eq!((map.get(MessageId(14)), map.len()), (None, 9_999));
    }

    #[test]
    fn a_copy_has_the_same_and_an_empty_one_has_nothing() {
        let mut map = IdMap::default();
        assert!(map.is_empty() && map.clone().is_empty());
        map.insert(MessageId(2), 'b');
        map.insert(MessageId(1), 'a');
        assert!(!map.is_empty());
        let copy = map.clone();
        assert_eq!((copy.len(), copy.get(MessageId(2))), (2, Some(&'b')));
        let (first, second) = (MessageId(1), MessageId(2));
        assert_eq!(format!("{copy:?}"), format!("{{{first:?}: 'a', {second:?}: 'b'}}"), "by id");
    }

    #[test]
    fn ids_spread_over_the_buckets_and_within_each() {
        let bucket = 0b0101;
        let (mut filled, mut low_bits) = ([false; BUCKETS], [false; 16]);
        for id in (0..300_000).map(MessageId) {
            filled[bucket_of(id)] = true;
            if bucket_of(id) == bucket {
                low_bits[table_hash(id) as usize % 16] = true;
            }
        }
        assert!(filled.iter().all(|one| *one), "every bucket gets some");
        assert!(low_bits.iter().all(|one| *one), "ids of one bucket differ where a table looks");
    }
}
