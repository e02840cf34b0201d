use super::*;

fn text(text: &str) -> Option<v1::ObjectValue> {
    Some(v1::ObjectValue { value: Some(v1::object_value::Value::Text(text.into())) })
}

fn attribute(name: &str, value: Option<v1::ObjectValue>) -> v1::ObjectAttribute {
    v1::ObjectAttribute { name: name.into(), value }
}

#[test]
fn what_is_out_of_range_is_refused_with_field_value_and_limit() {
    let base = v1::CreateObjectRequest { kind: "order".into(), ..Default::default() };
    let refusal = |request: v1::CreateObjectRequest| create(request, 0).expect_err("it is wrong").to_string();
    let long_kind = v1::CreateObjectRequest { kind: "k".repeat(121), ..base.clone() };
    assert!(refusal(long_kind).starts_with("kind must be 1 to 120 bytes"));
    let long_text = vec![attribute("a", text(&"x".repeat(1025)))];
    let request = v1::CreateObjectRequest { attributes: long_text, ..base.clone() };
    assert_eq!(refusal(request), "attributes[0].value must be from 0 to 1024, not 1025");
    let twice = vec![attribute("a", text("1")), attribute("a", text("2"))];
    let request = v1::CreateObjectRequest { attributes: twice, ..base.clone() };
    assert_eq!(refusal(request), "attributes[1].name must be there once: \"a\"");
    let request = v1::CreateObjectRequest { attributes: vec![attribute("a", None)], ..base.clone() };
    assert!(refusal(request).starts_with("attributes[0].value is missing"));
    let request = v1::CreateObjectRequest { id: vec![1, 2].into(), ..base };
    assert!(refusal(request).starts_with("id must be 16 bytes"));
}

#[test]
fn cursors_read_back_and_others_are_refused() {
    assert_eq!(cursor(&cursor_out(&[0, 255, 16])), Ok(Some(vec![0, 255, 16])));
    assert!(cursor("0").is_err() && cursor("zz").is_err() && cursor("+1").is_err());
    assert!(cursor("äö").is_err());
}
