//! Kills and what follows: what would happen, what happens by itself as time goes on.

use hydraq_cluster::observe::{
    Aftermath, BlastRadius, Change, EventKind, HostNumber, HostState, LinkPicture, LinkState,
};

use super::Demo;

/// How long a takeover takes here, in milliseconds.
const TAKEOVER_MS: u64 = 20;
/// After how many milliseconds without a holder a new copy is begun.
const REPAIR_AFTER_MS: u64 = 3_000;
/// How long a copy is under way, in milliseconds.
const COPY_MS: u64 = 700;
/// How many copies are under way at a time.
const COPIES_MAX: usize = 6;

impl Demo {
    /// What a kill would do.
    pub(super) fn blast(&self, hosts: &[HostNumber]) -> BlastRadius {
        let mut blast =
            BlastRadius { hosts: hosts.to_vec(), takeover_goal_ms: 250, ..BlastRadius::default() };
        for message in self.messages.iter().filter(|message| !message.deleted) {
            let owner = self.owner(message);
            let hit = message.holders.iter().any(|holder| hosts.contains(holder) && self.is_up(*holder));
            let left = message
                .holders
                .iter()
                .filter(|holder| self.is_up(**holder) && !hosts.contains(holder))
                .count();
            blast.owner_changes += u64::from(owner.is_some_and(|owner| hosts.contains(&owner)) && left > 0);
            blast.fall_to_one += u64::from(hit && left == 1);
            blast.only_copy_here += u64::from(hit && left == 0);
            blast.only_disk += u64::from(message.holders.iter().all(|holder| hosts.contains(holder)));
            blast.leased_through += u64::from(message.lease.is_some_and(|(host, _)| hosts.contains(&host)));
        }
        blast
    }

    pub(super) fn kill(&mut self, host: HostNumber) {
        let predicted = self.blast(&[host]);
        let before = self.host(host).map_or(0, |host| host.serving);
        self.set_state(host, HostState::Killed);
        if let Some(killed) = self.hosts.get_mut(usize::from(host.0) - 1) {
            killed.served_before = before.max(predicted.owner_changes);
            (killed.per_second, killed.pid) = (0, None);
        }
        for message in &mut self.messages {
            message.lease = message.lease.filter(|(through, _)| *through != host);
            message.copying = message.copying.filter(|(to, _)| *to != host);
        }
        self.event(Some(host), EventKind::Killed, None, "killed by you (SIGKILL)", None);
        let happened = BlastRadius { fall_to_one: predicted.fall_to_one, ..predicted.clone() };
        let aftermath = Aftermath { predicted, happened, wiped: false, takeover_ms: Some(TAKEOVER_MS) };
        self.falling = Some((host, self.now_ms, aftermath));
        self.suspect(host);
    }

    pub(super) fn set_state(&mut self, host: HostNumber, state: HostState) {
        let now_ms = self.now_ms;
        if let Some(known) = self.hosts.get_mut(usize::from(host.0) - 1) {
            (known.state, known.since_ms) = (state, now_ms);
            if state == HostState::Up {
                known.served_before = 0;
                known.pid = known.pid.or(Some(8_000 + u32::from(host.0)));
            }
        }
        if state == HostState::Up {
            self.links.retain(|link| {
                (link.from != host && link.to != host) || !matches!(link.state, LinkState::Suspected)
            });
        }
    }

    /// Every other host suspects it.
    fn suspect(&mut self, host: HostNumber) {
        let others: Vec<HostNumber> =
            self.hosts.iter().filter(|other| other.state.is_up()).map(|other| other.number).collect();
        for other in &others {
            self.set_link(*other, host, LinkState::Suspected);
        }
        let name = self.host(host).map_or_else(String::new, |host| host.name.clone());
        if let Some(first) = others.last() {
            self.event(
                Some(*first),
                EventKind::Suspected,
                None,
                format!("suspects {name}: connection refused"),
                None,
            );
        }
    }

    pub(super) fn set_link(&mut self, from: HostNumber, to: HostNumber, state: LinkState) {
        self.links.retain(|link| link.from != from || link.to != to);
        if state != LinkState::Up {
            self.links.push(LinkPicture { from, to, state });
        }
    }

