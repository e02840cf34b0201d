//! Queries: which part of the index they walk, in which order, and what must be true of what is found there.
//!
//! A query is ordered by one attribute, the first one that is asked for equality, or else the first one that is asked for anything, or
//! the one that was named; without any, by id. It walks the range that the conditions on that attribute leave, and checks the
//! others on each object. A value is compared only with values of its own kind.

use super::id::ObjectId;
use super::index::{attribute_key, place};
use super::record::Object;
use super::value::Value;

/// How an attribute is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// It is the value.
    Equal,
    /// It is less.
    Less,
    /// It is less, or the same.
    AtMost,
    /// It is greater.
    Greater,
    /// It is greater, or the same.
    AtLeast,
    /// It is a text that begins with the value.
    Prefix,
}

/// What must be true of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Which.
    pub attribute: String,
    /// How it is compared.
    pub comparison: Comparison,
    /// With what.
    pub value: Value,
}

/// A query of one kind of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The kind.
    pub kind: String,
    /// What must all be true.
    pub conditions: Vec<Condition>,
    /// The attribute that orders what is found; objects without it are left out.
    pub order_by: Option<String>,
    /// Only what stands behind this place, see [`super::index::place`].
    pub after: Option<Vec<u8>>,
    /// How many objects at most.
    pub limit: usize,
}

/// A part of the index: keys from `start` on, and before `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The first key that can fit.
    pub start: Vec<u8>,
    /// The first key that cannot fit any more.
    pub end: Vec<u8>,
    /// How many bytes of each key come before the object's place.
    pub skip: usize,
}

impl Query {
    /// All objects of a kind behind one of them, in the order of their ids.
    #[must_use]
    pub fn of_kind(kind: &str, after: Option<ObjectId>) -> Query {
        Query {
            kind: kind.to_owned(),
            conditions: Vec::new(),
            order_by: None,
            after: after.map(|id| place(None, id)),
            limit: usize::MAX,
        }
    }

    /// The attribute by which what is found is ordered; empty: by id.
    #[must_use]
    pub fn order(&self) -> &str {
        let equal = self.conditions.iter().find(|condition| condition.comparison == Comparison::Equal);
        let asked = equal.or(self.conditions.first()).map(|condition| condition.attribute.as_str());
        self.order_by.as_deref().or(asked).unwrap_or_default()
    }

    /// The part of the index that has to be walked.
    #[must_use]
    pub fn range(&self) -> Range {
        let base = attribute_key(&self.kind, self.order());
        let mut range = Range { start: base.clone(), end: behind(base.clone()), skip: base.len() };
        for condition in self.conditions.iter().filter(|condition| condition.attribute == self.order()) {
            range.narrow(&base, condition);
        }
        if let Some(after) = &self.after {
            // The first key behind another one is that key and a zero byte.
            range.start_at([&base[..], after, &[0]].concat());
        }
        range
    }

    /// Whether all that is asked is true of an object.
    #[must_use]
    pub fn fits(&self, object: &Object) -> bool {
        object.kind == self.kind && self.conditions.iter().all(|condition| condition.fits(object))
    }
}

impl Condition {
    fn fits(&self, object: &Object) -> bool {
        let Some(value) = object.attributes.get(&self.attribute) else { return false };
        if value.kind_byte() != self.value.kind_byte() {
            return false;
        }
        match self.comparison {
            Comparison::Equal => *value == self.value,
            Comparison::Less => *value < self.value,
            Comparison::AtMost => *value <= self.value,
            Comparison::Greater => *value > self.value,
            Comparison::AtLeast => *value >= self.value,
            Comparison::Prefix => match (value, &self.value) {
                (Value::Text(text), Value::Text(start)) => text.starts_with(start.as_str()),
                _ => false,
            },
        }
    }
}

impl Range {
    fn narrow(&mut self, base: &[u8], condition: &Condition) {
        let mut exact = base.to_vec();
        condition.value.encode_ordered(&mut exact);
        let kind = [base, &[condition.value.kind_byte()]].concat();
        let behind_kind = behind(kind.clone());
        let (start, end) = match condition.comparison {
            Comparison::Equal => (exact.clone(), behind(exact)),
            Comparison::Less => (kind, exact),
            Comparison::AtMost => (kind, behind(exact)),
            Comparison::Greater => (behind(exact), behind_kind),
            Comparison::AtLeast => (exact, behind_kind),
            Comparison::Prefix => {
                let mut prefix = base.to_vec();
                condition.value.encode_prefix(&mut prefix);
                (prefix.clone(), behind(prefix))
            }
        };
        self.start_at(start);
        if end < self.end {
            self.end = end;
        }
    }

    fn start_at(&mut self, start: Vec<u8>) {
        if start > self.start {
            self.start = start;
        }
    }

    /// Whether no key can be in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

/// The first key behind all that begin with these bytes.
fn behind(mut bytes: Vec<u8>) -> Vec<u8> {
    while let Some(last) = bytes.pop() {
        if last < u8::MAX {
            bytes.push(last + 1);
            break;
        }
    }
    bytes
}
