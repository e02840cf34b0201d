//! The binary under test.

use std::path::PathBuf;

/// Where the binary is: `HYDRAQ_BINARY`, or beside the folder of the tests themselves.
///
/// # Panics
/// There is none.
#[must_use]
pub fn hydraq() -> PathBuf {
    if let Some(path) = std::env::var_os("HYDRAQ_BINARY") {
        let path = PathBuf::from(path);
        assert!(path.is_file(), "HYDRAQ_BINARY is {}, but there is no such file", path.display());
        return path.canonicalize().expect("a file has a full path");
    }
    let tests = std::env::current_exe().expect("a test knows its own path");
    // target/PROFILE/deps/main-HASH: the binary is two levels up.
    let beside = tests.ancestors().nth(2).expect("tests are in a folder of the target").join("hydraq");
    assert!(
        beside.is_file(),
        "there is no binary to test at {}: `cargo test --workspace` makes it, and so does `cargo build -p hydraq`; \
         HYDRAQ_BINARY=PATH names another one",
        beside.display()
    );
    beside
}
