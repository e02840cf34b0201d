use super::*;

#[test]
fn names_follow_the_alphabet_and_then_count() {
    let mut taken: Vec<String> = Vec::new();
    for _ in 0..60 {
        let names: Vec<&str> = taken.iter().map(String::as_str).collect();
        taken.push(next_name(&names));
    }
    assert_eq!(taken[..3], ["alpha", "bravo", "charlie"]);
    assert_eq!(taken[25..28], ["zulu", "alpha-2", "bravo-2"]);
    assert_eq!(taken[52], "alpha-3");
    assert!(taken.iter().all(|name| check(name).is_ok()));
}

#[test]
fn a_freed_name_is_given_again_and_case_does_not_count() {
    assert_eq!(next_name(&["alpha", "charlie"]), "bravo");
    assert_eq!(next_name(&["ALPHA"]), "bravo");
}

#[test]
fn names_that_a_shell_a_path_or_a_number_could_be_are_refused() {
    let long = "a".repeat(NAME_LENGTH_MAX + 1);
    for name in ["", "1", "-alpha", "..", "a/b", "a b", "alpha.log", "é", "a\nb", &long] {
        assert!(check(name).is_err(), "{name:?} was allowed");
    }
    for name in ["a", "Alpha", "my_host-2", &long[1..]] {
        assert!(check(name).is_ok(), "{name:?} was refused");
    }
}
