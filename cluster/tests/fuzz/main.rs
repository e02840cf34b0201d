//! Fuzzing: whatever bytes come from a disk, a peer, a client or a person, they are read or refused, and never panic.
//!
//! Each target runs [`ITERATIONS`] inputs with `cargo test`, from a seed that is printed when one fails. `BOLERO_RANDOM_ITERATIONS=1000000` runs
//! more; `cargo bolero test -p hydraq-cluster --test fuzz TARGET` runs one with a coverage-guided fuzzer. What reads back what it wrote is
//! checked, too: a value that was read is written and read again, and is the same.

/// How many inputs a target gets.
const ITERATIONS: usize = 4_000;

/// How long an input is at most, in bytes.
const BYTES_MAX: usize = 512;

/// Gives a target bytes at random.
macro_rules! fuzz_bytes {
    ($see:expr) => {
        bolero::check!()
            .with_iterations($crate::ITERATIONS)
            .with_max_len($crate::BYTES_MAX)
            .for_each(|bytes: &[u8]| $see(bytes))
    };
}

// The modules come behind the macro that they use.
mod disk;
mod language;
mod wire;
