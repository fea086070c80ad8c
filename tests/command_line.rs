//! The command line as a person meets it: output, messages and exit codes.
#![cfg(not(target_arch = "wasm32"))]

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs `tinyai` with `input` on standard input.
fn tinyai(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tinyai"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn default_spec_passes_its_own_check() {
    let spec = tinyai(&["default-spec"], b"");
    let checked = tinyai(&["check", "-", "--lang", "en"], &spec.stdout);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    let out = text(&checked.stdout);
    assert!(out.contains("✓ full\n    as the base"), "{out}");
    assert!(out.contains("fine_tuning.method: \"full\" → \"lora\""), "{out}");
}

#[test]
fn schema_is_the_one_committed_for_the_site() {
    let committed = include_str!("../www/types/generated/schema.json");
    assert_eq!(text(&tinyai(&["schema"], b"").stdout), committed);
}

#[test]
fn problems_are_told_in_the_language_asked_for_with_exit_code_2() {
    let spec = br#"{"runs": [{"name": "a", "patch": {"training": {"steps": 0}}}]}"#;
    let en = tinyai(&["check", "-", "--lang", "en"], spec);
    assert_eq!(en.status.code(), Some(2));
    let expected = "✗ run \"a\": training.steps is 0, but it must be a whole number from 1 to 100000 (steps).";
    assert!(text(&en.stderr).starts_with(expected), "{}", text(&en.stderr));
    let zh = tinyai(&["check", "-", "--lang", "zh"], spec);
    let expected = "✗ 运行“a”：training.steps 的值是 0，但它应当是 1 到 100000 之间的整数（单位：步）。";
    assert!(text(&zh.stderr).starts_with(expected), "{}", text(&zh.stderr));
}

#[test]
fn files_that_are_missing_or_no_text_are_problems() {
    let missing = tinyai(&["check", "no-such-spec.json", "--lang", "en"], b"");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("no-such-spec.json"));
    let binary = tinyai(&["check", "-", "--lang", "en"], b"{\xff}");
    assert_eq!(binary.status.code(), Some(2));
    assert!(text(&binary.stderr).contains("not UTF-8: byte 1 is 0xFF"), "{}", text(&binary.stderr));
}
