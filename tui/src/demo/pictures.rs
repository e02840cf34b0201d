//! What the pretended cluster tells in one update.

use std::collections::BTreeMap;

use hydraq_cluster::observe::{
    Change, Filter, HeatCell, HeatMap, HeatRow, HostNumber, MessagePicture, MessageState, MessageWindow,
    Placement, Sort, StorePicture, TypePicture, Update,
};

use super::Demo;
use super::messages::Message;

/// Ages into which the heat map divides messages, in milliseconds.
const AGES: [(&str, u64); 8] = [
    ("under 1 s", 1_000),
    ("1 s to 3 s", 3_000),
    ("3 s to 10 s", 10_000),
    ("10 s to 30 s", 30_000),
    ("30 s to 1 m", 60_000),
    ("1 m to 5 m", 300_000),
    ("5 m to 1 h", 3_600_000),
    ("over 1 h", u64::MAX),
];

impl Demo {
    /// Everything that can be told now.
    pub(super) fn update(&mut self) -> Update {
        self.count_hosts();
        let mut changes = vec![
            Change::Hosts(self.hosts.clone()),
            Change::Links(self.links.clone()),
            Change::Window(self.window()),
            Change::Placements(self.placements()),
            Change::Heat(self.heat()),
            Change::Types(self.types()),
            Change::Badges(self.badges),
            Change::Stores(self.stores()),
            Change::Lessons(self.lessons()),
            Change::Lesson(self.lesson.clone()),
        ];
        let explained = self.explained;
        let known = explained.and_then(|id| self.messages.iter().find(|message| message.id == id));
        changes.extend(known.map(|message| Change::Biography(self.biography(message))));
        changes.append(&mut self.pending);
        Update { at_ms: self.now_ms, changes }
    }

    /// Counts anew what each host has.
    fn count_hosts(&mut self) {
        let mut counts: BTreeMap<HostNumber, [u64; 4]> = BTreeMap::new();
        let (mut ready, mut leased) = (0, 0);
        for message in &self.messages {
            let owner = self.owner(message);
            for holder in &message.holders {
                let count = counts.entry(*holder).or_default();
                let place = usize::from(message.deleted);
                count[place] += 1;
                count[2] += u64::from(owner == Some(*holder) && message.lease.is_none() && !message.deleted);
                count[3] += u64::from(message.lease.is_some_and(|(host, _)| host == *holder));
            }
            ready += u64::from(!message.deleted && owner.is_some() && message.lease.is_none());
            leased += u64::from(!message.deleted && message.lease.is_some());
        }
        let older_share = self.older * 5 / 2 / self.hosts.len().max(1) as u64;
        for host in &mut self.hosts {
            let [copies, tombstones, serving, leased] = counts.get(&host.number).copied().unwrap_or_default();
            host.copies = copies + older_share;
            host.tombstones = tombstones;
            host.serving = if host.state.is_up() { serving + older_share * 2 / 5 } else { 0 };
            host.leased = leased;
            host.disk_bytes = 1_380_000 + host.copies * 420;
        }
        self.badges.ready = ready + self.older;
        self.badges.leased = leased;
    }

    fn fits(&self, filter: &Filter, message: &MessagePicture) -> bool {
        filter.fits(message, |name| {
            let named = self.hosts.iter().find(|host| host.name == name || host.number.to_string() == name);
            named.map(|host| host.number)
        })
    }

    fn window(&self) -> MessageWindow {
        let watch = &self.watch;
        let mut rows: Vec<MessagePicture> =
            self.messages.iter().map(|message| self.message_picture(message)).collect();
        let under_replicated = rows.iter().filter(|row| row.is_under_replicated()).count() as u64;
        rows.retain(|row| self.fits(&watch.filter, row));
        match watch.sort {
            Sort::Newest => {}
            Sort::Oldest => rows.reverse(),
            Sort::FewestCopies => rows.sort_by_key(MessagePicture::live_copies),
            Sort::Type => rows.sort_by(|one, other| one.message_type.cmp(&other.message_type)),
            Sort::Deliveries => rows.sort_by_key(|row| std::cmp::Reverse(row.deliveries)),
        }
        let older = if watch.filter.is_empty() { self.older } else { 0 };
        let total = rows.len() as u64 + older;
        let mut offset = watch.offset.min(total.saturating_sub(1));
        if let Some(pin) = watch.pin
            && let Some(place) = rows.iter().position(|row| row.id == pin.message)
        {
            offset = (place as u64).saturating_sub(pin.row);
        }
        let kept = rows.len() as u64;
        let row = |place: u64| match usize::try_from(place).ok().and_then(|place| rows.get(place)) {
            Some(row) => row.clone(),
            None => self.message_picture(&self.older_message(place - kept)),
        };
        let rows = (offset..(offset + watch.rows).min(total)).map(row).collect();
        MessageWindow { serial: watch.serial, total, under_replicated, offset, rows }
    }

