//! What can happen, and what each host does then.

use super::{Action, Doing, Frame, HOSTS, Hosts, Kept, Memory, Omission, Outline, State, holders, rank};

impl State {
    /// Three hosts that are connected and synchronised.
    pub(super) fn begin() -> Self {
        let host = |number| {
            let others = Hosts::ALL.without(number);
            Memory { up: true, linked: others, met: others, synchronised: others, ..Memory::default() }
        };
        State {
            memory: [host(0), host(1), host(2)],
            disks: Default::default(),
            links: Default::default(),
            cut: None,
            clients: Default::default(),
            crashes: 0,
            cuts: 0,
            broken: None,
        }
    }

    fn is_cut(&self, one: usize, other: usize) -> bool {
        self.cut.is_some_and(|(a, b)| (a, b) == (one, other) || (b, a) == (one, other))
    }

    /// Whether both ends know of a session, and the way is whole.
    pub(super) fn is_connected(&self, one: usize, other: usize) -> bool {
        self.memory[one].linked.has(other) && self.memory[other].linked.has(one) && !self.is_cut(one, other)
    }

    /// Whether a host serves what it owns.
    fn serves(&self, host: usize) -> bool {
        let memory = &self.memory[host];
        let known = memory.synchronised.or(memory.suspects).with(host);
        memory.up && known == Hosts::ALL
    }

    /// Whether a host takes itself for the owner: no lower-ranked holder lives that has it.
    pub(super) fn owns(&self, host: usize, message: usize) -> bool {
        let Kept::Copy { wide, .. } = self.disks[host][message] else { return false };
        let memory = &self.memory[host];
        let passed_over = memory.suspects.or(memory.doing[message].lacks);
        let lower = |other: &usize| rank(message, *other) < rank(message, host);
        self.serves(host) && holders(message, wide).each().filter(lower).all(|other| passed_over.has(other))
    }

    pub(super) fn can(&self, outline: &Outline, action: Action) -> bool {
        if self.broken.is_some() {
            return false;
        }
        let up = |host: usize| self.memory[host].up;
        let comes_any_time =
            matches!(action, Action::Arrive(..) | Action::Commit(_) | Action::Crash(_) | Action::Cut(..));
        if outline.calm && !comes_any_time && !self.is_quiet() {
            return false;
        }
        match action {
            Action::Enqueue(message) => {
                let is_next = message == 0 || self.clients[message - 1].enqueued;
                !self.clients[message].enqueued && is_next && self.serves(message)
            }
            Action::Commit(message) => {
                let confirmed = self.memory[message].doing[message].confirmed;
                confirmed.is_some() && !matches!(self.disks[message][message], Kept::Copy { .. })
            }
            Action::FurtherTry(message) => {
                let (memory, planned) = (&self.memory[message], (message + 1) % HOSTS);
                let waits = memory.doing[message].confirmed.is_some_and(|hosts| hosts == Hosts::of(message));
                waits
                    && memory.suspects.has(planned)
                    && matches!(self.disks[message][message], Kept::Copy { wide: false, .. })
            }
            Action::Dequeue { host, message } => {
                let is_free = matches!(self.disks[host][message], Kept::Copy { leased: false, .. });
                is_free && self.owns(host, message)
            }
            Action::Delete { host, message } => {
                let client = &self.clients[message];
                up(host) && client.delivered.has(host) && !client.delete_asked
            }
            Action::Arrive(from, to) => self.can_arrive((from, to)),
            Action::Crash(host) => up(host) && self.crashes < outline.crashes,
            Action::Start(host) => !up(host),
            Action::Suspect { host, other } => {
                let is_silent = !up(other) || self.is_cut(host, other);
                up(host) && is_silent && !self.memory[host].suspects.has(other)
            }
            Action::Connect(one, other) => {
                up(one) && up(other) && !self.is_cut(one, other) && !self.is_connected(one, other)
            }
            Action::Cut(..) => self.cut.is_none() && self.cuts < outline.cuts,
            Action::Heal => self.cut.is_some(),
        }
    }

    /// Whether nothing is under way that can still arrive.
    pub(super) fn is_quiet(&self) -> bool {
        let mut ways = Hosts::ALL.each().flat_map(|from| Hosts::ALL.each().map(move |to| (from, to)));
        !ways.any(|way| self.can_arrive(way))
    }

    fn can_arrive(&self, (from, to): (usize, usize)) -> bool {
        let memory = &self.memory[to];
        memory.up && memory.linked.has(from) && !self.links[from][to].is_empty()
    }

