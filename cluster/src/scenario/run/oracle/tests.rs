//! What the oracle takes for explained, and what it does not.

use std::time::Duration;

use bytes::Bytes;
use hydraq_core::ids::{HostId, LeaseNumber, MessageId, Receipt};
use hydraq_core::request::Cause;

use super::faults::{AFTERMATH, FaultKind};
use super::record::{Intent, Verdict};
use super::{DeliveryPlace, Oracle};
use crate::client::types::{DeletedHow, Delivery};
use crate::scenario::run::digest::Digest;
use crate::scenario::run::stage::Moment;

const ID: MessageId = MessageId(7);
const LEASE: Duration = Duration::from_secs(30);

/// A moment, in milliseconds since the beginning.
fn at(ms: u64) -> Moment {
    Moment(ms * 1000)
}

fn names(hosts: &[&str]) -> Vec<String> {
    hosts.iter().map(|host| (*host).to_owned()).collect()
}

/// An oracle that knows of one message on alpha and bravo, acknowledged at 10 ms.
fn oracle() -> Oracle {
    let mut oracle = Oracle::default();
    enqueue(&mut oracle, 0, Verdict::Acknowledged, false);
    oracle
}

fn enqueue(oracle: &mut Oracle, ms: u64, verdict: Verdict, retried: bool) {
    let intent = Intent {
        message_type: "default".into(),
        digest: Digest::of(b"body"),
        replicas: 2,
        number: 1,
        time_to_live: None,
    };
    oracle.enqueue_asked(ID, intent, at(ms));
    oracle.enqueue_ended(ID, verdict, &names(&["alpha", "bravo"]), retried, at(ms + 10));
}

/// The message comes from `owner`, in answer to a request that left 5 ms before.
fn deliver(oracle: &mut Oracle, owner: &str, ms: u64) -> DeliveryPlace {
    deliver_body(oracle, owner, ms, b"body")
}

fn deliver_body(oracle: &mut Oracle, owner: &str, ms: u64, body: &'static [u8]) -> DeliveryPlace {
    let receipt = Receipt { message: ID, owner: HostId(1), boot: 1, lease: LeaseNumber(1) };
    let delivery = Delivery {
        id: ID,
        message_type: "default".into(),
        body: Bytes::from_static(body),
        attributes: Vec::new(),
        receipt,
        holders: names(&["alpha", "bravo"]),
        owner: owner.into(),
        count: 1,
        // Whatever a host says of itself explains nothing.
        cause: Cause::HostSuspected,
        replicas: 2,
    };
    oracle.delivered(&delivery, owner, LEASE, at(ms - 5), at(ms))
}

fn delete(oracle: &mut Oracle, asked: u64, acknowledged: u64, unreached: &[&str]) {
    let how = DeletedHow { gone_already: false, unreached: names(unreached) };
    oracle.delete_asked(ID, at(asked));
    oracle.delete_acknowledged(ID, at(asked), &how, at(acknowledged));
}

/// How many duplicates there are, and how many of them nothing explains.
fn duplicates(oracle: &Oracle) -> (u64, usize) {
    (oracle.counts().duplicates(), oracle.unexplained().len())
}

#[test]
fn a_second_delivery_within_the_lease_is_unexplained_whatever_it_says() {
    let mut oracle = oracle();
    deliver(&mut oracle, "alpha", 100);
    assert_eq!(duplicates(&oracle), (0, 0));
    deliver(&mut oracle, "alpha", 200);
    assert_eq!(duplicates(&oracle), (1, 1));
    assert_eq!(oracle.unexplained(), [DeliveryPlace { message: ID, place: 1 }]);
}

#[test]
fn the_end_of_a_lease_explains_what_comes_after_it_and_nothing_before() {
    let ended = 100 - 5 + LEASE.as_millis() as u64;
    for (ms, unexplained) in [(ended - 100, 1), (ended, 0), (ended + 5000, 0)] {
        let mut oracle = oracle();
        deliver(&mut oracle, "alpha", 100);
        deliver(&mut oracle, "alpha", ms);
        assert_eq!(duplicates(&oracle), (1, unexplained), "at {ms} ms");
    }
}

