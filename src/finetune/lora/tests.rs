use super::*;
use crate::autograd::{DropoutKey, Params};
use crate::finetune::attach;
use crate::nn::{BuildError, InFormat, Linear, LinearHook, Masks, MergeError, ModelConfig, RandomWeights, Tokens, Transformer};
use crate::quant::Int8;
use crate::tensor::Ledger;

fn model() -> Transformer {
    let config =
        ModelConfig { vocab_size: 40, d_model: 16, n_layers: 2, n_heads: 2, n_kv_heads: 1, d_head: 8, d_ff: 24, ..Default::default() };
    Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 3 }).unwrap()
}

/// The same model with its matrices in blocks.
fn in_blocks() -> Transformer {
    let weights = &mut RandomWeights { seed: 3 };
    let source = &mut InFormat::all(weights, &Int8);
    Transformer::build(model().config, &Ledger::new(None), source).unwrap()
}

fn config(targets: &[&str]) -> LoraConfig {
    LoraConfig { rank: 3, alpha: 6.0, target_modules: targets.iter().map(|&t| t.to_owned()).collect(), ..LoraConfig::default() }
}

fn tokens() -> Tokens {
    Tokens::new(2, 5, vec![1, 2, 3, 4, 5, 39, 7, 0, 9, 11])
}

