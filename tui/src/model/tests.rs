//! Every key does what its row of the table says, and commands are kept, recalled and saved.

use hydraq_cluster::observe::{Change, LessonRequest, Request, TimePicture, Update};

use super::{
    Action, Focus, Input, LineKind, Mouse, MouseKind, Overlay, SaveKind, Screen, Setup, TapeCommand, layout,
};
use crate::demo::{Stage, staged};
use crate::keymap::{Intent, Key, ROWS, Scope};

fn stage() -> Stage {
    Stage::new(Setup { size: (120, 40), ..Setup::default() }, staged(7, 4))
}

/// A stage on which keys of a scope arrive there.
fn stage_in(scope: Scope) -> Stage {
    let mut stage = stage();
    match scope {
        Scope::Cluster => {}
        Scope::Message => stage.keys("down enter"),
        Scope::Stores => stage.keys("3"),
        Scope::Faults => stage.keys("4"),
        Scope::Timeline => stage.keys("5"),
        Scope::Lessons => stage.keys("6"),
        Scope::Help => stage.keys("7"),
        Scope::Question => stage.keys("6 enter space"),
        Scope::Confirm => stage.keys("x"),
        Scope::Palette => stage.keys("ctrl-p"),
        Scope::Pick => stage.keys("c"),
        Scope::Save => stage.keys("S"),
    }
    stage.actions.clear();
    stage
}

#[test]
fn every_key_does_what_its_row_says() {
    for row in ROWS {
        for scope in row.scopes {
            for text in row.keys {
                let key: Key = text.parse().unwrap();
                let mut stage = stage_in(*scope);
                if stage.model.keymap.intent(key, &[*scope]) != Some(row.intent) {
                    continue;
                }
                prepare(row.intent, *scope, &mut stage);
                stage.input(Input::Key(key));
                assert!(
                    is_done(row.intent, *scope, &stage),
                    "{} by {text} on {scope:?}: {:?}",
                    row.name,
                    stage.actions
                );
            }
        }
    }
}

/// Brings about what a key needs to have an effect.
fn prepare(intent: Intent, scope: Scope, stage: &mut Stage) {
    match intent {
        Intent::ShowHit => stage.keys("n k"),
        Intent::Heal if scope != Scope::Faults => stage.command("cut alpha bravo"),
        Intent::StepForward => {
            ["pause bravo", "resume bravo", "pause bravo"].into_iter().for_each(|line| stage.command(line));
            stage.keys(", ,");
        }
        Intent::AnswerText | Intent::Answer(_) => {}
        Intent::TimeHold | Intent::TimeStep | Intent::TimeSlower | Intent::TimeFaster => {
            let time = TimePicture { percent: 100, held: false, elapsed_ms: 0 };
            stage.input(Input::Update(Update::one(0, Change::Time(time))));
        }
        Intent::Close => stage.command("enqueue --replicas 99"),
        Intent::Up if scope == Scope::Lessons => stage.keys("down down"),
        Intent::Up | Intent::Home | Intent::PageUp if scope == Scope::Cluster => stage.keys("down down down"),
        _ => {}
    }
    stage.actions.clear();
}

