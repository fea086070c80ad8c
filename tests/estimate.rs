//! What runs are estimated to hold, against what they hold.

mod common;

use std::collections::BTreeMap;

use common::{experiment, shipped_assets};
use serde_json::{Value, json};
use tinyai::lab::check::{self, parse};
use tinyai::lab::equalise::{EqualisedBy, equalise};
use tinyai::lab::estimate::{Estimator, RunEstimate};
use tinyai::lab::parallel::subject::Subject;
use tinyai::lab::problem::ProblemCode;
use tinyai::lab::result::{MemoryUse, RunStatus};
use tinyai::lab::threads::Threads;

const CORES: usize = 2;

fn estimates(spec: &Value) -> Vec<RunEstimate> {
    let (parsed, assets, mut estimator) = (parse(spec).expect("a spec of ours"), shipped_assets(spec), Estimator::default());
    (0..parsed.runs.len()).map(|run| estimator.run(&parsed, run, &assets, CORES).expect("a run that can start")).collect()
}

/// By run, its memory. A few steps show all there is.
fn measured(spec: &Value) -> Vec<BTreeMap<String, MemoryUse>> {
    let assets = shipped_assets(spec);
    let mut experiment = experiment(spec, assets.clone());
    Threads::new(assets).run(&mut experiment, |_| {});
    let result = experiment.result();
    assert!(result.runs.iter().all(|run| run.status == RunStatus::Finished), "{:?}", result.runs);
    result.runs.into_iter().map(|run| run.memory).collect()
}

fn short(base: Value, runs: Value) -> Value {
    let mut spec = json!({ "base": { "training": { "steps": 3, "warmup_steps": 0 }, "evaluation": { "every": 3, "sample_tokens": 24 } }, "runs": runs });
    merge(&mut spec["base"], base);
    spec
}

fn merge(into: &mut Value, patch: Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            patch.into_iter().for_each(|(key, value)| merge(into.entry(key).or_insert(Value::Null), value))
        }
        (into, patch) => *into = patch,
    }
}

/// Methods of one size train about as many scalars; the others stay as they are.
#[test]
fn sizes_are_made_to_train_about_as_many_scalars() {
    let method = |method: &str| json!({ "name": method, "patch": { "fine_tuning": { "method": method } } });
    let methods = ["full", "lora", "dora", "adapter", "ia3", "prefix_tuning", "last_layers", "adalora"];
    // So that a few steps are enough to take ranks away in.
    let base = json!({ "fine_tuning": { "adalora": { "first_steps": 0, "last_steps": 0 } } });
    let spec = short(base, Value::Array(methods.map(method).to_vec()));
    let (parsed, assets) = (parse(&spec).unwrap(), shipped_assets(&spec));
    let equal = equalise(&mut Estimator::default(), &parsed, EqualisedBy::Parameters, &assets, CORES).unwrap();
    let learning: Vec<usize> = check::resolve(&equal)
        .unwrap()
        .iter()
        .map(|run| {
            let outline = Subject::new(run, &assets).unwrap().outline;
            outline.whole().iter().filter(|param| param.trainable).map(|param| param.len).sum()
        })
        .collect();
    let target = learning[1];
    for (name, of) in methods.iter().zip(&learning).filter(|(name, _)| ["dora", "adapter", "adalora"].contains(name)) {
        assert!((*of as f64 / target as f64 - 1.0).abs() < 0.2, "{name}: {of}, not {target}");
    }
    // The model reads 128 tokens, of which the context takes half: more of a prefix cannot be.
    assert_eq!(equal.runs[5].patch["fine_tuning"]["prompt"]["virtual_tokens"], 64);
    let unchanged: Vec<usize> = [0, 1, 4].into_iter().filter(|index| equal.runs[*index] != parsed.runs[*index]).collect();
    assert_eq!(unchanged, [0; 0]);
    assert_eq!(equal.runs[6].patch["fine_tuning"]["last_layers"]["layers"], 1, "one layer trains more than all pairs");
}

