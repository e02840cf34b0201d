//! Who belongs to the cluster: learning of members, names and addresses, and removing members for ever.
//!
//! Members are learned of by introductions, by hellos and from other members; what is news is passed on. A removed member
//! is refused for ever and does not come back; whoever finds itself removed stops.

use crate::codec::Put;
use crate::event::{Effect, MetaKey};
use crate::frame::{Frame, MemberRecord};
use crate::host_set::{HostIndex, SELF};
use crate::ids::HostId;
use crate::journal::Happening;
use crate::plant::Plant;

use super::Host;
use super::peers::Peer;

impl Host {
    /// Takes in what somebody says of members; passes on what is news.
    pub(super) fn on_members(&mut self, records: &[MemberRecord]) {
        // Who is new first: a delete must not be forgotten for want of a removed member while its successor is not known yet.
        let (removed, living): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.removed);
        let in_order = living.into_iter().chain(removed);
        let news: Vec<MemberRecord> = in_order.filter(|record| self.learn(record)).cloned().collect();
        self.spread(news);
    }

    /// Takes in one record; whether anything in it was news.
    pub(super) fn learn(&mut self, record: &MemberRecord) -> bool {
        if record.id == self.identity.id {
            if record.removed && !self.peers.me().removed {
                self.peers.get_mut(SELF).removed = true;
                self.effects.late.push(Effect::Removed);
            }
            return false;
        }
        let (index, is_new) = self.peers.index_of(record, self.now);
        let admitted = self.admitted;
        let peer = self.peers.get_mut(index);
        let mut news = is_new;
        if is_new {
            // Whoever is new to a host that serves cannot have served in its place.
            peer.must_clear = !admitted;
        }
        if record.boot > peer.addressed_in || (record.boot == peer.addressed_in && peer.address.is_empty()) {
            news |= peer.address != record.address || peer.name != record.name;
            peer.addressed_in = record.boot;
            (peer.name, peer.address) = (record.name.clone(), record.address.clone());
        }
        let removed_now = record.removed && !peer.removed;
        if news {
            self.messages.set_host_id(index, record.id);
            self.keep_member(index);
        }
        if is_new && !removed_now {
            if self.config.has(Plant::NamesakeByHearsay) {
                self.replace_namesake(index);
            }
            self.expect_progress(index);
        }
        if removed_now {
            self.note_removed(index);
        }
        news || removed_now
    }

    /// A new host under a dead member's name stands for a disk that was lost: the old host id is removed.
    ///
    /// Only who speaks with the new one itself may say so: by hearsay, nobody can tell which of the two is the newer.
    pub(super) fn replace_namesake(&mut self, index: HostIndex) {
        let name = self.peers.get(index).name.clone();
        let named = self.peers.named(&name).into_iter().filter(|other| ![SELF, index].contains(other));
        let dead = |peer: &&Peer| !peer.removed && !peer.is_connected();
        let namesakes: Vec<MemberRecord> =
            named.map(|other| self.peers.get(other)).filter(dead).map(Peer::record).collect();
        for record in namesakes {
            self.remove_member(record.id);
        }
    }

    /// Removes a member for ever, at the word of an operator or of the member itself.
    pub(super) fn remove_member(&mut self, host: HostId) {
        let known = if host == self.identity.id { Some(SELF) } else { self.peers.find(host) };
        let Some(index) = known else { return };
        let record = MemberRecord { removed: true, ..self.peers.get(index).record() };
        if index == SELF {
            self.spread(vec![record.clone()]);
        }
        self.on_members(&[record]);
    }

    fn note_removed(&mut self, index: HostIndex) {
        let peer = self.peers.get_mut(index);
        peer.removed = true;
        let (id, link) = (peer.id, peer.session.as_ref().map(|session| session.link));
        self.happened(Happening::Removed(id));
        self.keep_member(index);
        if let Some(link) = link {
            self.effects.late.push(Effect::HangUp(link));
            self.end_session(index);
        }
        self.give_up_on(index);
        self.discount(index);
        self.restand();
        self.spread_removals();
        self.check_all_tombstones();
    }

    /// Tells everybody that is connected.
    fn spread(&mut self, records: Vec<MemberRecord>) {
        if records.is_empty() {
            return;
        }
        for peer in self.peers.connected().iter() {
            self.outbox.early(peer).first.push(Frame::Members(records.clone()));
        }
    }

    /// Makes what is known of a member durable, and tells the driver.
    pub(super) fn keep_member(&mut self, index: HostIndex) {
        let record = self.peers.get(index).record();
        let mut value = Vec::new();
        value.put_u128(record.id.0);
        value.put_bytes(record.name.as_bytes());
        value.put_bytes(record.address.as_bytes());
        value.put_u64(record.boot);
        value.put_u8(u8::from(record.removed));
        self.write_meta(MetaKey::Member(index.0), value);
        self.effects.early.push(Effect::Member(record));
    }

    /// All records, for a hello or an introduction.
    #[must_use]
    pub fn member_records(&self) -> Vec<MemberRecord> {
        self.peers.each_record().collect()
    }

    /// Sets something for the whole cluster.
    pub(super) fn set(&mut self, name: String, value: String) {
        let setting = self.settings.next(&name, value, self.identity.id);
        self.on_settings(&[setting]);
    }

    /// Takes in settings; keeps and passes on what is newer.
    pub(super) fn on_settings(&mut self, settings: &[crate::settings::Setting]) {
        let mut news = Vec::new();
        for setting in settings {
            if self.settings.merge(setting) {
                let mut value = Vec::new();
                value.put_u64(setting.version);
                value.put_u128(setting.host.0);
                value.put_bytes(setting.value.as_bytes());
                self.write_meta(MetaKey::Setting(setting.name.clone()), value);
                news.push(setting.clone());
            }
        }
        if news.is_empty() {
            return;
        }
        self.apply_settings();
        for peer in self.peers.connected().iter() {
            self.outbox.early(peer).first.push(Frame::Settings(news.clone()));
        }
    }

    /// How many members there are.
    pub(super) fn member_count(&self) -> usize {
        self.peers.members().count()
    }

    pub(super) fn name_of(&self, index: HostIndex) -> String {
        self.peers.get(index).name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::holders::HolderList;
    use crate::host::{Identity, Recovered};
    use crate::ids::{Boot, Commit, MessageId, Sequence, StoreId};
    use crate::time::Instant;

    fn alone() -> Host {
        let boot = Boot { counter: 1, nonce: 1 };
        let (name, address) = ("alpha".to_owned(), String::new());
        let identity = Identity { id: HostId(1), name, address, boot, store: StoreId(1) };
        let recovered =
            Recovered { meta: Vec::new(), seen: Vec::new(), commit: Commit(0), next_sequence: Sequence(1) };
        Host::recover(Config::default(), identity, recovered, Vec::new(), 7, Instant(1))
    }

    fn member(id: u128, name: &str, removed: bool) -> MemberRecord {
        MemberRecord { id: HostId(id), name: name.into(), address: "x".into(), boot: 1, removed }
    }

    /// Seed 208520.
    #[test]
    fn a_delete_that_everybody_must_confirm_waits_for_new_members_that_a_list_names_behind_removed_ones() {
        let (mut host, id) = (alone(), MessageId(5));
        host.on_members(&[member(2, "charlie", false), member(3, "delta", false)]);
        host.entomb(id, &HolderList::default(), 1, true);
        host.on_members(&[
            member(2, "charlie", true),
            member(3, "delta", true),
            member(4, "charlie", false),
            member(5, "delta", false),
        ]);
        assert!(host.tombstones.get(id).is_some(), "one of the new ones may have the message");
        host.on_members(&[member(4, "charlie", true), member(5, "delta", true)]);
        assert!(
            host.tombstones.get(id).is_none() && host.finished.contains(id),
            "nobody is left to wait for"
        );
    }
}
