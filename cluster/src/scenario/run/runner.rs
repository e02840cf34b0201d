//! The run of one file: its steps in order, what fails it, and what is found at its end.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::failure::{Failure, FailureKind};
use super::meeting;
use super::metrics::losses;
use super::oracle::faults::FaultKind;
use super::outcome::{Done, Outcome};
use super::perform::perform;
use super::report::{StepReport, Summary};
use super::session::Session;
use super::stage::{Condition, Moment, Stage};
use crate::scenario::{Diagnostic, Expectation, Metric, Script, Step};

/// How many of a host's last doings a report of a failure tells.
const TRACE_LINES: usize = 6;
/// How long hosts may take to tell them.
const TRACE_LIMIT: Duration = Duration::from_secs(2);

/// How a file is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// How many hosts are spawned before its first step.
    pub hosts: u32,
    /// Whether it goes on after a step that failed.
    pub keep_going: bool,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// How long each step of it may take.
    pub step_timeout: Option<Duration>,
    /// What everything that is left to chance follows from.
    pub seed: u64,
}

/// Something that a run waits for.
pub type Pause = Pin<Box<dyn Future<Output = ()>>>;

/// Who is told of a run while it runs.
pub trait Reporter {
    /// The run begins; nothing has been done yet.
    fn begins(&mut self, _session: &Rc<Session>) {}

    /// A step is about to be run. What comes back is waited for before.
    fn step_begins(&mut self, _step: &Step) -> Option<Pause> {
        None
    }

    /// A step has been run.
    fn step(&mut self, step: &StepReport<'_>);

    /// Something has failed the run.
    fn failure(&mut self, failure: &FailureReport);
}

/// What failed a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureReport {
    /// What kind of failure.
    pub kind: FailureKind,
    /// Whether the step that was run last failed; else the run as a whole did.
    pub is_of_step: bool,
    /// What went wrong, with its place in the file; without one if it belongs to no step.
    pub diagnostic: Diagnostic,
    /// What is known of the messages that it is about, in lines.
    pub evidence: Vec<String>,
    /// What hosts were doing.
    pub hosts: Vec<HostTrace>,
}

/// What a host was doing when something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostTrace {
    /// Its name.
    pub host: String,
    /// How it is.
    pub condition: String,
    /// The last things that happened on it, in its own words; none if it does not say.
    pub events: Vec<String>,
    /// The last lines of its log.
    pub log_lines: Vec<String>,
    /// Where its log is.
    pub log: Option<String>,
}

/// Runs a file on a stage of its own, to its end, and says what came of it.
pub async fn run_script(
    script: &Script,
    stage: Rc<dyn Stage>,
    options: &RunOptions,
    reporter: &mut dyn Reporter,
) -> Summary {
    let session = Rc::new(Session::new(stage, options.seed));
    reporter.begins(&session);
    let began = session.now();
    let mut run =
        Run { script, session, reporter, failures: Vec::new(), expected: Vec::new(), steps: 0, failed: 0 };
    run.steps(options, began).await;
    run.session.background.finish().await;
    let (lost, broke) = losses::lost_for_good(&run.session).await;
    if let Some(failure) = broke {
        run.fail_file(failure).await;
    }
    run.judge(lost.len() as u64).await;
    let oracle = run.session.oracle.borrow();
    Summary {
        file: script.file.clone(),
        status: status(&run.failures),
        steps: run.steps,
        failed: run.failed,
        left_out: script.steps.len() as u32 - run.steps,
        counts: oracle.counts(),
        unexplained_duplicates: oracle.unexplained().len() as u64,
        lost: lost.len() as u64,
        resurrected: oracle.resurrected().len() as u64,
        seed: options.seed,
        elapsed: run.session.now() - began,
    }
}

/// The exit status that failures lead to.
fn status(failures: &[FailureKind]) -> u8 {
    let of = |failure: &FailureKind| match failure {
        FailureKind::Cluster => 3,
        FailureKind::Unknown => 0,
        _ => 1,
    };
    match failures.iter().map(of).max() {
        // What failed for certain weighs more than what is unknown.
        Some(0) => 2,
        Some(status) => status,
        None => 0,
    }
}

/// A file that is being run.
struct Run<'a> {
    script: &'a Script,
    session: Rc<Session>,
    reporter: &'a mut dyn Reporter,
    failures: Vec<FailureKind>,
    /// Expectations that came true.
    expected: Vec<Expectation>,
    steps: u32,
    failed: u32,
}

