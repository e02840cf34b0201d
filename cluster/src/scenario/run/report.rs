//! What is reported of a run: of each step, and of each file at its end, as JSON and as text.

use std::time::Duration;

use serde_json::{Value, json};

use super::failure::Failure;
use super::oracle::Counts;
use super::outcome::Outcome;
use super::{outcome_json, outcome_text};
use crate::report::json::millis;
use crate::report::text::{count, duration};
use crate::scenario::Step;

/// What came of one step.
#[derive(Debug, Clone)]
pub struct StepReport<'a> {
    /// Which one of its file, from 1.
    pub number: u32,
    /// The step.
    pub step: &'a Step,
    /// What it did, if it did anything.
    pub outcome: Option<Outcome>,
    /// What went wrong, if anything did.
    pub failure: Option<Failure>,
    /// How long it took.
    pub elapsed: Duration,
}

impl StepReport<'_> {
    /// One line of JSON. Its keys are fixed; what else there is to say stands in the result: the command as text, whether it
    /// was tried, and what went wrong.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut result = self.outcome.as_ref().map_or_else(|| json!({}), outcome_json::shape);
        result["text"] = self.step.to_string().into();
        if self.step.attempt {
            result["try"] = true.into();
        }
        if let Some(failure) = &self.failure {
            result["error"] = json!({ "kind": failure.kind.word(), "message": failure.message });
            if let Some(help) = &failure.help {
                result["error"]["help"] = help.clone().into();
            }
        }
        json!({
            "step": self.number,
            "line": self.step.line,
            "command": self.step.command.words(),
            "ok": self.failure.is_none(),
            "elapsed_ms": millis(self.elapsed),
            "result": result,
        })
    }

    /// Lines for people.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let mut lines = match &self.outcome {
            // What is told is told, and needs no frame.
            Some(Outcome::Said(said)) => return said.lines().map(|line| format!("      | {line}")).collect(),
            _ => vec![format!("{:4}  {}", self.step.line, self.step)],
        };
        let told = self.outcome.as_ref().map(outcome_text::lines).unwrap_or_default();
        lines.extend(told.into_iter().map(|line| format!("      {line}")));
        if let Some(failure) = &self.failure {
            let word = if self.step.attempt { "as it may" } else { "FAILED" };
            lines.push(format!("      {word}: {failure}"));
        }
        lines
    }
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The file, as it was named.
    pub file: String,
    /// The exit status for it.
    pub status: u8,
    /// How many steps were run.
    pub steps: u32,
    /// How many of them failed the run.
    pub failed: u32,
    /// How many steps were not run.
    pub left_out: u32,
    /// What was counted.
    pub counts: Counts,
    /// Duplicates that nothing explains.
    pub unexplained_duplicates: u64,
    /// Messages lost.
    pub lost: u64,
    /// Deliveries after a delete.
    pub resurrected: u64,
    /// What everything that is left to chance follows from.
    pub seed: u64,
    /// How long it took.
    pub elapsed: Duration,
}

impl Summary {
    /// Whether everything was as it should be.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.status == 0
    }

    /// One line of JSON. Its keys are fixed: programs rely on them.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ "summary": {
            "file": self.file,
            "passed": self.passed(),
            "steps": self.steps,
            "failed": self.failed,
            "acknowledged": self.counts.acknowledged,
            "delivered": self.counts.delivered,
            "deleted": self.counts.deleted,
            "duplicates": self.counts.duplicates(),
            "unexplained_duplicates": self.unexplained_duplicates,
            "lost": self.lost,
            "resurrected": self.resurrected,
            "corrupt": self.counts.corrupt,
        } })
    }

    /// Lines for people.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let Self { counts, .. } = self;
        let verdict = match (self.status, self.failed) {
            (0, _) => "passed".to_owned(),
            (2, _) => "NOT PASSED: an outcome stayed unknown".to_owned(),
            (3, _) => "NOT PASSED: the cluster broke".to_owned(),
            (_, 0) => "NOT PASSED".to_owned(),
            (_, failed) => format!("NOT PASSED: {} failed", count(failed.into(), "step")),
        };
        let left_out = match self.left_out {
            0 => String::new(),
            steps => format!(", {steps} left out"),
        };
        let steps = count(self.steps.into(), "step");
        let oracle = format!(
            "{} lost, {} resurrected, {} corrupt, {} ({} unexplained)",
            self.lost,
            self.resurrected,
            counts.corrupt,
            count(counts.duplicates(), "duplicate"),
            self.unexplained_duplicates
        );
        let requests = format!(
            "{} acknowledged, {} delivered, {} deleted",
            counts.acknowledged, counts.delivered, counts.deleted
        );
        vec![
            format!("{}: {verdict} ({steps}{left_out}, {})", self.file, duration(self.elapsed)),
            format!("      {requests}; {oracle}"),
        ]
    }
}
