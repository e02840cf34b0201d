//! The one table of keys: what each does, where, and how it is called.
//!
//! Help, footer hints, the palette and the configuration file are all made from it. A row's name is what stands in
//! the configuration; it is unique, also where the same key does different things on different screens.

use super::{Intent, Scope};

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What it does.
    pub intent: Intent,
    /// Its name in the configuration.
    pub name: &'static str,
    /// Its keys, unless the configuration says otherwise; the first one is shown.
    pub keys: &'static [&'static str],
    /// Where it works.
    pub scopes: &'static [Scope],
    /// What it does, in the footer; empty to leave it out there.
    pub hint: &'static str,
    /// What it does, in help and palette.
    pub help: &'static str,
}

const fn row(
    intent: Intent,
    name: &'static str,
    keys: &'static [&'static str],
    scopes: &'static [Scope],
    hint: &'static str,
    help: &'static str,
) -> Row {
    Row { intent, name, keys, scopes, hint, help }
}

const SCREENS: &[Scope] = &[
    Scope::Cluster,
    Scope::Message,
    Scope::Stores,
    Scope::Faults,
    Scope::Timeline,
    Scope::Lessons,
    Scope::Help,
];
const ACTS: &[Scope] = &[Scope::Cluster, Scope::Message, Scope::Stores, Scope::Faults];
const HOSTS: &[Scope] = &[Scope::Cluster, Scope::Message, Scope::Stores, Scope::Faults];
const BOXES: &[Scope] = &[Scope::Palette, Scope::Pick, Scope::Save];

