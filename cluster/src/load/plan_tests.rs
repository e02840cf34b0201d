use std::sync::atomic::Ordering;

use super::{Plan, Progress};
use crate::load::{LoadOptions, Way};

const OPTIONS: LoadOptions =
    LoadOptions { replicas: 3, messages: 100, body_bytes: 8, in_flight: 7, way: Way::Streamed, keep: false };

#[test]
fn every_number_is_taken_once() {
    let progress = Progress::default();
    let plan = Plan::new(&OPTIONS, &progress).expect("random numbers");
    assert_eq!(plan.take(30), 0..30);
    assert_eq!(plan.take(60), 30..90);
    assert_eq!(plan.unsent(), 10);
    assert_eq!(plan.take(60), 90..100);
    assert!(plan.take(1).is_empty());
    assert_eq!(plan.unsent(), 0);
}

#[test]
fn what_is_acknowledged_and_not_deleted_is_missing() {
    let progress = Progress::default();
    let plan = Plan::new(&OPTIONS, &progress).expect("random numbers");
    let ids: Vec<_> = plan.messages(0..10).iter().map(|message| message.id).collect();
    plan.acknowledged(0..10, &ids[4..5]);
    assert_eq!((plan.missing(), progress.enqueued.load(Ordering::Relaxed)), (9, 9));
    assert_eq!(plan.deleted(ids[..5].iter().copied()), 5);
    // The troubled one was stored after all; it was never counted as acknowledged.
    assert_eq!(plan.missing(), 5);
    assert_eq!(plan.deleted(ids.iter().copied()), 5);
    assert_eq!((plan.missing(), progress.deleted.load(Ordering::Relaxed)), (0, 10));
}
