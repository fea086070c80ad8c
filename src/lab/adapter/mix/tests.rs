use serde_json::{Value, json};

use super::super::tests::{logits, model, run, trained_files};
use super::super::{AdapterFiles, load, merge, read};
use super::*;
use crate::formats::peft::{PeftLora, PeftMethod, TargetModules};
use crate::lab::spec::{LoraBias, Method, RunSpec};
use crate::linalg;

/// A run of LoRA whose settings were changed.
fn lora(settings: &Value) -> RunSpec {
    run(Method::Lora, &|run| {
        let mut lora = serde_json::to_value(&run.fine_tuning.lora).unwrap();
        settings.as_object().unwrap().iter().for_each(|(name, value)| lora[name] = value.clone());
        run.fine_tuning.lora = FromJson::from_json(lora).unwrap();
    })
}

fn mixed(parts: &[(&AdapterFiles, f64)], how: Mixing, rank: Option<usize>) -> Result<AdapterFiles, Problem> {
    let adapters: Vec<PeftAdapter> = parts.iter().map(|(files, _)| read(files.config.as_bytes(), &files.weights).unwrap()).collect();
    let weighted: Vec<(&PeftAdapter, f64)> = adapters.iter().zip(parts).map(|(adapter, (_, weight))| (adapter, *weight)).collect();
    mix(&weighted, how, rank)
}

/// The logits of the model with an adapter.
fn with(files: &AdapterFiles) -> Vec<f32> {
    let mut model = model();
    load(&read(files.config.as_bytes(), &files.weights).unwrap(), &mut model).unwrap();
    logits(&mut model, 0)
}

