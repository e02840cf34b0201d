//! Keys: one table of them, and what a configuration file makes of it.
//!
//! Text that is typed (the command line, the filter, the fields of a form) does not go through here; every other
//! key does.

mod config;
mod intent;
mod key;
mod table;

pub use config::{ConfigError, ConfigProblem};
pub use intent::{Intent, Scope};
pub use key::{Key, KeyCode, KeyError};
pub use table::{ROWS, Row};

/// The keys of one row as they are now.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The row of the table.
    pub row: &'static Row,
    /// Its keys; the first one is shown.
    pub keys: Vec<Key>,
}

impl Bound {
    /// The key that hints show.
    #[must_use]
    pub fn shown(&self) -> String {
        self.keys.first().map_or_else(String::new, Key::to_string)
    }

    /// All keys, for help.
    #[must_use]
    pub fn all(&self) -> String {
        self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }
}

/// Which keys do what.
#[derive(Debug, Clone)]
pub struct Keymap {
    bound: Vec<Bound>,
}

impl Default for Keymap {
    /// The keys of the table.
    fn default() -> Self {
        let keys = |row: &'static Row| row.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { bound: ROWS.iter().map(|row| Bound { row, keys: keys(row) }).collect() }
    }
}

impl Keymap {
    /// What a key does, where the innermost scope stands first.
    #[must_use]
    pub fn intent(&self, key: Key, scopes: &[Scope]) -> Option<Intent> {
        let in_scope = |scope: &Scope| {
            let fits = |bound: &&Bound| bound.row.scopes.contains(scope) && bound.keys.contains(&key);
            self.bound.iter().find(fits).map(|bound| bound.row.intent)
        };
        scopes.iter().find_map(in_scope)
    }

    /// What works in a scope, in the order of the table.
    pub fn in_scope(&self, scope: Scope) -> impl Iterator<Item = &Bound> {
        self.bound.iter().filter(move |bound| bound.row.scopes.contains(&scope))
    }

    /// All of it, in the order of the table.
    pub fn all(&self) -> impl Iterator<Item = &Bound> {
        self.bound.iter()
    }

    /// The key that hints show for an intent; empty if there is none.
    #[must_use]
    pub fn shown(&self, intent: Intent) -> String {
        self.bound.iter().find(|bound| bound.row.intent == intent).map_or_else(String::new, Bound::shown)
    }
}

#[cfg(test)]
mod tests;