/// A model whose pairs have an effect: B is set to something.
fn trained(targets: &[&str]) -> Transformer {
    let mut model = model();
    attach(&config(targets), &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    for param in model.params.iter_mut().filter(|p| p.name.contains("lora_B")) {
        for (i, value) in param.value.data_mut().iter_mut().enumerate() {
            *value = 0.05 * ((i % 7) as f32 - 3.0);
        }
    }
    model
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn starts_at_the_base_model_and_trains_only_the_pairs() {
    let base = model().logits(&tokens()).unwrap();
    let mut model = model();
    attach(&config(&["q_proj", "down_proj"]), &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    assert_eq!(base.data(), model.logits(&tokens()).unwrap().data());
    let (_, trainable) = model.params.counts();
    assert_eq!(trainable, 2 * (3 * (16 + 16) + 3 * (24 + 16)));
    model.forward_backward(&tokens(), &[2; 10], 0.1, None).unwrap();
    assert!(model.params.iter().all(|p| p.trainable == p.name.contains("lora_") && p.grad.is_some() == p.trainable));
}

#[test]
fn merged_unmerged_and_disabled_agree() {
    let base = model().logits(&tokens()).unwrap();
    let mut model = trained(&["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]);
    let adapted = model.logits(&tokens()).unwrap();
    assert!(largest_difference(base.data(), adapted.data()) > 1e-3, "the pairs have no effect");

    let each = |model: &mut Transformer, change: &dyn Fn(&mut dyn LinearHook, &mut Params)| {
        let change = |linear: &mut Linear, params: &mut Params| {
            if let Some(hook) = linear.hook.as_deref_mut() {
                change(hook, params);
            }
        };
        model
            .for_each_linear(|_, linear, params| {
                change(linear, params);
                Ok::<_, BuildError>(())
            })
            .unwrap();
        model.logits(&tokens()).unwrap()
    };
    // Float32 rounding of W + BA against Wx + B(Ax), through four half-blocks.
    let merged = each(&mut model, &|hook, params| hook.merge(params).unwrap());
    assert!(largest_difference(merged.data(), adapted.data()) < 1e-5);
    let disabled = each(&mut model, &|hook, params| hook.set_enabled(params, false).unwrap());
    assert_eq!(disabled.data(), base.data(), "the weights are as they were, bit by bit");
    let enabled = each(&mut model, &|hook, params| hook.set_enabled(params, true).unwrap());
    assert!(largest_difference(enabled.data(), adapted.data()) < 1e-5);
}

#[test]
fn gradients_agree_with_finite_differences_also_under_dropout() {
    check_gradients(model());
    check_gradients(in_blocks());
}

fn check_gradients(mut model: Transformer) {
    let mut config = config(&["q_proj", "v_proj", "up_proj"]);
    config.dropout = 0.3;
    let key = Some(Masks { key: DropoutKey(11), first_row: 0 });
    attach(&config, &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    for param in model.params.iter_mut().filter(|p| p.name.contains("lora_B")) {
        param.value.data_mut().iter_mut().enumerate().for_each(|(i, v)| *v = 0.3 * ((i % 5) as f32 - 2.0));
    }
    let targets: Vec<i32> = (0..10).map(|i| (i * 3) % 40).collect();
    model.forward_backward(&tokens(), &targets, 1.0, key).unwrap();
    let checks: Vec<(String, usize, f32)> = model
        .params
        .iter()
        .filter_map(|p| p.grad.as_ref().map(|g| (p.name.clone(), p.elements() / 2, g.data()[p.elements() / 2])))
        .collect();
    assert_eq!(checks.len(), 2 * 2 * 3);
    for (name, index, grad) in checks {
        let step = 1e-2;
        let mut loss_at = |shift: f32| {
            let id = model.params.find(&name).unwrap();
            model.params.get_mut(id).value.data_mut()[index] += shift;
            let loss = model.forward_backward(&tokens(), &targets, 1.0, key).unwrap();
            model.params.get_mut(id).value.data_mut()[index] -= shift;
            loss
        };
        let numeric = (loss_at(step) - loss_at(-step)) / (2.0 * f64::from(step));
        // Central differences of a float32 loss near 37: rounding 4e-6 / 2e-2 plus the cubic term.
        assert!((numeric - f64::from(grad)).abs() < 2e-3 + 0.02 * numeric.abs(), "{name}[{index}]: {grad} against {numeric}");
    }
}

#[test]
fn on_blocks_it_trains_only_the_pairs_and_is_not_merged() {
    let mut model = in_blocks();
    attach(&config(&["q_proj", "lm_head"]), &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    model.forward_backward(&tokens(), &[2; 10], 0.1, None).unwrap();
    assert!(model.params.iter().all(|p| p.trainable == p.name.contains("lora_") && p.grad.is_some() == p.trainable));
    let mut refused = Vec::new();
    let before = model.logits(&tokens()).unwrap();
    model
        .for_each_linear(|_, linear, params| {
            refused.extend(linear.hook.as_deref_mut().and_then(|hook| hook.merge(params).err()));
            Ok::<_, BuildError>(())
        })
        .unwrap();
    let module = "model.layers.0.self_attn.q_proj".to_owned();
    assert_eq!(refused.len(), 3);
    assert_eq!(refused[0], MergeError::Quantised { module, format: "int8" });
    let message = refused[0].to_string();
    assert!(message.contains("layers.0.self_attn.q_proj") && message.contains("int8") && message.contains("float32 to merge"), "{message}");
    assert_eq!(before.data(), model.logits(&tokens()).unwrap().data(), "the pairs still act");
}

#[test]
fn a_weight_that_the_embedding_shares_is_not_merged() {
    let mut model =
        Transformer::build(ModelConfig { tie_embeddings: true, ..model().config }, &Ledger::new(None), &mut RandomWeights { seed: 1 })
            .unwrap();
    attach(&config(&["lm_head"]), &mut model, &mut RandomWeights { seed: 5 }).unwrap();
    let mut refused = Vec::new();
    model
        .for_each_linear(|_, linear, params| {
            refused.extend(linear.hook.as_deref_mut().and_then(|hook| hook.merge(params).err()));
            Ok::<_, BuildError>(())
        })
        .unwrap();
    let [MergeError::Shared { module, weight }] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!([module.as_str(), weight.as_str()], ["lm_head", "model.embed_tokens.weight"]);
}

#[test]
fn full_fine_tuning_of_blocks_is_refused_by_name() {
    let message = attach(&crate::finetune::full::Full, &mut in_blocks(), &mut RandomWeights { seed: 1 }).unwrap_err().to_string();
    assert!(message.contains("model.embed_tokens.weight") && message.contains("int8") && message.contains("LoRA"), "{message}");
}

#[test]
fn a_rank_above_the_layer_and_an_unknown_target_are_refused() {
    let mut too_high = config(&["k_proj"]);
    too_high.rank = 9;
    let message = attach(&too_high, &mut model(), &mut RandomWeights { seed: 1 }).unwrap_err().to_string();
    assert!(message.contains("rank is 9") && message.contains("1 to 8"), "{message}");
    let message = attach(&config(&["qkv"]), &mut model(), &mut RandomWeights { seed: 1 }).unwrap_err().to_string();
    assert!(message.contains("qkv") && message.contains("q_proj"), "{message}");
}
