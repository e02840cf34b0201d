//! What runs in the background: `produce` and `consume`, until they are stopped.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, LocalBoxFuture, join_all, select};
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::oracle::record::Verdict;
use super::outcome::{Sent, Tally};
use super::perform::dequeue::{Wish, ask};
use super::perform::send::{draw, send};
use super::perform::settle::{Item, delete_items};
use super::session::{Held, Session};
use crate::scenario::{Consume, EnqueueOptions, Load};

/// How many messages one request carries at most.
const BATCH_MAX: u64 = 64;
/// How many requests of one producer are under way at once at most.
const IN_FLIGHT_MAX: usize = 64;
/// How often a producer looks whether something is due.
const TICK: Duration = Duration::from_millis(10);
/// How long a consumer waits for messages before it looks whether it is to stop.
const WAIT: Duration = Duration::from_millis(200);
/// How long a consumer pauses when a host cannot be asked.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a consumer's messages stay invisible for others.
const LEASE: Duration = Duration::from_secs(30);

/// All background tasks of a run.
#[derive(Default)]
pub(super) struct Background {
    tasks: RefCell<Vec<Task>>,
}

struct Task {
    load: Load,
    control: Rc<Control>,
    end: LocalBoxFuture<'static, ()>,
}

/// What a task and the run share.
#[derive(Debug, Default)]
struct Control {
    is_stopped: Cell<bool>,
    tally: Cell<Tally>,
}

impl Control {
    fn count(&self, done: usize, failed: usize) {
        let tally = self.tally.get();
        let (done, failed) = (tally.done + done as u64, tally.failed + failed as u64);
        self.tally.set(Tally { done, failed });
    }
}

impl Background {
    /// Starts to enqueue, `rate` messages a second.
    pub(super) fn produce(session: &Rc<Session>, options: EnqueueOptions, rate: u32, on: Option<String>) {
        let control = Rc::new(Control::default());
        let task = produce(session.clone(), options, rate, on, control.clone());
        session.background.add(session, Load::Produce, control, Box::pin(task));
    }

    /// Starts to dequeue and delete.
    pub(super) fn consume(session: &Rc<Session>, command: &Consume, on: Option<String>) {
        let control = Rc::new(Control::default());
        let wish = Wish { message_types: vec![command.message_type.as_str().to_owned()], lease: LEASE };
        let task = consume(session.clone(), wish, command.rate, on, control.clone());
        session.background.add(session, Load::Consume, control, Box::pin(task));
    }

    fn add(&self, session: &Session, load: Load, control: Rc<Control>, task: LocalBoxFuture<'static, ()>) {
        let end = session.stage.start(task);
        self.tasks.borrow_mut().push(Task { load, control, end });
    }

    /// Lets nothing of this kind start anything more. Says how many tasks that were, and what they have done so far.
    pub(super) fn stop(&self, load: Load) -> (usize, Tally) {
        let tasks = self.tasks.borrow();
        let running = tasks.iter().filter(|task| task.load == load && !task.control.is_stopped.get());
        let (mut count, mut sum) = (0, Tally::default());
        for task in running {
            task.control.is_stopped.set(true);
            let tally = task.control.tally.get();
            count += 1;
            (sum.done, sum.failed) = (sum.done + tally.done, sum.failed + tally.failed);
        }
        (count, sum)
    }

    /// Stops everything, and waits until what is under way has ended.
    pub(super) async fn finish(&self) {
        self.stop(Load::Produce);
        self.stop(Load::Consume);
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        join_all(tasks.into_iter().map(|task| task.end)).await;
    }
}

async fn produce(
    session: Rc<Session>,
    options: EnqueueOptions,
    rate: u32,
    on: Option<String>,
    control: Rc<Control>,
) {
    let (began, mut started) = (session.now(), 0_u64);
    let mut under_way = FuturesUnordered::new();
    while !control.is_stopped.get() {
        let due = due(session.now() - began, rate);
        // What could not be sent in time is not made up for later.
        started = started.max(due.saturating_sub(u64::from(rate)));
        if due > started && under_way.len() < IN_FLIGHT_MAX {
            let count = (due - started).min(BATCH_MAX);
            started += count;
            let drafts = draw(&session, &options, count as u32);
            let (session, options, on) = (&session, &options, on.as_deref());
            under_way.push(async move { send(session, options, on, &drafts).await });
            continue;
        }
        let pause = Duration::from_secs(1).div_f64(f64::from(rate)).max(TICK);
        match select(under_way.next(), session.stage.sleep(pause)).await {
            Either::Left((Some(sent), _)) => note(&control, &sent),
            // Nothing is under way: that is known at once, and no reason to hurry.
            Either::Left((None, pause)) => pause.await,
            Either::Right(_) => {}
        }
    }
    while let Some(sent) = under_way.next().await {
        note(&control, &sent);
    }
}

/// How many messages should have been begun after so long, the first one at once.
fn due(elapsed: Duration, rate: u32) -> u64 {
    1 + (elapsed.as_micros() * u128::from(rate) / 1_000_000) as u64
}

fn note(control: &Control, sent: &[Sent]) {
    let done = sent.iter().filter(|sent| sent.verdict == Verdict::Acknowledged).count();
    control.count(done, sent.len() - done);
}

async fn consume(
    session: Rc<Session>,
    wish: Wish,
    rate: Option<u32>,
    on: Option<String>,
    control: Rc<Control>,
) {
    let (began, mut taken) = (session.now(), 0_u64);
    while !control.is_stopped.get() {
        let room = match rate {
            None => BATCH_MAX,
            Some(rate) => due(session.now() - began, rate).saturating_sub(taken).min(BATCH_MAX),
        };
        if room == 0 {
            session.stage.sleep(TICK).await;
            continue;
        }
        let Some(host) = session.candidates(on.as_deref()).into_iter().next() else {
            session.stage.sleep(PAUSE).await;
            continue;
        };
        match ask(&session, &host, &wish, room as usize, WAIT).await {
            Ok(got) => {
                taken += got.len() as u64;
                let items: Vec<Item> = got
                    .into_iter()
                    .map(|(delivery, place)| {
                        let held = Held { receipt: delivery.receipt, delivery: place, host: delivery.owner };
                        Item { id: delivery.id, held: Some(held) }
                    })
                    .collect();
                let settled = delete_items(&session, &items, on.as_deref()).await;
                let done = settled.iter().filter(|settled| settled.result.is_ok()).count();
                control.count(done, settled.len() - done);
            }
            Err(_) => {
                session.oracle.borrow_mut().error();
                control.count(0, 1);
                session.stage.sleep(PAUSE).await;
            }
        }
    }
}
