//! The commands that look at all hosts at once, as nobody in a real cluster can.

use hydraq_core::host::Host;

use crate::command::Command;
use crate::replies::knowledge;
use crate::stage::Stage;

/// Carries a command out if it only looks; whether it does.
pub(crate) fn perform(stage: &mut Stage, command: &mut Command) -> Result<bool, String> {
    match command.verb.as_str() {
        "show" => {
            let name = command.word("a message")?;
            show(stage, &name)?;
        }
        "types" => types(stage)?,
        "cluster" => cluster(stage)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// What every running host knows of a message.
fn show(stage: &mut Stage, name: &str) -> Result<(), String> {
    let id = stage.names.message(name);
    let world = stage.world()?;
    let running = (0..world.nodes.len())
        .filter_map(|node| Some((world.nodes[node].name.clone(), world.core(node)?.knowledge(id))));
    let known: Vec<_> = running.collect();
    for (host, known) in known {
        let words = format!("{name}: {}", knowledge(&known, &stage.names));
        stage.say(&host, words);
    }
    Ok(())
}

/// What every running host has of each message type.
fn types(stage: &mut Stage) -> Result<(), String> {
    let world = stage.world()?;
    let mut lines = Vec::new();
    for node in 0..world.nodes.len() {
        let views = world.core(node).map(Host::type_views).unwrap_or_default();
        for view in views {
            let words = format!(
                "{}: {} copies, owns {}: {} ready, {} leased, {} delayed, {} dead",
                view.name, view.copies, view.owned, view.served, view.leased, view.delayed, view.dead
            );
            lines.push((world.nodes[node].name.clone(), words));
        }
    }
    for (host, words) in lines {
        stage.say(&host, words);
    }
    Ok(())
}

/// How every host stands.
fn cluster(stage: &mut Stage) -> Result<(), String> {
    let world = stage.world()?;
    let mut lines = Vec::new();
    for (number, node) in world.nodes.iter().enumerate() {
        let words = match world.core(number).map(Host::view) {
            None if node.removed => "was removed".into(),
            None => "does not run".into(),
            Some(view) => {
                let serves = if view.serving { "serves" } else { "does not serve" };
                let live = view.links.iter().filter(|link| link.live).count();
                format!(
                    "{serves}, {live} peers live, {} copies, {} tombstones, {} under-replicated",
                    view.copies, view.tombstones, view.under_replicated
                )
            }
        };
        lines.push((node.name.clone(), words));
    }
    for (host, words) in lines {
        stage.say(&host, words);
    }
    Ok(())
}
