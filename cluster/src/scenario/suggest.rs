//! "Did you mean …?": the known word nearest to one that is not known.
//!
//! A word is near when few letters must be changed, or when it is the beginning of exactly one known word.

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
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, candidate)) = near {
        return Some(candidate);
    }
    let mut longer =
        candidates.into_iter().filter(|candidate| letters(&word) > 0 && candidate.starts_with(&word));
    longer.next().filter(|_| longer.next().is_none())
}

/// The same as a line of help.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}