#[test]
fn a_lease_that_was_extended_lasts_longer_only_if_that_is_sure() {
    let ended = 100 - 5 + LEASE.as_millis() as u64;
    for (sure, unexplained) in [(true, 1), (false, 0)] {
        let mut oracle = oracle();
        let place = deliver(&mut oracle, "alpha", 100);
        oracle.extended(place, LEASE, at(20_000), sure);
        deliver(&mut oracle, "alpha", ended + 1000);
        assert_eq!(duplicates(&oracle), (1, unexplained), "sure: {sure}");
    }
}

#[test]
fn an_extension_may_shorten_a_lease() {
    let mut oracle = oracle();
    let place = deliver(&mut oracle, "alpha", 100);
    oracle.extended(place, Duration::from_secs(1), at(200), true);
    deliver(&mut oracle, "alpha", 1500);
    assert_eq!(duplicates(&oracle), (1, 0));
}

#[test]
fn a_release_explains_what_follows_it() {
    let mut oracle = oracle();
    let place = deliver(&mut oracle, "alpha", 100);
    oracle.released(place, at(150));
    deliver(&mut oracle, "bravo", 200);
    assert_eq!(duplicates(&oracle), (1, 0));
    // But not a third one, whose second was never released.
    deliver(&mut oracle, "alpha", 300);
    assert_eq!(duplicates(&oracle), (2, 1));
}

#[test]
fn a_redrive_between_two_deliveries_explains_the_second() {
    for (redriven, unexplained) in [(50, 1), (150, 0), (250, 1)] {
        let mut oracle = oracle();
        deliver(&mut oracle, "alpha", 100);
        deliver(&mut oracle, "alpha", 200);
        oracle.redriven(at(redriven), |_| true);
        assert_eq!(duplicates(&oracle), (1, unexplained), "redriven at {redriven} ms");
    }
}

#[test]
fn a_fault_explains_duplicates_on_its_host_and_in_its_time_only() {
    let felt = 10_000 - AFTERMATH.as_millis() as u64 + 1000;
    for (host, from, until, unexplained) in [
        ("alpha", 10_500, None, 0),
        ("bravo", 150, None, 0),
        ("charlie", 150, None, 1),
        // Long over before the first delivery was asked for.
        ("alpha", 50, Some(60), 1),
        // Over, but still felt.
        ("alpha", 50, Some(felt), 0),
        // It began after the second delivery.
        ("alpha", 30_000, None, 1),
    ] {
        let mut oracle = oracle();
        oracle.faults.begin(FaultKind::Kill, &[host], at(from));
        if let Some(until) = until {
            oracle.faults.end(FaultKind::Kill, &[host], at(until));
        }
        deliver(&mut oracle, "alpha", 10_000);
        deliver(&mut oracle, "bravo", 11_000);
        assert_eq!(duplicates(&oracle), (1, unexplained), "{host} from {from} to {until:?}");
    }
}

#[test]
fn a_fault_of_a_link_touches_both_of_its_ends() {
    for end in ["alpha", "bravo"] {
        let mut oracle = oracle();
        oracle.faults.begin(FaultKind::Cut, &[end, "zulu"], at(150));
        deliver(&mut oracle, "alpha", 100);
        deliver(&mut oracle, "bravo", 200);
        assert_eq!(duplicates(&oracle), (1, 0), "{end}");
    }
}

#[test]
fn only_an_enqueue_that_may_have_stored_more_than_one_message_explains_duplicates() {
    for (verdict, retried, unexplained) in [
        (Verdict::Acknowledged, false, 1),
        (Verdict::Acknowledged, true, 0),
        (Verdict::Unknown, false, 0),
        (Verdict::Failed, false, 1),
    ] {
        let mut oracle = Oracle::default();
        enqueue(&mut oracle, 0, verdict, retried);
        deliver(&mut oracle, "alpha", 100);
        deliver(&mut oracle, "alpha", 200);
        assert_eq!(duplicates(&oracle), (1, unexplained), "{verdict:?}, retried: {retried}");
    }
}

#[test]
fn a_delivery_that_was_asked_for_after_the_delete_is_resurrected() {
    for (received, resurrected) in [(290, 0), (304, 0), (305, 1), (400, 1)] {
        let mut oracle = oracle();
        delete(&mut oracle, 200, 300, &[]);
        deliver(&mut oracle, "alpha", received);
        assert_eq!(oracle.resurrected().len(), resurrected, "received at {received} ms");
    }
}

