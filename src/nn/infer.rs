//! Passes of a whole model on one rank: logits, losses and gradients of a batch, and reading a text token by token.

use std::cell::RefCell;
use std::future::Future;
use std::ops::Range;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::kv::KvStore;
use super::pass::{Input, Masks, Reading, Tokens};
use super::rows::Rows;
use super::transformer::Transformer;
use super::variants::Variants;
use super::walk::{self, Alone, Flight, Keep};
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
    /// Logits `[rows, vocab_size]`.
    pub fn logits(&mut self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(Input::of(tokens, None))?;
        self.logits_of(Input::of(tokens, None), hidden)
    }

    /// Logits `[sequences, vocab_size]` after the last token of each sequence.
    pub fn last_logits(&mut self, tokens: &Tokens) -> Result<Tensor> {
        let hidden = self.hidden(Input::of(tokens, None))?;
        self.logits_of_last(Input::of(tokens, None), hidden)
    }

    /// Reads on in some sequences of `cache`, given by number with their next ids, and keeps these there, too: a whole text, a chunk of
    /// one, or a token each. Gives the logits `[sequences, vocab_size]` after the last id of each.
    ///
    /// # Errors
    /// If memory runs out; the cache is as before then.
    ///
    /// # Panics
    /// If a sequence has no ids, there is no room for them, or the cache was made for another model.
    pub fn read(&mut self, sequences: &[(usize, &[i32])], cache: &mut dyn KvStore) -> Result<Tensor> {
        self.read_as(sequences, cache, &[], &vec![None; sequences.len()])
    }

    /// As [`Transformer::read`], where each sequence has one of `models`, [variants](super::is_variant) of this one, for its `reader`.
    ///
    /// # Errors
    /// As [`Transformer::read`].
    ///
    /// # Panics
    /// As [`Transformer::read`], or if there are not as many readers as sequences.
    pub fn read_as(
        &mut self,
        sequences: &[(usize, &[i32])],
        cache: &mut dyn KvStore,
        models: &[&Transformer],
        readers: &[Option<usize>],
    ) -> Result<Tensor> {
        for (sequence, ids) in sequences {
            assert!(!ids.is_empty(), "nothing to read in sequence {sequence}");
            // Learned keys come before the first token.
            let learned = if cache.tokens(*sequence) == 0 { self.prefix_keys } else { 0 };
            cache.reserve(*sequence, learned + ids.len())?;
        }
        let rows = Rows::after(sequences.iter().map(|(sequence, ids)| (cache.tokens(*sequence), ids.len())));
        let ids: Vec<i32> = sequences.iter().flat_map(|(_, ids)| *ids).copied().collect();
        let variants = (!models.is_empty()).then(|| Variants::new(self, models, readers, &rows));
        let (tokens, numbers) = (Tokens::of(rows, ids), sequences.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>());
        let logits = {
            let borrowed: &mut dyn KvStore = &mut *cache;
            let cell = RefCell::new(borrowed);
            let input = Input {
                tokens: &tokens,
                dropout: None,
                reading: Some(Reading { cache: &cell, sequences: &numbers }),
                variants: variants.as_ref(),
            };
            let hidden = self.hidden(input)?;
            let of_last = variants.as_ref().map(|variants| variants.of_last(&tokens.rows));
            self.logits_of_last(Input { variants: of_last.as_ref(), ..input }, hidden)?
        };
        sequences.iter().for_each(|(sequence, ids)| cache.advance(*sequence, ids.len()));
        Ok(logits)
    }

    /// Negative log-likelihood of each target, in nats, `[rows]`; 0 where the target is negative.
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
        let (flight, logits) = self.run(segments, input, None, &keep)?;
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
        let before_head = 0..self.blueprint.head();
        Ok(self.run(before_head, input, None, &|_| Keep::Nothing)?.1)
    }

    fn run(&mut self, segments: Range<usize>, input: Input<'_>, x: Option<Var>, keep: &dyn Fn(usize) -> Keep) -> Result<(Flight, Var)> {
        at_once(walk::forward(self, &mut Alone, segments, input, x, keep))
    }

    fn logits_of(&mut self, input: Input<'_>, hidden: Var) -> Result<Tensor> {
        let head = self.blueprint.head();
        self.run(head..head + 1, input, Some(hidden), &|_| Keep::Nothing)?.1.into_tensor()
    }

    fn logits_of_last(&mut self, input: Input<'_>, hidden: Var) -> Result<Tensor> {
        let (d_model, rows, ledger) = (self.config.d_model, &input.tokens.rows, self.params.ledger());
        let mut last = Tensor::for_output(ledger, Category::Activations, &[rows.last().count(), d_model])?;
        for (row, out) in rows.last().zip(last.data_mut().chunks_exact_mut(d_model)) {
            out.copy_from_slice(&hidden.data()[row * d_model..][..d_model]);
        }
        drop(hidden);
        let last = Tape::inference(ledger).input(last, false);
        self.logits_of(input, last)
    }
}
