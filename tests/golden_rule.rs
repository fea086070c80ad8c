//! The harness of the golden cases must find errors: the tolerance rule itself, and errors planted in a case.

#[allow(dead_code, reason = "the rule alone is tested here")]
mod golden_cases;

use golden_cases::tolerance::{Tolerance, Tolerances};
use golden_cases::{Files, NOT_COVERED, Outcome, list_problems, run};
use serde_json::json;

fn check(tolerance: serde_json::Value, got: &[f64], want: &[f64]) -> Result<(), String> {
    Tolerance::from_json(&tolerance).unwrap().check("x", got, want)
}

#[test]
fn each_term_allows_what_it_says() {
    assert!(check(json!({"atol": 0.5}), &[1.5, -0.5], &[1.0, 0.0]).is_ok());
    assert!(check(json!({"atol": 0.5}), &[1.5 + 1e-12], &[1.0]).is_err());
    assert!(check(json!({"rtol": 0.25}), &[5.0, -5.0], &[4.0, -4.0]).is_ok());
    assert!(check(json!({"rtol": 0.25}), &[5.1], &[4.0]).is_err());
    // rmax looks at the largest reference of the tensor, so the same deviation passes or fails with its neighbours.
    assert!(check(json!({"rmax": 0.125}), &[1.0, 8.0], &[0.0, -8.0]).is_err());
    assert!(check(json!({"rmax": 0.125}), &[1.0, -8.0], &[0.0, -8.0]).is_ok());
    assert!(check(json!({"rmax": 0.125}), &[1.0, -4.0], &[0.0, -4.0]).is_err());
    // The terms add up.
    assert!(check(json!({"atol": 0.5, "rtol": 0.125, "rmax": 0.125}), &[10.6], &[8.0]).is_err());
    assert!(check(json!({"atol": 0.5, "rtol": 0.125, "rmax": 0.125}), &[10.5], &[8.0]).is_ok());
}

#[test]
fn exact_is_exact() {
    assert!(check(json!({"atol": 0.0, "rtol": 0.0}), &[1.0, 0.0], &[1.0, -0.0]).is_ok());
    assert!(check(json!({"atol": 0.0, "rtol": 0.0}), &[1.0 + f64::EPSILON], &[1.0]).is_err());
    assert_eq!(Tolerance::from_json(&json!({})).unwrap(), Tolerance::EXACT);
}

#[test]
fn what_is_not_finite_passes_only_where_it_is_expected() {
    let loose = json!({"atol": 1e9, "rtol": 1.0, "rmax": 1.0});
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    assert!(check(loose.clone(), &[nan, inf, -inf], &[nan, inf, -inf]).is_ok());
    for (got, want) in [(nan, 1.0), (1.0, nan), (inf, 1.0), (1.0, inf), (-inf, inf), (nan, inf), (inf, nan)] {
        assert!(check(loose.clone(), &[got], &[want]).is_err(), "got {got}, want {want}");
    }
}

#[test]
fn the_worst_element_is_named() {
    let message = check(json!({"atol": 0.1}), &[1.0, 2.5, 3.2], &[1.0, 2.0, 3.0]).unwrap_err();
    assert_eq!(message, "x: 2 of 3 out of tolerance, worst at [1]: got 2.5e0, want 2e0, allowed ±1.0e-1");
    assert_eq!(check(json!({}), &[1.0], &[1.0, 2.0]).unwrap_err(), "x: got 1 values, want 2");
}

#[test]
fn a_broken_tolerance_is_an_error() {
    for broken in [json!(1e-5), json!({"atol": -1.0}), json!({"atol": "small"}), json!({"aton": 1.0})] {
        assert!(Tolerance::from_json(&broken).is_err(), "{broken}");
    }
}

#[test]
fn keys_hold_at_dots_and_the_longest_wins() {
    let keys = json!({"grad": {"atol": 1.0}, "grad_norm": {"atol": 2.0}, "losses": {"atol": 3.0}, "a.losses": {"atol": 4.0}});
    let tolerances = Tolerances::from_json(keys.as_object().unwrap()).unwrap();
    let key = |name| tolerances.of(name).map(|(key, _)| key.to_owned());
    assert_eq!(key("grad.model.norm.weight").as_deref(), Some("grad"));
    assert_eq!(key("grad_norm").as_deref(), Some("grad_norm"));
    assert_eq!(key("b.losses").as_deref(), Some("losses"));
    assert_eq!(key("a.losses").as_deref(), Some("a.losses"));
    assert_eq!(key("gradient"), None);
    assert_eq!(key("xlosses"), None);
}