/// A start that divides the rank into two halves needs an even one, on whichever side of it the size would be nearest.
#[test]
fn ranks_that_have_to_be_even_are_made_even() {
    let orthogonal = |name: &str, method: &str| json!({ "name": name, "patch": { "fine_tuning": { "method": method, "lora": { "rank": 2, "init": "orthogonal" } } } });
    for (rank, even) in [(1, [2, 2]), (5, [4, 4]), (8, [8, 8])] {
        let first = json!({ "name": "lora", "patch": { "fine_tuning": { "method": "lora", "lora": { "rank": rank } } } });
        let spec = short(json!({}), json!([first, orthogonal("halves", "lora"), orthogonal("halves of DoRA", "dora")]));
        let (parsed, assets) = (parse(&spec).unwrap(), shipped_assets(&spec));
        let equal = equalise(&mut Estimator::default(), &parsed, EqualisedBy::Parameters, &assets, CORES).unwrap();
        let ranks = [1, 2].map(|run: usize| equal.runs[run].patch["fine_tuning"]["lora"]["rank"].as_u64().unwrap());
        assert_eq!(ranks, even, "beside rank {rank}");
        for run in check::resolve(&equal).unwrap() {
            let subject = Subject::new(&run, &assets).unwrap();
            subject.method.check(&subject.blueprint).unwrap();
        }
    }
}

/// Full fine-tuning holds the most; what the others save, their batches take.
#[test]
fn batches_are_made_to_fit_the_bytes_of_the_first_run() {
    let runs = json!([{ "name": "full", "patch": {} }, { "name": "lora", "patch": lora(4) }, { "name": "nf4", "patch": { "fine_tuning": { "method": "lora", "quantization": "nf4" } } }]);
    let spec = short(json!({}), runs);
    let (parsed, assets, mut estimator) = (parse(&spec).unwrap(), shipped_assets(&spec), Estimator::default());
    let equal = equalise(&mut estimator, &parsed, EqualisedBy::Memory, &assets, CORES).unwrap();
    let batch = |run: usize| equal.runs[run].patch.get("training").map_or(4, |training| training["batch_size"].as_u64().unwrap());
    assert!(batch(0) == 4 && batch(1) > 4 && batch(2) > batch(1), "{:?}", equal.runs);
    let total = |estimator: &mut Estimator, run: usize| estimator.run(&equal, run, &assets, CORES).unwrap().memory["total"];
    let most = total(&mut estimator, 0);
    for run in [1, 2] {
        let of = total(&mut estimator, run);
        assert!(of <= most && of as f64 > 0.8 * most as f64, "{run}: {of} of {most}");
    }
}

fn lora(rank: u32) -> Value {
    json!({ "fine_tuning": { "method": "lora", "lora": { "rank": rank } } })
}

/// The specs that the labs begin with, and variants of them.
fn specs() -> Vec<Value> {
    let scratch = json!({
        "model": { "base": "new", "tokenizer": "characters", "family": "llama", "d_model": 96, "n_heads": 4, "d_ff": 256 },
        "data": { "corpus": "shakespeare-plays" }, "training": { "batch_size": 8 },
    });
    let parallel = json!({
        "model": { "base": "new" }, "data": { "corpus": "shakespeare-plays", "context": 128 },
        "training": { "batch_size": 8, "micro_batches": 4 }, "evaluation": { "sample_tokens": 0 },
    });
    vec![
        short(
            json!({}),
            json!([
                { "name": "full" }, { "name": "lora", "patch": lora(4) }, { "name": "rank 64", "patch": lora(64) },
                { "name": "attention", "patch": { "fine_tuning": { "method": "lora", "lora": { "target_modules": ["q_proj", "v_proj"], "dropout": 0.1 } } } },
                { "name": "last layer", "patch": { "fine_tuning": { "method": "last_layers" }, "training": { "batch_size": 16 } } },
            ]),
        ),
        short(
            json!({ "data": { "context": 128 }, "training": { "batch_size": 2 } }),
            json!([{ "name": "full" }, { "name": "lora", "patch": lora(16) }]),
        ),
        short(
            json!({ "model": { "base": "shakespeare-plays" }, "data": { "corpus": "shakespeare-sonnets", "context": 128 } }),
            json!([{ "name": "full" }, { "name": "lora", "patch": lora(4) }, { "name": "16", "patch": { "training": { "batch_size": 16 } } }]),
        ),
        short(
            scratch,
            json!([{ "name": "1", "patch": { "model": { "n_layers": 1 } } }, { "name": "8", "patch": { "model": { "n_layers": 8 } } }]),
        ),
        short(
            parallel.clone(),
            json!([
                { "name": "alone" }, { "name": "at once", "patch": { "training": { "micro_batches": 1 } } },
            ]),
        ),
        short(
            parallel,
            json!([
                { "name": "pipeline", "patch": { "mesh": { "pipeline": 2 } } }, { "name": "gpipe", "patch": { "mesh": { "pipeline": 2, "schedule": "gpipe" } } },
                { "name": "tensor", "patch": { "mesh": { "tensor": 2 } } }, { "name": "data", "patch": { "mesh": { "data": 2 } } },
                { "name": "zero", "patch": { "mesh": { "data": 2, "zero": "parameters" } } },
            ]),
        ),
    ]
}

