//! A model and a pretended cluster that answers it, without a terminal: for tests, benches and pictures.

use hydraq_cluster::observe::Request;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Demo;
use crate::keymap::Key;
use crate::model::{Action, Input, Model, Setup, update};
use crate::view::draw;

/// A model and its pretended cluster.
pub struct Stage {
    /// The model.
    pub model: Model,
    /// The cluster.
    pub demo: Demo,
    /// Everything that the model wanted of the shell, oldest first, requests included.
    pub actions: Vec<Action>,
}

impl Stage {
    /// A model that has been told everything once.
    #[must_use]
    pub fn new(setup: Setup, demo: Demo) -> Self {
        let mut stage = Self { model: Model::new(setup), demo, actions: Vec::new() };
        stage.advance(0);
        stage.advance(20);
        stage
    }

    /// Gives the model an input; the cluster hears what it asks.
    pub fn input(&mut self, input: Input) {
        for action in update(&mut self.model, input) {
            if let Action::Ask(request) = &action {
                self.demo.request(request.clone());
            }
            self.actions.push(action);
        }
    }

    /// Lets time go by on both sides.
    pub fn advance(&mut self, elapsed_ms: u64) {
        let told = self.demo.advance(elapsed_ms);
        self.input(Input::Update(told));
    }

    /// Presses keys, named as in the configuration and divided by blanks; the cluster answers after each.
    ///
    /// # Panics
    ///
    /// If one is no key.
    pub fn keys(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().unwrap_or_else(|error| panic!("{error}"));
            self.input(Input::Key(key));
            self.advance(30);
        }
    }

    /// Types a text, letter by letter.
    pub fn text(&mut self, text: &str) {
        for character in text.chars() {
            self.input(Input::Key(Key::char(character)));
        }
        self.advance(30);
    }

    /// Runs a command as if it were typed.
    pub fn command(&mut self, line: &str) {
        self.keys(":");
        self.text(line);
        self.keys("enter");
    }

    /// Draws the model.
    #[must_use]
    pub fn draw(&self) -> Buffer {
        let mut buffer = Buffer::empty(self.area());
        draw(&self.model, &mut buffer);
        buffer
    }

    /// The command lines that the model sent, oldest first.
    #[must_use]
    pub fn commands(&self) -> Vec<&str> {
        let line = |action| match action {
            &Action::Ask(Request::Run(ref line)) => Some(line.as_str()),
            _ => None,
        };
        self.actions.iter().filter_map(line).collect()
    }

    fn area(&self) -> Rect {
        self.model.size
    }
}
