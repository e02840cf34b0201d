//! The lines around every screen: badges, tabs, keys.

use hydraq_cluster::observe::words::{clock, count, short_count, span};
use ratatui::layout::Rect;

use super::ink::{Ink, Piece, pieces_width, width};
use crate::keymap::Intent;
use crate::model::{Focus, Model, Screen, layout};
use crate::theme::Role;

/// Draws the line with the badges: as much of it as fits.
pub(super) fn header(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let room = area.width.saturating_sub(1);
    let forms = (0..6).map(|form| pieces(model, form, ink));
    let best = forms.reduce(|best, next| if pieces_width(&best) <= room { best } else { next });
    ink.pieces(area.x + 1, area.y, room, &best.unwrap_or_default());
}

/// The badges, in a form from 0, the longest, to 5.
fn pieces(model: &Model, form: u8, ink: &Ink<'_>) -> Vec<Piece> {
    let picture = model.picture();
    let badges = picture.badges;
    let gap = ink.piece(if form == 0 { "   " } else { "  " }, Role::Text);
    let name = name(model, form, ink);
    let mut all = if name.text.is_empty() { Vec::new() } else { vec![name, ink.piece("  ", Role::Text)] };
    let (up, members) = picture.hosts_up();
    let role = if up == members { Role::Serving } else { Role::Danger };
    let up_words = if form < 4 { format!(" {up} of {members} up") } else { format!(" {up} of {members}") };
    all.extend([ink.piece(ink.glyphs().up, role), ink.piece(up_words, Role::Strong)]);
    let number = |number| if form == 0 { count(number) } else { short_count(number) };
    let totals =
        [("acked", badges.acknowledged, 1), ("ready", badges.ready, 3), ("leased", badges.leased, 2)];
    for (word, value, last_form) in totals {
        if form < last_form {
            all.extend([
                gap.clone(),
                ink.piece(format!("{word} "), Role::Dim),
                ink.piece(number(value), Role::Text),
            ]);
        }
    }
    if form < 5 {
        for (place, (word, words, good)) in promises(model, form).into_iter().enumerate() {
            all.push(gap.clone());
            all.extend(badge(model, place, &word, &words, good, ink));
        }
    }
    all
}

/// What stands first: the program's name, or that time is stopped.
fn name(model: &Model, form: u8, ink: &Ink<'_>) -> Piece {
    let Some(behind_ms) = model.behind_ms() else {
        let ended = if model.ended { "hydraq (ended)" } else { "hydraq" };
        return match picture_time(model, form) {
            Some((words, role)) if !model.ended => ink.piece(words, role),
            _ => ink.piece(if form < 4 { ended } else { "" }, Role::Strong),
        };
    };
    let at = clock(model.shown_ms(), model.ahead_of_utc_seconds);
    let paused = ink.glyphs().paused;
    let words = match form {
        0..4 if model.replays => format!(" {paused} recording at {at} "),
        _ if model.replays => " recording ".to_owned(),
        0 => format!(" {paused} stopped at {at}, {} ago ", span(behind_ms)),
        1..4 => format!(" {paused} stopped, {} ago ", span(behind_ms)),
        _ => format!(" {paused} stopped "),
    };
    Piece { text: words, style: ink.style(Role::Leased).add_modifier(ratatui::style::Modifier::REVERSED) }
}

/// Virtual time, where hosts are simulated.
fn picture_time(model: &Model, form: u8) -> Option<(String, Role)> {
    let time = model.picture().time?;
    let speed = if time.held { "held".to_owned() } else { time.speed() };
    let seconds = format!("{}.{:03} s", count(time.elapsed_ms / 1_000), time.elapsed_ms % 1_000);
    let words = match form {
        0 => format!("hydraq  sim {seconds} {speed}"),
        1..4 => format!("sim {seconds} {speed}"),
        _ => format!("sim {speed}"),
    };
    Some((words, if time.held { Role::Leased } else { Role::Strong }))
}

/// The promises in numbers: word, number, whether it is kept.
fn promises(model: &Model, form: u8) -> [(String, String, bool); 3] {
    let badges = model.picture().badges;
    let duplicates = match form {
        0 => format!("{} ({} explained)", count(badges.duplicates), count(badges.explained)),
        _ => short_count(badges.duplicates),
    };
    let words = match form {
        0 => ["lost", "resurrected", "duplicates"],
        1..4 => ["lost", "resurrected", "dup"],
        _ => ["lost", "back", "dup"],
    };
    let numbers = [short_count(badges.lost), short_count(badges.resurrected), duplicates];
    let kept = [badges.lost == 0, badges.resurrected == 0, badges.duplicates == badges.explained];
    let mut numbers = numbers.into_iter();
    [0, 1, 2].map(|place| (words[place].to_owned(), numbers.next().unwrap_or_default(), kept[place]))
}