impl Run<'_> {
    /// Runs the steps, until one fails.
    async fn steps(&mut self, options: &RunOptions, began: Moment) {
        if options.hosts > 0
            && let Err(failure) = self.spawn_first(options.hosts).await
        {
            return self.fail_file(Failure { kind: FailureKind::Cluster, ..failure }).await;
        }
        let script = self.script;
        for step in &script.steps {
            if let Some(pause) = self.reporter.step_begins(step) {
                pause.await;
            }
            let whole = options.timeout.map(|timeout| began + timeout - self.session.now());
            let limit = match (whole, options.step_timeout) {
                (Some(whole), Some(one)) if whole <= one => Some((whole, "the whole run")),
                (_, Some(one)) => Some((one, "a step")),
                (whole, None) => whole.map(|whole| (whole, "the whole run")),
            };
            let went_well = self.step(step, limit).await;
            let is_late = options.timeout.is_some_and(|timeout| self.session.now() >= began + timeout);
            let is_broken = self.failures.contains(&FailureKind::Cluster);
            if is_broken || is_late || (!went_well && !options.keep_going) {
                return;
            }
        }
    }

    async fn spawn_first(&self, count: u32) -> Result<(), Failure> {
        self.session.stage.spawn(count, None).await?;
        meeting::wait_until_met(&self.session).await
    }

    /// Runs one step; whether the run may go on.
    async fn step(&mut self, step: &Step, limit: Option<(Duration, &str)>) -> bool {
        let session = self.session.clone();
        let began = session.now();
        let performed = match limit {
            Some((left, what)) => {
                let late = || Err(Failure::new(FailureKind::Timeout, format!("the time for {what} is over")));
                session.within(left, perform(&session, &step.command)).await.unwrap_or_else(late)
            }
            None => perform(&session, &step.command).await,
        };
        let (outcome, failure) = match performed {
            Ok(Done { outcome, failure }) => (Some(outcome), failure),
            Err(failure) => (None, Some(failure)),
        };
        if let (
            Some(
                Outcome::Measured { expectation, .. }
                | Outcome::Revealed { measured: Some((expectation, _)), .. },
            ),
            None,
        ) = (&outcome, &failure)
        {
            self.expected.push(expectation.clone());
        }
        self.steps += 1;
        let elapsed = session.now() - began;
        let report = StepReport { number: self.steps, step, outcome, failure: failure.clone(), elapsed };
        self.reporter.step(&report);
        // Nobody tries to have the cluster break, or the time run out.
        let is_excused = |failure: &Failure| {
            step.attempt && !matches!(failure.kind, FailureKind::Cluster | FailureKind::Timeout)
        };
        let failure = failure.filter(|failure| !is_excused(failure)).or_else(|| self.casualty());
        match failure {
            None => true,
            Some(failure) => {
                self.failed += 1;
                self.fail(Some(step), failure).await;
                false
            }
        }
    }

    /// A host that ended though nobody wanted it to.
    fn casualty(&self) -> Option<Failure> {
        let oracle = self.session.oracle.borrow();
        let is_leaving = |host: &str| {
            let goes = |kind: FaultKind| matches!(kind, FaultKind::Leave | FaultKind::Remove);
            oracle
                .faults
                .all()
                .iter()
                .any(|fault| goes(fault.kind) && fault.hosts.iter().any(|one| one == host))
        };
        self.session.stage.hosts().into_iter().find_map(|host| match host.condition {
            Condition::Died(how) if !is_leaving(&host.name) => {
                let message = format!("host {} ended by itself: {how}", host.name);
                Some(Failure::new(FailureKind::Cluster, message))
            }
            _ => None,
        })
    }

    /// The file as a whole has failed.
    async fn fail_file(&mut self, failure: Failure) {
        self.fail(None, failure).await;
    }

    async fn fail(&mut self, step: Option<&Step>, failure: Failure) {
        self.failures.push(failure.kind);
        let Failure { kind, message, help, evidence } = failure;
        let diagnostic = match step {
            Some(step) => self.script.diagnostic(step, message, help),
            None => Diagnostic::of_file(&self.script.file, message, help),
        };
        let hosts = self.traces().await;
        let is_of_step = step.is_some();
        self.reporter.failure(&FailureReport { kind, is_of_step, diagnostic, evidence, hosts });
    }

    /// What all hosts were doing.
    async fn traces(&self) -> Vec<HostTrace> {
        let mut traces = Vec::new();
        for host in self.session.stage.hosts() {
            let events = match (&host.condition, self.session.port(&host.name)) {
                (Condition::Up, Ok(port)) => {
                    let events = self.session.within(TRACE_LIMIT, port.events(TRACE_LINES as u32)).await;
                    events.and_then(Result::ok).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            let trace = self.session.stage.trace(&host.name, TRACE_LINES).await;
            traces.push(HostTrace {
                condition: host.condition.words(),
                host: host.name,
                events,
                log_lines: trace.lines,
                log: trace.log,
            });
        }
        traces
    }

    /// Fails the file for what the oracle found, as far as the file does not itself expect it.
    async fn judge(&mut self, lost: u64) {
        let (unexplained, resurrected, corrupt) = {
            let oracle = self.session.oracle.borrow();
            (oracle.unexplained(), oracle.resurrected(), oracle.counts().corrupt)
        };
        let found = [
            (Metric::Lost, lost),
            (Metric::Resurrected, resurrected.len() as u64),
            (Metric::Corrupt, corrupt),
            (Metric::UnexplainedDuplicates, unexplained.len() as u64),
        ];
        for (metric, value) in found {
            let allows = |expectation: &Expectation| {
                expectation.metric == metric && expectation.operator.holds(value, expectation.value)
            };
            if value == 0 || self.expected.iter().any(allows) {
                continue;
            }
            let message = format!("the oracle found {metric} to be {value}, which the file does not expect");
            let help = format!("a file that means it says so: `expect {metric} == {value}`");
            self.fail_file(Failure::new(FailureKind::Oracle, message).help(help)).await;
        }
    }
}
