//! What people write: command lines and scenario files.

use hydraq_cluster::scenario::{GROUPS, parse_line, parse_script};

/// Words of the language in an order that bytes decide, so that inputs come further than the first word.
fn words(bytes: &[u8]) -> String {
    const VALUES: [&str; 14] = [
        "--on",
        "last",
        "random",
        "owner(last)",
        "--replicas",
        "3",
        "99999999999999999999",
        "--body",
        "\"",
        "-1",
        "5s",
        "all",
        "==",
        "#",
    ];
    let names: Vec<&str> =
        GROUPS.iter().flat_map(|group| group.commands).map(|command| command.words).chain(VALUES).collect();
    let word =
        |byte: &u8| if byte.is_multiple_of(16) { "\n" } else { names[usize::from(*byte) % names.len()] };
    bytes.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn read(text: &str) {
    if let Ok(script) = parse_script("any.hq", text) {
        for step in script.steps {
            let printed = step.to_string();
            let again = parse_line(&printed, step.line).ok().flatten().map(|step| step.command);
            assert_eq!(again, Some(step.command), "{printed}");
        }
    }
}

#[test]
fn scenario_files() {
    fuzz_bytes!(|bytes: &[u8]| {
        read(&String::from_utf8_lossy(bytes));
        read(&words(bytes));
    });
}

#[test]
fn command_lines() {
    fuzz_bytes!(|bytes: &[u8]| {
        let _ = parse_line(&String::from_utf8_lossy(bytes), 1);
        let _ = parse_line(&words(bytes).replace('\n', " "), 1);
    });
}
