use std::ops::Range;

use super::*;
use crate::autograd::{Tape, Var, WeightGrads};
use crate::nn::blueprint::Blueprint;
use crate::nn::walk::{self, Alone, Keep};
use crate::nn::{
    Biases, BuildError, Contiguous, Exchange, FeedForwardKind, InFormat, NormKind, ParamSpec, Positions, RandomWeights, Rope, Slice,
    SlidingLayers, Tokens, Values, at_once,
};
use crate::tensor::{Category, Tensor, Weight};

pub(crate) fn llama() -> ModelConfig {
    ModelConfig {
        vocab_size: 23,
        d_model: 12,
        n_layers: 2,
        n_heads: 4,
        n_kv_heads: 2,
        d_head: 4,
        d_ff: 20,
        max_positions: 16,
        tie_embeddings: false,
        ..Default::default()
    }
}

fn gpt() -> ModelConfig {
    ModelConfig {
        n_kv_heads: 4,
        norm: NormKind::LayerNorm,
        positions: Positions::Learned,
        feed_forward: FeedForwardKind::Gelu,
        bias: Biases::ALL,
        tie_embeddings: true,
        ..llama()
    }
}

/// Norms of queries and keys and after the blocks, sliding layers with a rotary base of their own, a gate of GELU, a scaled embedding.
fn gemma() -> ModelConfig {
    ModelConfig {
        norm: NormKind::OffsetRmsNorm,
        sliding: Some(SlidingLayers { window: 3, layers: vec![true, false], rope: Some(Rope::of(100.0)) }),
        feed_forward: FeedForwardKind::GeGlu,
        qk_norm: true,
        post_norms: true,
        query_pre_attn_scalar: Some(6.0),
        embedding_scale: 12f32.sqrt(),
        tie_embeddings: true,
        ..llama()
    }
}

fn qwen() -> ModelConfig {
    ModelConfig { bias: Biases::QKV, ..llama() }
}

/// One configuration of each family.
pub(crate) fn families() -> [ModelConfig; 4] {
    [llama(), gpt(), qwen(), gemma()]
}

pub(crate) fn build(config: ModelConfig) -> Transformer {
    let mut model = Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 9 }).unwrap();
    // Weights far from their small initial values, so that every path carries a gradient worth comparing.
    for param in model.params.iter_mut() {
        let factor = if param.shape.len() > 1 { 15.0 } else { 1.0 };
        for (i, value) in param.value.data_mut().iter_mut().enumerate() {
            *value = *value * factor + 0.05 * ((i % 5) as f32 - 2.0);
        }
    }
    model
}

fn batch() -> (Tokens, Vec<i32>) {
    let ids: Vec<i32> = (0..14).map(|i| (i * i + 3) % 23).collect();
    let mut targets: Vec<i32> = (0..14).map(|i| (i * 5 + 1) % 23).collect();
    targets[3] = -100;
    (Tokens::new(2, 7, ids), targets)
}

/// Without rotary positions and norms of keys, a key bias adds the same to all scores of a query, and the softmax takes it out again.
fn config_has_no_use_for(name: &str, config: &ModelConfig) -> bool {
    config.positions == Positions::Learned && name.ends_with("k_proj.bias")
}

/// The loss with the parameter moved by `step` times `direction`.
fn loss_at(model: &mut Transformer, name: &str, direction: &[f64], step: f64) -> f64 {
    let (tokens, targets) = batch();
    let id = model.params.find(name).unwrap();
    let before = model.params.value(id).to_vec();
    for (value, d) in model.params.get_mut(id).value.data_mut().iter_mut().zip(direction) {
        *value = (f64::from(*value) + step * d) as f32;
    }
    let loss = model.nll(&tokens, &targets).unwrap().iter().map(|&x| f64::from(x)).sum::<f64>() / 13.0;
    model.params.get_mut(id).value.data_mut().copy_from_slice(&before);
    loss
}

