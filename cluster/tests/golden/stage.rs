//! The simulated cluster that a script plays on, and the trace of what happens there.

use std::collections::BTreeMap;
use std::time::Duration;

use hydraq_cluster::sim::network::NodeId;
use hydraq_cluster::sim::world::World;
use hydraq_cluster::store::model::Image;
use hydraq_core::config::Config;
use hydraq_core::ids::RequestId;
use hydraq_core::request::Request;

use crate::command::{Command, duration};
use crate::words::Names;
use crate::{faults, frames, looks, replies, requests};

const HOSTS: [&str; 7] = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"];

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a cluster may take to come up.
const SETTLED: Duration = Duration::from_secs(10);

/// A request whose answer is awaited.
#[derive(Debug)]
struct Asked {
    request: RequestId,
    /// The process that was asked: an answer never comes from a later one.
    asked: (NodeId, u64),
    what: String,
    names: Vec<String>,
}

/// One line of a trace.
#[derive(Debug)]
struct TraceLine {
    at: u64,
    who: String,
    what: String,
}

/// The cluster, and what of its trace was not shown yet.
#[derive(Default)]
pub(crate) struct Stage {
    world: Option<World>,
    /// Names for ids.
    pub(crate) names: Names,
    asked: Vec<Asked>,
    lines: Vec<TraceLine>,
    /// Who asked which block, and about which messages; so that answers can be put in words.
    pub(crate) blocks: frames::Blocks,
    /// Disks as they were when they were saved.
    pub(crate) images: BTreeMap<NodeId, Image>,
    shown: usize,
    began: u64,
}

impl Stage {
    /// The world.
    pub(crate) fn world(&mut self) -> Result<&mut World, String> {
        self.world.as_mut().ok_or_else(|| "a script begins with: hosts N".into())
    }

    /// The number of a host.
    pub(crate) fn host(&mut self, name: &str) -> Result<NodeId, String> {
        let found = self.world()?.nodes.iter().position(|node| node.name == name);
        found.ok_or_else(|| format!("there is no host {name}"))
    }

    /// Carries a command out.
    pub(crate) fn perform(&mut self, mut command: Command) -> Result<(), String> {
        match command.verb.as_str() {
            "hosts" => self.set_up(&mut command)?,
            "join" => {
                let name = command.word("a name")?;
                self.world()?.add(&name);
            }
            "run" => {
                let time = duration(&command.word("a duration")?)?;
                self.world()?.run_for(time);
            }
            "frames" => {
                let on = command.word("on or off")? == "on";
                self.note();
                self.world()?.sent = on.then(Vec::new);
            }
            "answers" => self.await_answers(None)?,
            _ => {
                let known = requests::perform(self, &mut command)?
                    || faults::perform(self, &mut command)?
                    || looks::perform(self, &mut command)?;
                if !known {
                    return Err(format!("there is no command {}", command.verb));
                }
            }
        }
        command.end()?;
        self.note();
        Ok(())
    }

    /// Starts a cluster and lets it settle, unseen.
    fn set_up(&mut self, command: &mut Command) -> Result<(), String> {
        let count: usize = command.word("a number")?.parse().map_err(|_| "hosts needs a number")?;
        let seed = command.number("seed")?.unwrap_or(0);
        let mut config = Config::default();
        let durations = [
            ("repair-after", &mut config.repair_after),
            ("retry-window", &mut config.retry_window),
            ("try-timeout", &mut config.try_timeout),
            ("suspicion", &mut config.suspicion),
        ];
        for (name, setting) in durations {
            *setting = command.duration(name)?.unwrap_or(*setting);
        }
        let mut world = World::new(seed, config);
        for name in HOSTS.get(..count).ok_or("hosts takes 1 to 7")? {
            world.add(name);
        }
        let settled = world.run_until(SETTLED, |world| {
            let hears_all = |node| {
                let links = world.core(node).map(|core| core.view().links).unwrap_or_default();
                links.iter().filter(|link| link.live && link.synchronised).count() + 1 == count
            };
            (0..count).all(|node| world.serves(node) && hears_all(node))
        });
        // What they tell each other at first must not be mixed with what the script shows.
        world.run_for(Duration::from_secs(2));
        if !settled {
            return Err("the cluster did not come up".into());
        }
        (self.shown, self.began) = (world.trace.len(), world.now);
        for node in 0..count {
            self.names.note_host(world.nodes[node].id, &world.nodes[node].name);
        }
        self.world = Some(world);
        Ok(())
    }

