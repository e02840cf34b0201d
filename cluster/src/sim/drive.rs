//! Driving a world from within a runtime: virtual time goes on whenever nobody here has anything to do.
//!
//! ```text
//!   settle: tasks run, what they ask is taken in, until nothing more comes
//!      ▲                                  │
//!      └── clocks follow ◀── events happen, up to the next answer or the next millisecond
//! ```
//!
//! The runtime's clock is paused and follows the world's, so timeouts and sleeps of clients and services are in virtual time,
//! too, to the millisecond. Everything is on one thread, and in an order that only the seed decides. A [`Speed`] ties virtual time to the
//! machine's, for people who look; without one it goes as fast as it can.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::speed::Speed;
use super::world::World;
use crate::host::clock::set_wall_ms;

/// The shortest time that the runtime's timers know, in microseconds.
const TICK: u64 = 1_000;
/// After so many empty rounds nobody has anything more to do.
const QUIET_ROUNDS: usize = 3;
/// How long the thread sleeps when time may not go on yet.
const NAP: Duration = Duration::from_millis(2);

/// Lets virtual time go on, for ever. The runtime's clock must be paused. `wall_ms` is what the wall clock shows at the beginning.
/// `each_round` is called often.
pub async fn drive(
    world: Rc<RefCell<World>>,
    wall_ms: u64,
    speed: Option<Speed>,
    mut each_round: impl FnMut(),
) {
    let mut told = 0;
    set_wall_ms(wall_ms);
    loop {
        let stands_still = speed.as_ref().is_some_and(Speed::is_paused);
        settle(&world, stands_still).await;
        each_round();
        let now = world.borrow().now;
        let limit = speed.as_ref().map_or(u64::MAX, |speed| speed.limit(now));
        if limit <= now {
            // Nobody else lives on this thread who could be kept waiting.
            std::thread::sleep(NAP);
            continue;
        }
        world.borrow_mut().run_until_answer(limit.min((now / TICK + 1) * TICK));
        let ticks = world.borrow().now / TICK;
        if ticks > told {
            set_wall_ms(wall_ms + ticks);
            tokio::time::advance(Duration::from_micros((ticks - told) * TICK)).await;
            told = ticks;
        }
    }
}

/// Lets everybody do what there is to do at this moment.
async fn settle(world: &RefCell<World>, stands_still: bool) {
    let mut quiet = 0;
    while quiet < QUIET_ROUNDS {
        tokio::task::yield_now().await;
        quiet = if world.borrow_mut().take_inputs(stands_still) { 0 } else { quiet + 1 };
    }
}
