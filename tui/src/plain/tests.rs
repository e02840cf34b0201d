//! Lines are told in words, commands are taken, and the end of the input is the end.

use std::io::Cursor;
use std::sync::{Arc, mpsc};

use hydraq_cluster::observe::{
    Change, CommandOutcome, LessonCard, LessonRequest, LessonStep, Request, Reveal, Update,
};

use crate::demo::staged;
use crate::model::{CommandHelp, Completer, Known, Setup, Suggestion};
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

/// Knows no command.
struct Nothing;

impl Completer for Nothing {
    fn complete(&self, _: &str, _: usize, _: &Known) -> Vec<Suggestion> {
        Vec::new()
    }

    fn check(&self, line: &str) -> Result<(), String> {
        Err(format!("there is no command {line}"))
    }

    fn commands(&self) -> Vec<CommandHelp> {
        Vec::new()
    }
}

/// What a lesson answers to what it is told: a card that says something, a question, its reveal, the end.
fn lesson_answers(request: LessonRequest) -> Vec<Option<LessonStep>> {
    let asks = |reveal| {
        let choices = vec!["1".to_owned(), "0, the tombstone wins".to_owned()];
        Some(LessonStep::Ask { question: "How many are ready?".to_owned(), choices, reveal })
    };
    let says = || Some(LessonStep::Say { text: "alpha dies.".to_owned() });
    match request {
        LessonRequest::Start(_) | LessonRequest::Back => vec![says()],
        LessonRequest::Answer(given) => {
            let right = given == "b";
            let because = "It was on disk, too.".to_owned();
            let reveal = Reveal { given: Some(given), answer: "b".to_owned(), right, because };
            vec![Some(LessonStep::Runs { line: "restart alpha".to_owned() }), asks(Some(reveal))]
        }
        LessonRequest::Next => vec![asks(None)],
        LessonRequest::Leave => vec![None],
    }
}

/// What is told if these lines are typed while a lesson answers as above.
fn lesson_told(typed: &'static str) -> String {
    let (sender, feed) = feed();
    let requests = Box::new(move |request: Request| {
        let Request::Lesson(request) = request else { panic!("only lessons are asked: {request:?}") };
        for step in lesson_answers(request) {
            let card = step.map(|step| LessonCard { number: 4, of: 12, title: "the zombie".into(), step });
            let _ = sender.send(Update::one(1, Change::Lesson(card)));
        }
    });
    let setup = Setup { completer: Arc::new(Nothing), ..Setup::default() };
    let console = Console { setup, feed, requests, save_in: std::env::temp_dir() };
    let mut output = Vec::new();
    let ended = super::run(console, Cursor::new(typed), &mut output).unwrap();
    assert_eq!(ended.end, End::Quit);
    String::from_utf8(output).unwrap()
}

#[test]
fn a_lesson_asks_takes_an_answer_and_grades_it() {
    let told = lesson_told("lesson 4\n\nz\nA\nlesson end\nquit\n");
    let expected = "lesson 4 of 12, the zombie: alpha dies.\n\
        (an empty line or `next` goes on, `back` goes back, `lesson end` ends the lesson)\n\
        lesson 4 of 12, the zombie asks: How many are ready?\n  a: 1\n  b: 0, the tombstone wins\n\
        your prediction: a or b? (an empty line shows the answer)\n\
        refused z: the answers are a or b\n\
        lesson 4 of 12, the zombie runs: restart alpha\n\
        lesson 4 of 12, the zombie: a is wrong. The answer is b, 0, the tombstone wins. It was on disk, too.\n\
        (an empty line or `next` goes on, `back` goes back, `lesson end` ends the lesson)\n\
        the lesson is over\n";
    assert_eq!(told, expected);
}

#[test]
fn a_card_that_is_seen_again_is_told_again() {
    let told = lesson_told("lesson 4\nback\nlesson 5\nnext\nb\n");
    assert_eq!(told.matches(": alpha dies.").count(), 2, "{told}");
    assert!(told.contains("refused lesson 5: lesson 4 runs: `lesson end` ends it\n"), "{told}");
    assert!(told.contains("b is right."), "{told}");
}

#[test]
fn lessons_and_words_are_listed() {
    let told = lesson_told("lessons\nhelp\nmap\nlesson 13\nlesson next\n");
    assert!(told.contains("  lesson 12: a store that dies. "), "{told}");
    assert!(told.contains("  map              the replica map"), "{told}");
    assert!(told.contains("replica map: no messages\n"), "{told}");
    assert!(told.contains("numbered from 1 to 12"), "{told}");
    assert!(told.contains("no lesson runs"), "{told}");
}
