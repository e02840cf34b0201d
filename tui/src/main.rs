//! The binary: everything is in the library.

use std::process::ExitCode;

/// Messages are taken apart on one thread and put together on another: the system's allocator spends a tenth of a busy host on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hydraq::cli::main()
}
