//! The records of a store one by one, for whoever makes something of all of them: a start, mostly.
//!
//! A store may have millions, so they are read, used and forgotten row by row; collecting them would cost several times what is
//! made of them, and a heap that has grown once is not given back.

use hydraq_core::ids::Sequence;
use hydraq_core::record::Record;

use super::ReadError;

/// Records in their order, each with what was wrong with it if it is unreadable. After [`ReadError::Failed`] nothing more comes. The upper
/// bound of its size is how many there are.
pub type Records<'a> = Box<dyn Iterator<Item = (Sequence, Result<Record, ReadError>)> + 'a>;

/// Those that can be read. Corrupt ones are said in the log and left out: other holders have the message.
pub struct Loading<'a> {
    records: Records<'a>,
    failed: Option<ReadError>,
}

impl<'a> Loading<'a> {
    /// Nothing is read before it is asked for.
    #[must_use]
    pub fn new(records: Records<'a>) -> Self {
        Loading { records, failed: None }
    }

    /// Whether these were all.
    ///
    /// # Errors
    /// The disk did not give the rest.
    pub fn finish(self) -> Result<(), ReadError> {
        self.failed.map_or(Ok(()), Err)
    }
}

impl Iterator for Loading<'_> {
    type Item = (Sequence, Record);

    fn next(&mut self) -> Option<(Sequence, Record)> {
        while self.failed.is_none() {
            match self.records.next()? {
                (sequence, Ok(record)) => return Some((sequence, record)),
                (_, Err(error @ ReadError::Failed(_))) => self.failed = Some(error),
                (sequence, Err(error)) => tracing::error!(
                    sequence = sequence.0,
                    %error,
                    "a record on the disk cannot be read; other holders have the message"
                ),
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.records.size_hint().1)
    }
}

#[cfg(test)]
mod tests {
    use hydraq_core::holders::HolderList;
    use hydraq_core::ids::MessageId;
    use hydraq_core::record::TombstoneRecord;

    use super::*;

    fn record(number: u128) -> Record {
        let holders = HolderList::default();
        Record::Tombstone(TombstoneRecord { id: MessageId(number), holders, replicas: 1, everyone: false })
    }

    fn loading(records: Vec<Result<Record, ReadError>>) -> Loading<'static> {
        Loading::new(Box::new((1..).map(Sequence).zip(records)))
    }

    #[test]
    fn what_is_corrupt_is_left_out() {
        let mut loading = loading(vec![Ok(record(7)), Err(ReadError::Corrupt), Ok(record(8))]);
        assert_eq!(loading.size_hint(), (0, Some(3)));
        let read: Vec<_> = loading.by_ref().map(|(at, record)| (at.0, record.id().0)).collect();
        assert_eq!((read, loading.finish()), (vec![(1, 7), (3, 8)], Ok(())));
    }

    #[test]
    fn a_disk_that_fails_on_the_way_is_not_an_end() {
        let failed = ReadError::Failed("a bad sector".into());
        let mut loading = loading(vec![Ok(record(7)), Err(failed.clone()), Ok(record(8))]);
        assert_eq!(loading.by_ref().count(), 1);
        assert_eq!(loading.finish(), Err(failed));
    }
}