/// The logits of the model to whose weights the updates of all adapters are added, each times its weight.
fn with_sum(parts: &[(&AdapterFiles, f64)]) -> Vec<f32> {
    let (base, mut sum) = (model(), model());
    for (files, weight) in parts {
        let mut changed = model();
        let loaded = load(&read(files.config.as_bytes(), &files.weights).unwrap(), &mut changed).unwrap();
        merge(&loaded, &mut changed).unwrap();
        for param in sum.params.iter_mut() {
            let [changed, base] = [&changed, &base].map(|model| model.params.value(model.params.find(&param.name).unwrap()));
            let values = param.value.data_mut().iter_mut().zip(changed.iter().zip(base));
            values.for_each(|(sum, (changed, base))| *sum += (*weight as f32) * (changed - base));
        }
    }
    logits(&mut sum, 0)
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn config(files: &AdapterFiles) -> PeftLora {
    match read(files.config.as_bytes(), &files.weights).unwrap().config.method {
        PeftMethod::Lora(lora) => lora,
        other => panic!("{other:?}"),
    }
}

/// Adapters of every kind that adds up: of other ranks and scalings, of an embedding and a head, of other modules, of AdaLoRA.
fn kinds() -> Vec<[AdapterFiles; 2]> {
    let files = |runs: [RunSpec; 2]| [trained_files(&runs[0], 5), trained_files(&runs[1], 6)];
    let of_all = json!({ "target_modules": ["q_proj", "embed_tokens", "lm_head", "up_proj"], "alpha_pattern": { "embed_tokens": 3.0 } });
    let patterns = json!({ "rank": 2, "scaling": "rank_stabilised", "rank_pattern": { "layers.1.self_attn.q_proj": 4, "lm_head": 5 },
        "target_modules": ["q_proj", "lm_head"] });
    vec![
        files([lora(&json!({})), lora(&json!({ "alpha": 1.5 }))]),
        files([lora(&of_all), lora(&patterns)]),
        files([lora(&json!({ "target_modules": ["q_proj"] })), lora(&json!({ "target_modules": ["v_proj", "down_proj"] }))]),
        files([lora(&json!({ "target_modules": ["q_proj"] })), lora(&json!({ "target_modules": ["v_proj", "q_proj"], "layers": [1] }))]),
        files([lora(&json!({ "init": "pissa" })), lora(&json!({ "init": "olora", "scaling": "rank_stabilised" }))]),
        files([run(Method::AdaLora, &|run| run.training.steps = 100), lora(&json!({ "target_modules": ["o_proj"] }))]),
    ]
}

#[test]
fn concatenated_and_at_full_rank_a_mix_is_the_sum_of_the_updates() {
    for [first, second] in kinds() {
        let parts = [(&first, 0.7), (&second, -1.3)];
        let sum = with_sum(&parts);
        assert!(largest_difference(&sum, &logits(&mut model(), 0)) > 1e-2, "the adapters do something");
        let cat = mixed(&parts, Mixing::Cat, None).unwrap();
        let svd = mixed(&parts, Mixing::Svd, Some(16)).unwrap();
        for (what, files) in [("cat", &cat), ("svd", &svd)] {
            let difference = largest_difference(&with(files), &sum);
            assert!(difference < 1e-5, "{what} differs by {difference:e}: {}", files.config);
            let lora = config(files);
            assert_eq!((lora.use_rslora, lora.lora_alpha, lora.init_lora_weights.changes_base()), (false, lora.r as f64, false));
        }
    }
}

/// Of an AdaLoRA that was pruned, the file has the values that are left; of some modules none.
#[test]
fn what_adalora_has_pruned_adds_nothing() {
    let files = trained_files(&run(Method::AdaLora, &|run| run.training.steps = 100), 5);
    let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
    let (mut config, mut tensors) = (adapter.config.clone(), adapter.to_f32().unwrap());
    let PeftMethod::AdaLora(adalora) = &mut config.method else { panic!("{}", files.config) };
    let is_v_proj = |module: &str| module.ends_with("v_proj");
    for tensor in &mut tensors {
        let kept = (0..adalora.init_r).filter(|index| !is_v_proj(&tensor.name.module) && index % 2 == 1);
        let kept: Vec<usize> = kept.collect();
        let pattern = (0..adalora.init_r).map(|index| kept.contains(&index)).collect();
        adalora.rank_pattern.insert(tensor.name.module.clone(), pattern);
        let matrix = Matrix::of(tensor.shape[0], tensor.shape[1], &tensor.data);
        let rows = if tensor.name.part == Part::LoraB { matrix.transposed() } else { matrix };
        let data = kept.iter().flat_map(|index| rows.row(*index).to_vec()).collect();
        let left = Matrix { rows: kept.len(), columns: rows.columns, data };
        let left = if tensor.name.part == Part::LoraB { left.transposed() } else { left };
        (tensor.shape, tensor.data) = (vec![left.rows, left.columns], left.to_f32());
    }
    let pruned = super::files(&config, &tensors, SaveDtype::F32);
    let parts = [(&pruned, 0.5)];
    for how in [Mixing::Cat, Mixing::Svd] {
        let mixed = mixed(&parts, how, None).unwrap();
        assert!(largest_difference(&with(&mixed), &with_sum(&parts)) < 1e-5, "{how:?}: {}", mixed.config);
        let ranks = ["v_proj", "q_proj"].map(|role| self::config(&mixed).rank_of(&format!("model.layers.1.self_attn.{role}")));
        assert_eq!(ranks, [1, self::config(&mixed).r], "a pair of zeros for what has nothing");
    }
}

/// Where ranks add up to more than a weight can have, the pair has as many as it can.
#[test]
fn a_mix_of_many_stays_within_the_rank_of_the_weights() {
    let run = lora(&json!({ "rank": 7, "target_modules": ["k_proj", "q_proj"] }));
    let files: Vec<AdapterFiles> = (5..8).map(|seed| trained_files(&run, seed)).collect();
    let parts: Vec<(&AdapterFiles, f64)> = files.iter().zip([1.0, 0.5, -0.25]).collect();
    let mixed = mixed(&parts, Mixing::Cat, None).unwrap();
    assert!(largest_difference(&with(&mixed), &with_sum(&parts)) < 1e-5, "{}", mixed.config);
    let lora = config(&mixed);
    let ranks = ["k_proj", "q_proj"].map(|role| lora.rank_of(&format!("model.layers.0.self_attn.{role}")));
    assert_eq!(ranks, [8, 16], "of matrices 8 × 16 and 16 × 16");
}

#[test]
fn by_singular_values_a_mix_is_the_nearest_of_its_rank() {
    let [first, second] = kinds().remove(0);
    let parts = [(&first, 1.0), (&second, 1.0)];
    let [exact, cut, of_largest] = [Some(16), Some(2), None].map(|rank| mixed(&parts, Mixing::Svd, rank).unwrap());
    assert_eq!((config(&cut).r, config(&of_largest).r), (2, 3));
    let pairs = |files: &AdapterFiles| pairs_of(&read(files.config.as_bytes(), &files.weights).unwrap()).unwrap();
    let (exact, cut) = (pairs(&exact), pairs(&cut));
    assert_eq!(exact.len(), 14);
    for (name, pair) in &exact {
        let (sum, near) = (pair.b.times(&pair.a), cut[name].b.times(&cut[name].a));
        let rest: f64 = sum.data.iter().zip(&near.data).map(|(sum, near)| (sum - near).powi(2)).sum::<f64>().sqrt();
        let least: f64 = linalg::svd(&sum).s[2..].iter().map(|s| s * s).sum::<f64>().sqrt();
        assert!((rest - least).abs() < 1e-5 * least && least > 0.0, "{name:?}: {rest} is left, at best {least}");
    }
}

/// `A = Σ ±√|w s| A`, `B = Σ √|w s| B`, which is not the sum of the updates; of one adapter, it is.
#[test]
fn linear_adds_up_the_matrices() {
    let runs = [lora(&json!({ "alpha": 6.0 })), lora(&json!({ "scaling": "rank_stabilised" }))];
    let [first, second] = [trained_files(&runs[0], 5), trained_files(&runs[1], 6)];
    let pairs = |files: &AdapterFiles| pairs_of(&read(files.config.as_bytes(), &files.weights).unwrap()).unwrap();
    let parts = [(&first, 0.7), (&second, -1.3)];
    let files = mixed(&parts, Mixing::Linear, None).unwrap();
    let (of_first, of_second, of_mix) = (pairs(&first), pairs(&second), pairs(&files));
    for (name, mix) in &of_mix {
        let (first, second) = (&of_first[name], &of_second[name]);
        let roots = [(0.7 * first.scaling).sqrt(), (1.3 * second.scaling).sqrt()];
        assert_eq!((mix.scaling, mix.rank()), (1.0, 3));
        for index in 0..mix.a.data.len() {
            assert!((mix.a.data[index] - roots[0] * first.a.data[index] + roots[1] * second.a.data[index]).abs() < 1e-6, "A of {name:?}");
        }
        for index in 0..mix.b.data.len() {
            assert!((mix.b.data[index] - roots[0] * first.b.data[index] - roots[1] * second.b.data[index]).abs() < 1e-6, "B of {name:?}");
        }
    }
    assert!(largest_difference(&with(&files), &with_sum(&parts)) > 1e-3);
    for how in [Mixing::Linear, Mixing::Cat, Mixing::Svd] {
        let alone = mixed(&[(&second, -1.5)], how, None).unwrap();
        assert!(largest_difference(&with(&alone), &with_sum(&[(&second, -1.5)])) < 1e-5, "{how:?}");
    }
}

#[test]
fn an_adapter_taken_away_from_itself_leaves_nothing() {
    let files = trained_files(&lora(&json!({})), 5);
    for how in [Mixing::Cat, Mixing::Svd] {
        let nothing = mixed(&[(&files, 1.0), (&files, -1.0)], how, None).unwrap();
        assert!(largest_difference(&with(&nothing), &logits(&mut model(), 0)) < 1e-5, "{how:?}");
    }
    let zero = mixed(&[(&files, 0.0)], Mixing::Linear, None).unwrap();
    assert_eq!(with(&zero), logits(&mut model(), 0));
}

/// The names of modules are united as PEFT does; where adapters are on other layers, the mix is on all of theirs.
#[test]
fn the_targets_are_those_of_all() {
    let of = |runs: [&Value; 2]| {
        let [first, second] = runs.map(|settings| trained_files(&lora(settings), 5));
        config(&mixed(&[(&first, 1.0), (&second, 1.0)], Mixing::Cat, None).unwrap())
    };
    let names = |names: &[&str]| TargetModules::Ends(names.iter().map(|name| (*name).to_owned()).collect());
    let (q, kv) = (json!({ "target_modules": ["q_proj"] }), json!({ "target_modules": ["k_proj", "q_proj"], "rank": 2 }));
    let united = of([&q, &kv]);
    assert_eq!((united.targets.modules, united.targets.layers), (names(&["q_proj", "k_proj"]), vec![]));
    assert_eq!((united.r, united.rank_pattern), (5, vec![("self_attn.k_proj".to_owned(), 2)]));
    assert_eq!(united.alpha_pattern, [("self_attn.k_proj".to_owned(), 2.0)]);
    let [zero, one] = [0, 1].map(|layer| json!({ "target_modules": ["q_proj"], "layers": [layer], "rank": layer + 2 }));
    let both = of([&zero, &one]);
    assert_eq!((both.targets.modules, both.targets.layers), (names(&["self_attn.q_proj"]), vec![0, 1]));
    assert_eq!(both.rank_pattern, [("model.layers.0.self_attn.q_proj".to_owned(), 2)]);
    let beside = of([&zero, &json!({ "target_modules": ["lm_head"] })]);
    assert_eq!((beside.targets.modules, beside.targets.layers), (names(&["lm_head", "self_attn.q_proj"]), vec![0]));
}

/// The files of a run with other fields, which its tensors allow.
fn with_field(files: &AdapterFiles, field: &str, value: &Value) -> AdapterFiles {
    let mut fields: Value = serde_json::from_str(&files.config).unwrap();
    fields[field] = value.clone();
    AdapterFiles { config: fields.to_string(), weights: files.weights.clone() }
}

/// What it is, the second adapter, its weight, how and to which rank it is mixed, and what the message says.
type Case<'a> = (&'a str, &'a AdapterFiles, f64, Mixing, Option<usize>, &'a [&'a str]);

#[test]
fn what_does_not_add_up_is_refused_by_name() {
    let files = trained_files(&lora(&json!({})), 5);
    let of = |run: &RunSpec| trained_files(run, 6);
    let method = |method: Method| of(&run(method, &|_| {}));
    let ranks = of(&lora(&json!({ "rank": 2 })));
    let adalora = of(&run(Method::AdaLora, &|run| run.training.steps = 100));
    let bias = of(&run(Method::Lora, &|run| run.fine_tuning.lora.bias = LoraBias::LoraOnly));
    let pissa = with_field(&files, "init_lora_weights", &json!("pissa"));
    let cases: [Case; 13] = [
        ("IA3", &method(Method::Ia3), 1.0, Mixing::Cat, None, &["2", "IA3", "LORA"]),
        ("prompt", &method(Method::PromptTuning), 1.0, Mixing::Svd, None, &["2", "PROMPT_TUNING", "ADALORA"]),
        ("prefix", &method(Method::PrefixTuning), 1.0, Mixing::Cat, None, &["2", "PREFIX_TUNING", "LORA"]),
        ("DoRA", &method(Method::Dora), 1.0, Mixing::Cat, None, &["2", "use_dora = false"]),
        ("AdaLoRA", &adalora, 1.0, Mixing::Linear, None, &["2", "ADALORA", "cat", "svd"]),
        ("biases", &bias, 1.0, Mixing::Cat, None, &["2", "bias = \"none\""]),
        ("PiSSA", &pissa, 1.0, Mixing::Cat, None, &["2", "init_lora_weights", "path_initial_model_for_weight_conversion"]),
        ("other ranks", &ranks, 1.0, Mixing::Linear, None, &["model.layers.0.mlp.down_proj", "3", "2", "cat", "svd"]),
        ("no weight", &files, f64::NAN, Mixing::Cat, None, &["2", "NaN", "1"]),
        ("a huge one", &files, f64::INFINITY, Mixing::Linear, None, &["2", "inf"]),
        ("beyond float32", &files, 1e300, Mixing::Svd, None, &["float32", "1"]),
        ("rank 0", &files, 1.0, Mixing::Svd, Some(0), &["0", "16"]),
        ("a rank above the layers", &files, 1.0, Mixing::Svd, Some(17), &["17", "16"]),
    ];
    for (what, second, weight, how, rank, parts) in cases {
        let problem = mixed(&[(&files, 1.0), (second, weight)], how, rank).unwrap_err();
        for text in [&problem.message.en, &problem.message.zh] {
            assert!(parts.iter().all(|part| text.contains(part)), "{what}: {parts:?}: {text}");
        }
    }
    for how in [Mixing::Linear, Mixing::Cat] {
        let problem = mixed(&[(&files, 1.0)], how, Some(2)).unwrap_err();
        assert!([&problem.message.en, &problem.message.zh].iter().all(|text| text.contains("svd")), "{problem:?}");
    }
    let none = mix(&[], Mixing::Cat, None).unwrap_err();
    assert_eq!((none.code, none.message.en.contains("no adapter")), (ProblemCode::Missing, true));
}

#[test]
fn adapters_of_different_bases_are_told_and_refused_where_they_differ() {
    let files = trained_files(&lora(&json!({ "target_modules": ["q_proj"] })), 5);
    let name = |name: &str| with_field(&files, "base_model_name_or_path", &json!(name));
    let (same, other) = (name("elsewhere/SMALL/"), name("someone/large"));
    let warning = |second: &AdapterFiles| {
        let [first, second] = [&files, second].map(|files| read(files.config.as_bytes(), &files.weights).unwrap());
        different_bases(&[&first, &second])
    };
    assert_eq!((warning(&same), different_bases(&[])), (None, None));
    let told = warning(&other).unwrap();
    assert!([told.en, told.zh].iter().all(|text| text.contains("bases/small") && text.contains("someone/large")));
    let named = mixed(&[(&files, 1.0), (&other, 1.0)], Mixing::Cat, None).unwrap();
    let adapter = read(named.config.as_bytes(), &named.weights).unwrap();
    assert_eq!(adapter.config.base_model_name_or_path.as_deref(), Some("bases/small"));

    let with_tensors = |change: &dyn Fn(&mut Vec<AdapterTensor>)| {
        let adapter = read(files.config.as_bytes(), &files.weights).unwrap();
        let mut tensors = adapter.to_f32().unwrap();
        change(&mut tensors);
        super::files(&adapter.config, &tensors, SaveDtype::F32)
    };
    let wider = with_tensors(&|tensors| {
        for tensor in tensors.iter_mut().filter(|tensor| tensor.name.part == Part::LoraA) {
            (tensor.shape, tensor.data) = (vec![3, 32], vec![0.5; 96]);
        }
    });
    let problem = mixed(&[(&files, 1.0), (&wider, 1.0)], Mixing::Svd, None).unwrap_err();
    for text in [problem.message.en, problem.message.zh] {
        assert!(["model.layers.0.self_attn.q_proj", "16 × 16", "16 × 32"].iter().all(|part| text.contains(part)), "{text}");
    }
    // PEFT saves tables of the base along with adapted embeddings.
    let with_table = |value: f32| {
        with_tensors(&|tensors| {
            let name = TensorName::new("model.embed_tokens", Part::BaseWeight);
            tensors.push(AdapterTensor { name, shape: vec![23, 16], data: vec![value; 23 * 16] });
        })
    };
    let kept = mixed(&[(&files, 1.0), (&with_table(0.5), 1.0), (&with_table(0.5), 1.0)], Mixing::Cat, None).unwrap();
    let tables = read(kept.config.as_bytes(), &kept.weights).unwrap().tensors.keys().filter(|name| name.part == Part::BaseWeight).count();
    assert_eq!(tables, 1);
    let problem = mixed(&[(&with_table(0.5), 1.0), (&with_table(0.25), 1.0)], Mixing::Cat, None).unwrap_err();
    assert!(problem.message.en.contains("model.embed_tokens"), "{}", problem.message.en);
}
