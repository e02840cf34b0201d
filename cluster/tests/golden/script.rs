//! The form of a script: comments and blank lines, and blocks of commands with the trace that they led to.
//!
//! ```text
//! # What the script shows.
//! hosts 3
//! enqueue first replicas=2 on=alpha
//! ---
//!       0.0 alpha    stores first
//! ```
//!
//! A trace ends at the first blank line. Times are milliseconds since the block's first command.

use crate::command::Command;
use crate::stage::Stage;

/// The text of a script as it would be if its traces were those that its commands lead to now.
///
/// # Errors
/// The number of a line that cannot be carried out, and why.
pub(crate) fn run(text: &str) -> Result<String, (usize, String)> {
    let mut stage = Stage::default();
    let (mut result, mut in_trace, mut has_commands) = (String::new(), false, false);
    for (number, line) in (1..).zip(text.lines()) {
        match line.trim() {
            "" => {
                in_trace = false;
                push_line(&mut result, line);
            }
            _ if in_trace => {}
            "---" => {
                in_trace = true;
                has_commands = false;
                push_line(&mut result, line);
                stage.take_trace().iter().for_each(|line| push_line(&mut result, line));
            }
            words => {
                push_line(&mut result, line);
                if !words.starts_with('#') {
                    has_commands = true;
                    let command = Command::parse(words).map_err(|what| (number, what))?;
                    stage.perform(command).map_err(|what| (number, what))?;
                }
            }
        }
    }
    if has_commands {
        push_line(&mut result, "---");
        stage.take_trace().iter().for_each(|line| push_line(&mut result, line));
    }
    Ok(result)
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}
