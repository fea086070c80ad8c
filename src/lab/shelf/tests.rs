use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::lab::check::parse;
use crate::lab::experiment::Experiment;
use crate::lab::result::Environment;

/// A run of every method, a few steps of each on the poems' model.
fn spec() -> Value {
    let run = |name: &str, fine_tuning: Value| json!({ "name": name, "patch": { "fine_tuning": fine_tuning } });
    let lora = json!(["q_proj", "v_proj", "down_proj"]);
    json!({
        "base": {
            "model": { "base": "tang-poems" },
            "data": { "corpus": "song-ci", "context": 24 },
            "training": { "steps": 6, "warmup_steps": 0, "batch_size": 2, "learning_rate": 0.01 },
            "evaluation": { "every": 6, "tokens": 480, "sample_tokens": 0 },
            "fine_tuning": { "lora": { "rank": 4, "target_modules": lora } },
        },
        "runs": [
            run("lora", json!({ "method": "lora" })),
            run("dora", json!({ "method": "dora" })),
            run("ia3", json!({ "method": "ia3" })),
            run("adalora", json!({ "method": "adalora", "adalora": { "initial_rank": 4, "target_rank": 2, "first_steps": 1, "last_steps": 1, "interval": 1 } })),
            run("pissa", json!({ "method": "lora", "lora": { "init": "pissa" } })),
            run("head", json!({ "method": "lora", "lora": { "target_modules": ["q_proj", "embed_tokens"] } })),
            run("one", json!({ "method": "lora", "lora": { "target_modules": ["q_proj"], "layers": [1] } })),
            run("full", json!({ "method": "full" })),
            run("last", json!({ "method": "last_layers" })),
            run("prompt", json!({ "method": "prompt_tuning" })),
            run("prefix", json!({ "method": "prefix_tuning" })),
            run("adapter", json!({ "method": "adapter" })),
            run("qlora", json!({ "method": "lora", "quantization": "nf4" })),
        ],
    })
}

fn assets(spec: &Spec) -> Assets {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/public");
    let mut assets = Assets::default();
    for name in Experiment::required_assets(spec).unwrap() {
        assets.insert(name.clone(), std::fs::read(folder.join(&name)).unwrap());
    }
    assets
}

/// A shelf with what each run learned, the validation losses that the runs measured, and that of the base.
fn shelf() -> (Shelf, Vec<ShelfEntry>, Vec<f64>, f64) {
    let spec = parse(&spec()).unwrap();
    let assets = assets(&spec);
    let mut experiment = Experiment::new(spec.clone(), assets.clone(), Environment::default()).unwrap();
    experiment.keep_states(1 << 30);
    while !experiment.finished() {
        experiment.advance();
    }
    let result = experiment.result();
    let mut shelf = Shelf::new(&spec, assets).unwrap();
    let entries = (0..spec.runs.len()).map(|run| {
        let (_, state) = experiment.states().filter(|(of, _)| *of == run).max_by_key(|(_, state)| state.step).unwrap();
        assert_eq!(state.step, 6);
        shelf.add_run(&spec.runs[run].name, run, state).unwrap()
    });
    let entries = entries.collect();
    let losses = result.runs.iter().map(|run| run.metrics["validation_loss"].value).collect();
    (shelf, entries, losses, result.runs[0].metrics["base_validation_loss"].value)
}

fn named<'a>(entries: &'a [ShelfEntry], name: &str) -> &'a ShelfEntry {
    entries.iter().find(|entry| entry.name == name).unwrap()
}

const GREEDY: TextSampling = TextSampling { temperature: 0.0, top_k: 0, seed: 0, max_tokens: 12 };

fn write(shelf: &mut Shelf, entries: &[Option<usize>], prompts: [&str; 3]) -> Written {
    let request = |(index, entry): (usize, &Option<usize>)| TextRequest { entry: *entry, prompt: prompts[index % 3].to_owned() };
    let requests: Vec<TextRequest> = entries.iter().enumerate().map(request).collect();
    let mut written = shelf.write(&requests, GREEDY).unwrap();
    while !written.finished {
        written = shelf.go_on().unwrap();
    }
    written
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * b.abs().max(1e-12)
}

