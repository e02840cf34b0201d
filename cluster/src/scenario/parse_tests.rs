//! Lines become exactly these commands, with the defaults of the language.

use std::time::Duration;

use super::*;

fn command(line: &str) -> Command {
    let step = parse_line(line, 1).unwrap_or_else(|problems| panic!("{line}: {problems:?}"));
    step.unwrap_or_else(|| panic!("{line}: nothing")).command
}

/// The first problem of a line.
fn problem(line: &str) -> Problem {
    parse_line(line, 1).expect_err(line).swap_remove(0)
}

fn host(name: &str) -> HostRef {
    HostRef::Name(HostName::new(name).expect("a name"))
}

fn message_type(name: &str) -> MessageType {
    MessageType::new(name).expect("a type")
}

#[test]
fn an_enqueue_has_the_defaults_of_the_language() {
    let Command::Enqueue(enqueue) = command("enqueue") else { panic!("another command") };
    assert_eq!(enqueue.count, 1);
    let expected = EnqueueOptions {
        message_type: message_type("default"),
        replicas: 2,
        min_replicas: None,
        body: Body::Text("message {n}".into()),
        on: None,
        shape: Shape::Star,
        delay: Duration::ZERO,
        time_to_live: None,
        max_deliveries: None,
        priority: None,
        id: None,
        timeout: Duration::from_secs(10),
        is_async: false,
    };
    assert_eq!(enqueue.options, expected);
    assert_eq!(command("produce"), Command::Produce(Produce { rate: 10, options: expected }));
}

#[test]
fn an_enqueue_takes_every_option() {
    let line = "enqueue 5 --type orders --replicas 255 --min-replicas=3 --size 4KiB --on 2 --shape tree --delay 1.5s \
                --ttl 2h --max-deliveries 7 --priority 9 --id 00000000000000000000000001 --timeout 1m --async";
    let Command::Enqueue(enqueue) = command(line) else { panic!("another command") };
    assert_eq!(enqueue.count, 5);
    let options = enqueue.options;
    assert_eq!((options.replicas, options.min_replicas, options.body), (255, Some(3), Body::Size(4096)));
    assert_eq!((options.on, options.shape), (Some(HostRef::Number(2)), Shape::Tree));
    assert_eq!(
        (options.delay, options.time_to_live),
        (Duration::from_millis(1500), Some(Duration::from_secs(7200)))
    );
    assert_eq!((options.max_deliveries, options.priority), (Some(7), Some(9)));
    assert_eq!((options.id.map(|id| id.0), options.timeout), (Some(1), Duration::from_secs(60)));
    assert!(options.is_async);
}

#[test]
fn a_dequeue_asks_for_one_message_of_the_default_type_without_waiting() {
    let expected = Dequeue {
        count: 1,
        message_types: vec![message_type("default")],
        on: None,
        lease: Duration::from_secs(30),
        wait: Duration::ZERO,
    };
    assert_eq!(command("dequeue"), Command::Dequeue(expected.clone()));
    let message_types = vec![message_type("a"), message_type("b")];
    assert_eq!(command("dequeue --type a --type b"), Command::Dequeue(Dequeue { message_types, ..expected }));
}

#[test]
fn the_target_of_a_delete_is_the_last_dequeue_all_or_a_message() {
    let target = |line: &str| match command(line) {
        Command::Delete(settle) | Command::Release(settle) => settle.target,
        Command::Extend(extend) => extend.target,
        other => panic!("{other}"),
    };
    assert_eq!(target("delete"), Target::LastDequeue);
    assert_eq!(target("release all"), Target::All);
    assert_eq!(target("extend 5s last"), Target::Message(MessageRef::Last));
    let id = ulid::Ulid(u128::MAX);
    assert_eq!(target("delete 7zzzzzzzzzzzzzzzzzzzzzzzzz"), Target::Message(MessageRef::Id(id)));
}