/// Every parameter's gradient against central differences, along its own direction, where the derivative is its norm, and along a random
/// one, where a component that is missing shows.
fn check_gradients(config: ModelConfig) {
    let mut model = build(config);
    let (tokens, targets) = batch();
    model.forward_backward(&tokens, &targets, 1.0 / 13.0, None).unwrap();
    let names: Vec<String> = model.params.iter().map(|p| p.name.clone()).collect();
    let grads: Vec<Vec<f64>> =
        model.params.iter().map(|p| p.grad.as_ref().expect("all learn").data().iter().map(|g| f64::from(*g)).collect()).collect();
    for (name, grad) in names.iter().zip(&grads) {
        let norm = grad.iter().map(|g| g * g).sum::<f64>().sqrt();
        if config_has_no_use_for(name, &model.config) {
            assert!(norm < 1e-5, "{name}: {norm}");
            continue;
        }
        assert!(norm > 1e-4, "{name} gets no gradient");
        let own: Vec<f64> = grad.iter().map(|g| g / norm).collect();
        let random: Vec<f64> = (0..grad.len()).map(|i| ((i * 7919 + 13) % 101) as f64 / 50.0 - 1.0).collect();
        let length = random.iter().map(|x| x * x).sum::<f64>().sqrt();
        let random: Vec<f64> = random.iter().map(|x| x / length).collect();
        for direction in [own, random] {
            let expected: f64 = grad.iter().zip(&direction).map(|(g, d)| g * d).sum();
            let step = 4e-3;
            let ahead = loss_at(&mut model, name, &direction, step);
            let numeric = (ahead - loss_at(&mut model, name, &direction, -step)) / (2.0 * step);
            // Float32 rounding of a loss near 3 over a step of 8e-3, plus the cubic term.
            assert!((numeric - expected).abs() < 2e-4 + 0.01 * norm, "{name}: {expected}, differences {numeric}");
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    families().into_iter().for_each(check_gradients);
}

#[test]
fn gradients_accumulate_over_parts_of_a_batch() {
    let (tokens, targets) = batch();
    let (mut whole, mut parts) = (build(llama()), build(llama()));
    let loss = whole.forward_backward(&tokens, &targets, 1.0 / 13.0, None).unwrap();
    let mut sum = 0.0;
    for row in 0..2 {
        let part = Tokens::new(1, 7, &tokens.ids[row * 7..(row + 1) * 7]);
        sum += parts.forward_backward(&part, &targets[row * 7..(row + 1) * 7], 1.0 / 13.0, None).unwrap();
    }
    assert!((loss - sum).abs() < 1e-6);
    for (a, b) in whole.params.iter().zip(parts.params.iter()) {
        let (a, b) = (a.grad.as_ref().unwrap().data(), b.grad.as_ref().unwrap().data());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

#[test]
fn causal_a_later_token_changes_no_earlier_logit() {
    let mut model = build(llama());
    let a = model.logits(&Tokens::new(1, 6, vec![1, 2, 3, 4, 5, 6])).unwrap();
    let b = model.logits(&Tokens::new(1, 6, vec![1, 2, 3, 4, 5, 7])).unwrap();
    assert_eq!(a.data()[..5 * 23], b.data()[..5 * 23]);
    assert_ne!(a.data()[5 * 23..], b.data()[5 * 23..]);
    let last = model.last_logits(&Tokens::new(1, 6, vec![1, 2, 3, 4, 5, 6])).unwrap();
    assert!(last.data().iter().zip(&a.data()[5 * 23..]).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn activations_are_freed_and_running_out_of_memory_is_an_error() {
    let mut model = build(llama());
    let (tokens, targets) = batch();
    model.forward_backward(&tokens, &targets, 1.0, None).unwrap();
    model.params.ledger().release_spare();
    let report = model.params.ledger().report();
    assert_eq!(report.of(Category::Activations).live, 0);
    assert!(report.of(Category::Activations).peak > 0);
    let held = report.of(Category::Parameters).live;
    let tight = Ledger::new(Some(held + 1000));
    let mut model = Transformer::build(llama(), &tight, &mut RandomWeights { seed: 9 }).unwrap();
    let refused = model.forward_backward(&tokens, &targets, 1.0, None).unwrap_err();
    assert_eq!(refused.category, Category::Activations);
    tight.release_spare();
    assert_eq!(tight.report().of(Category::Activations).live, 0);
}

#[test]
fn attention_needs_memory_linear_in_the_sequence() {
    let peak = |seq_len: usize| {
        let config = ModelConfig { max_positions: 2048, ..llama() };
        let ledger = Ledger::new(None);
        let mut model = Transformer::build(config, &ledger, &mut RandomWeights { seed: 9 }).unwrap();
        let ids: Vec<i32> = (0..seq_len as i32).map(|i| i % 23).collect();
        model.forward_backward(&Tokens::new(1, seq_len, ids.clone()), &ids, 1.0, None).unwrap();
        ledger.report().of(Category::Activations).peak as f64
    };
    let ratio = peak(2048) / peak(1024);
    assert!((ratio - 2.0).abs() < 0.02, "twice the sequence takes {ratio} times the memory");
}

/// What segment `segment` of a model makes of `x`, and, from a gradient of ones, the gradients of `x` and of the parameters.
fn run_segment(
    mut model: Transformer,
    segment: usize,
    x: &[f32],
    keep: Keep,
    mut later: Option<Vec<WeightGrads>>,
) -> (Vec<f32>, Option<Vec<f32>>, Vec<Vec<f32>>) {
    let (tokens, _) = batch();
    let ledger = model.params.ledger().clone();
    let x = (segment > 0).then(|| input(&mut Tape::recording(&ledger), x, model.config.d_model));
    let (run, input) = (segment..segment + 1, Input::of(&tokens, None));
    let (flight, y) = at_once(walk::forward(&mut model, &mut Alone, run, input, x, |_| keep)).unwrap();
    let values = y.data().to_vec();
    let ones = Tensor::from_vec(&ledger, Category::Activations, y.tensor().shape(), vec![1.0; values.len()]).unwrap();
    drop(y);
    let d_x = at_once(walk::backward(&mut model, &mut Alone, flight, input, ones, 1.0, later.as_mut())).unwrap();
    if let Some(later) = later {
        let linear = |param: &crate::autograd::Param| param.name.contains("_proj.weight") && param.grad.is_some();
        assert!(!model.params.iter().any(linear), "no linear layer has its gradient yet");
        later.into_iter().for_each(|grads| grads.accumulate(&mut model.params).unwrap());
    }
    let grads = model.params.iter().map(|p| p.grad.as_ref().map(|g| g.data().to_vec()).unwrap_or_default()).collect();
    (values, d_x.map(|d_x| d_x.data().to_vec()), grads)
}

fn input(tape: &mut Tape, x: &[f32], width: usize) -> Var {
    let x = Tensor::from_vec(tape.ledger(), Category::Activations, &[x.len() / width, width], x.to_vec()).unwrap();
    tape.input(x, true)
}

fn hidden_states(width: usize) -> Vec<f32> {
    (0..14 * width).map(|i| ((i * 37 % 101) as f32 - 50.0) / 40.0).collect()
}

#[test]
fn a_backward_in_two_parts_or_from_the_input_gives_the_gradients_of_one() {
    for config in families() {
        for segment in 0..Blueprint::new(&config).segments.len() {
            let run = |keep, later| run_segment(build(config.clone()), segment, &hidden_states(12), keep, later);
            let whole = run(Keep::Tape, None);
            assert_eq!(whole, run(Keep::Tape, Some(Vec::new())), "segment {segment}");
            assert_eq!(whole, run(Keep::Input, None), "segment {segment}");
        }
    }
}

/// What `parts` have, added up.
fn sum(parts: &[Vec<f32>]) -> Vec<f32> {
    (0..parts[0].len()).map(|i| parts.iter().map(|part| part[i]).sum()).collect()
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-5 * b.abs().max(1.0))
}

/// What a phase of a segment gives on hidden states `h`, and the gradient of `h` from a gradient of ones.
fn run_phase(mut model: Transformer, segment: usize, phase: usize, h: &[f32]) -> (Vec<f32>, Option<Vec<f32>>) {
    let (tokens, _) = batch();
    let ledger = model.params.ledger().clone();
    let mut tape = Tape::recording(&ledger);
    let h = (segment > 0).then(|| input(&mut tape, h, model.config.d_model));
    let node = h.as_ref().map(Var::node);
    let values = Values { hidden: h, carried: Vec::new(), aux_loss: None };
    let y = model.segments[segment].run(phase, &mut tape, &model.pass(Input::of(&tokens, None)), values).unwrap().hidden.unwrap();
    let output = y.data().to_vec();
    let ones = Tensor::from_vec(&ledger, Category::Activations, y.tensor().shape(), vec![1.0; output.len()]).unwrap();
    let d_h = tape.backward(&mut model.params, [(y.node(), ones)], node.as_slice(), None).unwrap();
    (output, d_h.into_iter().flatten().map(|d_h| d_h.data().to_vec()).next())
}

#[test]
fn the_slices_of_a_phase_before_a_sum_add_up_to_it() {
    for config in families() {
        let whole = build(config.clone());
        let slice = |index| {
            let part = Part { slice: Slice { index, count: 2 }, ..Part::whole(&whole.blueprint) };
            Transformer::build_part(&whole.blueprint, part, &Ledger::new(None), &mut Weights(&whole)).unwrap()
        };
        for (segment, spec) in whole.blueprint.segments.iter().enumerate() {
            for (phase, _) in spec.exchanges.iter().enumerate().filter(|(_, exchange)| **exchange == Exchange::Sum) {
                let (y, d_h) = run_phase(build(config.clone()), segment, phase, &hidden_states(12));
                let slices = [0, 1].map(|index| run_phase(slice(index), segment, phase, &hidden_states(12)));
                assert!(close(&sum(&slices.each_ref().map(|slice| slice.0.clone())), &y), "output of segment {segment}");
                if let Some(d_h) = d_h {
                    let of_slices = slices.each_ref().map(|slice| slice.1.clone().expect("as of the whole"));
                    assert!(close(&sum(&of_slices), &d_h), "gradient of segment {segment}");
                }
            }
        }
    }
}

/// The weights of another model.
struct Weights<'a>(&'a Transformer);

impl WeightSource for Weights<'_> {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> std::result::Result<(), BuildError> {
        let params = &self.0.params;
        let value = params.value(params.find(&param.name).expect("a weight of the whole"));
        value.chunks(param.matrix()[1]).skip(rows.start).take(rows.len()).for_each(take);
        Ok(())
    }
}

/// The model with its matrices in blocks, and the one of what these decode to.
fn in_blocks(whole: &Transformer) -> [Transformer; 2] {
    let part = || Part::whole(&whole.blueprint);
    let format = &crate::quant::Int8;
    let ledger = Ledger::new(None);
    let weights = &mut Weights(whole);
    let source = &mut InFormat::all(weights, format);
    let blocks = Transformer::build_part(&whole.blueprint, part(), &ledger, source).unwrap();
    let mut decoded = Transformer::build_part(&whole.blueprint, part(), &ledger, &mut Weights(whole)).unwrap();
    for (param, kept) in decoded.params.iter_mut().zip(blocks.params.iter()) {
        assert_eq!(kept.value.format().is_some(), param.shape.len() == 2, "{} is kept as {:?}", kept.name, kept.value.format());
        if let Weight::Blocks(kept) = &kept.value {
            let rows = param.value.data_mut().chunks_mut(kept.shape()[1]);
            rows.enumerate().for_each(|(row, out)| kept.dequantize_row(row, out));
            param.trainable = false;
        }
    }
    [blocks, decoded]
}

/// Losses and the gradients of what learns, norms and biases, are bit for bit those of the weights that the blocks decode to.
#[test]
fn a_model_in_blocks_computes_as_what_they_decode_to() {
    for config in families() {
        let whole = build(config);
        let (tokens, targets) = batch();
        let [blocks, decoded] = in_blocks(&whole).map(|mut model| {
            let loss = model.forward_backward(&tokens, &targets, 1.0 / 13.0, None).unwrap();
            let grads: Vec<_> = model.params.iter().map(|param| param.grad.as_ref().map(|grad| grad.data().to_vec())).collect();
            assert!(grads.iter().flatten().any(|grad| grad.iter().any(|g| *g != 0.0)));
            (loss, grads, model.logits(&tokens).unwrap().data().to_vec())
        });
        assert!(blocks == decoded);
    }
}

/// Reading with a cache rounds inputs: its logits are near those of the plain model, and each sequence's do not depend on the others.
#[test]
fn reading_with_blocks_is_near_and_the_same_beside_other_sequences() {
    for config in families() {
        let [mut model, _] = in_blocks(&build(config));
        let ids: Vec<i32> = (0..7).map(|i| (i * i + 3) % 23).collect();
        let exact = model.last_logits(&Tokens::new(1, 7, &ids[..])).unwrap();
        let read = |model: &mut Transformer, sequences: &[usize]| {
            let mut cache = Contiguous::new(model, 3, 8).unwrap();
            let texts: Vec<_> = sequences.iter().map(|&sequence| (sequence, &ids[..])).collect();
            model.read(&texts, &mut cache).unwrap().data()[..23].to_vec()
        };
        let alone = read(&mut model, &[0]);
        assert_eq!(alone, read(&mut model, &[0, 1, 2]));
        let size = exact.data().iter().map(|x| x * x).sum::<f32>().sqrt();
        let difference = exact.data().iter().zip(&alone).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        assert!(difference > 0.0 && difference < 0.05 * size, "{difference} of {size}");
    }
}

/// A weight in blocks that embedding and head share is there once.
#[test]
fn blocks_take_a_byte_a_weight_and_a_tied_one_once() {
    let config = ModelConfig { vocab_size: 3859, d_model: 192, n_heads: 6, d_head: 32, d_ff: 512, tie_embeddings: true, ..llama() };
    let weights = &mut RandomWeights { seed: 1 };
    let source = &mut InFormat::all(weights, &crate::quant::Int8);
    let ledger = Ledger::new(None);
    let model = Transformer::build(config, &ledger, source).unwrap();
    let matrices = model.params.iter().filter(|param| param.shape.len() == 2);
    let (weights, bytes) = matrices.fold((0, 0), |(weights, bytes), param| (weights + param.elements(), bytes + param.value.bytes()));
    let rest: usize = model.params.iter().filter(|param| param.shape.len() == 1).map(|param| param.value.bytes()).sum();
    let report = ledger.report().of(Category::Parameters);
    assert_eq!((report.live, report.peak), (bytes + rest, bytes + rest), "nothing else was there while they were read");
    assert!((bytes as f64) < 1.05 * weights as f64, "{bytes} bytes for {weights} weights");
}

/// Each parameter is some segment's, and only a tied one is two segments'; they are made in the blueprint's order, in its shapes.
#[test]
fn the_segments_have_all_parameters_of_the_blueprint() {
    for config in families() {
        let tied = config.tie_embeddings;
        let model = build(config);
        let mut ids: Vec<_> = model.segments.iter().flat_map(|segment| segment.params()).collect();
        assert_eq!(ids.len(), model.params.ids().count() + usize::from(tied));
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.into_iter().eq(model.params.ids()));
        let planned = model.blueprint.params().map(|(_, param)| (&param.name, &param.shape, param.split));
        assert!(planned.eq(model.params.iter().map(|param| (&param.name, &param.shape, param.split))));
        for (segment, spec) in model.segments.iter().zip(&model.blueprint.segments) {
            assert_eq!(segment.exchanges(), spec.exchanges);
        }
    }
}
