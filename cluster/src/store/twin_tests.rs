use hydraq_core::event::{MetaKey, Write};
use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::time::Instant;

use super::model::Disk;
use super::{Opened, StoreError};

fn open(disk: &Disk) -> Opened {
    disk.open((HostId(1), StoreId(2)), 7)
}

fn write(value: u8) -> [Write; 1] {
    [Write::Meta(MetaKey::Setting("a".into()), vec![value])]
}

#[test]
fn what_was_committed_is_in_both_after_a_crash() {
    for chance in 0..50 {
        let disk = Disk::real();
        let mut opened = open(&disk);
        opened.store.commit(&write(1), Instant(1)).expect("a commit");
        disk.fail_next();
        let torn = opened.store.commit(&write(2), Instant(2));
        assert!(matches!(torn, Err(StoreError::Failed(_))), "{torn:?}");
        disk.crash(chance);
        drop(opened);
        let opened = open(&disk);
        assert!(opened.clock >= Instant(1), "chance {chance}");
        assert_eq!(disk.differences(), Vec::<String>::new(), "chance {chance}");
    }
}

#[test]
fn a_file_that_lost_a_commit_is_found() {
    let disk = Disk::real();
    let mut opened = open(&disk);
    let earlier = disk.image().files;
    opened.store.commit(&write(1), Instant(1)).expect("a commit");
    let now = disk.image();
    drop(opened);
    disk.restore(super::model::Image { files: earlier, ..now });
    drop(open(&disk));
    assert_eq!(disk.differences().len(), 1);
}
