//! Holder lists: which hosts have, or may have, a replica of a message, in rank order.
//!
//! A list only grows. Two lists merge by union, ordered by (version, place, host), so that every host that has merged
//! the same entries sees the same ranks; no list wins and no entry is struck. A removed host stays listed and is skipped
//! wherever a list is read. Messages share few distinct lists, so each host keeps every list once, in [`Lists`].

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::host_set::{HostIndex, HostSet};
use crate::ids::HostId;
use crate::random::{mix, mix_id};

/// One entry of a holder list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder<H> {
    /// 1 for the list as it was planned; one more for each later addition.
    pub version: u16,
    /// The order among entries of one version; rank 0 of version 1 holds the initial replica.
    pub place: u8,
    /// Who.
    pub host: H,
}

/// A list as it travels between hosts: with host ids.
pub type GlobalList = Vec<Holder<HostId>>;

/// A list as one host keeps it: with its own indexes. Shared, because many messages have the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct HolderList(Arc<[Holder<HostIndex>]>);

impl HolderList {
    /// The list of a new message: `hosts` in rank order.
    #[must_use]
    pub fn planned(hosts: &[HostIndex]) -> Self {
        Self::of(hosts.iter().enumerate().map(|(place, host)| Holder {
            version: 1,
            place: place as u8,
            host: *host,
        }))
    }

    /// The union of `entries`, each host with its lowest-ranked entry.
    pub fn of(entries: impl IntoIterator<Item = Holder<HostIndex>>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_unstable();
        let mut seen = HostSet::EMPTY;
        entries.retain(|entry| seen.insert(entry.host));
        HolderList(entries.into())
    }

    /// The same entries in rank order, with the host id where version and place are the same: as every host ranks them.
    #[must_use]
    pub fn ranked(self, id_of: impl Fn(HostIndex) -> HostId) -> Self {
        let rank = |entry: &Holder<HostIndex>| (entry.version, entry.place, id_of(entry.host));
        if self.0.is_sorted_by_key(rank) {
            return self;
        }
        let mut entries = self.0.to_vec();
        entries.sort_by_key(rank);
        HolderList(entries.into())
    }

    /// This list with `hosts` added behind it, as its next version.
    #[must_use]
    pub fn extended(&self, hosts: &[HostIndex]) -> Self {
        let version = self.version() + 1;
        let added =
            hosts.iter().enumerate().map(|(place, host)| Holder { version, place: place as u8, host: *host });
        Self::of(self.0.iter().copied().chain(added))
    }

    /// The union with `other`.
    #[must_use]
    pub fn merged(&self, other: &HolderList) -> Self {
        if self == other || other.is_empty() {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Self::of(self.0.iter().chain(other.0.iter()).copied())
    }

    /// Whether it has an entry that `other` lacks.
    #[must_use]
    pub fn adds_to(&self, other: &HolderList) -> bool {
        self.0.iter().any(|entry| !other.0.contains(entry))
    }

    /// The entries in rank order.
    #[must_use]
    pub fn entries(&self) -> &[Holder<HostIndex>] {
        &self.0
    }

    /// The hosts in rank order, removed ones included.
    pub fn hosts(&self) -> impl DoubleEndedIterator<Item = HostIndex> + ExactSizeIterator + '_ {
        self.0.iter().map(|entry| entry.host)
    }

    /// The same as a set.
    #[must_use]
    pub fn host_set(&self) -> HostSet {
        self.hosts().collect()
    }

    /// Whether `host` is listed.
    #[must_use]
    pub fn contains(&self, host: HostIndex) -> bool {
        self.hosts().any(|listed| listed == host)
    }

    /// How many hosts are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The highest version in it; 0 for the empty list.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.0.last().map_or(0, |entry| entry.version)
    }
}

/// A list's number in [`Lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(pub u32);

#[derive(Debug, Clone)]
struct Interned {
    list: HolderList,
    hash: u64,
    uses: u32,
}

/// Every distinct holder list of one host, once, counted by use.
#[derive(Debug, Clone, Default)]
pub struct Lists {
    by_list: BTreeMap<HolderList, ListId>,
    interned: Vec<Option<Interned>>,
    free: Vec<ListId>,
}

impl Lists {
    /// The number of `list`, counting one use of it. `id_of` gives the global id of a listed host.
    pub fn intern(&mut self, list: HolderList, id_of: impl Fn(HostIndex) -> HostId) -> ListId {
        if let Some(id) = self.by_list.get(&list) {
            let id = *id;
            self.retain(id);
            return id;
        }
        let hash = list.entries().iter().fold(0u64, |hash, entry| {
            let place = u64::from(entry.version) << 8 | u64::from(entry.place);
            hash.wrapping_add(mix(mix_id(id_of(entry.host).0) ^ place.rotate_left(40)))
        });
        let interned = Some(Interned { list: list.clone(), hash, uses: 1 });
        let id = self.free.pop().unwrap_or_else(|| {
            self.interned.push(None);
            ListId(self.interned.len() as u32 - 1)
        });
        self.interned[id.0 as usize] = interned;
        self.by_list.insert(list, id);
        id
    }

    /// Counts one more use.
    pub fn retain(&mut self, id: ListId) {
        self.entry_mut(id).uses += 1;
    }

