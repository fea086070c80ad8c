//! A decoder-only transformer as a list of segments, and the plain walk over them.

use super::attention::Attention;
use super::build::{BuildError, Builder, WeightSource};
use super::config::{ModelConfig, Positions};
use super::kv_cache::{KvCache, LayerCache};
use super::linear::Linear;
use super::part::Part;
use super::pass::{Masks, Pass, Tokens};
use super::rotary::Rotary;
use super::segment::Segment;
use crate::autograd::{Node, Params, Result, Tape, Var};
use crate::kernels::loss;
use crate::tensor::{Category, Ledger, Tensor};

/// Standard deviation of new weights, and of those that write into the residual stream: scaled down with the depth, as in GPT-2
/// (Radford et al. 2019, section 2.3).
pub(super) fn init_std(config: &ModelConfig) -> (f32, f32) {
    let std = 0.02;
    (std, std / (2.0 * config.n_layers as f32).sqrt())
}

/// A decoder-only transformer, or the part of one that a rank holds.
#[derive(Debug)]
pub struct Transformer {
    /// The sizes of the whole.
    pub config: ModelConfig,
    /// Which part of it this is.
    pub part: Part,
    /// Its parameters.
    pub params: Params,
    /// The segments of the part, in the order of the forward pass.
    pub segments: Vec<Segment>,
    rotary: Option<Rotary>,
}

/// A segment that ran forward and waits for its backward.
struct Ran {
    tape: Tape,
    input: Option<Node>,
    output: Node,
}

impl Transformer {
    /// Builds a model with weights from `source`, all trainable; its memory is written down in `ledger`.
    ///
    /// # Errors
    /// If the sizes do not make a model, a weight is missing or misshapen, or memory runs out.
    pub fn build(config: ModelConfig, ledger: &Ledger, source: &mut dyn WeightSource) -> std::result::Result<Self, BuildError> {
        let whole = Part::whole(&config);
        Self::build_part(config, whole, ledger, source)
    }

    /// As [`Transformer::build`], but only a part of the model; `source` gives whole weights nevertheless.
    ///
    /// # Errors
    /// As [`Transformer::build`], or if heads cannot be shared out.
    pub fn build_part(
        config: ModelConfig,
        part: Part,
        ledger: &Ledger,
        source: &mut dyn WeightSource,
    ) -> std::result::Result<Self, BuildError> {
        Self::build_by_segment(config, part, ledger, source, |_, _| Ok(()))
    }

    /// As [`Transformer::build_part`], with `built` called after each segment: it may release the segment's values before those of
    /// the next one come, so that the model is never whole in memory.
    ///
    /// # Errors
    /// As [`Transformer::build_part`], or if `built` fails.
    pub fn build_by_segment(
        config: ModelConfig,
        part: Part,
        ledger: &Ledger,
        source: &mut dyn WeightSource,
        mut built: impl FnMut(&mut Params, &Segment) -> Result<()>,
    ) -> std::result::Result<Self, BuildError> {
        config.validate()?;
        part.validate(&config)?;
        let mut params = Params::new(ledger);
        let mut b = Builder { config: &config, slice: part.slice, params: &mut params, source };
        let mut segments = Vec::new();
        for index in part.chunks.iter().flat_map(Clone::clone) {
            let segment = Segment::build(&mut b, index)?;
            built(b.params, &segment)?;
            segments.push(segment);
        }
        let rotary = match config.positions {
            Positions::Rotary { theta } => Some(Rotary::new(theta, config.d_head, config.max_positions)),
            Positions::Learned => None,
        };
        Ok(Self { config, part, params, segments, rotary })
    }

    /// Runs `change` on every linear layer of the blocks, in the order of the forward pass.
    pub fn for_each_linear<E>(
        &mut self,
        mut change: impl FnMut(&mut Linear, &mut Params) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        for segment in &mut self.segments {
            for linear in segment.linears_mut() {
                change(linear, &mut self.params)?;
            }
        }
        Ok(())
    }

    /// Logits `[batch_size * seq_len, vocab_size]`.
    pub fn logits(&self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(tokens)?;
        self.logits_of(tokens, hidden)
    }

    /// Logits `[batch_size, vocab_size]` after the last token of each sequence.
    pub fn last_logits(&self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(tokens)?;
        self.logits_of_last(tokens, hidden)
    }

    fn logits_of_last(&self, tokens: &Tokens, hidden: Tensor) -> Result<Tensor> {
        let d_model = self.config.d_model;
        let mut last = Tensor::for_output(self.params.ledger(), Category::Activations, &[tokens.batch_size, d_model])?;
        for (row, sequence) in last.data_mut().chunks_mut(d_model).zip(hidden.data().chunks(tokens.seq_len * d_model)) {
            row.copy_from_slice(&sequence[(tokens.seq_len - 1) * d_model..]);
        }
        drop(hidden);
        self.logits_of(tokens, last)
    }

    /// Reads the first `ids` of a text at once into the empty `cache`; gives the logits `[1, vocab_size]` after the last.
    ///
    /// # Panics
    /// If there is no token, the cache is not empty or too small, or was made for another model.
    pub fn prefill(&self, ids: &[i32], cache: &mut KvCache) -> Result<Tensor> {
        assert!(cache.is_empty(), "a text is read from its start: the cache holds {} tokens", cache.len);
        let tokens = Tokens::new(1, ids.len(), ids);
        let hidden = self.read(&tokens, cache, Attention::prefill)?;
        self.logits_of_last(&tokens, hidden)
    }

