//! The life of a message, as it may have been.

use hydraq_cluster::observe::{Biography, HostNumber, HostState, Lane, Mark, Step};

use super::Demo;
use super::messages::Message;

fn step(at_ms: u64, from: usize, to: Option<usize>, label: &str, mark: Mark, note: &str) -> Step {
    Step { at_ms, from, to, label: label.to_owned(), mark, note: note.to_owned(), because: None }
}

impl Demo {
    /// The life of a message.
    pub(super) fn biography(&self, message: &Message) -> Biography {
        let mut lanes = vec![Lane { host: None, name: "you".to_owned() }];
        let name = |host: HostNumber| self.host(host).map_or_else(String::new, |host| host.name.clone());
        lanes.extend(message.holders.iter().map(|holder| Lane { host: Some(*holder), name: name(*holder) }));
        let first = message.holders.first().map_or_else(String::new, |holder| name(*holder));
        Biography {
            message: message.id,
            summary: format!("enqueued by you through {first}, acked after 1.1 ms"),
            steps: self.steps(message),
            lanes,
            why: self.why(message),
        }
    }

    fn steps(&self, message: &Message) -> Vec<Step> {
        let since = |at_ms: u64| at_ms.saturating_sub(message.born_ms);
        let first_round = message.holders.len().min(usize::from(message.asked));
        let mut steps = vec![step(0, 0, Some(1), "enqueue", Mark::Serving, "stored")];
        for lane in 2..=first_round {
            steps.push(step(0, 1, Some(lane), &format!("copy, {}", first_round + 1 - lane), Mark::Copy, ""));
        }
        steps.push(step(1, 1, Some(0), "ok", Mark::None, ""));
        let owner =
            self.owner(message).and_then(|owner| message.holders.iter().position(|holder| *holder == owner));
        for (place, holder) in message.holders.iter().enumerate() {
            let Some(host) = self.host(*holder) else { continue };
            if host.state.is_gone() && host.since_ms >= message.born_ms {
                let at_ms = since(host.since_ms);
                let note = if host.state == HostState::Killed { "killed" } else { "down" };
                steps.push(step(at_ms, place + 1, None, "", Mark::Gone, note));
                if place == 0
                    && let Some(owner) = owner
                {
                    let mut takes = step(at_ms + 20, owner + 1, None, "", Mark::Serving, "takes over");
                    takes.because = Some(format!("{}: connection refused", host.name));
                    steps.push(takes);
                }
            }
            if place >= first_round
                && let Some(owner) = owner
            {
                let mark = if message.copying.is_some() { Mark::Copying } else { Mark::Copy };
                steps.push(step(since(self.now_ms), owner + 1, Some(place + 1), "repair", mark, ""));
            }
        }
        if let Some((through, until_ms)) = message.lease {
            let lane =
                message.holders.iter().position(|holder| *holder == through).map_or(1, |place| place + 1);
            let at_ms = since(until_ms.saturating_sub(30_000));
            steps.push(step(at_ms, 0, Some(lane), "dequeue", Mark::Leased, "leased 30 s"));
        }
        if message.deleted {
            let lane = owner.map_or(1, |owner| owner + 1);
            steps.push(step(since(self.now_ms), 0, Some(lane), "delete", Mark::Tombstone, "deleted"));
        }
        steps
    }

    fn why(&self, message: &Message) -> String {
        let owner = self.owner(message).and_then(|owner| self.host(owner)).map(|host| host.name.clone());
        match (message.deleted, message.lease, owner) {
            (true, ..) => {
                "It is deleted. Its tombstone waits until every holder has confirmed it.".to_owned()
            }
            (_, Some((through, until_ms)), _) => {
                let name = self.host(through).map_or_else(String::new, |host| host.name.clone());
                let left = until_ms.saturating_sub(self.now_ms).div_ceil(1_000);
                format!(
                    "It is leased through {name}, {left} s left. It comes back then, unless it is deleted."
                )
            }
            (_, None, Some(owner)) => {
                format!("It would be: {owner} serves it to the next dequeue of its type.")
            }
            (_, None, None) => {
                "No host that is up has a copy. It comes back with the first holder that does.".to_owned()
            }
        }
    }
}
