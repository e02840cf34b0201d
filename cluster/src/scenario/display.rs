//! A command becomes its canonical text, which reads as the same command.
//!
//! Words stand in the order of the table; what has its default value is left out. Texts made for people stand in
//! quotes always, other values only if they need them.

use std::fmt;

use super::command::Command;
use super::lexer::{quote, quoted};
use super::value::{Kind, Value};
use super::words::{CommandWord, Parameter, command_word};

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())?;
        let bag = self.write();
        for parameter in command_word(self.words()).into_iter().flat_map(CommandWord::all_parameters) {
            let values: Vec<&Value> = bag.all(parameter.name).collect();
            if is_default(parameter, &values) {
                continue;
            }
            for value in values {
                match (parameter.is_option(), parameter.kind) {
                    (true, Kind::Flag) => write!(f, " {}", parameter.name)?,
                    (true, kind) => write!(f, " {} {}", parameter.name, text(kind, value))?,
                    (false, kind) => write!(f, " {}", text(kind, value))?,
                }
            }
        }
        Ok(())
    }
}

fn is_default(parameter: &Parameter, values: &[&Value]) -> bool {
    let default = parameter.default.and_then(|default| parameter.kind.read(default).ok());
    matches!((default, values), (Some(default), [value]) if default == **value)
}

fn text(kind: Kind, value: &Value) -> String {
    match kind {
        Kind::Text | Kind::Answer => quoted(&value.to_string()),
        _ => quote(&value.to_string()),
    }
}