/// What is done to the bytes of a file.
type Change = fn(Vec<u8>) -> Vec<u8>;

/// The goldens' folder with a change to one file.
struct Tampered {
    path: &'static str,
    change: Change,
}

impl Files for Tampered {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/goldens");
        let bytes = std::fs::read(format!("{folder}/{path}")).ok()?;
        Some(if path == self.path { (self.change)(bytes) } else { bytes })
    }
}

fn findings(path: &'static str, change: Change) -> String {
    let case = path.split('/').next().unwrap();
    let whole = Tampered { path: "", change: |bytes| bytes };
    assert_eq!(run(&whole, case), Outcome::Passed, "{case} without the planted error");
    match run(&Tampered { path, change }, case) {
        Outcome::Failed(findings) => findings.join("\n"),
        other => panic!("{path} was changed, but the case ended with {other:?}"),
    }
}

/// Replaces text; the replacement has the same length, so that binary files stay whole.
fn replace(bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the text to replace is there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn an_error_planted_in_a_tensor_is_found() {
    let flip_last_bit = |mut bytes: Vec<u8>| {
        *bytes.last_mut().expect("the file is not empty") ^= 1;
        bytes
    };
    let message = findings("quant-float/io.safetensors", flip_last_bit);
    assert!(message.contains("1 of"), "{message}");
}

#[test]
fn a_wrong_hyper_parameter_is_found() {
    let cases: [(&str, Change, &str); 4] = [
        ("llama-tiny/config.json", |bytes| replace(bytes, b"\"rms_norm_eps\": 1e-05", b"\"rms_norm_eps\": 2e-05"), "grad."),
        ("llama-train/case.json", |bytes| replace(bytes, b"\"weight_decay\": 0.01", b"\"weight_decay\": 0.02"), "final_constant."),
        ("llama-train/case.json", |bytes| replace(bytes, b"\"clip\": 1.0", b"\"clip\": 1.1"), "cosine.losses"),
        ("lora-qv/adapter/adapter_config.json", |bytes| replace(bytes, b"\"lora_alpha\": 8", b"\"lora_alpha\": 9"), "logits"),
    ];
    for (path, change, part) in cases {
        let message = findings(path, change);
        assert!(message.contains(part) && message.contains("out of tolerance"), "{path}: {message}");
    }
}

#[test]
fn an_error_planted_in_a_number_is_found() {
    let message = findings("quant-float/case.json", |bytes| replace(bytes, b"\"f16_inf\": 719", b"\"f16_inf\": 718"));
    assert!(message.contains("f16_inf: 1 of 1 out of tolerance"), "{message}");
}

#[test]
fn what_is_expected_and_not_compared_is_found() {
    let message = findings("quant-float/case.json", |bytes| replace(bytes, b"\"f16_bits\": {", b"\"other\": {}, \"f16_bits\": {"));
    assert!(message.contains("nothing was compared under the tolerance `other`"), "{message}");
    let message = findings("quant-float/case.json", |bytes| replace(bytes, b"\"count\":", b"\"extra\": 3, \"count\":"));
    assert!(message.contains("extra was not compared"), "{message}");
}

#[test]
fn a_missing_or_broken_file_fails_the_case() {
    let files = Tampered { path: "", change: |bytes| bytes };
    assert_eq!(run(&files, "no-such-case"), Outcome::Failed(vec!["neither covered nor listed as not".to_owned()]));
    assert_eq!(run(&files, NOT_COVERED[0]), Outcome::NotCovered);
    let message = findings("quant-float/io.safetensors", |bytes| bytes[..100].to_vec());
    assert!(message.contains("header"), "{message}");
}

/// A case is in the list of those that are not covered, or is covered: nothing goes unnoticed when one comes or is forgotten.
#[test]
fn a_case_that_comes_or_goes_is_noticed() {
    let covered = ["clm-eval", "llama-tiny", "llama-train", "lora-qv", "lora-rslora", "quant-float"];
    let mut names: Vec<String> = covered.into_iter().chain(NOT_COVERED).map(str::to_owned).collect();
    assert!(list_problems(&names).is_empty(), "{:?}", list_problems(&names));
    names.push("new-case".to_owned());
    assert_eq!(list_problems(&names), ["new-case is neither covered nor listed"]);
    names.retain(|name| name != "new-case" && name != NOT_COVERED[1]);
    assert_eq!(list_problems(&names), [format!("{} is listed, but there is no such case", NOT_COVERED[1])]);
}