    /// A decode step: reads `token` after those in `cache`, which keeps it too; gives the logits `[1, vocab_size]` after it.
    ///
    /// # Panics
    /// If the cache is full, or was made for another model.
    pub fn decode(&self, token: i32, cache: &mut KvCache) -> Result<Tensor> {
        let tokens = Tokens::new(1, 1, [token]);
        let hidden = self.read(&tokens, cache, Attention::decode)?;
        self.logits_of(&tokens, hidden)
    }

    /// The hidden states of `tokens`, which come after those in `cache` and are kept there.
    fn read(
        &self,
        tokens: &Tokens,
        cache: &mut KvCache,
        attend: impl Fn(&Attention, &mut Tape, &Pass, &mut LayerCache, &Var) -> Result<Var>,
    ) -> Result<Tensor> {
        let (first, room) = (cache.len, cache.capacity());
        assert!(first + tokens.seq_len <= room, "the cache holds {first} of {room} tokens, {} more do not fit", tokens.seq_len);
        let pass = self.pass_from(first, tokens, None)?;
        let mut tape = Tape::inference(self.params.ledger());
        let mut layers = cache.layers.iter_mut();
        let x = self.walk(&mut tape, |tape, segment, x| match (segment, x) {
            (Segment::Attention(segment), Some(x)) => attend(segment, tape, &pass, layers.next().expect("a cache of this model"), x),
            _ => segment.forward(tape, &pass, x),
        })?;
        cache.len = first + tokens.seq_len;
        x.into_tensor()
    }

    /// Negative log-likelihood of each target, in nats, `[batch_size * seq_len]`; 0 where the target is negative.
    pub fn nll(&self, tokens: &Tokens, targets: &[i32]) -> Result<Vec<f32>> {
        let logits = self.logits(tokens)?;
        let mut nll = vec![0.0; targets.len()];
        loss::cross_entropy(self.config.vocab_size, logits.data(), targets, &mut nll);
        Ok(nll)
    }

    /// One forward and backward pass. Gives `loss = scale * Σ nll` over the targets that are not negative, and adds its gradient to
    /// that of each trainable parameter.
    pub fn forward_backward(&mut self, tokens: &Tokens, targets: &[i32], scale: f32, dropout: Option<Masks>) -> Result<f64> {
        let (ran, loss) = self.forward_recording(tokens, targets, scale, dropout)?;
        let mut d_output = Tensor::for_output(self.params.ledger(), Category::Activations, &[1])?;
        d_output.data_mut()[0] = 1.0;
        for Ran { tape, input, output } in ran.into_iter().rev() {
            match tape.backward(&mut self.params, output, d_output, input)? {
                Some(d_input) => d_output = d_input,
                // Nothing below learns.
                None => break,
            }
        }
        Ok(loss)
    }

    fn forward_recording(&self, tokens: &Tokens, targets: &[i32], scale: f32, dropout: Option<Masks>) -> Result<(Vec<Ran>, f64)> {
        let ledger = self.params.ledger();
        let pass = self.pass(tokens, dropout)?;
        let mut ran = Vec::with_capacity(self.segments.len());
        let mut x: Option<Var> = None;
        for segment in &self.segments {
            let mut tape = Tape::recording(ledger);
            let input = x.map(|x| tape.input_from(x));
            let y = segment.forward(&mut tape, &pass, input.as_ref())?;
            if let Segment::Head(_) = segment {
                let (loss, sum) = tape.cross_entropy(y, targets, scale)?;
                ran.push(Ran { tape, input: input.map(|x| x.node()), output: loss.node() });
                return Ok((ran, sum));
            }
            ran.push(Ran { tape, input: input.map(|x| x.node()), output: y.node() });
            x = Some(y);
        }
        panic!("a part of a model without its head gives no loss")
    }

    /// The hidden states before the head.
    fn hidden(&self, tokens: &Tokens) -> Result<Tensor> {
        let pass = self.pass(tokens, None)?;
        let mut tape = Tape::inference(self.params.ledger());
        self.walk(&mut tape, |tape, segment, x| segment.forward(tape, &pass, x))?.into_tensor()
    }

    /// Runs the segments before the head with `run`, one after the other.
    fn walk(&self, tape: &mut Tape, mut run: impl FnMut(&mut Tape, &Segment, Option<&Var>) -> Result<Var>) -> Result<Var> {
        let mut x = None;
        for segment in self.segments.iter().filter(|segment| !matches!(segment, Segment::Head(_))) {
            x = Some(run(tape, segment, x.as_ref())?);
        }
        Ok(x.expect("a whole model"))
    }

    fn logits_of(&self, tokens: &Tokens, hidden: Tensor) -> Result<Tensor> {
        let pass = self.pass(tokens, None)?;
        let mut tape = Tape::inference(self.params.ledger());
        let x = tape.input(hidden, false);
        self.segments.last().expect("a whole model").forward(&mut tape, &pass, Some(&x))?.into_tensor()
    }

    /// What a forward pass over `tokens` through the segments carries along.
    ///
    /// # Panics
    /// If the sequences are longer than the model reads.
    pub fn pass<'a>(&'a self, tokens: &'a Tokens, dropout: Option<Masks>) -> Result<Pass<'a>> {
        self.pass_from(0, tokens, dropout)
    }

    fn pass_from<'a>(&'a self, first_position: usize, tokens: &'a Tokens, dropout: Option<Masks>) -> Result<Pass<'a>> {
        let (positions, most) = (first_position + tokens.seq_len, self.config.max_positions);
        assert!(positions <= most, "a sequence of {positions} tokens, the model reads {most}");
        let rotary = self.rotary.as_ref().map(|rotary| rotary.tables(positions, self.params.ledger())).transpose()?;
        Ok(Pass { params: &self.params, rotary, tokens, first_position, dropout })
    }
}

#[cfg(test)]
mod tests;
