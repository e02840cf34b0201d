//! A place of its own for each test: a folder for its files and for all that hydraq makes, and a look at what is left there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::binary::hydraq;

/// How long anything may take that ought to happen at once.
const SOON: Duration = Duration::from_secs(30);

/// A test's own folder. Whatever hydraq keeps in "the" temporary folder goes into it, too, so that what is left behind is seen,
/// and belongs to this test.
#[derive(Debug)]
pub struct Playground {
    folder: TempDir,
}

impl Playground {
    /// A fresh one.
    ///
    /// # Panics
    /// No folder can be made.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("hydraq-test-").expect("a folder can be made");
        fs::create_dir(folder.path().join("tmp")).expect("a folder can be made");
        Self { folder }
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file; says where.
    ///
    /// # Panics
    /// It cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("a file can be written");
        path
    }

    /// The binary, to be run in here; nobody types anything.
    #[must_use]
    pub fn hydraq(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(hydraq());
        command.args(arguments).current_dir(self.folder.path()).env("TMPDIR", self.path("tmp"));
        command.stdin(Stdio::null());
        command
    }

    /// The host processes that keep their data in here: their process ids.
    #[must_use]
    pub fn host_processes(&self) -> Vec<i32> {
        let listed = Command::new("ps").args(["-eo", "pid,args", "-ww"]).output().expect("ps runs");
        let text = String::from_utf8_lossy(&listed.stdout).into_owned();
        let folder = self.folder.path().display().to_string();
        let hosts = text.lines().filter(|line| line.contains("hydraq host ") && line.contains(&folder));
        hosts.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
    }

    /// Makes sure that no host lives and no folder of a cluster is left. Whoever kills hosts when their runner is gone may need a
    /// moment for it.
    ///
    /// # Panics
    /// Something is left.
    pub fn assert_clean(&self) {
        let left = || (self.host_processes(), names(&self.path("tmp")));
        let clean = poll(SOON, || (left() == Default::default()).then_some(()));
        assert!(clean.is_some(), "host processes and folders are left: {:?}", left());
    }
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    entries.map(|entry| entry.expect("the folder can be read").file_name().to_string_lossy().into()).collect()
}

/// Waits until something is there.
///
/// # Panics
/// It does not come soon.
pub fn wait_for<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    poll(SOON, look).unwrap_or_else(|| panic!("{what} does not come"))
}

/// Looks again and again, for `within` at most: other processes give no word of what they do.
pub fn poll<T>(within: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + within;
    loop {
        let found = look();
        if found.is_some() || Instant::now() >= deadline {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The scenarios in a folder, given from this crate's own, in the order of their names.
///
/// # Panics
/// There is no such folder.
#[must_use]
pub fn scenario_files(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<String> = names(&folder)
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "hq"))
        .map(|name| folder.join(name).display().to_string())
        .collect();
    files.sort();
    files
}
