//! One life of a store: work, a crash, work again; and what it would have been at every other moment.
//!
//! Between two crashes everything that is done to the disk is recorded. Then the recording is cut before each operation in turn; what is left of what was
//! not synced is decided by the seed; the store is opened on that, by the code that opens a store after a real crash, and compared with the model.
//! One of the cuts is where the next stretch of this life goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hydraq_core::ids::{HostId, StoreId};
use hydraq_core::random::Random;
use hydraq_core::time::Instant;

use super::compare::find;
use super::workload::{Author, Step};
use super::{Points, Violation};
use crate::store::model::{Disk, Image};
use crate::store::redb::{Fresh, OpenError, open_at};
use crate::store::volatile::VolatileDisk;
use crate::store::volatile::files::{Durable, Files, Loss};
use crate::store::{Opened, Store};

/// A small cache, so that reading is from the disk, too.
const CACHE_BYTES: usize = 256 << 10;

/// A state that the store may be found in.
struct State {
    /// How many operations were recorded when its commit began.
    begun: usize,
    /// How many were when it was acknowledged.
    acknowledged: usize,
    image: Image,
}

/// A store's life.
pub(super) struct Life {
    seed: u64,
    random: Random,
    /// What the disk has at the beginning of a stretch, and what that means.
    files: Files,
    image: Image,
    /// How many stretches there were before this one.
    crashes: usize,
    /// Whether the disk claims to sync and does not, to check the checker.
    lies: bool,
}

impl Life {
    /// The life of a store that is not there yet; `seed` decides what crashes leave.
    pub(super) fn new(seed: u64, lies: bool) -> Self {
        let random = Random::new(seed);
        Life { seed, random, files: Files::default(), image: Image::default(), crashes: 0, lies }
    }

    /// One stretch: works, and then looks at every moment of it.
    pub(super) fn stretch(&mut self, steps: &[Step], points: &mut Points) -> Result<(), Violation> {
        let disk = VolatileDisk::new(std::mem::take(&mut self.files));
        let before = disk.files();
        disk.set_lies(self.lies);
        disk.record();
        let worked = self.work(&disk, steps);
        let operations = disk.take_recording();
        let states = worked.map_err(|what| self.violation(0, Loss::Nothing, what))?;
        let goes_on = self.random.below(operations.len() + 1);
        let mut durable = Durable::new(before);
        let mut operations = operations.into_iter();
        for cut in 0.. {
            let loss = match self.random.below(4) {
                0 => Loss::Everything,
                1 => Loss::Nothing,
                _ => Loss::Torn(self.random.draw()),
            };
            let files = durable.after_crash(loss);
            let state = self.look(&files, &states, cut, loss, points)?;
            if cut == goes_on {
                (self.files, self.image) = (files, states[state].image.clone());
            }
            let Some(operation) = operations.next() else { break };
            durable.apply(operation);
            points.operations += 1;
        }
        self.crashes += 1;
        points.stretches += 1;
        Ok(())
    }

    /// Does the steps on the store and on the model, and keeps the states between them.
    fn work(&mut self, disk: &VolatileDisk, steps: &[Step]) -> Result<Vec<State>, String> {
        let image = std::mem::take(&mut self.image);
        let model = Disk::default();
        model.restore(image.clone());
        let mut states = vec![State { begun: 0, acknowledged: 0, image }];
        let mut keep = |begun: usize| {
            states.push(State { begun, acknowledged: disk.recorded(), image: model.image() });
        };
        let (mut opened, mut reference) = self.open_both(disk, &model)?;
        keep(0);
        for step in steps {
            let begun = disk.recorded();
            match step {
                Step::Commit(actions) => {
                    let image = model.image();
                    let mut author = Author::new(&image, opened.store_id);
                    actions.iter().for_each(|action| author.act(action));
                    let clock = Instant(image.clock.0 + 1000);
                    let told = reference.commit_with(&author.writes, &author.changes, clock);
                    let done = opened.store.commit_with(&author.writes, &author.changes, clock);
                    let (told, done) = (told.map_err(words)?, done.map_err(words)?);
                    if told != done {
                        return Err(format!("the store says {done:?}, the model {told:?}"));
                    }
                }
                Step::Tidy => {
                    opened.store.tidy().map_err(words)?;
                    opened.store.compact().map_err(words)?;
                }
                Step::Reopen => {
                    drop(opened);
                    (opened, reference) = self.open_both(disk, &model)?;
                }
            }
            keep(begun);
        }
        if self.random.below(2) == 0 {
            drop(opened);
        } else {
            // A host that is killed closes nothing.
            disk.crash(Loss::Nothing);
        }
        Ok(states)
    }

    fn open_both(&mut self, disk: &VolatileDisk, model: &Disk) -> Result<(Opened, Box<dyn Store>), String> {
        let opened = open(disk, self.random.draw()).map_err(words)?;
        let reference = model.open((opened.host, opened.store_id), opened.boot.nonce);
        Ok((opened, reference.store))
    }

    /// Opens the store as a crash before operation `cut` has left it; which of the states it has.
    fn look(
        &self,
        files: &Files,
        states: &[State],
        cut: usize,
        loss: Loss,
        points: &mut Points,
    ) -> Result<usize, Violation> {
        // Everything acknowledged must be there. What was begun since may be: there is at most one such commit.
        let first = states.iter().rposition(|state| state.acknowledged <= cut).unwrap_or(0);
        let last = states.iter().rposition(|state| state.begun < cut).unwrap_or(0).max(first);
        let allowed: Vec<&Image> = states[first..=last].iter().map(|state| &state.image).collect();
        let disk = VolatileDisk::new(files.clone());
        let found = catch_unwind(AssertUnwindSafe(|| {
            let opened = open(&disk, 1).map_err(words)?;
            let found = find(&opened, &allowed);
            // Nobody needs it any more: closing it in good order would take its time.
            disk.crash(Loss::Nothing);
            found
        }));
        let found = found.unwrap_or_else(|_| Err("opening it panics".to_owned()));
        let place = found.map_err(|what| self.violation(cut, loss, what))?;
        points.count(loss, place > 0);
        Ok(first + place)
    }

    fn violation(&self, cut: usize, loss: Loss, what: String) -> Violation {
        Violation { seed: self.seed, crashes: self.crashes, operation: cut, loss, what }
    }
}

fn open(disk: &VolatileDisk, drawn: u64) -> Result<Opened, OpenError> {
    let fresh = Fresh { host: HostId(u128::from(drawn) + 1), store: StoreId(u128::from(drawn) + 2) };
    open_at(disk.place(), CACHE_BYTES, fresh, drawn)
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}
