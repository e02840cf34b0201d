//! The commands that do harm, and those that end it.

use std::time::Duration;

use hydraq_cluster::sim::network::NodeId;
use hydraq_core::event::Event;
use hydraq_core::ids::MessageId;
use hydraq_core::record::Record;

use crate::command::{Command, duration};
use crate::stage::Stage;

/// How long a commit takes on a healthy disk.
const COMMIT_TAKES: Duration = Duration::from_micros(200);

/// Carries a command out if it does harm, or ends some; whether it does.
pub(crate) fn perform(stage: &mut Stage, command: &mut Command) -> Result<bool, String> {
    match command.verb.as_str() {
        "cut" | "delay" | "heal" | "reset" => links(stage, command)?,
        "corrupt" => {
            let (node, name) = (host(stage, command)?, command.word("a message")?);
            let id = stage.names.message(&name);
            corrupt(stage, node, id)?;
        }
        "slow-disk" => {
            let node = host(stage, command)?;
            let takes = command.word("a duration").map_or(Ok(COMMIT_TAKES), |text| duration(&text))?;
            stage.world()?.nodes[node].commit_takes = takes;
        }
        "kill" | "restart" | "pause" | "resume" | "wipe" | "save-disk" | "rollback" | "full" | "free"
        | "failed-fsync" | "unhealthy" | "healthy" => {
            let hosts = command.rest();
            for name in hosts {
                let node = stage.host(&name)?;
                strike(stage, &command.verb, node)?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn host(stage: &mut Stage, command: &mut Command) -> Result<NodeId, String> {
    let name = command.word("a host")?;
    stage.host(&name)
}

fn strike(stage: &mut Stage, verb: &str, node: NodeId) -> Result<(), String> {
    if verb == "save-disk" {
        let image = stage.world()?.nodes[node].disk.image();
        stage.images.insert(node, image);
        return Ok(());
    }
    let saved = stage.images.get(&node).cloned();
    let world = stage.world()?;
    match verb {
        "kill" => world.kill(node),
        "restart" => world.start(node),
        "pause" => world.set_paused(node, true),
        "resume" => world.set_paused(node, false),
        "wipe" => world.lose_disk(node),
        "rollback" => {
            world.kill(node);
            world.nodes[node].disk.restore(saved.ok_or("rollback needs an earlier save-disk")?);
            world.nodes[node].distrusted = true;
        }
        "full" => world.tell(node, Event::Full(true)),
        "free" => world.tell(node, Event::Full(false)),
        "failed-fsync" => world.nodes[node].disk.fail_next(),
        "unhealthy" => world.tell(node, Event::Healthy(false)),
        _ => world.tell(node, Event::Healthy(true)),
    }
    Ok(())
}

fn links(stage: &mut Stage, command: &mut Command) -> Result<(), String> {
    if command.verb == "heal" {
        let hosts = command.rest();
        let pair = match &hosts[..] {
            [] => None,
            [one, two] => Some((stage.host(one)?, stage.host(two)?)),
            _ => return Err("heal takes two hosts, or none".into()),
        };
        stage.world()?.network.heal(pair);
        return Ok(());
    }
    let (one, two) = (host(stage, command)?, host(stage, command)?);
    let one_way = command.flag("one-way");
    let (verb, late) = (command.verb.clone(), command.word("a duration"));
    let world = stage.world()?;
    if verb == "reset" {
        world.reset_link(one, two);
        return Ok(());
    }
    let ways = if one_way { vec![(one, two)] } else { vec![(one, two), (two, one)] };
    for (from, to) in ways {
        let trouble = world.network.trouble(from, to);
        match verb.as_str() {
            "cut" => trouble.cut = true,
            _ => trouble.delay = duration(late.as_ref().map_err(Clone::clone)?)?,
        }
    }
    Ok(())
}

/// Flips a byte in a host's record of a message.
fn corrupt(stage: &mut Stage, node: NodeId, id: MessageId) -> Result<(), String> {
    let disk = stage.world()?.nodes[node].disk.clone();
    let is_it = |record: &Record| matches!(record, Record::Message(_)) && record.id() == id;
    let found = disk
        .with(|image| image.records.iter().find(|(_, record)| is_it(record)).map(|(sequence, _)| *sequence));
    disk.corrupt(found.ok_or("there is no record of it on that disk")?);
    Ok(())
}
