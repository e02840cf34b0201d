//! The cluster at one moment: what all updates up to it add up to.
//!
//! Lists are shared, so that a picture is cheap to clone; a change replaces a list, or copies it once.

use std::collections::VecDeque;
use std::sync::Arc;

use hydraq_cluster::observe::{
    Badges, Biography, BlastRadius, Change, DrawPicture, EventPicture, EventSerial, HeatMap, HostNumber,
    HostPicture, LessonCard, LessonPicture, LinkPicture, LinkState, MessageId, MessagePicture, MessageWindow,
    Placement, StorePicture, TimePicture, TypePicture, Update,
};

/// The most events that are kept.
const EVENTS_MAX: usize = 2_000;
/// The most draws that are kept.
const DRAWS_MAX: usize = 16;

/// The cluster at one moment.
#[derive(Debug, Clone, Default)]
pub struct Picture {
    /// The moment, in milliseconds of the Unix epoch.
    pub(crate) at_ms: u64,
    /// All hosts, by number.
    pub(crate) hosts: Arc<Vec<HostPicture>>,
    /// Links that are not simply up, by sender and receiver.
    pub(crate) links: Arc<Vec<LinkPicture>>,
    /// The rows that were asked for.
    pub(crate) window: Arc<MessageWindow>,
    /// When they were true.
    pub(crate) window_at_ms: u64,
    /// Where copies are together.
    pub(crate) placements: Arc<Vec<Placement>>,
    /// All messages in a few rows.
    pub(crate) heat: Arc<HeatMap>,
    /// Message types.
    pub(crate) types: Arc<Vec<TypePicture>>,
    /// The newest events, oldest first.
    pub(crate) events: VecDeque<Arc<EventPicture>>,
    /// The totals.
    pub(crate) badges: Badges,
    /// The life of the message that was asked for last.
    pub(crate) biography: Option<Arc<Biography>>,
    /// What a kill would do.
    pub(crate) blast: Option<Arc<BlastRadius>>,
    /// Data stores, by host.
    pub(crate) stores: Arc<Vec<StorePicture>>,
    /// The newest draws, oldest first.
    pub(crate) draws: VecDeque<Arc<DrawPicture>>,
    /// How virtual time stands; none where hosts are real.
    pub(crate) time: Option<TimePicture>,
    /// All lessons.
    pub(crate) lessons: Arc<Vec<LessonPicture>>,
    /// The lesson that runs.
    pub(crate) lesson: Option<Arc<LessonCard>>,
}

impl Picture {
    /// Takes in everything that changed at one moment.
    pub(crate) fn apply(&mut self, update: &Update) {
        self.at_ms = self.at_ms.max(update.at_ms);
        for change in &update.changes {
            self.apply_change(change);
        }
    }

    /// All of it as one update, with which somebody can begin who has not seen anything yet.
    pub(crate) fn snapshot(&self) -> Update {
        let mut changes = vec![
            // A lesson has a past of its own: it comes before what has happened.
            Change::Lessons(self.lessons.to_vec()),
            Change::Lesson(self.lesson.as_deref().cloned()),
            Change::Hosts(self.hosts.to_vec()),
            Change::Links(self.links.to_vec()),
            Change::Window((*self.window).clone()),
            Change::Placements(self.placements.to_vec()),
            Change::Heat((*self.heat).clone()),
            Change::Types(self.types.to_vec()),
            Change::Stores(self.stores.to_vec()),
        ];
        changes.extend(self.events.iter().map(|event| Change::Event((**event).clone())));
        changes.extend(self.draws.iter().map(|draw| Change::Draw((**draw).clone())));
        changes.push(Change::Badges(self.badges));
        changes.extend(self.biography.as_deref().cloned().map(Change::Biography));
        changes.extend(self.time.map(Change::Time));
        Update { at_ms: self.at_ms, changes }
    }