    fn alive(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter().filter(|message| !message.deleted)
    }

    fn placements(&self) -> Vec<Placement> {
        let mut counts: BTreeMap<Vec<HostNumber>, u64> = BTreeMap::new();
        for message in self.alive() {
            let mut hosts = message.holders.clone();
            hosts.sort_unstable();
            *counts.entry(hosts).or_default() += 1;
        }
        let scale = (self.older + self.messages.len() as u64) / (self.messages.len() as u64).max(1);
        let placement = |(hosts, messages): (Vec<HostNumber>, u64)| Placement {
            hosts,
            messages: messages * scale.max(1),
        };
        let mut placements: Vec<Placement> = counts.into_iter().map(placement).collect();
        placements.sort_by(|one, other| {
            other.messages.cmp(&one.messages).then_with(|| one.hosts.cmp(&other.hosts))
        });
        placements.truncate(24);
        placements
    }

    fn heat(&self) -> HeatMap {
        let mut rows: Vec<HeatRow> = AGES
            .iter()
            .map(|(label, _)| HeatRow {
                types: 1,
                label: (*label).to_owned(),
                messages: 0,
                under_replicated: 0,
                cells: Vec::new(),
            })
            .collect();
        for message in self.alive() {
            let age_ms = self.now_ms.saturating_sub(message.born_ms);
            let place = AGES.iter().position(|(_, below_ms)| age_ms < *below_ms).unwrap_or(AGES.len() - 1);
            count_heat(&mut rows[place], &message.holders, self.owner(message), 1);
        }
        for index in (0..self.older).step_by(usize::try_from(self.older / 500).unwrap_or(1).max(1)) {
            let message = self.older_message(index);
            let place = 5 + usize::try_from(index * 3 / self.older.max(1)).unwrap_or(0).min(2);
            count_heat(&mut rows[place], &message.holders, message.owner, (self.older / 500).max(1));
        }
        rows.retain(|row| row.messages > 0);
        HeatMap { rows }
    }

    fn types(&self) -> Vec<TypePicture> {
        let mut types: BTreeMap<&str, TypePicture> = BTreeMap::new();
        for message in self.alive() {
            let entry = types.entry(&message.message_type).or_insert_with(|| TypePicture {
                name: message.message_type.clone(),
                ready: 0,
                leased: 0,
                delayed: 0,
                dead: 0,
                oldest_ms: 0,
                paused_in: false,
                paused_out: false,
            });
            let state = self.message_picture(message).state;
            entry.ready += u64::from(state == MessageState::Ready);
            entry.leased += u64::from(state == MessageState::Leased);
            entry.oldest_ms = entry.oldest_ms.max(self.now_ms.saturating_sub(message.born_ms));
        }
        types.into_values().collect()
    }

    fn stores(&self) -> Vec<StorePicture> {
        let store = |(host, objects): (&hydraq_cluster::observe::HostPicture, &u64)| {
            let head = objects * 3;
            StorePicture {
                host: host.number,
                store: format!("{:06x}", u64::from(host.number.0).wrapping_mul(0x9e_3779) & 0xff_ffff),
                available: host.state.is_up(),
                weight: if host.state.is_up() { 100 - u32::from(host.full) * 90 } else { 0 },
                objects: *objects,
                events_head: head,
                propagated: head - objects % 3,
                events_tail: 0,
                note: host.full.then(|| "nearly full: drawn rarely".to_owned()),
            }
        };
        self.hosts.iter().zip(&self.objects).map(store).collect()
    }
}

fn count_heat(row: &mut HeatRow, holders: &[HostNumber], owner: Option<HostNumber>, times: u64) {
    row.messages += times;
    for holder in holders {
        let serving = if owner == Some(*holder) { times } else { 0 };
        match row.cells.iter_mut().find(|cell| cell.host == *holder) {
            Some(cell) => (cell.copies, cell.serving) = (cell.copies + times, cell.serving + serving),
            None => row.cells.push(HeatCell { host: *holder, copies: times, serving }),
        }
    }
}
