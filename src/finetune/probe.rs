//! A method of a few lines for every hook there is, to test them with.

use super::prefix::Prefix;
use super::prompt::Prompt;
use super::{Attached, Method, MethodError, Update};
use crate::autograd::{ParamId, Params, Result, Split, Tape, Var};
use crate::nn::{
    Blueprint, BuildError, EmbeddedHook, Init, LinearHook, MergeError, OutputHook, ParamSpec, Pass, Product, SegmentKind, Transformer,
    WeightSource, add_param,
};

/// Learned keys before those of each sequence.
pub const PREFIX: usize = 2;
/// Rows for virtual tokens.
pub const PROMPT: usize = 3;
const PENALTY: f32 = 0.01;

/// Trains nothing of the model, and something at every place.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// Whether it puts learned keys before those of each sequence, in all layers but the last.
    pub prefix: bool,
}

fn param(name: &str, segment: usize, shape: [usize; 2], split: Split) -> (usize, ParamSpec) {
    let init = if shape[0] == shape[1] { Init::Normal(0.2) } else { Init::Normal(0.5) };
    (segment, ParamSpec { name: format!("probe.{segment}.{name}"), shape: shape.to_vec(), init, split })
}

impl Method for Probe {
    fn check(&self, _: &Blueprint) -> std::result::Result<(), MethodError> {
        Ok(())
    }

    fn added(&self, blueprint: &Blueprint) -> Vec<(usize, ParamSpec)> {
        let config = &blueprint.config;
        let (d, kv) = (config.d_model, config.n_kv_heads * config.d_head);
        let of = |(index, segment): (usize, &crate::nn::blueprint::SegmentSpec)| match segment.kind {
            SegmentKind::Embedding => vec![param("prompt", index, [PROMPT, d], Split::Leader)],
            SegmentKind::Attention => {
                let mut params = vec![
                    param("before_q", index, [d, d], Split::Replicated),
                    param("instead_of_k", index, [kv, d], Split::Rows),
                    param("after_v", index, [kv, d], Split::Rows),
                ];
                if self.prefix && segment.layer.is_some_and(|layer| layer + 1 < config.n_layers) {
                    params.push(param("keys", index, [PREFIX, kv], Split::Columns));
                    params.push(param("values", index, [PREFIX, kv], Split::Columns));
                }
                params.push(param("output", index, [d, d], Split::Copied));
                params
            }
            SegmentKind::FeedForward => vec![param("output", index, [d, d], Split::Copied)],
            SegmentKind::Head => Vec::new(),
        };
        blueprint.segments.iter().enumerate().flat_map(of).collect()
    }

    fn learns(&self, _: &Blueprint, _: usize, _: &ParamSpec) -> bool {
        false
    }

    fn hook(&self, model: &mut Transformer, source: &mut dyn WeightSource) -> std::result::Result<Box<dyn Attached>, MethodError> {
        let (added, slice) = (self.added(&model.blueprint.clone()), model.part.slice);
        let (mut penalised, mut marked) = (Vec::new(), Vec::new());
        model.for_each_site(|segment, mut sites, params| {
            let mut make = |name: &str| match added.iter().find(|(of, spec)| *of == segment && spec.name.ends_with(name)) {
                Some((_, spec)) => add_param(params, source, slice, spec),
                None => Ok(None),
            };
            if let Some(hook) = &mut sites.embedded {
                **hook = make("prompt")?.map(|table| Box::new(Prompt { table }) as Box<dyn EmbeddedHook>);
            }
            let [before, instead, after] = [make("before_q")?, make("instead_of_k")?, make("after_v")?];
            penalised.extend([before, instead].into_iter().flatten());
            let own = sites.linears.iter_mut().filter_map(|linear| match linear.role {
                "q_proj" => Some((linear, Around::Before(before?))),
                "k_proj" => Some((linear, Around::Instead(instead?))),
                "v_proj" => Some((linear, Around::After(after?))),
                _ => None,
            });
            own.for_each(|(linear, hook)| linear.hook = Some(Box::new(hook)));
            if let (Some(hook), Some(keys), Some(values)) = (&mut sites.keys_values, make(".keys")?, make(".values")?) {
                **hook = Some(Box::new(Prefix { keys, values, length: PREFIX }));
            }
            if let Some(hook) = &mut sites.output {
                let matrix = make("output")?.expect("a half-block has one");
                marked.push(matrix);
                **hook = Some(Box::new(Output(matrix)));
            }
            Ok::<(), BuildError>(())
        })?;
        model.prefix_keys = if self.prefix { PREFIX } else { 0 };
        penalised.extend(&marked);
        Ok(Box::new(Probing { penalised, marked }))
    }
}

