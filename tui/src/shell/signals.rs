//! Signals that ask for the end.
//!
//! While a console runs they are put on its queue. Before and after that they do what they would do without a console:
//! whoever waits for hosts to stop can still end the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::iterator::{Handle, Signals};

use super::{Incoming, ShellError};

/// Signals that end the console.
const ENDS: [i32; 3] = [SIGTERM, SIGHUP, SIGINT];

/// Whether no console runs; shared with the handlers of all signals, which are set up once.
static IDLE: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Watches until it is dropped.
pub(crate) struct SignalWatch {
    handle: Handle,
    idle: Arc<AtomicBool>,
}

impl Drop for SignalWatch {
    fn drop(&mut self) {
        self.handle.close();
        self.idle.store(true, Ordering::SeqCst);
    }
}

/// Puts signals on the queue: SIGTERM, SIGHUP and SIGINT end the console, SIGCONT draws it anew.
pub(crate) fn watch_signals(sender: Sender<Incoming>) -> Result<SignalWatch, ShellError> {
    let idle = Arc::clone(IDLE.get_or_init(|| {
        let idle = Arc::new(AtomicBool::new(false));
        for signal in ENDS {
            // Only signals that cannot be handled are refused, and these can.
            let _ = flag::register_conditional_default(signal, Arc::clone(&idle));
        }
        idle
    }));
    idle.store(false, Ordering::SeqCst);
    let mut signals = Signals::new(ENDS.into_iter().chain([SIGCONT])).map_err(ShellError::Signals)?;
    let handle = signals.handle();
    thread::spawn(move || {
        for signal in signals.forever() {
            let incoming = if signal == SIGCONT { Incoming::Redraw } else { Incoming::Signal(signal) };
            if sender.send(incoming).is_err() {
                return;
            }
        }
    });
    Ok(SignalWatch { handle, idle })
}