/// Whether a key has done what it should.
fn is_done(intent: Intent, scope: Scope, stage: &Stage) -> bool {
    let model = &stage.model;
    let ran = |line: &str| stage.commands() == [line];
    let asked = |wanted: LessonRequest| stage.actions.contains(&Action::Ask(Request::Lesson(wanted)));
    match intent {
        Intent::Enqueue => matches!(model.overlay, Some(Overlay::Enqueue(_))),
        Intent::Dequeue => ran("dequeue 1 --type mails"),
        Intent::Delete | Intent::Leave | Intent::Fill | Intent::Corrupt | Intent::OneWay => {
            matches!(model.overlay, Some(Overlay::Confirm(_)))
        }
        Intent::Release => ran("release"),
        Intent::Kill | Intent::Wipe => {
            let wipes = intent == Intent::Wipe;
            let asks = matches!(&model.overlay, Some(Overlay::Kill(kill)) if kill.wipes == wipes);
            asks && stage.commands().is_empty()
        }
        Intent::Restart => ran("restart alpha"),
        Intent::Pause => ran("pause alpha"),
        Intent::Cut if scope == Scope::Faults => matches!(model.overlay, Some(Overlay::Confirm(_))),
        Intent::Cut => matches!(model.overlay, Some(Overlay::Pick(_))),
        Intent::Delay => ran("delay alpha bravo 200ms"),
        Intent::Drop => ran("drop alpha bravo 30"),
        Intent::Heal => ran("heal alpha bravo"),
        Intent::HealAll => ran("heal"),
        Intent::Free => ran("free alpha"),
        Intent::Spawn => ran("spawn"),
        Intent::Filter => line(model, LineKind::Filter),
        Intent::Command => line(model, LineKind::Command),
        Intent::AnswerText => line(model, LineKind::Answer),
        Intent::Palette => matches!(model.overlay, Some(Overlay::Palette(_))),
        Intent::Record => stage.actions == [Action::Tape(TapeCommand::Begin(None))],
        Intent::Save => matches!(model.overlay, Some(Overlay::Save(_))),
        Intent::Open => is_opened(scope, stage),
        Intent::StopTime | Intent::StepBack | Intent::StepForward => model.stopped.is_some(),
        Intent::TimeHold => ran("time hold"),
        Intent::TimeStep => ran("time step"),
        Intent::TimeSlower => ran("time slower"),
        Intent::TimeFaster => ran("time faster"),
        Intent::Sort => model.map.sort == hydraq_cluster::observe::Sort::Oldest,
        Intent::MapForm => model.map.form == super::map::MapForm::Rows,
        Intent::LessonNext if scope == Scope::Lessons => asked(LessonRequest::Start(1)),
        Intent::LessonNext | Intent::LessonForward => asked(LessonRequest::Next),
        Intent::LessonBack => asked(LessonRequest::Back),
        Intent::LessonLeave => asked(LessonRequest::Leave),
        Intent::Answer(number @ 0..3) => asked(LessonRequest::Answer(char::from(b'a' + number).to_string())),
        Intent::Answer(_) => stage.actions.is_empty(),
        Intent::Presenter => model.presenter,
        Intent::Theme => model.look.palette == crate::theme::Palette::HighContrast,
        Intent::NextFocus => model.focus == if scope == Scope::Cluster { Focus::Events } else { Focus::Map },
        Intent::PreviousFocus => {
            model.focus == if scope == Scope::Cluster { Focus::Badges } else { Focus::Map }
        }
        Intent::Screen(number) => model.screen == Screen::ALL[usize::from(number)],
        Intent::Close => model.toasts.bad().count() == 0,
        Intent::Quit => stage.actions.contains(&Action::Quit),
        Intent::ShowHit => model.overlay.is_none() && model.map.filter.to_string() == "owner:alpha",
        Intent::Yes => ran("delete") && model.overlay.is_none(),
        Intent::No => stage.actions.is_empty() && model.overlay.is_none(),
        Intent::BoxClose => model.overlay.is_none(),
        Intent::BoxUp | Intent::BoxDown => {
            chosen(model) == Some(if intent == Intent::BoxUp { last(model) } else { 1 })
        }
        Intent::BoxEnter => is_chosen(scope, stage),
        Intent::PickOneWay => matches!(&model.overlay, Some(Overlay::Pick(pick)) if pick.one_way),
        _ => is_moved(intent, scope, model),
    }
}

fn line(model: &super::Model, kind: LineKind) -> bool {
    matches!(&model.overlay, Some(Overlay::Line(line)) if line.kind == kind)
}

fn is_opened(scope: Scope, stage: &Stage) -> bool {
    let explains = |action: &Action| matches!(action, Action::Ask(Request::Explain(_)));
    match scope {
        Scope::Cluster => stage.model.screen == Screen::Message && stage.actions.iter().any(explains),
        Scope::Timeline => stage.model.stopped.is_some(),
        Scope::Lessons => stage.actions.contains(&Action::Ask(Request::Lesson(LessonRequest::Start(1)))),
        _ => stage.actions.is_empty(),
    }
}

fn is_chosen(scope: Scope, stage: &Stage) -> bool {
    match scope {
        Scope::Palette => matches!(stage.model.overlay, Some(Overlay::Enqueue(_))),
        Scope::Pick => stage.commands() == ["cut alpha bravo"],
        _ => stage.actions.contains(&Action::Save(SaveKind::Commands)),
    }
}

fn chosen(model: &super::Model) -> Option<usize> {
    match &model.overlay {
        Some(Overlay::Palette(palette)) => Some(palette.chosen),
        Some(Overlay::Pick(pick)) => Some(pick.chosen),
        Some(Overlay::Save(chosen)) => Some(*chosen),
        _ => None,
    }
}

fn last(model: &super::Model) -> usize {
    match &model.overlay {
        Some(Overlay::Palette(palette)) => palette.found.len() - 1,
        Some(Overlay::Pick(pick)) => pick.to.len() - 1,
        _ => super::SAVES.len() - 1,
    }
}

