//! What is typed is what is filtered, and nonsense is named.

use super::{Filter, FilterError, MessageState, Sort};

#[test]
fn reads_every_part_and_writes_it_back() {
    let text = "type:orders host:bravo owner:charlie only:2 state:leased under 01J8ZK";
    let filter = Filter::parse(text).unwrap();
    assert_eq!(filter.state, Some(MessageState::Leased));
    assert!(filter.under_replicated);
    assert_eq!(filter.to_string(), text);
    assert_eq!(Filter::parse(&filter.to_string()).unwrap(), filter);
}

#[test]
fn an_empty_text_fits_all() {
    assert!(Filter::parse("  ").unwrap().is_empty());
    assert!(!Filter::parse("under").unwrap().is_empty());
}

#[test]
fn an_id_may_be_typed_in_small_letters() {
    assert_eq!(Filter::parse("01j8zk").unwrap().id_prefix.as_deref(), Some("01J8ZK"));
}

#[test]
fn nonsense_is_named() {
    assert_eq!(Filter::parse("state:odd"), Err(FilterError::State("odd".into())));
    assert_eq!(Filter::parse("color:red"), Err(FilterError::Part("color".into())));
    assert_eq!(Filter::parse("type:"), Err(FilterError::Empty("type".into())));
    assert_eq!(Filter::parse("order"), Err(FilterError::Word("order".into())));
}

#[test]
fn sorts_go_round() {
    let mut sort = Sort::default();
    for _ in Sort::ALL {
        sort = sort.next();
    }
    assert_eq!(sort, Sort::default());
}