    /// What happens by itself until now.
    pub(super) fn settle(&mut self) {
        self.take_over();
        self.end_leases();
        self.finish_copies();
        self.begin_copies();
        self.breathe();
    }

    fn take_over(&mut self) {
        let Some((host, at_ms, aftermath)) =
            self.falling.take_if(|(_, at_ms, _)| *at_ms + TAKEOVER_MS <= self.now_ms)
        else {
            return;
        };
        let name = self.host(host).map_or_else(String::new, |host| host.name.clone());
        let mut taken: Vec<(HostNumber, u64)> = Vec::new();
        for place in 0..self.messages.len() {
            let (before, now) = (self.messages[place].owner, self.owner(&self.messages[place]));
            if before == Some(host)
                && let Some(now) = now
            {
                match taken.iter_mut().find(|(owner, _)| *owner == now) {
                    Some((_, count)) => *count += 1,
                    None => taken.push((now, 1)),
                }
            }
            self.messages[place].owner = now.or(before);
        }
        for (owner, count) in taken {
            let messages = if count == 1 { "message" } else { "messages" };
            let words = format!("takes over {count} {messages} that {name} served");
            self.event(
                Some(owner),
                EventKind::Takeover,
                None,
                words,
                Some((self.now_ms - at_ms).min(TAKEOVER_MS) * 1_000),
            );
        }
        self.pending.push(Change::Aftermath(aftermath));
    }

    fn end_leases(&mut self) {
        for message in &mut self.messages {
            message.lease = message.lease.filter(|(_, until_ms)| *until_ms > self.now_ms);
        }
    }

    fn finish_copies(&mut self) {
        let mut arrived = Vec::new();
        for message in &mut self.messages {
            if let Some((to, _)) = message.copying.take_if(|(_, at_ms)| *at_ms <= self.now_ms) {
                arrived.push((message.id, to));
            }
        }
        for (id, to) in arrived {
            let Some(message) = self.messages.iter().find(|message| message.id == id) else { continue };
            let (live, asked) = (self.message_picture(message).live_copies(), message.asked);
            let owner = self.owner(message);
            let name = self.host(to).map_or_else(String::new, |host| host.name.clone());
            let short = hydraq_cluster::observe::words::short_id(id, "…");
            let words = format!("copies {short} to {name}: {live} of {asked}");
            self.event(owner, EventKind::Copied, Some(id), words, None);
        }
    }

    fn begin_copies(&mut self) {
        let gone_long = |host: &hydraq_cluster::observe::HostPicture| {
            host.state.is_gone() && host.since_ms + REPAIR_AFTER_MS <= self.now_ms
        };
        if !self.hosts.iter().any(gone_long) {
            return;
        }
        let mut room = COPIES_MAX
            .saturating_sub(self.messages.iter().filter(|message| message.copying.is_some()).count());
        for place in 0..self.messages.len() {
            let message = &self.messages[place];
            if room == 0 {
                return;
            }
            let live = message.holders.iter().filter(|holder| self.is_up(**holder)).count();
            if message.deleted || live == 0 || live >= usize::from(message.asked) {
                continue;
            }
            let fresh =
                self.hosts.iter().find(|host| host.state.is_up() && !message.holders.contains(&host.number));
            if let Some(to) = fresh.map(|host| host.number) {
                let at_ms = self.now_ms + COPY_MS;
                self.messages[place].holders.push(to);
                self.messages[place].copying = Some((to, at_ms));
                room -= 1;
            }
        }
    }

    /// Rates and commit times go up and down a little.
    fn breathe(&mut self) {
        for place in 0..self.hosts.len() {
            let wave = self.random.below(400);
            let commit_us = 300 + self.random.below(300);
            let host = &mut self.hosts[place];
            let busy = if host.state.is_up() { host.serving * 2 + 300 + wave } else { 0 };
            host.per_second = (host.per_second * 3 + busy) / 4;
            host.commit_us = commit_us;
            host.rate_history.push(u32::try_from(host.per_second).unwrap_or(u32::MAX));
            let extra = host.rate_history.len().saturating_sub(60);
            host.rate_history.drain(..extra);
        }
    }
}
