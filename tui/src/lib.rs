//! hydraq's terminal: the console on a cluster, and what it is made of.
//!
//! ```text
//!   shell ──▶ model ◀── view          shell: terminal, threads, files      model: state, pure
//!     │         ▲                     view: model to frame, pure           keymap, theme: data
//!     └──▶ plain, export ──▶ view     plain: words, line by line           export: frames as text, SVG, asciicast
//! ```
//!
//! Start it with [`shell::run`], or with [`plain::run`] where there is no terminal. Feed it with
//! [`hydraq_cluster::observe::Update`]s; it asks with [`hydraq_cluster::observe::Request`]s.

pub mod cli;
pub mod demo;
pub mod export;
pub mod keymap;
pub mod lessons;
pub mod model;
pub mod plain;
pub mod shell;
pub mod theme;
pub mod view;
