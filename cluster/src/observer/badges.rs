//! The events that badges lead to: second deliveries as hosts tell them, and what the harness finds wrong.
//!
//! It promises that a badge which is not 0 has an event, and that an unexplained duplicate goes before explained ones.

use super::events::Log;
use crate::observe::{Badges, Behind, EventKind, EventSerial, words};

/// The newest event behind each badge.
#[derive(Debug, Default)]
pub(super) struct BadgeEvents {
    lost: Option<EventSerial>,
    resurrected: Option<EventSerial>,
    duplicate: Option<EventSerial>,
    unexplained: Option<EventSerial>,
}

impl BadgeEvents {
    /// An event is told; `judged` if the harness found it, and not a host.
    pub(super) fn note(&mut self, serial: EventSerial, kind: EventKind, judged: bool) {
        match kind {
            EventKind::Lost => self.lost = Some(serial),
            EventKind::Resurrected => self.resurrected = Some(serial),
            EventKind::Duplicate if judged => self.unexplained = Some(serial),
            EventKind::Duplicate => self.duplicate = Some(serial),
            _ => {}
        }
    }

    /// Badges with their events; one that is 0 has none.
    pub(super) fn led_to(&self, badges: Badges) -> Badges {
        let explained = badges.duplicates == badges.explained;
        let duplicate = self.unexplained.filter(|_| !explained).or(self.duplicate).or(self.unexplained);
        Badges {
            lost_event: self.lost.filter(|_| badges.lost > 0),
            resurrected_event: self.resurrected.filter(|_| badges.resurrected > 0),
            duplicate_event: duplicate.filter(|_| badges.duplicates > 0),
            ..badges
        }
    }
}

impl Log {
    /// The harness has counted again: what is worse than before becomes an event.
    pub(super) fn counted(&mut self, at_ms: u64, (before, now): (&Badges, &Badges), behind: &Behind) {
        let mut judge = |kind, message, words| self.judged(at_ms, kind, message, words);
        if now.lost > before.lost {
            let words =
                format!("finds {} nowhere any more", words::counted(now.lost, "acknowledged message"));
            judge(EventKind::Lost, behind.lost, words);
        }
        if now.resurrected > before.resurrected {
            let words = format!("got {} that was deleted", words::counted(now.resurrected, "message"));
            judge(EventKind::Resurrected, behind.resurrected, words);
        }
        let unexplained = |badges: &Badges| badges.duplicates.saturating_sub(badges.explained);
        if unexplained(now) > unexplained(before) {
            let words =
                format!("got {} that nothing explains", words::counted(unexplained(now), "duplicate"));
            judge(EventKind::Duplicate, behind.unexplained, words);
        } else if now.duplicates > before.duplicates && !self.tells_second_delivery(behind) {
            let words = "got a message again from another host".to_owned();
            self.judged(at_ms, EventKind::Duplicate, behind.duplicate, words);
        }
    }

    /// Whether a host tells of the second delivery itself: it knows of the first one then.
    fn tells_second_delivery(&self, behind: &Behind) -> bool {
        let is_second = |happened: &super::events::Happened| {
            let event = &happened.event;
            event.message == behind.duplicate && event.kind == "delivered" && event.number > 1
        };
        self.kept.iter().rev().any(is_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::sight::ToldEvent;
    use crate::observe::{HostNumber, MessageId};

    const MESSAGE: Option<MessageId> = Some(MessageId(7));

    fn counted(log: &mut Log, before: Badges, now: Badges) -> Vec<EventSerial> {
        let behind = Behind { lost: MESSAGE, resurrected: MESSAGE, duplicate: MESSAGE, unexplained: MESSAGE };
        log.counted(100, (&before, &now), &behind);
        let events = log.take();
        assert!(events.iter().all(|event| event.message == MESSAGE && event.who == "hydraq"));
        events.iter().map(|event| event.serial).collect()
    }

    #[test]
    fn every_badge_that_is_not_0_leads_to_an_event() {
        let mut log = Log::default();
        let now = Badges { lost: 1, resurrected: 2, duplicates: 3, explained: 2, ..Badges::default() };
        let told = counted(&mut log, Badges::default(), now);
        let led = log.behind.led_to(now);
        let leads = [led.lost_event, led.resurrected_event, led.duplicate_event];
        assert_eq!(leads, [Some(told[0]), Some(told[1]), Some(told[2])]);
        assert_eq!(counted(&mut log, now, now), [], "nothing is told twice");
        assert_eq!(log.behind.led_to(Badges::default()), Badges::default());
    }

    #[test]
    fn explained_duplicates_lead_to_what_a_host_told_or_else_to_what_was_counted() {
        let now = Badges { duplicates: 1, explained: 1, ..Badges::default() };
        let mut log = Log::default();
        let event = ToldEvent {
            at_ms: 90,
            kind: "delivered".to_owned(),
            message: MESSAGE,
            number: 2,
            ..ToldEvent::default()
        };
        log.told(HostNumber(1), "alpha", event);
        let told = log.take();
        assert_eq!(counted(&mut log, Badges::default(), now), []);
        assert_eq!(log.behind.led_to(now).duplicate_event, Some(told[0].serial));
        // Two hosts that do not know of each other: each has delivered it once.
        let mut log = Log::default();
        let told = counted(&mut log, Badges::default(), now);
        assert_eq!(log.behind.led_to(now).duplicate_event, Some(told[0]));
    }
}