#[test]
fn adapters_of_runs_read_are_looked_into_and_mixed_as_they_were_trained() {
    let (mut shelf, entries, losses, base_loss) = shelf();
    assert!(close(shelf.loss(None).unwrap(), base_loss, 1e-6));
    for (entry, expected) in entries.iter().zip(&losses) {
        let loss = shelf.loss(Some(entry.entry)).unwrap();
        assert!(close(loss, *expected, 1e-6), "{}: {loss}, its run measured {expected}", entry.name);
        assert!((loss - base_loss).abs() > 1e-4, "{} learned something", entry.name);
    }
    texts_do_not_depend_on_what_is_read_along(&mut shelf, &entries);
    files_hold_what_was_trained(&mut shelf, &entries);
    changes_are_those_of_the_weights(&mut shelf, &entries);
    modules_are_switched_off_and_on_again(&mut shelf, &entries);
    most_of_an_adapter_is_lost_in_rounding_at_most(&mut shelf, &entries, base_loss);
    mixtures_are_what_they_say(&mut shelf, &entries);
    shelf.remove(0);
    assert!(shelf.loss(Some(0)).is_err() && shelf.entries().iter().all(|entry| entry.entry != 0));
}

fn texts_do_not_depend_on_what_is_read_along(shelf: &mut Shelf, entries: &[ShelfEntry]) {
    let prompts = ["春风", "明月何时照我还", "山"];
    let readers: Vec<Option<usize>> = std::iter::once(None).chain(entries.iter().map(|entry| Some(entry.entry))).collect();
    let together = write(shelf, &readers, prompts);
    let sharing = ["lora", "dora", "ia3", "adalora", "pissa", "one"];
    let shares = entries.iter().map(|entry| sharing.contains(&entry.name.as_str()));
    assert_eq!(together.batched, std::iter::once(true).chain(shares).collect::<Vec<_>>());
    assert!(entries.iter().all(|entry| entry.alone.is_none() == sharing.contains(&entry.name.as_str())));
    let mut texts = Vec::new();
    for (index, reader) in readers.iter().enumerate() {
        let prompt = prompts[index % 3];
        let alone = write(shelf, &[*reader], [prompt; 3]);
        assert_eq!(alone.batched, [false]);
        texts.push(alone.texts[0].clone());
    }
    assert_eq!(together.texts, texts);
    // What adapters write differs, and so it matters who reads what.
    let (base, lora) = (write(shelf, &[None], prompts).texts, write(shelf, &[Some(named(entries, "full").entry)], prompts).texts);
    assert_ne!(base, lora);
    // Several rows of one adapter, between those of others.
    let (lora, dora) = (Some(named(entries, "lora").entry), Some(named(entries, "dora").entry));
    let mixed = write(shelf, &[lora, None, dora, lora, lora, None], prompts);
    for (index, reader) in [lora, None, dora, lora, lora, None].into_iter().enumerate() {
        assert_eq!(mixed.texts[index], write(shelf, &[reader], [prompts[index % 3]; 3]).texts[0]);
    }
}

fn files_hold_what_was_trained(shelf: &mut Shelf, entries: &[ShelfEntry]) {
    for entry in entries {
        let Ok(files) = shelf.files(entry.entry) else {
            assert!(["full", "last", "adapter"].contains(&entry.name.as_str()), "{}", entry.name);
            assert!(entry.info.is_none() && entry.file_bytes.is_none());
            continue;
        };
        assert_eq!(entry.file_bytes, Some(files.config.len() + files.weights.len()));
        if entry.name == "qlora" {
            // It learned on another base than this one.
            continue;
        }
        let again = shelf.add_files("again", files.config, files.weights).unwrap();
        assert_eq!(again.method, if entry.name == "pissa" { spec::Method::Lora } else { entry.method });
        let (own, of_files) = (shelf.loss(Some(entry.entry)).unwrap(), shelf.loss(Some(again.entry)).unwrap());
        assert!(close(own, of_files, 2e-5), "{}: {own}, {of_files} from its files", entry.name);
        shelf.remove(again.entry);
    }
    let small = named(entries, "lora");
    assert_eq!((small.bytes, small.parameters), (4 * small.parameters, 4 * (4 * (192 + 192) + 4 * (192 + 64) + 4 * (512 + 192))));
}

