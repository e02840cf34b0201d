//! The file into which a session is recorded while it goes on: a picture of its beginning, then everything that is told.

use std::path::Path;

use hydraq_cluster::observe::{Change, Update};
use hydraq_cluster::recording::{Header, VERSION, Writer};

use super::save::names;
use crate::model::{Model, TapeCommand, TapeTold};

/// The end of a recording's name, if none is given.
const EXTENSION: &str = "jsonl";

/// A recording, while there is one.
#[derive(Default)]
pub(crate) struct Tape(Option<(Writer, String)>);

impl Tape {
    /// Begins or ends a recording in a folder. A file that is there is never written over.
    pub(crate) fn command(
        &mut self,
        command: TapeCommand,
        model: &Model,
        folder: &Path,
    ) -> Result<TapeTold, String> {
        match command {
            TapeCommand::End => self.end("ended in the console"),
            TapeCommand::Begin(name) => {
                let free = |name: &String| !folder.join(name).exists();
                let name = name.or_else(|| names(model, EXTENSION).find(free));
                let name = name.ok_or_else(|| format!("too many recordings in {}", folder.display()))?;
                self.begin(name, model, folder)
            }
        }
    }

    fn begin(&mut self, name: String, model: &Model, folder: &Path) -> Result<TapeTold, String> {
        let snapshot = model.snapshot();
        let header = Header {
            version: VERSION,
            program: concat!("hydraq ", env!("CARGO_PKG_VERSION")).to_owned(),
            title: "console".to_owned(),
            at_ms: snapshot.at_ms,
            ahead_of_utc_seconds: model.ahead_of_utc_seconds,
            seed: None,
        };
        if let Some((_, name)) = &self.0 {
            return Err(format!("{name} is recorded into: end it first"));
        }
        let path = folder.join(&name);
        if path.exists() {
            return Err(format!("{} is there already, and is not written over", path.display()));
        }
        let mut writer = Writer::create(&path, true, &header).map_err(|error| format!("{name}: {error}"))?;
        writer.update(&snapshot).map_err(|error| format!("{name}: {error}"))?;
        self.0 = Some((writer, name.clone()));
        Ok(TapeTold::Begun(name))
    }

    /// Whether something is recorded.
    pub(crate) fn is_running(&self) -> bool {
        self.0.is_some()
    }

    /// Ends the recording, if there is one.
    pub(crate) fn end(&mut self, words: &str) -> Result<TapeTold, String> {
        let (mut writer, name) = self.0.take().ok_or("nothing is recorded")?;
        writer.end(words).map_err(|error| format!("{name}: {error}"))?;
        Ok(TapeTold::Ended(name))
    }

    /// Records what is told, and takes out of it what only a recording needs. An error is told once: the recording is over then.
    pub(crate) fn update(&mut self, update: &mut Update) -> Option<String> {
        let written = self.0.as_mut().map(|(writer, name)| {
            writer.update(update).map_err(|error| format!("{name}: {error}; nothing is recorded any more"))
        });
        update.changes.retain(|change| !matches!(change, Change::Happened(_)));
        let problem = written?.err();
        if problem.is_some() {
            self.0 = None;
        }
        problem
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        // A file that cannot be written was told of before.
        let _ = self.end("the console ended");
    }
}

#[cfg(test)]
mod tests {
    use hydraq_cluster::recording::Recording;

    use super::*;
    use crate::demo::{Stage, staged};
    use crate::model::Setup;

    #[test]
    fn a_recording_begins_with_everything_that_is_seen_and_replays() {
        let folder = tempfile::tempdir().unwrap();
        let mut stage = Stage::new(Setup::default(), staged(7, 4));
        stage.command("kill bravo");
        stage.advance(1_000);
        let mut tape = Tape::default();
        let begin = TapeCommand::Begin(Some("run.jsonl".to_owned()));
        let told = tape.command(begin.clone(), &stage.model, folder.path());
        assert_eq!(told, Ok(TapeTold::Begun("run.jsonl".to_owned())));
        for _ in 0..5 {
            let mut told = stage.demo.advance(1_000);
            assert_eq!(tape.update(&mut told), None);
        }
        assert_eq!(tape.command(TapeCommand::End, &stage.model, folder.path()).map(|_| ()), Ok(()));
        let recording = Recording::open(&folder.path().join("run.jsonl")).unwrap();
        assert_eq!((recording.updates.len(), recording.end.is_some()), (6, true));
        let begun = recording.updates[0].clone();
        let replayed = Model::new(Setup { recorded: vec![begun], ..Setup::default() });
        assert_eq!(replayed.snapshot(), stage.model.snapshot());
        let again = tape.command(begin, &stage.model, folder.path());
        assert!(again.is_err_and(|words| words.contains("over")));
    }
}
