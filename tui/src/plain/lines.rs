//! What is told in lines.

use hydraq_cluster::observe::words::{clock, count};
use hydraq_cluster::observe::{Biography, BlastRadius, Change, LessonCard, LessonStep};

use crate::model::{Input, Model};

/// What was told, and what runs.
#[derive(Debug, Default)]
pub(super) struct Lines {
    cluster: String,
    lesson: Option<LessonCard>,
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

    /// The lines that an input is worth.
    pub(super) fn told_by(&mut self, input: &Input, model: &Model) -> Vec<String> {
        let Input::Update(update) = input else { return Vec::new() };
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
                Change::Lesson(Some(card)) if self.lesson.as_ref() != Some(card) => {
                    self.lesson = Some(card.clone());
                    told.extend(lesson(card));
                }
                _ => {}
            }
        }
        told
    }

    /// Whether the line about the cluster would be another one than was told last.
    pub(super) fn cluster_changed(&self, model: &Model) -> bool {
        !model.live.hosts.is_empty() && cluster_line(model) != self.cluster
    }

    /// The line about the cluster, told now.
    pub(super) fn cluster(&mut self, model: &Model) -> String {
        self.cluster = cluster_line(model);
        self.cluster.clone()
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

fn lesson(card: &LessonCard) -> Vec<String> {
    let head = format!("lesson {} of {}, {}", card.number, card.of, card.title);
    match &card.step {
        LessonStep::Say { text } => vec![format!("{head}: {text}")],
        LessonStep::Ask { question, choices, reveal: None } => {
            let choices = ('a'..='z').zip(choices).map(|(letter, choice)| format!("  {letter}: {choice}"));
            std::iter::once(format!("{head} asks: {question}")).chain(choices).collect()
        }
        LessonStep::Ask { reveal: Some(reveal), .. } => {
            let verdict = match (&reveal.given, reveal.right) {
                (Some(_), true) => "right. ",
                (Some(_), false) => "wrong. ",
                (None, _) => "",
            };
            vec![format!("{head}: {verdict}the answer is {}. {}", reveal.answer, reveal.because)]
        }
        LessonStep::Runs { line } => vec![format!("{head} runs: {line}")],
        LessonStep::End { right, asked } => {
            vec![format!("{head}: the end, {right} of {asked} answered rightly")]
        }
    }
}