#[test]
fn hosts_are_names_numbers_and_roles() {
    let Command::Kill(Hosts { hosts }) =
        command("kill alpha 2 owner(last) holder(last,3) outsider(last) random")
    else {
        panic!("another command")
    };
    let message = MessageRef::Last;
    let roles = [
        Role::Owner { message },
        Role::Holder { message, rank: 3 },
        Role::Outsider { message },
        Role::Random,
    ];
    let expected: Vec<HostRef> =
        [host("alpha"), HostRef::Number(2)].into_iter().chain(roles.map(HostRef::Role)).collect();
    assert_eq!(hosts, expected);
}

#[test]
fn links_have_two_ends_or_are_all_meant() {
    let link = Link { a: host("alpha"), b: host("bravo") };
    let cut = Cut { link: link.clone(), one_way: true };
    assert_eq!(command("cut alpha bravo --one-way"), Command::Cut(cut));
    let drop = DropFrames { link: link.clone(), percent: 30 };
    assert_eq!(command("drop alpha bravo 30%"), Command::Drop(drop));
    assert_eq!(command("heal alpha bravo"), Command::Heal(Heal { link: Some(link) }));
    assert_eq!(command("heal"), Command::Heal(Heal { link: None }));
}

#[test]
fn objects_have_attributes_and_conditions() {
    let Command::ObjectCreate(create) =
        command("object create order 3 --attribute a=1 --attribute 'b=x = y'")
    else {
        panic!("another command")
    };
    let attributes: Vec<String> =
        create.attributes.iter().map(|a| format!("{}|{}", a.name, a.value)).collect();
    assert_eq!((create.count, attributes), (3, vec!["a|1".to_owned(), "b|x = y".into()]));
    let Command::ObjectQuery(query) = command("object query order --where a>=5 --where b^= --strict") else {
        panic!("another command")
    };
    let comparisons: Vec<Comparison> =
        query.conditions.iter().map(|condition| condition.comparison).collect();
    assert_eq!(
        (comparisons, query.limit, query.strict),
        (vec![Comparison::AtLeast, Comparison::Prefix], 100, true)
    );
}

#[test]
fn settings_have_their_words() {
    assert_eq!(command("repair"), Command::Repair(Repair { mode: None }));
    assert_eq!(command("repair none"), Command::Repair(Repair { mode: Some(RepairMode::None) }));
    assert_eq!(command("balance least-loaded"), Command::Balance(Balance { scheme: Scheme::LeastLoaded }));
    assert_eq!(command("redrive"), Command::Redrive(Redrive { target: RedriveTarget::All }));
    assert_eq!(
        command("redrive orders"),
        Command::Redrive(Redrive { target: RedriveTarget::Type(message_type("orders")) })
    );
    let limit = |limit| Command::LimitType(LimitType { message_type: message_type("orders"), limit });
    assert_eq!(command("limit-type orders 10"), limit(LengthLimit::AtMost(10)));
    assert_eq!(command("limit-type orders none"), limit(LengthLimit::None));
}

#[test]
fn an_expectation_has_a_metric_an_operator_and_a_value() {
    let expected = Expectation {
        metric: Metric::Held(HostRef::Role(Role::Holder { message: MessageRef::Last, rank: 1 })),
        operator: Operator::AtMost,
        value: 3,
        within: Some(Duration::from_secs(5)),
    };
    assert_eq!(command("expect held(holder(last,1)) <= 3 --within 5s"), Command::Expect(expected));
    assert!(Operator::AtMost.holds(3, 3) && !Operator::Less.holds(3, 3) && Operator::NotEqual.holds(3, 4));
    assert!(Operator::Equal.holds(3, 3) && Operator::Greater.holds(4, 3) && Operator::AtLeast.holds(3, 3));
}

