//! Completion, history and the filter line.

use std::sync::Arc;

use super::super::{Completer, Known, Model, Overlay, Setup, Suggestion};
use crate::demo::{Stage, staged};
use crate::model::CommandHelp;

/// Knows two commands.
struct Two;

impl Completer for Two {
    fn complete(&self, line: &str, cursor: usize, known: &Known) -> Vec<Suggestion> {
        let start = line[..cursor].rfind(' ').map_or(0, |at| at + 1);
        let words: Vec<String> =
            if start == 0 { vec!["kill".into(), "restart".into()] } else { known.hosts.clone() };
        let fitting = words.into_iter().filter(|word| word.starts_with(&line[start..cursor]));
        fitting.map(|text| Suggestion { text, replaces: start..cursor, help: String::new() }).collect()
    }

    fn check(&self, line: &str) -> Result<(), String> {
        if line.starts_with("kill") { Ok(()) } else { Err(format!("there is no command {line}")) }
    }

    fn commands(&self) -> Vec<CommandHelp> {
        vec![CommandHelp { words: "kill".into(), help: "SIGKILL".into() }]
    }
}

fn stage() -> Stage {
    Stage::new(Setup { completer: Arc::new(Two), ..Setup::default() }, staged(7, 4))
}

fn typed(model: &Model) -> &str {
    match &model.overlay {
        Some(Overlay::Line(line)) => line.text.value(),
        _ => "",
    }
}

#[test]
fn tab_takes_what_fits_word_by_word() {
    let mut stage = stage();
    stage.keys(":");
    stage.text("ki");
    stage.keys("tab");
    assert_eq!(typed(&stage.model), "kill ");
    stage.text("c");
    stage.keys("tab enter");
    assert_eq!(stage.commands(), ["kill charlie"]);
}

#[test]
fn what_is_recalled_is_not_completed_to_something_else() {
    let mut stage = stage();
    stage.command("kill charlie");
    stage.keys(": up tab");
    assert_eq!(typed(&stage.model), "kill charlie");
}

#[test]
fn a_line_that_is_no_command_stays_with_what_is_wrong() {
    let mut stage = stage();
    stage.command("fly");
    assert!(
        matches!(&stage.model.overlay, Some(Overlay::Line(line)) if line.problem.as_deref() == Some("there is no command fly"))
    );
    assert!(stage.commands().is_empty());
    stage.keys("esc");
    assert!(stage.model.overlay.is_none());
}

#[test]
fn what_was_typed_comes_back_after_the_history() {
    let mut stage = stage();
    stage.command("kill alpha");
    stage.keys(":");
    stage.text("kill b");
    stage.keys("up");
    assert_eq!(typed(&stage.model), "kill alpha");
    stage.keys("down");
    assert_eq!(typed(&stage.model), "kill b");
}

#[test]
fn a_filter_works_while_it_is_typed_and_escape_forgets_it() {
    let mut stage = stage();
    stage.keys("/");
    stage.text("type:ma");
    stage.keys("tab");
    assert_eq!(stage.model.live.window.total, 20);
    stage.keys("esc");
    assert_eq!(stage.model.live.window.total, 1_040);
    stage.keys("/");
    stage.text("color:red");
    stage.keys("enter");
    assert!(matches!(&stage.model.overlay, Some(Overlay::Line(line)) if line.problem.is_some()));
}

#[test]
fn the_palette_finds_keys_and_commands() {
    let mut stage = stage();
    stage.keys("ctrl-p");
    stage.text("sigkill");
    let Some(Overlay::Palette(palette)) = &stage.model.overlay else { panic!("the palette is open") };
    let names: Vec<&str> = palette.entries().map(|entry| &*entry.name).collect();
    assert!(names.contains(&"kill") && names.contains(&":kill"), "{names:?}");
    while !matches!(&stage.model.overlay, Some(Overlay::Palette(palette)) if palette.entry().is_some_and(|entry| entry.name == ":kill"))
    {
        stage.keys("down");
    }
    stage.keys("enter");
    assert_eq!(typed(&stage.model), "kill ");
}
