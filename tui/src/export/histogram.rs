//! Latencies as a picture: for each phase of a measured load how many of its messages took how long.
//!
//! Time goes to the right, each power of ten as wide as any other, on one axis for all phases; bars are shares of the messages. The
//! picture is light or dark as whoever looks at it likes it.

use std::fmt::Write;
use std::ops::Range;

use super::svg::escaped;

const WIDTH: f64 = 820.0;
const PANEL_HEIGHT: f64 = 270.0;
const HEAD: f64 = 50.0;
const FOOT: f64 = 12.0;
/// The plot within a panel.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 796.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 216.0;

/// What is drawn of one phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Its name, and what it came to.
    pub title: String,
    /// Latencies in microseconds, from and below, with the messages that had one in between.
    pub bars: Vec<(Range<u64>, u64)>,
    /// Latencies in microseconds that are marked, with what they are called.
    pub marks: Vec<(u64, String)>,
}

/// The picture.
#[must_use]
pub fn histogram(title: &str, panels: &[Panel]) -> String {
    let height = HEAD + PANEL_HEIGHT * panels.len() as f64 + FOOT;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
         font-family=\"system-ui, 'DejaVu Sans', Arial, sans-serif\" font-size=\"13\" role=\"img\">\n<style>\n{STYLE}</style>\n"
    );
    let title = escaped(title);
    let _ = writeln!(out, "<title>{title}</title>");
    let _ = writeln!(out, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>");
    let _ = writeln!(
        out,
        "<text class=\"ink\" x=\"20\" y=\"32\" font-size=\"16\" font-weight=\"bold\">{title}</text>"
    );
    let axis = Axis::of(panels);
    for (place, panel) in panels.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate(0 {})\">", HEAD + PANEL_HEIGHT * place as f64);
        panel.draw(&axis, &mut out);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