fn changes_are_those_of_the_weights(shelf: &mut Shelf, entries: &[ShelfEntry]) {
    for entry in entries {
        let modules = shelf.modules(entry.entry).unwrap();
        let expected = match entry.name.as_str() {
            "prompt" | "prefix" | "adapter" => 0,
            "head" => 4,
            "full" => 29,
            "last" => 7,
            "one" => 1,
            _ => 12,
        };
        assert_eq!(modules.len(), expected, "{}: {modules:?}", entry.name);
        let Some(module) = modules.first() else { continue };
        let change = shelf.change(entry.entry, module).unwrap();
        let rank = match entry.name.as_str() {
            "lora" | "head" | "adalora" | "one" | "qlora" => Some(4),
            "pissa" => Some(8),
            _ => None,
        };
        assert_eq!(change.rank, rank, "{}", entry.name);
        assert!(change.norm > 0.0 && change.norm < change.weight_norm, "{}: {change:?}", entry.name);
        assert!(change.singular_values.is_sorted_by(|a, b| a >= b));
        // The squares of all entries sum to those of the singular values.
        let base = shelf.base_in(if entry.name == "qlora" { Some(&crate::quant::Nf4) } else { None }).unwrap();
        let found = &shelf.entry(entry.entry).unwrap().model;
        let (segment, at) = change::place(found, module).unwrap();
        let own = change::effective(found, segment, at).unwrap();
        let of_base = change::effective(&base, segment, at).unwrap();
        let squares: f64 = own.iter().zip(&of_base).map(|(x, w)| f64::from(x - w).powi(2)).sum();
        assert!(close(change.norm, squares.sqrt(), 1e-3), "{}: {} and {}", entry.name, change.norm, squares.sqrt());
    }
}

fn modules_are_switched_off_and_on_again(shelf: &mut Shelf, entries: &[ShelfEntry]) {
    for name in ["lora", "dora", "pissa", "ia3", "full"] {
        let entry = named(entries, name).entry;
        let whole = shelf.loss(Some(entry)).unwrap();
        let modules = shelf.modules(entry).unwrap();
        let differ = modules.iter().filter(|module| shelf.loss_without(entry, module).unwrap() != whole).count();
        assert!(2 * differ > modules.len(), "{name}: {differ} of {} change the loss", modules.len());
        assert_eq!(shelf.loss(Some(entry)).unwrap().to_bits(), whole.to_bits(), "{name} is as it was");
    }
    // Without its only module an adapter is the base.
    let one = named(entries, "one").entry;
    let module = shelf.modules(one).unwrap().remove(0);
    assert_eq!(shelf.loss_without(one, &module).unwrap().to_bits(), shelf.loss(None).unwrap().to_bits());
    assert_eq!(shelf.base_loss(one).unwrap().to_bits(), shelf.loss(None).unwrap().to_bits());
    let (rounded, qlora) = (shelf.base_in(Some(&crate::quant::Nf4)).unwrap(), named(entries, "qlora").entry);
    let of_rounded = shelf.windows(&shelf.validation).loss(&mut { rounded }, 0).unwrap();
    assert_eq!(shelf.base_loss(qlora).unwrap().to_bits(), of_rounded.to_bits());
    let entry = named(entries, "head").entry;
    assert!(shelf.loss_without(entry, "model.layers.9.self_attn.q_proj").is_err());
    assert!(shelf.loss(Some(entry)).is_ok());
}

fn most_of_an_adapter_is_lost_in_rounding_at_most(shelf: &mut Shelf, entries: &[ShelfEntry], base_loss: f64) {
    let errors = |format| shelf.rounding(format).unwrap();
    // Seven matrices a layer, and the embedding, which the head shares.
    let (int8, nf4) = (errors("int8"), errors("nf4"));
    assert_eq!((int8.len(), nf4.len()), (29, 29));
    assert!(int8.iter().all(|weight| (1e-3..0.02).contains(&weight.error)), "{int8:?}");
    assert!(nf4.iter().all(|weight| (0.05..0.13).contains(&weight.error)), "{nf4:?}");
    for name in ["lora", "dora", "ia3", "full"] {
        let at = |stage| shelf.survival(named(entries, name).entry, "nf4", stage).unwrap();
        let [base, trained, merged, rounded] = [MergeStage::Base, MergeStage::Trained, MergeStage::Merged, MergeStage::Rounded].map(at);
        assert_eq!(trained.kl, 0.0);
        assert!(close(merged.loss, trained.loss, 1e-4) && merged.kl < 1e-6, "{name}: {merged:?}, {trained:?}");
        assert!(rounded.kl > 10.0 * merged.kl && rounded.kl > 1e-4, "{name}: {rounded:?}");
        assert!(base.kl > 1e-3 && (base.loss - base_loss).abs() < 0.5, "{name}: {base:?}");
    }
    for name in ["prompt", "prefix", "adapter"] {
        let refused = shelf.survival(named(entries, name).entry, "nf4", MergeStage::Merged).unwrap_err();
        assert_eq!(refused.code, ProblemCode::BadFile, "{name}");
    }
}

