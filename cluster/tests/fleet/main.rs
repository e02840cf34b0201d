//! The local fleet against real processes: hosts that are killed, paused, wiped and restarted, and none left behind.
//!
//! There is no need for a real host here. The fleet is given a link named `hydraq` to this very test program, which
//! plays `hydraq` when it is called by that name (see `stand_in`): a stand-in for the host, and the real guard.
//! For that it needs a `main` of its own instead of the usual test harness.

mod ending;
mod faults;
mod stand_in;
mod starting;
mod support;

use libtest_mimic::{Arguments, Trial};

fn main() {
    if stand_in::is_called() {
        stand_in::play();
        return;
    }
    let tests = [starting::tests(), faults::tests(), ending::tests()].concat();
    let trials = tests.into_iter().map(|(name, test)| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
