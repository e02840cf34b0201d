//! The values of attributes, and an encoding of them whose order is theirs.

use std::collections::BTreeMap;
use std::fmt;

use crate::codec::{CodecError, Put, Take};

/// The value of an attribute. Values of different kinds are ordered by kind: truth values, numbers, texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text, ordered by its bytes.
    Text(String),
}

/// Names and values.
pub type Attributes = BTreeMap<String, Value>;

const BOOL: u8 = 1;
const INT: u8 = 2;
const TEXT: u8 = 3;

/// What a zero byte in a text becomes, and what ends a text: any continuation sorts behind the end.
const ZERO: [u8; 2] = [0, 0xff];
const END: [u8; 2] = [0, 1];

impl Value {
    /// The value that a person means: `true`, `false`, a whole number as it is written, or any other text as it is.
    #[must_use]
    pub fn read(text: &str) -> Value {
        match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match text.parse::<i64>() {
                Ok(number) if number.to_string() == text => Value::Int(number),
                _ => Value::Text(text.to_owned()),
            },
        }
    }

    /// Appends the value so that encodings sort as values do. Whatever follows cannot change that.
    pub fn encode_ordered(&self, out: &mut Vec<u8>) {
        self.encode_prefix(out);
        if let Value::Text(_) = self {
            out.put(&END);
        }
    }

    /// The same, without the end of a text: what all texts begin with that begin with this one.
    pub fn encode_prefix(&self, out: &mut Vec<u8>) {
        match self {
            Value::Bool(value) => out.put(&[BOOL, u8::from(*value)]),
            Value::Int(value) => {
                out.put_u8(INT);
                // The sign bit is flipped, so that negative numbers come first.
                out.put(&(*value as u64 ^ 1 << 63).to_be_bytes());
            }
            Value::Text(text) => {
                out.put_u8(TEXT);
                for byte in text.bytes() {
                    if byte == 0 { out.put(&ZERO) } else { out.put_u8(byte) }
                }
            }
        }
    }

    /// The byte with which all encodings of this value's kind begin.
    #[must_use]
    pub fn kind_byte(&self) -> u8 {
        match self {
            Value::Bool(_) => BOOL,
            Value::Int(_) => INT,
            Value::Text(_) => TEXT,
        }
    }

    /// Appends the value to a record.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.put_u8(self.kind_byte());
        match self {
            Value::Bool(value) => out.put_u8(u8::from(*value)),
            Value::Int(value) => out.put_u64(*value as u64),
            Value::Text(text) => out.put_bytes(text.as_bytes()),
        }
    }

    /// Takes a value from a record.
    ///
    /// # Errors
    /// The bytes are no value.
    pub fn take(take: &mut Take<'_>) -> Result<Value, CodecError> {
        match take.u8()? {
            BOOL => Ok(Value::Bool(take.bool()?)),
            INT => Ok(Value::Int(take.u64()? as i64)),
            TEXT => Ok(Value::Text(take.text()?.to_owned())),
            _ => Err(CodecError::Meaningless("kind of value")),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Bool(value) => value.fmt(f),
            Value::Int(value) => value.fmt(f),
            Value::Text(text) => text.fmt(f),
        }
    }
}

/// Appends attributes to a record.
pub(super) fn put_attributes(out: &mut Vec<u8>, attributes: &Attributes) {
    out.put_u32(attributes.len() as u32);
    for (name, value) in attributes {
        out.put_bytes(name.as_bytes());
        value.put(out);
    }
}

/// Takes attributes from a record.
pub(super) fn take_attributes(take: &mut Take<'_>) -> Result<Attributes, CodecError> {
    let count = take.u32()?;
    let mut attributes = Attributes::new();
    for _ in 0..count {
        let name = take.text()?.to_owned();
        attributes.insert(name, Value::take(take)?);
    }
    Ok(attributes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            "[\0a-c\u{1}\u{ff}]{0,6}".prop_map(Value::Text),
        ]
    }

    fn ordered(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        value.encode_ordered(&mut out);
        out
    }

    proptest! {
        #[test]
        fn encodings_sort_as_values_do(one in any_value(), two in any_value(), tail: (u8, u8)) {
            let (mut first, mut second) = (ordered(&one), ordered(&two));
            first.push(tail.0);
            second.push(tail.1);
            if one != two {
                prop_assert_eq!(one.cmp(&two), first.cmp(&second));
            }
        }

        #[test]
        fn texts_with_a_beginning_share_its_encoding(start in "[\0a-b]{0,3}", rest in "[\0a-b]{0,3}") {
            let mut prefix = Vec::new();
            Value::Text(start.clone()).encode_prefix(&mut prefix);
            let whole = ordered(&Value::Text(start + &rest));
            prop_assert!(whole.starts_with(&prefix));
        }

        #[test]
        fn values_read_back(value in any_value()) {
            let mut out = Vec::new();
            value.put(&mut out);
            prop_assert_eq!(Value::take(&mut Take(&out)), Ok(value));
        }
    }

    #[test]
    fn people_mean_numbers_and_truth_values_where_they_write_them() {
        assert_eq!(Value::read("true"), Value::Bool(true));
        assert_eq!(Value::read("-12"), Value::Int(-12));
        assert_eq!(Value::read("007"), Value::Text("007".into()));
        assert_eq!(Value::read(""), Value::Text(String::new()));
    }
}