    /// Gives one use back; the list goes with its last one.
    pub fn release(&mut self, id: ListId) {
        let entry = self.entry_mut(id);
        entry.uses -= 1;
        if entry.uses == 0
            && let Some(gone) = self.interned[id.0 as usize].take()
        {
            self.by_list.remove(&gone.list);
            self.free.push(id);
        }
    }

    /// The list with this number.
    #[must_use]
    pub fn get(&self, id: ListId) -> &HolderList {
        &self.entry(id).list
    }

    /// A hash of the list that is the same on every host.
    #[must_use]
    pub fn hash(&self, id: ListId) -> u64 {
        self.entry(id).hash
    }

    /// How many distinct lists are in use.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_list.len()
    }

    /// Whether no list is in use.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_list.is_empty()
    }

    fn entry(&self, id: ListId) -> &Interned {
        self.interned[id.0 as usize].as_ref().expect("a list in use is interned")
    }

    fn entry_mut(&mut self, id: ListId) -> &mut Interned {
        self.interned[id.0 as usize].as_mut().expect("a list in use is interned")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indexes(hosts: &[u16]) -> Vec<HostIndex> {
        hosts.iter().map(|host| HostIndex(*host)).collect()
    }

    #[test]
    fn both_sides_of_a_partition_merge_to_the_same_ranks() {
        let planned = HolderList::planned(&indexes(&[2, 0, 1]));
        let (left, right) = (planned.extended(&indexes(&[5])), planned.extended(&indexes(&[4, 3])));
        assert_eq!(left.merged(&right), right.merged(&left));
        assert_eq!(left.merged(&right).hosts().map(|host| host.0).collect::<Vec<_>>(), [2, 0, 1, 4, 5, 3]);
        assert_eq!(
            left.merged(&right).extended(&indexes(&[4])),
            left.merged(&right),
            "nobody is listed twice"
        );
    }

    #[test]
    fn hosts_that_number_each_other_differently_rank_them_alike() {
        // Two hosts that each were rank 0: to itself, each has the index 0.
        let ids = [HostId(70), HostId(30)];
        let here = HolderList::planned(&indexes(&[0])).merged(&HolderList::planned(&indexes(&[1])));
        let here = here.ranked(|host| ids[usize::from(host.0)]);
        let there = HolderList::planned(&indexes(&[0])).merged(&HolderList::planned(&indexes(&[1])));
        let there = there.ranked(|host| ids[1 - usize::from(host.0)]);
        let first = |list: &HolderList, flip: u16| list.hosts().next().map(|host| host.0 ^ flip);
        assert_eq!(first(&here, 0), first(&there, 1));
        assert_eq!(first(&here, 0), Some(1), "the lower id is first");
    }

    #[test]
    fn a_list_says_who_is_in_it_and_what_is_new() {
        let planned = HolderList::planned(&indexes(&[2, 0]));
        let longer = planned.extended(&indexes(&[1]));
        assert!(longer.adds_to(&planned) && !planned.adds_to(&longer) && !planned.adds_to(&planned));
        assert!(planned.contains(HostIndex(0)) && !planned.contains(HostIndex(1)));
        assert_eq!((planned.len(), planned.version(), longer.len(), longer.version()), (2, 1, 3, 2));
        assert!(HolderList::default().is_empty() && !planned.is_empty());
        assert_eq!(HolderList::default().version(), 0);
        assert_eq!(longer.host_set(), [HostIndex(0), HostIndex(1), HostIndex(2)].into_iter().collect());
        assert_eq!(longer.entries()[2], Holder { version: 2, place: 0, host: HostIndex(1) });
    }

    #[test]
    fn the_hash_of_a_list_is_the_same_everywhere_and_of_no_other_list() {
        let (here, there) =
            (|host: HostIndex| HostId(u128::from(host.0)), |host: HostIndex| HostId(u128::from(7 - host.0)));
        let (mut ours, mut theirs) = (Lists::default(), Lists::default());
        let our_id = ours.intern(HolderList::planned(&indexes(&[2, 0])), here);
        let their_id = theirs.intern(HolderList::planned(&indexes(&[5, 7])), there);
        assert_eq!(ours.hash(our_id), theirs.hash(their_id));
        assert_eq!(ours.get(our_id), &HolderList::planned(&indexes(&[2, 0])));
        let mut hashes = std::collections::BTreeSet::new();
        for (version, place, host) in
            (1..9).flat_map(|version| (0..16).map(move |place| (version, place, u16::from(place) % 3)))
        {
            let list = HolderList::of([Holder { version, place, host: HostIndex(host) }]);
            let id = ours.intern(list, here);
            hashes.insert(ours.hash(id));
        }
        assert_eq!(hashes.len(), 128);
    }

    #[test]
    fn a_list_is_kept_once_and_goes_with_its_last_use() {
        let mut lists = Lists::default();
        let id_of = |host: HostIndex| HostId(u128::from(host.0));
        let first = lists.intern(HolderList::planned(&indexes(&[0, 1])), id_of);
        assert_eq!(lists.intern(HolderList::planned(&indexes(&[0, 1])), id_of), first);
        let other = lists.intern(HolderList::planned(&indexes(&[2])), id_of);
        assert!(other != first && lists.len() == 2);
        lists.release(other);
        lists.release(first);
        assert!(lists.len() == 1 && !lists.is_empty(), "one use is left");
        lists.release(first);
        assert!(lists.is_empty());
        assert_eq!(
            lists.intern(HolderList::planned(&indexes(&[1, 0])), id_of),
            first,
            "numbers are used again"
        );
    }
}
