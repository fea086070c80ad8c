//! The command line as a person meets it: output, messages and exit codes.

#[path = "command_line/adapters.rs"]
mod adapters;
#[path = "command_line/bad_adapters.rs"]
mod bad_adapters;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

/// Runs `tinyai` with `input` on standard input.
fn tinyai(arguments: &[&str], input: &[u8]) -> Output {
    tinyai_in(Path::new("."), arguments, input)
}

/// The same in another current folder.
fn tinyai_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tinyai"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("TINYAI_ASSETS")
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

/// A folder of the test's own, empty.
fn empty_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("tinyai-command-line-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The shortest training there is.
fn one_step() -> Value {
    json!({
        "base": {
            "training": { "steps": 1, "warmup_steps": 0, "batch_size": 1 },
            "data": { "context": 16 },
            "evaluation": { "tokens": 16, "sample_tokens": 0 },
        },
        "runs": [{ "name": "a" }],
    })
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
    let committed: Value = serde_json::from_str(include_str!("../www/types/generated/schema.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(text(&tinyai(&["schema"], b"").stdout)).unwrap(), committed);
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
fn what_does_not_go_with_the_model_is_refused_by_the_check_where_the_model_is_at_hand() {
    let spec = json!({
        "base": { "model": { "base": "shakespeare-plays" }, "data": { "corpus": "shakespeare-sonnets" } },
        "runs": [{ "name": "a", "patch": { "fine_tuning": { "method": "prefix_tuning", "prompt": { "virtual_tokens": 200 } } } }],
    });
    let checked = tinyai(&["check", "-", "--lang", "en"], spec.to_string().as_bytes());
    assert_eq!(checked.status.code(), Some(2), "{}", text(&checked.stdout));
    let expected = "✗ run \"a\": fine_tuning.prompt.virtual_tokens is 200, but the model \"shakespeare-plays\" reads 256 tokens at once, of which 64 are the text’s (data.context). Choose at most 192,";
    assert!(text(&checked.stderr).starts_with(expected), "{}", text(&checked.stderr));
    let folder = empty_folder("no-models");
    let nowhere = ["check", "-", "--lang", "en", "--assets", folder.to_str().unwrap()];
    assert_eq!(tinyai(&nowhere, spec.to_string().as_bytes()).status.code(), Some(2));
    let own = json!({ "base": { "model": { "base": "file:mine" } }, "runs": [{ "name": "a" }] });
    let checked = tinyai_in(&folder, &["check", "-", "--lang", "en"], own.to_string().as_bytes());
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert!(text(&checked.stdout).contains("The sizes of the model file:mine are not known here"), "{}", text(&checked.stdout));
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

#[test]
fn a_run_finds_its_files_wherever_it_stands_and_makes_the_folder_of_its_result() {
    let folder = empty_folder("anywhere");
    fs::create_dir(folder.join("specs")).unwrap();
    let mut spec = one_step();
    spec["base"]["data"]["corpus"] = json!("file:texts/mine.txt");
    fs::create_dir(folder.join("specs/texts")).unwrap();
    fs::write(folder.join("specs/texts/mine.txt"), "春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。\n".repeat(30)).unwrap();
    fs::write(folder.join("specs/spec.json"), format!("\u{feff}{spec}")).unwrap();
    let run = tinyai_in(&folder, &["run", "specs/spec.json", "--out", "missing/deeper/a.json", "--lang", "en"], b"");
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    let result: Value = serde_json::from_slice(&fs::read(folder.join("missing/deeper/a.json")).unwrap()).unwrap();
    assert_eq!(result["runs"][0]["status"], "finished");
    assert!(run.stdout.is_empty());
}

#[test]
fn a_result_that_has_no_place_is_refused_before_training() {
    let folder = empty_folder("no-place");
    fs::write(folder.join("file"), "").unwrap();
    let spec = one_step().to_string();
    for (out, named) in [("file/a.json", "file/a.json"), (".", ".")] {
        let run = tinyai_in(&folder, &["run", "-", "--out", out, "--lang", "en"], spec.as_bytes());
        assert_eq!(run.status.code(), Some(2), "{}", text(&run.stderr));
        assert!(text(&run.stderr).starts_with(&format!("✗ The file {named} cannot be used.")), "{}", text(&run.stderr));
        assert!(!text(&run.stderr).contains("parameters"), "it trained: {}", text(&run.stderr));
    }
}

/// A device that can be opened and takes nothing, as a disk that is full.
#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_printed() {
    let run = tinyai(&["run", "-", "--out", "/dev/full", "--lang", "zh"], one_step().to_string().as_bytes());
    assert_eq!(run.status.code(), Some(1));
    let result: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["runs"][0]["status"], "finished");
    assert!(text(&run.stderr).contains("结果无法写入 /dev/full"), "{}", text(&run.stderr));
}

#[test]
fn a_folder_of_assets_that_is_named_has_to_have_them() {
    let run = tinyai(&["run", "-", "--assets", "no/such", "--lang", "en"], one_step().to_string().as_bytes());
    assert_eq!(run.status.code(), Some(2));
    assert!(text(&run.stderr).contains("no/such"), "{}", text(&run.stderr));
    let pretrain = tinyai(&["pretrain", "tang-poems", "--assets", "no/such", "--lang", "en"], b"");
    assert_eq!(pretrain.status.code(), Some(2));
    assert!(text(&pretrain.stderr).contains("no/such"), "{}", text(&pretrain.stderr));
}

#[test]
fn a_pretraining_is_refused_before_it_begins_where_it_could_not_end() {
    let folder = empty_folder("pretrain");
    fs::write(folder.join("tang-poems"), "a file where the model's folder would be").unwrap();
    let out = folder.display().to_string();
    let pretrain = tinyai(&["pretrain", "tang-poems", "--out", &out, "--lang", "en"], b"");
    assert_eq!(pretrain.status.code(), Some(2), "{}", text(&pretrain.stderr));
    assert!(text(&pretrain.stderr).contains("tang-poems/model.safetensors"), "{}", text(&pretrain.stderr));
    let short = tinyai(&["pretrain", "tang-poems", "--steps", "100", "--out", &out, "--lang", "en"], b"");
    assert_eq!(short.status.code(), Some(2), "{}", text(&short.stderr));
    assert!(text(&short.stderr).contains("training.warmup_steps is 100, but the run has only 100 steps"), "{}", text(&short.stderr));
}

#[test]
fn keys_that_stand_twice_and_other_encodings_are_told() {
    let twice = br#"{"base": {"training": {"steps": 20, "steps": 30}}, "runs": [{"name": "a"}]}"#;
    let check = tinyai(&["check", "-", "--lang", "en"], twice);
    assert_eq!(check.status.code(), Some(2));
    assert!(text(&check.stderr).contains("training.steps stands twice"), "{}", text(&check.stderr));
    let utf16: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let check = tinyai(&["check", "-", "--lang", "en"], &utf16);
    assert_eq!(check.status.code(), Some(2));
    assert!(text(&check.stderr).contains("UTF-16 LE"), "{}", text(&check.stderr));
}
