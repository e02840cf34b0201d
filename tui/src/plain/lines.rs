//! What is told in lines.

use hydraq_cluster::observe::words::{clock, count};
use hydraq_cluster::observe::{Biography, BlastRadius, Change, LessonCard, LessonStep, Update};

use super::{lesson, map};
use crate::model::Model;

/// What was told, and what runs.
#[derive(Debug, Default)]
pub(super) struct Lines {
    cluster: String,
    map: Vec<String>,
    lesson: Option<LessonCard>,
    /// Whether the card that comes is told even if it was told last.
    tells_again: bool,
    running: Vec<String>,
}

impl Lines {
    /// A command was sent.
    pub(super) fn begun(&mut self, line: &str) {
        self.running.push(line.to_owned());
    }

    /// How many commands have not ended.
    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    /// The lines that an update is worth, which the model knows already.
    pub(super) fn told_by(&mut self, update: &Update, model: &Model) -> Vec<String> {
        let mut told = Vec::new();
        for change in &update.changes {
            match change {
                Change::Event(event) => {
                    told.push(format!(
                        "{} {}",
                        clock(event.at_ms, model.ahead_of_utc_seconds),
                        event.sentence()
                    ));
                }
                Change::Outcome(outcome) => {
                    if let Some(place) = self.running.iter().position(|line| *line == outcome.line) {
                        self.running.remove(place);
                    }
                    let verdict = if outcome.ok { "done" } else { "refused" };
                    let words =
                        if outcome.words.is_empty() { String::new() } else { format!(": {}", outcome.words) };
                    told.push(format!("{verdict} {}{words}", outcome.line));
                }
                Change::Biography(biography) => told.extend(life(biography)),
                Change::BlastRadius(blast) => told.push(self::blast(blast)),
                Change::Lesson(card) if self.lesson != *card || self.tells_again => {
                    told.extend(self.card(card.as_ref(), model));
                }
                _ => {}
            }
        }
        told
    }

    /// What a card of a lesson says, with the map before it that it speaks of; that a lesson is over.
    fn card(&mut self, card: Option<&LessonCard>, model: &Model) -> Vec<String> {
        let is_another = |before: &LessonCard| card.is_none_or(|card| card.number != before.number);
        if self.lesson.as_ref().is_none_or(is_another) {
            // Its cluster is another one.
            self.map.clear();
        }
        self.lesson = card.cloned();
        self.tells_again = false;
        let Some(card) = card else { return vec!["the lesson is over".to_owned()] };
        let mut told = match card.step {
            LessonStep::Runs { .. } => Vec::new(),
            _ => self.changed_map(model),
        };
        told.extend(lesson::card(card));
        told
    }

    /// Somebody said something to the lesson: what it answers is told, though it was told last.
    pub(super) fn said_to_lesson(&mut self) {
        self.tells_again = true;
    }

    /// Whether there is something else to say of the cluster than was told last.
    pub(super) fn cluster_changed(&self, model: &Model) -> bool {
        let has_map = model.live.lesson.is_some();
        (!model.live.hosts.is_empty() && cluster_line(model) != self.cluster)
            || (has_map && map::lines(&model.live) != self.map)
    }

    /// What is to be said of the cluster now: the line about it, and the map while a lesson runs.
    pub(super) fn cluster(&mut self, model: &Model) -> Vec<String> {
        let line = cluster_line(model);
        let mut told = if line == self.cluster { Vec::new() } else { vec![line.clone()] };
        self.cluster = line;
        if model.live.lesson.is_some() {
            told.extend(self.changed_map(model));
        }
        told
    }

    /// The replica map, told now.
    pub(super) fn map(&mut self, model: &Model) -> Vec<String> {
        self.map = map::lines(&model.live);
        if self.map.is_empty() { vec!["replica map: no messages".to_owned()] } else { self.map.clone() }
    }

    fn changed_map(&mut self, model: &Model) -> Vec<String> {
        if map::lines(&model.live) == self.map { Vec::new() } else { self.map(model) }
    }
}

fn cluster_line(model: &Model) -> String {
    let picture = &model.live;
    let (up, members) = picture.hosts_up();
    let mut line = format!(
        "cluster: {up} of {members} hosts up; {} ready, {} leased",
        count(picture.badges.ready),
        count(picture.badges.leased)
    );
    for host in picture.hosts.iter().filter(|host| !host.state.is_up()) {
        line.push_str(&format!("; {} {}", host.name, host.state.word()));
    }
    match picture.window.under_replicated {
        0 => {}
        1 => line.push_str("; 1 message has fewer copies than asked"),
        number => line.push_str(&format!("; {} messages have fewer copies than asked", count(number))),
    }
    let badges = picture.badges;
    if badges.lost > 0 || badges.resurrected > 0 || badges.duplicates > 0 {
        line.push_str(&format!(
            "; lost {}, resurrected {}, duplicates {} ({} explained)",
            count(badges.lost),
            count(badges.resurrected),
            count(badges.duplicates),
            count(badges.explained)
        ));
    }
    line
}

fn life(biography: &Biography) -> Vec<String> {
    let name = |lane: usize| biography.lanes.get(lane).map_or("somebody", |lane| &*lane.name);
    let mut told = vec![format!("message {}: {}", biography.message, biography.summary)];
    for step in &biography.steps {
        let to = step.to.map_or_else(String::new, |to| format!(" to {}", name(to)));
        let words: Vec<&str> =
            [&*step.label, &*step.note].into_iter().filter(|words| !words.is_empty()).collect();
        let because =
            step.because.as_ref().map_or_else(String::new, |because| format!(", because {because}"));
        told.push(format!(
            "  after {} ms: {}{to}: {}{because}",
            step.at_ms,
            name(step.from),
            words.join(", ")
        ));
    }
    told.push(format!("  why is it not delivered now? {}", biography.why));
    told
}

fn blast(blast: &BlastRadius) -> String {
    format!(
        "a kill: {} messages change their owner, {} fall to one copy, {} have their only copy here, {} are leased",
        count(blast.owner_changes),
        count(blast.fall_to_one),
        count(blast.only_copy_here),
        count(blast.leased_through)
    )
}