#[test]
fn memory_is_what_was_estimated() {
    let mut wrong = Vec::new();
    for spec in specs() {
        for (run, (estimate, measured)) in estimates(&spec).iter().zip(measured(&spec)).enumerate() {
            let name = &spec["runs"][run]["name"];
            for (category, most) in [
                ("parameters", 0.02),
                ("gradients", 0.02),
                ("optimizer", 0.02),
                ("data", 0.02),
                ("kv", 0.02),
                ("activations", 1.0),
                ("total", 0.25),
            ] {
                let (expected, found) = (estimate.memory[category] as f64, measured[category].peak_bytes as f64);
                let off = if found == expected { 0.0 } else { expected / found - 1.0 };
                eprintln!("{name}: {category} {:.2} of {:.2} MiB, {:+.1} %", expected / 1048576.0, found / 1048576.0, 100.0 * off);
                if off.abs() > most {
                    wrong.push(format!("{name}: {category} is {found}, estimated as {expected}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn seconds_are_those_of_the_steps() {
    let of = |steps: u32| {
        let spec = short(
            json!({ "training": { "steps": steps }, "evaluation": { "every": steps, "sample_tokens": 0, "tokens": 64 } }),
            json!([{ "name": "full" }]),
        );
        let (parsed, assets) = (parse(&spec).unwrap(), shipped_assets(&spec));
        (parsed, assets)
    };
    // One estimator measures once: what it expects of a step is the same in all of these.
    let mut estimator = Estimator::default();
    let mut seconds = |steps: u32| {
        let (spec, assets) = of(steps);
        let (least, most) = estimator.run(&spec, 0, &assets, CORES).unwrap().seconds;
        assert!(0.0 < least && least < most);
        most
    };
    let [some, more, most] = [100, 200, 300].map(&mut seconds);
    assert!(((more - some) / (most - more) - 1.0).abs() < 1e-6, "{some} {more} {most}");
}

#[test]
fn seconds_are_also_those_of_a_search_and_of_a_second_text() {
    let mut estimator = Estimator::default();
    let mut of = |patch: Value| {
        let mut base = json!({ "training": { "steps": 100 }, "evaluation": { "every": 100, "sample_tokens": 0, "tokens": 64 } });
        merge(&mut base, patch);
        let spec = short(base, json!([{ "name": "full" }]));
        estimator.run(&parse(&spec).unwrap(), 0, &shipped_assets(&spec), CORES).unwrap()
    };
    let plain = of(json!({}));
    let search = |candidates: u32| json!({ "training": { "search": { "candidates": candidates } } });
    let [few, many] = [4, 8].map(|candidates| of(search(candidates)).seconds.1);
    assert!(plain.seconds.1 < few && few < many, "{plain:?} {few} {many}");
    // What is trained in a given time takes it, and whatever comes beside the training.
    let timed = of(json!({ "training": { "seconds": 500 } }));
    assert!(timed.seconds.0 < 500.0 && timed.seconds.1 > 500.0, "{timed:?}");
    let base = of(json!({ "evaluation": { "base_corpus": "tang-poems" } }));
    assert!(base.memory["data"] > plain.memory["data"] && base.memory["optimizer"] == plain.memory["optimizer"]);
}

#[test]
fn a_text_that_the_model_cannot_read_is_told_of_before() {
    let mut spec = short(
        json!({ "data": { "corpus": "file:mine.txt" } }),
        json!([{ "name": "full" }, { "name": "allowed", "patch": { "data": { "allow_unknown_percent": 100 } } }]),
    );
    let mut assets = shipped_assets(&spec);
    assets.insert("file:mine.txt", "Shall I compare thee to a summer's day?\n春眠不觉晓，处处闻啼鸟。\n\n".repeat(60).into_bytes());
    let mut estimator = Estimator::default();
    let problems = estimator.fit(&parse(&spec).unwrap(), &assets).unwrap().problems;
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(
        (problem.code, problem.field.as_deref(), problem.run.as_deref()),
        (ProblemCode::Conflict, Some("data.corpus"), Some("full"))
    );
    for text in [&problem.message.en, &problem.message.zh] {
        let parts = ["file:mine.txt", "{data.corpus}", "tang-poems", "{model.base}", "75.0", "S h a l I c", "song-ci", "{model.base=new}"];
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
    assert_eq!(estimator.run(&parse(&spec).unwrap(), 0, &assets, CORES).unwrap_err(), problems);
    let share = estimator.run(&parse(&spec).unwrap(), 1, &assets, CORES).unwrap().unknown_share;
    assert!((0.7..0.8).contains(&share), "{share}");
    // Another text by the same name is another text.
    assets.insert("file:mine.txt", "春眠不觉晓，处处闻啼鸟。\n\n".repeat(100).into_bytes());
    assert_eq!(estimator.fit(&parse(&spec).unwrap(), &assets).unwrap().problems, []);
    spec["base"]["evaluation"]["prompt"] = json!("Shall I");
    assert_eq!(estimator.fit(&parse(&spec).unwrap(), &assets).unwrap().problems[0].field.as_deref(), Some("evaluation.prompt"));
}

#[test]
fn sizes_that_a_model_cannot_have_are_told_of_before_with_the_limits_of_each_run() {
    let tokens = |tokens: u32| json!({ "fine_tuning": { "method": "prompt_tuning", "prompt": { "virtual_tokens": tokens } } });
    let spec = |most: u32| {
        short(
            json!({ "model": { "base": "shakespeare-plays" }, "data": { "corpus": "shakespeare-sonnets", "context": 64 } }),
            json!([
                { "name": "full" },
                { "name": "rank", "patch": { "fine_tuning": { "method": "lora", "lora": { "rank": 1024 } } } },
                { "name": "prompt", "patch": tokens(most) },
            ]),
        )
    };
    let mut estimator = Estimator::default();
    let fit = estimator.fit(&parse(&spec(200)).unwrap(), &shipped_assets(&spec(200))).unwrap();
    let found: Vec<_> = fit.problems.iter().map(|problem| (problem.run.as_deref(), problem.field.as_deref())).collect();
    assert_eq!(found, [(Some("rank"), Some("fine_tuning.lora.rank")), (Some("prompt"), Some("fine_tuning.prompt.virtual_tokens"))]);
    assert!(fit.problems[1].message.en.contains("{model.base=shakespeare-plays}"), "{:?}", fit.problems[1]);
    let most = |run: usize, field: &str| fit.limits[run].iter().find(|limit| limit.field == field).map(|limit| limit.most);
    assert_eq!(most(0, "fine_tuning.prompt.virtual_tokens"), None);
    let most = most(2, "fine_tuning.prompt.virtual_tokens").unwrap();
    assert_eq!(estimator.fit(&parse(&spec(most)).unwrap(), &shipped_assets(&spec(most))).unwrap().problems.len(), 1);
    assert_eq!(estimator.fit(&parse(&spec(most + 1)).unwrap(), &shipped_assets(&spec(most))).unwrap().problems.len(), 2);
}
