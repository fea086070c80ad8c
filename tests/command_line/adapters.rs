//! `tinyai adapter`, on adapters that PEFT has written, and the adapters that `tinyai run` writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tinyai::formats::safetensors;

use super::{empty_folder, one_step, text, tinyai, tinyai_in};

/// The folder of a golden case: a base, with an adapter of PEFT's in `adapter/`.
pub fn golden(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(case)
}

pub fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Runs `tinyai adapter`, in English.
pub fn adapter(arguments: &[&str]) -> Output {
    tinyai(&[&["adapter"], arguments, &["--lang", "en"]].concat(), b"")
}

/// What it prints, having done its work.
fn done(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The logits after some tokens, of a base with an adapter or alone.
fn logits(base: &Path, adapter_folder: Option<&Path>) -> Vec<f64> {
    let (base, folder) = (shown(base), adapter_folder.map(shown));
    let mut arguments = vec!["logits"];
    arguments.extend(folder.as_deref());
    arguments.extend(["--base", &base, "--ids", "5,17,99,3,64"]);
    let rows: Vec<Vec<f64>> = serde_json::from_str(done(&adapter(&arguments))).unwrap();
    assert_eq!((rows.len(), rows[0].len()), (5, 128));
    rows.concat()
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

fn json_file(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn info_tells_what_an_adapter_is_and_that_a_base_has_another_name() {
    let (case, folder) = (golden("lora-qv"), golden("lora-qv").join("adapter"));
    let told = adapter(&["info", &shown(&folder)]);
    for line in ["method: LORA", "rank: 4", "alpha: 8", "modules: 4 (v_proj, q_proj)", "base: golden/llama-micro", "parameters: 1344"] {
        assert!(done(&told).contains(&format!("{line}\n")), "{line}: {}", text(&told.stdout));
    }
    assert!(!text(&told.stdout).contains('!'), "{}", text(&told.stdout));
    let with_base = adapter(&["info", &shown(&folder), "--base", &shown(&case)]);
    let warning = "! It says it belongs to the base golden/llama-micro, and is used with ";
    assert!(done(&with_base).contains(warning), "{}", text(&with_base.stdout));
    let zh = tinyai(&["adapter", "info", &shown(&folder), "--base", &shown(&case), "--lang", "zh"], b"");
    assert!(done(&zh).contains("方法: LORA\n") && text(&zh.stdout).contains("它注明的基座模型是 golden/llama-micro"));
    let info: Value = serde_json::from_str(done(&adapter(&["info", &shown(&folder), "--json"]))).unwrap();
    assert_eq!((&info["method"], &info["rank"], &info["modules"][0]["rank"]), (&json!("LORA"), &json!(4), &json!(4)));
    for (case, parts) in [("lora-dora", "variant: DoRA"), ("lora-rslora", "variant: rsLoRA"), ("prompt-tuning", "virtual tokens: 5")] {
        let told = adapter(&["info", &shown(&golden(case).join("adapter")), "--base", &shown(&golden(case))]);
        assert!(done(&told).contains(parts), "{case}: {}", text(&told.stdout));
    }
}

#[test]
fn a_merged_model_computes_what_base_and_adapter_do() {
    let (case, out) = (golden("lora-qv"), empty_folder("adapter-merge").join("made/for it"));
    let folder = case.join("adapter");
    let merged = adapter(&["merge", &shown(&folder), "--base", &shown(&case), "--out", &shown(&out)]);
    assert!(done(&merged).is_empty() && text(&merged.stderr).contains("used with"), "{}", text(&merged.stderr));
    let (beside, alone) = (logits(&case, Some(&folder)), logits(&case, None));
    assert!(largest_difference(&beside, &alone) > 1e-2, "the adapter does something");
    assert!(largest_difference(&beside, &logits(&out, None)) < 1e-5);
    assert_eq!(fs::read(out.join("config.json")).unwrap(), fs::read(case.join("config.json")).unwrap());

    let rounded = adapter(&["merge", &shown(&folder), "--base", &shown(&case), "--out", &shown(&out), "--dtype", "bf16"]);
    done(&rounded);
    assert!(text(&rounded.stderr).contains("The merged weights are rounded to bfloat16: by at most"), "{}", text(&rounded.stderr));
    assert_eq!(json_file(&out.join("config.json"))["dtype"], "bfloat16");
    let difference = largest_difference(&beside, &logits(&out, None));
    assert!(difference > 1e-5 && difference < 0.1, "rounding changes the logits by {difference}");
}

#[test]
fn what_no_weight_can_take_is_not_merged() {
    for (case, part) in [("prompt-tuning", "no weight of the base can take them"), ("prefix-tuning", "no weight of the base can take them")]
    {
        let out = empty_folder("adapter-unmerged");
        let refused = adapter(&["merge", &shown(&golden(case).join("adapter")), "--base", &shown(&golden(case)), "--out", &shown(&out)]);
        assert_eq!((refused.status.code(), text(&refused.stderr).contains(part)), (Some(2), true), "{}", text(&refused.stderr));
        assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing is left behind");
    }
}

#[test]
fn a_converted_adapter_is_the_same_value_by_value() {
    let out = empty_folder("adapter-convert");
    for case in ["lora-qv", "lora-rslora", "lora-dora", "ia3", "prompt-tuning", "prefix-tuning"] {
        let folder = golden(case).join("adapter");
        done(&adapter(&["convert", &shown(&folder), "--out", &shown(&out)]));
        let [old, new] = [&folder, &out].map(|folder| fs::read(folder.join("adapter_model.safetensors")).unwrap());
        assert_eq!(safetensors::read(&new).unwrap().tensors, safetensors::read(&old).unwrap().tensors, "{case}");
        assert_eq!(json_file(&out.join("adapter_config.json")), json_file(&folder.join("adapter_config.json")), "{case}");
    }
    let half = adapter(&["convert", &shown(&golden("lora-qv").join("adapter")), "--out", &shown(&out), "--dtype", "f16"]);
    done(&half);
    assert!(text(&half.stderr).starts_with("! Values are rounded to float16:"), "{}", text(&half.stderr));
    let again = adapter(&["convert", &shown(&out), "--out", &shown(&out), "--dtype", "f16"]);
    assert!(done(&again).is_empty() && again.stderr.is_empty(), "nothing is rounded twice: {}", text(&again.stderr));
}

#[test]
fn adapters_are_mixed_into_one_that_computes_their_sum() {
    let (case, folder) = (golden("lora-qv"), empty_folder("adapter-mix"));
    let [first, second] = [golden("lora-qv"), golden("lora-rslora")].map(|case| case.join("adapter"));
    let mix = |name: &str, how: &[&str], weights: [&str; 2]| {
        let out = folder.join(name);
        let parts = [&first, &second].into_iter().zip(weights).map(|(folder, weight)| format!("{}={weight}", shown(folder)));
        let (out_arg, parts) = (shown(&out), parts.collect::<Vec<_>>());
        let mut arguments = vec!["mix", &parts[0], &parts[1], "--out", &out_arg, "--how"];
        arguments.extend(how);
        let mixed = adapter(&arguments);
        assert!(done(&mixed).is_empty() && mixed.stderr.is_empty(), "{}", text(&mixed.stderr));
        out
    };
    let of = |folder: &Path| logits(&case, Some(folder));
    // One of the two alone, which the other has to leave as it is.
    for (name, weights, expected) in [("first", ["1", "0"], &first), ("second", ["0", "1.0"], &second)] {
        let mixed = of(&mix(name, &["cat"], weights));
        assert!(largest_difference(&mixed, &of(expected)) < 1e-5, "{name}");
    }
    let (cat, svd) = (mix("cat", &["cat"], ["0.6", "-0.4"]), mix("svd", &["svd", "--rank", "24"], ["0.6", "-0.4"]));
    assert!(largest_difference(&of(&cat), &of(&svd)) < 1e-5, "both are the sum");
    assert!(largest_difference(&of(&cat), &logits(&case, None)) > 1e-2, "which is something");
    let cut = mix("cut", &["svd", "--rank", "2"], ["0.6", "-0.4"]);
    assert_eq!(json_file(&cut.join("adapter_config.json"))["r"], 2);
    assert!(largest_difference(&of(&cut), &of(&svd)) > 1e-4, "two singular values are not all");
}

#[test]
fn mixing_says_what_it_cannot_add_up() {
    let folder = |case: &str| shown(&golden(case).join("adapter"));
    let lora = format!("{}=1", folder("lora-qv"));
    let of = |case: &str| format!("{}=0.5", folder(case));
    let out = empty_folder("adapter-unmixed");
    let out_argument = shown(&out);
    let missing = empty_folder("adapter-missing");
    let cases: [(&str, Vec<&str>, &str, &str); 8] = [
        (&of("ia3"), vec!["--how", "cat"], "Adapter 2 is of the method IA3", "Mix adapters of LORA or ADALORA"),
        (&of("lora-dora"), vec!["--how", "svd"], "Adapter 2 is a DoRA (use_dora)", "use_dora = false"),
        (&of("lora-rslora"), vec!["--how", "svd", "--rank", "0"], "The rank is 0", "Choose 1 to 48"),
        (&of("lora-rslora"), vec!["--how", "cat", "--rank", "4"], "A rank of 4 is asked for", "choose svd"),
        ("somewhere", vec!["--how", "cat"], "somewhere is no folder with its weight", "DIR=WEIGHT"),
        ("somewhere=much", vec!["--how", "cat"], "somewhere=much is no folder with its weight", "DIR=WEIGHT"),
        (&format!("{}=NaN", folder("lora-qv")), vec!["--how", "linear"], "The weight of adapter 2 is NaN", "finite"),
        (&format!("{}=1", shown(&missing)), vec!["--how", "cat"], &shown(&missing), "There is no such file"),
    ];
    for (second, how, reason, choice) in cases {
        let arguments = [&["mix", &lora, second, "--out", &out_argument], &how[..]].concat();
        let refused = adapter(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{second}: {}", text(&refused.stderr));
        assert!([reason, choice].iter().all(|part| text(&refused.stderr).contains(part)), "{reason}: {}", text(&refused.stderr));
        let zh = tinyai(&[&["adapter"], &arguments[..], &["--lang", "zh"]].concat(), b"");
        assert!(zh.status.code() == Some(2) && text(&zh.stderr).contains('。'), "{}", text(&zh.stderr));
    }
    assert_eq!(fs::read_dir(&out).unwrap().count(), 0, "nothing is left behind");
    // Which of several folders a file is in.
    fs::copy(golden("lora-qv").join("adapter/adapter_config.json"), missing.join("adapter_config.json")).unwrap();
    fs::write(missing.join("adapter_model.safetensors"), b"no weights").unwrap();
    let refused = adapter(&["mix", &lora, &format!("{}=1", shown(&missing)), "--how", "cat", "--out", &shown(&out)]);
    let expected = format!("✗ {}: The file adapter_model.safetensors cannot be used.", shown(&missing));
    assert!(text(&refused.stderr).starts_with(&expected), "{}", text(&refused.stderr));
}

#[test]
fn a_run_writes_its_adapter_and_tells_which_runs_have_none() {
    let folder = empty_folder("run-adapters");
    let mut spec = one_step();
    spec["runs"] = json!([
        { "name": "all weights" },
        { "name": "LoRA r=2", "patch": { "fine_tuning": { "method": "lora", "lora": { "rank": 2 } } } },
    ]);
    let run =
        tinyai_in(&folder, &["run", "-", "--out", "result.json", "--adapters", "adapters", "--lang", "en"], spec.to_string().as_bytes());
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    assert!(text(&run.stderr).contains("! all weights: PEFT has no such method"), "{}", text(&run.stderr));
    let written: Vec<_> = fs::read_dir(folder.join("adapters")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(written, ["LoRA r=2"]);
    let info = adapter(&["info", &shown(&folder.join("adapters/LoRA r=2"))]);
    assert!(done(&info).contains("rank: 2\n"), "{}", text(&info.stdout));
    fs::write(folder.join("file"), "").unwrap();
    let refused = tinyai_in(&folder, &["run", "-", "--adapters", "file", "--lang", "en"], spec.to_string().as_bytes());
    assert_eq!(refused.status.code(), Some(2));
    assert!(!text(&refused.stderr).contains("parameters"), "it is refused before it trains: {}", text(&refused.stderr));
}