fn mixtures_are_what_they_say(shelf: &mut Shelf, entries: &[ShelfEntry]) {
    let (lora, other) = (named(entries, "lora").entry, named(entries, "pissa").entry);
    let alone = shelf.mix("one", &[(lora, 1.0)], Mixing::Cat, None).unwrap();
    assert!(alone.mixes && alone.alone.is_none());
    assert!(close(shelf.loss(Some(alone.entry)).unwrap(), shelf.loss(Some(lora)).unwrap(), 1e-5));
    let cat = shelf.mix("both", &[(lora, 0.7), (other, 0.3)], Mixing::Cat, None).unwrap();
    // The rank of PiSSA's plain pair is twice its own.
    assert_eq!(cat.info.as_ref().unwrap().rank, Some(12));
    let svd = shelf.mix("cut", &[(lora, 0.7), (other, 0.3)], Mixing::Svd, Some(12)).unwrap();
    assert!(close(shelf.loss(Some(cat.entry)).unwrap(), shelf.loss(Some(svd.entry)).unwrap(), 1e-5));
    let refused = shelf.mix("none", &[(lora, 0.5), (named(entries, "full").entry, 0.5)], Mixing::Cat, None).unwrap_err();
    assert!(refused.message.en.starts_with("full: "), "{refused:?}");
}

#[test]
fn what_cannot_be_on_a_shelf_or_written_is_refused_by_name() {
    let spec_of = |change: Value| {
        let mut spec = spec();
        crate::lab::check::merge(spec["base"].as_object_mut().unwrap(), change.as_object().unwrap());
        parse(&spec).unwrap()
    };
    let new_model = spec_of(json!({ "model": { "base": "new" } }));
    let problems = Shelf::new(&new_model, assets(&new_model)).unwrap_err();
    assert!(problems[0].message.en.contains("{model.base}"), "{problems:?}");
    let spec = spec_of(json!({}));
    let mut shelf = Shelf::new(&spec, assets(&spec)).unwrap();
    let mut state = State { step: 6, stages: None, ranks: Vec::new() };
    state.ranks = vec![vec![1, 2].into(), vec![3].into()];
    let refused = |shelf: &mut Shelf, state: &State| shelf.add_run("x", 0, state).unwrap_err().message.en;
    assert!(refused(&mut shelf, &state).contains("2 ranks"));
    state.ranks.pop();
    assert!(!refused(&mut shelf, &state).is_empty());
    let mut problem = |prompt: &str| shelf.write(&[TextRequest { entry: None, prompt: prompt.to_owned() }], GREEDY).unwrap_err();
    let unknown = problem("Shall I");
    assert!(unknown.field.is_none() && unknown.message.en.contains("as typed here"), "{unknown:?}");
    assert!(problem(&"春".repeat(127)).message.en.contains("128"));
    assert!(shelf.write(&[TextRequest { entry: None, prompt: "春".repeat(126) }], GREEDY).unwrap().texts[0].is_empty());
    assert!(shelf.go_on().unwrap().finished);
    shelf.writing = None;
    assert_eq!(shelf.go_on().unwrap_err().code, ProblemCode::Internal);
    // Virtual tokens that leave too few positions for the text.
    let long = spec_of(json!({ "data": { "context": 126 }, "fine_tuning": { "method": "prompt_tuning" } }));
    let model = crate::lab::base_model::BaseModel::open(&long.base, &shelf.assets).unwrap();
    let mut prompt = Transformer::build_part(&model.blueprint, Part::whole(&model.blueprint), &shelf.ledger, &mut *model.source()).unwrap();
    let mut run = long.base.clone();
    run.fine_tuning.prompt.virtual_tokens = 3;
    let method = crate::lab::methods::method(&run);
    crate::finetune::attach(&*method, &mut prompt, &mut crate::nn::RandomWeights { seed: 1 }).unwrap();
    let AdapterFiles { config, weights } = adapter::save(&run, &mut prompt).unwrap();
    assert!(shelf.add_files("fits", config.clone(), weights.clone()).is_ok());
    let mut shelf = Shelf::new(&long, assets(&long)).unwrap();
    let refused = shelf.add_files("does not", config, weights).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (ProblemCode::OutOfRange, Some("data.context")));
    let too_long = spec_of(json!({ "data": { "context": 256 } }));
    assert_eq!(Shelf::new(&too_long, assets(&too_long)).unwrap_err()[0].field.as_deref(), Some("data.context"));
}