    /// Sends a request; waits for its answer unless that is to come later.
    pub(crate) fn ask(
        &mut self,
        node: NodeId,
        what: String,
        names: Vec<String>,
        request: Request,
        later: bool,
    ) -> Result<(), String> {
        let world = self.world()?;
        if world.core(node).is_none() {
            let why = format!("{what}: {} does not run", world.nodes[node].name);
            self.say("client", why);
            return Ok(());
        }
        let request = world.request(node, request);
        let asked = (node, world.nodes[node].incarnation);
        self.asked.push(Asked { request, asked, what, names });
        if later { Ok(()) } else { self.await_answers(Some(request)) }
    }

    /// Waits for one answer, or for every one that can still come.
    fn await_answers(&mut self, only: Option<RequestId>) -> Result<(), String> {
        let is_meant = |asked: &Asked| only.is_none_or(|only| only == asked.request);
        let open: Vec<(RequestId, NodeId, u64)> = self
            .asked
            .iter()
            .filter(|asked| is_meant(asked))
            .map(|asked| (asked.request, asked.asked.0, asked.asked.1))
            .collect();
        self.world()?.run_until(PATIENCE, |world| {
            let is_over = |(request, node, process): &(RequestId, NodeId, u64)| {
                let gone = world.core(*node).is_none() || world.nodes[*node].incarnation != *process;
                world.reply(*request).is_some() || gone
            };
            open.iter().all(is_over)
        });
        self.note();
        let (left, open) = std::mem::take(&mut self.asked).into_iter().partition(is_meant);
        self.asked = open;
        let left: Vec<Asked> = left;
        for asked in left {
            self.say("client", format!("{}: no answer", asked.what));
        }
        Ok(())
    }

    /// Adds a line to the trace, as of now.
    pub(crate) fn say(&mut self, who: &str, what: String) {
        let at = self.world.as_ref().map_or(0, |world| world.now);
        self.lines.push(TraceLine { at, who: who.to_owned(), what });
    }

    /// Takes over what the world has written down since the last time.
    fn note(&mut self) {
        let Some(world) = self.world.as_mut() else { return };
        for node in &world.nodes {
            self.names.note_host(node.id, &node.name);
        }
        let mut lines = Vec::new();
        for line in &world.trace[self.shown..] {
            let who = world.nodes[line.node].name.clone();
            lines.push(TraceLine { at: line.at, who, what: line.what.words(|id| self.names.host(id)) });
        }
        self.shown = world.trace.len();
        for sent in world.sent.as_mut().map(std::mem::take).unwrap_or_default() {
            let to = &world.nodes[sent.to].name;
            if let Some(words) = frames::words(&sent, &mut self.blocks, &self.names) {
                let lost = if sent.lost { " (lost)" } else { "" };
                let who = world.nodes[sent.from].name.clone();
                lines.push(TraceLine { at: sent.at, who, what: format!("-> {to}: {words}{lost}") });
            }
        }
        let (answered, open) = std::mem::take(&mut self.asked)
            .into_iter()
            .partition(|asked| world.reply(asked.request).is_some());
        self.asked = open;
        let answered: Vec<Asked> = answered;
        for asked in answered {
            let Some((at, reply)) = world.reply(asked.request).cloned() else { continue };
            for what in replies::words(&reply, &asked.names, &mut self.names) {
                let what = format!("{}: {what}", asked.what);
                lines.push(TraceLine { at, who: "client".into(), what });
            }
        }
        self.lines.append(&mut lines);
    }

    /// The trace since the last time, in order.
    pub(crate) fn take_trace(&mut self) -> Vec<String> {
        self.note();
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_by_key(|line| line.at);
        let began = self.began;
        self.began = self.world.as_ref().map_or(0, |world| world.now);
        let text = |line: &TraceLine| {
            let at = line.at.saturating_sub(began) as f64 / 1000.0;
            format!("{at:>9.1} {:<8} {}", line.who, self.names.put_in(&line.what))
        };
        lines.iter().map(text).collect()
    }
}