#[derive(Debug)]
enum Around {
    /// The product of `x + x Mᵀ`.
    Before(ParamId),
    /// `x Mᵀ`.
    Instead(ParamId),
    /// The product, plus `x Mᵀ`.
    After(ParamId),
}

impl LinearHook for Around {
    fn params(&self) -> Vec<ParamId> {
        let (Self::Before(id) | Self::Instead(id) | Self::After(id)) = self;
        vec![*id]
    }
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, product: Product) -> Result<Var> {
        match *self {
            Self::Before(matrix) => {
                let more = tape.linear(pass.params, x, matrix, None)?;
                let x = tape.add(more, x)?;
                product.of(tape, &x)
            }
            Self::Instead(matrix) => tape.linear(pass.params, x, matrix, None),
            Self::After(matrix) => {
                let y = product.of(tape, x)?;
                tape.linear_onto(pass.params, y, 1.0, x, matrix)
            }
        }
    }
    fn set_enabled(&mut self, _: &mut Params, _: bool) -> std::result::Result<(), MergeError> {
        Ok(())
    }
    fn merge(&mut self, _: &mut Params) -> std::result::Result<(), MergeError> {
        Ok(())
    }
    fn unmerge(&mut self, _: &mut Params) {}
}

#[derive(Debug)]
struct Output(ParamId);

impl OutputHook for Output {
    fn params(&self) -> Vec<ParamId> {
        vec![self.0]
    }
    fn forward(&self, tape: &mut Tape, pass: &Pass, x: &Var, y: Var) -> Result<Var> {
        let more = tape.linear(pass.params, &y, self.0, None)?;
        let more = tape.linear_onto(pass.params, more, 0.5, x, self.0)?;
        tape.add(more, &y)
    }
    fn set_enabled(&mut self, _: bool) {}
}

#[derive(Debug)]
struct Probing {
    penalised: Vec<ParamId>,
    marked: Vec<ParamId>,
}

impl Attached for Probing {
    /// Half the sum of the squares.
    fn penalties(&self, params: &mut Params) -> Result<Vec<(ParamId, f64)>> {
        let mut penalties = Vec::new();
        for &id in &self.penalised {
            let (values, mut sum) = (params.value(id).to_vec(), 0.0);
            for (grad, value) in params.grad_mut(id)?.iter_mut().zip(&values) {
                *grad += PENALTY * value;
                sum += 0.5 * f64::from(PENALTY * value * value);
            }
            penalties.push((id, sum));
        }
        Ok(penalties)
    }

