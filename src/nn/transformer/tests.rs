use super::*;
use crate::nn::{FeedForwardKind, Init, NormKind, RandomWeights, Slice};

fn llama() -> ModelConfig {
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
        bias: true,
        tie_embeddings: true,
        ..llama()
    }
}

fn build(config: ModelConfig) -> Transformer {
    let mut model = Transformer::build(config, &Ledger::new(None), &mut RandomWeights { seed: 9 }).unwrap();
    // Weights far from their small initial values, so that every path carries a gradient worth comparing.
    for param in model.params.iter_mut() {
        let factor = if param.value.shape().len() > 1 { 15.0 } else { 1.0 };
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

/// Without rotary positions, a key bias adds the same to all scores of a query, and the softmax takes it out again.
fn config_has_no_use_for(name: &str, config: &ModelConfig) -> bool {
    config.positions == Positions::Learned && name.ends_with("k_proj.bias")
}

/// Every parameter's gradient, along a fixed direction, against central differences.
fn check_gradients(config: ModelConfig) {
    let mut model = build(config);
    let (tokens, targets) = batch();
    model.forward_backward(&tokens, &targets, 1.0 / 13.0, None).unwrap();
    let names: Vec<String> = model.params.iter().map(|p| p.name.clone()).collect();
    let grads: Vec<Vec<f32>> = model.params.iter().map(|p| p.grad.as_ref().expect("all learn").data().to_vec()).collect();
    for (name, grad) in names.iter().zip(&grads) {
        let norm = grad.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
        if config_has_no_use_for(name, &model.config) {
            assert!(norm < 1e-5, "{name}: {norm}");
            continue;
        }
        assert!(norm > 1e-4, "{name} gets no gradient");
        // The derivative along the gradient's own direction is its norm.
        let mut loss_at = |step: f64| {
            let id = model.params.find(name).unwrap();
            let before = model.params.value(id).to_vec();
            for (value, g) in model.params.get_mut(id).value.data_mut().iter_mut().zip(grad) {
                *value = (f64::from(*value) + step * f64::from(*g) / norm) as f32;
            }
            let loss = model.nll(&tokens, &targets).unwrap().iter().map(|&x| f64::from(x)).sum::<f64>() / 13.0;
            model.params.get_mut(id).value.data_mut().copy_from_slice(&before);
            loss
        };
        let step = 4e-3;
        let numeric = (loss_at(step) - loss_at(-step)) / (2.0 * step);
        // Float32 rounding of a loss near 3 over a step of 8e-3, plus the cubic term.
        assert!((numeric - norm).abs() < 2e-4 + 0.01 * norm, "{name}: norm {norm}, differences {numeric}");
    }
}

#[test]
fn gradients_of_a_llama_agree_with_finite_differences() {
    check_gradients(llama());
}

#[test]
fn gradients_of_a_gpt_agree_with_finite_differences() {
    check_gradients(gpt());
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
    let model = build(llama());
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
fn decoding_token_by_token_gives_the_logits_of_the_whole_text() {
    for config in [llama(), gpt()] {
        let model = build(config);
        let ids = [1, 2, 3, 4, 5, 6, 7];
        let whole = model.logits(&Tokens::new(1, ids.len(), ids)).unwrap();
        let mut cache = KvCache::new(&model.config, ids.len(), model.params.ledger()).unwrap();
        for _ in 0..2 {
            cache.clear();
            for (id, expected) in ids.into_iter().zip(whole.data().chunks(model.config.vocab_size)) {
                let logits = model.decode(id, &mut cache).unwrap();
                assert!(logits.data().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "token {id}");
            }
        }
        for prompt in 1..=ids.len() {
            cache.clear();
            let logits = model.prefill(&ids[..prompt], &mut cache).unwrap();
            let expected = &whole.data()[(prompt - 1) * model.config.vocab_size..];
            assert!(logits.data().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "a prompt of {prompt} tokens");
            for (at, id) in ids.into_iter().enumerate().skip(prompt) {
                let logits = model.decode(id, &mut cache).unwrap();
                let expected = &whole.data()[at * model.config.vocab_size..];
                assert!(logits.data().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "token {at} after {prompt}");
            }
        }
        let kept = model.config.n_layers * 2 * ids.len() * model.config.n_kv_heads * model.config.d_head * size_of::<f32>();
        assert_eq!(model.params.ledger().report().of(Category::Kv).live, kept);
        let mut text = || {
            cache.clear();
            ids.into_iter().for_each(|id| drop(model.decode(id, &mut cache).unwrap()));
            model.params.ledger().allocations()
        };
        let before = text();
        assert_eq!(text(), before, "a decode step allocates no tensor");
    }
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

/// Runs `segment` of a model forward on `x`, and backward from a gradient of ones; gives the output, the gradient of `x` and those of
/// the parameters.
fn run_segment(mut model: Transformer, segment: usize, x: &[f32], split: bool) -> (Vec<f32>, Option<Vec<f32>>, Vec<Vec<f32>>) {
    let (tokens, _) = batch();
    let ledger = model.params.ledger().clone();
    let pass = model.pass(&tokens, None).unwrap();
    let mut tape = Tape::recording(&ledger);
    let x = Tensor::from_vec(&ledger, Category::Activations, &[14, model.config.d_model], x.to_vec()).unwrap();
    let x = (segment > 0).then(|| tape.input(x, true));
    let y = model.segments[segment].forward(&mut tape, &pass, x.as_ref()).unwrap();
    let (output, shape, values) = (y.node(), y.tensor().shape().to_vec(), y.data().to_vec());
    let input = x.map(|x| x.node());
    let ones = Tensor::from_vec(&ledger, Category::Activations, &shape, vec![1.0; values.len()]).unwrap();
    let d_x = match split {
        false => tape.backward(&mut model.params, output, ones, input).unwrap(),
        true => {
            let (d_x, later) = tape.backward_input(&mut model.params, output, ones, input).unwrap();
            let linear = |param: &crate::autograd::Param| param.name.contains("_proj.weight") && param.grad.is_some();
            assert!(!model.params.iter().any(linear), "no linear layer has its gradient yet");
            later.accumulate(&mut model.params).unwrap();
            d_x
        }
    };
    let grads = model.params.iter().map(|p| p.grad.as_ref().map(|g| g.data().to_vec()).unwrap_or_default()).collect();
    (values, d_x.map(|d_x| d_x.data().to_vec()), grads)
}

fn hidden_states() -> Vec<f32> {
    (0..14 * 12).map(|i| ((i * 37 % 101) as f32 - 50.0) / 40.0).collect()
}

#[test]
fn a_backward_in_two_parts_gives_the_gradients_of_one() {
    for config in [llama(), gpt()] {
        for segment in 0..config.n_segments() {
            let whole = run_segment(build(config.clone()), segment, &hidden_states(), false);
            let parts = run_segment(build(config.clone()), segment, &hidden_states(), true);
            assert_eq!(whole, parts, "segment {segment}");
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

#[test]
fn the_slices_of_a_segment_add_up_to_it() {
    for config in [llama(), gpt()] {
        let weights = build(config.clone());
        let slice = |index| {
            let part = Part { slice: Slice { index, count: 2 }, ..Part::whole(&config) };
            Transformer::build_part(config.clone(), part, &Ledger::new(None), &mut Weights(&weights)).unwrap()
        };
        // The head's slices give some of the logits each: the loss's own tests are about those.
        for segment in 0..config.n_segments() - 1 {
            let (y, d_x, _) = run_segment(build(config.clone()), segment, &hidden_states(), false);
            let slices = [0, 1].map(|index| run_segment(slice(index), segment, &hidden_states(), false));
            assert!(close(&sum(&slices.each_ref().map(|slice| slice.0.clone())), &y), "output of segment {segment}");
            if let Some(d_x) = d_x {
                let of_slices = slices.each_ref().map(|slice| slice.1.clone().expect("as of the whole"));
                assert!(close(&sum(&of_slices), &d_x), "gradient of segment {segment}");
            }
        }
    }
}

/// The weights of another model.
struct Weights<'a>(&'a Transformer);

impl WeightSource for Weights<'_> {
    fn weight(&mut self, name: &str, _: &[usize], _: Init) -> std::result::Result<Vec<f32>, BuildError> {
        let params = &self.0.params;
        Ok(params.value(params.find(name).expect("a weight of the whole")).to_vec())
    }
}

/// Each parameter is some segment's, and only a tied one is two segments'.
#[test]
fn the_segments_have_all_parameters() {
    for config in [llama(), gpt()] {
        let tied = config.tie_embeddings;
        let model = build(config);
        let mut ids: Vec<_> = model.segments.iter().flat_map(Segment::params).collect();
        assert_eq!(ids.len(), model.params.ids().count() + usize::from(tied));
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.into_iter().eq(model.params.ids()));
    }
}
