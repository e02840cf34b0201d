//! What is written can be read; causes stand before what follows from them; what is damaged is refused with its line.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::{Header, ReadError, Recording, VERSION, Writer};
use crate::observe::{
    Badges, Change, CommandBegun, CommandResult, EventKind, EventPicture, EventSerial, Happening,
    HappeningBy, HostHappening, HostNumber, HostPicture, HostState, MessageId, Update,
};

/// A file in memory.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn header() -> Header {
    Header {
        version: VERSION,
        program: "hydraq 0".into(),
        title: "test.hq".into(),
        at_ms: 1_000,
        ahead_of_utc_seconds: 3_600,
        seed: Some(7),
    }
}

fn host(at_ms: u64, host: &str, what: &str, message: Option<u128>, peer: Option<&str>) -> Happening {
    let told = HostHappening {
        host: host.into(),
        what: what.into(),
        message: message.map(MessageId),
        peer: peer.map(str::to_owned),
        count: 1,
        words: what.into(),
    };
    Happening { at_ms, by: HappeningBy::Host(told) }
}

fn command(at_ms: u64, number: u64, line: &str) -> Happening {
    Happening {
        at_ms,
        by: HappeningBy::Command(CommandBegun { number, line: line.into(), file_line: Some(1) }),
    }
}

fn result(at_ms: u64, number: u64, messages: &[u128]) -> Happening {
    let result = CommandResult {
        number,
        ok: true,
        words: "done".into(),
        took_us: 900,
        messages: messages.iter().map(|id| MessageId(*id)).collect(),
        result: serde_json::json!({ "messages": [] }),
    };
    Happening { at_ms, by: HappeningBy::Result(result) }
}

fn snapshot() -> Update {
    let host = HostPicture::new(HostNumber(1), "alpha", HostState::Up, 5);
    let event = EventPicture {
        serial: EventSerial(1),
        at_ms: 1_001,
        host: Some(HostNumber(1)),
        who: "alpha".into(),
        kind: EventKind::Started,
        message: None,
        words: "is up".into(),
        took_us: None,
        cause: None,
    };
    let changes = vec![
        Change::Hosts(vec![host]),
        Change::Badges(Badges { acknowledged: 1, ..Badges::default() }),
        Change::Event(event),
    ];
    Update { at_ms: 1_001, changes }
}

/// A session in which hosts tell what happened in another order than it happened in.
fn written() -> String {
    let paper = Paper::default();
    let mut writer = Writer::start(Box::new(paper.clone()), &header()).unwrap();
    writer.update(&snapshot()).unwrap();
    let early = vec![host(1_011, "bravo", "stored", Some(1), Some("alpha")), result(1_012, 1, &[1])];
    writer.update(&Update::one(1_030, Change::Happened(early))).unwrap();
    let late = vec![command(1_010, 1, "enqueue --replicas 2"), host(1_011, "alpha", "stored", Some(1), None)];
    writer.update(&Update::one(1_060, Change::Happened(late))).unwrap();
    let deleted = vec![
        command(1_100, 2, "try delete last"),
        host(1_101, "alpha", "deleted", Some(1), None),
        host(1_102, "bravo", "deleted", Some(1), None),
        host(1_103, "bravo", "finished", Some(1), None),
    ];
    writer.update(&Update::one(1_200, Change::Happened(deleted))).unwrap();
    writer.end("passed").unwrap();
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

fn read(text: &str) -> Result<Recording, ReadError> {
    Recording::read("test.jsonl", text.as_bytes())
}

#[test]
fn a_recording_comes_back() {
    let recording = read(&written()).unwrap();
    assert_eq!(recording.header, header());
    assert_eq!(recording.updates, [snapshot()], "updates without happenings only");
    assert_eq!(recording.end.map(|end| end.words).as_deref(), Some("passed"));
    assert_eq!(recording.happenings.len(), 8);
}

#[test]
fn every_line_is_an_object_with_one_key() {
    for line in written().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value.as_object().unwrap().len(), 1, "{line}");
    }
}

