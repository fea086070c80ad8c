use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::*;

#[derive(Clone, Debug, Default, PartialEq, Deserialize, FromJson, Serialize)]
#[serde(default)]
struct Everything {
    flag: bool,
    small: u8,
    large: u64,
    negative: i32,
    single: f32,
    double: f64,
    text: String,
    option: Option<u32>,
    list: Vec<Kind>,
    pair: (u32, f32),
    #[serde(alias = "called")]
    names: BTreeMap<String, Inner>,
    boxed: Option<Box<Unit>>,
    any: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, FromJson, Serialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    x: u32,
    #[serde(default)]
    y: u32,
    #[serde(default = "seven")]
    z: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    option: Option<bool>,
}

fn seven() -> u32 {
    7
}

#[derive(Clone, Debug, PartialEq, Deserialize, FromJson, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    One(u32),
    WithFields {
        x: u32,
        option: Option<u32>,
    },
    #[serde(rename = "4th")]
    Fourth,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, FromJson, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    Ia3,
    #[serde(alias = "before")]
    PromptTuning,
    #[serde(rename = "1f1b")]
    Other,
}

fn everything() -> Everything {
    Everything {
        flag: true,
        small: 255,
        large: u64::MAX,
        negative: i32::MIN,
        single: 0.1,
        double: 0.1,
        text: "字".into(),
        option: Some(3),
        list: vec![Kind::Plain, Kind::One(1), Kind::WithFields { x: 4, option: None }, Kind::Fourth],
        pair: (1, 2.5),
        names: [("a".to_owned(), Inner { x: 1, y: 2, z: 3, option: Some(true) })].into(),
        boxed: Some(Box::new(Unit::Other)),
        any: json!([{ "deep": null }, 1]),
    }
}

fn message<T: FromJson>(json: Value) -> String {
    T::from_json(json).err().expect("it does not fit").to_string()
}

#[test]
fn reads_what_was_written() {
    for value in [everything(), Everything::default()] {
        let json = serde_json::to_value(&value).unwrap();
        assert_eq!(Everything::from_json(json).unwrap(), value);
    }
}

#[test]
fn reads_as_serde_does() {
    let right = [
        json!({}),
        json!({ "unknown": 1, "flag": true }),
        json!({ "double": 1, "single": 1e-50, "large": 9_007_199_254_740_993_u64 }),
        json!({ "option": null, "boxed": null }),
        json!({ "called": { "a": { "x": 1 } } }),
        json!({ "list": [{ "with_fields": { "x": 1, "unknown": 2 } }, { "plain": null }] }),
        json!({ "boxed": "before" }),
        json!({ "boxed": "prompt_tuning" }),
        json!({ "boxed": "ia3" }),
    ];
    for json in right {
        let serde: Everything = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(Everything::from_json(json).unwrap(), serde);
    }
}

#[test]
fn refuses_what_serde_refuses() {
    let wrong = [
        json!({ "flag": 1 }),
        json!({ "small": 256 }),
        json!({ "small": -1 }),
        json!({ "small": 1.5 }),
        json!({ "small": 1.0 }),
        json!({ "negative": i64::MIN }),
        json!({ "large": -1 }),
        json!({ "single": "1" }),
        json!({ "text": 1 }),
        json!({ "text": null }),
        json!({ "option": "x" }),
        json!({ "list": {} }),
        json!({ "list": ["unknown"] }),
        json!({ "list": ["one"] }),
        json!({ "list": ["fourth"] }),
        json!({ "list": [{ "plain": 1 }] }),
        json!({ "list": [{ "one": 1, "plain": null }] }),
        json!({ "list": [{ "with_fields": { "option": 1 } }] }),
        json!({ "pair": [1] }),
        json!({ "pair": [1, 2, 3] }),
        json!({ "names": { "a": { "x": 1, "w": 2 } } }),
        json!({ "names": { "a": {} } }),
        json!({ "boxed": "other" }),
        json!({ "boxed": { "ia3": 1 } }),
        json!("x"),
        json!(null),
    ];
    for json in wrong {
        assert!(serde_json::from_value::<Everything>(json.clone()).is_err(), "{json}");
        assert!(Everything::from_json(json.clone()).is_err(), "{json}");
    }
}

#[test]
fn errors_name_the_field() {
    assert_eq!(message::<Everything>(json!({ "flag": [] })), "flag: a list is not true or false");
    assert_eq!(message::<Everything>(json!({ "names": { "a": {} } })), "names.a.x: it is missing");
    assert_eq!(message::<Everything>(json!({ "names": { "a": { "x": 1, "w": 2 } } })), "names.a.w: there is no such field");
    assert_eq!(message::<Everything>(json!({ "list": ["plain", "plane"] })), "list.1: \"plane\" is none of plain, one, with_fields, 4th");
    assert_eq!(
        message::<Everything>(json!({ "list": [{ "with_fields": { "x": "1" } }] })),
        "list.0.x: \"1\" is not an integer of at most 32 bits that is not negative"
    );
    assert_eq!(message::<Everything>(json!(3)), "3 is not an object");
}

/// Serde also reads a list of its fields in their order.
#[test]
fn a_struct_is_an_object() {
    assert!(serde_json::from_value::<Inner>(json!([1, 2, 3, null])).is_ok());
    assert_eq!(message::<Inner>(json!([1, 2, 3, null])), "a list is not an object");
}
