//! Settings that the whole cluster shares and keeps: small, named, the newest one holds.

use std::collections::BTreeMap;

use crate::ids::HostId;
use crate::shared::{Shared, Sum, Summed};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// What is set, such as `repair` or `pause/orders`.
    pub name: String,
    /// Grows with every change; with equal versions the higher host wins.
    pub version: u64,
    /// Who set it.
    pub host: HostId,
    /// To what.
    pub value: String,
}

impl Summed for Setting {
    fn sum(&self) -> u64 {
        let sum = Sum::default().text(&self.name).word(self.version).id(self.host.0);
        sum.text(&self.value).end()
    }
}

/// All settings of one host.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    by_name: BTreeMap<String, Setting>,
    changes: u64,
    /// All of them, for as long as none changes.
    shared: Option<Shared<Setting>>,
}

impl Settings {
    /// The value of a setting.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.by_name.get(name).map(|setting| setting.value.as_str())
    }

    /// Makes the next version of a setting.
    #[must_use]
    pub fn next(&self, name: &str, value: String, host: HostId) -> Setting {
        let version = self.by_name.get(name).map_or(0, |setting| setting.version) + 1;
        Setting { name: name.to_owned(), version, host, value }
    }

    /// Takes a setting in, if it is newer than what is known; whether it was.
    pub fn merge(&mut self, setting: &Setting) -> bool {
        let known = self.by_name.get(&setting.name);
        let newer = known.is_none_or(|known| (setting.version, setting.host) > (known.version, known.host));
        if newer {
            self.changes += 1;
            self.shared = None;
            self.by_name.insert(setting.name.clone(), setting.clone());
        }
        newer
    }

    /// All settings, as they are told.
    pub fn share(&mut self) -> Shared<Setting> {
        self.shared.get_or_insert_with(|| self.by_name.values().cloned().collect()).clone()
    }

    /// How often something was taken in.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// All settings.
    pub fn iter(&self) -> impl Iterator<Item = &Setting> {
        self.by_name.values()
    }
}