fn badge(model: &Model, place: usize, word: &str, number: &str, kept: bool, ink: &Ink<'_>) -> [Piece; 3] {
    let selected = model.screen == Screen::Cluster && model.focus == Focus::Badges && model.badge == place;
    let glyphs = ink.glyphs();
    let role = if kept { Role::Serving } else { Role::Danger };
    let word_role = if selected { Role::Selected } else { Role::Dim };
    let number_role = if kept { Role::Text } else { Role::Danger };
    let mark = if kept { glyphs.check } else { glyphs.corrupt };
    [
        ink.piece(word, word_role),
        ink.piece(format!(" {number} "), if selected { Role::Selected } else { number_role }),
        ink.piece(mark, role),
    ]
}

/// Draws the line with the screens, and the keys that always work at its right.
pub(super) fn tabs(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let tabs = layout::tabs(area, model.screen, &model.keymap);
    for tab in &tabs {
        let role = if tab.screen == model.screen { Role::Strong } else { Role::Dim };
        ink.text(tab.area.x, area.y, tab.area.width, &tab.text, ink.style(role));
    }
    let left = tabs.last().map_or(area.x, |tab| tab.area.x + tab.area.width);
    let room = Rect { x: left, width: (area.x + area.width).saturating_sub(left), ..area };
    let help = model.keymap.all().find(|bound| bound.row.intent == Intent::Screen(6));
    let help = help.and_then(|bound| bound.keys.last()).map_or_else(String::new, ToString::to_string);
    let mut hints = vec![(help, "help")];
    hints.extend([
        (model.keymap.shown(Intent::Command), "command"),
        (model.keymap.shown(Intent::Quit), "quit"),
    ]);
    let mut pieces = Vec::new();
    for (key, word) in hints {
        let more = [
            ink.piece(key, Role::Key),
            ink.piece(format!(" {word}"), Role::Dim),
            ink.piece("  ", Role::Text),
        ];
        if pieces_width(&pieces) + pieces_width(&more) < room.width {
            pieces.extend(more);
        }
    }
    ink.pieces_right(room, &pieces);
}

/// Draws the keys of the screen, as many as fit, and the newest good notice.
pub(super) fn footer(model: &Model, area: Rect, ink: &mut Ink<'_>) {
    let scope = if model.card_takes_keys() { crate::keymap::Scope::Question } else { model.screen.scope() };
    let mut room = area.width.saturating_sub(1);
    if let Some(toast) = model.toasts.good() {
        let pieces = [
            ink.piece(ink.glyphs().check, Role::Serving),
            ink.piece(format!(" {} ", toast.words), Role::Text),
        ];
        let wide = pieces_width(&pieces).min(area.width * 2 / 3);
        ink.pieces(area.x + area.width - wide, area.y, wide, &pieces);
        room = room.saturating_sub(wide + 1);
    }
    let mut x = area.x + 1;
    let hints = model.keymap.in_scope(scope).chain(model.keymap.in_scope(model.screen.scope()));
    let mut shown = Vec::new();
    for bound in hints.filter(|bound| !bound.row.hint.is_empty()) {
        let word = hint(model, bound.row.intent, bound.row.hint);
        if word.is_empty() {
            continue;
        }
        let (key, word) = (bound.shown(), format!(" {word}"));
        let wide = width(&key) + width(&word);
        if shown.contains(&bound.row.name) || wide > room {
            continue;
        }
        shown.push(bound.row.name);
        x += ink.text(x, area.y, room, &key, ink.style(Role::Key));
        x += ink.text(x, area.y, room, &word, ink.style(Role::Dim)) + 2;
        room = room.saturating_sub(wide + 2);
    }
}

/// A hint as it fits what is selected.
fn hint<'a>(model: &Model, intent: Intent, hint: &'a str) -> &'a str {
    let paused =
        model.selected_host().is_some_and(|host| host.state == hydraq_cluster::observe::HostState::Paused);
    match intent {
        _ if intent.is_of_simulations() && model.picture().time.is_none() => "",
        Intent::TimeHold if model.picture().time.is_some_and(|time| time.held) => "go on",
        Intent::Pause if paused => "resume",
        Intent::StopTime if model.stopped.is_some() => "let time go on",
        Intent::Open if model.picture().lesson.is_some() && model.screen == Screen::Lessons => "",
        Intent::Open if model.screen == Screen::Lessons => "begin",
        Intent::Open if model.screen == Screen::Timeline => {
            if model.plays() {
                "stop"
            } else {
                "play"
            }
        }
        Intent::Open if model.screen != Screen::Cluster => "",
        _ => hint,
    }
}