/// What the arrow keys and their like have moved.
fn is_moved(intent: Intent, scope: Scope, model: &super::Model) -> bool {
    let host = |number: u16| model.host.map(|host| host.0) == Some(number);
    let visible = model.visible_rows();
    match (scope, intent) {
        (Scope::Cluster, Intent::Up) => model.map.cursor == 2,
        (Scope::Cluster, Intent::Down) => model.map.cursor == 1,
        (Scope::Cluster, Intent::PageDown) => model.map.cursor == visible,
        (Scope::Cluster, Intent::PageUp | Intent::Home) => model.map.cursor == 0,
        (Scope::Cluster, Intent::End) => model.map.cursor + 1 == model.live.window.total,
        (Scope::Faults, Intent::Left) => model.peer.map(|peer| peer.0) == Some(4),
        (Scope::Faults, Intent::Right) => model.peer.map(|peer| peer.0) == Some(3),
        (Scope::Faults | Scope::Stores, Intent::Up) => host(4),
        (Scope::Faults | Scope::Stores, Intent::Down) => host(2),
        (Scope::Timeline, Intent::End | Intent::Right | Intent::Down | Intent::PageDown) => {
            model.stopped.is_none()
        }
        (Scope::Timeline, _) => model.stopped.is_some(),
        (Scope::Lessons, Intent::Up | Intent::Down) => model.lesson == 1,
        (Scope::Help, Intent::Down | Intent::PageDown | Intent::End) => model.scroll > 0,
        (_, Intent::Left) => host(4),
        (_, Intent::Right) => host(2),
        _ => model.scroll <= 2 * 64,
    }
}

#[test]
fn destructive_keys_ask_and_no_leaves_it() {
    for (keys, command) in [
        ("k y", "kill alpha"),
        ("W y", "wipe alpha"),
        ("L y", "leave alpha"),
        ("x y", "delete"),
        ("4 f y", "fill alpha"),
        ("4 C y", "corrupt alpha"),
        ("4 c y", "cut alpha bravo"),
        ("4 o y", "cut alpha bravo --one-way"),
        ("c down o enter", "cut alpha charlie --one-way"),
    ] {
        let mut asked = stage();
        asked.keys(keys);
        assert_eq!(asked.commands(), [command], "{keys}");
        let mut left = stage();
        left.keys(&keys.replace(" y", " n").replace(" enter", " esc"));
        assert!(left.commands().is_empty(), "{keys}");
    }
}

#[test]
fn the_form_becomes_a_command() {
    let mut stage = stage();
    stage.keys("e down down down backspace 5 enter");
    assert_eq!(stage.commands(), ["enqueue 5 --type orders --replicas 2 --body \"order {n}\""]);
    stage.keys("e down backspace x enter");
    assert!(matches!(&stage.model.overlay, Some(Overlay::Enqueue(form)) if form.problem.is_some()));
    stage.keys("esc");
    assert_eq!(stage.commands().len(), 1);
}

#[test]
fn a_paused_host_is_resumed_by_the_same_key() {
    let mut stage = stage();
    stage.keys("p p");
    assert_eq!(stage.commands(), ["pause alpha", "resume alpha"]);
}

#[test]
fn typed_commands_never_ask_and_are_recalled() {
    let mut stage = stage();
    stage.command("kill bravo");
    stage.command("restart bravo");
    stage.keys(": up up enter");
    assert_eq!(stage.commands(), ["kill bravo", "restart bravo", "kill bravo"]);
    assert!(stage.model.overlay.is_none());
}

#[test]
fn a_badge_leads_to_its_event() {
    let mut stage = stage();
    stage.command("kill bravo");
    stage.keys("esc shift-tab enter");
    assert_eq!(stage.model.focus, Focus::Badges, "nothing was lost: there is nothing to go to");
    assert!(stage.model.toasts.good().is_some());
    let event = stage.model.live.events.front().map(|event| event.serial);
    let badges = hydraq_cluster::observe::Badges { lost: 1, lost_event: event, ..stage.model.live.badges };
    let at_ms = stage.model.now_ms;
    stage.input(Input::Update(Update::one(at_ms, Change::Badges(badges))));
    stage.keys("enter");
    assert_eq!((stage.model.focus, stage.model.event), (Focus::Events, event));
}

#[test]
fn while_time_is_stopped_the_past_is_shown_and_an_act_lets_it_go_on() {
    let mut stage = stage();
    stage.command("kill bravo");
    stage.advance(1_000);
    stage.keys("5 home");
    assert!(stage.model.picture().host(hydraq_cluster::observe::HostNumber(2)).unwrap().state.is_up());
    stage.keys("1 n");
    assert!(stage.model.stopped.is_none());
    assert_eq!(stage.commands().last(), Some(&"spawn"));
}

