//! The validation loss, measured a few windows at a time so that nothing waits long.

use crate::autograd::Result;
use crate::nn::{Tokens, Transformer};

/// A measurement under way: the mean negative log-likelihood over windows of a validation stream that do not overlap.
#[derive(Debug)]
pub struct Evaluation {
    context: usize,
    windows: usize,
    done: usize,
    nll: f64,
}

impl Evaluation {
    /// Over a stream of `stream_len` tokens, at most `tokens` of them predicted, in windows of `context`.
    pub fn new(stream_len: usize, context: usize, tokens: usize) -> Self {
        let windows = (stream_len.saturating_sub(1) / context).min(tokens.div_ceil(context));
        Self { context, windows, done: 0, nll: 0.0 }
    }

    /// Tokens that are predicted in all.
    pub fn tokens(&self) -> usize {
        self.windows * self.context
    }

    /// Measures the next `batch_size` windows; gives the mean nll in nats a token once all are measured.
    pub fn advance(&mut self, model: &mut Transformer, stream: &[i32], batch_size: usize) -> Result<Option<f64>> {
        let (context, first) = (self.context, self.done);
        let last = (first + batch_size).min(self.windows);
        if first < last {
            let (from, to) = (first * context, last * context);
            let nll = model.nll(&Tokens::new(last - first, context, &stream[from..to]), &stream[from + 1..=to])?;
            self.nll += nll.iter().map(|&x| f64::from(x)).sum::<f64>();
            self.done = last;
        }
        Ok((self.done == self.windows).then(|| self.nll / self.tokens() as f64))
    }
}
