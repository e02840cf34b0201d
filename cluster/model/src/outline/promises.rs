//! What holds in every state, and in what every state can end.

use super::{Action, Hosts, Kept, MESSAGES, Outline, State};

/// After how many steps without rest there is none to come.
const STEPS_MAX: usize = 1_000;

impl State {
    /// Whether all that was acknowledged, and that nobody asked to delete, is on two disks.
    pub(super) fn is_durable(&self) -> bool {
        let owed = |message: &usize| {
            let client = &self.clients[*message];
            client.acknowledged && !client.delete_asked
        };
        (0..MESSAGES).filter(owed).all(|message| self.copies(message) >= 2)
    }

    /// Whether no copy is left of what a host has forgotten, or of what is deleted and nowhere marked so.
    pub(super) fn is_remembered(&self) -> bool {
        (0..MESSAGES).all(|message| {
            let forgotten = self.memory.iter().any(|memory| memory.doing[message].finished);
            let marked = self.disks.iter().any(|disk| matches!(disk[message], Kept::Tombstone { .. }));
            let gone = forgotten || self.clients[message].deleted && !marked;
            !gone || self.copies(message) == 0
        })
    }

    fn copies(&self, message: usize) -> usize {
        self.disks.iter().filter(|disk| matches!(disk[message], Kept::Copy { .. })).count()
    }

    /// Whether all is well once everything is mended and what is under way has arrived. Looked at where nothing is under way, from where
    /// every other state comes.
    pub(super) fn converges(&self, outline: &Outline) -> bool {
        !self.is_quiet() || self.clone().mended(outline).is_well(outline)
    }

    /// Everything is mended and arrives; then all hosts compare what they have, as they do in the background; and that arrives.
    fn mended(mut self, outline: &Outline) -> Self {
        let hosts = || Hosts::ALL.each();
        let pairs = || hosts().flat_map(move |one| hosts().map(move |other| (one, other)));
        let mends = [Action::Heal]
            .into_iter()
            .chain(hosts().map(Action::Start))
            .chain((0..outline.messages).map(Action::Commit))
            .chain(pairs().filter(|(one, other)| one < other).map(|(one, other)| Action::Connect(one, other)))
            .chain(pairs().map(|(from, to)| Action::Arrive(from, to)));
        let mends: Vec<Action> = mends.collect();
        self.come_to_rest(outline, &mends);
        pairs().filter(|(one, other)| one < other).for_each(|(one, other)| self.compare_all(one, other));
        self.come_to_rest(outline, &mends);
        self
    }

    fn come_to_rest(&mut self, outline: &Outline, mends: &[Action]) {
        for _ in 0..STEPS_MAX {
            let Some(action) = mends.iter().find(|action| self.can(outline, **action)) else { return };
            self.act(outline, *action);
        }
        self.broken = Some("the hosts never come to rest");
    }

    fn is_well(&self, outline: &Outline) -> bool {
        (0..outline.messages).all(|message| {
            let client = &self.clients[message];
            let copies = self.copies(message);
            let tombstones = self.disks.iter().any(|disk| matches!(disk[message], Kept::Tombstone { .. }));
            let owners = Hosts::ALL.each().filter(|host| self.owns(*host, message)).count();
            let is_there = copies >= 2 && owners == 1;
            let is_nowhere = copies == 0;
            let is_right = match (client.acknowledged, client.delete_asked, client.deleted) {
                (_, _, true) => is_nowhere,
                (true, false, _) => is_there,
                _ => is_there || is_nowhere,
            };
            self.broken.is_none() && !tombstones && is_right
        })
    }
}
