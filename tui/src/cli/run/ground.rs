//! What scenarios play on: real processes, or a simulation.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use hydraq_cluster::client::way::Dialler;
use hydraq_cluster::fleet::{DataFolder, Fleet};
use hydraq_cluster::host::clock::wall_ms;
use hydraq_cluster::observer::Roster;
use hydraq_cluster::scenario::Script;
use hydraq_cluster::scenario::run::live::LiveStage;
use hydraq_cluster::scenario::run::simulated::SimulatedStage;
use hydraq_cluster::scenario::run::stage::{Stage, StageError};
use tokio::task::LocalSet;

/// What the clock on the wall shows when a simulation begins, in milliseconds: the first of January 2026. It is always the same, so
/// that ids are, too.
const WALL_MS: u64 = 1_767_225_600_000;

/// What scenarios play on.
pub(super) enum Ground {
    /// Processes of this binary.
    Real(PathBuf),
    /// Virtual time.
    Simulated,
}

/// A cluster for one file.
pub(super) struct Prepared {
    /// What the file plays on.
    pub(super) stage: Rc<dyn Stage>,
    /// What is to be ended with it, if it has processes.
    pub(super) fleet: Option<Arc<Fleet>>,
    /// How somebody who looks on reaches its hosts, and where they are.
    pub(super) sight: (Dialler, Roster),
    /// What the clock on the wall shows when it begins, in milliseconds.
    pub(super) began_ms: u64,
}

impl Ground {
    pub(super) fn new(is_simulated: bool) -> io::Result<Self> {
        Ok(if is_simulated { Self::Simulated } else { Self::Real(std::env::current_exe()?) })
    }

    /// The command that runs a file in the same way once more; what happens on real hosts does not follow from a seed alone.
    pub(super) fn command(&self, script: &Script, seed: u64) -> String {
        match self {
            Self::Real(_) => format!("hydraq run {}", script.file),
            Self::Simulated => format!("hydraq run {} --sim --seed {seed}", script.file),
        }
    }

    /// A fresh cluster. Called within the runtime of the run.
    pub(super) fn prepare(
        &self,
        data: DataFolder,
        seed: u64,
        tasks: &LocalSet,
    ) -> Result<Prepared, StageError> {
        match self {
            Self::Real(binary) => {
                let stage = Rc::new(LiveStage::start(binary.clone(), data)?);
                let fleet = stage.fleet();
                let seen = stage.clone();
                let sight: (Dialler, Roster) = (Dialler::Network, Box::new(move || seen.places()));
                Ok(Prepared { stage, fleet: Some(fleet), sight, began_ms: wall_ms() })
            }
            Self::Simulated => {
                let stage = Rc::new(SimulatedStage::new(seed));
                tasks.spawn_local(stage.drive(WALL_MS, None, || {}));
                let seen = stage.clone();
                let sight: (Dialler, Roster) = (stage.dialler(), Box::new(move || seen.places()));
                Ok(Prepared { stage, fleet: None, sight, began_ms: WALL_MS })
            }
        }
    }
}
