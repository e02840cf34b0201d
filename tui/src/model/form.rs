//! The form for an enqueue: type, copies, body, count; the other options folded away.

use tui_input::Input as Text;

use super::prompts::{edit, paste, quote};
use crate::keymap::{Key, KeyCode};

/// One field.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// What stands before it.
    pub(crate) label: &'static str,
    /// The option that it becomes; empty for the count.
    option: &'static str,
    /// What is typed.
    pub(crate) text: Text,
    /// What may stand there, said beside it.
    pub(crate) help: &'static str,
    /// The least and the greatest number, where a number is wanted.
    numbers: Option<(u64, u64)>,
}

fn field(
    label: &'static str,
    option: &'static str,
    value: &str,
    help: &'static str,
    numbers: Option<(u64, u64)>,
) -> Field {
    Field { label, option, text: Text::from(value), help, numbers }
}

/// How many fields show before the fold.
const FOLD: usize = 4;

/// The form.
#[derive(Debug, Clone)]
pub(crate) struct EnqueueForm {
    fields: Vec<Field>,
    /// The field that is edited, from 0; one past the shown ones is the fold.
    pub(crate) at: usize,
    /// Whether the other options show.
    pub(crate) unfolded: bool,
    /// What is wrong, and with which field.
    pub(crate) problem: Option<(usize, String)>,
}

impl Default for EnqueueForm {
    fn default() -> Self {
        let fields = vec![
            field("type", "--type", "orders", "the queue's name", None),
            field("copies", "--replicas", "2", "1 to 255, on as many hosts", Some((1, 255))),
            field("body", "--body", "order {n}", "{n} counts from 1", None),
            field("count", "", "1", "how many messages", Some((1, 10_000_000))),
            field("on host", "--on", "", "empty: balanced over live hosts", None),
            field("at least", "--min-replicas", "", "copies that suffice at the deadline", Some((1, 255))),
            field("shape", "--shape", "", "star, chain or tree", None),
            field("delay", "--delay", "", "such as 5s", None),
            field("lives for", "--ttl", "", "such as 1m; empty: for ever", None),
            field(
                "deliveries",
                "--max-deliveries",
                "",
                "then it is dead; empty: no limit",
                Some((1, 1_000_000)),
            ),
            field("priority", "--priority", "", "higher goes first", None),
        ];
        Self { fields, at: 0, unfolded: false, problem: None }
    }
}

/// What a key did to the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FormEnd {
    /// It is still open.
    Open,
    /// It is left.
    Closed,
    /// It is sent, as this command.
    Sent(String),
}

impl EnqueueForm {
    /// The fields that show.
    pub(crate) fn shown(&self) -> &[Field] {
        if self.unfolded { &self.fields } else { &self.fields[..FOLD] }
    }

    /// Puts a text into the field that is edited.
    pub(crate) fn paste(&mut self, pasted: &str) {
        if let Some(field) = self.fields.get_mut(self.at) {
            paste(&mut field.text, pasted);
        }
    }

    /// Takes a key.
    pub(crate) fn key(&mut self, key: Key) -> FormEnd {
        let rows = self.shown().len() + 1;
        match key.code {
            KeyCode::Esc => return FormEnd::Closed,
            KeyCode::Char('c') if key.ctrl => return FormEnd::Closed,
            KeyCode::Tab | KeyCode::Down => self.at = (self.at + 1) % rows,
            KeyCode::BackTab | KeyCode::Up => self.at = (self.at + rows - 1) % rows,
            KeyCode::Enter | KeyCode::Char(' ') if self.at + 1 == rows => {
                self.unfolded = !self.unfolded;
                self.at = if self.unfolded { FOLD } else { FOLD.min(self.shown().len()) };
            }
            KeyCode::Enter => match self.command() {
                Ok(command) => return FormEnd::Sent(command),
                Err((at, words)) => {
                    self.at = at;
                    self.problem = Some((at, words));
                }
            },
            _ => {
                if let Some(field) = self.fields.get_mut(self.at)
                    && edit(&mut field.text, key)
                {
                    self.problem = None;
                }
            }
        }
        FormEnd::Open
    }

    /// The command that the form stands for, or the field that is wrong.
    pub(crate) fn command(&self) -> Result<String, (usize, String)> {
        let mut options = String::new();
        let mut count = String::new();
        for (place, field) in self.fields.iter().enumerate() {
            let value = field.text.value().trim();
            field.check(value).map_err(|words| (place, words))?;
            match (field.option, value) {
                ("", "" | "1") | (_, "") => {}
                ("", number) => count = format!(" {number}"),
                (option, value) => options.push_str(&format!(" {option} {}", quote(value))),
            }
        }
        Ok(format!("enqueue{count}{options}"))
    }
}

impl Field {
    fn check(&self, value: &str) -> Result<(), String> {
        let Some((least, most)) = self.numbers else { return Ok(()) };
        if value.is_empty() {
            return Ok(());
        }
        match value.parse::<u64>() {
            Ok(number) if (least..=most).contains(&number) => Ok(()),
            _ => Err(format!("{} must be {least} to {most}, not {value}", self.label)),
        }
    }
}
