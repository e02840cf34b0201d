//! The report that servers which build and test know how to show: JUnit's XML.
//!
//! A file is a test suite, a step a test case. What belongs to no step (what the oracle found, a cluster that broke) is a test case
//! of its own. It keeps to the schemas of Jenkins and of Ant, which differ in what they demand.

use std::fmt::Write;
use std::time::Duration;

use hydraq_cluster::scenario::Step;
use hydraq_cluster::scenario::run::{FailureReport, StepReport};
use time::OffsetDateTime;

/// What became of a test case.
enum Verdict {
    Passed,
    /// What kind of failure, what in a few words, and in many.
    Failed(String, String, String),
    LeftOut,
}

/// A step.
struct Case {
    name: String,
    elapsed: Duration,
    verdict: Verdict,
}

/// A file.
pub(super) struct Suite {
    file: String,
    /// When its run began, in UTC.
    began: OffsetDateTime,
    /// What everything that is left to chance follows from.
    seed: u64,
    cases: Vec<Case>,
}

impl Suite {
    /// A file of which nothing has been run yet.
    pub(super) fn new(file: &str, began: OffsetDateTime, seed: u64) -> Self {
        Self { file: file.to_owned(), began, seed, cases: Vec::new() }
    }

    /// A step has been run.
    pub(super) fn step(&mut self, report: &StepReport<'_>) {
        self.add(name(report.step), report.elapsed, Verdict::Passed);
    }

    /// The last step has failed, or the file as a whole.
    pub(super) fn failure(&mut self, failure: &FailureReport) {
        let message = failure.diagnostic.problem.message.clone();
        let verdict =
            Verdict::Failed(failure.kind.word().to_owned(), message, failure.diagnostic.to_string());
        match self.cases.last_mut() {
            Some(last) if failure.is_of_step => last.verdict = verdict,
            _ => self.add("the run as a whole".into(), Duration::ZERO, verdict),
        }
    }

    /// The run did not come to its end: what kind of thing kept it from that, and what it was.
    pub(super) fn broke(&mut self, kind: &str, problem: &str) {
        let verdict = Verdict::Failed(kind.to_owned(), problem.to_owned(), problem.to_owned());
        self.add("the run as a whole".into(), Duration::ZERO, verdict);
    }

    /// A step was not run.
    pub(super) fn left_out(&mut self, step: &Step) {
        self.add(name(step), Duration::ZERO, Verdict::LeftOut);
    }

    fn add(&mut self, name: String, elapsed: Duration, verdict: Verdict) {
        self.cases.push(Case { name, elapsed, verdict });
    }

    /// The attributes that sum the suite up.
    fn sum(&self) -> String {
        let count = |is: fn(&Verdict) -> bool| self.cases.iter().filter(|case| is(&case.verdict)).count();
        let elapsed: Duration = self.cases.iter().map(|case| case.elapsed).sum();
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.3}\"",
            self.cases.len(),
            count(|verdict| matches!(verdict, Verdict::Failed(..))),
            count(|verdict| matches!(verdict, Verdict::LeftOut)),
            elapsed.as_secs_f64()
        )
    }
}

fn name(step: &Step) -> String {
    format!("line {}: {step}", step.line)
}

/// The report of all files.
pub(super) fn report(suites: &[Suite]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, suite) in suites.iter().enumerate() {
        // Writing to a text does not fail.
        let _ = write_suite(&mut xml, id, suite);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn write_suite(xml: &mut String, id: usize, suite: &Suite) -> std::fmt::Result {
    let (file, began) = (escaped(&suite.file), moment(suite.began));
    writeln!(
        xml,
        "  <testsuite name=\"{file}\" {} timestamp=\"{began}\" hostname=\"localhost\" package=\"hydraq\" id=\"{id}\">",
        suite.sum()
    )?;
    let program = concat!("hydraq ", env!("CARGO_PKG_VERSION"));
    writeln!(xml, "    <properties>")?;
    writeln!(xml, "      <property name=\"program\" value=\"{program}\"/>")?;
    writeln!(xml, "      <property name=\"seed\" value=\"{}\"/>", suite.seed)?;
    writeln!(xml, "    </properties>")?;
    for case in &suite.cases {
        let (name, time) = (escaped(&case.name), case.elapsed.as_secs_f64());
        write!(xml, "    <testcase classname=\"{file}\" name=\"{name}\" time=\"{time:.3}\"")?;
        match &case.verdict {
            Verdict::Passed => writeln!(xml, "/>")?,
            Verdict::LeftOut => writeln!(xml, "><skipped/></testcase>")?,
            Verdict::Failed(kind, message, text) => {
                writeln!(xml, ">")?;
                let (kind, message, text) = (escaped(kind), escaped(message), escaped(text));
                writeln!(xml, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>")?;
                writeln!(xml, "    </testcase>")?;
            }
        }
    }
    writeln!(xml, "    <system-out/>\n    <system-err/>\n  </testsuite>")
}

/// A moment without a zone, as Ant wants it: `2026-11-23T05:12:08`.
fn moment(at: OffsetDateTime) -> String {
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", u8::from(month))
}

/// Text as it may stand in XML. Control characters may not, however they are written.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
