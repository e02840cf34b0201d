//! What comes from a disk. Sealed records get a right length and checksum first: behind those the decoders are on their own.

use hydraq_core::codec::{Take, seal};
use hydraq_core::objects::{Log, ObjectEvent, ObjectId, Row};
use hydraq_core::record::Record;

/// The bytes as they are, and sealed.
fn raw_and_sealed(bytes: &[u8]) -> [Vec<u8>; 2] {
    let mut sealed = Vec::new();
    seal(&mut sealed, |out| out.extend_from_slice(bytes));
    [bytes.to_vec(), sealed]
}

#[test]
fn records() {
    fuzz_bytes!(|bytes: &[u8]| {
        for input in raw_and_sealed(bytes) {
            let Ok(record) = Record::decode(&mut Take(&input)) else { continue };
            let mut written = Vec::new();
            record.encode(&mut written);
            assert_eq!(Record::decode(&mut Take(&written)), Ok(record));
        }
    });
}

#[test]
fn objects() {
    fuzz_bytes!(|bytes: &[u8]| {
        for input in raw_and_sealed(bytes) {
            if let Ok(row) = Row::decode(&input) {
                assert_eq!(Row::decode(&row.encode()), Ok(row));
            }
            if let Ok(event) = ObjectEvent::decode(&input) {
                assert_eq!(ObjectEvent::decode(&event.encode()), Ok(event));
            }
            if let Ok(log) = Log::decode(&input) {
                assert_eq!(Log::decode(&log.encode()), Ok(log));
            }
        }
    });
}

#[test]
fn object_ids() {
    fuzz_bytes!(|bytes: &[u8]| {
        if let Some(id) = ObjectId::from_bytes(bytes) {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        if let Ok(id) = String::from_utf8_lossy(bytes).parse::<ObjectId>() {
            assert_eq!(ObjectId::from_bytes(&id.to_bytes()), Some(id));
        }
    });
}
