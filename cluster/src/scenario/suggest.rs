//! "Did you mean …?": the known word nearest to one that is not known.
//!
//! A word is near when few letters must be changed, or when one of them is the beginning of the other.

/// Longer words are no slips of the finger, and comparing them would take long.
const LENGTH_MAX: usize = 64;

/// The candidate that the user most likely meant, if one is near enough.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LENGTH_MAX {
        return None;
    }
    let word = word.to_lowercase();
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let distance_max = (letters(&word) / 3).max(1);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let near = candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), *candidate))
        .filter(|(distance, candidate)| *distance <= distance_max && *distance < candidate.chars().count())
        .min_by_key(|(distance, candidate)| (*distance, sorted(candidate) != sorted(&word)));
    if let Some((_, candidate)) = near {
        return Some(candidate);
    }
    let extends = |longer: &str, shorter: &str| letters(shorter) > 0 && longer.starts_with(shorter);
    let shorter = candidates.iter().find(|candidate| letters(candidate) >= 4 && extends(&word, candidate));
    let mut longer = candidates.iter().filter(|candidate| extends(candidate, &word));
    shorter.or_else(|| longer.next().filter(|_| longer.next().is_none())).copied()
}

/// The letters of a word in order: equal for words that only mix them up.
fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

/// The same as a line of help.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
