//! Values with two parts: an object's attribute, a query's condition, a question's answer to choose.

use std::fmt;

use super::super::diagnostic::Refusal;
use super::name::{AttributeName, in_attribute_name};

/// An attribute of an object, `NAME=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: AttributeName,
    /// Its value, any text; `{n}` in it is the count.
    pub value: String,
}

impl Attribute {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Refusal::must_be("NAME=VALUE", text));
        };
        Ok(Self { name: AttributeName::new(name)?, value: value.into() })
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

/// How a condition compares an attribute with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `^=`: the attribute begins with the value.
    Prefix,
}

impl Comparison {
    /// All comparisons with their signs, the longer ones first.
    const SIGNS: [(&'static str, Self); 6] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("^=", Self::Prefix),
        ("=", Self::Equal),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    /// The sign as it is typed.
    pub fn sign(self) -> &'static str {
        Self::SIGNS.iter().find(|(_, comparison)| *comparison == self).map_or("=", |(sign, _)| sign)
    }
}

/// What a query asks of an attribute, for example `total>=100`. The value does not begin with `=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The attribute asked.
    pub name: AttributeName,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: String,
}

impl Condition {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let (name, rest) = text.split_at(text.find(|c| !in_attribute_name(c)).unwrap_or(text.len()));
        let found = Comparison::SIGNS.iter().find(|(sign, _)| rest.starts_with(sign));
        let Some((sign, comparison)) = found else {
            return Err(Refusal::must_be("NAME=VALUE, or with < <= > >= or ^=", text).help_if(
                rest.starts_with('<').then(|| "write it without spaces, or all of it in quotes".into()),
            ));
        };
        let value = &rest[sign.len()..];
        if value.starts_with('=') {
            let mended = format!("{name}{sign}{}", value.trim_start_matches('='));
            return Err(Refusal::must_be("a condition with one of = < <= > >= ^=", text)
                .help(format!("did you mean `{mended}`?")));
        }
        Ok(Self { name: AttributeName::new(name)?, comparison: *comparison, value: value.into() })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.name, self.comparison.sign(), self.value)
    }
}

/// One of the answers that a question offers, `a: text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What to type for it: 1 to 8 lower-case letters and digits.
    pub key: String,
    /// What it says, without white space around it.
    pub text: String,
}

impl Answer {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let refusal = || Refusal::must_be("a letter, a colon and a text, such as \"a: nothing\"", text);
        let (key, says) = text.split_once(':').ok_or_else(refusal)?;
        let (key, says) = (key.trim(), says.trim());
        let key_is_short = (1..=8).contains(&key.len());
        if !key_is_short
            || !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            || says.is_empty()
        {
            return Err(refusal());
        }
        Ok(Self { key: key.into(), text: says.into() })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.text)
    }
}