/// All rows, in the order in which help and footer show them.
pub const ROWS: &[Row] = &[
    row(Intent::Enqueue, "enqueue", &["e"], ACTS, "enqueue", "enqueue: type, copies, body, count"),
    row(Intent::Dequeue, "dequeue", &["d"], ACTS, "dequeue", "dequeue one message"),
    row(Intent::Delete, "delete", &["x"], ACTS, "delete", "delete what was dequeued last"),
    row(Intent::Release, "release", &["l"], ACTS, "", "give back what was dequeued last"),
    row(Intent::Kill, "kill", &["k"], HOSTS, "kill", "kill the selected host (SIGKILL)"),
    row(Intent::Restart, "restart", &["r"], HOSTS, "restart", "restart the selected host"),
    row(Intent::Pause, "pause", &["p"], HOSTS, "pause", "pause the host, or resume it"),
    row(Intent::Cut, "cut", &["c"], HOSTS, "cut", "cut a link of the selected host"),
    row(Intent::OneWay, "cut-one-way", &["o"], &[Scope::Faults], "one way", "cut the link one way only"),
    row(Intent::Delay, "delay-link", &["y"], &[Scope::Faults], "delay", "slow the link by 200 ms"),
    row(Intent::Drop, "drop-frames", &["u"], &[Scope::Faults], "drop", "lose 30 of 100 frames on the link"),
    row(Intent::Heal, "heal", &["h"], HOSTS, "", "heal the link, or all of the host"),
    row(Intent::HealAll, "heal-all", &["H"], HOSTS, "", "heal all links"),
    row(Intent::Fill, "fill-disk", &["f"], &[Scope::Faults], "fill", "fill the disk of the host"),
    row(Intent::Free, "free-disk", &["F"], &[Scope::Faults], "free", "free the disk of the host"),
    row(Intent::Corrupt, "corrupt", &["C"], &[Scope::Faults], "corrupt", "damage a message on the host"),
    row(Intent::Wipe, "wipe", &["W"], HOSTS, "", "kill the host and empty its disk"),
    row(Intent::Leave, "leave", &["L"], HOSTS, "", "let the host leave the cluster"),
    row(Intent::Spawn, "spawn", &["n"], HOSTS, "", "spawn one more host"),
    row(
        Intent::Filter,
        "filter",
        &["/"],
        &[Scope::Cluster, Scope::Message],
        "filter",
        "filter: type: host: owner: only: state: under id",
    ),
    row(Intent::Open, "open", &["enter"], SCREENS, "explain", "open what is selected"),
    row(
        Intent::StopTime,
        "stop-time",
        &["space"],
        &[Scope::Cluster, Scope::Message, Scope::Stores, Scope::Faults, Scope::Timeline, Scope::Help],
        "stop time",
        "stop time, and let it go on",
    ),
    row(Intent::StepBack, "step-back", &[","], SCREENS, "", "stop time, back by one event"),
    row(Intent::StepForward, "step-forward", &["."], SCREENS, "", "stopped time: on by one event"),
    row(
        Intent::TimeHold,
        "hold-time",
        &["z"],
        SCREENS,
        "hold",
        "simulation: hold virtual time, and let it go on",
    ),
    row(Intent::TimeStep, "virtual-step", &["Z"], SCREENS, "", "simulation: held time goes on by 1 ms"),
    row(Intent::TimeSlower, "slower", &["<"], SCREENS, "slower", "simulation: slower, down to 0.1x"),
    row(Intent::TimeFaster, "faster", &[">"], SCREENS, "faster", "simulation: faster, up to 100x"),
    row(Intent::Sort, "sort", &["s"], &[Scope::Cluster], "", "sort messages by another column"),
    row(Intent::MapForm, "rows-or-heat", &["v"], &[Scope::Cluster], "", "rows, heat map, or both"),
    row(
        Intent::LessonNext,
        "lesson-next",
        &["space", "enter"],
        &[Scope::Question, Scope::Lessons],
        "go on",
        "go on; at a question: the answer",
    ),
    row(
        Intent::LessonForward,
        "lesson-forward",
        &["page-down"],
        &[Scope::Question],
        "",
        "go on, by a clicker",
    ),
    row(
        Intent::LessonBack,
        "lesson-back",
        &["backspace", "page-up"],
        &[Scope::Question],
        "",
        "the card before",
    ),
    row(Intent::Answer(0), "answer-a", &["a"], &[Scope::Question], "", "answer a"),
    row(Intent::Answer(1), "answer-b", &["b"], &[Scope::Question], "", "answer b"),
    row(Intent::Answer(2), "answer-c", &["c"], &[Scope::Question], "", "answer c"),
    row(Intent::Answer(3), "answer-d", &["d"], &[Scope::Question], "", "answer d"),
    row(Intent::Answer(4), "answer-e", &["e"], &[Scope::Question], "", "answer e"),
    row(
        Intent::LessonLeave,
        "lesson-leave",
        &["X"],
        &[Scope::Question, Scope::Lessons],
        "",
        "end the lesson",
    ),
    row(Intent::AnswerText, "answer-text", &["t"], &[Scope::Question], "", "type an answer"),
    row(Intent::Save, "save", &["S", "ctrl-s"], SCREENS, "", "save commands, frame or session"),
    row(Intent::Record, "record", &["R"], SCREENS, "", "record the session into a file; again: end it"),
    row(Intent::Presenter, "presenter", &["P"], SCREENS, "", "lessons in big type for a stage, and back"),
    row(Intent::Theme, "theme", &["T"], SCREENS, "", "the next colours"),
    row(Intent::Up, "up", &["up"], SCREENS, "", "up"),
    row(Intent::Down, "down", &["down"], SCREENS, "", "down"),
    row(Intent::Left, "left", &["left"], SCREENS, "", "the host to the left; in time: back"),
    row(Intent::Right, "right", &["right"], SCREENS, "", "the host to the right; in time: on"),
    row(Intent::PageUp, "page-up", &["page-up"], SCREENS, "", "a page up"),
    row(Intent::PageDown, "page-down", &["page-down"], SCREENS, "", "a page down"),
    row(Intent::Home, "home", &["home"], SCREENS, "", "to the beginning"),
    row(Intent::End, "end", &["end"], SCREENS, "", "to the end; on the timeline: to now"),
    row(Intent::NextFocus, "next-panel", &["tab"], SCREENS, "", "the next panel: messages, events, badges"),
    row(Intent::PreviousFocus, "previous-panel", &["shift-tab"], SCREENS, "", "the panel before"),
    row(Intent::Screen(0), "screen-cluster", &["1"], SCREENS, "", "the cluster: hosts, replicas, events"),
    row(Intent::Screen(1), "screen-message", &["2"], SCREENS, "", "one message: its life across hosts"),
    row(Intent::Screen(2), "screen-stores", &["3"], SCREENS, "", "independent data stores"),
    row(Intent::Screen(3), "screen-faults", &["4"], SCREENS, "", "faults: links, hosts, disks"),
    row(Intent::Screen(4), "screen-timeline", &["5"], SCREENS, "", "the recorded session"),
    row(Intent::Screen(5), "screen-lessons", &["6"], SCREENS, "", "lessons"),
    row(Intent::Screen(6), "screen-help", &["7", "?"], SCREENS, "", "this help"),
    row(Intent::Command, "command", &[":"], SCREENS, "", "type a command"),
    row(Intent::Palette, "palette", &["ctrl-p"], SCREENS, "", "find anything by a few letters"),
    row(Intent::Close, "close", &["esc"], SCREENS, "", "close what is open"),
    row(Intent::Quit, "quit", &["q", "ctrl-c"], SCREENS, "", "quit; local hosts are stopped"),
    row(Intent::Yes, "yes", &["y"], &[Scope::Confirm], "", "do it"),
    row(Intent::No, "no", &["n", "esc", "q", "ctrl-c"], &[Scope::Confirm], "", "leave it"),
    row(Intent::ShowHit, "show-hit", &["w"], &[Scope::Confirm], "", "before a kill: which messages it hits"),
    row(Intent::BoxUp, "box-up", &["up"], BOXES, "", "the choice above"),
    row(Intent::BoxDown, "box-down", &["down", "tab"], BOXES, "", "the choice below"),
    row(Intent::BoxEnter, "box-enter", &["enter"], BOXES, "", "choose"),
    row(Intent::BoxClose, "box-close", &["esc", "ctrl-c"], BOXES, "", "leave it"),
    row(Intent::PickOneWay, "pick-one-way", &["o"], &[Scope::Pick], "", "one way or both"),
];
