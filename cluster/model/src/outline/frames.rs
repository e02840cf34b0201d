//! What a host does with what arrives from another one.

use super::{Frame, Hosts, Kept, Omission, Outline, State, holders};

impl State {
    pub(super) fn arrive(&mut self, outline: &Outline, from: usize, to: usize, frame: Frame) {
        match frame {
            Frame::Synchronise(theirs) => {
                let memory = &mut self.memory[to];
                memory.suspects = memory.suspects.without(from);
                memory.synchronised = memory.synchronised.with(from);
                let compares = if outline.omits == Some(Omission::Comparison) { 0 } else { outline.messages };
                for (message, theirs) in theirs.into_iter().enumerate().take(compares) {
                    self.compare(outline, from, to, message, theirs);
                }
            }
            Frame::Replicate { message, wide, leased } => self.take_copy(from, to, message, wide, leased),
            Frame::Stored { message } => {
                let doing = self.doing(to, message);
                (doing.under_way, doing.lacks) = (doing.under_way.without(from), doing.lacks.without(from));
                if to == message {
                    self.confirmed(message, from);
                }
            }
            Frame::Lease { message } => {
                if let Kept::Copy { leased, .. } = &mut self.disks[to][message] {
                    *leased = true;
                }
            }
            Frame::Tombstone { message, wide, confirmed, asks } => {
                self.take_tombstone(outline, from, to, message, (wide, confirmed), asks);
            }
            Frame::Forget { message } => match self.disks[to][message] {
                Kept::Copy { .. } => self.broken = Some("a delete is forgotten while a holder has its copy"),
                _ => {
                    self.disks[to][message] = Kept::Nothing;
                    let doing = self.doing(to, message);
                    doing.finished = true;
                    if doing.waiting.is_some() {
                        doing.waiting = Some(Hosts::default());
                        self.settle_delete(to, message);
                    }
                }
            },
        }
    }

    fn take_copy(&mut self, from: usize, to: usize, message: usize, wide: bool, leased: bool) {
        match &mut self.disks[to][message] {
            Kept::Nothing if self.memory[to].doing[message].finished => {
                self.send(to, from, Frame::Forget { message });
            }
            mine @ Kept::Nothing => {
                *mine = Kept::Copy { wide, leased };
                self.send(to, from, Frame::Stored { message });
            }
            Kept::Copy { wide: my_wide, leased: my_lease } => {
                (*my_wide, *my_lease) = (*my_wide || wide, *my_lease || leased);
                self.send(to, from, Frame::Stored { message });
            }
            Kept::Tombstone { wide, confirmed } => {
                let frame = Frame::Tombstone { message, wide: *wide, confirmed: *confirmed, asks: true };
                self.send(to, from, frame);
            }
        }
    }

    fn take_tombstone(
        &mut self,
        outline: &Outline,
        from: usize,
        to: usize,
        message: usize,
        (wide, confirmed): (bool, Hosts),
        asks: bool,
    ) {
        let mine = self.disks[to][message];
        self.doing(to, message).under_way = self.memory[to].doing[message].under_way.without(from);
        if mine == Kept::Nothing && self.memory[to].doing[message].finished {
            return self.send(to, from, Frame::Forget { message });
        }
        if mine == Kept::Nothing && !asks && !holders(message, wide).has(to) {
            return;
        }
        let confirms = self.entomb(to, message, wide, confirmed);
        let Kept::Tombstone { wide, confirmed } = self.disks[to][message] else { return };
        let told = holders(message, wide).each().filter(|other| confirms || asks && *other == from);
        let mut told: Vec<usize> = told.filter(|other| *other != to).collect();
        if (asks || confirms) && !told.contains(&from) {
            told.push(from);
        }
        for other in told {
            self.send(to, other, Frame::Tombstone { message, wide, confirmed, asks: false });
        }
        let doing = self.doing(to, message);
        doing.waiting = doing.waiting.map(|waiting| waiting.without(from));
        self.reach(to, message);
        self.forget_if_confirmed(outline, to, message);
    }

    /// What a peer had when this session began, beside what is here.
    fn compare(&mut self, outline: &Outline, from: usize, to: usize, message: usize, theirs: Kept) {
        let mine = self.disks[to][message];
        match (mine, theirs) {
            (_, Kept::Tombstone { wide, confirmed })
                if mine != Kept::Nothing || holders(message, wide).has(to) =>
            {
                self.take_tombstone(outline, from, to, message, (wide, confirmed), true);
            }
            (Kept::Tombstone { wide, confirmed }, Kept::Copy { .. }) => {
                self.send(to, from, Frame::Tombstone { message, wide, confirmed, asks: true });
            }
            (Kept::Tombstone { wide, confirmed }, Kept::Nothing) if holders(message, wide).has(from) => {
                self.send(to, from, Frame::Tombstone { message, wide, confirmed, asks: true });
            }
            (Kept::Copy { wide, leased }, Kept::Copy { wide: their_wide, leased: their_lease }) => {
                let (wide, leased) = (wide || their_wide, leased || their_lease);
                self.disks[to][message] = Kept::Copy { wide, leased };
            }
            (Kept::Copy { wide, .. }, Kept::Nothing) if holders(message, wide).has(from) => {
                let doing = self.doing(to, message);
                doing.lacks = doing.lacks.with(from);
                self.replicate(to, from, message);
            }
            _ => {}
        }
    }
}
