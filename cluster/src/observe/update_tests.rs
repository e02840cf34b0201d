//! Updates survive a recording unchanged.

use super::{
    Badges, Change, CopyPicture, CopyState, EventKind, EventPicture, EventSerial, Filter, HostNumber,
    HostPicture, HostState, MessageId, MessagePicture, MessageState, MessageWindow, Request, Sort, Update,
    WindowRequest,
};

fn update() -> Update {
    let host = HostPicture::new(HostNumber(1), "alpha", HostState::Up, 5);
    let message = MessagePicture {
        id: MessageId(u128::MAX >> 3),
        message_type: "orders".into(),
        age_ms: 300,
        asked: 2,
        copies: vec![
            CopyPicture { host: HostNumber(1), rank: 0, state: CopyState::Leased { left_ms: 28_000 } },
            CopyPicture { host: HostNumber(2), rank: 1, state: CopyState::OnDeadHost },
        ],
        owner: Some(HostNumber(1)),
        state: MessageState::Leased,
        deliveries: 1,
        priority: 0,
        body: "order 41".into(),
        body_bytes: 8,
    };
    assert!(message.is_under_replicated());
    let event = EventPicture {
        serial: EventSerial(1),
        at_ms: 7,
        host: Some(HostNumber(1)),
        who: "alpha".into(),
        kind: EventKind::Takeover,
        message: Some(message.id),
        words: "takes over".into(),
        took_us: Some(20_000),
        cause: None,
    };
    let window = MessageWindow { serial: 1, total: 1, under_replicated: 1, offset: 0, rows: vec![message] };
    let changes = vec![
        Change::Hosts(vec![host]),
        Change::Window(window),
        Change::Event(event),
        Change::Badges(Badges { acknowledged: 1, ..Badges::default() }),
        Change::Lesson(None),
    ];
    Update { at_ms: 7, changes }
}

#[test]
fn an_update_is_one_line_of_json_and_comes_back() {
    let line = serde_json::to_string(&update()).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!(serde_json::from_str::<Update>(&line).unwrap(), update());
}

#[test]
fn a_request_comes_back() {
    let watch = Request::Watch(WindowRequest {
        serial: 3,
        filter: Filter::parse("type:orders under").unwrap(),
        sort: Sort::FewestCopies,
        offset: 10,
        rows: 40,
        pin: None,
    });
    for request in [watch, Request::Explain(MessageId(7)), Request::Predict(vec![HostNumber(2)])] {
        let line = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<Request>(&line).unwrap(), request);
    }
}

#[test]
fn an_event_is_one_sentence() {
    let update = update();
    let event = update.events().next().unwrap();
    assert_eq!(event.sentence(), "alpha takes over, 20 ms");
}
