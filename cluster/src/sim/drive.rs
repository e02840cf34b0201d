//! Driving a world from within a runtime: virtual time goes on whenever nobody here has anything to do.
//!
//! ```text
//!   settle: tasks run, what they ask is taken in, until nothing more comes
//!      ▲                                  │
//!      └── clocks follow ◀── events happen, up to the next answer or the next tick
//! ```
//!
//! The runtime's clock is paused and follows the world's, so timeouts and sleeps of clients and services are in virtual time, too.
//! While a request is open they are exact to the millisecond, which is what the runtime's timers know; while none is, time leaps to
//! whatever comes next. Everything is on one thread, and in an order that only the seed decides. A [`Speed`] ties virtual time to the
//! machine's, for people who look; without one it goes as fast as it can.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::speed::Speed;
use super::world::World;
use crate::client::way::Switchboard;
use crate::host::clock::set_wall_ms;

/// The shortest time that the runtime's timers know, in microseconds.
const TICK: u64 = 1_000;
/// The longest leap, in ticks: timers that nobody has told of are late by no more.
const LEAP: u64 = 25;
/// How many events happen at once at the most, where people look: they want to see something meanwhile.
const EVENTS_AT_ONCE: usize = 500;
/// After so many empty rounds nobody has anything more to do.
const QUIET_ROUNDS: usize = 3;
/// How long the thread sleeps at most when time may not go on yet, while somebody waits for an answer.
const NAP: Duration = Duration::from_millis(2);
/// The same while nobody does: what costs most then is to look whether there is anything to do.
const REST: Duration = Duration::from_millis(20);

/// A world, and who sleeps in it; clones share both.
#[derive(Clone)]
pub struct Driven {
    /// The world.
    pub world: Rc<RefCell<World>>,
    board: Switchboard,
    /// How many sleep up to which tick.
    sleepers: Rc<RefCell<BTreeMap<u64, usize>>>,
    /// How many want time to stand still.
    holders: Rc<Cell<usize>>,
}

/// As long as it is there, virtual time stands still.
pub struct Held(Rc<Cell<usize>>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Somebody who sleeps up to a tick.
struct Sleeper<'a>(&'a Driven, u64);

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        let mut sleepers = self.0.sleepers.borrow_mut();
        if let Some(count) = sleepers.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                sleepers.remove(&self.1);
            }
        }
    }
}

impl Driven {
    /// A world whose hosts are reached through `board`.
    #[must_use]
    pub fn new(world: World, board: Switchboard) -> Self {
        Self { world: Rc::new(RefCell::new(world)), board, sleepers: Rc::default(), holders: Rc::default() }
    }

    /// Waits, in virtual time.
    pub async fn sleep(&self, duration: Duration) {
        // The runtime's clock shows whole ticks.
        let tick = self.world.borrow().now / TICK + (duration.as_micros() as u64).div_ceil(TICK);
        *self.sleepers.borrow_mut().entry(tick).or_default() += 1;
        let _sleeper = Sleeper(self, tick);
        tokio::time::sleep(duration).await;
    }

    /// Has time stand still, so that something that takes long happens at one moment, and others have their turns meanwhile.
    #[must_use]
    pub fn hold(&self) -> Held {
        self.holders.set(self.holders.get() + 1);
        Held(self.holders.clone())
    }

    /// Lets virtual time go on, for ever. The runtime's clock must be paused. `wall_ms` is what the wall clock shows at the
    /// beginning; `each_round` is called often.
    pub fn drive(
        self,
        wall_ms: u64,
        speed: Option<Speed>,
        each_round: impl FnMut(),
    ) -> impl Future<Output = ()> {
        // At once: hosts may be started before this is polled.
        set_wall_ms(wall_ms);
        self.go_on(wall_ms, speed, each_round)
    }

    async fn go_on(self, wall_ms: u64, speed: Option<Speed>, mut each_round: impl FnMut()) {
        let mut told = 0;
        let at_once = if speed.is_some() { EVENTS_AT_ONCE } else { usize::MAX };
        loop {
            let is_held = || self.holders.get() > 0;
            self.settle(is_held() || speed.as_ref().is_some_and(Speed::is_paused)).await;
            each_round();
            if is_held() {
                continue;
            }
            let now = self.world.borrow().now;
            let limit = speed.as_ref().map_or(u64::MAX, |speed| speed.limit(now));
            if limit > now {
                let end = limit.min(self.next_tick(now / TICK) * TICK);
                self.world.borrow_mut().run_until_answer(end, at_once);
            }
            if self.world.borrow().now >= limit {
                // Nobody else lives on this thread who could be kept waiting.
                self.board.rest(self.rest(speed.as_ref()));
            }
            let ticks = self.world.borrow().now / TICK;
            if ticks > told {
                set_wall_ms(wall_ms + ticks);
                tokio::time::advance(Duration::from_micros((ticks - told) * TICK)).await;
                told = ticks;
            }
        }
    }

    /// Up to which tick events may happen before clocks must follow.
    fn next_tick(&self, now: u64) -> u64 {
        if !self.board.is_quiet() {
            return now + 1;
        }
        let sleepers = self.sleepers.borrow();
        let wakes = sleepers.first_key_value().map_or(u64::MAX, |(tick, _)| *tick);
        wakes.clamp(now + 1, now + LEAP)
    }

    /// How long nobody here has anything to do, in real time.
    fn rest(&self, speed: Option<&Speed>) -> Duration {
        if !self.board.is_quiet() {
            return NAP;
        }
        let sleepers = self.sleepers.borrow();
        let until = sleepers.first_key_value().map_or(u64::MAX, |(tick, _)| tick.saturating_mul(TICK));
        let wait = Duration::from_micros(until.saturating_sub(self.world.borrow().now));
        speed.map_or(wait, |speed| speed.takes(wait)).min(REST)
    }

    /// Lets everybody do what there is to do at this moment.
    async fn settle(&self, stands_still: bool) {
        let mut quiet = 0;
        while quiet < QUIET_ROUNDS {
            tokio::task::yield_now().await;
            quiet = if self.world.borrow_mut().take_inputs(stands_still) { 0 } else { quiet + 1 };
        }
    }
}