    /// Sets the first element to the number of the update.
    fn after_step(&mut self, model: &mut Transformer, Update { step, .. }: Update) -> Result<()> {
        for &id in &self.marked {
            model.params.get_mut(id).value.data_mut()[0] = 0.01 * step as f32;
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::finetune::attach;
    use crate::nn::transformer::tests::{build, families};
    use crate::nn::{Contiguous, KvStore, Paged, RandomWeights, Rows, Tokens};

    fn probed(config: crate::nn::ModelConfig, prefix: bool) -> Transformer {
        let mut model = build(config);
        attach(&Probe { prefix }, &mut model, &mut RandomWeights { seed: 4 }).unwrap();
        model
    }

    /// Two sequences of unlike lengths, the first with two virtual tokens at its start.
    fn batch() -> (Tokens, Vec<i32>) {
        let ids = vec![-1, -3, 4, 5, 6, 7, 8, 9, 10, 11];
        (Tokens::of(Rows::packed(&[6, 4]), ids), vec![-100, 4, 5, 6, 7, 1, 9, 10, 11, 2])
    }

    #[test]
    fn every_hook_has_the_gradients_of_finite_differences() {
        for config in families() {
            let mut model = probed(config, true);
            let (tokens, targets) = batch();
            let loss = |model: &mut Transformer| model.nll(&tokens, &targets).unwrap().iter().map(|x| f64::from(*x)).sum::<f64>();
            model.forward_backward(&tokens, &targets, 1.0, None).unwrap();
            let probed: Vec<_> = model.params.ids().filter(|id| model.params.is_trainable(*id)).collect();
            assert_eq!(probed.len(), 1 + 6 + 4 + 2, "embedded, two attentions, two feed-forwards");
            for id in probed {
                let grad: Vec<f32> = model.params.get(id).grad.as_ref().unwrap().data().to_vec();
                let direction: Vec<f32> = (0..grad.len()).map(|i| ((i * 7919 + 13) % 101) as f32 / 50.0 - 1.0).collect();
                let mut at = |step: f32| {
                    let before = model.params.value(id).to_vec();
                    let values = model.params.get_mut(id).value.data_mut();
                    values.iter_mut().zip(&direction).for_each(|(value, d)| *value += step * d);
                    let loss = loss(&mut model);
                    model.params.get_mut(id).value.data_mut().copy_from_slice(&before);
                    loss
                };
                let step = 2e-3;
                let numeric = (at(step) - at(-step)) / f64::from(2.0 * step);
                let expected: f64 = grad.iter().zip(&direction).map(|(g, d)| f64::from(g * d)).sum();
                let norm = grad.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
                let name = &model.params.get(id).name;
                assert!(norm > 1e-4, "{name} gets no gradient");
                assert!((numeric - expected).abs() < 0.01 + 0.02 * norm, "{name}: {expected}, differences {numeric}");
            }
        }
    }

    /// Read in steps, with two sequences of unlike progress in one pass, every logit is that of the whole text without a cache.
    #[test]
    fn a_cache_has_learned_keys_before_the_first_token() {
        let texts: [&[i32]; 2] = [&[3, 1, 4, 1, 5, 9], &[2, 7, 1, 8]];
        // One, two or all tokens at once; the second text begins beside the second step of the first.
        let steps: [&[[std::ops::Range<usize>; 2]]; 3] = [
            &[[0..1, 0..0], [1..2, 0..1], [2..3, 1..2], [3..4, 2..3], [4..5, 3..4], [5..6, 0..0]],
            &[[0..2, 0..0], [2..4, 0..2], [4..6, 2..4]],
            &[[0..6, 0..4]],
        ];
        for config in families() {
            let mut without = probed(config.clone(), false);
            let mut model = probed(config, true);
            let vocab_size = model.config.vocab_size;
            let mut whole = |text: &[i32]| model.logits(&Tokens::new(1, text.len(), text)).unwrap().data().to_vec();
            let expected = texts.map(&mut whole);
            let other = without.logits(&Tokens::new(1, 1, &texts[0][..1])).unwrap();
            assert!(other.data().iter().zip(&expected[0]).any(|(a, b)| (a - b).abs() > 1e-3), "learned keys have an effect");
            for steps in steps {
                let contiguous: Box<dyn KvStore> = Box::new(Contiguous::new(&model, 2, texts[0].len()).unwrap());
                for mut cache in [contiguous, Box::new(Paged::new(&model, 2, 3))] {
                    for step in steps {
                        let read = step.iter().enumerate().filter(|(_, tokens)| !tokens.is_empty());
                        let read: Vec<_> = read.map(|(sequence, tokens)| (sequence, &texts[sequence][tokens.clone()])).collect();
                        let logits = model.read(&read, &mut *cache).unwrap();
                        for ((sequence, _), logits) in read.iter().zip(logits.data().chunks(vocab_size)) {
                            let last = step[*sequence].end - 1;
                            let expected = &expected[*sequence][last * vocab_size..][..vocab_size];
                            let worst = logits.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                            assert!(worst < 1e-5, "token {last} of text {sequence}: {worst:e}");
                        }
                    }
                    assert_eq!([0, 1].map(|sequence| cache.tokens(sequence)), texts.map(<[i32]>::len));
                    assert_eq!([0, 1].map(|layer| cache.keys(layer, 0)), [PREFIX + texts[0].len(), texts[0].len()]);
                }
            }
        }
    }
}