/// Colours of Okabe and Ito, on a light ground, or on a dark one.
const STYLE: &str = "\
.ground{fill:#fdfdfb}.ink{fill:#1c2024}.dim{fill:#565d66}.bar{fill:#0072b2}.mark{fill:#a33c00}
.grid{stroke:#d5d9de}.axis{stroke:#565d66}.markline{stroke:#a33c00;stroke-dasharray:4 3}
@media (prefers-color-scheme: dark){
.ground{fill:#11151a}.ink{fill:#e4e7eb}.dim{fill:#a3abb5}.bar{fill:#56b4e9}.mark{fill:#e69f00}
.grid{stroke:#2c333b}.axis{stroke:#a3abb5}.markline{stroke:#e69f00}
}
";

/// The axis of time: from and to in powers of ten of a microsecond.
struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    fn of(panels: &[Panel]) -> Self {
        let bars = || panels.iter().flat_map(|panel| &panel.bars);
        let from = bars().map(|(range, _)| range.start).min().unwrap_or(100);
        let to = bars().map(|(range, _)| range.end).max().unwrap_or(1_000);
        Self { from: power(from), to: power(to).max(power(from) + 0.1) }
    }

    fn x(&self, us: u64) -> f64 {
        LEFT + (power(us) - self.from) / (self.to - self.from) * (RIGHT - LEFT)
    }

    /// What is written on it: 1, 2 and 5 of each power of ten.
    fn ticks(&self) -> Vec<u64> {
        let all = (0..=9).flat_map(|ten| [1, 2, 5].map(|digit| digit * 10_u64.pow(ten)));
        all.filter(|us| (self.from - 1e-6..=self.to + 1e-6).contains(&power(*us))).collect()
    }
}

fn power(us: u64) -> f64 {
    (us.max(1) as f64).log10()
}

impl Panel {
    fn draw(&self, axis: &Axis, out: &mut String) {
        let title = escaped(&self.title);
        let _ = writeln!(out, "<text class=\"ink\" x=\"20\" y=\"16\" font-weight=\"bold\">{title}</text>");
        let all: u64 = self.bars.iter().map(|(_, messages)| messages).sum();
        if all == 0 {
            let _ = writeln!(out, "<text class=\"dim\" x=\"20\" y=\"44\">no message was acknowledged</text>");
            return;
        }
        let share = |messages: u64| messages as f64 / all as f64 * 100.0;
        let top = top(self.bars.iter().map(|(_, messages)| share(*messages)).fold(0.0, f64::max));
        let y = |percent: f64| BOTTOM - percent / top * (BOTTOM - TOP);
        self.draw_axes(axis, top, out);
        for (range, messages) in self.bars.iter().filter(|(_, messages)| *messages > 0) {
            let (left, right) = (axis.x(range.start), axis.x(range.end));
            // One message of many is seen, too.
            let height = (BOTTOM - y(share(*messages))).max(2.0);
            let (x, wide, above) = (left + 0.5, (right - left - 1.0).max(1.0), BOTTOM - height);
            let _ = writeln!(
                out,
                "<rect class=\"bar\" x=\"{x:.1}\" y=\"{above:.1}\" width=\"{wide:.1}\" height=\"{height:.1}\"><title>{} to {}: {messages} messages, {:.2}%</title></rect>",
                time(range.start),
                time(range.end),
                share(*messages)
            );
        }
        self.draw_marks(axis, out);
    }

    fn draw_axes(&self, axis: &Axis, top: f64, out: &mut String) {
        for step in 0..=4 {
            let percent = top * f64::from(step) / 4.0;
            let y = BOTTOM - (BOTTOM - TOP) * f64::from(step) / 4.0;
            let _ = writeln!(out, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{RIGHT}\"/>");
            let label = format!("{percent:.2}");
            let label = label.trim_end_matches('0').trim_end_matches('.');
            let _ = writeln!(
                out,
                "<text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}%</text>",
                LEFT - 8.0,
                y + 4.5
            );
        }
        let _ = writeln!(out, "<path class=\"axis\" d=\"M{LEFT} {BOTTOM}H{RIGHT}\"/>");
        for us in axis.ticks() {
            let x = axis.x(us);
            let _ = writeln!(out, "<path class=\"axis\" d=\"M{x:.1} {BOTTOM}v5\"/>");
            let _ = writeln!(
                out,
                "<text class=\"dim\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                BOTTOM + 20.0,
                time(us)
            );
        }
        let _ = writeln!(
            out,
            "<text class=\"dim\" x=\"{RIGHT}\" y=\"{}\" text-anchor=\"end\">time from request to acknowledgement; each bar is its share of the messages</text>",
            BOTTOM + 40.0
        );
    }

    /// Marks stand above the plot, each as near to its place as the one before leaves room.
    fn draw_marks(&self, axis: &Axis, out: &mut String) {
        let mut free = 0.0_f64;
        for (us, name) in &self.marks {
            let x = axis.x(*us);
            let label = format!("{name} {}", time(*us));
            let wide = 7.2 * label.chars().count() as f64;
            let left = (x - wide / 2.0).max(free).min(RIGHT - wide);
            // Where there is no room a second row has some.
            let y = if left < free { TOP - 24.0 } else { TOP - 8.0 };
            free = free.max(left + wide + 8.0);
            let _ = writeln!(out, "<path class=\"markline\" d=\"M{x:.1} {}V{BOTTOM}\"/>", TOP - 4.0);
            let _ = writeln!(
                out,
                "<text class=\"mark\" x=\"{:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>",
                left + wide / 2.0,
                escaped(&label)
            );
        }
    }
}

/// The least round number of percent that is enough.
fn top(percent: f64) -> f64 {
    [2.0, 4.0, 8.0, 12.0, 20.0, 40.0, 60.0, 80.0].into_iter().find(|top| *top >= percent).unwrap_or(100.0)
}

/// `340 µs`, `1.5 ms`, `2 s`.
fn time(us: u64) -> String {
    let (value, unit) = match us {
        0..1_000 => return format!("{us} µs"),
        1_000..1_000_000 => (us as f64 / 1_000.0, "ms"),
        _ => (us as f64 / 1_000_000.0, "s"),
    };
    let value = if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") };
    format!("{} {unit}", value.strip_suffix(".0").unwrap_or(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        Panel {
            title: "enqueue <1>".to_owned(),
            bars: vec![(100..126, 1), (126..158, 0), (158..200, 9_999)],
            marks: vec![(160, "p50".to_owned()), (163, "p99".to_owned())],
        }
    }

    #[test]
    fn bars_stand_where_their_times_are_and_one_message_is_seen() {
        let drawn = histogram("load", &[panel()]);
        let document = roxmltree::Document::parse(&drawn).expect("XML");
        let bars: Vec<[f64; 4]> = document
            .descendants()
            .filter(|node| node.attribute("class") == Some("bar"))
            .map(|node| {
                ["x", "y", "width", "height"].map(|name| node.attribute(name).unwrap().parse().unwrap())
            })
            .collect();
        assert_eq!(bars.len(), 2, "an empty class has no bar");
        assert!(bars[0][3] >= 1.0 && bars[0][0] < bars[1][0]);
        assert!((bars[1][1] + bars[1][3] - BOTTOM).abs() < 0.2 && bars[1][1] >= TOP - 0.2);
        for words in ["100 µs", "200 µs", "p50 160 µs", "p99 163 µs", "100%", "enqueue &lt;1&gt;"] {
            assert!(drawn.contains(words), "{words} is missing in {drawn}");
        }
        assert!(drawn.contains("prefers-color-scheme: dark"));
    }

    #[test]
    fn a_phase_without_messages_says_so() {
        let empty = Panel { bars: Vec::new(), ..panel() };
        assert!(histogram("load", &[empty]).contains("no message was acknowledged"));
    }

    #[test]
    fn times_are_short() {
        let shown = [7, 340, 1_000, 1_540, 12_400, 2_000_000].map(time);
        assert_eq!(shown, ["7 µs", "340 µs", "1 ms", "1.5 ms", "12 ms", "2 s"]);
    }
}
