//! Which `reveal` belongs to which `ask`, and what is wrong where none does.

use super::command::Command;
use super::diagnostic::Problem;
use super::parse::{Script, Step};

/// Everything that does not fit together between the lines of a file.
pub(super) fn check(steps: &[Step]) -> Vec<(&Step, Problem)> {
    let mut problems = Vec::new();
    let mut open: Option<&Step> = None;
    for step in steps {
        match &step.command {
            Command::Ask(_) => problems.extend(open.replace(step).and_then(never_revealed)),
            Command::Reveal(_) if open.take().is_none() => {
                let problem = Problem::new(step.span.clone(), "`reveal` stands here, but nothing was asked");
                problems
                    .push((step, problem.help("an `ask` must stand before it, and each has one `reveal`")));
            }
            _ => {}
        }
    }
    problems.extend(open.and_then(never_revealed));
    problems.sort_by_key(|(step, _)| step.line);
    problems
}

/// A question whose answer is measured must say when.
fn never_revealed(step: &Step) -> Option<(&Step, Problem)> {
    let Command::Ask(ask) = &step.command else { return None };
    let metric = ask.metric.as_ref()?;
    let message = format!("nothing says when {metric} is to be measured for this question");
    let help = "put a `reveal` where the answer can be seen";
    Some((step, Problem::new(step.span.clone(), message).help(help)))
}

impl Script {
    /// Whether the question that the step at `place` asks is answered by a later `reveal`, rather than at once.
    #[must_use]
    pub fn is_revealed_later(&self, place: usize) -> bool {
        let later = self.steps.iter().skip(place + 1).map(|step| &step.command);
        let next = later.into_iter().find(|command| matches!(command, Command::Ask(_) | Command::Reveal(_)));
        matches!(next, Some(Command::Reveal(_)))
    }
}
