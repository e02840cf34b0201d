//! Names of hosts: which are allowed, and which one the next host gets.
//!
//! A name becomes a folder, a log file and an argument, and is typed by people beside host numbers, so it starts
//! with a letter and holds nothing that a file system, a shell or a command line could misread.

use super::FleetError;

/// The NATO alphabet, in the order in which hosts are named.
const WORDS: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo",
    "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor",
    "whiskey", "xray", "yankee", "zulu",
];

/// The most characters a name may have.
pub const NAME_LENGTH_MAX: usize = 63;

/// The first name that is not taken: `alpha`, `bravo`, … `zulu`, then `alpha-2`, `bravo-2`, … and so on.
#[must_use]
pub fn next_name(taken: &[&str]) -> String {
    let mut round = 1_usize;
    loop {
        let free = WORDS.iter().map(|word| in_round(word, round)).find(|name| !is_taken(name, taken));
        match free {
            Some(name) => return name,
            None => round += 1,
        }
    }
}

fn in_round(word: &str, round: usize) -> String {
    if round == 1 { word.to_owned() } else { format!("{word}-{round}") }
}

/// Whether a name is in use. Case does not count: some file systems do not tell `Alpha` from `alpha`.
pub(crate) fn is_taken(name: &str, taken: &[&str]) -> bool {
    taken.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// Refuses what cannot be the name of a host: 1 to [`NAME_LENGTH_MAX`] ASCII letters, digits, `-` and `_`, a letter first.
pub(crate) fn check(name: &str) -> Result<(), FleetError> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_plain = name.chars().all(|each| each.is_ascii_alphanumeric() || each == '-' || each == '_');
    if starts_well && is_plain && name.len() <= NAME_LENGTH_MAX {
        Ok(())
    } else {
        Err(FleetError::BadName { name: name.to_owned() })
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
