//! The binary is there and runs. That this is an integration test has one more use: it makes `cargo test --workspace` build the
//! binary, which the end-to-end tests run.

use std::process::Command;

#[test]
fn it_says_its_version() {
    let ran = Command::new(env!("CARGO_BIN_EXE_hydraq")).arg("--version").output().expect("it runs");
    assert!(ran.status.success());
    assert_eq!(String::from_utf8_lossy(&ran.stdout), format!("hydraq {}\n", env!("CARGO_PKG_VERSION")));
}
