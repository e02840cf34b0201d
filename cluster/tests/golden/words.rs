//! Names for ids: scripts and traces name messages and hosts, and never show an id.

use std::collections::BTreeMap;

use hydraq_core::ids::{HostId, MessageId, Receipt};

/// What has a name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    messages: BTreeMap<String, MessageId>,
    hosts: BTreeMap<HostId, String>,
    receipts: BTreeMap<MessageId, Vec<Receipt>>,
}

impl Names {
    /// The id of a message; a new name gets a new id.
    pub(crate) fn message(&mut self, name: &str) -> MessageId {
        let next = MessageId(self.messages.len() as u128 + 1);
        *self.messages.entry(name.to_owned()).or_insert(next)
    }

    /// The name of a message.
    pub(crate) fn message_name(&self, id: MessageId) -> String {
        let found = self.messages.iter().find(|(_, known)| **known == id);
        found.map_or_else(|| id.to_string(), |(name, _)| name.clone())
    }

    /// Notes a host; one that comes back under a new id is marked with a stroke more.
    pub(crate) fn note_host(&mut self, id: HostId, name: &str) {
        if !self.hosts.contains_key(&id) {
            let before = self.hosts.values().filter(|known| known.trim_end_matches('\'') == name).count();
            self.hosts.insert(id, format!("{name}{}", "'".repeat(before)));
        }
    }

    /// The name of a host.
    pub(crate) fn host(&self, id: HostId) -> String {
        self.hosts.get(&id).cloned().unwrap_or_else(|| "a former host".into())
    }

    /// The id of a host, by a name that may have strokes.
    pub(crate) fn host_id(&self, name: &str) -> Result<HostId, String> {
        let found = self.hosts.iter().find(|(_, known)| *known == name);
        found.map(|(id, _)| *id).ok_or_else(|| format!("there is no host {name}"))
    }

    /// The names of hosts, in their order; `nobody` if there are none.
    pub(crate) fn hosts(&self, ids: &[HostId]) -> String {
        if ids.is_empty() {
            return "nobody".into();
        }
        ids.iter().map(|id| self.host(*id)).collect::<Vec<_>>().join(", ")
    }

    /// Notes a receipt that a client got.
    pub(crate) fn note_receipt(&mut self, receipt: Receipt) {
        self.receipts.entry(receipt.message).or_default().push(receipt);
    }

    /// The receipt that `name#2` means: the second that clients got; the newest if no number is given.
    pub(crate) fn receipt(&mut self, name: &str) -> Result<Receipt, String> {
        let (name, number) = name.split_once('#').unwrap_or((name, ""));
        let id = self.message(name);
        let receipts = self.receipts.get(&id).map(Vec::as_slice).unwrap_or_default();
        let place = number.parse().unwrap_or(receipts.len());
        let found = place.checked_sub(1).and_then(|place| receipts.get(place));
        found.copied().ok_or_else(|| format!("nobody has got a receipt {name}#{number}"))
    }

    /// Puts names where ids stand in a text.
    pub(crate) fn put_in(&self, text: &str) -> String {
        let named = |text: String, (name, id): (&String, &MessageId)| text.replace(&id.to_string(), name);
        let text = self.messages.iter().fold(text.to_owned(), named);
        self.hosts.iter().fold(text, |text, (id, name)| text.replace(&id.to_string(), name))
    }
}
