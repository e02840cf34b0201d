//! Lines are told in words, commands are taken, and the end of the input is the end.

use std::io::Cursor;
use std::sync::mpsc;

use hydraq_cluster::observe::{Change, CommandOutcome, Request, Update};

use crate::demo::staged;
use crate::model::Setup;
use crate::shell::{Console, End, feed};

#[test]
fn events_and_commands_are_told_in_lines() {
    let (sender, feed) = feed();
    let (asked, asks) = mpsc::channel();
    let requests = Box::new(move |request: Request| asked.send(request).unwrap());
    let console = Console { setup: Setup::default(), feed, requests, save_in: std::env::temp_dir() };
    let answers = std::thread::spawn(move || {
        let mut demo = staged(7, 4);
        sender.send(demo.advance(10)).unwrap();
        let Request::Run(line) = asks.recv().unwrap() else { panic!("a command was typed") };
        demo.request(Request::Run(line));
        sender.send(demo.advance(20)).unwrap();
        let outcome = CommandOutcome { line: "nothing".into(), ok: true, words: String::new() };
        let _ = sender.send(Update::one(demo.now_ms(), Change::Outcome(outcome)));
    });
    let mut output = Vec::new();
    let ended = super::run(console, Cursor::new("kill bravo\n"), &mut output).unwrap();
    answers.join().unwrap();
    let told = String::from_utf8(output).unwrap();
    assert_eq!(ended.end, End::Quit);
    assert!(told.contains("bravo killed by you (SIGKILL)\n"), "{told}");
    assert!(told.contains("takes over"), "{told}");
    assert!(told.contains("done kill bravo\n"), "{told}");
    assert!(told.chars().all(|each| each.is_ascii() || each == '…'), "only words: {told}");
    assert_eq!(ended.session.commands().map(|(_, line)| line).collect::<Vec<_>>(), ["kill bravo"]);
}

#[test]
fn an_empty_input_ends_at_once() {
    let (_sender, feed) = feed();
    let console =
        Console { setup: Setup::default(), feed, requests: Box::new(|_| {}), save_in: std::env::temp_dir() };
    let ended = super::run(console, Cursor::new(""), &mut Vec::new()).unwrap();
    assert_eq!(ended.end, End::Quit);
}
