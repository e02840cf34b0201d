//! How the fields of a command and the values of its arguments and options become one another.
//!
//! A command is a plain struct. One line of [`fields!`](fields) names the argument or option that each field stands
//! for; reading and writing follow from that line, so they cannot drift apart, and the compiler sees that no field is
//! missing.

use super::value::{Scalar, Value};

/// The values of one command by the names of its parameters, in the order in which they were given.
#[derive(Debug, Default)]
pub(super) struct Bag(Vec<(&'static str, Value)>);

impl Bag {
    pub(super) fn add(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |(given, _)| *given == name).map(|(_, value)| value)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Value> {
        self.all(name).next()
    }
}

/// A struct that is made of the values of a command.
pub(super) trait Fields: Sized {
    /// `None` only if the table of words gives a parameter another kind or number than the field has: a mistake in
    /// the table, which its tests find.
    fn read(bag: &Bag) -> Option<Self>;

    fn write(&self, bag: &mut Bag);
}

/// A field that stands for one parameter.
pub(super) trait Field: Sized {
    /// `None` as for [`Fields::read`].
    fn read(bag: &Bag, name: &'static str) -> Option<Self>;

    fn write(&self, bag: &mut Bag, name: &'static str);
}

impl<T: Scalar> Field for T {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        T::from_value(bag.first(name)?)
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        bag.add(name, self.to_value());
    }
}

impl<T: Scalar> Field for Option<T> {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        match bag.first(name) {
            Some(value) => T::from_value(value).map(Some),
            None => Some(None),
        }
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        if let Some(value) = self {
            bag.add(name, value.to_value());
        }
    }
}

impl<T: Scalar> Field for Vec<T> {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        bag.all(name).map(T::from_value).collect()
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        for value in self {
            bag.add(name, value.to_value());
        }
    }
}

impl Field for bool {
    fn read(bag: &Bag, name: &'static str) -> Option<Self> {
        Some(bag.first(name).is_some())
    }

    fn write(&self, bag: &mut Bag, name: &'static str) {
        if *self {
            bag.add(name, Value::Flag);
        }
    }
}

/// `fields!(Type { field: "PARAMETER", ... } nested)`: a nested struct has parameters of its own.
macro_rules! fields {
    ($type:ident { $($field:ident: $name:literal),* } $($nested:ident)?) => {
        impl Fields for $type {
            fn read(bag: &Bag) -> Option<Self> {
                Some(Self {
                    $($field: Field::read(bag, $name)?,)*
                    $($nested: Fields::read(bag)?,)?
                })
            }

            fn write(&self, bag: &mut Bag) {
                $(Field::write(&self.$field, bag, $name);)*
                $(Fields::write(&self.$nested, bag);)?
            }
        }
    };
}

pub(super) use fields;
