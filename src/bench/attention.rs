//! Causal attention, forward and backward.

use super::Mulberry32;
use super::limits::{LimitError, MAX_SIZE, check, collect, zeros};
use crate::kernels::attention::{AttentionShape, Span, attention_backward, attention_forward};

/// One causal attention over random queries, keys and values.
#[derive(Debug)]
pub struct AttentionWork {
    shape: AttentionShape,
    spans: Vec<Span>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    out: Vec<f32>,
    lse: Vec<f32>,
    d_out: Vec<f32>,
    d_q: Vec<f32>,
    d_k: Vec<f32>,
    d_v: Vec<f32>,
}

impl AttentionWork {
    /// One sequence of `seq_len` with `n_heads` heads of width `d_head`.
    ///
    /// # Errors
    /// If the sizes are not of their range, or together too large.
    pub fn new(n_heads: usize, seq_len: usize, d_head: usize) -> Result<Self, LimitError> {
        let sizes = [("n_heads", n_heads, MAX_SIZE), ("seq_len", seq_len, MAX_SIZE), ("d_head", d_head, MAX_SIZE)];
        let [heads, len, width] = [n_heads, seq_len, d_head].map(|size| size as u128);
        check(&sizes, || heads * len * (8 * width + 1))?;
        let scale = 1.0 / (d_head as f32).sqrt();
        let shape = AttentionShape { n_heads, n_kv_heads: n_heads, d_head, scale, window: None };
        let len = seq_len * n_heads * d_head;
        let random = |seed| collect(len, Mulberry32::centred(seed));
        Ok(Self {
            shape,
            spans: Span::batch(1, seq_len),
            q: random(1)?,
            k: random(2)?,
            v: random(3)?,
            out: zeros(len)?,
            lse: zeros(seq_len * n_heads)?,
            d_out: random(4)?,
            d_q: zeros(len)?,
            d_k: zeros(len)?,
            d_v: zeros(len)?,
        })
    }

    /// The forward pass, `times` times.
    pub fn forward(&mut self, times: usize) {
        for _ in 0..times {
            attention_forward(self.shape, &self.spans, &self.q, &self.k, &self.v, &mut self.out, &mut self.lse);
        }
    }

    /// The backward pass, `times` times; [`AttentionWork::forward`] has to have run.
    pub fn backward(&mut self, times: usize) {
        let Self { shape, spans, q, k, v, out, lse, d_out, d_q, d_k, d_v } = self;
        for _ in 0..times {
            attention_backward(*shape, spans, q, k, v, out, lse, d_out, d_q, d_k, d_v);
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        let refused = |heads, len, width| AttentionWork::new(heads, len, width).expect_err("refused").to_string();
        assert_eq!(refused(0, 1, 1), "n_heads is 0; it has to be a whole number from 1 to 1048576");
        assert_eq!(refused(1, 0, 1), "seq_len is 0; it has to be a whole number from 1 to 1048576");
        assert_eq!(refused(1, 1, 0), "d_head is 0; it has to be a whole number from 1 to 1048576");
        assert!(refused(64, 1 << 20, 1 << 20).contains("seq_len = 1048576, d_head = 1048576 make"));
    }

    #[test]
    fn the_backward_pass_may_come_first() {
        let mut work = AttentionWork::new(2, 3, 4).unwrap();
        work.backward(1);
        work.forward(1);
        assert!(work.out.iter().all(|x| x.is_finite()));
    }
}
