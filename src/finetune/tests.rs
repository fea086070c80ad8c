//! What every method has to do.

use super::adalora::AdaLoraConfig;
use super::bitfit::BitFit;
use super::bottleneck::{BottleneckConfig, Placement};
use super::full::Full;
use super::ia3::Ia3Config;
use super::last_layers::LastLayers;
use super::lora::{LoraBias, LoraConfig, LoraInit, LoraScaling};
use super::prefix::PrefixConfig;
use super::prefix_mlp::PrefixMlpConfig;
use super::prompt::{PromptConfig, virtual_ids};
use super::*;
use crate::nn::transformer::tests::{build, families};
use crate::nn::{Contiguous, KvStore, LinearHook, MergeError, RandomWeights, Tokens};
use crate::tensor::Tensor;

const VIRTUAL: usize = 3;

fn modules(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn lora() -> LoraConfig {
    LoraConfig { rank: 3, target_modules: modules(&["q_proj", "v_proj", "o_proj", "down_proj"]), ..LoraConfig::default() }
}

fn adalora() -> AdaLoraConfig {
    let target_modules = modules(&["q_proj", "o_proj", "down_proj"]);
    AdaLoraConfig { initial_rank: 3, target_rank: 2, alpha: 6.0, target_modules, total_steps: 20, ..AdaLoraConfig::default() }
}

/// Those that can be put into a weight.
fn mergeable() -> Vec<Box<dyn Method>> {
    let ia3 = Ia3Config { target_modules: modules(&["k_proj", "v_proj", "down_proj"]), feedforward_modules: modules(&["down_proj"]) };
    vec![
        Box::new(lora()),
        Box::new(LoraConfig { scaling: LoraScaling::RankStabilised, ..lora() }),
        Box::new(LoraConfig { dora: true, ..lora() }),
        Box::new(ia3),
        Box::new(LoraConfig { rank: 4, init: LoraInit::Orthogonal, ..lora() }),
        Box::new(LoraConfig { init: LoraInit::Pissa, scaling: LoraScaling::RankStabilised, ..lora() }),
        Box::new(LoraConfig { init: LoraInit::Olora, ..lora() }),
        Box::new(LoraConfig {
            rank_pattern: vec![("layers.0.self_attn.q_proj".into(), 5)],
            alpha_pattern: vec![("v_proj".into(), 1.0)],
            ..lora()
        }),
        Box::new(LoraConfig { layers: vec![1], ..lora() }),
        Box::new(adalora()),
    ]
}

fn methods() -> Vec<Box<dyn Method>> {
    let others: Vec<Box<dyn Method>> = vec![
        Box::new(LoraConfig { target_modules: modules(&["embed_tokens", "lm_head", "k_proj"]), bias: LoraBias::All, ..lora() }),
        Box::new(LoraConfig { target_modules: modules(&["all-linear"]), bias: LoraBias::LoraOnly, ..lora() }),
        Box::new(PrefixMlpConfig { virtual_tokens: VIRTUAL, hidden: 5 }),
        Box::new(BottleneckConfig { size: 4, placement: Placement::Sequential }),
        Box::new(BottleneckConfig { size: 4, placement: Placement::Parallel }),
        Box::new(PromptConfig { virtual_tokens: VIRTUAL, init_std: 0.3 }),
        Box::new(PrefixConfig { virtual_tokens: VIRTUAL, init_std: 0.3 }),
        Box::new(BitFit),
        Box::new(LastLayers { layers: 1 }),
        Box::new(Full),
    ];
    mergeable().into_iter().chain(others).collect()
}

/// A model with the method, whose parameters have moved away from their start.
fn tuned(config: crate::nn::ModelConfig, method: &dyn Method) -> Transformer {
    let mut model = build(config);
    attach(method, &mut model, &mut RandomWeights { seed: 4 }).unwrap();
    for (number, param) in model.params.iter_mut().filter(|param| param.trainable).enumerate() {
        let moved = |(i, value): (usize, &mut f32)| *value += 0.1 * ((i * 7 + number) as f32).sin();
        param.value.data_mut().iter_mut().enumerate().for_each(moved);
    }
    model
}

/// Two sequences with what the method puts before them.
fn batch(method: &dyn Method) -> (Tokens, Vec<i32>) {
    let texts = [[3, 1, 4, 1, 5], [9, 2, 6, 5, 3]];
    let ids: Vec<i32> = texts.iter().flat_map(|text| virtual_ids(method.virtual_tokens()).chain(*text)).collect();
    let rows = ids.len() / 2;
    let targets = ids.iter().enumerate().map(|(row, id)| if *id < 0 { -100 } else { (row as i32 * 5 + 2) % 23 }).collect();
    (Tokens::new(2, rows, ids), targets)
}

#[test]
fn gradients_are_those_of_finite_differences_along_random_directions() {
    for config in families() {
        for method in methods() {
            let mut model = tuned(config.clone(), &*method);
            // DoRA's lengths are constants to its gradient, not to differences: its pairs are told by the reference of the goldens.
            let by_goldens = |name: &str| format!("{method:?}").contains("dora: true") && !name.ends_with("magnitude_vector");
            let (tokens, targets) = batch(&*method);
            model.forward_backward(&tokens, &targets, 1.0, None).unwrap();
            let ids: Vec<_> =
                model.params.ids().filter(|id| model.params.is_trainable(*id) && !by_goldens(&model.params.get(*id).name)).collect();
            assert!(!ids.is_empty(), "{method:?}");
            let directions: Vec<Vec<f32>> = ids
                .iter()
                .map(|id| (0..model.params.get(*id).elements()).map(|i| ((i * 7919 + 13) % 101) as f32 / 50.0 - 1.0).collect())
                .collect();
            let expected: f64 = (ids.iter().zip(&directions))
                .map(|(id, direction)| {
                    let grad = model.params.get(*id).grad.as_ref().unwrap_or_else(|| panic!("{}", model.params.get(*id).name));
                    grad.data().iter().zip(direction).map(|(g, d)| f64::from(g * d)).sum::<f64>()
                })
                .sum();
            let norm =
                ids.iter().map(|id| model.params.get(*id).grad.as_ref().unwrap().data().iter().map(|g| f64::from(g * g)).sum::<f64>());
            let norm = norm.sum::<f64>().sqrt();
            assert!(norm > 1e-3, "{method:?} gets no gradient");
            let mut at = |step: f32| {
                let befores: Vec<Vec<f32>> = ids.iter().map(|id| model.params.value(*id).to_vec()).collect();
                for (id, direction) in ids.iter().zip(&directions) {
                    let values = model.params.get_mut(*id).value.data_mut();
                    values.iter_mut().zip(direction).for_each(|(value, d)| *value += step * d);
                }
                let loss = model.nll(&tokens, &targets).unwrap().iter().map(|x| f64::from(*x)).sum::<f64>();
                for (id, before) in ids.iter().zip(befores) {
                    model.params.get_mut(*id).value.data_mut().copy_from_slice(&before);
                }
                loss
            };
            let step = 5e-4;
            let numeric = (at(step) - at(-step)) / f64::from(2.0 * step);
            assert!((numeric - expected).abs() < 0.02 + 0.02 * norm, "{method:?}: {expected}, differences {numeric}, norm {norm}");
        }
    }
}

/// What has just been attached changes nothing, where a method says that training starts at the base model.
#[test]
fn training_starts_at_the_base_model() {
    for config in families() {
        let tokens = Tokens::new(1, 5, vec![3, 1, 4, 1, 5]);
        let base = build(config.clone()).logits(&tokens).unwrap();
        for method in methods().into_iter().filter(|method| method.positions() == 0) {
            let mut model = build(config.clone());
            attach(&*method, &mut model, &mut RandomWeights { seed: 4 }).unwrap();
            let worst = difference(&model.logits(&tokens).unwrap(), &base);
            assert!(worst < 1e-5, "{method:?}: {worst:e}");
        }
    }
}

fn difference(a: &Tensor, b: &Tensor) -> f32 {
    a.data().iter().zip(b.data()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn each_hook(model: &mut Transformer, change: impl Fn(&mut dyn LinearHook, &mut Params) -> std::result::Result<(), MergeError>) {
    model.for_each_linear(|_, linear, params| linear.hook.as_deref_mut().map_or(Ok(()), |hook| change(hook, params))).unwrap();
}

#[test]
fn merged_layers_compute_the_same_and_come_back_bit_by_bit() {
    for config in families() {
        for method in mergeable() {
            let tokens = Tokens::new(1, 5, vec![3, 1, 4, 1, 5]);
            let base = build(config.clone()).logits(&tokens).unwrap();
            let mut model = tuned(config.clone(), &*method);
            let beside = model.logits(&tokens).unwrap();
            assert!(difference(&beside, &base) > 1e-2, "{method:?} has an effect");
            each_hook(&mut model, |hook, params| hook.merge(params));
            let merged = model.logits(&tokens).unwrap();
            assert!(difference(&beside, &merged) < 2e-4, "{method:?}: {}", difference(&beside, &merged));
            each_hook(&mut model, |hook, params| {
                hook.unmerge(params);
                Ok(())
            });
            assert_eq!(model.logits(&tokens).unwrap().data(), beside.data(), "{method:?}");
            each_hook(&mut model, |hook, params| hook.set_enabled(params, false));
            // What was taken out of a weight and put back is rounded.
            let most = if format!("{method:?}").contains("Pissa") || format!("{method:?}").contains("Olora") { 1e-5 } else { 0.0 };
            let off = difference(&model.logits(&tokens).unwrap(), &base);
            assert!(off <= most, "{method:?}: {off:e}");
            each_hook(&mut model, |hook, params| hook.set_enabled(params, true));
            assert_eq!(model.logits(&tokens).unwrap().data(), beside.data(), "{method:?}");
        }
    }
}

/// Read token by token with a cache, every logit is that of the whole text without one.
#[test]
fn a_cache_reads_what_every_method_makes() {
    let text = [3, 1, 4, 1, 5];
    for config in families() {
        for method in methods() {
            let mut model = tuned(config.clone(), &*method);
            let ids: Vec<i32> = virtual_ids(method.virtual_tokens()).chain(text).collect();
            let whole = model.last_logits(&Tokens::new(1, ids.len(), &ids[..])).unwrap();
            let mut cache: Box<dyn KvStore> = Box::new(Contiguous::new(&model, 1, ids.len()).unwrap());
            let (first, rest) = ids.split_at(method.virtual_tokens() + 1);
            let mut logits = model.read(&[(0, first)], &mut *cache).unwrap();
            for id in rest {
                logits = model.read(&[(0, &[*id])], &mut *cache).unwrap();
            }
            assert!(difference(&logits, &whole) < 1e-4, "{method:?}: {}", difference(&logits, &whole));
        }
    }
}

#[test]
fn settings_that_go_with_no_model_are_refused_with_the_nearest_that_would() {
    let config = families()[0].clone();
    let positions = config.max_positions;
    let refused =
        |method: &dyn Method| attach(method, &mut build(families()[0].clone()), &mut RandomWeights { seed: 1 }).unwrap_err().to_string();
    for (method, parts) in [
        (Box::new(LastLayers { layers: 0 }) as Box<dyn Method>, vec!["layers is 0".to_owned(), format!("1 to {}", config.n_layers)]),
        (Box::new(LastLayers { layers: 99 }), vec!["layers is 99".to_owned()]),
        (
            Box::new(BottleneckConfig { size: 0, placement: Placement::Parallel }),
            vec!["size is 0".to_owned(), format!("1 to {}", config.d_model)],
        ),
        (Box::new(PromptConfig { virtual_tokens: 0, init_std: 1.0 }), vec!["virtual_tokens is 0".to_owned()]),
        (
            Box::new(PrefixConfig { virtual_tokens: positions, init_std: 1.0 }),
            vec![format!("virtual_tokens is {positions}"), format!("1 to {}", positions - 2)],
        ),
        (
            Box::new(Ia3Config { target_modules: modules(&["qkv"]), feedforward_modules: vec![] }),
            vec!["qkv".to_owned(), "q_proj".to_owned()],
        ),
    ] {
        let message = refused(&*method);
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    }
}

/// As a row of an embedding that was only padded has.
#[test]
fn a_row_of_zeros_makes_no_number_that_is_none() {
    let method = LoraConfig { dora: true, ..lora() };
    let mut model = build(families()[0].clone());
    model
        .for_each_linear(|_, linear, params| {
            let width = params.get(linear.weight).shape[1];
            params.get_mut(linear.weight).value.data_mut()[..width].fill(0.0);
            Ok::<(), BuildError>(())
        })
        .unwrap();
    attach(&method, &mut model, &mut RandomWeights { seed: 4 }).unwrap();
    let (tokens, targets) = batch(&method);
    assert!(model.forward_backward(&tokens, &targets, 1.0, None).unwrap().is_finite());
    let grads = model.params.iter().filter_map(|param| param.grad.as_ref());
    assert!(grads.flat_map(|grad| grad.data()).all(|g| g.is_finite()));
}

#[test]
fn dora_says_what_it_does_not_go_with() {
    let blueprint = Blueprint::new(&families()[0].clone());
    let dora = LoraConfig { dora: true, ..lora() };
    let by_columns = dora.check_sharing(&blueprint, Sharing { tensor: 2, ..Sharing::default() }).unwrap_err().to_string();
    assert!(by_columns.contains("o_proj") && by_columns.contains('2'), "{by_columns}");
    assert!(
        dora.check_sharing(&blueprint, Sharing { weights_away: true, ..Sharing::default() }).unwrap_err().to_string().contains("mesh.zero")
    );
    assert!(lora().check_sharing(&blueprint, Sharing { tensor: 2, weights_away: true, ..Sharing::default() }).is_ok());
}

#[test]
fn starts_that_split_weights_and_ranks_that_differ_say_what_they_do_not_go_with() {
    let config = families()[0].clone();
    let blueprint = Blueprint::new(&config);
    let check = |method: LoraConfig| method.check(&blueprint).unwrap_err().to_string();
    let says = |message: String, parts: &[&str]| assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    says(check(LoraConfig { init: LoraInit::Orthogonal, ..lora() }), &["orthogonal", "3", "4"]);
    says(check(LoraConfig { alpha: 0.0, scaling: LoraScaling::RankStabilised, ..lora() }), &["lora.alpha", "0"]);
    says(check(LoraConfig { rank: 0, ..lora() }), &["lora.rank is 0", "1 to"]);
    says(check(LoraConfig { layers: vec![7], ..lora() }), &["layer 7", &format!("0 to {}", config.n_layers - 1)]);
    says(check(LoraConfig { layers: vec![0], target_modules: modules(&["lm_head"]), ..lora() }), &["lora.layers"]);
    says(check(LoraConfig { rank_pattern: vec![("qproj".into(), 2)], ..lora() }), &["qproj", "self_attn.q_proj"]);
    says(check(LoraConfig { rank_pattern: vec![("q_proj".into(), 999)], ..lora() }), &["999"]);
    says(check(LoraConfig { dora: true, target_modules: modules(&["embed_tokens"]), ..lora() }), &["embed_tokens", "lora"]);
    says(check(LoraConfig { target_modules: modules(&["q_proj", "nothing"]), ..lora() }), &["nothing", "q_proj", "lm_head"]);
    let pissa = LoraConfig { init: LoraInit::Pissa, ..lora() };
    says(pissa.check_sharing(&blueprint, Sharing { tensor: 2, ..Sharing::default() }).unwrap_err().to_string(), &["pissa", "mesh.tensor"]);
    assert!(pissa.check_sharing(&blueprint, Sharing { pipeline: 2, ..Sharing::default() }).is_ok());
    let weights = &mut RandomWeights { seed: 3 };
    let source = &mut crate::nn::InFormat::all(weights, &crate::quant::Nf4);
    let mut quantised = Transformer::build(config.clone(), &crate::tensor::Ledger::new(None), source).unwrap();
    says(attach(&pissa, &mut quantised, &mut RandomWeights { seed: 1 }).unwrap_err().to_string(), &["nf4", "pissa"]);
    let tied = Blueprint::new(&crate::nn::ModelConfig { tie_embeddings: true, ..config });
    let of_head = LoraConfig { target_modules: modules(&["lm_head"]), ..pissa };
    says(of_head.check(&tied).unwrap_err().to_string(), &["lm_head", "embedding"]);
}

/// The best of all pairs of that rank, and what is left of the weight is the rest.
#[test]
fn pissa_takes_the_largest_singular_values_out_of_the_weight() {
    let config = families()[0].clone();
    let mut base = build(config.clone());
    let mut model = build(config);
    attach(&LoraConfig { init: LoraInit::Pissa, ..lora() }, &mut model, &mut RandomWeights { seed: 1 }).unwrap();
    let spectrum = |model: &mut Transformer| {
        let mut all = Vec::new();
        let collect = |_, linear: &mut crate::nn::Linear, params: &mut Params| {
            if linear.role == "q_proj" {
                let shape = &params.get(linear.weight).shape;
                all.push(crate::linalg::svd(&crate::linalg::Matrix::of(shape[0], shape[1], params.value(linear.weight))).s);
            }
            Ok::<(), BuildError>(())
        };
        model.for_each_linear(collect).unwrap();
        all
    };
    for (whole, rest) in spectrum(&mut base).into_iter().zip(spectrum(&mut model)) {
        for (value, left) in whole[3..].iter().zip(&rest) {
            assert!((value - left).abs() < 1e-4 * whole[0], "{whole:?} {rest:?}");
        }
        assert!(rest[rest.len() - 3..].iter().all(|s| *s < 1e-4 * whole[0]), "{rest:?}");
    }
}

/// `B` of LoRA+ moves so many times as far as it does without.
#[test]
fn a_learning_rate_ratio_hastens_b_alone() {
    let moved = |ratio: f64| {
        let method = LoraConfig { learning_rate_ratio: ratio, ..lora() };
        let mut model = tuned(families()[0].clone(), &method);
        let (tokens, targets) = batch(&method);
        let before: Vec<Vec<f32>> = model.params.iter().map(|param| param.value.data().to_vec()).collect();
        model.forward_backward(&tokens, &targets, 1.0, None).unwrap();
        let adamw = crate::optim::AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decay: crate::optim::Decay::All };
        crate::optim::AdamW::new(adamw).step(&mut model.params, 1e-3, 1.0).unwrap();
        let far = |name: &str| {
            let of = model.params.iter().zip(&before).filter(|(param, _)| param.name.contains(name));
            of.map(|(param, before)| param.value.data().iter().zip(before).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>()).sum::<f64>()
        };
        [far("lora_A"), far("lora_B")]
    };
    let ([a, b], [plus_a, plus_b]) = (moved(1.0), moved(16.0));
    assert!((plus_a / a - 1.0).abs() < 1e-3 && (plus_b / b - 16.0).abs() < 0.05, "{a} {plus_a}, {b} {plus_b}");
}
