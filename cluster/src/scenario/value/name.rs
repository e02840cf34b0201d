//! Names that users give: of hosts, message types, kinds of objects, planted bugs. Each is a type of its own, and
//! holds only what its limits allow.

use std::fmt;

use hydraq_core::plant::Plant;

use super::super::diagnostic::Refusal;
use super::super::suggest::did_you_mean;
use super::host::ROLE_WORDS;

/// The longest name of a host or an attribute, in bytes.
const NAME_BYTES_MAX: usize = 32;
/// The longest message type or kind of object, in bytes.
const TYPE_BYTES_MAX: usize = 128;

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident checked by $check:ident;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Checks a name.
            ///
            /// # Errors
            /// Says what the name must be, if it is none.
            pub fn new(text: &str) -> Result<Self, Refusal> {
                $check(text)?;
                Ok(Self(text.into()))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

names! {
    /// A host's name: a lower-case letter, then up to 31 lower-case letters, digits and hyphens; not the word of a
    /// role.
    HostName checked by host_name;
    /// The name of a bug that can be planted.
    PlantName checked by plant_name;
    /// A message type: 1 to 128 bytes, none of them white space or control characters.
    MessageType checked by type_name;
    /// The kind of an object, of the same form as a message type.
    ObjectKind checked by type_name;
    /// The name of an object's attribute: a letter or underscore, then up to 31 letters, digits, underscores,
    /// hyphens and dots.
    AttributeName checked by attribute_name;
}

fn host_name(text: &str) -> Result<(), Refusal> {
    simple_name(text)?;
    if ROLE_WORDS.contains(&text) {
        return Err(Refusal::new(format!("must be a host's name; `{text}` is the word of a role")));
    }
    Ok(())
}

fn plant_name(text: &str) -> Result<(), Refusal> {
    if Plant::of_name(text).is_some() {
        return Ok(());
    }
    let refusal =
        Refusal::must_be("a bug that can be planted", text).help("`hydraq check --list-plants` lists them");
    Err(refusal.help_if(did_you_mean(text, Plant::ALL.map(Plant::name))))
}

fn simple_name(text: &str) -> Result<(), Refusal> {
    length("a name", text, NAME_BYTES_MAX)?;
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(inner) {
        return Ok(());
    }
    let refusal = Refusal::must_be("a lower-case letter, then lower-case letters, digits and hyphens", text);
    let lower = text.to_ascii_lowercase();
    let mends = lower.starts_with(|c: char| c.is_ascii_lowercase()) && lower.chars().all(inner);
    Err(refusal.help_if(mends.then(|| format!("did you mean `{lower}`?"))))
}

fn type_name(text: &str) -> Result<(), Refusal> {
    length("a name", text, TYPE_BYTES_MAX)?;
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(Refusal::must_be("a name without spaces and control characters", text));
    }
    Ok(())
}

fn attribute_name(text: &str) -> Result<(), Refusal> {
    length("an attribute with a name", text, NAME_BYTES_MAX)?;
    if text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(in_attribute_name)
    {
        return Ok(());
    }
    Err(Refusal::must_be("an attribute named with a letter, then letters, digits and _ - .", text))
}

/// Whether a character may stand in the name of an attribute.
pub(super) fn in_attribute_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-.".contains(character)
}

fn length(what: &str, text: &str, bytes_max: usize) -> Result<(), Refusal> {
    match text.len() {
        0 => Err(Refusal::must_be(what, text)),
        bytes if bytes > bytes_max => {
            Err(Refusal::new(format!("must be {what} of at most {bytes_max} bytes, not of {bytes}")))
        }
        _ => Ok(()),
    }
}
