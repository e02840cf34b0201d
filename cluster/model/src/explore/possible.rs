//! What can happen in a state.

use super::{Action, Commits, Exploration, Grain, State};
use crate::node::{HOSTS, host_id};
use crate::world::PAIRS;

impl Exploration {
    fn is_over(&self, state: &State) -> bool {
        state.is_settled || state.world.gave_up || state.world.overclaims || state.clients.broken.is_some()
    }

    /// Which ends a batch may have.
    fn ends(&self, state: &State) -> &'static [Commits] {
        if state.spent[1] < self.crashes { &[Commits::Yes, Commits::No] } else { &[Commits::Yes] }
    }

    fn clients_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let up = |node: usize| state.world.nodes[node].is_up();
        let ends = self.ends(state).iter().copied();
        for number in 0..self.messages {
            let message = &state.clients.messages[usize::from(number)];
            if !message.is_sent && up(usize::from(number)) {
                actions.extend(ends.clone().map(|commits| Action::Enqueue(number, commits)));
            }
            if !message.delete_asked && message.delivered_by.is_some_and(|(host, _)| up(host)) {
                actions.extend(ends.clone().map(|commits| Action::Delete(number, commits)));
            }
        }
        // Before the first message is stored somewhere there is nothing to ask for.
        if state.spent[0] < self.dequeues && state.clients.messages.iter().any(|message| message.is_sent) {
            for node in (0..HOSTS).filter(|node| up(*node)) {
                actions.extend(ends.clone().map(|commits| Action::Dequeue(node, commits)));
            }
        }
    }

    /// What is under way and can arrive now.
    fn deliveries(&self, state: &State, actions: &mut Vec<Action>) {
        let world = &state.world;
        let ends = self.ends(state).iter().copied();
        match self.grain {
            Grain::Batch | Grain::Rejoin => {
                let ways = (0..PAIRS.len()).flat_map(|pair| [(pair, 0), (pair, 1)]);
                for (pair, direction) in ways.filter(|(pair, direction)| world.waits(*pair, *direction)) {
                    actions.extend(ends.clone().map(|commits| Action::Deliver(pair, direction, commits)));
                }
            }
            Grain::Host => {
                for node in (0..HOSTS).filter(|node| world.waits_for(*node)) {
                    actions.extend(ends.clone().map(|commits| Action::Take(node, commits)));
                }
            }
            Grain::Round | Grain::Calm => {
                if !world.is_quiet() {
                    actions.push(Action::Round(None));
                }
                if ends.len() > 1 {
                    let nodes = (0..HOSTS).filter(|node| world.waits_for(*node));
                    actions.extend(nodes.map(|node| Action::Round(Some(node))));
                }
            }
        }
    }

    /// What may happen to the ways between hosts at any time.
    fn cuts(&self, state: &State, actions: &mut Vec<Action>) {
        if state.spent[2] < self.cuts {
            let pairs = (0..PAIRS.len()).filter(|pair| !state.world.links[*pair].is_cut);
            actions.extend(pairs.map(|pair| Action::Cut(pair, true)));
        }
    }

    fn network_actions(&self, state: &State, actions: &mut Vec<Action>) {
        let world = &state.world;
        for (pair, (one, two)) in PAIRS.into_iter().enumerate() {
            if world.lacks_link(pair) {
                actions.push(Action::Connect(pair));
            }
            let is_cut = world.links[pair].is_cut;
            if is_cut {
                actions.push(Action::Cut(pair, false));
            }
            for (node, peer) in [(one, two), (two, one)] {
                let is_gone = is_cut || !world.nodes[peer].is_up();
                if is_gone && state.suspects(node, peer) == Some(false) {
                    actions.push(Action::Suspect(node, peer));
                }
            }
        }
        let down = (0..HOSTS).filter(|node| !world.nodes[*node].is_up());
        actions.extend(down.map(Action::Start));
    }

    /// Everything that can happen next.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        if self.is_over(state) {
            return;
        }
        self.deliveries(state, actions);
        self.cuts(state, actions);
        if state.spent[1] < self.crashes {
            let up = (0..HOSTS).filter(|node| state.world.nodes[*node].is_up());
            actions.extend(up.map(Action::Crash));
        }
        if self.grain == Grain::Calm && !state.world.is_quiet() {
            return;
        }
        self.clients_actions(state, actions);
        self.network_actions(state, actions);
        if state.world.is_quiet() {
            actions.push(Action::Settle);
        }
    }
}

impl State {
    /// Whether a running host suspects a peer.
    fn suspects(&self, node: usize, peer: usize) -> Option<bool> {
        let view = self.world.nodes[node].core()?.view();
        let link = view.links.iter().find(|link| link.member.id == host_id(peer))?;
        Some(link.suspected.is_some())
    }
}
