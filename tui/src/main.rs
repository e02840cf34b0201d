//! The binary of hydraq.

use std::process::ExitCode;

use hydraq::model::Setup;
use hydraq::theme::Look;

fn main() -> ExitCode {
    let look = Look::from_environment(|name| std::env::var(name).ok());
    match hydraq::demo::run_demo(Setup { look, ..Setup::default() }, 7, 4) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hydraq: {error}");
            ExitCode::from(3)
        }
    }
}
