//! Comparing a store that was opened after a crash with what it may have: the state after a commit, whole.

use std::ops::ControlFlow;

use bytes::Bytes;
use hydraq_core::event::MetaKey;
use hydraq_core::ids::{Sequence, StoreId};
use hydraq_core::message::Message;
use hydraq_core::objects::{StoreTag, Table};
use hydraq_core::record::{MessageRecord, Record};

use crate::store::check_objects::check_snapshot;
use crate::store::model::{Image, ObjectTables};
use crate::store::{Opened, ReadError};

/// Looks for the state that an opened store has among those that it may have; gives its place, or says in words what is wrong.
pub(super) fn find(opened: &Opened, allowed: &[&Image]) -> Result<usize, String> {
    let commit = opened.recovered.commit;
    let Some(place) = allowed.iter().position(|image| image.commit == commit) else {
        let commits: Vec<u64> = allowed.iter().map(|image| image.commit.0).collect();
        return Err(format!("the store is as after commit {}, not after one of {commits:?}", commit.0));
    };
    compare(opened, allowed[place]).map_err(|what| format!("after commit {}: {what}", commit.0))?;
    Ok(place)
}

fn compare(opened: &Opened, image: &Image) -> Result<(), String> {
    let expect = |what: &str, found: u64, expected: u64| {
        if found == expected { Ok(()) } else { Err(format!("{what} is {found}, not {expected}")) }
    };
    if let Some(expected) = image.host
        && (opened.host, opened.store_id) != expected
    {
        return Err(format!("it is the store of {}, not of {}", opened.host, expected.0));
    }
    expect("the boot", opened.boot.counter, image.boot + 1)?;
    expect("the clock", opened.clock.0, image.clock.0)?;
    expect("the next sequence", opened.recovered.next_sequence.0, image.next_sequence.max(1))?;
    records(opened, image)?;
    meta(opened, image)?;
    objects(opened, &image.objects, opened.store_id)
}

fn records(opened: &Opened, image: &Image) -> Result<(), String> {
    let mut found = opened.store.records().map_err(|error| error.to_string())?;
    let mut messages = Vec::new();
    for (sequence, record) in &image.records {
        let Some((place, head)) = found.next() else {
            return Err(format!("record {} is lost", sequence.0));
        };
        let head = head.map_err(|error| format!("record {}: {error}", place.0))?;
        if place != *sequence {
            return Err(format!("record {} is where {} must be", place.0, sequence.0));
        }
        if head != without_body(record) {
            return Err(format!("record {} is another one", sequence.0));
        }
        if let Record::Message(record) = record {
            messages.push((*sequence, &record.message));
        }
    }
    if let Some((sequence, _)) = found.next() {
        return Err(format!("record {} is there, and must not be", sequence.0));
    }
    let sequences: Vec<Sequence> = messages.iter().map(|(sequence, _)| *sequence).collect();
    for ((sequence, message), read) in messages.into_iter().zip(opened.store.read(&sequences)) {
        let read = read.map_err(|error| format!("message {}: {error}", sequence.0))?;
        if read != *message {
            return Err(format!("message {} has other content", sequence.0));
        }
    }
    Ok(())
}

fn without_body(record: &Record) -> Record {
    let Record::Message(record) = record else { return record.clone() };
    let message = Message { body: Bytes::new(), ..Message::clone(&record.message) };
    Record::Message(MessageRecord { message: message.into(), ..record.clone() })
}

fn meta(opened: &Opened, image: &Image) -> Result<(), String> {
    let is_seen = |key: &MetaKey| *key == MetaKey::Seen;
    let expected: Vec<_> =
        image.meta.iter().filter(|(key, _)| !is_seen(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let mut found = opened.recovered.meta.clone();
    found.retain(|(key, _)| !is_seen(key));
    found.sort();
    let seen = image.meta.get(&MetaKey::Seen).map_or(&[][..], Vec::as_slice);
    if opened.recovered.seen != seen {
        return Err("what was seen of peers is another".into());
    }
    if found == expected { Ok(()) } else { Err("settings or members are others".into()) }
}

/// Invariant I17, and that the tables are those of the model, row by row.
pub(in crate::store) fn objects(
    opened: &Opened,
    expected: &ObjectTables,
    store: StoreId,
) -> Result<(), String> {
    let reader = opened.store.object_reader();
    let mut problem = None;
    let looked = reader.look(&mut |snapshot| {
        let checked = check_snapshot(snapshot, StoreTag::of(store))?;
        problem = checked.problems.into_iter().next().map(|problem| format!("I17: {problem}"));
        for table in [Table::Objects, Table::Events, Table::Index, Table::Meta] {
            let mut rows = expected.rows(table);
            let mut is_same = true;
            snapshot.walk(table, &[], &[0xff; 512], &mut |key, value| {
                is_same &= rows.next() == Some((key, value));
                if is_same { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            if !is_same || rows.next().is_some() {
                problem.get_or_insert_with(|| format!("table {table:?} is another one"));
            }
        }
        Ok::<(), ReadError>(())
    });
    looked.map_err(|error| error.to_string())?;
    problem.map_or(Ok(()), Err)
}
