//! A measurement of the loss on a text that is not trained on, in parts.

use crate::lab::rank::{HeldOut, Program};
use crate::lab::spec::RunSpec;

/// Tokens of one unit of an evaluation on one rank, about.
const CHUNK: usize = 512;

/// A measurement under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Evaluation {
    /// The text.
    pub text: HeldOut,
    context: usize,
    windows: usize,
    done: usize,
    nll: f64,
}

impl Evaluation {
    /// That of a run, on a text of so many windows.
    pub fn new(run: &RunSpec, text: HeldOut, windows: usize) -> Self {
        let (context, tokens) = (run.data.context as usize, run.evaluation.tokens as usize);
        Self { text, context, windows: windows.min(tokens.div_ceil(context)), done: 0, nll: 0.0 }
    }

    /// What comes next. One rank is asked again and again, so that nothing waits long; several are asked once.
    pub fn program(&self, is_spread: bool) -> Program {
        let (group, left) = (CHUNK.div_ceil(self.context), self.windows - self.done);
        Program::Evaluate { text: self.text, first: self.done, count: if is_spread { left } else { group.min(left) }, group }
    }

    /// Takes what was measured of the next `count` windows; the loss in nats per token, where these were the last.
    pub fn take(&mut self, count: usize, nll: f64) -> Option<f64> {
        self.done += count;
        self.nll += nll;
        (self.done >= self.windows).then(|| self.nll / self.tokens())
    }

    /// Tokens in all.
    pub fn tokens(&self) -> f64 {
        (self.windows * self.context) as f64
    }
}
