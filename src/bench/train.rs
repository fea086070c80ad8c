//! Training steps of a GPT-2-style decoder: exactly the model, initial values, data and optimizer of
//! `tests/bench/pages/gpt.mjs`, so that the losses of all engines can be compared.

use std::ops::Range;
use std::rc::Rc;

use super::Mulberry32;
use crate::finetune::full::Full;
use crate::nn::{Biases, Blueprint, BuildError, FeedForwardKind, Init, ModelConfig, NormKind, ParamSpec, Positions, WeightSource, at_once};
use crate::optim::{AdamWConfig, Decay};
use crate::parallel::comm::Comm;
use crate::parallel::plan::Plan;
use crate::parallel::rank::{Batch, Rank, RankError, StartError, Update};
use crate::parallel::transport::alone::Alone;
use crate::tensor::{Ledger, OutOfMemory};

/// Sizes of a model and its batch.
#[derive(Clone, Copy, Debug)]
pub struct TrainSize {
    /// Its name in the benchmark.
    pub name: &'static str,
    /// Blocks.
    pub n_layers: usize,
    /// Width of the hidden states.
    pub d_model: usize,
    /// Heads.
    pub n_heads: usize,
    /// Width inside the feed-forward block.
    pub d_ff: usize,
    /// Sequences of a batch.
    pub batch_size: usize,
}

/// Tokens of the vocabulary.
const VOCAB: usize = 256;
/// Length of a sequence.
const CONTEXT: usize = 128;
/// Adam's learning rate.
const LEARNING_RATE: f64 = 1e-3;
/// One by which a training diverges: its gradients take all magnitudes, down to those that floats cannot have.
const DIVERGING_RATE: f64 = 1.0;
/// Steps after which it has.
const DIVERGED_AFTER: usize = 20;

impl TrainSize {
    /// The sizes that the benchmark knows.
    pub const ALL: [Self; 2] = [
        Self { name: "S", n_layers: 4, d_model: 128, n_heads: 4, d_ff: 512, batch_size: 8 },
        Self { name: "M", n_layers: 6, d_model: 256, n_heads: 8, d_ff: 1024, batch_size: 4 },
    ];

    pub(super) fn config(&self) -> ModelConfig {
        ModelConfig {
            vocab_size: VOCAB,
            d_model: self.d_model,
            n_layers: self.n_layers,
            n_heads: self.n_heads,
            n_kv_heads: self.n_heads,
            d_head: self.d_model / self.n_heads,
            d_ff: self.d_ff,
            max_positions: CONTEXT,
            norm: NormKind::LayerNorm,
            norm_eps: 1e-5,
            positions: Positions::Learned,
            feed_forward: FeedForwardKind::Gelu,
            bias: Biases::ALL,
            tie_embeddings: false,
            ..ModelConfig::default()
        }
    }
}

/// The initial values of `gpt.mjs`, whose matrices are `[in, out]` and whose q, k and v lie side by side.
pub(super) struct PeerWeights(pub TrainSize);

impl PeerWeights {
    /// The matrix of that number in the peers' list of parameters, `[rows, cols]`.
    fn matrix(index: usize, len: usize) -> Vec<f32> {
        let mut random = Mulberry32::new(1000 + index as u32);
        let bound = 0.02 * 3f64.sqrt();
        (0..len).map(|_| ((2.0 * random.uniform() - 1.0) * bound) as f32).collect()
    }

    /// Columns `from..from + out` of the `[inputs, width]` matrix `index`, transposed to `[out, inputs]`.
    fn columns(index: usize, inputs: usize, width: usize, from: usize, out: usize) -> Vec<f32> {
        let matrix = Self::matrix(index, inputs * width);
        (0..out * inputs).map(|at| matrix[at % inputs * width + from + at / inputs]).collect()
    }
}

impl WeightSource for PeerWeights {
    fn read(&mut self, param: &ParamSpec, rows: Range<usize>, take: &mut dyn FnMut(&[f32])) -> Result<(), BuildError> {
        let [_, columns] = param.matrix();
        let values = self.values(param);
        values.chunks_exact(columns).skip(rows.start).take(rows.len()).for_each(take);
        Ok(())
    }
}

impl PeerWeights {
    fn values(&self, param: &ParamSpec) -> Vec<f32> {
        let (name, len) = (param.name.as_str(), param.elements());
        match param.init {
            Init::Zeros => return vec![0.0; len],
            Init::Ones => return vec![1.0; len],
            Init::Normal(_) | Init::KaimingUniform => {}
        }
        let TrainSize { n_layers, d_model, d_ff, .. } = self.0;
        // Two embeddings come first, then twelve parameters a block, then the last norm's two and the head.
        let part = |layer: usize, part: usize| 2 + 12 * layer + part;
        let path: Vec<&str> = name.split('.').collect();
        let (layer, module) = match path[..] {
            ["model", "layers", layer, _, module, "weight"] => (layer.parse().unwrap_or(0), module),
            _ => (0, name),
        };
        match module {
            "model.embed_tokens.weight" => Self::matrix(0, len),
            "model.embed_positions.weight" => Self::matrix(1, len),
            "q_proj" => Self::columns(part(layer, 2), d_model, 3 * d_model, 0, d_model),
            "k_proj" => Self::columns(part(layer, 2), d_model, 3 * d_model, d_model, d_model),
            "v_proj" => Self::columns(part(layer, 2), d_model, 3 * d_model, 2 * d_model, d_model),
            "o_proj" => Self::columns(part(layer, 4), d_model, d_model, 0, d_model),
            "up_proj" => Self::columns(part(layer, 8), d_model, d_ff, 0, d_ff),
            "down_proj" => Self::columns(part(layer, 10), d_ff, d_model, 0, d_model),
            "lm_head.weight" => Self::columns(part(n_layers, 2), d_model, VOCAB, 0, VOCAB),
            other => unreachable!("the benchmark's model has no weight {other}"),
        }
    }
}

