//! Signals that ask for the end.

use std::sync::mpsc::Sender;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};

use super::{Incoming, ShellError};

/// Watches until it is dropped.
pub(crate) struct SignalWatch(Handle);

impl Drop for SignalWatch {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Puts signals on the queue: SIGTERM, SIGHUP and SIGINT end the console, SIGCONT draws it anew.
pub(crate) fn watch_signals(sender: Sender<Incoming>) -> Result<SignalWatch, ShellError> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT]).map_err(ShellError::Signals)?;
    let handle = signals.handle();
    thread::spawn(move || {
        for signal in signals.forever() {
            let incoming = if signal == SIGCONT { Incoming::Redraw } else { Incoming::Signal(signal) };
            if sender.send(incoming).is_err() {
                return;
            }
        }
    });
    Ok(SignalWatch(handle))
}
