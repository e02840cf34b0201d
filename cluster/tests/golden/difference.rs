//! Where two texts differ, said so that a person sees it.

/// How many equal lines are shown around what differs.
const AROUND: usize = 2;

/// The first line at which the texts differ, and all lines between their common beginning and their common end: `-` as
/// written, `+` as found. Nothing if they are equal.
pub(crate) fn between(written: &str, found: &str) -> Option<(usize, String)> {
    if written == found {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (written.lines().collect(), found.lines().collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let left = old.len().min(new.len()) - same;
    let same_end =
        old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(old, new)| old == new).count();
    let mark =
        |sign: &str, lines: &[&str]| lines.iter().map(|line| format!("{sign} {line}\n")).collect::<String>();
    let (old_end, new_end) = (old.len() - same_end, new.len() - same_end);
    let text = [
        mark(" ", &old[same.saturating_sub(AROUND)..same]),
        mark("-", &old[same..old_end]),
        mark("+", &new[same..new_end]),
        mark(" ", &old[old_end..old.len().min(old_end + AROUND)]),
    ];
    Some((same + 1, text.concat()))
}