/// A training under way.
pub struct TrainWork {
    rank: Rank,
    learning_rate: f64,
    /// `[batch_size * CONTEXT]` each.
    inputs: Vec<i32>,
    targets: Vec<i32>,
}

impl TrainWork {
    /// The model of that size with its first values.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn new(size: TrainSize, ledger: &Ledger) -> Result<Self, StartError> {
        let blueprint = Rc::new(Blueprint::new(&size.config()));
        let plan = Rc::new(Plan::alone(&blueprint, (size.batch_size, CONTEXT), 1));
        let sources: [&mut dyn WeightSource; 2] = [&mut PeerWeights(size), &mut PeerWeights(size)];
        let config = AdamWConfig { beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0.0, decay: Decay::All };
        let mut random = Mulberry32::new(7);
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for _ in 0..size.batch_size {
            let row: Vec<i32> = (0..=CONTEXT).map(|_| (VOCAB as f64 * random.uniform()) as i32).collect();
            inputs.extend(&row[..CONTEXT]);
            targets.extend(&row[1..]);
        }
        let rank = Rank::new(&Comm::new(Alone::new()), &plan, &blueprint, config, ledger, sources, &Full)?;
        Ok(Self { rank, learning_rate: LEARNING_RATE, inputs, targets })
    }

    /// The same training, but one that diverged: its steps must not take longer.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn diverged(size: TrainSize, ledger: &Ledger) -> Result<Self, StartError> {
        let mut work = Self { learning_rate: DIVERGING_RATE, ..Self::new(size, ledger)? };
        for _ in 0..DIVERGED_AFTER {
            work.step().map_err(|error| StartError::Attach(BuildError::from(error).into()))?;
        }
        Ok(work)
    }

    /// Forward, backward and update; gives the loss before the update.
    ///
    /// # Errors
    /// If memory runs out.
    pub fn step(&mut self) -> Result<f64, OutOfMemory> {
        let batch = Batch { inputs: &self.inputs, targets: &self.targets, dropout: None };
        let update = Update { learning_rate: self.learning_rate, gradient_clip: 0.0 };
        let report = at_once(self.rank.step(batch, update)).map_err(|error| match error {
            RankError::Memory(error) => error,
            other => unreachable!("a rank without others has no one to lose: {other}"),
        })?;
        Ok(report.loss)
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn a_step_in_the_steady_state_allocates_no_tensor() {
        for size in TrainSize::ALL {
            let ledger = Ledger::new(None);
            let mut work = TrainWork::new(size, &ledger).unwrap();
            for _ in 0..2 {
                work.step().unwrap();
            }
            let before = ledger.allocations();
            for _ in 0..2 {
                work.step().unwrap();
            }
            assert_eq!(ledger.allocations(), before, "{}", size.name);
        }
    }

    #[test]
    fn a_diverged_training_goes_on_with_gradients_of_all_sizes() {
        let mut work = TrainWork::diverged(TrainSize::ALL[0], &Ledger::new(None)).unwrap();
        let loss = work.step().unwrap();
        assert!(loss.is_finite() && loss > 30.0, "{loss}");
        let gradients = || work.rank.model().params.iter().filter_map(|param| param.grad.as_ref()).flat_map(|grad| grad.data());
        assert!(gradients().all(|g| g.is_finite()));
        // A tenth has vanished altogether, and some are between.
        let vanished = gradients().filter(|g| **g == 0.0).count();
        assert!(vanished > gradients().count() / 10 && gradients().any(|g| *g != 0.0 && g.abs() < 1e-20), "{vanished} gradients vanished");
    }

    #[test]
    fn the_losses_are_the_peers() {
        let expected = [[5.5652, 5.3334, 5.1724, 5.0485, 4.9233], [5.5981, 5.1132, 5.0305, 4.6714, f64::NAN]];
        for (size, losses) in TrainSize::ALL.into_iter().zip(expected) {
            let mut work = TrainWork::new(size, &Ledger::new(None)).unwrap();
            for (step, expected) in losses.into_iter().enumerate().filter(|(_, loss)| loss.is_finite()) {
                let loss = work.step().unwrap();
                assert!((loss - expected).abs() < 2e-4, "{}, step {step}: {loss}, the peers have {expected}", size.name);
            }
        }
    }
}