    pub(super) fn act(&mut self, outline: &Outline, action: Action) {
        match action {
            Action::Enqueue(message) => {
                self.clients[message].enqueued = true;
                let early = if outline.omits == Some(Omission::Commit) {
                    Hosts::of(message)
                } else {
                    Hosts::default()
                };
                self.memory[message].doing[message].confirmed = Some(early);
                self.replicate(message, (message + 1) % HOSTS, message);
            }
            Action::Commit(message) => {
                self.disks[message][message] = Kept::Copy { wide: false, leased: false };
                self.confirmed(message, message);
            }
            Action::FurtherTry(message) => {
                self.disks[message][message] = Kept::Copy { wide: true, leased: false };
                self.replicate(message, (message + 2) % HOSTS, message);
            }
            Action::Dequeue { host, message } => self.dequeue(host, message),
            Action::Delete { host, message } => self.delete(host, message),
            Action::Arrive(from, to) => {
                let frame = self.links[from][to].remove(0);
                self.arrive(outline, from, to, frame);
            }
            Action::Crash(host) => {
                self.crashes += 1;
                self.memory[host] = Memory::default();
                // What has left already may still arrive.
                self.links.iter_mut().for_each(|from| from[host].clear());
            }
            Action::Start(host) => self.memory[host].up = true,
            Action::Suspect { host, other } => self.suspect(outline, host, other),
            Action::Connect(one, other) => self.connect(outline, one, other),
            Action::Cut(one, other) => {
                (self.cut, self.cuts) = (Some((one, other)), self.cuts + 1);
                self.lose(one, other);
            }
            Action::Heal => {
                if let Some((one, other)) = self.cut.take() {
                    self.memory[one].linked = self.memory[one].linked.without(other);
                    self.memory[other].linked = self.memory[other].linked.without(one);
                }
            }
        }
    }

    fn lose(&mut self, one: usize, other: usize) {
        self.links[one][other].clear();
        self.links[other][one].clear();
    }

    pub(super) fn send(&mut self, from: usize, to: usize, frame: Frame) {
        if from != to && self.is_connected(from, to) {
            self.links[from][to].push(frame);
        }
    }

    pub(super) fn doing(&mut self, host: usize, message: usize) -> &mut Doing {
        &mut self.memory[host].doing[message]
    }

    /// Sends a copy, in the first round, as a further try or as an offer.
    pub(super) fn replicate(&mut self, from: usize, to: usize, message: usize) {
        let (wide, leased) = match self.disks[from][message] {
            Kept::Copy { wide, leased } => (wide, leased),
            _ => (false, false),
        };
        let doing = self.doing(from, message);
        doing.under_way = doing.under_way.with(to);
        self.send(from, to, Frame::Replicate { message, wide, leased });
    }

    /// A holder has it on its disk: with two of them, rank 0 among them, it is acknowledged.
    pub(super) fn confirmed(&mut self, message: usize, by: usize) {
        let Some(confirmed) = &mut self.doing(message, message).confirmed else { return };
        *confirmed = confirmed.with(by);
        if confirmed.count() >= 2 && confirmed.has(message) {
            self.doing(message, message).confirmed = None;
            self.clients[message].acknowledged = true;
        }
    }

    fn dequeue(&mut self, host: usize, message: usize) {
        let client = &mut self.clients[message];
        if client.deleted && !client.unreached.has(host) {
            self.broken = Some("a host that was reached delivers what was deleted");
        }
        if !client.delivered.is_empty() && (self.crashes, self.cuts) == (0, 0) {
            self.broken = Some("a message is delivered twice without a cause");
        }
        client.delivered = client.delivered.with(host);
        if let Kept::Copy { wide, leased } = &mut self.disks[host][message] {
            *leased = true;
            let list = holders(message, *wide);
            list.each().for_each(|other| self.send(host, other, Frame::Lease { message }));
        }
    }

    fn delete(&mut self, host: usize, message: usize) {
        self.clients[message].delete_asked = true;
        // Gone already: the tombstone was forgotten.
        if self.disks[host][message] != Kept::Nothing {
            self.doing(host, message).waiting = Some(Hosts::default());
            self.entomb(host, message, false, Hosts::default());
            self.reach(host, message);
        }
    }

