//! Lists that many hellos share, with a sum that says in a moment whether two of them are the same.
//!
//! Every hello tells of all members and all settings, and nearly every one tells nothing new. Two lists with the same sum are taken
//! to be the same, whatever their order: by chance that goes wrong once in 2⁶⁴ comparisons.

use std::ops::Deref;
use std::sync::Arc;

use crate::random::mix;

/// Something that a sum can be made of.
pub trait Summed {
    /// The same for equal values on every host; of different ones, by chance.
    fn sum(&self) -> u64;
}

/// A list that does not change; clones share it.
#[derive(Debug, Clone)]
pub struct Shared<T> {
    items: Arc<[T]>,
    sum: u64,
}

impl<T: Summed> Shared<T> {
    /// Whether this is a list of the same things.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.sum == other.sum && self.items.len() == other.items.len()
    }
}

impl<T: Summed> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Arc<[T]> = items.into_iter().collect();
        let sum = items.iter().fold(0, |sum: u64, item| sum.wrapping_add(item.sum()));
        Shared { items, sum }
    }
}

impl<T: Summed> From<Vec<T>> for Shared<T> {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.items
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.items == other.items
    }
}

impl<T: Eq> Eq for Shared<T> {}

/// Mixes words and texts into one number, in order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum(u64);

impl Sum {
    /// Takes in a number.
    #[must_use]
    pub fn word(self, word: u64) -> Self {
        Sum(mix(self.0.rotate_left(23) ^ word))
    }

    /// Takes in a text and its length.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        let mut sum = self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut bytes = [0; 8];
            bytes[..chunk.len()].copy_from_slice(chunk);
            sum = sum.word(u64::from_le_bytes(bytes));
        }
        sum
    }

    /// Takes in an identifier.
    #[must_use]
    pub fn id(self, id: u128) -> Self {
        self.word(id as u64).word((id >> 64) as u64)
    }

    /// What it has come to.
    #[must_use]
    pub fn end(self) -> u64 {
        mix(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Text(&'static str);

    impl Summed for Text {
        fn sum(&self) -> u64 {
            Sum::default().text(self.0).end()
        }
    }

    fn list(texts: &[&'static str]) -> Shared<Text> {
        texts.iter().map(|text| Text(text)).collect()
    }

    #[test]
    fn the_same_things_are_the_same_in_any_order() {
        assert!(list(&["a", "b"]).is_same(&list(&["b", "a"])));
        assert!(!list(&["a", "b"]).is_same(&list(&["ab", ""])));
        assert!(!list(&["a", "a"]).is_same(&list(&["b", "b"])));
        assert!(!list(&["a"]).is_same(&list(&["a", "a"])));
    }
}
