//! Passes of a whole model on one rank: logits, losses and gradients of a batch, and reading a text token by token.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::kv_cache::KvCache;
use super::pass::{Input, Masks, Tokens};
use super::transformer::Transformer;
use super::walk::{self, Alone, Keep};
use crate::autograd::{Result, Tape, Var};
use crate::kernels::loss;
use crate::tensor::{Category, Tensor};

/// The result of a future that never waits: a rank without others has no one to wait for.
///
/// # Panics
/// If it waits.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a rank without others waits"),
    }
}

impl Transformer {
    /// Logits `[batch_size * seq_len, vocab_size]`.
    pub fn logits(&mut self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(Input::of(tokens, None))?;
        self.logits_of(Input::of(tokens, None), hidden)
    }

    /// Logits `[batch_size, vocab_size]` after the last token of each sequence.
    pub fn last_logits(&mut self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(Input::of(tokens, None))?;
        self.logits_of_last(Input::of(tokens, None), hidden)
    }

    /// Reads the first `ids` of a text at once into the empty `cache`; gives the logits `[1, vocab_size]` after the last.
    ///
    /// # Panics
    /// If there is no token, the cache is not empty or too small, or was made for another model.
    pub fn prefill(&mut self, ids: &[i32], cache: &mut KvCache) -> Result<Tensor> {
        assert!(cache.is_empty(), "a text is read from its start: the cache holds {} tokens", cache.len());
        self.read(ids, cache)
    }

    /// A decode step: reads `token` after those in `cache`, which keeps it too; gives the logits `[1, vocab_size]` after it.
    ///
    /// # Panics
    /// If the cache is full, or was made for another model.
    pub fn decode(&mut self, token: i32, cache: &mut KvCache) -> Result<Tensor> {
        self.read(&[token], cache)
    }

    /// Reads `ids`, which come after the tokens in `cache` and are kept there; gives the logits `[1, vocab_size]` after the last.
    fn read(&mut self, ids: &[i32], cache: &mut KvCache) -> Result<Tensor> {
        let (first, room) = (cache.len(), cache.capacity());
        assert!(first + ids.len() <= room, "the cache holds {first} of {room} tokens, {} more do not fit", ids.len());
        let tokens = Tokens::new(1, ids.len(), ids);
        let input = Input { tokens: &tokens, first_position: first, dropout: None, cache: Some(cache) };
        let hidden = self.hidden(input)?;
        cache.advance(ids.len());
        self.logits_of_last(input, hidden)
    }

    /// Negative log-likelihood of each target, in nats, `[batch_size * seq_len]`; 0 where the target is negative.
    pub fn nll(&mut self, tokens: &Tokens, targets: &[i32]) -> Result<Vec<f32>> {
        let logits = self.logits(tokens)?;
        let mut nll = vec![0.0; targets.len()];
        loss::cross_entropy(self.config.vocab_size, logits.data(), targets, &mut nll);
        Ok(nll)
    }

    /// One forward and backward pass. Gives `loss = scale * Σ nll` over the targets that are not negative, and adds its gradient to
    /// that of each trainable parameter.
    pub fn forward_backward(&mut self, tokens: &Tokens, targets: &[i32], scale: f32, dropout: Option<Masks>) -> Result<f64> {
        self.forward_backward_keeping(tokens, targets, scale, dropout, |_| Keep::Tape)
    }

    /// As [`Transformer::forward_backward`], with a choice of what is kept of each segment in between.
    pub fn forward_backward_keeping(
        &mut self,
        tokens: &Tokens,
        targets: &[i32],
        scale: f32,
        dropout: Option<Masks>,
        keep: impl Fn(usize) -> Keep,
    ) -> Result<f64> {
        let (input, segments) = (Input::of(tokens, dropout), 0..self.segments.len());
        let (flight, logits) = at_once(walk::forward(self, &mut Alone, segments, input, None, keep))?;
        let aux_loss = flight.aux_loss;
        let mut d_logits = logits.into_tensor()?;
        let mut nll = Tensor::for_output(self.params.ledger(), Category::Activations, &[targets.len()])?;
        loss::cross_entropy_in_place(self.config.vocab_size, d_logits.data_mut(), targets, scale, nll.data_mut());
        let sum = nll.data().iter().map(|&nll| f64::from(nll)).sum::<f64>() * f64::from(scale);
        at_once(walk::backward(self, &mut Alone, flight, input, d_logits, 1.0, None))?;
        Ok(sum + aux_loss)
    }

    /// The hidden states before the head.
    fn hidden(&mut self, input: Input<'_>) -> Result<Var> {
        let before_head = 0..self.segments.len() - 1;
        let (_, hidden) = at_once(walk::forward(self, &mut Alone, before_head, input, None, |_| Keep::Nothing))?;
        Ok(hidden)
    }

    fn logits_of(&mut self, input: Input<'_>, hidden: Var) -> Result<Tensor> {
        let head = self.segments.len() - 1..self.segments.len();
        at_once(walk::forward(self, &mut Alone, head, input, Some(hidden), |_| Keep::Nothing))?.1.into_tensor()
    }

    fn logits_of_last(&mut self, input: Input<'_>, hidden: Var) -> Result<Tensor> {
        let (d_model, tokens, ledger) = (self.config.d_model, input.tokens, self.params.ledger());
        let mut last = Tensor::for_output(ledger, Category::Activations, &[tokens.batch_size, d_model])?;
        for (row, sequence) in last.data_mut().chunks_mut(d_model).zip(hidden.data().chunks(tokens.seq_len * d_model)) {
            row.copy_from_slice(&sequence[(tokens.seq_len - 1) * d_model..]);
        }
        drop(hidden);
        let last = Tape::inference(ledger).input(last, false);
        self.logits_of(input, last)
    }
}