    /// Asks every holder to keep the tombstone, and, if one cannot be reached, every other host, too. Acknowledged once all have.
    pub(super) fn reach(&mut self, host: usize, message: usize) {
        let Kept::Tombstone { wide, confirmed } = self.disks[host][message] else { return };
        let mut doing = self.memory[host].doing[message];
        let Some(mut waiting) = doing.waiting else { return };
        let linked = self.memory[host].linked;
        let list = holders(message, wide).without(host);
        let some_are_missed = list.each().any(|holder| !linked.has(holder));
        let others = if some_are_missed { Hosts::ALL.without(host) } else { list };
        for other in others.each() {
            if !linked.has(other) && (waiting.has(other) || !doing.asked.has(other)) {
                (doing.unreached, waiting) = (doing.unreached.with(other), waiting.without(other));
            } else if linked.has(other) && !doing.asked.has(other) {
                waiting = waiting.with(other);
                self.send(host, other, Frame::Tombstone { message, wide, confirmed, asks: true });
            }
            doing.asked = doing.asked.with(other);
        }
        doing.waiting = Some(waiting);
        *self.doing(host, message) = doing;
        self.settle_delete(host, message);
    }

    pub(super) fn settle_delete(&mut self, host: usize, message: usize) {
        let doing = self.doing(host, message);
        if doing.waiting == Some(Hosts::default()) {
            let unreached = doing.unreached;
            (doing.waiting, doing.asked, doing.unreached) = (None, Hosts::default(), Hosts::default());
            (self.clients[message].deleted, self.clients[message].unreached) = (true, unreached);
        }
    }

    /// Keeps a tombstone, and confirms it if no copy from here can be under way; whether it has confirmed now.
    pub(super) fn entomb(&mut self, host: usize, message: usize, wide: bool, confirmed: Hosts) -> bool {
        let (wide, confirmed) = match self.disks[host][message] {
            Kept::Nothing => (wide, confirmed),
            Kept::Copy { wide: mine, .. } => (wide || mine, confirmed),
            Kept::Tombstone { wide: mine, confirmed: before } => (wide || mine, confirmed.or(before)),
        };
        let memory = &mut self.memory[host];
        memory.doing[message].confirmed = None;
        let list = holders(message, wide);
        let is_clear = |other: usize| memory.met.has(other) && !memory.doing[message].under_way.has(other);
        let clear = list.without(host).each().all(is_clear);
        let confirms = list.has(host) && !confirmed.has(host) && clear;
        let confirmed = if confirms { confirmed.with(host) } else { confirmed };
        self.disks[host][message] = Kept::Tombstone { wide, confirmed };
        confirms
    }

    /// Forgets a tombstone that every holder has confirmed, and says so.
    pub(super) fn forget_if_confirmed(&mut self, outline: &Outline, host: usize, message: usize) {
        let Kept::Tombstone { wide, confirmed } = self.disks[host][message] else { return };
        let awaited = holders(message, wide);
        let linked = self.memory[host].linked.with(host);
        let is_reached = |holder: usize| confirmed.has(holder) || !linked.has(holder);
        let omits = outline.omits == Some(Omission::Confirmations);
        if confirmed.has_all(awaited) || omits && awaited.each().all(is_reached) {
            self.disks[host][message] = Kept::Nothing;
            self.doing(host, message).finished = true;
            Hosts::ALL.each().for_each(|other| self.send(host, other, Frame::Forget { message }));
        }
    }

    fn suspect(&mut self, outline: &Outline, host: usize, other: usize) {
        let memory = &mut self.memory[host];
        memory.suspects = memory.suspects.with(other);
        memory.linked = memory.linked.without(other);
        self.links[other][host].clear();
        for message in 0..outline.messages {
            self.reach(host, message);
        }
    }

    /// Both synchronise at once: no other host acts in between, and neither is asked for anything.
    fn connect(&mut self, outline: &Outline, one: usize, other: usize) {
        self.lose(one, other);
        for (host, peer) in [(one, other), (other, one)] {
            let memory = &mut self.memory[host];
            (memory.linked, memory.met) = (memory.linked.with(peer), memory.met.with(peer));
            memory.doing.iter_mut().for_each(|doing| doing.lacks = doing.lacks.without(peer));
        }
        self.compare_all(one, other);
        while let Some((from, to)) =
            [(one, other), (other, one)].into_iter().find(|way| self.can_arrive(*way))
        {
            self.act(outline, Action::Arrive(from, to));
        }
    }

    /// Two hosts tell each other all that they have.
    pub(super) fn compare_all(&mut self, one: usize, other: usize) {
        self.send(one, other, Frame::Synchronise(self.disks[one]));
        self.send(other, one, Frame::Synchronise(self.disks[other]));
    }
}
