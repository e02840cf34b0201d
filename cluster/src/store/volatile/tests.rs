use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::time::Instant;

use super::VolatileDisk;
use super::files::{Files, Loss};
use crate::store::redb::{Fresh, open_at};
use crate::store::{Opened, StoreError};

fn open(disk: &VolatileDisk) -> Opened {
    let fresh = Fresh { host: HostId(1), store: StoreId(2) };
    open_at(disk.place(), 1 << 20, fresh, 7).expect("a store")
}

#[test]
fn what_was_committed_outlives_a_crash_and_handles_do_not() {
    let disk = VolatileDisk::default();
    let mut opened = open(&disk);
    assert_eq!(opened.boot.counter, 1);
    opened.store.commit(&[], Instant(9)).expect("a commit");
    disk.crash(Loss::Everything);
    let late = opened.store.commit(&[], Instant(10));
    assert!(matches!(late, Err(StoreError::Failed(_))), "{late:?}");
    drop(opened);
    let opened = open(&disk);
    assert_eq!((opened.boot.counter, opened.clock), (2, Instant(9)));
}

#[test]
fn a_full_disk_and_one_that_cannot_sync_are_told_apart() {
    let disk = VolatileDisk::default();
    let mut opened = open(&disk);
    disk.set_full(true);
    let body = vec![7; 4 << 20];
    let write = hydraq_core::event::Write::Meta(hydraq_core::event::MetaKey::Seen, body);
    assert!(matches!(opened.store.commit(&[write], Instant(1)), Err(StoreError::Full)));
    drop(opened);
    disk.set_full(false);
    let mut opened = open(&disk);
    disk.set_fails_to_sync(true);
    assert!(matches!(opened.store.commit(&[], Instant(1)), Err(StoreError::Failed(_))));
}

#[test]
fn an_earlier_state_can_be_put_back() {
    let disk = VolatileDisk::default();
    drop(open(&disk));
    let earlier = disk.files();
    drop(open(&disk));
    disk.restore(earlier);
    assert_eq!(open(&disk).boot.counter, 2);
    disk.restore(Files::default());
    assert_eq!(open(&disk).boot.counter, 1);
}