#[test]
fn a_question_has_choices_and_an_answer() {
    let Command::Ask(ask) =
        command("ask 'Why?' --choice 'a: one' --choice 'b:  two ' --answer b --explain Because")
    else {
        panic!("another command")
    };
    let choices: Vec<(&str, &str)> = ask.choices.iter().map(|c| (c.key.as_str(), c.text.as_str())).collect();
    assert_eq!(choices, [("a", "one"), ("b", "two")]);
    assert_eq!((ask.answer.as_str(), ask.explanation.as_deref()), ("b", Some("Because")));
}

#[test]
fn a_step_knows_its_line_its_place_and_whether_it_may_fail() {
    let script = parse_script("a.hq", "# one\n\n  try object get last # three\n").expect("valid");
    let [step] = script.steps.as_slice() else { panic!("{script:?}") };
    assert_eq!((step.line, step.attempt, step.span.clone()), (3, true, 6..16));
    assert_eq!(step.text, "  try object get last # three");
    assert_eq!(step.to_string(), "try object get last");
    assert_eq!(
        script.diagnostic(step, "there is no object", None).to_string(),
        "a.hq:3:7: there is no object\n  try object get last # three\n      ^^^^^^^^^^"
    );
}

#[test]
fn a_body_is_at_most_a_mebibyte() {
    let line = |bytes: usize| format!("enqueue --body {}", "x".repeat(bytes));
    let Command::Enqueue(enqueue) = command(&line(1 << 20)) else { panic!("another command") };
    assert!(matches!(enqueue.options.body, Body::Text(text) if text.len() == 1 << 20));
    assert_eq!(
        problem(&line((1 << 20) + 1)).message,
        "--body must be at most 1 MiB (1048576 bytes), not 1048577 bytes"
    );
    let filled = format!("enqueue 1000 --body {}{{n}}", "x".repeat((1 << 20) - 3));
    assert_eq!(
        problem(&filled).message,
        "--body with its {n} filled in must be at most 1 MiB (1048576 bytes), not 1048577 bytes"
    );
    assert!(parse_line(&filled.replace("1000", "999"), 1).is_ok());
}

#[test]
fn a_line_has_at_most_a_thousand_words() {
    assert!(parse_line(&format!("kill{}", " alpha".repeat(999)), 1).is_ok());
    let said = problem(&format!("kill{}", " alpha".repeat(1_000_000)));
    assert_eq!(said.message, "a line must have at most 1000 words, not 1000001");
    assert_eq!(said.span, 4 + 999 * 6 + 1..4 + 1000 * 6);
}

#[test]
fn the_count_takes_the_place_of_its_sign() {
    assert_eq!(numbered("order {n} of {n}", 12), "order 12 of 12");
    assert_eq!(numbered("{{n}} {m}", 1), "{1} {m}");
}

#[test]
fn durations_are_exact_to_the_millisecond() {
    let cases = [("0", 0), ("0.0s", 0), ("250ms", 250), ("1.5s", 1500), ("0.001s", 1), ("1.50m", 90_000)];
    for (text, ms) in cases.into_iter().chain([("2h", 7_200_000), ("007s", 7000), ("8760h", 31_536_000_000)])
    {
        let expected = Command::Wait(Wait { duration: Duration::from_millis(ms) });
        assert_eq!(command(&format!("wait {text}")), expected, "{text}");
    }
    for text in ["1.5ms", "0.0001s", "8761h", "99999999999999999999h", "1..5s", "1.5.5s", ".", "5S ", "0x5s"]
    {
        assert!(parse_line(&format!("wait '{text}'"), 1).is_err(), "{text}");
    }
}

#[test]
fn names_are_checked_by_themselves() {
    assert!(HostName::new("a").is_ok() && HostName::new(&"a".repeat(32)).is_ok());
    for text in ["", "A", "1a", "-a", "a_b", "random", &"a".repeat(33)] {
        assert!(HostName::new(text).is_err(), "{text}");
    }
    assert!(MessageType::new(&"é".repeat(64)).is_ok() && MessageType::new(&"é".repeat(65)).is_err());
    assert_eq!(
        HostName::new("Alpha").expect_err("upper case").help.as_deref(),
        Some("did you mean `alpha`?")
    );
}