#[test]
fn a_host_that_the_delete_did_not_reach_may_still_deliver() {
    let mut oracle = oracle();
    delete(&mut oracle, 200, 300, &["bravo"]);
    deliver(&mut oracle, "bravo", 400);
    assert_eq!(oracle.resurrected(), []);
    deliver(&mut oracle, "alpha", 500);
    assert_eq!(oracle.resurrected(), [DeliveryPlace { message: ID, place: 1 }]);
}

#[test]
fn a_delete_that_was_refused_or_stayed_open_forbids_nothing() {
    let mut oracle = oracle();
    oracle.delete_asked(ID, at(100));
    deliver(&mut oracle, "alpha", 200);
    assert_eq!(oracle.resurrected(), []);
    assert_eq!(oracle.must_exist(at(250)), [], "it may have been deleted");
    oracle.delete_refused(ID, at(100));
    assert_eq!(oracle.must_exist(at(250)).len(), 1, "it was not deleted");
}

#[test]
fn a_message_that_was_enqueued_again_after_its_delete_is_there_again() {
    let mut oracle = oracle();
    delete(&mut oracle, 100, 200, &[]);
    enqueue(&mut oracle, 300, Verdict::Acknowledged, false);
    deliver(&mut oracle, "alpha", 400);
    assert_eq!(oracle.resurrected(), []);
    assert_eq!(oracle.must_exist(at(500)).len(), 1);
}

#[test]
fn other_bytes_than_were_enqueued_are_corrupt() {
    let mut oracle = oracle();
    deliver_body(&mut oracle, "alpha", 100, b"body");
    assert_eq!(oracle.counts().corrupt, 0);
    deliver_body(&mut oracle, "alpha", 200, b"bodz");
    deliver_body(&mut oracle, "alpha", 300, b"");
    assert_eq!(oracle.counts().corrupt, 2);
}

#[test]
fn what_was_acknowledged_must_exist_until_it_is_deleted_or_expired() {
    let mut oracle = Oracle::default();
    enqueue(&mut oracle, 0, Verdict::Unknown, false);
    assert_eq!(oracle.must_exist(at(100)), [], "nobody has promised it");
    enqueue(&mut oracle, 20, Verdict::Acknowledged, true);
    assert_eq!(oracle.must_exist(at(100)), [(ID, Digest::of(b"body"))]);
    deliver(&mut oracle, "alpha", 200);
    assert_eq!(oracle.must_exist(at(300)).len(), 1, "a delivery takes nothing away");
    delete(&mut oracle, 400, 500, &[]);
    assert_eq!(oracle.must_exist(at(600)), []);

    let mut oracle = Oracle::default();
    let mortal = Intent {
        message_type: "default".into(),
        digest: Digest::of(b"body"),
        replicas: 2,
        number: 1,
        time_to_live: Some(Duration::from_secs(1)),
    };
    oracle.enqueue_asked(ID, mortal, at(0));
    oracle.enqueue_ended(ID, Verdict::Acknowledged, &names(&["alpha"]), false, at(10));
    assert_eq!(oracle.must_exist(at(900)).len(), 1);
    assert_eq!(oracle.must_exist(at(1000)), []);
}

#[test]
fn a_count_below_an_earlier_one_of_its_type_is_out_of_order() {
    let mut oracle = Oracle::default();
    for number in 1..=3 {
        let intent = Intent {
            message_type: "default".into(),
            digest: Digest::of(b"body"),
            replicas: 1,
            number,
            time_to_live: None,
        };
        oracle.enqueue_asked(MessageId(number.into()), intent, at(0));
    }
    let order = [1, 3, 2, 3];
    for (place, number) in order.into_iter().enumerate() {
        let id = MessageId(number);
        let receipt = Receipt { message: id, owner: HostId(1), boot: 1, lease: LeaseNumber(1) };
        let delivery = Delivery {
            id,
            message_type: "default".into(),
            body: Bytes::from_static(b"body"),
            attributes: Vec::new(),
            receipt,
            holders: names(&["alpha"]),
            owner: "alpha".into(),
            count: 1,
            cause: Cause::First,
            replicas: 1,
        };
        let ms = 100 + place as u64;
        oracle.delivered(&delivery, "alpha", LEASE, at(ms), at(ms));
    }
    assert_eq!(oracle.counts().out_of_order, 1);
    assert_eq!((oracle.counts().delivered, oracle.counts().distinct), (4, 3));
}