#[test]
fn causes_stand_before_what_follows_from_them() {
    let recording = read(&written()).unwrap();
    let told: Vec<(String, u64, Vec<u64>)> = recording
        .happenings
        .iter()
        .map(|one| (format!("{} {}", one.host(), one.words()), one.sequence, one.causes.clone()))
        .collect();
    let line = |words: &str, sequence: u64, causes: &[u64]| (words.to_owned(), sequence, causes.to_vec());
    let expected = [
        line("you enqueue --replicas 2", 1, &[]),
        line("alpha stored", 1, &[1]),
        line("bravo stored", 1, &[2]),
        line("you done: done", 2, &[2, 3]),
        line("you try delete last", 3, &[]),
        line("alpha deleted", 2, &[5]),
        line("bravo deleted", 2, &[5]),
        line("bravo finished", 3, &[6]),
    ];
    assert_eq!(told, expected);
}

#[track_caller]
fn refused(text: &str) -> String {
    match read(text) {
        Err(error @ ReadError::Line { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_foreign_file_is_refused() {
    for text in
        ["hello\n", "{}\n", "{\"version\":2,\"width\":80}\n", "[1]\n", "\n", "# a scenario\nspawn 3\n"]
    {
        assert!(refused(text).starts_with("test.jsonl:1: this is no recording of hydraq"), "{text}");
    }
    assert_eq!(refused(""), "test.jsonl:1: the file is empty; a recording begins with a header");
    let binary = Recording::read("b", &[0xff, 0xfe, 0x00, b'\n'][..]).unwrap_err();
    assert!(binary.to_string().starts_with("b:1: this is no recording"), "{binary}");
}

#[test]
fn a_damaged_file_is_refused_with_its_line_and_what_is_wrong() {
    let good = written();
    let lines: Vec<&str> = good.lines().collect();
    let changed = |place: usize, line: &str| {
        let mut lines = lines.clone();
        lines[place] = line;
        refused(&(lines.join("\n") + "\n"))
    };
    let newer = lines[0].replace("\"version\":1", "\"version\":2");
    assert!(changed(0, &newer).contains(":1: version 2 of the format is not known"));
    assert!(changed(1, "{\"updat\":{}}").contains(":2: unknown variant `updat`"));
    assert!(changed(1, "").contains(":2: "), "an empty line");
    assert!(changed(2, lines[0]).contains(":3: a second header"));
    assert!(
        changed(2, "{\"update\":{\"at_ms\":5,\"changes\":[]}}")
            .contains(":3: at_ms is 5, which is before 1001")
    );
    assert!(changed(2, "{\"update\":{\"at_ms\":18446744073709551615,\"changes\":[]}}").contains("no moment"));
    assert!(changed(3, lines[2]).contains(":4: its id is 1, but ids grow"));
    let early = lines[3].replace("\"causes\":[1]", "\"causes\":[2]");
    assert!(changed(3, &early).contains(":4: it is said to follow from 2, which had not happened yet"));
    let last = lines.len() - 1;
    assert!(changed(last - 1, lines[last]).contains("nothing comes after the end"));
    let cut = &good[..good.len() - 4];
    assert!(refused(cut).contains(&format!(":{}: it ends in the middle of an object", lines.len())));
    assert!(refused(lines[0]).contains(":2: the recording ends before anything was to be seen"));
}

#[test]
fn no_cut_and_no_flipped_byte_makes_it_panic() {
    let good = written().into_bytes();
    for end in 0..good.len() {
        let _ = Recording::read("cut", &good[..end]);
    }
    for place in 0..good.len() {
        let mut bad = good.clone();
        bad[place] ^= 0x15;
        let _ = Recording::read("flipped", bad.as_slice());
    }
}

#[test]
fn after_an_error_nothing_more_is_written() {
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0 -= 1;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = Writer::start(Box::new(Full(50)), &header()).unwrap();
    let failed = (0..100).map(|at_ms| writer.update(&Update { at_ms, ..snapshot() })).find_map(Result::err);
    assert!(failed.is_some_and(|error| error.to_string().contains("could not be written")));
    assert!(writer.end("passed").is_err());
}
