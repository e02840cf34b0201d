//! How the model looks: pure functions from the state to a frame, a file a panel.
//!
//! Promises: drawing changes nothing, needs no clock, and never fails, whatever the size. Where things stand is known
//! from [`crate::model`]'s layout; how they look from [`crate::theme`].

mod aftermath;
mod boxes;
mod card;
mod events;
mod faults;
mod form;
mod header;
mod heat;
mod help;
mod hosts;
mod ink;
mod lessons;
mod line;
mod links;
mod map;
mod matrix;
mod message;
mod motion;
mod palette;
mod spacetime;
mod stores;
mod timeline;
mod tiny;
mod toasts;
mod together;
pub(crate) mod words;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use self::ink::Ink;
use crate::model::layout::{ClusterLayout, Density, chrome};
use crate::model::{Model, Overlay, Screen};

/// Draws the model into a frame, and puts the cursor where text is typed.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    if let Some(position) = draw(model, frame.buffer_mut()) {
        frame.set_cursor_position(position);
    }
}

/// Draws the model into a buffer; where the cursor stands, if text is typed.
pub fn draw(model: &Model, buffer: &mut Buffer) -> Option<Position> {
    let size = buffer.area;
    let mut ink = Ink { buffer, look: &model.look };
    if model.size != size {
        // The terminal's size changed, and the model does not know yet: it will be told at once.
        return None;
    }
    let chrome = chrome(size);
    header::header(model, chrome.header, &mut ink);
    if chrome.tabs.height > 0 {
        header::tabs(model, chrome.tabs, &mut ink);
    }
    if chrome.footer.height > 0 {
        header::footer(model, chrome.footer, &mut ink);
    }
    screen(model, chrome.body, &mut ink);
    toasts::toasts(model, chrome.body, &mut ink);
    aftermath::aftermath(model, chrome.body, &mut ink);
    overlay(model, size, &mut ink)
}

fn screen(model: &Model, body: Rect, ink: &mut Ink<'_>) {
    if body.height == 0 {
        return;
    }
    match model.screen {
        Screen::Cluster => cluster(model, &model.cluster_layout(), ink),
        Screen::Message => message::message(model, body, ink),
        Screen::Stores => stores::stores(model, body, ink),
        Screen::Faults => faults::faults(model, body, ink),
        Screen::Timeline => timeline::timeline(model, body, ink),
        Screen::Lessons => lessons::lessons(model, body, ink),
        Screen::Help => help::help(model, body, ink),
    }
}

fn cluster(model: &Model, layout: &ClusterLayout, ink: &mut Ink<'_>) {
    if layout.hosts.height > 0 {
        hosts::hosts(model, layout, ink);
    }
    links::links(model, layout.links, ink);
    if layout.density == Density::Tiny {
        tiny::message(model, layout.map, ink);
    } else {
        map::map(model, layout, ink);
    }
    if layout.card.height > 0 {
        card::card(model, layout.card, ink);
    }
    if layout.events.height > 0 {
        events::events(model, layout.events, ink);
    }
}

fn overlay(model: &Model, size: Rect, ink: &mut Ink<'_>) -> Option<Position> {
    match model.overlay.as_ref()? {
        Overlay::Confirm(confirm) => boxes::confirm(model, confirm, size, ink),
        Overlay::Kill(kill) => boxes::kill(model, kill, size, ink),
        Overlay::Pick(pick) => boxes::pick(model, pick, size, ink),
        Overlay::Save(chosen) => boxes::save(model, *chosen, size, ink),
        Overlay::Enqueue(form) => return form::form(form, size, ink),
        Overlay::Palette(palette) => return palette::palette(palette, size, ink),
        Overlay::Line(line) => return line::line(line, size, ink),
    }
    None
}

#[cfg(test)]
mod tests;
