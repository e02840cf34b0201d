use super::*;

#[test]
fn a_ready_line_gives_address_and_port() {
    let line = r#"{"ready":{"name":"alpha","address":"http://127.0.0.1:40123"}}"#;
    let place = Place { address: "http://127.0.0.1:40123".to_owned(), port: 40123 };
    assert_eq!(parse(line, "alpha"), Ok(place));
    let with_more = r#"{"ready":{"name":"alpha","address":"http://[::1]:7/","boot":3}}"#;
    assert_eq!(parse(with_more, "alpha").map(|place| place.port), Ok(7));
}

#[test]
fn any_other_line_is_refused() {
    for line in [
        "",
        "listening",
        r#"{"ready":{"name":"alpha"}}"#,
        r#"{"ready":{"name":"bravo","address":"http://127.0.0.1:40123"}}"#,
        r#"{"ready":{"name":"alpha","address":"127.0.0.1:40123"}}"#,
        r#"{"ready":{"name":"alpha","address":"http://127.0.0.1:0"}}"#,
        r#"{"ready":{"name":"alpha","address":"http://127.0.0.1:70000"}}"#,
        r#"{"ready":{"name":"alpha","address":"http://127.0.0.1"}}"#,
    ] {
        assert!(parse(line, "alpha").is_err(), "{line:?} was taken");
    }
}