#[test]
fn a_recording_plays_at_its_own_speed() {
    let mut stage = stage();
    stage.command("kill bravo");
    (0..20).for_each(|_| stage.advance(500));
    stage.input(Input::Ended);
    stage.keys("5 home");
    let first_ms = stage.model.shown_ms();
    stage.input(Input::Key(Key::plain(crate::keymap::KeyCode::Enter)));
    assert_eq!(stage.model.next_tick_ms(), Some(33));
    assert!(crate::export::text(&stage.draw()).contains("▶ playing"));
    (0..40).for_each(|_| stage.input(Input::Tick { elapsed_ms: 50 }));
    let gone_ms = stage.model.shown_ms() - first_ms;
    assert!((1_500..=2_000).contains(&gone_ms), "{gone_ms}");
    stage.input(Input::Tick { elapsed_ms: 60_000 });
    assert!(!stage.model.plays(), "it stops at its end");
    assert_eq!(stage.model.shown_ms(), stage.model.live.at_ms);
}

#[test]
fn the_mouse_selects_hosts_messages_and_screens() {
    let mut stage = stage();
    let click = |stage: &mut Stage, x, y| stage.input(Input::Mouse(Mouse { kind: MouseKind::Click, x, y }));
    click(&mut stage, 70, 4);
    assert_eq!(stage.model.host.map(|host| host.0), Some(3));
    let rows = stage.model.cluster_layout().rows;
    click(&mut stage, 5, rows.y + 4);
    assert_eq!(stage.model.map.cursor, 4);
    click(&mut stage, 5, rows.y + 4);
    assert_eq!(stage.model.screen, Screen::Message);
    click(&mut stage, 30, 1);
    assert_eq!(stage.model.screen, Screen::Stores);
    stage.keys("1");
    stage.input(Input::Mouse(Mouse { kind: MouseKind::WheelDown, x: 50, y: 20 }));
    assert_eq!(stage.model.map.cursor, 7);
}

#[test]
fn the_mouse_reaches_badges_events_links_lessons_and_the_palette() {
    let mut stage = stage();
    let click = |stage: &mut Stage, x, y| stage.input(Input::Mouse(Mouse { kind: MouseKind::Click, x, y }));
    stage.command("kill bravo");
    (0..4).for_each(|_| stage.advance(1_000));
    stage.keys("esc");
    let lost = stage.model.header().into_iter().find(|part| part.badge == Some(0)).unwrap();
    click(&mut stage, lost.x + 1, 0);
    assert_eq!((stage.model.focus, stage.model.badge), (Focus::Badges, 0));
    assert!(stage.model.toasts.good().is_some_and(|toast| toast.words == "nothing was lost"));

    let events = stage.model.cluster_layout().events;
    click(&mut stage, events.x + 5, events.y + 1);
    assert_eq!((stage.model.focus, stage.model.event.is_some()), (Focus::Events, true));

    stage.keys("4");
    let body = layout::chrome(stage.model.size).body;
    let hosts = stage.model.picture().host_numbers();
    let area = layout::faults(body, hosts.len()).matrix;
    let part = layout::Matrix::new(area, &hosts, stage.model.selected_link()).unwrap();
    click(&mut stage, part.x(1), part.inner.y + 3);
    assert_eq!(stage.model.selected_link(), Some((hosts[2], hosts[1])));

    stage.keys("6");
    let line = layout::lesson_list(body, stage.model.lesson).line(2);
    click(&mut stage, line.x + 4, line.y);
    assert_eq!(stage.model.lesson, 2);
    click(&mut stage, line.x + 4, line.y);
    assert!(matches!(stage.actions.last(), Some(Action::Ask(Request::Lesson(LessonRequest::Start(3))))));

    stage.keys("1 ctrl-p");
    let line = layout::palette_list(stage.model.size, 0).line(0);
    click(&mut stage, line.x + 4, line.y);
    assert!(matches!(stage.model.overlay, Some(Overlay::Enqueue(_))), "the first entry");
}

#[test]
fn the_selection_stays_on_its_message_while_rows_arrive() {
    let mut stage = stage();
    stage.keys("down down down");
    let selected = stage.model.map.selected;
    stage.command("enqueue 7 --type orders");
    assert_eq!(stage.model.map.selected, selected);
    assert_eq!(stage.model.selected_message().map(|message| message.id), selected);
    assert_eq!(stage.model.map.cursor, 10);
}

#[test]
fn esc_closes_what_is_seen_and_not_what_another_screen_shows() {
    let mut stage = stage();
    stage.command("kill bravo");
    (0..4).for_each(|_| stage.advance(1_000));
    assert!(stage.model.shown_aftermath().is_some());
    stage.keys("? esc");
    assert_eq!(stage.model.screen, Screen::Cluster);
    assert!(stage.model.shown_aftermath().is_some(), "it was not to be seen there");
    stage.keys("esc");
    assert!(stage.model.shown_aftermath().is_none());
}

#[test]
fn nothing_ticks_when_nothing_counts() {
    let mut stage = Stage::new(Setup::default(), crate::demo::Demo::new(1, 3));
    assert_eq!(stage.model.next_tick_ms(), None);
    stage.command("enqueue 1");
    assert!(stage.model.next_tick_ms().is_some());
}