    fn apply_change(&mut self, change: &Change) {
        match change {
            Change::Hosts(hosts) => {
                let mut hosts = hosts.clone();
                hosts.sort_by_key(|host| host.number);
                self.hosts = Arc::new(hosts);
            }
            Change::Host(host) => self.apply_host(host),
            Change::Links(links) => {
                let mut links = links.clone();
                links.sort_by_key(|link| (link.from, link.to));
                self.links = Arc::new(links);
            }
            Change::Window(window) => {
                self.window = Arc::new(window.clone());
                self.window_at_ms = self.at_ms;
            }
            Change::Placements(placements) => self.placements = Arc::new(placements.clone()),
            Change::Heat(heat) => self.heat = Arc::new(heat.clone()),
            Change::Types(types) => self.types = Arc::new(types.clone()),
            Change::Event(event) => push(&mut self.events, Arc::new(event.clone()), EVENTS_MAX),
            Change::Badges(badges) => self.badges = *badges,
            Change::Biography(biography) => self.biography = Some(Arc::new(biography.clone())),
            Change::BlastRadius(blast) => self.blast = Some(Arc::new(blast.clone())),
            Change::Stores(stores) => self.stores = Arc::new(stores.clone()),
            Change::Draw(draw) => push(&mut self.draws, Arc::new(draw.clone()), DRAWS_MAX),
            Change::Time(time) => self.time = Some(*time),
            Change::Lessons(lessons) => self.lessons = Arc::new(lessons.clone()),
            Change::Lesson(lesson) => {
                let number = |card: Option<&LessonCard>| card.map(|card| card.number);
                if number(lesson.as_ref()) != number(self.lesson.as_deref()) {
                    self.forget();
                }
                self.lesson = lesson.clone().map(Arc::new);
            }
            // Not part of the cluster's state: the model shows these and forgets them.
            Change::Aftermath(_) | Change::Outcome(_) | Change::Happened(_) => {}
        }
    }

    /// A lesson has a cluster of its own: what has happened on another one is not told of it.
    fn forget(&mut self) {
        (self.biography, self.blast) = (None, None);
        self.events.clear();
        self.draws.clear();
    }

    fn apply_host(&mut self, host: &HostPicture) {
        let hosts = Arc::make_mut(&mut self.hosts);
        match hosts.binary_search_by_key(&host.number, |known| known.number) {
            Ok(place) => hosts[place] = host.clone(),
            Err(place) => hosts.insert(place, host.clone()),
        }
    }

    /// A host by its number.
    pub(crate) fn host(&self, number: HostNumber) -> Option<&HostPicture> {
        let place = self.hosts.binary_search_by_key(&number, |host| host.number).ok()?;
        self.hosts.get(place)
    }

    /// A host's name; its number as text if it is not known.
    pub(crate) fn host_name(&self, number: HostNumber) -> String {
        self.host(number).map_or_else(|| number.to_string(), |host| host.name.clone())
    }

    /// The numbers of all hosts.
    pub(crate) fn host_numbers(&self) -> Vec<HostNumber> {
        self.hosts.iter().map(|host| host.number).collect()
    }

    /// How many hosts answer, and how many there are; removed ones do not count.
    pub(crate) fn hosts_up(&self) -> (usize, usize) {
        let members =
            self.hosts.iter().filter(|host| host.state != hydraq_cluster::observe::HostState::Removed);
        let up = self.hosts.iter().filter(|host| host.state.is_up()).count();
        (up, members.count())
    }

    /// How one direction of a link stands.
    pub(crate) fn link(&self, from: HostNumber, to: HostNumber) -> LinkState {
        let place = self.links.binary_search_by_key(&(from, to), |link| (link.from, link.to));
        place.ok().and_then(|place| self.links.get(place)).map_or(LinkState::Up, |link| link.state)
    }

    /// A message of the window.
    pub(crate) fn message(&self, id: MessageId) -> Option<&MessagePicture> {
        self.window.rows.iter().find(|message| message.id == id)
    }

    /// The place of an event among those kept.
    pub(crate) fn event_place(&self, serial: EventSerial) -> Option<usize> {
        self.events.iter().position(|event| event.serial == serial)
    }
}

fn push<T>(queue: &mut VecDeque<T>, value: T, max: usize) {
    if queue.len() >= max {
        queue.pop_front();
    }
    queue.push_back(value);
}
