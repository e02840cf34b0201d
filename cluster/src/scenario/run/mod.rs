//! Running scenarios: each command is performed on a stage, and everything is compared with what must be true.
//!
//! ```text
//!   Script ──▶ runner ──▶ perform ──▶ Stage: hosts, and a port to each   (live: real processes)
//!                │           ├──────▶ oracle: every request, delivery and fault
//!                │           └──────▶ metrics: asked of hosts and oracle, for `expect`
//!                └──▶ reports of steps, and a summary of each file
//! ```
//!
//! It promises:
//! - The runner needs no process, clock or file of its own: all of that is behind [`Stage`], so the same scenario plays on
//!   real processes and in simulated time, and follows from its seed as far as its stage does.
//! - What a run claims about messages rests on what the harness itself saw and did, see [`oracle`].
//! - A command that is refused, that fails or whose outcome stays unknown is told with its place in the file; what hosts were
//!   doing at that moment is told, too.

pub mod attached;
mod background;
mod badges;
mod digest;
mod failure;
mod links;
pub mod live;
mod meeting;
mod metrics;
pub mod oracle;
mod outcome;
mod outcome_json;
mod outcome_line;
mod outcome_text;
mod perform;
mod report;
mod roles;
mod runner;
mod session;
pub mod simulated;
pub mod stage;
mod takeover;

pub use self::digest::Digest;
pub use self::failure::{Failure, FailureKind};
pub use self::outcome::{Done, ObjectMade, Outcome, Performed, Sent, Settled, Sight, Tally};
pub use self::outcome_json::shape as outcome_json;
pub use self::outcome_line::line as outcome_line;
pub use self::outcome_text::lines as outcome_lines;
pub use self::perform::perform;
pub use self::report::{StepReport, Summary};
pub use self::runner::{FailureReport, HostTrace, Pause, Reporter, RunOptions, run_script};
pub use self::session::Session;
