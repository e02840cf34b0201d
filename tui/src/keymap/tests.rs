//! Every row of the table has its keys, and configuration files are taken or reported line by line.

use super::{Intent, Key, KeyCode, Keymap, ROWS, Scope};

#[test]
fn every_key_of_the_table_is_a_key_and_reads_back() {
    for row in ROWS {
        assert!(!row.keys.is_empty() && !row.scopes.is_empty(), "{}", row.name);
        for text in row.keys {
            let key: Key = text.parse().unwrap_or_else(|error| panic!("{}: {error}", row.name));
            assert_eq!(&key.to_string(), text, "{}", row.name);
        }
    }
}

#[test]
fn names_are_unique() {
    for (place, row) in ROWS.iter().enumerate() {
        assert!(ROWS[place + 1..].iter().all(|other| other.name != row.name), "{}", row.name);
    }
}

#[test]
fn every_key_in_every_scope_does_what_its_row_says() {
    let keymap = Keymap::default();
    for row in ROWS {
        for scope in row.scopes {
            for text in row.keys {
                let key: Key = text.parse().unwrap();
                let first = ROWS
                    .iter()
                    .find(|other| other.scopes.contains(scope) && other.keys.contains(text))
                    .unwrap();
                assert_eq!(keymap.intent(key, &[*scope]), Some(first.intent), "{text} on {scope:?}");
            }
        }
    }
}

#[test]
fn only_the_lesson_list_has_a_key_with_two_meanings() {
    // There `enter` opens the selected lesson first; the card, where one is shown, is asked before.
    for scope in Scope::ALL {
        for row in ROWS.iter().filter(|row| row.scopes.contains(&scope)) {
            for text in row.keys {
                let same =
                    ROWS.iter().filter(|other| other.scopes.contains(&scope) && other.keys.contains(text));
                let allowed = if scope == Scope::Lessons && *text == "enter" { 2 } else { 1 };
                assert!(same.count() <= allowed, "{text} on {scope:?}");
            }
        }
    }
}

#[test]
fn keys_are_rebound() {
    let text = "[keys]\nkill = \"K\"\nquit = [\"ctrl-q\", \"f10\"]\n\n[other]\nx = 1\n";
    let keymap = Keymap::default().with_config("hydraq.toml", text).unwrap();
    assert_eq!(keymap.intent(Key::char('K'), &[Scope::Cluster]), Some(Intent::Kill));
    assert_eq!(keymap.intent(Key::char('k'), &[Scope::Cluster]), None);
    assert_eq!(keymap.intent(Key::ctrl('q'), &[Scope::Help]), Some(Intent::Quit));
    assert_eq!(keymap.intent(Key::plain(KeyCode::F(10)), &[Scope::Help]), Some(Intent::Quit));
    assert_eq!(keymap.shown(Intent::Kill), "K");
}

#[test]
fn everything_wrong_is_reported_with_its_line() {
    let text = "[keys]\nkil = \"K\"\nquit = \"ctrl-\"\nsort = 3\n";
    let error = Keymap::default().with_config("hydraq.toml", text).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert!(lines[0].starts_with("hydraq.toml:2: no key is called \"kil\"; did you mean kill"), "{error}");
    assert!(lines.iter().any(|line| line.starts_with("hydraq.toml:3: \"ctrl-\" is no key")), "{error}");
    assert!(lines.iter().any(|line| line.starts_with("hydraq.toml:4: a key is a text")), "{error}");
}

#[test]
fn one_key_for_two_things_is_refused() {
    let error = Keymap::default().with_config("k.toml", "[keys]\n\nkill = \"e\"\n").unwrap_err().to_string();
    assert_eq!(error, "k.toml:3: the key e would mean both enqueue and kill (cluster)");
}

#[test]
fn what_is_no_toml_is_reported_with_its_line() {
    let error = Keymap::default().with_config("k.toml", "[keys]\nkill = \n").unwrap_err().to_string();
    assert!(error.starts_with("k.toml:2: "), "{error}");
}
