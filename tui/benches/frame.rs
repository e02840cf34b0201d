//! How long a frame takes: 120 × 40, 64 hosts, a million messages. The target is a 99th percentile under 8 ms.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use hydraq::demo::{Stage, million};
use hydraq::model::{Input, Screen, Setup};
use ratatui::buffer::Buffer;

/// Frames that are measured one by one.
const FRAMES: usize = 3_000;

fn stage(screen: Screen) -> Stage {
    let mut stage = Stage::new(Setup { size: (120, 40), screen, ..Setup::default() }, million(7, 64));
    stage.keys("down down down");
    stage
}

fn frames(criterion: &mut Criterion) {
    for screen in [Screen::Cluster, Screen::Faults, Screen::Stores, Screen::Timeline, Screen::Help] {
        let stage = stage(screen);
        criterion.bench_function(&format!("draw {}", screen.title()), |bencher| {
            bencher.iter(|| black_box(stage.draw()));
        });
    }
    let mut stage = stage(Screen::Cluster);
    let told = stage.demo.advance(100);
    criterion.bench_function("update, draw, compare", |bencher| {
        let before = stage.draw();
        bencher.iter(|| {
            stage.input(Input::Update(told.clone()));
            differences(&before, &stage.draw())
        });
    });
    percentiles();
}

/// What a terminal would be sent.
fn differences(before: &Buffer, after: &Buffer) -> usize {
    before.diff(after).len()
}

/// Says the percentiles of whole frames: an update, the drawing, and the comparison with the frame before.
fn percentiles() {
    let mut stage = stage(Screen::Cluster);
    let told = stage.demo.advance(100);
    let mut before = stage.draw();
    let mut times: Vec<Duration> = Vec::with_capacity(FRAMES);
    for _ in 0..FRAMES {
        let update = told.clone();
        let start = Instant::now();
        stage.input(Input::Update(update));
        let after = stage.draw();
        black_box(differences(&before, &after));
        times.push(start.elapsed());
        before = after;
    }
    times.sort_unstable();
    let at = |percent: usize| times[(FRAMES * percent / 100).min(FRAMES - 1)];
    println!("frame with an update: p50 {:?}, p99 {:?}, longest {:?}", at(50), at(99), times[FRAMES - 1]);
}

criterion_group!(benches, frames);
criterion_main!(benches);
